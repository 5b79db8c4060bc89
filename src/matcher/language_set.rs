//! A set of languages.
use super::word_forms::Language;

/// The tag of English.
const ENGLISH: &str = "en";

/// A set of the languages with word forms, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LanguageSet(u64);

impl LanguageSet {
    /// Every language.
    pub(super) const ALL: Self = Self(u64::MAX);

    /// The set of these languages.
    pub(super) fn of(languages: impl Iterator<Item = Language>) -> Self {
        Self(languages.fold(0, |set, one| set | one.bit()))
    }

    /// Whether a language is in the set.
    pub(super) fn has(self, one: Language) -> bool {
        self.0 & one.bit() != 0
    }
}

/// The language that a text of unknown language is taken for, where one must be assumed.
pub(super) fn english() -> Option<Language> {
    Language::of_tag(ENGLISH)
}

/// Whether a language is English.
pub(super) fn is_english(language: Language) -> bool {
    language.tag() == ENGLISH
}
