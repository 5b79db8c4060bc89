//! What is remembered of a feed between polls, and what a poll has to say.
use std::sync::Arc;
use std::time::Duration;

use super::{Candidate, HubOffer, UpdateTriggers};
use crate::domain::{Backlog, FeedCondition, Gap, Timestamp, Validators};
use crate::schedule::{FailureStreak, PublishingHabit, ValidatorTrust};

/// Row number of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(pub i64);

/// One item of a feed as it stood at the last poll: enough to see, without a look-up, that it is
/// known and unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WindowItem {
    /// Hash of the identity key.
    pub key: u64,
    /// Hash over all the publisher wrote of it.
    pub revision: u64,
}

/// Items of the longest window that stays in memory between polls. Feeds list 10 to 100 items as a
/// rule; at this length the windows of a thousand feeds take 8 MiB.
pub(super) const WINDOW_ITEMS_KEPT_MAX: usize = 512;

/// The items a feed listed at its last poll. They are always in the store; a long window is only
/// there, because a few hundred feeds of thousands of items would fill the memory for ever.
#[derive(Clone, Debug)]
pub enum FeedWindow {
    /// In memory.
    Loaded(Vec<WindowItem>),
    /// In the store, to be read before the feed's next document is compared with it.
    Stored {
        /// How many there are.
        items: usize,
    },
}

impl FeedWindow {
    /// What is kept of these items until the next poll.
    pub fn kept(items: &[WindowItem]) -> Self {
        if items.len() > WINDOW_ITEMS_KEPT_MAX {
            return Self::Stored { items: items.len() };
        }
        Self::Loaded(items.to_vec())
    }

    /// Lets go of the items if there are many.
    pub fn release(&mut self) {
        if self.len() > WINDOW_ITEMS_KEPT_MAX {
            *self = Self::Stored { items: self.len() };
        }
    }

    /// The items, if they are loaded.
    pub fn items(&self) -> &[WindowItem] {
        match self {
            Self::Loaded(items) => items,
            Self::Stored { .. } => &[],
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Loaded(items) => items.len(),
            Self::Stored { items } => *items,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What is remembered of a feed between polls.
#[derive(Clone, Debug)]
pub struct FeedState {
    pub id: FeedId,
    pub next_due: Timestamp,
    pub interval: Duration,
    pub validators: Validators,
    /// Failed polls in a row.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    pub succeeded_at: Option<Timestamp>,
    /// When the feed was first read; `None` until then.
    pub baseline_at: Option<Timestamp>,
    pub window: FeedWindow,
    /// What its failures in a row weigh.
    pub strikes: FailureStreak,
    /// How far its "unchanged" is believed.
    pub trust: ValidatorTrust,
    pub habit: PublishingHabit,
    /// Its exchanges take long: it is asked in a lane of its own.
    pub slow: bool,
    /// How long its document said it stays as it is; only kept in memory.
    pub ttl: Option<Duration>,
}

/// Everything one poll has to say, committed as one.
#[derive(Debug)]
pub struct Poll {
    pub feed: FeedId,
    pub at: Timestamp,
    pub next_due: Timestamp,
    pub interval: Duration,
    /// The exchange took long.
    pub slow: bool,
    pub result: PollResult,
}

#[derive(Debug)]
pub enum PollResult {
    /// The server said so (304).
    Unchanged,
    /// Our own network is down: nothing was learned of the feed.
    NetworkDown {
        why: String,
    },
    /// No state but the failure count and the words for people.
    Failed {
        why: String,
        /// The kind of trouble.
        word: FeedCondition,
        strikes: FailureStreak,
    },
    Read(Box<Batch>),
}

/// What a feed's document brought.
#[derive(Debug)]
pub struct Batch {
    pub validators: Validators,
    /// Every item now in the feed.
    pub window: Vec<WindowItem>,
    /// Only those not in the last window in just this form.
    pub candidates: Vec<Candidate>,
    /// What may alert if this is the first time the feed is read.
    pub backlog: Backlog,
    /// Of every watch there is, fired or not.
    pub update_triggers: Arc<UpdateTriggers>,
    /// Where a permanent redirect points.
    pub moved_to: Option<String>,
    /// Repairs and limits, in words; empty if none.
    pub repaired: String,
    /// The hub that pushes the feed, if its document or its server names one.
    pub hub_offer: Option<HubOffer>,
    /// An older batch than the one before: neither its window nor its validators are kept.
    pub stale: bool,
    /// What may have come and gone, or came late, since the feed was last read.
    pub gaps: Vec<Gap>,
    pub trust: ValidatorTrust,
    /// The habit as it now is.
    pub habit: PublishingHabit,
}

/// How many items that a feed did not list before are known all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// By their identity: they were listed earlier.
    pub returned: usize,
    /// By another key: they have a new id.
    pub rekeyed: usize,
}

impl FeedState {
    /// All but the items of the window, which may be many.
    #[must_use]
    pub fn clone_without_window(&self) -> Self {
        Self {
            window: FeedWindow::Stored { items: self.window.len() },
            validators: self.validators.clone(),
            habit: self.habit.clone(),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u64) -> Vec<WindowItem> {
        (0..count).map(|key| WindowItem { key, revision: key }).collect()
    }

    #[test]
    fn a_long_window_takes_no_memory_between_polls_and_its_length_is_known() {
        let most = u64::try_from(WINDOW_ITEMS_KEPT_MAX).unwrap();
        let mut short = FeedWindow::kept(&items(most));
        short.release();
        assert_eq!(short.items(), items(most));
        let mut long = FeedWindow::Loaded(items(most + 1));
        long.release();
        for long in [long, FeedWindow::kept(&items(most + 1))] {
            assert_eq!((long.len(), long.items().len()), (WINDOW_ITEMS_KEPT_MAX + 1, 0));
        }
    }
}
