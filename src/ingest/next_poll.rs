//! What a poll means for the feed: when it is due again, what is remembered, and the words for it.
use std::time::Duration;

use super::context::PollContext;
use super::failure;
use super::lanes::SLOW_EXCHANGE;
use super::not_a_feed::WebPage;
use super::outcome::{ParsedFeed, PollOutcome};
use super::plan::Plan;
use crate::domain::{Feed, FeedCondition, Gap, GapKind, Timestamp};
use crate::fetch::{Failure, FailureKind, ReadingShare};
use crate::schedule::{self, Bounds, FailureStreak, FeedReading, HostContact, Overlap};
use crate::store::{FeedState, Poll, PollResult, WindowItem};

/// A poll ready to be committed, and what memory keeps if it is.
pub(super) struct DecidedPoll {
    pub(super) poll: Poll,
    pub(super) entries: u64,
    pub(super) failed: bool,
    pub(super) window: Option<Vec<WindowItem>>,
    /// What the document takes of the budget for bodies.
    pub(super) memory: ReadingShare,
}

/// Decides when the feed is due again and puts the poll's outcome into words for the store. Every
/// way out sets the next due time: a feed that fails in a new way must not be asked in a loop.
pub(super) fn decide_next_poll(
    plan: &Plan,
    feed: &Feed,
    state: &mut FeedState,
    came: PollOutcome,
    orders: PollContext,
) -> DecidedPoll {
    let bounds = bounds(plan, feed);
    let (mut entries, mut failed, mut window) = (0, false, None);
    let mut memory = ReadingShare::default();
    let result = match came {
        PollOutcome::Unchanged { freshness, took } => {
            state.trust.record_unchanged();
            state.habit.learn(orders.now, 0);
            let reading = schedule_reading(feed, state, orders.now, state.window.len());
            let wish = freshness.max(state.ttl);
            after_success(
                feed,
                state,
                (bounds, FeedReading { publisher_interval: wish, ..reading }),
                orders,
            );
            state.slow = is_slow(state.slow, took);
            PollResult::Unchanged
        }
        PollOutcome::Failed { failure, page } => {
            failed = true;
            let timed_out = failure.kind == FailureKind::Timeout;
            state.slow = timed_out || is_slow(state.slow, failure.took);
            after_failure(feed, state, (&failure, page), bounds, orders)
        }
        PollOutcome::Parsed(mut found) => {
            memory = std::mem::take(&mut found.memory);
            entries = found.content.entries;
            let result = after_parsed(feed, state, *found, bounds, orders);
            if let PollResult::Read(batch) = &result
                && !batch.stale
                && !batch.window.is_empty()
            {
                window = Some(batch.window.clone());
            }
            result
        }
    };
    let poll = Poll {
        feed: state.id,
        at: orders.now,
        next_due: state.next_due,
        interval: state.interval,
        slow: state.slow,
        result,
    };
    DecidedPoll { poll, entries, failed, window, memory }
}

fn bounds(plan: &Plan, feed: &Feed) -> Bounds {
    let max_staleness = feed.max_staleness.unwrap_or(plan.bounds.max_staleness);
    Bounds { max_staleness, ..plan.bounds }
}

fn is_slow(before: bool, took: Duration) -> bool {
    took > SLOW_EXCHANGE || (before && took > SLOW_EXCHANGE / 2)
}

fn schedule_reading(feed: &Feed, state: &FeedState, now: Timestamp, window: usize) -> FeedReading {
    let elapsed = state.succeeded_at.map_or(state.interval, |before| now.since(before));
    FeedReading {
        every: feed.every,
        window,
        publisher_interval: None,
        overlap: Overlap::Good,
        elapsed,
    }
}

fn after_failure(
    feed: &Feed,
    state: &mut FeedState,
    (failure, page): (&Failure, Option<WebPage>),
    bounds: Bounds,
    orders: PollContext,
) -> PollResult {
    let (trouble, why) = failure::classify(failure, page);
    let heard = !matches!(
        failure::network_evidence(failure, page),
        Some(HostContact::Unreachable | HostContact::OtherPage(_))
    );
    if orders.outage && !heard {
        // As soon as politeness allows: the first to get through ends the outage.
        let retry = state.interval.min(bounds.floor);
        state.next_due = schedule::next_due(orders.now, retry, orders.jitter);
        return PollResult::NetworkDown { why };
    }
    state.failures = state.failures.saturating_add(1);
    state.failing_since.get_or_insert(orders.now);
    state.strikes.add(&trouble, orders.now);
    let own = (bounds, state.interval);
    state.next_due =
        schedule::after_failure(orders.now, state.strikes, &trouble, own, orders.jitter);
    let word = if state.strikes.is_gone(orders.now) { FeedCondition::Gone } else { trouble.word };
    tracing::warn!(
        feed = %feed.name, failures = state.failures, state = word.as_str(),
        "feed `{}` failed: {why}; next try at {}", feed.name, state.next_due
    );
    PollResult::Failed { why, word, strikes: state.strikes }
}

fn after_parsed(
    feed: &Feed,
    state: &mut FeedState,
    found: ParsedFeed,
    bounds: Bounds,
    orders: PollContext,
) -> PollResult {
    let now = orders.now;
    let ParsedFeed { content: read, compared, false_unchanged: lied, memory: _ } = found;
    let mut batch = read.batch;
    let overlap = if read.incomplete { Overlap::Good } else { compared.overlap() };
    batch.stale = !read.incomplete && compared.is_stale();
    batch.gaps = gaps(feed, state, (overlap, lied, compared.arrived()), (batch.window.len(), now));
    if batch.stale {
        tracing::warn!(feed = %feed.name, "feed `{}` serves an older batch than before", feed.name);
        batch.validators = state.validators.clone();
    }
    if read.incomplete {
        // What broke off is not gone.
        let here: std::collections::HashSet<u64> = batch.window.iter().map(|i| i.key).collect();
        batch.window.extend(state.window.iter().filter(|item| !here.contains(&item.key)));
    }
    // What is listed at the first reading may be years old.
    let arrived = if state.baseline_at.is_some() { compared.arrived() } else { 0 };
    state.habit.learn(now, arrived);
    if lied {
        state.trust.record_lie(now);
        tracing::warn!(
            feed = %feed.name,
            "feed `{}` said \"unchanged\" while {arrived} items came; it is read whole from now on",
            feed.name
        );
    } else if !read.incomplete {
        state.trust.record_full_read(now);
    }
    state.ttl = read.ttl;
    let wish = read.freshness.max(read.ttl);
    let next = FeedReading {
        publisher_interval: wish,
        overlap,
        ..schedule_reading(feed, state, now, batch.window.len())
    };
    after_success(feed, state, (bounds, next), orders);
    state.slow = is_slow(state.slow, read.took);
    state.validators = batch.validators.clone();
    state.baseline_at.get_or_insert(now);
    batch.trust = state.trust;
    batch.habit = state.habit.clone();
    PollResult::Read(Box::new(batch))
}

/// What may have been missed, or came late, since the feed was last read.
fn gaps(
    feed: &Feed,
    state: &FeedState,
    (overlap, lied, arrived): (Overlap, bool, usize),
    (window, now): (usize, Timestamp),
) -> Vec<Gap> {
    let whole = state.trust.audited.filter(|_| lied);
    let gap = |kind| Gap {
        feed: feed.name.clone(),
        start: whole.or(state.succeeded_at).unwrap_or(now),
        end: now,
        kind,
        missed_at_most: 0,
        delayed: 0,
        open: false,
    };
    let mut gaps = Vec::new();
    if lied {
        let delayed = u64::try_from(arrived).unwrap_or(u64::MAX);
        gaps.push(Gap { delayed, ..gap(GapKind::FalseUnchanged) });
    }
    if overlap == Overlap::None {
        let failed = state.failing_since.is_some();
        let gap = gap(if failed { GapKind::Failing } else { GapKind::Overlap });
        let missed_at_most = state.habit.missed_at_most(gap.start, now, window);
        tracing::warn!(
            feed = %feed.name,
            "feed `{}` has nothing in common with what it listed at {}: items may have been missed",
            feed.name, gap.start
        );
        gaps.push(Gap { missed_at_most, ..gap });
    }
    gaps
}

fn after_success(
    feed: &Feed,
    state: &mut FeedState,
    (bounds, reading): (Bounds, FeedReading),
    orders: PollContext,
) {
    if state.failures > 0 {
        tracing::info!(feed = %feed.name, "feed `{}` answers again", feed.name);
    }
    state.failures = 0;
    state.failing_since = None;
    state.strikes = FailureStreak::default();
    state.succeeded_at = Some(orders.now);
    state.interval = schedule::interval(&state.habit, orders.now, bounds, &reading);
    state.next_due = schedule::next_due(orders.now, state.interval, orders.jitter);
}
