//! How long a restart keeps the first article waiting that has to be judged: the texts of the window
//! are read back from the store into the judge's memory.
//!
//! `cargo bench --bench reopen` fills a store by the store's own functions, closes it, opens it again
//! and commits one more article, several times over. The file stays in the system's cache, so what
//! is measured is the work, not the disk.
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong must stop")]
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "every number of this bench fits every type it is put in"
)]
#[path = "vocabulary.rs"]
#[expect(dead_code, reason = "the other benches use the other languages")]
mod vocabulary;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wirewatch::domain::{
    Article, Backlog, Feed, Field, Finding, FullText, Hit, Name, Severity, Snippet, Timestamp,
    Validators,
};
use wirewatch::schedule::{PublishingHabit, ValidatorTrust};
use wirewatch::store::{Batch, Candidate, CommitCounts, FeedId, Fired, Poll, PollResult, Store};
use wirewatch::stories::decide::SharedKeys;
use wirewatch::stories::identity::{self, ItemKeys};
use wirewatch::stories::search::WINDOW;

/// Flagged articles in the window.
const ARTICLES: u64 = 100_000;
const FEEDS: u64 = 500;
/// Articles a poll brings.
const POLL: u64 = 100;
/// One article in this many is a copy of one of the last thousand.
const COPY_EVERY: u64 = 10;
/// Words of an article's text: some 900 bytes.
const WORDS: u64 = 140;
/// How often the store is opened again.
const ROUNDS: u64 = 3;

/// 2026-11-23T08:00:00Z.
const START_TIME: Timestamp = Timestamp(1_795_420_800_000);

fn main() {
    let articles = setting("WIREWATCH_ARTICLES").map_or(ARTICLES, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wirewatch.db");
    let words: Vec<&str> = vocabulary::ENGLISH.split_whitespace().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let begun = Instant::now();
    let bytes = runtime.block_on(fill(&path, &words, articles));
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{articles} flagged articles of {} bytes, stored and judged at {:.0} articles/s; {} MiB",
        bytes / articles,
        articles as f64 / took,
        std::fs::metadata(&path).unwrap().len() >> 20
    );
    println!("| first judging after a reopen | the next | articles/s read back |");
    println!("|---|---|---|");
    for round in 0..ROUNDS {
        let number = articles.next_multiple_of(COPY_EVERY) + 2 * round * COPY_EVERY;
        let (first, next) = runtime.block_on(reopen(&path, &words, number));
        let rebuild = first.saturating_sub(next).as_secs_f64();
        let rate = articles as f64 / rebuild;
        println!("| {:.2} s | {:.4} s | {rate:.0} |", first.as_secs_f64(), next.as_secs_f64());
    }
}

/// Fills a new store; gives the bytes of all texts.
async fn fill(path: &Path, words: &[&str], articles: u64) -> u64 {
    let (store, lock) = Store::open(path, START_TIME).unwrap();
    let feeds: Vec<Feed> = (0..FEEDS).map(feed).collect();
    let interval = Duration::from_mins(5);
    let states = store.sync_feeds(Arc::new(feeds), interval, START_TIME).await.unwrap();
    let mut bytes = 0;
    for (round, first) in (0..articles).step_by(POLL as usize).enumerate() {
        let numbers = first..(first + POLL).min(articles);
        let candidates: Vec<Candidate> = numbers.map(|number| candidate(words, number)).collect();
        bytes += candidates.iter().map(|c| c.article.summary.len() as u64).sum::<u64>();
        let feed = states[round % states.len()].id;
        commit(&store, feed, first * within(articles), candidates).await;
    }
    drop((store, lock));
    bytes
}

/// Milliseconds from one article to the next: all of them are inside the window.
fn within(articles: u64) -> u64 {
    WINDOW.as_millis() as u64 * 9 / 10 / articles
}

/// Opens the store and commits two copies of what it holds, `number` and the next; how long each took.
async fn reopen(path: &Path, words: &[&str], number: u64) -> (Duration, Duration) {
    let after_ms = WINDOW.as_millis() as u64 * 9 / 10;
    let (store, lock) = Store::open(path, START_TIME.after(WINDOW)).unwrap();
    let mut took = [Duration::ZERO; 2];
    for (number, took) in [number, number + COPY_EVERY].into_iter().zip(&mut took) {
        let copy = candidate(words, number);
        let begun = Instant::now();
        let committed = commit(&store, FeedId(1), after_ms, vec![copy]).await;
        *took = begun.elapsed();
        assert_eq!((committed.copies, committed.alerts), (1, 0), "{committed:?}");
    }
    drop((store, lock));
    let [first, next] = took;
    (first, next)
}

async fn commit(
    store: &Store,
    feed: FeedId,
    after_ms: u64,
    candidates: Vec<Candidate>,
) -> CommitCounts {
    let at = START_TIME.after(Duration::from_millis(after_ms));
    let batch = Batch {
        validators: Validators::default(),
        window: Vec::new(),
        candidates,
        backlog: Backlog::All,
        update_triggers: Arc::default(),
        moved_to: None,
        repaired: String::new(),
        hub_offer: None,
        stale: false,
        gaps: Vec::new(),
        trust: ValidatorTrust::default(),
        habit: PublishingHabit::default(),
    };
    let interval = Duration::from_mins(5);
    let result = PollResult::Read(Box::new(batch));
    let poll = Poll { feed, at, next_due: at.after(interval), interval, slow: false, result };
    store.commit(poll).await.unwrap()
}

fn mix(number: u64) -> u64 {
    let a = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let b = (a ^ (a >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    b ^ (b >> 32)
}

/// Common words far oftener than rare ones.
fn word<'a>(words: &[&'a str], seed: u64) -> &'a str {
    let even = (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64;
    words[(even.powi(2) * words.len() as f64) as usize]
}

/// A flagged article of its own for every number, or the first part of one of those before it.
fn candidate(words: &[&str], number: u64) -> Candidate {
    let copy = number.is_multiple_of(COPY_EVERY) && number > 1_000;
    let of = number - if copy { 1 + mix(number) % 99 * COPY_EVERY } else { 0 };
    let length = if copy { WORDS * 3 / 4 } else { WORDS + mix(number) % 20 };
    let mut text = String::with_capacity(1_000);
    for at in 0..length {
        text.push_str(word(words, of * 256 + at));
        text.push_str(if at % 18 == 17 { ". " } else { " " });
    }
    let title = (0..8).map(|at| word(words, number * 977 + at)).collect::<Vec<_>>().join(" ");
    let link = format!("https://paper.example/news/{number}-{}", mix(number));
    let marks = ItemKeys { link: Some(&link), title: &title, text: &text, ..ItemKeys::default() };
    let article = Article {
        keys: identity::keys(&marks),
        revision: identity::revision(&title, &text, ""),
        canonical: Some(link.clone()),
        url: Some(link),
        title,
        summary: text,
        ..Article::default()
    };
    Candidate { article, setting: SharedKeys::default(), fired: vec![fired()], page: None }
}

fn fired() -> Fired {
    let hit = Hit {
        term: "government".to_owned(),
        field: Field::Summary,
        start: 0,
        end: 10,
        text: "government".to_owned(),
        tolerance: None,
        element: None,
    };
    let finding =
        Finding { watch: Name::new("bench"), score: 1.0, threshold: 1.0, hits: vec![hit] };
    Fired {
        finding,
        snippet: Snippet::default(),
        watch_title: "bench".to_owned(),
        severity: Severity::Normal,
        share_group: None,
        routes: Vec::new(),
    }
}

fn feed(number: u64) -> Feed {
    Feed {
        name: Name::new(&format!("paper-{number}")),
        url: format!("https://paper-{number}.example/feed").parse().unwrap(),
        title: None,
        tags: Vec::new(),
        every: None,
        headers: Vec::new(),
        auth: None,
        language: None,
        allow_private: Vec::new(),
        allow_downgrade: false,
        backlog: Backlog::All,
        full_text: FullText::Never,
        canonical: None,
        max_staleness: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "the bench's own settings")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
