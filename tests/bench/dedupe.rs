//! The judge of copies at the size of a large window, beside a plain `MinHash` of 128 permutations.
//!
//! `cargo bench --bench dedupe`. Articles are made by a generator from their number, so that what
//! the judge reads back need not be held: making one again stands for the store's reading it.
//! `WIREWATCH_ARTICLES` sets another window, and leaves the rest out: the difference of two such
//! runs under an instruction counter is what an article costs at that size, whatever the
//! processor's caches hold.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]
#![expect(clippy::disallowed_methods, reason = "a bench is set by its environment")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "every number of this bench fits every type it is put in"
)]
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use wirewatch::domain::{ArticleId, Timestamp};
use wirewatch::stories::search::{Incoming, Stored, StoryFinder};

/// Articles in the full window, if nothing else is asked for.
const WINDOW: u64 = 1_000_000;

/// One article in this many is a copy of one of the last thousand.
const COPY_EVERY: u64 = 10;

/// Articles the plain index is measured with.
const PLAIN: u64 = 100_000;

fn mix(number: u64) -> u64 {
    let a = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let b = (a ^ (a >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    b ^ (b >> 32)
}

/// Words of a language: common ones far oftener than rare ones.
struct Vocabulary(Vec<String>);

impl Vocabulary {
    fn new() -> Self {
        let syllables =
            ["ka", "ro", "ne", "ti", "mu", "sel", "dor", "vin", "pa", "lis", "ger", "on"];
        let word = |number: u64| {
            let length = 1 + mix(number) % 3 + u64::from(number > 200);
            (0..length).map(|at| syllables[(mix(number * 8 + at) % 12) as usize]).collect()
        };
        Self((0..30_000).map(word).collect())
    }

    fn word(&self, seed: u64) -> &str {
        // The cube of an even number between 0 and 1: half of all words are of an eighth.
        let even = (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64;
        &self.0[(even.powi(3) * self.0.len() as f64) as usize]
    }
}

fn article(words: &Vocabulary, number: u64) -> Stored {
    let copy = number.is_multiple_of(COPY_EVERY) && number > 1_000;
    let of = if copy { number - 1 - mix(number) % 999 } else { number };
    // A copy of a copy is one of its original's neighbour; near enough.
    let length = 90 + mix(of) % 60;
    let length = if copy { length * 3 / 4 } else { length };
    let mut text = String::with_capacity(900);
    for at in 0..length {
        let edited = copy && mix(number ^ at).is_multiple_of(40);
        text.push_str(words.word(if edited { mix(number) + at } else { of * 256 + at }));
        text.push_str(if at % 18 == 17 { ". " } else { " " });
    }
    let title = (0..8).map(|at| words.word(number * 977 + at)).collect::<Vec<_>>().join(" ");
    Stored { source: format!("paper-{}", mix(number) % 900), published: None, title, text }
}

/// Processor time of this thread, so that a busy machine does not count.
fn clock() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ')
        .next()
        .and_then(|ns| ns.parse().ok())
        .map_or_else(|| BEGIN.elapsed(), Duration::from_nanos)
}

/// Where there is no such file, the wall clock has to do.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

fn item(stored: &Stored) -> Incoming<'_> {
    Incoming { source: &stored.source, published: None, title: &stored.title, text: &stored.text }
}

fn main() {
    let words = Vocabulary::new();
    let asked = std::env::var("WIREWATCH_ARTICLES").ok().and_then(|count| count.parse().ok());
    let window = asked.unwrap_or(WINDOW);
    let mut finder = StoryFinder::default();
    let (mut found_copies, mut read_back, mut bytes) = (0_u64, 0_u64, 0_usize);
    let mut last = (0, Duration::ZERO);
    let mut spent = Duration::ZERO;
    println!("judge of copies (find and add, texts read back made again by the generator)");
    for batch in 0..window / 1_000 {
        let articles: Vec<Stored> =
            (batch * 1_000..(batch + 1) * 1_000).map(|number| article(&words, number)).collect();
        let begin = clock();
        for (at, stored) in articles.iter().enumerate() {
            let number = batch * 1_000 + at as u64;
            let (ready, found) = finder.find(&item(stored), |id| {
                read_back += 1;
                Some(article(&words, id.0 as u64))
            });
            found_copies += u64::from(found.is_some());
            finder.add(ArticleId(number as i64), Timestamp(0), &ready, found.is_none());
        }
        spent += clock().saturating_sub(begin);
        bytes += articles.iter().map(|stored| stored.text.len()).sum::<usize>();
        let done = (batch + 1) * 1_000;
        if [10_000, 100_000, 500_000, window].contains(&done) {
            let rate = (done - last.0) as f64 / spent.saturating_sub(last.1).as_secs_f64();
            println!(
                "  {done:>9} in the window: {rate:>8.0} articles/s since the last line, {} B an article, \
                 {found_copies} copies, {read_back} texts read back",
                finder.index().bytes() as u64 / done
            );
            last = (done, spent);
        }
    }
    println!("  mean text {} B", bytes as u64 / window.max(1));
    if asked.is_some() {
        return;
    }
    // At the full window: cost of one more, without what grew before.
    let articles: Vec<Stored> =
        (window..window + 20_000).map(|number| article(&words, number)).collect();
    let begin = clock();
    let found = articles
        .iter()
        .filter(|stored| {
            finder.find(&item(stored), |id| Some(article(&words, id.0 as u64))).1.is_some()
        })
        .count();
    let rate = articles.len() as f64 / clock().saturating_sub(begin).as_secs_f64();
    println!("  looking only, at the full window: {rate:.0} articles/s, {found} copies");
    plain(&words);
}

/// The textbook: 128 permutations of three-word shingles, 16 bands of 8 rows.
fn plain(words: &Vocabulary) {
    let articles: Vec<Stored> = (0..PLAIN).map(|number| article(words, number)).collect();
    let mut bands: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut signatures: Vec<[u32; 128]> = Vec::new();
    let mut proposed = 0_usize;
    let begin = clock();
    for (number, stored) in articles.iter().enumerate() {
        let signature = signature(&stored.text);
        for (band, rows) in signature.chunks(8).enumerate() {
            let key = rows.iter().fold(band as u64, |key, row| mix(key ^ u64::from(*row)));
            let sharers = bands.entry(key).or_default();
            proposed += sharers.len();
            sharers.push(number as u32);
        }
        signatures.push(signature);
    }
    let rate = articles.len() as f64 / clock().saturating_sub(begin).as_secs_f64();
    let held = signatures.len() * 512
        + bands.capacity() * (size_of::<(u64, Vec<u32>)>() + 1)
        + bands.values().map(|sharers| sharers.capacity() * 4).sum::<usize>();
    println!(
        "plain MinHash of 128, 16 bands of 8, at {PLAIN}: {rate:.0} articles/s without verification, \
         {} B an article, {proposed} proposals",
        held / articles.len()
    );
}

fn signature(text: &str) -> [u32; 128] {
    let words: Vec<u64> = text
        .split_whitespace()
        .map(|word| {
            word.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| {
                (h ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
            })
        })
        .collect();
    let mut least = [u32::MAX; 128];
    for run in words.windows(3) {
        let hash = mix(run.iter().fold(0, |h: u64, w| h.rotate_left(21) ^ w)) as u32;
        for (at, least) in least.iter_mut().enumerate() {
            let turned =
                hash.wrapping_mul(2 * at as u32 + 1) ^ (at as u32).wrapping_mul(0x9e37_79b9);
            *least = (*least).min(turned.wrapping_mul(0x85eb_ca6b));
        }
    }
    least
}
