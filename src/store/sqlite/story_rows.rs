//! The rows of a story, for commits and for people's commands alike.
use rusqlite::{Connection, Row};

use super::row::{name, text, text_or_null};
use crate::domain::{Attached, Spread, Timestamp};
use crate::store::error::{Doing, Error};

/// Columns: source, title, url, language, first seen, reason, similarity.
pub(super) fn attached(row: &Row<'_>) -> Result<Attached, rusqlite::Error> {
    Ok(Attached {
        source: name(row, 0)?,
        title: text(row, 1)?,
        url: text_or_null(row, 2)?,
        language: text_or_null(row, 3)?,
        first_seen: Timestamp(row.get(4)?),
        reason: text(row, 5)?,
        similarity: row.get(6)?,
    })
}

/// Who carries a story, and in which languages.
pub(super) fn spread(db: &Connection, story: i64) -> Result<Spread, Error> {
    let doing = "counting outlets";
    let outlets: i64 = db
        .prepare_cached("SELECT count(DISTINCT feed) FROM article WHERE story = ?1")
        .and_then(|mut select| select.query_row([story], |row| row.get(0)))
        .doing(doing)?;
    let mut select = db
        .prepare_cached(
            "SELECT DISTINCT language FROM article WHERE story = ?1 AND language IS NOT NULL",
        )
        .doing(doing)?;
    let rows = select.query_map([story], |row| text(row, 0)).doing(doing)?;
    let tags = rows.collect::<Result<Vec<String>, _>>().doing(doing)?;
    let mut languages: Vec<String> = tags.iter().map(|tag| primary(tag)).collect();
    languages.sort_unstable();
    languages.dedup();
    Ok(Spread { outlets: u64::try_from(outlets).unwrap_or(0), languages })
}

/// A language without its country and script.
pub(super) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase()
}

/// Moves all that is in the story `from`, and all that was told of it, into the story `into`.
pub(super) fn join(db: &Connection, into: i64, from: i64) -> Result<(), Error> {
    let doing = "joining two stories";
    let changes = [
        "UPDATE article SET story = ?1 WHERE story = ?2",
        "UPDATE OR IGNORE finding SET story = ?1 WHERE story = ?2",
        "UPDATE alert SET story = ?1 WHERE story = ?2",
        "UPDATE message SET story = ?1 WHERE story = ?2",
        "UPDATE OR IGNORE update_sent SET story = ?1 WHERE story = ?2",
        "UPDATE story SET merged_into = ?1 WHERE id = ?2 OR merged_into = ?2",
    ];
    for change in changes {
        db.prepare_cached(change)
            .and_then(|mut change| change.execute([into, from]))
            .doing(doing)?;
    }
    // What stood in both stories stays once.
    for rest in ["DELETE FROM finding WHERE story = ?1", "DELETE FROM update_sent WHERE story = ?1"]
    {
        db.prepare_cached(rest).and_then(|mut rest| rest.execute([from])).doing(doing)?;
    }
    Ok(())
}
