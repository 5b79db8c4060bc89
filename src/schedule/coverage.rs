//! How much of a span was covered: what is left of it without its gaps.
use crate::domain::{Coverage, Gap, Timestamp};

/// The share of `since..until` that lies in none of the gaps, `0.0..=1.0`. Gaps may overlap, in any
/// order; an empty span is covered.
pub fn share(gaps: &[Gap], since: Timestamp, until: Timestamp) -> f64 {
    let whole = until.since(since).as_secs_f64();
    if whole <= 0.0 {
        return 1.0;
    }
    let mut spans: Vec<(Timestamp, Timestamp)> =
        gaps.iter().map(|gap| (gap.start.max(since), gap.end.min(until))).collect();
    spans.sort_unstable();
    let (mut lost, mut reached) = (0.0, since);
    for (start, end) in spans {
        lost += end.since(start.max(reached)).as_secs_f64();
        reached = reached.max(end);
    }
    (1.0 - lost / whole).clamp(0.0, 1.0)
}

/// The coverage of several feeds over one span: the mean of their shares, and all their gaps.
pub fn mean_coverage<'a>(each: impl IntoIterator<Item = &'a Coverage>) -> Coverage {
    let (mut feeds, mut sum, mut gaps) = (0_u32, 0.0, Vec::new());
    for coverage in each {
        feeds += 1;
        sum += coverage.share;
        gaps.extend_from_slice(&coverage.gaps);
    }
    gaps.sort_by_key(|gap: &Gap| (gap.start, gap.end));
    let share = if feeds == 0 { 1.0 } else { sum / f64::from(feeds) };
    Coverage { share, gaps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GapKind, Name};

    fn gap(start: i64, end: i64) -> Gap {
        Gap {
            feed: Name::new("a"),
            start: Timestamp(start),
            end: Timestamp(end),
            kind: GapKind::Overlap,
            missed_at_most: 0,
            delayed: 0,
            open: false,
        }
    }

    #[test]
    fn time_in_two_gaps_is_lost_once_and_time_outside_the_span_not_at_all() {
        let share = |gaps: &[Gap]| share(gaps, Timestamp(1_000), Timestamp(2_000));
        assert!((share(&[]) - 1.0).abs() < 1e-9);
        assert!((share(&[gap(1_100, 1_200)]) - 0.9).abs() < 1e-9);
        assert!((share(&[gap(1_150, 1_250), gap(1_100, 1_200)]) - 0.85).abs() < 1e-9);
        assert!((share(&[gap(1_100, 1_300), gap(1_150, 1_200)]) - 0.8).abs() < 1e-9);
        assert!((share(&[gap(0, 1_100), gap(1_900, 9_000)]) - 0.8).abs() < 1e-9);
        assert!((share(&[gap(2_000, 9_000), gap(0, 1_000)]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn several_feeds_are_covered_as_their_mean() {
        let (half, whole) = (
            Coverage { share: 0.5, gaps: vec![gap(5, 9)] },
            Coverage { share: 1.0, gaps: vec![gap(2, 3)] },
        );
        let both = mean_coverage([&half, &whole]);
        assert!((both.share - 0.75).abs() < 1e-9);
        assert_eq!(both.gaps, [gap(2, 3), gap(5, 9)]);
        assert!((mean_coverage([]).share - 1.0).abs() < 1e-9);
    }
}
