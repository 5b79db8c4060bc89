//! Finds the cards that tell of other articles: a linked headline and a short summary, several times
//! after one another. They are judged before any link is dropped, because a summary without its
//! headline looks like a paragraph of the article.
use super::element::Element;
use super::lines::{Lines, RunningTotals, TextLine};
use super::tree::Tree;

/// Fewer cards may be part of an article.
const CARDS_MIN: usize = 3;

/// Shortest headline of a card, in bytes without white space. Shorter links are labels: a section,
/// a name, "read more".
const HEADLINE_BYTES_MIN: u32 = 20;

/// Shortest headline that does not stand in a heading.
const PLAIN_HEADLINE_BYTES_MIN: u32 = 25;

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
    for headings in [true, false] {
        let headlines: Vec<usize> = (0..)
            .zip(&lines.all)
            .filter(|(_, line)| is_headline(tree, line, headings))
            .map(|(at, _)| at)
            .collect();
        let cards = cards(tree, lines, &sums, &headlines);
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

/// Whether the link of a line leads to a page: not to a place on this one.
fn leads_to_a_page(tree: &Tree<'_>, line: &TextLine) -> bool {
    let mut at = (line.from..line.to)
        .find(|at| tree.node(*at).is_some_and(|node| node.element == Element::A))
        .unwrap_or(line.from);
    for _ in 0..LINK_DEPTH_MAX {
        let Some(node) = tree.node(at) else { return false };
        if node.element == Element::A {
            let address = node.text.trim();
            return !(address.is_empty() || address.starts_with('#'));
        }
        if node.parent >= at {
            return false;
        }
        at = node.parent;
    }
    false
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
    if card.len() <= 1 && own.heading > 1 {
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

/// The runs of cards that have no prose between them.
fn runs<'a>(sums: &RunningTotals, cards: &'a [Card]) -> impl Iterator<Item = &'a [Card]> {
    cards
        .chunk_by(|card, next| sums.between(card.end..next.begin).weight == 0)
        .filter(|run| run.len() >= CARDS_MIN)
}
