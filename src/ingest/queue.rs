//! Which feed is polled now: those that are due, in the order of their lanes, each when its host is
//! free.
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use super::context::PollContext;
use super::due::due_on_start;
use super::lanes::Class;
use super::poll::poll_feed;
use super::state::Ingest;
use crate::domain::{Feed, Timestamp};
use crate::fetch::Turn;
use crate::store::FeedState;

/// The loop turns at least this often, so that its heartbeat is fresh.
pub(super) const LOOP_TURN_MAX: Duration = Duration::from_secs(2);
/// A loop that turns every few seconds and did not for so long was suspended with its machine.
const SUSPENDED_MIN: Duration = Duration::from_mins(2);

impl Ingest {
    /// Looks at the clock and gives the time. A suspension made all feeds due at once: they are
    /// spread.
    pub(super) fn look_at_clock(&mut self) -> Timestamp {
        self.follow_clock();
        let now = self.shared.clock.now();
        if now.since(self.last_turn_at) > SUSPENDED_MIN {
            tracing::info!("the machine was suspended; what is overdue is spread");
            self.reschedule(
                |due, state, jitter| {
                    if due <= now { due_on_start(state, now, jitter) } else { due }
                },
            );
        }
        self.last_turn_at = now;
        now
    }

    /// When the wall clock was set, every due time is moved by as much, so that each wait keeps its
    /// length. To be called before the time is read: should the clock be set in between, feeds wait
    /// for one turn more, and none is moved twice.
    pub(super) fn follow_clock(&mut self) {
        let shifted_ms = self.shared.clock.shifted_ms();
        let by_ms = shifted_ms.saturating_sub(std::mem::replace(&mut self.shifted_ms, shifted_ms));
        if by_ms != 0 {
            self.move_times(by_ms);
        }
    }

    fn move_times(&mut self, by_ms: i64) {
        self.reschedule(|due, _, _| due.moved(by_ms));
        self.paused_until = self.paused_until.map(|until| until.moved(by_ms));
        self.last_turn_at = self.last_turn_at.moved(by_ms);
        self.unchanged_stored_at = self.unchanged_stored_at.moved(by_ms);
        // Polls under way reckon from the old time.
        for (index, _) in self.states.iter().enumerate().filter(|(_, state)| state.is_none()) {
            let moved_by = self.move_at_end.entry(index).or_default();
            *moved_by = moved_by.saturating_add(by_ms);
        }
    }

    /// Gives every feed that waits for its time another one.
    pub(super) fn reschedule(&mut self, new_due: impl Fn(Timestamp, &FeedState, f64) -> Timestamp) {
        let queued = std::mem::take(&mut self.queue);
        for Reverse((due, feed)) in queued {
            let state = self.states.get(feed).and_then(Option::as_ref);
            let due = state.map_or(due, |state| new_due(due, state, self.rng.f64()));
            self.queue.push(Reverse((due, feed)));
        }
    }

    /// Starts what is due and may start; says when the next feed will be due.
    pub(super) fn start_due(&mut self, now: Timestamp) -> Timestamp {
        self.take_pushes(now);
        if let Some(until) = self.paused_until {
            if until > now {
                return until;
            }
            self.paused_until = None;
        }
        self.lanes.move_slow_polls(now);
        while self.queue.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Some(Reverse((_, index))) = self.queue.pop() else { break };
            if let Some(state) = self.states.get(index).and_then(Option::as_ref) {
                self.lanes.enqueue(index, Class::of(state));
            }
        }
        while let Some((index, class)) = self.lanes.next() {
            let plan = Arc::clone(&self.shared.plan);
            let Some(feed) = plan.feeds.get(index) else { continue };
            let pacer = self.shared.gate.pacer();
            let turn = self.turns.remove(&index);
            match turn.or_else(|| pacer.try_turn(&feed.url, is_own(feed))) {
                Some(turn) => self.start_poll(index, class, turn, now),
                None => self.wait_for_turn(index, feed),
            }
        }
        let due = self.queue.peek().map(|Reverse((due, _))| *due);
        let next = due.into_iter().chain(self.lanes.next_move_at()).min();
        next.unwrap_or_else(|| now.after(LOOP_TURN_MAX)).max(now)
    }

    /// The host is busy: the feed waits in its line, and gives its place to a feed of another host.
    fn wait_for_turn(&mut self, index: usize, feed: &Feed) {
        let (gate, url, own) = (Arc::clone(&self.shared.gate), feed.url.clone(), is_own(feed));
        self.waiting.spawn(async move { (index, gate.pacer().turn(&url, own).await) });
    }

    /// It goes before others of its lane: while it waits for a place, its host waits with it.
    pub(super) fn turn_came(&mut self, index: usize, turn: Turn) {
        if let Some(state) = self.states.get(index).and_then(Option::as_ref) {
            self.turns.insert(index, turn);
            self.lanes.enqueue_first(index, Class::of(state));
        }
    }

    fn start_poll(&mut self, index: usize, class: Class, turn: Turn, now: Timestamp) {
        let Some(state) = self.states.get_mut(index).and_then(Option::take) else { return };
        self.lanes.start(index, class, now);
        let outage = self.network.out_since().is_some();
        let context = PollContext { index, now, jitter: self.rng.f64(), outage };
        // On the heap at once: a task is moved half a dozen times while it is started, and a poll
        // has room for all it may come to, some tens of kilobytes.
        self.polls.spawn(Box::pin(poll_feed(Arc::clone(&self.shared), state, turn, context)));
    }
}

/// Whether the feed is on a server of the operator's own.
fn is_own(feed: &Feed) -> bool {
    !feed.allow_private.is_empty()
}
