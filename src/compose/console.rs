//! A few lines for a terminal. Colour codes are ours alone (foreign ones are cleaned away), so that
//! a writer without colours can drop every one of them.

use crate::domain::{Alert, AlertKind, Letter, Moment, Severity};

use super::sheet::Sheet;
use super::width::wrapped;
use super::{clean, passage, reason, sheet};

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
pub(super) fn write(letter: &Letter) -> Vec<u8> {
    let text = match sheet(letter) {
        Ok(sheet) => drawn(&sheet, letter.created()),
        Err(alerts) => alerts.iter().map(paragraph).collect(),
    };
    text.into_bytes()
}

fn level(severity: Severity) -> String {
    match severity {
        Severity::Critical | Severity::High => format!("{RED}{severity}{RESET}"),
        Severity::Normal | Severity::Low => severity.to_string(),
    }
}

fn drawn(sheet: &Sheet, created: Moment) -> String {
    let (at, head, kind) = (reason::time(created), &sheet.head, sheet.kind);
    let level = level(sheet.severity);
    let mut text = format!("{DIM}{at}{RESET}  {level}  {BOLD}{head}{RESET}  {kind}\n");
    text.push_str(&each_line(&wrapped(&sheet.title, "  "), BOLD));
    if let Some(url) = &sheet.url {
        text.extend([format!("  {url}\n")]);
    }
    for line in sheet.lines.iter().filter(|line| !line.is_empty()) {
        text.push_str(&wrapped(line, "    "));
    }
    for copy in &sheet.copies {
        text.push_str(&wrapped(&copy.title, "    "));
        if let Some(url) = &copy.url {
            text.extend([format!("    {url}\n")]);
        }
        text.push_str(&each_line(&wrapped(&copy.byline, "    "), DIM));
    }
    text.push('\n');
    text
}

fn paragraph(alert: &Alert) -> String {
    let severity = level(alert.severity);
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
    if let Some(also) = reason::also(alert) {
        text.push_str(&each_line(&wrapped(&format!("also in {also}"), "  "), DIM));
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
