//! What people see of a story, and their word on it: split and merged by hand, remembered, and
//! nobody told twice.
use serde_json::Value;

use super::{HOUR, NOW_S, TestServers, WATCH, WIRE, article, named};
use crate::commands::{err, out, run};
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::ServedFeed;
use crate::retention::assert_counters_are_right;
use crate::test_app::TestApp;

const OTHER: &str = "The museum of Krems opens its doors again on Sunday with two hundred paintings \
    of songbirds, lent by a collector in Bregenz who wants to stay unknown. The oldest shows a pair \
    of goldfinches and was painted in 1610; the youngest is a charcoal drawing made last spring by \
    a girl of nine, and hangs beside it.";

fn wire(paper: usize) -> Item {
    let titles = ["Raids on bird smugglers", "Dead birds found in a cellar", "Vienna: 14 held"];
    article(&format!("w{paper}"), titles[paper % 3], WIRE)
        .linked(&format!("https://paper-{paper}.example/vienna/birds-in-the-cellar-{paper}"))
}

fn museum(paper: usize) -> Item {
    let titles =
        ["Two hundred birds on canvas", "Museum of Krems opens again", "Painted goldfinches"];
    article(&format!("m{paper}"), titles[paper % 3], OTHER)
        .linked(&format!("https://paper-{paper}.example/krems/birds-on-canvas-{paper}"))
}

async fn open(town: &TestServers, papers: &[(String, ServedFeed)]) -> TestApp {
    let mut home = TestApp::open(&town.config(WATCH, &named(papers))).await;
    home.poll().await;
    home.deliver().await;
    home.hand.advance(HOUR);
    home
}

fn shown(home: &TestApp, args: &[&str]) -> String {
    let output = run(home.folder.path(), args, "");
    assert!(output.status.success(), "{}", err(&output));
    out(&output)
}

fn json(home: &TestApp, args: &[&str]) -> Vec<Value> {
    shown(home, args).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_shows_every_attached_copy_with_its_reason_and_every_message() {
    let town = TestServers::new();
    let papers = town.newspapers(3);
    papers[0].1.publish(wire(0));
    let mut home = open(&town, &papers).await;
    papers[1].1.publish(wire(1));
    let mut same_page = wire(0);
    same_page.link.push_str("?utm_source=partner");
    papers[2].1.publish(same_page);
    assert_eq!(home.poll().await.committed.alerts, 0);
    let id = json(&home, &["alerts", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let whole = &json(&home, &["alerts", "show", &id, "--json"])[0];
    let copies = whole["copies"].as_array().unwrap();
    let mut reasons: Vec<&str> = copies.iter().map(|c| c["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["same-text", "same-url"]);
    let text = copies.iter().find(|copy| copy["reason"] == "same-text").unwrap();
    assert_eq!((&text["source"], &text["title"]), (&"paper-1".into(), &wire(1).title.into()));
    assert!(text["similarity"].as_f64().unwrap() > 0.9);
    assert_eq!(whole["deliveries"][0]["state"], "delivered");
    let page = shown(&home, &["alerts", "show", &id]);
    for said in ["2 copies attached", "paper-1", "same-text", "similarity", "delivered"] {
        assert!(page.contains(said), "no `{said}` in:\n{page}");
    }
    let explained = shown(&home, &["explain", &wire(1).link]);
    assert!(explained.contains("same-text: it says nothing that was not told"), "{explained}");
    let silent = json(&home, &["stories", "review", "--hours", "1000000", "--json"]);
    assert_eq!(silent.len(), 2, "{silent:?}");
    let told = wire(0).title;
    let copy = silent.iter().find(|one| one["source"] == "paper-1").unwrap();
    assert_eq!(copy["told"], told);
    let status = &json(&home, &["status", "--json"])[0];
    assert_eq!(status["articles_by"]["same-url"], 1);
    assert_eq!(status["findings_by"]["attached"], 2);
    assert_eq!(run(home.folder.path(), &["alerts", "show", "x"], "").status.code(), Some(65));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_split_stays_apart_and_tells_nobody_again() {
    let town = TestServers::new();
    let papers = town.newspapers(4);
    papers[0].1.publish(wire(0));
    let mut home = open(&town, &papers).await;
    papers[1].1.publish(wire(1));
    home.poll().await;
    let story = json(&home, &["stories", "list", "--json"])[0]["story"].clone();
    let story = story.as_str().unwrap().to_owned();
    let articles = json(&home, &["stories", "show", &story, "--json"])[0]["articles"].clone();
    let copy = articles.as_array().unwrap().iter().find(|a| a["source"] == "paper-1").unwrap();
    let copy = copy["article"].as_str().unwrap().to_owned();
    shown(&home, &["stories", "split", &copy]);
    assert_eq!(home.totals().await.stories, 2);
    // The split article is edited into the very text of the other: a person's word stands.
    papers[1].1.edit("w1", |item| item.title = wire(0).title);
    // And a further copy joins one of the two; neither is told again.
    papers[2].1.publish(wire(2));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.copies), (0, 1));
    assert_eq!(home.count("SELECT count(DISTINCT story) FROM article"), 2);
    assert_counters_are_right(home.store().path());
    let alone = run(home.folder.path(), &["stories", "split", "a999"], "");
    assert_eq!(alone.status.code(), Some(65), "{}", err(&alone));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_stays_merged_for_later_copies_and_tells_nobody_again() {
    let town = TestServers::new();
    let papers = town.newspapers(3);
    papers[0].1.publish(wire(0));
    papers[0].1.publish(museum(0));
    let mut home = open(&town, &papers).await;
    let stories = json(&home, &["stories", "list", "--json"]);
    let ids: Vec<&str> = stories.iter().map(|story| story["story"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    shown(&home, &["stories", "merge", ids[1], ids[0]]);
    papers[1].1.publish(wire(1));
    papers[2].1.publish(museum(2));
    let round = home.poll().await;
    assert_eq!((round.committed.alerts, round.committed.copies), (0, 2));
    assert_eq!(home.count("SELECT count(DISTINCT story) FROM article"), 1);
    assert_eq!(home.totals().await.stories, 1);
    assert_counters_are_right(home.store().path());
    let page = shown(&home, &["stories", "show", ids[0]]);
    assert!(page.contains(&format!("merged into {}", ids[1])), "{page}");
    let again = run(home.folder.path(), &["stories", "merge", ids[1], ids[0]], "");
    assert_eq!(again.status.code(), Some(65));
    // Split again on a person's later word.
    let show = json(&home, &["stories", "show", ids[1], "--json"]);
    let articles = show[0]["articles"].as_array().unwrap();
    assert_eq!(articles.len(), 4);
    let first = articles[0]["article"].as_str().unwrap();
    shown(&home, &["stories", "split", first]);
    assert_eq!(home.totals().await.stories, 2);
    let at = NOW_S + 7_000;
    papers[1].1.publish(
        article("late", "Bird smugglers held in raids", WIRE)
            .linked("https://l.example/9")
            .dated(at),
    );
    assert_eq!(home.poll().await.committed.alerts, 0);
}
