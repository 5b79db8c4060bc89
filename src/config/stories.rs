//! When a reader is told more of a story that was told: `[stories]`, and `update` in a watch.
use super::faults::Faults;
use super::words;
use super::written::{Section, Value};
use crate::domain::{Occasion, Written};

pub(super) const STORIES_KEYS: [&str; 1] = ["update"];

/// Unless told: what may change a reader's mind, and the mark at which a story is everywhere.
const OCCASIONS: [Occasion; 5] = [
    Occasion::Outlets(5),
    Occasion::Language,
    Occasion::Headline,
    Occasion::Reissue,
    Occasion::Correction,
];

/// The words, `outlets` apart: it takes a number.
const WORDS: [(&str, Occasion); 4] = [
    ("language", Occasion::Language),
    ("headline", Occasion::Headline),
    ("reissue", Occasion::Reissue),
    ("correction", Occasion::Correction),
];

/// The first outlet is the alert's own, so the second is the first further one.
const OUTLETS_MIN: u32 = 2;
const OUTLETS_MAX: u32 = 100_000;

/// What holds for every watch that does not say otherwise.
pub(super) fn read(section: Option<&Section<'_>>, faults: &mut Faults) -> Vec<Occasion> {
    let Some(section) = section else { return OCCASIONS.to_vec() };
    section.only("`[stories]`", &STORIES_KEYS, faults);
    let written = section.optional("update", |value| occasions(value, faults));
    written.ok().flatten().unwrap_or_else(|| OCCASIONS.to_vec())
}

/// A list of occasions; an empty one means that a story is told once and never again.
pub(super) fn occasions(value: &Value<'_>, faults: &mut Faults) -> Option<Vec<Occasion>> {
    let mut occasions = Vec::new();
    let mut good = true;
    for written in value.strings(faults)? {
        match one(&written, faults) {
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

fn one(written: &Written, faults: &mut Faults) -> Option<Occasion> {
    let text = written.text.as_str();
    if let Some((_, occasion)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(*occasion);
    }
    let cure = if let Some(number) = text.strip_prefix("outlets") {
        let number = number.strip_prefix(':').and_then(|number| number.trim().parse().ok());
        if let Some(count) = number.filter(|count| (OUTLETS_MIN..=OUTLETS_MAX).contains(count)) {
            return Some(Occasion::Outlets(count));
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
