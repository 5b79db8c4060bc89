//! Forgets what is past its retention, a little at a time.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat};
use crate::store::Store;

/// Between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// The loop turns at least this often, so that its pulse is fresh.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);

/// Sweeps every hour until told to stop.
pub async fn run(
    store: Store,
    keep_articles: Duration,
    clock: Clock,
    (stop, pulse): (CancellationToken, Heartbeat),
) -> anyhow::Result<()> {
    let mut due = clock.now().after(SWEEP_EVERY);
    while !stop.is_cancelled() {
        let now = clock.now();
        pulse.beat(now);
        if now >= due {
            due = now.after(SWEEP_EVERY);
            match store.forget_expired(keep_articles, now).await {
                Ok((0, _)) => (),
                Ok((articles, keys)) => {
                    tracing::info!(articles, keys, "forgot {articles} old articles");
                }
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
