//! Opening the file: what it is, the settings durability rests on, and the schema.
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::closed_file::ClosedFile;
use super::file_check::{self, APPLICATION_ID, Found};
use super::lock::{FILE_MODE, Marker};
use crate::store::error::{Doing, Error};

/// Each schema change in order; a store's `user_version` is how many it has seen.
const MIGRATIONS: [&str; 13] = [
    include_str!("../schema/0001_spine.sql"),
    include_str!("../schema/0002_verdicts.sql"),
    include_str!("../schema/0003_standing.sql"),
    include_str!("../schema/0004_letters.sql"),
    include_str!("../schema/0005_stories.sql"),
    include_str!("../schema/0006_told.sql"),
    include_str!("../schema/0007_pages.sql"),
    include_str!("../schema/0008_websub.sql"),
    include_str!("../schema/0009_surge.sql"),
    include_str!("../schema/0010_plain_names.sql"),
    include_str!("../schema/0011_clock_step.sql"),
    include_str!("../schema/0012_page_notes.sql"),
    include_str!("../schema/0013_counted_by_commit.sql"),
];
/// How long a write waits for an operator's command to finish its own.
const WRITE_WAIT: Duration = Duration::from_secs(5);
/// A reader waits for no writer; only who repairs the log after a crash, or folds it into the file at
/// the end, keeps it waiting for a moment.
const READ_WAIT: Duration = Duration::from_millis(500);
/// Pages of 4 KiB in the log before it is folded into the file: some 16 MiB.
const CHECKPOINT_PAGES: i64 = 4_000;
/// Page cache in KiB; negative is SQLite's way to say KiB.
const CACHE_KIB: i64 = -16_384;
/// Compiled statements a connection keeps.
const STATEMENTS_KEPT: usize = 128;

/// Opens the store for the process that holds its lock: makes the file if there never was one, and
/// brings its schema up to date. `before`: what the lock file said.
pub(super) fn for_owner(path: &Path, before: Option<&Marker>) -> Result<Connection, Error> {
    // Before it is opened, because that makes a log.
    let closed = ClosedFile::of(path);
    let found = file_check::look(path, before)?;
    if found == Found::Nothing {
        // Made here, because SQLite would let others read it.
        let made =
            OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(path);
        made.map_err(|why| Error::io("making the store", path, &why))?;
    }
    let mut db = connect(path)?;
    let schema = file_check::identify(&db, path, before)?;
    refuse_newer(path, schema)?;
    let is_as_left = closed.is_some() && closed == before.and_then(|marker| marker.closed);
    if found == Found::File && !is_as_left {
        file_check::quick_check(&db)?;
    }
    make_durable(&db)?;
    if schema < known() {
        migrate(&mut db, schema)?;
    }
    Ok(db)
}

/// Opens the store for a command that writes, beside a running daemon or not. It changes no schema:
/// the daemon's statements would no longer fit.
pub(super) fn for_command(path: &Path) -> Result<Connection, Error> {
    must_exist(path)?;
    let db = connect(path)?;
    refuse_other_schema(&db, path)?;
    make_durable(&db)?;
    Ok(db)
}

/// Opens the store for reading only.
pub(super) fn for_reader(path: &Path) -> Result<Connection, Error> {
    must_exist(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).doing("opening the store")?;
    db.busy_timeout(READ_WAIT).doing("setting the busy timeout")?;
    tune(&db)?;
    refuse_other_schema(&db, path)?;
    Ok(db)
}

fn must_exist(path: &Path) -> Result<(), Error> {
    match file_check::look(path, Marker::of(path).as_ref())? {
        Found::Nothing => Err(Error::Missing(path.to_owned())),
        Found::File => Ok(()),
    }
}

fn refuse_other_schema(db: &Connection, path: &Path) -> Result<(), Error> {
    let found = file_check::identify(db, path, Marker::of(path).as_ref())?;
    refuse_newer(path, found)?;
    match found {
        // The process that makes it is not there yet.
        0 => Err(Error::Missing(path.to_owned())),
        found if found < known() => {
            Err(Error::Older { path: path.to_owned(), found, known: known() })
        }
        _ => Ok(()),
    }
}

fn refuse_newer(path: &Path, found: i64) -> Result<(), Error> {
    if found > known() {
        return Err(Error::Newer { path: path.to_owned(), found, known: known() });
    }
    Ok(())
}

/// The schema of this program.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).doing("opening the store")?;
    db.busy_timeout(WRITE_WAIT).doing("setting the busy timeout")?;
    tune(&db)?;
    Ok(db)
}

/// Settings of speed alone.
fn tune(db: &Connection) -> Result<(), Error> {
    db.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Without it a statement that touches a table with a partial index is compiled anew for every
    // value bound to it: a third of all the work of a first poll.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .doing("keeping query plans stable")?;
    db.pragma_update(None, "cache_size", CACHE_KIB).doing("setting the cache")?;
    db.pragma_update(None, "temp_store", "MEMORY").doing("setting the temporary store")
}

/// The settings the promises rest on.
fn make_durable(db: &Connection) -> Result<(), Error> {
    set(db, "journal_mode", "wal")?;
    // FULL: NORMAL may lose the last commits when the power goes, and a lost commit is a lost
    // alert whose item the feed no longer holds.
    set(db, "synchronous", "2")?;
    set(db, "foreign_keys", "1")?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).doing("setting the checkpoint")
}

/// Sets a pragma and asserts that it took.
fn set(db: &Connection, pragma: &str, wanted: &str) -> Result<(), Error> {
    db.pragma_update(None, pragma, wanted).doing("setting the store's durability")?;
    let got: String = db
        .pragma_query_value(None, pragma, |row| {
            row.get_ref(0).map(|value| match value {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Null
                | rusqlite::types::ValueRef::Real(_)
                | rusqlite::types::ValueRef::Blob(_) => String::new(),
            })
        })
        .doing("asserting the store's durability")?;
    if got.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Error::Broken {
        doing: "asserting the store's durability",
        why: format!(
            "`{pragma}` is `{got}` and must be `{wanted}`; is the file on a network disk?"
        ),
    })
}

/// Brings the schema up to this program's, all steps in one transaction.
fn migrate(db: &mut Connection, found: i64) -> Result<(), Error> {
    let doing = "migrating the store";
    let begun =
        db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).doing(doing)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        begun.execute_batch(step).doing(doing)?;
    }
    begun.pragma_update(None, "user_version", known()).doing(doing)?;
    begun.pragma_update(None, "application_id", APPLICATION_ID).doing(doing)?;
    begun.commit().doing(doing)
}
