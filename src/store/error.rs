//! What can go wrong with the store, by what the caller does about it.
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The numbers of "too many open files", of this process and of the machine: the standard library has
/// no word for them.
const TOO_MANY_FILES: [i32; 2] = [23, 24];
/// Written to see whether the disk takes anything: more than a block of any usual file system.
const SPACE_PROBE_BYTES: usize = 128 << 10;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds the store: exit 75, try again later.
    #[error("{path} is in use by another wirewatch{}", .owner.map(|pid| format!(" (process {pid})")).unwrap_or_default(), path = .path.display())]
    InUse { path: PathBuf, owner: Option<u32> },
    /// There is no store here yet.
    #[error("there is no store at {}; `wirewatch run` or `wirewatch once` makes it", .0.display())]
    Missing(PathBuf),
    /// A newer wirewatch wrote it.
    #[error("{} has schema {found}, this wirewatch knows up to {known}; use the newer wirewatch", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// An older wirewatch wrote it, and only the process that holds the lock may change its schema.
    #[error("{} has schema {found}, this wirewatch reads {known}; restart the daemon (or run `wirewatch once`), which brings it up to date", path.display())]
    Older { path: PathBuf, found: i64, known: i64 },
    /// The disk (or its quota) is full: nothing was written, and nothing is lost. Try again.
    #[error("the disk is full: {why} ({})", path.display())]
    Full { path: PathBuf, why: String },
    /// Another process is writing just now (an operator's command): try again.
    #[error("the store is locked: {0}")]
    Busy(String),
    /// The process or the machine ran out of open files or memory: try again.
    #[error("{}: {why}", path.display())]
    Exhausted { path: PathBuf, why: String },
    /// The file is damaged, gone or not a store: a person must act, and a restart helps nothing.
    #[error("{}", in_words(path, *trouble, why))]
    Unusable { path: PathBuf, trouble: Trouble, why: String },
    /// Reading or writing failed, and neither a full disk nor damage is known to be the reason.
    #[error("{doing}: {why}")]
    Io { doing: &'static str, why: String },
    /// A job of the writer panicked: it was undone, the jobs beside it were not.
    #[error("the program failed at a job of the store, which was undone: {0}")]
    Panicked(String),
    /// Going on could lose what was promised.
    #[error("{doing}: {why}")]
    Broken { doing: &'static str, why: String },
    /// One row cannot be read: another version wrote it, or the disk harmed it. The others can.
    #[error("{doing}: {why}")]
    Unreadable { doing: &'static str, why: String },
    /// The writer is gone: the process is stopping.
    #[error("the store is closed")]
    Closed,
}

/// What is the matter with a file that cannot be used as a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its content contradicts itself.
    Damaged,
    /// It was never a store.
    Foreign,
    /// There was a store, and it is deleted, emptied or exchanged.
    Lost,
    /// It was deleted or replaced while the daemon had it open.
    TakenAway,
}

/// Says what is wrong and what a person can do.
fn in_words(path: &Path, trouble: Trouble, why: &str) -> String {
    let path = path.display();
    match trouble {
        Trouble::Damaged => format!(
            "the store {path} is damaged: {why}. Stop wirewatch, then restore a copy of the file, or \
             save what can be read with `sqlite3 {path} .recover`"
        ),
        Trouble::Foreign => format!(
            "{path} is no store of wirewatch: {why}. Restore a copy of the store, or name another \
             file in `[store] path`"
        ),
        Trouble::Lost => format!(
            "the store {path} {why}, but there was one. Restore a copy of it; to begin anew with an \
             empty store, remove {path}.lock first"
        ),
        Trouble::TakenAway => format!(
            "{path} {why} while wirewatch was running. Restore a copy of the store before you start \
             wirewatch again"
        ),
    }
}

impl Error {
    /// Whether waiting and trying again can help, with nothing lost meanwhile.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Busy(_) | Self::Exhausted { .. })
    }

    /// Damage of a store whose path [`Self::at`] adds.
    pub(super) fn damaged(why: String) -> Self {
        Self::Unusable { path: PathBuf::new(), trouble: Trouble::Damaged, why }
    }

    pub(super) fn unusable(path: &Path, trouble: Trouble, why: &str) -> Self {
        Self::Unusable { path: path.to_owned(), trouble, why: why.to_owned() }
    }

    pub(super) fn sqlite(doing: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path: PathBuf::new(), why },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(why),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::damaged(format!("{doing}: {why}"))
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io { doing, why },
            // SQLite did not fail, but what it gave could not be understood.
            None if is_conversion(error) => Self::Unreadable { doing, why },
            Some(_) | None => Self::Broken { doing, why },
        }
    }

    /// A stored JSON text that does not hold what it should.
    pub(super) fn json(doing: &'static str, error: &serde_json::Error) -> Self {
        Self::Unreadable { doing, why: error.to_string() }
    }

    /// A failure to open, read or write a file.
    pub(super) fn io(doing: &'static str, path: &Path, why: &std::io::Error) -> Self {
        let path = path.to_owned();
        let is_exhausted = why.kind() == ErrorKind::OutOfMemory
            || why.raw_os_error().is_some_and(|number| TOO_MANY_FILES.contains(&number));
        if matches!(why.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            Self::Full { path, why: why.to_string() }
        } else if is_exhausted {
            Self::Exhausted { path, why: why.to_string() }
        } else {
            Self::Io { doing, why: format!("{}: {why}", path.display()) }
        }
    }

    /// Adds which store it is. SQLite has one word for many failures to read and write, so the disk
    /// itself is asked whether it takes anything.
    pub(super) fn at(mut self, store: &Path) -> Self {
        if let Self::Full { path, .. } | Self::Unusable { path, .. } = &mut self
            && path.as_os_str().is_empty()
        {
            store.clone_into(path);
        }
        if let Self::Io { doing, .. } = &self
            && let Err(refused) = try_disk(store)
        {
            let reason = Self::io(doing, store, &refused);
            return if reason.is_passing() { reason } else { self };
        }
        self
    }
}

/// Writes a small file beside the store and removes it again.
fn try_disk(store: &Path) -> std::io::Result<()> {
    let mut name = store.as_os_str().to_owned();
    name.push(".space");
    let name = PathBuf::from(name);
    let written = std::fs::File::create(&name).and_then(|mut file| {
        file.write_all(&vec![0; SPACE_PROBE_BYTES]).and_then(|()| file.sync_all())
    });
    drop(std::fs::remove_file(&name));
    written
}

/// Names what was being done when SQLite refused.
pub(super) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for Result<T, rusqlite::Error> {
    fn doing(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|error| Error::sqlite(what, &error))
    }
}

/// Whether a row was read, and one of its values was not what it should be.
fn is_conversion(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    )
}
