//! The plain text of a mail.

use crate::compose::clean::{self, isolated};
use crate::compose::sheet::Sheet;
use crate::compose::width::wrapped;
use crate::compose::{by_watch, passage, reason};
use crate::domain::{Alert, AlertKind, DeliveryId};

/// Characters of the passage when one alert is told of.
pub(super) const PASSAGE_CHARS_MAX: usize = 1_200;
/// Characters of each passage in a digest.
pub(super) const DIGEST_PASSAGE_CHARS_MAX: usize = 240;
/// Terms named when one alert is told of; the rest are counted.
pub(super) const REASONS_MAX: usize = 100;
/// Terms named for each alert of a digest.
pub(super) const DIGEST_REASONS_MAX: usize = 6;
/// Alerts of a digest shown with passage and terms; those after them by title, link and id.
pub(super) const DIGEST_WHOLE_MAX: usize = 50;

/// Everything about one alert.
pub(super) fn single(alert: &Alert, delivery: DeliveryId) -> String {
    let mut text = String::new();
    text.push_str(&wrapped(&head(alert), ""));
    text.push('\n');
    text.push_str(&wrapped(&isolated(&passage::title(alert)), ""));
    text.push_str(&address(alert, ""));
    text.push('\n');
    for (label, value) in facts(alert) {
        text.extend([format!("{label:<11} {value}\n")]);
    }
    let passage = passage::of_snippet(alert, PASSAGE_CHARS_MAX);
    if !passage.is_empty() {
        text.push('\n');
        text.push_str(&wrapped(&isolated(&passage::starred(&passage)), "    "));
    }
    text.push_str("\nWhy you got this\n");
    text.push_str(&wrapped(reason::why(alert.kind), "  "));
    let reasons = reason::reasons(alert);
    for told in reasons.iter().take(REASONS_MAX) {
        let line = format!("- {}: {}", isolated(&told.term), told.place());
        text.push_str(&wrapped(&line, "  "));
    }
    if let Some(rest) = reasons.len().checked_sub(REASONS_MAX).filter(|rest| *rest > 0) {
        text.extend([format!("  - and {rest} more terms\n")]);
    }
    text.push_str(&foot(delivery, &format!("watch {} · alert {}", alert.watch, alert.id)));
    text
}

/// Every alert of a digest, by watch.
pub(super) fn digest(alerts: &[Alert], delivery: DeliveryId) -> String {
    let mut text = format!("{} alerts\n", alerts.len());
    let mut told = 0_usize;
    for group in by_watch(alerts) {
        let Some(first) = group.first() else { continue };
        let heading = format!("{} ({})", isolated(&reason::watch(first)), group.len());
        text.extend([format!("\n\n{}", wrapped(&heading, ""))]);
        text.extend([format!("{}\n", "=".repeat(40))]);
        for alert in group {
            text.push_str(&entry(alert, told < DIGEST_WHOLE_MAX));
            told += 1;
        }
    }
    text.push_str(&foot(delivery, "digest"));
    text
}

/// An update or a notice.
pub(super) fn sheet(sheet: &Sheet, delivery: DeliveryId) -> String {
    let mut text = wrapped(&format!("{} · {}", isolated(&sheet.head), sheet.kind), "");
    text.push('\n');
    text.push_str(&wrapped(&isolated(&sheet.title), ""));
    if let Some(url) = &sheet.url {
        text.extend([format!("{url}\n")]);
    }
    text.push('\n');
    for line in &sheet.lines {
        text.push_str(&wrapped(&isolated(line), ""));
    }
    for copy in &sheet.copies {
        text.extend([format!("\n{}", wrapped(&isolated(&copy.title), "  "))]);
        if let Some(url) = &copy.url {
            text.extend([format!("  {url}\n")]);
        }
        text.push_str(&wrapped(&copy.byline, "  "));
    }
    text.push_str(&foot(delivery, &sheet.about));
    text
}

fn entry(alert: &Alert, whole: bool) -> String {
    let mut text = format!("\n{}", wrapped(&isolated(&passage::title(alert)), ""));
    text.push_str(&address(alert, "  "));
    text.push_str(&wrapped(&byline(alert), "  "));
    if whole {
        let passage = passage::of_snippet(alert, DIGEST_PASSAGE_CHARS_MAX);
        if !passage.is_empty() {
            text.push_str(&wrapped(&isolated(&passage::starred(&passage)), "    "));
        }
        let terms = reason::in_one_line(alert, DIGEST_REASONS_MAX);
        if !terms.is_empty() {
            text.push_str(&wrapped(&format!("because of {terms}"), "  "));
        }
    }
    text.extend([format!("  alert {}\n", alert.id)]);
    text
}

/// "GSOMIA · high": the first line, which inboxes show beside the subject.
fn head(alert: &Alert) -> String {
    format!("{} · {}", isolated(&reason::watch(alert)), alert.severity)
}

/// "kyodo-english (en) · 2026-11-23 09:12 UTC · high", and the kind where it is not a new story.
pub(super) fn byline(alert: &Alert) -> String {
    let at = alert.published.unwrap_or(alert.first_seen);
    let mut line = format!("{} · {} · {}", reason::source(alert), reason::time(at), alert.severity);
    if let Some(also) = reason::also(alert) {
        line.extend([format!(" · also in {also}")]);
    }
    if alert.kind == AlertKind::New {
        line
    } else {
        format!("{line} · {}", reason::kind(alert.kind))
    }
}

/// Label and value of what is known about the article.
pub(super) fn facts(alert: &Alert) -> Vec<(&'static str, String)> {
    let published = alert.published.map_or_else(|| "not said".to_owned(), reason::time);
    let mut facts = vec![
        ("Source", reason::source(alert)),
        ("Published", published),
        ("First seen", reason::time(alert.first_seen)),
    ];
    if let Some(also) = reason::also(alert) {
        facts.push(("Also in", also));
    }
    if let Some(score) = reason::score(alert) {
        facts.push(("Score", score));
    }
    facts
}

/// The link on a line of its own; an address that is no web link is shown as text.
fn address(alert: &Alert, indent: &str) -> String {
    match shown_address(alert) {
        Some(address) => format!("{indent}{address}\n"),
        None => String::new(),
    }
}

fn shown_address(alert: &Alert) -> Option<String> {
    let written = alert.url.as_deref()?;
    match clean::link(written) {
        Some(url) => Some(url.to_string()),
        None => unlinked(written),
    }
}

/// What to show for an address that must not become a link.
pub(super) fn unlinked(written: &str) -> Option<String> {
    let shown = clean::short(written, clean::TITLE_CHARS_MAX);
    (!shown.is_empty()).then(|| format!("(no web link) {}", isolated(&shown)))
}

fn foot(delivery: DeliveryId, about: &str) -> String {
    format!("\n-- \nwirewatch · {about}\ndelivery {delivery}\n")
}
