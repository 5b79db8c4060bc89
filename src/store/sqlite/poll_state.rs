//! What a poll changes in its feed's row, and the gaps it found.
use rusqlite::{Connection, params};

use super::feeds::millis;
use crate::domain::{FeedCondition, Gap, GapKind, OutageKind, Timestamp};
use crate::schedule::FailureStreak;
use crate::store::error::{Doing, Error};
use crate::store::{Batch, Poll};

/// The feed answered "unchanged".
pub(super) fn record_unchanged(db: &Connection, poll: &Poll) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
            failures = 0, failing_since = NULL, last_error = NULL, trouble = NULL, strikes = 0,
            gone_times = 0, gone_since = NULL, slow = ?4 WHERE id = ?5",
    )
    .and_then(|mut update| {
        let interval = millis(poll.interval);
        update.execute(params![poll.next_due.0, interval, poll.at.0, poll.slow, poll.feed.0])
    })
    .doing("noting an unchanged feed")?;
    Ok(())
}

/// Our own network was down: nothing was learned of the feed, so its failures are not counted.
pub(super) fn record_network_down(db: &Connection, poll: &Poll, why: &str) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, polled_at = ?2, last_error = ?3 WHERE id = ?4",
    )
    .and_then(|mut update| update.execute(params![poll.next_due.0, poll.at.0, why, poll.feed.0]))
    .doing("noting a poll without a network")?;
    Ok(())
}

pub(super) fn record_failed(
    db: &Connection,
    poll: &Poll,
    why: &str,
    word: FeedCondition,
    strikes: FailureStreak,
) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3,
            failures = failures + 1, failing_since = coalesce(failing_since, ?3),
            last_error = ?4, trouble = ?5, strikes = ?6, gone_times = ?7, gone_since = ?8, slow = ?9
         WHERE id = ?10",
    )
    .and_then(|mut update| {
        update.execute(params![
            poll.next_due.0,
            millis(poll.interval),
            poll.at.0,
            why,
            word.as_str(),
            strikes.quarters,
            strikes.gone_times,
            strikes.gone_since.map(|at| at.0),
            poll.slow,
            poll.feed.0
        ])
    })
    .doing("noting a failed poll")?;
    Ok(())
}

/// The feed was read whole.
pub(super) fn record_read(db: &Connection, poll: &Poll, batch: &Batch) -> Result<(), Error> {
    let mended = (!batch.repaired.is_empty()).then_some(&batch.repaired);
    let changed = (!batch.candidates.is_empty()).then_some(poll.at.0);
    let trust = &batch.trust;
    let millis_of = |at: Option<Timestamp>| at.map(|at| at.0);
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
            changed_at = coalesce(?4, changed_at), baseline_at = coalesce(baseline_at, ?3),
            failures = 0, failing_since = NULL, last_error = NULL, trouble = NULL, strikes = 0,
            gone_times = 0, gone_since = NULL, slow = ?10,
            etag = ?5, last_modified = ?6, mended = ?8,
            -- A move is advice once it was seen often and for long; another target starts anew.
            moved_times = CASE WHEN ?7 IS NULL THEN 0
                WHEN moved_to IS ?7 THEN moved_times + 1 ELSE 1 END,
            moved_since = CASE WHEN ?7 IS NULL THEN NULL
                WHEN moved_to IS ?7 THEN moved_since ELSE ?3 END,
            moved_to = ?7,
            stale_since = CASE WHEN ?11 THEN coalesce(stale_since, ?3) END,
            distrusted_since = ?12, distrusted_until = ?13, lies = ?14, audited_at = ?15,
            habit = ?16
         WHERE id = ?9",
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
            poll.feed.0,
            poll.slow,
            batch.stale,
            millis_of(trust.distrusted_since),
            millis_of(trust.distrusted_until),
            trust.lies,
            millis_of(trust.audited),
            batch.habit.pack()
        ])
    })
    .doing("noting a poll")?;
    Ok(())
}

/// Records a gap. One in which our own network was down is told as that.
pub(super) fn record_gap(
    db: &Connection,
    poll: &Poll,
    gap: &Gap,
    window: usize,
) -> Result<(), Error> {
    let doing = "recording a gap";
    let number = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
    let ours = gap.kind != GapKind::FalseUnchanged
        && db
            .prepare_cached(
                "SELECT 1 FROM outage WHERE started_at < ?2 AND coalesce(ended_at, ?2) > ?1",
            )
            .and_then(|mut select| select.exists([gap.start.0, gap.end.0]))
            .doing(doing)?;
    let kind = if ours { GapKind::Outage } else { gap.kind };
    db.prepare_cached(
        "INSERT INTO possible_loss
            (feed, gap_start, gap_end, window_len, kind, missed_most, delayed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .and_then(|mut insert| {
        insert.execute(params![
            poll.feed.0,
            gap.start.0,
            gap.end.0,
            i64::try_from(window).unwrap_or(i64::MAX),
            kind.as_str(),
            number(gap.missed_at_most),
            number(gap.delayed)
        ])
    })
    .doing(doing)?;
    Ok(())
}

/// Our own network went down; what failed since then is not held against the feeds.
pub(super) fn outage_began(
    db: &Connection,
    kind: OutageKind,
    since: Timestamp,
    hosts: usize,
) -> Result<(), Error> {
    let hosts = i64::try_from(hosts).unwrap_or(i64::MAX);
    db.execute(
        "INSERT INTO outage (kind, started_at, hosts) VALUES (?1, ?2, ?3)",
        params![kind.as_str(), since.0, hosts],
    )
    .doing("recording an outage")?;
    clear_failures_since(db, since)
}

/// Our own network works again, since `until`.
pub(super) fn outage_ended(
    db: &Connection,
    since: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    db.execute("UPDATE outage SET ended_at = ?1 WHERE ended_at IS NULL", [until.0])
        .doing("recording the end of an outage")?;
    clear_failures_since(db, since)
}

/// The count and the weight are taken back; the words stay until the feed answers.
pub(super) fn clear_failures_since(db: &Connection, since: Timestamp) -> Result<(), Error> {
    db.execute(
        "UPDATE feed SET failures = 0, failing_since = NULL, trouble = NULL, strikes = 0
         WHERE failing_since >= ?1",
        [since.0],
    )
    .doing("forgiving what our own network did")?;
    Ok(())
}
