//! Moves stored times along when the wall clock was set, and remembers that it was.
use rusqlite::{Connection, params};

use crate::domain::{ClockStep, Timestamp};
use crate::store::error::{Doing, Error};

/// A program that ends and one that starts may disagree by this much without a clock being wrong.
const START_SLACK_MS: i64 = 1_000;
/// Steps that are remembered.
const STEPS_KEPT: u32 = 100;

/// Every column with a time that may lie ahead of now: planned times, and states' beginnings that a
/// clock which was ahead wrote. History (articles, alerts, attempts) stays as it was recorded.
const TIMES: [(&str, &[&str]); 7] = [
    (
        "feed",
        &[
            "next_due",
            "polled_at",
            "succeeded_at",
            "changed_at",
            "failing_since",
            "gone_since",
            "stale_since",
            "distrusted_since",
            "distrusted_until",
            "audited_at",
            "moved_since",
        ],
    ),
    ("outbox", &["due_at", "lease_until"]),
    ("channel", &["paused_at", "paused_until"]),
    ("page", &["due_at"]),
    ("subscription", &["due_at", "lease_until", "verified_at", "pushed_at"]),
    ("operator_notice", &["first_at", "last_at"]),
    ("outage", &["started_at", "ended_at"]),
];

/// Moves every time that lay ahead when the clock was set, and notes the step.
pub(super) fn move_times(db: &Connection, step: ClockStep) -> Result<(), Error> {
    let doing = "moving stored times with the clock";
    // Set forward: what was due by the old time stays due. Set back: what is due by the new time is
    // due whatever happens to it.
    let now = step.at.0.saturating_sub(step.by_ms.max(0));
    for (table, columns) in TIMES {
        for column in columns {
            let sql =
                format!("UPDATE {table} SET {column} = max({column} + ?1, 0) WHERE {column} > ?2");
            db.execute(&sql, params![step.by_ms, now]).doing(doing)?;
        }
    }
    // By these `correct_at_start` tells how late the store was last written.
    db.execute(
        "UPDATE setting SET value = value + ?1
         WHERE name IN ('probed_at', 'stopped_at', 'round_at') AND value > ?2",
        params![step.by_ms, now],
    )
    .doing(doing)?;
    db.execute(
        "INSERT INTO clock_step (at, by_ms) VALUES (?1, ?2)",
        params![step.at.0, step.by_ms],
    )
    .doing(doing)?;
    db.execute(
        "DELETE FROM clock_step WHERE id <= (SELECT max(id) FROM clock_step) - ?1",
        [STEPS_KEPT],
    )
    .doing(doing)?;
    Ok(())
}

/// At the opening of the store: if it was last written with a clock that was ahead of `now`, its times
/// are moved back. How much time passed since then nobody knows; taking it for none makes no wait
/// longer than it was meant to be.
pub(super) fn correct_at_start(db: &Connection, now: Timestamp) -> Result<(), Error> {
    let doing = "looking for times ahead of the clock";
    let written: Option<i64> = db
        .query_row(
            "SELECT max(at) FROM (SELECT max(polled_at) AS at FROM feed
                UNION ALL SELECT value FROM setting
                    WHERE name IN ('probed_at', 'stopped_at', 'round_at'))",
            [],
            |row| row.get(0),
        )
        .doing(doing)?;
    let ahead = written.unwrap_or(0).saturating_sub(now.0);
    if ahead <= START_SLACK_MS {
        return Ok(());
    }
    let begun = db.unchecked_transaction().doing(doing)?;
    move_times(&begun, ClockStep { at: now, by_ms: -ahead })?;
    begun.commit().doing(doing)
}

/// The steps at or after `since`, the latest first.
pub(super) fn steps(db: &Connection, since: Timestamp) -> Result<Vec<ClockStep>, Error> {
    db.prepare("SELECT at, by_ms FROM clock_step WHERE at >= ?1 ORDER BY id DESC")
        .and_then(|mut select| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok(ClockStep { at: Timestamp(row.get(0)?), by_ms: row.get(1)? })
            };
            select.query_map([since.0], read)?.collect()
        })
        .doing("reading the steps of the clock")
}
