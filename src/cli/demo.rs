//! `demo`: the real daemon on a made-up wire, with no network and no configuration.
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;

use super::fail::CommandError;
use super::logging::Log;
use super::screen::{BOLD, Screen, styled};
use super::setup::{Invocation, runtime};
use crate::app::{self, App, Signals};
use crate::config::Format;
use crate::demo::{self, Simulation};
use crate::store::Reader;

/// Needs neither network nor configuration, so that a newcomer sees alerts within seconds.
pub(super) fn demo(setting: &Invocation, seconds: u64) -> Result<ExitCode, CommandError> {
    Log::start(setting, Format::Text, "error")?;
    // Gone at the end, with everything the demo stored.
    let folder = Folder::make()?;
    runtime()?.block_on(play(setting, &folder, Duration::from_secs(seconds)))?;
    let mut out = setting.screen.out();
    writeln!(out, "\nThat was the real daemon: polled, matched, deduplicated, delivered. Next:")?;
    let steps = [
        ("wirewatch init", "write a starter configuration with real feeds into ./config"),
        ("wirewatch check", "after you edited config/watchlist.toml"),
        ("wirewatch run", "watch; alerts print here until you set up mail or a webhook"),
    ];
    for (command, what) in steps {
        writeln!(out, "  {}  {what}", styled(BOLD, &format!("{command:16}")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The daemon and the server it polls run in one process and end together.
async fn play(setting: &Invocation, folder: &Folder, length: Duration) -> Result<(), CommandError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let path = folder.0.join("wirewatch.toml");
    std::fs::write(&path, demo::config(address))?;
    let ready = setting.with_config(path, folder.0.clone()).check_config()?;
    opening(setting.screen, &ready.config)?;
    let clock = app::wall();
    let wire = Simulation::new(clock.now());
    let mut signals = Signals::listen()?;
    let stop = tokio_util::sync::CancellationToken::new();
    let app = App::open(ready, clock, &setting.screen.alerts_out())?;
    let store = app.store().clone();
    let serving = demo::serve(listener, wire, stop.clone());
    let watching = async {
        let mut running = app.start().await?;
        let ended = tokio::select! {
            () = tokio::time::sleep(length) => Ok(()),
            request = running.next_request(&mut signals) => request.map(|_any| ()),
        };
        let ended = running.stop(ended).await;
        stop.cancel();
        ended
    };
    let ((), ended): ((), anyhow::Result<()>) = tokio::join!(serving, watching);
    ended?;
    let totals = store.read(Reader::totals).await?;
    writeln!(
        setting.screen.out(),
        "\n{} articles read, {} alerts, {} findings attached to stories already told.",
        totals.articles,
        totals.alerts,
        totals.suppressed
    )?;
    Ok(())
}

/// Says what will happen before anything does.
fn opening(screen: Screen, config: &crate::config::Config) -> Result<(), CommandError> {
    let mut out = screen.out();
    let watches: Vec<&str> = config.watches.iter().map(|watch| watch.title.as_str()).collect();
    writeln!(
        out,
        "A made-up wire of {} outlets, served on this machine and watched for:",
        config.feeds.len()
    )?;
    for watch in watches {
        writeln!(out, "  - {watch}")?;
    }
    writeln!(out, "Stories break over the next ten seconds.\n")?;
    Ok(())
}

/// A folder of the demo's own, removed when dropped.
struct Folder(std::path::PathBuf);

impl Folder {
    /// The process id keeps two demos apart.
    fn make() -> Result<Self, CommandError> {
        let name = format!("wirewatch-demo-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the temporary folder, which the system empties.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
