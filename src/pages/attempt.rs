//! One attempt at one page, from its host's turn to the commit.
use std::collections::HashSet;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use url::Url;

use super::completion::{CompletedArticle, complete};
use super::reading::read_page;
use super::recurring_lines::{OwnText, RecurringLines};
use crate::domain::{Article, ArticleId, Clock, Feed, Timestamp};
use crate::extract::Cut;
use crate::fetch::{Answer, Failure, FailureKind, Fetched, Gate, Request, Turn, Turns};
use crate::schedule::{PAGE_ATTEMPTS_MAX, page_retry};
use crate::store::{
    self, CommitCounts, Fired, PageLease, PageOutcome, PageResult, Store, UpdateTriggers,
};

/// An attempt that was never ended is made again after this: longer than any takes.
const LEASE: Duration = Duration::from_mins(2);

/// Says which watches fire on an article of a feed: the matcher, as polling uses it.
#[derive(Clone)]
pub struct WatchMatching(Arc<Fires>);

type Fires = dyn Fn(&Feed, &Article) -> Vec<Fired> + Send + Sync;

impl WatchMatching {
    pub fn new(fired: impl Fn(&Feed, &Article) -> Vec<Fired> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fired))
    }

    fn fired(&self, feed: &Feed, article: &Article) -> Vec<Fired> {
        (self.0)(feed, article)
    }
}

impl fmt::Debug for WatchMatching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Matching")
    }
}

/// What every attempt works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Clock,
    pub(super) matching: WatchMatching,
    pub(super) update_triggers: Arc<UpdateTriggers>,
    /// Pages read at once.
    pub(super) readers: Semaphore,
    /// Pages fetched or read at once.
    pub(super) places: Semaphore,
    /// Pages whose attempt was counted and has not ended.
    pub(super) leased: Mutex<HashSet<ArticleId>>,
    /// What recurs on the pages of each host.
    pub(super) recurring: Mutex<RecurringLines>,
}

impl Shared {
    /// The pages whose attempts have not ended.
    pub(super) fn leased(&self) -> Vec<ArticleId> {
        self.leased.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn set_leased(&self, article: ArticleId, leased: bool) {
        let mut all = self.leased.lock().unwrap_or_else(PoisonError::into_inner);
        if leased {
            all.insert(article);
        } else {
            all.remove(&article);
        }
    }
}

/// A page to be read.
#[derive(Clone, Debug)]
pub(super) struct AttemptPlan {
    pub(super) article: ArticleId,
    pub(super) feed: Feed,
    pub(super) url: Url,
    /// What the pacer takes for its host.
    pub(super) host: String,
    pub(super) jitter: f64,
}

/// An attempt that is over.
#[derive(Debug)]
pub(super) struct FinishedAttempt {
    pub(super) host: String,
    pub(super) committed: Result<CommitCounts, store::Error>,
}

/// Waits for the host's turn, then makes an attempt. A panic costs this page its attempt, nothing
/// else: the page is due again when its lease ends.
pub(super) async fn attempt_page(shared: Arc<Shared>, plan: AttemptPlan) -> FinishedAttempt {
    let (article, host) = (plan.article, plan.host.clone());
    let made = AssertUnwindSafe(attempt_in_turn(&shared, plan)).catch_unwind().await;
    shared.set_leased(article, false);
    let committed = made.unwrap_or_else(|_panic| {
        tracing::error!(host = %host, "reading a page of {host} panicked");
        Ok(CommitCounts::default())
    });
    FinishedAttempt { host, committed }
}

async fn attempt_in_turn(
    shared: &Arc<Shared>,
    plan: AttemptPlan,
) -> Result<CommitCounts, store::Error> {
    let own = Request::page(&plan.feed, &plan.url).is_own();
    let turn = shared.gate.pacer().turn(&plan.url, own).await;
    // Its host does not wait until other pages are read; the page is still due, and found again.
    let Ok(_place) = shared.places.try_acquire() else { return Ok(CommitCounts::default()) };
    // The lease is taken now, because the wait for the turn may be longer than it lasts.
    let until = shared.clock.now().after(LEASE);
    let leases = shared.store.begin_pages(vec![plan.article], until).await?;
    let Some(lease) = leases.into_iter().next() else { return Ok(CommitCounts::default()) };
    shared.set_leased(plan.article, true);
    let AttemptPlan { article, feed, url, host, jitter } = plan;
    let (attempt, revision) = (lease.attempt, lease.stored.revision);
    let outcome = if attempt > PAGE_ATTEMPTS_MAX {
        // Each attempt before was counted, and none was ended.
        let why = format!("{PAGE_ATTEMPTS_MAX} attempts came to no end");
        PageOutcome::Failed { why, retry_at: None }
    } else {
        fetch_and_read(shared, turn, feed, url, lease).await.unwrap_or_else(|failure| {
            let retry_at = retry_at(&failure, attempt, shared.clock.now(), jitter);
            PageOutcome::Failed { why: failure.why, retry_at }
        })
    };
    if let PageOutcome::Failed { why, retry_at } = &outcome {
        let next = retry_at.map_or("given up".to_owned(), |at| format!("next try at {at}"));
        tracing::info!(host = %host, attempt, "a page of {host} was not read: {why}; {next}");
    }
    let at = shared.clock.now();
    let result = PageResult { article, revision: Some(revision), at, outcome };
    shared.store.end_page_attempt(result).await
}

async fn fetch_and_read(
    shared: &Arc<Shared>,
    turn: Turn,
    feed: Feed,
    url: Url,
    lease: PageLease,
) -> Result<PageOutcome, Failure> {
    let now = shared.clock.now();
    let turns = Turns { first: Some(turn), waits: None };
    let request = Request::page(&feed, &url);
    let mut fetched = match shared.gate.fetch_in_turn(request, turns, now).await {
        Answer::Fetched(fetched) => *fetched,
        Answer::Failed(failure) => return Err(failure),
        Answer::Unchanged(_) => return Err(Failure::unreadable("the server sent no page")),
    };
    if let Some(incomplete) = fetched.incomplete {
        // Half an article may lack the very word; a whole one may come at the next try.
        return Err(incomplete);
    }
    // The semaphore is never closed; if it were, reading without a permit is merely less polite.
    let permit = shared.readers.acquire().await.ok();
    let shared = Arc::clone(shared);
    // Off the runtime's threads: a hostile page may take a tenth of a second.
    let memory = std::mem::take(&mut fetched.memory);
    let matched = memory.run(move || match_page(&fetched, &feed, lease.stored, &shared));
    let outcome = matched.await;
    drop(permit);
    outcome.unwrap_or_else(|panicked| {
        Err(Failure::unreadable(format!("reading the page failed: {panicked}")))
    })
}

/// What the page adds to the article as it is stored. A page that has less to say than its feed did
/// (a wall, a question about cookies) replaces nothing.
fn match_page(
    fetched: &Fetched,
    feed: &Feed,
    stored: Article,
    shared: &Shared,
) -> Result<PageOutcome, Failure> {
    let content_type = fetched.content_type.as_deref();
    let mut page = read_page(&fetched.body, content_type, Some(&fetched.url), &shared.clock)
        .map_err(Failure::unreadable)?;
    if page.cut == Some(Cut::Time) {
        // What was not reached may hold the very word. The machine was busy; later it may not be.
        let failure = Failure::unreadable("reading the page took too long");
        return Err(Failure { kind: FailureKind::Timeout, ..failure });
    }
    let host = fetched.url.host_str().unwrap_or_default();
    let mut recurring = shared.recurring.lock().unwrap_or_else(PoisonError::into_inner);
    let OwnText { text, left_out } = recurring.take_out(host, std::mem::take(&mut page.text));
    drop(recurring);
    page.text = text;
    let characters = u64::try_from(page.text.chars().count()).unwrap_or(u64::MAX);
    if page.text.is_empty() {
        return Ok(PageOutcome::NothingToAdd {
            characters,
            why: "no article was found on it".to_owned(),
        });
    }
    if page.text.len() <= stored.summary.len().max(stored.content.len()) {
        let why = "it says less than the feed does".to_owned();
        return Ok(PageOutcome::NothingToAdd { characters, why });
    }
    let canonical = page.url.clone();
    let CompletedArticle { article, notes } = complete(stored, page, &left_out);
    let fired = shared.matching.fired(feed, &article);
    let occasions = Arc::clone(&shared.update_triggers);
    Ok(PageOutcome::Read { article: Box::new(article), fired, occasions, canonical, notes })
}

/// When to try again. What the server will say tomorrow as well is not asked again.
fn retry_at(failure: &Failure, attempt: u32, now: Timestamp, jitter: f64) -> Option<Timestamp> {
    let lasting = match failure.kind {
        FailureKind::Refused | FailureKind::TooLarge | FailureKind::Unreadable => true,
        // Not there yet, too slow, too early or too often: those pass.
        FailureKind::Status(status) => {
            (400..500).contains(&status) && !matches!(status, 404 | 408 | 425 | 429)
        }
        FailureKind::Unresolved
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Timeout
        | FailureKind::Body => false,
    };
    if lasting {
        return None;
    }
    page_retry(attempt, failure.retry_after, jitter).map(|wait| now.after(wait))
}
