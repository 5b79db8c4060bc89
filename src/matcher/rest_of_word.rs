//! What follows a term inside its word.
use std::borrow::Cow;

use super::characters::CharClass;
use super::normalise::{self, word_end};

/// The longest rest of a word that is judged, in letters. No ending and no compound is longer, and
/// a hostile text may have a word of megabytes.
const REST_LETTERS_MAX: usize = 60;

/// What follows a term inside a word.
#[derive(Clone, Debug)]
pub(super) struct RestOfWord<'a> {
    /// The end of the word.
    pub(super) end: usize,
    /// Its letters, folded.
    pub(super) folded: Cow<'a, str>,
    /// Its letters as the text has them.
    pub(super) written: &'a str,
}

impl<'a> RestOfWord<'a> {
    /// What is left of a word of class `class` at byte `at`. `None` if it is too long for an ending.
    pub(super) fn at(text: &'a str, at: usize, class: CharClass) -> Option<Self> {
        let (end, letters) = word_end(text, at, class);
        if letters > REST_LETTERS_MAX {
            return None;
        }
        let written = text.get(at..end)?;
        let is_folded =
            written.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let folded = match letters {
            0 => "".into(),
            _ if is_folded => written.into(),
            _ => normalise::normalise(written).into(),
        };
        Some(Self { end, folded, written })
    }
}
