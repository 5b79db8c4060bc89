//! Stores alerts and messages, and makes an outbox row for each receiver.
use std::collections::BTreeMap;
use std::hash::Hasher;

use rusqlite::{Connection, params};
use siphasher::sip128::{Hasher128, SipHasher24};

use crate::domain::{Alert, AlertId, DeliveryId, Message, MessageId, Name, NoticeKind, Timestamp};
use crate::store::Route;
use crate::store::error::{Doing, Error};

/// More alerts than this from a feed's first poll reach each receiver as one digest.
const FIRST_POLL_SINGLES_MAX: usize = 5;

/// An id that is the same whenever the same thing is identified: every part is framed by its
/// length, so that no two lists of parts run together.
fn hash_id(domain: &str, parts: &[&[u8]]) -> u128 {
    let mut hasher = SipHasher24::new_with_keys(0x7769_7265_7761_7463, 0x6820_6964_7320_7631);
    for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        hasher.write_u64(u64::try_from(part.len()).unwrap_or(u64::MAX));
        hasher.write(part);
    }
    hasher.finish128().as_u128()
}

/// The id of the alert of `watch` for the item `identity` of `feed`.
pub(super) fn alert_id(watch: &str, feed: &str, identity: u64) -> AlertId {
    let identity = identity.to_be_bytes();
    AlertId(hash_id("alert", &[watch.as_bytes(), feed.as_bytes(), &identity]))
}

fn delivery_id(route: &Route, alerts: &[AlertId]) -> DeliveryId {
    let ids: Vec<[u8; 16]> = alerts.iter().map(|id| id.0.to_be_bytes()).collect();
    let mut parts: Vec<&[u8]> = vec![route.channel.as_str().as_bytes(), route.recipient.as_bytes()];
    parts.extend(ids.iter().map(<[u8; 16]>::as_slice));
    DeliveryId(hash_id("delivery", &parts))
}

/// The same for a text that was told.
pub(super) fn text_id(text: &str) -> u128 {
    hash_id("text", &[text.as_bytes()])
}

/// Whether the alert is stored already (from before its article was forgotten, or from a backup).
pub(super) fn is_stored(db: &Connection, id: AlertId) -> Result<bool, Error> {
    db.prepare_cached("SELECT 1 FROM alert WHERE id = ?1")
        .and_then(|mut select| select.exists([id.0.to_be_bytes()]))
        .doing("looking for an alert")
}

/// Stores an alert, with the article that fired it.
/// `shares`: the name under which watches tell a story once between them.
pub(super) fn insert_alert(
    db: &Connection,
    alert: &Alert,
    article: i64,
    shares: Option<&Name>,
) -> Result<(), Error> {
    let payload = serde_json::to_string(alert)
        .map_err(|why| Error::Broken { doing: "writing an alert", why: why.to_string() })?;
    let kind = serde_json::to_value(alert.kind).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("new");
    db.prepare_cached(
        "INSERT INTO alert (id, story, article, watch, kind, created_at, payload, shares)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .doing("writing an alert")?
    .execute(params![
        alert.id.0.to_be_bytes(),
        alert.story.0,
        article,
        alert.watch.as_str(),
        kind,
        alert.created.0,
        payload,
        shares.map(Name::as_str)
    ])
    .doing("writing an alert")?;
    Ok(())
}

/// Makes the outbox rows for alerts already kept: one a receiver and alert, or one digest a
/// receiver if a first poll brought more than a handful.
pub(super) fn queue_alerts(
    db: &Connection,
    alerts: &[(AlertId, Vec<Route>)],
    first_poll: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let mut by_route: BTreeMap<&Route, Vec<AlertId>> = BTreeMap::new();
    for (id, routes) in alerts {
        for route in routes {
            by_route.entry(route).or_default().push(*id);
        }
    }
    for (route, ids) in by_route {
        if first_poll && ids.len() > FIRST_POLL_SINGLES_MAX {
            insert_delivery(db, route, &ids, now)?;
            continue;
        }
        for id in ids {
            insert_delivery(db, route, &[id], now)?;
        }
    }
    Ok(())
}

/// The id of the update that tells of `step` (a word of the caller's, e.g. `outlets:5`) in the
/// story of an alert: the same step of the same story is the same update.
pub fn update_id(alert: AlertId, step: &str) -> MessageId {
    MessageId(hash_id("update", &[&alert.0.to_be_bytes(), step.as_bytes()]))
}

/// The id of a notice: one of a kind about a subject at a time.
pub fn notice_id(kind: NoticeKind, subject: &str, at: Timestamp) -> MessageId {
    let at = at.0.to_be_bytes();
    MessageId(hash_id("notice", &[kind.as_str().as_bytes(), subject.as_bytes(), &at]))
}

/// Stores a message and makes an outbox row for each route, inside the caller's transaction. Alerts
/// in it must be stored already. `false`: a message of this id was queued before, and nothing was
/// done.
pub(super) fn queue_message(
    db: &Connection,
    letter: &Message,
    routes: &[Route],
    now: Timestamp,
) -> Result<bool, Error> {
    let doing = "writing a message";
    let (id, kind) = match letter {
        Message::Alerts(alerts) => {
            let ids: Vec<AlertId> = alerts.iter().map(|alert| alert.id).collect();
            for route in routes {
                insert_delivery(db, route, &ids, now)?;
            }
            return Ok(true);
        }
        Message::Update(update) => (update.id, "alert.updated"),
        Message::Notice(notice) => (notice.id, notice.kind.as_str()),
    };
    let about = match letter {
        Message::Update(update) => Some((update.story.0, update.alert, update.watch.as_str())),
        Message::Alerts(_) | Message::Notice(_) => None,
    };
    let payload = serde_json::to_string(letter)
        .map_err(|why| Error::Broken { doing, why: why.to_string() })?;
    let kept = db
        .prepare_cached(
            "INSERT OR IGNORE INTO message (id, kind, story, alert, watch, created_at, payload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                id.0.to_be_bytes(),
                kind,
                about.map(|(story, _, _)| story),
                about.map(|(_, alert, _)| alert.0.to_be_bytes()),
                about.map(|(_, _, watch)| watch),
                letter.created().0,
                payload
            ])
        })
        .doing(doing)?;
    if kept == 0 {
        return Ok(false);
    }
    for route in routes {
        let recipient = route.recipient.as_bytes();
        let parts = [route.channel.as_str().as_bytes(), recipient, &id.0.to_be_bytes()];
        let delivery = DeliveryId(hash_id("letter", &parts));
        insert_outbox_row(db, delivery, route, Some(id), now)?;
    }
    Ok(true)
}

/// Lets every receiver of a message that was just queued wait until `due`.
pub(super) fn postpone(db: &Connection, id: MessageId, due: Timestamp) -> Result<(), Error> {
    db.prepare_cached("UPDATE outbox SET due_at = ?2 WHERE letter = ?1")
        .and_then(|mut change| change.execute(params![id.0.to_be_bytes(), due.0]))
        .doing("writing the outbox")?;
    Ok(())
}

pub(super) fn insert_delivery(
    db: &Connection,
    route: &Route,
    alerts: &[AlertId],
    now: Timestamp,
) -> Result<DeliveryId, Error> {
    let id = delivery_id(route, alerts);
    let doing = "writing the outbox";
    insert_outbox_row(db, id, route, None, now)?;
    let mut carries = db
        .prepare_cached(
            "INSERT INTO delivery_alert (alert, channel, recipient, delivery) VALUES (?1, ?2, ?3, ?4)",
        )
        .doing(doing)?;
    for alert in alerts {
        let ids = (alert.0.to_be_bytes(), id.0.to_be_bytes());
        carries
            .execute(params![ids.0, route.channel.as_str(), route.recipient, ids.1])
            .doing(doing)?;
    }
    Ok(id)
}

fn insert_outbox_row(
    db: &Connection,
    id: DeliveryId,
    route: &Route,
    message: Option<MessageId>,
    now: Timestamp,
) -> Result<(), Error> {
    let doing = "writing the outbox";
    let channel = route.channel.as_str();
    let seq: i64 = db
        .prepare_cached(
            "INSERT INTO channel (name, next_seq) VALUES (?1, 2)
             ON CONFLICT (name) DO UPDATE SET next_seq = next_seq + 1
             RETURNING next_seq - 1",
        )
        .and_then(|mut next| next.query_row([channel], |row| row.get(0)))
        .doing(doing)?;
    db.prepare_cached(
        "INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at, letter)
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5, ?6)",
    )
    .doing(doing)?
    .execute(params![
        id.0.to_be_bytes(),
        channel,
        route.recipient,
        seq,
        now.0,
        message.map(|id| id.0.to_be_bytes())
    ])
    .doing(doing)?;
    Ok(())
}
