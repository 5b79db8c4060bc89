//! The webhook receiver stores before it answers, and answers as scripted.
use std::time::Duration;

use crate::harness::http::send_request;
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};
use crate::harness::{sha256_hex, unix_ms};

fn post(hooks: &WebhookReceiver, id: &str) -> u16 {
    send_request(&hooks.url("/in"), &[("webhook-id", id)], Some(id.as_bytes())).status
}

#[test]
fn what_is_answered_is_in_the_log_already() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = WebhookReceiver::open(folder.path());
    assert_eq!(post(&hooks, "msg_1"), 204);
    let log = hooks.log();
    assert_eq!((log[0].id.as_str(), log[0].verdict.as_str()), ("msg_1", "204"));
    assert_eq!(log[0].sha256, sha256_hex(b"msg_1"));
    assert!(log[0].is_success());
    assert!(unix_ms() - log[0].at_unix_ms < 10_000);
    let received = hooks.wait_for(1, Duration::from_secs(1));
    assert_eq!((received[0].path.as_str(), &received[0].body[..]), ("/in", &b"msg_1"[..]));
    assert_eq!(received[0].header("Webhook-Id"), Some("msg_1"));
    drop(hooks);
    let again = WebhookReceiver::open(folder.path());
    post(&again, "msg_2");
    assert_eq!(again.log().len(), 2, "the log goes on after a restart");
}

#[test]
fn it_replies_as_scripted() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = WebhookReceiver::open(folder.path());
    hooks.set_reply(Reply::Status(200)).set_next_replies([
        Reply::Status(410),
        Reply::Later { status: 429, after: "9".to_owned() },
        Reply::Redirect { status: 302, to: "http://127.0.0.1:1/".to_owned() },
        Reply::Stall,
        Reply::Reset,
        Reply::Slow(Duration::from_millis(20)),
    ]);
    let said: Vec<u16> = (0..7).map(|_| post(&hooks, "a")).collect();
    assert_eq!(said, [410, 429, 302, 0, 0, 200, 200]);
    let verdicts: Vec<String> = hooks.log().into_iter().map(|line| line.verdict).collect();
    assert_eq!(verdicts, ["410", "429", "302", "stall", "reset", "200", "200"]);
    hooks.set_every_nth_reply(5, Reply::Status(500));
    let said: Vec<u16> = (0..4).map(|_| post(&hooks, "b")).collect();
    assert_eq!(said, [200, 200, 500, 200], "the tenth");
}

#[test]
fn its_moods_follow_the_seed() {
    let folder = tempfile::tempdir().unwrap();
    let moods = |name: &str| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let hooks = WebhookReceiver::open(&folder);
        hooks.set_random_failures(3, 0.5, &[Reply::Status(500), Reply::Status(503)]);
        let said: Vec<u16> = (0..20).map(|_| post(&hooks, "c")).collect();
        hooks.clear_failures();
        assert!((0..20).all(|_| post(&hooks, "d") == 204));
        said
    };
    let once = moods("one");
    assert_eq!(once, moods("two"));
    let fails = once.iter().filter(|status| **status != 204).count();
    assert!((4..=16).contains(&fails), "{fails} of 20 failed");
}
