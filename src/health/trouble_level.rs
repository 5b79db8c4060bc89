//! How bad a feed's state is.
use super::SentNotice;
use crate::domain::FeedCondition;

/// The word under which a flapping feed was told.
pub(super) const FLAPPING: &str = "flapping";

/// How bad a feed's state is; a change of it is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TroubleLevel {
    None,
    /// It is read, with a reservation.
    Minor,
    /// It works and fails by turns.
    Flapping,
    Failing,
    Gone,
}

impl TroubleLevel {
    pub(super) fn of(word: FeedCondition) -> Self {
        match word {
            FeedCondition::Ok | FeedCondition::Unpolled => Self::None,
            FeedCondition::Stale | FeedCondition::Silent | FeedCondition::Distrusted => Self::Minor,
            FeedCondition::Failing | FeedCondition::Blocked | FeedCondition::NotAFeed => {
                Self::Failing
            }
            FeedCondition::Gone => Self::Gone,
        }
    }

    pub(super) fn of_sent(sent: &SentNotice) -> Self {
        const WORDS: [FeedCondition; 7] = [
            FeedCondition::Failing,
            FeedCondition::Blocked,
            FeedCondition::NotAFeed,
            FeedCondition::Gone,
            FeedCondition::Stale,
            FeedCondition::Silent,
            FeedCondition::Distrusted,
        ];
        if sent.word == FLAPPING {
            return Self::Flapping;
        }
        let word = WORDS.into_iter().find(|word| word.as_str() == sent.word);
        word.map_or(Self::None, Self::of)
    }
}
