//! Killed at any moment, any number of times, the daemon loses no alert, invents none, changes
//! none, and repeats one only where it could not know better: by mail and by webhook, while its
//! watchlist is edited and reloaded, and with orderly stops among the kills.
//!
//! `WIREWATCH_KILLS` says how often (a dozen unless told), `WIREWATCH_SEED` repeats a run, and
//! `WIREWATCH_BINARY` tests another build.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]
#![expect(clippy::panic, reason = "a test says what is wrong by failing")]

mod oracle;
mod servers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use self::oracle::{Edition, Oracle, Published};
use self::servers::Servers;
use crate::harness::daemon::Daemon;
use crate::harness::delivery_check::{AlertKey, DeliveryRecord, Kill};
use crate::harness::unix_ms;
use wirewatch::domain::counted;

/// Kills when nobody says how many.
const KILLS: usize = 12;
/// The longest a daemon lives before it is killed, in milliseconds.
const LIFE_MS_MAX: f64 = 1_500.0;
/// How long the daemon may take to deliver what is left, once nothing stands in its way.
const DRAIN: Duration = Duration::from_mins(2);
/// How long it may take to stop when asked.
const STOP: Duration = Duration::from_secs(30);
/// How long a start may take until a reload signal can no longer end the process.
const SIGNALS_CAUGHT: Duration = Duration::from_secs(10);

const RUN: [&str; 3] = ["run", "--config", "wirewatch.toml"];
const RETRY: [&str; 5] = ["outbox", "retry", "--all", "--config", "wirewatch.toml"];
const PENDING: &str = "SELECT count(*) FROM outbox WHERE state = 'pending'";
/// Attempts whose end a kill hid; each may excuse one repeat.
const UNKNOWN_ATTEMPTS: &str = "SELECT count(*) FROM attempt WHERE outcome = 'unknown'";
const OPEN_ATTEMPTS: &str = "SELECT count(*) FROM attempt WHERE ended_at IS NULL";

/// A run of the test.
struct KillRun {
    rng: fastrand::Rng,
    oracle: Oracle,
    kills: Vec<Kill>,
    stops: usize,
    reloads: usize,
    daemon: Daemon,
    // Last, so that they serve until the daemon is gone.
    servers: Servers,
}

#[test]
fn killed_at_any_moment_it_loses_nothing() {
    let Some(binary) = binary() else { return };
    let kills = setting("WIREWATCH_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let seed = setting("WIREWATCH_SEED").map_or_else(unix_ms, |text| text.parse().unwrap());
    say(&format!("to repeat: WIREWATCH_KILLS={kills} WIREWATCH_SEED={seed}"));
    let folder = tempfile::tempdir().unwrap();
    let mut run = KillRun::prepare(binary, folder.path(), seed);
    while run.kills.len() < kills {
        run.live_once();
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

#[expect(clippy::disallowed_methods, reason = "the test waits; the servers run on other threads")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}

/// Says it past the test runner's capture: the account is shown when all is well too.
fn say(line: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("killed: {line}\n").as_bytes()).unwrap();
}

impl KillRun {
    fn prepare(binary: PathBuf, folder: &Path, seed: u64) -> Self {
        let servers = Servers::open(folder, seed);
        let daemon = Daemon::new(binary, folder);
        crate::write_secret(&folder.join("secret"));
        daemon.write("wirewatch.toml", &servers.config());
        let mut run = Self {
            rng: fastrand::Rng::with_seed(seed),
            oracle: Oracle::default(),
            kills: Vec::new(),
            stops: 0,
            reloads: 0,
            daemon,
            servers,
        };
        run.write_watchlist(Edition::first());
        run
    }

    /// One life: articles appear while it runs, the watchlist may change, and then it is killed or
    /// stopped.
    fn live_once(&mut self) {
        self.publish();
        if self.rng.f64() < 0.3 {
            // Channels rest after a failure, for longer than any of these lives.
            self.retry();
        }
        self.daemon.start(&RUN);
        if self.rng.f64() < 0.1 {
            sleep(Duration::from_millis(self.rng.u64(..50)));
            self.kill();
            self.daemon.start(&RUN);
        }
        if self.rng.f64() < 0.15 {
            self.edit_and_reload();
        }
        // Half of them die soon, log-uniform; the others whenever.
        let life_ms = if self.rng.bool() {
            (self.rng.f64() * LIFE_MS_MAX.ln()).exp()
        } else {
            self.rng.f64() * LIFE_MS_MAX
        };
        self.publish_for(Duration::from_secs_f64(life_ms / 1_000.0));
        if self.rng.f64() < 0.15 {
            self.stop();
        } else {
            self.kill();
        }
    }

    fn publish_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            sleep(left.min(Duration::from_millis(self.rng.u64(20..200))));
            if self.rng.f64() < 0.3 {
                self.publish();
            }
        }
    }

    fn publish(&mut self) {
        for _ in 0..self.rng.usize(1..4) {
            let item = self.servers.publish(&mut self.rng);
            self.oracle.published.push(Published::now(&item));
        }
    }

    /// Adds a watch or takes one away, and asks the daemon to read its watchlist again. Half of the
    /// time the daemon has the time to do so; else it dies about it.
    fn edit_and_reload(&mut self) {
        let edition = self.oracle.latest().changed(&mut self.rng);
        self.write_watchlist(edition);
        self.wait_until_signals_are_caught();
        self.daemon.signal("HUP");
        self.reloads += 1;
        if self.rng.bool() {
            self.publish_for(Duration::from_millis(oracle::RELOAD_MS_MAX));
        }
    }

    /// Replaces the file in one step, as careful editors do.
    fn write_watchlist(&mut self, edition: Edition) {
        let fresh = self.daemon.write("watchlist.new", &edition.config());
        std::fs::rename(fresh, self.daemon.folder().join("watchlist.toml")).unwrap();
        self.oracle.editions.push(edition);
    }

    /// Until the daemon has asked for it, a reload signal ends a process, and no daemon could help.
    fn wait_until_signals_are_caught(&mut self) {
        let until = Instant::now() + SIGNALS_CAUGHT;
        let path = format!("/proc/{}/status", self.daemon.id());
        loop {
            let status = std::fs::read_to_string(&path).unwrap_or_default();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = caught.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
            if caught & 1 == 1 {
                return;
            }
            self.check_that_it_runs();
            assert!(Instant::now() < until, "SIGHUP is not caught after {SIGNALS_CAUGHT:?}");
            sleep(Duration::from_millis(5));
        }
    }

    fn check_that_it_runs(&mut self) {
        if let Some(status) = self.daemon.ended() {
            panic!("it ended by itself with {status}\n{}", self.daemon.stderr());
        }
    }

    fn kill(&mut self) {
        self.check_that_it_runs();
        let from_unix_ms = unix_ms();
        self.daemon.kill();
        self.kills.push(Kill { from_unix_ms, until_unix_ms: unix_ms() });
    }

    fn stop(&mut self) {
        self.check_that_it_runs();
        self.wait_until_signals_are_caught();
        let status = self.daemon.stop(STOP);
        assert!(status.success(), "asked to stop it ended with {status}");
        self.stops += 1;
    }

    fn retry(&self) {
        let retried = self.daemon.run(&RETRY, b"");
        // Before the first start there is no store to look into, nor if that one was killed before
        // it had made one.
        let words = String::from_utf8_lossy(&retried.stderr);
        let is_early = self.daemon.starts() == 0 || words.contains("there is no store");
        assert!(retried.status.success() || is_early, "{words}");
    }

    /// Lets the daemon finish: the receivers are well, and what waits for a later try is due now.
    fn drain(&mut self) {
        self.servers.clear_failures();
        let until = Instant::now() + DRAIN;
        loop {
            self.retry();
            self.daemon.start(&RUN);
            let round = Instant::now() + Duration::from_secs(10);
            while Instant::now() < round && !self.is_drained() {
                sleep(Duration::from_millis(200));
            }
            self.stop();
            if self.is_drained() || Instant::now() > until {
                return;
            }
        }
    }

    fn is_drained(&self) -> bool {
        self.count(PENDING) == 0
            && self.records().iter().all(|(_, record)| record.lost().is_empty())
    }

    /// What each receiver had to get, and what it got.
    fn records(&self) -> Vec<(String, DeliveryRecord)> {
        let seen = oracle::first_seen(&self.store());
        let received = self.servers.received();
        let everywhere: BTreeSet<AlertKey> = received
            .iter()
            .flat_map(|(_, entries)| entries)
            .flat_map(|e| &e.alerts)
            .cloned()
            .collect();
        let expected = self.oracle.expected(&seen, &everywhere);
        received
            .into_iter()
            .map(|(receiver, entries)| {
                let record = DeliveryRecord {
                    expected: expected.clone(),
                    entries,
                    kills: self.kills.clone(),
                };
                (receiver, record)
            })
            .collect()
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

    /// Prints the account of each receiver; gives what does not add up.
    fn faults(&self) -> Vec<String> {
        say(&format!(
            "{}, {} and {} in {}; {}",
            counted(self.kills.len() as u64, "kill"),
            counted(self.stops as u64, "stop"),
            counted(self.reloads as u64, "reload"),
            counted(self.daemon.starts() as u64, "start"),
            counted(self.oracle.published.len() as u64, "article"),
        ));
        let mut faults = Vec::new();
        for (what, rows) in [("article", "article"), ("story", "story WHERE merged_into IS NULL")] {
            let counted = self.count(&format!(
                "SELECT total(n) = (SELECT count(*) FROM {rows}) FROM counter WHERE what = '{what}'"
            ));
            if counted == 0 {
                faults.push(format!("the counter of `{what}` is not the number of its rows"));
            }
        }
        let mut repeats = 0;
        for (receiver, record) in self.records() {
            let report = record.report();
            say(&format!(
                "{receiver}: {} alerts expected, {} messages: {report}",
                record.expected.len(),
                record.entries.len(),
            ));
            if !report.is_clean() {
                faults.push(format!("{receiver}: {report:#?}"));
            }
            repeats += report.repeats_after_kill;
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
        if repeats > unknown {
            faults.push(format!("{repeats} repeats near a kill, but {unknown} unknown attempts"));
        }
        faults
    }
}
