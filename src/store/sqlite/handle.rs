//! What an open store consists of.
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;

use super::file_check::Files;
use super::lock::LockFile;
use super::writer::Writer;

/// The store. Cheap to clone; dropping the last clone ends the writer after what is queued, and
/// SQLite folds its log into the file.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) path: PathBuf,
    pub(super) writer: Arc<Writer>,
    /// `None` for a command beside the daemon.
    pub(super) owner: Option<Arc<Owner>>,
    /// Notified after a commit that put something into the outbox.
    pub(super) outbox_changed: Arc<Notify>,
    /// Notified after a commit that may have entered pages to be read.
    pub(super) pages_changed: Arc<Notify>,
}

/// What only the process that holds the lock has.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) lock_file: Arc<LockFile>,
    pub(super) files: Files,
}
