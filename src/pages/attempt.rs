//! One attempt at one page, from the question to the commit.
use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;

use super::{WatchMatching, reading::read_page};
use crate::domain::{self, ArticleId, Clock, Feed, Timestamp};
use crate::fetch::{Answer, Failure, FailureKind, Fetched, Gate, Request};
use crate::schedule::{PAGE_ATTEMPTS_MAX, page_retry};
use crate::store::{self, CommitCounts, PageLease, PageOutcome, PageResult, Store, UpdateTriggers};

/// What every flight works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Clock,
    pub(super) matching: WatchMatching,
    pub(super) occasions: Arc<UpdateTriggers>,
    /// Pages read at once.
    pub(super) readers: Semaphore,
}

/// One attempt, laid out.
pub(super) struct AttemptPlan {
    pub(super) feed: Feed,
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) lease: PageLease,
    pub(super) jitter: f64,
}

/// An attempt that is over.
#[derive(Debug)]
pub(super) struct FinishedAttempt {
    pub(super) article: ArticleId,
    pub(super) host: String,
    /// The page is on a server of the operator's own, which needs turns but no breath between two.
    pub(super) own: bool,
    pub(super) committed: Result<CommitCounts, store::Error>,
}

pub(super) async fn attempt_page(shared: Arc<Shared>, plan: AttemptPlan) -> FinishedAttempt {
    let AttemptPlan { feed, url, host, lease, jitter: dice } = plan;
    let (article, attempt, revision) = (lease.article, lease.attempt, lease.stored.revision);
    let own = !feed.allow_private.is_empty() && feed.url.origin() == url.origin();
    let came = if attempt > PAGE_ATTEMPTS_MAX {
        // Each attempt before was counted, and none was settled.
        let why = format!("{PAGE_ATTEMPTS_MAX} attempts came to no end");
        PageOutcome::Failed { why, retry_at: None }
    } else {
        fetch_and_read(&shared, feed, url, lease).await.unwrap_or_else(|failure| {
            let retry_at = retry_at(&failure, attempt, shared.clock.now(), dice);
            PageOutcome::Failed { why: failure.why, retry_at }
        })
    };
    if let PageOutcome::Failed { why, retry_at } = &came {
        let next = retry_at.map_or("given up".to_owned(), |at| format!("next try at {at}"));
        tracing::info!(host = %host, attempt, "a page of {host} was not read: {why}; {next}");
    }
    let at = shared.clock.now();
    let committed = shared
        .store
        .end_page_attempt(PageResult { article, revision: Some(revision), at, outcome: came })
        .await;
    FinishedAttempt { article, host, own, committed }
}

async fn fetch_and_read(
    shared: &Arc<Shared>,
    feed: Feed,
    url: Url,
    lease: PageLease,
) -> Result<PageOutcome, Failure> {
    let now = shared.clock.now();
    let fresh = match shared.gate.fetch(Request::page(&feed, &url), now).await {
        Answer::Fetched(fresh) => *fresh,
        Answer::Failed(failure) => return Err(failure),
        Answer::Unchanged(_) => return Err(Failure::unreadable("the server sent no page")),
    };
    if let Some(cut) = fresh.incomplete {
        // Half an article may lack the very word; a whole one may come at the next try.
        return Err(cut);
    }
    // The semaphore is never closed; if it were, reading without a permit is merely less polite.
    let permit = shared.readers.acquire().await.ok();
    let shared = Arc::clone(shared);
    // Off the runtime's threads: a hostile page may take a tenth of a second.
    let came =
        tokio::task::spawn_blocking(move || match_page(&fresh, (&feed, lease.stored), &shared))
            .await;
    drop(permit);
    came.unwrap_or_else(|panicked| {
        Err(Failure::unreadable(format!("reading the page failed: {panicked}")))
    })
}

/// What the page adds to the article as it is stored. A page that has less to say than its feed did
/// (a wall, a question about cookies) replaces nothing.
fn match_page(
    fresh: &Fetched,
    (feed, stored): (&Feed, domain::Article),
    shared: &Shared,
) -> Result<PageOutcome, Failure> {
    let page =
        read_page(&fresh.body, fresh.content_type.as_deref(), Some(&fresh.url), &shared.clock)
            .map_err(Failure::unreadable)?;
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
    let mut article = domain::Article { content: page.text, ..stored };
    article.language = article.language.or(page.language);
    let fired = shared.matching.fired(feed, &article);
    let occasions = Arc::clone(&shared.occasions);
    Ok(PageOutcome::Read { article: Box::new(article), fired, occasions, canonical: page.url })
}

/// When to try again. What the server will say tomorrow as well is not asked again.
fn retry_at(failure: &Failure, attempt: u32, now: Timestamp, dice: f64) -> Option<Timestamp> {
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
    page_retry(attempt, failure.retry_after, dice).map(|wait| now.after(wait))
}
