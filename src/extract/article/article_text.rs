//! Makes the text of the article from the lines that are left. Labels, notices and what stands
//! under headings like "Related stories" are dropped, and repeated paragraphs too.
use std::collections::HashSet;
use std::ops::Range;

use super::byline::starts_with_by;
use super::consent::drop_questions;
use super::element::Element;
use super::fixed_phrases::{Phrase, classify};
use super::lines::{Lines, RunningTotals, TextLine};
use super::survey::Survey;
use super::tree::Tree;
use super::written::written;

/// If the part under a heading like "Related stories" has a larger share of the article, in
/// percent, it belongs to the article.
const ASIDE_SHARE_MAX_PERCENT: u64 = 20;

/// A shorter line may appear twice for a reason, in bytes.
const REPEAT_BYTES_MIN: usize = 60;

/// Before the first sentence, a shorter line is a byline or a label, in bytes.
const OPENING_BYTES_MIN: u32 = 90;

/// So many paragraphs at the beginning and the end of an article are at its edge.
const EDGE_PARAGRAPHS: usize = 1;

/// Lines under the headline that may be a summary of the story.
const STANDFIRST_LINES_MAX: usize = 12;

/// Least bytes without white space, and words, of a summary without a full stop.
const STANDFIRST_BYTES_MIN: u32 = 40;
const STANDFIRST_WORDS_MIN: usize = 6;

/// The same of one of several key points.
const KEY_POINT_BYTES_MIN: u32 = 20;
const KEY_POINT_WORDS_MIN: usize = 5;

/// The text of the article: each paragraph, heading, list item or cell is one line.
///
/// Between the line at `begin` and the element `root` stands the lead.
pub(super) fn text(survey: &Survey<'_>, kept: &mut [bool], begin: usize, root: u32) -> String {
    let Survey { tree, lines, .. } = survey;
    let end = tree.node(root).map_or(0, |node| node.end);
    let range = begin..lines.within(root, end).end;
    for index in begin..lines.within(root, root).start {
        let wanted = lines.all.get(index).is_some_and(|line| line.weight() > 0)
            || is_standfirst(survey, index);
        if let Some(kept) = kept.get_mut(index).filter(|_| !wanted) {
            *kept = false;
        }
    }
    open_with_prose(survey, kept, range.clone());
    let mut texts: Vec<(usize, String)> = Vec::new();
    for index in range {
        if let Some(line) = lines.all.get(index).filter(|_| kept.get(index) == Some(&true)) {
            texts.push((index, written(tree, line)));
        }
    }
    drop_repeated(survey, kept, root, &texts);
    drop_questions(&mut texts);
    let is_prose = |index: usize| {
        kept.get(index) == Some(&true) && lines.all.get(index).is_some_and(|l| l.weight() > 0)
    };
    if !texts.iter().any(|(index, _)| is_prose(*index)) {
        // Labels alone are no article.
        return String::new();
    }
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

/// Drops the title, the byline and the labels before the first sentence.
fn open_with_prose(survey: &Survey<'_>, kept: &mut [bool], range: Range<usize>) {
    let mut opened = false;
    for index in range {
        let line = survey.lines.all.get(index);
        let (Some(line), Some(kept)) = (line, kept.get_mut(index)) else { return };
        if line.heading == 1 {
            *kept = false;
        }
        if *kept && line.weight() > 0 {
            opened = true;
        }
        let label = line.heading == 0 && line.bytes < OPENING_BYTES_MIN && !line.closed;
        if !opened && label && !is_standfirst(survey, index) {
            *kept = false;
        }
    }
}

/// Whether a short line under the headline says something of the story: a summary without a full
/// stop, or one of several key points. A byline does not.
fn is_standfirst(survey: &Survey<'_>, index: usize) -> bool {
    let Survey { tree, lines, headline, .. } = survey;
    let Some(line) = lines.all.get(index) else { return false };
    let under = headline
        .is_some_and(|headline| headline < index && index <= headline + STANDFIRST_LINES_MAX);
    let in_list = tree.node(line.node).is_some_and(|node| node.element == Element::Li);
    let (bytes_min, words_min) = if in_list {
        (KEY_POINT_BYTES_MIN, KEY_POINT_WORDS_MIN)
    } else {
        (STANDFIRST_BYTES_MIN, STANDFIRST_WORDS_MIN)
    };
    if !under || line.heading == 1 || line.bytes < bytes_min || line.linked * 2 >= line.bytes {
        return false;
    }
    let text = written(tree, line);
    let wide = !text.is_ascii() && text.len() > 2 * text.chars().count();
    let words = text.split_whitespace().count();
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let year = |digits: &str| digits.len() == 4 && digits.starts_with(['1', '2']);
    let dated = numbers.clone().any(year) && numbers.any(|digits| (1..=2).contains(&digits.len()));
    (wide || words >= words_min)
        && !text.contains(['|', '•', '·', '©', '@', '»', '›'])
        && !dated
        && !starts_with_by(&text)
}

/// Drops lines because of their own text, or because of the heading above them.
fn drop_repeated(survey: &Survey<'_>, kept: &mut [bool], root: u32, texts: &[(usize, String)]) {
    let Survey { tree, lines, .. } = survey;
    let sums = RunningTotals::of(lines, kept);
    let total = sums.total().weight;
    let phrases: Vec<Phrase> =
        texts.iter().map(|(index, text)| phrase_of(lines, *index, text)).collect();
    let inside = inside_edges(lines, texts, &phrases);
    for ((index, _), phrase) in texts.iter().zip(phrases) {
        let Some(line) = lines.all.get(*index).filter(|_| kept.get(*index) == Some(&true)) else {
            continue;
        };
        match phrase {
            Phrase::Text => {}
            Phrase::SignAtEdge if inside.contains(index) => {}
            Phrase::Sign | Phrase::SignAtEdge => {
                if let Some(kept) = kept.get_mut(*index) {
                    *kept = false;
                }
            }
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

/// What the text of a line says about it.
fn phrase_of(lines: &Lines, index: usize, text: &str) -> Phrase {
    let linked = |line: &TextLine| line.linked.saturating_mul(100) / line.bytes.max(1);
    classify(text, lines.all.get(index).map_or(0, linked))
}

/// The lines of the article without its first and last paragraphs, of those that no phrase speaks
/// against.
fn inside_edges(lines: &Lines, texts: &[(usize, String)], phrases: &[Phrase]) -> Range<usize> {
    let is_prose = |index: usize| lines.all.get(index).is_some_and(|line| line.weight() > 0);
    let found: Vec<usize> = texts
        .iter()
        .zip(phrases)
        .filter(|((index, _), phrase)| **phrase == Phrase::Text && is_prose(*index))
        .map(|((index, _), _)| *index)
        .collect();
    let first = found.get(EDGE_PARAGRAPHS).copied().unwrap_or(usize::MAX);
    let last = found.iter().rev().nth(EDGE_PARAGRAPHS).copied().unwrap_or(0);
    first..last.max(first)
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
