//! What notices to the operator rest on, and which were sent.
use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::outbox_insert;
use super::row::{count, name, text};
use crate::domain::{DeliveryId, Message, Name, Timestamp};
use crate::health::{
    DeadMessage, DeadMessages, Decision, FailingChannel, FailingHub, SentNotice, Subject,
    WatchTotals,
};
use crate::store::Route;
use crate::store::error::{Doing, Error};

/// Dead messages named in one notice; the rest are counted.
const DEAD_NAMED_MAX: usize = 20;
/// How far back dead messages are new if none was ever told of.
const DEAD_SPAN: Duration = Duration::from_hours(24);
/// A hub that did not confirm after so many requests (about three hours) is told of.
const HUB_ATTEMPTS_TOLD: u32 = 5;

/// Every subject that was told of and not taken back.
pub(super) fn operator_notices(db: &Connection) -> Result<Vec<SentNotice>, Error> {
    let doing = "reading what the operator was told";
    let mut select = db
        .prepare_cached("SELECT subject, word, first_at, last_at FROM operator_notice")
        .doing(doing)?;
    let rows = select
        .query_map([], |row| {
            let key = text(row, 0)?;
            Ok(Subject::of(&key).map(|subject| (subject, text(row, 1), row.get(2), row.get(3))))
        })
        .doing(doing)?;
    let mut told = Vec::new();
    for row in rows {
        // A subject that this program does not know was another version's.
        let Some((subject, word, first, last)) = row.doing(doing)? else { continue };
        let (first, last) = (Timestamp(first.doing(doing)?), Timestamp(last.doing(doing)?));
        told.push(SentNotice { subject, word: word.doing(doing)?, first, last });
    }
    Ok(told)
}

/// Keeps what is told from now on and queues the message, all or nothing.
pub(super) fn record_notices(
    db: &Connection,
    decision: &Decision,
    letter: Option<&Message>,
    routes: &[Route],
    now: Timestamp,
) -> Result<(), Error> {
    let doing = "keeping what the operator is told";
    for subject in &decision.forget {
        db.prepare_cached("DELETE FROM operator_notice WHERE subject = ?1")
            .and_then(|mut delete| delete.execute([subject.key()]))
            .doing(doing)?;
    }
    for told in &decision.sent {
        db.prepare_cached(
            "INSERT OR REPLACE INTO operator_notice (subject, word, first_at, last_at)
             VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| {
            insert.execute(params![told.subject.key(), told.word, told.first.0, told.last.0])
        })
        .doing(doing)?;
    }
    if let Some(letter) = letter {
        outbox_insert::queue_message(db, letter, routes, now)?;
    }
    Ok(())
}

/// Channels with attempts that failed since they last took a message, and since when.
pub(super) fn failing_channels(db: &Connection) -> Result<Vec<FailingChannel>, Error> {
    let doing = "reading which channels fail";
    // Refusals and unknown ends say nothing of the channel.
    let mut select = db
        .prepare_cached(
            "SELECT f.channel, f.since, coalesce(a.detail, ''),
                    (SELECT count(*) FROM outbox w WHERE w.channel = f.channel
                     AND w.state = 'pending'),
                    EXISTS (SELECT 1 FROM channel c WHERE c.name = f.channel
                     AND c.paused_at IS NOT NULL)
             FROM (
                SELECT o.channel AS channel, min(a.started_at) AS since, max(a.id) AS latest
                FROM outbox o JOIN attempt a ON a.delivery = o.id
                WHERE o.state IN ('pending', 'dead')
                    AND a.outcome IN ('retry', 'exhausted', 'paused', 'refused-sender')
                    AND a.started_at > coalesce((SELECT max(d.ended_at) FROM outbox d
                        WHERE d.channel = o.channel AND d.state = 'delivered'), 0)
                GROUP BY o.channel) f
             JOIN attempt a ON a.id = f.latest ORDER BY f.channel",
        )
        .doing(doing)?;
    let rows = select
        .query_map([], |row| {
            Ok(FailingChannel {
                channel: name(row, 0)?,
                since: Timestamp(row.get(1)?),
                why: text(row, 2)?,
                waiting: count(row, 3)?,
                paused: row.get(4)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Messages that ended without being delivered since the operator was last told of some, or in the last
/// day. Notices do not count: a notice that cannot be delivered must not make the next one.
pub(super) fn dead_messages(db: &Connection, now: Timestamp) -> Result<DeadMessages, Error> {
    let doing = "reading dead messages";
    let mut select = db
        .prepare_cached(
            "SELECT o.id, o.channel, o.recipient, coalesce(o.last_error, 'no reason is known')
             FROM outbox o LEFT JOIN message l ON l.id = o.letter
             WHERE o.state = 'dead' AND l.kind IS NOT 'notice'
                AND o.ended_at > coalesce((SELECT last_at FROM operator_notice WHERE subject = ?1), ?2)
             ORDER BY o.ended_at DESC",
        )
        .doing(doing)?;
    let rows = select
        .query_map(params![Subject::Dead.key(), now.before(DEAD_SPAN).0], |row| {
            Ok(DeadMessage {
                id: DeliveryId(u128::from_be_bytes(row.get(0)?)).to_string(),
                channel: row.get(1)?,
                recipient: row.get(2)?,
                why: row.get(3)?,
            })
        })
        .doing(doing)?;
    let mut dead = DeadMessages::default();
    for row in rows {
        dead.count += 1;
        let row = row.doing(doing)?;
        if dead.examples.len() < DEAD_NAMED_MAX {
            dead.examples.push(row);
        }
    }
    Ok(dead)
}

/// Hubs that denied our subscription, or did not confirm it however often we asked.
pub(super) fn failing_hubs(db: &Connection) -> Result<Vec<FailingHub>, Error> {
    let doing = "reading which hubs fail";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, s.hub, coalesce(s.why, 'it did not confirm the subscription')
             FROM subscription s JOIN feed f ON f.id = s.feed AND f.active = 1
             WHERE s.state = 'denied' OR (s.state <> 'leaving' AND s.attempts >= ?1)
             ORDER BY f.name",
        )
        .doing(doing)?;
    let rows = select
        .query_map([HUB_ATTEMPTS_TOLD], |row| {
            let url = url::Url::parse(&row.get::<_, String>(1)?).ok();
            let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("its hub").to_owned();
            Ok(FailingHub { feed: Name::new(&row.get::<_, String>(0)?), host, why: row.get(2)? })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Articles first seen after `articles_since` and until `time_until_expected`, and what each watch made of them.
pub(super) fn activity(
    db: &Connection,
    since: Timestamp,
    until: Timestamp,
) -> Result<(u64, Vec<WatchTotals>), Error> {
    let doing = "counting a day";
    let articles = db
        .query_row(
            "SELECT count(*) FROM article WHERE first_seen > ?1 AND first_seen <= ?2",
            [since.0, until.0],
            |row| count(row, 0),
        )
        .doing(doing)?;
    let by_watch = |sql: &str| -> Result<BTreeMap<String, u64>, Error> {
        let mut select = db.prepare(sql).doing(doing)?;
        let rows = select
            .query_map([since.0, until.0], |row| Ok((text(row, 0)?, count(row, 1)?)))
            .doing(doing)?;
        rows.collect::<Result<_, _>>().doing(doing)
    };
    let mut alerts = by_watch(
        "SELECT watch, count(*) FROM alert WHERE created_at > ?1 AND created_at <= ?2
         GROUP BY watch",
    )?;
    let suppressed = by_watch(
        "SELECT watch, count(*) FROM finding WHERE at > ?1 AND at <= ?2 AND outcome <> 'alert'
         GROUP BY watch",
    )?;
    for watch in suppressed.keys() {
        alerts.entry(watch.clone()).or_insert(0);
    }
    let watches = alerts
        .into_iter()
        .map(|(watch, alerts)| WatchTotals {
            suppressed: suppressed.get(&watch).copied().unwrap_or(0),
            alerts,
            watch: Name::new(&watch),
        })
        .collect();
    Ok((articles, watches))
}
