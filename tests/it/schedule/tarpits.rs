//! Nine feeds in ten take the request and never answer: the others do not notice.
//!
//! `WIREWATCH_TARPITS=10000` makes it ten thousand feeds and, since whoever asks for that has a machine
//! to itself, holds the healthy ones to 1.2 times their interval. `WIREWATCH_BINARY` tests another build.
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::item;
use crate::harness::answer::Answer;
use crate::harness::daemon::Daemon;
use crate::harness::feed_server::FeedServer;

/// Feeds when nobody says otherwise; one in ten is healthy.
const FEEDS: usize = 1_000;
/// Polls of each healthy feed that are waited for. A round of the tarpits takes longer than all of
/// them, or the test would prove nothing.
const POLLS: usize = 4;
/// How long at most.
const PATIENCE: Duration = Duration::from_mins(4);
/// What a large run may take in memory, in KiB.
const PEAK_KIB_MAX: u64 = 256 << 10;
/// And how late a poll may be.
const LATENESS_MAX: f64 = 1.2;

#[test]
fn feeds_that_answer_are_polled_in_time_beside_tarpits() {
    let Some(binary) = binary() else { return };
    let asked = setting("WIREWATCH_TARPITS").map(|text| text.parse::<usize>().unwrap());
    let count = asked.unwrap_or(FEEDS);
    let every = if asked.is_some() { Duration::from_mins(1) } else { Duration::from_secs(3) };
    let (healthy, tarpits) = (FeedServer::open(), FeedServer::open());
    tarpits.feed("/tar").set_answer(Answer::Stall);
    let tar = tarpits.feed("/tar").url().replace("127.0.0.1", "");
    let folder = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(binary, folder.path());
    let mut text = String::from(
        "[poll]\nfloor = \"1s\"\n[[channel]]\nname = \"archive\"\nkind = \"file\"\n\
         path = \"alerts.jsonl\"\n[[watch]]\nname = \"gsomia\"\nnotify = [\"archive\"]\n\
         any = [\"GSOMIA\"]\n[service]\nlog_level = \"error\"\n",
    );
    for n in 0..count {
        let host = format!("127.{}.{}.{}", 1 + n / 62_500, n / 250 % 250, 1 + n % 250);
        let url = if n % 10 == 0 {
            let feed = healthy.feed_on(&host, "/feed");
            feed.publish(item(n));
            feed.url()
        } else {
            tar.replacen("http://", &format!("http://{host}"), 1)
        };
        writeln!(
            text,
            "[[feed]]\nname = \"feed-{n}\"\nurl = \"{url}\"\nevery = \"{}s\"\nbacklog = \"none\"\n\
             allow_private = [\"127.0.0.0/8\"]",
            every.as_secs()
        )
        .unwrap();
    }
    daemon.write("wirewatch.toml", &text);
    daemon.start(&["run", "--config", "wirewatch.toml"]);
    let begun = Instant::now();
    let patience = PATIENCE.max(every * 12);
    let polls = loop {
        let polls = polls(&healthy);
        let least = polls.values().map(Vec::len).min().unwrap_or(0);
        if polls.len() == count / 10 && least >= POLLS {
            break polls;
        }
        let late = begun.elapsed() > patience;
        assert!(
            !late,
            "{least} polls, {} of {} feeds\n{}",
            polls.len(),
            count / 10,
            daemon.stderr()
        );
        assert!(daemon.ended().is_none(), "{}", daemon.stderr());
        sleep(Duration::from_millis(200));
    };
    let stalled = tarpits.asked().len();
    let gaps = polls.values().flat_map(|at| at.windows(2).map(|two| two[1] - two[0]));
    let longest = gaps.max().unwrap().as_secs_f64() / every.as_secs_f64();
    let peak = peak_kib(daemon.id());
    println!(
        "{count} feeds: after {:?} the longest wait of a healthy one was {longest:.2} of its \
         interval; {stalled} tarpits asked; peak {} MiB",
        begun.elapsed(),
        peak >> 10
    );
    assert!(stalled > 100, "the tarpits were not asked: {stalled}");
    assert!(peak <= PEAK_KIB_MAX, "{peak} KiB");
    assert!(asked.is_none() || longest <= LATENESS_MAX, "{longest:.2}");
}

/// When each healthy feed was asked.
fn polls(healthy: &FeedServer) -> HashMap<String, Vec<Instant>> {
    let mut polls: HashMap<String, Vec<Instant>> = HashMap::new();
    for asked in healthy.asked() {
        polls.entry(asked.host).or_default().push(asked.at);
    }
    polls
}

fn peak_kib(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn binary() -> Option<PathBuf> {
    let built = option_env!("CARGO_BIN_EXE_wirewatch").map(str::to_owned);
    setting("WIREWATCH_BINARY").or(built).map(PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "the test's own settings, not the daemon's")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "a process is waited for from outside any runtime")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
