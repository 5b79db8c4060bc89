//! An article prepared for comparisons: the terms of its headline and of its own text.
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::boilerplate;
use super::terms::{TERMS_MAX, Term, Terms, TermsMark};
use super::text_folding::{fold_text, mix_wide};

/// Bytes of a text that are read. More than [`TERMS_MAX`] terms need in most texts; with this limit
/// a text of many megabytes costs no more than a long one.
const READ_BYTES_MAX: usize = 64 << 10;

/// The terms at the beginning of a text in which news stands, by weight: about three sentences of
/// an agency.
const LEAD_WEIGHT: f64 = 30.0;

/// Ends of a text that was cut.
const CUT_ENDS: [&str; 3] = ["...", "…", "[…]"];

/// Words by which a publisher says that something was wrong, in lower case.
const CORRECTIONS: [&str; 17] = [
    "corrected",
    "corrects",
    "correction",
    "correcting",
    "clarifies",
    "clarification",
    "berichtig",
    "korrektur",
    "korrigiert",
    "rectificat",
    "corrección",
    "corregid",
    "정정",
    "고침",
    "訂正",
    "更正",
    "修正",
];

/// All of them in one automaton. `None` only if there were too many, which a test would notice.
static CORRECTION_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(CORRECTIONS)
        .ok()
});

/// An article prepared for comparisons.
#[derive(Clone, Debug, Default)]
pub struct ArticleText {
    /// The terms of the headline without its revision labels.
    pub(super) headline: Terms,
    /// The terms of the text without datelines, bylines, link lines and closing lines.
    pub(super) body: Terms,
    /// Where the lead of the text ends.
    pub(super) lead_end: TermsMark,
    /// Words of its headline and lead that are common among the told articles, sorted.
    pub(super) common: Vec<u32>,
    /// Hashes of its sentences. `recurring_lines.rs` recognises by them what a source writes in
    /// every story.
    pub(super) sentences: Vec<u64>,
    /// The text ends in the middle: it is a teaser.
    pub(super) cut: bool,
    /// The headline says that the publisher corrects something.
    pub(super) headline_corrects: bool,
    /// The text says so.
    pub(super) body_corrects: bool,
}

impl ArticleText {
    /// Prepares a headline and a plain text.
    pub fn new(title: &str, text: &str) -> Self {
        Self::new_without(title, text, |_| false)
    }

    /// The same without the sentences for whose hash `recurring` is true.
    pub(super) fn new_without(title: &str, text: &str, recurring: impl Fn(u64) -> bool) -> Self {
        let corrects = |text: &str| CORRECTION_WORDS.as_ref().is_some_and(|of| of.is_match(text));
        let title = fold_text(title);
        let head = text.get(..text.floor_char_boundary(READ_BYTES_MAX)).unwrap_or_default();
        // Some feeds give the headline where the text should be.
        let head = if head.trim() == title.trim() { "" } else { head };
        let folded = fold_text(head);
        let bare = boilerplate::without_label(&title);
        let mut article = Self {
            headline: Terms::of(bare),
            cut: CUT_ENDS.iter().any(|end| folded.trim_end().ends_with(end)),
            headline_corrects: corrects(&title),
            body_corrects: corrects(&folded),
            ..Self::default()
        };
        let mut weight = 0.0;
        for sentence in boilerplate::news_sentences(boilerplate::without_title(&folded, &title)) {
            let before = article.body.mark();
            article.body.push(&sentence);
            let own = article.body.list.get(before.list..).unwrap_or_default();
            if own.is_empty() {
                continue;
            }
            let hash = own.iter().fold(0, |hash: u64, term| mix_wide(hash ^ u64::from(term.hash)));
            article.sentences.push(hash);
            if recurring(hash) {
                article.body.rewind(before);
                continue;
            }
            if weight < LEAD_WEIGHT {
                for (at, term) in own.iter().enumerate() {
                    if weight < LEAD_WEIGHT {
                        article.lead_end.list = before.list + at + 1;
                    }
                    weight += term.weight();
                }
                article.lead_end.hangul_pairs = article.body.hangul_pairs.len();
            }
            if article.body.list.len() >= TERMS_MAX {
                break;
            }
        }
        article
    }

    /// Notes which words of its headline and lead are common.
    pub(super) fn note_common(&mut self, is_common: impl Fn(u32) -> bool) {
        let beginning = self.headline.list.iter().chain(self.lead());
        self.common = beginning.map(|term| term.hash).filter(|word| is_common(*word)).collect();
        self.common.sort_unstable();
    }

    /// The terms of its lead.
    pub(super) fn lead(&self) -> &[Term] {
        self.body.list.get(..self.lead_end.list).unwrap_or_default()
    }

    /// The terms behind its lead.
    pub(super) fn rest(&self) -> &[Term] {
        self.body.list.get(self.lead_end.list..).unwrap_or_default()
    }
}
