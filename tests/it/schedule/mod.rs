//! What the scheduler promises, on real sockets, a real store and a clock turned by hand.
mod events;
mod fortnight;
mod outages;
mod tarpits;

use std::fmt::Write as _;
use std::time::Duration;

use wirewatch::store::{FeedHealth, FeedState};

use crate::harness::feed_formats::Item;
use crate::harness::feed_server::ServedFeed;
use crate::test_app::{START_TIME, TestApp};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A watch on GSOMIA told to a file, and these feeds.
fn config(feeds: &[(&str, String)]) -> String {
    let mut text = "[[channel]]\nname = \"archive\"\nkind = \"file\"\npath = \"alerts.jsonl\"\n\
                    [[watch]]\nname = \"gsomia\"\nnotify = [\"archive\"]\nany = [\"GSOMIA\"]\n"
        .to_owned();
    for (name, url) in feeds {
        writeln!(
            text,
            "[[feed]]\nname = \"{name}\"\nurl = \"{url}\"\nbacklog = \"none\"\n\
             allow_private = [\"127.0.0.0/8\"]"
        )
        .unwrap();
    }
    text
}

async fn open(feeds: &[(&str, &ServedFeed)]) -> TestApp {
    let feeds: Vec<(&str, String)> = feeds.iter().map(|(name, feed)| (*name, feed.url())).collect();
    TestApp::open(&config(&feeds)).await
}

/// An item about the watch's subject that resembles no other.
fn item(n: usize) -> Item {
    let words =
        ["ferry", "harbour", "budget", "orchard", "glacier", "railway", "quarry", "lantern"];
    let word = |by: usize| words[n / by % words.len()];
    let title = format!("GSOMIA {n}: {} {} {}", word(1), word(8), word(64));
    Item::new(&format!("item-{n}"), &title).dated(START_TIME.0.unsigned_abs() / 1_000)
}

/// Polls what is due, every so often, for so long.
async fn go(home: &mut TestApp, step: Duration, span: Duration) {
    let end = home.hand.now().after(span);
    while home.hand.now() < end {
        home.hand.advance(step);
        home.poll_due().await;
    }
}

async fn health(home: &TestApp, name: &str) -> FeedHealth {
    let feeds = home.feeds().await;
    feeds.into_iter().find(|feed| feed.name.as_str() == name).unwrap()
}

/// Compiles only as long as a feed's state stays small enough for ten thousand of them.
const _: () = assert!(size_of::<FeedState>() < 1_024);
