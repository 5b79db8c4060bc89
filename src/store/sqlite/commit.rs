//! One poll, committed: what is new, what is a copy, who is told, in one transaction.
use rusqlite::{Connection, params};

use super::feeds::{millis, replace_window};
use super::texts::Texts;
use super::{standing, tell};
use crate::domain::{AlertId, Backlog, Moment, Name};
use crate::store::error::{Doing, Error};
use crate::store::{Batch, Committed, FeedId, Poll, PollResult, Route};

pub(super) fn poll(db: &Connection, texts: &mut Texts, poll: &Poll) -> Result<Committed, Error> {
    let due = (poll.next_due.0, millis(poll.interval));
    match &poll.result {
        PollResult::Unchanged => {
            db.prepare_cached(
                "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
                    failures = 0, failing_since = NULL, last_error = NULL WHERE id = ?4",
            )
            .and_then(|mut update| update.execute(params![due.0, due.1, poll.at.0, poll.feed.0]))
            .doing("noting an unchanged feed")?;
            Ok(Committed::default())
        }
        PollResult::Failed { why } => {
            db.prepare_cached(
                "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3,
                    failures = failures + 1, failing_since = coalesce(failing_since, ?3),
                    last_error = ?4 WHERE id = ?5",
            )
            .and_then(|mut update| {
                update.execute(params![due.0, due.1, poll.at.0, why, poll.feed.0])
            })
            .doing("noting a failed poll")?;
            Ok(Committed::default())
        }
        PollResult::Read(batch) => read(db, texts, poll, batch),
    }
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
    /// The feed gave its known items new ids.
    pub(super) churn: bool,
    pub(super) tally: Committed,
    pub(super) alerts: Vec<(AlertId, Vec<Route>)>,
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
        churn: false,
        tally: Committed::default(),
        alerts: Vec::new(),
    };
    ledger.churn = !ledger.first && standing::churned(&ledger, batch)?;
    // Feeds put the newest first; stories are told in the order they happened.
    for candidate in batch.candidates.iter().rev() {
        ledger.enter(candidate)?;
    }
    replace_window(db, poll.feed, &batch.window, poll.at)?;
    tell::post(db, &ledger.alerts, ledger.first, poll.at)?;
    if batch.disjoint {
        note_loss(db, poll, batch)?;
    }
    note_success(db, poll, batch)?;
    Ok(ledger.tally)
}

fn note_success(db: &Connection, poll: &Poll, batch: &Batch) -> Result<(), Error> {
    let mended = (!batch.mended.is_empty()).then_some(&batch.mended);
    let changed = (!batch.candidates.is_empty()).then_some(poll.at.0);
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
            changed_at = coalesce(?4, changed_at), baseline_at = coalesce(baseline_at, ?3),
            failures = 0, failing_since = NULL, last_error = NULL,
            etag = ?5, last_modified = ?6, moved_to = ?7, mended = ?8 WHERE id = ?9",
    )
    .and_then(|mut update| {
        update.execute(params![
            poll.next_due.0,
            millis(poll.interval),
            poll.at.0,
            changed,
            batch.validators.etag,
            batch.validators.last_modified,
            batch.moved_to,
            mended,
            poll.feed.0
        ])
    })
    .doing("noting a poll")?;
    Ok(())
}

fn note_loss(db: &Connection, poll: &Poll, batch: &Batch) -> Result<(), Error> {
    let start = batch.last_success.unwrap_or(poll.at);
    let window = i64::try_from(batch.window.len()).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT INTO possible_loss (feed, gap_start, gap_end, window_len) VALUES (?1, ?2, ?3, ?4)",
    )
    .and_then(|mut insert| insert.execute(params![poll.feed.0, start.0, poll.at.0, window]))
    .doing("recording a gap")?;
    Ok(())
}
