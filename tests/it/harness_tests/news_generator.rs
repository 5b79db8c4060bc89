//! The made-up wire plants what it says and nothing else.
use std::collections::BTreeSet;

use crate::harness::feed_formats::Item;
use crate::harness::news_generator::{Plan, WatchTerms, expected_alerts, newsrooms};

fn plan(terms: &[&str]) -> Plan {
    Plan {
        seed: 7,
        feeds: 16,
        paragraphs: 2,
        names: 3,
        terms: terms.iter().map(|term| (*term).to_owned()).collect(),
        one_in: 4,
    }
}

const TERMS: [&str; 6] =
    ["Cobra Gold", "지소미아", "輸出規制", "出口管制", "экспортный контроль", "ضوابط التصدير"];

#[test]
fn the_same_plan_writes_the_same_articles() {
    let once: Vec<Item> = newsrooms(&plan(&TERMS)).iter_mut().flat_map(|r| r.window(9)).collect();
    let again: Vec<Item> = newsrooms(&plan(&TERMS)).iter_mut().flat_map(|r| r.window(9)).collect();
    assert_eq!(once, again);
}

#[test]
fn every_planted_term_is_expected_in_every_script_and_nothing_else_is() {
    let mut rooms = newsrooms(&plan(&TERMS));
    let items: Vec<Item> = rooms.iter_mut().flat_map(|room| room.window(60)).collect();
    for term in TERMS {
        let watch = WatchTerms { name: "one".to_owned(), any: vec![term.to_owned()] };
        let found = expected_alerts(&[watch], &items).len();
        let written =
            items.iter().filter(|i| i.title.contains(term) || i.content.contains(term)).count();
        assert!(found > 5, "{term} was planted {found} times");
        assert!(written >= found, "{term}: the oracle sees what is not there");
    }
    let mut quiet = newsrooms(&plan(&[]));
    let items: Vec<Item> = quiet.iter_mut().flat_map(|room| room.window(60)).collect();
    let watch = WatchTerms {
        name: "all".to_owned(),
        any: TERMS.iter().map(|term| (*term).to_owned()).collect(),
    };
    assert_eq!(expected_alerts(&[watch], &items), BTreeSet::new(), "the filler mentions nothing");
}

#[test]
fn ids_links_and_titles_never_repeat() {
    let mut rooms = newsrooms(&plan(&TERMS));
    let items: Vec<Item> = rooms.iter_mut().flat_map(|room| room.window(50)).collect();
    for what in [|i: &Item| i.id.clone(), |i: &Item| i.link.clone()] {
        let distinct: BTreeSet<String> = items.iter().map(what).collect();
        assert_eq!(distinct.len(), items.len());
    }
    for room in items.chunks(50) {
        let titles: BTreeSet<&str> = room.iter().map(|i| i.title.as_str()).collect();
        assert_eq!(titles.len(), 50);
    }
}

#[test]
fn near_misses_are_written_and_not_expected() {
    let mut rooms = newsrooms(&plan(&["Cobra Gold"]));
    let items: Vec<Item> = rooms.iter_mut().flat_map(|room| room.window(60)).collect();
    let near: Vec<&Item> = items
        .iter()
        .filter(|i| i.content.contains("Cobra Goldovar") && !i.title.contains("Cobra"))
        .collect();
    assert!(near.len() > 10);
    let watch = WatchTerms { name: "w".to_owned(), any: vec!["Cobra Gold".to_owned()] };
    assert_eq!(expected_alerts(&[watch], near.into_iter()), BTreeSet::new());
}
