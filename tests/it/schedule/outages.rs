//! Our own network: recognised, recorded once, and no feed blamed for it.
use wirewatch::domain::{FeedCondition, OutageKind};

use super::{HOUR, MINUTE, config, go, health, item, open};
use crate::harness::answer::Answer;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::test_app::TestApp;

/// Six papers, each on a host of its own, with an item each.
fn papers(feeds: &FeedServer) -> Vec<(String, ServedFeed)> {
    (0..6_usize)
        .map(|n| {
            let paper = feeds.feed_on(&format!("127.0.9.{}", n + 1), "/feed");
            paper.publish(item(n));
            (format!("paper-{n}"), paper)
        })
        .collect()
}

async fn open_all(papers: &[(String, ServedFeed)]) -> TestApp {
    let papers: Vec<(&str, &ServedFeed)> =
        papers.iter().map(|(name, paper)| (name.as_str(), paper)).collect();
    open(&papers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captive_portal_is_one_outage_and_costs_no_feed_anything() {
    let feeds = FeedServer::open();
    let papers = papers(&feeds);
    let mut home = open_all(&papers).await;
    home.poll().await;
    go(&mut home, 5 * MINUTE, 3 * HOUR).await;
    let remembered = "SELECT sum(length(etag)) * 1000 + count(*) FROM feed, feed_window w
                      WHERE w.feed = feed.id";
    let before = home.count(remembered);
    let began = home.hand.now();
    for (n, (_, paper)) in papers.iter().enumerate() {
        paper.set_answer(Answer::Page).publish(item(100 + n));
    }
    go(&mut home, 5 * MINUTE, 4 * HOUR).await;
    let outages = home.reader().outages(9).unwrap();
    assert_eq!((outages.len(), outages[0].kind, outages[0].end), (1, OutageKind::Portal, None));
    assert!(outages[0].start > began && outages[0].start <= began.after(2 * HOUR));
    for feed in home.feeds().await {
        assert_eq!((feed.failures, feed.failing_since), (0, None), "{}", feed.name);
        assert_eq!(feed.state, FeedCondition::Failing, "nothing is read of it");
        assert!(feed.error.is_some());
    }
    assert_eq!(home.count(remembered), before);
    // A restart in the middle of it changes nothing.
    let mut home = home.restart().await;
    go(&mut home, 5 * MINUTE, HOUR).await;
    for (_, paper) in &papers {
        paper.set_answer(Answer::Honest);
    }
    go(&mut home, MINUTE, 15 * MINUTE).await;
    let outages = home.reader().outages(9).unwrap();
    assert_eq!(outages.len(), 1);
    assert!(outages[0].end.is_some());
    assert!(home.feeds().await.iter().all(|feed| feed.state == FeedCondition::Ok));
    assert_eq!(home.totals().await.alerts, 6, "each paper's item, once");
    assert_eq!(home.count("SELECT count(*) FROM possible_loss"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_cannot_be_reached_all_at_once_are_an_outage() {
    let feeds = FeedServer::open();
    let papers = papers(&feeds);
    let mut home = open_all(&papers).await;
    home.poll().await;
    drop(feeds);
    go(&mut home, 5 * MINUTE, 5 * HOUR).await;
    let outages = home.reader().outages(9).unwrap();
    assert_eq!((outages.len(), outages[0].kind), (1, OutageKind::Unreachable));
    assert!(home.feeds().await.iter().all(|feed| feed.failures == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_host_with_many_feeds_that_dies_is_not_our_network() {
    let feeds = FeedServer::open();
    let (dead, alive) = (FeedServer::open(), feeds.feed_on("127.0.9.1", "/feed"));
    alive.publish(item(0));
    let mut all = vec![("alive".to_owned(), alive.url())];
    for n in 0..8 {
        let feed = dead.feed(&format!("/{n}"));
        feed.publish(item(n));
        all.push((format!("dead-{n}"), feed.url()));
    }
    let all: Vec<(&str, String)> = all.iter().map(|(n, url)| (n.as_str(), url.clone())).collect();
    let mut home = TestApp::open(&config(&all)).await;
    home.poll().await;
    drop(dead);
    go(&mut home, 5 * MINUTE, 3 * HOUR).await;
    assert_eq!(home.reader().outages(9).unwrap().len(), 0);
    let dead = health(&home, "dead-3").await;
    assert_eq!(dead.state, FeedCondition::Failing);
    assert!(dead.failures > 2);
}
