//! Things that stand near each other: NEAR and ONEAR.
use super::Text;
use super::evaluate::{Node, Seen};
use super::letters::{self, Kind};
use super::lexicon::Sighting;
use crate::domain::Field;

/// Passages one NEAR may have in one article; a text built to have more is cut here.
const SPANS_MAX: usize = 1 << 14;
/// Marks per word of a spaced script; a character of a script without spaces is one mark, since
/// their words have two characters or so.
const MARKS_PER_WORD: usize = 2;

/// A passage of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    field: u8,
    item: usize,
    start: usize,
    end: usize,
}

/// Where words begin, field by field, to count how many stand between two places.
pub(super) struct Ruler(Vec<(u8, usize, Vec<usize>)>);

impl Ruler {
    pub(super) fn new(text: &Text<'_>) -> Self {
        Self(text.parts().map(|(field, item, part)| (field as u8, item, marks(part))).collect())
    }

    /// Marks from byte `from` up to byte `to` of a field.
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
fn marks(text: &str) -> Vec<usize> {
    let mut marks = Vec::new();
    let mut before = Kind::Space;
    let mut apostrophe = false;
    for (at, c) in text.char_indices() {
        let letter = letters::letter(c);
        if letter.joins || letter.kind == Kind::Ignored {
            continue;
        }
        match letter.kind {
            Kind::Unspaced => marks.push(at),
            Kind::Spaced | Kind::Hangul if !before.glues(letter.kind) => {
                marks.extend([at; MARKS_PER_WORD]);
            }
            // An apostrophe inside a word does not part it: don't.
            Kind::Apostrophe if before == Kind::Spaced && !apostrophe => {
                apostrophe = true;
                continue;
            }
            Kind::Ignored
            | Kind::Space
            | Kind::Dash
            | Kind::Apostrophe
            | Kind::Other
            | Kind::Spaced
            | Kind::Hangul => {}
        }
        apostrophe = false;
        before = letter.kind;
    }
    marks
}

/// The passages in which `node` holds, sorted. Only parts that stand at places have any.
pub(super) fn spans(seen: &Seen<'_>, node: &Node) -> Vec<Span> {
    let mut spans = match node {
        Node::Near { left, right, words, ordered } => {
            let (left, right) = (spans(seen, left), spans(seen, right));
            let reach = MARKS_PER_WORD.saturating_mul(*words as usize);
            let mut found = follows(seen.ruler(), &left, &right, reach);
            if !ordered {
                found.extend(follows(seen.ruler(), &right, &left, reach));
            }
            found
        }
        Node::Any(parts) => parts.iter().flat_map(|part| spans(seen, part)).collect(),
        Node::Leaf(_) | Node::Lookup { .. } => seen.gather(node).into_iter().map(of).collect(),
        Node::All(_) | Node::Not(_) | Node::Language(_) => Vec::new(),
    };
    spans.sort_unstable();
    spans.dedup();
    spans.truncate(SPANS_MAX);
    spans
}

fn of(s: &Sighting) -> Span {
    Span { field: s.field as u8, item: s.item, start: s.start, end: s.end }
}

/// Passages from one of `left` to one of `right` that begins behind it, within reach.
fn follows(ruler: &Ruler, left: &[Span], right: &[Span], reach: usize) -> Vec<Span> {
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
pub(super) fn within<'s>(all: Vec<&'s Sighting>, spans: &[Span]) -> Vec<&'s Sighting> {
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
            assert_eq!(marks(text).len(), count, "{text}");
        }
    }
}
