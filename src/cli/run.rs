//! `run`: the daemon.
use std::process::ExitCode;

use super::fail::Failed;
use super::setup::{Setting, runtime};
use super::{logging, screen};
use crate::app::{self, Asked, House, Ready, Signals};
use crate::domain::Clock;

pub(super) fn run(setting: &Setting) -> Result<ExitCode, Failed> {
    let ready = setting.ready()?;
    logging::start(
        setting,
        ready.config.service.log_format,
        ready.config.service.log_level.as_str(),
    )?;
    runtime()?.block_on(serve(setting, ready))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs houses until asked to stop: each reload is a new house on the same signals.
async fn serve(setting: &Setting, mut ready: Ready) -> Result<(), Failed> {
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
        let house = House::open(ready, clock.clone(), &alerts)?;
        let next = house.run(asked(setting, &mut signals, &clock)).await?;
        match next {
            None => return Ok(()),
            Some(reloaded) => ready = *reloaded,
        }
    }
}

/// Reads and compiles off the runtime's threads: a watchlist of a hundred thousand terms takes a
/// second, and no poll shall wait for it.
async fn reload(setting: &Setting) -> Result<Ready, Failed> {
    let setting = setting.clone();
    let read = tokio::task::spawn_blocking(move || setting.ready());
    read.await.map_err(|panicked| Failed::Other(panicked.into()))?
}

/// Waits for a stop, or for a reload whose configuration is good. A bad one is said and nothing
/// changes: the house never learns of it.
async fn asked(setting: &Setting, signals: &mut Signals, clock: &Clock) -> Option<Box<Ready>> {
    loop {
        let asked = signals.asked().await;
        app::announce(asked);
        match asked {
            Asked::Stop => return None,
            Asked::Reload => match reload(setting).await {
                Ok(ready) => {
                    tracing::info!("the configuration is good; changing over");
                    return Some(Box::new(ready));
                }
                Err(failed) => {
                    let faults = match &failed {
                        Failed::Config(text) => text.matches("error:").count(),
                        Failed::Usage(_)
                        | Failed::Input(_)
                        | Failed::Unavailable(_)
                        | Failed::Store(_)
                        | Failed::Other(_) => 1,
                    };
                    failed.say(setting.screen);
                    tracing::error!("the reload is refused; the old configuration runs on");
                    app::announce_kept(faults, clock.now());
                }
            },
        }
    }
}
