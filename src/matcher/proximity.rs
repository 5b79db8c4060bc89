//! Things that stand near each other: NEAR and ONEAR.
use super::ArticleText;
use super::automaton::TermMatch;
use super::characters::{self, CharClass};
use super::evaluate::{ArticleMatches, Node};
use crate::domain::Field;

/// Passages one NEAR may have in one article; a text built to have more is cut here.
const SPANS_MAX: usize = 1 << 14;
/// Marks per word of a spaced script; a character of a script without spaces is one mark, since
/// their words have two characters or so.
const EDGES_PER_WORD: usize = 2;

/// A passage of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    field: u8,
    item: usize,
    start: usize,
    end: usize,
}

/// Where words begin, field by field, to count how many stand between two places.
pub(super) struct WordCounter(Vec<(u8, usize, Vec<usize>)>);

impl WordCounter {
    pub(super) fn new(text: &ArticleText<'_>) -> Self {
        Self(
            text.parts()
                .map(|(field, item, part)| (field as u8, item, word_starts(part)))
                .collect(),
        )
    }

    /// Marks from byte `from` up to byte `receiver` of a field.
    fn between(&self, span: &Span, from: usize, to: usize) -> usize {
        let marks =
            self.0.iter().find(|(field, item, _)| (*field, *item) == (span.field, span.item));
        marks.map_or(0, |(_, _, marks)| {
            let before = |at| marks.partition_point(|mark| *mark < at);
            before(to).saturating_sub(before(from))
        })
    }
}

/// The beginning of each word, twice, and each character of scripts without spaces.
fn word_starts(text: &str) -> Vec<usize> {
    let mut marks = Vec::new();
    let mut before = CharClass::Space;
    let mut apostrophe = false;
    for (at, c) in text.char_indices() {
        let letter = characters::char_info(c);
        if letter.joins || letter.class == CharClass::Ignored {
            continue;
        }
        match letter.class {
            CharClass::Unspaced => marks.push(at),
            CharClass::Spaced | CharClass::Hangul if !before.forms_word_with(letter.class) => {
                marks.extend([at; EDGES_PER_WORD]);
            }
            // An apostrophe inside a word does not part it: don't.
            CharClass::Apostrophe if before == CharClass::Spaced && !apostrophe => {
                apostrophe = true;
                continue;
            }
            CharClass::Ignored
            | CharClass::Space
            | CharClass::Dash
            | CharClass::Apostrophe
            | CharClass::Other
            | CharClass::Spaced
            | CharClass::Hangul => {}
        }
        apostrophe = false;
        before = letter.class;
    }
    marks
}

/// The passages in which `build_node` holds, sorted. Only parts that stand at places have any.
pub(super) fn spans(seen: &ArticleMatches<'_>, node: &Node) -> Vec<Span> {
    let mut spans = match node {
        Node::Near { left, right, words, ordered } => {
            let (left, right) = (spans(seen, left), spans(seen, right));
            let reach = EDGES_PER_WORD.saturating_mul(*words as usize);
            let mut found = following_spans(seen.word_counter(), &left, &right, reach);
            if !ordered {
                found.extend(following_spans(seen.word_counter(), &right, &left, reach));
            }
            found
        }
        Node::Any(parts) => parts.iter().flat_map(|part| spans(seen, part)).collect(),
        Node::Leaf(_) | Node::Lookup { .. } => {
            seen.collect_matches(node).into_iter().map(span_of).collect()
        }
        Node::All(_) | Node::Not(_) | Node::Language(_) => Vec::new(),
    };
    spans.sort_unstable();
    spans.dedup();
    spans.truncate(SPANS_MAX);
    spans
}

fn span_of(s: &TermMatch) -> Span {
    Span { field: s.field as u8, item: s.item, start: s.start, end: s.end }
}

/// Passages from one of `forgotten_subjects` to one of `right` that begins behind it, within reach.
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

/// The sightings that lie within one of the passages.
pub(super) fn within<'s>(all: Vec<&'s TermMatch>, spans: &[Span]) -> Vec<&'s TermMatch> {
    let mut reach: Vec<Span> = Vec::new();
    for span in spans {
        // Per field the farthest end so far, so that one look tells.
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

/// The passage-free fields come last, so that a field's number orders as its name does.
const _: () = assert!((Field::Title as u8) < (Field::Content as u8));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_readers_do() {
        for (text, count) in [
            ("don't stop", 4),
            ("export-control F35", 6),
            ("한국 정부는", 4),
            ("日本政府", 4),
            ("GSOMIA는", 4),
            ("rock\u{AD}star e\u{301}a", 4),
            ("", 0),
        ] {
            assert_eq!(word_starts(text).len(), count, "{text}");
        }
    }
}
