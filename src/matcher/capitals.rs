//! Judges the capitals of a match. An acronym that is also a word, such as `WHO`, `US` or `ICE`,
//! is found only in capitals: "they gave us hope" is no news of the US. All other terms are found
//! in any case: `NATO` in "Nato".
use super::language_set::{self, LanguageSet};
use super::letters::LetterContext;
use super::normalise;
use super::tolerances::Tolerances;
use super::word_forms;

/// The shortest term that counts as an acronym, in letters.
const ACRONYM_LETTERS_MIN: usize = 2;
/// The longest term that counts as an acronym, in letters. A longer one in capitals is a word that
/// was typed in capitals.
const ACRONYM_LETTERS_MAX: usize = 6;

/// English words that carry no meaning of their own and spell an acronym. The data of word forms
/// has nouns, names, adjectives and verbs, so these are listed here.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can",
    "did", "do", "for", "from", "had", "has", "he", "her", "him", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "may", "me", "my", "no", "nor", "not", "of", "off", "on", "or",
    "our", "out", "own", "per", "she", "so", "than", "that", "the", "them", "then", "they", "this",
    "to", "too", "up", "us", "was", "we", "were", "what", "when", "who", "why", "will", "with",
    "yet", "you",
];

/// Whether the capitals of a term must be in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CapitalRule {
    /// Any case is right.
    #[default]
    Free,
    /// Capitals are needed where the language of the article has a word of these letters.
    UnlessNoWord,
    /// Capitals or dots are always needed: the term was written with dots.
    Always,
}

impl CapitalRule {
    /// The rule for a term as it is written, without punctuation that may be left out. `dotted`
    /// says that dots of an acronym were left out.
    pub(super) fn of(written: &str, dotted: bool) -> Self {
        let letters = written.chars().count();
        let acronym = (ACRONYM_LETTERS_MIN..=ACRONYM_LETTERS_MAX).contains(&letters)
            && written.chars().all(char::is_uppercase);
        match (acronym, dotted) {
            (true, true) => Self::Always,
            (true, false) => Self::UnlessNoWord,
            (false, _) => Self::Free,
        }
    }

    /// The tolerance needed for `found`, the text that was taken for the term, or `None` if it is
    /// another word. `field` is all of its field.
    pub(super) fn agree(
        self,
        found: &str,
        field: &LetterContext<'_>,
        spoken: LanguageSet,
    ) -> Option<Tolerances> {
        let none = Some(Tolerances::default());
        if self == Self::Free || found.contains('.') {
            return none;
        }
        let capitals = !found.chars().any(char::is_lowercase);
        let is_word = || is_common_word(&normalise::normalise(found), spoken);
        if !capitals {
            return if self == Self::Always || is_word() { None } else { none };
        }
        // A text all in capitals says nothing by them.
        let shouted = field.text.len() > found.len() && field.is_all_capitals();
        if shouted && is_word() { Some(Tolerances::CAPITALS) } else { none }
    }
}

/// Whether the capitals of two texts with the same letters are at the same places.
pub(super) fn same_case(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<Vec<_>>();
    letters(a).iter().zip(&letters(b)).all(|(a, b)| a.is_uppercase() == b.is_uppercase())
}

/// Whether the letters of an acronym are also a common word, in a language of the article or, if
/// that is unknown, in English.
fn is_common_word(folded: &str, spoken: LanguageSet) -> bool {
    let is_word = |language| {
        (language_set::is_english(language) && FUNCTION_WORDS.contains(&folded))
            || word_forms::is_listed(folded, language)
    };
    match spoken {
        LanguageSet::ALL => language_set::english().is_some_and(is_word),
        some => some.languages().any(is_word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acronym_that_is_a_word_wants_its_capitals() {
        let agrees = |written: &str, found: &str, field: &str| {
            let field = LetterContext::new(field, None);
            CapitalRule::of(written, false).agree(found, &field, LanguageSet::ALL)
        };
        assert_eq!(agrees("IT", "it", "leave it"), None);
        assert_eq!(agrees("IT", "IT", "the IT team"), Some(Tolerances::default()));
        assert_eq!(agrees("IT", "IT", "LEAVE IT THERE"), Some(Tolerances::CAPITALS));
        assert_eq!(agrees("Reform", "reform", "the reform"), Some(Tolerances::default()));
    }

    #[test]
    fn a_term_with_dots_is_never_a_word() {
        let rule = CapitalRule::of("UN", true);
        assert_eq!(
            rule.agree("Un", &LetterContext::new("Un accord", None), LanguageSet::ALL),
            None
        );
        assert_eq!(
            rule.agree("U.N", &LetterContext::new("the U.N. said", None), LanguageSet::ALL),
            Some(Tolerances::default())
        );
    }
}
