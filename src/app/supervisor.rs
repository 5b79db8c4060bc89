//! Starts every loop, watches it, stops it in order.
use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Owns every task of the process.
///
/// A loop that ends before it was told to, with or without an error, ends the process: half a
/// daemon looks healthy and is not. The service manager starts it again.
#[derive(Debug, Default)]
pub(super) struct Supervisor {
    stop: CancellationToken,
    tasks: JoinSet<Ended>,
}

/// A loop that is over.
#[derive(Debug)]
struct Ended {
    name: String,
    /// The token the loop had to watch: cancelled if it was told to stop.
    stop: CancellationToken,
    result: anyhow::Result<()>,
}

impl Supervisor {
    /// A token for one loop: cancelled alone when a reload replaces the loop, and with all others
    /// when the process stops.
    pub(super) fn token(&self) -> CancellationToken {
        self.stop.child_token()
    }

    /// Starts a loop, which must watch `stop`.
    pub(super) fn spawn<F>(&mut self, name: impl Into<String>, stop: CancellationToken, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let name = name.into();
        self.tasks.spawn(async move {
            let result = task.await;
            Ended { name, stop, result }
        });
    }

    /// Waits until a loop ends that was not told to, and says which and why. A loop that a reload
    /// replaced may take its time to end.
    pub(super) async fn early_end(&mut self) -> anyhow::Error {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(ended)) if ended.stop.is_cancelled() => log_end(Ok(ended)),
                ended => return describe_early_end(ended),
            }
        }
    }

    /// Tells every loop to stop and gives them `grace` to finish what they are doing. What is not
    /// done by then is cut off: it is recorded as begun, and the next start does it again.
    pub(super) async fn stop(mut self, grace: Duration) {
        self.stop.cancel();
        let drained = tokio::time::timeout(grace, async {
            while let Some(ended) = self.tasks.join_next().await {
                log_end(ended);
            }
        })
        .await;
        if drained.is_err() {
            let left = self.tasks.len();
            let loops = if left == 1 { "loop" } else { "loops" };
            tracing::warn!(left, "{left} {loops} did not stop within {grace:?} and are cut off");
            self.tasks.shutdown().await;
        }
    }
}

/// The end of a loop that was told to stop.
fn log_end(ended: Result<Ended, JoinError>) {
    match ended {
        Ok(Ended { result: Ok(()), .. }) => (),
        Ok(Ended { name, result: Err(error), .. }) => {
            tracing::error!(task = name, "stopping {name}: {error:#}");
        }
        Err(panicked) => tracing::error!("stopping: {panicked}"),
    }
}

/// The name of the loop and the whole chain of causes, for the log and the exit message.
fn describe_early_end(ended: Option<Result<Ended, JoinError>>) -> anyhow::Error {
    let result = ended.context("there is no loop to watch").and_then(|ended| {
        let Ended { name, result, .. } = ended.context("a loop panicked")?;
        result.with_context(|| format!("{name} failed"))?;
        anyhow::bail!("{name} ended though nobody asked it to")
    });
    match result {
        Err(error) => error,
        Ok(()) => anyhow::anyhow!("a loop ended"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(1);

    /// A loop that stops when it is told to.
    fn start_obedient(supervisor: &mut Supervisor, name: &str) -> CancellationToken {
        let stop = supervisor.token();
        let watched = stop.clone();
        supervisor.spawn(name, stop.clone(), async move {
            watched.cancelled().await;
            Ok(())
        });
        stop
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_to_stop_drains_everything() {
        let mut supervisor = Supervisor::default();
        start_obedient(&mut supervisor, "a");
        start_obedient(&mut supervisor, "b");
        supervisor.stop(GRACE).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_ends_early_is_named() {
        let mut supervisor = Supervisor::default();
        let stop = supervisor.token();
        supervisor.spawn("ingest", stop, async { anyhow::bail!("disk gone") });
        start_obedient(&mut supervisor, "deliver");
        assert_eq!(format!("{:#}", supervisor.early_end().await), "ingest failed: disk gone");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_return_is_a_failure_too() {
        let mut supervisor = Supervisor::default();
        let stop = supervisor.token();
        supervisor.spawn("ingest", stop, async { Ok(()) });
        let error = supervisor.early_end().await;
        assert_eq!(format!("{error:#}"), "ingest ended though nobody asked it to");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_was_replaced_may_end() {
        let mut supervisor = Supervisor::default();
        let replaced = start_obedient(&mut supervisor, "pages");
        start_obedient(&mut supervisor, "pages");
        replaced.cancel();
        let ended = tokio::time::timeout(GRACE, supervisor.early_end()).await;
        assert!(ended.is_err(), "the replaced loop ended the process");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_does_not_watch_its_token_is_cut_off_after_the_grace() {
        let mut supervisor = Supervisor::default();
        let stop = supervisor.token();
        supervisor.spawn("deaf", stop, std::future::pending());
        supervisor.stop(Duration::from_secs(30)).await;
    }
}
