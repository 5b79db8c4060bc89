//! When a feed is read whole though it says "unchanged", and how long one that lied is not believed.
use std::time::Duration;

use crate::domain::Timestamp;

/// A validator is taken at its word for this long.
const AUDIT_EVERY: Duration = Duration::from_hours(24);
/// Or for so many answers in a row.
const AUDIT_ANSWERS: f64 = 50.0;
/// Both are spread by up to this share to either side, so that audits do not come together.
const AUDIT_SPREAD: f64 = 0.2;
/// So many items overdue against the habit are suspicious.
const SUSPICION_ITEMS: f64 = 6.0;
/// But an audit for suspicion is made no more often than this.
const SUSPICION_EVERY: Duration = Duration::from_hours(3);
/// How long a feed is not believed after the first lie; each further one doubles it.
const DISTRUST_FIRST: Duration = Duration::from_hours(7 * 24);
/// And at most this long.
const DISTRUST_MAX: Duration = Duration::from_hours(56 * 24);
/// Answers after which a feed that is believed again is audited.
const RETRIAL_ANSWERS: u32 = 3;

/// What is known of a feed's validators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValidatorTrust {
    /// When it was last read whole.
    pub audited: Option<Timestamp>,
    /// "Unchanged" in a row since then, or since the program started.
    pub unchanged: u32,
    /// Since when it has been in doubt: set with the first lie, cleared when a retrial went well.
    pub distrusted_since: Option<Timestamp>,
    /// Until when it is not asked "has it changed?" at all.
    pub distrusted_until: Option<Timestamp>,
    /// How often it was caught.
    pub lies: u32,
}

impl ValidatorTrust {
    /// Whether the feed is to be read whole now; `overdue` items were expected since the last one
    /// came ([`PublishingHabit::overdue_items`](super::PublishingHabit::overdue_items)).
    pub fn is_audit_due(&self, now: Timestamp, overdue: f64, jitter: f64) -> bool {
        if self.distrusted_until.is_some_and(|until| now < until) {
            return true;
        }
        let Some(audited) = self.audited else { return self.unchanged > 0 };
        let spread = 1.0 + AUDIT_SPREAD * (2.0 * jitter.clamp(0.0, 1.0) - 1.0);
        let since = now.since(audited);
        let retrial = self.distrusted_since.is_some() && self.unchanged >= RETRIAL_ANSWERS;
        let suspicious = overdue >= SUSPICION_ITEMS && since >= SUSPICION_EVERY;
        retrial
            || suspicious
            || since >= AUDIT_EVERY.mul_f64(spread)
            || f64::from(self.unchanged) >= AUDIT_ANSWERS * spread
    }

    /// "Unchanged" was said and not looked into.
    pub fn record_unchanged(&mut self) {
        self.unchanged = self.unchanged.saturating_add(1);
    }

    /// The feed was read whole, and nothing speaks against its validators.
    pub fn record_full_read(&mut self, now: Timestamp) {
        self.audited = Some(now);
        if self.distrusted_until.is_some_and(|until| now < until) {
            return;
        }
        if self.unchanged >= RETRIAL_ANSWERS {
            (self.distrusted_since, self.distrusted_until) = (None, None);
        }
        self.unchanged = 0;
    }

    /// The feed was read whole, and "unchanged" was a lie.
    pub fn record_lie(&mut self, now: Timestamp) {
        let doublings = self.lies.min(16);
        let span = DISTRUST_FIRST.saturating_mul(2_u32.saturating_pow(doublings));
        self.lies = self.lies.saturating_add(1);
        self.audited = Some(now);
        self.unchanged = 0;
        self.distrusted_since.get_or_insert(now);
        self.distrusted_until = Some(now.after(span.min(DISTRUST_MAX)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const NOW: Timestamp = Timestamp(1_795_392_000_000);

    #[test]
    fn a_validator_is_audited_daily_or_after_fifty_answers_or_on_suspicion() {
        let trust = ValidatorTrust { audited: Some(NOW), ..ValidatorTrust::default() };
        let at = |hours: u32| NOW.after(hours * HOUR);
        assert!(!trust.is_audit_due(at(19), 0.0, 0.0) && trust.is_audit_due(at(20), 0.0, 0.0));
        assert!(!trust.is_audit_due(at(28), 0.0, 1.0) && trust.is_audit_due(at(29), 0.0, 1.0));
        let often = |unchanged| ValidatorTrust { unchanged, ..trust };
        assert!(
            !often(49).is_audit_due(at(1), 0.0, 0.5) && often(50).is_audit_due(at(1), 0.0, 0.5)
        );
        assert!(!trust.is_audit_due(at(2), 9.0, 0.5) && trust.is_audit_due(at(3), 9.0, 0.5));
        assert!(!trust.is_audit_due(at(3), 5.0, 0.5));
    }

    #[test]
    fn a_liar_is_read_whole_for_a_week_then_tried_again_and_longer_the_next_time() {
        let (week, shy) = (7 * 24 * HOUR, 167 * HOUR);
        let mut trust =
            ValidatorTrust { audited: Some(NOW), unchanged: 9, ..ValidatorTrust::default() };
        trust.record_lie(NOW);
        assert!(trust.is_audit_due(NOW.after(shy), 0.0, 0.5));
        trust.record_full_read(NOW.after(shy));
        assert_eq!(trust.distrusted_since, Some(NOW));
        let retried = NOW.after(week);
        assert!(!trust.is_audit_due(retried, 0.0, 0.5), "it is asked again");
        (0..3).for_each(|_| trust.record_unchanged());
        assert!(trust.is_audit_due(retried, 0.0, 0.5), "and looked into soon");
        let mut honest = trust;
        honest.record_full_read(retried);
        assert_eq!((honest.distrusted_since, honest.lies), (None, 1));
        trust.record_lie(retried);
        assert_eq!(trust.distrusted_until, Some(retried.after(2 * week)));
        assert_eq!(trust.distrusted_since, Some(NOW));
    }
}
