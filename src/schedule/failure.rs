//! How long until a feed that failed is asked again. None is ever given up.
use std::time::Duration;

use super::RETRY_AFTER_MAX;
use crate::domain::{FeedCondition, Timestamp};

/// No feed is left alone longer than this after hard failures, however many.
const BACKOFF_HARD_MAX: Duration = Duration::from_hours(6);
/// Nor longer than this after failures that pass by themselves: what it publishes once it is back
/// must not run out of its window meanwhile.
const BACKOFF_SOFT_MAX: Duration = Duration::from_hours(1);
/// Waits are stretched by up to this share, so that feeds which failed together do not return
/// together. They are never shortened: the floor is a promise to the publisher.
const JITTER_SHARE: f64 = 0.25;
/// "Gone" is believed when it was said so often, over so long: servers have said it in error.
const GONE_TIMES: u32 = 3;
const GONE_SPAN: Duration = Duration::from_hours(48);
/// A feed that is gone is looked at this often: some come back.
pub const GONE_POLL_EVERY: Duration = Duration::from_hours(7 * 24);

/// How heavy a failure weighs in the back-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Somebody meant it: a client error, a document that is none.
    Hard,
    /// It may pass: no connection, a server error, a broken body.
    Soft,
    /// It passes, or the server said for how long: 429, 503.
    Temporary,
}

impl FailureClass {
    /// In quarters of a hard failure.
    pub fn quarters(self) -> u32 {
        match self {
            Self::Hard => 4,
            Self::Soft => 2,
            Self::Temporary => 1,
        }
    }
}

/// A failed poll, as the schedule sees it.
#[derive(Clone, Copy, Debug)]
pub struct FailedPoll {
    pub word: FeedCondition,
    pub class: FailureClass,
    /// The server's wish for patience, not yet bounded.
    pub retry_after: Option<Duration>,
    /// The server said 410.
    pub gone: bool,
}

/// What is remembered of a feed's failures in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureStreak {
    /// Their weights, in quarters of a hard one.
    pub quarters: u32,
    /// How often 410 was said in a row, and since when.
    pub gone_times: u32,
    pub gone_since: Option<Timestamp>,
}

impl FailureStreak {
    /// Adds a failure at `now`.
    pub fn add(&mut self, trouble: &FailedPoll, now: Timestamp) {
        self.quarters = self.quarters.saturating_add(trouble.class.quarters());
        if trouble.gone {
            self.gone_times = self.gone_times.saturating_add(1);
            self.gone_since.get_or_insert(now);
        } else if trouble.word != FeedCondition::Failing || trouble.class == FailureClass::Hard {
            // An answer that is another one; a connection that failed says nothing about it.
            (self.gone_times, self.gone_since) = (0, None);
        }
    }

    /// Whether the feed is to be taken as gone.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        let long = self.gone_since.is_some_and(|since| now.since(since) >= GONE_SPAN);
        self.gone_times >= GONE_TIMES && long
    }
}

/// When a feed that just failed is due again; `strikes` count this failure.
///
/// From `first` (see [`Bounds::first_retry`](super::Bounds::first_retry)) doubling with each whole
/// strike. A server's `Retry-After` wins if it is longer, up to [`RETRY_AFTER_MAX`].
pub fn after_failure(
    now: Timestamp,
    strikes: FailureStreak,
    trouble: &FailedPoll,
    first: Duration,
    jitter: f64,
) -> Timestamp {
    let jitter = jitter.clamp(0.0, 1.0);
    if strikes.is_gone(now) {
        return now.after(GONE_POLL_EVERY.mul_f64(1.0 + JITTER_SHARE * jitter));
    }
    let longest = match trouble.class {
        FailureClass::Hard => BACKOFF_HARD_MAX,
        FailureClass::Soft | FailureClass::Temporary if trouble.word == FeedCondition::Blocked => {
            BACKOFF_HARD_MAX
        }
        FailureClass::Soft | FailureClass::Temporary => BACKOFF_SOFT_MAX,
    };
    let doublings = (f64::from(strikes.quarters) / 4.0 - 1.0).clamp(0.0, 16.0);
    let wait = first.mul_f64(doublings.exp2()).min(longest.max(first));
    let asked = trouble.retry_after.unwrap_or(Duration::ZERO).min(RETRY_AFTER_MAX);
    now.after(wait.mul_f64(1.0 + JITTER_SHARE * jitter).max(asked))
}

#[cfg(test)]
mod tests {
    use super::super::Bounds;
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const FLOOR: Duration = Duration::from_mins(5);
    const HARD: FailedPoll = FailedPoll {
        word: FeedCondition::Failing,
        class: FailureClass::Hard,
        retry_after: None,
        gone: false,
    };
    const GONE: FailedPoll = FailedPoll { gone: true, ..HARD };

    /// The waits of so many such failures in a row.
    fn waits(trouble: &FailedPoll, times: usize) -> Vec<Duration> {
        let (mut strikes, mut now) = (FailureStreak::default(), Timestamp(0));
        (0..times)
            .map(|_| {
                strikes.add(trouble, now);
                let due = after_failure(now, strikes, trouble, FLOOR, 0.0);
                let wait = due.since(now);
                now = due;
                wait
            })
            .collect()
    }

    #[test]
    fn failures_back_off_by_their_weight_and_never_under_the_floor() {
        let hard = waits(&HARD, 20);
        assert_eq!(hard[..4], [FLOOR, 2 * FLOOR, 4 * FLOOR, 8 * FLOOR]);
        assert_eq!(hard[19], BACKOFF_HARD_MAX);
        let soft = waits(&FailedPoll { class: FailureClass::Soft, ..HARD }, 40);
        assert_eq!((soft[1], soft[3], soft[39]), (FLOOR, 2 * FLOOR, BACKOFF_SOFT_MAX));
        let brief = waits(&FailedPoll { class: FailureClass::Temporary, ..HARD }, 40);
        assert_eq!((brief[3], brief[7], brief[39]), (FLOOR, 2 * FLOOR, BACKOFF_SOFT_MAX));
        let blocked =
            FailedPoll { class: FailureClass::Soft, word: FeedCondition::Blocked, ..HARD };
        assert_eq!(waits(&blocked, 40)[39], BACKOFF_HARD_MAX);
        for waits in [hard, soft, brief] {
            assert!(waits.is_sorted());
        }
    }

    #[test]
    fn a_feed_of_a_shorter_interval_than_the_floor_waits_no_longer_for_a_first_failure() {
        let mut strikes = FailureStreak::default();
        strikes.add(&HARD, Timestamp(0));
        let bounds = Bounds { floor: FLOOR, cap: HOUR, max_staleness: HOUR };
        assert_eq!(bounds.first_retry(HOUR), FLOOR);
        let quick = bounds.first_retry(Duration::from_secs(7));
        let due = after_failure(Timestamp(0), strikes, &HARD, quick, 0.0);
        assert_eq!(due, Timestamp(7_000));
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_day() {
        let strikes = FailureStreak { quarters: 1, ..FailureStreak::default() };
        let asked = |asked| {
            let trouble = FailedPoll { retry_after: Some(asked), ..HARD };
            after_failure(Timestamp(0), strikes, &trouble, FLOOR, 0.5).since(Timestamp(0))
        };
        assert_eq!(asked(2 * HOUR), 2 * HOUR);
        assert_eq!(asked(720 * HOUR), RETRY_AFTER_MAX);
        assert!(asked(Duration::ZERO) >= FLOOR);
    }

    #[test]
    fn gone_is_believed_after_two_days_and_looked_at_weekly() {
        let waits = waits(&GONE, 40);
        let before = waits.iter().position(|wait| *wait >= GONE_POLL_EVERY).unwrap();
        let total: Duration = waits[..before].iter().sum();
        assert!(total >= GONE_SPAN && total < GONE_SPAN + BACKOFF_HARD_MAX, "{total:?}");
        assert!(before >= 3);
        assert!(waits[before..].iter().all(|wait| *wait == GONE_POLL_EVERY));
    }

    #[test]
    fn another_answer_takes_gone_back_and_a_lost_connection_does_not() {
        let now = Timestamp(0);
        let mut strikes = FailureStreak { quarters: 12, gone_times: 3, gone_since: Some(now) };
        let later = now.after(GONE_SPAN);
        assert!(strikes.is_gone(later));
        strikes.add(&FailedPoll { class: FailureClass::Soft, ..HARD }, later);
        assert!(strikes.is_gone(later));
        strikes.add(&HARD, later);
        assert!(!strikes.is_gone(later));
    }
}
