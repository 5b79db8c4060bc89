//! The plain text of a mail.

use crate::compose::digest::by_watch;
use crate::compose::foreign_text::{self, bidi_isolated};
use crate::compose::view::View;
use crate::compose::width::wrapped;
use crate::compose::{passage, wording};
use crate::domain::{Alert, AlertKind, DeliveryId};

/// Characters of the passage in a mail with one alert.
pub(super) const PASSAGE_CHARS_MAX: usize = 1_200;
/// Characters of each passage in a digest.
pub(super) const DIGEST_PASSAGE_CHARS_MAX: usize = 240;
/// Terms named in a mail with one alert; the rest are counted.
pub(super) const REASONS_MAX: usize = 100;
/// Terms named for each alert of a digest.
pub(super) const DIGEST_REASONS_MAX: usize = 6;
/// Alerts of a digest shown with passage and terms; those after them by title, link and id.
pub(super) const DIGEST_WHOLE_MAX: usize = 50;

/// Everything about one alert.
pub(super) fn single_alert(alert: &Alert, delivery: DeliveryId) -> String {
    let mut text = String::new();
    text.push_str(&wrapped(&headline(alert), ""));
    text.push('\n');
    text.push_str(&wrapped(&bidi_isolated(&passage::title(alert)), ""));
    text.push_str(&address(alert, ""));
    text.push('\n');
    for (label, value) in facts(alert) {
        text.extend([format!("{label:<11} {value}\n")]);
    }
    let passage = passage::snippet_runs(alert, PASSAGE_CHARS_MAX);
    if !passage.is_empty() {
        text.push('\n');
        text.push_str(&wrapped(&bidi_isolated(&passage::star_hits(&passage)), "    "));
    }
    text.push_str("\nWhy you got this\n");
    text.push_str(&wrapped(wording::kind_sentence(alert.kind), "  "));
    let reasons = wording::match_reasons(alert);
    for told in reasons.iter().take(REASONS_MAX) {
        let line = format!("- {}: {}", bidi_isolated(&told.term), told.where_found());
        text.push_str(&wrapped(&line, "  "));
    }
    if let Some(rest) = reasons.len().checked_sub(REASONS_MAX).filter(|rest| *rest > 0) {
        text.extend([format!("  - and {rest} more terms\n")]);
    }
    text.push_str(&footer(delivery, &format!("watch {} · alert {}", alert.watch, alert.id)));
    text
}

/// Every alert of a digest, by watch.
pub(super) fn digest(alerts: &[Alert], delivery: DeliveryId) -> String {
    let mut text = format!("{} alerts\n", alerts.len());
    let mut told = 0_usize;
    for group in by_watch(alerts) {
        let Some(first) = group.first() else { continue };
        let heading = format!("{} ({})", bidi_isolated(&wording::watch(first)), group.len());
        text.extend([format!("\n\n{}", wrapped(&heading, ""))]);
        text.extend([format!("{}\n", "=".repeat(40))]);
        for alert in group {
            text.push_str(&digest_entry(alert, told < DIGEST_WHOLE_MAX));
            told += 1;
        }
    }
    text.push_str(&footer(delivery, "digest"));
    text
}

/// An update or a notice.
pub(super) fn view(view: &View, delivery: DeliveryId) -> String {
    let mut text = wrapped(&format!("{} · {}", bidi_isolated(&view.sender), view.kind), "");
    text.push('\n');
    text.push_str(&wrapped(&bidi_isolated(&view.title), ""));
    if let Some(url) = &view.url {
        text.extend([format!("{url}\n")]);
    }
    text.push('\n');
    for line in &view.lines {
        text.push_str(&wrapped(&bidi_isolated(line), ""));
    }
    for copy in &view.copies {
        text.extend([format!("\n{}", wrapped(&bidi_isolated(&copy.title), "  "))]);
        if let Some(url) = &copy.url {
            text.extend([format!("  {url}\n")]);
        }
        text.push_str(&wrapped(&copy.byline, "  "));
    }
    text.push_str(&footer(delivery, &view.footer));
    text
}

fn digest_entry(alert: &Alert, whole: bool) -> String {
    let mut text = format!("\n{}", wrapped(&bidi_isolated(&passage::title(alert)), ""));
    text.push_str(&address(alert, "  "));
    text.push_str(&wrapped(&byline(alert), "  "));
    if whole {
        let passage = passage::snippet_runs(alert, DIGEST_PASSAGE_CHARS_MAX);
        if !passage.is_empty() {
            text.push_str(&wrapped(&bidi_isolated(&passage::star_hits(&passage)), "    "));
        }
        let terms = wording::in_one_line(alert, DIGEST_REASONS_MAX);
        if !terms.is_empty() {
            text.push_str(&wrapped(&format!("because of {terms}"), "  "));
        }
    }
    text.extend([format!("  alert {}\n", alert.id)]);
    text
}

/// "GSOMIA · high": the first line, which inboxes show beside the subject.
fn headline(alert: &Alert) -> String {
    format!("{} · {}", bidi_isolated(&wording::watch(alert)), alert.severity)
}

/// "kyodo-english (en) · 2026-11-23 09:12 UTC · high", and the kind where it is not a new story.
pub(super) fn byline(alert: &Alert) -> String {
    let at = alert.published.unwrap_or(alert.first_seen);
    let mut line =
        format!("{} · {} · {}", wording::source(alert), wording::time(at), alert.severity);
    if let Some(also) = wording::spread_line(alert) {
        line.extend([format!(" · also in {also}")]);
    }
    if alert.kind == AlertKind::New {
        line
    } else {
        format!("{line} · {}", wording::kind_word(alert.kind))
    }
}

/// Label and value of what is known about the article.
pub(super) fn facts(alert: &Alert) -> Vec<(&'static str, String)> {
    let published = alert.published.map_or_else(|| "not said".to_owned(), wording::time);
    let mut facts = vec![
        ("Source", wording::source(alert)),
        ("Published", published),
        ("First seen", wording::time(alert.first_seen)),
    ];
    if let Some(also) = wording::spread_line(alert) {
        facts.push(("Also in", also));
    }
    if let Some(score) = wording::score(alert) {
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
    match foreign_text::safe_link(written) {
        Some(url) => Some(url.to_string()),
        None => defanged(written),
    }
}

/// What to show for an address that must not become a link.
pub(super) fn defanged(written: &str) -> Option<String> {
    let shown = foreign_text::single_line_of(written, foreign_text::TITLE_CHARS_MAX);
    (!shown.is_empty()).then(|| format!("(no web link) {}", bidi_isolated(&shown)))
}

fn footer(delivery: DeliveryId, about: &str) -> String {
    format!("\n-- \nwirewatch · {about}\ndelivery {delivery}\n")
}
