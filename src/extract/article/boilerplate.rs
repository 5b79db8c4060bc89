//! Drops what is not the article: by the element, by its names, and by the links in it.
use std::collections::HashMap;
use std::ops::Range;

use super::clues::Clues;
use super::element::Element;
use super::lines::{Lines, RunningTotals};
use super::tree::{Node, Tree};

/// A part with a larger share of the page's prose, in percent, is kept whatever its name, because
/// templates give misleading names to the box of the text. Parts of one kind are counted together,
/// because a site may give each section of its text the name of a teaser.
const NAMED_SHARE_MAX_PERCENT: u64 = 30;

/// The same for comments. They may be longer than the article.
const COMMENTS_SHARE_MAX_PERCENT: u64 = 60;

/// The same for parts whose names have other meanings too, of the article's prose.
const DOUBTED_SHARE_MAX_PERCENT: u64 = 5;

/// A part with a larger share of links, in percent, leads to other pages,
const LINKED_MIN_PERCENT: u64 = 60;

/// unless it has this share of the article's prose, in percent.
const LINKED_SHARE_MIN_PERCENT: u64 = 10;

/// Which lines of the page are left when parts are dropped by element and name.
pub(super) fn without_page_furniture(tree: &Tree<'_>, lines: &Lines) -> Vec<bool> {
    let mut kept = vec![true; lines.all.len()];
    let sums = RunningTotals::of(lines, &kept);
    let total = sums.total().weight;
    let of_kind = by_kind(tree, 0, |at, node| {
        (share_max(node) > 0).then(|| sums.inside(lines, at, node.end).weight)
    });
    walk(tree, 0, |at, node| {
        let most = share_max(node);
        if most == 0 {
            return Step::Into;
        }
        let own = sums.inside(lines, at, node.end).weight;
        let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own);
        if all * 100 > total * most {
            return Step::Into;
        }
        drop_lines(&mut kept, lines.within(at, node.end));
        Step::Past
    });
    kept
}

/// The share up to which a part is dropped, in percent; 0: never.
fn share_max(node: &Node<'_>) -> u64 {
    let clues = node.clues;
    let beside =
        matches!(node.element, Element::Nav | Element::Footer | Element::Aside | Element::Form)
            || node.element == Element::Figcaption
            || clues.has(Clues::HIDDEN)
            || clues.has(Clues::ASIDE)
            || clues.has(Clues::CAPTION)
            || clues.has(Clues::BYLINE);
    if clues.has(Clues::COMMENTS) {
        COMMENTS_SHARE_MAX_PERCENT
    } else if beside {
        NAMED_SHARE_MAX_PERCENT
    } else {
        0
    }
}

/// Drops lists of links and parts with doubtful names inside `root`.
pub(super) fn drop_inside_article(tree: &Tree<'_>, lines: &Lines, kept: &mut [bool], root: u32) {
    // The totals stay valid: a part is judged before the parts inside it are dropped.
    let sums = RunningTotals::of(lines, kept);
    let end = tree.node(root).map_or(0, |node| node.end);
    let total = sums.inside(lines, root, end).weight;
    let of_kind = by_kind(tree, root, |at, node| {
        node.clues.has(Clues::UNLIKELY).then(|| sums.inside(lines, at, node.end).weight)
    });
    walk(tree, root, |at, node| {
        if node.element.is_inline() {
            return Step::Into;
        }
        let own = sums.inside(lines, at, node.end);
        if own.bytes == 0 {
            return Step::Past;
        }
        let leads_away = own.linked * 100 > own.bytes * LINKED_MIN_PERCENT
            && own.weight * 100 < total * LINKED_SHARE_MIN_PERCENT;
        let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own.weight);
        let doubted =
            node.clues.has(Clues::UNLIKELY) && all * 100 <= total * DOUBTED_SHARE_MAX_PERCENT;
        if !(leads_away || doubted) {
            return Step::Into;
        }
        drop_lines(kept, lines.within(at, node.end));
        Step::Past
    });
}

/// The prose of all parts of one kind together. Nested parts are counted once.
fn by_kind(
    tree: &Tree<'_>,
    root: u32,
    weight: impl Fn(u32, &Node<'_>) -> Option<u64>,
) -> HashMap<u32, u64> {
    let mut of_kind: HashMap<u32, u64> = HashMap::new();
    walk(tree, root, |at, node| match weight(at, node) {
        Some(weight) => {
            *of_kind.entry(node.kind).or_default() += weight;
            Step::Past
        }
        None => Step::Into,
    });
    of_kind
}

/// Where the walk goes from an element.
pub(super) enum Step {
    Into,
    Past,
}

/// Visits the elements inside `root` in document order.
pub(super) fn walk<'a>(tree: &Tree<'a>, root: u32, mut visit: impl FnMut(u32, &Node<'a>) -> Step) {
    let end = tree.node(root).map_or(0, |node| node.end);
    let mut at = root + 1;
    while let Some(node) = tree.node(at).filter(|_| at < end) {
        let past = !node.is_text() && matches!(visit(at, node), Step::Past);
        at = if past { node.end.max(at + 1) } else { at + 1 };
    }
}

/// Marks lines as dropped.
fn drop_lines(kept: &mut [bool], range: Range<usize>) {
    kept.get_mut(range).unwrap_or_default().fill(false);
}
