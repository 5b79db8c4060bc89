//! What was not seen: gaps of feeds, and times without a network.
use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::row::{count, name, text, time};

use crate::domain::{Coverage, Gap, GapKind, Name, Outage, OutageKind, Timestamp};
use crate::schedule::{self, PublishingHabit};
use crate::store::error::{Doing, Error};

/// A window that by the feed's habit lasts longer than this has not run over: a habit looks no
/// further ahead.
const WINDOW_HOLDS_MAX: Duration = Duration::from_hours(14 * 24);

/// The coverage of each configured feed that was ever read, over a span that ends at `until`. A
/// feed first read within the span is judged from then on.
pub(super) fn coverage(
    db: &Connection,
    since: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Name, Coverage>, Error> {
    let mut gaps = gaps(db, since, until)?;
    let doing = "reading what was covered";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, f.baseline_at, f.succeeded_at, f.habit, length(w.items) / 16
             FROM feed f LEFT JOIN feed_window w ON w.feed = f.id
             WHERE f.active = 1 AND f.baseline_at IS NOT NULL",
        )
        .doing(doing)?;
    let mut rows = select.query([]).doing(doing)?;
    let mut covered = BTreeMap::new();
    while let Some(row) = rows.next().doing(doing)? {
        let name = name(row, 0).doing(doing)?;
        let baseline = Timestamp(row.get(1).doing(doing)?);
        let mut gaps = gaps.remove(&name).unwrap_or_default();
        gaps.extend(open_gap(&name, row, until).doing(doing)?);
        let share = schedule::share(&gaps, since.max(baseline), until);
        covered.insert(name, Coverage { share, gaps });
    }
    Ok(covered)
}

/// The gap of a feed that was last read so long ago that, by its habit, its window has run over
/// since. When it answers again it is known what was missed.
fn open_gap(name: &Name, row: &Row<'_>, until: Timestamp) -> Result<Option<Gap>, rusqlite::Error> {
    let read: Option<i64> = row.get(2)?;
    let (habit, window): (Option<Vec<u8>>, Option<u32>) = (row.get(3)?, row.get(4)?);
    let (Some(read), Some(habit)) = (read.map(Timestamp), habit) else { return Ok(None) };
    let habit = PublishingHabit::unpack(&habit);
    let holds =
        habit.time_until_expected(read, f64::from(window.unwrap_or(0)).max(1.0), WINDOW_HOLDS_MAX);
    if read.after(holds) >= until || holds >= WINDOW_HOLDS_MAX {
        return Ok(None);
    }
    Ok(Some(Gap {
        feed: name.clone(),
        start: read,
        end: until,
        kind: GapKind::Failing,
        missed_at_most: habit.missed_at_most(read, until, 0),
        delayed: 0,
        open: true,
    }))
}

fn gaps(
    db: &Connection,
    since: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Name, Vec<Gap>>, Error> {
    let doing = "reading the gaps";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, l.gap_start, l.gap_end, l.kind, l.missed_most, l.delayed
             FROM possible_loss l JOIN feed f ON f.id = l.feed
             WHERE l.gap_end > ?1 AND l.gap_start < ?2 AND f.active = 1 ORDER BY l.gap_start, l.id",
        )
        .doing(doing)?;
    let rows = select.query_map([since.0, until.0], gap).doing(doing)?;
    let mut found: BTreeMap<Name, Vec<Gap>> = BTreeMap::new();
    for gap in rows {
        let gap = gap.doing(doing)?;
        found.entry(gap.feed.clone()).or_default().push(gap);
    }
    Ok(found)
}

fn gap(row: &Row<'_>) -> Result<Gap, rusqlite::Error> {
    let word = text(row, 3)?;
    let kind = GapKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    Ok(Gap {
        feed: name(row, 0)?,
        start: Timestamp(row.get(1)?),
        end: Timestamp(row.get(2)?),
        kind: kind.unwrap_or(GapKind::Overlap),
        missed_at_most: count(row, 4)?,
        delayed: count(row, 5)?,
        open: false,
    })
}

/// The latest `most` outages of our own network, newest first.
pub(super) fn outages(db: &Connection, most: u32) -> Result<Vec<Outage>, Error> {
    let doing = "reading the outages";
    let mut select = db
        .prepare_cached(
            "SELECT kind, started_at, ended_at, hosts FROM outage ORDER BY id DESC LIMIT ?1",
        )
        .doing(doing)?;
    let rows = select
        .query_map(params![most], |row| {
            let kind = text(row, 0)?;
            let is_portal = kind == OutageKind::Portal.as_str();
            Ok(Outage {
                kind: if is_portal { OutageKind::Portal } else { OutageKind::Unreachable },
                start: Timestamp(row.get(1)?),
                end: time(row, 2)?,
                hosts: count(row, 3)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}
