//! What is told when, on hand-made weeks.

use jiff::tz::TimeZone;

use super::*;
use NoticeKind::{NetworkDown, NetworkRecovered, SourceFailing, SourceRecovered};

use crate::domain::{Coverage, Gap, GapKind};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn patience() -> Thresholds {
    Thresholds {
        fail_after: Duration::from_hours(6),
        fail_times: 6,
        remind_every: Duration::from_hours(24),
    }
}

fn well(name: &str) -> FeedStatus {
    FeedStatus {
        name: Name::new(name),
        url: format!("https://{name}.example/feed"),
        word: FeedCondition::Ok,
        since: None,
        failures: 0,
        error: None,
        polled_at: Some(Timestamp(i64::MAX)),
        next_due: Timestamp(0),
        moved_to: None,
    }
}

fn failing(name: &str, since: i64, failures: u32) -> FeedStatus {
    FeedStatus {
        word: FeedCondition::Failing,
        since: Some(Timestamp(since)),
        failures,
        error: Some("answered 503".to_owned()),
        ..well(name)
    }
}

/// A watchman's memory, looked into at each look as the store is.
#[derive(Default)]
struct Memory(BTreeMap<Subject, SentNotice>);

impl Memory {
    fn look(&mut self, world: &Observations) -> Option<NoticeDraft> {
        let told: Vec<SentNotice> = self.0.values().cloned().collect();
        let decision = decide(world, &told, &patience());
        for subject in &decision.forget {
            self.0.remove(subject);
        }
        for told in decision.sent {
            self.0.insert(told.subject.clone(), told);
        }
        decision.draft
    }

    /// Looks every minute from one hour to another, at feeds as they stand then; says when what
    /// was told, in hours.
    fn watch(
        &mut self,
        hours: std::ops::Range<i64>,
        feeds: impl Fn(i64) -> Vec<FeedStatus>,
    ) -> Vec<(f64, NoticeKind, String)> {
        let mut told = Vec::new();
        for minute in hours.start * 60..hours.end * 60 {
            let now = minute * MINUTE;
            if let Some(draft) = self.look(&world(now, feeds(now))) {
                let hour = f64::from(i32::try_from(minute).unwrap()) / 60.0;
                told.push((hour, draft.kind, draft.title));
            }
        }
        told
    }
}

fn world(now: i64, feeds: Vec<FeedStatus>) -> Observations {
    Observations { now: Timestamp(now), feeds, ..Observations::default() }
}

fn when(told: &[(f64, NoticeKind, String)]) -> Vec<(f64, NoticeKind)> {
    told.iter().map(|(at, kind, _)| (*at, *kind)).collect()
}

#[test]
fn a_dead_feed_is_told_once_then_daily_then_back() {
    let others = || ["b", "c", "d"].map(well).to_vec();
    let feeds = |now: i64| {
        let mut feeds = others();
        let lives = !(HOUR..60 * HOUR).contains(&now);
        feeds.push(if lives { well("a") } else { failing("a", HOUR, 3) });
        feeds
    };
    let told = Memory::default().watch(0..100, feeds);
    assert_eq!(
        when(&told),
        [
            (7.0, SourceFailing),
            (31.0, SourceFailing),
            (55.0, SourceFailing),
            (63.0, SourceRecovered)
        ]
    );
    assert_eq!(told[0].2, "Feed `a` is failing, for 6 h 0 min now");
    assert_eq!(told[1].2, "Feed `a` is still failing, for 1 d 6 h now");
    assert_eq!(told[3].2, "Feed `a` is well again");
}

#[test]
fn enough_failures_are_told_before_the_time_is_up() {
    let mut memory = Memory::default();
    let look = |memory: &mut Memory, failures| {
        memory.look(&world(HOUR, vec![failing("a", 0, failures), well("b"), well("c")]))
    };
    assert_eq!(look(&mut memory, 5), None);
    assert!(look(&mut memory, 6).is_some());
    assert_eq!(look(&mut memory, 7), None, "told");
}

#[test]
fn feeds_that_die_one_after_the_other_are_told_together() {
    let feeds = |now: i64| {
        let mut feeds: Vec<FeedStatus> = (0..30).map(|n| well(&format!("well-{n}"))).collect();
        for n in 0..10 {
            let since = n * 10 * MINUTE;
            let name = format!("dead-{n}");
            feeds.push(if now < since { well(&name) } else { failing(&name, since, 2) });
        }
        feeds
    };
    let told = Memory::default().watch(0..30, feeds);
    assert_eq!(when(&told), [(6.0, SourceFailing)]);
    assert_eq!(told[0].2, "10 feeds need attention");
}

#[test]
fn feeds_that_answer_with_errors_are_named_however_many_fail_at_once() {
    let feeds = |now: i64| -> Vec<FeedStatus> {
        let of = |n: i64| {
            let (name, fails_from) = (format!("feed-{n}"), if n < 4 { 0 } else { 48 * HOUR });
            if n == 6 || now < fails_from { well(&name) } else { failing(&name, fails_from, 3) }
        };
        (0..7).map(of).collect()
    };
    let told = Memory::default().watch(0..60, feeds);
    assert!(told.iter().all(|(_, kind, _)| *kind == SourceFailing), "{told:?}");
    let late = told.iter().find(|(hour, ..)| *hour >= 48.5);
    assert!(late.is_some_and(|(hour, ..)| *hour <= 54.5), "{told:?}");
}

#[test]
fn a_recorded_outage_is_told_after_a_while_and_mutes_the_feeds() {
    let mut memory = Memory::default();
    let outage = |now: i64| Observations {
        outage: Some((OutageKind::Portal, Timestamp(0))),
        ..world(now, vec![failing("a", -10 * HOUR, 9), well("b")])
    };
    assert_eq!(memory.look(&outage(9 * MINUTE)), None, "a router may start anew");
    let told = memory.look(&outage(10 * MINUTE)).unwrap();
    assert_eq!((told.kind, told.severity), (NetworkDown, Severity::High));
    assert!(told.title.contains("login"), "{}", told.title);
    assert_eq!(memory.look(&outage(5 * HOUR)), None);
    let over = |now, polled| {
        let feed = FeedStatus { polled_at: Some(Timestamp(polled)), ..failing("a", -10 * HOUR, 9) };
        world(now, vec![feed, well("b")])
    };
    assert_eq!(memory.look(&over(6 * HOUR, HOUR)).unwrap().kind, NetworkRecovered);
    assert_eq!(memory.look(&over(7 * HOUR, HOUR)), None, "not asked since");
    let failing = memory.look(&over(8 * HOUR, 7 * HOUR)).unwrap();
    assert_eq!((failing.kind, &*failing.subject), (SourceFailing, "a"));
}

#[test]
fn what_a_short_outage_left_behind_is_no_network_down() {
    let left = |polled: i64| {
        let failed = |n: i64| FeedStatus {
            polled_at: Some(Timestamp(polled)),
            ..failing(&format!("feed-{n}"), n * MINUTE, 2)
        };
        Observations {
            outage_over: Some(Timestamp(9 * MINUTE)),
            ..world(30 * MINUTE, (0..8).map(failed).collect())
        }
    };
    assert_eq!(Memory::default().look(&left(8 * MINUTE)), None, "not asked since");
    assert_eq!(
        Memory::default().look(&left(20 * MINUTE)),
        None,
        "each by itself, and not for long"
    );
}

#[test]
fn a_worse_state_is_news_and_a_calm_one_is_repeated_weekly() {
    let silent = |now: i64| {
        let word = if now < 10 * 24 * HOUR { FeedCondition::Silent } else { FeedCondition::Gone };
        vec![FeedStatus { word, since: Some(Timestamp(0)), ..well("a") }, well("b"), well("c")]
    };
    let told = Memory::default().watch(0..241, silent);
    assert_eq!(when(&told), [0.0, 168.0, 240.0].map(|hour| (hour, SourceFailing)), "{told:?}");
    assert_eq!(told[2].2, "Feed `a` is gone, for 10 d 0 h now");
}

#[test]
fn a_feed_that_moved_is_told_with_its_address_once_an_address() {
    let mut memory = Memory::default();
    let moved = |to: Option<&str>| {
        let feed = FeedStatus { moved_to: to.map(str::to_owned), ..well("a") };
        world(0, vec![feed])
    };
    let told = memory.look(&moved(Some("https://new.example/feed"))).unwrap();
    assert_eq!(told.kind, NoticeKind::SourceMoved);
    assert!(told.lines[0].ends_with("https://new.example/feed"), "{:?}", told.lines);
    assert_eq!(memory.look(&moved(Some("https://new.example/feed"))), None);
    assert!(memory.look(&moved(Some("https://newer.example/feed"))).is_some());
    assert_eq!(memory.look(&moved(None)), None);
    assert!(memory.0.is_empty());
}

#[test]
fn a_channel_that_takes_nothing_is_told_of_daily_and_when_it_is_back() {
    let mut memory = Memory::default();
    let ailing = |hour: i64| Observations {
        channels: vec![FailingChannel {
            channel: Name::new("mail"),
            since: Timestamp(0),
            why: "connection refused".to_owned(),
            waiting: 3,
            paused: false,
        }],
        ..world(hour * HOUR, vec![well("a")])
    };
    assert_eq!(memory.look(&ailing(0)), None);
    let told = memory.look(&ailing(1)).unwrap();
    assert_eq!((told.kind, &*told.subject), (NoticeKind::ChannelFailing, "channel-mail"));
    assert_eq!(memory.look(&ailing(24)), None);
    assert!(memory.look(&ailing(25)).unwrap().title.contains("still"));
    let back = memory.look(&world(26 * HOUR, vec![well("a")])).unwrap();
    assert_eq!(back.kind, NoticeKind::ChannelRecovered);
    assert!(memory.0.is_empty());
}

#[test]
fn what_left_the_configuration_is_forgotten_without_a_word() {
    let mut memory = Memory::default();
    let two = vec![failing("a", -9 * HOUR, 9), well("b")];
    assert!(memory.look(&world(0, two)).is_some());
    assert_eq!(memory.look(&world(HOUR, vec![well("b")])), None);
    assert!(!memory.0.contains_key(&Subject::Feed(Name::new("a"))));
}

#[test]
fn a_clock_set_back_neither_repeats_nor_mutes_for_long() {
    let mut memory = Memory::default();
    let at = |now| world(now, vec![failing("a", 0, 9), well("b"), well("c")]);
    assert!(memory.look(&at(1_000 * HOUR)).is_some());
    assert!(memory.look(&at(500 * HOUR)).is_some(), "told in a future that never came");
    assert_eq!(memory.look(&at(501 * HOUR)), None);
}

#[test]
fn every_subject_is_read_back_from_its_key() {
    let name = || Name::new("kyodo-english");
    for subject in [
        Subject::Feed(name()),
        Subject::Stability(name()),
        Subject::Address(name()),
        Subject::Hub(name()),
        Subject::Channel(name()),
        Subject::Network,
        Subject::Fault(FaultKind::StaleConfig),
        Subject::Fault(FaultKind::StoreFull),
        Subject::Feeds,
        Subject::Dead,
        Subject::Clock,
        Subject::Account,
    ] {
        assert_eq!(Subject::of(&subject.key()), Some(subject));
    }
    assert_eq!(Subject::of("moon:landing"), None);
}

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap();
    Timestamp(at.as_millisecond())
}

#[test]
fn the_account_comes_once_a_day_at_its_time_whatever_the_clocks_do() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let daily = |time: &str| DailySchedule { at: time.parse().unwrap(), zone: zone.clone() };
    let next = |time: &str, last: &str| next_digest(&daily(time), at(last)).to_string();
    assert_eq!(next("08:00", "2026-11-23T06:59:59Z"), "2026-11-23T07:00:00Z");
    assert_eq!(next("08:00", "2026-11-23T07:00:00Z"), "2026-11-24T07:00:00Z");
    // 02:30 is left out on 2026-03-29 and comes twice on 2026-10-25.
    assert_eq!(next("02:30", "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
    assert_eq!(next("02:30", "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
    assert_eq!(next("02:30", "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    let mut due = at("2026-01-01T00:00:00Z");
    for _ in 0..730 {
        let next = next_digest(&daily("02:30"), due);
        assert!((20..=25).contains(&(next.since(due).as_secs() / 3_600)) || due.0 % HOUR == 0);
        due = next;
    }
    assert_eq!(due.to_string(), "2027-12-31T01:30:00Z");
}

#[test]
fn coverage_is_said_in_one_phrase() {
    let zone = TimeZone::UTC;
    let gap = |start: &str, end: &str, open| Gap {
        feed: Name::new("yonhap"),
        start: at(start),
        end: at(end),
        kind: GapKind::Overlap,
        missed_at_most: 4,
        delayed: 0,
        open,
    };
    let night = gap("2026-11-23T02:10:00Z", "2026-11-23T03:40:00Z", false);
    let said =
        |share, gaps: &[Gap]| coverage_phrase(&Coverage { share, gaps: gaps.to_vec() }, &zone);
    assert_eq!(
        said(0.992, std::slice::from_ref(&night)),
        "coverage 99.2 %, 1 gap on yonhap 02:10–03:40"
    );
    assert_eq!(said(0.99996, &[]), "coverage 99.9 %, no gap");
    assert_eq!(said(1.0, &[]), "coverage 100.0 %, no gap");
    assert_eq!(said(0.5, &[night.clone(), night]), "coverage 50.0 %, 2 gaps");
    let open = gap("2026-11-22T23:00:00Z", "2026-11-23T01:00:00Z", true);
    assert_eq!(said(0.9, &[open]), "coverage 90.0 %, 1 gap on yonhap 11-22 23:00–now");
}

/// A feed whose state changes every so many minutes, watched for so many hours.
fn flap(minutes: i64, hours: i64) -> Vec<(f64, NoticeKind, String)> {
    let feeds = |now: i64| {
        let turn = now / (minutes * MINUTE);
        let bad = turn % 2 == 0;
        let since = turn * minutes * MINUTE;
        let feed = if bad { failing("a", since, 6) } else { well("a") };
        vec![feed, well("b"), well("c"), well("d")]
    };
    Memory::default().watch(0..hours, feeds)
}

#[test]
fn a_feed_that_flaps_is_told_as_such_and_not_at_each_turn() {
    for (minutes, most) in [(5, 2), (30, 2), (60, 2), (4 * 60, 3)] {
        let told = flap(minutes, 24);
        assert!(told.len() <= most, "{minutes} min: {told:?}");
        let titles: Vec<&str> = told.iter().map(|(_, _, title)| title.as_str()).collect();
        assert!(titles.contains(&"Feed `a` works and fails by turns"), "{minutes}: {titles:?}");
        // A reminder a day, and nothing else, for as long as it goes on.
        assert!(flap(minutes, 5 * 24).len() <= most + 4, "{minutes} min");
    }
}

#[test]
fn a_feed_that_flapped_is_well_again_after_a_steady_day() {
    let feeds = |now: i64| {
        let bad = now < 10 * HOUR && now / (30 * MINUTE) % 2 == 0;
        vec![if bad { failing("a", now, 6) } else { well("a") }, well("b")]
    };
    let told = Memory::default().watch(0..80, feeds);
    let back = told.iter().find(|(_, kind, _)| *kind == SourceRecovered).unwrap();
    assert!((33.0..34.0).contains(&back.0), "{told:?}");
    assert_eq!(told.last().unwrap().1, SourceRecovered);
}

#[test]
fn a_clock_that_was_set_is_one_notice_for_all_steps() {
    let mut memory = Memory::default();
    let steps = |steps: &[(i64, i64)], now: i64| Observations {
        clock_steps: steps
            .iter()
            .map(|(at, by_ms)| ClockStep { at: Timestamp(*at), by_ms: *by_ms })
            .collect(),
        ..world(now, vec![well("a")])
    };
    assert_eq!(memory.look(&steps(&[(HOUR, 2_000)], HOUR)), None, "a correction of two seconds");
    let two = [(HOUR + 6_000, -HOUR), (HOUR, HOUR)];
    let told = memory.look(&steps(&two, HOUR + MINUTE)).unwrap();
    assert_eq!(told.kind, NoticeKind::ClockMoved);
    assert_eq!(told.title, "The clock was set back by 1 h 0 min, to 1970-01-01 01:00 UTC");
    assert_eq!(told.lines.iter().filter(|line| line.contains("was set")).count(), 3, "{told:?}");
    assert_eq!(memory.look(&steps(&two, HOUR + 2 * MINUTE)), None, "told");
    let third = [(8 * HOUR, 60_000), two[0], two[1]];
    let told = memory.look(&steps(&third, 8 * HOUR)).unwrap();
    assert!(told.title.contains("forward by 1 min"), "{}", told.title);
}

#[test]
fn dead_messages_hubs_and_own_faults_are_told_without_anybody_looking() {
    let mut memory = Memory::default();
    let fault = |now: i64| Observations {
        faults: vec![ServiceFault {
            kind: FaultKind::StaleConfig,
            since: Timestamp(0),
            why: "2 errors".to_owned(),
        }],
        hubs: vec![FailingHub {
            feed: Name::new("a"),
            host: "hub.example".to_owned(),
            why: "denied".to_owned(),
        }],
        dead: DeadMessages { count: 1, examples: Vec::new() },
        ..world(now, vec![well("a")])
    };
    let kinds: Vec<NoticeKind> =
        (0..4).filter_map(|n| memory.look(&fault(n * MINUTE))).map(|draft| draft.kind).collect();
    assert_eq!(kinds, [NoticeKind::ConfigStale, NoticeKind::OutboxDead, NoticeKind::HubFailing]);
    assert_eq!(memory.look(&fault(25 * HOUR)).unwrap().kind, NoticeKind::ConfigStale, "daily");
    let over = memory.look(&world(26 * HOUR, vec![well("a")])).unwrap();
    assert_eq!((over.kind, over.severity), (NoticeKind::ConfigStale, Severity::Low));
    assert_eq!(over.title, "The configuration on disk runs again");
}
