//! What is remembered of feeds between polls.
use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{count, signed, text, text_or_null, time};
use crate::domain::{Feed, Timestamp, Validators};
use crate::schedule::{FailureStreak, PublishingHabit, ValidatorTrust};
use crate::store::error::{Doing, Error};
use crate::store::poll::WINDOW_ITEMS_KEPT_MAX;
use crate::store::{FeedId, FeedState, FeedWindow, Recognised, WindowItem};

/// Bytes of one item in a stored window: two big-endian 64-bit hashes.
const SIGHTING_BYTES: usize = 16;

pub(super) fn sync_feeds(
    db: &Connection,
    feeds: &[Feed],
    interval: Duration,
    now: Timestamp,
) -> Result<Vec<FeedState>, Error> {
    db.execute("UPDATE feed SET active = 0", []).doing("retiring feeds")?;
    let mut upsert = db
        .prepare_cached(
            "INSERT INTO feed (name, url, next_due, interval_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET
                active = 1,
                -- Another address is another document: its validators mean nothing there.
                etag = CASE WHEN url = excluded.url THEN etag END,
                last_modified = CASE WHEN url = excluded.url THEN last_modified END,
                next_due = CASE WHEN url = excluded.url THEN next_due ELSE excluded.next_due END,
                moved_to = CASE WHEN url = excluded.url THEN moved_to END,
                moved_times = CASE WHEN url = excluded.url THEN moved_times ELSE 0 END,
                moved_since = CASE WHEN url = excluded.url THEN moved_since END,
                -- A person who changed it wants it looked at: what the old one did is over.
                failures = CASE WHEN url = excluded.url THEN failures ELSE 0 END,
                failing_since = CASE WHEN url = excluded.url THEN failing_since END,
                last_error = CASE WHEN url = excluded.url THEN last_error END,
                trouble = CASE WHEN url = excluded.url THEN trouble END,
                strikes = CASE WHEN url = excluded.url THEN strikes ELSE 0 END,
                gone_times = CASE WHEN url = excluded.url THEN gone_times ELSE 0 END,
                gone_since = CASE WHEN url = excluded.url THEN gone_since END,
                stale_since = CASE WHEN url = excluded.url THEN stale_since END,
                distrusted_since = CASE WHEN url = excluded.url THEN distrusted_since END,
                distrusted_until = CASE WHEN url = excluded.url THEN distrusted_until END,
                lies = CASE WHEN url = excluded.url THEN lies ELSE 0 END,
                audited_at = CASE WHEN url = excluded.url THEN audited_at END,
                slow = CASE WHEN url = excluded.url THEN slow ELSE 0 END,
                -- And what it holds from before is a backlog, not news.
                baseline_at = CASE WHEN url = excluded.url THEN baseline_at END,
                url = excluded.url",
        )
        .doing("entering feeds")?;
    for feed in feeds {
        let first = feed.every.unwrap_or(interval);
        let row = params![feed.name.as_str(), feed.url.as_str(), now.0, millis(first)];
        upsert.execute(row).doing("entering feeds")?;
    }
    let mut states = load_states(db)?;
    let missing = |feed: &Feed| Error::Broken {
        doing: "entering feeds",
        why: format!("`{}` did not stay", feed.name),
    };
    feeds
        .iter()
        .map(|feed| states.remove(feed.name.as_str()).ok_or_else(|| missing(feed)))
        .collect()
}

/// `?1`: bytes of a window that is read with the rest.
const SELECT_STATES: &str =
    "SELECT f.name, f.id, f.next_due, f.interval_ms, f.etag, f.last_modified,
        f.failures, f.failing_since, f.succeeded_at, f.baseline_at,
        CASE WHEN length(w.items) <= ?1 THEN w.items END, f.strikes,
        f.gone_times, f.gone_since, f.audited_at, f.distrusted_since, f.distrusted_until, f.lies,
        f.habit, f.slow, coalesce(length(w.items), 0)
    FROM feed f LEFT JOIN feed_window w ON w.feed = f.id WHERE f.active = 1";

fn load_states(db: &Connection) -> Result<HashMap<String, FeedState>, Error> {
    let mut select = db.prepare(SELECT_STATES).doing("reading feeds")?;
    let rows = select
        .query_map([kept_bytes_max()], |row| Ok((text(row, 0)?, feed_state(row)?)))
        .doing("reading feeds")?;
    rows.collect::<Result<_, _>>().doing("reading feeds")
}

/// What is remembered of one feed; `None` if it is not polled any more.
pub(super) fn load_state(db: &Connection, feed: FeedId) -> Result<Option<FeedState>, Error> {
    let sql = format!("{SELECT_STATES} AND f.id = ?2");
    let mut select = db.prepare(&sql).doing("reading a feed")?;
    select.query_row([kept_bytes_max(), feed.0], feed_state).optional().doing("reading a feed")
}

/// Bytes of the longest window that stays in memory.
fn kept_bytes_max() -> i64 {
    i64::try_from(WINDOW_ITEMS_KEPT_MAX * SIGHTING_BYTES).unwrap_or(i64::MAX)
}

fn feed_state(row: &Row<'_>) -> Result<FeedState, rusqlite::Error> {
    Ok(FeedState {
        id: FeedId(row.get(1)?),
        next_due: Timestamp(row.get(2)?),
        interval: Duration::from_millis(count(row, 3)?),
        validators: Validators {
            etag: text_or_null(row, 4)?,
            last_modified: text_or_null(row, 5)?,
        },
        failures: row.get(6)?,
        failing_since: time(row, 7)?,
        succeeded_at: time(row, 8)?,
        baseline_at: time(row, 9)?,
        window: match row.get::<_, Option<Vec<u8>>>(10)? {
            Some(bytes) => FeedWindow::Loaded(unpack_window(&bytes)),
            None => FeedWindow::Stored {
                items: usize::try_from(row.get::<_, i64>(20)?).unwrap_or(0) / SIGHTING_BYTES,
            },
        },
        strikes: FailureStreak {
            quarters: row.get(11)?,
            gone_times: row.get(12)?,
            gone_since: time(row, 13)?,
        },
        trust: ValidatorTrust {
            audited: time(row, 14)?,
            // How often "unchanged" was believed is not written down each time: it starts anew.
            unchanged: 0,
            distrusted_since: time(row, 15)?,
            distrusted_until: time(row, 16)?,
            lies: row.get(17)?,
        },
        habit: row
            .get::<_, Option<Vec<u8>>>(18)?
            .map_or_else(PublishingHabit::default, |b| PublishingHabit::unpack(&b)),
        slow: row.get(19)?,
        ttl: None,
    })
}

pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A window as it is stored.
pub(super) fn pack_window(window: &[WindowItem]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(window.len() * SIGHTING_BYTES);
    for sighting in window {
        bytes.extend_from_slice(&sighting.key.to_be_bytes());
        bytes.extend_from_slice(&sighting.revision.to_be_bytes());
    }
    bytes
}

/// Reads a stored window; a torn tail, which only a damaged file has, is left out and its items
/// cost a look-up.
pub(super) fn unpack_window(bytes: &[u8]) -> Vec<WindowItem> {
    let number = |half: &[u8]| half.try_into().map_or(0, u64::from_be_bytes);
    bytes
        .chunks_exact(SIGHTING_BYTES)
        .map(|pair| {
            let (key, revision) = pair.split_at(SIGHTING_BYTES / 2);
            WindowItem { key: number(key), revision: number(revision) }
        })
        .collect()
}

/// The window stored for a feed.
pub(super) fn read_window(db: &Connection, feed: FeedId) -> Result<Vec<WindowItem>, Error> {
    let mut select = db
        .prepare_cached("SELECT items FROM feed_window WHERE feed = ?1")
        .doing("reading a window")?;
    let mut rows = select.query([feed.0]).doing("reading a window")?;
    match rows.next().doing("reading a window")? {
        Some(row) => Ok(unpack_window(&row.get::<_, Vec<u8>>(0).doing("reading a window")?)),
        None => Ok(Vec::new()),
    }
}

/// How many of these items, given by their keys with the identity first, the feed has listed before.
pub(super) fn recognise(
    db: &Connection,
    feed: FeedId,
    items: &[Vec<u64>],
) -> Result<Recognised, Error> {
    let doing = "recognising items";
    let mut known =
        db.prepare_cached("SELECT 1 FROM seen WHERE feed = ?1 AND hash = ?2").doing(doing)?;
    let mut recognised = Recognised::default();
    for keys in items {
        for (rank, key) in keys.iter().enumerate() {
            if known.exists(params![feed.0, signed(*key)]).doing(doing)? {
                recognised.returned += usize::from(rank == 0);
                recognised.rekeyed += usize::from(rank > 0);
                break;
            }
        }
    }
    Ok(recognised)
}

/// Replaces a feed's window, and notes which identities left the feed.
pub(super) fn replace_window(
    db: &Connection,
    feed: FeedId,
    window: &[WindowItem],
    now: Timestamp,
) -> Result<(), Error> {
    let old = read_window(db, feed)?;
    let kept: std::collections::HashSet<u64> = window.iter().map(|item| item.key).collect();
    let mut left = db
        .prepare_cached("UPDATE seen SET gone_at = ?1 WHERE feed = ?2 AND hash = ?3")
        .doing("noting what left a feed")?;
    for item in old.iter().filter(|item| !kept.contains(&item.key)) {
        left.execute(params![now.0, feed.0, signed(item.key)]).doing("noting what left a feed")?;
    }
    db.prepare_cached("INSERT OR REPLACE INTO feed_window (feed, items) VALUES (?1, ?2)")
        .doing("keeping a window")?
        .execute(params![feed.0, pack_window(window)])
        .doing("keeping a window")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_back_as_it_was_stored_and_a_torn_tail_is_left_out() {
        let window =
            [WindowItem { key: u64::MAX, revision: 1 }, WindowItem { key: 0, revision: 7 }];
        let mut bytes = pack_window(&window);
        assert_eq!(unpack_window(&bytes), window);
        bytes.push(9);
        assert_eq!(unpack_window(&bytes), window);
    }
}
