//! The anchors of a window and the articles they lead to, in little memory: eight bytes an anchor.
//!
//! Open addressing in cache lines, cut into parts that are refilled one at a time, so that no
//! article waits for the whole table to be moved, and what is moved fits the processor's cache
//! however large the window is.

/// Articles one anchor leads to. What more of them share is either one story, which any of them
/// stands for, or boilerplate.
const SLOTS_PER_HASH_MAX: usize = 8;

/// Bits of an entry that say which article it leads to.
const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// Bits of a hash that are kept.
const TAG_BITS: u32 = 64 - SLOT_BITS;

/// Parts of the table: a part of a window of a million articles is about a mebibyte.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 7;

/// Entries of one bucket: a cache line of them.
const BUCKET: usize = 8;

/// Buckets an entry may stand in, its own first; a search ends at the first that is not full.
const PROBED_BUCKETS_MAX: usize = 48;

/// A part is refilled when this many of a hundred entries are used …
const FULL_PERCENT: usize = 84;
/// … and then this many of a hundred are.
const REFILLED_PERCENT: usize = 70;

/// What a crowded part grows by: this share of it.
const EVICTION_SHARE: usize = 32;

/// No entry.
const EMPTY: u64 = 0;

/// Entries that are looked at together. Aligned, so that they are one cache line and not two halves.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket([u64; BUCKET]);

/// Where an article stands in the window; it comes round after [`SLOTS`] of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(u64);

/// Different slots.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;

impl Slot {
    pub(super) fn next(self) -> Self {
        Self((self.0 + 1) & SLOT_MASK)
    }
}

/// Which slots are articles'.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The slot the next article gets.
    pub(super) next: Slot,
    /// Articles in the window; theirs are the slots before it.
    pub(super) articles: usize,
}

impl Window {
    /// How many articles came after the one in this slot and itself; `None` if it left the window.
    pub(super) fn age(self, slot: Slot) -> Option<u64> {
        let age = self.next.0.wrapping_sub(slot.0) & SLOT_MASK;
        usize::try_from(age).is_ok_and(|age| (1..=self.articles).contains(&age)).then_some(age)
    }
}

/// What is kept of an anchor's hash, and where it is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// Never all zero.
    tag: u64,
    part: usize,
    /// Its own bucket.
    own: usize,
}

#[derive(Debug)]
pub(super) struct Table {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Default)]
struct Part {
    /// Those that tags belong in, and after them some that take what has no room at the end, so
    /// that no reach goes round it.
    buckets: Vec<Bucket>,
    /// How many of them tags belong in.
    owned: usize,
    /// Entries.
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { parts: vec![Part::default(); PARTS] }
    }
}

impl Table {
    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of_part = |part: &Part| part.buckets.capacity() * size_of::<Bucket>();
        self.parts.iter().map(of_part).sum::<usize>() + PARTS * size_of::<Part>()
    }

    /// Where anchors stand. Looks at each: these reads wait for memory side by side, while those
    /// of [`Table::slots_at`] would wait one after the other.
    pub(super) fn positions(&self, hashes: impl Iterator<Item = u64>) -> Vec<Position> {
        let places: Vec<Position> = hashes.map(|hash| self.position(hash)).collect();
        let firsts =
            places.iter().filter_map(|place| self.parts.get(place.part)?.buckets.get(place.own));
        std::hint::black_box(firsts.fold(0, |all, bucket| all ^ bucket.0[0]));
        places
    }

    fn position(&self, hash: u64) -> Position {
        let tag = tag_of(hash);
        let part = usize::try_from(tag).unwrap_or(0) % PARTS;
        Position { tag, part, own: self.parts.get(part).map_or(0, |part| part.home_bucket(tag)) }
    }

    /// The slots of the articles that share an anchor.
    pub(super) fn slots_at(&self, place: Position) -> impl Iterator<Item = Slot> {
        let part = self.parts.get(place.part);
        let reached = part.and_then(|part| part.buckets.get(place.own..)).unwrap_or_default();
        let reached = reached.get(..PROBED_BUCKETS_MAX).unwrap_or(reached);
        // The search ends with the first bucket that has room.
        let full = reached.iter().take_while(|bucket| !bucket.0.contains(&EMPTY)).count();
        let searched = reached.get(..=full).unwrap_or(reached);
        let carries = move |entry: &&u64| **entry >> SLOT_BITS == place.tag;
        let entries = searched.iter().flat_map(|bucket| &bucket.0).filter(carries);
        entries.map(|entry| Slot(*entry & SLOT_MASK))
    }

    /// Leaves an anchor. Where enough articles share it, the second oldest of them makes room: the
    /// oldest opened a story, and the newest are the likeliest to be copied.
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
            // A crowd in one place though the part is not full: spread it.
            self.rebuild(self.owned + self.owned / EVICTION_SHARE, window);
        }
    }

    /// The bucket a tag belongs in.
    fn home_bucket(&self, tag: u64) -> usize {
        let wide = u128::from(tag) * u128::from(u64::try_from(self.owned).unwrap_or(u64::MAX));
        usize::try_from(wide >> TAG_BITS).unwrap_or(0)
    }

    /// Moves the entries that still lead somewhere where there is room for more, into at least this
    /// many buckets.
    fn rebuild(&mut self, buckets_min: usize, window: Window) {
        let mut entries: Vec<u64> = Vec::with_capacity(self.used);
        let old = std::mem::take(&mut self.buckets);
        let leads =
            |entry: &&u64| **entry != EMPTY && window.age(Slot(**entry & SLOT_MASK)).is_some();
        entries.extend(old.iter().flat_map(|bucket| &bucket.0).filter(leads));
        drop(old);
        let mut count = (entries.len() * 100 / REFILLED_PERCENT / BUCKET).max(buckets_min) + 1;
        // An unlucky crowd in one reach needs a little more room; each try has more.
        while !self.try_place(&entries, count) {
            count += count / EVICTION_SHARE + 1;
        }
        self.used = entries.len();
    }

    /// Whether all entries found room in this many buckets.
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

/// The entry that a new sharer of an anchor takes: a free one, that of an article which left the
/// window, or that of the second oldest sharer. `None` if all are others'.
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

/// The bits of a hash that are kept, never all zero. Mixed again, for anchors are the smallest of
/// many hashes and would crowd one end of the table.
fn tag_of(hash: u64) -> u64 {
    (super::text_units::mix_wide(hash ^ 0x9e37_79b9_7f4a_7c15) >> SLOT_BITS).max(1)
}
