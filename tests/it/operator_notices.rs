//! The operator is told of what fails: once, daily, and when it is well again, through the outbox.
use std::fmt::Write as _;
use std::time::Duration;

use wirewatch::domain::NoticeKind;

use crate::commands::{err, out, run};
use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};
use crate::test_app::{START_TIME, TestApp};

const HOUR: Duration = Duration::from_hours(1);

struct TestServers {
    feeds: FeedServer,
    hooks: WebhookReceiver,
    mail: MailServer,
    folder: tempfile::TempDir,
}

impl TestServers {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        crate::write_secret(&folder.path().join("secret"));
        let (feeds, hooks) = (FeedServer::open(), WebhookReceiver::open(folder.path()));
        Self { feeds, hooks, mail: MailServer::open(), folder }
    }

    /// These feeds, a watch told to the webhook, and the operator as `operator` says.
    fn config(&self, operator: &str, feeds: &[ServedFeed]) -> String {
        let mut sources = String::new();
        for (n, feed) in feeds.iter().enumerate() {
            let url = feed.url();
            write!(
                sources,
                "[[feed]]\nname = \"feed-{n}\"\nurl = \"{url}\"\nevery = \"1h\"\n\
                 allow_private = [\"127.0.0.0/8\"]\n"
            )
            .unwrap();
        }
        format!(
            "[poll]\nper_host_gap = \"0s\"\n[operator]\n{operator}\n\
             [[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\n\
             secret_file = \"{}\"\n\
             [[channel]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\n\
             tls = \"none\"\nfrom = \"wirewatch@example.org\"\nto = [\"op@example.org\"]\n\
             [[watch]]\nname = \"gsomia\"\nnotify = [\"hook\"]\nany = [\"GSOMIA\"]\n{sources}",
            self.hooks.url("/hook"),
            self.folder.path().join("secret").display(),
            self.mail.address().port(),
        )
    }

    /// The types of all messages the webhook got.
    fn types(&self) -> Vec<String> {
        let of = |body: serde_json::Value| body["type"].as_str().unwrap().to_owned();
        self.hooks.received().iter().map(|received| of(received.json())).collect()
    }
}

fn feeds(town: &TestServers, count: usize) -> Vec<ServedFeed> {
    let feeds: Vec<ServedFeed> =
        (0..count).map(|n| town.feeds.feed(&format!("/feed-{n}"))).collect();
    for feed in &feeds {
        feed.publish(Item::new("a", "Nothing of note").dated(START_TIME.0.unsigned_abs() / 1_000));
    }
    feeds
}

/// Lives for so many hours, polling and looking once an hour; says how often what was told.
async fn run_hours(home: &mut TestApp, hours: u32) -> Vec<NoticeKind> {
    let mut told = Vec::new();
    for _ in 0..hours {
        home.hand.advance(HOUR);
        home.poll().await;
        told.extend(home.check_health().await);
        home.deliver().await;
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_feed_is_told_by_mail_and_webhook_daily_until_it_is_well() {
    let town = TestServers::new();
    let feeds = feeds(&town, 3);
    let config =
        town.config("notify = [\"hook\", \"mail\"]\nfail_times = 100\nfail_after = \"6h\"", &feeds);
    let mut home = TestApp::open(&config).await;
    home.poll().await;
    assert_eq!(home.check_health().await, None);
    feeds[0].set_answer(Answer::Status(503));
    assert_eq!(run_hours(&mut home, 6).await, [], "the first failure is five hours old");
    assert_eq!(run_hours(&mut home, 1).await, [NoticeKind::SourceFailing]);

    // A restart repeats nothing, and the day goes on where it was.
    let mut home = home.restart().await;
    assert_eq!(run_hours(&mut home, 23).await, []);
    assert_eq!(run_hours(&mut home, 1).await, [NoticeKind::SourceFailing]);
    feeds[0].set_answer(Answer::Honest);
    assert_eq!(run_hours(&mut home, 3).await, [], "it may be one that works by turns");
    assert_eq!(run_hours(&mut home, 2).await, [NoticeKind::SourceRecovered]);
    assert_eq!(run_hours(&mut home, 30).await, []);

    assert_eq!(town.types(), ["source.failing", "source.failing", "source.recovered"]);
    let body = town.hooks.received()[0].json();
    let source = &body["data"]["details"]["sources"][0];
    assert_eq!((&source["name"], &source["state"]), (&"feed-0".into(), &"failing".into()));
    assert!(source["error"].as_str().unwrap().contains("503"), "{source}");
    let caught = town.mail.received();
    assert_eq!(caught.len(), 3);
    let subjects: Vec<String> = caught.iter().filter_map(|mail| mail.header("Subject")).collect();
    assert_eq!(subjects[0], "Feed `feed-0` is failing, for 6 h 0 min now");
    assert!(subjects[1].contains("still failing") && subjects[2].contains("well again"));
    let threads: Vec<_> = caught.iter().map(|mail| mail.header("References")).collect();
    assert!(threads.iter().all(|thread| *thread == threads[0] && thread.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_feeds_that_answer_with_errors_at_once_are_one_notice_that_blames_no_network() {
    let town = TestServers::new();
    let feeds = feeds(&town, 30);
    let mut home = TestApp::open(&town.config("notify = [\"hook\"]", &feeds)).await;
    home.poll().await;
    for feed in &feeds {
        feed.set_answer(Answer::Status(502));
    }
    assert_eq!(run_hours(&mut home, 12).await, [NoticeKind::SourceFailing]);
    for feed in &feeds {
        feed.set_answer(Answer::Honest);
    }
    assert_eq!(run_hours(&mut home, 6).await, [NoticeKind::SourceRecovered]);
    assert_eq!(town.types(), ["source.failing", "source.recovered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_fails_is_told_through_another_one() {
    let town = TestServers::new();
    let feeds = feeds(&town, 1);
    let mut home = TestApp::open(&town.config("notify = [\"hook\"]", &feeds)).await;
    home.poll().await;
    town.hooks.set_reply(Reply::Status(500));
    feeds[0].publish(
        Item::new("b", "Seoul weighs GSOMIA").dated(START_TIME.0.unsigned_abs() / 1_000 + 60),
    );
    assert_eq!(run_hours(&mut home, 1).await, []);
    assert_eq!(run_hours(&mut home, 2).await, [NoticeKind::ChannelFailing]);
    let told = town.mail.received();
    assert_eq!(told.len(), 1, "the operator's own channel is the one that fails");
    assert!(told[0].header("Subject").unwrap().starts_with("Channel `hook` takes no messages"));
    town.hooks.set_reply(Reply::Status(204));
    assert_eq!(run_hours(&mut home, 24).await, [NoticeKind::ChannelRecovered]);
    let types = town.types();
    let last = |n: usize| types[types.len() - n].as_str();
    assert_eq!((last(2), last(1)), ("alert.matched", "channel.recovered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_account_tells_of_alerts_feeds_and_coverage() {
    let town = TestServers::new();
    let feeds = feeds(&town, 2);
    let mut home =
        TestApp::open(&town.config("notify = [\"mail\"]\ndaily = \"08:30\"", &feeds)).await;
    home.poll().await;
    assert_eq!(home.check_health().await, None, "from now on");
    feeds[0].publish(
        Item::new("b", "Seoul weighs GSOMIA").dated(START_TIME.0.unsigned_abs() / 1_000 + 60),
    );
    feeds[1].set_answer(Answer::Status(404));
    town.mail.set_next_reply(SmtpStage::Rcpt, SmtpReply::Line("450 4.2.0 later".to_owned()));
    let mut told = run_hours(&mut home, 12).await;
    let mut home = home.restart().await;
    told.extend(run_hours(&mut home, 12).await);
    let daily = told.iter().filter(|kind| **kind == NoticeKind::Daily).count();
    assert_eq!(daily, 1, "{told:?}");
    let caught = town.mail.received();
    let accounts: Vec<String> = caught
        .iter()
        .filter_map(|mail| {
            let parsed = mail_parser::MessageParser::default().parse(&mail.data)?;
            let subject = parsed.subject()?.to_owned();
            let is_account =
                subject.starts_with("2026-11-23: 1 alert, 1 of 2 feeds well, coverage");
            is_account.then(|| format!("{subject}\n{}", parsed.body_text(0).unwrap()))
        })
        .collect();
    let [account] = accounts.as_slice() else { panic!("{accounts:?}") };
    for words in [
        "1 gap on feed-1 ",
        "gsomia: 1 alert, 0 suppressed as known",
        "feed-1 (failing): no feed comes back, since 2026-11-23 09:00 UTC",
    ] {
        assert!(account.contains(words), "{words} is missing from\n{account}");
    }
}

#[test]
fn feeds_status_says_since_when_why_how_much_was_covered_and_what_to_do() {
    let town = TestServers::new();
    let feeds = feeds(&town, 2);
    feeds[1].set_answer(Answer::Status(404));
    let folder = town.folder.path();
    std::fs::write(folder.join("wirewatch.toml"), town.config("notify = [\"hook\"]", &feeds))
        .unwrap();
    let before = run(folder, &["feeds", "status", "--json"], "");
    let line: serde_json::Value =
        serde_json::from_str(out(&before).lines().next().unwrap()).unwrap();
    assert_eq!((&line["state"], &line["coverage"]), (&"unpolled".into(), &().into()));

    assert!(run(folder, &["once"], "").status.success());
    let lines = out(&run(folder, &["feeds", "status", "--json"], ""));
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [well, bad] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&well["state"], &well["coverage"]["share"]), (&"ok".into(), &1.0.into()));
    assert_eq!((&well["why"], &well["advice"]), (&().into(), &().into()));
    assert_eq!((&bad["state"], &bad["failures"]), (&"failing".into(), &1.into()));
    assert!(bad["error"].as_str().unwrap().contains("404"), "{bad}");
    assert!(bad["since"].is_string() && bad["next_due"].is_string() && bad["advice"].is_string());

    let one = out(&run(folder, &["feeds", "status", "feed-0"], ""));
    assert!(one.contains("coverage 100.0 %, no gap (7 days, UTC)"), "{one}");
    assert!(one.contains("next in") && !one.contains("feed-1"), "{one}");
    let other = out(&run(folder, &["feeds", "status", "feed-1"], ""));
    assert!(
        other.contains("no feed comes back") && other.contains("see whether its `url`"),
        "{other}"
    );
    let none = run(folder, &["feeds", "status", "fed-0"], "");
    assert_eq!(none.status.code(), Some(64));
    assert!(err(&none).contains("did you mean `feed-0`"), "{}", err(&none));

    let status: serde_json::Value =
        serde_json::from_str(&out(&run(folder, &["status", "--json"], ""))).unwrap();
    assert_eq!(status["feeds"]["states"], serde_json::json!({"failing": 1, "ok": 1}));
    assert_eq!(status["feeds"]["coverage"], 1.0);
    assert_eq!(status["outbox"]["letters"]["pending"], 0);
    assert!(out(&run(folder, &["status"], "")).contains("coverage 100.0 % in 7 days"));
}
