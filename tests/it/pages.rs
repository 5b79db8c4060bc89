//! Full text: pages are read beside the polling, their main text is matched, and nothing a page does
//! loses an alert, repeats one or holds anything up.
use std::process::Command;
use std::time::Duration;

use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::unix_ms;
use crate::hostile::{body, folder};
use crate::test_app::{START_TIME, TestApp};

const NOW_S: u64 = START_TIME.0.unsigned_abs() / 1_000;
const HTML: &str = "text/html; charset=utf-8";

/// A feed whose items are teasers, its pages, and a watch told to a file.
struct TestServers {
    feeds: FeedServer,
    feed: ServedFeed,
}

impl TestServers {
    fn new() -> Self {
        let feeds = FeedServer::open();
        let feed = feeds.feed("/feed");
        Self { feeds, feed }
    }

    fn config(&self, mode: &str) -> String {
        format!(
            "[[channel]]\nname = \"log\"\nkind = \"file\"\npath = \"alerts.jsonl\"\n\
             [[watch]]\nname = \"tolls\"\nnotify = [\"log\"]\nany = [\"canal toll\", \"GSOMIA\"]\n\
             [[feed]]\nname = \"wire\"\nurl = \"{}\"\nfull_text = \"{mode}\"\n\
             allow_private = [\"127.0.0.0/8\"]\n",
            self.feed.url()
        )
    }

    /// A page whose main text is `text`, with headlines beside it.
    fn page(&self, path: &str, text: &str, beside: &str) -> ServedFeed {
        let page = format!(
            "<html lang=en><title>Harbour</title><body><nav><a href=/>Home</a></nav>\
             <article><h1>Harbour</h1><p>The council met at noon, and spoke of the harbour for an \
             hour before anyone asked about the cranes.</p><p>{text}</p></article>\
             <aside class=sidebar><h3>Popular stories</h3><ul><li><a href=/1>{beside}</a></li></ul>\
             </aside></body></html>"
        );
        let feed = self.feeds.feed(path);
        feed.with_body(HTML, page.as_bytes());
        feed
    }

    /// An item that says only that it is about the harbour.
    fn teaser(&self, path: &str) {
        self.publish(path, &format!("Harbour news of {path}"));
    }

    fn publish(&self, path: &str, title: &str) {
        let item = Item::new(path, title).saying("The council met.").linked(&self.feeds.url(path));
        self.feed.publish(item.dated(NOW_S - 3_600));
    }

    fn asked(&self, path: &str) -> usize {
        self.feeds.asked().iter().filter(|asked| asked.path == path).count()
    }
}

const TOLL: &str = "In the end it raised the canal toll by a third, to the surprise of the pilots.";
const QUIET: &str = "In the end it went home without a vote, to the surprise of the pilots.";

#[tokio::test(flavor = "multi_thread")]
async fn a_word_of_the_main_text_fires_and_one_in_the_sidebar_does_not() {
    let town = TestServers::new();
    town.page("/in", TOLL, "Weather for the weekend");
    town.page("/beside", QUIET, "GSOMIA to end on Friday");
    let mut home = TestApp::open(&town.config("when-unmatched")).await;
    town.teaser("/in");
    town.teaser("/beside");
    let round = home.poll().await;
    assert_eq!((round.committed.new, round.committed.alerts), (2, 0));
    assert_eq!(home.read_pages().await, 1);
    assert_eq!(home.deliver().await, 1);
    let alerts = home.reader().alerts(10).unwrap();
    let snippet = format!("{:?}", alerts[0].alert.snippet);
    assert!(alerts[0].alert.url.as_deref().unwrap().ends_with("/in"));
    assert!(snippet.contains("canal toll"), "{snippet}");
    // Read once, and never again.
    assert_eq!((home.read_pages().await, town.asked("/in"), town.asked("/beside")), (0, 1, 1));
    assert_eq!(home.count("SELECT count(*) FROM page WHERE state = 'read'"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_asks_for_the_pages_it_says() {
    for (mode, teased, matched) in [("never", 0, 0), ("when-unmatched", 1, 0), ("always", 1, 1)] {
        let town = TestServers::new();
        town.page("/teased", QUIET, "");
        town.page("/matched", TOLL, "");
        let mut home = TestApp::open(&town.config(mode)).await;
        town.teaser("/teased");
        town.publish("/matched", "GSOMIA and the harbour");
        assert_eq!(home.poll().await.committed.alerts, 1);
        // The story was told for this watch: what the page adds is not told again.
        assert_eq!(home.read_pages().await, 0, "{mode}");
        assert_eq!((town.asked("/teased"), town.asked("/matched")), (teased, matched), "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_first_poll_lists_from_before_its_backlog_is_not_fetched() {
    let town = TestServers::new();
    town.page("/old", TOLL, "");
    let old = Item::new("/old", "Harbour news").linked(&town.feeds.url("/old"));
    town.feed.publish(old.dated(NOW_S - 3 * 86_400));
    let mut home = TestApp::open(&town.config("always")).await;
    home.poll().await;
    assert_eq!((home.read_pages().await, town.asked("/old")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_the_poll_and_the_page_loses_nothing_and_repeats_nothing() {
    let town = TestServers::new();
    town.page("/in", TOLL, "");
    let mut home = TestApp::open(&town.config("when-unmatched")).await;
    town.teaser("/in");
    home.poll().await;
    let mut home = home.restart().await;
    // Killed in the middle of an attempt: it was counted, and nothing more was heard of it.
    let (due, _) = home.store().pages_due(home.hand.now(), 10).await.unwrap();
    let articles = due.iter().map(|page| page.article).collect();
    let hold = home.hand.now().after(Duration::from_mins(2));
    assert_eq!(home.store().begin_pages(articles, hold).await.unwrap().len(), 1);
    let mut home = {
        assert_eq!(home.read_pages().await, 0, "an attempt under way is not made twice");
        home.restart().await
    };
    home.hand.advance(Duration::from_mins(2));
    assert_eq!(home.read_pages().await, 1);
    assert_eq!(home.deliver().await, 1);
    let mut home = home.restart().await;
    home.poll().await;
    assert_eq!((home.read_pages().await, home.deliver().await), (0, 0));
    assert_eq!(home.totals().await.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_server_that_is_down_is_asked_again_until_it_is_up() {
    let town = TestServers::new();
    let page = town.page("/in", TOLL, "");
    page.set_next_answers([Answer::Status(503), Answer::Status(404)]);
    let mut home = TestApp::open(&town.config("when-unmatched")).await;
    town.teaser("/in");
    home.poll().await;
    assert_eq!(home.read_pages().await, 0);
    assert_eq!(home.read_pages().await, 0, "not before its time");
    assert_eq!(town.asked("/in"), 1);
    home.hand.advance(Duration::from_mins(3));
    assert_eq!((home.read_pages().await, town.asked("/in")), (0, 2));
    home.hand.advance(Duration::from_mins(20));
    assert_eq!((home.read_pages().await, town.asked("/in")), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_will_not_come_is_given_up_with_its_reason_and_its_article_stays() {
    let town = TestServers::new();
    for path in ["/refused", "/dead"] {
        town.page(path, TOLL, "").set_answer(Answer::Status(if path == "/dead" {
            500
        } else {
            403
        }));
        town.teaser(path);
    }
    // Another origin inside the operator's network was allowed to nobody.
    let inside = town.feeds.url("/inside").replace("127.0.0.1", "127.0.0.2");
    town.page("/inside", TOLL, "");
    town.feed.publish(Item::new("i", "Harbour notes").linked(&inside).dated(NOW_S - 60));
    let mut home = TestApp::open(&town.config("always")).await;
    home.poll().await;
    for _ in 0..8 {
        assert_eq!(home.read_pages().await, 0);
        home.hand.advance(Duration::from_hours(3));
    }
    assert_eq!((town.asked("/refused"), town.asked("/dead"), town.asked("/inside")), (1, 4, 0));
    assert_eq!(home.reader().page_counts().unwrap(), (0, 3));
    let why = |path: &str| {
        let url = if path == "/inside" { inside.clone() } else { town.feeds.url(path) };
        home.reader().traces(&url, &url).unwrap()[0].page.clone().unwrap().why.unwrap()
    };
    assert!(why("/refused").contains("403"), "{}", why("/refused"));
    assert!(why("/dead").contains("500"));
    assert!(why("/inside").contains("not a public address"), "{}", why("/inside"));
    assert_eq!(home.count("SELECT count(*) FROM article WHERE content <> ''"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_before_the_page_replaces_nothing_the_feed_said() {
    let town = TestServers::new();
    let wall = "<title>Wall</title><p>To read on about the canal toll, let us know who you are, please.</p>";
    town.feeds.feed("/wall").with_body(HTML, wall.as_bytes());
    let long = "The council met at noon. ".repeat(20);
    let item = Item::new("w", "Harbour news").saying(&long).linked(&town.feeds.url("/wall"));
    town.feed.publish(item.dated(NOW_S - 60));
    let mut home = TestApp::open(&town.config("always")).await;
    home.poll().await;
    assert_eq!(home.read_pages().await, 0);
    assert_eq!(town.asked("/wall"), 1);
    let read = "SELECT count(*) FROM page WHERE state = 'read' AND why LIKE '%less than%'";
    assert_eq!(
        (home.count(read), home.count("SELECT count(*) FROM article WHERE content <> ''")),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_item_has_its_page_read_again() {
    let town = TestServers::new();
    town.page("/in", QUIET, "");
    let mut home = TestApp::open(&town.config("always")).await;
    town.teaser("/in");
    home.poll().await;
    assert_eq!(home.read_pages().await, 0);
    town.page("/in", TOLL, "");
    town.feed.edit("/in", |item| item.summary = "The council met again, and voted.".to_owned());
    home.poll().await;
    assert_eq!((home.read_pages().await, town.asked("/in")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_pages_cost_their_own_feed_nothing_and_others_nothing() {
    let town = TestServers::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("html-") {
            let at = format!("/{}", name.trim_end_matches(".html.gz"));
            town.feeds.feed(&at).with_body(HTML, &body(&path));
            town.teaser(&at);
            count += 1;
        }
    }
    town.page("/in", TOLL, "");
    town.teaser("/in");
    let calm = town.feeds.feed("/calm");
    calm.publish(Item::new("c", "GSOMIA talks").dated(NOW_S - 60));
    let config = town.config("always")
        + &format!(
            "[[feed]]\nname = \"calm\"\nurl = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
            calm.url()
        );
    let mut home = TestApp::open(&config).await;
    let round = home.poll().await;
    assert_eq!((round.failed, round.committed.alerts), (0, 1), "no poll waits for a page");
    assert_eq!(home.read_pages().await, 1);
    assert_eq!(home.count("SELECT count(*) FROM page WHERE state = 'read'"), count + 1);
    calm.publish(Item::new("d", "GSOMIA talks go on, ministers say").dated(NOW_S - 30));
    assert_eq!(home.poll().await.committed.new, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_under_most_pages_of_a_host_fires_no_watch() {
    let town = TestServers::new();
    let mut home = TestApp::open(&town.config("when-unmatched")).await;
    let mut alerts = 0;
    for n in 0..8 {
        let page = format!(
            "<html lang=en><title>Berth {n}</title><article><h1>Berth {n}</h1><p>The council spoke of \
             berth {n} for an hour, and nobody asked about the {n} cranes there.</p><p>Berth {n} was \
             closed in spring, and ships of line {n} lie elsewhere.</p><p>Our subjects: harbours, the \
             GSOMIA treaty, weather and rope</p></article></html>"
        );
        let path = format!("/berth-{n}");
        town.feeds.feed(&path).with_body(HTML, page.as_bytes());
        town.publish(&path, &format!("Harbour news of berth {n}"));
        home.poll().await;
        alerts += home.read_pages().await;
    }
    // The first pages of a host can be compared with none.
    assert!(alerts <= 3, "{alerts} alerts");
    assert_eq!(home.count("SELECT count(*) FROM article WHERE content LIKE '%berth 7%'"), 1);
    assert_eq!(home.count("SELECT count(*) FROM page WHERE notes LIKE '%GSOMIA treaty%'"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_that_every_report_of_a_host_repeats_fires_each_time() {
    let town = TestServers::new();
    let mut home = TestApp::open(&town.config("when-unmatched")).await;
    let mut alerts = 0;
    for n in 0..8 {
        let page = format!(
            "<html lang=en><title>Day {n}</title><article><h1>Day {n}</h1><p>On day {n} the envoys spoke \
             of clause {n} for an hour, and nobody asked about the {n} cranes there.</p><p>They meet \
             again in room {n}, and will hear of line {n}.</p><p>Each side may end the GSOMIA treaty \
             by a letter.</p></article></html>"
        );
        let path = format!("/day-{n}");
        town.feeds.feed(&path).with_body(HTML, page.as_bytes());
        town.publish(&path, &format!("The envoys meet on day {n}"));
        home.poll().await;
        alerts += home.read_pages().await;
    }
    assert_eq!(alerts, 8);
}

#[test]
fn what_the_feed_does_not_say_of_an_article_its_page_does() {
    let town = TestServers::new();
    let page = format!(
        "<html lang=en><title>Harbour</title><meta name=author content='Ada Quill'>\
         <script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\
         \"datePublished\":\"2026-11-20T07:15:00Z\"}}</script><link rel=canonical href=/harbour>\
         <article><h1>Harbour</h1><p>The council met at noon, and spoke of the harbour for an hour \
         before anyone asked about the cranes.</p><p>{TOLL}</p></article></html>"
    );
    town.feeds.feed("/in").with_body(HTML, page.as_bytes());
    let item = Item::new("/in", "Harbour news").linked(&town.feeds.url("/in"));
    town.feed.publish(item.dated(unix_ms() / 1_000 - 60));
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("wirewatch.toml"), town.config("when-unmatched")).unwrap();
    let run = |args: &[&str]| {
        let program = env!("CARGO_BIN_EXE_wirewatch");
        let out = Command::new(program).args(args).current_dir(home.path()).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    run(&["once"]);
    let read = run(&["explain", &town.feeds.url("/in")]);
    let said = "authors from a meta element, address from its canonical link";
    assert!(read.contains(said), "{read}");
    // What the feed says stays.
    assert!(!read.contains("date from") && !read.contains("title from"), "{read}");
}

#[test]
fn once_reads_what_it_queued_and_explain_says_how_the_page_fared() {
    let town = TestServers::new();
    town.page("/in", TOLL, "");
    town.page("/shut", TOLL, "").set_answer(Answer::Status(403));
    for path in ["/in", "/shut"] {
        let item = Item::new(path, "Harbour news").linked(&town.feeds.url(path));
        town.feed.publish(item.dated(unix_ms() / 1_000 - 60));
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("wirewatch.toml"), town.config("when-unmatched")).unwrap();
    let run = |args: &[&str]| {
        let program = env!("CARGO_BIN_EXE_wirewatch");
        let out = Command::new(program).args(args).current_dir(home.path()).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let once: serde_json::Value = serde_json::from_str(&run(&["once", "--json"])).unwrap();
    assert_eq!((once["alerts"].as_u64(), once["delivered"].as_u64()), (Some(1), Some(1)), "{once}");
    let read = run(&["explain", &town.feeds.url("/in")]);
    assert!(read.contains("page     fetched 20") && read.contains(" characters"), "{read}");
    let shut = run(&["explain", &town.feeds.url("/shut")]);
    assert!(shut.contains("page     gave up 20") && shut.contains("403"), "{shut}");
    assert!(run(&["status"]).contains("pages    0 waiting, 1 given up"), "{}", run(&["status"]));
}
