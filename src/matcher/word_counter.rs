//! Counts the words between two places of a text, for NEAR.
use super::article_text::ArticleText;
use super::characters::{self, CharClass};

/// Marks per word of a spaced script; a character of a script without spaces is one mark, since
/// their words have two characters or so.
pub(super) const EDGES_PER_WORD: usize = 2;

/// A passage of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) field: u8,
    pub(super) item: usize,
    pub(super) start: usize,
    pub(super) end: usize,
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
    pub(super) fn between(&self, span: &Span, from: usize, to: usize) -> usize {
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
