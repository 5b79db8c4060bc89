//! The text of a line.
use super::lines::{TextLine, is_control};
use super::tree::Tree;
use crate::extract::plain::plain;

/// The text of a line, with single spaces.
pub(super) fn written(tree: &Tree<'_>, line: &TextLine) -> String {
    let mut raw = String::new();
    let mut at = line.from;
    while let Some(node) = tree.node(at).filter(|_| at < line.to) {
        if node.is_text() {
            raw.push_str(node.text);
        }
        at = if is_control(node.element) { node.end } else { at + 1 };
    }
    let text = plain(&raw);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
