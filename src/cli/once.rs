//! `once`: one round over every feed.
use std::io::Write;
use std::process::ExitCode;

use tokio::sync::watch;

use super::fail::CommandError;
use super::logging::Log;
use super::screen::{Screen, json};
use super::setup::{Invocation, runtime};
use crate::app::{self, App, OnceSummary};
use crate::domain::counted;
use crate::ingest::Round;

/// The contract of `once --json`: counts, of this round unless said otherwise.
#[derive(serde::Serialize)]
struct OnceReport {
    feeds: u64,
    polled: u64,
    /// Polls that brought something new or revised.
    changed: u64,
    failed: u64,
    /// Entries in the documents read.
    entries: u64,
    /// Articles stored, copies included.
    new: u64,
    alerts: u64,
    suppressed: u64,
    delivered: u64,
    /// In the outbox now.
    pending: u64,
    /// In the outbox now.
    dead: u64,
}

/// For cron and for trying out: one round, then the process ends.
pub(super) fn once(setting: &Invocation, as_json: bool) -> Result<ExitCode, CommandError> {
    let ready = setting.check_config()?;
    Log::start(setting, ready.config.service.log_format, "warn")?;
    setting.log_warnings(&ready.config);
    let feeds = ready.config.feeds.len() as u64;
    // Standard output belongs to the figures if a script reads them.
    let alerts = if as_json { setting.screen.alerts_errors() } else { setting.screen.alerts_out() };
    let done = runtime()?.block_on(async {
        let house = App::open(ready, app::wall(), &alerts)?;
        let mut drawing = tokio::task::JoinSet::new();
        let draw = |progress| {
            if Screen::watched() {
                drawing.spawn(draw_progress(setting.screen, feeds, progress));
            }
        };
        let done = house.once(draw).await;
        drawing.shutdown().await;
        done
    })?;
    let figures = figures(&done);
    if as_json {
        json(&figures)?;
    } else {
        write_report(setting.screen, &figures)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Only numbers of this round, except those that say "now".
fn figures(done: &OnceSummary) -> OnceReport {
    let round = &done.round;
    OnceReport {
        feeds: done.feeds as u64,
        polled: round.polled,
        changed: round.changed,
        failed: round.failed,
        entries: round.entries,
        new: round.committed.new + round.committed.copies,
        alerts: round.committed.alerts,
        suppressed: round.committed.suppressed,
        delivered: done.delivered,
        pending: done.totals.pending,
        dead: done.totals.dead,
    }
}

/// Two lines, and a third only where something failed.
fn write_report(screen: Screen, f: &OnceReport) -> Result<(), CommandError> {
    let mut out = screen.out();
    writeln!(
        out,
        "{} polled: {} changed, {} failed; {} read, {} new",
        counted(f.polled, "feed"),
        f.changed,
        f.failed,
        counted(f.entries, "item"),
        f.new
    )?;
    writeln!(
        out,
        "{}, {} suppressed as known; {} delivered, {} waiting, {} dead",
        counted(f.alerts, "alert"),
        f.suppressed,
        f.delivered,
        f.pending,
        f.dead
    )?;
    if f.failed > 0 {
        writeln!(out, "`wirewatch feeds list` says why feeds failed")?;
    }
    Ok(())
}

/// Redraws one line on the terminal as feeds come in, and wipes it at the end.
async fn draw_progress(screen: Screen, feeds: u64, mut progress: watch::Receiver<Round>) {
    while progress.changed().await.is_ok() {
        let round = *progress.borrow_and_update();
        let line = format!(
            "\r{}/{feeds} feeds, {} new, {} failed\u{1b}[K",
            round.polled, round.committed.new, round.failed
        );
        if round.polled >= feeds {
            drop(screen.errors().write_all(b"\r\x1b[K"));
            return;
        }
        drop(screen.errors().write_all(line.as_bytes()));
    }
}
