//! Recognises a surge: far more publishers than usual report on the subject of a watch. No input
//! or output.
use std::time::Duration;

use crate::domain::Timestamp;

/// The period in which outlets are counted together. Long enough for a story to reach most
/// publishers, short enough to be news.
pub const PERIOD: Duration = Duration::from_hours(6);

/// [`PERIOD`] in hours.
pub const PERIOD_HOURS: i64 = 6;

/// Periods of history that are used: two weeks.
pub const FORTNIGHT_PERIODS: i64 = 14 * 24 / PERIOD_HOURS;

/// A watch with fewer periods of history, three days, has no usual number yet.
const HISTORY_PERIODS_MIN: usize = 12;

/// Fewer outlets than this are never a surge.
const OUTLETS_MIN: f64 = 5.0;

/// Standard deviations above the mean at which a surge begins. In a Poisson distribution four
/// deviations happen once in some ten thousand periods.
const DEVIATIONS_BEGIN: f64 = 4.0;

/// Standard deviations under which it ends. Lower than the beginning, so that one surge is told
/// once.
const DEVIATIONS_END: f64 = 1.5;

/// A surge is also at least this many times the mean, because the numbers of a busy watch vary
/// much.
const GROWTH_MIN: f64 = 2.5;

/// Distinct outlets that had a story for a watch.
#[derive(Clone, Debug, PartialEq)]
pub struct OutletCounts {
    /// Within the last [`PERIOD`].
    pub now: u32,
    /// In each whole period before that, up to two weeks.
    pub before: Vec<u32>,
}

/// The level of a watch, by its counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SurgeLevel {
    /// The usual number.
    Usual,
    /// Between the two limits: a surge goes on, and none begins.
    High,
    /// Far more than usual.
    Surge { outlets: u32, usual: f64 },
}

/// Arranges the counts of a watch: `recent` outlets in the last [`PERIOD`], and of the periods
/// before it those that had any, as (number of the period, outlets). `since` is when the watch was
/// first known.
pub fn outlet_counts(
    recent: u32,
    spans: &[(i64, u32)],
    since: Timestamp,
    now: Timestamp,
) -> OutletCounts {
    // Periods begin at fixed hours. The last whole one ended before the recent hours began.
    let last = (hour_of(now) - PERIOD_HOURS + 1).div_euclid(PERIOD_HOURS) - 1;
    let first = (period_of(since) + 1).max(last - FORTNIGHT_PERIODS + 1);
    let outlets = |span: i64| {
        spans.iter().find(|(number, _)| *number == span).map_or(0, |(_, outlets)| *outlets)
    };
    OutletCounts { now: recent, before: (first..=last).map(outlets).collect() }
}

/// Hours since 1970.
pub fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(3_600_000)
}

/// The number of the period, counted from 1970.
pub fn period_of(at: Timestamp) -> i64 {
    hour_of(at).div_euclid(PERIOD_HOURS)
}

/// The level that the counts mean.
pub fn surge_level(record: &OutletCounts) -> SurgeLevel {
    if record.before.len() < HISTORY_PERIODS_MIN {
        return SurgeLevel::Usual;
    }
    let n = f64::from(u32::try_from(record.before.len()).unwrap_or(u32::MAX));
    let mean = record.before.iter().copied().map(f64::from).sum::<f64>() / n;
    let squares = record.before.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>();
    // Two weeks without any story are no proof that nothing ever happens.
    let deviation = (squares / n).max(mean).max(0.5).sqrt();
    let now = f64::from(record.now);
    let begin = (mean + DEVIATIONS_BEGIN * deviation).max(GROWTH_MIN * mean).max(OUTLETS_MIN);
    if now >= begin {
        return SurgeLevel::Surge { outlets: record.now, usual: mean };
    }
    let end = (mean + DEVIATIONS_END * deviation).min(begin / 2.0);
    if now > end { SurgeLevel::High } else { SurgeLevel::Usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(now: u32) -> OutletCounts {
        let before = (0..56).map(|span| u32::from(span % 4 == 0)).collect();
        OutletCounts { now, before }
    }

    #[test]
    fn many_outlets_at_once_are_a_surge_to_a_quiet_watch_and_not_to_a_busy_one() {
        assert_eq!(surge_level(&quiet(1)), SurgeLevel::Usual);
        assert_eq!(surge_level(&quiet(4)), SurgeLevel::High, "four are never a surge");
        assert!(matches!(surge_level(&quiet(9)), SurgeLevel::Surge { outlets: 9, .. }));
        let busy = OutletCounts { now: 30, before: (0..56).map(|span| 10 + span % 20).collect() };
        assert!(
            !matches!(surge_level(&busy), SurgeLevel::Surge { .. }),
            "it has met as many before"
        );
        assert!(matches!(surge_level(&OutletCounts { now: 90, ..busy }), SurgeLevel::Surge { .. }));
    }

    #[test]
    fn a_watch_without_a_habit_has_no_surge() {
        assert_eq!(surge_level(&OutletCounts { now: 50, before: vec![0; 3] }), SurgeLevel::Usual);
        assert!(matches!(
            surge_level(&OutletCounts { now: 50, before: vec![0; 20] }),
            SurgeLevel::Surge { .. }
        ));
    }

    #[test]
    fn spans_in_which_nothing_was_met_count_too() {
        let now = Timestamp(1_000 * 3_600_000 + 5);
        // Hours 995 to 1000 are recent; spans are hours 984 to 989 (number 164) and before.
        let since = now.before(Duration::from_hours(25));
        let spans = [(164, 2), (163, 1), (100, 9)];
        assert_eq!(
            outlet_counts(7, &spans, since, now),
            OutletCounts { now: 7, before: vec![1, 2] }
        );
        let since = now.before(Duration::from_hours(1_000));
        let whole = outlet_counts(7, &spans, since, now);
        assert_eq!((whole.before.len(), whole.before.last()), (56, Some(&2)));
    }
}
