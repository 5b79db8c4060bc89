//! From the lines that are left to the text people read: signs, notices and what stands under
//! headings like "Related stories" are dropped, and each paragraph is there once.
use std::collections::HashSet;
use std::ops::Range;

use super::fixed_phrases::{Phrase, classify};
use super::lines::{Lines, RunningTotals, TextLine, is_control};
use super::tree::Tree;
use crate::extract::plain::plain;

/// A part under a heading like "Related stories" that holds more of the article than this, in
/// percent, is no aside, whatever the heading says.
const ASIDE_SHARE_MAX_PERCENT: u64 = 20;

/// A line shorter than this may stand twice for a reason, in bytes.
const REPEAT_BYTES_MIN: usize = 60;

/// Before the first sentence, a line shorter than this is a byline or a sign, in bytes.
const OPENING_BYTES_MIN: u32 = 90;

/// The article's text: one line a paragraph, heading, item or cell.
///
/// Of what stands before `root` inside `without_mark`, the article's lead, sentences alone are taken.
pub(super) fn text(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &mut [bool],
    (wide, root): (u32, u32),
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
    drop_repeated(tree, lines, kept, (wide, &texts));
    let mut seen = HashSet::new();
    let mut out = String::new();
    for (index, text) in &texts {
        if kept.get(*index) != Some(&true) || text.is_empty() {
            continue;
        }
        // Pages for two screens carry a paragraph twice.
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

/// A line's text, on one line.
pub(super) fn written(tree: &Tree<'_>, line: &TextLine) -> String {
    let mut raw = String::new();
    let mut at = line.from;
    while let Some(node) = tree.node(at).filter(|_| at < line.to) {
        if node.is_text() {
            raw.push_str(node.text);
        }
        at = if is_control(node.tag) { node.end } else { at + 1 };
    }
    let text = plain(&raw);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Drops the title, the byline and the signs that stand before the first sentence.
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

/// Drops lines for what they say, and what they say of the lines after them.
fn drop_repeated(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &mut [bool],
    (root, texts): (u32, &[(usize, String)]),
) {
    let sums = RunningTotals::of(lines, kept);
    let total = sums.total().mass;
    for (index, text) in texts {
        let Some(line) = lines.all.get(*index).filter(|_| kept.get(*index) == Some(&true)) else {
            continue;
        };
        match classify(text) {
            Phrase::Text => {}
            Phrase::Sign => drop(kept.get_mut(*index).map(|kept| *kept = false)),
            Phrase::Aside => {
                let until = aside_until(tree, lines, root, *index);
                let own = sums.between(*index..until).mass;
                let until =
                    if own * 100 <= total * ASIDE_SHARE_MAX_PERCENT { until } else { *index + 1 };
                // A sentence that merely begins a list ("Related:") takes its list along.
                let heading = line.heading > 0 || line.linked == 0;
                let until = if heading { until } else { *index + 1 };
                kept.get_mut(*index..until).unwrap_or_default().fill(false);
            }
        }
    }
}

/// Where the part ends that the line at `index` stands over: at the next heading of its rank, or
/// where its container does.
fn aside_until(tree: &Tree<'_>, lines: &Lines, root: u32, index: usize) -> usize {
    let Some(line) = lines.all.get(index) else { return index };
    // The smallest part with more in it than this line.
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
