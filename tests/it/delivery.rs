//! What delivery does about receivers that stall, refuse, ask for a pause or come back.
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};
use crate::test_app::{START_TIME, TestApp};

/// A feed, a webhook and a mail server; the watch goes to `channel`.
struct Scene {
    feed: ServedFeed,
    hooks: WebhookReceiver,
    mail: MailServer,
    folder: tempfile::TempDir,
    _feeds: FeedServer,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        crate::write_secret(&folder.path().join("secret"));
        let (feeds, hooks) = (FeedServer::open(), WebhookReceiver::open(folder.path()));
        let feed = feeds.feed("/feed");
        Self { feed, hooks, mail: MailServer::open(), folder, _feeds: feeds }
    }

    fn config(&self, channel: &str, recipients: usize) -> String {
        let to: Vec<String> = (0..recipients).map(|n| format!("\"r{n}@example.org\"")).collect();
        let mut config = String::from("[poll]\nper_host_gap = \"0s\"\n");
        write!(
            config,
            "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\n\
             secret_file = \"{}\"\nallow_private = true\n\
             [[channel]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\n\
             tls = \"none\"\nfrom = \"wirewatch@example.org\"\nto = [{}]\n\
             [[watch]]\nname = \"gsomia\"\nnotify = [\"{channel}\"]\nany = [\"GSOMIA\"]\n\
             [[feed]]\nname = \"wire\"\nurl = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
            self.hooks.url("/hook"),
            self.folder.path().join("secret").display(),
            self.mail.address().port(),
            to.join(", "),
            self.feed.url(),
        )
        .unwrap();
        config
    }

    fn publish(&self, id: &str) {
        // Headlines with little in common: each is a story of its own.
        let words =
            ["sea", "law", "tax", "ore", "oil", "tea", "rice", "salt", "iron", "wool", "gas"];
        let n = id.bytes().map(usize::from).sum::<usize>();
        let (first, last) = (words[n % words.len()], words[(n * 7 + 3) % words.len()]);
        let item = Item::new(id, &format!("{first} GSOMIA {id} {last}"));
        self.feed.publish(item.dated(START_TIME.0.unsigned_abs() / 1_000));
    }
}

/// Changes the store behind the program's back.
fn change(app: &TestApp, sql: &str) {
    let db = rusqlite::Connection::open(app.folder.path().join("wirewatch.db")).unwrap();
    db.execute_batch(sql).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_is_dead_and_the_others_are_delivered() {
    for harm in ["payload = '{\"from\":\"a newer version\"}'", "payload = CAST(x'7bff7d' AS TEXT)"]
    {
        let scene = Scene::new();
        for id in ["alpha", "bravo", "charlie"] {
            scene.publish(id);
        }
        let mut app = TestApp::open(&scene.config("hook", 1)).await;
        app.poll().await;
        change(&app, &format!("UPDATE alert SET {harm} WHERE id = (SELECT min(id) FROM alert)"));
        assert_eq!(app.deliver().await, 2, "{harm}");
        let dead = app.outbox("dead").await;
        assert_eq!(dead.len(), 1, "{harm}");
        let why = dead[0].error.clone().unwrap();
        assert!(why.contains("reading an alert"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_a_digest_that_cannot_be_read_is_a_dead_letter_of_its_own() {
    let scene = Scene::new();
    for n in 0..8 {
        scene.publish(&format!("item{n}"));
    }
    let mut app = TestApp::open(&scene.config("hook", 1)).await;
    app.poll().await;
    assert_eq!(app.outbox("pending").await.len(), 1, "one digest");
    change(&app, "UPDATE alert SET payload = '{}' WHERE id = (SELECT max(id) FROM alert)");
    assert_eq!(app.deliver().await, 1);
    let dead = app.outbox("dead").await;
    assert_eq!(dead.len(), 1);
    assert!(dead[0].error.as_deref().unwrap().contains("reading an alert"), "{dead:?}");
    let totals = app.totals().await;
    assert_eq!((totals.delivered, totals.dead, totals.pending), (7, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_retry_after_holds_the_whole_channel_and_is_one_attempt() {
    let scene = Scene::new();
    for n in 0..20 {
        scene.publish(&format!("item{n}"));
    }
    let mut app = TestApp::open(&scene.config("hook", 1)).await;
    app.poll().await;
    let waiting = app.outbox("pending").await.len();
    scene.hooks.set_reply(Reply::Later { status: 429, after: "600".to_owned() });
    app.deliver().await;
    assert_eq!(scene.hooks.log().len(), 1, "one request says it for all");
    app.hand.advance(Duration::from_mins(9));
    app.deliver().await;
    assert_eq!(scene.hooks.log().len(), 1, "the pause is kept");
    scene.hooks.set_reply(Reply::Status(204));
    app.hand.advance(Duration::from_mins(2));
    app.deliver().await;
    assert_eq!(app.outbox("delivered").await.len(), waiting);
    assert_eq!(app.count("SELECT count(*) FROM attempt"), 1 + i64::try_from(waiting).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_receiver_is_back_what_waited_goes_at_once() {
    let scene = Scene::new();
    scene.publish("old");
    let mut app = TestApp::open(&scene.config("hook", 1)).await;
    app.poll().await;
    scene.hooks.set_reply(Reply::Status(503));
    // Until its next try is hours away.
    for _ in 0..4 {
        app.deliver().await;
        app.hand.advance(Duration::from_mins(50));
    }
    scene.hooks.set_reply(Reply::Status(204));
    assert_eq!(app.deliver().await, 0, "the old message waits on");
    app.hand.advance(Duration::from_mins(30));
    scene.publish("new");
    app.poll().await;
    assert_eq!(app.deliver().await, 2, "the new message brings the old one along");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_sender_pauses_and_one_of_the_recipient_kills() {
    for (stage, answer, is_dead) in [
        (SmtpStage::Rcpt, "554 5.7.1 Client host blocked using a list", false),
        (SmtpStage::Rcpt, "550 relay access denied", false),
        (SmtpStage::Mail, "550 5.7.1 SPF check failed", false),
        (SmtpStage::Dot, "550 5.7.26 DMARC", false),
        (SmtpStage::Rcpt, "550 5.1.1 no such user", true),
        (SmtpStage::Rcpt, "552 5.2.2 mailbox full", true),
    ] {
        let scene = Scene::new();
        scene.publish("one");
        let mut app = TestApp::open(&scene.config("mail", 3)).await;
        app.poll().await;
        scene.mail.set_reply(stage, SmtpReply::Line(answer.to_owned()));
        app.deliver().await;
        let (dead, waiting) = (app.outbox("dead").await.len(), app.outbox("pending").await.len());
        assert_eq!((dead, waiting), if is_dead { (3, 0) } else { (0, 3) }, "{answer}");
        let attempts = app.count("SELECT count(*) FROM attempt");
        assert_eq!(attempts, if is_dead { 3 } else { 1 }, "{answer}: one message is the probe");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_refused_while_others_are_taken_is_refused_for_itself() {
    let scene = Scene::new();
    scene.publish("spam");
    let mut app = TestApp::open(&scene.config("mail", 1)).await;
    app.poll().await;
    for n in 0..3 {
        let refusal = SmtpReply::Line("550 5.7.1 spam".to_owned());
        scene.mail.set_next_reply(SmtpStage::Dot, refusal);
        assert_eq!(app.deliver().await, 0);
        // What comes after it is taken.
        change(
            &app,
            "UPDATE outbox SET due_at = due_at + 3600000 WHERE state = 'pending';
             UPDATE channel SET pauses = 0, paused_at = NULL, paused_until = NULL",
        );
        app.hand.advance(Duration::from_mins(10));
        scene.publish(&format!("later{n}"));
        app.poll().await;
        assert_eq!(app.deliver().await, 1);
        app.hand.advance(Duration::from_hours(1));
    }
    assert_eq!(app.outbox("dead").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_whose_server_thinks_holds_up_no_other() {
    let scene = Scene::new();
    scene.publish("one");
    let mut app = TestApp::open(&scene.config("mail", 4)).await;
    app.poll().await;
    scene.mail.set_next_reply(SmtpStage::Rcpt, SmtpReply::Stall);
    let began = Instant::now();
    let delivering = app.deliver();
    let watching = async {
        while scene.mail.received().len() < 3 {
            assert!(began.elapsed() < Duration::from_mins(1), "the others wait for the first");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        _ = delivering => panic!("the stalled exchange ended"),
        () = watching => (),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_used_for_many_mails() {
    let scene = Scene::new();
    scene.publish("one");
    let mut app = TestApp::open(&scene.config("mail", 9)).await;
    app.poll().await;
    assert_eq!(app.deliver().await, 9);
    assert!(scene.mail.connections() <= 2, "{} connections", scene.mail.connections());
    assert!(scene.mail.received().iter().all(|mail| mail.to.len() == 1));
}
