//! The terms found in one article, and where.
use std::cell::OnceCell;

use super::article_text::ArticleText;
use super::automaton::{CompiledTerms, FieldSet, TermId, TermMatch};
use super::rule::Leaf;
use super::word_counter::WordCounter;

/// What was seen in one article.
pub(super) struct ArticleMatches<'a> {
    pub(super) lexicon: &'a CompiledTerms,
    pub(super) text: &'a ArticleText<'a>,
    /// Sorted by term.
    sightings: &'a [TermMatch],
    /// Where the words of the article begin; only NEAR asks.
    ruler: OnceCell<WordCounter>,
}

impl<'a> ArticleMatches<'a> {
    pub(super) fn new(
        lexicon: &'a CompiledTerms,
        text: &'a ArticleText<'a>,
        sightings: &'a [TermMatch],
    ) -> Self {
        Self { lexicon, text, sightings, ruler: OnceCell::new() }
    }

    pub(super) fn word_counter(&self) -> &WordCounter {
        self.ruler.get_or_init(|| WordCounter::new(self.text))
    }

    /// The sightings of one term after the other.
    pub(super) fn by_term(&self) -> impl Iterator<Item = (TermId, &'a [TermMatch])> {
        let same = self.sightings.chunk_by(|a, b| a.term == b.term);
        same.filter_map(|all| Some((all.first()?.term, all)))
    }

    /// Where the leaf's term stands in the leaf's fields.
    pub(super) fn matches_of(&self, leaf: Leaf) -> impl Iterator<Item = &'a TermMatch> {
        let from = self.sightings.partition_point(|s| s.term < leaf.term);
        self.sightings
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |s| s.term == leaf.term)
            .filter(move |s| leaf.fields.has(s.field))
    }

    pub(super) fn matches_of_any(
        &self,
        terms: &[TermId],
        fields: FieldSet,
    ) -> impl Iterator<Item = &'a TermMatch> {
        self.by_term()
            .filter(|(term, _)| terms.binary_search(term).is_ok())
            .flat_map(|(_, all)| all)
            .filter(move |s| fields.has(s.field))
    }
}
