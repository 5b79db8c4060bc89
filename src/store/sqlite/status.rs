//! What people and scripts are told of the store.
use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use crate::domain::{AlertId, DeliveryId, FeedCondition, MessageId, Name, Timestamp};
use crate::schedule::{self, PublishingHabit, StateFacts};
use crate::store::error::{Doing, Error};
use crate::store::{FeedHealth, Loss, MessageCounts, OutboxRow, Pause, Totals};

/// A permanent redirect is told as advice once it was seen so often, over so long: a hijacked or
/// mistaken one is gone by then.
const MOVED_TIMES: u32 = 3;
const MOVED_SPAN: Duration = Duration::from_hours(48);

fn moment(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp))
}

pub(super) fn totals(db: &Connection) -> Result<Totals, Error> {
    let doing = "counting";
    let count = |sql: &str| -> Result<u64, Error> {
        let rows: i64 = db.query_row(sql, [], |row| row.get(0)).doing(doing)?;
        Ok(u64::try_from(rows).unwrap_or(0))
    };
    let articles = count("SELECT count(*) FROM article")?;
    // Counted by the index of copies alone: the articles themselves are gigabytes.
    let copies = "SELECT reason, count(*) FROM article WHERE reason <> 'new' GROUP BY reason";
    let mut articles_by = count_by_word(db, copies)?;
    articles_by.insert("new".to_owned(), articles - articles_by.values().sum::<u64>());
    let findings_by = count_by_word(db, "SELECT outcome, count(*) FROM finding GROUP BY outcome")?;
    let told = ["alert", "update"];
    let of = |words: &BTreeMap<String, u64>, word: &str| words.get(word).copied().unwrap_or(0);
    let mut totals = Totals {
        articles,
        stories: count("SELECT count(*) FROM story WHERE merged_into IS NULL")?,
        alerts: count("SELECT count(*) FROM alert")?,
        reissued: of(&findings_by, "update"),
        suppressed: findings_by
            .iter()
            .filter(|(word, _)| !told.contains(&word.as_str()))
            .map(|(_, findings)| findings)
            .sum(),
        articles_by,
        findings_by,
        ..Totals::default()
    };
    let mut select = db
        .prepare(
            "SELECT o.state, count(*) FROM carries c JOIN outbox o ON o.id = c.delivery
             GROUP BY o.state",
        )
        .doing(doing)?;
    let rows = select
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .doing(doing)?;
    for row in rows {
        let (state, rows) = row.doing(doing)?;
        let rows = u64::try_from(rows).unwrap_or(0);
        match state.as_str() {
            "pending" => totals.pending = rows,
            "delivered" => totals.delivered = rows,
            "dead" => totals.dead = rows,
            _ => totals.dropped = rows,
        }
    }
    totals.letters = message_counts(db)?;
    Ok(totals)
}

fn message_counts(db: &Connection) -> Result<MessageCounts, Error> {
    db.query_row(
        "SELECT count(*) FILTER (WHERE state = 'pending'),
                count(*) FILTER (WHERE state = 'delivered'),
                count(*) FILTER (WHERE state = 'dead'),
                count(*) FILTER (WHERE state = 'dropped')
         FROM outbox WHERE letter IS NOT NULL",
        [],
        |row| {
            let count = |column| row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0));
            Ok(MessageCounts {
                pending: count(0)?,
                delivered: count(1)?,
                dead: count(2)?,
                dropped: count(3)?,
            })
        },
    )
    .doing("counting letters")
}

/// Rows counted by a word.
fn count_by_word(db: &Connection, sql: &str) -> Result<BTreeMap<String, u64>, Error> {
    let doing = "counting";
    let mut select = db.prepare(sql).doing(doing)?;
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Every configured feed. `counted`: with the number of its articles, which takes a look at each.
pub(super) fn feeds(db: &Connection, counted: bool) -> Result<Vec<FeedHealth>, Error> {
    let doing = "reading the feeds' health";
    let articles = if counted {
        "SELECT feed, count(*) AS articles FROM article GROUP BY feed"
    } else {
        "SELECT NULL AS feed, 0 AS articles WHERE 0"
    };
    let mut select = db
        .prepare_cached(&format!(
            "SELECT f.name, f.url, f.failures, f.failing_since, f.last_error, f.polled_at,
                    f.succeeded_at, f.changed_at, f.next_due, f.moved_to, f.mended,
                    coalesce(n.articles, 0), f.interval_ms, f.trouble, f.stale_since,
                    f.distrusted_since, f.distrusted_until, f.habit, f.moved_times, f.moved_since
             FROM feed f LEFT JOIN ({articles}) n ON n.feed = f.id
             WHERE f.active = 1 ORDER BY f.name"
        ))
        .doing(doing)?;
    let rows = select.query_map([], feed_health).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn feed_health(row: &Row<'_>) -> Result<FeedHealth, rusqlite::Error> {
    let (state, since) = schedule::state_of(&condition_facts(row)?);
    Ok(FeedHealth {
        name: Name::new(&row.get::<_, String>(0)?),
        url: row.get(1)?,
        state,
        since,
        failures: row.get(2)?,
        failing_since: moment(row, 3)?,
        error: row.get(4)?,
        polled_at: moment(row, 5)?,
        succeeded_at: moment(row, 6)?,
        changed_at: moment(row, 7)?,
        next_due: Timestamp(row.get(8)?),
        moved_to: if is_advice(row)? { row.get(9)? } else { None },
        mended: row.get(10)?,
        articles: u64::try_from(row.get::<_, i64>(11)?).unwrap_or(0),
        interval_s: u64::try_from(row.get::<_, i64>(12)? / 1_000).unwrap_or(0),
        distrusted_until: moment(row, 16)?,
    })
}

/// Whether a permanent redirect was seen often enough, for long enough, to tell a person to follow it.
fn is_advice(row: &Row<'_>) -> Result<bool, rusqlite::Error> {
    let (times, since, polled): (u32, _, _) = (row.get(18)?, moment(row, 19)?, moment(row, 5)?);
    let long = since.zip(polled).is_some_and(|(since, polled)| polled.since(since) >= MOVED_SPAN);
    Ok(times >= MOVED_TIMES && long)
}

/// A feed that answers is silent as of its last answer; of one that fails nobody knows.
fn silent_since(row: &Row<'_>) -> Result<Option<Timestamp>, rusqlite::Error> {
    let habit: Option<Vec<u8>> = row.get(17)?;
    let (Some(habit), Some(answered)) = (habit, moment(row, 6)?) else { return Ok(None) };
    Ok(PublishingHabit::unpack(&habit).silent_since(answered))
}

/// What a feed's state is judged by, from the columns of [`feed_server`].
fn condition_facts(row: &Row<'_>) -> Result<StateFacts, rusqlite::Error> {
    let trouble: Option<String> = row.get(13)?;
    let failing = [
        FeedCondition::Failing,
        FeedCondition::Blocked,
        FeedCondition::NotAFeed,
        FeedCondition::Gone,
    ]
    .into_iter();
    let failures = row.get(2)?;
    let error: Option<String> = row.get(4)?;
    Ok(StateFacts {
        polled: moment(row, 5)?.is_some(),
        failures,
        failed_in_outage: failures == 0 && error.is_some(),
        succeeded_at: moment(row, 6)?,
        failing_since: moment(row, 3)?,
        trouble: trouble.and_then(|word| failing.clone().find(|known| known.as_str() == word)),
        stale_since: moment(row, 14)?,
        distrusted_since: moment(row, 15)?,
        silent_since: silent_since(row)?,
    })
}

pub(super) fn pauses(db: &Connection) -> Result<Vec<Pause>, Error> {
    let doing = "reading the channels' state";
    let mut select = db
        .prepare(
            "SELECT name, paused_at, paused_until, coalesce(why, '') FROM channel
             WHERE paused_at IS NOT NULL ORDER BY name",
        )
        .doing(doing)?;
    let rows = select
        .query_map([], |row| {
            Ok(Pause {
                channel: row.get(0)?,
                since: moment(row, 1)?,
                until: moment(row, 2)?,
                why: row.get(3)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

pub(super) fn waiting(db: &Connection) -> Result<Vec<(String, u64)>, Error> {
    let doing = "reading the outbox";
    let mut select = db
        .prepare("SELECT channel, count(*) FROM outbox WHERE state = 'pending' GROUP BY channel")
        .doing(doing)?;
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

pub(super) fn losses(db: &Connection, most: u32) -> Result<Vec<Loss>, Error> {
    let doing = "reading the gaps";
    let mut select = db
        .prepare(
            "SELECT f.name, l.gap_start, l.gap_end, l.window_len
             FROM possible_loss l JOIN feed f ON f.id = l.feed
             WHERE l.kind <> 'false-unchanged' ORDER BY l.id DESC LIMIT ?1",
        )
        .doing(doing)?;
    let rows = select
        .query_map([most], |row| {
            Ok(Loss {
                feed: row.get(0)?,
                start: Timestamp(row.get(1)?),
                end: Timestamp(row.get(2)?),
                window: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

pub(super) fn outbox(
    db: &Connection,
    state: Option<&str>,
    most: u32,
) -> Result<Vec<OutboxRow>, Error> {
    let doing = "reading the outbox";
    let mut select = db
        .prepare(
            "SELECT o.id, o.state, o.channel, o.recipient, o.attempts, o.created_at, o.due_at,
                    o.last_error,
                    (SELECT group_concat(hex(alert)) FROM carries WHERE delivery = o.id),
                    (SELECT a.payload FROM carries c JOIN alert a ON a.id = c.alert
                     WHERE c.delivery = o.id ORDER BY a.created_at, a.article LIMIT 1),
                    l.id, l.kind, l.payload
             FROM outbox o LEFT JOIN letter l ON l.id = o.letter
             WHERE (?1 IS NULL AND o.state IN ('pending', 'dead')) OR o.state = ?1
             ORDER BY o.created_at, o.seq LIMIT ?2",
        )
        .doing(doing)?;
    let rows = select.query_map(params![state, most], outbox_row).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn outbox_row(row: &Row<'_>) -> Result<OutboxRow, rusqlite::Error> {
    let state: String = row.get(1)?;
    let pending = state == "pending";
    let alerts: Option<String> = row.get(8)?;
    let ids = alerts.as_deref().unwrap_or("").split(',');
    let payload: Option<String> = row.get(9)?;
    let letter: Option<[u8; 16]> = row.get(10)?;
    let payload = payload.or(row.get(12)?);
    let first: serde_json::Value =
        payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // A letter is stored under the word for what it is.
    let first = first.get("update").or_else(|| first.get("notice")).unwrap_or(&first);
    let word = |key: &str| first.get(key).and_then(|v| v.as_str()).unwrap_or("").to_owned();
    Ok(OutboxRow {
        id: DeliveryId(u128::from_be_bytes(row.get(0)?)),
        state,
        channel: row.get(2)?,
        recipient: row.get(3)?,
        attempts: row.get(4)?,
        created: Timestamp(row.get(5)?),
        due: pending.then_some(Timestamp(row.get(6)?)),
        error: row.get(7)?,
        alerts: ids.filter_map(|id| u128::from_str_radix(id, 16).ok()).map(AlertId).collect(),
        letter: letter.map(|id| MessageId(u128::from_be_bytes(id))),
        kind: row.get(11)?,
        watch: word("watch"),
        title: word("title"),
    })
}
