//! Notices that the wall clock was set, and moves every stored time along with it.
//!
//! All waits of the store (next polls, retries, leases, pauses) are wall times. A clock that is set
//! back by nine hours would lengthen each of them by nine hours, so they are moved by as much as the
//! clock was.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, ClockStep, Heartbeat};
use crate::health;
use crate::store::{Error, Store};

/// How often both clocks are compared. A wait is wrong for as long as a step is not noticed.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// Compares the wall clock with the steady clock.
#[derive(Debug)]
pub struct ClockMonitor {
    store: Store,
    clock: Clock,
    /// A step that `clock` has taken over already and the store has not.
    unstored: Option<ClockStep>,
}

impl ClockMonitor {
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, unstored: None }
    }

    /// Compares both clocks every second until `stop`.
    ///
    /// # Errors
    /// The store failed for good.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            heartbeat.beat(self.clock.steady());
            match self.step().await {
                Ok(()) => (),
                Err(error) if error.is_passing() => {
                    tracing::warn!("stored times cannot be moved with the clock yet: {error}");
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(CHECK_EVERY) => (),
            }
        }
        Ok(())
    }

    /// Takes the wall clock's time over if it was set.
    ///
    /// # Errors
    /// The store did not take the moved times. They are tried again at the next comparison.
    pub async fn step(&mut self) -> Result<(), Error> {
        if let Some(by_ms) = self.clock.step_ms() {
            let step = ClockStep { at: self.clock.now().moved(by_ms), by_ms };
            tracing::warn!("{}: all waits keep their length", health::clock_phrase(step));
            if by_ms > 0 {
                // Forward, the store goes first. What is written in between still has the old time
                // and comes early; with the new time it would be moved once too often, and come late.
                self.store.move_times(step).await?;
            } else {
                // Back, the clock goes first, for the same reason.
                let before = self.unstored.map_or(0, |before| before.by_ms);
                self.unstored = Some(ClockStep { by_ms: before.saturating_add(by_ms), ..step });
            }
            self.clock.shift(by_ms);
        }
        if let Some(step) = self.unstored {
            self.store.move_times(step).await?;
            self.unstored = None;
        }
        Ok(())
    }
}
