//! Finds the element of a page that is the article.
use std::collections::BTreeMap;
use std::ops::Range;

use super::clue_set::Clues;
use super::element::Element;
use super::lines::RunningTotals;
use super::survey::Survey;
use super::tree::{Node, Tree};
use super::written::{is_question, written};

/// The least share of the page's prose that the article has, in percent.
const SHARE_MIN_PERCENT: u64 = 80;

/// The least share for a part with the name of an article's text, in percent.
const NAMED_SHARE_MIN_PERCENT: u64 = 45;

/// The least share that several parts of one name have of the element around them, in percent.
const PARTS_SHARE_MIN_PERCENT: u64 = 60;

/// The largest share of the article's prose that its lead may have, in percent.
const LEAD_SHARE_MAX_PERCENT: u64 = 30;

/// The same where the lead stands under the headline.
const HEADED_LEAD_SHARE_MAX_PERCENT: u64 = 100;

/// If the page has less prose that tells of no other article, in bytes, then all of it counts.
const PROSE_BYTES_MIN: u64 = 80;

/// More of the article under another name has at least so many paragraphs, with so many bytes each,
const MORE_PARAGRAPHS_MIN: u64 = 2;
const MORE_PARAGRAPH_BYTES_MIN: u64 = 60;

/// at least this share of the other prose, in percent,
const MORE_SHARE_MIN_PERCENT: u64 = 15;

/// and at most this share inside links, in percent.
const MORE_LINKED_MAX_PERCENT: u64 = 20;

/// So many questions with their answers are a part of their own.
const QUESTIONS_MIN: usize = 3;

/// Parts of the text that have one name.
struct Parts {
    first: u32,
    /// One after the last node of the last part.
    end: u32,
    /// The prose of all of them.
    weight: u64,
    count: u32,
}

/// The element that is the article: the smallest one with most of the page's prose, or an element
/// around or inside it whose name says so.
pub(super) fn main_root(survey: &Survey<'_>, kept: &[bool]) -> u32 {
    let Survey { tree, lines, .. } = survey;
    let mut sums = survey.totals(kept);
    if sums.total().weight < PROSE_BYTES_MIN {
        sums = RunningTotals::of(lines, kept);
    }
    let total = sums.total().weight;
    let mut smallest = 0;
    let mut parts: BTreeMap<(u8, &str), Parts> = BTreeMap::new();
    // More prose first, then the clearer name, then the inner one of two.
    let mut named: Option<((u64, u8), u32)> = None;
    let mut consider = |own: u64, rank: u8, at: u32| {
        let best = named.is_none_or(|(best, _)| (own, rank) >= best);
        if best && own * 100 >= total * NAMED_SHARE_MIN_PERCENT {
            named = Some(((own, rank), at));
        }
    };
    for (at, node) in (0_u32..).zip(&tree.nodes) {
        if node.element.is_inline() {
            continue;
        }
        let own = sums.inside(lines, at, node.end).weight;
        if own == 0 {
            continue;
        }
        if own * 100 >= total * SHARE_MIN_PERCENT {
            smallest = at;
        }
        let rank = name_rank(node);
        if rank > 0 {
            consider(own, rank, at);
        }
        if rank > 1 {
            let new = Parts { first: at, end: at, weight: 0, count: 0 };
            let part = parts.entry((rank, node.text)).or_insert(new);
            if at >= part.end {
                (part.end, part.weight, part.count) = (node.end, part.weight + own, part.count + 1);
            }
        }
    }
    for ((rank, _), parts) in parts.iter().filter(|(_, parts)| parts.count > 1) {
        let around = around(tree, parts);
        let (end, stories) =
            (tree.node(around).map_or(0, |node| node.end), stories(survey, around));
        let own = sums.inside(lines, around, end).weight;
        if stories <= 1 && parts.weight * 100 >= own * PARTS_SHARE_MIN_PERCENT {
            consider(parts.weight, *rank, around);
        }
    }
    let (at, most) = match named {
        Some((_, at)) if tree.holds(at, smallest) => (at, 0),
        Some((_, at)) if tree.holds(smallest, at) => (at, smallest),
        _ => (smallest, 0),
    };
    with_other_parts(survey, &sums, at, most)
}

/// The element around the article and the parts of its text that have other names, inside `most`.
fn with_other_parts(survey: &Survey<'_>, sums: &RunningTotals, root: u32, most: u32) -> u32 {
    let Survey { tree, lines, .. } = survey;
    let (mut at, mut widest) = (root, root);
    while let Some(parent) = tree.node(at).map(|node| node.parent).filter(|parent| *parent < at) {
        let end = tree.node(parent).map_or(0, |node| node.end);
        let inner = tree.node(widest).map_or(0, |node| node.end);
        let rest = [lines.within(parent, widest), lines.within(inner, end)];
        let own = sums.inside(lines, widest, inner).weight;
        if rest.iter().any(|rest| is_more_text(survey, sums, rest.clone(), own)) {
            widest = parent;
        }
        if parent == most {
            break;
        }
        at = parent;
    }
    widest
}

/// Whether some lines beside an article with so much prose go on with it: several paragraphs, with
/// few labels and links between them and no headline of their own.
fn is_more_text(survey: &Survey<'_>, sums: &RunningTotals, rest: Range<usize>, own: u64) -> bool {
    let Survey { tree, lines, headline, .. } = survey;
    let more = sums.between(rest.clone());
    let above = headline.is_some_and(|line| rest.end <= line);
    if above
        || more.paragraphs < MORE_PARAGRAPHS_MIN
        || more.weight * 100 < own * MORE_SHARE_MIN_PERCENT
    {
        return false;
    }
    let all = lines.all.get(rest.clone()).unwrap_or_default();
    let titled =
        (rest.start..).zip(all).any(|(at, line)| line.heading == 1 && Some(at) != *headline);
    let headings = all.iter().filter(|line| line.heading > 1).count() as u64;
    let labels = all.iter().filter(|line| line.heading == 0 && line.weight() == 0).count() as u64;
    !titled
        && headings * 2 <= more.paragraphs
        && labels <= more.paragraphs
        && more.linked * 100 <= more.bytes * MORE_LINKED_MAX_PERCENT
        && more.weight >= more.paragraphs * MORE_PARAGRAPH_BYTES_MIN
        // Questions with their answers stand after many articles that somebody wants to sell by.
        && all.iter().filter(|line| is_question(&written(tree, line))).count() < QUESTIONS_MIN
}

/// The smallest element around all parts.
fn around(tree: &Tree<'_>, parts: &Parts) -> u32 {
    let mut at = parts.first;
    while let Some(node) = tree.node(at).filter(|node| node.end < parts.end) {
        if node.parent >= at {
            break;
        }
        at = node.parent;
    }
    at
}

/// How many stories an element holds: pages that load the next story when the reader comes to the
/// end of one have several.
fn stories(survey: &Survey<'_>, around: u32) -> usize {
    let Survey { tree, lines, .. } = survey;
    let end = tree.node(around).map_or(0, |node| node.end);
    let range = lines.within(around, end);
    let headlines = lines.all.get(range).unwrap_or_default().iter();
    let headlines = headlines.filter(|line| line.heading == 1).count();
    let mut articles = 0;
    let mut at = around + 1;
    while let Some(node) = tree.node(at).filter(|_| at < end) {
        if node.element == Element::Article && name_rank(node) > 0 {
            articles += 1;
            at = node.end;
        }
        at += 1;
    }
    headlines.max(articles)
}

/// The first line of the article and its lead.
///
/// The lead stands in the widest element around the article that has only a little more prose, and
/// all of that before the article. Under the headline it may be longer, and more may follow.
pub(super) fn lead_begin(survey: &Survey<'_>, kept: &[bool], root: u32) -> usize {
    let Survey { tree, lines, headline, .. } = survey;
    let sums = survey.totals(kept);
    let end = |at: u32| tree.node(at).map_or(0, |node| node.end);
    let weight = |from: u32, to: u32| sums.inside(lines, from, to).weight;
    let own = weight(root, end(root));
    let begin = lines.within(root, root).start;
    if let Some(headline) = headline.filter(|line| *line < begin) {
        let lead = sums.between(headline..begin).weight;
        if lead * 100 <= own * HEADED_LEAD_SHARE_MAX_PERCENT {
            return headline + 1;
        }
    }
    let (mut at, mut widest) = (root, root);
    while let Some(parent) = tree.node(at).map(|node| node.parent).filter(|parent| *parent < at) {
        let before = weight(parent, root);
        let after = weight(end(root), end(parent));
        if before * 100 > own * LEAD_SHARE_MAX_PERCENT || after > 0 {
            break;
        }
        if before > 0 {
            widest = parent;
        }
        at = parent;
    }
    lines.within(widest, widest).start
}

/// How clearly the name of a part says that it is an article; 0: not at all.
fn name_rank(node: &Node<'_>) -> u8 {
    if node.clues.has(Clues::DECLARED) {
        3
    } else if node.clues.has(Clues::BODY) {
        2
    } else {
        u8::from(node.element == Element::Article)
    }
}
