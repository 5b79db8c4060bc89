//! What the watchman looks at, and what it told.
use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::outbox_insert;
use super::row::{count, name, text};
use crate::domain::{Message, Name, Timestamp};
use crate::health::{Decision, FailingChannel, SentNotice, Subject, WatchTotals};
use crate::store::Route;
use crate::store::error::{Doing, Error};

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

/// Keeps what is told from now on and posts the letter, as one.
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
                     AND w.state = 'pending')
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
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Articles first seen after `since` and until `until`, and what each watch made of them.
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
