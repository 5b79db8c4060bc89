//! What publishers do to a feed of five hundred items overnight, and what a reader hears of it.
use super::{HOUR, NOW_S, TestServers, WATCH, article, named};
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::ServedFeed;
use crate::test_app::TestApp;

const ITEMS: usize = 500;

const PLACES: [&str; 10] =
    ["Linz", "Graz", "Tulln", "Krems", "Wels", "Steyr", "Bregenz", "Leoben", "Baden", "Hallein"];
const DEEDS: [&str; 10] = [
    "a choir names its prize after",
    "the council buys land for",
    "a court protects the nests of",
    "pupils build houses for",
    "the railway slows its trains for",
    "a baker bakes bread shaped like",
    "an old mill becomes a home for",
    "the museum shows paintings of",
    "a storm scatters a flock of",
    "researchers count the calls of",
];
const BIRDS: [&str; 5] = ["robins", "wrens", "finches", "larks", "thrushes"];

fn item(n: usize) -> Item {
    let (place, deed, bird) = (PLACES[n % 10], DEEDS[n / 10 % 10], BIRDS[n / 100 % 5]);
    let title = format!("In {place}, {deed} songbirds, {bird} above all");
    let text = format!(
        "{title}. It was decided on day {n} of the season, said the spokeswoman of {place}, and \
         {bird} are to be heard there again within {} weeks.",
        n + 2
    );
    article(&format!("tag:paper.example,2026:{n}"), &title, &text)
        .linked(&format!("http://paper.example/news/{bird}-of-{place}-{n}"))
        .dated(NOW_S - 600 - n as u64)
}

/// A house that has read the archive, with everything in it told.
async fn settled(town: &TestServers) -> (ServedFeed, TestApp) {
    let papers = town.newspapers(1);
    let feed = papers[0].1.clone();
    feed.with_max_items(ITEMS + 10);
    for n in 0..ITEMS {
        feed.publish(item(n));
    }
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    let round = home.poll().await;
    assert_eq!(round.committed.alerts, ITEMS as u64, "every item is a story of its own");
    home.hand.advance(HOUR);
    (feed, home)
}

fn every(feed: &ServedFeed, change: impl Fn(&mut Item)) {
    for n in 0..ITEMS {
        feed.edit(&item(n).id, &change);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_gives_all_its_items_new_ids_alerts_nobody() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    feed.change_ids(|id| format!("{id}-rekeyed"));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.copies), (0, ITEMS as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_moves_to_https_alerts_nobody() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    every(&feed, |item| item.link = item.link.replace("http://", "https://"));
    assert_eq!(home.poll().await.committed.alerts, 0);
    // The same for a feed whose ids are its links.
    feed.change_ids(|id| format!("http://paper.example/{id}"));
    assert_eq!(home.poll().await.committed.alerts, 0);
    feed.change_ids(|id| id.replace("http://", "https://"));
    assert_eq!(home.poll().await.committed.alerts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_adds_tracking_parameters_alerts_nobody() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    every(&feed, |item| item.link.push_str("?utm_source=rss&UTM_Campaign=birds&fbclid=x1"));
    assert_eq!(home.poll().await.committed.alerts, 0);
    every(&feed, |item| {
        item.link = item.link.replace("utm_source=rss", "utm_source=feed");
        item.id = item.link.clone();
    });
    assert_eq!(home.poll().await.committed.alerts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_id_with_another_story_is_one_alert() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    feed.edit(&item(7).id, |item| {
        "Ferry with a cargo of goldfinches runs aground off Trieste".clone_into(&mut item.title);
        "The ship's crew of nine was brought to safety by a tug.".clone_into(&mut item.summary);
        "http://paper.example/news/ferry-aground-off-trieste-901".clone_into(&mut item.link);
    });
    assert_eq!(home.poll().await.committed.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_title_is_no_second_alert() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    feed.edit(&item(7).id, |item| item.title = item.title.replace("In ", "Near "));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.revised), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shuffled_feed_alerts_nobody() {
    let town = TestServers::new();
    let (feed, mut home) = settled(&town).await;
    // Taken out and put back in another order.
    for step in [3, 7] {
        for n in (0..ITEMS).map(|n| n * step % ITEMS) {
            feed.remove(&item(n).id);
            feed.publish(item(n));
        }
    }
    let round = home.poll().await;
    assert_eq!(round.committed.alerts + round.committed.new + round.committed.copies, 0);
}
