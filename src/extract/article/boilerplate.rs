//! Drops what is not the article: by the element, by its names, and by the links in it.
use std::collections::HashMap;
use std::ops::Range;

use super::clue_set::Clues;
use super::consent;
use super::element::Element;
use super::lines::{Lines, RunningTotals};
use super::repeated_items::{are_comments, drop_items};
use super::survey::Survey;
use super::tree::{Node, Tree};
use super::walk::{Step, walk};

/// A part with a larger share of the page's prose, in percent, is kept whatever its name, because
/// templates give misleading names to the box of the text. Parts of one kind are counted together,
/// because a site may give each section of its text the name of a teaser.
const NAMED_SHARE_MAX_PERCENT: u64 = 30;

/// The same for comments. They may be longer than the article.
const COMMENTS_SHARE_MAX_PERCENT: u64 = 60;

/// An aside was left open if it has all of the page's prose, in so many paragraphs at least.
const OPEN_ASIDE_LINES_MIN: u64 = 5;

/// The same for parts whose names have other meanings too, of the article's prose.
const DOUBTED_SHARE_MAX_PERCENT: u64 = 5;

/// A part with a larger share of links, in percent, leads to other pages,
const LINKED_MIN_PERCENT: u64 = 60;

/// unless it has this share of the article's prose, in percent.
const LINKED_SHARE_MIN_PERCENT: u64 = 10;

/// Least bytes of a paragraph that is one link. Shorter ones lead to other articles.
const LINKED_SENTENCE_BYTES_MIN: u32 = 60;

/// Which lines of the page are left when parts are dropped by element and name.
pub(super) fn without_page_furniture(survey: &Survey<'_>) -> Vec<bool> {
    let Survey { tree, lines, .. } = survey;
    let mut kept = vec![true; lines.all.len()];
    drop_comments(survey, &mut kept);
    // Shares are taken of what is no comment and no teaser: there may be more of these than text.
    let sums = survey.totals(&kept);
    let total = sums.total().weight;
    let of_kind = by_kind(tree, 0, |at, node| {
        is_named_beside(node).then(|| sums.inside(lines, at, node.end).weight)
    });
    walk(tree, 0, |at, node| {
        let own = sums.inside(lines, at, node.end);
        let drop = if is_element_beside(node) {
            stands_beside(survey, &sums, at, node)
        } else if is_named_beside(node) {
            let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own.weight);
            // Where the headline stands elsewhere, a name for other stories is believed.
            let apart = survey.headline.is_some() && !survey.has_headline(at, node);
            all * 100 <= total * NAMED_SHARE_MAX_PERCENT
                || (node.clues.has(Clues::OTHERS) && apart)
                || (node.clues.has(Clues::CONSENT)
                    && !survey.has_headline(at, node)
                    && consent::is_asked_in_named_part(&text_of(tree, at, node)))
        } else {
            false
        };
        if !drop {
            return Step::Into;
        }
        drop_lines(&mut kept, lines.within(at, node.end));
        Step::Past
    });
    kept
}

/// Drops the comments of readers. There may be more of them than of the article: then they are told
/// by a whole story that stands before them, under the headline.
fn drop_comments(survey: &Survey<'_>, kept: &mut [bool]) {
    let Survey { tree, lines, .. } = survey;
    let sums = survey.totals(kept);
    let total = sums.total().weight;
    let of_kind = by_kind(tree, 0, |at, node| {
        node.clues.has(Clues::COMMENTS).then(|| sums.inside(lines, at, node.end).weight)
    });
    walk(tree, 0, |at, node| {
        if !node.clues.has(Clues::COMMENTS) {
            return Step::Into;
        }
        let own = sums.inside(lines, at, node.end).weight;
        let all = of_kind.get(&node.kind).copied().unwrap_or(0).max(own);
        let below = !survey.has_headline(at, node) && survey.story_before(&sums, at);
        if all * 100 > total * COMMENTS_SHARE_MAX_PERCENT && !below {
            return Step::Into;
        }
        drop_lines(kept, lines.within(at, node.end));
        Step::Past
    });
}

/// The elements that HTML has for what stands beside the text
/// (<https://html.spec.whatwg.org/multipage/sections.html>), and the roles that say the same.
fn is_element_beside(node: &Node<'_>) -> bool {
    matches!(node.element, Element::Nav | Element::Footer | Element::Aside)
        || node.clues.has(Clues::BESIDE)
}

/// Whether such an element is what it says. Where its content is the article, it was left open, or
/// the page is built in a strange way: it has the headline or the declared text, or it is an aside
/// with all of the story.
fn stands_beside(survey: &Survey<'_>, sums: &RunningTotals, at: u32, node: &Node<'_>) -> bool {
    let Survey { tree, lines, .. } = survey;
    let declared = (at..node.end)
        .any(|inside| tree.node(inside).is_some_and(|node| node.clues.has(Clues::DECLARED)));
    if declared || survey.has_headline(at, node) {
        return false;
    }
    let own = sums.inside(lines, at, node.end);
    let all = own.weight == sums.total().weight;
    let aside = !matches!(node.element, Element::Nav | Element::Footer);
    let open = aside && all && own.paragraphs >= OPEN_ASIDE_LINES_MIN;
    !open
}

/// Whether a part is named, or marked by its element, as something about the text or beside it.
fn is_named_beside(node: &Node<'_>) -> bool {
    let clues = node.clues;
    let named = Clues::HIDDEN.or(Clues::ASIDE).or(Clues::CAPTION).or(Clues::BYLINE);
    matches!(node.element, Element::Form | Element::Figcaption)
        || clues.has(Clues::HIDDEN)
        || (clues.has(named) && !clues.has(Clues::CLEAR_BODY))
}

/// The text inside an element, undecoded.
fn text_of(tree: &Tree<'_>, at: u32, node: &Node<'_>) -> String {
    let texts = (at..node.end).filter_map(|inside| tree.node(inside));
    texts.map(|inside| if inside.is_text() { inside.text } else { " " }).collect()
}

/// Drops what stands in items of one form below the article, where the article is an element of its
/// own with the headline in it. Elsewhere only what has a heading that says "comments" goes.
pub(super) fn drop_items_below(survey: &Survey<'_>, kept: &mut [bool]) {
    let Survey { tree, lines, headline, .. } = survey;
    let Some(headline) = *headline else { return };
    let sums = survey.totals(kept);
    let mut end = None;
    walk(tree, 0, |at, node| {
        let range = lines.within(at, node.end);
        if end.is_some() || range.end <= headline {
            return Step::Past;
        }
        let declared = node.element == Element::Article && range.contains(&headline)
            || node.clues.has(Clues::BODY_OR_DECLARED);
        if declared && survey.is_story(sums.between(headline.max(range.start)..range.end)) {
            end = Some(range.end);
            return Step::Past;
        }
        Step::Into
    });
    if let Some(end) = end {
        drop_items(tree, lines, kept, end, |_| true);
    } else {
        let below = |items: &[u32]| items.first().is_some_and(|at| survey.story_before(&sums, *at));
        let drops = |items: &[u32]| below(items) && are_comments(tree, lines, items);
        drop_items(tree, lines, kept, headline, drops);
    }
}

/// Drops lists of links and parts with doubtful names inside `root`.
pub(super) fn drop_inside_article(survey: &Survey<'_>, kept: &mut [bool], root: u32) {
    let Survey { tree, lines, .. } = survey;
    drop_teasers(survey, kept, root);
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
        let leads_away = leads_away && !is_linked_sentence(lines, at, node);
        let doubted =
            node.clues.has(Clues::UNLIKELY) && all * 100 <= total * DOUBTED_SHARE_MAX_PERCENT;
        if !(leads_away || doubted) {
            return Step::Into;
        }
        drop_lines(kept, lines.within(at, node.end));
        Step::Past
    });
}

/// Drops cards about other articles, if the article is more than they are. An article may be a list
/// of others with a summary of each.
fn drop_teasers(survey: &Survey<'_>, kept: &mut [bool], root: u32) {
    let Survey { tree, lines, teasers, .. } = survey;
    let range = tree.node(root).map_or(0..0, |node| lines.within(root, node.end));
    let own = survey.totals(kept).between(range.clone());
    let all = RunningTotals::of(lines, kept).between(range);
    let declared = tree.node(root).is_some_and(|node| node.clues.has(Clues::BODY_OR_DECLARED));
    let most = if declared { all.weight / 2 } else { all.weight };
    // Under a headline, cards alone are no article either.
    let alone = own.weight == 0 && survey.headline.is_some();
    if (alone || survey.is_story(own)) && all.weight - own.weight <= most {
        for (kept, teaser) in kept.iter_mut().zip(teasers) {
            *kept &= !teaser;
        }
    }
}

/// A paragraph that is one link and a whole sentence, beside another paragraph.
fn is_linked_sentence(lines: &Lines, at: u32, node: &Node<'_>) -> bool {
    let range = lines.within(at, node.end);
    let Some([line]) = lines.all.get(range.clone()) else { return false };
    let prose = |index: usize| lines.all.get(index).is_some_and(|line| line.weight() > 0);
    let beside = range.start.checked_sub(1).is_some_and(prose) || prose(range.end);
    node.element == Element::P && beside && line.closed && line.bytes >= LINKED_SENTENCE_BYTES_MIN
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

/// Marks lines as dropped.
fn drop_lines(kept: &mut [bool], range: Range<usize>) {
    kept.get_mut(range).unwrap_or_default().fill(false);
}
