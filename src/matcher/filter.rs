//! Which word beginnings are worth asking the automaton about. It may say yes too often, never no
//! too often: a word it turns down begins no term.
use super::letters::{self, Kind};
use super::normalise;
use super::term::{Piece, Term};

/// Bits kept per entry: with one hash, about one foreign word in sixteen passes.
const BITS_PER_ENTRY: usize = 16;
/// The largest table, in bits: beyond it the tables would leave the processor's caches.
const BITS_MAX: usize = 1 << 22;
const BITS_MIN: usize = 1 << 10;
/// Bytes of a word that are looked at.
const KEY_BYTES: usize = 8;

/// A set of numbers that may claim to hold more than it does.
#[derive(Debug)]
struct Bits {
    words: Box<[u64]>,
    shift: u32,
}

impl Bits {
    fn new(keys: &[u64]) -> Self {
        let bits =
            keys.len().saturating_mul(BITS_PER_ENTRY).clamp(BITS_MIN, BITS_MAX).next_power_of_two();
        let shift = 64 - bits.trailing_zeros();
        let mut set = Self { words: vec![0; bits / 64].into(), shift };
        for key in keys {
            let at = set.place(*key);
            if let Some(word) = set.words.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
        set
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio are spread
        // well whatever the keys.
        let hash = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift;
        usize::try_from(hash).unwrap_or(0)
    }

    #[inline]
    fn has(&self, key: u64) -> bool {
        let at = self.place(key);
        self.words.get(at / 64).is_some_and(|word| (word >> (at % 64)) & 1 != 0)
    }
}

/// The filter over all terms.
#[derive(Debug)]
pub(super) struct Filter {
    /// First four bytes of words that begin with an ASCII letter or digit, zeros after the word.
    four: Bits,
    /// First eight bytes.
    eight: Bits,
    /// Words known by their first four bytes only.
    four_alone: Bits,
    /// Words known by fewer than four bytes: bit `n` of `stem_lengths` says some have `n`.
    stems: Bits,
    stem_lengths: u8,
    /// First two folded characters of terms that begin beyond ASCII.
    pairs: Bits,
    /// The first character where nothing is known of the second.
    singles: Bits,
    /// ASCII punctuation that begins a term.
    punctuation: [bool; 128],
    /// Whether any term begins beyond ASCII.
    pub(super) beyond_ascii: bool,
}

/// Keys gathered before the sizes of the tables are known.
#[derive(Default)]
struct Keys {
    four: Vec<u64>,
    eight: Vec<u64>,
    four_alone: Vec<u64>,
    stems: Vec<u64>,
    stem_lengths: u8,
    pairs: Vec<u64>,
    singles: Vec<u64>,
}

impl Filter {
    pub(super) fn new<'t>(terms: impl Iterator<Item = &'t Term>) -> Self {
        let mut keys = Keys::default();
        let mut punctuation = [false; 128];
        for term in terms {
            let Some(first) = term.head.chars().next() else { continue };
            if first.is_ascii_alphanumeric() {
                keys.add_word(term);
            } else if first.is_ascii() {
                punctuation[first as usize] = true;
            } else {
                keys.add_pair(&term.head);
            }
        }
        for list in [&mut keys.four, &mut keys.eight, &mut keys.four_alone, &mut keys.stems] {
            list.sort_unstable();
            list.dedup();
        }
        for list in [&mut keys.pairs, &mut keys.singles] {
            list.sort_unstable();
            list.dedup();
        }
        Self {
            four: Bits::new(&keys.four),
            eight: Bits::new(&keys.eight),
            four_alone: Bits::new(&keys.four_alone),
            stems: Bits::new(&keys.stems),
            stem_lengths: keys.stem_lengths,
            pairs: Bits::new(&keys.pairs),
            singles: Bits::new(&keys.singles),
            punctuation,
            beyond_ascii: !(keys.pairs.is_empty() && keys.singles.is_empty()),
        }
    }

    /// Whether a word may begin a term. `key` holds its first eight folded bytes, the first in the
    /// lowest place, zeros after its end.
    #[inline]
    pub(super) fn word(&self, key: u64) -> bool {
        let four = key & 0xFFFF_FFFF;
        if self.four.has(four) && (self.eight.has(key) || self.four_alone.has(four)) {
            return true;
        }
        self.stem_lengths != 0 && self.stem(key)
    }

    fn stem(&self, key: u64) -> bool {
        [(1, 0xFF), (2, 0xFFFF), (3, 0xFF_FFFF)].into_iter().any(|(length, mask)| {
            self.stem_lengths & (1 << length) != 0 && self.stems.has(stem_key(key & mask, length))
        })
    }

    /// Whether a term may begin with the two folded characters, the first beyond ASCII.
    #[inline]
    pub(super) fn pair(&self, first: char, second: Option<char>) -> bool {
        second.is_some_and(|second| self.pairs.has(pair_key(first, second)))
            || self.singles.has(u64::from(u32::from(first)))
    }

    #[inline]
    pub(super) fn punctuation(&self, byte: u8) -> bool {
        self.punctuation.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Bytes of memory, for the report.
    pub(super) fn bytes(&self) -> usize {
        [&self.four, &self.eight, &self.four_alone, &self.stems, &self.pairs, &self.singles]
            .iter()
            .map(|bits| bits.words.len() * 8)
            .sum()
    }
}

impl Keys {
    fn add_word(&mut self, term: &Term) {
        let word: String =
            term.head.chars().take_while(|c| letters::letter(*c).kind == Kind::Spaced).collect();
        let ends = word.len() == term.head.len();
        // Where a wildcard follows, the text's word may go on in any way.
        if ends && matches!(term.tail.first(), Some(Piece::Star | Piece::Ending)) {
            let key = key(word.as_bytes());
            match word.len() {
                0..4 => {
                    let length = u8::try_from(word.len()).unwrap_or(0);
                    self.stem_lengths |= 1 << length;
                    self.stems.push(stem_key(key, length));
                }
                4..KEY_BYTES => {
                    self.four.push(key & 0xFFFF_FFFF);
                    self.four_alone.push(key & 0xFFFF_FFFF);
                }
                _ => self.add_key(key),
            }
            return;
        }
        self.add_key(key(word.as_bytes()));
        if ends && term.tolerates.plural {
            for ending in ["s", "es"] {
                self.add_key(key(format!("{word}{ending}").as_bytes()));
            }
        }
        if ends && let Some(plural) = term.other_plural() {
            self.add_key(key(plural.as_bytes()));
        }
    }

    fn add_key(&mut self, key: u64) {
        self.four.push(key & 0xFFFF_FFFF);
        self.eight.push(key);
    }

    fn add_pair(&mut self, head: &str) {
        let mut chars = head.chars();
        let Some(first) = chars.next() else { return };
        match chars.next().filter(|c| letters::letter(*c).kind.is_word()) {
            Some(second) => self.pairs.push(pair_key(first, second)),
            None => self.singles.push(u64::from(u32::from(first))),
        }
    }
}

/// The first bytes of `word` as a number, the first in the lowest place.
fn key(word: &[u8]) -> u64 {
    let mut bytes = [0; KEY_BYTES];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = *from;
    }
    u64::from_le_bytes(bytes)
}

fn stem_key(key: u64, length: u8) -> u64 {
    key | (u64::from(length) << 32)
}

fn pair_key(first: char, second: char) -> u64 {
    (u64::from(u32::from(first)) << 32) | u64::from(u32::from(second))
}

/// The key of the word at byte `at` of `text`, read the slow way: folding each character.
pub(super) fn folded_key(text: &str, at: usize, buffer: &mut String) -> u64 {
    buffer.clear();
    let mut end = at;
    while buffer.len() < KEY_BYTES {
        let length = buffer.len();
        match normalise::step(text, end, buffer) {
            Some(step) if step.kind == Kind::Spaced || step.kind == Kind::Ignored => end = step.end,
            _ => {
                buffer.truncate(length);
                break;
            }
        }
        // One character may fold to several, and not all of them letters: `½`.
        let added = buffer.get(length..).unwrap_or_default();
        if let Some((cut, _)) =
            added.char_indices().find(|(_, c)| letters::letter(*c).kind != Kind::Spaced)
        {
            buffer.truncate(length + cut);
            break;
        }
    }
    key(buffer.as_bytes())
}

/// The key of a word of ASCII at byte `at`, with its length as far as eight bytes show it; `None`
/// where a character beyond ASCII takes part.
#[inline]
pub(super) fn ascii_key(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = load(text, at);
    let lower = word | 0x2020_2020_2020_2020;
    let is_word = (between(lower, b'a', b'z') | between(word, b'0', b'9')) & !word & HIGH;
    let length = ((!is_word & HIGH).trailing_zeros() / 8) as usize;
    if length >= KEY_BYTES {
        return Some((lower, KEY_BYTES));
    }
    let next = word >> (length * 8);
    if next & 0x80 != 0 {
        return None;
    }
    Some((lower & ((1 << (length * 8)) - 1), length))
}

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight bytes from `at` on, zeros beyond the end.
#[inline]
fn load(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + KEY_BYTES).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u64::from_le_bytes(bytes),
        None => key(text.get(at..).unwrap_or_default()),
    }
}

/// The high bit of each byte whose low seven bits are in `low..=high`.
#[inline]
fn between(word: u64, low: u8, high: u8) -> u64 {
    let seven = word & !HIGH;
    // No byte carries into the next: each sum is at most 127 + 128.
    let from = seven + ONES * u64::from(0x80 - low);
    let beyond = seven + ONES * u64::from(0x7F - high);
    from & !beyond & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_key_is_the_folded_key() {
        let mut buffer = String::new();
        for text in ["Export control", "x", "GSOMIA는", "F35", "exporters", "EXPORTER's", "a-b"] {
            let slow = folded_key(text, 0, &mut buffer);
            match ascii_key(text.as_bytes(), 0) {
                Some((fast, _)) => assert_eq!(fast, slow, "{text}"),
                None => assert!(!text.is_ascii()),
            }
        }
    }

    #[test]
    fn every_word_byte_is_told_from_every_other() {
        for byte in 0..=127_u8 {
            let (_, length) = ascii_key(&[byte, b' '], 0).unwrap();
            assert_eq!(length == 1, byte.is_ascii_alphanumeric(), "{byte}");
        }
    }
}
