//! Updates and notices through the real outbox: kept, sent, repeated and threaded as alerts are.
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use wirewatch::domain::{
    Alert, Attached, Change, Message, Name, Notice, NoticeKind, Severity, Update,
};
use wirewatch::store::{Route, notice_id, update_id};

use crate::harness::feed_formats::Item;
use crate::harness::feed_server::FeedServer;
use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};
use crate::test_app::{START_TIME, TestApp};

/// A watch on GSOMIA told by mail and by webhook.
fn config(
    hooks: &WebhookReceiver,
    mail: &MailServer,
    secret: &std::path::Path,
    feed: &str,
) -> String {
    format!(
        "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"{}\"\n\
         [[channel]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\n\
         tls = \"none\"\nfrom = \"wirewatch@example.org\"\n\
         to = [\"one@example.org\", \"two@example.org\"]\n\
         [[watch]]\nname = \"gsomia\"\nnotify = [\"hook\", \"mail\"]\nany = [\"GSOMIA\"]\n\
         [[feed]]\nname = \"wire\"\nurl = \"{feed}\"\nallow_private = [\"127.0.0.0/8\"]\n",
        hooks.url("/hook"),
        secret.display(),
        mail.address().port(),
    )
}

fn routes() -> Vec<Route> {
    let route = |channel: &str, recipient: &str| Route {
        channel: Name::new(channel),
        recipient: recipient.to_owned(),
    };
    vec![route("hook", ""), route("mail", "one@example.org"), route("mail", "two@example.org")]
}

fn update(alert: &Alert) -> Message {
    Message::Update(Box::new(Update {
        id: update_id(alert.id, "outlets:2"),
        alert: alert.id,
        story: alert.story,
        watch: alert.watch.clone(),
        watch_title: alert.watch_title.clone(),
        severity: alert.severity,
        title: alert.title.clone(),
        url: alert.url.clone(),
        changes: vec![Change::Outlets { count: 2 }],
        outlets: 2,
        languages: vec!["en".to_owned()],
        copies: vec![Attached {
            source: Name::new("paper"),
            title: "Seoul weighs its GSOMIA".to_owned(),
            url: Some("https://paper.example/1".to_owned()),
            language: None,
            first_seen: START_TIME,
            reason: "same-text".to_owned(),
            similarity: Some(0.9),
        }],
        copies_total: 1,
        created: START_TIME,
    }))
}

fn notice() -> Message {
    let kind = NoticeKind::SourceFailing;
    Message::Notice(Box::new(Notice {
        id: notice_id(kind, "wire", START_TIME),
        kind,
        subject: "wire".to_owned(),
        severity: Severity::Normal,
        title: "Feed `wire` does not work".to_owned(),
        lines: vec!["wire: answered 503".to_owned()],
        details: json!({"sources": [{"name": "wire"}]}),
        created: START_TIME,
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_threads_under_the_mail_of_its_alert_and_is_posted_once() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks, mail) =
        (FeedServer::open(), WebhookReceiver::open(folder.path()), MailServer::open());
    let feed = feeds.feed("/wire");
    feed.publish(
        Item::new("a", "Seoul weighs GSOMIA").dated(START_TIME.0.unsigned_abs() / 1_000 - 9),
    );
    let mut home = TestApp::open(&config(&hooks, &mail, &secret, &feed.url())).await;
    home.poll().await;
    assert_eq!(home.deliver().await, 3);
    let alert = home.reader().alerts(1).unwrap().remove(0).alert;

    assert!(home.store().queue_message(update(&alert), routes(), home.hand.now()).await.unwrap());
    assert!(!home.store().queue_message(update(&alert), routes(), home.hand.now()).await.unwrap());
    let told = home.totals().await;
    assert_eq!((told.delivered, told.pending, told.letters.pending), (3, 0, 3));
    assert_eq!(home.deliver().await, 3);
    assert_eq!(home.totals().await.letters.delivered, 3);

    let body = hooks.received().pop().unwrap().json();
    assert_eq!(body["type"], "alert.updated");
    assert_eq!(body["data"]["alert"], alert.id.to_string());
    assert_eq!(body["data"]["copies"][0]["source"], "paper");
    let caught = mail.received();
    for recipient in ["one@example.org", "two@example.org"] {
        let mine: Vec<_> = caught.iter().filter(|mail| mail.to == [recipient]).collect();
        let [first, second] = mine.as_slice() else { panic!("{} mails", mine.len()) };
        let id = first.header("Message-ID").unwrap();
        assert_eq!(second.header("In-Reply-To").unwrap(), id);
        let references = second.header("References").unwrap();
        assert_eq!(references, format!("{} {id}", first.header("References").unwrap()));
        assert_eq!(second.header("Subject").unwrap(), "Re: Seoul weighs GSOMIA");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_to_a_failing_receiver_repeats_the_same_bytes_under_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks, mail) =
        (FeedServer::open(), WebhookReceiver::open(folder.path()), MailServer::open());
    let config = config(&hooks, &mail, &secret, &feeds.feed("/wire").url());
    let mut home = TestApp::open(&config).await;
    home.store().queue_message(notice(), routes(), home.hand.now()).await.unwrap();
    hooks.set_next_replies([Reply::Status(500), Reply::Reset]);
    assert_eq!(home.deliver().await, 2, "the mails");
    let waiting = home.outbox("pending").await;
    assert_eq!((waiting[0].kind.as_deref(), waiting[0].attempts), (Some("source.failing"), 1));
    assert_eq!(waiting[0].title, "Feed `wire` does not work");
    home.hand.advance(Duration::from_mins(1));
    assert_eq!(home.deliver().await, 0);

    let mut home = home.restart().await;
    home.hand.advance(Duration::from_hours(1));
    assert_eq!(home.deliver().await, 1);
    let received = hooks.received();
    assert_eq!(received.len(), 3);
    let first = &received[0].logged;
    assert!(received.iter().all(|one| one.logged.id == first.id));
    assert!(received.iter().all(|one| one.logged.sha256 == first.sha256));
    assert_eq!(received[0].json()["data"]["details"]["sources"][0]["name"], "wire");
    assert_eq!(mail.received()[0].header("Subject").unwrap(), "Feed `wire` does not work");
}

/// A server that takes a mail and hangs up before it says so: the worst case for a sender, who can
/// only send again.
#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_of_a_mail_has_the_same_message_id_and_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks) = (FeedServer::open(), WebhookReceiver::open(folder.path()));
    let mail = MailServer::open();
    let feed = feeds.feed("/wire");
    let at_s = START_TIME.0.unsigned_abs() / 1_000 - 9;
    feed.publish(Item::new("a", "Seoul weighs GSOMIA").dated(at_s));
    let config = config(&hooks, &mail, &secret, &feed.url());
    let mut home = TestApp::open(&config).await;
    home.poll().await;
    mail.set_reply(SmtpStage::Dot, SmtpReply::Drop);
    home.deliver().await;
    // Another start, and a watchlist that says something else by now: what was sent once is sent
    // again as it was.
    let renamed = config.replace("any = [\"GSOMIA\"]", "title = \"Pacts\"\nany = [\"GSOMIA\"]");
    assert_ne!(renamed, config);
    let mut home = home.restart_with(&renamed).await;
    for _ in 0..4 {
        home.hand.advance(Duration::from_hours(3));
        home.deliver().await;
    }
    mail.clear_failures();
    for _ in 0..4 {
        home.hand.advance(Duration::from_hours(3));
        home.deliver().await;
    }

    let received = mail.received();
    let (mut ids, mut repeats) = (BTreeSet::new(), 0);
    for recipient in ["one@example.org", "two@example.org"] {
        let mine: Vec<_> = received.iter().filter(|mail| mail.to == [recipient]).collect();
        repeats += mine.len() - 1;
        assert!(mine.iter().all(|mail| mail.data == mine[0].data), "{recipient}: other bytes");
        assert!(mine.last().unwrap().is_acknowledged, "{recipient}: it never arrived");
        ids.insert(mine[0].header("Message-ID").unwrap());
    }
    assert!(repeats >= 3, "{repeats} repeats");
    assert_eq!(ids.len(), 2, "each recipient's mail has an id of its own");
    let totals = home.totals().await;
    assert_eq!((totals.pending, totals.dead), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_says_why_it_fired_by_mail_and_by_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks) = (FeedServer::open(), WebhookReceiver::open(folder.path()));
    let mail = MailServer::open();
    let feed = feeds.feed("/wire");
    let at_s = START_TIME.0.unsigned_abs() / 1_000 - 9;
    // The title has the term as it is, the text its plural.
    let item = Item::new("a", "국회, GSOMIA는 유지하기로").saying("Two GSOMIAs were compared.");
    feed.publish(item.dated(at_s));
    let mut home = TestApp::open(&config(&hooks, &mail, &secret, &feed.url())).await;
    home.poll().await;
    assert_eq!(home.deliver().await, 3);

    let data = hooks.received()[0].json()["data"].clone();
    assert_eq!(data["watch"], "gsomia");
    let hits = data["hits"].as_array().unwrap();
    let told: Vec<_> =
        hits.iter().map(|hit| (&hit["term"], &hit["field"], &hit["tolerance"])).collect();
    assert_eq!(
        told,
        [
            (&json!("GSOMIA"), &json!("title"), &json!(null)),
            (&json!("GSOMIA"), &json!("summary"), &json!("number")),
        ]
    );
    for received in mail.received() {
        let parsed = mail_parser::MessageParser::default().parse(&received.data).unwrap();
        let text = parsed.body_text(0).unwrap();
        for words in ["watch gsomia", "GSOMIA: in the title", "in the summary", "number"] {
            assert!(text.contains(words), "`{words}` is not in:\n{text}");
        }
    }
}

/// A store as it was before there were letters, with one alert that waits for its receiver.
fn older_store(path: &std::path::Path, alert: &Alert) {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema");
    let db = rusqlite::Connection::open(path).unwrap();
    for step in ["0001_spine.sql", "0002_verdicts.sql", "0003_standing.sql"] {
        db.execute_batch(&std::fs::read_to_string(schema.join(step)).unwrap()).unwrap();
    }
    db.pragma_update(None, "user_version", 3).unwrap();
    db.pragma_update(None, "application_id", 0x5757_6368).unwrap();
    let (id, delivery) = (alert.id.0.to_be_bytes(), 77_u128.to_be_bytes());
    db.execute("INSERT INTO story (id, opened_at) VALUES (1, 0)", []).unwrap();
    db.execute(
        "INSERT INTO alert (id, story, article, watch, kind, created_at, payload)
         VALUES (?1, 1, NULL, 'gsomia', 'new', ?2, ?3)",
        rusqlite::params![id, alert.created.0, serde_json::to_string(alert).unwrap()],
    )
    .unwrap();
    db.execute(
        "INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at)
         VALUES (?1, 'hook', '', 1, 'pending', 0, 0)",
        [delivery],
    )
    .unwrap();
    db.execute(
        "INSERT INTO carries (alert, channel, recipient, delivery) VALUES (?1, 'hook', '', ?2)",
        [id, delivery],
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_waited_in_an_older_store_is_sent_under_its_old_id() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks, mail) =
        (FeedServer::open(), WebhookReceiver::open(folder.path()), MailServer::open());
    let feed = feeds.feed("/wire");
    feed.publish(
        Item::new("a", "Seoul weighs GSOMIA").dated(START_TIME.0.unsigned_abs() / 1_000 - 9),
    );
    let config = config(&hooks, &mail, &secret, &feed.url());
    let mut first = TestApp::open(&config).await;
    first.poll().await;
    let alert = first.reader().alerts(1).unwrap().remove(0).alert;
    let mut home = first.restart_after(|path| older_store(path, &alert)).await;
    assert_eq!(home.deliver().await, 1);
    let received = hooks.received().remove(0);
    let id = wirewatch::domain::DeliveryId(77).to_string();
    assert!(received.logged.id.ends_with(&id), "{}", received.logged.id);
    assert_eq!(received.json()["data"]["id"], alert.id.to_string());
}
