//! Columns: what Rust's types are in SQLite, and back. A fault of the disk may leave bytes that are no UTF-8 in one row: they are read
//! as far as they are text, because one bad row must not stop the program.
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

use crate::domain::{Name, Timestamp};

struct Text(String);

impl FromSql for Text {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(bytes) => Ok(Self(String::from_utf8_lossy(bytes).into_owned())),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
                Err(FromSqlError::InvalidType)
            }
        }
    }
}

/// A text that is never NULL.
pub(super) fn text(row: &Row<'_>, column: usize) -> Result<String, rusqlite::Error> {
    row.get(column).map(|Text(text)| text)
}

/// A text, or NULL.
pub(super) fn text_or_null(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<String>, rusqlite::Error> {
    row.get::<_, Option<Text>>(column).map(|text| text.map(|Text(text)| text))
}

/// The name of a feed, a watch or a channel.
pub(super) fn name(row: &Row<'_>, column: usize) -> Result<Name, rusqlite::Error> {
    text(row, column).map(|text| Name::new(&text))
}

/// A time, or NULL.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp))
}

/// A number of rows; never below zero in a sound store.
pub(super) fn count(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    row.get::<_, i64>(column).map(|rows| u64::try_from(rows).unwrap_or(0))
}

/// What was stored as JSON; `None` if it cannot be read, because the disk failed or another version
/// wrote it. That row is left out and named in the log, and the others are used.
pub(super) fn payload<T: serde::de::DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json)
        .map_err(|why| tracing::warn!("a stored message cannot be read and is left out: {why}"))
        .ok()
}

/// A hash as SQLite's signed integer.
pub(super) fn signed(hash: u64) -> i64 {
    i64::from_ne_bytes(hash.to_ne_bytes())
}
