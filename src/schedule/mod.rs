//! When to look again, and when to try again. Pure: `now` and the dice come in as arguments.
//!
//! [`retry`](mod@retry) is the deliveries' side; [`word`] says how a feed stands; [`share`] how much
//! of a span was covered.

mod coverage;
mod retry;
mod standing;

use std::time::Duration;

use crate::domain::Moment;

pub use coverage::{share, together};
pub use retry::{RETRY_MAX, Retries, pause, retry};
pub use standing::{Facts, word};

/// First wait after a failed poll, and the factor by which it grows.
const POLL_BACKOFF_FIRST: Duration = Duration::from_mins(1);
/// No feed is left alone longer than this, however often it failed: it is never given up.
pub const POLL_BACKOFF_MAX: Duration = Duration::from_hours(6);
/// A server's wish for more patience than this is not followed (88 hours have been seen asked).
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);
/// Polls are moved by up to this share of their interval, so that feeds drift apart.
const JITTER_SHARE: f64 = 0.1;
/// Feeds that are overdue at start are spread over this time, or over their interval if shorter.
pub const RESTART_SPREAD: Duration = Duration::from_mins(5);

/// The operator's bounds for choosing an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub floor: Duration,
    pub cap: Duration,
}

/// The next interval of a feed that answered: the operator's own if there is one; otherwise
/// shorter when there was news and longer when there was none, within the bounds.
pub fn interval(
    every: Option<Duration>,
    bounds: Bounds,
    current: Duration,
    news: bool,
) -> Duration {
    if let Some(every) = every {
        return every;
    }
    let wished = if news { current / 2 } else { current.saturating_add(current / 4) };
    wished.clamp(bounds.floor, bounds.cap)
}

/// When a feed with this interval is due again; `dice` is in `0.0..1.0`.
///
/// The jitter only ever lengthens: an operator's floor is a promise to the publisher.
pub fn next_due(now: Moment, interval: Duration, dice: f64) -> Moment {
    now.after(interval.mul_f64(1.0 + JITTER_SHARE * dice.clamp(0.0, 1.0)))
}

/// When a feed that just failed is due again.
///
/// Doubling from a minute up to [`POLL_BACKOFF_MAX`], jittered over its upper half so that feeds
/// which failed together do not return together; never sooner than the feed's own interval would
/// have it if that is shorter than the first wait. A server's `Retry-After` wins if it is longer.
pub fn after_failure(
    now: Moment,
    failures: u32,
    interval: Duration,
    retry_after: Option<Duration>,
    dice: f64,
) -> Moment {
    let first = POLL_BACKOFF_FIRST.min(interval);
    let doublings = failures.saturating_sub(1).min(24);
    let base = first.saturating_mul(2_u32.saturating_pow(doublings)).min(POLL_BACKOFF_MAX);
    let wait = base.mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0);
    let asked = retry_after.map_or(Duration::ZERO, |asked| asked.min(RETRY_AFTER_MAX));
    now.after(wait.max(asked))
}

/// When a feed is due after a restart. One that is not yet due keeps its time (but a time further
/// off than any wait we give is a clock that jumped: it is brought back); an overdue one gets a
/// place within the spread, so that a restart is not a storm.
pub fn on_start(now: Moment, stored: Moment, interval: Duration, dice: f64) -> Moment {
    let latest = now.after(RETRY_AFTER_MAX.max(interval.mul_f64(1.0 + JITTER_SHARE)));
    if stored > now {
        return stored.min(latest);
    }
    now.after(RESTART_SPREAD.min(interval).mul_f64(dice.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { floor: Duration::from_mins(5), cap: Duration::from_hours(1) };

    #[test]
    fn an_interval_stays_within_the_operators_bounds_and_every_wins() {
        let mut current = BOUNDS.floor;
        for _ in 0..100 {
            current = interval(None, BOUNDS, current, false);
            assert!(current <= BOUNDS.cap);
        }
        assert_eq!(current, BOUNDS.cap);
        for _ in 0..100 {
            current = interval(None, BOUNDS, current, true);
        }
        assert_eq!(current, BOUNDS.floor);
        let every = Duration::from_secs(7);
        assert_eq!(interval(Some(every), BOUNDS, current, true), every);
    }

    #[test]
    fn a_failing_feed_backs_off_to_a_cap_and_is_never_given_up() {
        let now = Moment(0);
        let mut last = Duration::ZERO;
        for failures in 1..200 {
            let due = after_failure(now, failures, BOUNDS.cap, None, 0.999_999).since(now);
            assert!(due >= last.mul_f64(0.99) && due <= POLL_BACKOFF_MAX);
            last = due;
        }
        assert!(after_failure(now, 200, BOUNDS.cap, None, 0.0).since(now) >= POLL_BACKOFF_MAX / 2);
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_day() {
        let now = Moment(0);
        let hour = Duration::from_hours(1);
        assert_eq!(after_failure(now, 1, BOUNDS.cap, Some(hour), 0.5), now.after(hour));
        let month = Duration::from_hours(720);
        assert_eq!(after_failure(now, 1, BOUNDS.cap, Some(month), 0.5), now.after(RETRY_AFTER_MAX));
    }

    #[test]
    fn a_restart_spreads_what_is_overdue_and_keeps_what_is_not() {
        let now = Moment(1_000_000_000);
        let hour = Duration::from_hours(1);
        assert_eq!(on_start(now, now.after(hour), hour, 0.5), now.after(hour));
        assert_eq!(on_start(now, now.before(hour), hour, 0.5), now.after(RESTART_SPREAD / 2));
        assert_eq!(on_start(now, Moment(0), Duration::from_secs(10), 0.5).since(now).as_secs(), 5);
        let jumped = on_start(now, Moment(i64::MAX), hour, 0.5);
        assert_eq!(jumped, now.after(RETRY_AFTER_MAX));
    }
}
