//! How much what was measured between two texts says for one story.
//!
//! A logistic regression: every measure is weighed, and the sum says how likely two texts are one.
//! The weights were learned from the labelled sets of `tests/it/dedupe` by `cargo bench --bench
//! weights`, which prints them and how well they do on stories they were not learned from.
use super::comparable_text::PairContext;
use super::comparison::{Comparison, number};

/// What is weighed, in the order of [`Features`]. Of two texts the shorter is laid along the longer.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    // The share of the shorter text that was found in the longer.
    "containment",
    // The share of its telling words that the longer has anywhere.
    "vocabulary",
    // The share of its first ones that the longer has at its beginning.
    "opening",
    // The share of the longer text's first words that were found in the shorter.
    "long_head",
    // Numbers both have.
    "figures",
    // Places where a number or a name stands for another, by length; and how many there are.
    "swapped",
    "swaps",
    // Places where a name cannot be told from a word, and where words stand for other words.
    "reworded",
    "edited",
    // Swapped places at the beginning.
    "swapped_early",
    // How much of its headline each text tells.
    "told",
    // The share of each article's first telling words that the other has nowhere.
    "unheard",
    // Words of the shorter text, and how many times as long the longer one is.
    "length",
    "ratio",
    // Half a day or more apart.
    "day",
    // Of one source: a mark says revised; how alike the headlines are; half a day apart; found.
    "own_marked",
    "own_headline",
    "own_day",
    "own_containment",
];

/// How many measures there are.
const FEATURES: usize = 19;

/// The measures of two texts, each within bounds, so that no outlier decides alone.
pub type Features = [f64; FEATURES];

/// What each measure weighs.
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

/// What the sum is for two texts of which nothing was measured.
const INTERCEPT: f64 = -17.148;

/// From this probability on two texts are one.
const PROBABILITY_MIN: f64 = 0.65;

/// The measures as they are weighed.
pub(super) fn features(m: &Comparison, between: PairContext, marked: bool, day: bool) -> Features {
    // Places in which something else stands, of those that a text of this length offers.
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

/// Whether the measures say that two texts are one.
pub(super) fn is_copy(evidence: &Features) -> bool {
    let sum: f64 = evidence.iter().zip(WEIGHTS).map(|(measure, weight)| measure * weight).sum();
    1.0 / (1.0 + (-(INTERCEPT + sum)).exp()) >= PROBABILITY_MIN
}
