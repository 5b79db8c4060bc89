//! `check`: every fault in the configuration and the watchlist, offline.
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::backtest;
use super::fail::CommandError;
use super::screen::{GOOD, json, styled};
use super::setup::{Invocation, path_text};
use super::terms;
use crate::app;
use crate::config::{self, Sources};
use crate::domain::{Diagnostic, DiagnosticSeverity, counted};
use crate::matcher::Matcher;

/// One element of `check --json`.
#[derive(serde::Serialize)]
struct DiagnosticJson<'a> {
    weight: &'static str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    what: &'a str,
    cure: &'a str,
}

/// Works beside a running daemon: it opens no port and does not change the store.
pub(super) fn check(setting: &Invocation, as_json: bool) -> Result<ExitCode, CommandError> {
    let path = setting.config_path()?;
    let (sources, complaints, good) = match config::load(&path, setting.directories()) {
        // Nothing is wrong with the files: there are too many open ones just now.
        Err(broken) if broken.is_passing => {
            return Err(CommandError::invalid(&broken, setting.screen));
        }
        Err(broken) => (broken.sources, broken.complaints, None),
        Ok(config) => {
            let mut complaints = config.warnings.clone();
            let began = Instant::now();
            let good = match app::compile(&config) {
                Ok((plan, warnings)) => {
                    let built_in = began.elapsed();
                    complaints.extend(warnings);
                    let unusable = app::check_offline(&config);
                    let is_good = unusable.is_empty();
                    complaints.extend(unusable);
                    is_good.then(|| CheckSummary {
                        feeds: config.feeds.len(),
                        watches: config.watches.len(),
                        respelled: respelled(&config),
                        channels: config.channels.len(),
                        matcher: plan.matcher,
                        built_in,
                        path: config.store.path.clone(),
                    })
                }
                Err(errors) => {
                    complaints.extend(errors);
                    None
                }
            };
            (config.sources, complaints, good)
        }
    };
    if as_json {
        json(&diagnostics_json(&sources, &complaints))?;
    } else {
        let mut errors = setting.screen.errors();
        if !complaints.is_empty() {
            let listed = sources.render(&complaints, setting.colours());
            errors.write_all(listed.as_bytes())?;
        }
        if let Some(good) = &good {
            good.tell(setting, &path)?;
        }
    }
    Ok(if good.is_some() { ExitCode::SUCCESS } else { ExitCode::from(78) })
}

/// A configuration without an error.
struct CheckSummary {
    feeds: usize,
    watches: usize,
    /// A line for each watch whose name had to be spelled in ASCII.
    respelled: Vec<String>,
    channels: usize,
    matcher: Matcher,
    built_in: Duration,
    /// Of the store.
    path: PathBuf,
}

impl CheckSummary {
    /// Counts show at once whether a file was forgotten in `include`.
    fn tell(&self, setting: &Invocation, path: &Path) -> Result<(), CommandError> {
        let mut out = setting.screen.out();
        writeln!(
            out,
            "{}: {}, {}, {}, {}",
            path_text(path),
            styled(GOOD, "good"),
            counted(self.feeds as u64, "feed"),
            counted(self.watches as u64, "watch"),
            counted(self.channels as u64, "channel")
        )?;
        for line in &self.respelled {
            writeln!(out, "{line}")?;
        }
        let size = self.matcher.size();
        writeln!(
            out,
            "{} in one automaton of {} KiB, built in {:.1} ms",
            counted(size.terms as u64, "term"),
            size.bytes >> 10,
            self.built_in.as_secs_f64() * 1_000.0
        )?;
        terms::write_summary(&mut out, &self.matcher)?;
        let expected = backtest::expected_alerts(&self.path, &self.matcher)?;
        if !expected.is_empty() {
            writeln!(out, "alerts a day to expect, from the last week's stored articles:")?;
        }
        for (watch, a_day) in expected {
            writeln!(out, "  {a_day:>6.1}  {watch}")?;
        }
        Ok(())
    }
}

/// Names in scripts outside ASCII, and how files and mail headers spell them.
fn respelled(config: &config::Config) -> Vec<String> {
    let other = config.watches.iter().filter(|watch| watch.name.as_str().starts_with("xn--"));
    other
        .map(|watch| {
            format!("the watch “{}” is `{}` in files and headers", watch.title, watch.name)
        })
        .collect()
}

/// Lines and columns are counted from one, as editors do.
fn diagnostics_json<'a>(
    sources: &'a Sources,
    complaints: &'a [Diagnostic],
) -> Vec<DiagnosticJson<'a>> {
    complaints
        .iter()
        .map(|complaint| {
            let spot = complaint.at.as_ref().and_then(|at| sources.line_and_column(at));
            DiagnosticJson {
                weight: match complaint.severity {
                    DiagnosticSeverity::Error => "error",
                    DiagnosticSeverity::Warning => "warning",
                },
                file: complaint.at.as_ref().map(|at| &*at.file),
                line: spot.map(|(line, _)| line),
                column: spot.map(|(_, column)| column),
                what: &complaint.problem,
                cure: &complaint.help,
            }
        })
        .collect()
}
