//! Visits the elements of a page.
use super::tree::{Node, Tree};

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
