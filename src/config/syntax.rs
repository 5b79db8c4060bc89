//! Explains the syntax errors of the TOML parser, and says what to write instead.
use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::DeTable;

use super::diagnostics::Diagnostics;
use super::sources::Source;
use super::words;
use crate::domain::SourceSpan;

/// Syntax errors shown for one file. With more of them it is probably no TOML at all.
const SYNTAX_ERRORS_MAX: usize = 20;

/// A part of the parser's message, and what to do.
const HELP: &[(&str, &str)] = &[
    (
        "duplicate key",
        "keep one of the two; each feed, watch and channel begins with its own `[[…]]` line",
    ),
    ("string values must be quoted", "put the text in quotes: \"…\""),
    (
        "invalid basic string",
        "close the text with a quote; write \\\\ for a backslash and \\\" for a quote in it, or use '…'",
    ),
    ("invalid literal string", "close the text with the quote that opened it"),
    ("invalid multi-line", "close the text with the three quotes that opened it"),
    ("missing escaped value", "write \\\\ for a backslash, or put the text between '…'"),
    ("unclosed array table", "close the heading with `]]`"),
    ("unclosed array", "close the list with `]`"),
    ("unclosed inline table", "close the table with `}`"),
    ("unclosed table", "close the heading with `]`"),
    ("missing comma", "separate the elements by commas"),
    ("extra comma", "remove one comma"),
    ("key with no value", "write key = value; a comment begins with `#`"),
    ("missing value", "write a value after `=`, or put `#` before the line to leave it out"),
    ("invalid unquoted key", "use letters, digits, `-` and `_` in keys, or put the key in quotes"),
    ("missing assignment", "write key = value"),
    ("extra `=`", "remove one `=`"),
    ("leading zero", "remove the leading zero, or put the value in quotes"),
    ("cannot extend value", "a key cannot be both a value and a table; keep one of the two"),
    ("carriage return", "save the file with plain line endings"),
    ("invalid comment character", "remove the control character from the comment"),
    ("recurs", "write the value with fewer brackets inside each other"),
];

/// The tables of a file whose broken lines were blanked.
pub(super) fn parse(source: &Source) -> DeTable<'_> {
    DeTable::parse_recoverable(source.readable()).0.into_inner()
}

/// Makes a fault of every syntax error. The parser drops everything behind a line that is not
/// `key = value`; such lines are blanked in the answer, so that what follows is read all the same.
pub(super) fn blank_broken_lines(source: &Source, faults: &mut Diagnostics) -> Option<String> {
    let mut mended: Option<String> = None;
    let mut told = BTreeSet::new();
    // Each round blanks at least one line it had not blanked before, or is the last.
    for _ in 0..SYNTAX_ERRORS_MAX {
        let text = mended.as_deref().unwrap_or(&source.text);
        let (_, errors) = DeTable::parse_recoverable(text);
        let mut blank = BTreeSet::new();
        for error in errors {
            let span = error.span().unwrap_or(text.len()..text.len());
            let line = source.position(span.start).line;
            // One mistake makes the parser report its line several times; the first report is the
            // best.
            if told.len() < SYNTAX_ERRORS_MAX && told.insert(line) {
                report_error(&error, span, source, faults);
            }
            if error.message().contains("key with no value") {
                blank.insert(line);
            }
        }
        if blank.is_empty() {
            break;
        }
        mended = Some(blanked(source, text, &blank));
    }
    mended
}

/// The parser speaks to programmers; these texts say what to type.
fn report_error(
    error: &toml::de::Error,
    span: Range<usize>,
    source: &Source,
    faults: &mut Diagnostics,
) {
    let message = words::shortened(error.message());
    let empty = span.is_empty();
    let at = place(source, span);
    // What the parser says of a missing value is of no help.
    if empty && message.starts_with("string values must be quoted") {
        let cure = "write a value, or put `#` before the line to leave it out";
        faults.syntax(at, "not TOML: there is no value after `=`", cure);
        return;
    }
    let message = message.strip_suffix(", expected literal string").unwrap_or(&message);
    let cure = HELP.iter().find(|(part, _)| message.contains(part)).map(|(_, cure)| *cure);
    let cure = cure.unwrap_or("correct the line; https://toml.io shows the notation on one page");
    faults.syntax(at, format!("not TOML: {message}"), cure);
}

/// `text` with spaces in place of every byte of some lines.
fn blanked(source: &Source, text: &str, lines: &BTreeSet<usize>) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if lines.contains(&(at + 1)) {
            let ending = source.line(at + 1).1.len();
            out.extend(std::iter::repeat_n(' ', ending));
            out.push_str(line.get(ending..).unwrap_or(""));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Ends of spans may lie inside of a character; they are moved to its edge.
fn place(source: &Source, span: Range<usize>) -> SourceSpan {
    let start = source.boundary(span.start);
    let end = source.boundary(span.end).max(start);
    SourceSpan { file: source.shown.clone(), span: start..end }
}
