//! Proposes the told articles that may be of the story of an arriving one. It never decides.
//!
//! Each article leaves *anchors* of two kinds. Of its text: those hashes of its shingles (runs of
//! three terms) that are the smallest among their neighbours (winnowing: Schleimer, Wilkerson and
//! Aiken, 2003), some from each part of the text. The smallest hash of a passage that two texts
//! share is the same in both, so a short text finds the long one it was cut from, whichever came
//! first. Of its headline and lead: the rarest words, by which a follow-up finds its story although
//! no run of words is the same. The cost of an article depends only on its own length.
use std::collections::VecDeque;

use crate::domain::{ArticleId, Timestamp};

use super::anchor_table::{SLOTS, Slot, Table, Window};
use super::article_text::ArticleText;
use super::terms::{Term, TermKind};
use super::text_folding::mix_wide;
use super::word_counts::WordCounts;

/// Terms of a shingle. An editor who changes every line still leaves three words in a row.
const SHINGLE_TERMS: usize = 3;

/// The same in pairs of characters: five pairs are six characters.
const SHINGLE_PAIRS: usize = 5;

/// Anchors taken from each part of a text.
const PART_ANCHORS: usize = 2;

/// The ends of the parts, in shingles. They are short at the beginning, because a text that was
/// cut still has its beginning.
const PART_ENDS: [usize; 2] = [24, usize::MAX];

/// Of the words of headline and lead the rarest so many are left as anchors …
const WORDS_LEFT: usize = 12;
/// … and the rarest so many are searched.
const WORDS_SEARCHED: usize = 28;

/// Articles that are proposed. Each is read from the store.
const PROPOSED_MAX: usize = 6;

/// A text of fewer shingles may share a single anchor with its original. A longer one that shares
/// only one has a phrase in common.
const SHORT_TEXT_SHINGLES: usize = 64;

/// The score of the words that two articles share, at least, if their texts share no run of words:
/// one word that two articles of the window left, or four that many left.
const SHARED_WORDS_SCORE_MIN: u64 = SHARED_ANCHOR_SCORE / 2;

/// A hash that is the smallest of this many neighbours is searched, and is left before others.
const MINIMUM_NEIGHBOURS: usize = 8;

/// The score for an anchor that a single article has. If several have it, each gets a share. It
/// can be divided by 1 to 8.
const SHARED_ANCHOR_SCORE: u64 = 840;

/// The most articles in the window. Beyond this the oldest are forgotten.
pub const ARTICLES_MAX: usize = 1 << 22;

// A slot must be free again before it comes round.
const _: () = assert!(ARTICLES_MAX < SLOTS);

/// The articles of the window, found by their anchors.
#[derive(Debug, Default)]
pub struct Index {
    anchors: Table,
    words: WordCounts,
    articles: VecDeque<IndexedArticle>,
    /// The slot the next article gets; the articles in the window have the slots before it.
    next: Slot,
}

/// An article of the window.
#[derive(Clone, Copy, Debug)]
struct IndexedArticle {
    id: ArticleId,
    /// When it was told.
    at: Timestamp,
}

/// What an article is searched and remembered by.
pub(super) struct Anchors {
    /// The hashes of the text in order; `true` for the smallest of their neighbours.
    text: Vec<(u64, bool)>,
    /// The distinct words of headline and lead.
    words: Vec<u32>,
}

impl Anchors {
    /// Of an article.
    pub(super) fn new(article: &ArticleText) -> Self {
        let says = |term: &&Term| match term.kind {
            TermKind::Word | TermKind::Name | TermKind::Hangul | TermKind::Pair => true,
            TermKind::Figure | TermKind::Date | TermKind::Day => false,
        };
        let beginning = article.headline.list.iter().chain(article.lead());
        let mut words: Vec<u32> = beginning.filter(says).map(|term| term.hash).collect();
        words.sort_unstable();
        words.dedup();
        Self { text: with_minima(&shingles(&article.body.list)), words }
    }

    /// Whether the text is so short that one common anchor is much of it.
    fn is_short(&self) -> bool {
        self.text.len() < SHORT_TEXT_SHINGLES
    }
}

/// An anchor that a stored article shares with an arriving one.
struct SharedAnchor {
    slot: Slot,
    score: u64,
    is_word: bool,
}

impl Index {
    /// How many articles are in the window.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether the window has no articles.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Whether a word is so common among the articles that to share it says nothing.
    pub(super) fn is_common(&self, word: u32) -> bool {
        self.words.is_common(word)
    }

    /// Memory held, in bytes, without the tables of one size.
    pub fn bytes(&self) -> usize {
        self.anchors.bytes() + self.articles.capacity() * size_of::<IndexedArticle>()
    }

    /// Forgets the articles that came before `moment`.
    pub fn expire(&mut self, moment: Timestamp) {
        while self.articles.front().is_some_and(|article| article.at < moment) {
            self.articles.pop_front();
        }
    }

    /// The rarest words of an article first, as anchors.
    fn rarest(&self, anchors: &Anchors, most: usize) -> impl Iterator<Item = u64> {
        let mut words: Vec<(u16, u64)> = anchors
            .words
            .iter()
            .filter(|word| !self.words.is_common(**word))
            .map(|word| (self.words.of(*word), mix_wide(u64::from(*word))))
            .collect();
        words.sort_unstable();
        words.into_iter().take(most).map(|(_, hash)| hash)
    }

    /// The articles most likely to be of one story with this one, the likeliest first.
    pub(super) fn propose(&self, anchors: &Anchors) -> Vec<ArticleId> {
        let short = anchors.is_short();
        let text = anchors.text.iter().filter(|(_, least)| short || *least);
        let text = text.map(|(hash, _)| *hash);
        let in_text = text.clone().count();
        let places = self.anchors.positions(text.chain(self.rarest(anchors, WORDS_SEARCHED)));
        let mut shared: Vec<SharedAnchor> = Vec::with_capacity(64);
        for (at, place) in places.into_iter().enumerate() {
            let before = shared.len();
            let is_word = at >= in_text;
            let sharers = self.anchors.slots_at(place);
            shared.extend(sharers.map(|slot| SharedAnchor { slot, score: 0, is_word }));
            let found = shared.len() - before;
            // An anchor of few articles says more than one of many.
            let worth =
                SHARED_ANCHOR_SCORE / u64::try_from(found.max(1)).unwrap_or(SHARED_ANCHOR_SCORE);
            for of in shared.iter_mut().skip(before) {
                of.score = worth;
            }
        }
        shared.sort_unstable_by_key(|of| of.slot);
        let mut proposed: Vec<(u64, u64, ArticleId)> = shared
            .chunk_by(|a, b| a.slot == b.slot)
            .filter_map(|chunk| {
                let words = chunk.iter().filter(|of| of.is_word).count();
                let text = chunk.len() - words;
                // Most of them only share a phrase. They are dropped here, before the store reads
                // their text.
                let phrase = text == 1 && words == 0 && !short;
                let worth: u64 = chunk.iter().map(|of| of.score).sum();
                if phrase || text == 0 && worth < SHARED_WORDS_SCORE_MIN {
                    return None;
                }
                let age = self.window().age(chunk.first()?.slot)?;
                Some((worth, age, self.id_at(age)?))
            })
            .collect();
        // Among equal scores the oldest comes first, because it opened the story.
        proposed.sort_unstable_by(|a, b| b.cmp(a));
        proposed.truncate(PROPOSED_MAX);
        proposed.into_iter().map(|(_, _, id)| id).collect()
    }

    /// Remembers an article.
    pub(super) fn add(&mut self, id: ArticleId, at: Timestamp, anchors: &Anchors) {
        if self.articles.len() >= ARTICLES_MAX {
            self.articles.pop_front();
        }
        if self.articles.len() == self.articles.capacity() {
            // Grow by an eighth. Doubling would hold twice the memory for a while.
            self.articles.reserve_exact(self.articles.len() / 8 + 64);
        }
        self.articles.push_back(IndexedArticle { id, at });
        let slot = self.next;
        self.next = slot.next();
        let window = self.window();
        let parts = parts(&anchors.text);
        let text =
            parts.iter().zip(counts(&parts)).flat_map(|(part, count)| part.iter().take(count));
        let words: Vec<u64> = self.rarest(anchors, WORDS_LEFT).collect();
        for hash in text.map(|(_, hash)| *hash).chain(words) {
            self.anchors.insert(hash, slot, window);
        }
        self.words.observe(anchors.words.iter().copied());
    }

    /// The slots of the articles.
    fn window(&self) -> Window {
        Window { next: self.next, articles: self.articles.len() }
    }

    fn id_at(&self, age: u64) -> Option<ArticleId> {
        let index = self.articles.len().checked_sub(usize::try_from(age).ok()?)?;
        Some(self.articles.get(index)?.id)
    }
}

/// The hash of every run of [`SHINGLE_TERMS`] terms, or of [`SHINGLE_PAIRS`] pairs of characters.
fn shingles(terms: &[Term]) -> Vec<u64> {
    let run = |at: usize, first: &Term| {
        let length = if first.kind == TermKind::Pair { SHINGLE_PAIRS } else { SHINGLE_TERMS };
        let run = terms.get(at..at + length)?;
        let hash = run.iter().fold(0, |hash: u64, term| {
            (hash.rotate_left(21) ^ u64::from(term.hash)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        Some(mix_wide(hash))
    };
    terms.iter().enumerate().filter_map(|(at, first)| run(at, first)).collect()
}

/// Every hash, with whether it is the smallest of [`MINIMUM_NEIGHBOURS`] in a row, itself one of them.
fn with_minima(hashes: &[u64]) -> Vec<(u64, bool)> {
    let row = MINIMUM_NEIGHBOURS.min(hashes.len());
    let minimum = |(at, hash): (usize, &u64)| {
        let greater = |other: &&u64| **other >= *hash;
        let before = hashes.iter().take(at).rev().take(row).take_while(greater).count();
        let after = hashes.iter().skip(at + 1).take(row).take_while(greater).count();
        (*hash, before + 1 + after >= row)
    };
    hashes.iter().enumerate().map(minimum).collect()
}

/// The distinct hashes of each part of a text. First those that are searched by any text that has
/// the part, then the others (`true`), smaller ones first.
fn parts(text: &[(u64, bool)]) -> [Vec<(bool, u64)>; PART_ENDS.len()] {
    let mut begin = 0;
    PART_ENDS.map(|end| {
        let end = end.min(text.len());
        let of_part = text.get(begin..end).unwrap_or_default();
        let mut part: Vec<(bool, u64)> = of_part.iter().map(|(h, least)| (!least, *h)).collect();
        begin = end;
        part.sort_unstable();
        part.dedup();
        part
    })
}

/// How many anchors each part gives. What a short text lacks in one part, its other parts give.
fn counts(parts: &[Vec<(bool, u64)>; PART_ENDS.len()]) -> [usize; PART_ENDS.len()] {
    let mut counts = [0; PART_ENDS.len()];
    let mut left = PART_ANCHORS * PART_ENDS.len();
    // Each round takes one anchor from every part that has one left.
    while left > 0 {
        let before = left;
        for (count, part) in counts.iter_mut().zip(parts) {
            if left > 0 && *count < part.len() {
                *count += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(text: &str) -> Anchors {
        Anchors::new(&ArticleText::new("", text))
    }

    /// A word of letters for every number.
    fn word_of(number: u64) -> String {
        number.to_string().bytes().map(|digit| char::from(digit + 49)).chain([' ']).collect()
    }

    /// A text of its own for every number.
    fn text(number: u64) -> String {
        (0..60).map(|word| word_of(mix_wide(number * 64 + word) % 5_000)).collect()
    }

    #[test]
    fn a_copy_finds_what_it_was_copied_from_among_any_number() {
        let mut index = Index::default();
        for number in 0..3_000 {
            let id = ArticleId(i64::try_from(number).unwrap());
            index.add(id, Timestamp(0), &anchors(&text(number)));
        }
        for number in 0..3_000 {
            let id = ArticleId(i64::try_from(number).unwrap());
            assert_eq!(index.propose(&anchors(&text(number))).first(), Some(&id));
        }
        assert!(index.bytes() <= 3_000 * 300, "{} bytes", index.bytes());
    }

    #[test]
    fn what_left_the_window_is_not_proposed_and_its_room_is_used_again() {
        let mut index = Index::default();
        let mut most = 0;
        for number in 0..20_000_i64 {
            let now = Timestamp(number);
            index.expire(Timestamp(number - 500));
            index.add(ArticleId(number), now, &anchors(&text(number.unsigned_abs())));
            most = most.max(index.bytes());
        }
        assert_eq!(index.len(), 501);
        assert!(!index.propose(&anchors(&text(5))).contains(&ArticleId(5)));
        assert_eq!(index.propose(&anchors(&text(19_990))).first(), Some(&ArticleId(19_990)));
        assert!(most <= 501 * 500, "{most} bytes for a window of 501");
    }

    #[test]
    fn a_text_that_everybody_carries_does_not_crowd_the_table() {
        let mut index = Index::default();
        for number in 0..5_000 {
            index.add(ArticleId(number), Timestamp(0), &anchors(&text(1)));
        }
        let proposed = index.propose(&anchors(&text(1)));
        assert_eq!(proposed.len(), PROPOSED_MAX);
        assert_eq!(proposed.first(), Some(&ArticleId(0)), "the first opened the story");
        assert!(index.bytes() < 200_000, "{} bytes", index.bytes());
    }

    #[test]
    fn an_empty_text_is_remembered_and_never_proposed() {
        let mut index = Index::default();
        index.add(ArticleId(1), Timestamp(0), &anchors(""));
        index.add(ArticleId(2), Timestamp(0), &anchors("one"));
        assert_eq!(index.len(), 2);
        assert!(index.propose(&anchors("one")).is_empty());
    }
}
