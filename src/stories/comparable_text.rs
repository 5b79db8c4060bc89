//! A text prepared for the comparison with others, and what a comparison of two texts is about.
use std::time::Duration;

use super::alignment::unit_weight;
use super::boilerplate;
use super::text_units::{self, Unit, UnitKind};

/// Texts of less than this say too little to be compared, in half words.
pub(super) const WEIGHT_MIN: usize = 12;

/// Bytes of a text that are read, ten times what [`units::UNITS_MAX`] mostly need: a text of many
/// megabytes costs no more than a long one.
const READ_BYTES_MAX: usize = 256 << 10;

/// A flash has fewer words than this under its headline.
const FLASH_WORDS_MAX: usize = 16;

/// A text made ready to be compared: its story in units, without datelines, bylines and tails.
#[derive(Clone, Debug, Default)]
pub struct ComparableText {
    pub(super) units: Vec<Unit>,
    /// Units of the headline without its marks.
    pub(super) headline: Vec<Unit>,
    /// Hashes of the story's sentences, for the recognition of boilerplate.
    pub(super) sentences: Vec<u64>,
    /// The headline says that the story was revised.
    pub(super) revised: bool,
    /// In half words.
    pub(super) weight: usize,
}

impl ComparableText {
    /// Reads a headline and a plain text.
    pub fn new(title: &str, text: &str) -> Self {
        Self::new_without(title, text, |_| false)
    }

    /// Reads them without the sentences whose hash `boilerplate` knows.
    pub(super) fn new_without(title: &str, text: &str, boilerplate: impl Fn(u64) -> bool) -> Self {
        let title = text_units::fold_text(title);
        let (bare, revised) = boilerplate::without_revision_label(&title);
        let mut headline = Vec::new();
        // The marks come off in lower case, which would hide the names.
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

    /// Whether it says so little under its headline that the headline may say it all.
    pub(super) fn is_news_flash(&self) -> bool {
        self.weight < FLASH_WORDS_MAX * 2
    }
}

/// How much two texts have in common, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Similarity {
    /// Common text over all text.
    pub similarity: f64,
    /// Common text over the shorter text.
    pub containment: f64,
}

/// What is known of two articles beside their texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct PairContext {
    pub same_source: bool,
    /// Between their publication; zero if unknown.
    pub time_apart: Duration,
}
