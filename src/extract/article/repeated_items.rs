//! Finds what stands under an article where no name says so: items of one form, each with a short
//! label and then its text. They are what readers wrote (who, and when), or other stories.
use std::collections::HashMap;

use super::element::Element;
use super::lines::{Lines, TextLine};
use super::tree::Tree;
use super::walk::{Step, walk};
use super::written::{is_question, written};

/// Fewer items of one form may be part of an article.
const ITEMS_MIN: usize = 3;

/// Longest label of an item, in bytes.
const LABEL_BYTES_MAX: u32 = 60;

/// Shortest headline in the line of its summary, in bytes without white space.
const HEADLINE_BYTES_MIN: u32 = 20;

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
        if is_item && range.start >= begin && is_labelled(tree, lines, range) {
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

/// Whether a text begins with a time of day: `10:45`, `9.30 pm`, `18h05`.
fn begins_with_time(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let hour = text.len() - rest.len();
    let minutes = rest.strip_prefix([':', '.', 'h']).unwrap_or_default();
    (1..=2).contains(&hour) && minutes.bytes().take_while(u8::is_ascii_digit).count() == 2
}
