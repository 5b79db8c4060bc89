//! `run`: the daemon, its signals and its reloads.
use std::process::ExitCode;
use std::time::Duration;

use super::fail::CommandError;
use super::logging::Log;
use super::setup::{Invocation, runtime};
use crate::app::{
    self, App, CheckedConfig, LastWords, ReloadError, Running, ServiceRequest, Signals,
};
use crate::config;
use crate::domain::counted;
use crate::health::FaultKind;

/// The files of a configuration must stay as they are for so long before a reload takes them: an
/// editor or a copy may still be writing.
const SETTLE: Duration = Duration::from_millis(400);
/// Looks at files that keep changing, before the reload is put off.
const SETTLE_LOOKS_MAX: u32 = 25;
/// Between two attempts at a reload that failed for a passing reason.
const RETRY_WAIT: Duration = Duration::from_secs(5);

/// The runtime comes first: signals can only be taken over inside of it.
pub(super) fn run(invocation: &Invocation) -> Result<ExitCode, CommandError> {
    let runtime = runtime()?;
    let served = runtime.block_on(serve(invocation));
    // A thread that writes to a pipe nobody reads must not hold up the exit. Its message is kept.
    runtime.shutdown_background();
    served?;
    Ok(ExitCode::SUCCESS)
}

/// From the first signal handler to the last loop.
async fn serve(invocation: &Invocation) -> Result<(), CommandError> {
    // Before anything that takes time: a signal that comes during the start waits to be obeyed,
    // where the default would be to kill the process.
    let mut signals = Signals::listen()?;
    let checked = invocation.check_config()?;
    let service = &checked.config.service;
    let mut log = Log::start(invocation, service.log_format, service.log_level.as_str())?;
    invocation.log_warnings(&checked.config);
    tracing::info!(
        store = %checked.config.store.path.display(),
        "{}, {}, {}",
        counted(checked.config.feeds.len() as u64, "feed"),
        counted(checked.config.watches.len() as u64, "watch"),
        counted(checked.config.channels.len() as u64, "channel"),
    );
    let mut last_words = LastWords::new(&checked.config);
    let terminal = invocation.screen.alerts_out();
    let ended = async {
        let app = App::open(checked, app::wall(), &terminal)?;
        let mut running = app.start().await?;
        let ended = obey(invocation, &mut running, &mut signals, &mut log).await;
        last_words = running.last_words();
        running.stop(ended).await
    }
    .await;
    if let Err(error) = &ended
        && error.is_unusable_store()
    {
        last_words.send(&error.reason(), &terminal, app::wall().now()).await;
    }
    ended
}

/// Obeys every request until one is to stop, or until a loop ends by itself.
async fn obey(
    invocation: &Invocation,
    running: &mut Running,
    signals: &mut Signals,
    log: &mut Log,
) -> Result<(), CommandError> {
    let mut request = running.next_request(signals).await?;
    loop {
        app::notify_request(request);
        if request == ServiceRequest::Stop {
            return Ok(());
        }
        // A request that comes meanwhile is obeyed at once: a stop must not wait for a reload, and
        // a second reload begins anew.
        let loaded = tokio::select! {
            loaded = load_settled(invocation) => loaded,
            next = running.next_request(signals) => {
                request = next?;
                continue;
            }
        };
        let retry = match loaded {
            Ok(checked) => reload(invocation, running, log, checked).await,
            Err(CommandError::Temporary(why)) => Some(why),
            Err(error) => {
                error.print(invocation.screen);
                refuse(running, error.faults());
                None
            }
        };
        request = match retry {
            None => running.next_request(signals).await?,
            Some(why) => {
                let wait = RETRY_WAIT.as_secs();
                tracing::error!("the reload is not possible now, next try in {wait} s: {why}");
                app::notify_waiting(why.trim());
                tokio::select! {
                    next = running.next_request(signals) => next?,
                    () = tokio::time::sleep(RETRY_WAIT) => ServiceRequest::Reload,
                }
            }
        };
    }
}

/// Goes on with another configuration, or says why not. Gives the reason if a later try may
/// succeed.
async fn reload(
    invocation: &Invocation,
    running: &mut Running,
    log: &mut Log,
    checked: CheckedConfig,
) -> Option<String> {
    let service = checked.config.service.clone();
    invocation.log_warnings(&checked.config);
    match running.reload(checked).await {
        Ok(()) => {
            log.change(service.log_format, service.log_level.as_str());
            running.faults().clear(FaultKind::StaleConfig);
            tracing::info!("the new configuration is in use");
            None
        }
        Err(ReloadError::Refused(reasons)) => {
            for reason in &reasons {
                tracing::error!("{reason}; a restart takes it over all the same");
            }
            refuse(running, reasons.len());
            None
        }
        Err(ReloadError::Later(why)) => Some(why),
    }
}

fn refuse(running: &Running, faults: usize) {
    let why = format!("the last reload was refused ({})", counted(faults as u64, "fault"));
    tracing::error!("{why}; the old configuration runs on");
    let now = app::wall().now();
    running.faults().report(FaultKind::StaleConfig, why, now);
    app::notify_refused(faults, now);
}

/// Reads and compiles the configuration once its files stopped changing. Off the runtime's
/// threads: a watchlist of a hundred thousand terms takes a second, and no poll may wait for it.
async fn load_settled(invocation: &Invocation) -> Result<CheckedConfig, CommandError> {
    let path = invocation.config_path()?;
    let mut before = None;
    for _ in 0..SETTLE_LOOKS_MAX {
        let path = path.clone();
        let read = tokio::task::spawn_blocking(move || config::read_texts(&path));
        let texts = Some(read.await.map_err(anyhow::Error::from)?);
        if texts == before {
            let invocation = invocation.clone();
            let checked = tokio::task::spawn_blocking(move || invocation.check_config());
            return checked.await.map_err(anyhow::Error::from)?;
        }
        before = texts;
        tokio::time::sleep(SETTLE).await;
    }
    Err(CommandError::Temporary("the files of the configuration keep changing".to_owned()))
}
