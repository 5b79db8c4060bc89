//! One poll of one feed, from the question to the commit.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::compare::Compared;
use super::page::{self, Page};
use super::settle::{Ready, settle};
use super::{Plan, read, sitemaps, trouble};
use crate::domain::{Clock, Feed, Moment, Validators};
use crate::fetch::{Answer, Failure, Fresh, Gate, Request};
use crate::schedule::Sight;
use crate::store::{self, Committed, FeedState, Poll, PollResult, Store};

/// What every flight works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) plan: Arc<Plan>,
    pub(super) store: Store,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Clock,
    /// Documents read at once: reading is pure computing, so one a core.
    pub(super) readers: Semaphore,
}

/// What a poll sets out with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders {
    pub(super) now: Moment,
    pub(super) dice: f64,
    /// Our own network is known to be down.
    pub(super) outage: bool,
}

/// A poll that is over, with the feed's state as it now is.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) index: usize,
    pub(super) state: FeedState,
    pub(super) ended: Ended,
    /// What it told of the way to the host, if anything.
    pub(super) sight: Option<Sight>,
    /// How long the whole host asked to be left in peace.
    pub(super) hold: Option<Duration>,
}

#[derive(Debug)]
pub(super) enum Ended {
    /// The feed had nothing new; that is still to be noted.
    Unchanged(Poll),
    /// Committed, whatever the poll came to.
    Stored { entries: u64, failed: bool, committed: Committed },
    /// Not committed: as if it had not been.
    Unstored(store::Error),
}

/// What a poll came to before the commit.
pub(super) enum Came {
    Unchanged { freshness: Option<Duration>, took: Duration },
    Failed { failure: Failure, page: Option<Page> },
    Read(Box<Found>),
}

/// A document, and what it has in common with the one before.
pub(super) struct Found {
    pub(super) reading: super::Reading,
    pub(super) compared: Compared,
    /// The server says "unchanged" though it changed.
    pub(super) lied: bool,
}

pub(super) async fn fly(
    shared: Arc<Shared>,
    index: usize,
    state: FeedState,
    orders: Orders,
) -> Landed {
    let landed = |state, ended| Landed { index, state, ended, sight: None, hold: None };
    let Some(feed) = shared.plan.feeds.get(index).cloned() else {
        return landed(state, Ended::Unstored(store::Error::Closed));
    };
    // The body is no part of a failure to reach the store: it is dropped before the wait.
    let (mut state, came) = match ask(&shared, &feed, state, orders).await {
        Ok(came) => came,
        Err((state, error)) => return landed(state, Ended::Unstored(error)),
    };
    let (sight, hold) = match &came {
        Came::Unchanged { .. } | Came::Read(_) => (Some(Sight::Answer), None),
        Came::Failed { failure, page } => (trouble::sight(failure, *page), trouble::hold(failure)),
    };
    let before = state.clone_without_window();
    let Ready { poll, entries, failed, window } =
        settle(&shared.plan, &feed, &mut state, came, orders);
    if let PollResult::Unchanged = poll.result {
        return Landed { sight, hold, ..landed(state, Ended::Unchanged(poll)) };
    }
    let ended = match shared.store.commit(poll).await {
        Ok(committed) => {
            if let Some(window) = window {
                state.window = window;
            }
            Ended::Stored { entries, failed, committed }
        }
        Err(error) => {
            state = FeedState { window: state.window, ..before };
            Ended::Unstored(error)
        }
    };
    Landed { sight, hold, ..landed(state, ended) }
}

type Asked = Result<(FeedState, Came), (FeedState, store::Error)>;

async fn ask(shared: &Arc<Shared>, feed: &Feed, state: FeedState, orders: Orders) -> Asked {
    let now = orders.now;
    let known = state.validators != Validators::default();
    let doubted = state.trust.distrusted_until.is_some_and(|until| now < until);
    // Only of a feed that has said "unchanged" again and again is it worth asking what is overdue.
    let overdue = if state.trust.unchanged < 3 { 0.0 } else { state.habit.overdue(now) };
    let whole = !known || state.trust.is_audit_due(now, overdue, orders.dice);
    let request = Request::feed(feed, (!whole).then_some(&state.validators));
    let (state, came) = match shared.gate.fetch(request, now).await {
        Answer::Unchanged(unchanged) => {
            let (freshness, took) = (unchanged.freshness, unchanged.took);
            (state, Came::Unchanged { freshness, took })
        }
        Answer::Failed(failure) => (state, Came::Failed { failure, page: None }),
        Answer::Fresh(fresh) => {
            let fresh = sitemaps::gathered(shared, feed, *fresh, now).await;
            understand(shared, feed, state, fresh).await
        }
    };
    let Came::Read(mut found) = came else { return Ok((state, came)) };
    if found.compared.is_odd() {
        let unlisted = found.compared.unlisted.clone();
        match shared.store.recognise(state.id, unlisted).await {
            Ok(recognised) => found.compared.recognised = recognised,
            Err(error) => return Err((state, error)),
        }
    }
    let is_audit = known && whole && !doubted && !found.reading.incomplete;
    if is_audit && state.baseline_at.is_some() && found.compared.arrived() > 0 {
        found.lied = says_unchanged(shared, feed, &state.validators, now).await;
    }
    Ok((state, Came::Read(found)))
}

/// Whether the server, asked with the validators of a document that has changed, denies that it did.
async fn says_unchanged(
    shared: &Arc<Shared>,
    feed: &Feed,
    outdated: &Validators,
    now: Moment,
) -> bool {
    if feed.allow_private.is_empty() {
        // The same breath as between any two requests to a host.
        tokio::time::sleep(shared.plan.host_gap).await;
    }
    let answer = shared.gate.fetch(Request::feed(feed, Some(outdated)), now).await;
    matches!(answer, Answer::Unchanged(_))
}

/// Reads the document off the runtime's threads: a hostile one may take a quarter of a second.
async fn understand(
    shared: &Arc<Shared>,
    feed: &Feed,
    state: FeedState,
    fresh: Fresh,
) -> (FeedState, Came) {
    // The semaphore is never closed; if it were, reading without a permit is merely less polite.
    let permit = shared.readers.acquire().await.ok();
    let (plan, feed) = (Arc::clone(&shared.plan), feed.clone());
    let (back, fallback) = (state.clone_without_window(), state);
    let reading = tokio::task::spawn_blocking(move || {
        let came = match read(&plan, &feed, &fresh, &fallback) {
            Ok(reading) => {
                let compared = Compared::of(&fallback.window, &reading.batch);
                Came::Read(Box::new(Found { reading, compared, lied: false }))
            }
            Err(failure) => Came::Failed { failure, page: page::look(&fresh.body) },
        };
        (fallback, came)
    })
    .await;
    drop(permit);
    match reading {
        Ok(came) => came,
        // The parser catches its own panics; this is the net under the rest. The window is lost to
        // memory, not to the store, and costs look-ups until the next good poll.
        Err(panicked) => {
            let failure = Failure::unreadable(format!("reading failed: {panicked}"));
            (back, Came::Failed { failure, page: None })
        }
    }
}
