//! `check`: every fault in the configuration and the watchlist, offline.
use std::io::Write;
use std::process::ExitCode;

use super::fail::Failed;
use super::screen::{GOOD, count, json, styled};
use super::setup::{Setting, shown};
use crate::app;
use crate::config::{self, Sources};
use crate::domain::{Complaint, Weight};

#[derive(serde::Serialize)]
struct Fault<'a> {
    weight: &'static str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    what: &'a str,
    cure: &'a str,
}

pub(super) fn check(setting: &Setting, as_json: bool) -> Result<ExitCode, Failed> {
    let path = setting.config_path()?;
    let (sources, complaints, counts) = match config::load(&path, setting.directories()) {
        Err(broken) => (broken.sources, broken.complaints, None),
        Ok(config) => {
            let counts = (config.feeds.len(), config.watches.len(), config.channels.len());
            let mut complaints = config.warnings.clone();
            let counts = match app::compile(&config) {
                Ok((_, warnings)) => {
                    complaints.extend(warnings);
                    Some(counts)
                }
                Err(errors) => {
                    complaints.extend(errors);
                    None
                }
            };
            (config.sources, complaints, counts)
        }
    };
    if as_json {
        json(&faults(&sources, &complaints))?;
    } else {
        let mut errors = setting.screen.errors();
        if !complaints.is_empty() {
            let listed = sources.render(&complaints, setting.colours());
            errors.write_all(listed.as_bytes())?;
        }
        if let Some((feeds, watches, channels)) = counts {
            writeln!(
                setting.screen.out(),
                "{}: {}, {}, {}, {}",
                shown(&path),
                styled(GOOD, "good"),
                count(feeds as u64, "feed"),
                count(watches as u64, "watch"),
                count(channels as u64, "channel")
            )?;
        }
    }
    Ok(if counts.is_some() { ExitCode::SUCCESS } else { ExitCode::from(78) })
}

fn faults<'a>(sources: &'a Sources, complaints: &'a [Complaint]) -> Vec<Fault<'a>> {
    complaints
        .iter()
        .map(|complaint| {
            let spot = complaint.at.as_ref().and_then(|at| sources.spot(at));
            Fault {
                weight: match complaint.weight {
                    Weight::Error => "error",
                    Weight::Warning => "warning",
                },
                file: complaint.at.as_ref().map(|at| &*at.file),
                line: spot.map(|(line, _)| line),
                column: spot.map(|(_, column)| column),
                what: &complaint.what,
                cure: &complaint.cure,
            }
        })
        .collect()
}
