//! One poll, committed: what is new, what is a copy, who is told, in one transaction.
use std::sync::Arc;

use rusqlite::Connection;

use super::feeds::replace_window;
use super::texts::Texts;
use super::{hubs, note, standing, tell};
use crate::domain::{AlertId, Backlog, Moment, Name};
use crate::store::error::{Doing, Error};
use crate::store::{Batch, Committed, FeedId, Occasions, Poll, PollResult, Route};

pub(super) fn poll(db: &Connection, texts: &mut Texts, poll: &Poll) -> Result<Committed, Error> {
    match &poll.result {
        PollResult::Read(batch) => return read(db, texts, poll, batch),
        PollResult::Unchanged => note::unchanged(db, poll)?,
        PollResult::Unheard { why } => note::unheard(db, poll, why)?,
        PollResult::Failed { why, word, strikes } => {
            note::failed(db, poll, (why.as_str(), *word, *strikes))?;
        }
    }
    Ok(Committed::default())
}

/// The poll being committed and what has come of it so far.
pub(super) struct Ledger<'a> {
    pub(super) db: &'a Connection,
    pub(super) texts: &'a mut Texts,
    pub(super) feed: FeedId,
    pub(super) name: Name,
    pub(super) at: Moment,
    /// Nothing of the feed was ever read before.
    pub(super) first: bool,
    pub(super) backlog: Backlog,
    pub(super) occasions: Arc<Occasions>,
    /// The feed gave its known items new ids.
    pub(super) churn: bool,
    pub(super) tally: Committed,
    pub(super) alerts: Vec<(AlertId, Vec<Route>)>,
    /// Stories told in this poll under a shared name, and to whom.
    pub(super) shared: Vec<(i64, Name, Vec<Route>)>,
}

fn read(
    db: &Connection,
    texts: &mut Texts,
    poll: &Poll,
    batch: &Batch,
) -> Result<Committed, Error> {
    let (name, baseline): (String, Option<i64>) = db
        .prepare_cached("SELECT name, baseline_at FROM feed WHERE id = ?1")
        .and_then(|mut select| {
            select.query_row([poll.feed.0], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .doing("reading a feed")?;
    let mut ledger = Ledger {
        db,
        texts,
        feed: poll.feed,
        name: Name::new(&name),
        at: poll.at,
        first: baseline.is_none(),
        backlog: batch.backlog,
        occasions: Arc::clone(&batch.occasions),
        churn: false,
        tally: Committed::default(),
        alerts: Vec::new(),
        shared: Vec::new(),
    };
    ledger.churn = !ledger.first && standing::churned(&ledger, batch)?;
    // Feeds put the newest first; stories are told in the order they happened.
    for candidate in batch.candidates.iter().rev() {
        ledger.enter(candidate)?;
    }
    // A feed that lists nothing for once, or an older batch, is compared with what it listed before.
    if !batch.stale && !batch.window.is_empty() {
        replace_window(db, poll.feed, &batch.window, poll.at)?;
    }
    tell::post(db, &ledger.alerts, ledger.first, poll.at)?;
    for gap in &batch.gaps {
        note::gap(db, poll, (gap, batch.window.len()))?;
    }
    let found = ledger.tally.new + ledger.tally.copies;
    hubs::after_read(db, (poll.feed, poll.at), batch.offer.as_ref(), found)?;
    note::read(db, poll, batch)?;
    Ok(ledger.tally)
}
