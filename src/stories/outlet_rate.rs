//! When a subject breaks out: far more newsrooms tell of it than it is used to. Pure.
use std::time::Duration;

use crate::domain::Timestamp;

/// How long the outlets of one outbreak are counted together: long enough for a story to go round a
/// day's newsrooms, short enough to be news.
pub const PERIOD: Duration = Duration::from_hours(6);

/// The same in hours.
pub const PERIOD_HOURS: i64 = 6;

/// How far back a watch's habit is read, in spans: two of its weeks.
pub const FORTNIGHT_PERIODS: i64 = 14 * 24 / PERIOD_HOURS;

/// A watch known for fewer spans, three days of them, has no habit yet.
const HISTORY_PERIODS_MIN: usize = 12;

/// Fewer outlets than this are never a surge.
const OUTLETS_MIN: f64 = 5.0;

/// Standard deviations above the mean at which a surge begins: counts are taken for Poisson at least,
/// where four deviations come up once in some ten thousand spans.
const DEVIATIONS_BEGIN: f64 = 4.0;

/// And under which it is over, so that one outbreak is told once.
const DEVIATIONS_END: f64 = 1.5;

/// A surge is also this many times the mean: a busy watch varies much.
const GROWTH_MIN: f64 = 2.5;

/// What a watch met, as distinct outlets with a story of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct OutletCounts {
    /// Within the last [`PERIOD`].
    pub now: u32,
    /// In each whole span before that, back to the beginning of the record or a fortnight.
    pub before: Vec<u32>,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SurgeLevel {
    /// As usual, or as usual again.
    Usual,
    /// Between the two marks: what was a surge is one still, what was none is none.
    High,
    /// Far more than usual.
    Surge { outlets: u32, usual: f64 },
}

/// Lays out what a watch met: `recent` outlets within the last [`PERIOD`], and of the spans before it
/// those that met any, as (number of the span, outlets). `since`: when the watch was first known.
pub fn outlet_counts(
    recent: u32,
    spans: &[(i64, u32)],
    since: Timestamp,
    now: Timestamp,
) -> OutletCounts {
    // Spans stand at fixed hours; the last whole one ended before the recent hours began.
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

/// Spans since 1970.
pub fn period_of(at: Timestamp) -> i64 {
    hour_of(at).div_euclid(PERIOD_HOURS)
}

/// Judges a record.
pub fn surge_level(record: &OutletCounts) -> SurgeLevel {
    if record.before.len() < HISTORY_PERIODS_MIN {
        return SurgeLevel::Usual;
    }
    let n = f64::from(u32::try_from(record.before.len()).unwrap_or(u32::MAX));
    let mean = record.before.iter().copied().map(f64::from).sum::<f64>() / n;
    let squares = record.before.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>();
    // A quiet fortnight is no proof that nothing ever happens.
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
