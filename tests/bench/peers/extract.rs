//! Our extraction beside other crates' raw output, in one table: word-multiset F1 against the main
//! content people marked, segments that leaked, pages a second and the worst page, one thread.
//!
//! `cargo run --release --manifest-path tests/bench/peers/Cargo.toml -- FOLDER`, where the folder
//! holds `html/ID.html.gz` and `ground-truth/ID.json`.
use std::collections::HashMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use wirewatch::domain::{Clock, Moment};

/// Stack for ports that recurse over the page.
const STACK_BYTES: usize = 256 << 20;
/// Times each page is read; the fastest counts.
const ROUNDS: usize = 5;

type Extract = fn(&str) -> Option<String>;

const CONTESTANTS: [(&str, Extract); 6] = [
    ("wirewatch", ours),
    ("trafilatura 0.6, fallback", trafilatura_with_fallback),
    ("trafilatura 0.6", trafilatura_alone),
    ("dom_smoothie 0.19", dom_smoothie),
    ("libreadability 0.3", libreadability),
    ("readable-readability 0.4", readable),
];

fn ours(html: &str) -> Option<String> {
    let clock = Clock::new(|| Moment(0));
    let article = wirewatch::pages::read(html.as_bytes(), Some("text/html"), None, &clock).ok()?;
    Some(article.text)
}

fn trafilatura_with_fallback(html: &str) -> Option<String> {
    let options = trafilatura::Options::default().with_fallback(true);
    trafilatura::extract(html, &options).ok().map(|result| result.content_text)
}

fn trafilatura_alone(html: &str) -> Option<String> {
    let options = trafilatura::Options::default();
    trafilatura::extract(html, &options).ok().map(|result| result.content_text)
}

fn dom_smoothie(html: &str) -> Option<String> {
    let config = dom_smoothie::Config {
        text_mode: dom_smoothie::TextMode::Formatted,
        ..dom_smoothie::Config::default()
    };
    let mut readability = dom_smoothie::Readability::new(html, None, Some(config)).ok()?;
    readability.parse().ok().map(|article| article.text_content.to_string())
}

fn libreadability(html: &str) -> Option<String> {
    libreadability::extract(html, None).ok().map(|article| article.text_content)
}

fn readable(html: &str) -> Option<String> {
    let (node, _metadata) = readable_readability::Readability::new().parse(html);
    Some(node.text_contents())
}

struct Page {
    html: String,
    gold: HashMap<String, u32>,
    with: Vec<String>,
    without: Vec<String>,
}

fn words(text: &str) -> HashMap<String, u32> {
    let mut words = HashMap::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        if !word.is_empty() {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }
    words
}

fn f1(ours: &HashMap<String, u32>, gold: &HashMap<String, u32>) -> f64 {
    let total = |words: &HashMap<String, u32>| words.values().sum::<u32>();
    let both: u32 = ours.iter().map(|(word, n)| gold.get(word).copied().unwrap_or(0).min(*n)).sum();
    2.0 * f64::from(both) / f64::from((total(ours) + total(gold)).max(1))
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn pages(folder: &Path) -> std::io::Result<Vec<Page>> {
    let mut golds: Vec<_> = std::fs::read_dir(folder.join("ground-truth"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    golds.sort();
    golds.iter().map(|gold| page(folder, gold)).collect()
}

fn page(folder: &Path, gold: &Path) -> std::io::Result<Page> {
    let truth: Value = serde_json::from_slice(&std::fs::read(gold)?)?;
    let id = gold.file_stem().unwrap_or_default().to_string_lossy();
    let packed = std::fs::read(folder.join("html").join(format!("{id}.html.gz")))?;
    let mut html = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut html)?;
    let truth = &truth["ground_truth"];
    let texts = |name: &str| {
        let each = truth[name].as_array().into_iter().flatten();
        each.filter_map(|text| text.as_str().map(flat)).collect()
    };
    Ok(Page {
        html: String::from_utf8_lossy(&html).into_owned(),
        gold: words(truth["main_content"].as_str().unwrap_or("")),
        with: texts("with"),
        without: texts("without"),
    })
}

/// What one contestant came to.
#[derive(Default)]
struct Score {
    /// Of even and odd pages.
    halves: [Vec<f64>; 2],
    leaked: usize,
    found: usize,
    empty: usize,
    panics: usize,
    total: Duration,
    worst: Duration,
}

fn run(extract: Extract, pages: &[Page]) -> Score {
    let mut score = Score::default();
    for (number, page) in pages.iter().enumerate() {
        let mut best = Duration::MAX;
        let mut text = String::new();
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| extract(&page.html)));
            best = best.min(begun.elapsed());
            match outcome {
                Ok(found) => text = found.unwrap_or_default(),
                Err(_panic) => {
                    score.panics += 1;
                    break;
                }
            }
        }
        score.total += best;
        score.worst = score.worst.max(best);
        score.empty += usize::from(text.trim().is_empty());
        score.halves[number % 2].push(f1(&words(&text), &page.gold));
        let flat = flat(&text);
        let count = |segments: &[String]| segments.iter().filter(|s| flat.contains(*s)).count();
        score.leaked += count(&page.without);
        score.found += count(&page.with);
    }
    score
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "articles".into());
    let pages = pages(Path::new(&folder))?;
    let segments = |of: fn(&Page) -> usize| pages.iter().map(of).sum::<usize>().max(1);
    let (without, with) = (segments(|page| page.without.len()), segments(|page| page.with.len()));
    println!("{} pages, the best of {ROUNDS} rounds each", pages.len());
    println!(
        "{:26} {:>6} {:>13} {:>7} {:>6} {:>8} {:>9} {:>5} {:>6}",
        "", "F1", "halves", "leaked", "found", "pages/s", "worst", "empty", "panics"
    );
    let table = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        for (name, extract) in CONTESTANTS {
            let score = run(extract, &pages);
            let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len().max(1) as f64;
            let [even, odd] = &score.halves;
            let all = [even.as_slice(), odd.as_slice()].concat();
            println!(
                "{name:26} {:.4} {:.4} {:.4} {:>6.1}% {:>5.1}% {:>8.0} {:>6.1} ms {:>5} {:>6}",
                mean(&all),
                mean(even),
                mean(odd),
                100.0 * score.leaked as f64 / without as f64,
                100.0 * score.found as f64 / with as f64,
                pages.len() as f64 / score.total.as_secs_f64(),
                score.worst.as_secs_f64() * 1_000.0,
                score.empty,
                score.panics
            );
        }
    })?;
    table.join().map_err(|_panic| std::io::Error::other("a contestant took the thread down"))
}
