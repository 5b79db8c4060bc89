//! Makes the text of the article from the lines that are left. Labels, notices and what stands
//! under headings like "Related stories" are dropped, and repeated paragraphs too.
use std::collections::HashSet;
use std::ops::Range;

use super::fixed_phrases::{Phrase, classify};
use super::lines::{Lines, RunningTotals, TextLine, is_control};
use super::tree::Tree;
use crate::extract::plain::plain;

/// If the part under a heading like "Related stories" has a larger share of the article, in
/// percent, it belongs to the article.
const ASIDE_SHARE_MAX_PERCENT: u64 = 20;

/// A shorter line may appear twice for a reason, in bytes.
const REPEAT_BYTES_MIN: usize = 60;

/// Before the first sentence, a shorter line is a byline or a label, in bytes.
const OPENING_BYTES_MIN: u32 = 90;

/// The text of the article: each paragraph, heading, list item or cell is one line.
///
/// Between the beginning of `wide` and `root` stands the lead. Only sentences are taken from there.
pub(super) fn text(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &mut [bool],
    wide: u32,
    root: u32,
) -> String {
    let end = tree.node(root).map_or(0, |node| node.end);
    let range = lines.within(wide, end);
    for index in lines.within(wide, root) {
        let prose = lines.all.get(index).is_some_and(|line| line.weight() > 0);
        if let Some(kept) = kept.get_mut(index).filter(|_| !prose) {
            *kept = false;
        }
    }
    open_with_prose(lines, kept, range.clone());
    let mut texts: Vec<(usize, String)> = Vec::new();
    for index in range {
        if let Some(line) = lines.all.get(index).filter(|_| kept.get(index) == Some(&true)) {
            texts.push((index, written(tree, line)));
        }
    }
    drop_repeated(tree, lines, kept, wide, &texts);
    let mut seen = HashSet::new();
    let mut out = String::new();
    for (index, text) in &texts {
        if kept.get(*index) != Some(&true) || text.is_empty() {
            continue;
        }
        // Pages made for two screens have each paragraph twice.
        if text.len() >= REPEAT_BYTES_MIN && !seen.insert(text.as_str()) {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(text);
    }
    out
}

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

/// Drops the title, the byline and the labels before the first sentence.
fn open_with_prose(lines: &Lines, kept: &mut [bool], range: Range<usize>) {
    let mut opened = false;
    for index in range {
        let (Some(line), Some(kept)) = (lines.all.get(index), kept.get_mut(index)) else { return };
        if line.heading == 1 {
            *kept = false;
        }
        if *kept && line.weight() > 0 {
            opened = true;
        }
        if !opened && line.heading == 0 && line.bytes < OPENING_BYTES_MIN && !line.closed {
            *kept = false;
        }
    }
}

/// Drops lines because of their own text, or because of the heading above them.
fn drop_repeated(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &mut [bool],
    root: u32,
    texts: &[(usize, String)],
) {
    let sums = RunningTotals::of(lines, kept);
    let total = sums.total().weight;
    for (index, text) in texts {
        let Some(line) = lines.all.get(*index).filter(|_| kept.get(*index) == Some(&true)) else {
            continue;
        };
        match classify(text) {
            Phrase::Text => {}
            Phrase::Sign => drop(kept.get_mut(*index).map(|kept| *kept = false)),
            Phrase::Aside => {
                let until = aside_until(tree, lines, root, *index);
                let own = sums.between(*index..until).weight;
                let until =
                    if own * 100 <= total * ASIDE_SHARE_MAX_PERCENT { until } else { *index + 1 };
                // A sentence such as "Related:" begins only its own list.
                let heading = line.heading > 0 || line.linked == 0;
                let until = if heading { until } else { *index + 1 };
                kept.get_mut(*index..until).unwrap_or_default().fill(false);
            }
        }
    }
}

/// Where the part under the line at `index` ends: at the next heading of the same rank, or at the
/// end of its container.
fn aside_until(tree: &Tree<'_>, lines: &Lines, root: u32, index: usize) -> usize {
    let Some(line) = lines.all.get(index) else { return index };
    // The smallest container with more in it than this line.
    let mut part = line.node;
    let mut range = index..index + 1;
    while part > root {
        let Some(node) = tree.node(part) else { break };
        range = lines.within(part, node.end);
        if range.end > index + 1 || range.start < index {
            break;
        }
        part = node.parent;
    }
    let rank = if line.heading > 0 { line.heading } else { u8::MAX };
    let after = lines.all.get(index + 1..range.end).unwrap_or_default();
    let ends = |other: &TextLine| {
        if rank == u8::MAX {
            other.heading > 0 || other.weight() > 0
        } else {
            other.heading > 0 && other.heading <= rank
        }
    };
    let length = after.iter().position(ends).unwrap_or(after.len());
    index + 1 + length
}
