//! Appends alerts to a file of JSON lines, on disk before it is said.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::pipe;
use tokio::sync::Mutex;

use crate::domain::{Outcome, PauseCause};

/// How long the disk may take.
pub(super) const WRITE_WAIT: Duration = Duration::from_secs(30);

/// Permission bits of a new file: what a watchlist finds is its owner's business.
const NEW_FILE_MODE: u32 = 0o600;

/// One file. It is opened for every append, so that it may be rotated away at any time.
#[derive(Debug)]
pub(super) struct JsonLinesFile {
    path: PathBuf,
    turn: Arc<Mutex<()>>,
}

impl JsonLinesFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, turn: Arc::new(Mutex::new(())) }
    }

    pub(super) async fn send(&self, message: &[u8]) -> Outcome {
        let (path, lines) = (self.path.clone(), message.to_vec());
        let write = async {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let is_pipe = tokio::fs::metadata(&path).await.is_ok_and(|at| at.file_type().is_fifo());
            if is_pipe {
                // Opening or filling a pipe that nobody reads would block a thread for ever. One
                // without a reader is an error here: what is written to it is lost.
                let mut pipe = pipe::OpenOptions::new().open_sender(&path)?;
                return pipe.write_all(&lines).await;
            }
            tokio::task::spawn_blocking(move || {
                let done = append(&path, &lines);
                drop(turn);
                done
            })
            .await
            .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        };
        match tokio::time::timeout(WRITE_WAIT, write).await {
            Ok(Ok(())) => Outcome::Accepted { detail: "on disk".to_owned() },
            Ok(Err(error)) => self.judge(&error),
            Err(_elapsed) => self.retry("nobody takes what is written"),
        }
    }

    /// A place that cannot be written waits for its operator; a full disk may pass by itself.
    fn judge(&self, error: &io::Error) -> Outcome {
        let lasting = matches!(
            error.kind(),
            ErrorKind::NotFound
                | ErrorKind::PermissionDenied
                | ErrorKind::IsADirectory
                | ErrorKind::NotADirectory
                | ErrorKind::ReadOnlyFilesystem
        );
        if lasting {
            let why = format!("cannot append to {}: {error}", self.path.display());
            Outcome::Paused { cause: PauseCause::ChannelBroken, why }
        } else {
            self.retry(&error.to_string())
        }
    }

    fn retry(&self, why: &str) -> Outcome {
        let why = format!("cannot append to {}: {why}", self.path.display());
        Outcome::Unavailable { after: None, why }
    }
}

/// Appends whole lines or nothing, and waits until they are on disk.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(NEW_FILE_MODE).open(path)?;
    let status = file.metadata()?;
    if !status.is_file() {
        // A terminal or another device: there is nothing to put on disk.
        return file.write_all(lines);
    }
    let before = status.len();
    let mut bytes = Vec::with_capacity(lines.len() + 1);
    if before > 0 && !ends_with_newline(&mut file)? {
        // A crash cut the last line short; the next one must not be joined to it.
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(lines);
    if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
        // Best effort: a line cut short by a full disk would be read as damage.
        file.set_len(before).ok();
        return Err(error);
    }
    if before == 0 {
        // A new file exists for sure only once its directory says so.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    let mut last = [0_u8];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_appended_and_a_torn_one_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.jsonl");
        std::fs::write(&path, "{\"torn\":").unwrap();
        let file = JsonLinesFile::new(path.clone());
        for line in ["{\"a\":1}\n", "{\"b\":2}\n{\"c\":3}\n"] {
            let outcome = file.send(line.as_bytes()).await;
            assert_eq!(outcome, Outcome::Accepted { detail: "on disk".into() });
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\"torn\":\n{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    }

    #[tokio::test]
    async fn a_new_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.jsonl");
        JsonLinesFile::new(path.clone()).send(b"{}\n").await;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_pauses_the_channel() {
        let file = JsonLinesFile::new("/nonexistent/alerts.jsonl".into());
        assert!(matches!(file.send(b"{}\n").await, Outcome::Paused { .. }));
    }

    #[tokio::test]
    async fn a_full_disk_is_tried_again() {
        let file = JsonLinesFile::new("/dev/full".into());
        assert!(matches!(file.send(b"{}\n").await, Outcome::Unavailable { .. }));
    }
}
