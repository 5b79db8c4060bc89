//! Aligns a shorter text with a longer one: which parts of it are in the longer one, in what
//! order, and what was replaced by something else.
use super::text_units::{Unit, UnitKind, shingles};

/// A shorter run of equal words is a coincidence, in words (characters count half).
const RUN_WORDS_MIN: usize = 3;

/// A short run this far from the end of the last one is a coincidence too, in units.
const SHIFT_UNITS_MAX: usize = 60;

/// A run of at least this weight counts wherever it is, in half words.
const RELIABLE_RUN_WEIGHT: usize = 14;

/// The longest gap between two runs that is compared word by word, in units. A longer one was
/// written anew. The comparison takes the square of this.
const GAP_UNITS_MAX: usize = 24;

/// Occurrences of one shingle that are tried. A text that repeats one phrase would otherwise take
/// the square of its length.
const OCCURRENCES_MAX: usize = 8;

/// How the shorter text is found in the longer one. Weights are in half words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// Weight of the shorter text that is in the longer one.
    pub(super) matched: usize,
    /// Places where a number was replaced by another number, or a name by another name.
    pub(super) replaced: usize,
    /// Such places where a name cannot be told from a word: in scripts without spaces, and where
    /// capitals mean nothing.
    pub(super) reworded: usize,
    /// Places where other words were replaced.
    pub(super) edited: usize,
    /// Those of [`Alignment::replaced`] at the beginning of the shorter text.
    pub(super) replaced_early: usize,
    /// Weight of the longer text before the first run.
    pub(super) skipped: usize,
    /// Weight of the first [`HEAD_WEIGHT`] of the longer text that is in the shorter one.
    pub(super) long_head: usize,
    /// Weight of the longest run.
    pub(super) longest: usize,
}

/// The weight of a first sentence, which says what the story is, in half words.
pub(super) const HEAD_WEIGHT: usize = 40;

/// The beginning of a text, in units. There one report of a series differs from the next.
const EARLY_UNITS: usize = 50;

/// A run of equal units: where it begins in each text, and its length.
#[derive(Clone, Copy, Debug)]
struct Run {
    short: usize,
    long: usize,
    length: usize,
}

/// Aligns two texts.
pub(super) fn align(short: &[Unit], long: &[Unit]) -> Alignment {
    let runs = runs(short, long);
    let mut found = Alignment::default();
    let head = head_end(long);
    let (mut short_end, mut long_end) = (0, 0);
    for run in &runs {
        let weight = unit_weight(short.get(run.short..run.short + run.length));
        found.matched += weight;
        found.long_head += unit_weight(long.get(run.long..head.min(run.long + run.length)));
        found.longest = found.longest.max(weight);
        if run.long >= long_end {
            let (a, b) = (short.get(short_end..run.short), long.get(long_end..run.long));
            compare_gap(a, b, short_end, &mut found);
        }
        (short_end, long_end) = (run.short + run.length, run.long + run.length);
    }
    if let Some(first) = runs.iter().map(|run| run.long).min() {
        found.skipped = unit_weight(long.get(..first));
        compare_gap(short.get(short_end..), long.get(long_end..), short_end, &mut found);
    }
    found
}

/// Places where two headlines differ by more than added words.
pub(super) fn count_replacements(a: &[Unit], b: &[Unit]) -> usize {
    let head = |units: &[Unit]| units.iter().take(GAP_UNITS_MAX).copied().collect::<Vec<Unit>>();
    let mut found = Alignment::default();
    compare_gap(Some(&head(a)), Some(&head(b)), 0, &mut found);
    found.replaced + found.reworded + found.edited
}

/// The number of units in the head of a text.
fn head_end(units: &[Unit]) -> usize {
    let mut weight = 0;
    let in_head = |unit: &&Unit| {
        weight += unit.weight();
        weight <= HEAD_WEIGHT
    };
    units.iter().take_while(in_head).count()
}

/// The weight of some units, in half words.
pub(super) fn unit_weight(units: Option<&[Unit]>) -> usize {
    units.unwrap_or_default().iter().map(|unit| unit.weight()).sum()
}

/// The runs of equal units, in the order of the shorter text.
fn runs(short: &[Unit], long: &[Unit]) -> Vec<Run> {
    let places = Occurrences::new(long);
    let seeds: Vec<(usize, u64)> = shingles(short, RUN_WORDS_MIN).collect();
    let mut runs: Vec<Run> = Vec::new();
    let (mut from, mut expected) = (0, 0);
    for (at, hash) in seeds {
        if at < from {
            continue;
        }
        let near = expected + (at - from);
        let Some(place) = places.nearest(hash, near) else { continue };
        let length = short
            .get(at..)
            .unwrap_or_default()
            .iter()
            .zip(long.get(place..).unwrap_or_default())
            .take_while(|(a, b)| a.hash == b.hash)
            .count();
        let far = place.abs_diff(near) > SHIFT_UNITS_MAX;
        let weight = unit_weight(short.get(at..at + length));
        // Two shingles can have the same hash, so the units are compared.
        if weight < RUN_WORDS_MIN * 2 || (far && !runs.is_empty() && weight < RELIABLE_RUN_WEIGHT) {
            continue;
        }
        runs.push(Run { short: at, long: place, length });
        (from, expected) = (at + length, place + length);
    }
    runs
}

/// The positions of each shingle of a text: a hash table of first positions, each linked to the
/// later ones.
struct Occurrences {
    table: Vec<(u64, u32)>,
    next: Vec<u32>,
    mask: usize,
}

/// Marks the end of a chain.
const NO_POSITION: u32 = u32::MAX;

impl Occurrences {
    fn new(units: &[Unit]) -> Self {
        let size = (units.len() * 2).next_power_of_two().max(8);
        let mut places = Self {
            table: vec![(0, NO_POSITION); size],
            next: vec![NO_POSITION; units.len()],
            mask: size - 1,
        };
        let all: Vec<(usize, u64)> = shingles(units, RUN_WORDS_MIN).collect();
        // From the end, so that each chain begins with the first position.
        for (at, hash) in all.into_iter().rev() {
            let slot = places.slot(hash);
            let place = u32::try_from(at).unwrap_or(NO_POSITION);
            if let (Some(entry), Some(next)) = (places.table.get_mut(slot), places.next.get_mut(at))
            {
                *next = entry.1;
                *entry = (hash, place);
            }
        }
        places
    }

    /// The slot of this shingle, or the free one where it would be inserted.
    fn slot(&self, hash: u64) -> usize {
        let mut slot = usize::try_from(hash & 0xffff_ffff).unwrap_or(0) & self.mask;
        // The table is at most half full, so this ends.
        while self
            .table
            .get(slot)
            .is_some_and(|(held, place)| *place != NO_POSITION && *held != hash)
        {
            slot = (slot + 1) & self.mask;
        }
        slot
    }

    /// The occurrence of a shingle nearest to the expected position.
    fn nearest(&self, hash: u64, expected: usize) -> Option<usize> {
        let mut place = self.table.get(self.slot(hash))?.1;
        let mut best: Option<usize> = None;
        for _ in 0..OCCURRENCES_MAX {
            if place == NO_POSITION {
                break;
            }
            let at = usize::try_from(place).ok()?;
            if best.is_none_or(|best| at.abs_diff(expected) < best.abs_diff(expected)) {
                best = Some(at);
            }
            place = *self.next.get(at)?;
        }
        best
    }
}

/// Compares what is between two runs: equal units count as found, others as replaced.
fn compare_gap(short: Option<&[Unit]>, long: Option<&[Unit]>, begin: usize, found: &mut Alignment) {
    let (short, long) = (short.unwrap_or_default(), long.unwrap_or_default());
    if short.is_empty() || long.is_empty() {
        return;
    }
    if short.len() > GAP_UNITS_MAX || long.len() > GAP_UNITS_MAX {
        return;
    }
    let lengths = common_lengths(short, long);
    let length =
        |a: usize, b: usize| lengths.get(a).and_then(|row| row.get(b)).copied().unwrap_or_default();
    let (mut a, mut b) = (0, 0);
    let (mut a_begin, mut b_begin) = (0, 0);
    while a < short.len() && b < long.len() {
        if short.get(a).map(|unit| unit.hash) == long.get(b).map(|unit| unit.hash) {
            found.matched += unit_weight(short.get(a..=a));
            count_replaced(short.get(a_begin..a), long.get(b_begin..b), begin + a_begin, found);
            (a, b) = (a + 1, b + 1);
            (a_begin, b_begin) = (a, b);
        } else if length(a + 1, b) >= length(a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    count_replaced(short.get(a_begin..), long.get(b_begin..), begin + a_begin, found);
}

/// The length of the longest common subsequence of every pair of tails.
fn common_lengths(a: &[Unit], b: &[Unit]) -> [[u8; GAP_UNITS_MAX + 1]; GAP_UNITS_MAX + 1] {
    let mut lengths = [[0_u8; GAP_UNITS_MAX + 1]; GAP_UNITS_MAX + 1];
    for (row, x) in a.iter().enumerate().rev() {
        for (column, y) in b.iter().enumerate().rev() {
            lengths[row][column] = if x.hash == y.hash {
                lengths[row + 1][column + 1] + 1
            } else {
                lengths[row + 1][column].max(lengths[row][column + 1])
            };
        }
    }
    lengths
}

/// Counts one replacement, by what was replaced: figures and names weigh most, because they make
/// another story.
fn count_replaced(a: Option<&[Unit]>, b: Option<&[Unit]>, begin: usize, found: &mut Alignment) {
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    if a.is_empty() || b.is_empty() {
        return;
    }
    let both = |kind: UnitKind| {
        a.iter().any(|unit| unit.kind == kind) && b.iter().any(|unit| unit.kind == kind)
    };
    if [UnitKind::Number, UnitKind::Name, UnitKind::Weekday, UnitKind::Month].into_iter().any(both)
    {
        found.replaced += 1;
        found.replaced_early += usize::from(begin < EARLY_UNITS);
        return;
    }
    let capital = |units: &[Unit]| {
        units.iter().any(|unit| matches!(unit.kind, UnitKind::Name | UnitKind::Capital))
    };
    let glyphs = |units: &[Unit]| units.iter().filter(|unit| unit.kind == UnitKind::Glyph).count();
    // One character replaced by one is mostly a particle or an ending.
    if (capital(a) && capital(b))
        || (glyphs(a).min(glyphs(b)) >= 1 && glyphs(a).max(glyphs(b)) >= 2)
    {
        found.reworded += 1;
    } else {
        found.edited += 1;
    }
}
