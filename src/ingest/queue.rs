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
/// A clock set back by less than this is only being adjusted.
const CLOCK_SLACK: Duration = Duration::from_mins(1);
/// A loop that turns every few seconds and did not for so long was suspended with its machine.
const SUSPENDED_MIN: Duration = Duration::from_mins(2);

impl Ingest {
    /// A clock that was set back leaves every due time in a future that may be years away: they are
    /// brought back to where no feed waits longer than it ever should. One that leapt forward, as
    /// after a suspension, has made all feeds due at once: they are spread.
    pub(super) fn notice_clock(&mut self, now: Timestamp) {
        if self.last_turn_at.since(now) > CLOCK_SLACK {
            tracing::warn!("the clock was set back; all feeds get new due times");
            let bound = now.after(self.shared.plan.bounds.cap);
            self.reschedule(|due, _, _| due.min(bound));
            self.paused_until = None;
        } else if now.since(self.last_turn_at) > SUSPENDED_MIN {
            tracing::info!("the clock leapt forward; what is overdue is spread");
            self.reschedule(
                |due, state, jitter| {
                    if due <= now { due_on_start(state, now, jitter) } else { due }
                },
            );
        }
        self.last_turn_at = now;
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
        self.polls.spawn(poll_feed(Arc::clone(&self.shared), state, turn, context));
    }
}

/// Whether the feed is on a server of the operator's own.
fn is_own(feed: &Feed) -> bool {
    !feed.allow_private.is_empty()
}
