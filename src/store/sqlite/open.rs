//! Opening the file: the lock, the settings durability rests on, and the schema.
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::error::{Doing, Error};

/// Each schema change in order; a store's `user_version` is how many it has seen.
const MIGRATIONS: [&str; 9] = [
    include_str!("../schema/0001_spine.sql"),
    include_str!("../schema/0002_verdicts.sql"),
    include_str!("../schema/0003_standing.sql"),
    include_str!("../schema/0004_letters.sql"),
    include_str!("../schema/0005_stories.sql"),
    include_str!("../schema/0006_told.sql"),
    include_str!("../schema/0007_pages.sql"),
    include_str!("../schema/0008_websub.sql"),
    include_str!("../schema/0009_surge.sql"),
];
/// "WWch": tells this file from any other SQLite database.
const APPLICATION_ID: i64 = 0x5757_6368;
/// How long a write waits for an operator's command to finish its own.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Pages of 4 KiB in the log before it is folded into the file: some 16 MiB.
const CHECKPOINT_PAGES: i64 = 4_000;
/// Page cache in KiB; negative is SQLite's way to say KiB.
const CACHE_KIB: i64 = -16_384;

/// Held while a daemon runs on the store; released when dropped, and by the kernel when killed.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The kernel releases the lock with the descriptor in any case.
        drop(self.file.unlock());
    }
}

fn lock_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Takes the store for this process, or says whose it is.
pub(super) fn lock(store: &Path) -> Result<Lock, Error> {
    let path = lock_path(store);
    let broken = |why: std::io::Error| Error::Broken {
        doing: "opening the store's lock file",
        why: format!("{}: {why}", path.display()),
    };
    if let Some(parent) = store.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(broken)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(broken)?;
    match file.try_lock() {
        Ok(()) => (),
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let read = file.read_to_string(&mut owner).ok();
            let owner = read.and_then(|_| owner.trim().parse().ok());
            return Err(Error::InUse { path: store.to_owned(), owner });
        }
        Err(TryLockError::Error(why)) => return Err(broken(why)),
    }
    // Only for the words of the next one who finds it locked: a full disk must not keep the
    // daemon from starting, so a failure here is no failure.
    let noted = file
        .set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| writeln!(file, "{}", std::process::id()));
    drop(noted);
    Ok(Lock { file })
}

/// Opens a connection and makes sure of the settings the promises rest on.
pub(super) fn connect(path: &Path, create: bool) -> Result<Connection, Error> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let db = Connection::open_with_flags(path, flags).doing("opening the store")?;
    db.busy_timeout(BUSY_WAIT).doing("setting the busy timeout")?;
    db.set_prepared_statement_cache_capacity(64);
    // Without it a statement that touches a table with a partial index is compiled anew for every
    // value bound to it: a third of all the work of a first poll.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .doing("keeping query plans stable")?;
    set(&db, "journal_mode", "wal")?;
    // FULL: NORMAL may lose the last commits when the power goes, and a lost commit is a lost
    // alert whose item the feed no longer holds.
    set(&db, "synchronous", "2")?;
    set(&db, "foreign_keys", "1")?;
    db.pragma_update(None, "cache_size", CACHE_KIB).doing("setting the cache")?;
    db.pragma_update(None, "temp_store", "MEMORY").doing("setting the temporary store")?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)
        .doing("setting the checkpoint")?;
    Ok(db)
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
pub(super) fn migrate(path: &Path, db: &mut Connection) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found = version(db)?;
    if found == known {
        return Ok(());
    }
    if found > known {
        return Err(Error::Newer { path: path.to_owned(), found, known });
    }
    let begun = db
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .doing("starting the migration")?;
    // Another process may have migrated while we waited for the lock.
    let found = usize::try_from(version(&begun)?).unwrap_or(0);
    for step in MIGRATIONS.iter().skip(found) {
        begun.execute_batch(step).doing("migrating the store")?;
    }
    begun.pragma_update(None, "user_version", known).doing("migrating the store")?;
    begun.pragma_update(None, "application_id", APPLICATION_ID).doing("migrating the store")?;
    begun.commit().doing("committing the migration")
}

fn version(db: &Connection) -> Result<i64, Error> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
        .doing("reading the store's schema version")
}
