//! What can go wrong with the store, by what the caller does about it.
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
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
    /// The disk (or its quota) is full: nothing was written, and nothing is lost. Try again.
    #[error("the disk is full: {0}")]
    Full(String),
    /// Another process is writing just now (an operator's command): try again.
    #[error("the store is locked: {0}")]
    Busy(String),
    /// The disk failed or the file is damaged. Going on could lose what was promised.
    #[error("{doing}: {why}")]
    Broken { doing: &'static str, why: String },
    /// The writer is gone: the process is stopping.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// Whether waiting and trying again can help, with nothing lost meanwhile.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Busy(_))
    }

    pub(super) fn sqlite(doing: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(why),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(why),
            _ => Self::Broken { doing, why },
        }
    }

    /// The same fault for each of the jobs that shared a transaction.
    pub(super) fn duplicate(&self) -> Self {
        match self {
            Self::InUse { path, owner } => Self::InUse { path: path.clone(), owner: *owner },
            Self::Missing(path) => Self::Missing(path.clone()),
            Self::Newer { path, found, known } => {
                Self::Newer { path: path.clone(), found: *found, known: *known }
            }
            Self::Full(why) => Self::Full(why.clone()),
            Self::Busy(why) => Self::Busy(why.clone()),
            Self::Broken { doing, why } => Self::Broken { doing, why: why.clone() },
            Self::Closed => Self::Closed,
        }
    }
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
