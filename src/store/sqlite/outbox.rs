//! The outbox: who may try what, and the word before the socket.
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::updates;
use crate::domain::{Alert, AlertId, DeliveryId, Message, Timestamp};
use crate::schedule;
use crate::store::error::{Doing, Error};
use crate::store::{DueDeliveries, Lease, OutboxFilter};

/// A new start: whatever a dead process left open has an unknown end, and is due again.
pub(super) fn recover(db: &Connection, now: Timestamp) -> Result<(), Error> {
    let recovered = db.execute_batch("BEGIN IMMEDIATE").and_then(|()| {
        db.execute(
            "UPDATE attempt SET ended_at = ?1, outcome = 'unknown',
                detail = 'the process ended while the attempt was under way'
             WHERE ended_at IS NULL",
            [now.0],
        )?;
        db.execute(
            "UPDATE outbox SET lease_token = NULL, lease_until = NULL
             WHERE state = 'pending' AND lease_token IS NOT NULL",
            [],
        )?;
        db.execute_batch("COMMIT")
    });
    if recovered.is_err() && !db.is_autocommit() {
        db.execute_batch("ROLLBACK").doing("recovering the outbox")?;
    }
    recovered.doing("recovering the outbox")
}

pub(super) fn lease(
    db: &Connection,
    channel: &str,
    most: u32,
    now: Timestamp,
    until: Timestamp,
) -> Result<DueDeliveries, Error> {
    let doing = "leasing from the outbox";
    match rest(db, channel, now)? {
        ChannelRest::No => (),
        ChannelRest::Until(wake) => {
            return Ok(DueDeliveries { leases: Vec::new(), next: Some(wake) });
        }
        ChannelRest::UntilPerson => return Ok(DueDeliveries::default()),
    }
    let mut select = db
        .prepare_cached(
            "SELECT id, recipient, attempts, message FROM outbox
             WHERE channel = ?1 AND state = 'pending' AND (due_at <= ?2 OR due_at > ?4)
                AND (lease_until IS NULL OR lease_until <= ?2)
             ORDER BY due_at, seq LIMIT ?3",
        )
        .doing(doing)?;
    // No wait is ever longer: such a row was due before the clock was set back.
    let never = now.after(schedule::RETRY_MAX);
    let rows = select.query_map(params![channel, now.0, most, never.0], lease_row).doing(doing)?;
    let mut leases = rows.collect::<Result<Vec<Lease>, _>>().doing(doing)?;
    for lease in &mut leases {
        lease.token = next_token(db)?;
        db.prepare_cached("UPDATE outbox SET lease_token = ?1, lease_until = ?2 WHERE id = ?3")
            .and_then(|mut update| {
                update.execute(params![lease.token, until.0, lease.id.0.to_be_bytes()])
            })
            .doing(doing)?;
        if lease.encoded.is_none() {
            lease.message = read_message(db, lease.id)?;
            lease.answers = answered_delivery(db, channel, lease)?;
        }
    }
    let next = if leases.is_empty() { next_due(db, channel, now)? } else { None };
    Ok(DueDeliveries { leases, next })
}

/// Whether a channel is being left alone.
enum ChannelRest {
    No,
    Until(Timestamp),
    UntilPerson,
}

fn rest(db: &Connection, channel: &str, now: Timestamp) -> Result<ChannelRest, Error> {
    let paused: Option<Option<i64>> = db
        .prepare_cached(
            "SELECT paused_until FROM channel WHERE name = ?1 AND paused_at IS NOT NULL
                AND (paused_until IS NULL OR paused_until > ?2)",
        )
        .and_then(|mut select| {
            select.query_row(params![channel, now.0], |row| row.get(0)).optional()
        })
        .doing("reading a channel")?;
    Ok(match paused {
        None => ChannelRest::No,
        Some(Some(until)) => ChannelRest::Until(Timestamp(until)),
        Some(None) => ChannelRest::UntilPerson,
    })
}

fn lease_row(row: &Row<'_>) -> Result<Lease, rusqlite::Error> {
    Ok(Lease {
        id: DeliveryId(u128::from_be_bytes(row.get(0)?)),
        token: 0,
        recipient: row.get(1)?,
        attempt: row.get::<_, u32>(2)?.saturating_add(1),
        encoded: row.get(3)?,
        message: Message::Alerts(Vec::new()),
        answers: None,
    })
}

fn next_token(db: &Connection) -> Result<i64, Error> {
    db.prepare_cached(
        "UPDATE setting SET value = value + 1 WHERE name = 'lease_token' RETURNING value",
    )
    .and_then(|mut next| next.query_row([], |row| row.get(0)))
    .doing("numbering a lease")
}

fn next_due(db: &Connection, channel: &str, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    // A row whose time has come but that is leased is due when the lease lapses.
    db.prepare_cached(
        "SELECT min(max(due_at, coalesce(lease_until, 0))) FROM outbox
         WHERE channel = ?1 AND state = 'pending' AND max(due_at, coalesce(lease_until, 0)) > ?2",
    )
    .and_then(|mut select| {
        select.query_row(params![channel, now.0], |row| row.get::<_, Option<i64>>(0))
    })
    .map(|due| due.map(Timestamp))
    .doing("reading the outbox")
}

/// What a message carries: its letter, or its alerts in the order they were made.
fn read_message(db: &Connection, delivery: DeliveryId) -> Result<Message, Error> {
    let doing = "reading a letter";
    let payload: Option<String> = db
        .prepare_cached(
            "SELECT l.payload FROM outbox o JOIN message l ON l.id = o.letter WHERE o.id = ?1",
        )
        .and_then(|mut select| {
            select.query_row([delivery.0.to_be_bytes()], |row| row.get(0)).optional()
        })
        .doing(doing)?;
    match payload {
        Some(payload) => serde_json::from_str(&payload)
            .map_err(|why| Error::Broken { doing, why: why.to_string() }),
        None => read_alerts(db, delivery).map(Message::Alerts),
    }
}

fn read_alerts(db: &Connection, delivery: DeliveryId) -> Result<Vec<Alert>, Error> {
    let doing = "reading an alert";
    let mut select = db
        .prepare_cached(
            "SELECT a.payload, a.story FROM delivery_alert c JOIN alert a ON a.id = c.alert
             WHERE c.delivery = ?1 ORDER BY a.created_at, a.article, a.id",
        )
        .doing(doing)?;
    let rows = select
        .query_map([delivery.0.to_be_bytes()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .doing(doing)?;
    rows.map(|row| {
        let (payload, story) = row.doing(doing)?;
        let mut alert: Alert = serde_json::from_str(&payload)
            .map_err(|why| Error::Broken { doing, why: why.to_string() })?;
        // Only this once: the bytes composed from it are kept, and a retry repeats them.
        let spread = updates::spread(db, story)?;
        alert.spread = (spread.outlets > 1).then_some(spread);
        Ok(alert)
    })
    .collect()
}

/// The message that told an update's receiver of the alert it follows.
fn answered_delivery(
    db: &Connection,
    channel: &str,
    lease: &Lease,
) -> Result<Option<DeliveryId>, Error> {
    let Message::Update(update) = &lease.message else { return Ok(None) };
    let AlertId(alert) = update.alert;
    db.prepare_cached(
        "SELECT delivery FROM delivery_alert WHERE alert = ?1 AND channel = ?2 AND recipient = ?3",
    )
    .and_then(|mut select| {
        select
            .query_row(params![alert.to_be_bytes(), channel, lease.recipient], |row| row.get(0))
            .optional()
    })
    .map(|id| id.map(|id| DeliveryId(u128::from_be_bytes(id))))
    .doing("looking for the message an update answers")
}

pub(super) fn begin(
    db: &Connection,
    attempts: &[(DeliveryId, i64, Vec<u8>)],
    now: Timestamp,
) -> Result<(), Error> {
    let doing = "recording an attempt";
    for (id, token, message) in attempts {
        let id = id.0.to_be_bytes();
        // The first attempt's bytes stay: a retry repeats them whatever this process would write.
        let held = db
            .prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, message = coalesce(message, ?1)
                 WHERE id = ?2 AND lease_token = ?3 AND state = 'pending'",
            )
            .and_then(|mut update| update.execute(params![message, id, token]))
            .doing(doing)?;
        if held == 0 {
            let why = "the lease is no longer ours".to_owned();
            return Err(Error::Busy(why));
        }
        db.prepare_cached(
            "INSERT INTO attempt (delivery, n, lease_token, started_at)
             SELECT id, attempts, ?1, ?2 FROM outbox WHERE id = ?3",
        )
        .and_then(|mut insert| insert.execute(params![token, now.0, id]))
        .doing(doing)?;
    }
    Ok(())
}

pub(super) fn release(db: &Connection, leases: &[(DeliveryId, i64)]) -> Result<(), Error> {
    for (id, token) in leases {
        db.prepare_cached(
            "UPDATE outbox SET lease_token = NULL, lease_until = NULL
             WHERE id = ?1 AND lease_token = ?2",
        )
        .and_then(|mut update| update.execute(params![id.0.to_be_bytes(), token]))
        .doing("releasing a lease")?;
    }
    Ok(())
}

/// Due at once, and its channel awake: a person asked. Attempts start over, so that a dead message
/// gets the whole schedule again.
pub(super) fn retry(db: &Connection, select: &OutboxFilter, now: Timestamp) -> Result<u64, Error> {
    let doing = "retrying";
    let (clause, value) = clause(select, "state IN ('pending', 'dead', 'dropped')");
    let changed = db
        .execute(
            &format!(
                "UPDATE outbox SET state = 'pending', attempts = 0, due_at = ?1, ended_at = NULL
                 WHERE {clause} AND lease_token IS NULL"
            ),
            params![now.0, value],
        )
        .doing(doing)?;
    db.execute(
        "UPDATE channel SET paused_at = NULL, paused_until = NULL, pauses = 0, why = NULL
         WHERE name IN (SELECT DISTINCT channel FROM outbox WHERE state = 'pending' AND due_at = ?1)",
        [now.0],
    )
    .doing(doing)?;
    Ok(u64::try_from(changed).unwrap_or(0))
}

pub(super) fn drop_rows(
    db: &Connection,
    select: &OutboxFilter,
    now: Timestamp,
) -> Result<u64, Error> {
    let (clause, value) = clause(select, "state IN ('pending', 'dead')");
    let changed = db
        .execute(
            &format!(
                "UPDATE outbox SET state = 'dropped', ended_at = ?1
                 WHERE {clause} AND lease_token IS NULL"
            ),
            params![now.0, value],
        )
        .doing("dropping")?;
    Ok(u64::try_from(changed).unwrap_or(0))
}

/// The rows a selection means, as a condition on `?2`.
fn clause(select: &OutboxFilter, one: &str) -> (String, rusqlite::types::Value) {
    use rusqlite::types::Value;
    let channel = |channel: &Option<String>| channel.clone().map_or(Value::Null, Value::Text);
    match select {
        OutboxFilter::One(id) => {
            (format!("id = ?2 AND {one}"), Value::Blob(id.0.to_be_bytes().to_vec()))
        }
        OutboxFilter::Dead { channel: name } => {
            ("state = 'dead' AND channel = coalesce(?2, channel)".to_owned(), channel(name))
        }
        OutboxFilter::Open { channel: name } => {
            let states = "state IN ('pending', 'dead') AND channel = coalesce(?2, channel)";
            (states.to_owned(), channel(name))
        }
        OutboxFilter::Pending { channel: name } => {
            ("state = 'pending' AND channel = coalesce(?2, channel)".to_owned(), channel(name))
        }
    }
}
