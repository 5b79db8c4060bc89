//! Weighs the measures of two texts into the probability that one is a copy of the other.
//!
//! It is a logistic regression. The weights were learned from the labelled sets in
//! `tests/it/dedupe` by `cargo bench --bench weights`, which prints them, and how well they decide
//! on stories they were not learned from.
use super::comparable_text::PairContext;
use super::comparison::{Comparison, number};

/// The names of the measures, in the order of [`Features`].
pub const FEATURE_NAMES: [&str; FEATURES] = [
    // The share of the shorter text that the longer one has.
    "containment",
    // The share of its content words that the longer one has.
    "vocabulary",
    // The share of its first content words that the longer one has at its beginning.
    "opening",
    // The share of the beginning of the longer text that the shorter one has.
    "long_head",
    // Numbers that both have.
    "figures",
    // Places where a number or name was replaced by another: in relation to the length, and their
    // number.
    "swapped",
    "swaps",
    // Places where a name cannot be told from a word, and where other words were replaced.
    "reworded",
    "edited",
    // Replaced places at the beginning.
    "swapped_early",
    // The share of its headline that each text contains.
    "told",
    // The share of the first content words of each article that the other one lacks.
    "unheard",
    // Words of the shorter text, and how many times longer the longer one is.
    "length",
    "ratio",
    // Published half a day or more apart.
    "day",
    // Only within one source: a revision label; the similarity of the headlines; half a day apart;
    // the share that the longer text has.
    "own_marked",
    "own_headline",
    "own_day",
    "own_containment",
];

/// Number of measures.
const FEATURES: usize = 19;

/// The measures of two texts. Each is bounded, so that no extreme value decides alone.
pub type Features = [f64; FEATURES];

/// The weight of each measure.
const WEIGHTS: Features = [
    4.748,  // containment
    7.354,  // vocabulary
    0.868,  // opening
    0.043,  // long_head
    1.377,  // figures
    -1.890, // swapped
    -0.554, // swaps
    0.670,  // reworded
    1.973,  // edited
    -0.586, // swapped_early
    2.410,  // told
    -2.426, // unheard
    1.344,  // length
    2.961,  // ratio
    -1.505, // day
    2.120,  // own_marked
    1.145,  // own_headline
    -3.287, // own_day
    -4.022, // own_containment
];

/// The intercept: the sum before any measure.
const INTERCEPT: f64 = -17.148;

/// From this probability on it is a copy. More than one half, because a wrong silence is worse
/// than a wrong alert.
const PROBABILITY_MIN: f64 = 0.65;

/// The measures in the form in which they are weighed.
pub(super) fn features(m: &Comparison, between: PairContext, marked: bool, day: bool) -> Features {
    // Replaced places, in relation to the number of places in a text of this length.
    let places = |count: usize, max: f64| (number(count) / (number(m.words) / 20.0 + 1.0)).min(max);
    let when = |so: bool| if so { 1.0 } else { 0.0 };
    let own = when(between.same_source);
    [
        m.likeness.containment,
        m.shared_vocabulary,
        m.opening_overlap,
        m.long_head,
        number(m.shared_numbers.min(8)).ln_1p(),
        places(m.alignment.replaced, 1.5),
        number(m.alignment.replaced.min(6)),
        places(m.alignment.reworded, 1.5),
        places(m.alignment.edited, 2.0),
        number(m.alignment.replaced_early.min(2)),
        m.shared_content,
        m.headline_missing,
        number(m.words).clamp(8.0, 400.0).ln(),
        m.ratio.clamp(1.0, 10.0).ln(),
        when(day),
        own * when(marked),
        own * m.headline_overlap,
        own * when(day),
        own * m.likeness.containment,
    ]
}

/// Whether the measures say that one text is a copy of the other.
pub(super) fn is_copy(evidence: &Features) -> bool {
    let sum: f64 = evidence.iter().zip(WEIGHTS).map(|(measure, weight)| measure * weight).sum();
    1.0 / (1.0 + (-(INTERCEPT + sum)).exp()) >= PROBABILITY_MIN
}
