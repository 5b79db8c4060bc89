//! Which articles are one story, by labelled sets in nine languages.
//!
//! All were written for this project: invented stories, as agencies and papers of each language
//! write them.
//!
//! `pairs.jsonl`: stories in English, Korean, Japanese, Chinese and German, each with the same event
//! told in a reporter's own words, and from them, by a small program, what newsrooms make of a
//! wire story (new headline, dateline, byline and tail; cut to half or to two sentences;
//! sub-edited; a first line of its own; re-issued with a mark) and what only looks alike (bulletins
//! with other numbers and names, columns, subscription walls, shared background, digests, empty
//! texts). Some hundred more were written one by one, where a rule seemed likely to fail.
//!
//! `newsrooms.jsonl` and `newsrooms_held.jsonl`: other stories, with a reporter's own account and
//! what partner papers make of them (related links, captions, dropped and swapped paragraphs, a
//! desk's edits, feed summaries, the agency's next version), and the templates of eight languages
//! filled in two or three times.
//!
//! `stories.jsonl`, `alike.jsonl`, `wires.jsonl` and `held.jsonl`: clusters of articles, written by
//! hand and without knowledge of the judge: a wire, its copies light and heavy, its flashes and
//! re-issues, other outlets' own reports, siblings and next editions. They are harder than what
//! most feeds carry.
//!
//! What counts is that nothing different is silent. Of copies only a part is: a copy that is longer
//! than what was told, or whose headline has a figure of its own, says something new, and is told
//! in the story's thread.
//!
//! Every pair is judged in both orders.
#![expect(clippy::print_stdout, reason = "the figures are what a measurement is for")]
use wirewatch::domain::{ArticleId, Timestamp};
use wirewatch::stories::judgement::Relation;
use wirewatch::stories::search::{Found, Incoming, Stored, StoryFinder};

use super::labelled::{self, Pair};

fn item(stored: &Stored) -> Incoming<'_> {
    Incoming {
        source: &stored.source,
        published: stored.published,
        title: &stored.title,
        text: &stored.text,
    }
}

/// What the second article is to the first, when the first was stored and the second arrives.
fn told(first: &Stored, second: &Stored) -> Option<Found> {
    let mut finder = StoryFinder::default();
    let ready = finder.prepare(&item(first));
    finder.add(ArticleId(1), Timestamp(0), &ready, true);
    finder.find(&item(second), |_| Some(first.clone())).1
}

/// What a set must give.
struct Expected {
    /// Judgements at least.
    judged_min: usize,
    /// Of a hundred copies so many are silent, at least …
    silent_percent: usize,
    /// … and so many silent or told in the story's thread.
    found_percent: usize,
    /// Different articles that are silent, at most.
    wrong_max: usize,
}

#[test]
fn what_a_desk_makes_of_a_wire_story_is_found_and_what_only_looks_alike_is_told() {
    let expected =
        Expected { judged_min: 1_400, silent_percent: 38, found_percent: 96, wrong_max: 0 };
    hold(&labelled::pairs(include_str!("pairs.jsonl")), &expected);
    let expected =
        Expected { judged_min: 1_200, silent_percent: 35, found_percent: 98, wrong_max: 0 };
    hold(&labelled::pairs(include_str!("newsrooms.jsonl")), &expected);
    let expected =
        Expected { judged_min: 380, silent_percent: 40, found_percent: 98, wrong_max: 0 };
    hold(&labelled::pairs(include_str!("newsrooms_held.jsonl")), &expected);
}

#[test]
fn copies_are_found_however_a_desk_wrote_them_and_own_reports_are_told() {
    let expected =
        Expected { judged_min: 3_500, silent_percent: 15, found_percent: 92, wrong_max: 0 };
    hold(&labelled::clusters(include_str!("stories.jsonl")), &expected);
    // A station's own report of an earthquake says nothing that the agency's summary had not said.
    let expected =
        Expected { judged_min: 1_900, silent_percent: 15, found_percent: 95, wrong_max: 1 };
    hold(&labelled::clusters(include_str!("wires.jsonl")), &expected);
}

#[test]
fn templates_and_recurring_titles_are_never_silent() {
    let expected =
        Expected { judged_min: 800, silent_percent: 15, found_percent: 80, wrong_max: 0 };
    hold(&labelled::clusters(include_str!("alike.jsonl")), &expected);
}

#[test]
fn the_judge_holds_on_stories_it_was_not_made_on() {
    let expected =
        Expected { judged_min: 1_100, silent_percent: 12, found_percent: 92, wrong_max: 0 };
    hold(&labelled::clusters(include_str!("held.jsonl")), &expected);
}

/// Judges every pair of a set, both ways.
fn hold(pairs: &[Pair], expected: &Expected) {
    let (mut judged, mut copies, mut silent, mut linked) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for pair in pairs {
        let Pair { language, group, kind, a, b, .. } = pair;
        for (first, second) in [(a, b), (b, a)] {
            let found = told(first, second);
            let is_silent =
                found.as_ref().is_some_and(|of| matches!(of.relation, Relation::Copy(_)));
            judged += 1;
            if pair.same {
                copies += 1;
                silent += usize::from(is_silent);
                linked += usize::from(found.is_some());
            } else if is_silent {
                let titles = format!("{} | {}", first.title, second.title);
                wrong.push(format!("{language} {group} ({kind}): {titles} {found:?}"));
            }
        }
    }
    println!(
        "{judged} judged, of {copies} copies {silent} silent, {linked} found; wrong {wrong:#?}"
    );
    assert!(wrong.len() <= expected.wrong_max, "silent although different: {wrong:#?}");
    assert!(silent * 100 >= copies * expected.silent_percent, "{silent} of {copies} silent");
    assert!(linked * 100 >= copies * expected.found_percent, "{linked} of {copies} found");
    assert!(judged >= expected.judged_min, "a labelled set of {judged}");
}
