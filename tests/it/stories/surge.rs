//! A subject breaks out: one notice, and none for copies, for old items, or for the next hour of it.
use std::time::Duration;

use super::{HOUR, TestServers, WATCH, WIRE, article, named};
use crate::harness::feed_server::ServedFeed;
use crate::test_app::TestApp;

const DAY: Duration = Duration::from_hours(24);

fn surges(town: &TestServers) -> Vec<serde_json::Value> {
    let received = town.hooks.received();
    let bodies = received.iter().map(crate::harness::webhook_receiver::ReceivedMessage::json);
    bodies.filter(|body| body["type"] == "watch.surge").collect()
}

/// A story of the paper's own, dated now.
fn own(home: &TestApp, (name, feed): &(String, ServedFeed), what: &str) {
    let title = format!("{name} on songbirds: {what}");
    let at = home.hand.now().0.unsigned_abs() / 1_000;
    feed.publish(article(&format!("{name}-{what}"), &title, "").dated(at));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbreak_is_told_once_and_the_next_one_again() {
    let town = TestServers::new();
    let papers = town.newspapers(12);
    let config = town.config(&format!("{WATCH}update = []\n"), &named(&papers));
    let mut home = TestApp::open(&config).await;
    home.poll().await;
    for day in 0..5 {
        own(&home, &papers[day % 2], &format!("day {day}"));
        assert_eq!(home.poll().await.committed.alerts, 1);
        home.hand.advance(DAY);
    }
    home.deliver().await;
    assert_eq!(surges(&town).len(), 0);
    for paper in &papers[..9] {
        own(&home, paper, "the great flight");
    }
    home.poll().await;
    home.hand.advance(HOUR);
    let mut home = home.restart().await;
    for paper in &papers[..12] {
        own(&home, paper, "the flight goes on");
    }
    home.poll().await;
    home.deliver().await;
    let told = surges(&town);
    assert_eq!(told.len(), 1, "{told:?}");
    let details = &told[0]["data"]["details"];
    assert_eq!((&details["watch"], &details["hours"]), (&"songbirds".into(), &6.into()));
    assert!(details["outlets"].as_u64().unwrap() >= 5, "{details}");
    for day in 0..9 {
        home.hand.advance(DAY);
        own(&home, &papers[day % 2], &format!("quiet day {day}"));
        home.poll().await;
    }
    home.hand.advance(DAY);
    for paper in &papers {
        own(&home, paper, "they are back");
    }
    home.poll().await;
    home.deliver().await;
    assert_eq!(surges(&town).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_one_story_are_no_surge() {
    let town = TestServers::new();
    let papers = town.newspapers(12);
    let config = town.config(&format!("{WATCH}update = []\n"), &named(&papers));
    let mut home = TestApp::open(&config).await;
    home.poll().await;
    home.hand.advance(DAY * 5);
    for (n, (name, feed)) in papers.iter().enumerate() {
        let link = format!("https://{name}.example/vienna/birds-in-the-cellar-{n}");
        let at = home.hand.now().0.unsigned_abs() / 1_000;
        feed.publish(article(name, "Raids on bird smugglers", WIRE).linked(&link).dated(at));
    }
    assert_eq!(home.poll().await.committed.alerts, 1);
    home.deliver().await;
    assert_eq!(surges(&town).len(), 0);
}
