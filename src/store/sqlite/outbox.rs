//! The outbox: which delivery may be tried now, and the attempt that is recorded before a socket opens.
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::outbox_content::{answered_delivery, bury, read_message};
use crate::domain::{DeliveryId, Message, Name, Timestamp};
use crate::schedule;
use crate::store::error::{Doing, Error};
use crate::store::{DueDeliveries, Lease, LeaseRequest, OutboxFilter, Route};

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
        // A start is a good moment to see whether a receiver is back, unless it asked for a pause.
        db.execute(
            "UPDATE channel SET paused_until = NULL WHERE paused_at IS NULL AND why IS NULL",
            [],
        )?;
        db.execute_batch("COMMIT")
    });
    if recovered.is_err() && !db.is_autocommit() {
        db.execute_batch("ROLLBACK").doing("recovering the outbox")?;
    }
    recovered.doing("recovering the outbox")
}

/// A backlog: the oldest due row waits for longer than this. Then the newest goes first, because a
/// late alert is worth less with every hour; else they go in their order.
pub(super) const BACKLOG_AGE: Duration = Duration::from_mins(1);

/// Leases up to `most` deliveries that are due. A row that cannot be read becomes a dead letter: it
/// must not keep the readable ones from leaving.
pub(super) fn lease(
    db: &Connection,
    ask: &LeaseRequest,
    now: Timestamp,
) -> Result<DueDeliveries, Error> {
    let mut due = DueDeliveries::default();
    let failures = match rest(db, &ask.channel, now)? {
        ChannelRest::None { failures } => failures,
        ChannelRest::Until(end) => return Ok(DueDeliveries { next: Some(end), ..due }),
        ChannelRest::UntilPerson => return Ok(due),
    };
    loop {
        let ids = due_ids(db, ask, now)?;
        let is_last = ids.is_empty();
        for id in ids {
            match read_lease(db, &ask.channel, &id, now) {
                Ok(lease) => due.leases.push(Lease {
                    channel_failures: failures,
                    token: take(db, &id, now.after(ask.hold))?,
                    ..lease
                }),
                Err(Error::Unreadable { doing, why }) => {
                    let why = format!("{doing}: {why}");
                    bury(db, &id, &why, now)?;
                    due.unreadable.push(why);
                }
                Err(error) => return Err(error),
            }
        }
        // If every row of this round was unreadable, there may be readable ones behind them.
        if is_last || !due.leases.is_empty() {
            break;
        }
    }
    if due.leases.is_empty() {
        due.next = next_due(db, &ask.channel, now)?;
    }
    Ok(due)
}

/// The keys of the rows that go next, as they stand in the store.
fn due_ids(db: &Connection, ask: &LeaseRequest, now: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
    let doing = "looking into the outbox";
    let where_due = "channel = ?1 AND state = 'pending' AND (due_at <= ?2 OR due_at > ?3)
        AND (lease_until IS NULL OR lease_until <= ?2)";
    // No wait is ever longer: such a row was due before the clock was set back.
    let never = now.after(schedule::RETRY_MAX);
    let oldest: Option<i64> = db
        .prepare_cached(&format!("SELECT min(due_at) FROM outbox WHERE {where_due}"))
        .and_then(|mut select| {
            select.query_row(params![ask.channel, now.0, never.0], |row| row.get(0))
        })
        .doing(doing)?;
    let is_backlog = oldest.is_some_and(|oldest| now.since(Timestamp(oldest)) > BACKLOG_AGE);
    let order = if is_backlog { "DESC" } else { "ASC" };
    let mut select = db
        .prepare_cached(&format!(
            "SELECT id FROM outbox WHERE {where_due} ORDER BY due_at {order}, seq LIMIT ?4"
        ))
        .doing(doing)?;
    let rows = select
        .query_map(params![ask.channel, now.0, never.0, ask.most], |row| row.get(0))
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// One row with all that its message is composed from.
fn read_lease(db: &Connection, channel: &str, id: &[u8], now: Timestamp) -> Result<Lease, Error> {
    let mut lease = db
        .prepare_cached("SELECT id, recipient, attempts, message FROM outbox WHERE id = ?1")
        .and_then(|mut select| select.query_row([id], lease_row))
        .doing("reading the outbox")?;
    if lease.encoded.is_none() {
        let route = Route { channel: Name::new(channel), recipient: lease.recipient.clone() };
        lease.message = read_message(db, lease.id, &route, now)?;
        lease.answers = answered_delivery(db, channel, &lease)?;
    }
    Ok(lease)
}

/// Marks a row as leased. Returns the token that proves it.
fn take(db: &Connection, id: &[u8], until: Timestamp) -> Result<i64, Error> {
    let doing = "leasing from the outbox";
    let token: i64 = db
        .prepare_cached(
            "UPDATE setting SET value = value + 1 WHERE name = 'lease_token' RETURNING value",
        )
        .and_then(|mut next| next.query_row([], |row| row.get(0)))
        .doing(doing)?;
    db.prepare_cached("UPDATE outbox SET lease_token = ?1, lease_until = ?2 WHERE id = ?3")
        .and_then(|mut update| update.execute(params![token, until.0, id]))
        .doing(doing)?;
    Ok(token)
}

/// Whether a channel is being left alone.
enum ChannelRest {
    /// It is not; so often it failed since it last took a message.
    None {
        failures: u32,
    },
    Until(Timestamp),
    UntilPerson,
}

fn rest(db: &Connection, channel: &str, now: Timestamp) -> Result<ChannelRest, Error> {
    let stored: Option<(Option<i64>, Option<i64>, i64)> = db
        .prepare_cached("SELECT paused_at, paused_until, pauses FROM channel WHERE name = ?1")
        .and_then(|mut select| {
            let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            select.query_row([channel], read).optional()
        })
        .doing("reading a channel")?;
    let (paused_at, until, failures) = stored.unwrap_or_default();
    // No rest is ever longer: that one was given before the clock was set back.
    let longest = now.after(schedule::RETRY_MAX);
    Ok(match (paused_at, until.map(Timestamp)) {
        (Some(_), None) => ChannelRest::UntilPerson,
        (_, Some(until)) if until > now && until <= longest => ChannelRest::Until(until),
        _ => ChannelRest::None { failures: u32::try_from(failures).unwrap_or(0) },
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
        channel_failures: 0,
    })
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
            let why = "the lease has lapsed".to_owned();
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
