//! What a watch looks for keeps its words, its order and its places.
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use wirewatch::config;
use wirewatch::domain::{Spanned, Terms, Watch};

use super::load;

/// The watches of a text that is a watchlist.
fn watches(text: &str) -> Vec<Watch> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("watchlist.toml");
    fs::write(&path, text).unwrap();
    let (watches, _) = config::load_watchlist(&path).unwrap_or_else(|broken| panic!("{broken}"));
    watches
}

/// What the file holds where the text is said to stand.
fn spelled<'t>(text: &'t str, written: &Spanned) -> &'t str {
    text.get(written.at.span.clone()).unwrap()
}

#[test]
fn everything_a_watch_looks_for_is_read() {
    let text = r#"
[[watch]]
name = "drills"
any = ["Cobra Gold"]
all = ["Thailand", "troops"]
none = ["cocktail"]
query = 'title:drill OR body:"joint exercise"'
weigh = { troops = 3, "Cobra Gold" = 10.5, "gold price" = -8, "지소미아" = 0x10 }
threshold = 10
title_factor = 1.5
languages = ["ko", "zh-Hant"]
sources = ["nowhere", "wire-*"]
"#;
    let watches = watches(text);
    let terms = &watches[0].terms;
    let texts = |list: &[Spanned]| list.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&terms.any), ["Cobra Gold"]);
    assert_eq!(texts(&terms.all), ["Thailand", "troops"]);
    assert_eq!(texts(&terms.none), ["cocktail"]);
    let query = terms.query.as_ref().unwrap();
    assert_eq!(query.text, "title:drill OR body:\"joint exercise\"");
    let weigh: Vec<_> = terms.weighted.iter().map(|w| (w.term.text.as_str(), w.weight)).collect();
    let written = [("troops", 3.0), ("Cobra Gold", 10.5), ("gold price", -8.0), ("지소미아", 16.0)];
    assert_eq!(weigh, written, "in the order of writing");
    assert_eq!((terms.threshold, terms.title_factor), (Some(10.0), Some(1.5)));
    assert_eq!(texts(&terms.languages), ["ko", "zh-Hant"]);
    assert_eq!(texts(&terms.sources), ["nowhere", "wire-*"], "unchecked without the feeds");
    let Terms { any, all, none, languages, sources, .. } = terms;
    let lists = [any, all, none, languages, sources].into_iter().flatten();
    for written in lists.chain([query]).chain(terms.weighted.iter().map(|w| &w.term)) {
        assert_eq!(spelled(text, written), written.text);
    }
}

#[test]
fn one_way_to_fire_is_enough() {
    for way in [
        "any = [\"a\"]",
        "all = [\"a\"]",
        "query = \"a\"",
        "weigh = { a = 1 }\nthreshold = 1",
        "threshold = 1\n[watch.weigh]\na = 1",
        "threshold = 1\nweigh.a = 1",
    ] {
        assert_eq!(watches(&format!("[[watch]]\nname = \"x\"\n{way}\n")).len(), 1, "{way}");
    }
}

#[test]
fn a_query_over_several_lines_stands_where_its_words_do() {
    for quotes in ["'''", "\"\"\""] {
        for ending in ["\n", "\r\n"] {
            let query = format!("(GSOMIA OR 지소미아){ending}  AND \"Japan\"{ending}");
            let text = format!(
                "[[watch]]{ending}name = \"x\"{ending}query = {quotes}{ending}{query}{quotes}{ending}"
            );
            let watches = watches(&text);
            let written = watches[0].terms.query.as_ref().unwrap();
            assert_eq!(written.text, query);
            assert_eq!(spelled(&text, written), query, "{quotes} {ending:?}");
        }
    }
}

#[test]
fn where_escapes_change_the_spelling_the_place_is_the_literal() {
    let text = "[[watch]]\nname = \"x\"\nquery = \"\\\"export control\\\"\"\nthreshold = 1\n\
                weigh = { \"caf\\u00e9\" = 1 }\n";
    let watches = watches(text);
    let terms = &watches[0].terms;
    let query = terms.query.as_ref().unwrap();
    assert_eq!(query.text, "\"export control\"");
    assert_eq!(spelled(text, query), "\"\\\"export control\\\"\"");
    assert_eq!(terms.weighted[0].term.text, "café");
    assert_eq!(spelled(text, &terms.weighted[0].term), "\"caf\\u00e9\"");
}

#[test]
fn the_sets_of_all_files_are_one_list_that_every_watch_shares() {
    let dir = tempfile::tempdir().unwrap();
    let more = "[sets]\nkorea = [\"Korea\"]\n[[watch]]\nname = \"b\"\nquery = \"@japan\"\n";
    fs::write(dir.path().join("more.toml"), more).unwrap();
    let text = "include = [\"more.toml\"]\n[sets]\nus-navy = [\"US Navy\", \"@korea\"]\n\
                japan = [\"日本\"]\n[[watch]]\nname = \"a\"\nany = [\"@korea\"]\n\
                [[feed]]\nname = \"wire\"\nurl = \"https://example.org/rss\"\n";
    let config = load(dir.path(), text).unwrap_or_else(|broken| panic!("{broken}"));
    let [a, b] = &*config.watches else { panic!("two watches") };
    assert!(Arc::ptr_eq(&a.terms.sets, &b.terms.sets));
    let sets: Vec<_> = a
        .terms
        .sets
        .iter()
        .map(|set| (set.name.as_str(), set.any.iter().map(|t| &*t.text).collect::<Vec<_>>()))
        .collect();
    let all =
        [("us-navy", vec!["US Navy", "@korea"]), ("japan", vec!["日本"]), ("korea", vec!["Korea"])];
    assert_eq!(sets, all);
    let japan = &a.terms.sets[1];
    assert_eq!(text.get(japan.at.span.clone()), Some("japan"));
    assert_eq!(spelled(text, &japan.any[0]), "日本");
}

#[test]
fn a_source_that_many_feeds_could_be_is_told_without_listing_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for n in 0..50 {
        writeln!(text, "[[feed]]\nname = \"a{n}\"\nurl = \"https://example.org/{n}\"").unwrap();
    }
    text.push_str("[[watch]]\nname = \"x\"\nany = [\"GSOMIA\"]\nsources = [\"kyodo-news\"]\n");
    let broken = load(dir.path(), &text).unwrap_err();
    assert_eq!(broken.complaints.len(), 1);
    assert_eq!(
        broken.complaints[0].help,
        "write the `name` of a feed, or how several begin and a `*`"
    );
}
