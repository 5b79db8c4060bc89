//! Where on the page the article is.
use super::clues::Clues;
use super::lines::{Lines, RunningTotals};
use super::tag::Tag;
use super::tree::{Node, Tree};

/// The share of a page's prose, in percent, its article is taken to hold.
const SHARE_MIN_PERCENT: u64 = 80;

/// The share, in percent, from which a part named like an article's text is believed to be it.
const NAMED_SHARE_MIN_PERCENT: u64 = 45;

/// Most that a lead may hold, in percent of its article's prose.
const LEAD_SHARE_MAX_PERCENT: u64 = 30;

/// The element that is the article: the smallest with most of the page's prose in it, or one named
/// as such about or inside that.
pub(super) fn main_root(tree: &Tree<'_>, lines: &Lines, kept: &[bool]) -> u32 {
    let sums = RunningTotals::of(lines, kept);
    let total = sums.total().mass;
    let mut smallest = 0;
    // Prose first, then how plain the name is, then the inner of two.
    let mut named: Option<((u64, u8), u32)> = None;
    for (at, node) in (0_u32..).zip(&tree.nodes) {
        if node.tag.is_inline() {
            continue;
        }
        let own = sums.inside(lines, at, node.end).mass;
        if own == 0 {
            continue;
        }
        if own * 100 >= total * SHARE_MIN_PERCENT {
            smallest = at;
        }
        let rank = plainness(node);
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

/// What holds the article and its lead: the widest element about it with a little more prose, all
/// of it before the article's own.
pub(super) fn widened_to_lead(tree: &Tree<'_>, lines: &Lines, kept: &[bool], root: u32) -> u32 {
    let sums = RunningTotals::of(lines, kept);
    let end = |at: u32| tree.node(at).map_or(0, |node| node.end);
    let mass = |from: u32, to: u32| sums.inside(lines, from, to).mass;
    let own = mass(root, end(root));
    let (mut at, mut widest) = (root, root);
    while let Some(parent) = tree.node(at).map(|node| node.parent).filter(|parent| *parent < at) {
        let before = mass(parent, root);
        let after = mass(end(root), end(parent));
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

/// How plainly a part says that it is an article; 0: not at all.
fn plainness(node: &Node<'_>) -> u8 {
    if node.hints.has(Clues::DECLARED) {
        3
    } else if node.hints.has(Clues::BODY) {
        2
    } else {
        u8::from(node.tag == Tag::Article)
    }
}
