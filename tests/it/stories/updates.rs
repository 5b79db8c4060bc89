//! What readers of a told story are told besides, each thing once.
use serde_json::Value;

use super::{HOUR, NOW_S, TestServers, WATCH, WIRE, article, named};
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::ServedFeed;
use crate::test_app::TestApp;

/// A watch that wants to hear of nothing but this.
fn watch(updates: &str) -> String {
    format!("{WATCH}update = [{updates}]\n")
}

/// The wire's story as a paper prints it, an hour after the other.
fn copy(paper: usize, later_h: u64) -> Item {
    let titles = ["Raids on bird smugglers", "Dead birds found in a cellar", "Vienna: 14 held"];
    article(&format!("p{paper}"), titles[paper % 3], WIRE)
        .linked(&format!("https://paper-{paper}.example/vienna/birds-in-the-cellar-{paper}"))
        .dated(NOW_S + later_h * 3_600 - 600)
}

/// Every update the webhook got, as its changes.
fn changes(town: &TestServers) -> Vec<Vec<Value>> {
    let received = town.hooks.received();
    let bodies = received.iter().map(crate::harness::webhook_receiver::ReceivedMessage::json);
    bodies
        .filter(|body| body["type"] == "alert.updated")
        .map(|body| body["data"]["changes"].as_array().unwrap().clone())
        .collect()
}

fn alerts(town: &TestServers) -> Vec<Value> {
    let received = town.hooks.received();
    let bodies = received.iter().map(crate::harness::webhook_receiver::ReceivedMessage::json);
    bodies.filter(|body| body["type"] == "alert.matched").collect()
}

/// A story told by the first of these papers.
async fn told_once(town: &TestServers, updates: &str, papers: &[(String, ServedFeed)]) -> TestApp {
    papers[0].1.publish(copy(0, 0));
    let mut home = TestApp::open(&town.config(&watch(updates), &named(papers))).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    home.deliver().await;
    home.hand.advance(HOUR);
    home
}

async fn next(home: &mut TestApp) -> u64 {
    let round = home.poll().await;
    assert_eq!(round.committed.alerts, 0, "an update is no alert");
    home.deliver().await;
    home.hand.advance(HOUR);
    round.committed.updates
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_outlet_is_told_once_and_the_fourth_is_not() {
    let town = TestServers::new();
    let papers = town.newspapers(5);
    let mut home = told_once(&town, "\"outlets:3\"", &papers).await;
    for (paper, updates) in [(1, 0), (2, 1), (3, 0), (4, 0)] {
        papers[paper].1.publish(copy(paper, u64::try_from(paper).unwrap()));
        if paper == 3 {
            home = home.restart().await;
        }
        assert_eq!(next(&mut home).await, updates, "paper {paper}");
    }
    let changes = changes(&town);
    assert_eq!(changes.len(), 1);
    assert_eq!((&changes[0][0]["what"], &changes[0][0]["count"]), (&"outlets".into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_headline_that_tells_another_thing_is_told_once_and_a_polished_one_is_not() {
    let town = TestServers::new();
    let papers = town.newspapers(1);
    let mut home = told_once(&town, "\"headline\"", &papers).await;
    for (title, updates) in [
        ("Raids on ring of bird smugglers", 0),
        ("Court frees all suspects in goldfinch case", 1),
        ("Minister resigns over goldfinch case", 0),
    ] {
        papers[0].1.edit("p0", |item| title.clone_into(&mut item.title));
        assert_eq!(next(&mut home).await, updates, "{title}");
    }
    let changes = changes(&town);
    assert_eq!(changes[0][0]["before"], "Raids on bird smugglers");
    assert_eq!(changes[0][0]["after"], "Court frees all suspects in goldfinch case");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_papers_headline_is_no_change_of_the_headline() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    let mut home = told_once(&town, "\"headline\", \"reissue\", \"correction\"", &papers).await;
    let mut other = copy(1, 1);
    "CORRECTED: Restaurants served songbirds".clone_into(&mut other.title);
    papers[1].1.publish(other);
    assert_eq!(next(&mut home).await, 1, "it says something new, so it is told");
    let changes = changes(&town);
    assert_eq!(changes[0][0]["what"], "follow-up", "{changes:?}");
    assert_eq!(changes[0].len(), 1, "{changes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_told_whether_it_stands_in_the_headline_or_under_the_story() {
    let town = TestServers::new();
    let papers = town.newspapers(1);
    let mut home = told_once(&town, "\"correction\"", &papers).await;
    let note = "Correction: an earlier version of this article gave the wrong village.";
    papers[0].1.edit("p0", |item| item.summary = format!("{WIRE} {note}"));
    assert_eq!(next(&mut home).await, 1);
    papers[0].1.edit("p0", |item| item.summary = format!("{WIRE} Bail was refused. {note}"));
    assert_eq!(next(&mut home).await, 0, "the same note");
    papers[0].1.edit("p0", |item| item.title = format!("CORRECTED: {}", item.title));
    assert_eq!(next(&mut home).await, 1);
    // A text that no longer holds what the watch looks for is corrected all the same.
    papers[0].1.edit("p0", |item| {
        "RETRACTED: There were no raids".clone_into(&mut item.title);
        "The police say that nothing of it is true.".clone_into(&mut item.summary);
    });
    assert_eq!(next(&mut home).await, 1);
    let changes = changes(&town);
    assert!(changes.iter().all(|change| change[0]["what"] == "correction"), "{changes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_issued_again_is_told_once_however_often_it_is() {
    let town = TestServers::new();
    let papers = town.newspapers(1);
    let mut home = told_once(&town, "\"reissue\"", &papers).await;
    for again in [1, 2] {
        let title = format!("UPDATE {again}-Raids on bird smugglers");
        let text = format!("{WIRE} It was the {again}. raid of the year.");
        let link = format!("https://paper-0.example/vienna/birds-update-{again}");
        let item = article(&format!("p0-{again}"), &title, &text).linked(&link);
        papers[0].1.publish(item.dated(NOW_S + again * 3_600));
        assert_eq!(next(&mut home).await, 1, "{title}");
    }
    assert_eq!(home.totals().await.follow_ups, 2, "both are in the story");
    let whats = |changes: &[Value]| -> Vec<String> {
        changes.iter().map(|change| change["what"].as_str().unwrap().to_owned()).collect()
    };
    let told: Vec<_> = changes(&town).iter().map(|changes| whats(changes)).collect();
    assert_eq!(told, [vec!["reissue", "follow-up"], vec!["follow-up"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_copy_in_another_language_is_told() {
    let town = TestServers::new();
    let papers = town.newspapers(3);
    let mut home = told_once(&town, "\"language\"", &papers).await;
    for (paper, language, updates) in [(1, "ko-KR", 1), (2, "ko", 0)] {
        let mut item = copy(0, 1);
        item.id = format!("other-{paper}");
        item.language = language.to_owned();
        papers[paper].1.with_head(&crate::harness::feed_formats::FeedHead {
            title: "Paper".to_owned(),
            home: "https://paper.example/".to_owned(),
            language: language.to_owned(),
        });
        papers[paper].1.publish(item);
        assert_eq!(next(&mut home).await, updates, "{language}");
    }
    assert_eq!(changes(&town)[0][0]["language"], "ko");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_has_not_left_says_itself_who_else_carries_the_story() {
    let town = TestServers::new();
    let papers = town.newspapers(4);
    for (paper, (_, feed)) in papers.iter().enumerate() {
        feed.publish(copy(paper, 0));
    }
    let mut home = TestApp::open(&town.config(&watch("\"outlets:3\""), &named(&papers))).await;
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.updates), (1, 0));
    home.deliver().await;
    assert_eq!(alerts(&town)[0]["data"]["spread"]["outlets"], 4);
    assert_eq!(changes(&town).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_wants_no_updates_gets_none() {
    let town = TestServers::new();
    let papers = town.newspapers(6);
    let mut home = told_once(&town, "", &papers).await;
    for (paper, (_, feed)) in papers.iter().enumerate().skip(1) {
        feed.publish(copy(paper, 1));
    }
    assert_eq!(next(&mut home).await, 0);
    papers[0].1.edit("p0", |item| "Court frees all suspects".clone_into(&mut item.title));
    assert_eq!(next(&mut home).await, 0);
    assert_eq!(home.outbox("delivered").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_that_share_their_stories_tell_a_receiver_once_and_each_receiver() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    let file = tempfile::NamedTempFile::new().unwrap();
    let shared = format!(
        "[[channel]]\nname = \"file\"\nkind = \"file\"\npath = \"{}\"\n\
         [[watch]]\nname = \"birds\"\nstory = \"wildlife\"\nany = [\"songbirds\"]\n\
         [[watch]]\nname = \"finches\"\nstory = \"wildlife\"\nany = [\"goldfinches\"]\n\
         [[watch]]\nname = \"danube\"\nstory = \"wildlife\"\nnotify = [\"hook\", \"file\"]\n\
         any = [\"Danube\"]\n",
        file.path().display()
    );
    for (paper, (_, feed)) in papers.iter().enumerate() {
        feed.publish(copy(paper, 0));
    }
    let mut home = TestApp::open(&town.config(&shared, &named(&papers))).await;
    let round = home.poll().await;
    home.deliver().await;
    assert_eq!(alerts(&town).len(), 1, "the webhook is told by the first of the three");
    let written = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(written.lines().count(), 1, "{written}");
    assert_eq!((round.committed.alerts, round.committed.suppressed), (2, 4));
    assert_eq!(home.totals().await.findings_by.get("shared"), Some(&1));
}
