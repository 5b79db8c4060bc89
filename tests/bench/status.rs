//! How long `status` looks at a store of a million articles while the daemon writes to it.
//!
//! `cargo bench --bench status` fills a store, and asks it what `status` asks while another connection
//! holds the write lock nearly all the time. `WIREWATCH_ARTICLES` sets another size.
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong must stop")]
#![expect(clippy::print_stdout, reason = "it prints a table")]
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use wirewatch::domain::Timestamp;
use wirewatch::store::{Reader, Store};

/// Articles in the store; one in twenty is alerted and delivered.
const ARTICLES: i64 = 1_000_000;
const FEEDS: i64 = 500;
/// How often the store is asked.
const ROUNDS: u32 = 20;
/// How long each transaction of the writer holds the lock.
const HELD: Duration = Duration::from_millis(50);
/// 2026-11-23T08:00:00Z.
const NOW: Timestamp = Timestamp(1_795_420_800_000);

fn main() {
    let articles = setting("WIREWATCH_ARTICLES").map_or(ARTICLES, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wirewatch.db");
    let opened = Store::open(&path, NOW).unwrap();
    fill(&path, articles);
    println!("| asked | slowest of {ROUNDS} | articles |");
    println!("|---|---|---|");
    let quiet = ask(&path);
    println!("| beside nobody | {quiet:?} | {articles} |");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| write_until(&path, &done));
        let busy = ask(&path);
        done.store(true, Ordering::Relaxed);
        println!("| beside a writer | {busy:?} | {articles} |");
    });
    drop(opened);
}

/// The longest of some looks at all that `status` shows.
fn ask(path: &Path) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let store = Reader::open(path).unwrap();
        store.daemon_sign().unwrap();
        store.totals().unwrap();
        store.feeds().unwrap();
        store.page_counts().unwrap();
        store.pauses().unwrap();
        store.waiting().unwrap();
        store.losses(50).unwrap();
        store.coverage(NOW.before(Duration::from_hours(7 * 24)), NOW).unwrap();
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}

#[expect(clippy::disallowed_methods, reason = "the writer holds its lock for a while")]
fn write_until(path: &Path, done: &AtomicBool) {
    let db = Connection::open(path).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    while !done.load(Ordering::Relaxed) {
        db.execute_batch("BEGIN IMMEDIATE; UPDATE setting SET value = value + 1").unwrap();
        std::thread::sleep(HELD);
        db.execute_batch("COMMIT").unwrap();
    }
}

fn fill(path: &Path, articles: i64) {
    let mut db = Connection::open(path).unwrap();
    let begun = db.transaction().unwrap();
    let text = "Some words of a report that is stored here. ".repeat(20);
    for feed in 1..=FEEDS {
        begun
            .execute(
                "INSERT INTO feed (id, name, url, next_due, interval_ms, polled_at, succeeded_at,
                    baseline_at) VALUES (?1, 'paper-' || ?1, 'https://paper.example/' || ?1, ?2,
                    300000, ?2, ?2, ?2)",
                [feed, NOW.0],
            )
            .unwrap();
    }
    for number in 1..=articles {
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            begun.prepare_cached(sql).unwrap().execute(values).unwrap();
        };
        run("INSERT INTO story (id, opened_at) VALUES (?1, ?1)", &[&number]);
        run(
            "INSERT INTO article (id, feed, story, reason, first_seen, identity, revision, title,
                summary, content) VALUES (?1, ?2, ?1, 'new', ?1, ?1, 1, 'A title', ?3, '')",
            &[&number, &(number % FEEDS + 1), &text],
        );
        if number % 20 == 0 {
            let id = u128::from(number.unsigned_abs()).to_be_bytes();
            run("INSERT INTO finding VALUES (?1, 'w', ?1, 'alert', ?1)", &[&number]);
            run(
                "INSERT INTO alert (id, story, article, watch, kind, created_at, payload)
                 VALUES (?2, ?1, ?1, 'w', 'new', ?1, '{}')",
                &[&number, &id],
            );
            run(
                "INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at,
                    ended_at) VALUES (?2, 'mail', '', ?1, 'delivered', ?1, ?1, ?1)",
                &[&number, &id],
            );
            run("INSERT INTO delivery_alert VALUES (?1, 'mail', '', ?1)", &[&id]);
        }
    }
    // The program's own commits count what they add.
    for (what, word) in [("article", "new"), ("story", "open")] {
        begun
            .execute(
                "INSERT INTO counter VALUES (?1, ?2, ?3)
                 ON CONFLICT (what, word) DO UPDATE SET n = n + ?3",
                rusqlite::params![what, word, articles],
            )
            .unwrap();
    }
    begun.commit().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the bench's own settings")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
