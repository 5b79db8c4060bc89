//! How long until a feed that answered is asked again.
use std::time::Duration;

use super::PublishingHabit;
use crate::domain::Timestamp;

/// A feed is read again before a third of its window is to be expected anew: three times the usual
/// still loses nothing.
const WINDOW_SHARE: f64 = 1.0 / 3.0;
/// And, as long as the publisher wishes nothing else, when one new item is to be expected.
const PROMPT_ITEMS: f64 = 1.0;
/// Less than this share of the window in common with the last reading is close to a loss.
const OVERLAP_THIN: f64 = 1.0 / 3.0;

/// The operator's bounds for choosing an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub floor: Duration,
    pub cap: Duration,
    /// How far a publisher's own wish (`ttl`, `Cache-Control`, `Expires`) may stretch an interval.
    pub max_staleness: Duration,
}

impl Bounds {
    /// How long a feed waits after its first failure: the operator's floor, or its own interval if
    /// that is shorter.
    pub fn first_retry(self, interval: Duration) -> Duration {
        self.floor.min(interval)
    }

    /// The longest interval: no feed is to be staler than it may be.
    fn longest(self) -> Duration {
        self.cap.min(self.max_staleness).max(self.floor)
    }
}

/// What the interval is chosen by, beside the habit.
#[derive(Clone, Copy, Debug)]
pub struct FeedReading {
    /// The operator's own interval, which always wins.
    pub every: Option<Duration>,
    /// Items the feed holds.
    pub window: usize,
    /// The longest of the publisher's wishes.
    pub publisher_interval: Option<Duration>,
    pub overlap: Overlap,
    /// Since the reading before.
    pub elapsed: Duration,
}

/// What two successive readings of a feed have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Enough, or nothing to compare.
    Good,
    /// So little that a little later it would have been nothing.
    Thin,
    /// Nothing: items may have come and gone unseen.
    None,
}

impl Overlap {
    /// Judges `common` items of a window of `now`, where the one before had `before`.
    pub fn of(common: usize, before: usize, now: usize) -> Self {
        let count = |items: usize| f64::from(u32::try_from(items).unwrap_or(u32::MAX));
        if before == 0 || now == 0 {
            Self::Good
        } else if common == 0 {
            Self::None
        } else if count(common) < count(before.min(now)) * OVERLAP_THIN {
            Self::Thin
        } else {
            Self::Good
        }
    }
}

/// The next interval of a feed that answered at `now`.
pub fn interval(
    habit: &PublishingHabit,
    now: Timestamp,
    bounds: Bounds,
    reading: &FeedReading,
) -> Duration {
    if let Some(every) = reading.every {
        return every;
    }
    let longest = bounds.longest();
    let window = f64::from(u32::try_from(reading.window).unwrap_or(u32::MAX));
    let safe = habit.time_until_expected(now, (window * WINDOW_SHARE).max(1.0), longest);
    let safe = match reading.overlap {
        Overlap::Good => safe,
        Overlap::Thin => safe.min(reading.elapsed / 2),
        Overlap::None => bounds.floor,
    };
    let prompt = habit.time_until_expected(now, PROMPT_ITEMS, longest);
    let wish = reading.publisher_interval.unwrap_or(Duration::ZERO).min(bounds.max_staleness);
    prompt.max(wish).min(safe).clamp(bounds.floor, longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);
    const BOUNDS: Bounds = Bounds { floor: Duration::from_mins(5), cap: HOUR, max_staleness: HOUR };
    const QUIET: FeedReading = FeedReading {
        every: None,
        window: 30,
        publisher_interval: None,
        overlap: Overlap::Good,
        elapsed: HOUR,
    };

    /// A habit of so many items in every hour of a fortnight, and the moment it ends.
    fn steady(per_hour: usize) -> (PublishingHabit, Timestamp) {
        let (mut habit, mut now) = (PublishingHabit::default(), Timestamp(0));
        habit.learn(now, 0);
        for _ in 0..336 {
            now = now.after(HOUR);
            habit.learn(now, per_hour);
        }
        (habit, now)
    }

    #[test]
    fn every_wins_over_all_else() {
        let (habit, now) = steady(100);
        let month = Some(720 * HOUR);
        for every in [Duration::from_secs(7), 12 * HOUR] {
            let own = FeedReading {
                every: Some(every),
                publisher_interval: month,
                overlap: Overlap::None,
                ..QUIET
            };
            assert_eq!(interval(&habit, now, BOUNDS, &own), every);
        }
    }

    #[test]
    fn no_more_than_a_third_of_the_window_is_expected_whatever_the_publisher_wishes() {
        for per_hour in [1, 4, 20, 60] {
            let (habit, now) = steady(per_hour);
            for window in [10_u32, 30, 200] {
                for wish in [None, Some(720 * HOUR)] {
                    let chosen = interval(
                        &habit,
                        now,
                        BOUNDS,
                        &FeedReading { window: window as usize, publisher_interval: wish, ..QUIET },
                    );
                    assert!(chosen >= BOUNDS.floor && chosen <= BOUNDS.cap);
                    let expected = habit.expected(now, chosen);
                    let third = f64::from(window) / 3.0;
                    assert!(
                        expected <= third * 1.01 || chosen == BOUNDS.floor,
                        "{per_hour} an hour, {window}: {expected} in {chosen:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_publishers_wish_lengthens_an_interval_up_to_the_staleness_allowed() {
        let (habit, now) = steady(4);
        let of = |wish, max_staleness| {
            let bounds = Bounds { max_staleness, ..BOUNDS };
            interval(&habit, now, bounds, &FeedReading { publisher_interval: wish, ..QUIET })
        };
        let prompt = of(None, HOUR);
        assert!(prompt < 20 * MINUTE, "{prompt:?}");
        assert_eq!(of(Some(30 * MINUTE), HOUR), 30 * MINUTE);
        assert_eq!(of(Some(720 * HOUR), HOUR), HOUR);
        assert_eq!(of(Some(720 * HOUR), 20 * MINUTE), 20 * MINUTE);
        assert_eq!(of(Some(Duration::ZERO), HOUR), prompt);
    }

    #[test]
    fn a_loss_is_polled_at_the_floor_and_a_near_one_twice_as_fast() {
        let (habit, now) = steady(0);
        let of = |overlap| interval(&habit, now, BOUNDS, &FeedReading { overlap, ..QUIET });
        assert_eq!(of(Overlap::Good), HOUR);
        assert_eq!(of(Overlap::Thin), HOUR / 2);
        assert_eq!(of(Overlap::None), BOUNDS.floor);
    }

    #[test]
    fn overlap_is_judged_by_the_smaller_window() {
        assert_eq!(Overlap::of(0, 0, 30), Overlap::Good);
        assert_eq!(Overlap::of(0, 30, 30), Overlap::None);
        assert_eq!(Overlap::of(9, 30, 30), Overlap::Thin);
        assert_eq!(Overlap::of(10, 30, 30), Overlap::Good);
        assert_eq!(Overlap::of(3, 3, 500), Overlap::Good, "a republished archive");
    }
}
