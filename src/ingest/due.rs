//! When feeds are due that were not polled for a while. Pure.
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::domain::Timestamp;
use crate::schedule;
use crate::store::FeedState;

/// A feed that works may be polled this much later than its interval.
const LATE_MAX: f64 = 1.2;

/// When each feed is due after a start.
pub(super) fn first_due(
    states: &[FeedState],
    now: Timestamp,
    rng: &mut fastrand::Rng,
) -> BinaryHeap<Reverse<(Timestamp, usize)>> {
    let due = |state: &FeedState, jitter: f64| {
        // A feed that was never asked is not overdue: its first poll comes at once, paced by the
        // turns at each host and the limit of polls under way.
        let never_asked = state.baseline_at.is_none() && state.failures == 0;
        if never_asked { now } else { due_on_start(state, now, jitter) }
    };
    let feeds = states.iter().enumerate();
    feeds.map(|(index, state)| Reverse((due(state, rng.f64()), index))).collect()
}

/// The longest time a feed may ever go without a poll. One that works has no reason to wait longer
/// than its interval.
pub(super) fn longest_wait(state: &FeedState) -> Duration {
    if state.failures == 0 {
        return state.interval.mul_f64(LATE_MAX);
    }
    let gone = state.strikes.gone_times > 0;
    let longest = if gone { schedule::GONE_POLL_EVERY } else { schedule::RETRY_AFTER_MAX };
    longest.mul_f64(1.3)
}

/// When a feed is due whose time may have passed while nothing was polled.
pub(super) fn due_on_start(state: &FeedState, now: Timestamp, jitter: f64) -> Timestamp {
    let longest = longest_wait(state);
    schedule::due_after_start(now, state.next_due, state.interval, longest, jitter)
}
