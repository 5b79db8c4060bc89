//! By which keys the terms are known whose first words have the same four bytes, so that a word of a
//! text is asked for by those alone.
use std::collections::HashMap;

/// Places of the table for each entry. With so many, one in eight other words finds an entry by
/// chance.
const PLACES_PER_ENTRY: usize = 8;
/// The largest table, in places of four bytes (512 KiB). A larger one would not stay in the caches of
/// the processor.
const PLACES_MAX: usize = 1 << 17;
/// The smallest table, in places.
const PLACES_MIN: usize = 1 << 6;

/// The kinds of keys of some terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyKinds(u32);

impl KeyKinds {
    /// The first eight bytes of the whole word.
    pub(super) const EIGHT: Self = Self(1 << 9);
    /// The whole word, with the first four bytes of the next.
    pub(super) const PAIR: Self = Self(1 << 10);
    /// The first twelve bytes of a long word.
    pub(super) const TWELVE: Self = Self(1 << 11);
    /// The first sixteen bytes of a long word.
    pub(super) const SIXTEEN: Self = Self(1 << 12);
    /// The lowest bit of those for pairs of inflected words.
    const PAIR_LENGTHS: u32 = 16;

    /// The first bytes of a word, so many as `length` says, at most eight.
    pub(super) fn prefix(length: u32) -> Self {
        Self(1 << length)
    }

    /// The same, with the first four bytes of the next word.
    pub(super) fn inflected_pair(length: u32) -> Self {
        Self(1 << (Self::PAIR_LENGTHS + length))
    }

    /// Bit `n` says that there are prefixes of `n` bytes.
    pub(super) fn prefix_lengths(self) -> u16 {
        u16::try_from(self.0 & 0b1_1111_1111).unwrap_or(0)
    }

    /// Bit `n` says that there are pairs with `n` bytes of the first word.
    pub(super) fn pair_lengths(self) -> u16 {
        u16::try_from(self.0 >> Self::PAIR_LENGTHS).unwrap_or(0)
    }

    /// Whether there is none.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one of the kinds `others` is among them.
    pub(super) fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The kinds of keys by the first four bytes of words. It may claim kinds that are not there, never
/// the other way round.
#[derive(Debug)]
pub(super) struct KindsByBeginning {
    kinds: Box<[KeyKinds]>,
    shift: u32,
}

impl KindsByBeginning {
    /// The table of these beginnings, sized by their number.
    pub(super) fn new(entries: &HashMap<u32, KeyKinds>) -> Self {
        let wanted = entries.len().saturating_mul(PLACES_PER_ENTRY);
        let places = wanted.clamp(PLACES_MIN, PLACES_MAX).next_power_of_two();
        let shift = u32::BITS - places.trailing_zeros();
        let mut table = Self { kinds: vec![KeyKinds::default(); places].into(), shift };
        for (beginning, kind) in entries {
            let place = table.place(*beginning);
            if let Some(kinds) = table.kinds.get_mut(place) {
                *kinds = kinds.and(*kind);
            }
        }
        table
    }

    /// The kinds of keys of the words with this beginning.
    #[inline]
    pub(super) fn of(&self, beginning: u32) -> KeyKinds {
        self.kinds.get(self.place(beginning)).copied().unwrap_or_default()
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.kinds)
    }

    /// Fibonacci hashing, as in `bit_set.rs`.
    #[inline]
    fn place(&self, beginning: u32) -> usize {
        (beginning.wrapping_mul(0x9E37_79B9) >> self.shift) as usize
    }
}
