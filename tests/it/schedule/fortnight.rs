//! A fortnight in the life of ten feeds, minute by minute on a clock turned by hand: bursts, nights,
//! dead weeks, lying validators, a month-long max-age, 410, re-keyed ids, a republished archive, a
//! captive portal. The real polling loop and store, the real server; the publishers are made up.
use std::collections::{BTreeMap, BTreeSet};

use wirewatch::domain::{FeedCondition, GapKind, Timestamp};

use super::{DAY, MINUTE, open};
use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::test_app::{START_TIME, TestApp};

const DAYS: u32 = 14;
const MINUTES_A_DAY: u32 = 1_440;
/// Polls a day that are polite: every five minutes, and an audit's second questions.
const POLLS_A_DAY_MAX: usize = 300;
/// Polls a day that are diligent: every hour with its jitter.
const POLLS_A_DAY_MIN: usize = 20;

/// A publisher: how many items it publishes in a minute of the fortnight, in thousandths.
struct Publisher {
    name: &'static str,
    window: usize,
    rate: fn(At) -> u32,
    feed: ServedFeed,
    /// Every id it published, with the minute.
    published: Vec<(String, Timestamp)>,
}

/// A minute of the fortnight.
#[derive(Clone, Copy)]
struct At {
    day: u32,
    hour: u32,
    minute: u32,
}

impl At {
    fn weekend(self) -> bool {
        // The fortnight begins on a Monday.
        self.day % 7 >= 5
    }
}

/// By how much its hour is busier than the mean, in per cent: nights, office hours, evenings.
fn busy(at: At) -> u32 {
    match (at.hour, at.weekend()) {
        (0..6, _) => 10,
        (6..9, _) => 120,
        (9..18, false) => 200,
        (9..18, true) => 50,
        (18..24, _) => 60,
        _ => 0,
    }
}

type Made = (&'static str, usize, fn(At) -> u32);

const PUBLISHERS: [Made; 10] = [
    // An agency: twelve an hour by day.
    ("agency", 40, busy),
    // A paper with bursts: at some hours ten within as many minutes.
    ("bursts", 50, |at| {
        let burst = (at.day * 5 + at.hour) % 11 == 0 && at.minute < 10;
        if burst { 1_000 } else { busy(at) / 8 }
    }),
    // A gazette: all of a day at six in the morning of working days.
    ("gazette", 40, |at| {
        let out = at.hour == 6 && at.minute < 20 && !at.weekend();
        if out { 1_000 } else { 0 }
    }),
    // A column: one a day, and nothing in the second week.
    ("column", 10, |at| if at.hour == 9 && at.minute == 30 && at.day < 7 { 1_000 } else { 0 }),
    // Twice an hour, and from the fourth day on "unchanged" to whoever asks.
    ("liar", 40, |at| if at.minute % 30 == 7 { 1_000 } else { 0 }),
    // Six an hour; a cache says it stays as it is for a month.
    ("month", 20, |at| if at.minute % 10 == 3 { 1_000 } else { 0 }),
    // Gone on the fifth day.
    ("gone", 20, |at| if at.minute == 1 && at.day < 5 { 1_000 } else { 0 }),
    // All ids are new on the eighth day.
    ("rekeyed", 30, |at| if at.minute % 20 == 11 { 1_000 } else { 0 }),
    // Lists all it ever published on the tenth day.
    ("archive", 20, |at| if at.minute % 30 == 29 { 1_000 } else { 0 }),
    // A blast no schedule can foresee: a hundred and twenty within ten minutes of the ninth night.
    ("blast", 30, |at| {
        let blast = at.day == 9 && at.hour == 2 && (30..40).contains(&at.minute);
        if blast { 12_000 } else { busy(at) / 10 }
    }),
];

struct Fortnight {
    publishers: Vec<Publisher>,
    home: TestApp,
    dice: fastrand::Rng,
    serial: usize,
    /// Polls of each publisher by day.
    polls: BTreeMap<&'static str, Vec<usize>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fortnight_misses_nothing_silently_repeats_nothing_and_stays_polite() {
    let feeds = FeedServer::open();
    let mut fortnight = Fortnight::begin(&feeds).await;
    for day in 0..DAYS {
        fortnight.day(day).await;
    }
    fortnight.nothing_was_missed_silently();
    fortnight.nothing_was_told_twice().await;
    fortnight.it_was_polite();
    fortnight.the_states_are_told().await;
}

impl Fortnight {
    async fn begin(feeds: &FeedServer) -> Self {
        let publishers: Vec<Publisher> = PUBLISHERS
            .iter()
            .enumerate()
            .map(|(at, (name, window, rate))| {
                let feed = feeds.feed_on(&format!("127.0.14.{}", at + 1), "/feed");
                feed.with_max_items(*window);
                Publisher { name, window: *window, rate: *rate, feed, published: Vec::new() }
            })
            .collect();
        let named: Vec<(&str, &ServedFeed)> =
            publishers.iter().map(|p| (p.name, &p.feed)).collect();
        publishers[5].feed.with_cache_control("public, max-age=2592000");
        let home = open(&named).await;
        let dice = fastrand::Rng::with_seed(14);
        let mut begun = Self { publishers, home, dice, serial: 0, polls: BTreeMap::new() };
        // Every feed has a window before anybody looks.
        for _ in 0..5 {
            for at in 0..begun.publishers.len() {
                begun.publish(at);
            }
        }
        begun.publishers.iter_mut().for_each(|publisher| publisher.published.clear());
        begun.home.poll().await;
        begun
    }

    fn publish(&mut self, at: usize) {
        self.serial += 1;
        let n = self.serial;
        let syllables = ["ka", "lo", "mi", "ru", "se", "ta", "vo", "ne", "di", "pu"];
        let word = |seed: usize| -> String {
            (0..4)
                .map(|place| syllables[(seed * 7_919 + n * 104_729) / 10_usize.pow(place) % 10])
                .collect()
        };
        let title = format!("GSOMIA {n}: {} {} {} {}", word(1), word(2), word(3), word(4));
        let publisher = &mut self.publishers[at];
        let id = format!("{}-{n}", publisher.name);
        let link = format!("https://{}.example/2026/{n}-{}", publisher.name, word(5));
        publisher.feed.publish(Item::new(&id, &title).linked(&link).dated(1_795_000_000));
        publisher.published.push((id, self.home.hand.now()));
    }

    async fn day(&mut self, day: u32) {
        let before = self.asked();
        for minute in 0..MINUTES_A_DAY {
            self.happen(day, minute);
            for at in 0..self.publishers.len() {
                let rate =
                    (self.publishers[at].rate)(At { day, hour: minute / 60, minute: minute % 60 });
                let whole = rate / 1_000 + u32::from(self.dice.u32(0..1_000) < rate % 1_000);
                (0..whole).for_each(|_| self.publish(at));
            }
            self.home.hand.advance(MINUTE);
            self.home.poll_due().await;
        }
        for (name, asked) in self.asked() {
            self.polls.entry(name).or_default().push(asked - before[name]);
        }
    }

    /// What befalls the feeds.
    fn happen(&self, day: u32, minute: u32) {
        let of = |name: &str| self.publishers.iter().find(|p| p.name == name).unwrap().feed.clone();
        let everyone = |answer: fn(&str) -> Answer| {
            for publisher in &self.publishers {
                publisher.feed.set_answer(answer(publisher.name));
            }
        };
        match (day, minute) {
            (3, 0) => drop(of("liar").set_answer(Answer::ValidatorLiar)),
            // Two hours after its last item: what nobody could read any more is nobody's miss.
            (5, 120) => drop(of("gone").set_answer(Answer::Status(410))),
            (7, 600) => drop(of("rekeyed").change_ids(|id| format!("urn:x:{id}"))),
            (9, 600) => drop(of("archive").with_max_items(100_000)),
            (12, 600) => everyone(|_| Answer::Page),
            (12, 720) => everyone(|name| match name {
                "liar" => Answer::ValidatorLiar,
                "gone" => Answer::Status(410),
                _ => Answer::Honest,
            }),
            _ => (),
        }
    }

    fn asked(&self) -> BTreeMap<&'static str, usize> {
        self.publishers.iter().map(|p| (p.name, p.feed.asked().len())).collect()
    }

    /// Stored, told as a gap, or not yet polled.
    fn nothing_was_missed_silently(&self) {
        let path = self.home.folder.path().join("wirewatch.db");
        let db = rusqlite::Connection::open(path).unwrap();
        for publisher in &self.publishers {
            let seen: BTreeSet<String> = db
                .prepare(
                    "SELECT a.url FROM article a JOIN feed f ON f.id = a.feed WHERE f.name = ?1",
                )
                .unwrap()
                .query_map([publisher.name], |row| row.get(0))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let gaps: Vec<(i64, i64, String)> = db
                .prepare(
                    "SELECT gap_start, gap_end, kind FROM possible_loss l JOIN feed f ON f.id = l.feed
                     WHERE f.name = ?1",
                )
                .unwrap()
                .query_map([publisher.name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let lost = GapKind::FalseUnchanged.as_str();
            let mut missed = 0;
            for (id, at) in &publisher.published {
                let number = id.rsplit('-').next().unwrap();
                let is_this = |url: &String| url.contains(&format!("/2026/{number}-"));
                if seen.iter().any(is_this) || *at > self.home.hand.now().before(2 * 60 * MINUTE) {
                    continue;
                }
                missed += 1;
                let told = gaps
                    .iter()
                    .any(|(start, end, kind)| (*start..=*end).contains(&at.0) && kind != lost);
                assert!(told, "{}: {id} of {at} was missed silently; {gaps:?}", publisher.name);
            }
            let losses = gaps.iter().filter(|(_, _, kind)| kind != lost).count();
            match publisher.name {
                "blast" => assert!(missed > 0 && losses == 1, "{missed} missed, {gaps:?}"),
                name => {
                    assert_eq!(
                        (missed, losses),
                        (0, 0),
                        "{name} of {}: {gaps:?}",
                        publisher.window
                    );
                }
            }
        }
    }

    async fn nothing_was_told_twice(&self) {
        let twice =
            "SELECT count(*) FROM (SELECT 1 FROM alert GROUP BY watch, story HAVING count(*) > 1)";
        assert_eq!(self.home.count(twice), 0);
        let titles =
            "SELECT count(*) - count(DISTINCT json_extract(payload, '$.title')) FROM alert";
        assert_eq!(self.home.count(titles), 0, "an item was told again under another name");
        let articles = self.home.count("SELECT count(DISTINCT title) FROM article");
        let totals = self.home.totals().await;
        // Ten feeds had five items before anybody looked.
        let told = totals.alerts + totals.follow_ups;
        assert_eq!(i64::try_from(told).unwrap(), articles - 50);
    }

    fn it_was_polite(&self) {
        for (name, days) in &self.polls {
            let most = *days.iter().max().unwrap();
            assert!(most <= POLLS_A_DAY_MAX, "{name}: {days:?}");
            let least = *days.iter().min().unwrap();
            assert!(*name == "gone" || least >= POLLS_A_DAY_MIN, "{name}: {days:?}");
        }
        assert!(self.polls["gone"][8..].iter().sum::<usize>() <= 3, "{:?}", self.polls["gone"]);
        // Who publishes once a day is not asked every five minutes, and a dead week costs little.
        // On the day of the outage each feed is also asked whether the network is back.
        let column = &self.polls["column"];
        let is_seldom = |(day, polls): (usize, &usize)| *polls <= if day == 12 { 50 } else { 30 };
        assert!(column.iter().enumerate().skip(8).all(is_seldom), "{column:?}");
    }

    async fn the_states_are_told(&self) {
        let feeds = self.home.feeds().await;
        let word = |name: &str| feeds.iter().find(|f| f.name.as_str() == name).unwrap().state;
        assert_eq!(word("gone"), FeedCondition::Gone);
        assert_eq!(word("liar"), FeedCondition::Distrusted);
        assert_eq!(word("agency"), FeedCondition::Ok);
        let outages = self.home.reader().outages(9).unwrap();
        assert_eq!(outages.len(), 1, "{outages:?}");
        let portal = &outages[0];
        let began = START_TIME.after(12 * DAY).after(600 * MINUTE);
        assert!(portal.start >= began && portal.start < began.after(60 * MINUTE), "{portal:?}");
        assert!(portal.end.is_some());
    }
}
