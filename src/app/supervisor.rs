//! Starts every loop, watches it, stops it in order.
use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Owns every task of the process.
///
/// A loop that ends before it was told to, with or without an error, ends the process: half a
/// daemon looks healthy and is not. The service manager starts it again.
#[derive(Debug, Default)]
pub struct Supervisor {
    stop: CancellationToken,
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
}

impl Supervisor {
    /// The token a loop must watch.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    pub fn run<F>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.tasks.spawn(async move { (name, task.await) });
    }

    /// Runs until `asked_to_stop` or until a loop ends, then gives the rest `grace` to finish what
    /// they are at. Who is not done by then is cut off; what it was at is recorded and is done
    /// again by the next start.
    pub async fn run_until<T>(
        mut self,
        asked_to_stop: impl Future<Output = T>,
        grace: Duration,
    ) -> anyhow::Result<T> {
        let verdict = tokio::select! {
            asked = asked_to_stop => Ok(asked),
            ended = self.tasks.join_next() => Err(describe_early_end(ended)),
        };
        self.stop.cancel();
        let drained = tokio::time::timeout(grace, async {
            while let Some(ended) = self.tasks.join_next().await {
                match ended {
                    Ok((_, Ok(()))) => (),
                    Ok((name, Err(error))) => tracing::error!(task = name, "stopping: {error:#}"),
                    Err(panicked) => tracing::error!("stopping: {panicked}"),
                }
            }
        })
        .await;
        if drained.is_err() {
            let left = self.tasks.len();
            tracing::warn!(left, "{left} loops did not stop within {grace:?}; cutting them off");
            self.tasks.shutdown().await;
        }
        verdict
    }
}

type Ended = Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>;

fn describe_early_end(ended: Option<Ended>) -> anyhow::Error {
    let result = ended.context("there is no loop to watch").and_then(|ended| {
        let (name, result) = ended.context("a loop panicked")?;
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

    async fn until(stop: CancellationToken) -> anyhow::Result<()> {
        stop.cancelled().await;
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_to_stop_drains_everything() {
        let mut house = Supervisor::default();
        house.run("a", until(house.stop()));
        house.run("b", until(house.stop()));
        let asked = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            "stop"
        };
        assert_eq!(house.run_until(asked, Duration::from_secs(1)).await.unwrap(), "stop");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_ends_early_ends_the_house_by_name() {
        let mut house = Supervisor::default();
        house.run("ingest", async { anyhow::bail!("disk gone") });
        house.run("deliver", until(house.stop()));
        let never = std::future::pending::<()>();
        let error = house.run_until(never, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(format!("{error:#}"), "ingest failed: disk gone");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_return_is_a_failure_too() {
        let mut house = Supervisor::default();
        house.run("ingest", async { Ok(()) });
        let never = std::future::pending::<()>();
        let error = house.run_until(never, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(format!("{error:#}"), "ingest ended though nobody asked it to");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_deaf_to_the_token_is_cut_off_after_the_grace() {
        let mut house = Supervisor::default();
        house.run("deaf", std::future::pending());
        house.run_until(std::future::ready(()), Duration::from_secs(30)).await.unwrap();
    }
}
