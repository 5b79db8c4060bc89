//! Full text read from pages is judged as what feeds say is: a story is told once for each watch,
//! whichever of teaser, page and wire comes first, and nothing that was read is lost again.
use std::sync::Arc;

use serde_json::Value;
use wirewatch::domain::{Article, ArticleId};
use wirewatch::store::{PageOutcome, PageResult};

use super::instant::{fired, words};
use super::{HOUR, NOW_S, TestServers, WATCH, WIRE, article};
use crate::commands::{err, out, run};
use crate::harness::answer::Answer;
use crate::harness::feed_formats::{FeedHead, Item};
use crate::harness::feed_server::ServedFeed;
use crate::test_app::TestApp;

const HTML: &str = "text/html; charset=utf-8";

/// Fires on the wire's last sentence alone.
const KITCHENS: &str = "[[watch]]\nname = \"kitchens\"\nany = [\"restaurants\"]\n";

/// A paper on a host of its own whose feed gives teasers.
struct Paper {
    name: String,
    host: String,
    feed: ServedFeed,
}

fn paper(town: &TestServers, number: usize) -> Paper {
    let host = format!("127.0.9.{number}");
    let feed = town.feeds.feed_on(&host, "/feed");
    Paper { name: format!("teaser-{number}"), host, feed }
}

impl Paper {
    /// Its part of the configuration.
    fn wants(&self, mode: &str) -> String {
        let (name, url) = (&self.name, self.feed.url());
        format!(
            "[[feed]]\nname = \"{name}\"\nurl = \"{url}\"\nfull_text = \"{mode}\"\n\
             allow_private = [\"127.0.0.0/8\"]\n"
        )
    }

    /// Serves an article whose page says `text`, and publishes it with a line only.
    fn tease(&self, town: &TestServers, title: &str, line: &str, text: &str) -> ServedFeed {
        let page = self.page(town, title, text);
        let item = Item::new(&format!("{}-1", self.name), title).saying(line).linked(&page.url());
        self.feed.publish(item.dated(NOW_S - 600));
        page
    }

    fn page(&self, town: &TestServers, title: &str, text: &str) -> ServedFeed {
        let page = town.feeds.feed_on(&self.host, "/1");
        let body = format!(
            "<html lang=de><title>{title}</title><body><nav><a href=/>Home</a></nav><article>\
             <h1>{title}</h1><p>{text}</p></article></body></html>"
        );
        page.with_body(HTML, body.as_bytes());
        page
    }
}

fn config(town: &TestServers, watches: &str, papers: &[&Paper], mode: &str) -> String {
    let wants: String = papers.iter().map(|paper| paper.wants(mode)).collect();
    town.config(&format!("{watches}{wants}"), &[])
}

/// Every alert with what `alerts show` says of it.
fn alerts(home: &TestApp) -> Vec<Value> {
    let shown = |args: &[&str]| {
        let output = run(home.folder.path(), args, "");
        assert!(output.status.success(), "{}", err(&output));
        out(&output)
    };
    let listed = shown(&["alerts", "list", "--json"]);
    let ids = listed.lines().map(|line| {
        let alert: Value = serde_json::from_str(line).unwrap();
        alert["id"].as_str().unwrap().to_owned()
    });
    ids.map(|id| serde_json::from_str(&shown(&["alerts", "show", &id, "--json"])).unwrap())
        .collect()
}

/// The only alert's copies: of which paper each is, and why it is attached.
fn copies(home: &TestApp) -> Vec<(String, String)> {
    let alerts = alerts(home);
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let copies = alerts[0]["copies"].as_array().unwrap().iter().map(|copy| {
        let (source, reason) = (copy["source"].as_str().unwrap(), copy["reason"].as_str().unwrap());
        if reason == "same-text" {
            assert!(copy["similarity"].as_f64().unwrap() > 0.5, "{copy}");
        }
        (source.to_owned(), reason.to_owned())
    });
    let mut copies: Vec<(String, String)> = copies.collect();
    copies.sort_unstable();
    copies
}

fn same_text(source: &str) -> (String, String) {
    (source.to_owned(), "same-text".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teaser_whose_page_is_a_story_told_before_is_attached_to_it() {
    let town = TestServers::new();
    let (wire, teaser) = (paper(&town, 1), paper(&town, 2));
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE));
    teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&wire, &teaser], "when-unmatched")).await;
    assert_eq!(home.poll().await.committed.alerts, 1, "the teaser names no bird");
    assert_eq!((home.read_pages().await, home.deliver().await), (0, 1));
    assert_eq!(copies(&home), [same_text("teaser-2")]);
    // Through a restart, too: nothing is read or told again.
    let mut home = home.restart().await;
    home.poll().await;
    assert_eq!((home.read_pages().await, home.deliver().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_told_from_a_page_is_told_once_when_the_wire_brings_it_later() {
    let town = TestServers::new();
    let (teaser, wire) = (paper(&town, 1), paper(&town, 2));
    teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser, &wire], "when-unmatched")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 1);
    home.hand.advance(HOUR);
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE).dated(NOW_S + 3_000));
    assert_eq!(home.poll().await.committed.alerts, 0);
    assert_eq!(copies(&home), [same_text("teaser-2")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_eight_papers_completed_at_once_are_one_alert_with_seven_copies() {
    let town = TestServers::new();
    let papers: Vec<Paper> = (1..=8).map(|number| paper(&town, number)).collect();
    for (n, paper) in papers.iter().enumerate() {
        let title = ["A cellar near Tulln", "Vienna: 14 held", "What is in the cage"][n % 3];
        paper.tease(&town, title, "What the police found.", WIRE);
    }
    let all: Vec<&Paper> = papers.iter().collect();
    let mut home = TestApp::open(&config(&town, WATCH, &all, "when-unmatched")).await;
    assert_eq!(home.poll().await.committed.alerts, 0);
    assert_eq!((home.read_pages().await, home.deliver().await), (1, 1));
    assert_eq!(copies(&home).len(), 7);
    let totals = home.totals().await;
    assert_eq!((totals.articles, totals.stories), (8, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_settled_in_one_instant_are_one_alert() {
    let town = TestServers::new();
    let papers = [paper(&town, 1), paper(&town, 2)];
    for paper in &papers {
        paper.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    }
    let [one, other] = &papers;
    let mut home = TestApp::open(&config(&town, WATCH, &[one, other], "when-unmatched")).await;
    home.poll().await;
    let now = home.hand.now();
    let due = home.store().pages_due(now, 10).await.unwrap().0;
    let articles: Vec<ArticleId> = due.iter().map(|page| page.article).collect();
    let leases = home.store().begin_pages(articles, now.after(HOUR)).await.unwrap();
    let turn = |at: usize| PageResult {
        article: leases[at].article,
        revision: Some(leases[at].stored.revision),
        at: now,
        outcome: read(&leases[at].stored, WIRE),
    };
    let store = home.store();
    let (a, b) = tokio::join!(store.end_page_attempt(turn(0)), store.end_page_attempt(turn(1)));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!((a.alerts + b.alerts, a.suppressed + b.suppressed), (1, 1));
    assert_eq!(copies(&home).len(), 1);
}

/// A page read as `text`, with the watch that fires on it.
fn read(stored: &Article, text: &str) -> PageOutcome {
    let article = Article { content: text.to_owned(), ..stored.clone() };
    let (fired, occasions) = (vec![fired()], Arc::default());
    PageOutcome::Read {
        article: Box::new(article),
        fired,
        occasions,
        canonical: None,
        notes: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_in_two_feeds_of_a_paper_is_attached_to_the_story_told_before() {
    let town = TestServers::new();
    let (wire, paper) = (paper(&town, 1), paper(&town, 2));
    let local = town.feeds.feed_on(&paper.host, "/local");
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE));
    let page = paper.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let item = Item::new("local-1", "A cellar near Tulln").saying("What the police found.");
    local.publish(item.linked(&page.url()).dated(NOW_S - 500));
    let both = format!(
        "{WATCH}[[feed]]\nname = \"local\"\nurl = \"{}\"\nfull_text = \"when-unmatched\"\n\
         allow_private = [\"127.0.0.0/8\"]\n",
        local.url()
    );
    let mut home = TestApp::open(&config(&town, &both, &[&wire, &paper], "when-unmatched")).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    assert_eq!((home.read_pages().await, home.deliver().await), (0, 1));
    let copies = copies(&home);
    assert_eq!(copies.len(), 2, "{copies:?}");
    let mut reasons: Vec<&str> = copies.iter().map(|(_, reason)| reason.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["same-text", "same-url"]);
    assert_eq!(home.totals().await.stories, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_told_of_the_wire_is_not_told_again_by_the_page_of_a_teaser_told_alone() {
    let town = TestServers::new();
    let (wire, teaser) = (paper(&town, 1), paper(&town, 2));
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE));
    teaser.tease(&town, "Songbirds in a cellar near Tulln", "What the police found.", WIRE);
    let watches = format!("{WATCH}{KITCHENS}");
    let mut home = TestApp::open(&config(&town, &watches, &[&wire, &teaser], "always")).await;
    // Two for the wire; the teaser's one line is nobody's copy, and does not wait for its page.
    let committed = home.poll().await.committed;
    assert_eq!((committed.alerts, committed.updates), (2, 1));
    assert_eq!(home.read_pages().await, 0, "the page is the wire's story");
    assert_eq!(home.deliver().await, 3);
    let alerts = alerts(&home);
    let kitchens: Vec<&Value> =
        alerts.iter().filter(|alert| alert["watch"] == "kitchens").collect();
    assert_eq!(kitchens.len(), 1);
    let copy = &kitchens[0]["copies"][0];
    assert_eq!(copy["source"], "teaser-2");
    assert_eq!(home.totals().await.stories, 1, "what proved to be one story is one");
    // The next copy finds one story, whichever of the two it is likest to.
    let late = article("l", "Birds: fourteen held", WIRE).dated(NOW_S + 60);
    wire.feed.publish(late.linked("https://wire.example/late-birds-77001"));
    assert_eq!(home.poll().await.committed.alerts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_fires_on_the_full_text_alone_alerts_once_and_its_article_is_attached() {
    let town = TestServers::new();
    let (wire, one, other) = (paper(&town, 1), paper(&town, 2), paper(&town, 3));
    // The wire's own text ends before the restaurants.
    let (short, _) = WIRE.split_once(" The ring").unwrap();
    wire.feed.publish(article("w", "Raids on bird smugglers", short));
    for paper in [&one, &other] {
        paper.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    }
    let watches = format!("{WATCH}{KITCHENS}");
    let mut home =
        TestApp::open(&config(&town, &watches, &[&wire, &one, &other], "when-unmatched")).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    // The page says more than the wire: who was told of the wire is told of it, too.
    assert_eq!((home.read_pages().await, home.deliver().await), (1, 3));
    for alert in alerts(&home) {
        assert_eq!(alert["copies"].as_array().unwrap().len(), 2, "{alert}");
    }
    assert_eq!(home.totals().await.stories, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_split_off_is_not_joined_again_by_its_page() {
    let town = TestServers::new();
    let (wire, paper) = (paper(&town, 1), paper(&town, 2));
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE));
    let page = paper.tease(&town, "Songbirds at the market", "What a trader says.", WIRE);
    page.set_next_answers([Answer::Status(503)]);
    let mut home = TestApp::open(&config(&town, WATCH, &[&wire, &paper], "always")).await;
    assert_eq!(home.poll().await.committed.alerts, 2);
    assert_eq!(home.read_pages().await, 0);
    let id = |sql: &str| home.count(sql).to_string();
    let (into, from) = (id("SELECT min(id) FROM story"), id("SELECT max(id) FROM story"));
    let article = home.count("SELECT max(id) FROM article");
    let word = |args: &[&str]| {
        let output = run(home.folder.path(), args, "");
        assert!(output.status.success(), "{}", err(&output));
    };
    word(&["stories", "merge", &format!("s{into}"), &format!("s{from}")]);
    word(&["stories", "split", &format!("a{article}")]);
    home.hand.advance(HOUR);
    assert_eq!((home.read_pages().await, page.asked().len()), (0, 2));
    assert_eq!(home.count("SELECT count(DISTINCT story) FROM article"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_teaser_does_not_lose_the_full_text_its_story_is_known_by() {
    let town = TestServers::new();
    let (teaser, wire) = (paper(&town, 1), paper(&town, 2));
    let page = teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser, &wire], "when-unmatched")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 1);
    // The line is touched up, and the page will not come again.
    page.set_answer(Answer::Status(410));
    teaser.feed.edit("teaser-1-1", |item| item.summary = "What police officers found.".to_owned());
    home.hand.advance(HOUR);
    assert_eq!(home.poll().await.committed.revised, 1);
    assert_eq!(home.read_pages().await, 0);
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE).dated(NOW_S + 3_000));
    assert_eq!(home.poll().await.committed.alerts, 0, "told from the page");
    assert_eq!(copies(&home), [same_text("teaser-2")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_shortened_replaces_its_longer_self() {
    let town = TestServers::new();
    let teaser = paper(&town, 1);
    let line = "What the police found.";
    let quiet = "Nobody at the town hall wanted to say a word about it. ".repeat(12);
    teaser.tease(&town, "A cellar near Tulln", line, &quiet);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser], "when-unmatched")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 0);
    teaser.page(&town, "A cellar near Tulln", WIRE);
    teaser.feed.edit("teaser-1-1", |item| item.summary = "What police officers found.".to_owned());
    home.hand.advance(HOUR);
    home.poll().await;
    assert_eq!(home.read_pages().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_used_again_does_not_keep_the_page_of_its_old_story() {
    let town = TestServers::new();
    let teaser = paper(&town, 1);
    teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser], "when-unmatched")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 1);
    teaser.feed.edit("teaser-1-1", |item| {
        "Ferry with a cargo of goldfinches runs aground off Trieste".clone_into(&mut item.title);
        "The crew was brought to safety by a tug.".clone_into(&mut item.summary);
        "http://paper.example/news/ferry-aground-off-trieste-901".clone_into(&mut item.link);
    });
    assert_eq!(home.poll().await.committed.alerts, 1);
    assert_eq!(home.count("SELECT count(*) FROM article WHERE content <> ''"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_rewritten_after_it_was_told_joins_no_story_to_another() {
    let town = TestServers::new();
    let (wire, teaser) = (paper(&town, 1), paper(&town, 2));
    let quiet = "Nobody at the town hall wanted to say a word about it. ".repeat(3);
    teaser.tease(&town, "Songbirds this morning", "What the night brought.", &quiet);
    let mut home = TestApp::open(&config(&town, WATCH, &[&wire, &teaser], "always")).await;
    assert_eq!(home.poll().await.committed.alerts, 1);
    assert_eq!(home.read_pages().await, 0);
    wire.feed.publish(article("w", "Raids on bird smugglers", WIRE));
    teaser.page(&town, "Songbirds this morning", WIRE);
    teaser.feed.edit("teaser-2-1", |item| item.summary = "What the day brought.".to_owned());
    assert_eq!(home.poll().await.committed.alerts, 1);
    assert_eq!(home.read_pages().await, 0);
    assert_eq!(home.count("SELECT count(*) FROM article WHERE content LIKE '%Tulln%'"), 1);
    assert_eq!(home.totals().await.stories, 2, "tomorrow it may be a third one's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_the_language_where_its_feed_does_not() {
    let town = TestServers::new();
    let teaser = paper(&town, 1);
    teaser.feed.with_head(&FeedHead {
        title: "Tulln".to_owned(),
        home: "http://tulln.example/".to_owned(),
        language: String::new(),
    });
    teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser], "when-unmatched")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 1);
    assert_eq!(home.count("SELECT count(*) FROM article WHERE language = 'de'"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asked_for_before_its_article_was_rewritten_is_asked_for_again() {
    let town = TestServers::new();
    let teaser = paper(&town, 1);
    let page = teaser.tease(&town, "A cellar near Tulln", "What the police found.", WIRE);
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser], "when-unmatched")).await;
    home.poll().await;
    let now = home.hand.now();
    for came in ["read", "nothing", "failed"] {
        let due = home.store().pages_due(now, 10).await.unwrap().0;
        let articles = due.iter().map(|page| page.article).collect();
        let lease = home.store().begin_pages(articles, now.after(HOUR)).await.unwrap().remove(0);
        // While the page is under way, the feed says something else.
        teaser.feed.edit("teaser-1-1", |item| item.summary = format!("Before it was {came}."));
        home.poll().await;
        let came = match came {
            "read" => read(&lease.stored, "It was the songbirds of another day."),
            "nothing" => PageOutcome::NothingToAdd { characters: 0, why: "empty".to_owned() },
            _ => PageOutcome::Failed { why: "gone".to_owned(), retry_at: None },
        };
        let revision = Some(lease.stored.revision);
        let turn = PageResult { article: lease.article, revision, at: now, outcome: came };
        assert_eq!(home.store().end_page_attempt(turn).await.unwrap().alerts, 0);
    }
    assert_eq!((home.read_pages().await, page.asked().len()), (1, 1));
    assert_eq!(home.count("SELECT count(*) FROM article WHERE content LIKE '%another day%'"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paper_puts_under_every_page_joins_no_stories() {
    let town = TestServers::new();
    let teaser = paper(&town, 1);
    let head = "You are reading the morning edition of the paper that three hundred families of \
        the valley print and carry themselves, whatever the weather, since the year of the flood.";
    let tail = "The Valley Courier is published by its readers, and every article is free for ever \
        thanks to the gifts of those who can afford to give a little. Write to us if you saw \
        something worth telling. Our office in the old mill is open on three mornings of the week, \
        and on market days until the last stall is closed.";
    let stories = [
        ("Bridge closed", "The old bridge was closed for songbirds that nest on its cables."),
        ("Choir wins prize", "The children of the upper village sang as songbirds do at Linz."),
        ("Mayor resigns", "After eleven years in office the mayor wants to keep songbirds again."),
        ("Wolf seen", "A shepherd who films songbirds met a young wolf at the edge of a quarry."),
        ("Snow falls", "Songbirds came down from the pass on Monday night, and so did the snow."),
        ("Ferry sold", "The ferry goes to a breeder of songbirds from the far side of the lake."),
    ];
    for (n, (title, text)) in stories.iter().enumerate() {
        // The first three are long enough for what stands about them not to matter.
        let more = if n < 3 { words(n, 300) } else { String::new() };
        let page = town.feeds.feed_on(&teaser.host, &format!("/story-{n}"));
        let body = format!(
            "<html><title>{title}</title><body><article><h1>{title}</h1><p>{head}</p><p>{text}</p><p>{more}</p><p>{tail}</p>\
             </article></body></html>"
        );
        page.with_body(HTML, body.as_bytes());
        let item = Item::new(&n.to_string(), title).saying("More inside.").linked(&page.url());
        teaser.feed.publish(item.dated(NOW_S - 600));
    }
    let mut home = TestApp::open(&config(&town, WATCH, &[&teaser], "when-unmatched")).await;
    assert_eq!(home.poll().await.committed.alerts, 0);
    assert_eq!(home.read_pages().await, 6);
}
