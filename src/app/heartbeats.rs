//! The signs of life of every loop, for the watchdog.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Heartbeat, Timestamp};

/// The heartbeats of the loops that run. A reload adds and removes some, so the list is shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Heartbeats(Arc<Mutex<Vec<Watched>>>);

/// One loop, as the watchdog sees it.
#[derive(Debug)]
struct Watched {
    name: String,
    heartbeat: Heartbeat,
    /// Cancelled once the loop was told to stop: what it still finishes is not watched.
    stop: CancellationToken,
}

impl Heartbeats {
    /// The heartbeat of a loop that starts now.
    pub(super) fn add(&self, name: &str, stop: CancellationToken, now: Timestamp) -> Heartbeat {
        let heartbeat = Heartbeat::default();
        heartbeat.beat(now);
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|watched| !watched.stop.is_cancelled());
        list.push(Watched { name: name.to_owned(), heartbeat: heartbeat.clone(), stop });
        heartbeat
    }

    /// A loop whose last heartbeat is older than `age`.
    pub(super) fn find_hung(&self, now: Timestamp, age: Duration) -> Option<String> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = list.iter().filter(|watched| !watched.stop.is_cancelled());
        let hung = running.find(|watched| now.since(watched.heartbeat.last()) > age)?;
        Some(hung.name.clone())
    }
}
