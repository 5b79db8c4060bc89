//! The inflected forms of words, by language. In: a folded word and a language. Out: the stems its
//! forms begin with, and for each stem the endings that may follow it.
//!
//! The data is made by `data/make.py` from word lists whose licences are in `data/LICENCES.md`. A
//! word that is in no list is given the forms of the listed words with the same ending, so that
//! new names inflect too. `table` reads the file of a language, `trie` finds the paradigm of a
//! word in it, `bloom` knows which words exist, `language` names the languages, `endings` is what
//! may follow a stem and `clitics` what may follow any ending, `compounds` judges what stands beside a term inside a word.
//!
//! The files are read in place and never copied, so a language that no watchlist needs costs no
//! memory.
mod bloom;
mod clitics;
mod compounds;
mod endings;
mod language;
mod table;
mod trie;

pub(in crate::matcher) use compounds::{is_compound_part, is_word};
pub(in crate::matcher) use endings::Endings;
pub(in crate::matcher) use language::{COUNT as LANGUAGE_COUNT, Language};

use table::Table;

/// Longer words are left as they are. The longest word of the lists has 60 letters.
const WORD_CHARS_MAX: usize = 64;
/// More stems than this are not taken from a paradigm. Each becomes a literal that is searched.
pub(in crate::matcher) const STEMS_MAX: usize = 6;
/// More forms than this no word has: stems times the largest set of endings.
#[cfg(test)]
const FORMS_MAX: usize = 4096;

/// One way the forms of a word begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::matcher) struct Stem {
    /// The folded letters that all these forms begin with.
    pub(in crate::matcher) text: String,
    /// What may follow them. The empty ending is among them where the stem is itself a form.
    pub(in crate::matcher) endings: Endings,
}

/// The stems of a folded word: its forms are each stem with each of its endings, and the word
/// itself. Empty if the word does not inflect or cannot be judged.
pub(in crate::matcher) fn stems(word: &str, language: Language) -> Vec<Stem> {
    if word.chars().count() > WORD_CHARS_MAX {
        return Vec::new();
    }
    let Some(table) = language.table() else { return Vec::new() };
    let paradigm = paradigm(word, table);
    let mut found: Vec<Stem> = Vec::new();
    for part in table.paradigm(paradigm).take(STEMS_MAX) {
        let Some(kept) = without_last(word, part.cut) else { continue };
        let text = format!("{kept}{}", table.string(part.added));
        let endings = Endings::new(language, part.endings);
        let stem = Stem { text, endings };
        if !stem.text.is_empty() && endings.count() > 0 && !found.contains(&stem) {
            found.push(stem);
        }
    }
    found
}

/// Whether a folded word is listed as the plural of a lemma, so that its stems are those of the
/// lemma: `tariffs` has the form `tariff`. In a name such as `Estados Unidos` that is not wanted.
pub(in crate::matcher) fn is_plural(word: &str, language: Language) -> bool {
    language.table().is_some_and(|table| {
        table
            .paradigm(paradigm(word, table))
            .any(|part| part.cut == 0 && table.set(part.endings).is_empty())
    })
}

/// The number of the paradigm that a word inflects by.
fn paradigm(word: &str, table: &Table) -> usize {
    let found = trie::paradigms_of(word, table);
    if found.guessed == 0 || bloom::contains(table.listed, word) {
        found.listed
    } else {
        found.guessed
    }
}

/// Whether the forms of a folded word come from a list.
pub(in crate::matcher) fn is_listed(word: &str, language: Language) -> bool {
    language.table().is_some_and(|table| bloom::contains(table.listed, word))
}

/// Whether the forms of a folded word are those of listed words with its ending, so that they may be
/// wrong. Where a language has no list, its rules hold for all words.
pub(in crate::matcher) fn is_guessed(word: &str, language: Language) -> bool {
    language
        .table()
        .is_some_and(|table| !table.listed.is_empty() && !bloom::contains(table.listed, word))
}

/// `word` without its last `count` letters; `None` if it has fewer.
fn without_last(word: &str, count: u8) -> Option<&str> {
    let mut letters = word.char_indices();
    let mut end = word.len();
    for _ in 0..count {
        end = letters.next_back()?.0;
    }
    word.get(..end)
}

#[cfg(test)]
mod tests;
