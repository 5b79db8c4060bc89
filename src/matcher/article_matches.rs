//! The terms found in one article, and where.
use std::cell::OnceCell;

use super::article_text::ArticleText;
use super::automaton::{CompiledTerms, FieldSet, TermId, TermMatch};
use super::rule::Leaf;
use super::word_counter::WordCounter;

/// The matches of one article, with what is needed to evaluate rules on them.
pub(super) struct ArticleMatches<'a> {
    /// The terms of the watchlist.
    pub(super) lexicon: &'a CompiledTerms,
    /// The article.
    pub(super) text: &'a ArticleText<'a>,
    /// Sorted by term.
    found: &'a [TermMatch],
    /// Counted at the first use, because only NEAR needs it and few watches have one.
    ruler: OnceCell<WordCounter>,
}

impl<'a> ArticleMatches<'a> {
    /// `found` must be sorted by term.
    pub(super) fn new(
        lexicon: &'a CompiledTerms,
        text: &'a ArticleText<'a>,
        found: &'a [TermMatch],
    ) -> Self {
        Self { lexicon, text, found, ruler: OnceCell::new() }
    }

    /// Counts the words between two places of the article.
    pub(super) fn word_counter(&self) -> &WordCounter {
        self.ruler.get_or_init(|| WordCounter::new(self.text))
    }

    /// The matches, grouped by term.
    pub(super) fn by_term(&self) -> impl Iterator<Item = (TermId, &'a [TermMatch])> {
        let same = self.found.chunk_by(|a, b| a.term == b.term);
        same.filter_map(|all| Some((all.first()?.term, all)))
    }

    /// The matches of one term in the fields that the leaf names.
    pub(super) fn matches_of(&self, leaf: Leaf) -> impl Iterator<Item = &'a TermMatch> {
        let from = self.found.partition_point(|s| s.term < leaf.term);
        self.found
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |s| s.term == leaf.term)
            .filter(move |s| leaf.fields.has(s.field))
    }

    /// The matches of any of `terms`, which must be sorted. It goes through the terms that were
    /// found and not through `terms`, because an article has some dozen terms and a list may have
    /// thousands.
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
