//! Updates and notices through the real outbox: kept, sent, repeated and threaded as alerts are.
use std::time::Duration;

use serde_json::json;
use wirewatch::domain::{
    Alert, Attached, Change, Letter, Name, Notice, NoticeKind, Severity, Update,
};
use wirewatch::store::{Route, notice_id, update_id};

use crate::home::{Home, MORNING};
use crate::world::feeds::Feeds;
use crate::world::hooks::{Hooks, Reply};
use crate::world::mail::Mail;
use crate::world::render::Item;

/// A watch on GSOMIA told by mail and by webhook.
fn config(hooks: &Hooks, mail: &Mail, secret: &std::path::Path, feed: &str) -> String {
    format!(
        "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"{}\"\n\
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

fn update(alert: &Alert) -> Letter {
    Letter::Update(Box::new(Update {
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
            first_seen: MORNING,
            reason: "same-text".to_owned(),
            similarity: Some(0.9),
        }],
        copies_total: 1,
        created: MORNING,
    }))
}

fn notice() -> Letter {
    let kind = NoticeKind::SourceFailing;
    Letter::Notice(Box::new(Notice {
        id: notice_id(kind, "wire", MORNING),
        kind,
        subject: "wire".to_owned(),
        severity: Severity::Normal,
        title: "Feed `wire` does not work".to_owned(),
        lines: vec!["wire: answered 503".to_owned()],
        details: json!({"sources": [{"name": "wire"}]}),
        created: MORNING,
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_threads_under_the_mail_of_its_alert_and_is_posted_once() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let (feeds, hooks, mail) = (Feeds::open(), Hooks::open(folder.path()), Mail::open());
    let feed = feeds.feed("/wire");
    feed.publish(Item::new("a", "Seoul weighs GSOMIA").dated(MORNING.0.unsigned_abs() / 1_000 - 9));
    let mut home = Home::open(&config(&hooks, &mail, &secret, &feed.url())).await;
    home.poll().await;
    assert_eq!(home.deliver().await, 3);
    let alert = home.store().alerts(1).await.unwrap().remove(0).alert;

    assert!(home.store().post(update(&alert), routes(), home.hand.now()).await.unwrap());
    assert!(!home.store().post(update(&alert), routes(), home.hand.now()).await.unwrap());
    let told = home.totals().await;
    assert_eq!((told.delivered, told.pending, told.letters.pending), (3, 0, 3));
    assert_eq!(home.deliver().await, 3);
    assert_eq!(home.totals().await.letters.delivered, 3);

    let body = hooks.received().pop().unwrap().json();
    assert_eq!(body["type"], "alert.updated");
    assert_eq!(body["data"]["alert"], alert.id.to_string());
    assert_eq!(body["data"]["copies"][0]["source"], "paper");
    let caught = mail.caught();
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
    let (feeds, hooks, mail) = (Feeds::open(), Hooks::open(folder.path()), Mail::open());
    let config = config(&hooks, &mail, &secret, &feeds.feed("/wire").url());
    let mut home = Home::open(&config).await;
    home.store().post(notice(), routes(), home.hand.now()).await.unwrap();
    hooks.next_replies([Reply::Status(500), Reply::Reset]);
    assert_eq!(home.deliver().await, 2, "the mails");
    let waiting = home.outbox("pending").await;
    assert_eq!((waiting[0].kind.as_deref(), waiting[0].attempts), (Some("source.failing"), 1));
    assert_eq!(waiting[0].title, "Feed `wire` does not work");
    home.hand.turn(Duration::from_mins(1));
    assert_eq!(home.deliver().await, 0);

    let mut home = home.restart().await;
    home.hand.turn(Duration::from_hours(1));
    assert_eq!(home.deliver().await, 1);
    let received = hooks.received();
    assert_eq!(received.len(), 3);
    let first = &received[0].logged;
    assert!(received.iter().all(|one| one.logged.id == first.id));
    assert!(received.iter().all(|one| one.logged.sha256 == first.sha256));
    assert_eq!(received[0].json()["data"]["details"]["sources"][0]["name"], "wire");
    assert_eq!(mail.caught()[0].header("Subject").unwrap(), "Feed `wire` does not work");
}
