//! The first bytes of a word, folded, as one number: what the filter of word beginnings asks by.
use super::characters::{self, CharClass, Fold};
use super::normalise::{self, word_end};

/// Bytes of a word that make its key: one register.
pub(super) const KEY_BYTES: usize = 8;
/// The first four bytes of a key.
const FOUR: u64 = 0xFFFF_FFFF;
/// The high bit of each byte, and 1 in each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// A word of a text, for the questions about what follows its first eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordPlace<'t> {
    pub(super) text: &'t str,
    /// Where it begins.
    pub(super) start: usize,
    /// Where its ASCII letters and digits end; `start` if it is not known.
    pub(super) ascii_end: usize,
}

impl WordPlace<'_> {
    /// The key of what follows the first eight bytes.
    pub(super) fn continued_key(self) -> u64 {
        let from = self.start + KEY_BYTES;
        if self.ascii_end >= from
            && let Some((key, _)) = ascii_key(self.text.as_bytes(), from)
        {
            return key;
        }
        let bytes: [u8; 2 * KEY_BYTES] = folded_bytes(self.text, self.start);
        key(bytes.get(KEY_BYTES..).unwrap_or_default())
    }

    /// The key of the next word. `None` if finding it would take long.
    pub(super) fn next_key(self) -> Option<u64> {
        let bytes = self.text.as_bytes();
        let plain =
            self.ascii_end > self.start && bytes.get(self.ascii_end).is_none_or(u8::is_ascii);
        let end = if plain {
            self.ascii_end
        } else {
            word_end(self.text, self.ascii_end, CharClass::Spaced).0
        };
        next_key(self.text, end)
    }
}

/// The first bytes of `word` as a number, the first in the lowest place.
pub(super) fn key(word: &[u8]) -> u64 {
    u64::from_le_bytes(first_bytes(word))
}

/// The first bytes of `word`, zeros after its end.
fn first_bytes<const COUNT: usize>(word: &[u8]) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = *from;
    }
    bytes
}

/// The first four bytes of a key.
#[inline]
pub(super) fn first_four(key: u64) -> u32 {
    u32::try_from(key & FOUR).unwrap_or(0)
}

/// The key of two words together. One is added, so that an empty second word changes the key too.
pub(super) fn two_key(first: u64, next: u64) -> u64 {
    first ^ ((next & FOUR) + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// The key of sixteen bytes of one word.
pub(super) fn longer_key(first: u64, more: u64) -> u64 {
    first ^ more.rotate_left(32).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Whether a key is full, so that its word may go on.
#[inline]
pub(super) fn has_all_bytes(key: u64) -> bool {
    key >> 56 != 0
}

/// A bit for each number of bytes up to those of a key.
#[inline]
pub(super) fn up_to(key: u64) -> u16 {
    u16::MAX >> (7 + key.leading_zeros() / 8)
}

/// The first `length` bytes of a key, together with their number.
pub(super) fn prefix_key(key: u64, length: u32) -> u64 {
    let kept = if length >= 8 { key } else { key & ((1 << (length * 8)) - 1) };
    kept ^ u64::from(length).wrapping_mul(0xA24B_AED4_963E_E407)
}

/// The key of the word at byte `at` of `text`, folding each character.
pub(super) fn folded_key(text: &str, at: usize) -> u64 {
    u64::from_le_bytes(folded_bytes(text, at))
}

/// The first bytes of the word at byte `at` of `text`, folding each character; zeros after its end.
fn folded_bytes<const COUNT: usize>(text: &str, at: usize) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    let mut length = 0;
    for c in text.get(at..).unwrap_or_default().chars() {
        if length >= COUNT {
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
            _ if letter.joins => return slowly_folded_bytes(text, at),
            _ if letter.class == CharClass::Ignored => {}
            _ if letter.class != CharClass::Spaced => break,
            Fold::Text(_) => return slowly_folded_bytes(text, at),
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
    bytes
}

/// As [`folded_bytes`], for words with marks or with characters that fold to several.
fn slowly_folded_bytes<const COUNT: usize>(text: &str, at: usize) -> [u8; COUNT] {
    let mut buffer = String::new();
    let mut end = at;
    while buffer.len() < COUNT {
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
    first_bytes(buffer.as_bytes())
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
    if next & 0x80 != 0 && !is_mark(text, at + length) {
        return None;
    }
    Some((lower & ((1 << (length * 8)) - 1), length))
}

/// Eight bytes from `at` on, zeros beyond the end.
#[inline]
fn load(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + KEY_BYTES).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u64::from_le_bytes(bytes),
        None => key(text.get(at..).unwrap_or_default()),
    }
}

/// Whether a typographic quotation mark stands at byte `at`: U+2018 to U+201F.
#[inline]
fn is_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 3), Some([0xE2, 0x80, 0x98..=0x9F]))
}

/// Whether a typographic dash, quotation mark or ellipsis stands at byte `at`: U+2010 to U+2027.
#[inline]
fn is_mark(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 3), Some([0xE2, 0x80, 0x90..=0xA7]))
}

/// The key of the word behind the one that ends at byte `end`: 0 if no phrase goes on there, and
/// `None` if that would take long to tell.
#[inline]
pub(super) fn next_key(text: &str, end: usize) -> Option<u64> {
    let bytes = text.as_bytes();
    let at = match bytes.get(end) {
        None => return Some(0),
        Some(b' ' | b'-' | b'\n' | b'\t') => end + 1,
        // Some names are written with these and without (`optional_punctuation.rs`).
        Some(b'.' | b',' | b'"' | b'\'') => behind_mark(bytes, end + 1)?,
        Some(byte) if byte.is_ascii_punctuation() => return Some(0),
        Some(_) if is_quote(bytes, end) => behind_mark(bytes, end + 3)?,
        Some(_) => return None,
    };
    if at == bytes.len() {
        return Some(0);
    }
    let key = ascii_key(bytes, at).map_or_else(|| folded_key(text, at), |(key, _)| key);
    // Nothing known: more separators, or a quotation mark.
    (key != 0).then_some(key)
}

/// Where the next word begins behind a mark that ends at byte `at`; the end of the text if no
/// phrase goes on there. `None` if that would take long to tell.
#[inline]
fn behind_mark(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at) {
        Some(b' ') => Some(at + 1),
        Some(byte) if !byte.is_ascii_alphanumeric() => None,
        Some(_) | None => Some(bytes.len()),
    }
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
