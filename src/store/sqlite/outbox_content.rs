//! What a delivery carries, read for its first attempt; and what becomes of a row that cannot be read.
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{outbox_insert, story_rows};
use crate::domain::{Alert, AlertId, DeliveryId, Message, Timestamp};
use crate::store::error::{Doing, Error};
use crate::store::{Lease, Route};

/// What a delivery carries: its update or notice, or its alerts in the order they were made.
pub(super) fn read_message(
    db: &Connection,
    delivery: DeliveryId,
    route: &Route,
    now: Timestamp,
) -> Result<Message, Error> {
    let doing = "reading a message";
    let payload: Option<String> = db
        .prepare_cached(
            "SELECT l.payload FROM outbox o JOIN message l ON l.id = o.letter WHERE o.id = ?1",
        )
        .and_then(|mut select| {
            select.query_row([delivery.0.to_be_bytes()], |row| row.get(0)).optional()
        })
        .doing(doing)?;
    match payload {
        Some(payload) => serde_json::from_str(&payload).map_err(|why| Error::json(doing, &why)),
        None => read_alerts(db, delivery, route, now).map(Message::Alerts),
    }
}

/// The alerts of a message. One of a digest that cannot be read becomes a dead letter of its own: it
/// must not keep the others from being sent, nor count as delivered with them. If none can be read,
/// the message is unreadable.
fn read_alerts(
    db: &Connection,
    delivery: DeliveryId,
    route: &Route,
    now: Timestamp,
) -> Result<Vec<Alert>, Error> {
    let doing = "reading an alert";
    let mut select = db
        .prepare_cached(
            "SELECT a.payload, a.story, a.id FROM delivery_alert c JOIN alert a ON a.id = c.alert
             WHERE c.delivery = ?1 ORDER BY a.created_at, a.article, a.id",
        )
        .doing(doing)?;
    let mut rows = select.query([delivery.0.to_be_bytes()]).doing(doing)?;
    let (mut alerts, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next().doing(doing)? {
        match read_alert(db, row) {
            Ok(alert) => alerts.push(alert),
            Err(error @ Error::Unreadable { .. }) => {
                let id = AlertId(u128::from_be_bytes(row.get(2).doing(doing)?));
                unreadable.push((id, error));
            }
            Err(error) => return Err(error),
        }
    }
    for (alert, error) in unreadable {
        if alerts.is_empty() {
            return Err(error);
        }
        tracing::error!(%delivery, "alert {alert} is left out of the digest {delivery}: {error}");
        db.prepare_cached("DELETE FROM delivery_alert WHERE alert = ?1 AND delivery = ?2")
            .and_then(|mut delete| {
                delete.execute([alert.0.to_be_bytes(), delivery.0.to_be_bytes()])
            })
            .doing("taking an alert out of a digest")?;
        let apart = outbox_insert::insert_delivery(db, route, &[alert], now)?;
        bury(db, &apart.0.to_be_bytes(), &error.to_string(), now)?;
    }
    Ok(alerts)
}

fn read_alert(db: &Connection, row: &Row<'_>) -> Result<Alert, Error> {
    let doing = "reading an alert";
    let payload: String = row.get(0).doing(doing)?;
    let mut alert: Alert =
        serde_json::from_str(&payload).map_err(|why| Error::json(doing, &why))?;
    // Only this once: the bytes composed from it are kept, and a retry repeats them.
    let spread = story_rows::spread(db, row.get(1).doing(doing)?)?;
    alert.spread = (spread.outlets > 1).then_some(spread);
    Ok(alert)
}

/// The delivery that brought an update's receiver the alert it follows.
pub(super) fn answered_delivery(
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

/// Makes an unreadable row a dead letter.
pub(super) fn bury(db: &Connection, id: &[u8], why: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE outbox SET state = 'dead', ended_at = ?1, last_error = ?2, lease_token = NULL,
            lease_until = NULL WHERE id = ?3",
    )
    .and_then(|mut update| update.execute(params![now.0, why, id]))
    .doing("ending an unreadable delivery")?;
    Ok(())
}
