//! The text of a line.
use super::lines::{TextLine, is_control};
use super::tree::Tree;
use crate::extract::plain::plain;

/// Whether a text is a question.
pub(super) fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
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
