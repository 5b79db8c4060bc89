//! What is not the article, left out: by what parts are, by what they are named, and by the links
//! in them.
use std::collections::HashMap;
use std::ops::Range;

use super::clues::Clues;
use super::lines::{Lines, RunningTotals};
use super::tag::Tag;
use super::tree::{Node, Tree};

/// A part that holds more of the page's prose than this, in percent, is kept whatever its name:
/// themes name the text's own box after what else is in it. All parts of one kind count together,
/// for a site may give every section of its text the name of a teaser.
const NAMED_SHARE_MAX_PERCENT: u64 = 30;

/// The same for what readers wrote, which may be longer than the article.
const COMMENTS_SHARE_MAX_PERCENT: u64 = 60;

/// The same, of the article's prose, for parts with names that mean other things as well.
const DOUBTED_SHARE_MAX_PERCENT: u64 = 5;

/// A part with more of its text in links than this, in percent, leads elsewhere,
const LINKED_MIN_PERCENT: u64 = 60;

/// unless it holds this share of the article's prose, in percent.
const LINKED_SHARE_MIN_PERCENT: u64 = 10;

/// The lines of a page that no tag and no name speaks against.
pub(super) fn without_page_furniture(tree: &Tree<'_>, lines: &Lines) -> Vec<bool> {
    let mut kept = vec![true; lines.all.len()];
    let sums = RunningTotals::of(lines, &kept);
    let total = sums.total().mass;
    let of_kind = by_kind(tree, 0, |at, node| {
        (share_max(node) > 0).then(|| sums.inside(lines, at, node.end).mass)
    });
    walk(tree, 0, |at, node| {
        let most = share_max(node);
        if most == 0 {
            return Step::Into;
        }
        let own = sums.inside(lines, at, node.end).mass;
        let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own);
        if all * 100 > total * most {
            return Step::Into;
        }
        drop_lines(&mut kept, lines.within(at, node.end));
        Step::Past
    });
    kept
}

/// The share up to which a part is dropped for what it is, in percent; 0: never.
fn share_max(node: &Node<'_>) -> u64 {
    let hints = node.hints;
    let beside = matches!(node.tag, Tag::Nav | Tag::Footer | Tag::Aside | Tag::Form)
        || node.tag == Tag::Figcaption
        || hints.has(Clues::HIDDEN)
        || hints.has(Clues::ASIDE)
        || hints.has(Clues::CAPTION)
        || hints.has(Clues::BYLINE);
    if hints.has(Clues::COMMENTS) {
        COMMENTS_SHARE_MAX_PERCENT
    } else if beside {
        NAMED_SHARE_MAX_PERCENT
    } else {
        0
    }
}

/// Drops the lines inside `root` that belong to lists of links and to parts with doubtful names.
pub(super) fn drop_inside_article(tree: &Tree<'_>, lines: &Lines, kept: &mut [bool], root: u32) {
    // A part is looked at before what is in it, so these hold for every part when it is its turn.
    let sums = RunningTotals::of(lines, kept);
    let end = tree.node(root).map_or(0, |node| node.end);
    let total = sums.inside(lines, root, end).mass;
    let of_kind = by_kind(tree, root, |at, node| {
        node.hints.has(Clues::UNLIKELY).then(|| sums.inside(lines, at, node.end).mass)
    });
    walk(tree, root, |at, node| {
        if node.tag.is_inline() {
            return Step::Into;
        }
        let own = sums.inside(lines, at, node.end);
        if own.bytes == 0 {
            return Step::Past;
        }
        let leads_away = own.linked * 100 > own.bytes * LINKED_MIN_PERCENT
            && own.mass * 100 < total * LINKED_SHARE_MIN_PERCENT;
        let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own.mass);
        let doubted =
            node.hints.has(Clues::UNLIKELY) && all * 100 <= total * DOUBTED_SHARE_MAX_PERCENT;
        if !(leads_away || doubted) {
            return Step::Into;
        }
        drop_lines(kept, lines.within(at, node.end));
        Step::Past
    });
}

/// The prose of all parts of one kind together, outermost parts only.
fn by_kind(
    tree: &Tree<'_>,
    root: u32,
    mass: impl Fn(u32, &Node<'_>) -> Option<u64>,
) -> HashMap<u32, u64> {
    let mut of_kind: HashMap<u32, u64> = HashMap::new();
    walk(tree, root, |at, node| match mass(at, node) {
        Some(mass) => {
            *of_kind.entry(node.kind).or_default() += mass;
            Step::Past
        }
        None => Step::Into,
    });
    of_kind
}

/// Where a walk goes from an element.
pub(super) enum Step {
    Into,
    Past,
}

/// Goes through the elements inside `root` in document order.
pub(super) fn walk<'a>(tree: &Tree<'a>, root: u32, mut visit: impl FnMut(u32, &Node<'a>) -> Step) {
    let end = tree.node(root).map_or(0, |node| node.end);
    let mut at = root + 1;
    while let Some(node) = tree.node(at).filter(|_| at < end) {
        let past = !node.is_text() && matches!(visit(at, node), Step::Past);
        at = if past { node.end.max(at + 1) } else { at + 1 };
    }
}

fn drop_lines(kept: &mut [bool], range: Range<usize>) {
    kept.get_mut(range).unwrap_or_default().fill(false);
}
