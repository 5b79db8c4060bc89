//! The lock file beside the store: one process at a time, and a few words that outlive it.
//!
//! The words say which store was here and until when a daemon was alive. From them the next start
//! sees that the store was deleted, emptied, exchanged or set back, and `status` sees how a daemon is
//! that cannot write to its store because the disk is full: the file has its full size from the
//! beginning, and is overwritten in place.
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::closed_file::ClosedFile;
use crate::domain::Timestamp;
use crate::store::error::Error;

/// Bytes of a lock file, whatever it says.
const FILE_BYTES: usize = 512;
/// Characters of [`Marker::condition`] that fit in.
const CONDITION_CHARS_MAX: usize = 100;
/// Only the owner reads and writes: the store says what was read and who is told.
pub(super) const FILE_MODE: u32 = 0o600;

/// What a lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marker {
    /// The process that holds the lock, or held it last.
    pub(super) process: Option<u32>,
    /// There was a store beside the lock file.
    pub(super) had_store: bool,
    /// Its `store_id`; `None` if an older version wrote the lock file.
    pub(super) store_id: Option<i64>,
    /// The last time that process was known to work.
    pub(super) alive_at: Timestamp,
    /// What keeps the daemon from writing to its store; empty if nothing does.
    pub(super) condition: String,
    /// The store's file as that process left it; `None` if it did not end in order.
    pub(super) closed: Option<ClosedFile>,
}

impl Marker {
    /// What the lock file of a store says; `None` if there is none, or nothing was written to it.
    pub(super) fn of(store: &Path) -> Option<Self> {
        Self::parse(&std::fs::read(path_of(store)).ok()?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines().map(str::trim);
        let process = Some(lines.next()?.parse().ok()?);
        let Some(store) = lines.next().and_then(|line| line.strip_prefix("store ")) else {
            // An older version wrote its process alone, and made the store at once.
            return Some(Self { process, had_store: true, ..Self::default() });
        };
        let alive = lines.next().and_then(|line| line.strip_prefix("alive ")?.parse().ok());
        Some(Self {
            process,
            had_store: store != "none",
            store_id: store.parse().ok(),
            alive_at: Timestamp(alive.unwrap_or(0)),
            condition: lines.next().unwrap_or("").to_owned(),
            closed: lines.next().and_then(|line| line.strip_prefix("closed ")?.parse().ok()),
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let condition: String =
            self.condition.chars().map(printable).take(CONDITION_CHARS_MAX).collect();
        let store = self.store_id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        let process = self.process.unwrap_or(0);
        let alive = self.alive_at.0;
        let closed = self.closed.map_or_else(String::new, |file| format!("closed {file}"));
        let mut bytes = format!("{process}\nstore {store}\nalive {alive}\n{condition}\n{closed}\n")
            .into_bytes();
        bytes.resize(FILE_BYTES, b' ');
        bytes
    }
}

/// The lock file's path.
pub(super) fn path_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Held while a process works on the store; released when dropped, and by the kernel when killed.
#[derive(Debug)]
pub struct Lock(Arc<LockFile>);

impl Drop for Lock {
    fn drop(&mut self) {
        if self.0.open().in_order {
            self.0.note_closed();
        }
        // The kernel releases the lock with the descriptor in any case.
        drop(self.0.open().file.unlock());
    }
}

/// The lock file of this process.
#[derive(Debug)]
pub(super) struct LockFile(Mutex<Open>);

#[derive(Debug)]
struct Open {
    file: File,
    marker: Marker,
    /// The store's own file.
    store: PathBuf,
    /// The store was worked with to an orderly end.
    in_order: bool,
}

impl LockFile {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store was worked with to an orderly end: what its file is when the lock is released can be
    /// relied on.
    pub(super) fn ended_in_order(&self) {
        self.open().in_order = true;
    }

    fn note_closed(&self) {
        let closed = ClosedFile::of(&self.open().store);
        self.note(|marker| marker.closed = closed);
    }

    /// Changes what the file says. A full disk must not keep a daemon from starting or going on, so
    /// a failure to write is no failure.
    pub(super) fn note(&self, change: impl FnOnce(&mut Marker)) {
        let mut open = self.open();
        change(&mut open.marker);
        let bytes = open.marker.to_bytes();
        let written = open.file.seek(SeekFrom::Start(0)).and_then(|_| open.file.write_all(&bytes));
        drop(written);
    }
}

/// Takes the store for this process, or says whose it is. Also gives what the lock file said before.
pub(super) fn take(store: &Path) -> Result<(Lock, Arc<LockFile>, Option<Marker>), Error> {
    let path = path_of(store);
    let failed = |why: std::io::Error| Error::io("opening the store's lock file", &path, &why);
    if let Some(parent) = store.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(&path)
        .map_err(failed)?;
    let mut said = Vec::new();
    file.read_to_end(&mut said).map_err(failed)?;
    let before = Marker::parse(&said);
    match file.try_lock() {
        Ok(()) => (),
        Err(TryLockError::WouldBlock) => {
            let owner = before.and_then(|marker| marker.process);
            return Err(Error::InUse { path: store.to_owned(), owner });
        }
        Err(TryLockError::Error(why)) => return Err(failed(why)),
    }
    let process = Some(std::process::id());
    let marker = Marker { process, closed: None, ..before.clone().unwrap_or_default() };
    let open = Open { file, marker, store: store.to_owned(), in_order: false };
    let file = Arc::new(LockFile(Mutex::new(open)));
    Ok((Lock(Arc::clone(&file)), file, before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_reads_back_and_never_grows() {
        let marker = Marker {
            process: Some(4_711),
            had_store: true,
            store_id: Some(i64::MIN),
            alive_at: Timestamp(i64::MAX),
            condition: "the disk is full\nand more".repeat(99),
            closed: "1 2 3 4".parse().ok(),
        };
        let bytes = marker.to_bytes();
        assert_eq!(bytes.len(), FILE_BYTES);
        let read = Marker::parse(&bytes).unwrap();
        assert!(read.condition.starts_with("the disk is full and more"));
        assert_eq!(
            Marker { condition: String::new(), ..read },
            Marker { condition: String::new(), ..marker }
        );
    }

    #[test]
    fn a_lock_file_of_an_older_version_says_that_there_was_a_store() {
        let read = Marker::parse(b"4711\n").unwrap();
        assert_eq!((read.process, read.had_store, read.store_id), (Some(4_711), true, None));
        assert_eq!(Marker::parse(b""), None);
    }
}
