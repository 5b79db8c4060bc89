//! One poll of one feed, from the question to the commit.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::compare::Compared;
use super::next_poll::{DecidedPoll, decide_next_poll};
use super::not_a_feed::{self, WebPage};
use super::{Plan, extraction::extract_feed, failure, sitemaps};
use crate::domain::{Clock, Feed, Timestamp, Validators};
use crate::fetch::{Answer, Failure, Fetched, Gate, Request};
use crate::schedule::HostContact;
use crate::store::{self, CommitCounts, FeedState, Poll, PollResult, Store};

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
pub(super) struct PollContext {
    pub(super) now: Timestamp,
    pub(super) jitter: f64,
    /// Our own network is known to be down.
    pub(super) outage: bool,
}

/// A poll that is over, with the feed's state as it now is.
#[derive(Debug)]
pub(super) struct FinishedPoll {
    pub(super) state: FeedState,
    pub(super) end: PollEnd,
    /// What it told of the way to the host, if anything.
    pub(super) evidence: Option<HostContact>,
    /// How long the whole host asked to be left in peace.
    pub(super) host_hold: Option<Duration>,
}

#[derive(Debug)]
pub(super) enum PollEnd {
    /// The feed had nothing new; that is still to be noted.
    Unchanged(Poll),
    /// Committed, whatever the poll came to.
    Stored { entries: u64, failed: bool, committed: CommitCounts },
    /// Not committed: as if it had not been.
    NotStored(store::Error),
}

/// What a poll came to before the commit.
pub(super) enum PollOutcome {
    Unchanged { freshness: Option<Duration>, took: Duration },
    Failed { failure: Failure, page: Option<WebPage> },
    Parsed(Box<ParsedFeed>),
}

/// A document, and what it has in common with the one before.
pub(super) struct ParsedFeed {
    pub(super) content: super::FeedContent,
    pub(super) compared: Compared,
    /// The server says "unchanged" though it changed.
    pub(super) false_unchanged: bool,
}

pub(super) async fn poll_feed(
    shared: Arc<Shared>,
    index: usize,
    state: FeedState,
    orders: PollContext,
) -> FinishedPoll {
    let landed = |state, ended| FinishedPoll { state, end: ended, evidence: None, host_hold: None };
    let Some(feed) = shared.plan.feeds.get(index).cloned() else {
        return landed(state, PollEnd::NotStored(store::Error::Closed));
    };
    // The body is no part of a failure to reach the store: it is dropped before the wait.
    let (mut state, came) = match fetch_outcome(&shared, &feed, state, orders).await {
        Ok(came) => came,
        Err((state, error)) => return landed(state, PollEnd::NotStored(error)),
    };
    let (sight, hold) = match &came {
        PollOutcome::Unchanged { .. } | PollOutcome::Parsed(_) => (Some(HostContact::Answer), None),
        PollOutcome::Failed { failure, page } => {
            (failure::network_evidence(failure, *page), failure::host_hold(failure))
        }
    };
    let before = state.clone_without_window();
    let DecidedPoll { poll, entries, failed, window } =
        decide_next_poll(&shared.plan, &feed, &mut state, came, orders);
    if let PollResult::Unchanged = poll.result {
        return FinishedPoll {
            evidence: sight,
            host_hold: hold,
            ..landed(state, PollEnd::Unchanged(poll))
        };
    }
    let ended = match shared.store.commit(poll).await {
        Ok(committed) => {
            if let Some(window) = window {
                state.window = window;
            }
            PollEnd::Stored { entries, failed, committed }
        }
        // The store recorded it as a failed poll and kept nothing of the document: the next poll
        // sees the same items again, at its ordinary time.
        Err(store::Error::Panicked(_)) => {
            let (next_due, failures) = (state.next_due, before.failures.saturating_add(1));
            state = FeedState { window: state.window, next_due, failures, ..before };
            PollEnd::Stored { entries, failed: true, committed: CommitCounts::default() }
        }
        Err(error) => {
            state = FeedState { window: state.window, ..before };
            PollEnd::NotStored(error)
        }
    };
    FinishedPoll { evidence: sight, host_hold: hold, ..landed(state, ended) }
}

type OutcomeWithState = Result<(FeedState, PollOutcome), (FeedState, store::Error)>;

async fn fetch_outcome(
    shared: &Arc<Shared>,
    feed: &Feed,
    state: FeedState,
    orders: PollContext,
) -> OutcomeWithState {
    let now = orders.now;
    let known = state.validators != Validators::default();
    let doubted = state.trust.distrusted_until.is_some_and(|until| now < until);
    // Only of a feed that has said "unchanged" again and again is it worth asking what is overdue.
    let overdue = if state.trust.unchanged < 3 { 0.0 } else { state.habit.overdue_items(now) };
    let whole = !known || state.trust.is_audit_due(now, overdue, orders.jitter);
    let request = Request::feed(feed, (!whole).then_some(&state.validators));
    let (state, came) = match shared.gate.fetch(request, now).await {
        Answer::Unchanged(unchanged) => {
            let (freshness, took) = (unchanged.freshness, unchanged.took);
            (state, PollOutcome::Unchanged { freshness, took })
        }
        Answer::Failed(failure) => (state, PollOutcome::Failed { failure, page: None }),
        Answer::Fetched(fresh) => {
            let fresh = sitemaps::read_listed(shared, feed, *fresh, now).await;
            parse_off_runtime(shared, feed, state, fresh).await
        }
    };
    let PollOutcome::Parsed(mut found) = came else { return Ok((state, came)) };
    if found.compared.is_odd() {
        let unlisted = found.compared.unlisted.clone();
        match shared.store.recognise(state.id, unlisted).await {
            Ok(recognised) => found.compared.recognised = recognised,
            Err(error) => return Err((state, error)),
        }
    }
    let is_audit = known && whole && !doubted && !found.content.incomplete;
    if is_audit && state.baseline_at.is_some() && found.compared.arrived() > 0 {
        found.false_unchanged = server_denies_change(shared, feed, &state.validators, now).await;
    }
    Ok((state, PollOutcome::Parsed(found)))
}

/// Whether the server, asked with the validators of a document that has changed, denies that it did.
async fn server_denies_change(
    shared: &Arc<Shared>,
    feed: &Feed,
    outdated: &Validators,
    now: Timestamp,
) -> bool {
    if feed.allow_private.is_empty() {
        // The same breath as between any two requests to a host.
        tokio::time::sleep(shared.plan.host_gap).await;
    }
    let answer = shared.gate.fetch(Request::feed(feed, Some(outdated)), now).await;
    matches!(answer, Answer::Unchanged(_))
}

/// Reads the document off the runtime's threads: a hostile one may take a quarter of a second.
async fn parse_off_runtime(
    shared: &Arc<Shared>,
    feed: &Feed,
    state: FeedState,
    fresh: Fetched,
) -> (FeedState, PollOutcome) {
    // The semaphore is never closed; if it were, reading without a permit is merely less polite.
    let permit = shared.readers.acquire().await.ok();
    let (plan, feed) = (Arc::clone(&shared.plan), feed.clone());
    let (back, fallback) = (state.clone_without_window(), state);
    let reading = tokio::task::spawn_blocking(move || {
        let came = match extract_feed(&plan, &feed, &fresh, &fallback) {
            Ok(reading) => {
                let compared = Compared::of(&fallback.window, &reading.batch);
                PollOutcome::Parsed(Box::new(ParsedFeed {
                    content: reading,
                    compared,
                    false_unchanged: false,
                }))
            }
            Err(failure) => {
                PollOutcome::Failed { failure, page: not_a_feed::recognise(&fresh.body) }
            }
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
            (back, PollOutcome::Failed { failure, page: None })
        }
    }
}
