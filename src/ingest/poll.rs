//! One poll of one feed, from the request to the commit.
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use super::compare::Compared;
use super::context::{PollContext, Shared};
use super::extraction::extract_feed;
use super::next_poll::{DecidedPoll, decide_next_poll};
use super::outcome::{FinishedPoll, ParsedFeed, PollEnd, PollOutcome};
use super::{failure, not_a_feed, sitemaps};
use crate::domain::{Feed, Validators};
use crate::fetch::{Answer, Failure, Fetched, ReadingShare, Request, Turn};
use crate::schedule::HostContact;
use crate::store::{self, CommitCounts, FeedState, FeedWindow, PollResult};

/// Polls a feed whose host's turn has come. A panic in here is a failure of this one feed: the state
/// the poll had taken is read again from the store, and the daemon runs on.
pub(super) async fn poll_feed(
    shared: Arc<Shared>,
    state: FeedState,
    turn: Turn,
    context: PollContext,
) -> FinishedPoll {
    let Some(feed) = shared.plan.feeds.get(context.index) else {
        return FinishedPoll::not_stored(state, store::Error::Closed);
    };
    let backup = state.clone_without_window();
    let polled = async {
        match fetch_outcome(&shared, feed, state, turn, context).await {
            Ok((state, outcome)) => conclude(&shared, feed, state, outcome, context).await,
            Err((state, error)) => FinishedPoll::not_stored(state, error),
        }
    };
    let mut finished = match AssertUnwindSafe(polled).catch_unwind().await {
        Ok(finished) => finished,
        Err(panic) => {
            let said = words_of(&*panic);
            conclude_panic(&shared, feed, backup, said, context).await
        }
    };
    finished.state.window.release();
    finished
}

async fn conclude_panic(
    shared: &Shared,
    feed: &Feed,
    backup: FeedState,
    said: String,
    context: PollContext,
) -> FinishedPoll {
    tracing::error!(feed = %feed.name, "polling `{}` panicked: {said}", feed.name);
    let failure = Failure::unreadable(format!("polling it panicked: {said}"));
    let stored = shared.store.feed_state(backup.id).await;
    let state = stored.ok().flatten().unwrap_or_else(|| backup.clone());
    let outcome = PollOutcome::Failed { failure, page: None };
    let stored = AssertUnwindSafe(conclude(shared, feed, state, outcome, context)).catch_unwind();
    let panicked_again = FinishedPoll { state: backup, end: PollEnd::Panicked, contact: None };
    stored.await.unwrap_or(panicked_again)
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given").to_owned()
}

/// Decides when the feed is due again and commits what the poll brought.
async fn conclude(
    shared: &Shared,
    feed: &Feed,
    mut state: FeedState,
    outcome: PollOutcome,
    context: PollContext,
) -> FinishedPoll {
    let contact = match &outcome {
        PollOutcome::Unchanged { .. } | PollOutcome::Parsed(_) => Some(HostContact::Answer),
        PollOutcome::Failed { failure, page } => failure::network_evidence(failure, *page),
    };
    let before = state.clone_without_window();
    let DecidedPoll { poll, entries, failed, window, memory } =
        decide_next_poll(&shared.plan, feed, &mut state, outcome, context);
    if let PollResult::Unchanged = poll.result {
        return FinishedPoll { state, end: PollEnd::Unchanged(poll), contact };
    }
    let stored = shared.store.commit(poll).await;
    drop(memory);
    let end = match stored {
        Ok(counts) => {
            if let Some(window) = window {
                state.window = window;
            }
            PollEnd::Stored { entries, failed, counts }
        }
        // The store recorded it as a failed poll and kept nothing of the document: the next poll
        // sees the same items again, at its ordinary time.
        Err(store::Error::Panicked(_)) => {
            let (next_due, failures) = (state.next_due, before.failures.saturating_add(1));
            state = FeedState { window: state.window, next_due, failures, ..before };
            PollEnd::Stored { entries, failed: true, counts: CommitCounts::default() }
        }
        Err(error) => {
            state = FeedState { window: state.window, ..before };
            PollEnd::NotStored(error)
        }
    };
    FinishedPoll { state, end, contact }
}

type OutcomeWithState = Result<(FeedState, PollOutcome), (FeedState, store::Error)>;

async fn fetch_outcome(
    shared: &Arc<Shared>,
    feed: &Feed,
    mut state: FeedState,
    turn: Turn,
    context: PollContext,
) -> OutcomeWithState {
    let now = context.now;
    let known = state.validators != Validators::default();
    let doubted = state.trust.distrusted_until.is_some_and(|until| now < until);
    // Only of a feed that has said "unchanged" again and again is it worth asking what is overdue.
    let overdue = if state.trust.unchanged < 3 { 0.0 } else { state.habit.overdue_items(now) };
    let whole = !known || state.trust.is_audit_due(now, overdue, context.jitter);
    let request = Request::feed(feed, (!whole).then_some(&state.validators));
    let turns = shared.turns(Some(turn), context);
    let (state, outcome) = match shared.gate.fetch_in_turn(request, turns, now).await {
        Answer::Unchanged(unchanged) => {
            let (freshness, took) = (unchanged.freshness, unchanged.took);
            (state, PollOutcome::Unchanged { freshness, took })
        }
        Answer::Failed(failure) => (state, PollOutcome::Failed { failure, page: None }),
        Answer::Fetched(fetched) => {
            let fetched = sitemaps::read_listed(shared, feed, *fetched, context).await;
            if let FeedWindow::Stored { items: 1.. } = state.window {
                match shared.store.window(state.id).await {
                    Ok(items) => state.window = FeedWindow::Loaded(items),
                    Err(error) => return Err((state, error)),
                }
            }
            parse_off_runtime(shared, feed, state, fetched).await
        }
    };
    let PollOutcome::Parsed(mut found) = outcome else { return Ok((state, outcome)) };
    if found.compared.is_odd() {
        let unlisted = found.compared.unlisted.clone();
        match shared.store.recognise(state.id, unlisted).await {
            Ok(recognised) => found.compared.recognised = recognised,
            Err(error) => return Err((state, error)),
        }
    }
    let is_audit = known && whole && !doubted && !found.content.incomplete;
    if is_audit && state.baseline_at.is_some() && found.compared.arrived() > 0 {
        let request = Request::is_changed(feed, &state.validators);
        let turns = shared.turns(None, context);
        // Asked with the validators of a document that has changed: does it deny that it did?
        let answer = shared.gate.fetch_in_turn(request, turns, now).await;
        found.false_unchanged = matches!(answer, Answer::Unchanged(_));
    }
    Ok((state, PollOutcome::Parsed(found)))
}

/// Reads the document off the runtime's threads: a hostile one may take a quarter of a second.
async fn parse_off_runtime(
    shared: &Arc<Shared>,
    feed: &Feed,
    state: FeedState,
    mut fetched: Fetched,
) -> (FeedState, PollOutcome) {
    // The semaphore is never closed; if it were, reading without a permit is merely less polite.
    let permit = shared.readers.acquire().await.ok();
    let (plan, feed) = (Arc::clone(&shared.plan), feed.clone());
    let (backup, known) = (state.clone_without_window(), state);
    let memory = std::mem::take(&mut fetched.memory);
    let read = memory.run(move || {
        let outcome = match extract_feed(&plan, &feed, &mut fetched, &known) {
            Ok(content) => {
                let compared = Compared::of(known.window.items(), &content.batch);
                let memory = ReadingShare::default();
                let parsed = ParsedFeed { content, compared, false_unchanged: false, memory };
                PollOutcome::Parsed(Box::new(parsed))
            }
            Err(failure) => {
                PollOutcome::Failed { failure, page: not_a_feed::recognise(&fetched.body) }
            }
        };
        (known, outcome)
    });
    let read = read.await;
    drop(permit);
    match read {
        Ok((state, PollOutcome::Parsed(mut parsed))) => {
            parsed.memory = memory;
            (state, PollOutcome::Parsed(parsed))
        }
        Ok(failed) => failed,
        // The parser catches its own panics; this catches the rest. The window is read from
        // the store again.
        Err(panicked) => {
            let failure = Failure::unreadable(format!("reading failed: {panicked}"));
            (backup, PollOutcome::Failed { failure, page: None })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use crate::config::{self, Directories};
    use crate::domain::{Clock, FeedCondition, Timestamp};
    use crate::fetch::{Gate, Limits};
    use crate::ingest::{Ingest, Plan};
    use crate::matcher::Matcher;
    use crate::schedule::Bounds;
    use crate::store::Store;

    /// A plan of one feed whose name has to be looked up.
    fn plan(folder: &std::path::Path) -> Plan {
        let path = folder.join("wirewatch.toml");
        let text = "[[channel]]\nname = \"screen\"\nkind = \"console\"\n\
            [[watch]]\nname = \"w\"\nnotify = [\"screen\"]\nany = [\"GSOMIA\"]\n\
            [[feed]]\nname = \"f\"\nurl = \"http://panics.example/\"\n";
        std::fs::write(&path, text).unwrap();
        let directories = Directories { state: Some(folder), credentials: None };
        let config = config::load(&path, directories).unwrap();
        let (floor, cap) = (Duration::from_mins(5), Duration::from_hours(1));
        Plan {
            feeds: Arc::new(config.feeds),
            matcher: Matcher::compile(&config.watches).unwrap().0,
            watches: std::collections::HashMap::new(),
            occasions: Arc::default(),
            bounds: Bounds { floor, cap, max_staleness: cap },
            concurrency: 4,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_in_a_poll_is_a_failure_of_that_feed_and_the_loop_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp(1_795_420_800_000);
        let (store, _lock) = Store::open(&folder.path().join("test.db"), now).unwrap();
        let gate = Gate::new(None, Limits::default())
            .with_names(Arc::new(|_| panic!("a fault of this program")));
        let clock = Clock::new(move || now);
        let rng = fastrand::Rng::with_seed(1);
        let plan = Arc::new(plan(folder.path()));
        let mut ingest =
            Ingest::prepare(plan, store.clone(), Arc::new(gate), clock, rng).await.unwrap();
        for times in 1..=2 {
            let round = ingest.once().await.unwrap();
            assert_eq!((round.polled, round.failed), (times, times));
        }
        let feeds = store.read(crate::store::Reader::feeds).await.unwrap();
        assert_eq!((feeds[0].failures, feeds[0].state), (2, FeedCondition::NotAFeed));
        let error = feeds[0].error.as_deref().unwrap_or_default();
        assert!(error.contains("a fault of this program"), "{error}");
        assert!(feeds[0].next_due > now);
    }
}
