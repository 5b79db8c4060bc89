//! How a feed stands, in one word, from what is remembered of it.
use crate::domain::{FeedCondition, Timestamp};

/// What a feed's state is judged by.
#[derive(Clone, Copy, Debug, Default)]
pub struct StateFacts {
    /// Polled at least once, however that went.
    pub polled: bool,
    /// Failed polls in a row.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// What the last failure was.
    pub trouble: Option<FeedCondition>,
    /// It failed while our own network was down: that is not counted, and nothing is read all the
    /// same.
    pub failed_in_outage: bool,
    pub succeeded_at: Option<Timestamp>,
    pub stale_since: Option<Timestamp>,
    pub distrusted_since: Option<Timestamp>,
    pub silent_since: Option<Timestamp>,
}

/// The word, and since when. A failure hides the rest: nothing else is known while it lasts.
pub fn state_of(facts: &StateFacts) -> (FeedCondition, Option<Timestamp>) {
    if facts.failures > 0 {
        let trouble = facts.trouble.filter(|word| word.is_failing());
        return (trouble.unwrap_or(FeedCondition::Failing), facts.failing_since);
    }
    if facts.failed_in_outage {
        return (FeedCondition::Failing, facts.succeeded_at);
    }
    let first = [
        (FeedCondition::Stale, facts.stale_since),
        (FeedCondition::Distrusted, facts.distrusted_since),
        (FeedCondition::Silent, facts.silent_since),
    ];
    match first.into_iter().find(|(_, since)| since.is_some()) {
        Some(found) => found,
        None if facts.polled => (FeedCondition::Ok, None),
        None => (FeedCondition::Unpolled, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_goes_before_all_else_and_its_kind_is_told() {
        let quiet =
            StateFacts { polled: true, silent_since: Some(Timestamp(5)), ..StateFacts::default() };
        assert_eq!(state_of(&quiet), (FeedCondition::Silent, Some(Timestamp(5))));
        let failing = StateFacts { failures: 1, failing_since: Some(Timestamp(7)), ..quiet };
        assert_eq!(state_of(&failing), (FeedCondition::Failing, Some(Timestamp(7))));
        let blocked = StateFacts { trouble: Some(FeedCondition::Blocked), ..failing };
        assert_eq!(state_of(&blocked), (FeedCondition::Blocked, Some(Timestamp(7))));
        let odd = StateFacts { trouble: Some(FeedCondition::Ok), ..failing };
        assert_eq!(state_of(&odd).0, FeedCondition::Failing);
        let unheard =
            StateFacts { failed_in_outage: true, succeeded_at: Some(Timestamp(3)), ..quiet };
        assert_eq!(state_of(&unheard), (FeedCondition::Failing, Some(Timestamp(3))));
        assert_eq!(state_of(&StateFacts::default()), (FeedCondition::Unpolled, None));
        assert_eq!(
            state_of(&StateFacts { polled: true, ..StateFacts::default() }).0,
            FeedCondition::Ok
        );
    }
}
