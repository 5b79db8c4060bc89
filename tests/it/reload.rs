//! Reloads of the running program: what is broken, empty or out of reach changes nothing, and what
//! runs is not held up.
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::answer::Answer;
use crate::harness::daemon::Daemon;
use crate::harness::feed_server::{FeedServer, ServedFeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_wirewatch");
/// For what the program says within a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon on one feed that is polled each second.
struct Running {
    daemon: Daemon,
    feed: ServedFeed,
    main: String,
    // Before the servers end, the daemon does.
    folder: tempfile::TempDir,
    feeds: FeedServer,
}

impl Running {
    fn start() -> Self {
        let feeds = FeedServer::open();
        let feed = feeds.feed("/feed");
        let folder = tempfile::tempdir().unwrap();
        let main = "include = [\"feeds.toml\", \"watchlist.toml\"]\n\
             [store]\npath = \"kept.db\"\n[poll]\nfloor = \"1s\"\ncap = \"1s\"\nper_host_gap = \"0s\"\n"
            .to_owned();
        let mut daemon = Daemon::new(PROGRAM, folder.path());
        daemon.write("wirewatch.toml", &main);
        daemon.write("feeds.toml", &feed_table("one", &feed));
        daemon.write("watchlist.toml", &watches(&["gsomia", "drill", "cobra", "wheat"]));
        daemon.start(&["run"]);
        daemon.wait_for_text("watching 1 feed for 4 watches", PATIENCE);
        Self { daemon, feed, main, folder, feeds }
    }

    /// Changes files, reloads, and waits for these words.
    fn reload(&mut self, files: &[(&str, &str)], words: &str) {
        for (name, text) in files {
            self.daemon.write(name, text);
        }
        self.daemon.signal("HUP");
        self.daemon.wait_for_text(words, PATIENCE);
    }

    /// The feed is polled on, and the process stops in order.
    fn runs_on(mut self) {
        wait_for_requests(&self.feed, self.feed.asked().len() + 2);
        assert!(self.daemon.stop(PATIENCE).success());
        drop(self.folder);
    }
}

#[expect(clippy::disallowed_methods, reason = "a process is waited for from outside any runtime")]
fn wait_for_requests(feed: &ServedFeed, count: usize) {
    let until = Instant::now() + PATIENCE;
    while feed.asked().len() < count {
        assert!(Instant::now() < until, "{} of {count} requests", feed.asked().len());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn feed_table(name: &str, feed: &ServedFeed) -> String {
    format!(
        "[[feed]]\nname = \"{name}\"\nurl = \"{}\"\nevery = \"1s\"\nallow_private = [\"127.0.0.0/8\"]\n",
        feed.url()
    )
}

fn watches(terms: &[&str]) -> String {
    let watch = |term: &&str| format!("[[watch]]\nname = \"{term}\"\nany = [\"{term}\"]\n");
    terms.iter().map(watch).collect::<Vec<_>>().concat()
}

#[test]
fn a_list_that_became_empty_is_never_taken_over() {
    for (name, words) in [
        ("watchlist.toml", "all 4 watches would be removed"),
        ("feeds.toml", "all 1 feeds would be removed"),
    ] {
        let mut running = Running::start();
        running.reload(&[(name, "")], words);
        running.daemon.wait_for_text("the last reload was refused (1 fault)", PATIENCE);
        running.runs_on();
    }
}

#[test]
fn a_watchlist_that_was_cut_in_the_middle_is_told_by_name() {
    let mut running = Running::start();
    running.reload(&[("watchlist.toml", &watches(&["gsomia"]))], "3 of 4 watches are removed");
    running.daemon.wait_for_text("`cobra`, `drill`, `wheat`", PATIENCE);
    running.daemon.wait_for_text("watching 1 feed for 1 watch", PATIENCE);
    running.reload(&[("watchlist.toml", "[[watch]]\nname = \"gsomia\"\nany = [\"GSO")], "refused");
    running.runs_on();
}

#[test]
fn a_main_file_that_lost_its_store_does_not_move_the_store() {
    let mut running = Running::start();
    let text = running.main.replace("[store]\npath = \"kept.db\"\n", "");
    running.reload(&[("wirewatch.toml", &text)], "a running program keeps its store");
    assert!(!running.daemon.folder().join("wirewatch.db").exists());
    running.runs_on();
}

#[test]
fn what_cannot_be_opened_leaves_the_old_configuration_running() {
    let mut running = Running::start();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let websub = format!(
        "{}[websub]\nlisten = \"{}\"\npublic_url = \"https://watch.example/\"\n",
        running.main,
        taken.local_addr().unwrap()
    );
    running.reload(&[("wirewatch.toml", &websub)], "Address already in use");
    let mail = format!(
        "{}[[channel]]\nname = \"desk\"\nkind = \"email\"\nhost = \"mail.example\"\n\
         from = \"a@b.example\"\nto = [\"c@d.example\"]\nca_file = \"ca.pem\"\n",
        running.main
    );
    let damaged = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydA==\n-----END CERTIFICATE-----\n";
    running
        .reload(&[("ca.pem", damaged), ("wirewatch.toml", &mail)], "holds a damaged certificate");
    let checked = running.daemon.run(&["check"], b"");
    assert_eq!(checked.status.code(), Some(78), "`check` finds what needs no port");
    running.runs_on();
}

#[test]
fn a_reload_neither_waits_for_a_slow_feed_nor_asks_it_twice() {
    let mut running = Running::start();
    let slow = running.feeds.feed_on("127.0.0.3", "/slow");
    slow.set_answer(Answer::Stall);
    let feeds = format!("{}{}", feed_table("one", &running.feed), feed_table("slow", &slow));
    running.reload(&[("feeds.toml", &feeds)], "watching 2 feeds");
    wait_for_requests(&slow, 1);
    running.reload(&[("watchlist.toml", &watches(&["a", "b", "cobra"]))], "for 3 watches");
    let before = running.feed.asked().len();
    wait_for_requests(&running.feed, before + 3);
    assert_eq!(slow.asked().len(), 1, "the poll under way goes on");
    assert!(running.daemon.stop(Duration::from_secs(40)).success());
}

#[test]
fn signals_in_the_first_moments_and_at_the_end_are_heard() {
    let mut running = Running::start();
    running.daemon.stop(PATIENCE);
    running.daemon.start(&["run"]);
    // These words come before the store is opened: the start is still under way.
    while running.daemon.stderr().matches("1 feed, 4 watches").count() < 2 {
        std::thread::yield_now();
    }
    for _ in 0..3 {
        running.daemon.signal("HUP");
    }
    running.daemon.wait_for_text("the new configuration is in use", PATIENCE);
    running.daemon.signal("TERM");
    running.daemon.signal("HUP");
    assert!(running.daemon.wait(PATIENCE).success());
}

#[test]
fn the_service_manager_is_told_of_one_fault_as_one() {
    let running = Running::start();
    let socket = running.daemon.folder().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wirewatch.toml");
    std::fs::write(&path, watches(&["gsomia"])).unwrap();
    let mut child = Command::new(PROGRAM)
        .arg("run")
        .current_dir(folder.path())
        .env("NOTIFY_SOCKET", &socket)
        .spawn()
        .unwrap();
    let hear = |wanted: &str| {
        let mut heard = [0; 4_096];
        loop {
            let read = manager.recv(&mut heard).unwrap();
            let text = String::from_utf8_lossy(&heard[..read]).into_owned();
            if text.contains(wanted) {
                return text;
            }
        }
    };
    hear("READY=1");
    std::fs::write(&path, format!("nonsense = 1\n{}", watches(&["gsomia"]))).unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    assert!(hear("refused").contains(": 1 fault; the old configuration runs on"));
    child.kill().unwrap();
    child.wait().unwrap();
    running.runs_on();
}
