//! What is measured between two texts.
use super::alignment::{Alignment, HEAD_WEIGHT, align, count_replacements};
use super::comparable_text::{ComparableText, Similarity};
use super::text_units::{self, Unit, UnitKind};

/// Everything measured between two texts. It has no direction: of two texts the shorter is laid
/// along the longer.
pub(super) struct Comparison {
    pub(super) likeness: Similarity,
    pub(super) alignment: Alignment,
    /// The shorter text, in words.
    pub(super) words: usize,
    pub(super) longer_words: usize,
    /// The longer text over the shorter.
    pub(super) ratio: f64,
    /// Of the shorter text's different numbers, those the longer has anywhere.
    pub(super) shared_numbers: usize,
    /// Of them, those it has nowhere.
    pub(super) missing_numbers: usize,
    /// The share of the shorter text's telling words that the longer has anywhere.
    pub(super) shared_vocabulary: f64,
    /// The share of the first such words of the shorter that the longer has at its beginning.
    pub(super) opening_overlap: f64,
    /// The share of the longer text's first words that were found in the shorter.
    pub(super) long_head: f64,
    /// The share of the shorter headline's units that the other headline has.
    pub(super) headline_overlap: f64,
    /// Places where one headline has something else than the other, and not only more.
    pub(super) headline_replacements: usize,
    /// Both headlines hold numbers, and each a number that the other lacks.
    pub(super) other_numbers: bool,
    /// How much of its headline each text tells at least.
    pub(super) shared_content: f64,
    /// What each article's headline and text name and the other article does not, at least: a
    /// template is filled in for somebody else.
    pub(super) subjects_missing: usize,
    /// The share of each article's first telling words that the other article has nowhere, at least.
    pub(super) headline_missing: f64,
}

impl Comparison {
    pub(super) fn new(a: &ComparableText, b: &ComparableText) -> Self {
        // Of two of one weight, always the same one is laid along the other.
        let order = a.weight.cmp(&b.weight).then_with(|| a.sentences.cmp(&b.sentences));
        let (short, long) = if order.is_le() { (a, b) } else { (b, a) };
        let alignment = align(&short.units, &long.units);
        let all = short.weight + long.weight - alignment.matched;
        let numbers = text_units::missing_units(&short.units, &long.units, UnitKind::Number);
        let (whole_a, whole_b) = (all_content_words(a), all_content_words(b));
        let unheard = |of: &ComparableText, other: &[u64]| {
            1.0 - share_held(&content_words(beginning(&of.units, HEAD_WEIGHT)), other)
        };
        let other_numbers = |a: &ComparableText, b: &ComparableText| {
            text_units::missing_units(&a.headline, &b.headline, UnitKind::Number).missing > 0
        };
        Self {
            likeness: Similarity {
                similarity: ratio(alignment.matched, all),
                containment: ratio(alignment.matched, short.weight),
            },
            alignment,
            words: short.weight / 2,
            longer_words: long.weight / 2,
            ratio: ratio(long.weight, short.weight.max(1)),
            shared_numbers: numbers.all - numbers.missing,
            missing_numbers: numbers.missing,
            shared_vocabulary: share_held(
                &content_words(&short.units),
                &content_words(&long.units),
            ),
            opening_overlap: share_held(
                &content_words(beginning(&short.units, HEAD_WEIGHT)),
                &content_words(beginning(&long.units, HEAD_WEIGHT * 3)),
            ),
            long_head: ratio(alignment.long_head, HEAD_WEIGHT.min(long.weight)),
            headline_overlap: overlap(&a.headline, &b.headline),
            headline_replacements: count_replacements(&a.headline, &b.headline),
            other_numbers: other_numbers(a, b) && other_numbers(b, a),
            shared_content: overlap(&a.headline, &short.units)
                .min(overlap(&b.headline, &short.units)),
            subjects_missing: subjects_missing(a, &whole_b).min(subjects_missing(b, &whole_a)),
            headline_missing: unheard(a, &whole_b).min(unheard(b, &whole_a)),
        }
    }
}

/// As many of the first units as weigh no more than this, in half words.
fn beginning(units: &[Unit], weight_max: usize) -> &[Unit] {
    let mut weight = 0;
    let within = |unit: &&Unit| {
        weight += unit.weight();
        weight <= weight_max
    };
    let count = units.iter().take_while(within).count();
    units.get(..count).unwrap_or_default()
}

/// The different words of a text that tell something, and pairs of such characters; sorted.
fn content_words(units: &[Unit]) -> Vec<u64> {
    let telling = |unit: &&Unit| !matches!(unit.kind, UnitKind::Common | UnitKind::Grammar);
    distinct_hashes(&units.iter().filter(telling).copied().collect::<Vec<Unit>>())
}

/// What a headline and its text tell; sorted.
fn all_content_words(article: &ComparableText) -> Vec<u64> {
    let mut all = content_words(&article.units);
    all.extend(content_words(&article.headline));
    all.sort_unstable();
    all
}

/// How much of what an article's headline names, and its text too, another article has nowhere.
fn subjects_missing(article: &ComparableText, other: &[u64]) -> usize {
    let told = content_words(&article.units);
    let foreign =
        |hash: &&u64| told.binary_search(hash).is_ok() && other.binary_search(hash).is_err();
    content_words(&article.headline).iter().filter(foreign).count()
}

fn distinct_hashes(units: &[Unit]) -> Vec<u64> {
    let mut hashes: Vec<u64> = text_units::shingles(units, 1).map(|(_, hash)| hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// The share of these that the others, sorted, hold.
fn share_held(these: &[u64], others: &[u64]) -> f64 {
    ratio(these.iter().filter(|hash| others.binary_search(hash).is_ok()).count(), these.len())
}

/// The share of the lighter list's words, and pairs of characters, that the other has.
fn overlap(a: &[Unit], b: &[Unit]) -> f64 {
    let of = |units: &[Unit]| {
        let said: Vec<Unit> =
            units.iter().filter(|unit| unit.kind != UnitKind::Common).copied().collect();
        distinct_hashes(&said)
    };
    let (a, b) = (of(a), of(b));
    if a.len() <= b.len() { share_held(&a, &b) } else { share_held(&b, &a) }
}

/// `part` over `whole`; zero if there is no whole.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}

/// A count as a number that can be weighed.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
