//! What `status`, `feeds` and `outbox list` show of the store.
use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::row::{count, name, text, text_or_null, time};
use crate::domain::{AlertId, DeliveryId, FeedCondition, MessageId, Timestamp};
use crate::schedule::{self, PublishingHabit, StateFacts};
use crate::store::error::{Doing, Error};
use crate::store::{FeedHealth, Loss, MessageCounts, OutboxRow, Pause, Totals};

/// A permanent redirect is told as advice once it was seen so often, over so long: a hijacked or
/// mistaken one is gone by then.
const MOVED_TIMES: u32 = 3;
const MOVED_SPAN: Duration = Duration::from_hours(48);

/// The numbers that the store's triggers keep beside the rows: a million articles are not counted
/// again for each `status`.
fn counters(db: &Connection) -> Result<BTreeMap<(String, String), u64>, Error> {
    let doing = "reading the counters";
    let mut select = db
        .prepare_cached("SELECT what, word, n FROM counter WHERE what <> 'feed' AND n > 0")
        .doing(doing)?;
    let rows = select
        .query_map([], |row| Ok(((text(row, 0)?, text(row, 1)?), count(row, 2)?)))
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

pub(super) fn totals(db: &Connection) -> Result<Totals, Error> {
    let counters = counters(db)?;
    let of = |what: &str| -> BTreeMap<String, u64> {
        let these = counters.iter().filter(|((kind, _), _)| kind == what);
        these.map(|((_, word), n)| (word.clone(), *n)).collect()
    };
    let word = |words: &BTreeMap<String, u64>, word: &str| words.get(word).copied().unwrap_or(0);
    let (mut articles_by, findings_by) = (of("article"), of("finding"));
    articles_by.entry("new".to_owned()).or_insert(0);
    let (deliveries, messages) = (of("delivery"), of("message"));
    let suppressed =
        findings_by.iter().filter(|(word, _)| !["alert", "update"].contains(&word.as_str()));
    Ok(Totals {
        articles: articles_by.values().sum(),
        stories: of("story").values().sum(),
        alerts: of("alert").values().sum(),
        follow_ups: word(&findings_by, "update"),
        suppressed: suppressed.map(|(_, findings)| findings).sum(),
        articles_by,
        findings_by,
        pending: word(&deliveries, "pending"),
        delivered: word(&deliveries, "delivered"),
        dead: word(&deliveries, "dead"),
        dropped: word(&deliveries, "dropped"),
        letters: MessageCounts {
            pending: word(&messages, "pending"),
            delivered: word(&messages, "delivered"),
            dead: word(&messages, "dead"),
            dropped: word(&messages, "dropped"),
        },
    })
}

/// Every configured feed.
pub(super) fn feeds(db: &Connection) -> Result<Vec<FeedHealth>, Error> {
    let doing = "reading the feeds' health";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, f.url, f.failures, f.failing_since, f.last_error, f.polled_at,
                    f.succeeded_at, f.changed_at, f.next_due, f.moved_to, f.mended,
                    coalesce(c.n, 0), f.interval_ms, f.trouble, f.stale_since,
                    f.distrusted_since, f.distrusted_until, f.habit, f.moved_times, f.moved_since
             FROM feed f LEFT JOIN counter c ON c.what = 'feed' AND c.word = CAST(f.id AS TEXT)
             WHERE f.active = 1 ORDER BY f.name",
        )
        .doing(doing)?;
    let rows = select.query_map([], feed_health).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn feed_health(row: &Row<'_>) -> Result<FeedHealth, rusqlite::Error> {
    let (state, since) = schedule::state_of(&condition_facts(row)?);
    Ok(FeedHealth {
        name: name(row, 0)?,
        url: text(row, 1)?,
        state,
        since,
        failures: row.get(2)?,
        failing_since: time(row, 3)?,
        error: text_or_null(row, 4)?,
        polled_at: time(row, 5)?,
        succeeded_at: time(row, 6)?,
        changed_at: time(row, 7)?,
        next_due: Timestamp(row.get(8)?),
        moved_to: if is_advice(row)? { text_or_null(row, 9)? } else { None },
        mended: text_or_null(row, 10)?,
        articles: count(row, 11)?,
        interval_s: u64::try_from(row.get::<_, i64>(12)? / 1_000).unwrap_or(0),
        distrusted_until: time(row, 16)?,
    })
}

/// Whether a permanent redirect was seen often enough, for long enough, to tell a person to follow it.
fn is_advice(row: &Row<'_>) -> Result<bool, rusqlite::Error> {
    let (times, since, polled): (u32, _, _) = (row.get(18)?, time(row, 19)?, time(row, 5)?);
    let long = since.zip(polled).is_some_and(|(since, polled)| polled.since(since) >= MOVED_SPAN);
    Ok(times >= MOVED_TIMES && long)
}

/// A feed that answers is silent as of its last answer; of one that fails nobody knows.
fn silent_since(row: &Row<'_>) -> Result<Option<Timestamp>, rusqlite::Error> {
    let habit: Option<Vec<u8>> = row.get(17)?;
    let (Some(habit), Some(answered)) = (habit, time(row, 6)?) else { return Ok(None) };
    Ok(PublishingHabit::unpack(&habit).silent_since(answered))
}

/// What a feed's state is judged by, from the columns of [`feeds`].
fn condition_facts(row: &Row<'_>) -> Result<StateFacts, rusqlite::Error> {
    let trouble = text_or_null(row, 13)?;
    let failing = [
        FeedCondition::Failing,
        FeedCondition::Blocked,
        FeedCondition::NotAFeed,
        FeedCondition::Gone,
    ]
    .into_iter();
    let failures = row.get(2)?;
    let error = text_or_null(row, 4)?;
    Ok(StateFacts {
        polled: time(row, 5)?.is_some(),
        failures,
        failed_in_outage: failures == 0 && error.is_some(),
        succeeded_at: time(row, 6)?,
        failing_since: time(row, 3)?,
        trouble: trouble.and_then(|word| failing.clone().find(|known| known.as_str() == word)),
        stale_since: time(row, 14)?,
        distrusted_since: time(row, 15)?,
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
                channel: text(row, 0)?,
                since: time(row, 1)?,
                until: time(row, 2)?,
                why: text(row, 3)?,
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
    let rows = select.query_map([], |row| Ok((text(row, 0)?, count(row, 1)?))).doing(doing)?;
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
                feed: text(row, 0)?,
                start: Timestamp(row.get(1)?),
                end: Timestamp(row.get(2)?),
                window: count(row, 3)?,
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
                    (SELECT group_concat(hex(alert)) FROM delivery_alert WHERE delivery = o.id),
                    (SELECT a.payload FROM delivery_alert c JOIN alert a ON a.id = c.alert
                     WHERE c.delivery = o.id ORDER BY a.created_at, a.article LIMIT 1),
                    l.id, l.kind, l.payload
             FROM outbox o LEFT JOIN message l ON l.id = o.letter
             WHERE (?1 IS NULL AND o.state IN ('pending', 'dead')) OR o.state = ?1
             ORDER BY o.created_at, o.seq LIMIT ?2",
        )
        .doing(doing)?;
    let rows = select.query_map(params![state, most], outbox_row).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn outbox_row(row: &Row<'_>) -> Result<OutboxRow, rusqlite::Error> {
    let state = text(row, 1)?;
    let pending = state == "pending";
    let alerts = text_or_null(row, 8)?;
    let ids = alerts.as_deref().unwrap_or("").split(',');
    let payload = text_or_null(row, 9)?;
    let letter: Option<[u8; 16]> = row.get(10)?;
    let payload = payload.or(text_or_null(row, 12)?);
    let first: serde_json::Value =
        payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // A message is stored under the word for what it is.
    let first = first.get("update").or_else(|| first.get("notice")).unwrap_or(&first);
    let word = |key: &str| first.get(key).and_then(|v| v.as_str()).unwrap_or("").to_owned();
    Ok(OutboxRow {
        id: DeliveryId(u128::from_be_bytes(row.get(0)?)),
        state,
        channel: text(row, 2)?,
        recipient: text(row, 3)?,
        attempts: row.get(4)?,
        created: Timestamp(row.get(5)?),
        due: pending.then_some(Timestamp(row.get(6)?)),
        error: text_or_null(row, 7)?,
        alerts: ids.filter_map(|id| u128::from_str_radix(id, 16).ok()).map(AlertId).collect(),
        letter: letter.map(|id| MessageId(u128::from_be_bytes(id))),
        kind: text_or_null(row, 11)?,
        watch: word("watch"),
        title: word("title"),
    })
}
