//! Which stored articles may carry the text of a new one. Proposes, never decides.
//!
//! Every article leaves a handful of *anchors*: the smallest hashes of its shingles, some from each
//! part of the text. A new article asks with all its shingles. So a short text finds the long one
//! it was cut from, whichever came first, and what an article costs depends on its own length
//! alone. Memory is bounded: eight bytes an anchor, in a table that is refilled, not grown, when
//! old articles leave the window.
use std::collections::VecDeque;

use crate::domain::{ArticleId, Moment};

use super::units::{Unit, mix_wide, shingles};

/// Words of a shingle that is looked up.
const SHINGLE_WORDS: usize = 4;

/// Anchors taken from each part of a text.
const PART_ANCHORS: usize = 3;

/// Where the parts end, in shingles: fine at the head, for that is what a cut leaves.
const PART_ENDS: [usize; 4] = [16, 64, 256, usize::MAX];

/// Anchors taken from a headline, for articles of the same source.
const HEADLINE_ANCHORS: usize = 3;

/// Articles one anchor leads to. What more of them share is either one story, which the first ones
/// stand for, or boilerplate.
const SHARERS_MAX: usize = 8;

/// Articles that are proposed.
const PROPOSED_MAX: usize = 6;

/// A text of fewer shingles than this may share a single anchor with its like; a longer one that
/// shares only one shares a phrase.
const FEW_SHINGLES: usize = 64;

/// Anchors are the smallest of many hashes, so a long text need not ask with the greater half.
const ASKED_BELOW: u64 = u64::MAX / 2;

/// What an anchor that leads to one article is worth; shared, it is worth a share of this.
const WORTH: u64 = 840;

/// Bits of an entry that say which article it leads to.
const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// Bits of a hash that are kept.
const TAG_BITS: u32 = 64 - SLOT_BITS;

/// Entries of one bucket: a cache line of them.
const BUCKET: usize = 8;

/// Buckets an entry may stand away from its own; a search ends at the first that is not full.
const REACH: usize = 64;

/// The table is refilled when this many of a hundred entries are used …
const FULL_PERCENT: usize = 86;
/// … and then this many of a hundred are.
const REFILLED_PERCENT: usize = 78;

/// Most articles in the window; the oldest leave for the newest.
pub const ARTICLES_MAX: usize = 1 << 22;

/// No entry.
const EMPTY: u64 = 0;

/// The articles of a window, by what they say.
#[derive(Debug, Default)]
pub struct Index {
    buckets: Vec<[u64; BUCKET]>,
    used: usize,
    articles: VecDeque<(ArticleId, Moment)>,
    /// The slot the next article gets; the articles in the window have the slots before it.
    next: u64,
}

/// What an article is looked up and remembered by.
pub(super) struct Anchors {
    /// In text order.
    text: Vec<u64>,
    headline: Vec<u64>,
}

impl Anchors {
    /// Of a text and a headline; headlines are compared within one source.
    pub(super) fn new(source: u64, text: &[Unit], headline: &[Unit]) -> Self {
        let text = shingles(text, SHINGLE_WORDS).map(|(_, hash)| hash).collect();
        let salted = |(_, hash)| mix_wide(hash ^ source);
        let mut headline: Vec<u64> = shingles(headline, 1).map(salted).collect();
        headline.sort_unstable();
        headline.dedup();
        Self { text, headline }
    }
}

impl Index {
    /// How many articles are in the window.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<[u64; BUCKET]>()
            + self.articles.capacity() * size_of::<(ArticleId, Moment)>()
    }

    /// Lets the articles go that came before `moment`.
    pub fn expire(&mut self, moment: Moment) {
        while self.articles.front().is_some_and(|(_, at)| *at < moment) {
            self.articles.pop_front();
        }
    }

    /// The articles most likely to carry this text or headline, the likeliest first.
    pub(super) fn propose(&self, anchors: &Anchors) -> Vec<ArticleId> {
        let mut sharers: Vec<(u64, u64)> = Vec::with_capacity(64);
        let alone = anchors.text.len() < FEW_SHINGLES;
        let asked = anchors.text.iter().filter(|hash| alone || **hash < ASKED_BELOW);
        let asked: Vec<u64> = asked.chain(&anchors.headline).map(|hash| tag_of(*hash)).collect();
        // One look at every bucket first: these reads wait for memory side by side, those below
        // would wait one after the other.
        let firsts = asked.iter().filter_map(|tag| self.buckets.get(self.reach(*tag).next()?));
        std::hint::black_box(firsts.fold(0, |all, bucket| all ^ bucket[0]));
        for tag in asked {
            let before = sharers.len();
            self.sharers(tag, &mut sharers);
            let found = sharers.len() - before;
            // What few share says more than what many share.
            let worth = WORTH / u64::try_from(found.max(1)).unwrap_or(WORTH);
            for (_, of) in sharers.iter_mut().skip(before) {
                *of = worth;
            }
        }
        sharers.sort_unstable();
        let mut proposed: Vec<(u64, u64)> = sharers
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|chunk| chunk.len() > 1 || alone)
            .filter_map(|chunk| {
                let worth = chunk.iter().map(|(_, worth)| worth).sum();
                Some((worth, self.age(chunk.first()?.0)?))
            })
            .collect();
        // The likeliest first; among equals the oldest, which opened the story.
        proposed.sort_unstable_by(|a, b| b.cmp(a));
        proposed.truncate(PROPOSED_MAX);
        proposed.into_iter().filter_map(|(_, age)| self.article(age)).collect()
    }

    /// Remembers an article.
    pub(super) fn add(&mut self, id: ArticleId, at: Moment, anchors: &Anchors) {
        if self.articles.len() >= ARTICLES_MAX {
            self.articles.pop_front();
        }
        if self.articles.len() == self.articles.capacity() {
            // By an eighth: doubling would hold twice the memory for a while.
            self.articles.reserve_exact(self.articles.len() / 8 + 64);
        }
        self.articles.push_back((id, at));
        let slot = self.next;
        self.next = (self.next + 1) & SLOT_MASK;
        let parts = parts(&anchors.text);
        for (part, count) in parts.iter().zip(counts(&parts)) {
            self.leave(part, count, slot);
        }
        self.leave(&anchors.headline, HEADLINE_ANCHORS, slot);
    }

    /// Leaves up to `count` of these anchors, smallest hash first.
    fn leave(&mut self, hashes: &[u64], count: usize, slot: u64) {
        let mut left = 0;
        for hash in hashes.iter().take(count * 3) {
            if left == count {
                break;
            }
            left += usize::from(self.insert(tag_of(*hash), slot));
        }
    }

    /// Whether an anchor was left: not if enough articles share it.
    fn insert(&mut self, tag: u64, slot: u64) -> bool {
        if self.used >= self.buckets.len() * BUCKET * FULL_PERCENT / 100 {
            self.refill(0);
        }
        loop {
            let mut sharers = 0;
            let mut free = None;
            for bucket in self.reach(tag) {
                for (place, entry) in self.buckets[bucket].iter().enumerate() {
                    if *entry == EMPTY || self.age(*entry & SLOT_MASK).is_none() {
                        free = free.or(Some((bucket, place)));
                    } else if *entry >> SLOT_BITS == tag {
                        sharers += 1;
                    }
                }
                if self.buckets[bucket].contains(&EMPTY) {
                    break;
                }
            }
            if sharers >= SHARERS_MAX {
                return false;
            }
            if let Some((bucket, place)) = free {
                let entry = &mut self.buckets[bucket][place];
                self.used += usize::from(*entry == EMPTY);
                *entry = tag << SLOT_BITS | slot;
                return true;
            }
            // A crowd in one place though the table is not full: spread it.
            self.refill(self.buckets.len() + self.buckets.len() / 8 + 1);
        }
    }

    /// Adds the slots that share an anchor.
    fn sharers(&self, tag: u64, slots: &mut Vec<(u64, u64)>) {
        for bucket in self.reach(tag) {
            let Some(entries) = self.buckets.get(bucket) else { return };
            let mut open = false;
            for entry in entries {
                if *entry >> SLOT_BITS == tag {
                    slots.push((*entry & SLOT_MASK, 0));
                }
                open |= *entry == EMPTY;
            }
            if open {
                return;
            }
        }
    }

    /// The buckets in which a tag may stand, its own first.
    fn reach(&self, tag: u64) -> impl Iterator<Item = usize> + use<> {
        let count = self.buckets.len();
        let wide = u128::from(tag) * u128::from(u64::try_from(count).unwrap_or(u64::MAX));
        let own = usize::try_from(wide >> TAG_BITS).unwrap_or(0);
        (0..REACH.min(count)).map(move |step| (own + step) % count.max(1))
    }

    /// How many articles came after the one in this slot and itself; `None` if it left the window.
    fn age(&self, slot: u64) -> Option<u64> {
        let age = self.next.wrapping_sub(slot) & SLOT_MASK;
        let count = u64::try_from(self.articles.len()).unwrap_or(u64::MAX);
        (1..=count).contains(&age).then_some(age)
    }

    fn article(&self, age: u64) -> Option<ArticleId> {
        let index = self.articles.len().checked_sub(usize::try_from(age).ok()?)?;
        self.articles.get(index).map(|(id, _)| *id)
    }

    /// Moves the entries that still lead somewhere into a table with room for more, of at least
    /// this many buckets.
    fn refill(&mut self, buckets_min: usize) {
        let old = std::mem::take(&mut self.buckets);
        let leads = |entry: &u64| *entry != EMPTY && self.age(*entry & SLOT_MASK).is_some();
        let live = old.iter().flatten().filter(|entry| leads(entry)).count();
        let entries: Vec<u64> = old.iter().flatten().filter(|e| leads(e)).copied().collect();
        let mut count = (live * 100 / REFILLED_PERCENT / BUCKET).max(8).max(buckets_min) + 1;
        drop(old);
        // An unlucky crowd in one reach needs a little more room; each try has more.
        while !self.placed(&entries, count) {
            count += count / 8 + 1;
        }
        self.used = live;
    }

    fn placed(&mut self, entries: &[u64], count: usize) -> bool {
        self.buckets = vec![[EMPTY; BUCKET]; count];
        entries.iter().all(|entry| {
            let mut reach = self.reach(*entry >> SLOT_BITS);
            reach.any(|bucket| {
                let free = self.buckets[bucket].iter_mut().find(|place| **place == EMPTY);
                free.map(|place| *place = *entry).is_some()
            })
        })
    }
}

/// The different hashes of each part of a text, smallest first.
fn parts(text: &[u64]) -> [Vec<u64>; PART_ENDS.len()] {
    let mut begin = 0;
    PART_ENDS.map(|end| {
        let end = end.min(text.len());
        let mut part = text.get(begin..end).unwrap_or_default().to_vec();
        begin = end;
        part.sort_unstable();
        part.dedup();
        part
    })
}

/// How many anchors each part gives: what a short text's missing parts cannot, its others do.
fn counts(parts: &[Vec<u64>; PART_ENDS.len()]) -> [usize; PART_ENDS.len()] {
    let mut counts = [0; PART_ENDS.len()];
    let mut left = PART_ANCHORS * PART_ENDS.len();
    // Each round hands one anchor to every part that has one to give.
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

/// The bits of a hash that are kept, never all zero. Mixed again, for anchors are the smallest of
/// many hashes and would crowd one end of the table.
fn tag_of(hash: u64) -> u64 {
    (mix_wide(hash ^ 0x9e37_79b9_7f4a_7c15) >> SLOT_BITS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedupe::units;

    fn anchors(text: &str) -> Anchors {
        let mut read = Vec::new();
        units::read(text, &mut read);
        Anchors::new(7, &read, &[])
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
            index.add(id, Moment(0), &anchors(&text(number)));
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
            let now = Moment(number);
            index.expire(Moment(number - 500));
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
            index.add(ArticleId(number), Moment(0), &anchors(&text(1)));
        }
        let proposed = index.propose(&anchors(&text(1)));
        assert_eq!(proposed.len(), PROPOSED_MAX);
        assert_eq!(proposed.first(), Some(&ArticleId(0)), "the first opened the story");
        assert!(index.bytes() < 200_000, "{} bytes", index.bytes());
    }

    #[test]
    fn an_empty_text_is_remembered_and_never_proposed() {
        let mut index = Index::default();
        index.add(ArticleId(1), Moment(0), &anchors(""));
        index.add(ArticleId(2), Moment(0), &anchors("one"));
        assert_eq!(index.len(), 2);
        assert!(index.propose(&anchors("one")).is_empty());
    }
}
