//! What was not seen: gaps of feeds, and times without a network.
use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use crate::domain::{Coverage, Gap, GapKind, Moment, Name, Outage, OutageKind};
use crate::schedule;
use crate::store::error::{Doing, Error};

/// The coverage of each configured feed that was ever read, over a span that ends at `until`. A
/// feed first read within the span is judged from then on.
pub(super) fn coverage(
    db: &Connection,
    since: Moment,
    until: Moment,
) -> Result<BTreeMap<Name, Coverage>, Error> {
    let mut gaps = gaps(db, since, until)?;
    let doing = "reading what was covered";
    let mut select = db
        .prepare_cached(
            "SELECT name, baseline_at FROM feed WHERE active = 1 AND baseline_at IS NOT NULL",
        )
        .doing(doing)?;
    let feeds = select
        .query_map([], |row| Ok((row.get::<_, String>(0)?, Moment(row.get(1)?))))
        .doing(doing)?;
    let mut covered = BTreeMap::new();
    for feed in feeds {
        let (name, baseline) = feed.doing(doing)?;
        let name = Name::new(&name);
        let gaps = gaps.remove(&name).unwrap_or_default();
        let share = schedule::share(&gaps, since.max(baseline), until);
        covered.insert(name, Coverage { share, gaps });
    }
    Ok(covered)
}

fn gaps(db: &Connection, since: Moment, until: Moment) -> Result<BTreeMap<Name, Vec<Gap>>, Error> {
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
    let word: String = row.get(3)?;
    let kind = GapKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    Ok(Gap {
        feed: Name::new(&row.get::<_, String>(0)?),
        start: Moment(row.get(1)?),
        end: Moment(row.get(2)?),
        kind: kind.unwrap_or(GapKind::Overlap),
        missed_at_most: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        delayed: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
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
            let kind: String = row.get(0)?;
            let is_portal = kind == OutageKind::Portal.as_str();
            Ok(Outage {
                kind: if is_portal { OutageKind::Portal } else { OutageKind::Unreachable },
                start: Moment(row.get(1)?),
                end: row.get::<_, Option<i64>>(2)?.map(Moment),
                hosts: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}
