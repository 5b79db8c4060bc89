//! Language tags, of feeds and of watches.
use super::diagnostics::Diagnostics;
use super::words;
use crate::domain::Spanned;

/// Bytes of a language tag (RFC 5646 section 4.4.1 asks for at least 35).
const LANGUAGE_BYTES_MAX: usize = 35;

/// The shape of a BCP 47 tag: `ko`, `en-GB`, `zh-Hant-TW`.
pub(super) fn tag(written: Spanned, faults: &mut Diagnostics) -> Option<Spanned> {
    if is_tag(&written.text) {
        return Some(written);
    }
    let what = format!("{} is not a language tag", words::quoted(&written.text));
    faults.error(written.at, what, "write a tag of BCP 47: \"en\", \"ja\", \"ko\", \"zh-Hant\"");
    None
}

/// Whether a text has the shape of a tag.
pub(super) fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    matches!(first.len(), 2..=3)
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && text.len() <= LANGUAGE_BYTES_MAX
        && parts.all(|p| matches!(p.len(), 1..=8) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}
