//! When a subject breaks out: far more newsrooms tell of it than it is used to. Pure.
use std::time::Duration;

use crate::domain::Moment;

/// How long the outlets of one outbreak are counted together: long enough for a story to go round a
/// day's newsrooms, short enough to be news.
pub const SPAN: Duration = Duration::from_hours(6);

/// The same in hours.
pub const SPAN_HOURS: i64 = 6;

/// How far back a watch's habit is read, in spans: two of its weeks.
pub const FORTNIGHT_SPANS: i64 = 14 * 24 / SPAN_HOURS;

/// A watch known for fewer spans, three days of them, has no habit yet.
const HABIT_SPANS_MIN: usize = 12;

/// Fewer outlets than this are never a surge.
const OUTLETS_MIN: f64 = 5.0;

/// Standard deviations above the mean at which a surge begins: counts are taken for Poisson at least,
/// where four deviations come up once in some ten thousand spans.
const DEVIATIONS_BEGIN: f64 = 4.0;

/// And under which it is over, so that one outbreak is told once.
const DEVIATIONS_END: f64 = 1.5;

/// A surge is also this many times the mean: a busy watch varies much.
const TIMES_MIN: f64 = 2.5;

/// What a watch met, as distinct outlets with a story of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Within the last [`SPAN`].
    pub now: u32,
    /// In each whole span before that, back to the beginning of the record or a fortnight.
    pub before: Vec<u32>,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tide {
    /// As usual, or as usual again.
    Usual,
    /// Between the two marks: what was a surge is one still, what was none is none.
    High,
    /// Far more than usual.
    Surge { outlets: u32, usual: f64 },
}

/// Lays out what a watch met: `recent` outlets within the last [`SPAN`], and of the spans before it
/// those that met any, as (number of the span, outlets). `since`: when the watch was first known.
pub fn record(recent: u32, spans: &[(i64, u32)], since: Moment, now: Moment) -> Record {
    // Spans stand at fixed hours; the last whole one ended before the recent hours began.
    let last = (hour(now) - SPAN_HOURS + 1).div_euclid(SPAN_HOURS) - 1;
    let first = (span(since) + 1).max(last - FORTNIGHT_SPANS + 1);
    let outlets = |span: i64| {
        spans.iter().find(|(number, _)| *number == span).map_or(0, |(_, outlets)| *outlets)
    };
    Record { now: recent, before: (first..=last).map(outlets).collect() }
}

/// Hours since 1970.
pub fn hour(at: Moment) -> i64 {
    at.0.div_euclid(3_600_000)
}

/// Spans since 1970.
pub fn span(at: Moment) -> i64 {
    hour(at).div_euclid(SPAN_HOURS)
}

/// Judges a record.
pub fn tide(record: &Record) -> Tide {
    if record.before.len() < HABIT_SPANS_MIN {
        return Tide::Usual;
    }
    let n = f64::from(u32::try_from(record.before.len()).unwrap_or(u32::MAX));
    let mean = record.before.iter().copied().map(f64::from).sum::<f64>() / n;
    let squares = record.before.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>();
    // A quiet fortnight is no proof that nothing ever happens.
    let deviation = (squares / n).max(mean).max(0.5).sqrt();
    let now = f64::from(record.now);
    let begin = (mean + DEVIATIONS_BEGIN * deviation).max(TIMES_MIN * mean).max(OUTLETS_MIN);
    if now >= begin {
        return Tide::Surge { outlets: record.now, usual: mean };
    }
    let end = (mean + DEVIATIONS_END * deviation).min(begin / 2.0);
    if now > end { Tide::High } else { Tide::Usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(now: u32) -> Record {
        let before = (0..56).map(|span| u32::from(span % 4 == 0)).collect();
        Record { now, before }
    }

    #[test]
    fn many_outlets_at_once_are_a_surge_to_a_quiet_watch_and_not_to_a_busy_one() {
        assert_eq!(tide(&quiet(1)), Tide::Usual);
        assert_eq!(tide(&quiet(4)), Tide::High, "four are never a surge");
        assert!(matches!(tide(&quiet(9)), Tide::Surge { outlets: 9, .. }));
        let busy = Record { now: 30, before: (0..56).map(|span| 10 + span % 20).collect() };
        assert!(!matches!(tide(&busy), Tide::Surge { .. }), "it has met as many before");
        assert!(matches!(tide(&Record { now: 90, ..busy }), Tide::Surge { .. }));
    }

    #[test]
    fn a_watch_without_a_habit_has_no_surge() {
        assert_eq!(tide(&Record { now: 50, before: vec![0; 3] }), Tide::Usual);
        assert!(matches!(tide(&Record { now: 50, before: vec![0; 20] }), Tide::Surge { .. }));
    }

    #[test]
    fn spans_in_which_nothing_was_met_count_too() {
        let now = Moment(1_000 * 3_600_000 + 5);
        // Hours 995 to 1000 are recent; spans are hours 984 to 989 (number 164) and before.
        let since = now.before(Duration::from_hours(25));
        let spans = [(164, 2), (163, 1), (100, 9)];
        assert_eq!(record(7, &spans, since, now), Record { now: 7, before: vec![1, 2] });
        let since = now.before(Duration::from_hours(1_000));
        let whole = record(7, &spans, since, now);
        assert_eq!((whole.before.len(), whole.before.last()), (56, Some(&2)));
    }
}
