//! How a feed stands, in one word, from what is remembered of it.
use crate::domain::{FeedWord, Moment};

/// What a feed's state is judged by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// Polled at least once, however that went.
    pub polled: bool,
    /// Failed polls in a row.
    pub failures: u32,
    pub failing_since: Option<Moment>,
    /// What the last failure was.
    pub trouble: Option<FeedWord>,
    /// It failed while our own network was down: that is not counted, and nothing is read all the
    /// same.
    pub unheard: bool,
    pub succeeded_at: Option<Moment>,
    pub stale_since: Option<Moment>,
    pub distrusted_since: Option<Moment>,
    pub silent_since: Option<Moment>,
}

/// The word, and since when. A failure hides the rest: nothing else is known while it lasts.
pub fn word(facts: &Facts) -> (FeedWord, Option<Moment>) {
    if facts.failures > 0 {
        let trouble = facts.trouble.filter(|word| word.is_failing());
        return (trouble.unwrap_or(FeedWord::Failing), facts.failing_since);
    }
    if facts.unheard {
        return (FeedWord::Failing, facts.succeeded_at);
    }
    let first = [
        (FeedWord::Stale, facts.stale_since),
        (FeedWord::Distrusted, facts.distrusted_since),
        (FeedWord::Silent, facts.silent_since),
    ];
    match first.into_iter().find(|(_, since)| since.is_some()) {
        Some(found) => found,
        None if facts.polled => (FeedWord::Ok, None),
        None => (FeedWord::Unpolled, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_goes_before_all_else_and_its_kind_is_told() {
        let quiet = Facts { polled: true, silent_since: Some(Moment(5)), ..Facts::default() };
        assert_eq!(word(&quiet), (FeedWord::Silent, Some(Moment(5))));
        let failing = Facts { failures: 1, failing_since: Some(Moment(7)), ..quiet };
        assert_eq!(word(&failing), (FeedWord::Failing, Some(Moment(7))));
        let blocked = Facts { trouble: Some(FeedWord::Blocked), ..failing };
        assert_eq!(word(&blocked), (FeedWord::Blocked, Some(Moment(7))));
        let odd = Facts { trouble: Some(FeedWord::Ok), ..failing };
        assert_eq!(word(&odd).0, FeedWord::Failing);
        let unheard = Facts { unheard: true, succeeded_at: Some(Moment(3)), ..quiet };
        assert_eq!(word(&unheard), (FeedWord::Failing, Some(Moment(3))));
        assert_eq!(word(&Facts::default()), (FeedWord::Unpolled, None));
        assert_eq!(word(&Facts { polled: true, ..Facts::default() }).0, FeedWord::Ok);
    }
}
