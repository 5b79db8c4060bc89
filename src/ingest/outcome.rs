//! What a poll came to, before and after the commit.
use std::time::Duration;

use super::compare::Compared;
use super::extraction::FeedContent;
use super::not_a_feed::WebPage;
use crate::fetch::{Failure, ReadingShare};
use crate::schedule::HostContact;
use crate::store::{self, CommitCounts, FeedState, Poll};

/// A poll that is over, with the feed's state as it now is.
#[derive(Debug)]
pub(super) struct FinishedPoll {
    pub(super) state: FeedState,
    pub(super) end: PollEnd,
    /// What it says of the way to the host, if anything.
    pub(super) contact: Option<HostContact>,
}

#[derive(Debug)]
pub(super) enum PollEnd {
    /// The feed had nothing new; that is still to be stored.
    Unchanged(Poll),
    /// Committed, whatever the poll came to.
    Stored { entries: u64, failed: bool, counts: CommitCounts },
    /// Not committed: as if the feed had not been asked.
    NotStored(store::Error),
    /// A fault of this program ended it, and its failure could not be stored either.
    Panicked,
}

/// What a poll came to before the commit.
pub(super) enum PollOutcome {
    Unchanged { freshness: Option<Duration>, took: Duration },
    Failed { failure: Failure, page: Option<WebPage> },
    Parsed(Box<ParsedFeed>),
}

/// A document, and what it has in common with the one before.
pub(super) struct ParsedFeed {
    pub(super) content: FeedContent,
    pub(super) compared: Compared,
    /// The server says "unchanged" though it changed.
    pub(super) false_unchanged: bool,
    /// What it takes of the budget, until its items are stored.
    pub(super) memory: ReadingShare,
}

impl FinishedPoll {
    pub(super) fn not_stored(state: FeedState, error: store::Error) -> Self {
        Self { state, end: PollEnd::NotStored(error), contact: None }
    }
}
