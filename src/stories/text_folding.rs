//! Brings the ways of writing one text together: width, compatibility forms, simplified and
//! traditional characters, and Korean and Japanese thousands; and the hashes of what is folded.
use std::borrow::Cow;
use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The simplified form of each character of the Han block, so that one story is the same in
/// Taipei, Hong Kong and Beijing. Character by character, because characters are compared.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let written = |c: char| hanconv::t2s(c.to_string()).chars().next().unwrap_or(c);
    HAN.map(written).collect()
});

/// The block of Han characters in which news is written.
const HAN: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

fn simplified(c: char) -> char {
    let at =
        u32::from(c).checked_sub(u32::from(*HAN.start())).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| SIMPLIFIED.get(at)).copied().unwrap_or(c)
}

/// The text with forms of width and compatibility folded.
pub(super) fn fold_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    if folded.contains(['천', '千']) { Cow::Owned(thousands(&folded)) } else { folded }
}

/// Writes "3조2천억" and "1万2千" as other publishers do: "3조2000억", "1万2000".
fn thousands(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    // Digits written in a row so far.
    let mut run = 0;
    while let Some(c) = chars.next() {
        let written_out = chars.peek().is_some_and(char::is_ascii_digit);
        if matches!(c, '천' | '千') && run == 1 && !written_out {
            out.push_str("000");
        } else {
            out.push(c);
        }
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
    }
    out
}

/// The hash of two neighbouring characters.
pub(super) fn hash_of_pair(before: char, after: char) -> u32 {
    mix(u32::from(simplified(before)).rotate_left(16) ^ u32::from(simplified(after)))
}

/// The hash of a word.
pub(super) fn hash_of(word: &str) -> u32 {
    mix(word
        .bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
}

/// Mixes the bits of a number, so that each depends on all of them.
fn mix(number: u32) -> u32 {
    let a = (number ^ (number >> 16)).wrapping_mul(0x7feb_352d);
    let b = (a ^ (a >> 15)).wrapping_mul(0x846c_a68b);
    b ^ (b >> 16)
}

/// The same with 64 bits.
pub(super) fn mix_wide(number: u64) -> u64 {
    let a = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let b = (a ^ (a >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    b ^ (b >> 32)
}
