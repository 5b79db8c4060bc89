//! Evaluates NEAR and ONEAR: where two terms are within some words of each other.
use super::article_matches::ArticleMatches;
use super::automaton::TermMatch;
use super::rule::Node;
use super::word_counter::{EDGES_PER_WORD, Span, WordCounter};
use crate::domain::Field;

/// Passages of one NEAR in one article. A hostile text could have a square of them.
const SPANS_MAX: usize = 1 << 14;
/// The passages of the article in which `node` holds, sorted. Only terms, and NEAR and OR of
/// terms, have passages.
pub(super) fn spans(matches: &ArticleMatches<'_>, node: &Node) -> Vec<Span> {
    let mut spans = match node {
        Node::Near { left, right, words, ordered } => {
            let (left, right) = (spans(matches, left), spans(matches, right));
            let reach = EDGES_PER_WORD.saturating_mul(*words as usize);
            let mut found = following_spans(matches.word_counter(), &left, &right, reach);
            if !ordered {
                found.extend(following_spans(matches.word_counter(), &right, &left, reach));
            }
            found
        }
        Node::Any(parts) => parts.iter().flat_map(|part| spans(matches, part)).collect(),
        Node::Leaf(leaf) => matches.matches_of(*leaf).map(span_of).collect(),
        Node::Lookup { terms, fields } => {
            matches.matches_of_any(terms, *fields).map(span_of).collect()
        }
        Node::All(_) | Node::Not(_) | Node::Language(_) => Vec::new(),
    };
    spans.sort_unstable();
    spans.dedup();
    spans.truncate(SPANS_MAX);
    spans
}

/// The passage of one match.
fn span_of(s: &TermMatch) -> Span {
    Span { field: s.field as u8, item: s.item, start: s.start, end: s.end }
}

/// The passages from a passage of `left` to one of `right` behind it, with at most `reach` edges
/// between them.
fn following_spans(ruler: &WordCounter, left: &[Span], right: &[Span], reach: usize) -> Vec<Span> {
    let mut found = Vec::new();
    for one in left {
        let key = (one.field, one.item, one.end);
        let from = right.partition_point(|two| (two.field, two.item, two.start) < key);
        for two in right.get(from..).unwrap_or_default() {
            let same = (two.field, two.item) == (one.field, one.item);
            if !same || found.len() >= SPANS_MAX || ruler.between(one, one.end, two.start) > reach {
                break;
            }
            found.push(Span { end: two.end, ..*one });
        }
    }
    found
}

/// Those of `all` that are inside one of the passages.
pub(super) fn within<'s>(all: Vec<&'s TermMatch>, spans: &[Span]) -> Vec<&'s TermMatch> {
    let mut reach: Vec<Span> = Vec::new();
    for span in spans {
        // The farthest end so far in each field. Then the last passage that begins before a match
        // is enough to know.
        let before = reach.last().filter(|last| (last.field, last.item) == (span.field, span.item));
        let end = before.map_or(span.end, |last| last.end.max(span.end));
        reach.push(Span { end, ..*span });
    }
    all.into_iter()
        .filter(|s| {
            let key = (s.field as u8, s.item, s.start);
            let at = reach.partition_point(|span| (span.field, span.item, span.start) <= key);
            at.checked_sub(1).and_then(|at| reach.get(at)).is_some_and(|span| {
                (span.field, span.item) == (s.field as u8, s.item) && s.end <= span.end
            })
        })
        .collect()
}

/// Spans are compared by the number of the field.
const _: () = assert!((Field::Title as u8) < (Field::Content as u8));
