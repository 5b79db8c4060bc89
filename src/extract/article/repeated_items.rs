//! Finds what stands under an article where no name says so: items of one form, each with a short
//! label and then its text. They are what readers wrote (who, and when), or other stories.
use std::collections::HashMap;

use super::element::Element;
use super::fixed_phrases::is_over_comments;
use super::lines::{Lines, TextLine};
use super::tree::Tree;
use super::walk::{Step, walk};
use super::written::{begins_with_time, is_question, written};

/// Fewer items of one form may be part of an article.
const ITEMS_MIN: usize = 3;

/// Longest label of an item, in bytes.
const LABEL_BYTES_MAX: u32 = 60;

/// Shortest headline in the line of its summary, in bytes without white space.
const HEADLINE_BYTES_MIN: u32 = 20;

/// Lines between the heading of comments and the first of them: how they are sorted, how many.
const LINES_UNDER_HEADING_MAX: usize = 4;

/// Marks the lines of such items as dropped, from the line at `begin` on, if `drops` is true for
/// the nodes of all items of one form.
pub(super) fn drop_items(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &mut [bool],
    begin: usize,
    drops: impl Fn(&[u32]) -> bool,
) {
    // By the element around them, their own element and its classes.
    let mut groups: HashMap<(u32, u8, &str), Vec<u32>> = HashMap::new();
    walk(tree, 0, |at, node| {
        let is_item = matches!(
            node.element,
            Element::Li | Element::Div | Element::Article | Element::Section | Element::Dd
        );
        let range = lines.within(at, node.end);
        if is_item && range.start >= begin && is_labelled(tree, lines, range) {
            groups.entry((node.parent, node.element as u8, node.text)).or_default().push(at);
        }
        Step::Into
    });
    for items in groups.values().filter(|items| items.len() >= ITEMS_MIN && drops(items)) {
        for item in items {
            let end = tree.node(*item).map_or(*item, |node| node.end);
            kept.get_mut(lines.within(*item, end)).unwrap_or_default().fill(false);
        }
    }
}

/// Whether a heading or a label such as "25 replies" stands over some items.
pub(super) fn are_comments(tree: &Tree<'_>, lines: &Lines, items: &[u32]) -> bool {
    let Some(first) = items.first() else { return false };
    let above = lines.all.get(..lines.within(*first, *first).start).unwrap_or_default();
    let above = above.iter().rev().take(LINES_UNDER_HEADING_MAX);
    let mut above = above.take_while(|line| line.weight() == 0);
    above.any(|line| line.bytes <= LABEL_BYTES_MAX && is_over_comments(&written(tree, line)))
}

/// Whether some lines begin with a label and go on with prose. The entries of a report that goes on
/// for hours begin with the time, and answers stand under their questions: they belong to the
/// article.
fn is_labelled(tree: &Tree<'_>, lines: &Lines, range: std::ops::Range<usize>) -> bool {
    let Some((label, rest)) = lines.all.get(range).and_then(<[_]>::split_first) else {
        return false;
    };
    if rest.is_empty() {
        return begins_with_link(tree, label);
    }
    // Below a heading stands a part of the article, if no link leads from there to a whole text.
    let leads = |line: &TextLine| line.linked > 0 && line.linked == line.bytes;
    label.weight() == 0
        && (label.heading == 0 || leads(label) || rest.iter().any(leads))
        && (label.bytes <= LABEL_BYTES_MAX || label.linked == label.bytes)
        && rest.iter().any(|line| line.weight() > 0)
        && {
            let text = written(tree, label);
            !begins_with_time(&text) && !is_question(&text)
        }
}

/// Whether a line of prose begins with a link that is long enough for a headline.
fn begins_with_link(tree: &Tree<'_>, line: &TextLine) -> bool {
    let parent = tree.node(line.from).and_then(|node| tree.node(node.parent));
    line.weight() > 0
        && line.linked >= HEADLINE_BYTES_MIN
        && parent.is_some_and(|node| node.element == Element::A)
}
