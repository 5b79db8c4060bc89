//! Proposes the stored articles that may have the text of an arriving one. It never decides.
//!
//! Each article leaves a few *anchors*: those hashes of its shingles (runs of three words) that
//! are the smallest among their neighbours (winnowing: Schleimer, Wilkerson and Aiken, 2003), some
//! from each part of the text. An arriving article is searched by all such hashes, a short one by
//! all it has. The smallest hash of a passage that two texts share is the same in both. So a short
//! text finds the long one it was cut from, whichever came first, and the cost of an article
//! depends only on its own length.
use std::collections::VecDeque;

use crate::domain::{ArticleId, Timestamp};

use super::anchor_table::{SLOTS, Slot, Table, Window};
use super::novelty::ComparableText;
use super::text_units::{Unit, UnitKind, mix_wide, shingles};

/// Words of a shingle. An editor who changes every line still leaves three words in a row.
const SHINGLE_WORDS: usize = 3;

/// Anchors taken from each part of a text.
const PART_ANCHORS: usize = 3;

/// The ends of the parts, in shingles. They are short at the beginning, because a text that was
/// cut still has its beginning.
const PART_ENDS: [usize; 4] = [16, 64, 256, usize::MAX];

/// Of the content words of a headline with the smallest hashes, any two of so many are left as an
/// anchor …
const HEADLINE_WORDS_OMITTED: usize = 3;
/// … and any two of so many are searched. Two, because within a week a source uses each single
/// word in many headlines. Only within one source, because a headline alone does not make two
/// articles one story.
const HEADLINE_WORDS_USED: usize = 5;

/// Articles that are proposed. Each is read from the store.
const PROPOSED_MAX: usize = 6;

/// A text of fewer shingles may share a single anchor with its original. A longer one that shares
/// only one has a phrase in common.
const SHORT_TEXT_SHINGLES: usize = 64;

/// A hash that is the smallest of this many neighbours is searched, and is left before others.
const MINIMUM_NEIGHBOURS: usize = 8;

/// Anchors that the headlines of a news flash and of its story share at least.
const FLASH_ANCHORS_MIN: usize = 1;

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
    articles: VecDeque<(ArticleId, Timestamp)>,
    /// Of the same articles. Kept apart, because beside the ids each would take a whole word of
    /// memory.
    traits: VecDeque<Traits>,
    /// The slot the next article gets; the articles in the window have the slots before it.
    next: Slot,
}

/// What an article is searched and remembered by.
pub(super) struct Anchors {
    /// The hashes of the text in order; `true` for the smallest of their neighbours.
    text: Vec<(u64, bool)>,
    /// The smallest hashes of the content words of the headline, in order.
    headline: Vec<u64>,
    traits: Traits,
}

/// What decides whether the headline alone may find an article.
#[derive(Clone, Copy, Debug, Default)]
struct Traits {
    /// The headline has a revision label.
    revised: bool,
    /// There is hardly any text under the headline.
    flash: bool,
}

impl Anchors {
    /// Of an article. Headlines are only compared within one source, so its hash is part of
    /// theirs.
    pub(super) fn new(source: u64, article: &ComparableText) -> Self {
        // "One of the" is in many texts, and "the" in many headlines.
        let tells = |unit: &Unit| !matches!(unit.kind, UnitKind::Common | UnitKind::Grammar);
        let text: Vec<u64> = shingles(&article.units, SHINGLE_WORDS)
            .filter(|(at, _)| article.units.iter().skip(*at).take(SHINGLE_WORDS).any(tells))
            .map(|(_, hash)| hash)
            .collect();
        let mut headline: Vec<u64> = shingles(&article.headline, 1)
            .filter(|(at, _)| article.headline.get(*at).is_some_and(tells))
            .map(|(_, hash)| mix_wide(hash ^ source))
            .collect();
        headline.sort_unstable();
        headline.dedup();
        headline.truncate(HEADLINE_WORDS_USED);
        let traits = Traits { revised: article.revised, flash: article.is_news_flash() };
        Self { text: with_minima(&text), headline, traits }
    }

    /// Whether the text is so short that one common anchor is much of it.
    fn is_short(&self) -> bool {
        self.text.len() < SHORT_TEXT_SHINGLES
    }

    /// How many anchors the headlines alone must share: one between a news flash and its labelled
    /// story, otherwise all that this headline leaves.
    fn headline_min(&self, other: Traits) -> usize {
        let follows = self.traits.revised || other.revised;
        let flash = self.traits.flash || other.flash;
        if follows && flash {
            FLASH_ANCHORS_MIN
        } else {
            self.headline(HEADLINE_WORDS_OMITTED).count()
        }
    }

    /// The anchors of the headline: one for any two of its first `words` words; for a single word,
    /// that word.
    fn headline(&self, words: usize) -> impl Iterator<Item = u64> + Clone {
        let words = self.headline.get(..words).unwrap_or(&self.headline);
        let single = words.first().filter(|_| words.len() == 1).copied();
        let pairs = words.iter().enumerate().flat_map(move |(at, first)| {
            let others = words.iter().skip(at + 1);
            others.map(move |second| mix_wide(first.rotate_left(32) ^ second))
        });
        single.into_iter().chain(pairs)
    }
}

/// An anchor that a stored article shares with an arriving one.
struct SharedAnchor {
    slot: Slot,
    score: u64,
    in_headline: bool,
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

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.anchors.bytes()
            + self.articles.capacity() * size_of::<(ArticleId, Timestamp)>()
            + self.traits.capacity() * size_of::<Traits>()
    }

    /// Forgets the articles that came before `moment`.
    pub fn expire(&mut self, moment: Timestamp) {
        while self.articles.front().is_some_and(|(_, at)| *at < moment) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        self.articles.pop_front();
        self.traits.pop_front();
    }

    /// The articles most likely to have this text or headline, the likeliest first.
    pub(super) fn propose(&self, anchors: &Anchors) -> Vec<ArticleId> {
        let short = anchors.is_short();
        let text = anchors.text.iter().filter(|(_, least)| short || *least);
        let text = text.map(|(hash, _)| *hash);
        let in_text = text.clone().count();
        let places = self.anchors.positions(text.chain(anchors.headline(HEADLINE_WORDS_USED)));
        let mut shared: Vec<SharedAnchor> = Vec::with_capacity(64);
        for (at, place) in places.into_iter().enumerate() {
            let before = shared.len();
            let in_headline = at >= in_text;
            let sharers = self.anchors.slots_at(place);
            shared.extend(sharers.map(|slot| SharedAnchor { slot, score: 0, in_headline }));
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
                let headline = chunk.iter().filter(|of| of.in_headline).count();
                let text = chunk.len() - headline;
                // Most of them only share a phrase. They are dropped here, before the store reads
                // their text.
                if text == 1 && headline == 0 && !short {
                    return None;
                }
                let age = self.window().age(chunk.first()?.slot)?;
                let (id, traits) = self.entry_at(age)?;
                let worth = chunk.iter().map(|of| of.score).sum();
                let enough = text > 0 || headline >= anchors.headline_min(traits);
                enough.then_some((worth, age, id))
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
            self.forget_oldest();
        }
        if self.articles.len() == self.articles.capacity() {
            // Grow by an eighth. Doubling would hold twice the memory for a while.
            self.articles.reserve_exact(self.articles.len() / 8 + 64);
            self.traits.reserve_exact(self.articles.len() / 8 + 64);
        }
        self.articles.push_back((id, at));
        self.traits.push_back(anchors.traits);
        let slot = self.next;
        self.next = slot.next();
        let window = self.window();
        let parts = parts(&anchors.text);
        let text =
            parts.iter().zip(counts(&parts)).flat_map(|(part, count)| part.iter().take(count));
        let headline = anchors.headline(HEADLINE_WORDS_OMITTED);
        for hash in text.map(|(_, hash)| *hash).chain(headline) {
            self.anchors.insert(hash, slot, window);
        }
    }

    /// The slots of the articles.
    fn window(&self) -> Window {
        Window { next: self.next, articles: self.articles.len() }
    }

    fn entry_at(&self, age: u64) -> Option<(ArticleId, Traits)> {
        let index = self.articles.len().checked_sub(usize::try_from(age).ok()?)?;
        Some((self.articles.get(index)?.0, *self.traits.get(index)?))
    }
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
        Anchors::new(7, &ComparableText::new("", text))
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
        assert!(index.propose(&anchors(&text(9_999))).is_empty());
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
        assert!(index.propose(&anchors(&text(5))).is_empty());
        assert_eq!(index.propose(&anchors(&text(19_990))), [ArticleId(19_990)]);
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
