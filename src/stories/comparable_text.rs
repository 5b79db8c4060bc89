//! A text prepared for the comparison with others, and what a comparison of two texts is about.
use std::time::Duration;

use super::alignment::unit_weight;
use super::boilerplate;
use super::text_units::{self, Unit, UnitKind};

/// A text of less weight than this says too little to be compared, in half words.
pub(super) const WEIGHT_MIN: usize = 12;

/// Bytes of a text that are read. Ten times what [`text_units::UNITS_MAX`] units need in most
/// texts; with this limit a text of many megabytes costs no more than a long one.
const READ_BYTES_MAX: usize = 256 << 10;

/// A news flash has fewer words than this under its headline.
const FLASH_WORDS_MAX: usize = 16;

/// A text prepared for comparisons: the story in units, without datelines, bylines and the closing
/// lines of agencies.
#[derive(Clone, Debug, Default)]
pub struct ComparableText {
    /// The story in units, in order.
    pub(super) units: Vec<Unit>,
    /// The units of the headline without its revision labels.
    pub(super) headline: Vec<Unit>,
    /// Hashes of its sentences. `recurring_lines.rs` recognises by them what a source writes under
    /// every story.
    pub(super) sentences: Vec<u64>,
    /// A label in the headline says that the story was revised.
    pub(super) revised: bool,
    /// The weight of all units, in half words.
    pub(super) weight: usize,
}

impl ComparableText {
    /// Prepares a headline and a plain text.
    pub fn new(title: &str, text: &str) -> Self {
        Self::new_without(title, text, |_| false)
    }

    /// The same without the sentences for whose hash `boilerplate` is true.
    pub(super) fn new_without(title: &str, text: &str, boilerplate: impl Fn(u64) -> bool) -> Self {
        let title = text_units::fold_text(title);
        let (bare, revised) = boilerplate::without_revision_label(&title);
        let mut headline = Vec::new();
        // Only the label is searched in lower case; names are recognised by their capitals.
        text_units::push_units(&bare, &mut headline);
        let mut story = Vec::new();
        let mut sentences = Vec::new();
        let head = text.get(..text.floor_char_boundary(READ_BYTES_MAX)).unwrap_or_default();
        let folded = text_units::fold_text(head);
        for sentence in boilerplate::news_sentences(boilerplate::without_title(&folded, &title)) {
            let begin = story.len();
            text_units::push_units(sentence, &mut story);
            if let Some(first) = story.get_mut(begin).filter(|unit| unit.kind == UnitKind::Name) {
                first.kind = UnitKind::Capital;
            }
            let hash = story
                .get(begin..)
                .unwrap_or_default()
                .iter()
                .fold(0, |hash: u64, unit| text_units::mix_wide(hash ^ u64::from(unit.hash)));
            if story.len() > begin {
                sentences.push(hash);
            }
            if boilerplate(hash) {
                story.truncate(begin);
            }
            if story.len() >= text_units::UNITS_MAX {
                break;
            }
        }
        text_units::without_nouns(&mut story);
        let weight = unit_weight(Some(&story));
        Self { units: story, headline, sentences, revised, weight }
    }

    /// Whether the text says enough to be compared with others.
    pub fn is_comparable(&self) -> bool {
        self.weight >= WEIGHT_MIN
    }

    /// Whether its text is so short that the headline may say it all.
    pub(super) fn is_news_flash(&self) -> bool {
        self.weight < FLASH_WORDS_MAX * 2
    }
}

/// How much two texts have in common, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Similarity {
    /// The common text as a share of all text of both.
    pub similarity: f64,
    /// The common text as a share of the shorter text.
    pub containment: f64,
}

/// What is known of two articles besides their texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct PairContext {
    /// Both are from one source. Its own stories resemble each other more, so other limits hold.
    pub same_source: bool,
    /// The time between their publications; zero if one is unknown.
    pub time_apart: Duration,
}
