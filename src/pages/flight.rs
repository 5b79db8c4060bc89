//! One attempt at one page, from the question to the commit.
use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;

use super::{Matching, read};
use crate::domain::{self, ArticleId, Clock, Feed, Moment};
use crate::fetch::{Answer, Failure, FailureKind, Fresh, Gate, Request};
use crate::schedule::{PAGE_ATTEMPTS_MAX, page_retry};
use crate::store::{self, Committed, Occasions, PageCame, PageLease, PageTurn, Store};

/// What every flight works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Clock,
    pub(super) matching: Matching,
    pub(super) occasions: Arc<Occasions>,
    /// Pages read at once.
    pub(super) readers: Semaphore,
}

/// One attempt, laid out.
pub(super) struct Plan {
    pub(super) feed: Feed,
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) lease: PageLease,
    pub(super) dice: f64,
}

/// An attempt that is over.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) article: ArticleId,
    pub(super) host: String,
    /// The page is on a server of the operator's own, which needs turns but no breath between two.
    pub(super) own: bool,
    pub(super) committed: Result<Committed, store::Error>,
}

pub(super) async fn fly(shared: Arc<Shared>, plan: Plan) -> Landed {
    let Plan { feed, url, host, lease, dice } = plan;
    let (article, attempt, revision) = (lease.article, lease.attempt, lease.stored.revision);
    let own = !feed.allow_private.is_empty() && feed.url.origin() == url.origin();
    let came = if attempt > PAGE_ATTEMPTS_MAX {
        // Each attempt before was counted, and none was settled.
        let why = format!("{PAGE_ATTEMPTS_MAX} attempts came to no end");
        PageCame::Failed { why, retry_at: None }
    } else {
        ask(&shared, feed, url, lease).await.unwrap_or_else(|failure| {
            let retry_at = retry_at(&failure, attempt, shared.clock.now(), dice);
            PageCame::Failed { why: failure.why, retry_at }
        })
    };
    if let PageCame::Failed { why, retry_at } = &came {
        let next = retry_at.map_or("given up".to_owned(), |at| format!("next try at {at}"));
        tracing::info!(host = %host, attempt, "a page of {host} was not read: {why}; {next}");
    }
    let at = shared.clock.now();
    let committed =
        shared.store.settle_page(PageTurn { article, revision: Some(revision), at, came }).await;
    Landed { article, host, own, committed }
}

async fn ask(
    shared: &Arc<Shared>,
    feed: Feed,
    url: Url,
    lease: PageLease,
) -> Result<PageCame, Failure> {
    let now = shared.clock.now();
    let fresh = match shared.gate.fetch(Request::page(&feed, &url), now).await {
        Answer::Fresh(fresh) => *fresh,
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
        tokio::task::spawn_blocking(move || understand(&fresh, (&feed, lease.stored), &shared))
            .await;
    drop(permit);
    came.unwrap_or_else(|panicked| {
        Err(Failure::unreadable(format!("reading the page failed: {panicked}")))
    })
}

/// What the page adds to the article as it is stored. A page that has less to say than its feed did
/// (a wall, a question about cookies) replaces nothing.
fn understand(
    fresh: &Fresh,
    (feed, stored): (&Feed, domain::Article),
    shared: &Shared,
) -> Result<PageCame, Failure> {
    let page = read(&fresh.body, fresh.content_type.as_deref(), Some(&fresh.url), &shared.clock)
        .map_err(Failure::unreadable)?;
    let characters = u64::try_from(page.text.chars().count()).unwrap_or(u64::MAX);
    if page.text.is_empty() {
        return Ok(PageCame::Nothing { characters, why: "no article was found on it".to_owned() });
    }
    if page.text.len() <= stored.summary.len().max(stored.content.len()) {
        let why = "it says less than the feed does".to_owned();
        return Ok(PageCame::Nothing { characters, why });
    }
    let mut article = domain::Article { content: page.text, ..stored };
    article.language = article.language.or(page.language);
    let fired = shared.matching.fired(feed, &article);
    let occasions = Arc::clone(&shared.occasions);
    Ok(PageCame::Read { article: Box::new(article), fired, occasions, canonical: page.url })
}

/// When to try again. What the server will say tomorrow as well is not asked again.
fn retry_at(failure: &Failure, attempt: u32, now: Moment, dice: f64) -> Option<Moment> {
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
