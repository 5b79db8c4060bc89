//! Whether the file under the store's path is the store: asked before it is used, and now and then
//! while it is.
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::lock::Marker;
use crate::store::error::{Doing, Error, Trouble};

/// `WWch` in the header: tells a store from any other SQLite database.
pub(super) const APPLICATION_ID: i64 = 0x5757_6368;
/// How long a start may look for damage: some hundred MiB on an ordinary disk. What lies beyond is
/// found by the statement that reads it.
const QUICK_CHECK_MAX: Duration = Duration::from_secs(1);
/// Tables without which nothing works; a store that lacks one was not made by this program.
const TABLES: [&str; 7] = ["article", "alert", "channel", "feed", "outbox", "seen", "story"];

/// What lies under the path of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, and nothing was there before.
    Nothing,
    /// A file that may be a store.
    File,
}

/// Looks at the file without opening it as a database. `before`: what the lock file beside it says.
pub(super) fn look(path: &Path, before: Option<&Marker>) -> Result<Found, Error> {
    let had_store = before.is_some_and(|marker| marker.had_store);
    let lost = |what| Err(Error::unusable(path, Trouble::Lost, what));
    match std::fs::metadata(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => {
            if had_store {
                lost("is gone")
            } else {
                Ok(Found::Nothing)
            }
        }
        Err(why) => Err(Error::io("opening the store", path, &why)),
        Ok(is) if !is.is_file() => {
            Err(Error::unusable(path, Trouble::Foreign, "it is no ordinary file"))
        }
        Ok(is) if is.len() == 0 => {
            if had_store {
                lost("is empty")
            } else {
                Ok(Found::Nothing)
            }
        }
        Ok(_) => Ok(Found::File),
    }
}

/// What a database says of itself: the number of its schema, or why it is no store.
pub(super) fn identify(
    db: &Connection,
    path: &Path,
    before: Option<&Marker>,
) -> Result<i64, Error> {
    let doing = "reading what the store is";
    let number =
        |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).doing(doing);
    let tables = |name: &str| -> Result<bool, Error> {
        db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND (?1 = '' OR name = ?1)")
            .and_then(|mut select| select.exists([name]))
            .doing(doing)
    };
    let (application, schema) = (number("application_id")?, number("user_version")?);
    if application == 0 && schema == 0 && !tables("")? {
        // A first start that was cut off leaves such a file. If a store was here, all that it held
        // was in its log, and that is gone.
        return if before.is_some_and(|marker| marker.had_store) {
            Err(Error::unusable(
                path,
                Trouble::Lost,
                "holds nothing (its `-wal` file is gone or damaged)",
            ))
        } else {
            Ok(0)
        };
    }
    if application != APPLICATION_ID || schema < 1 {
        return Err(Error::unusable(path, Trouble::Foreign, "it is a database of another program"));
    }
    for name in TABLES {
        if !tables(name)? {
            return Err(Error::damaged(format!("its table `{name}` is missing")));
        }
    }
    Ok(schema)
}

/// Looks for damage as far as [`QUICK_CHECK_MAX`] goes.
pub(super) fn quick_check(db: &Connection) -> Result<(), Error> {
    let interrupt = db.get_interrupt_handle();
    let (done, waiting) = mpsc::channel::<()>();
    let found = std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(QUICK_CHECK_MAX) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
            }
        });
        let found = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        drop(done);
        found
    });
    match found {
        Ok(word) if word == "ok" => Ok(()),
        // One bad value is met by whoever reads that row; the tree that holds it is sound.
        Ok(word) if word.contains(" value in ") || word.contains("CHECK constraint failed") => {
            tracing::warn!("the store holds a bad row: {word}");
            Ok(())
        }
        Ok(word) => Err(Error::damaged(word)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(()),
        Err(error) => Err(error).doing("looking for damage"),
    }
}

/// The files an open store consists of, by their numbers in the file system: one that is deleted or
/// replaced keeps its name, not its number.
#[derive(Debug)]
pub(super) struct Files(Vec<FileNumber>);

#[derive(Debug)]
struct FileNumber {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Files {
    pub(super) fn of(store: &Path) -> Self {
        let mut log = store.as_os_str().to_owned();
        log.push("-wal");
        let number = |path: PathBuf| {
            let is = std::fs::metadata(&path).ok()?;
            Some(FileNumber { path, device: is.dev(), inode: is.ino() })
        };
        Self([store.to_owned(), PathBuf::from(log)].into_iter().filter_map(number).collect())
    }

    /// Fails if one of them is no longer where it was.
    pub(super) fn check(&self) -> Result<(), Error> {
        for FileNumber { path, device, inode } in &self.0 {
            match std::fs::metadata(path) {
                Ok(is) if (is.dev(), is.ino()) == (*device, *inode) => (),
                Ok(_) => return Err(Error::unusable(path, Trouble::TakenAway, "was replaced")),
                Err(why) if why.kind() == ErrorKind::NotFound => {
                    return Err(Error::unusable(path, Trouble::TakenAway, "was deleted"));
                }
                // A passing fault of the file system says nothing of the file.
                Err(_unknown) => (),
            }
        }
        Ok(())
    }
}
