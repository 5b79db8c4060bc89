//! A prefilter for word beginnings: which of them may begin a term, so that only those are looked up
//! in the automaton. It may answer yes too often. It must never answer no for a word that begins a
//! term, because that term would then be missed.
//!
//! Why own code: aho-corasick alone, asked at every word beginning, reads 175 MB/s of English with
//! 1,000 terms and 124 MB/s with 10,000; with this prefilter it is 393 and 296 MB/s. The library's
//! own prefilters need text that is folded beforehand, and folding alone runs at 76 MB/s. Measured by
//! `cargo bench --bench matcher -- English`, with `may_match_word` answering always yes.
//!
//! There is none for terms that begin with another letter outside ASCII, because it gave nothing for
//! German; `letter_pairs.rs` is the one for Han, Kana and Hangul.
use super::characters::{self, CharClass, Fold};
use super::normalise;
use super::term::{Spelling, Term};

/// Bits for each entry. An entry sets two bits of one word of the table, and about one in fifty
/// other keys then passes by chance.
const BITS_PER_ENTRY: usize = 16;
/// The largest table, in bits (512 KiB). A larger one would not stay in the caches of the
/// processor.
const BITS_MAX: usize = 1 << 22;
/// The smallest table, in bits.
const BITS_MIN: usize = 1 << 10;
/// Bytes of a word that make its key: one register.
pub(super) const KEY_BYTES: usize = 8;

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

    /// The word of the table for a key, and the two bits in it.
    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio are spread
        // well whatever the keys.
        let hash = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mask = (1 << ((hash >> 20) & 63)) | (1 << ((hash >> 26) & 63));
        (usize::try_from(hash >> self.shift).unwrap_or(0), mask)
    }

    #[inline]
    /// Whether `key` may be in the set.
    pub(super) fn has(&self, key: u64) -> bool {
        let (at, mask) = self.place(key);
        self.words.get(at).is_some_and(|word| word & mask == mask)
    }
}

/// The prefilter of all terms.
#[derive(Debug)]
pub(super) struct Prefilter {
    /// The first four bytes of words that begin with an ASCII letter or digit, zeros after the
    /// word. Asked first, because most words of a text fail here.
    four: BitSet,
    /// The first eight bytes of words.
    eight: BitSet,
    /// The first eight bytes of words that are followed by another word, together with the first
    /// four of that. A phrase of common words is then looked up only where both words are.
    two_words: BitSet,
    /// The first bytes of words that may go on in several ways, with how many of them are certain:
    /// one to eight. Bit `n` of `prefix_lengths` says that some have `n`.
    prefixes: BitSet,
    prefix_lengths: u16,
    /// The ASCII punctuation that some term begins with.
    punctuation: [bool; 128],
    /// Whether any term begins with a letter outside ASCII. If none does, such letters of a text
    /// are skipped.
    pub(super) non_ascii: bool,
}

/// Keys collected before the sizes of the tables are known.
#[derive(Default)]
struct Keys {
    four: Vec<u64>,
    eight: Vec<u64>,
    two_words: Vec<u64>,
    prefixes: Vec<u64>,
    prefix_lengths: u16,
    non_ascii: bool,
}

impl Prefilter {
    /// Makes the prefilter of all terms.
    pub(super) fn new<'t>(terms: impl Iterator<Item = &'t Term>) -> Self {
        let mut keys = Keys::default();
        let mut punctuation = [false; 128];
        for (term, spelling) in
            terms.flat_map(|term| term.spellings.iter().map(move |spelling| (term, spelling)))
        {
            let Some(first) = spelling.head.chars().next() else { continue };
            if first.is_ascii_alphanumeric() {
                keys.add_word(term, spelling);
            } else if first.is_ascii() {
                punctuation[first as usize] = true;
            } else {
                keys.non_ascii = true;
            }
        }
        for list in [&mut keys.four, &mut keys.eight, &mut keys.prefixes] {
            list.sort_unstable();
            list.dedup();
        }
        keys.two_words.sort_unstable();
        keys.two_words.dedup();
        Self {
            four: BitSet::new(&keys.four),
            eight: BitSet::new(&keys.eight),
            two_words: BitSet::new(&keys.two_words),
            prefixes: BitSet::new(&keys.prefixes),
            prefix_lengths: keys.prefix_lengths,
            punctuation,
            non_ascii: keys.non_ascii,
        }
    }

    /// Whether a word may begin a term. `key` holds its first eight folded bytes, the first in the
    /// lowest place, with zeros after its end. `next` is called for the key of the word behind it;
    /// it gives `None` if finding that key would take long.
    #[inline]
    pub(super) fn may_match_word(&self, key: u64, next: impl FnOnce() -> Option<u64>) -> bool {
        let four = key & FOUR;
        if self.four.has(four) {
            if self.eight.has(key) || self.may_match_prefix(key, LONG_PREFIXES) {
                return true;
            }
            if next().is_none_or(|next| self.two_words.has(two_key(key, next))) {
                return true;
            }
        }
        self.prefix_lengths & SHORT_PREFIXES != 0 && self.may_match_prefix(key, SHORT_PREFIXES)
    }

    /// Whether a word may begin with a word of the terms that may go on. `lengths` has a bit for
    /// each number of certain bytes that is asked for.
    fn may_match_prefix(&self, key: u64, lengths: u16) -> bool {
        let mut lengths = self.prefix_lengths & lengths;
        while lengths != 0 {
            let length = lengths.trailing_zeros();
            if self.prefixes.has(prefix_key(key, length)) {
                return true;
            }
            lengths &= lengths - 1;
        }
        false
    }

    #[inline]
    /// Whether some term begins with this ASCII punctuation.
    pub(super) fn punctuation(&self, byte: u8) -> bool {
        self.punctuation.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Bytes of memory, for the report.
    pub(super) fn bytes(&self) -> usize {
        let own = [&self.four, &self.eight, &self.two_words, &self.prefixes];
        own.iter().map(|bits| bits.bytes()).sum()
    }
}

impl Keys {
    /// Adds a spelling that begins with an ASCII letter or digit.
    fn add_word(&mut self, term: &Term, spelling: &Spelling) {
        let word: String = spelling
            .head
            .chars()
            .take_while(|c| characters::char_info(*c).class == CharClass::Spaced)
            .collect();
        let ends = word.len() == spelling.head.len();
        if ends && (!term.exact || spelling.ends_open()) {
            // An ending or the other part of a compound may follow.
            let length = u32::try_from(word.len().min(KEY_BYTES)).unwrap_or(0);
            let key = key(word.as_bytes());
            self.prefix_lengths |= 1 << length;
            self.prefixes.push(prefix_key(key, length));
            if length >= 4 {
                self.four.push(key & FOUR);
            }
            return;
        }
        if !ends && self.add_two(&word, &spelling.head) {
            return;
        }
        self.add_key(key(word.as_bytes()));
    }

    /// Adds a term whose first word is followed by another of which four bytes are certain,
    /// whatever ending it takes. Gives whether it was such a term.
    fn add_two(&mut self, word: &str, head: &str) -> bool {
        let Some(rest) = head.get(word.len()..).and_then(|rest| rest.strip_prefix(' ')) else {
            return false;
        };
        let length = rest
            .char_indices()
            .find(|(_, c)| characters::char_info(*c).class != CharClass::Spaced)
            .map(|(at, _)| at);
        let next = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        if next.is_empty() || (next.len() < 4 && length.is_none()) {
            return false;
        }
        let first = key(word.as_bytes());
        self.four.push(first & FOUR);
        self.two_words.push(two_key(first, key(next.as_bytes())));
        true
    }

    fn add_key(&mut self, key: u64) {
        self.four.push(key & FOUR);
        self.eight.push(key);
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

/// The key of two words together. One is added, so that an empty second word changes the key too.
fn two_key(first: u64, next: u64) -> u64 {
    first ^ ((next & FOUR) + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// The first `length` bytes of a key, together with their number.
fn prefix_key(key: u64, length: u32) -> u64 {
    let kept = if length >= 8 { key } else { key & ((1 << (length * 8)) - 1) };
    kept ^ u64::from(length).wrapping_mul(0xA24B_AED4_963E_E407)
}

/// The key of the word at byte `at` of `text`, folding each character.
pub(super) fn folded_key(text: &str, at: usize) -> u64 {
    let mut bytes = [0; KEY_BYTES];
    let mut length = 0;
    for c in text.get(at..).unwrap_or_default().chars() {
        if length >= KEY_BYTES {
            break;
        }
        if c.is_ascii() {
            if !c.is_ascii_alphanumeric() {
                break;
            }
            bytes[length] = (c as u8).to_ascii_lowercase();
            length += 1;
            continue;
        }
        let (letter, fold) = characters::char_info_and_fold(c);
        match fold {
            // A mark changes the character before it, and a folded form of several letters may not
            // fit into the key.
            _ if letter.joins => return slow_key(text, at),
            _ if letter.class == CharClass::Ignored => {}
            _ if letter.class != CharClass::Spaced => break,
            Fold::Text(_) => return slow_key(text, at),
            Fold::Char(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    if let Some(to) = bytes.get_mut(length) {
                        *to = byte;
                    }
                    length += 1;
                }
            }
        }
    }
    u64::from_le_bytes(bytes)
}

/// As [`folded_key`], for words with marks or with characters that fold to several.
fn slow_key(text: &str, at: usize) -> u64 {
    let mut buffer = String::new();
    let mut end = at;
    while buffer.len() < KEY_BYTES {
        let length = buffer.len();
        match normalise::fold_cluster(text, end, &mut buffer) {
            Some(step) if step.class == CharClass::Spaced || step.class == CharClass::Ignored => {
                end = step.end;
            }
            _ => {
                buffer.truncate(length);
                break;
            }
        }
        // One character may fold to several, and not all of them letters: `½`.
        let added = buffer.get(length..).unwrap_or_default();
        if let Some((cut, _)) =
            added.char_indices().find(|(_, c)| characters::char_info(*c).class != CharClass::Spaced)
        {
            buffer.truncate(length + cut);
            break;
        }
    }
    key(buffer.as_bytes())
}

/// The key of an ASCII word at byte `at`, with its length in bytes up to eight. `None` if a
/// character outside ASCII belongs to it. It looks at eight bytes at once instead of one after the
/// other, because it runs for every word of every article.
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
    if next & 0x80 != 0 && !is_quote(text, at + length) {
        return None;
    }
    Some((lower & ((1 << (length * 8)) - 1), length))
}

/// The first four bytes of a key.
const FOUR: u64 = 0xFFFF_FFFF;
/// The bits of prefixes of one to three bytes, which `four` does not know, and of four to eight.
const SHORT_PREFIXES: u16 = 0b1110;
const LONG_PREFIXES: u16 = 0b1_1111_0000;
/// The high bit of each byte, and 1 in each byte.
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

/// Whether a typographic dash, quotation mark or ellipsis stands at byte `at`: U+2010 to U+2027.
#[inline]
fn is_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 3), Some([0xE2, 0x80, 0x90..=0xA7]))
}

/// The key of the word behind the one that ends at byte `end`, if one space or hyphen parts them.
#[inline]
pub(super) fn next_key(text: &str, end: usize) -> Option<u64> {
    if !matches!(text.as_bytes().get(end), Some(b' ' | b'-')) {
        return None;
    }
    let key = ascii_key(text.as_bytes(), end + 1)
        .map_or_else(|| folded_key(text, end + 1), |(key, _)| key);
    // Nothing known: more separators, or a quotation mark.
    (key != 0).then_some(key)
}

/// Sets the high bit of each byte whose low seven bits are in `low..=high`.
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
        for text in ["Export control", "x", "GSOMIA는", "F35", "exporters", "EXPORTER's", "a-b"] {
            let slow = folded_key(text, 0);
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
