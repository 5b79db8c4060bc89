//! Control characters: feeds must not pass them on, and some are letters in disguise.
use std::borrow::Cow;

use super::notes::Notes;
use crate::markup::numbered;

/// The character that a number in a feed stands for; `None` for controls, which no text needs.
pub(super) fn character(number: u32) -> Option<char> {
    let character = numbered(number).map(|c| if c == '\r' { '\n' } else { c })?;
    (!character.is_control() || matches!(character, '\n' | '\t')).then_some(character)
}

/// Drops characters that XML forbids and makes all line ends `\n`. Controls of Latin 1 become the
/// windows-1252 characters their authors meant.
pub(super) fn without_controls<'a>(text: Cow<'a, str>, notes: &mut Notes) -> Cow<'a, str> {
    let unwanted = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\t')) || byte == 0x7f;
    let bytes = text.as_bytes();
    // Without an early exit the compiler compares many bytes at once.
    let plain = !bytes.iter().fold(false, |found, byte| found | unwanted(*byte));
    let latin = |at: usize| bytes.get(at.saturating_add(1)).is_some_and(|next| *next < 0xa0);
    if plain && !memchr::memchr_iter(0xc2, bytes).any(latin) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.bytes().position(|byte| unwanted(byte) || byte == 0xc2) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        clean.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            // `\r\n`: the `\n` that follows ends the line.
            Some('\r') if after.starts_with("\r\n") => {}
            Some('\r') => clean.push('\n'),
            Some(control) if control.is_control() => {
                notes.add("control characters dropped or read as windows-1252");
                clean.extend(character(u32::from(control)));
            }
            Some(other) => clean.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}
