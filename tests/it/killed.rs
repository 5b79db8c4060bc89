//! Killed at any moment, any number of times, the daemon loses no alert, invents none, changes
//! none, and repeats one only where it could not know better.
//!
//! `WIREWATCH_KILLS` says how often (a dozen unless told), `WIREWATCH_SEED` repeats a run, and
//! `WIREWATCH_BINARY` tests another build.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]
#![expect(clippy::panic, reason = "a test says what is wrong by failing")]
#![expect(clippy::print_stdout, reason = "the seed and the account are shown when a run fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::harness::daemon::Daemon;
use crate::harness::delivery_check::{DeliveryRecord, Kill, ReceivedEntry};
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::news_generator::{Newsroom, Plan, WatchTerms, expected_alerts, newsrooms};
use crate::harness::unix_ms;
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};

/// Kills when nobody says how many.
const KILLS: u64 = 12;
/// The longest a daemon lives before it is killed, in milliseconds.
const LIFE_MS_MAX: f64 = 1_500.0;
/// Newsrooms, so many that every language has two.
const FEEDS: usize = 16;
/// How long the daemon may take to deliver what is left, once nothing stands in its way.
const DRAIN: Duration = Duration::from_mins(1);
/// How long it may take to stop when asked.
const STOP: Duration = Duration::from_secs(30);

const RUN: [&str; 3] = ["run", "--config", "wirewatch.toml"];
const RETRY: [&str; 5] = ["outbox", "retry", "--all", "--config", "wirewatch.toml"];
const PENDING: &str = "SELECT count(*) FROM outbox WHERE state = 'pending'";
/// Attempts whose end a kill hid; each may excuse one repeat.
const UNKNOWN_ATTEMPTS: &str = "SELECT count(*) FROM attempt WHERE outcome = 'unknown'";
const OPEN_ATTEMPTS: &str = "SELECT count(*) FROM attempt WHERE ended_at IS NULL";

const WATCHES: [(&str, &[&str]); 4] = [
    ("gsomia", &["GSOMIA", "지소미아"]),
    ("export-controls", &["export control", "輸出規制", "出口管制"]),
    ("cobra-gold", &["Cobra Gold", "코브라골드"]),
    ("far-scripts", &["экспортный контроль", "ضوابط التصدير"]),
];

/// A run of the test.
struct KillRun {
    dice: fastrand::Rng,
    newsrooms: Vec<(Newsroom, ServedFeed)>,
    published: Vec<Item>,
    kills: Vec<Kill>,
    hooks: WebhookReceiver,
    daemon: Daemon,
    // Last, so that it serves until the daemon is gone.
    _feeds: FeedServer,
}

#[test]
fn killed_at_any_moment_it_loses_nothing() {
    let Some(binary) = binary() else { return };
    let kills = setting("WIREWATCH_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let seed = setting("WIREWATCH_SEED").map_or_else(unix_ms, |text| text.parse().unwrap());
    println!("to repeat: WIREWATCH_KILLS={kills} WIREWATCH_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let mut run = KillRun::prepare(binary, folder.path(), seed);
    for _ in 0..kills {
        run.run_until_killed();
    }
    run.drain();
    let faults = run.faults();
    if !faults.is_empty() {
        let kept = folder.keep();
        panic!("seed {seed}, all kept in {}:\n{}", kept.display(), faults.join("\n"));
    }
}

fn binary() -> Option<PathBuf> {
    let built = option_env!("CARGO_BIN_EXE_wirewatch").map(str::to_owned);
    setting("WIREWATCH_BINARY").or(built).map(PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "the test's own settings, not the daemon's")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "the test waits; the world runs on other threads")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}

fn watches() -> Vec<WatchTerms> {
    WATCHES
        .iter()
        .map(|(name, any)| WatchTerms {
            name: (*name).to_owned(),
            any: any.iter().map(|term| (*term).to_owned()).collect(),
        })
        .collect()
}

impl KillRun {
    fn prepare(binary: PathBuf, folder: &Path, seed: u64) -> Self {
        let hooks = WebhookReceiver::open(folder);
        let failures = [
            Reply::Status(500),
            Reply::Status(503),
            Reply::Reset,
            Reply::Slow(Duration::from_millis(300)),
            Reply::Later { status: 429, after: "1".to_owned() },
        ];
        hooks.set_random_failures(seed, 0.2, &failures);
        let feeds = FeedServer::open();
        let terms = WATCHES.iter().flat_map(|(_, any)| any.iter().map(|term| (*term).to_owned()));
        let plan = Plan {
            seed,
            feeds: FEEDS,
            paragraphs: 2,
            names: 40,
            terms: terms.collect(),
            one_in: 2,
        };
        let newsrooms: Vec<(Newsroom, ServedFeed)> = newsrooms(&plan)
            .into_iter()
            .enumerate()
            .map(|(at, room)| {
                let feed = feeds.feed_on(&format!("127.0.9.{}", at + 1), "/feed");
                // Nothing may leave the feed before the daemon had a chance to see it.
                feed.with_head(&room.head).with_format(room.rendering).with_max_items(usize::MAX);
                (room, feed)
            })
            .collect();
        let daemon = Daemon::new(binary, folder);
        crate::write_secret(&folder.join("secret"));
        daemon.write("wirewatch.toml", &config(&newsrooms, &hooks));
        let dice = fastrand::Rng::with_seed(seed);
        Self {
            dice,
            newsrooms,
            published: Vec::new(),
            kills: Vec::new(),
            hooks,
            daemon,
            _feeds: feeds,
        }
    }

    /// One life: articles appear while it runs, and then it is killed.
    fn run_until_killed(&mut self) {
        self.publish();
        self.daemon.start(&RUN);
        if self.dice.f64() < 0.1 {
            sleep(Duration::from_millis(self.dice.u64(..50)));
            self.kill();
            self.daemon.start(&RUN);
        }
        // Half of them die soon after birth, log-uniform; the others whenever.
        let life_ms = if self.dice.bool() {
            (self.dice.f64() * LIFE_MS_MAX.ln()).exp()
        } else {
            self.dice.f64() * LIFE_MS_MAX
        };
        let death = Instant::now() + Duration::from_secs_f64(life_ms / 1_000.0);
        while let Some(left) = death.checked_duration_since(Instant::now()) {
            sleep(left.min(Duration::from_millis(self.dice.u64(20..200))));
            if self.dice.f64() < 0.3 {
                self.publish();
            }
        }
        self.kill();
    }

    fn kill(&mut self) {
        if let Some(status) = self.daemon.ended() {
            panic!("it ended by itself with {status}\n{}", self.daemon.stderr());
        }
        let from_unix_ms = unix_ms();
        self.daemon.kill();
        self.kills.push(Kill { from_unix_ms, until_unix_ms: unix_ms() });
    }

    fn publish(&mut self) {
        for _ in 0..self.dice.usize(1..4) {
            let at = self.dice.usize(..self.newsrooms.len());
            let (room, feed) = &mut self.newsrooms[at];
            let item = room.next_article();
            feed.publish(item.clone());
            self.published.push(item);
        }
    }

    fn delivery_record(&self) -> DeliveryRecord {
        DeliveryRecord {
            expected: expected_alerts(&watches(), &self.published),
            entries: self.hooks.received().iter().map(ReceivedEntry::of).collect(),
            kills: self.kills.clone(),
        }
    }

    /// Lets the daemon finish: the receiver is well, and what waits for a later retry is due now.
    fn drain(&mut self) {
        self.hooks.clear_failures();
        let until = Instant::now() + DRAIN;
        loop {
            let retried = self.daemon.run(&RETRY, b"");
            assert!(retried.status.success(), "{}", String::from_utf8_lossy(&retried.stderr));
            self.daemon.start(&RUN);
            let round = Instant::now() + Duration::from_secs(10);
            while Instant::now() < round
                && !(self.delivery_record().lost().is_empty() && self.count(PENDING) == 0)
            {
                sleep(Duration::from_millis(100));
            }
            let status = self.daemon.stop(STOP);
            assert!(status.success(), "asked to stop it ended with {status}");
            if self.count(PENDING) == 0 && self.delivery_record().lost().is_empty()
                || Instant::now() > until
            {
                return;
            }
        }
    }

    /// The first column of the first row; the number of what is asked for.
    fn count(&self, query: &str) -> i64 {
        self.store().query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn store(&self) -> Connection {
        let path = self.daemon.folder().join("state.db");
        let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        store.busy_timeout(Duration::from_secs(5)).unwrap();
        store
    }

    fn faults(&self) -> Vec<String> {
        let ledger = self.delivery_record();
        let account = ledger.report();
        println!(
            "{} kills in {} starts, {} articles, {} alerts expected, {} messages: {account}",
            self.kills.len(),
            self.daemon.starts(),
            self.published.len(),
            ledger.expected.len(),
            ledger.entries.len(),
        );
        let mut faults = Vec::new();
        if !account.is_clean() {
            faults.push(format!("{account:#?}"));
        }
        let sound: String =
            self.store().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        if sound != "ok" {
            faults.push(format!("the store is damaged: {sound}"));
        }
        for (what, query) in [("pending deliveries", PENDING), ("open attempts", OPEN_ATTEMPTS)] {
            let left = self.count(query);
            if left > 0 {
                faults.push(format!("{left} {what} are left"));
            }
        }
        let unknown = usize::try_from(self.count(UNKNOWN_ATTEMPTS)).unwrap();
        if account.repeats_after_kill > unknown {
            let repeats = account.repeats_after_kill;
            faults.push(format!("{repeats} repeats near a kill, but {unknown} unknown attempts"));
        }
        faults
    }
}

fn config(newsrooms: &[(Newsroom, ServedFeed)], hooks: &WebhookReceiver) -> String {
    let mut text = format!(
        "[store]\npath = \"state.db\"\n\n[poll]\nfloor = \"1s\"\nconcurrency = 16\n\n\
         [[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"secret\"\n\
         allow_private = true\n\n",
        hooks.url("/alerts")
    );
    for (name, any) in WATCHES {
        write!(text, "[[watch]]\nname = \"{name}\"\nany = {any:?}\nnotify = [\"hook\"]\n\n")
            .unwrap();
    }
    for (room, feed) in newsrooms {
        write!(
            text,
            "[[feed]]\nname = \"{}\"\nurl = \"{}\"\nevery = \"1s\"\nbacklog = \"all\"\n\
             allow_private = [\"127.0.0.0/8\"]\n\n",
            room.name,
            feed.url()
        )
        .unwrap();
    }
    text
}
