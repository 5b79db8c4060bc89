//! A Bloom filter of numbers, for the filters that say where no term begins.

/// Bits for each entry. An entry sets three bits of one word of the table, and about one in 500
/// other keys then passes by chance. A word of a text asks for up to ten keys.
const BITS_PER_ENTRY: usize = 32;
/// The largest table, in bits (512 KiB). A larger one would not stay in the caches of the
/// processor.
const BITS_MAX: usize = 1 << 22;
/// The smallest table, in bits.
const BITS_MIN: usize = 1 << 10;

/// A Bloom filter: a set that may claim to hold a number it does not hold, never the other way
/// round.
#[derive(Debug)]
pub(super) struct BitSet {
    words: Box<[u64]>,
    shift: u32,
}

impl BitSet {
    /// Makes a filter of these keys, sized by their number.
    pub(super) fn new(keys: &[u64]) -> Self {
        let bits =
            keys.len().saturating_mul(BITS_PER_ENTRY).clamp(BITS_MIN, BITS_MAX).next_power_of_two();
        let shift = 64 + 6 - bits.trailing_zeros();
        let mut set = Self { words: vec![0; bits / 64].into(), shift };
        for key in keys {
            let (at, mask) = set.place(*key);
            if let Some(word) = set.words.get_mut(at) {
                *word |= mask;
            }
        }
        set
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// The word of the table for a key, and the three bits in it.
    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio are spread
        // well whatever the keys.
        let hash = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mask =
            (1 << ((hash >> 14) & 63)) | (1 << ((hash >> 20) & 63)) | (1 << ((hash >> 26) & 63));
        (usize::try_from(hash >> self.shift).unwrap_or(0), mask)
    }

    #[inline]
    /// Whether `key` may be in the set.
    pub(super) fn has(&self, key: u64) -> bool {
        let (at, mask) = self.place(key);
        self.words.get(at).is_some_and(|word| word & mask == mask)
    }
}
