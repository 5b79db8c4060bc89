//! Each hostile body served as a feed to the whole program, beside healthy feeds: bounded time and
//! memory, no crash, and nobody else is hindered.
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::compression::Coding;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::FeedServer;
use crate::harness::unix_ms;
use crate::harness::work::{self, PASSES_MAX};
use crate::hostile::{body, folder};

const HEALTHY: usize = 3;

/// A shorter body counts as so many bytes: the clock of a process has steps of ten milliseconds.
const BYTES_MIN: usize = 1 << 20;

/// What one run of the program came to.
struct Run {
    said: String,
    figures: serde_json::Value,
    /// On-CPU time, user and system, in milliseconds.
    cpu_ms: u64,
    /// The most memory it held, in kilobytes.
    most_kb: u64,
}

/// `once --json` over these feeds, in a folder of its own, watched by `time`.
fn once(urls: &[String]) -> Run {
    let home = tempfile::tempdir().unwrap();
    let mut config = String::from(
        "[store]\npath = \"wirewatch.db\"\n[poll]\nper_host_gap = \"0s\"\n\
         [[channel]]\nname = \"screen\"\nkind = \"console\"\n\
         [[watch]]\nname = \"w\"\nnotify = [\"screen\"]\nany = [\"GSOMIA\"]\n",
    );
    for (n, url) in urls.iter().enumerate() {
        let private = "allow_private = [\"127.0.0.0/8\"]";
        write!(config, "[[feed]]\nname = \"f{n}\"\nurl = \"{url}\"\n{private}\n").unwrap();
    }
    fs::write(home.path().join("wirewatch.toml"), config).unwrap();
    let out = Command::new("/usr/bin/time")
        .args(["-f", "used %U %S %M"])
        .arg(env!("CARGO_BIN_EXE_wirewatch"))
        .args(["--config", "wirewatch.toml", "once", "--json"])
        .current_dir(home.path())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{complaint}");
    let used = complaint.lines().find_map(|line| line.strip_prefix("used ")).unwrap();
    let used: Vec<f64> = used.split(' ').map(|number| number.parse().unwrap()).collect();
    let line = String::from_utf8_lossy(&out.stdout).into_owned();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and whole")]
    Run {
        said: complaint.into_owned(),
        figures: serde_json::from_str(line.lines().last().unwrap()).unwrap(),
        cpu_ms: ((used[0] + used[1]) * 1_000.0) as u64,
        most_kb: used[2] as u64,
    }
}

#[test]
fn each_hostile_body_as_a_feed_is_polled_in_time_and_hinders_nobody() {
    if !Path::new("/usr/bin/time").exists() {
        return crate::report_skipped(
            "hostile bodies through the program",
            "there is no `time` here",
        );
    }
    let feeds = FeedServer::open();
    let mut urls = Vec::new();
    for n in 0..HEALTHY {
        let feed = feeds.feed_on(&format!("127.0.3.{n}"), "/good");
        feed.publish(Item::new("g", "GSOMIA holds").dated(unix_ms() / 1_000 - 60));
        urls.push(feed.url());
    }
    let alone = once(&urls);
    assert_eq!(alone.figures["failed"], 0);
    let mut names: Vec<_> = fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for (n, path) in names.iter().enumerate().filter(|(_, path)| !path.ends_with("README.md")) {
        let hostile = feeds.feed_on(&format!("127.0.4.{n}"), "/bad");
        let body = body(path);
        hostile.with_body("application/xml", &body);
        if path.extension().is_some_and(|end| end == "gz") {
            hostile.with_coded_body(Coding::Gzip, fs::read(path).unwrap());
        } else {
            hostile.with_coding(Coding::Gzip);
        }
        let mut all = urls.clone();
        all.push(hostile.url());
        let mut last = None;
        let passes = work::least_passes(|| {
            let run = last.insert(once(&all));
            let spent_ns = run.cpu_ms.saturating_sub(alone.cpu_ms) * 1_000_000;
            work::passes_of(spent_ns, body.len().max(BYTES_MIN))
        });
        let run = last.unwrap();
        let name = path.file_name().unwrap().display().to_string();
        let kb = run.most_kb.saturating_sub(alone.most_kb);
        println!("{passes:>7.1} passes {kb:>7} kB  {name}: {}", run.figures);
        let entries = run.figures["entries"].as_u64().unwrap();
        assert!(entries >= u64::try_from(HEALTHY).unwrap(), "{name} hindered others: {}", run.said);
        assert!(
            run.figures["failed"].as_u64().unwrap() <= 1,
            "{name} hindered others: {}",
            run.said
        );
        assert!(passes <= PASSES_MAX, "{name}: {passes:.0} passes");
        assert!(kb <= 64 << 10, "{name}: {kb} kB");
    }
}
