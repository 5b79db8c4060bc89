//! The text of a line.
use super::lines::{TextLine, is_control};
use super::tree::Tree;
use crate::extract::plain::plain;

/// Whether a text is a question.
pub(super) fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

/// Whether a text begins with a time of day: `10:45`, `9.30 pm`, `18h05`.
pub(super) fn begins_with_time(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let hour = text.len() - rest.len();
    let minutes = rest.strip_prefix([':', '.', 'h']).unwrap_or_default();
    (1..=2).contains(&hour) && minutes.bytes().take_while(u8::is_ascii_digit).count() == 2
}

/// The text of a line, with single spaces.
pub(super) fn written(tree: &Tree<'_>, line: &TextLine) -> String {
    // Most lines are one text node: it need not be copied.
    if line.to == line.from + 1 {
        return single_spaced(&plain(tree.node(line.from).map_or("", |node| node.text)));
    }
    let mut raw = String::new();
    let mut at = line.from;
    while let Some(node) = tree.node(at).filter(|_| at < line.to) {
        if node.is_text() {
            raw.push_str(node.text);
        }
        at = if is_control(node.element) { node.end } else { at + 1 };
    }
    single_spaced(&plain(&raw))
}

/// A text without what is quoted in it.
pub(super) fn without_quotations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '“', '„', '«', '「', '『']) {
        let (before, quoted) = rest.split_at(at);
        out.push_str(before);
        let mut inside = quoted.chars();
        let ends: &[char] = match inside.next() {
            Some('「') => &['」'],
            Some('『') => &['』'],
            Some('«') => &['»'],
            Some('„' | '“') => &['”', '“'],
            _ => &['"'],
        };
        let inside = inside.as_str();
        // A quotation without an end is none.
        let Some((_, after)) = inside.split_once(ends) else {
            out.push_str(inside);
            return out;
        };
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A text with single spaces.
pub(super) fn single_spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
