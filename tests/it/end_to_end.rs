//! The main job, room by room: one poll becomes one alert, once, for every receiver.
use std::fmt::Write as _;
use std::time::Duration;

use crate::harness::answer::Answer;
use crate::harness::compression::Coding;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};
use crate::test_app::{START_TIME, TestApp};
use wirewatch::domain::{FeedCondition, NoticeKind};

/// Seconds since 1970 of the test's morning.
const NOW_S: u64 = START_TIME.0.unsigned_abs() / 1_000;
const DAY: Duration = Duration::from_hours(24);

/// A feed server, a webhook receiver, and the folder its secret is in.
struct TestServers {
    feeds: FeedServer,
    hooks: WebhookReceiver,
    folder: tempfile::TempDir,
}

impl TestServers {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        crate::write_secret(&folder.path().join("secret"));
        Self { feeds: FeedServer::open(), hooks: WebhookReceiver::open(folder.path()), folder }
    }

    /// A watch on GSOMIA told to the webhook, and these feeds.
    fn config(&self, feeds: &[(&str, &ServedFeed)]) -> String {
        let mut text = format!(
            "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"{}\"\n\
             [[watch]]\nname = \"gsomia\"\nseverity = \"high\"\nnotify = [\"hook\"]\n\
             any = [\"GSOMIA\", \"지소미아\"]\n",
            self.hooks.url("/hook"),
            self.folder.path().join("secret").display(),
        );
        for (name, feed) in feeds {
            write!(
                text,
                "[[feed]]\nname = \"{name}\"\nurl = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
                feed.url()
            )
            .unwrap();
        }
        text
    }

    fn titles(&self) -> Vec<String> {
        self.hooks.received().iter().flat_map(|received| titles(&received.json())).collect()
    }
}

/// The titles a webhook body tells of, be it one alert or a digest.
fn titles(body: &serde_json::Value) -> Vec<String> {
    let title = |alert: &serde_json::Value| alert["title"].as_str().unwrap_or("").to_owned();
    match body["data"]["alerts"].as_array() {
        Some(alerts) => alerts.iter().map(title).collect(),
        None => vec![title(&body["data"])],
    }
}

fn recent_item(id: &str, title: &str) -> Item {
    Item::new(id, title).dated(NOW_S - 3_600)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_in_two_feeds_is_one_alert_and_the_copy_is_attached() {
    let town = TestServers::new();
    let (wire, paper) = (town.feeds.feed("/wire"), town.feeds.feed("/paper"));
    let link = "https://wire.example/politics/seoul-gsomia-2026";
    wire.publish(recent_item("w1", "Seoul weighs GSOMIA").linked(link));
    paper.publish(
        recent_item("p1", "Seoul weighs GSOMIA").linked(&format!("{link}?utm_source=rss")),
    );
    let mut home = TestApp::open(&town.config(&[("wire", &wire), ("paper", &paper)])).await;
    let round = home.poll().await;
    assert_eq!((round.committed.new, round.committed.copies), (1, 1));
    assert_eq!((round.committed.alerts, round.committed.suppressed), (1, 1));
    assert_eq!(home.deliver().await, 1);
    assert_eq!(town.titles(), ["Seoul weighs GSOMIA"]);
    let reason = "SELECT count(*) FROM article WHERE reason = 'same-url' AND copy_of IS NOT NULL";
    assert_eq!(home.count(reason), 1);
    // Nothing new, nothing told.
    let again = home.poll().await;
    assert_eq!((again.committed.new, again.committed.alerts, home.deliver().await), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_poll_alerts_what_is_recent_and_keeps_the_rest_as_baseline() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    let old = NOW_S - 2 * DAY.as_secs();
    feed.publish(recent_item("old", "GSOMIA of last week").dated(old));
    feed.publish(recent_item("fresh", "GSOMIA of today"));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.suppressed), (1, 1));
    home.deliver().await;
    assert_eq!(town.titles(), ["GSOMIA of today"]);
    assert_eq!(home.count("SELECT count(*) FROM finding WHERE outcome = 'baseline'"), 1);
    // From the second poll on, dates decide nothing.
    feed.publish(recent_item("late", "GSOMIA told late").dated(old));
    assert_eq!(home.poll().await.committed.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_handful_from_a_first_poll_are_one_message_that_lists_them_all() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    for n in 0..8 {
        feed.publish(recent_item(&format!("i{n}"), &format!("GSOMIA note number {n} of the day")));
    }
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.committed.alerts, 8);
    assert_eq!(home.deliver().await, 1);
    assert_eq!(town.titles().len(), 8);
    assert_eq!(home.totals().await.delivered, 8, "a digest of eight counts eight");
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_are_sent_back_and_only_kept_when_the_body_was_a_feed() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "Nothing of note"));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.poll().await;
    feed.set_next_answers([Answer::Page]);
    let round = home.poll().await;
    assert_eq!(round.failed, 1);
    feed.publish(recent_item("b", "GSOMIA after the challenge page"));
    let round = home.poll().await;
    assert_eq!((round.failed, round.committed.new, round.committed.alerts), (0, 1, 1));
    let asked = feed.asked();
    let etags: Vec<Option<&str>> = asked.iter().map(|a| a.header("if-none-match")).collect();
    assert_eq!(etags[0], None);
    assert!(etags[1].is_some());
    assert_eq!(etags[1], etags[2]);
    assert_eq!(etags[2], etags[3], "the page's validator was not kept");
    assert_eq!(asked[1].status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_fails_is_named_with_its_reason_and_disturbs_no_other() {
    let town = TestServers::new();
    let (good, bad) = (town.feeds.feed("/good"), town.feeds.feed("/bad"));
    good.publish(recent_item("g", "GSOMIA in the good feed"));
    bad.set_answer(Answer::Status(503));
    let mut home = TestApp::open(&town.config(&[("good", &good), ("bad", &bad)])).await;
    let round = home.poll().await;
    assert_eq!((round.polled, round.failed, round.committed.alerts), (2, 1, 1));
    let feeds = home.feeds().await;
    let health = feeds.iter().find(|feed| feed.name.as_str() == "bad").unwrap();
    assert_eq!(health.state, FeedCondition::Failing);
    assert!(health.error.as_ref().unwrap().contains("503"), "{:?}", health.error);
    for _ in 0..20 {
        home.hand.advance(Duration::from_hours(7));
        assert_eq!(home.poll_due().await.polled, 2, "it is never given up");
    }
    bad.set_answer(Answer::Honest).publish(recent_item("b", "GSOMIA once it was back"));
    home.hand.advance(Duration::from_hours(7));
    // Its first reading: what it published meanwhile is older than a day by the hand's clock.
    assert_eq!(home.poll_due().await.failed, 0);
    let feeds = home.feeds().await;
    assert!(feeds.iter().all(|feed| feed.state == FeedCondition::Ok), "{feeds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_obeyed() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.set_answer(Answer::Later { status: 429, after: "7200".to_owned() });
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.hand.advance(Duration::from_secs(7_100));
    assert_eq!(home.poll_due().await.polled, 0);
    home.hand.advance(Duration::from_secs(101));
    assert_eq!(home.poll_due().await.polled, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_neither_asks_again_what_was_just_asked_nor_alerts_again() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA before the restart"));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.deliver().await;
    let mut home = home.restart().await;
    assert_eq!(home.poll_due().await.polled, 0);
    home.hand.advance(Duration::from_hours(2));
    let round = home.poll_due().await;
    assert_eq!((round.polled, round.committed.alerts, home.deliver().await), (1, 0, 0));
    assert_eq!(town.hooks.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_receiver_gets_the_same_bytes_under_the_same_id_when_it_is_back() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA while nobody listens"));
    town.hooks.set_next_replies([Reply::Status(500), Reply::Reset, Reply::Status(302)]);
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    assert_eq!(home.deliver().await, 0);
    assert_eq!(home.totals().await.pending, 1);
    let mut home = home.restart().await;
    for _ in 0..3 {
        home.hand.advance(Duration::from_hours(1));
        home.deliver().await;
    }
    let received = town.hooks.received();
    assert_eq!(received.len(), 4);
    let log = town.hooks.log();
    assert!(log.iter().all(|line| line.id == log[0].id && line.sha256 == log[0].sha256));
    let totals = home.totals().await;
    assert_eq!((totals.pending, totals.delivered, totals.dead), (0, 1, 0));
    assert_eq!(home.count("SELECT count(*) FROM attempt"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_attempt_delivers_is_a_dead_letter_that_can_be_sent_again() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA to a wall"));
    town.hooks.set_reply(Reply::Status(500));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    for _ in 0..12 {
        home.deliver().await;
        home.hand.advance(Duration::from_hours(30));
    }
    let dead = home.outbox("dead").await;
    assert_eq!(dead.len(), 1, "{:?}", home.outbox("pending").await);
    assert!(dead[0].error.as_ref().unwrap().contains("500"));
    town.hooks.set_reply(Reply::Status(200));
    let select = wirewatch::store::OutboxFilter::One(dead[0].id);
    assert_eq!(home.store().retry(select, home.hand.now()).await.unwrap(), 1);
    assert_eq!(home.deliver().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_keeps_its_messages_until_a_person_acts() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA to the departed"));
    town.hooks.set_next_replies([Reply::Status(410)]);
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.deliver().await;
    home.hand.advance(Duration::from_hours(100));
    assert_eq!(home.deliver().await, 0);
    assert_eq!(town.hooks.received().len(), 1, "it is left alone");
    assert_eq!(home.reader().pauses().unwrap()[0].channel, "hook");
    let select = wirewatch::store::OutboxFilter::Open { channel: None };
    home.store().retry(select, home.hand.now()).await.unwrap();
    assert_eq!(home.deliver().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_brings_the_word_alerts_and_one_that_keeps_it_does_not() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "Seoul weighs its pact"));
    feed.publish(recent_item("b", "GSOMIA talks begin"));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    feed.edit("a", |item| "Seoul weighs its GSOMIA pact".clone_into(&mut item.title));
    feed.edit("b", |item| "GSOMIA talks begin in Tokyo".clone_into(&mut item.title));
    let round = home.poll().await;
    assert_eq!((round.committed.revised, round.committed.alerts), (2, 1));
    home.deliver().await;
    // Both messages are under way at once, and no order is promised across alerts.
    let mut told = town.titles();
    told.sort_unstable();
    assert_eq!(told, ["GSOMIA talks begin", "Seoul weighs its GSOMIA pact"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_rekeys_its_archive_alerts_nobody_and_drops_nothing() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    for n in 0..20 {
        let title = format!("GSOMIA report number {n} from the archive of the ministry");
        feed.publish(recent_item(&format!("i{n}"), &title).dated(NOW_S - 5 * DAY.as_secs() - n));
    }
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.committed.alerts, 0);
    feed.change_ids(|id| format!("new-{id}"));
    let round = home.poll().await;
    assert_eq!((round.committed.new, round.committed.copies), (0, 20));
    assert_eq!(round.committed.alerts, 0);
    assert_eq!(home.totals().await.articles, 40, "stored articles equal distinct ids");
    // And a watch added later does not make the archive news.
    feed.publish(recent_item("real", "GSOMIA news that is news"));
    assert_eq!(home.poll().await.committed.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_id_with_another_story_is_told_as_the_news_it_is() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("live", "GSOMIA talks begin").linked("https://a.example/talks-begin"));
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    feed.edit("live", |item| {
        "Court strikes down 지소미아 ruling".clone_into(&mut item.title);
        "https://a.example/court-ruling".clone_into(&mut item.link);
    });
    assert_eq!(home.poll().await.committed.alerts, 1);
    assert_eq!(home.totals().await.articles, 1);
    assert_eq!(home.poll().await.committed.alerts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_share_one_id_are_all_seen() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    for n in 0..3 {
        feed.publish(
            recent_item("same", &format!("GSOMIA item number {n} under one id for all"))
                .linked(&format!("https://a.example/article/{n}00001")),
        );
    }
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.committed.alerts, 3);
    assert_eq!(home.poll().await.committed.new, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_polls_with_nothing_in_common_are_a_recorded_gap() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.with_max_items(3);
    for n in 0..3 {
        feed.publish(recent_item(&format!("a{n}"), &format!("Item {n}")));
    }
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.hand.advance(Duration::from_hours(1));
    for n in 0..3 {
        feed.publish(recent_item(&format!("b{n}"), &format!("Other {n}")));
    }
    home.poll().await;
    let losses = home.reader().losses(10).unwrap();
    assert_eq!(losses.len(), 1);
    assert_eq!((losses[0].start, losses[0].window), (START_TIME, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_into_the_operators_network_is_refused_in_words() {
    let town = TestServers::new();
    let other = FeedServer::open();
    let inside = other.feed("/inside");
    let feed = town.feeds.feed("/feed");
    feed.set_answer(Answer::Redirect { status: 302, to: inside.url() });
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    assert_eq!(home.poll().await.failed, 1);
    assert!(inside.asked().is_empty(), "what is allowed for one origin opens no other");
    let why = home.feeds().await[0].error.clone().unwrap();
    assert_eq!(why, "refused: 127.0.0.1 is not a public address (loopback)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_asked_one_thing_at_a_time() {
    let town = TestServers::new();
    let feeds: Vec<ServedFeed> = (0..12).map(|n| town.feeds.feed(&format!("/{n}"))).collect();
    let labels: Vec<String> = (0..12).map(|n| format!("f{n}")).collect();
    let named: Vec<(&str, &ServedFeed)> = labels.iter().map(String::as_str).zip(&feeds).collect();
    let mut home = TestApp::open(&town.config(&named)).await;
    assert_eq!(home.poll().await.polled, 12);
    assert_eq!(town.feeds.max_concurrent_requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_are_each_one_feeds_failure() {
    let town = TestServers::new();
    let answers = [
        Answer::Empty,
        Answer::Page,
        Answer::RedirectNowhere(301),
        Answer::Reset { after: 20 },
        Answer::GzipTwice,
        Answer::GzipHalf,
        Answer::HeaderBomb { bytes: 1 << 20 },
        Answer::Endless,
        Answer::DripHead { every: Duration::from_millis(200) },
        Answer::InterimForever,
        Answer::Stall,
    ];
    let village = FeedServer::open();
    let good = village.feed_on("127.0.0.200", "/good");
    good.publish(recent_item("g", "GSOMIA among wolves"));
    let wolves: Vec<ServedFeed> =
        (0..answers.len()).map(|n| town.feeds.feed_on(&format!("127.0.1.{n}"), "/wolf")).collect();
    let count = answers.len();
    for (wolf, answer) in wolves.iter().zip(answers) {
        wolf.publish(recent_item("w", "A wolf")).set_answer(answer);
    }
    let labels: Vec<String> = (0..count).map(|n| format!("wolf-{n}")).collect();
    let mut named: Vec<(&str, &ServedFeed)> =
        labels.iter().map(String::as_str).zip(&wolves).collect();
    named.push(("good", &good));
    let config = format!("[poll]\ntimeout = \"2s\"\n{}", town.config(&named));
    let mut home = TestApp::open(&config).await;
    let round = home.poll().await;
    let feeds = home.feeds().await;
    let survived = feeds.iter().filter(|feed| feed.state == FeedCondition::Ok);
    let survived: Vec<&str> = survived.map(|feed| feed.name.as_str()).collect();
    // A body compressed twice is odd and can be read.
    assert_eq!(survived, ["good", "wolf-4"], "{feeds:#?}");
    assert_eq!(round.committed.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_unpacks_without_end_is_stopped_at_the_cap() {
    let town = TestServers::new();
    let codings = [Coding::Gzip, Coding::Brotli, Coding::Zstd];
    let feeds: Vec<ServedFeed> = codings
        .iter()
        .enumerate()
        .map(|(n, coding)| {
            let feed = town.feeds.feed_on(&format!("127.0.2.{n}"), "/bomb");
            feed.set_answer(Answer::Bomb { coding: *coding, mib: 3 });
            feed
        })
        .collect();
    let named: Vec<(&str, &ServedFeed)> =
        ["gzip", "brotli", "zstd"].into_iter().zip(&feeds).collect();
    let config = format!("[poll]\nbody_max = \"1MiB\"\n{}", town.config(&named));
    let mut home = TestApp::open(&config).await;
    assert_eq!(home.poll().await.failed, 3);
    for feed in home.feeds().await {
        let why = feed.error.unwrap();
        assert_eq!(why, "the body is larger than 1 MiB; nothing of it was used", "{}", feed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_reaches_each_recipient_alone_and_waits_for_a_dead_server() {
    let town = TestServers::new();
    let mail = MailServer::open();
    let feed = town.feeds.feed("/feed");
    feed.publish(
        recent_item("a", "GSOMIA by mail").saying("Officials said <b>GSOMIA</b> would lapse."),
    );
    let config = format!(
        "[[channel]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\n\
         tls = \"none\"\nfrom = \"Wirewatch <wirewatch@example.org>\"\n\
         to = [\"one@example.org\", \"two@example.org\", \"three@example.org\"]\n\
         [[watch]]\nname = \"gsomia\"\nnotify = [\"mail\"]\nany = [\"GSOMIA\"]\n\
         [[feed]]\nname = \"feed\"\nurl = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
        mail.address().port(),
        feed.url()
    );
    mail.set_reply(SmtpStage::Banner, SmtpReply::Line("421 4.3.2 not now".to_owned()));
    let mut home = TestApp::open(&config).await;
    home.poll().await;
    assert_eq!(home.deliver().await, 0);
    assert_eq!(home.totals().await.pending, 3);
    mail.clear_failures();
    mail.set_next_reply(
        SmtpStage::Rcpt,
        SmtpReply::Line("550 5.1.1 nobody of that name".to_owned()),
    );
    home.hand.advance(Duration::from_hours(1));
    assert_eq!(home.deliver().await, 2);
    let totals = home.totals().await;
    assert_eq!((totals.pending, totals.delivered, totals.dead), (0, 2, 1));
    let caught = mail.received();
    assert_eq!(caught.len(), 2);
    assert!(caught.iter().all(|mail| mail.to.len() == 1));
    let ids: std::collections::HashSet<_> =
        caught.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2, "each recipient's message is its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_strands_no_message() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "GSOMIA before the clock went wrong"));
    town.hooks.set_next_replies([Reply::Status(500)]);
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    home.hand.set_forward(Duration::from_hours(24 * 365));
    home.check_clock().await;
    assert_eq!(home.deliver().await, 0);
    home.hand.set_back(Duration::from_hours(24 * 365));
    home.check_clock().await;
    home.hand.advance(Duration::from_mins(1));
    assert_eq!(home.deliver().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_given_another_address_starts_from_a_baseline_again() {
    let town = TestServers::new();
    let (old, new) = (town.feeds.feed("/old"), town.feeds.feed("/new"));
    old.publish(recent_item("a", "Nothing of note"));
    new.publish(recent_item("b", "GSOMIA of last year").dated(NOW_S - 365 * DAY.as_secs()));
    let mut home = TestApp::open(&town.config(&[("feed", &old)])).await;
    home.poll().await;
    let mut home = home.restart_with(&town.config(&[("feed", &new)])).await;
    let round = home.poll().await;
    assert_eq!((round.committed.new, round.committed.alerts), (1, 0));
    assert!(new.asked()[0].header("if-none-match").is_none(), "another address, no validators");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_clock_does_the_next_poll_comes_within_its_interval() {
    let town = TestServers::new();
    let feed = town.feeds.feed("/feed");
    feed.publish(recent_item("a", "Nothing of note"));
    let hour = Duration::from_hours(1);
    let mut home = TestApp::open(&town.config(&[("feed", &feed)])).await;
    home.poll().await;
    let due = home.feeds().await[0].next_due;
    let wait = due.since(home.hand.now());
    // Set ahead and right again, by an hour and by a few minutes, while the program runs.
    for by in [hour, Duration::from_mins(7), 24 * 365 * hour] {
        for forward in [false, true, true, false] {
            if forward {
                home.hand.set_forward(by);
            } else {
                home.hand.set_back(by);
            }
            home.check_clock().await;
            assert_eq!(home.feeds().await[0].next_due.since(home.hand.now()), wait, "{by:?}");
            assert_eq!(home.poll_due().await.polled, 0, "not due yet");
        }
    }
    home.hand.advance(wait.mul_f64(1.2));
    assert_eq!(home.poll_due().await.polled, 1);
    assert_eq!(home.check_health().await, Some(NoticeKind::ClockMoved));
    // The clock was ahead before a restart.
    home.hand.set_back(9 * hour);
    let mut home = home.restart().await;
    home.hand.advance(hour + hour / 5);
    assert_eq!(home.poll_due().await.polled, 1);
}
