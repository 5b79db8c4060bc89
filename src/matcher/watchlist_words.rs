//! What is known of the words of a watchlist while it is compiled.
use std::collections::HashMap;
use std::sync::Arc;

use super::language_set::LanguageSet;
use super::term::WordStem;
use super::word_forms::{self, Endings, Language, Stem};

/// Letters that a guessed stem lacks of its word at most, and those it has at least.
const GUESSED_CUT_MAX: usize = 3;
const GUESSED_STEM_MIN: usize = 3;

/// The stems of a word in one language; `None` if it has no forms there.
pub(super) type KnownStems = Option<Arc<[WordStem]>>;

/// What is known of the words of a watchlist while it is compiled: most words stand in many terms.
#[derive(Debug, Default)]
pub(super) struct WatchlistWords {
    /// The forms of each word in all languages.
    forms: HashMap<Box<str>, Arc<WordForms>>,
    /// The stems of each word in one language; `None` if it has no forms there.
    stems: HashMap<Language, HashMap<Box<str>, KnownStems>>,
    /// The lists of endings, each kept once: most terms share theirs with many others.
    lists: HashMap<Vec<Endings>, Arc<[Endings]>>,
}

/// The forms of a word in all languages that may have it.
#[derive(Debug, Default)]
pub(super) struct WordForms {
    /// The languages whose lists have it.
    pub(super) listed: LanguageSet,
    /// The languages in which it is the plural of a lemma.
    pub(super) plural: LanguageSet,
    pub(super) stems: Vec<StemEndings>,
}

/// A stem in all languages that have it.
#[derive(Debug)]
pub(super) struct StemEndings {
    /// Folded.
    pub(super) stem: Box<str>,
    /// What may follow, language by language.
    pub(super) endings: Vec<Endings>,
}

impl WatchlistWords {
    /// The forms of a folded word in all languages that may have it.
    pub(super) fn forms(&mut self, word: &str) -> Arc<WordForms> {
        if let Some(known) = self.forms.get(word) {
            return Arc::clone(known);
        }
        let mut found = WordForms::default();
        let letters = word.chars().count();
        for language in Language::candidates(word) {
            let is_guess = word_forms::is_guessed(word, language);
            let own = LanguageSet::of([language]);
            if word_forms::is_listed(word, language) {
                found.listed = found.listed.and(own);
            }
            if word_forms::is_plural(word, language) {
                found.plural = found.plural.and(own);
            }
            for Stem { text, endings } in word_forms::stems(word, language) {
                if is_guess && is_too_short(&text, letters) {
                    continue;
                }
                if let Some(known) = found.stems.iter_mut().find(|known| *known.stem == *text) {
                    known.endings.push(endings);
                } else {
                    let endings = vec![endings];
                    found.stems.push(StemEndings { stem: text.into(), endings });
                }
            }
        }
        let found = Arc::new(found);
        self.forms.insert(word.into(), Arc::clone(&found));
        found
    }

    /// The stems of a folded word in one language; `None` if it has no forms there.
    pub(super) fn stems_in(&mut self, word: &str, language: Language) -> KnownStems {
        let known = self.stems.entry(language).or_default();
        if let Some(known) = known.get(word) {
            return known.clone();
        }
        let stem = |stem: Stem| WordStem { text: stem.text.into(), endings: [stem.endings].into() };
        let stems: Arc<[WordStem]> =
            word_forms::stems(word, language).into_iter().map(stem).collect();
        let found = Some(stems).filter(|stems| !stems.is_empty());
        known.insert(word.into(), found.clone());
        found
    }

    /// The languages that a phrase may be of: those whose lists have the most of its words. So
    /// `export control` has no French forms, although French has the word `export`.
    pub(super) fn languages_of(&mut self, words: &[&str]) -> Vec<Language> {
        let sets: Vec<LanguageSet> = words.iter().map(|word| self.forms(word).listed).collect();
        let listed = |one: Language| sets.iter().filter(|set| set.has(one)).count();
        let most = Language::all().map(listed).max().unwrap_or(0);
        let spoken = Language::all().filter(|one| listed(*one) == most);
        if most == 0 { Vec::new() } else { spoken.collect() }
    }

    /// The shared list with these endings.
    pub(super) fn shared(&mut self, endings: Vec<Endings>) -> Arc<[Endings]> {
        if let Some(known) = self.lists.get(&endings) {
            return Arc::clone(known);
        }
        let list: Arc<[Endings]> = endings.clone().into();
        self.lists.insert(endings, Arc::clone(&list));
        list
    }
}

/// Whether a stem that was guessed is too short a part of its word of so many letters. A literal of
/// a few letters is at the beginning of so many words that the search would be slow, and a guess is
/// seldom right about a word that changes so much.
fn is_too_short(stem: &str, letters: usize) -> bool {
    let kept = stem.chars().count();
    kept + GUESSED_CUT_MAX < letters || kept < GUESSED_STEM_MIN.min(letters)
}
