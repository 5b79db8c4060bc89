//! Finds the cards that tell of other articles: a linked headline and a short summary, several times
//! after one another. They are judged before any link is dropped, because a summary without its
//! headline looks like a paragraph of the article. Where no headline is a link, each card ends with
//! the same one ("Read more").
use std::collections::BTreeMap;

use super::element::Element;
use super::lines::{Lines, RunningTotals, TextLine};
use super::tree::{Node, Tree};
use super::written::{begins_with_time, written};

/// Fewer cards may be part of an article.
const CARDS_MIN: usize = 3;

/// Shortest headline of a card, in bytes without white space. Shorter links are labels: a section,
/// a name, "read more".
const HEADLINE_BYTES_MIN: u32 = 20;

/// Shortest headline that does not stand in a heading.
const PLAIN_HEADLINE_BYTES_MIN: u32 = 25;

/// Longest link that each of several cards has, in bytes without white space.
const SAME_LINK_BYTES_MAX: u32 = 30;

/// Of a line that is a headline, the least share inside links, in percent.
const LINKED_MIN_PERCENT: u64 = 80;

/// Most paragraphs of a card's summary, and most bytes of all of them.
const SUMMARY_LINES_MAX: u64 = 3;
const SUMMARY_BYTES_MAX: u64 = 450;

/// Most short lines of a card that are no links: who wrote it, when, how long it takes to read.
const LABELS_MAX: usize = 3;

/// Most bytes of a summary that is not in one element with its headline. The sections of an article
/// have linked headings too.
const SIBLING_BYTES_MAX: u64 = 200;

/// Elements between a text and the link around it.
const LINK_DEPTH_MAX: usize = 8;

/// One card: its lines.
struct Card {
    begin: usize,
    end: usize,
}

/// Which lines belong to cards.
pub(super) fn teaser_lines(tree: &Tree<'_>, lines: &Lines) -> Vec<bool> {
    let all = vec![true; lines.all.len()];
    let sums = RunningTotals::of(lines, &all);
    let mut found = vec![false; lines.all.len()];
    let headlines = [true, false].map(|in_heading| {
        let all = (0..).zip(&lines.all);
        let headlines = all.filter(|(_, line)| is_headline(tree, line, in_heading));
        headlines.map(|(at, _)| at).collect::<Vec<usize>>()
    });
    let linked = headlines.iter().map(|headlines| cards(tree, lines, &sums, headlines));
    let same = same_links(tree, lines);
    let same = same.iter().map(|links| {
        let cards = cards(tree, lines, &sums, links).into_iter();
        cards.filter(|card| has_title(tree, lines, card)).collect()
    });
    for cards in linked.chain(same) {
        for run in runs(&sums, &cards) {
            for card in run {
                found.get_mut(card.begin..card.end).unwrap_or_default().fill(true);
            }
        }
    }
    found
}

/// Whether a line can be the headline of a card: of those in headings or of those that are not.
fn is_headline(tree: &Tree<'_>, line: &TextLine, in_heading: bool) -> bool {
    let least = if in_heading { HEADLINE_BYTES_MIN } else { PLAIN_HEADLINE_BYTES_MIN };
    line.heading != 1
        && (line.heading > 1) == in_heading
        && line.bytes >= least
        && u64::from(line.linked) * 100 >= u64::from(line.bytes) * LINKED_MIN_PERCENT
        && leads_to_a_page(tree, line)
}

/// Short links of one wording that lead to several pages of the site.
fn same_links(tree: &Tree<'_>, lines: &Lines) -> Vec<Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in (0..).zip(&lines.all) {
        let short = (1..=SAME_LINK_BYTES_MAX).contains(&line.bytes) && line.linked == line.bytes;
        // An article may show things that are sold elsewhere, each with a link to its shop.
        if short
            && address(tree, line)
                .is_some_and(|to| is_page(to) && !to.contains('#') && is_on_site(tree, to))
        {
            let text = tree.node(line.from).map_or("", |node| node.text.trim());
            found.entry(text).or_default().push(at);
        }
    }
    found.into_values().filter(|all| all.len() >= CARDS_MIN).collect()
}

/// Whether a card has a headline, and is no entry of a report that goes on for hours: each of these
/// begins with the time, and may have a link to itself.
fn has_title(tree: &Tree<'_>, lines: &Lines, card: &Card) -> bool {
    let all = lines.all.get(card.begin..card.end).unwrap_or_default();
    all.iter().any(|line| line.weight() == 0 && line.bytes >= HEADLINE_BYTES_MIN)
        && !all.iter().any(|line| begins_with_time(&written(tree, line)))
}

/// Whether an address is on the site of this page, as far as the page says where it is.
fn is_on_site(tree: &Tree<'_>, address: &str) -> bool {
    let host = |address: &str| {
        let (_, after) = address.split_once("//")?;
        after.split(['/', '?', '#']).next().map(str::to_ascii_lowercase)
    };
    let relative = !address.contains("://") && !address.starts_with("//");
    relative
        || (tree.head.canonical.is_some() && tree.head.canonical.and_then(host) == host(address))
}

/// Whether the link of a line leads to a page.
fn leads_to_a_page(tree: &Tree<'_>, line: &TextLine) -> bool {
    address(tree, line).is_some_and(is_page)
}

/// Whether an address is that of a page, and not of a place on this one.
fn is_page(address: &str) -> bool {
    !(address.is_empty() || address.starts_with(['#', '?']))
}

/// The address of the first link of a line.
fn address<'a>(tree: &Tree<'a>, line: &TextLine) -> Option<&'a str> {
    let mut at = (line.from..line.to)
        .find(|at| tree.node(*at).is_some_and(|node| node.element == Element::A))
        .unwrap_or(line.from);
    for _ in 0..LINK_DEPTH_MAX {
        let node = tree.node(at)?;
        if node.element == Element::A {
            return Some(node.text.trim());
        }
        if node.parent >= at {
            return None;
        }
        at = node.parent;
    }
    None
}

/// The card of each headline that has one.
fn cards(tree: &Tree<'_>, lines: &Lines, sums: &RunningTotals, headlines: &[usize]) -> Vec<Card> {
    let mut found = Vec::new();
    for (nth, line) in headlines.iter().enumerate() {
        let before = nth.checked_sub(1).and_then(|nth| headlines.get(nth)).copied();
        let next = headlines.get(nth + 1).copied();
        let others = Neighbours { before, next };
        found.extend(wrapped(tree, lines, sums, *line, &others));
    }
    found
}

/// The headlines before and after one.
struct Neighbours {
    before: Option<usize>,
    next: Option<usize>,
}

/// A card with an element of its own: the largest around its headline that has no other headline.
/// Or, where headlines and summaries are siblings, the lines up to the next headline.
fn wrapped(
    tree: &Tree<'_>,
    lines: &Lines,
    sums: &RunningTotals,
    headline: usize,
    others: &Neighbours,
) -> Option<Card> {
    let own = lines.all.get(headline)?;
    let mut card = headline..headline + 1;
    let mut at = own.node;
    let mut around = headline..headline + 1;
    while let Some(node) = tree.node(at) {
        around = lines.within(at, node.end);
        let shared = others.before.is_some_and(|line| around.contains(&line))
            || others.next.is_some_and(|line| around.contains(&line));
        if shared || at == 0 {
            break;
        }
        card = around.clone();
        at = node.parent;
    }
    let mut most = (SUMMARY_BYTES_MAX, SUMMARY_LINES_MAX);
    let titled = own.heading > 1 || tree.node(own.node).is_some_and(is_term);
    if card.len() <= 1 && titled {
        let end = others.next.unwrap_or(around.end).min(around.end);
        card = headline..end;
        most = (SIBLING_BYTES_MAX, 1);
    }
    let summary = sums.between(card.clone());
    let labels = lines.all.get(card.clone()).unwrap_or_default().iter();
    let labels = labels.filter(|line| line.weight() == 0 && line.linked == 0).count();
    let is_card = (1..=most.0).contains(&summary.weight)
        && summary.paragraphs <= most.1
        && labels <= LABELS_MAX;
    is_card.then_some(Card { begin: card.start, end: card.end })
}

/// Whether an element is the term of a list, whose meaning follows it.
fn is_term(node: &Node<'_>) -> bool {
    node.element == Element::Dt
}

/// The runs of cards that have no prose between them.
fn runs<'a>(sums: &RunningTotals, cards: &'a [Card]) -> impl Iterator<Item = &'a [Card]> {
    cards
        .chunk_by(|card, next| sums.between(card.end..next.begin).weight == 0)
        .filter(|run| run.len() >= CARDS_MIN)
}
