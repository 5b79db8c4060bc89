//! Finds what readers wrote under an article where no name says so: items of one form, each with a
//! short label (who wrote it, and when) and then its text.
use std::collections::HashMap;

use super::element::Element;
use super::lines::Lines;
use super::tree::Tree;
use super::walk::{Step, walk};

/// Fewer items of one form may be part of an article.
const ITEMS_MIN: usize = 3;

/// Longest label of an item, in bytes.
const LABEL_BYTES_MAX: u32 = 60;

/// Marks the lines of such items as dropped, from the line at `begin` on.
pub(super) fn drop_items(tree: &Tree<'_>, lines: &Lines, kept: &mut [bool], begin: usize) {
    // By the element around them, their own element and its classes.
    let mut groups: HashMap<(u32, u8, &str), Vec<u32>> = HashMap::new();
    walk(tree, 0, |at, node| {
        let is_item = matches!(
            node.element,
            Element::Li | Element::Div | Element::Article | Element::Section | Element::Dd
        );
        let range = lines.within(at, node.end);
        if is_item && range.start >= begin && is_labelled(lines, range) {
            groups.entry((node.parent, node.element as u8, node.text)).or_default().push(at);
        }
        Step::Into
    });
    for items in groups.values().filter(|items| items.len() >= ITEMS_MIN) {
        for item in items {
            let end = tree.node(*item).map_or(*item, |node| node.end);
            kept.get_mut(lines.within(*item, end)).unwrap_or_default().fill(false);
        }
    }
}

/// Whether some lines begin with a label and go on with prose.
fn is_labelled(lines: &Lines, range: std::ops::Range<usize>) -> bool {
    let Some((label, rest)) = lines.all.get(range).and_then(<[_]>::split_first) else {
        return false;
    };
    label.heading == 0
        && label.weight() == 0
        && label.bytes <= LABEL_BYTES_MAX
        && rest.iter().any(|line| line.weight() > 0)
}
