//! What is remembered of feeds between polls.
use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::signed;
use crate::domain::{Feed, Moment, Validators};
use crate::store::error::{Doing, Error};
use crate::store::{FeedId, FeedState, Sighting};

/// Bytes of one item in a stored window: two big-endian 64-bit hashes.
const SIGHTING_BYTES: usize = 16;

pub(super) fn sync(
    db: &Connection,
    feeds: &[Feed],
    interval: Duration,
    now: Moment,
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
    let mut states = load(db)?;
    let missing = |feed: &Feed| Error::Broken {
        doing: "entering feeds",
        why: format!("`{}` did not stay", feed.name),
    };
    feeds
        .iter()
        .map(|feed| states.remove(feed.name.as_str()).ok_or_else(|| missing(feed)))
        .collect()
}

fn load(db: &Connection) -> Result<HashMap<String, FeedState>, Error> {
    let mut select = db
        .prepare(
            "SELECT f.name, f.id, f.next_due, f.interval_ms, f.etag, f.last_modified, f.failures,
                    f.failing_since, f.succeeded_at, f.baseline_at, w.items
             FROM feed f LEFT JOIN feed_window w ON w.feed = f.id WHERE f.active = 1",
        )
        .doing("reading feeds")?;
    let rows = select
        .query_map([], |row| Ok((row.get::<_, String>(0)?, state(row)?)))
        .doing("reading feeds")?;
    rows.collect::<Result<_, _>>().doing("reading feeds")
}

fn state(row: &Row<'_>) -> Result<FeedState, rusqlite::Error> {
    let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
    Ok(FeedState {
        id: FeedId(row.get(1)?),
        next_due: Moment(row.get(2)?),
        interval: Duration::from_millis(u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0)),
        validators: Validators { etag: row.get(4)?, last_modified: row.get(5)? },
        failures: row.get(6)?,
        failing_since: moment(7)?,
        succeeded_at: moment(8)?,
        baseline_at: moment(9)?,
        window: row.get::<_, Option<Vec<u8>>>(10)?.map_or_else(Vec::new, |bytes| unpack(&bytes)),
    })
}

pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A window as it is stored.
pub(super) fn pack(window: &[Sighting]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(window.len() * SIGHTING_BYTES);
    for sighting in window {
        bytes.extend_from_slice(&sighting.key.to_be_bytes());
        bytes.extend_from_slice(&sighting.revision.to_be_bytes());
    }
    bytes
}

/// Reads a stored window; a torn tail, which only a damaged file has, is left out and its items
/// cost a look-up.
pub(super) fn unpack(bytes: &[u8]) -> Vec<Sighting> {
    let number = |half: &[u8]| half.try_into().map_or(0, u64::from_be_bytes);
    bytes
        .chunks_exact(SIGHTING_BYTES)
        .map(|pair| {
            let (key, revision) = pair.split_at(SIGHTING_BYTES / 2);
            Sighting { key: number(key), revision: number(revision) }
        })
        .collect()
}

/// The window stored for a feed.
pub(super) fn window(db: &Connection, feed: FeedId) -> Result<Vec<Sighting>, Error> {
    let mut select = db
        .prepare_cached("SELECT items FROM feed_window WHERE feed = ?1")
        .doing("reading a window")?;
    let mut rows = select.query([feed.0]).doing("reading a window")?;
    match rows.next().doing("reading a window")? {
        Some(row) => Ok(unpack(&row.get::<_, Vec<u8>>(0).doing("reading a window")?)),
        None => Ok(Vec::new()),
    }
}

/// Replaces a feed's window, and notes which identities left the feed.
pub(super) fn replace_window(
    db: &Connection,
    feed: FeedId,
    window: &[Sighting],
    now: Moment,
) -> Result<(), Error> {
    let old = self::window(db, feed)?;
    let kept: std::collections::HashSet<u64> = window.iter().map(|item| item.key).collect();
    let mut left = db
        .prepare_cached("UPDATE seen SET gone_at = ?1 WHERE feed = ?2 AND hash = ?3")
        .doing("noting what left a feed")?;
    for item in old.iter().filter(|item| !kept.contains(&item.key)) {
        left.execute(params![now.0, feed.0, signed(item.key)]).doing("noting what left a feed")?;
    }
    db.prepare_cached("INSERT OR REPLACE INTO feed_window (feed, items) VALUES (?1, ?2)")
        .doing("keeping a window")?
        .execute(params![feed.0, pack(window)])
        .doing("keeping a window")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_back_as_it_was_stored_and_a_torn_tail_is_left_out() {
        let window = [Sighting { key: u64::MAX, revision: 1 }, Sighting { key: 0, revision: 7 }];
        let mut bytes = pack(&window);
        assert_eq!(unpack(&bytes), window);
        bytes.push(9);
        assert_eq!(unpack(&bytes), window);
    }
}
