//! The command line as people and scripts meet it: the real program, its streams and exit codes.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::answer::Answer;
use crate::harness::daemon::Daemon;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::FeedServer;
use crate::harness::unix_ms;
use crate::harness::webhook_receiver::WebhookReceiver;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wirewatch");

pub fn run(folder: &Path, args: &[&str], input: &str) -> Output {
    use std::io::Write;
    let mut child = Command::new(PROGRAM)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone before it is written.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_lines(output: &Output) -> Vec<Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// A folder with a configuration of one feed and a console channel.
fn config_folder(feed: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\n\
         [[feed]]\nname = \"feed\"\nurl = \"{feed}\"\nallow_private = [\"127.0.0.0/8\"]\n"
    );
    std::fs::write(folder.path().join("wirewatch.toml"), text).unwrap();
    folder
}

fn recent_item(id: &str, title: &str) -> Item {
    Item::new(id, title).dated(unix_ms() / 1_000 - 60)
}

#[test]
fn once_and_status_print_the_figures_scripts_read() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA talks")).publish(recent_item("b", "Weather"));
    let folder = config_folder(&feed.url());
    let once = run(folder.path(), &["once", "--json"], "");
    assert!(once.status.success(), "{}", err(&once));
    let figures = &json_lines(&once)[0];
    let expected = serde_json::json!({
        "feeds": 1, "polled": 1, "changed": 1, "failed": 0, "entries": 2, "new": 2, "alerts": 1,
        "suppressed": 0, "delivered": 1, "pending": 0, "dead": 0
    });
    assert_eq!(figures, &expected, "the alert itself goes to standard error");
    assert!(err(&once).contains("GSOMIA talks"));
    let again = &json_lines(&run(folder.path(), &["once", "--json"], ""))[0];
    assert_eq!((again["changed"].as_u64(), again["new"].as_u64()), (Some(0), Some(0)));
    let status = &json_lines(&run(folder.path(), &["status", "--json"], ""))[0];
    assert_eq!(status["articles"], 2);
    assert_eq!(status["stories"], 2);
    assert_eq!(status["alerts"], 1);
    assert_eq!(status["outbox"]["delivered"], 1);
    assert_eq!(status["feeds"]["ok"], 1);
    assert_eq!(status["possible_loss"], serde_json::json!([]));
}

#[test]
fn status_says_why_a_feed_fails_and_before_the_first_run_that_there_was_none() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.set_answer(Answer::Page);
    let folder = config_folder(&feed.url());
    let before = run(folder.path(), &["status"], "");
    assert!(before.status.success() && out(&before).contains("1 not polled yet"));
    let once = run(folder.path(), &["once"], "");
    assert!(once.status.success(), "one feed's failure is not the program's");
    let status = out(&run(folder.path(), &["status"], ""));
    assert!(status.contains("feed: ") && status.contains("wants a human"), "{status}");
    let list = json_lines(&run(folder.path(), &["feeds", "list", "--json"], ""));
    assert_eq!(list[0]["state"], "blocked");
}

#[test]
fn a_broken_configuration_starts_nothing_and_lists_every_fault() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[poll]\nflor = \"5m\"\n[[feed]]\nname = \"A B\"\nurl = \"ftp://x\"\n\
        [[watch]]\nname = \"w\"\nany = [\"\\u00ad\"]\nnotify = [\"consol\"]\n";
    std::fs::write(folder.path().join("wirewatch.toml"), text).unwrap();
    for command in ["run", "once", "check"] {
        let output = run(folder.path(), &[command], "");
        assert_eq!(output.status.code(), Some(78), "{command}");
        let said = err(&output);
        for fault in ["wirewatch.toml:2:1: error", "did you mean `floor`", "`A B`", "ftp", "consol"]
        {
            assert!(said.contains(fault), "{command} does not say {fault}:\n{said}");
        }
    }
    assert!(!folder.path().join("wirewatch.db").exists());
    let none = run(tempfile::tempdir().unwrap().path(), &["run"], "");
    assert_eq!(none.status.code(), Some(78));
    assert!(err(&none).contains("wirewatch init"), "{}", err(&none));
}

#[test]
fn usage_errors_exit_64_and_help_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["pol"], "").status.code(), Some(64));
    assert_eq!(run(folder.path(), &["--help"], "").status.code(), Some(0));
    assert_eq!(run(folder.path(), &["--version"], "").status.code(), Some(0));
}

#[test]
fn init_writes_a_configuration_that_check_accepts_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["init"], "").status.success());
    let check = run(folder.path(), &["check"], "");
    assert!(check.status.success(), "{}", err(&check));
    assert!(err(&check).is_empty(), "the shipped files have no warning:\n{}", err(&check));
    assert!(out(&check).contains("3 watches"));
    assert_eq!(run(folder.path(), &["init"], "").status.code(), Some(64));
}

#[test]
fn parse_prints_one_object_a_file_in_the_promised_shape() {
    let folder = tempfile::tempdir().unwrap();
    let feed = "<rss version=\"2.0\"><channel><title>T</title><link>https://a.example/</link>\
        <item><guid>g</guid><title>One</title><pubDate>Mon, 23 Nov 2026 08:00:00 GMT</pubDate></item>\
        </channel></rss>";
    std::fs::write(folder.path().join("a.xml"), feed).unwrap();
    std::fs::write(folder.path().join("b.html"), "<!doctype html><title>No</title>").unwrap();
    let output = run(folder.path(), &["parse", "--json", "a.xml", "b.html"], "");
    assert_eq!(output.status.code(), Some(65), "one of them is no feed");
    let lines = json_lines(&output);
    let shape = ["entries", "error", "file", "format", "link", "mended", "title"];
    let mut got = keys(&lines[0]);
    got.sort_unstable();
    assert_eq!(got, shape);
    let mut entry = keys(&lines[0]["entries"][0]);
    entry.sort_unstable();
    let wanted = [
        "authors",
        "content",
        "id",
        "language",
        "link",
        "published",
        "summary",
        "title",
        "updated",
    ];
    assert_eq!(entry, wanted);
    assert_eq!(lines[0]["entries"][0]["published"], "2026-11-23T08:00:00Z");
    assert_eq!(lines[0]["error"], Value::Null);
    assert!(lines[1]["error"].is_string() && lines[1]["format"].is_null());
    let piped = run(folder.path(), &["parse", "-"], feed);
    assert!(out(&piped).contains("rss, T, 1 entry"), "{}", out(&piped));
}

#[test]
fn match_reads_json_lines_and_prints_a_line_for_each_watch_that_fires() {
    let folder = tempfile::tempdir().unwrap();
    let watchlist = "[[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\", \"지소미아\"]\n\
        [[watch]]\nname = \"drills\"\nany = [\"Cobra Gold\"]\n";
    std::fs::write(folder.path().join("w.toml"), watchlist).unwrap();
    let input = "{\"id\":1,\"title\":\"지소미아를 연장\",\"content\":\"GSOMIA and Cobra\\u00a0Gold\"}\n\
        {\"id\":\"x\",\"title\":\"nothing\"}\n";
    let output = run(folder.path(), &["match", "--watchlist", "w.toml", "--jsonl"], input);
    assert!(output.status.success(), "{}", err(&output));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["watch"]), (&Value::from(1), &Value::from("gsomia")));
    let mut shape = keys(&lines[0]);
    shape.sort_unstable();
    assert_eq!(shape, ["hits", "id", "score", "threshold", "watch"]);
    let hit = &lines[0]["hits"][0];
    let mut shape = keys(hit);
    shape.sort_unstable();
    assert_eq!(shape, ["end", "field", "start", "term", "text", "tolerance"]);
    assert_eq!((&hit["field"], &hit["tolerance"]), (&"title".into(), &"particle".into()));
    assert_eq!(lines[1]["hits"][0]["text"], "Cobra\u{a0}Gold");
    let bad = run(folder.path(), &["match", "--watchlist", "w.toml", "--jsonl"], "{\n");
    assert_eq!(bad.status.code(), Some(65));
    assert!(err(&bad).contains("-:1:"), "{}", err(&bad));
}

#[test]
fn a_second_daemon_on_one_store_is_refused_with_75() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    let folder = config_folder(&feed.url());
    let mut daemon = Daemon::new(PROGRAM, folder.path());
    daemon.start(&["run"]);
    daemon.wait_for_text("watching 1 feed", Duration::from_secs(20));
    let second = run(folder.path(), &["once"], "");
    assert_eq!(second.status.code(), Some(75));
    let said = err(&second);
    assert!(said.contains(&format!("process {}", daemon.id())), "{said}");
    // Commands that only look are welcome beside it.
    assert!(run(folder.path(), &["status"], "").status.success());
    assert!(daemon.stop(Duration::from_secs(25)).success());
}

#[test]
fn a_reload_takes_a_good_configuration_and_refuses_a_broken_one() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    let folder = config_folder(&feed.url());
    let path = folder.path().join("wirewatch.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let mut daemon = Daemon::new(PROGRAM, folder.path());
    daemon.start(&["run"]);
    daemon.wait_for_text("watching 1 feed for 1 watch", Duration::from_secs(20));
    std::fs::write(&path, format!("{good}\nnonsense = 1\n")).unwrap();
    daemon.signal("HUP");
    daemon.wait_for_text("the old configuration runs on", Duration::from_secs(20));
    std::fs::write(&path, format!("{good}\n[[watch]]\nname = \"two\"\nany = [\"drill\"]\n"))
        .unwrap();
    daemon.signal("HUP");
    daemon.wait_for_text("for 2 watches", Duration::from_secs(20));
    assert!(daemon.stop(Duration::from_secs(25)).success());
}

#[test]
fn a_test_message_goes_the_way_alerts_go() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = WebhookReceiver::open(folder.path());
    crate::write_secret(&folder.path().join("secret"));
    let text = format!(
        "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"secret\"\n\
         [[watch]]\nname = \"w\"\nnotify = [\"hook\"]\nany = [\"GSOMIA\"]\n",
        hooks.url("/")
    );
    std::fs::write(folder.path().join("wirewatch.toml"), text).unwrap();
    let tested = run(folder.path(), &["channels", "test", "hook"], "");
    assert!(tested.status.success(), "{}{}", out(&tested), err(&tested));
    let received = hooks.received();
    assert_eq!(received[0].json()["type"], "test.ping");
    assert!(received[0].header("webhook-signature").is_some());
    drop(hooks);
    assert_eq!(run(folder.path(), &["channels", "test"], "").status.code(), Some(69));
    assert_eq!(run(folder.path(), &["channels", "test", "hok"], "").status.code(), Some(64));
}

#[test]
fn the_demo_shows_alerts_in_time_and_says_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    // Stopped as soon as all is shown: a slow machine may take longer than a person would wait.
    let mut child = Command::new(PROGRAM)
        .args(["demo", "--seconds", "120"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut shown = String::new();
    let mut alerts = false;
    let mut missing = vec!["GSOMIA", "Cobra Gold", "輸出規制", "지소미아"];
    while !missing.is_empty() {
        let Some(line) = lines.next() else { panic!("it does not show {missing:?}:\n{shown}") };
        let line = line.unwrap();
        // The words before this line are the titles of the watches, not alerts.
        alerts |= line.starts_with("Stories break");
        shown += &line;
        shown.push('\n');
        missing.retain(|word| !(alerts && line.contains(word)));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let rest: String = lines.map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{shown}{rest}");
    assert!(rest.contains("wirewatch init"), "{rest}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn the_service_manager_hears_ready_then_pings_that_follow_proof_then_stopping() {
    use std::os::unix::net::UnixDatagram;
    let feeds = FeedServer::open();
    let folder = config_folder(&feeds.feed("/feed").url());
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut child = Command::new(PROGRAM)
        .arg("run")
        .current_dir(folder.path())
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "900000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hear = |wanted: &str| {
        let mut datagram = [0; 4_096];
        for _ in 0..100 {
            let read = manager.recv(&mut datagram).unwrap();
            let heard = String::from_utf8_lossy(&datagram[..read]).into_owned();
            if heard.lines().any(|line| line == wanted) {
                return heard;
            }
        }
        panic!("{wanted} was not heard");
    };
    assert!(hear("READY=1").contains("STATUS=watching 1 feed for 1 watch"));
    hear("WATCHDOG=1");
    hear("WATCHDOG=1");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    hear("STOPPING=1");
    assert!(child.wait().unwrap().success());
}

#[test]
fn explain_walks_an_article_through_every_stage() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    let link = "https://news.example/politics/20261123-pact";
    feed.publish(recent_item("a", "GSOMIA talks").linked(link));
    feed.publish(recent_item("b", "Weather").linked("https://news.example/weather/20261123-rain"));
    let folder = config_folder(&feed.url());
    assert!(run(folder.path(), &["once"], "").status.success());
    let told = out(&run(folder.path(), &["explain", &format!("{link}?utm_source=x")], ""));
    for stage in
        ["fetch", "identity", "new; it opened story", "made an alert", "delivered", "fires"]
    {
        assert!(told.contains(stage), "no `{stage}` in:\n{told}");
    }
    let silent = run(folder.path(), &["explain", "https://news.example/weather/20261123-rain"], "");
    assert!(out(&silent).contains("no watch fired when it was read"), "{}", out(&silent));
    let never = run(folder.path(), &["explain", "https://127.0.0.1/never"], "");
    assert_eq!(never.status.code(), Some(1));
    assert!(out(&never).contains("no feed has carried this address"));
    assert!(out(&never).contains("`feed` answers"), "{}", out(&never));
}

#[test]
fn backtest_shows_what_another_watchlist_gains_and_loses() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA talks")).publish(recent_item("b", "Cobra Gold begins"));
    let folder = config_folder(&feed.url());
    assert!(run(folder.path(), &["once"], "").status.success());
    let tried = "[[watch]]\nname = \"gsomia\"\nany = [\"Cobra Gold\", \"never seen\"]\n";
    std::fs::write(folder.path().join("tried.toml"), tried).unwrap();
    let args = ["backtest", "--since", "2d", "--watchlist", "tried.toml"];
    let report = out(&run(folder.path(), &args, ""));
    for line in
        ["2 stored articles", "gained Cobra Gold begins", "lost GSOMIA talks", "never: never seen"]
    {
        assert!(report.contains(line), "no `{line}` in:\n{report}");
    }
    let args = ["backtest", "--since", "2d", "--json"];
    let report = &json_lines(&run(folder.path(), &args, ""))[0];
    assert_eq!(report["watches"]["gsomia"]["terms"]["GSOMIA"], 1);
    let check = out(&run(folder.path(), &["check"], ""));
    assert!(check.contains("alerts a day to expect"), "{check}");
    assert_eq!(run(folder.path(), &["backtest", "--since", "soon"], "").status.code(), Some(64));
}

#[test]
fn a_readers_verdicts_become_precision_by_watch_and_term() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA talks"))
        .publish(recent_item("b", "GSOMIA crossword answers"));
    let folder = config_folder(&feed.url());
    assert!(run(folder.path(), &["once"], "").status.success());
    let alerts = json_lines(&run(folder.path(), &["alerts", "list", "--json"], ""));
    let id = |title: &str| {
        let alert = alerts.iter().find(|alert| alert["title"] == title).unwrap();
        alert["id"].as_str().unwrap().to_owned()
    };
    let good = id("GSOMIA talks");
    let noise = id("GSOMIA crossword answers");
    assert!(run(folder.path(), &["alerts", "ack", &good], "").status.success());
    assert!(run(folder.path(), &["alerts", "noise", &noise], "").status.success());
    let report = out(&run(folder.path(), &["alerts", "report"], ""));
    assert!(report.contains("gsomia: 2 alerts, precision 50 % of 2"), "{report}");
    assert_eq!(run(folder.path(), &["alerts", "ack", "nonsense"], "").status.code(), Some(65));
}

#[test]
fn dedupe_attaches_a_copy_to_the_story_it_is_of() {
    let text = "The defence ministry said on Monday that the pact on sharing military intelligence \
        would be renewed for another year after talks between the two governments in Tokyo, where \
        officials had discussed missile launches, export licences and a visit planned for spring.";
    let line = |id: &str, source: &str, title: &str, text: &str| {
        serde_json::json!({
            "id": id, "source": source, "published": "2026-11-23T08:00:00Z", "title": title,
            "text": text
        })
        .to_string()
    };
    let input = [
        line("a", "wire", "Pact on intelligence renewed for a year", text),
        line(
            "b",
            "paper",
            "Two governments renew intelligence pact",
            &format!("TOKYO (Wire) {text}"),
        ),
        line(
            "c",
            "paper",
            "Harvest festival draws record crowds",
            "Farmers came from three valleys.",
        ),
    ]
    .join("\n");
    let folder = tempfile::tempdir().unwrap();
    let lines = json_lines(&run(folder.path(), &["dedupe", "--jsonl"], &input));
    let story = |at: usize| lines[at]["story"].as_str().unwrap();
    assert_eq!((story(0), story(1), story(2)), ("a", "a", "c"));
    assert_eq!(lines[0]["reason"], "new");
    assert_eq!(lines[0]["similarity"], Value::Null);
    assert_eq!((&lines[1]["verdict"], &lines[1]["silent"]), (&"copy".into(), &true.into()));
    assert!(lines[1]["similarity"].as_f64().unwrap() > 0.8);
}

#[test]
fn retrying_everything_when_nothing_waits_is_no_failure_and_an_unknown_id_is() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA talks begin"));
    let folder = config_folder(&feed.url());
    assert!(run(folder.path(), &["once"], "").status.success());
    let all = run(folder.path(), &["outbox", "retry", "--all"], "");
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    assert!(out(&all).starts_with("0 messages"), "{}", out(&all));
    let unknown = ["outbox", "retry", "msg_00000000000000000000000000"];
    assert_eq!(run(folder.path(), &unknown, "").status.code(), Some(65));
}
