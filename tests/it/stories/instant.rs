//! Two feeds that carry one story, committed in the same instant.
use std::sync::Arc;
use std::time::Duration;

use wirewatch::domain::{
    Article, Backlog, Field, Finding, Hit, Name, Severity, Snippet, Timestamp, Validators,
};
use wirewatch::extract;
use wirewatch::store::{Batch, Candidate, FeedId, Fired, Poll, PollResult, Route, Store};
use wirewatch::stories::decide::SharedKeys;
use wirewatch::stories::identity::{self, ItemKeys};

use super::{TestServers, WATCH, named};
use crate::test_app::{START_TIME, TestApp};

const ROUNDS: usize = 1_000;

const WORDS: [&str; 16] = [
    "harbour", "orchard", "minister", "granite", "violin", "ferry", "lantern", "meadow", "senate",
    "copper", "pilgrim", "glacier", "workshop", "canal", "archive", "festival",
];

/// Words no other round has.
pub(super) fn words(round: usize, count: usize) -> String {
    let mut dice = fastrand::Rng::with_seed(u64::try_from(round).unwrap());
    // No two endings are forms of one word.
    let letter = |digit: char| {
        ["bx", "cx", "dx", "fx", "gx", "hx", "jx", "kx", "mx", "px"]
            [usize::try_from(digit.to_digit(10).unwrap()).unwrap()]
    };
    let ending: String = round.to_string().chars().map(letter).collect();
    let word = |at: usize| {
        let place: String = at.to_string().chars().map(letter).collect();
        format!("{}{ending}{place}", WORDS[dice.usize(..WORDS.len())])
    };
    let words: Vec<String> = (0..count).map(word).collect();
    words.join(" ")
}

fn story(round: usize) -> String {
    format!("{}. Songbirds.", words(round, 60))
}

fn candidate(paper: usize, round: usize) -> Candidate {
    let link = format!("https://paper-{paper}.example/news/case-of-the-day-{round}");
    let title = format!("{}: {}", ["Seized", "In court"][paper], words(round, 4));
    let text = story(round);
    let marks = ItemKeys { link: Some(&link), title: &title, text: &text, ..ItemKeys::default() };
    let article = Article {
        keys: identity::keys(&marks),
        revision: identity::revision(&title, &text, ""),
        canonical: extract::canonical(&link),
        url: Some(link),
        title,
        summary: text,
        published: Some(START_TIME),
        ..Article::default()
    };
    Candidate { article, setting: SharedKeys::default(), fired: vec![fired()], page: None }
}

/// The watch of these tests, fired.
pub(super) fn fired() -> Fired {
    let hit = Hit {
        term: "songbirds".to_owned(),
        field: Field::Summary,
        start: 0,
        end: 9,
        text: "Songbirds".to_owned(),
        tolerance: None,
        element: None,
    };
    let finding =
        Finding { watch: Name::new("songbirds"), score: 1.0, threshold: 1.0, hits: vec![hit] };
    Fired {
        finding,
        snippet: Snippet::default(),
        watch_title: "songbirds".to_owned(),
        severity: Severity::Normal,
        share_group: None,
        routes: vec![Route { channel: Name::new("hook"), recipient: String::new() }],
    }
}

fn poll(feed: FeedId, candidate: Candidate, at: Timestamp) -> Poll {
    Poll {
        feed,
        at,
        next_due: at,
        interval: Duration::from_mins(5),
        slow: false,
        result: PollResult::Read(Box::new(Batch {
            validators: Validators::default(),
            window: Vec::new(),
            candidates: vec![candidate],
            backlog: Backlog::All,
            update_triggers: Arc::default(),
            moved_to: None,
            repaired: String::new(),
            hub_offer: None,
            stale: false,
            gaps: Vec::new(),
            trust: wirewatch::schedule::ValidatorTrust::default(),
            habit: wirewatch::schedule::PublishingHabit::default(),
        })),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_feeds_with_one_story_in_one_instant_are_one_alert_a_thousand_times() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    home.poll().await;
    let store: Store = home.store().clone();
    let id = |paper| home.count(&format!("SELECT id FROM feed WHERE name = 'paper-{paper}'"));
    let feeds = [FeedId(id(0)), FeedId(id(1))];
    for round in 0..ROUNDS {
        let (one, other) = tokio::join!(
            store.commit(poll(feeds[0], candidate(0, round), START_TIME)),
            store.commit(poll(feeds[1], candidate(1, round), START_TIME))
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.alerts + other.alerts, 1, "round {round}");
        assert_eq!(one.suppressed + other.suppressed, 1, "round {round}");
    }
    let totals = home.totals().await;
    assert_eq!((totals.stories, totals.alerts), (ROUNDS as u64, ROUNDS as u64));
    assert_eq!(totals.articles_by.get("same-text"), Some(&(ROUNDS as u64)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_a_year_ahead_forgets_no_story() {
    let town = TestServers::new();
    let papers = town.newspapers(2);
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    home.poll().await;
    let id = |paper| home.count(&format!("SELECT id FROM feed WHERE name = 'paper-{paper}'"));
    let feeds = [FeedId(id(0)), FeedId(id(1))];
    let ahead = START_TIME.after(Duration::from_hours(365 * 24));
    for (paper, round, at, alerts) in
        [(0, 1, START_TIME, 1), (0, 2, ahead, 1), (1, 1, START_TIME, 0)]
    {
        let committed = home.store().commit(poll(feeds[paper], candidate(paper, round), at)).await;
        assert_eq!(committed.unwrap().alerts, alerts, "paper {paper}, story {round}");
    }
}
