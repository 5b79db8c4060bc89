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
    pub(super) fn add(&self, name: &str, stop: CancellationToken, steady: Timestamp) -> Heartbeat {
        let heartbeat = Heartbeat::default();
        heartbeat.beat(steady);
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|watched| !watched.stop.is_cancelled());
        list.push(Watched { name: name.to_owned(), heartbeat: heartbeat.clone(), stop });
        heartbeat
    }

    /// A loop whose last heartbeat is older than `age`.
    pub(super) fn find_hung(&self, steady: Timestamp, age: Duration) -> Option<String> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = list.iter().filter(|watched| !watched.stop.is_cancelled());
        let hung = running.find(|watched| steady.since(watched.heartbeat.last()) > age)?;
        Some(hung.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::domain::Clock;

    #[test]
    fn a_loop_that_hangs_is_found_though_the_wall_clock_was_set_back() {
        let elapsed_s = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&elapsed_s);
        let steady = move || Duration::from_secs(read.load(Ordering::SeqCst));
        let clock = Clock::with_steady(|| Timestamp(1_800_000_000_000), steady);
        let heartbeats = Heartbeats::default();
        let stop = CancellationToken::new();
        heartbeats.add("ingest", stop.clone(), clock.steady());
        clock.shift(-3_600_000);
        let age = Duration::from_mins(1);
        assert_eq!(heartbeats.find_hung(clock.steady(), age), None);
        elapsed_s.store(61, Ordering::SeqCst);
        assert_eq!(heartbeats.find_hung(clock.steady(), age), Some("ingest".to_owned()));
        stop.cancel();
        assert_eq!(heartbeats.find_hung(clock.steady(), age), None, "it was told to stop");
    }
}
