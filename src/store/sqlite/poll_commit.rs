//! A poll while it is being committed.
use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Connection;

use super::counters::AddedRows;
use super::text_index::TextIndex;
use crate::domain::{AlertId, AlertKind, Backlog, Name, Timestamp};
use crate::store::{CommitCounts, FeedId, Route, UpdateTriggers};

/// The poll being committed and what has come of it so far.
pub(super) struct PollCommit<'a> {
    pub(super) db: &'a Connection,
    pub(super) texts: &'a mut TextIndex,
    pub(super) feed: FeedId,
    pub(super) name: Name,
    pub(super) polled_at: Timestamp,
    /// Nothing of the feed was ever read before.
    pub(super) is_first_poll: bool,
    pub(super) backlog: Backlog,
    pub(super) update_triggers: Arc<UpdateTriggers>,
    /// The feed gave its known items new ids.
    pub(super) ids_churned: bool,
    /// Every key that is stored for the feed, if it had none before this poll. `None`: keys must be
    /// looked up.
    pub(super) all_keys: Option<HashSet<u64>>,
    pub(super) counts: CommitCounts,
    /// Rows that the store's counters do not count yet.
    pub(super) added: AddedRows,
    pub(super) alerts: Vec<(AlertId, Vec<Route>)>,
    /// Stories told in this poll under a shared name, and to whom.
    pub(super) alerted_share_groups: Vec<(i64, Name, Vec<Route>)>,
}

/// An article's place in the store, and what kind of alert it would make.
#[derive(Clone, Copy)]
pub(super) struct StoredRef {
    pub(super) article: i64,
    pub(super) story: i64,
    pub(super) kind: AlertKind,
    /// It says something new of a story that was told.
    pub(super) follow_up: bool,
    /// Hash of the key it is known by in its feed.
    pub(super) identity: u64,
}
