//! A feed's publishing habit: how many items arrive in which hour of the day, on working days and at
//! weekends. Learned from what arrived, never from the dates items claim.
use std::time::Duration;

use crate::domain::Timestamp;

/// The hours of a day, for working days and again for weekends.
const SLOTS: usize = 48;
/// What was learned counts half after this time: habits change with the season, not with a day.
const LEARNED_HALF: Duration = Duration::from_hours(14 * 24);
/// What arrived lately counts half after this time: a burst is over within hours.
const LATELY_HALF: Duration = Duration::from_mins(30);
/// An hour of the day leans on the whole day's rate as if that had been seen in it for so long.
const ASSUMED_HOURS: f64 = 2.0;
/// Longer spans than this teach nothing about hours of the day.
const LEARN_SPAN_MAX: Duration = LEARNED_HALF;
/// No feed is called silent sooner.
const SILENCE_MIN: Duration = Duration::from_hours(24);
/// Silence is longer than this many times the longest pause known.
const SILENCE_PAUSES: u32 = 3;
/// Until a weekend was surely seen, silence takes this long.
const SILENCE_MIN_YOUNG: Duration = Duration::from_hours(7 * 24);
const YOUNG_AGE: Duration = Duration::from_hours(8 * 24);
/// A feed that never published while we looked is silent after this time.
const SILENCE_MIN_UNKNOWN: Duration = Duration::from_hours(30 * 24);
/// Arrivals (polls that brought something) before there is a habit to break.
const ARRIVALS_MIN: u16 = 5;
/// The longest pause known shrinks by half in this time, so that one summer break does not excuse
/// every silence of the next year.
const PAUSE_HALF: Duration = Duration::from_hours(60 * 24);
/// First byte of a packed habit, and its length in bytes.
const VERSION: u8 = 1;
const PACKED_BYTES: usize = 1 + 4 * 8 + 4 + 2 + SLOTS * 4;
/// Fixed-point steps of a packed arrival and a packed hour: both decay to below 4,000 and 60.
const ARRIVAL_STEP: f32 = 16.0;
const HOUR_STEP: f32 = 1_024.0;

/// What was learned of one feed.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishingHabit {
    /// When the watch began; `None` before the first reading.
    since: Option<Timestamp>,
    /// Until when arrivals are accounted for.
    at: Timestamp,
    last_arrival: Option<Timestamp>,
    longest_pause: Duration,
    /// Polls that brought something.
    arrivals: u16,
    /// Items of late, halved every [`LATELY_HALF`].
    lately: f32,
    items: [f32; SLOTS],
    hours: [f32; SLOTS],
}

impl Default for PublishingHabit {
    fn default() -> Self {
        Self {
            since: None,
            at: Timestamp(0),
            last_arrival: None,
            longest_pause: Duration::ZERO,
            arrivals: 0,
            lately: 0.0,
            items: [0.0; SLOTS],
            hours: [0.0; SLOTS],
        }
    }
}

impl PublishingHabit {
    /// A feed was read at `now` and `arrived` items had come since it was last read.
    ///
    /// The first reading only begins the watch: what it lists may be years old.
    pub fn learn(&mut self, now: Timestamp, arrived: usize) {
        let began = self.since.is_some() && now >= self.at;
        if !began {
            self.since.get_or_insert(now);
            self.at = now;
            return;
        }
        let span = now.since(self.at);
        self.decay(span);
        let arrived = f32::from(u16::try_from(arrived).unwrap_or(u16::MAX));
        if span <= LEARN_SPAN_MAX && !span.is_zero() {
            let per_hour = arrived / hours(span);
            each_hour(self.at, span, |slot, part| {
                if let (Some(seen), Some(items)) =
                    (self.hours.get_mut(slot), self.items.get_mut(slot))
                {
                    *seen += hours(part);
                    *items += per_hour * hours(part);
                }
            });
        }
        self.at = now;
        if arrived > 0.0 {
            // Spread over the span, as nobody knows better: an old batch is no burst.
            let halves = halves(span, LATELY_HALF).max(1e-6);
            let weight = (1.0 - (-halves).exp2()) / (halves * f32::ln(2.0));
            self.lately += arrived * weight;
            let before = self.last_arrival.or(self.since).unwrap_or(now);
            self.longest_pause = self.longest_pause.max(now.since(before));
            self.last_arrival = Some(now);
            self.arrivals = self.arrivals.saturating_add(1);
        }
    }

    fn decay(&mut self, span: Duration) {
        self.lately *= (-halves(span, LATELY_HALF)).exp2();
        let kept = (-halves(span, LEARNED_HALF)).exp2();
        self.items.iter_mut().chain(&mut self.hours).for_each(|learned| *learned *= kept);
        self.longest_pause = self.longest_pause.mul_f32((-halves(span, PAUSE_HALF)).exp2());
    }

    /// Items an hour to be expected in a slot. One item more than was seen is assumed: of a feed
    /// just met nothing is known, and it must not be left alone for that.
    fn rate(&self, slot: usize) -> f64 {
        let items: f32 = self.items.iter().sum();
        let hours: f32 = self.hours.iter().sum();
        let mean = (f64::from(items) + 1.0) / f64::from(hours).max(1.0 / 60.0);
        let own = |of: &[f32; SLOTS]| f64::from(of.get(slot).copied().unwrap_or_default());
        (own(&self.items) + ASSUMED_HOURS * mean) / (own(&self.hours) + ASSUMED_HOURS)
    }

    /// Items an hour as they came of late.
    fn rate_lately(&self, now: Timestamp) -> f64 {
        let kept = (-halves(now.since(self.at), LATELY_HALF)).exp2();
        f64::from(self.lately * kept) * std::f64::consts::LN_2 / f64::from(hours(LATELY_HALF))
    }

    /// Items to be expected within `span` from `from` on. A burst is taken to go on for an hour.
    pub fn expected(&self, from: Timestamp, span: Duration) -> f64 {
        let mut sum = 0.0;
        self.visit_hours(from, span, |rate, part| {
            sum += rate * f64::from(hours(part));
            true
        });
        sum
    }

    /// How long from `from` until `most` items are to be expected; `limit` if they are not before.
    pub fn time_until_expected(&self, from: Timestamp, most: f64, limit: Duration) -> Duration {
        let (mut sum, mut reached) = (0.0, Duration::ZERO);
        self.visit_hours(from, limit, |rate, part| {
            let more = rate * f64::from(hours(part));
            if sum + more >= most {
                let left = Duration::try_from_secs_f64((most - sum) / rate * 3_600.0);
                reached = reached.saturating_add(left.unwrap_or(part).min(part));
                return false;
            }
            sum += more;
            reached += part;
            true
        });
        reached.min(limit)
    }

    /// Calls `visit` with the rate of each part of a span, until it says `false`.
    fn visit_hours(
        &self,
        from: Timestamp,
        span: Duration,
        mut visit: impl FnMut(f64, Duration) -> bool,
    ) {
        let (burst, mut done, mut on) = (self.rate_lately(from), Duration::ZERO, true);
        each_hour(from, span, |slot, part| {
            if on {
                let now = if done < Duration::from_hours(1) { burst } else { 0.0 };
                on = visit(self.rate(slot).max(now), part);
                done += part;
            }
        });
    }

    /// Since when the feed, which answered at `now`, has been silent against its habit.
    pub fn silent_since(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.since?;
        let Some(last) = self.last_arrival else {
            return Some(since.after(SILENCE_MIN_UNKNOWN)).filter(|silent| *silent <= now);
        };
        if self.arrivals < ARRIVALS_MIN {
            return Some(last.after(SILENCE_MIN_UNKNOWN)).filter(|silent| *silent <= now);
        }
        let pauses = self.longest_pause.saturating_mul(SILENCE_PAUSES).max(SILENCE_MIN);
        let young = last.since(since) < YOUNG_AGE;
        let patience = if young { pauses.max(SILENCE_MIN_YOUNG) } else { pauses };
        Some(last.after(patience)).filter(|silent| *silent <= now)
    }

    /// Items that should have come since the last one did.
    pub fn overdue_items(&self, now: Timestamp) -> f64 {
        let Some(last) = self.last_arrival.filter(|_| self.arrivals >= ARRIVALS_MIN) else {
            return 0.0;
        };
        let mut sum = 0.0;
        each_hour(last, now.since(last).min(LEARN_SPAN_MAX), |slot, part| {
            sum += self.rate(slot) * f64::from(hours(part));
        });
        sum
    }

    /// How many items may have come and gone unseen between two readings with nothing in common, the
    /// later of `window` items: what the habit lets expect, with room for chance; at least another
    /// window, since one was certainly filled. An estimate: nobody can know.
    pub fn missed_at_most(&self, start: Timestamp, end: Timestamp, window: usize) -> u64 {
        let expected = self.expected(start, end.since(start));
        let bound = (3.0_f64.mul_add(expected.sqrt(), expected)).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a finite count of items, which saturates"
        )]
        let bound = bound as u64;
        bound.max(u64::try_from(window).unwrap_or(u64::MAX))
    }

    /// For the store: 231 bytes.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PACKED_BYTES);
        bytes.push(VERSION);
        let moment = |at: Option<Timestamp>| at.map_or(i64::MIN, |at| at.0).to_be_bytes();
        bytes.extend_from_slice(&moment(self.since));
        bytes.extend_from_slice(&moment(Some(self.at)));
        bytes.extend_from_slice(&moment(self.last_arrival));
        let pause = u64::try_from(self.longest_pause.as_millis()).unwrap_or(u64::MAX);
        bytes.extend_from_slice(&pause.to_be_bytes());
        bytes.extend_from_slice(&self.lately.to_be_bytes());
        bytes.extend_from_slice(&self.arrivals.to_be_bytes());
        let steps = [(&self.items, ARRIVAL_STEP), (&self.hours, HOUR_STEP)];
        for (slots, step) in steps {
            for learned in slots {
                bytes.extend_from_slice(&fixed(*learned, step).to_be_bytes());
            }
        }
        bytes
    }

    /// Reads what [`pack`](Self::pack) wrote; a habit that cannot be read is learned again.
    pub fn unpack(bytes: &[u8]) -> Self {
        Self::parse(bytes).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&VERSION) || bytes.len() != PACKED_BYTES {
            return None;
        }
        let moment = |at: usize| {
            let number = bytes_at(bytes, at).map(i64::from_be_bytes);
            number.map(|at| (at != i64::MIN).then_some(Timestamp(at)))
        };
        let mut habit = Self {
            since: moment(1)?,
            at: moment(9)?.unwrap_or_default(),
            last_arrival: moment(17)?,
            longest_pause: Duration::from_millis(u64::from_be_bytes(bytes_at(bytes, 25)?)),
            lately: f32::from_be_bytes(bytes_at(bytes, 33)?),
            arrivals: u16::from_be_bytes(bytes_at(bytes, 37)?),
            ..Self::default()
        };
        if !habit.lately.is_finite() || habit.lately < 0.0 {
            return None;
        }
        let slots = habit.items.iter_mut().zip(std::iter::repeat(ARRIVAL_STEP));
        let slots = slots.chain(habit.hours.iter_mut().zip(std::iter::repeat(HOUR_STEP)));
        for ((learned, step), at) in slots.zip((39..).step_by(2)) {
            *learned = f32::from(u16::from_be_bytes(bytes_at(bytes, at)?)) / step;
        }
        Some(habit)
    }
}

/// The bytes of a number at an offset.
fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what the number holds"
)]
fn fixed(learned: f32, step: f32) -> u16 {
    (learned * step).round().clamp(0.0, f32::from(u16::MAX)) as u16
}

fn hours(span: Duration) -> f32 {
    span.as_secs_f32() / 3_600.0
}

fn halves(span: Duration, half: Duration) -> f32 {
    span.as_secs_f32() / half.as_secs_f32()
}

/// Cuts a span at the hours of the clock (UTC) and calls `visit` with the slot and length of each
/// part; at most [`LEARN_SPAN_MAX`] is walked.
fn each_hour(from: Timestamp, span: Duration, mut visit: impl FnMut(usize, Duration)) {
    const HOUR_MS: i64 = 3_600_000;
    let (mut at, end) = (from, from.after(span.min(LEARN_SPAN_MAX)));
    while at < end {
        let hour = at.0.div_euclid(HOUR_MS);
        let next = Timestamp(hour.saturating_add(1).saturating_mul(HOUR_MS)).min(end);
        if next <= at {
            return;
        }
        // 1970-01-01 was a Thursday.
        let weekend = at.day().saturating_add(3).rem_euclid(7) >= 5;
        let slot = hour.rem_euclid(24) + if weekend { 24 } else { 0 };
        visit(usize::try_from(slot).unwrap_or(0), next.since(at));
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T00:00:00Z, a Monday.
    const MONDAY: Timestamp = Timestamp(1_795_392_000_000);
    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);
    const DAY: Duration = Duration::from_hours(24);

    /// Fifteen working days of `per_hour` items between 8 and 18 o'clock, read every quarter hour.
    fn office(per_hour: usize) -> (PublishingHabit, Timestamp) {
        let (mut habit, mut now) = (PublishingHabit::default(), MONDAY);
        habit.learn(now, 0);
        for quarter in 0..(21 * 96_u32) {
            now = now.after(15 * MINUTE);
            let (day, hour) = (quarter / 96 % 7, quarter / 4 % 24);
            let open = day < 5 && (8..18).contains(&hour);
            let on_the_hour = quarter % 4 == 0;
            habit.learn(now, if open && on_the_hour { per_hour } else { 0 });
        }
        (habit, now)
    }

    #[test]
    fn a_habit_knows_the_hours_of_the_day_and_the_days_of_the_week() {
        let (habit, now) = office(6);
        assert_eq!(now, MONDAY.after(21 * DAY));
        let at = |days: u32, hour: u32| now.after(days * DAY).after(hour * HOUR);
        let morning = habit.expected(at(0, 10), HOUR);
        assert!((4.0..7.0).contains(&morning), "{morning}");
        let night = habit.expected(at(0, 2), HOUR);
        assert!(night < 1.0, "{night}");
        let saturday = habit.expected(at(5, 10), HOUR);
        assert!(saturday < 1.5, "{saturday}");
        let day = habit.expected(at(0, 0), DAY);
        assert!((45.0..75.0).contains(&day), "{day}");
    }

    #[test]
    fn a_feed_just_met_is_trusted_only_as_long_as_it_was_seen() {
        let mut habit = PublishingHabit::default();
        habit.learn(MONDAY, 30);
        let (mut now, mut last) = (MONDAY, Duration::ZERO);
        for _ in 0..12 {
            last = habit.time_until_expected(now, 1.0, HOUR);
            assert!(last <= now.since(MONDAY).max(MINUTE).mul_f64(1.6), "{last:?} at {now}");
            now = now.after(last.max(5 * MINUTE));
            habit.learn(now, 0);
        }
        assert_eq!(last, HOUR);
    }

    #[test]
    fn a_burst_is_noticed_at_once_and_forgotten_within_hours() {
        let (mut habit, now) = office(1);
        let night = now.after(2 * HOUR);
        habit.learn(night, 0);
        assert!(habit.time_until_expected(night, 10.0, HOUR) == HOUR);
        let burst = night.after(5 * MINUTE);
        habit.learn(burst, 20);
        assert!(habit.time_until_expected(burst, 10.0, HOUR) < 30 * MINUTE);
        let later = burst.after(4 * HOUR);
        habit.learn(later, 0);
        assert!(habit.time_until_expected(later, 10.0, HOUR) == HOUR);
        // Twenty items after a day away are no burst.
        habit.learn(later.after(DAY), 20);
        assert!(habit.time_until_expected(later.after(DAY), 10.0, HOUR) == HOUR);
    }

    #[test]
    fn silence_is_judged_by_the_longest_pause_and_a_weekend_is_none() {
        let (habit, now) = office(2);
        let last = now.before(2 * DAY + 6 * HOUR);
        assert_eq!(habit.silent_since(now), None);
        assert_eq!(habit.silent_since(last.after(5 * DAY)), None);
        let silent = habit.silent_since(last.after(14 * DAY)).unwrap();
        assert!(silent > last.after(5 * DAY) && silent < last.after(10 * DAY), "{silent}");
        let unknown = {
            let mut habit = PublishingHabit::default();
            habit.learn(MONDAY, 9);
            habit
        };
        assert_eq!(unknown.silent_since(MONDAY.after(29 * DAY)), None);
        assert_eq!(unknown.silent_since(MONDAY.after(31 * DAY)), Some(MONDAY.after(30 * DAY)));
    }

    #[test]
    fn what_is_overdue_grows_with_the_hours_it_usually_publishes_in() {
        let (habit, now) = office(6);
        assert!(habit.overdue_items(now) < 40.0, "a weekend");
        assert!(habit.overdue_items(now.after(18 * HOUR)) > habit.overdue_items(now) + 40.0);
        assert!(PublishingHabit::default().overdue_items(now).abs() < 1e-9);
    }

    #[test]
    fn a_habit_is_packed_small_and_read_back() {
        let (habit, now) = office(6);
        let bytes = habit.pack();
        assert_eq!(bytes.len(), PACKED_BYTES);
        assert_eq!(PACKED_BYTES, 231);
        let back = PublishingHabit::unpack(&bytes);
        assert_eq!(
            (back.since, back.at, back.last_arrival),
            (habit.since, habit.at, habit.last_arrival)
        );
        let (one, other) = (habit.expected(now, DAY), back.expected(now, DAY));
        assert!((one - other).abs() < one / 20.0, "{one} {other}");
        assert_eq!(PublishingHabit::unpack(&bytes[1..]), PublishingHabit::default());
        assert_eq!(PublishingHabit::unpack(b""), PublishingHabit::default());
    }

    #[test]
    fn no_clock_and_no_count_breaks_it() {
        let mut habit = PublishingHabit::default();
        for now in [0, i64::MAX, i64::MIN, 5, 1_795_392_000_000, 1_795_392_000_001] {
            habit.learn(Timestamp(now), usize::MAX);
            assert!(habit.expected(Timestamp(now), Duration::MAX).is_finite());
            assert!(habit.time_until_expected(Timestamp(now), 3.0, Duration::MAX) <= Duration::MAX);
            assert!(habit.overdue_items(Timestamp(now)).is_finite());
            assert!(habit.silent_since(Timestamp(now)).is_none_or(|since| since <= Timestamp(now)));
            habit = PublishingHabit::unpack(&habit.pack());
        }
    }
}
