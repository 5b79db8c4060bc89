//! When to look again, and when to try again. Pure: `now` and the jitter are arguments.
//!
//! A [`PublishingHabit`] learns how fast a feed publishes and in which hours; [`interval()`] keeps the polls close
//! enough for its window; [`after_failure`] backs off; [`ValidatorTrust`] says when "unchanged" is looked into;
//! [`NetworkState`] tells our own outage from theirs. [`state_of`] says how a feed stands and [`share`] how much
//! of a span was covered. [`delivery_retry`] is the deliveries' side.

mod audit;
mod coverage;
mod delivery_backoff;
mod failure;
mod feed_state;
mod habit;
mod interval;
mod network;
mod pages;

use std::time::Duration;

use crate::domain::Timestamp;

pub use audit::ValidatorTrust;
pub use coverage::{mean_coverage, share};
pub use delivery_backoff::{RETRY_MAX, RetryPolicy, channel_pause, channel_rest, delivery_retry};
pub use failure::{FailedPoll, FailureClass, FailureStreak, GONE_POLL_EVERY, after_failure};
pub use feed_state::{StateFacts, state_of};
pub use habit::PublishingHabit;
pub use interval::{Bounds, FeedReading, Overlap, interval};
pub use network::{HostContact, NetworkChange, NetworkState, proves_network};
pub use pages::{PAGE_ATTEMPTS_MAX, page_retry};

/// A server's wish for more patience than this is not followed (88 hours have been seen asked).
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);
/// Polls are moved by up to this share of their interval, so that feeds drift apart.
const JITTER_SHARE: f64 = 0.1;
/// Feeds that are overdue at start are spread over this time, or over their interval if shorter.
pub const RESTART_SPREAD: Duration = Duration::from_mins(5);

/// When a feed with this interval is due again; `jitter` is in `0.0..1.0`.
///
/// The jitter only ever lengthens: an operator's floor is a promise to the publisher.
pub fn next_due(now: Timestamp, interval: Duration, jitter: f64) -> Timestamp {
    now.after(interval.mul_f64(1.0 + JITTER_SHARE * jitter.clamp(0.0, 1.0)))
}

/// When a feed is due after a restart, a suspension or an outage. One that is not yet due keeps its
/// time (but a time further off than `longest`, the longest wait we give, is a clock that jumped: it
/// is brought back); an overdue one gets a place within the spread, so that it is no storm.
pub fn due_after_start(
    now: Timestamp,
    stored: Timestamp,
    interval: Duration,
    longest: Duration,
    jitter: f64,
) -> Timestamp {
    let latest = now.after(longest.max(interval.mul_f64(1.0 + JITTER_SHARE)));
    if stored > now {
        return stored.min(latest);
    }
    now.after(RESTART_SPREAD.min(interval).mul_f64(jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_spreads_what_is_overdue_and_keeps_what_is_not() {
        let now = Timestamp(1_000_000_000);
        let (hour, day) = (Duration::from_hours(1), RETRY_AFTER_MAX);
        assert_eq!(due_after_start(now, now.after(hour), hour, day, 0.5), now.after(hour));
        let overdue = due_after_start(now, now.before(hour), hour, day, 0.5);
        assert_eq!(overdue, now.after(RESTART_SPREAD / 2));
        let short = Duration::from_secs(10);
        assert_eq!(due_after_start(now, Timestamp(0), short, day, 0.5).since(now).as_secs(), 5);
        let jumped = due_after_start(now, Timestamp(i64::MAX), hour, day, 0.5);
        assert_eq!(jumped, now.after(RETRY_AFTER_MAX));
        let gone = due_after_start(now, now.after(2 * day), hour, GONE_POLL_EVERY, 0.5);
        assert_eq!(gone, now.after(2 * day));
    }

    #[test]
    fn the_jitter_only_ever_lengthens() {
        let hour = Duration::from_hours(1);
        assert_eq!(next_due(Timestamp(0), hour, 0.0), Timestamp(0).after(hour));
        assert_eq!(next_due(Timestamp(0), hour, 1.0), Timestamp(0).after(hour.mul_f64(1.1)));
    }
}
