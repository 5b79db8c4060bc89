//! Measures two texts against each other.
use super::alignment::{Alignment, HEAD_WEIGHT, align, count_replacements};
use super::comparable_text::{ComparableText, Similarity};
use super::text_units::{self, Unit, UnitKind};

/// All measures of two texts. The shorter one is compared with the longer one, whichever is given
/// first, so the order does not matter.
pub(super) struct Comparison {
    /// How much text they have in common.
    pub(super) likeness: Similarity,
    /// What was replaced, and where.
    pub(super) alignment: Alignment,
    /// Words of the shorter text.
    pub(super) words: usize,
    pub(super) longer_words: usize,
    /// How many times longer the longer text is.
    pub(super) ratio: f64,
    /// Distinct numbers of the shorter text that the longer one has too.
    pub(super) shared_numbers: usize,
    /// Distinct numbers of the shorter text that the longer one does not have.
    pub(super) missing_numbers: usize,
    /// The share of the content words of the shorter text that the longer one has.
    pub(super) shared_vocabulary: f64,
    /// The share of the first content words of the shorter text that the longer one has at its
    /// beginning.
    pub(super) opening_overlap: f64,
    /// The share of the beginning of the longer text that the shorter one has.
    pub(super) long_head: f64,
    /// The share of the shorter headline that the other headline has.
    pub(super) headline_overlap: f64,
    /// Places where the headlines have different words, not only more words.
    pub(super) headline_replacements: usize,
    /// Both headlines have numbers, and each has one that the other lacks.
    pub(super) other_numbers: bool,
    /// The share of the words of its headline that each text contains; the lower of the two.
    pub(super) shared_content: f64,
    /// How much of what headline and text of an article both name is missing in the other article;
    /// the lower of the two. It shows a template that was filled in for somebody else.
    pub(super) subjects_missing: usize,
    /// The share of the first content words of an article that the other article does not have;
    /// the lower of the two.
    pub(super) headline_missing: f64,
}

impl Comparison {
    /// Measures two texts.
    pub(super) fn new(a: &ComparableText, b: &ComparableText) -> Self {
        // Of two texts of the same weight always the same one counts as the shorter, so that the
        // order does not matter.
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

/// The first units, up to this weight in half words.
fn beginning(units: &[Unit], weight_max: usize) -> &[Unit] {
    let mut weight = 0;
    let within = |unit: &&Unit| {
        weight += unit.weight();
        weight <= weight_max
    };
    let count = units.iter().take_while(within).count();
    units.get(..count).unwrap_or_default()
}

/// The distinct content words of a text, and pairs of characters where words are not separated;
/// sorted.
fn content_words(units: &[Unit]) -> Vec<u64> {
    let telling = |unit: &&Unit| !matches!(unit.kind, UnitKind::Common | UnitKind::Grammar);
    distinct_hashes(&units.iter().filter(telling).copied().collect::<Vec<Unit>>())
}

/// The content words of headline and text; sorted.
fn all_content_words(article: &ComparableText) -> Vec<u64> {
    let mut all = content_words(&article.units);
    all.extend(content_words(&article.headline));
    all.sort_unstable();
    all
}

/// How much of what both headline and text of an article name is missing in another article.
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

/// The share of `these` that is among `others`, which must be sorted.
fn share_held(these: &[u64], others: &[u64]) -> f64 {
    ratio(these.iter().filter(|hash| others.binary_search(hash).is_ok()).count(), these.len())
}

/// The share of the shorter list that the other has, in words and in pairs of characters.
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

/// A count as a floating-point number.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
