//! `run`: the daemon.
use std::process::ExitCode;

use super::fail::CommandError;
use super::setup::{Invocation, runtime};
use super::{logging, screen};
use crate::app::{self, App, CheckedConfig, ServiceRequest, Signals};
use crate::domain::Clock;

pub(super) fn run(setting: &Invocation) -> Result<ExitCode, CommandError> {
    let ready = setting.check_config()?;
    logging::start(
        setting,
        ready.config.service.log_format,
        ready.config.service.log_level.as_str(),
    )?;
    runtime()?.block_on(serve(setting, ready))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs houses until asked to stop: each reload is a new house on the same signals.
async fn serve(setting: &Invocation, mut ready: CheckedConfig) -> Result<(), CommandError> {
    let mut signals = Signals::listen()?;
    let alerts = setting.screen.alerts_out();
    loop {
        tracing::info!(
            store = %ready.config.store.path.display(),
            "{}, {}, {}",
            screen::count(ready.config.feeds.len() as u64, "feed"),
            screen::count(ready.config.watches.len() as u64, "watch"),
            screen::count(ready.config.channels.len() as u64, "channel"),
        );
        let clock = app::wall();
        let house = App::open(ready, clock.clone(), &alerts)?;
        let next = house.run(wait_for_request(setting, &mut signals, &clock)).await?;
        match next {
            None => return Ok(()),
            Some(reloaded) => ready = *reloaded,
        }
    }
}

/// Reads and compiles off the runtime's threads: a watchlist of a hundred thousand terms takes a
/// second, and no poll shall wait for it.
async fn reload(setting: &Invocation) -> Result<CheckedConfig, CommandError> {
    let setting = setting.clone();
    let read = tokio::task::spawn_blocking(move || setting.check_config());
    read.await.map_err(|panicked| CommandError::Other(panicked.into()))?
}

/// Waits for a stop, or for a reload whose configuration is good. A bad one is said and nothing
/// changes: the house never learns of it.
async fn wait_for_request(
    setting: &Invocation,
    signals: &mut Signals,
    clock: &Clock,
) -> Option<Box<CheckedConfig>> {
    loop {
        let asked = signals.next_request().await;
        app::announce_request(asked);
        match asked {
            ServiceRequest::Stop => return None,
            ServiceRequest::Reload => match reload(setting).await {
                Ok(ready) => {
                    tracing::info!("the configuration is good; changing over");
                    return Some(Box::new(ready));
                }
                Err(failed) => {
                    let faults = match &failed {
                        CommandError::Config(text) => text.matches("error:").count(),
                        CommandError::Usage(_)
                        | CommandError::Input(_)
                        | CommandError::Unavailable(_)
                        | CommandError::Store(_)
                        | CommandError::Other(_) => 1,
                    };
                    failed.print(setting.screen);
                    tracing::error!("the reload is refused; the old configuration runs on");
                    app::announce_refusal(faults, clock.now());
                }
            },
        }
    }
}
