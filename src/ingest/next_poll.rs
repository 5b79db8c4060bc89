//! The one place where a feed's next poll is decided: when it is due again, what is remembered of
//! it, and what the store is told. Pure.
use std::collections::HashSet;
use std::time::Duration;

use super::context::PollContext;
use super::failure;
use super::lanes::SLOW_EXCHANGE;
use super::not_a_feed::WebPage;
use super::outcome::{ParsedFeed, PollOutcome};
use super::plan::Plan;
use crate::domain::{Feed, FeedCondition, Gap, GapKind};
use crate::fetch::{Failure, FailureKind, ReadingShare};
use crate::schedule::{self, Bounds, FailureStreak, FeedReading, HostContact, Overlap};
use crate::store::{Batch, FeedState, FeedWindow, Poll, PollResult};

/// A poll ready to be committed, and what memory keeps if it is.
pub(super) struct DecidedPoll {
    pub(super) poll: Poll,
    pub(super) entries: u64,
    pub(super) failed: bool,
    pub(super) window: Option<FeedWindow>,
    /// What the document takes of the budget for bodies.
    pub(super) memory: ReadingShare,
}

/// Decides when the feed is due again, and what the store is told of the poll. Every outcome sets
/// the next due time: a feed that fails in a new way must not be asked in a loop.
pub(super) fn decide_next_poll(
    plan: &Plan,
    feed: &Feed,
    state: &mut FeedState,
    outcome: PollOutcome,
    context: PollContext,
) -> DecidedPoll {
    let max_staleness = feed.max_staleness.unwrap_or(plan.bounds.max_staleness);
    let bounds = Bounds { max_staleness, ..plan.bounds };
    let (mut entries, mut failed, mut window) = (0, false, None);
    let mut memory = ReadingShare::default();
    let mut decision = Decision { feed, state, bounds, context };
    let result = match outcome {
        PollOutcome::Unchanged { freshness, took } => {
            decision.after_unchanged(freshness, took);
            PollResult::Unchanged
        }
        PollOutcome::Failed { failure, page } => {
            failed = true;
            decision.after_failure(&failure, page)
        }
        PollOutcome::Parsed(mut found) => {
            memory = std::mem::take(&mut found.memory);
            entries = found.content.entries;
            let batch = decision.after_parsed(*found);
            if !batch.stale && !batch.window.is_empty() {
                window = Some(FeedWindow::kept(&batch.window));
            }
            PollResult::Read(Box::new(batch))
        }
    };
    let poll = Poll {
        feed: state.id,
        at: context.now,
        next_due: state.next_due,
        interval: state.interval,
        slow: state.slow,
        result,
    };
    DecidedPoll { poll, entries, failed, window, memory }
}

/// A slow feed is polled in a lane of its own. It leaves that lane only when it answers in half the
/// time, so that a feed at the limit does not change lanes at every poll.
fn is_slow(before: bool, took: Duration) -> bool {
    took > SLOW_EXCHANGE || (before && took > SLOW_EXCHANGE / 2)
}

/// What the decision is made of.
struct Decision<'a> {
    feed: &'a Feed,
    state: &'a mut FeedState,
    bounds: Bounds,
    context: PollContext,
}

impl Decision<'_> {
    fn after_unchanged(&mut self, freshness: Option<Duration>, took: Duration) {
        self.state.trust.record_unchanged();
        self.state.habit.learn(self.context.now, 0);
        let publisher_interval = freshness.max(self.state.ttl);
        let reading = self.reading(self.state.window.len());
        self.after_success(&FeedReading { publisher_interval, ..reading });
        self.state.slow = is_slow(self.state.slow, took);
    }

    fn after_failure(&mut self, failure: &Failure, page: Option<WebPage>) -> PollResult {
        let (feed, state, context) = (self.feed, &mut *self.state, self.context);
        let timed_out = failure.kind == FailureKind::Timeout;
        state.slow = timed_out || is_slow(state.slow, failure.took);
        let (class, why) = failure::classify(failure, page);
        let contact = failure::network_evidence(failure, page);
        let no_answer =
            matches!(contact, Some(HostContact::Unreachable | HostContact::OtherPage(_)));
        let first = self.bounds.first_retry(state.interval);
        if context.outage && no_answer {
            // As soon as politeness allows: the first feed that is reached ends the outage.
            state.next_due = schedule::next_due(context.now, first, context.jitter);
            return PollResult::NetworkDown { why };
        }
        state.failures = state.failures.saturating_add(1);
        state.failing_since.get_or_insert(context.now);
        state.strikes.add(&class, context.now);
        state.next_due =
            schedule::after_failure(context.now, state.strikes, &class, first, context.jitter);
        let gone = state.strikes.is_gone(context.now);
        let word = if gone { FeedCondition::Gone } else { class.word };
        tracing::warn!(
            feed = %feed.name, failures = state.failures, state = word.as_str(),
            "feed `{}` failed: {why}; next try at {}", feed.name, state.next_due
        );
        PollResult::Failed { why, word, strikes: state.strikes }
    }

    fn after_parsed(&mut self, found: ParsedFeed) -> Batch {
        let now = self.context.now;
        let ParsedFeed { content, compared, false_unchanged, memory: _ } = found;
        let mut batch = content.batch;
        // Of a body that broke off nobody knows what else it would have listed: what it lost may be
        // what came between.
        let overlap = compared.overlap();
        batch.stale = !content.incomplete && compared.is_stale();
        batch.gaps = self.gaps(overlap, false_unchanged, compared.arrived(), batch.window.len());
        let (feed, state) = (self.feed, &mut *self.state);
        if batch.stale {
            tracing::warn!(feed = %feed.name, "feed `{}` serves an older batch than before", feed.name);
            batch.validators = state.validators.clone();
        }
        if content.incomplete {
            // What broke off is still in the feed, as far as the feed is that long.
            let here: HashSet<u64> = batch.window.iter().map(|item| item.key).collect();
            let longest = state.window.len().max(batch.window.len());
            batch
                .window
                .extend(state.window.items().iter().filter(|item| !here.contains(&item.key)));
            batch.window.truncate(longest);
        }
        // What is listed at the first reading may be years old: it says nothing about the habit.
        let arrived = if state.baseline_at.is_some() { compared.arrived() } else { 0 };
        state.habit.learn(now, arrived);
        if false_unchanged {
            state.trust.record_lie(now);
            tracing::warn!(
                feed = %feed.name,
                "feed `{}` said \"unchanged\" while {arrived} items came; it is read whole from now on",
                feed.name
            );
        } else if !content.incomplete {
            state.trust.record_full_read(now);
        }
        state.ttl = content.ttl;
        let publisher_interval = content.freshness.max(content.ttl);
        let reading = self.reading(batch.window.len());
        self.after_success(&FeedReading { publisher_interval, overlap, ..reading });
        let state = &mut *self.state;
        state.slow = is_slow(state.slow, content.took);
        state.validators = batch.validators.clone();
        state.baseline_at.get_or_insert(now);
        batch.trust = state.trust;
        batch.habit = state.habit.clone();
        batch
    }

    /// What the schedule learns from a feed that answered and lists so many items.
    fn reading(&self, window: usize) -> FeedReading {
        let before = self.state.succeeded_at;
        let elapsed = before.map_or(self.state.interval, |before| self.context.now.since(before));
        let every = self.feed.every;
        FeedReading { every, window, publisher_interval: None, overlap: Overlap::Good, elapsed }
    }

    /// What may have been missed, or came late, since the feed was last read.
    fn gaps(
        &self,
        overlap: Overlap,
        false_unchanged: bool,
        arrived: usize,
        window: usize,
    ) -> Vec<Gap> {
        let (feed, state, now) = (self.feed, &*self.state, self.context.now);
        // A server that said "unchanged" wrongly may have done so since it was last read whole.
        let read_whole = state.trust.audited.filter(|_| false_unchanged);
        let gap = |kind| Gap {
            feed: feed.name.clone(),
            start: read_whole.or(state.succeeded_at).unwrap_or(now),
            end: now,
            kind,
            missed_at_most: 0,
            delayed: 0,
            open: false,
        };
        let mut gaps = Vec::new();
        if false_unchanged {
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

    /// The feed answered: its failures are over, and its next poll depends on its habit.
    fn after_success(&mut self, reading: &FeedReading) {
        let (feed, state, context) = (self.feed, &mut *self.state, self.context);
        if state.failures > 0 {
            tracing::info!(feed = %feed.name, "feed `{}` answers again", feed.name);
        }
        state.failures = 0;
        state.failing_since = None;
        state.strikes = FailureStreak::default();
        state.succeeded_at = Some(context.now);
        state.interval = schedule::interval(&state.habit, context.now, self.bounds, reading);
        state.next_due = schedule::next_due(context.now, state.interval, context.jitter);
    }
}
