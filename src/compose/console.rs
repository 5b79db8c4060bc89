//! A few lines for a terminal. Colour codes are ours alone (foreign ones are cleaned away), so that
//! a writer without colours can drop every one of them.

use crate::domain::{Alert, AlertKind, Severity};

use super::clean;
use super::passage;
use super::reason;
use super::width::wrapped;

/// Characters of the passage.
const PASSAGE_CHARS_MAX: usize = 300;
/// Terms named; the rest are counted.
const REASONS_MAX: usize = 8;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";

/// The alerts in the order given, an empty line after each.
pub(super) fn write(alerts: &[Alert]) -> Vec<u8> {
    alerts.iter().map(paragraph).collect::<String>().into_bytes()
}

fn paragraph(alert: &Alert) -> String {
    let severity = match alert.severity {
        Severity::Critical | Severity::High => format!("{RED}{}{RESET}", alert.severity),
        Severity::Normal | Severity::Low => alert.severity.to_string(),
    };
    let (watch, source) = (reason::watch(alert), reason::source(alert));
    let at = reason::time(alert.created);
    let mut text = format!("{DIM}{at}{RESET}  {severity}  {BOLD}{watch}{RESET}  {source}\n");
    text.push_str(&each_line(&wrapped(&passage::title(alert), "  "), BOLD));
    if let Some(url) = alert.url.as_deref().and_then(clean::link) {
        text.extend([format!("  {url}\n")]);
    }
    let snippet = passage::of_snippet(alert, PASSAGE_CHARS_MAX);
    if !snippet.is_empty() {
        text.push_str(&coloured(&wrapped(&fenced(&snippet), "    ")));
    }
    let terms = reason::in_one_line(alert, REASONS_MAX);
    if !terms.is_empty() {
        text.push_str(&each_line(&wrapped(&format!("because of {terms}"), "  "), DIM));
    }
    if alert.kind != AlertKind::New {
        text.push_str(&each_line(&wrapped(reason::why(alert.kind), "  "), DIM));
    }
    text.push('\n');
    text
}

/// Marked words between two characters that no clean text holds and that take no column.
fn fenced(pieces: &[passage::Piece]) -> String {
    passage::drawn(pieces, str::to_owned, |word| format!("\u{2066}{word}\u{2069}"))
}

/// The fences turned into colour, line by line, so that a mark broken over two lines keeps it.
fn coloured(lines: &str) -> String {
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

fn each_line(lines: &str, colour: &str) -> String {
    lines.lines().flat_map(|line| [colour, line, RESET, "\n"]).collect()
}
