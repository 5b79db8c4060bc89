//! The list of repairs made and limits hit. Each is listed once, so that a fault in every item does
//! not fill the list.
use std::borrow::Cow;

use super::limits::{ITEMS_MAX, NOTES_MAX};

/// Longest word of the document that is repeated in a phrase, in bytes.
const WORD_BYTES_MAX: usize = 40;

/// Phrases for people, in the order the faults appeared.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The kind of fault, and the word of the document it is about.
    phrases: Vec<(Cow<'static, str>, String)>,
}

impl Notes {
    /// Adds a phrase, unless it is in the list.
    pub(super) fn add(&mut self, phrase: impl Into<Cow<'static, str>>) {
        self.push(phrase.into(), "");
    }

    /// Adds a phrase about a word of the document. The word is shortened, because a stranger wrote
    /// it.
    pub(super) fn add_about(&mut self, what: &'static str, word: &str) {
        let end = word.floor_char_boundary(WORD_BYTES_MAX);
        self.push(Cow::Borrowed(what), word.get(..end).unwrap_or_default());
    }

    /// The document ended before its end tag.
    pub(super) fn add_cut_short(&mut self, kept: usize) {
        let items = if kept == 1 { "item" } else { "items" };
        self.add(format!("document ended early; {kept} complete {items} kept"));
    }

    /// There were more items than are read.
    pub(super) fn add_over_limit(&mut self, over: usize) {
        let items = if over == 1 { "item" } else { "items" };
        self.add(format!("{over} {items} beyond the first {ITEMS_MAX} not read"));
    }

    /// Adds a phrase that is new while the list has room.
    fn push(&mut self, what: Cow<'static, str>, word: &str) {
        if self.phrases.len() < NOTES_MAX
            && !self.phrases.iter().any(|(w, x)| *w == what && x == word)
        {
            self.phrases.push((what, word.to_owned()));
        }
    }

    /// The phrases in the form that is shown and stored.
    pub(super) fn into_phrases(self) -> Vec<String> {
        let phrase = |(what, word): (Cow<'static, str>, String)| {
            if word.is_empty() { what.into_owned() } else { format!("{what} `{word}`") }
        };
        self.phrases.into_iter().map(phrase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_occurs_a_thousand_times_is_listed_once_and_the_list_is_bounded() {
        let mut notes = Notes::default();
        for n in 0..1_000 {
            notes.add("bare `&` escaped");
            notes.add_about("unknown type", &format!("{n}{}", "値".repeat(1_000)));
        }
        let phrases = notes.into_phrases();
        assert_eq!(phrases.len(), NOTES_MAX);
        assert_eq!(phrases.iter().filter(|p| p.contains('&')).count(), 1);
        assert!(phrases.iter().all(|p| p.len() < 80));
    }
}
