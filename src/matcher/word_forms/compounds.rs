//! Judges what stands beside a term inside a longer word: whether it reads as words of a language
//! that writes compounds as one word.
use super::bloom;
use super::endings::Endings;
use super::language::Language;

/// Shorter parts are mere chance: `in`, `er`, `um` begin or end words of every language.
const PART_CHARS_MIN: usize = 3;
/// A compound beside a term has at most this many words of its own.
const PARTS_MAX: usize = 3;
/// Longer texts are no part of a word.
const PART_BYTES_MAX: usize = 128;

/// Whether a folded text is a word of the language or one of its forms: a known stem with one of
/// the common endings. Always false in languages that neither write compounds as one word nor write
/// other words in front of a word (Arabic, of which only words that begin like such a word are
/// known).
pub(in crate::matcher) fn is_word(word: &str, language: Language) -> bool {
    let Some(table) = language.table().filter(|table| !table.stems.is_empty()) else {
        return false;
    };
    let common = Endings::common(language);
    word.char_indices().map(|(at, _)| at).chain([word.len()]).skip(PART_CHARS_MIN).any(|at| {
        word.split_at_checked(at).is_some_and(|(stem, ending)| {
            common.contains(ending) && bloom::contains(table.stems, stem)
        })
    })
}

/// Whether what stands before or behind a term inside a word reads as one to three words with the
/// letters that link them: `handels` before `krieg`, `behorde` behind `kontroll`.
pub(in crate::matcher) fn is_compound_part(beside: &str, language: Language) -> bool {
    beside.len() <= PART_BYTES_MAX && is_words(beside, language, PARTS_MAX)
}

fn is_words(text: &str, language: Language, parts: usize) -> bool {
    if parts == 0 || text.chars().count() < PART_CHARS_MIN {
        return false;
    }
    if is_linked_word(text, language) {
        return true;
    }
    text.char_indices().skip(PART_CHARS_MIN).any(|(at, _)| {
        text.split_at_checked(at).is_some_and(|(first, rest)| {
            is_linked_word(first, language) && is_words(rest, language, parts - 1)
        })
    })
}

/// A word, perhaps with linking letters at its end.
fn is_linked_word(text: &str, language: Language) -> bool {
    let is_long_word =
        |word: &str| word.chars().count() >= PART_CHARS_MIN && is_word(word, language);
    is_long_word(text)
        || language
            .linking_letters()
            .iter()
            .any(|link| text.strip_suffix(link).is_some_and(is_long_word))
}
