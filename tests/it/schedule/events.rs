//! What can go wrong with one feed: told apart, told in a word, and no item lost for it.
use std::time::Duration;

use wirewatch::domain::{FeedCondition, GapKind};

use super::{DAY, HOUR, MINUTE, config, go, health, item, open};
use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::FeedServer;
use crate::test_app::{START_TIME, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_validator_is_found_out_and_the_feed_is_read_whole_from_then_on() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(item(0));
    let mut home = open(&[("liar", &feed)]).await;
    home.poll_due().await;
    feed.set_answer(Answer::ValidatorLiar).publish(item(1));
    go(&mut home, 5 * MINUTE, 30 * HOUR).await;
    assert_eq!(home.totals().await.alerts, 1, "found late, but found");
    let liar = health(&home, "liar").await;
    assert_eq!(liar.state, FeedCondition::Distrusted);
    assert!(liar.distrusted_until > Some(home.hand.now().after(5 * DAY)));
    let covered = home.reader().coverage(START_TIME, home.hand.now()).unwrap();
    let [gap] = &covered[&liar.name].gaps[..] else { panic!("{covered:?}") };
    assert_eq!((gap.kind, gap.delayed, gap.missed_at_most), (GapKind::FalseUnchanged, 1, 0));
    assert_eq!(gap.start, START_TIME);
    assert!(covered[&liar.name].share < 0.5, "{covered:?}");
    assert_eq!(home.reader().losses(9).unwrap().len(), 0, "late is not lost");
    let asked = feed.asked().len();
    feed.publish(item(2));
    go(&mut home, 5 * MINUTE, 70 * MINUTE).await;
    assert_eq!(home.totals().await.alerts, 2, "without delay");
    let since = &feed.asked()[asked..];
    assert!(since.iter().all(|asked| asked.header("if-none-match").is_none()));
    // It is tried again after a week, and an honest answer clears its name.
    feed.set_answer(Answer::Honest);
    go(&mut home, 30 * MINUTE, 8 * DAY).await;
    let honest = health(&home, "liar").await;
    assert_eq!((honest.state, honest.distrusted_until), (FeedCondition::Ok, None));
    // The very last question may be an audit, which never asks whether something changed.
    assert!(feed.asked().iter().rev().take(5).any(|asked| asked.status == 304));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_validator_is_audited_daily_and_believed() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    (0..3).for_each(|n| {
        feed.publish(item(n));
    });
    let mut home = open(&[("honest", &feed)]).await;
    for n in 0..4 {
        go(&mut home, 10 * MINUTE, DAY).await;
        feed.publish(item(10 + n));
    }
    go(&mut home, 10 * MINUTE, 2 * HOUR).await;
    assert_eq!(home.totals().await.alerts, 4);
    assert_eq!(health(&home, "honest").await.state, FeedCondition::Ok);
    assert_eq!(home.count("SELECT count(*) FROM possible_loss"), 0);
    let whole = feed.asked().iter().filter(|asked| asked.header("if-none-match").is_none()).count();
    assert!((3..=7).contains(&whole), "{whole} of {}", feed.asked().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_is_believed_after_two_days_looked_at_weekly_and_resumed_by_a_person() {
    let feeds = FeedServer::open();
    let (feed, other) = (feeds.feed("/feed"), feeds.feed("/other"));
    feed.publish(item(0));
    let mut home = open(&[("old", &feed)]).await;
    home.poll_due().await;
    feed.set_answer(Answer::Status(410));
    go(&mut home, HOUR, 2 * DAY).await;
    assert_eq!(health(&home, "old").await.state, FeedCondition::Failing, "not yet");
    go(&mut home, HOUR, DAY).await;
    let gone = health(&home, "old").await;
    assert_eq!(gone.state, FeedCondition::Gone);
    assert!(gone.error.unwrap().contains("410"));
    let asked = feed.asked().len();
    assert!(asked < 40, "{asked} polls of a feed that is gone");
    let mut home = home.restart().await;
    go(&mut home, HOUR, 20 * DAY).await;
    let looked = feed.asked().len() - asked;
    assert!((2..=3).contains(&looked), "{looked} looks in twenty days");
    other.publish(item(0)).publish(item(1));
    let mut home = home.restart_with(&config(&[("old", other.url())])).await;
    assert_eq!(home.poll_due().await.polled, 1, "another address is asked at once");
    assert_eq!(health(&home, "old").await.state, FeedCondition::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_comes_back_from_gone_is_read_as_before() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.publish(item(0));
    let mut home = open(&[("old", &feed)]).await;
    home.poll_due().await;
    feed.set_answer(Answer::Status(410));
    go(&mut home, HOUR, 4 * DAY).await;
    feed.set_answer(Answer::Honest).publish(item(1));
    go(&mut home, HOUR, 9 * DAY).await;
    assert_eq!(health(&home, "old").await.state, FeedCondition::Ok);
    assert_eq!(home.totals().await.alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_has_its_word_and_changes_nothing_that_is_remembered() {
    let feeds = FeedServer::open();
    let mut home = None;
    let words = [
        ("failing", Answer::Status(500), FeedCondition::Failing),
        ("denied", Answer::Status(401), FeedCondition::Failing),
        ("forbidden", Answer::Status(403), FeedCondition::Blocked),
        ("too-often", Answer::Later { status: 429, after: "60".into() }, FeedCondition::Blocked),
        ("challenge", Answer::Page, FeedCondition::Blocked),
        ("empty", Answer::Empty, FeedCondition::NotAFeed),
    ];
    let page = feeds.feed("/page");
    let named: Vec<_> =
        words.iter().map(|(name, _, _)| (*name, feeds.feed(&format!("/{name}")))).collect();
    let mut all: Vec<_> = named.iter().map(|(name, feed)| (*name, feed)).collect();
    all.push(("page", &page));
    for (_, feed) in &all {
        feed.publish(item(0)).publish(item(1));
    }
    let home = home.insert(open(&all).await);
    home.poll().await;
    let etags = "SELECT count(DISTINCT etag || id) FROM feed WHERE etag IS NOT NULL";
    let windows = "SELECT sum(length(items)) FROM feed_window";
    let before = (home.count(etags), home.count(windows));
    for ((_, feed), (_, answer, _)) in named.iter().zip(&words) {
        feed.set_answer(answer.clone());
    }
    page.with_body("text/html", b"<!DOCTYPE html><html><body>Our new site</body></html>");
    home.hand.advance(2 * HOUR);
    assert_eq!(home.poll().await.failed, 7);
    for (name, _, word) in words.iter().chain([&("page", Answer::Honest, FeedCondition::NotAFeed)])
    {
        let found = health(home, name).await;
        assert_eq!((found.state, found.since), (*word, Some(home.hand.now())), "{name}");
        assert!(found.error.is_some(), "{name}");
    }
    let denied = health(home, "denied").await.error.unwrap();
    assert!(denied.contains("auth_file"), "{denied}");
    assert_eq!((home.count(etags), home.count(windows)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_batch_is_told_as_stale_and_leaves_no_false_gap() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.with_max_items(8);
    (0..8).for_each(|n| {
        feed.publish(item(n));
    });
    let mut home = open(&[("cached", &feed)]).await;
    home.poll().await;
    let (old, new) = (feeds.feed("/old"), feeds.feed("/new"));
    for feed in [&old, &new] {
        feed.with_max_items(8);
        (0..8).for_each(|n| {
            feed.publish(item(n));
        });
    }
    // Five newer ones, and then a cache that knows nothing of them.
    (8..13).for_each(|n| {
        feed.publish(item(n));
    });
    home.hand.advance(HOUR);
    assert_eq!(home.poll().await.committed.alerts, 5);
    (8..13).for_each(|n| {
        feed.remove(&format!("item-{n}"));
    });
    home.hand.advance(HOUR);
    let again = home.poll().await.committed;
    assert_eq!((again.new, again.alerts), (0, 0));
    let stale = health(&home, "cached").await;
    assert_eq!((stale.state, stale.since), (FeedCondition::Stale, Some(home.hand.now())));
    // It catches up: nothing in common with the old batch, and yet nothing was missed.
    (8..17).for_each(|n| {
        feed.publish(item(n));
    });
    home.hand.advance(HOUR);
    assert_eq!(home.poll().await.committed.alerts, 4);
    assert_eq!(health(&home, "cached").await.state, FeedCondition::Ok);
    assert_eq!(home.count("SELECT count(*) FROM possible_loss"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_gives_its_items_new_ids_or_lists_none_for_once_has_missed_nothing() {
    let feeds = FeedServer::open();
    let (rekeyed, emptied) = (feeds.feed("/rekeyed"), feeds.feed("/emptied"));
    for feed in [&rekeyed, &emptied] {
        (0..12).for_each(|n| {
            feed.publish(item(n));
        });
    }
    let mut home = open(&[("rekeyed", &rekeyed), ("emptied", &emptied)]).await;
    home.poll().await;
    rekeyed.change_ids(|id| format!("new-{id}"));
    rekeyed.publish(item(30));
    emptied.with_max_items(0);
    home.hand.advance(HOUR);
    assert_eq!(home.poll().await.committed.alerts, 1, "what is truly new among them");
    emptied.with_max_items(30).publish(item(20));
    home.hand.advance(HOUR);
    home.poll().await;
    assert_eq!(home.count("SELECT count(*) FROM possible_loss"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_recorded_with_its_bound_and_the_feed_polled_at_the_floor() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.with_max_items(5);
    (0..5).for_each(|n| {
        feed.publish(item(n));
    });
    let mut home = open(&[("fast", &feed)]).await;
    home.poll().await;
    go(&mut home, 10 * MINUTE, 5 * HOUR).await;
    assert_eq!(health(&home, "fast").await.interval_s, 3_600, "quiet so far");
    let read = health(&home, "fast").await.succeeded_at.unwrap();
    (10..30).for_each(|n| {
        feed.publish(item(n));
    });
    home.hand.advance(HOUR);
    home.poll().await;
    let fast = health(&home, "fast").await;
    assert_eq!(fast.interval_s, 300);
    let losses = home.reader().losses(9).unwrap();
    assert_eq!((losses.len(), losses[0].start, losses[0].window), (1, read, 5));
    assert_eq!(losses[0].end, home.hand.now());
    let covered = home.reader().coverage(START_TIME, home.hand.now()).unwrap();
    let covered = &covered[&fast.name];
    assert_eq!((covered.gaps[0].kind, covered.gaps.len()), (GapKind::Overlap, 1));
    assert!(covered.gaps[0].missed_at_most >= 5);
    assert!((0.7..0.9).contains(&covered.share), "{}", covered.share);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_too_long_to_stay_in_memory_is_compared_like_any_other() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.with_max_items(600);
    (0..600).for_each(|n| {
        feed.publish(item(n));
    });
    let mut home = open(&[("long", &feed)]).await;
    home.poll().await;
    feed.publish(item(600)).publish(item(601));
    home.hand.advance(HOUR);
    home.poll().await;
    let articles = "SELECT count(*) FROM article";
    let left = "SELECT count(DISTINCT article) FROM seen WHERE gone_at IS NOT NULL";
    assert_eq!((home.count(articles), home.count(left)), (602, 2));
    assert!(home.reader().losses(9).unwrap().is_empty(), "598 items are the same");
    (700..1_300).for_each(|n| {
        feed.publish(item(n));
    });
    home.hand.advance(HOUR);
    home.poll().await;
    let losses = home.reader().losses(9).unwrap();
    assert_eq!((losses.len(), losses[0].window), (1, 600), "nothing is the same");
    assert_eq!((home.count(articles), home.count(left)), (1_202, 602));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_fails_for_longer_than_its_window_holds_is_an_open_gap_until_it_answers() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    feed.with_max_items(10);
    let mut home = open(&[("wire", &feed)]).await;
    for n in 0..48 {
        feed.publish(item(n));
        go(&mut home, 30 * MINUTE, 30 * MINUTE).await;
    }
    feed.set_answer(Answer::Status(500));
    go(&mut home, 30 * MINUTE, 3 * HOUR).await;
    let name = health(&home, "wire").await.name;
    let covered = async |home: &TestApp| {
        let covered = home.reader().coverage(START_TIME, home.hand.now()).unwrap();
        covered[&name].clone()
    };
    assert!(covered(&home).await.gaps.is_empty(), "three hours fit into the window");
    go(&mut home, 30 * MINUTE, 9 * HOUR).await;
    let open = covered(&home).await;
    assert_eq!((open.gaps.len(), open.gaps[0].open), (1, true));
    assert!(open.share < 0.8, "{open:?}");
    // It published nothing meanwhile: the gap is gone.
    feed.set_answer(Answer::Honest);
    go(&mut home, 30 * MINUTE, 3 * HOUR).await;
    assert!(covered(&home).await.gaps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_move_is_advice_once_it_was_seen_often_and_for_long() {
    let feeds = FeedServer::open();
    let (old, new) = (feeds.feed("/old"), feeds.feed("/new"));
    new.publish(item(0)).with_validators(false, false);
    old.set_answer(Answer::Redirect { status: 301, to: new.url() });
    let mut home = open(&[("moved", &old)]).await;
    home.poll().await;
    go(&mut home, 30 * MINUTE, DAY).await;
    assert_eq!(health(&home, "moved").await.moved_to, None, "a day is not for good");
    go(&mut home, 30 * MINUTE, 2 * DAY).await;
    assert_eq!(health(&home, "moved").await.moved_to, Some(new.url()));
    old.set_answer(Answer::Honest).publish(item(0));
    go(&mut home, 30 * MINUTE, 2 * HOUR).await;
    assert_eq!(health(&home, "moved").await.moved_to, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publishers_month_is_an_hour_and_its_ttl_is_heard() {
    let feeds = FeedServer::open();
    let (month, ttl) = (feeds.feed("/month"), feeds.feed("/ttl"));
    month.with_cache_control("max-age=2592000");
    month.publish(item(0));
    let document = |n: usize| {
        let items =
            (n..n + 30).map(|n| format!("<item><guid>g{n}</guid><title>T{n}</title></item>"));
        let items: String = items.collect();
        format!("<rss><channel><title>T</title><ttl>25</ttl>{items}</channel></rss>")
    };
    ttl.with_validators(false, false);
    ttl.with_body("application/rss+xml", document(0).as_bytes());
    let mut home = open(&[("month", &month), ("ttl", &ttl)]).await;
    home.poll().await;
    assert_eq!(health(&home, "month").await.interval_s, 300, "nothing is known of it yet");
    go(&mut home, 5 * MINUTE, 5 * HOUR).await;
    let asked = month.asked().len();
    go(&mut home, 5 * MINUTE, 24 * HOUR).await;
    let asked = month.asked().len() - asked;
    assert!((20..=26).contains(&asked), "{asked} polls a day");
    // By its habit it would be looked at every ten minutes.
    for n in 1..120 {
        ttl.with_body("application/rss+xml", document(n).as_bytes());
        go(&mut home, 5 * MINUTE, 10 * MINUTE).await;
    }
    assert_eq!(health(&home, "ttl").await.interval_s, 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_feed_is_told_by_its_own_habit() {
    let feeds = FeedServer::open();
    let (busy, rare) = (feeds.feed("/busy"), feeds.feed("/rare"));
    let mut home = open(&[("busy", &busy), ("rare", &rare)]).await;
    let mut n = 0;
    for day in 0..12 {
        for hour in 0..24 {
            if hour % 4 == 0 {
                busy.publish(Item::new(&format!("b{n}"), &format!("Note {n}")));
            }
            if day % 3 == 0 && hour == 9 {
                rare.publish(Item::new(&format!("r{n}"), &format!("Essay {n}")));
            }
            n += 1;
            go(&mut home, 30 * MINUTE, HOUR).await;
        }
    }
    assert_eq!(health(&home, "busy").await.state, FeedCondition::Ok);
    go(&mut home, HOUR, Duration::from_hours(36)).await;
    let silent = health(&home, "busy").await;
    assert_eq!(silent.state, FeedCondition::Silent);
    assert!(silent.since.is_some_and(|since| since <= home.hand.now()));
    assert_eq!(
        health(&home, "rare").await.state,
        FeedCondition::Ok,
        "a day and a half is nothing for it"
    );
    busy.publish(Item::new("again", "Note again"));
    go(&mut home, 30 * MINUTE, 2 * HOUR).await;
    assert_eq!(health(&home, "busy").await.state, FeedCondition::Ok);
}
