//! What a reader knows who has read some texts.
use super::terms::{Term, Terms, TermsMark};

/// What is known from one text or several.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownTerms {
    terms: Vec<u32>,
    hangul_pairs: Vec<u32>,
}

impl KnownTerms {
    /// What these texts say.
    pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a Terms>) -> Self {
        let mut known = Self::default();
        for text in texts {
            known.terms.extend(text.list.iter().map(|term| term.hash));
            known.hangul_pairs.extend(&text.hangul_pairs);
        }
        known.sorted()
    }

    /// What a headline and the beginning of a text up to `end` say.
    pub(super) fn of_beginning(headline: &Terms, text: &Terms, end: TermsMark) -> Self {
        let mut known = Self::default();
        known
            .terms
            .extend(headline.list.iter().chain(text.list.iter().take(end.list)).map(|t| t.hash));
        known.hangul_pairs.extend(&headline.hangul_pairs);
        known.hangul_pairs.extend(text.hangul_pairs.iter().take(end.hangul_pairs));
        known.sorted()
    }

    fn sorted(mut self) -> Self {
        self.terms.sort_unstable();
        self.hangul_pairs.sort_unstable();
        self
    }

    /// Whether the term of a text is known. A Korean word is if more than half of its pairs of
    /// syllables are, because publishers join words differently.
    pub(super) fn has(&self, text: &Terms, term: Term) -> bool {
        if self.terms.binary_search(&term.hash).is_ok() {
            return true;
        }
        let pairs = text.pairs_of(term);
        let found = pairs.iter().filter(|pair| self.hangul_pairs.binary_search(pair).is_ok());
        found.count() * 2 > pairs.len()
    }
}
