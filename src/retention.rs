//! Forgets what is past its retention, soon after the start and then again and again.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat, Timestamp};
use crate::store::{Error, Store};

/// Between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// A round of `once` sweeps only if nothing did so for so long: a round may be started every minute,
/// and must not spend its time on looking for old rows.
const ROUND_SWEEP_EVERY: Duration = Duration::from_hours(14 * 24);
/// The loop turns at least this often, so that its heartbeat is fresh.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);

/// The loop of retention.
#[derive(Debug)]
pub struct Retention {
    pub store: Store,
    /// How long articles, and what hangs on them, are kept.
    pub keep_articles: Duration,
    pub clock: Clock,
}

impl Retention {
    /// Sweeps until told to stop.
    pub async fn run(self, stop: CancellationToken, heartbeat: Heartbeat) -> anyhow::Result<()> {
        let mut due = self.clock.steady();
        while !stop.is_cancelled() {
            let (now, steady) = (self.clock.now(), self.clock.steady());
            heartbeat.beat(steady);
            if steady >= due {
                due = steady.after(SWEEP_EVERY);
                // A long sweep is cut off between two transactions; the next one goes on with it.
                let swept = tokio::select! {
                    () = stop.cancelled() => Ok(()),
                    swept = self.beating(&heartbeat, now) => swept,
                };
                match swept {
                    Ok(()) => (),
                    Err(error) if error.is_passing() => tracing::warn!("not swept: {error}"),
                    Err(error) => return Err(error.into()),
                }
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(HEARTBEAT_EVERY) => (),
            }
        }
        Ok(())
    }

    /// One sweep, with heartbeats meanwhile.
    async fn beating(&self, heartbeat: &Heartbeat, now: Timestamp) -> Result<(), Error> {
        let mut sweep = std::pin::pin!(self.sweep(now));
        loop {
            match tokio::time::timeout(HEARTBEAT_EVERY, &mut sweep).await {
                Ok(swept) => return swept,
                Err(_elapsed) => heartbeat.beat(self.clock.steady()),
            }
        }
    }

    /// The sweep of a round of `once`, if one is due.
    pub async fn sweep_after_round(&self, now: Timestamp) -> Result<(), Error> {
        if now.since(self.store.last_sweep(now).await?) < ROUND_SWEEP_EVERY {
            return Ok(());
        }
        self.sweep(now).await
    }

    /// Forgets all that is past its retention at `now`.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), Error> {
        let forgotten = self.store.forget_expired(self.keep_articles, now).await?;
        if !forgotten.is_empty() {
            let words: Vec<String> =
                forgotten.iter().map(|(what, rows)| format!("{what}: {rows}")).collect();
            tracing::info!("forgot what is past its retention: {}", words.join(", "));
        }
        Ok(())
    }
}
