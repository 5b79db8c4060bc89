//! How an attempt ended.
use rusqlite::{Connection, params};

use crate::domain::{Outcome, Timestamp};
use crate::schedule;
use crate::store::AttemptResult;
use crate::store::error::{Doing, Error};

/// Ends the attempt and moves its row on. `false`: the lease was lost, somebody else moved it.
pub(super) fn end_attempt(
    db: &Connection,
    settlement: &AttemptResult,
    now: Timestamp,
) -> Result<bool, Error> {
    let doing = "settling a delivery";
    let id = settlement.id.0.to_be_bytes();
    let (word, detail) = outcome_words(&settlement.outcome, settlement.retry_in.is_some());
    db.prepare_cached(
        "UPDATE attempt SET ended_at = ?1, outcome = ?2, detail = ?3
         WHERE delivery = ?4 AND lease_token = ?5 AND ended_at IS NULL",
    )
    .and_then(|mut update| update.execute(params![now.0, word, detail, id, settlement.token]))
    .doing(doing)?;
    let (state, due, ended) = match &settlement.outcome {
        Outcome::Accepted { .. } => ("delivered", None, Some(now.0)),
        Outcome::Refused { .. } => ("dead", None, Some(now.0)),
        Outcome::Paused { .. } => ("pending", Some(now.0), None),
        Outcome::Retry { .. } => match settlement.retry_in {
            Some(wait) => ("pending", Some(now.after(wait).0), None),
            None => ("dead", None, Some(now.0)),
        },
    };
    let error = (state != "delivered").then_some(detail);
    // A pause is the channel's fault: it costs the message none of its attempts.
    let spent = i64::from(!matches!(settlement.outcome, Outcome::Paused { .. }));
    let held = db
        .prepare_cached(
            "UPDATE outbox SET state = ?1, due_at = coalesce(?2, due_at), ended_at = ?3,
                last_error = ?4, attempts = CASE WHEN ?5 = 1 THEN attempts ELSE attempts - 1 END,
                lease_token = NULL, lease_until = NULL
             WHERE id = ?6 AND lease_token = ?7",
        )
        .and_then(|mut update| {
            update.execute(params![state, due, ended, error, spent, id, settlement.token])
        })
        .doing(doing)?;
    if held == 1 {
        channel(db, settlement, now)?;
    }
    Ok(held == 1)
}

fn outcome_words(outcome: &Outcome, again: bool) -> (&'static str, &str) {
    match outcome {
        Outcome::Accepted { detail } => ("accepted", detail),
        Outcome::Retry { why, .. } if again => ("retry", why),
        Outcome::Retry { why, .. } => ("exhausted", why),
        Outcome::Refused { why } => ("refused", why),
        Outcome::Paused { why } => ("paused", why),
    }
}

/// A working channel has no pause; a broken one rests.
fn channel(db: &Connection, settlement: &AttemptResult, now: Timestamp) -> Result<(), Error> {
    let id = settlement.id.0.to_be_bytes();
    match &settlement.outcome {
        Outcome::Accepted { .. } => db
            .prepare_cached(
                "UPDATE channel SET paused_at = NULL, paused_until = NULL, pauses = 0, why = NULL
                 WHERE paused_at IS NOT NULL AND name = (SELECT channel FROM outbox WHERE id = ?1)",
            )
            .and_then(|mut update| update.execute([id])),
        Outcome::Paused { why } => {
            let pauses: u32 = db
                .prepare_cached(
                    "SELECT pauses FROM channel
                     WHERE name = (SELECT channel FROM outbox WHERE id = ?1)",
                )
                .and_then(|mut select| select.query_row([id], |row| row.get(0)))
                .doing("reading a channel's state")?;
            let wait = schedule::channel_pause(pauses.saturating_add(1));
            let until = (!settlement.until_person).then_some(now.after(wait).0);
            db.prepare_cached(
                "UPDATE channel SET paused_at = coalesce(paused_at, ?1), paused_until = ?2,
                    pauses = pauses + 1, why = ?3
                 WHERE name = (SELECT channel FROM outbox WHERE id = ?4)",
            )
            .and_then(|mut update| update.execute(params![now.0, until, why, id]))
        }
        Outcome::Retry { .. } | Outcome::Refused { .. } => Ok(0),
    }
    .doing("noting a channel's state")?;
    Ok(())
}

pub(super) fn resume_channel(db: &Connection, channel: &str) -> Result<(), Error> {
    db.execute(
        "UPDATE channel SET paused_at = NULL, paused_until = NULL, pauses = 0, why = NULL
         WHERE name = ?1",
        [channel],
    )
    .doing("waking a channel")?;
    Ok(())
}
