//! `extract` as scripts meet it.
use std::process::Command;

use serde_json::Value;

use crate::harness::answer::Answer;
use crate::harness::feed_server::FeedServer;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wirewatch");

#[test]
fn extract_prints_the_contract_and_absent_is_null() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<title>Bridge | Site</title><p>The council met at noon, and voted on the bridge before the tide turned.</p>";
    std::fs::write(folder.path().join("page.html"), page).unwrap();
    let out = Command::new(PROGRAM)
        .args(["extract", "--json", "page.html"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(out.status.success());
    let value: Value = serde_json::from_slice(&out.stdout).unwrap();
    let expected = serde_json::json!({
        "title": "Bridge", "authors": [], "published": null, "url": null, "language": null,
        "text": "The council met at noon, and voted on the bridge before the tide turned."
    });
    assert_eq!(value, expected);
    let keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let mut sorted = ["title", "authors", "published", "url", "language", "text"];
    sorted.sort_unstable();
    assert_eq!(keys, sorted);
}

#[test]
fn an_address_is_asked_through_the_gate_with_what_the_operator_allowed() {
    let feeds = FeedServer::open();
    let page = "<title>Bridge</title><p>The council met at noon, and voted on the bridge before the tide turned.</p>";
    feeds.feed("/bridge").with_body("text/html; charset=utf-8", page.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let ask = || {
        Command::new(PROGRAM)
            .args(["extract", "--json", &feeds.url("/bridge")])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let refused = ask();
    assert_eq!(refused.status.code(), Some(65));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("not a public address"),
        "{refused:?}"
    );
    assert!(feeds.asked().is_empty(), "nothing was asked before the operator allowed it");
    let config = format!(
        "[[watch]]\nname = \"bridge\"\nany = [\"bridge\"]\n\
         [[feed]]\nname = \"feed\"\nurl = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
        feeds.url("/feed")
    );
    std::fs::write(folder.path().join("wirewatch.toml"), config).unwrap();
    let value: Value = serde_json::from_slice(&ask().stdout).unwrap();
    assert_eq!(value["url"].as_str(), Some(feeds.url("/bridge").as_str()));
    assert!(value["text"].as_str().unwrap().starts_with("The council met"));
    feeds.feed("/bridge").set_answer(Answer::Status(503));
    let down = ask();
    assert_eq!((down.status.code(), down.stdout.len()), (Some(69), 0));
    assert!(String::from_utf8_lossy(&down.stderr).contains("503"), "{down:?}");
}
