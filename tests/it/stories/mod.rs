//! One story, one alert: copies, re-issues and re-keyed feeds, through the whole house.
mod by_hand;
mod fixture;
mod flood;
mod instant;
mod pages;
mod surge;
mod updates;

use std::fmt::Write as _;
use std::time::Duration;

use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::webhook_receiver::WebhookReceiver;
use crate::test_app::{START_TIME, TestApp};

/// Seconds since 1970 of the test's morning.
const NOW_S: u64 = START_TIME.0.unsigned_abs() / 1_000;
const HOUR: Duration = Duration::from_hours(1);

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

    /// The webhook `hook`, `more` of the configuration, and these feeds.
    fn config(&self, more: &str, feeds: &[(&str, &ServedFeed)]) -> String {
        let mut text = format!(
            "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"{}\"\n\
             [defaults]\nnotify = [\"hook\"]\n{more}\n",
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

    /// `count` papers, each with a feed of its own.
    fn newspapers(&self, count: usize) -> Vec<(String, ServedFeed)> {
        let paper = |n| (format!("paper-{n}"), self.feeds.feed(&format!("/paper-{n}")));
        (0..count).map(paper).collect()
    }
}

const WATCH: &str = "[[watch]]\nname = \"songbirds\"\nany = [\"songbirds\", \"goldfinches\"]\n";

const WIRE: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
    songbirds across the Danube, prosecutors in Vienna said. Officers found 2,300 goldfinches in \
    the cellar of a farmhouse near Tulln, many of them dead. The ring is said to have sold the \
    birds to restaurants in three countries since the spring of last year.";

fn article(id: &str, title: &str, text: &str) -> Item {
    Item::new(id, title).saying(text).dated(NOW_S - 600)
}

fn named(papers: &[(String, ServedFeed)]) -> Vec<(&str, &ServedFeed)> {
    papers.iter().map(|(name, feed)| (name.as_str(), feed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_story_in_twelve_papers_is_one_alert_with_eleven_copies() {
    let town = TestServers::new();
    let papers = town.newspapers(12);
    for (n, (name, feed)) in papers.iter().enumerate() {
        let link = format!("https://{name}.example/vienna/birds-in-the-cellar-{n}");
        let title = ["Raids on bird smugglers", "Dead birds found in a cellar", "Vienna: 14 held"];
        feed.publish(article(&format!("{name}-1"), title[n % 3], WIRE).linked(&link));
    }
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    let round = home.poll().await;
    assert_eq!((round.committed.new, round.committed.copies), (1, 11));
    assert_eq!((round.committed.alerts, round.committed.suppressed), (1, 11));
    let copies = "SELECT count(*) FROM article WHERE reason = 'same-text' AND similarity > 0.9
                  AND story = (SELECT story FROM article WHERE reason = 'new')";
    assert_eq!(home.count(copies), 11);
    let totals = home.totals().await;
    assert_eq!((totals.articles, totals.stories, totals.alerts), (12, 1, 1));
    assert_eq!(totals.articles_by.get("same-text"), Some(&11));
    assert_eq!(totals.findings_by.get("attached"), Some(&11));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_texts_are_known_again_after_a_restart() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    papers[0].1.publish(article("a", "Raids on bird smugglers", WIRE));
    let config = town.config(WATCH, &named(&papers));
    let mut home = TestApp::open(&config).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    let mut home = home.restart().await;
    home.hand.advance(HOUR);
    papers[1].1.publish(article("b", "Dead birds found in a cellar", WIRE));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.suppressed), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_long_after_it_was_first_seen_is_known_again_after_a_restart() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    papers[0].1.publish(article("a", "A cellar near Tulln", "What the police found."));
    let config = town.config(WATCH, &named(&papers));
    let mut home = TestApp::open(&config).await;
    assert_eq!(home.poll().await.committed.alerts, 0);
    home.hand.advance(HOUR * 24 * 8);
    papers[0].1.edit("a", |item| WIRE.clone_into(&mut item.summary));
    assert_eq!(home.poll().await.committed.alerts, 1);
    let mut home = home.restart().await;
    home.hand.advance(HOUR);
    papers[1].1.publish(article("b", "Dead birds found in a cellar", WIRE));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.suppressed), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_brings_its_story_again_revised_updates_it() {
    let town = TestServers::new();
    let papers = town.newspapers(1);
    let feed = &papers[0].1;
    feed.publish(
        article("a", "Raids on bird smugglers near Vienna", WIRE).linked("https://p.example/1"),
    );
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    home.hand.advance(HOUR);
    let more = format!(
        "{WIRE} A judge in Krems freed 3 of the men on bail, and the ministry asked the keepers of the zoo to take the birds in."
    );
    let again = article("b", "UPDATE 1-Raids on bird smugglers near Vienna", &more);
    feed.publish(again.linked("https://p.example/2").dated(NOW_S + 3_000));
    let round = home.poll().await;
    let committed = round.committed;
    assert_eq!((committed.alerts, committed.follow_ups, committed.suppressed), (0, 1, 0));
    assert_eq!(home.count("SELECT count(*) FROM article WHERE reason = 'follow-up'"), 1);
    assert_eq!(home.totals().await.follow_ups, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_old_at_first_sight_in_one_paper_is_news_when_another_prints_it() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    papers[0].1.publish(article("a", "Raids on bird smugglers", WIRE).dated(NOW_S - 3 * 86_400));
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    assert_eq!(home.poll().await.committed.alerts, 0, "beyond the backlog");
    home.hand.advance(HOUR);
    papers[0].1.edit("a", |item| item.summary.push_str(" The raids go on."));
    assert_eq!(home.poll().await.committed.alerts, 0, "an old item is edited");
    papers[1].1.publish(article("b", "Dead birds found in a cellar", WIRE).dated(NOW_S + 3_000));
    assert_eq!(home.poll().await.committed.alerts, 1, "nobody had been told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flash_that_becomes_the_text_others_told_joins_their_story() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    papers[0].1.publish(article("a", "Raids on bird smugglers", WIRE));
    papers[1].1.publish(article("b", "FLASH: cellar near Tulln searched", ""));
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    assert_eq!(home.poll().await.committed.alerts, 1, "the flash names no bird");
    home.hand.advance(HOUR);
    papers[1].1.edit("b", |item| WIRE.clone_into(&mut item.summary));
    let round = home.poll().await;
    assert_eq!((round.committed.revised, round.committed.alerts), (1, 0));
    let totals = home.totals().await;
    assert_eq!((totals.stories, totals.articles_by.get("same-text")), (1, Some(&1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_say_nothing_join_no_stories() {
    let wall = "Subscribe to read the full story. Already a subscriber? Log in.";
    let same = "All the news of the valley, written by the people who live in it, every day.";
    for text in ["", "Video", wall, same] {
        let town = TestServers::new();
        let papers = town.newspapers(2);
        let titles = [
            [
                "Smuggled goldfinches sold at a market in Linz",
                "Fire brigade saves songbirds from a burning barn",
                "Pupils count the songbirds of the lower valley",
            ],
            [
                "An exhibition of painted goldfinches opens in Graz",
                "Mayor of Krems bans nets for catching songbirds",
                "A walk at dawn, with songbirds and a thermos flask",
            ],
        ];
        for ((name, feed), titles) in papers.iter().zip(titles) {
            for (n, title) in titles.into_iter().enumerate() {
                feed.publish(article(&format!("{name}-{n}"), title, text));
            }
        }
        let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
        assert_eq!(home.poll().await.committed.alerts, 6, "`{text}`");
    }
}
