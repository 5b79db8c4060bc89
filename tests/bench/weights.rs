//! Learns what each measure of two texts weighs, and says how well the weights do on stories they
//! were not learned from.
//!
//! `cargo bench --bench weights`. A logistic regression by Newton's method, on the labelled sets of
//! `tests/it/dedupe` but those whose name says that they were held back. The table it prints stands
//! in `src/dedupe/evidence.rs`. In each of ten rounds a tenth of the groups, whole groups, is left
//! out of the learning and then judged.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot read its sets fails")]
#![expect(clippy::indexing_slicing, reason = "matrices of one size")]
#![expect(clippy::cast_precision_loss, reason = "some thousand pairs")]
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use wirewatch::stories::copies::Stored;
use wirewatch::stories::copy_score::{FEATURE_NAMES, Features};
use wirewatch::stories::novelty::{ComparableText, PairContext, features_of, is_ruled_out};

#[path = "../it/dedupe/labelled.rs"]
mod labelled;

use labelled::Pair;

/// Measures and the constant.
const SIZE: usize = FEATURE_NAMES.len() + 1;

/// How much a weight must explain to leave zero: the strength of the ridge.
const RIDGE: f64 = 2.0;

/// Rounds of the cross-validation.
const FOLDS: u64 = 10;

/// Probabilities the judge might ask for.
const ASKED: [f64; 6] = [0.5, 0.6, 0.65, 0.7, 0.75, 0.8];

struct Example {
    set: &'static str,
    language: String,
    /// What the two articles are.
    what: String,
    fold: u64,
    same: bool,
    /// What a rule keeps apart is judged by the rule.
    apart: bool,
    measures: Features,
}

fn examples(set: &'static str, pairs: Vec<Pair>) -> Vec<Example> {
    let read = |pair: Pair| {
        let text = |of: &Stored| ComparableText::new(&of.title, &of.text);
        let (a, b) = (text(&pair.a), text(&pair.b));
        let apart = match (pair.a.published, pair.b.published) {
            (Some(a), Some(b)) => a.max(b).since(a.min(b)),
            _ => Duration::ZERO,
        };
        let between =
            PairContext { same_source: pair.a.source == pair.b.source, time_apart: apart };
        let mut hasher = DefaultHasher::new();
        (set, &pair.group).hash(&mut hasher);
        Some(Example {
            set,
            what: format!("{} {} ({})", pair.language, pair.group, pair.kind),
            language: pair.language,
            fold: hasher.finish() % FOLDS,
            same: pair.same,
            apart: is_ruled_out(&a, &b, between),
            measures: features_of(&a, &b, between)?,
        })
    };
    pairs.into_iter().filter_map(read).collect()
}

/// Weights and, last, the constant.
type Weights = [f64; SIZE];

fn row(example: &Example) -> Weights {
    let mut row = [1.0; SIZE];
    row[..FEATURE_NAMES.len()].copy_from_slice(&example.measures);
    row
}

fn probability(weights: &Weights, example: &Example) -> f64 {
    let sum: f64 = row(example).iter().zip(weights).map(|(measure, weight)| measure * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Newton's method; the ridge is in units of each measure's own spread.
fn learn(examples: &[&Example]) -> Weights {
    let count = examples.len() as f64;
    let mean = |of: &dyn Fn(&Example) -> f64| examples.iter().map(|e| of(e)).sum::<f64>() / count;
    let spread: Vec<f64> = (0..FEATURE_NAMES.len())
        .map(|at| {
            let middle = mean(&|e| e.measures[at]);
            mean(&|e| (e.measures[at] - middle).powi(2))
        })
        .collect();
    let mut weights = [0.0; SIZE];
    for _ in 0..30 {
        let mut gradient = [0.0; SIZE];
        let mut curvature = [[0.0; SIZE]; SIZE];
        for example in examples {
            let row = row(example);
            let p = probability(&weights, example);
            let label = if example.same { 1.0 } else { 0.0 };
            for i in 0..SIZE {
                gradient[i] += (label - p) * row[i];
                for j in 0..SIZE {
                    curvature[i][j] += p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        for (at, spread) in spread.iter().enumerate() {
            gradient[at] -= RIDGE * spread * weights[at];
            curvature[at][at] += RIDGE * spread;
        }
        let step = solved(curvature, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights
}

/// Gauss and Jordan.
fn solved(mut matrix: [[f64; SIZE]; SIZE], mut right: Weights) -> Weights {
    for at in 0..SIZE {
        let pivot = (at..SIZE)
            .max_by(|a, b| matrix[*a][at].abs().total_cmp(&matrix[*b][at].abs()))
            .unwrap();
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        let divisor = matrix[at][at];
        let own = matrix[at].map(|value| value / divisor);
        let own_right = right[at] / divisor;
        for other in 0..SIZE {
            let factor = matrix[other][at];
            for (value, own) in matrix[other].iter_mut().zip(own) {
                *value -= factor * own;
            }
            right[other] -= factor * own_right;
        }
        matrix[at] = own;
        right[at] = own_right;
    }
    right
}

fn table(title: &str, judged: &[(&Example, f64)]) {
    println!("{title}");
    let mut names: Vec<(&str, &str)> =
        judged.iter().map(|(e, _)| (e.set, e.language.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let mut sets: Vec<(&str, &str)> = names.iter().map(|(set, _)| (*set, "")).collect();
    sets.dedup();
    for (set, language) in sets.into_iter().chain(names) {
        let of: Vec<_> = judged
            .iter()
            .filter(|(e, _)| e.set == set && (language.is_empty() || e.language == language))
            .collect();
        let copies = of.iter().filter(|(e, _)| e.same).count();
        print!("  {set:<16} {language:<8} {copies:>4} copies");
        for asked in ASKED {
            let found = |(e, p): &&&(&Example, f64)| !e.apart && *p >= asked;
            let right = of.iter().filter(|j| j.0.same).filter(found).count();
            let wrong = of.iter().filter(|j| !j.0.same).filter(found).count();
            print!(" | {asked}: {:.3}, {wrong} wrong", right as f64 / copies.max(1) as f64);
        }
        println!(" of {}", of.len() - copies);
    }
}

fn main() {
    let learned = [
        examples("pairs", labelled::pairs(include_str!("../it/dedupe/pairs.jsonl"))),
        examples("newsrooms", labelled::pairs(include_str!("../it/dedupe/newsrooms.jsonl"))),
        examples(
            "newsrooms_held",
            labelled::pairs(include_str!("../it/dedupe/newsrooms_held.jsonl")),
        ),
        examples("stories", labelled::clusters(include_str!("../it/dedupe/stories.jsonl"))),
        examples("alike", labelled::clusters(include_str!("../it/dedupe/alike.jsonl"))),
        examples("wires", labelled::clusters(include_str!("../it/dedupe/wires.jsonl"))),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    let mut judged = Vec::new();
    for fold in 0..FOLDS {
        let weights = learn(&learned.iter().filter(|e| e.fold != fold).collect::<Vec<_>>());
        let left_out = learned.iter().filter(|e| e.fold == fold);
        judged.extend(left_out.map(|e| (e, probability(&weights, e))));
    }
    table(
        "stories left out of the learning: share of copies found, pairs wrongly made one",
        &judged,
    );
    let weights = learn(&learned.iter().collect::<Vec<_>>());
    let judged: Vec<_> = learned.iter().map(|e| (e, probability(&weights, e))).collect();
    table("the stories learned from", &judged);
    for (example, p) in judged.iter().filter(|(e, p)| !e.same && !e.apart && *p >= ASKED[0]) {
        println!("  wrong at {p:.2}: {} {}", example.set, example.what);
    }
    println!("weights");
    for (name, weight) in FEATURE_NAMES.iter().zip(weights) {
        println!("    {weight:.3}, // {name}");
    }
    println!("constant {:.3}", weights[FEATURE_NAMES.len()]);
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    for example in &learned {
        *counts.entry(example.same).or_default() += 1;
    }
    println!("{counts:?} pairs");
}
