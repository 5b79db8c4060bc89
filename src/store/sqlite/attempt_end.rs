//! How an attempt ended.
use std::time::Duration;

use rusqlite::{Connection, params};

use super::outbox::BACKLOG_AGE;
use crate::domain::{Outcome, PauseCause, Timestamp};
use crate::store::error::{Doing, Error};
use crate::store::{AttemptEnd, AttemptResult};

/// A delivery that was refused so often while others of its channel were taken is refused for itself.
const OWN_REFUSALS_MAX: i64 = 2;
/// Why a channel rests that is not broken: a restart ends no such rest.
const ASKED_FOR: &str = "the receiver asked for a pause";

/// Ends the attempt and moves its row and its channel on.
pub(super) fn end_attempt(
    db: &Connection,
    result: &AttemptResult,
    now: Timestamp,
) -> Result<AttemptEnd, Error> {
    let doing = "recording the end of an attempt";
    let id = result.id.0.to_be_bytes();
    let is_own = refuses_sender(&result.outcome) && is_own_refusal(db, &id)?;
    let (word, detail) = outcome_words(result, is_own);
    db.prepare_cached(
        "UPDATE attempt SET ended_at = ?1, outcome = ?2, detail = ?3
         WHERE delivery = ?4 AND lease_token = ?5 AND ended_at IS NULL",
    )
    .and_then(|mut update| update.execute(params![now.0, word, detail, id, result.token]))
    .doing(doing)?;
    let dead = ("dead", None);
    let pending = |wait: Duration| ("pending", Some(now.after(wait).0));
    let (state, due) = match &result.outcome {
        Outcome::Accepted { .. } => ("delivered", None),
        Outcome::Refused { .. } => dead,
        Outcome::Paused { .. } if is_own => dead,
        // Others go first when the channel is tried again: this one may be refused for itself.
        Outcome::Paused { cause: PauseCause::SenderRefused, .. } => pending(result.rest * 2),
        Outcome::Paused { .. } => pending(Duration::ZERO),
        Outcome::Retry { .. } | Outcome::Unavailable { .. } => {
            result.retry_in.map_or(dead, pending)
        }
    };
    let error = (state != "delivered").then_some(detail);
    let ended = (state != "pending").then_some(now.0);
    // A pause is the channel's fault: it costs the message none of its attempts.
    let given_back = i64::from(word == "paused" || word == "refused-sender");
    let held = db
        .prepare_cached(
            "UPDATE outbox SET state = ?1, due_at = coalesce(?2, due_at), ended_at = ?3,
                last_error = ?4, attempts = attempts - ?5, lease_token = NULL, lease_until = NULL
             WHERE id = ?6 AND lease_token = ?7",
        )
        .and_then(|mut update| {
            update.execute(params![state, due, ended, error, given_back, id, result.token])
        })
        .doing(doing)?;
    let mut end =
        AttemptEnd { is_held: held == 1, is_dead: state == "dead", ..AttemptEnd::default() };
    if end.is_held && !is_own {
        end.brought_forward = note_channel(db, result, now)?;
    }
    Ok(end)
}

fn refuses_sender(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Paused { cause: PauseCause::SenderRefused, .. })
}

/// Whether a refusal of the sender is about this delivery alone: it was refused before, and others
/// of its channel were taken after that.
fn is_own_refusal(db: &Connection, id: &[u8]) -> Result<bool, Error> {
    db.prepare_cached(
        "SELECT count(*) >= ?2 FROM attempt a JOIN outbox o ON o.id = a.delivery
         WHERE a.delivery = ?1 AND a.outcome = 'refused-sender'
            AND (SELECT max(d.ended_at) FROM outbox d
                 WHERE d.channel = o.channel AND d.state = 'delivered') > a.ended_at",
    )
    .and_then(|mut select| select.query_row(params![id, OWN_REFUSALS_MAX], |row| row.get(0)))
    .doing("reading earlier refusals")
}

/// The stored word for an outcome, with its detail.
fn outcome_words(result: &AttemptResult, is_own: bool) -> (&'static str, &str) {
    match &result.outcome {
        Outcome::Accepted { detail } => ("accepted", detail),
        Outcome::Retry { why } | Outcome::Unavailable { why, .. } => {
            (if result.retry_in.is_some() { "retry" } else { "exhausted" }, why)
        }
        Outcome::Refused { why } => ("refused", why),
        Outcome::Paused { why, .. } if is_own => ("refused", why),
        Outcome::Paused { cause: PauseCause::SenderRefused, why } => ("refused-sender", why),
        Outcome::Paused { why, .. } => ("paused", why),
    }
}

/// A channel that took a message works; one that failed rests. Exchanges that fail while it rests
/// already began before that: they are the same failure. Says whether messages were brought forward.
fn note_channel(db: &Connection, result: &AttemptResult, now: Timestamp) -> Result<bool, Error> {
    let doing = "noting a channel's state";
    let channel: String = db
        .prepare_cached("SELECT channel FROM outbox WHERE id = ?1")
        .and_then(|mut select| select.query_row([result.id.0.to_be_bytes()], |row| row.get(0)))
        .doing(doing)?;
    let until = now.after(result.rest).0;
    match &result.outcome {
        Outcome::Accepted { .. } => {
            let had_failed = resume_channel(db, &channel)?;
            if had_failed && result.bring_forward {
                bring_forward(db, &channel, now)?;
                return Ok(true);
            }
            Ok(0)
        }
        Outcome::Unavailable { after, .. } => db
            .prepare_cached(
                "UPDATE channel SET pauses = pauses + (coalesce(paused_until, 0) <= ?2),
                    paused_until = max(coalesce(paused_until, 0), ?1), why = ?4
                 WHERE name = ?3 AND paused_at IS NULL",
            )
            .and_then(|mut update| {
                let why = after.map(|_| ASKED_FOR);
                update.execute(params![until, now.0, channel, why])
            }),
        Outcome::Paused { cause, why } => {
            let until = (*cause != PauseCause::NeedsPerson).then_some(until);
            db.prepare_cached(
                "UPDATE channel SET pauses = pauses + (coalesce(paused_until, 0) <= ?2),
                    paused_at = coalesce(paused_at, ?2), paused_until = ?1, why = ?3
                 WHERE name = ?4",
            )
            .and_then(|mut update| update.execute(params![until, now.0, why, channel]))
        }
        Outcome::Retry { .. } | Outcome::Refused { .. } => Ok(0),
    }
    .doing(doing)?;
    Ok(false)
}

/// Ends a channel's rest. Says whether it had failed.
pub(super) fn resume_channel(db: &Connection, channel: &str) -> Result<bool, Error> {
    db.prepare_cached(
        "UPDATE channel SET paused_at = NULL, paused_until = NULL, pauses = 0, why = NULL
         WHERE name = ?1 AND (pauses > 0 OR paused_at IS NOT NULL OR paused_until IS NOT NULL)",
    )
    .and_then(|mut update| update.execute([channel]))
    .map(|changed| changed > 0)
    .doing("ending a channel's rest")
}

/// Makes all that waits for a channel due, the most severe last of all in time and then the newest:
/// a backlog is sent from its end (see `outbox::lease`).
pub(super) fn bring_forward(db: &Connection, channel: &str, now: Timestamp) -> Result<(), Error> {
    let newest = now.before(BACKLOG_AGE).0;
    db.prepare_cached(
        "UPDATE outbox SET due_at = ?2 - ranked.place
         FROM (SELECT id, row_number() OVER
                (ORDER BY severity DESC, created_at DESC, seq) AS place
               FROM (SELECT o.id, o.created_at, o.seq, coalesce((
                        SELECT max(CASE
                            WHEN NOT json_valid(a.payload) THEN 1
                            WHEN json_extract(a.payload, '$.severity') = 'critical' THEN 3
                            WHEN json_extract(a.payload, '$.severity') = 'high' THEN 2
                            WHEN json_extract(a.payload, '$.severity') = 'low' THEN 0
                            ELSE 1 END)
                        FROM delivery_alert c JOIN alert a ON a.id = c.alert
                        WHERE c.delivery = o.id), 1) AS severity
                     FROM outbox o
                     WHERE o.channel = ?1 AND o.state = 'pending' AND o.lease_token IS NULL)
              ) AS ranked
         WHERE outbox.id = ranked.id",
    )
    .and_then(|mut update| update.execute(params![channel, newest]))
    .doing("bringing messages forward")?;
    Ok(())
}
