//! `alerts`: what was told, and what its reader made of it.
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::ExitCode;

use super::fail::CommandError;
use super::screen::{BAD, BOLD, DIM, GOOD, json, styled};
use super::setup::{Invocation, runtime};
use crate::app;
use crate::domain::{Alert, AlertId, Update, counted};
use crate::store::{AlertDetails, DeliveryStatus, Feedback, RatedAlert, StoryArticle};

/// One line of `alerts list --json`.
#[derive(serde::Serialize)]
struct AlertLine<'a> {
    #[serde(flatten)]
    alert: &'a Alert,
    verdict: Option<Feedback>,
}

/// `alerts list`: the newest alerts.
pub(super) fn list(
    setting: &Invocation,
    most: u32,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let alerts = store.alerts(most)?;
    let mut out = setting.screen.out();
    if alerts.is_empty() && !as_json {
        writeln!(out, "no alert yet")?;
    }
    for RatedAlert { alert, feedback: word } in &alerts {
        if as_json {
            json(&AlertLine { alert, verdict: *word })?;
            continue;
        }
        write_line(&mut out, alert, *word)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Titles come from strangers, so they are cleaned before they are printed.
fn write_line(out: &mut impl Write, alert: &Alert, word: Option<Feedback>) -> std::io::Result<()> {
    let verdict = match word {
        Some(Feedback::Ack) => styled(GOOD, " ack"),
        Some(Feedback::Noise) => styled(BAD, " noise"),
        None => String::new(),
    };
    let id = alert.id.to_string();
    writeln!(out, "{} {} {}{verdict}", styled(BOLD, &id), alert.created, alert.watch)?;
    writeln!(out, "    {} ({})", alert.title, alert.source)?;
    if let Some(url) = &alert.url {
        writeln!(out, "    {}", styled(DIM, url))?;
    }
    Ok(())
}

/// The contract of `alerts show --json`: the alert's own fields, and what hangs on it.
#[derive(serde::Serialize)]
struct AlertReport<'a> {
    #[serde(flatten)]
    alert: &'a Alert,
    verdict: Option<Feedback>,
    copies: &'a [StoryArticle],
    updates: &'a [Update],
    deliveries: &'a [DeliveryStatus],
}

/// One alert with every attached copy and its reason, what was told after it, and every message.
pub(super) fn show(
    setting: &Invocation,
    id: &str,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let told = match AlertId::parse(id) {
        Some(id) => store.alert_details(id)?,
        None => None,
    };
    let Some(told) = told else {
        let why = format!("no alert is `{id}`; `wirewatch alerts list` shows them");
        return Err(CommandError::Input(why));
    };
    if as_json {
        let AlertDetails { alert, feedback: word, copies, updates, sent, .. } = &told;
        let whole = AlertReport { alert, verdict: *word, copies, updates, deliveries: sent };
        json(&whole)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = setting.screen.out();
    write_line(&mut out, &told.alert, told.feedback)?;
    match told.copies.as_slice() {
        [] => writeln!(out, "no copy is attached; its story is {}", told.story)?,
        copies => {
            writeln!(
                out,
                "{} attached to its story {}:",
                counted(copies.len() as u64, "copy"),
                told.story
            )?;
            for copy in copies {
                super::formatting::write_member(&mut out, copy)?;
            }
        }
    }
    for update in &told.updates {
        super::formatting::write_update(&mut out, update)?;
    }
    for sent in &told.sent {
        super::formatting::write_delivery(&mut out, sent)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps the reader's word on each alert; an id that is none is named, the others count.
pub(super) fn mark(
    setting: &Invocation,
    ids: &[String],
    word: Feedback,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.store()?;
    let runtime = runtime()?;
    let mut unknown = Vec::new();
    for text in ids {
        let known = match AlertId::parse(text) {
            Some(id) => runtime.block_on(store.judge(id, word, app::wall().now()))?,
            None => false,
        };
        if !known {
            unknown.push(text.as_str());
        }
    }
    if unknown.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let unknown = unknown.join("`, `");
    Err(CommandError::Input(format!("no alert is `{unknown}`; `wirewatch alerts list` shows them")))
}

/// Verdicts on one watch or one term.
#[derive(Default)]
struct Score {
    alerts: u32,
    ack: u32,
    noise: u32,
}

impl Score {
    /// Counts one alert by what a person said of it.
    fn add(&mut self, word: Option<Feedback>) {
        self.alerts += 1;
        match word {
            Some(Feedback::Ack) => self.ack += 1,
            Some(Feedback::Noise) => self.noise += 1,
            None => (),
        }
    }

    /// The share of judged alerts that were worth it.
    fn precision(&self) -> String {
        let judged = self.ack + self.noise;
        if judged == 0 {
            return "not judged".to_owned();
        }
        format!("{:.0} % of {judged}", 100.0 * f64::from(self.ack) / f64::from(judged))
    }
}

/// Precision by watch and by term, as far as readers said.
pub(super) fn report(setting: &Invocation, most: u32) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let alerts = store.alerts(most)?;
    let mut watches: BTreeMap<&str, (Score, BTreeMap<&str, Score>)> = BTreeMap::new();
    for RatedAlert { alert, feedback: word } in &alerts {
        let (whole, terms) = watches.entry(alert.watch.as_str()).or_default();
        whole.add(*word);
        let hit: BTreeSet<&str> = alert.hits.iter().map(|hit| hit.term.as_str()).collect();
        for term in hit {
            terms.entry(term).or_default().add(*word);
        }
    }
    let mut out = setting.screen.out();
    for (watch, (score, terms)) in &watches {
        writeln!(
            out,
            "{}: {} alerts, precision {}",
            styled(BOLD, watch),
            score.alerts,
            score.precision()
        )?;
        let mut terms: Vec<_> = terms.iter().collect();
        terms.sort_by_key(|(_, score)| std::cmp::Reverse(score.alerts));
        for (term, score) in terms {
            writeln!(out, "    {:>6}  {term}: {}", score.alerts, score.precision())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
