//! A set of languages.
use super::word_forms::Language;

/// The tag of English.
const ENGLISH: &str = "en";

/// A set of the languages with word forms, one bit each. The highest bit says that a language
/// without word forms may be meant too: every article has it, and every spelling that is looked for
/// in all articles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct LanguageSet(u64);

impl LanguageSet {
    /// Every language.
    pub(super) const ALL: Self = Self(u64::MAX);
    /// The languages without word forms.
    pub(super) const OTHER: Self = Self(1 << 63);

    /// The set of these languages.
    pub(super) fn of(languages: impl IntoIterator<Item = Language>) -> Self {
        Self(languages.into_iter().fold(0, |set, one| set | one.bit()))
    }

    /// Both sets together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a language is in the set.
    pub(super) fn has(self, one: Language) -> bool {
        self.0 & one.bit() != 0
    }

    /// Whether a language is in both sets.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The languages with word forms in the set.
    pub(super) fn languages(self) -> impl Iterator<Item = Language> {
        Language::all().filter(move |one| self.has(*one))
    }

    /// The only language with word forms in the set.
    pub(super) fn only(self) -> Option<Language> {
        let with_forms = self.0 & !Self::OTHER.0;
        let one = with_forms.is_power_of_two();
        self.languages().next().filter(|_| one)
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
