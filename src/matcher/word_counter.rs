//! Counts the words between two places of an article, for NEAR.
use super::article_text::ArticleText;
use super::characters::{self, CharClass};

/// Edges counted for a word of a script with spaces. A character of a script without spaces counts
/// one edge, because a word there has two characters on average. So `NEAR/4` means about the same
/// in all scripts.
pub(super) const EDGES_PER_WORD: usize = 2;

/// A passage of one field, in bytes. `item` is the position of an author or tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) field: u8,
    pub(super) item: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The edges of each field, in order.
pub(super) struct WordCounter(Vec<(u8, usize, Vec<usize>)>);

impl WordCounter {
    /// Finds the edges in all fields of an article.
    pub(super) fn new(text: &ArticleText<'_>) -> Self {
        Self(
            text.parts()
                .map(|(field, item, part)| (field as u8, item, word_starts(part)))
                .collect(),
        )
    }

    /// The number of edges from byte `from` up to byte `to` of the field of `span`.
    pub(super) fn between(&self, span: &Span, from: usize, to: usize) -> usize {
        let marks =
            self.0.iter().find(|(field, item, _)| (*field, *item) == (span.field, span.item));
        marks.map_or(0, |(_, _, marks)| {
            let before = |at| marks.partition_point(|mark| *mark < at);
            before(to).saturating_sub(before(from))
        })
    }
}

/// The beginning of each word, [`EDGES_PER_WORD`] times, and of each character of a script without
/// spaces.
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
            // An apostrophe inside a word (`don't`) does not make two words of it.
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
