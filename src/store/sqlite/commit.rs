//! One poll, committed: what is new, what is a copy, who is told, in one transaction.
use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Connection;

use super::counters::AddedRows;
use super::feeds::replace_window;
use super::poll_commit::PollCommit;
use super::text_index::TextIndex;
use super::{hubs, lookup, outbox_insert, poll_state};
use crate::domain::Name;
use crate::store::error::{Doing, Error};
use crate::store::{Batch, CommitCounts, FeedId, Poll, PollResult};

pub(super) fn commit_poll(
    db: &Connection,
    texts: &mut TextIndex,
    poll: &Poll,
) -> Result<CommitCounts, Error> {
    match &poll.result {
        PollResult::Read(batch) => return commit_read(db, texts, poll, batch),
        PollResult::Unchanged => poll_state::record_unchanged(db, poll)?,
        PollResult::NetworkDown { why } => poll_state::record_network_down(db, poll, why)?,
        PollResult::Failed { why, word, strikes } => {
            poll_state::record_failed(db, poll, why, *word, *strikes)?;
        }
    }
    Ok(CommitCounts::default())
}

fn commit_read(
    db: &Connection,
    texts: &mut TextIndex,
    poll: &Poll,
    batch: &Batch,
) -> Result<CommitCounts, Error> {
    let (name, baseline): (String, Option<i64>) = db
        .prepare_cached("SELECT name, baseline_at FROM feed WHERE id = ?1")
        .and_then(|mut select| {
            select.query_row([poll.feed.0], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .doing("reading a feed")?;
    let mut ledger = PollCommit {
        db,
        texts,
        feed: poll.feed,
        name: Name::new(&name),
        polled_at: poll.at,
        is_first_poll: baseline.is_none(),
        backlog: batch.backlog,
        update_triggers: Arc::clone(&batch.update_triggers),
        ids_churned: false,
        all_keys: first_keys(db, poll.feed, baseline.is_none())?,
        counts: CommitCounts::default(),
        added: AddedRows::default(),
        alerts: Vec::new(),
        alerted_share_groups: Vec::new(),
    };
    ledger.ids_churned = !ledger.is_first_poll && lookup::ids_churned(&ledger, batch)?;
    // Feeds put the newest first; stories are told in the order they happened.
    for candidate in batch.candidates.iter().rev() {
        ledger.add_candidate(candidate)?;
    }
    ledger.added.count(db, poll.feed)?;
    // A feed that lists nothing for once, or an older batch, is compared with what it listed before.
    if !batch.stale && !batch.window.is_empty() {
        replace_window(db, poll.feed, &batch.window, poll.at)?;
    }
    outbox_insert::queue_alerts(db, &ledger.alerts, ledger.is_first_poll, poll.at)?;
    for gap in &batch.gaps {
        poll_state::record_gap(db, poll, gap, batch.window.len())?;
    }
    let found = ledger.counts.new + ledger.counts.copies;
    hubs::after_read(db, poll, batch.hub_offer.as_ref(), found)?;
    poll_state::record_read(db, poll, batch)?;
    Ok(ledger.counts)
}

/// The keys stored for a feed, none, if that is so: then no key of its first poll has to be looked up.
/// A feed whose address was changed has a first poll again, and its keys from before.
fn first_keys(
    db: &Connection,
    feed: FeedId,
    is_first_poll: bool,
) -> Result<Option<HashSet<u64>>, Error> {
    if !is_first_poll {
        return Ok(None);
    }
    let has_keys = db
        .prepare_cached("SELECT 1 FROM seen WHERE feed = ?1 LIMIT 1")
        .and_then(|mut select| select.exists([feed.0]))
        .doing("looking for keys")?;
    Ok((!has_keys).then(HashSet::new))
}
