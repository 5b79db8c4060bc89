//! Reads `[stories]`, and `update` in a watch: when an update of a story is sent.
use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::words;
use crate::domain::{Spanned, UpdateTrigger};

/// The keys of `[stories]`.
pub(super) const STORIES_KEYS: [&str; 1] = ["update"];

/// The default: what may change what a reader thinks of the story, and the number of outlets at
/// which it is everywhere.
const OCCASIONS: [UpdateTrigger; 5] = [
    UpdateTrigger::Outlets(5),
    UpdateTrigger::Language,
    UpdateTrigger::Headline,
    UpdateTrigger::Reissue,
    UpdateTrigger::Correction,
];

/// The words, `outlets` apart: it takes a number.
const WORDS: [(&str, UpdateTrigger); 4] = [
    ("language", UpdateTrigger::Language),
    ("headline", UpdateTrigger::Headline),
    ("reissue", UpdateTrigger::Reissue),
    ("correction", UpdateTrigger::Correction),
];

/// The first outlet is the alert's own, so the second is the first further one.
const OUTLETS_MIN: u32 = 2;
/// More outlets than a story reaches.
const OUTLETS_MAX: u32 = 100_000;

/// The rules for every watch that does not set its own.
pub(super) fn read_occasions(
    section: Option<&Section<'_>>,
    faults: &mut Diagnostics,
) -> Vec<UpdateTrigger> {
    let Some(section) = section else { return OCCASIONS.to_vec() };
    section.reject_unknown_keys("`[stories]`", &STORIES_KEYS, faults);
    let written = section.optional("update", |value| occasions(value, faults));
    written.ok().flatten().unwrap_or_else(|| OCCASIONS.to_vec())
}

/// A list of occasions. If it is empty, a story is sent once and never again.
pub(super) fn occasions(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<UpdateTrigger>> {
    let mut occasions = Vec::new();
    let mut good = true;
    for written in value.strings(faults)? {
        match read_occasion(&written, faults) {
            Some(occasion) if occasions.contains(&occasion) => {
                let what = format!("{} stands here twice", words::quoted(&written.text));
                faults.warn(written.at, what, "keep one of the two");
            }
            Some(occasion) => occasions.push(occasion),
            None => good = false,
        }
    }
    good.then_some(occasions)
}

/// The words are few, so a wrong one lists all of them.
fn read_occasion(written: &Spanned, faults: &mut Diagnostics) -> Option<UpdateTrigger> {
    let text = written.text.as_str();
    if let Some((_, occasion)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(*occasion);
    }
    let cure = if let Some(number) = text.strip_prefix("outlets") {
        let number = number.strip_prefix(':').and_then(|number| number.trim().parse().ok());
        if let Some(count) = number.filter(|count| (OUTLETS_MIN..=OUTLETS_MAX).contains(count)) {
            return Some(UpdateTrigger::Outlets(count));
        }
        format!("write \"outlets:5\", with a number from {OUTLETS_MIN} to {OUTLETS_MAX}")
    } else {
        let known = WORDS.iter().map(|(word, _)| *word);
        words::suggestion(text, known.chain(["outlets:5"]))
    };
    let what = format!("there is no update for {}", words::quoted(text));
    faults.error(written.at.clone(), what, cure);
    None
}
