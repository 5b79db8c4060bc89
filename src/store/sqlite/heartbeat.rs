//! Signs of life: the daemon proves again and again that its store takes writes, and whoever looks
//! sees when that was last so.
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::handle::Store;
use super::lock::Marker;
use crate::domain::Timestamp;
use crate::store::DaemonSign;
use crate::store::error::{Doing, Error, Trouble};

impl Store {
    /// The daemon's sign of life: writes and syncs one number, which proves that the disk takes
    /// writes, and looks whether the store's files are still in their place.
    pub async fn probe(&self, now: Timestamp) -> Result<(), Error> {
        if let Some(owner) = &self.owner {
            owner.files.check()?;
        }
        let probed = self.writer.run(move |db| set(db, "probed_at", now.0)).await;
        if let Some(owner) = &self.owner {
            let condition = probed.as_ref().err().map(ToString::to_string).unwrap_or_default();
            owner.lock_file.note(|marker| {
                marker.alive_at = now;
                marker.condition = condition;
            });
        }
        probed
    }

    /// Notes that the daemon stopped in order, so that nobody waits for its next sign of life.
    pub async fn note_stopped(&self, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| set(db, "stopped_at", now.0)).await?;
        self.note_order();
        Ok(())
    }

    /// Notes that a round of `once` ended: a store that is fed like that needs no daemon.
    pub async fn note_round(&self, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| set(db, "round_at", now.0)).await?;
        self.note_order();
        Ok(())
    }

    fn note_order(&self) {
        if let Some(owner) = &self.owner {
            owner.lock_file.ended_in_order();
        }
    }
}

pub(super) fn set(db: &Connection, name: &str, value: i64) -> Result<(), Error> {
    db.prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")
        .and_then(|mut write| write.execute(rusqlite::params![name, value]))
        .doing("proving that the disk takes writes")?;
    Ok(())
}

pub(super) fn get(db: &Connection, name: &str) -> Result<Option<i64>, Error> {
    db.prepare_cached("SELECT value FROM setting WHERE name = ?1")
        .and_then(|mut select| select.query_row([name], |row| row.get(0)).optional())
        .doing("reading a setting")
}

/// When a process last worked with the store, by its own rows and by the lock file.
pub(super) fn daemon_sign(db: &Connection, marker: Marker) -> Result<DaemonSign, Error> {
    let at = |name| Ok::<_, Error>(get(db, name)?.filter(|at| *at > 0).map(Timestamp));
    let alive_at = at("probed_at")?.max(Some(marker.alive_at).filter(|at| at.0 > 0));
    Ok(DaemonSign {
        alive_at,
        stopped_at: at("stopped_at")?,
        round_at: at("round_at")?,
        process: marker.process,
        condition: marker.condition,
    })
}

/// Compares an opened store with what the lock file says of the one that was here before, and gives its
/// number.
pub(super) fn check_marker(
    db: &Connection,
    path: &Path,
    before: Option<&Marker>,
) -> Result<i64, Error> {
    let store_id = get(db, "store_id")?
        .ok_or_else(|| Error::damaged("it has lost its own number".to_owned()))?;
    let Some(before) = before else { return Ok(store_id) };
    if before.store_id.is_some_and(|known| known != store_id) {
        let why = "is another one than the store that was here";
        return Err(Error::unusable(path, Trouble::Lost, why));
    }
    let probed_at = Timestamp(get(db, "probed_at")?.unwrap_or(0));
    if before.condition.is_empty() && before.alive_at > probed_at {
        tracing::warn!(
            "{} is as it was at {probed_at}, and wirewatch wrote to it until {}: an older copy was \
             put in its place, or its `-wal` file was lost. What came between may be told again",
            path.display(),
            before.alive_at
        );
    }
    Ok(store_id)
}
