//! Finds the element of a page that is the article.
use super::clues::Clues;
use super::element::Element;
use super::lines::{Lines, RunningTotals};
use super::tree::{Node, Tree};

/// The least share of the page's prose that the article has, in percent.
const SHARE_MIN_PERCENT: u64 = 80;

/// The least share for a part with the name of an article's text, in percent.
const NAMED_SHARE_MIN_PERCENT: u64 = 45;

/// The largest share of the article's prose that its lead may have, in percent.
const LEAD_SHARE_MAX_PERCENT: u64 = 30;

/// The element that is the article: the smallest one with most of the page's prose, or an element
/// around or inside it whose name says so.
pub(super) fn main_root(tree: &Tree<'_>, lines: &Lines, kept: &[bool]) -> u32 {
    let sums = RunningTotals::of(lines, kept);
    let total = sums.total().weight;
    let mut smallest = 0;
    // More prose first, then the clearer name, then the inner one of two.
    let mut named: Option<((u64, u8), u32)> = None;
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
        let best = named.is_none_or(|(best, _)| (own, rank) >= best);
        if rank > 0 && best && own * 100 >= total * NAMED_SHARE_MIN_PERCENT {
            named = Some(((own, rank), at));
        }
    }
    match named {
        Some((_, at)) if tree.holds(at, smallest) || tree.holds(smallest, at) => at,
        _ => smallest,
    }
}

/// The element that holds the article and its lead: the widest element around it with only a little
/// more prose, and all of that before the article.
pub(super) fn widened_to_lead(tree: &Tree<'_>, lines: &Lines, kept: &[bool], root: u32) -> u32 {
    let sums = RunningTotals::of(lines, kept);
    let end = |at: u32| tree.node(at).map_or(0, |node| node.end);
    let weight = |from: u32, to: u32| sums.inside(lines, from, to).weight;
    let own = weight(root, end(root));
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
    widest
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
