//! How a store's file is while nobody has it open. A file that is still as its last owner closed it was
//! sound then, and need not be read whole to see that it still is.
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::str::FromStr;

/// The file's number, its length, and when it was last changed in any way. Every write moves that time,
/// and no program can set it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClosedFile {
    inode: u64,
    bytes: u64,
    /// Seconds since 1970, and nanoseconds.
    changed_s: i64,
    changed_ns: i64,
}

impl ClosedFile {
    /// The file as it is now; `None` if it is not there, or if its log still holds commits.
    pub(super) fn of(store: &Path) -> Option<Self> {
        let mut log = store.as_os_str().to_owned();
        log.push("-wal");
        if std::fs::metadata(log).is_ok_and(|is| is.len() > 0) {
            return None;
        }
        let is = std::fs::metadata(store).ok()?;
        Some(Self {
            inode: is.ino(),
            bytes: is.len(),
            changed_s: is.ctime(),
            changed_ns: is.ctime_nsec(),
        })
    }
}

impl fmt::Display for ClosedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.inode, self.bytes, self.changed_s, self.changed_ns)
    }
}

impl FromStr for ClosedFile {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        fn number<T: FromStr>(word: Option<&str>) -> Result<T, ()> {
            word.and_then(|word| word.parse().ok()).ok_or(())
        }
        let mut words = text.split(' ');
        Ok(Self {
            inode: number(words.next())?,
            bytes: number(words.next())?,
            changed_s: number(words.next())?,
            changed_ns: number(words.next())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_to_is_not_the_one_that_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.db");
        assert_eq!(ClosedFile::of(&store), None);
        std::fs::write(&store, "rows").unwrap();
        let closed = ClosedFile::of(&store).unwrap();
        assert_eq!(closed.to_string().parse(), Ok(closed));
        assert_eq!(ClosedFile::of(&store), Some(closed));
        std::fs::write(folder.path().join("store.db-wal"), "").unwrap();
        assert_eq!(ClosedFile::of(&store), Some(closed), "an empty log holds nothing");
        std::fs::write(folder.path().join("store.db-wal"), "commits").unwrap();
        assert_eq!(ClosedFile::of(&store), None);
        std::fs::remove_file(folder.path().join("store.db-wal")).unwrap();
        std::fs::write(&store, "other rows").unwrap();
        assert_ne!(ClosedFile::of(&store), Some(closed));
    }
}
