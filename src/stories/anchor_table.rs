//! A hash table from anchors (hashes of text) to the articles that have them. Eight bytes an
//! entry: 40 bits of the hash and 24 bits for the article.
//!
//! Why own code: with a million articles of 15 anchors it takes 11.0 bytes an anchor and at most
//! 172 MB. `hashbrown::HashTable<u64>`, cut into 128 parts as well, takes 12.6 to 20.1 bytes and
//! at most 299 MB, since it grows by doubling; inserting and searching take 5.8 µs an article
//! against 8.3 µs, but it forgets no old article. `cargo bench --bench dedupe` prints the bytes an
//! article.
//!
//! It is an open-addressing table of buckets that are one cache line each. It is cut into parts
//! that are rebuilt one at a time, so that no article waits until the whole table has moved, and a
//! part that moves fits into the cache of the processor.

/// Articles kept for one anchor. What more articles share is either one story, for which each of
/// them will do, or boilerplate.
const SLOTS_PER_HASH_MAX: usize = 8;

/// Bits of an entry that name the article.
const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// Bits of a hash that are kept.
const TAG_BITS: u32 = 64 - SLOT_BITS;

/// Parts of the table. In a window of a million articles a part has about 1 MiB.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 7;

/// Entries of one bucket: 64 bytes, a cache line.
const BUCKET: usize = 8;

/// Buckets in which an entry may be, from its own on. A search ends at the first bucket that is
/// not full.
const PROBED_BUCKETS_MAX: usize = 48;

/// A part is rebuilt when it is this full, in per cent …
const FULL_PERCENT: usize = 84;
/// … and is then this full, in per cent.
const REFILLED_PERCENT: usize = 70;

/// A part without room near one bucket grows by one such share.
const EVICTION_SHARE: usize = 32;

/// An empty entry. No tag is zero.
const EMPTY: u64 = 0;

/// One bucket. Aligned, so that it is one cache line and not two halves.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket([u64; BUCKET]);

/// The position of an article in the window. It is used again after [`SLOTS`] articles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(u64);

/// Number of slots.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;

impl Slot {
    /// The slot after this one.
    pub(super) fn next(self) -> Self {
        Self((self.0 + 1) & SLOT_MASK)
    }
}

/// Which slots belong to articles of the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The slot the next article gets.
    pub(super) next: Slot,
    /// Articles in the window. They have the slots before `next`.
    pub(super) articles: usize,
}

impl Window {
    /// The age of a slot: 1 for the newest article. `None` if its article left the window.
    pub(super) fn age(self, slot: Slot) -> Option<u64> {
        let age = self.next.0.wrapping_sub(slot.0) & SLOT_MASK;
        usize::try_from(age).is_ok_and(|age| (1..=self.articles).contains(&age)).then_some(age)
    }
}

/// The part of an anchor's hash that is kept, and where it is searched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// Never all zero.
    tag: u64,
    part: usize,
    /// The bucket where it is searched first.
    own: usize,
}

#[derive(Debug)]
/// The table; see the head of the file.
pub(super) struct Table {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Default)]
/// One part of the table. It is rebuilt alone.
struct Part {
    /// The buckets that tags belong to, and behind them some for entries that find no room at the
    /// end.
    buckets: Vec<Bucket>,
    /// How many buckets tags belong to.
    owned: usize,
    /// Entries in use.
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { parts: vec![Part::default(); PARTS] }
    }
}

impl Table {
    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of_part = |part: &Part| part.buckets.capacity() * size_of::<Bucket>();
        self.parts.iter().map(of_part).sum::<usize>() + PARTS * size_of::<Part>()
    }

    /// The positions of anchors. It reads each of them once: these reads wait for memory at the
    /// same time, while those of [`Table::slots_at`] would wait one after the other.
    pub(super) fn positions(&self, hashes: impl Iterator<Item = u64>) -> Vec<Position> {
        let places: Vec<Position> = hashes.map(|hash| self.position(hash)).collect();
        let firsts =
            places.iter().filter_map(|place| self.parts.get(place.part)?.buckets.get(place.own));
        std::hint::black_box(firsts.fold(0, |all, bucket| all ^ bucket.0[0]));
        places
    }

    /// The position of one anchor.
    fn position(&self, hash: u64) -> Position {
        let tag = tag_of(hash);
        let part = usize::try_from(tag).unwrap_or(0) % PARTS;
        Position { tag, part, own: self.parts.get(part).map_or(0, |part| part.home_bucket(tag)) }
    }

    /// The slots of the articles that have an anchor.
    pub(super) fn slots_at(&self, place: Position) -> impl Iterator<Item = Slot> {
        let part = self.parts.get(place.part);
        let reached = part.and_then(|part| part.buckets.get(place.own..)).unwrap_or_default();
        let reached = reached.get(..PROBED_BUCKETS_MAX).unwrap_or(reached);
        // The search ends at the first bucket with room.
        let full = reached.iter().take_while(|bucket| !bucket.0.contains(&EMPTY)).count();
        let searched = reached.get(..=full).unwrap_or(reached);
        let carries = move |entry: &&u64| **entry >> SLOT_BITS == place.tag;
        let entries = searched.iter().flat_map(|bucket| &bucket.0).filter(carries);
        entries.map(|entry| Slot(*entry & SLOT_MASK))
    }

    /// Adds an anchor of an article. If enough articles have it, the second oldest is replaced:
    /// the oldest opened the story, and the newest are the likeliest to be copied.
    pub(super) fn insert(&mut self, hash: u64, slot: Slot, window: Window) {
        let tag = tag_of(hash);
        let part = usize::try_from(tag).unwrap_or(0) % PARTS;
        if let Some(part) = self.parts.get_mut(part) {
            part.insert(tag, slot, window);
        }
    }
}

impl Part {
    fn insert(&mut self, tag: u64, slot: Slot, window: Window) {
        if self.used >= self.owned * BUCKET * FULL_PERCENT / 100 {
            self.rebuild(0, window);
        }
        loop {
            let own = self.home_bucket(tag);
            let reached = self.buckets.iter_mut().skip(own).take(PROBED_BUCKETS_MAX);
            if let Some(entry) = entry_for(tag, reached, window) {
                self.used += usize::from(*entry == EMPTY);
                *entry = tag << SLOT_BITS | slot.0;
                return;
            }
            // There is no room near this bucket although the part is not full.
            self.rebuild(self.owned + self.owned / EVICTION_SHARE, window);
        }
    }

    /// The bucket where a tag is searched first.
    fn home_bucket(&self, tag: u64) -> usize {
        let wide = u128::from(tag) * u128::from(u64::try_from(self.owned).unwrap_or(u64::MAX));
        usize::try_from(wide >> TAG_BITS).unwrap_or(0)
    }

    /// Moves the entries of articles in the window into a larger part, of at least so many
    /// buckets. Other entries are dropped here.
    fn rebuild(&mut self, buckets_min: usize, window: Window) {
        let mut entries: Vec<u64> = Vec::with_capacity(self.used);
        let old = std::mem::take(&mut self.buckets);
        let leads =
            |entry: &&u64| **entry != EMPTY && window.age(Slot(**entry & SLOT_MASK)).is_some();
        entries.extend(old.iter().flat_map(|bucket| &bucket.0).filter(leads));
        drop(old);
        let mut count = (entries.len() * 100 / REFILLED_PERCENT / BUCKET).max(buckets_min) + 1;
        // Entries can be so uneven that they need a little more room. Each try has more.
        while !self.try_place(&entries, count) {
            count += count / EVICTION_SHARE + 1;
        }
        self.used = entries.len();
    }

    /// Puts all entries into so many buckets; false if one finds no room.
    fn try_place(&mut self, entries: &[u64], count: usize) -> bool {
        self.owned = count;
        self.buckets = vec![Bucket([EMPTY; BUCKET]); count + count.min(PROBED_BUCKETS_MAX)];
        let mut filled = vec![0_u8; self.buckets.len()];
        entries.iter().all(|entry| {
            let own = self.home_bucket(*entry >> SLOT_BITS);
            let mut near = own..own + PROBED_BUCKETS_MAX;
            let Some(at) = near.find(|at| filled.get(*at).is_some_and(|filled| has_room(*filled)))
            else {
                return false;
            };
            let (Some(bucket), Some(filled)) = (self.buckets.get_mut(at), filled.get_mut(at))
            else {
                return false;
            };
            if let Some(free) = bucket.0.get_mut(usize::from(*filled)) {
                *free = *entry;
            }
            *filled += 1;
            true
        })
    }
}

/// The entry to use for a new article of an anchor: a free one, one of an article that left the
/// window, or the second oldest of the same anchor. `None` if there is none.
fn entry_for<'a>(
    tag: u64,
    reached: impl Iterator<Item = &'a mut Bucket>,
    window: Window,
) -> Option<&'a mut u64> {
    let mut free: Option<&mut u64> = None;
    let mut sharers: Vec<(u64, &mut u64)> = Vec::new();
    for bucket in reached {
        let full = !bucket.0.contains(&EMPTY);
        for entry in &mut bucket.0 {
            let age = window.age(Slot(*entry & SLOT_MASK));
            match age.filter(|_| *entry != EMPTY) {
                None => free = free.or(Some(entry)),
                Some(age) if *entry >> SLOT_BITS == tag => sharers.push((age, entry)),
                Some(_) => {}
            }
        }
        if !full {
            break;
        }
    }
    if sharers.len() < SLOTS_PER_HASH_MAX {
        return free;
    }
    sharers.sort_unstable_by_key(|(age, _)| std::cmp::Reverse(*age));
    sharers.into_iter().nth(1).map(|(_, entry)| entry)
}

fn has_room(filled: u8) -> bool {
    usize::from(filled) < BUCKET
}

/// The bits of a hash that are kept, never zero. They are mixed again, because anchors are the
/// smallest of many hashes and would all be at one end of the table.
fn tag_of(hash: u64) -> u64 {
    (super::text_folding::mix_wide(hash ^ 0x9e37_79b9_7f4a_7c15) >> SLOT_BITS).max(1)
}
