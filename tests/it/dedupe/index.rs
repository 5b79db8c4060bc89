//! The index beside brute force: what it does not propose, nobody compares.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "articles are numbered from 0 to some thousands"
)]
use std::collections::HashMap;

use wirewatch::domain::{ArticleId, Timestamp};
use wirewatch::stories::article_text::ArticleText;
use wirewatch::stories::judgement::{Relation, judge};
use wirewatch::stories::novelty::PairContext;
use wirewatch::stories::search::{Incoming, Stored, StoryFinder};

const ARTICLES: usize = 20_000;

/// A reproducible die.
struct TestRng(u64);

impl TestRng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// A word of a language in which some words are far commoner than others.
fn word(dice: &mut TestRng) -> String {
    let rank = dice.below(4_000).min(dice.below(4_000));
    rank.to_string().bytes().map(|digit| char::from(digit - b'0' + b'b')).collect()
}

/// Stories and, of every third, copies: cut, led anew, edited, lengthened, in any order.
fn articles() -> Vec<Vec<String>> {
    let mut dice = TestRng(7);
    let mut all: Vec<Vec<String>> = Vec::new();
    while all.len() < ARTICLES {
        let length = 30 + dice.below(170);
        let story: Vec<String> = (0..length).map(|_| word(&mut dice)).collect();
        for _ in 0..[0, 0, 1, 2, 4][dice.below(5)] {
            let keep = length * (25 + dice.below(76)) / 100;
            let mut copy: Vec<String> = story[..keep.max(12)].to_vec();
            let edits = copy.len() * dice.below(10) / 100;
            for _ in 0..edits {
                let at = dice.below(copy.len());
                copy[at] = word(&mut dice);
            }
            for _ in 0..[0, 0, 12][dice.below(3)] {
                copy.insert(0, word(&mut dice));
            }
            all.push(copy);
        }
        all.push(story);
    }
    // Neighbours stay neighbours and yet come in any order.
    for at in 1..all.len() {
        let other = at.saturating_sub(dice.below(40));
        all.swap(at, other);
    }
    all
}

#[test]
fn the_index_finds_what_brute_force_finds() {
    let texts: Vec<String> = articles().iter().map(|words| words.join(" ")).collect();
    let stored = |at: usize| Stored {
        source: format!("paper-{}", at % 50),
        // One word of the text, so that no headline is foreign to it.
        title: texts[at].split(' ').take(6).collect::<Vec<_>>().join(" "),
        text: texts[at].clone(),
        published: None,
    };
    let mut finder = StoryFinder::default();
    let mut stories: Vec<usize> = Vec::new();
    let mut read: Vec<ArticleText> = Vec::new();
    let mut carriers: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
    let (mut pairs, mut joined, mut wrong) = (0, 0, 0);
    for at in 0..texts.len() {
        let own = stored(at);
        let item =
            Incoming { source: &own.source, published: None, title: &own.title, text: &own.text };
        let (ready, found) = finder.find(&item, |id| Some(stored(id.0 as usize)));
        let proposed = finder.candidates(&ready);
        finder.add(ArticleId(at as i64), Timestamp(0), &ready, found.is_none());
        let of = found.map(|copy| copy.of.0 as usize);
        stories.push(of.map_or(at, |of| stories[of]));
        read.push(ArticleText::new(&own.title, &own.text));
        // Brute force: whatever shares a run of three words can be alike, nothing else can.
        let words: Vec<&str> = texts[at].split(' ').collect();
        let mut others: Vec<usize> = Vec::new();
        for run in words.windows(3) {
            let carriers = carriers.entry(run.to_vec()).or_default();
            others.extend(carriers.iter());
            carriers.push(at);
        }
        others.sort_unstable();
        others.dedup();
        let relation = |other: usize| {
            let between =
                PairContext { same_source: at % 50 == other % 50, ..PairContext::default() };
            judge(&read[at], &read[other], between).relation
        };
        let alike = |other: usize| other != at && matches!(relation(other), Relation::Copy(_));
        wrong += usize::from(of.is_some_and(|of| relation(of) == Relation::Other));
        for other in others {
            if alike(other) {
                pairs += 1;
                // One that is not proposed because a nearer copy of its story is, is not lost.
                let there = proposed.contains(&ArticleId(other as i64));
                joined += usize::from(there || stories[other] == stories[at]);
            }
        }
    }
    println!("{joined} of {pairs} pairs found");
    assert!(pairs > 5_000, "{pairs} pairs");
    assert_eq!(wrong, 0, "joined without being alike");
    assert!(joined * 1_000 >= pairs * 995, "{joined} of {pairs} pairs found");
}
