//! A few lines for a terminal. All colour codes are our own (those in foreign texts are dropped), so that
//! a writer without colours can drop every one of them.

use crate::domain::{Alert, AlertKind, Message, Severity, Timestamp};

use super::view::{View, view_of};
use super::width::wrapped;
use super::{foreign_text, passage, wording};

/// Characters of the passage.
const PASSAGE_CHARS_MAX: usize = 300;
/// Terms named; the rest are counted.
const REASONS_MAX: usize = 8;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";

/// The alerts in the order given, an empty line after each; or the one update or notice.
pub(super) fn render(message: &Message) -> Vec<u8> {
    let text = match view_of(message) {
        Ok(view) => render_view(&view, message.created()),
        Err(alerts) => alerts.iter().map(render_alert).collect(),
    };
    text.into_bytes()
}

fn severity_label(severity: Severity) -> String {
    match severity {
        Severity::Critical | Severity::High => format!("{RED}{severity}{RESET}"),
        Severity::Normal | Severity::Low => severity.to_string(),
    }
}

fn render_view(view: &View, created: Timestamp) -> String {
    let (at, head, kind) = (wording::time(created), &view.sender, view.kind);
    let level = severity_label(view.severity);
    let mut text = format!("{DIM}{at}{RESET}  {level}  {BOLD}{head}{RESET}  {kind}\n");
    text.push_str(&colour_lines(&wrapped(&view.title, "  "), BOLD));
    if let Some(url) = &view.url {
        text.extend([format!("  {url}\n")]);
    }
    for line in view.lines.iter().filter(|line| !line.is_empty()) {
        text.push_str(&wrapped(line, "    "));
    }
    for copy in &view.copies {
        text.push_str(&wrapped(&copy.title, "    "));
        if let Some(url) = &copy.url {
            text.extend([format!("    {url}\n")]);
        }
        text.push_str(&colour_lines(&wrapped(&copy.byline, "    "), DIM));
    }
    text.push('\n');
    text
}

fn render_alert(alert: &Alert) -> String {
    let severity = severity_label(alert.severity);
    let (watch, source) = (wording::watch(alert), wording::source(alert));
    let at = wording::time(alert.created);
    let mut text = format!("{DIM}{at}{RESET}  {severity}  {BOLD}{watch}{RESET}  {source}\n");
    text.push_str(&colour_lines(&wrapped(&passage::title(alert), "  "), BOLD));
    if let Some(url) = alert.url.as_deref().and_then(foreign_text::safe_link) {
        text.extend([format!("  {url}\n")]);
    }
    let snippet = passage::snippet_runs(alert, PASSAGE_CHARS_MAX);
    if !snippet.is_empty() {
        text.push_str(&colour_highlights(&wrapped(&highlighted(&snippet), "    ")));
    }
    let terms = wording::in_one_line(alert, REASONS_MAX);
    if !terms.is_empty() {
        text.push_str(&colour_lines(&wrapped(&format!("because of {terms}"), "  "), DIM));
    }
    if let Some(also) = wording::spread_line(alert) {
        text.push_str(&colour_lines(&wrapped(&format!("also in {also}"), "  "), DIM));
    }
    if alert.kind != AlertKind::New {
        text.push_str(&colour_lines(&wrapped(wording::kind_sentence(alert.kind), "  "), DIM));
    }
    text.push('\n');
    text
}

/// Marked words between two characters that no clean text holds and that take no column.
fn highlighted(pieces: &[passage::TextRun]) -> String {
    passage::render_runs(pieces, str::to_owned, |word| format!("\u{2066}{word}\u{2069}"))
}

/// The fences turned into colour, line by line, so that a mark broken over two lines keeps it.
fn colour_highlights(lines: &str) -> String {
    let mut text = String::with_capacity(lines.len());
    let mut marked = false;
    for c in lines.chars() {
        match c {
            '\u{2066}' => {
                marked = true;
                text.push_str(YELLOW);
            }
            '\u{2069}' => {
                marked = false;
                text.push_str(RESET);
            }
            '\n' if marked => text.extend([format!("{RESET}\n{YELLOW}")]),
            _ => text.push(c),
        }
    }
    text
}

fn colour_lines(lines: &str, colour: &str) -> String {
    lines.lines().flat_map(|line| [colour, line, RESET, "\n"]).collect()
}
