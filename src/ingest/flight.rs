//! One poll of one feed, from the question to the commit.
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Plan, read};
use crate::domain::{Clock, Feed, Moment, Validators};
use crate::fetch::{Answer, Failure, Fresh, Gate, Request};
use crate::schedule;
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

/// A poll that is over, with the feed's state as it now is.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) index: usize,
    pub(super) state: FeedState,
    pub(super) ended: Ended,
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
enum Came {
    Unchanged,
    Failed(Failure),
    Read(Box<super::Reading>),
}

pub(super) async fn fly(
    shared: Arc<Shared>,
    index: usize,
    state: FeedState,
    (now, dice): (Moment, f64),
) -> Landed {
    let Some(feed) = shared.plan.feeds.get(index).cloned() else {
        return Landed { index, state, ended: Ended::Unstored(store::Error::Closed) };
    };
    // The body is no part of a failure to reach the store: it is dropped before the wait.
    let (mut state, came) = ask(&shared, &feed, state, now).await;
    let before = state.clone_without_window();
    let poll = settle(&shared.plan, &feed, &mut state, came, (now, dice));
    let entries = poll.entries;
    let failed = poll.failed;
    if let PollResult::Unchanged = poll.poll.result {
        return Landed { index, state, ended: Ended::Unchanged(poll.poll) };
    }
    match shared.store.commit(poll.poll).await {
        Ok(committed) => {
            if let Some(window) = poll.window {
                state.window = window;
            }
            Landed { index, state, ended: Ended::Stored { entries, failed, committed } }
        }
        Err(error) => {
            let state = FeedState { window: state.window, ..before };
            Landed { index, state, ended: Ended::Unstored(error) }
        }
    }
}

async fn ask(
    shared: &Arc<Shared>,
    feed: &Feed,
    state: FeedState,
    now: Moment,
) -> (FeedState, Came) {
    let known = state.validators != Validators::default();
    let request = Request::feed(feed, known.then_some(&state.validators));
    match shared.gate.fetch(request, now).await {
        Answer::Unchanged(_) => (state, Came::Unchanged),
        Answer::Failed(failure) => (state, Came::Failed(failure)),
        Answer::Fresh(fresh) => understand(shared, feed, state, *fresh).await,
    }
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
        let reading = read(&plan, &feed, &fresh, &fallback);
        (fallback, reading)
    })
    .await;
    drop(permit);
    match reading {
        Ok((state, Ok(reading))) => (state, Came::Read(Box::new(reading))),
        Ok((state, Err(failure))) => (state, Came::Failed(failure)),
        // The parser catches its own panics; this is the net under the rest. The window is lost to
        // memory, not to the store, and costs look-ups until the next good poll.
        Err(panicked) => {
            (back, Came::Failed(Failure::unreadable(format!("reading failed: {panicked}"))))
        }
    }
}

/// A poll ready to be committed, and what memory keeps if it is.
struct Ready {
    poll: Poll,
    entries: u64,
    failed: bool,
    window: Option<Vec<store::Sighting>>,
}

/// Decides when the feed is due again and puts the poll's outcome into words for the store. Every
/// way out sets the next due time: a feed that fails in a new way must not be asked in a loop.
fn settle(
    plan: &Plan,
    feed: &Feed,
    state: &mut FeedState,
    came: Came,
    (now, dice): (Moment, f64),
) -> Ready {
    let (mut entries, mut failed, mut window) = (0, false, None);
    let result = match came {
        Came::Unchanged => {
            succeed(plan, feed, state, (now, dice), false);
            PollResult::Unchanged
        }
        Came::Failed(failure) => {
            failed = true;
            state.failures = state.failures.saturating_add(1);
            state.failing_since.get_or_insert(now);
            let asked = failure.retry_after;
            state.next_due =
                schedule::after_failure(now, state.failures, state.interval, asked, dice);
            tracing::warn!(
                feed = %feed.name, failures = state.failures,
                "feed `{}` failed: {}; next try at {}", feed.name, failure.why, state.next_due
            );
            PollResult::Failed { why: failure.why }
        }
        Came::Read(reading) => {
            let news = !reading.batch.candidates.is_empty();
            succeed(plan, feed, state, (now, dice), news);
            state.validators = reading.batch.validators.clone();
            state.baseline_at.get_or_insert(now);
            entries = reading.entries;
            window = Some(reading.batch.window.clone());
            PollResult::Read(Box::new(reading.batch))
        }
    };
    let (next_due, interval) = (state.next_due, state.interval);
    let poll = Poll { feed: state.id, at: now, next_due, interval, result };
    Ready { poll, entries, failed, window }
}

fn succeed(
    plan: &Plan,
    feed: &Feed,
    state: &mut FeedState,
    (now, dice): (Moment, f64),
    news: bool,
) {
    if state.failures > 0 {
        tracing::info!(feed = %feed.name, "feed `{}` answers again", feed.name);
    }
    state.failures = 0;
    state.failing_since = None;
    state.succeeded_at = Some(now);
    state.interval = schedule::interval(feed.every, plan.bounds, state.interval, news);
    state.next_due = schedule::next_due(now, state.interval, dice);
}
