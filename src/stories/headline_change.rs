//! Recognises how a publisher changed a headline it had published: other content, a label that
//! says it was issued again, or a correction. No input or output.
use std::collections::BTreeSet;

use super::{boilerplate, identity};

/// Two headlines that share less than this part of the shorter one say different things.
const SAME_OVERLAP_MIN: f64 = 0.7;

/// Words in or beside a headline that say that something was wrong. In lower case, compared with
/// letters only.
const CORRECTION_MARKS: [&str; 22] = [
    "corrected",
    "correction",
    "corrects",
    "clarification",
    "fixes",
    "retracted",
    "retraction",
    "withdrawn",
    "korrektur",
    "korrigiert",
    "berichtigung",
    "rectificatif",
    "rectification",
    "corrección",
    "rectificación",
    "исправление",
    "정정",
    "수정",
    "기사취소",
    "訂正",
    "更正",
    "修正",
];

/// Beginnings of a sentence by which a publisher says that its story was wrong, in lower case.
const CORRECTION_NOTES: [&str; 14] = [
    "correction:",
    "correction (",
    "corrections:",
    "clarification:",
    "corrects ",
    "this article was corrected",
    "this article has been corrected",
    "this story was corrected",
    "this story has been corrected",
    "korrektur:",
    "berichtigung:",
    "정정합니다",
    "訂正:",
    "更正:",
];

/// Parts of a sentence that say so wherever they stand.
const CORRECTION_PHRASES: [&str; 6] = [
    "earlier version of this article",
    "earlier version of this story",
    "previous version of this article",
    "previous version of this story",
    "in einer früheren version dieses",
    "in einer früheren fassung dieses",
];

/// Words before a colon in a headline that can be a label.
const LEAD_WORDS_MAX: usize = 2;

/// The longest correction that is quoted, in characters.
const NOTE_CHARS_MAX: usize = 300;

const SENTENCE_ENDS: [char; 5] = ['.', '!', '?', '\n', '。'];

/// How a headline changed, the most serious change first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeadlineChange {
    /// The publisher says that something was wrong.
    Corrected,
    /// It says something else.
    Changed,
    /// The same story with a label that says it was issued again.
    Reissued,
}

/// How the headline `before` changed into `after`; `None` if it says the same.
pub fn change_between(before: &str, after: &str) -> Option<HeadlineChange> {
    let (told, tells) = (ParsedHeadline::new(before), ParsedHeadline::new(after));
    if tells.bare.is_empty() || told.bare.is_empty() {
        return None;
    }
    if tells.corrects && !told.corrects {
        return Some(HeadlineChange::Corrected);
    }
    if tells.normalised != told.normalised && is_different(&told, &tells) {
        return Some(HeadlineChange::Changed);
    }
    (tells.revised && tells.marks != told.marks).then_some(HeadlineChange::Reissued)
}

/// The sentence of `text` that says that something was wrong, unless `before` had it too.
pub fn correction(before: &str, text: &str) -> Option<String> {
    let now = correction_note(text)?;
    (correction_note(before) != Some(now)).then(|| now.chars().take(NOTE_CHARS_MAX).collect())
}

/// The first sentence by which a publisher says that its story was wrong, and what follows it.
fn correction_note(text: &str) -> Option<&str> {
    let ends = text.match_indices(SENTENCE_ENDS).map(|(at, end)| at + end.len());
    std::iter::once(0).chain(ends).find_map(|begin| {
        let rest = text.get(begin..)?;
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let end = rest.find(SENTENCE_ENDS).unwrap_or(rest.len());
        // The sign that ends a sentence also ends a word of it, as in "Correction:".
        let sentence = rest.get(..rest.floor_char_boundary(end + 1))?.to_lowercase();
        let says = CORRECTION_NOTES.iter().any(|note| sentence.starts_with(note))
            || CORRECTION_PHRASES.iter().any(|phrase| sentence.contains(phrase));
        says.then_some(rest)
    })
}

/// A headline split into its parts.
struct ParsedHeadline {
    bare: String,
    normalised: String,
    /// The labels around it, letters and digits only.
    marks: String,
    revised: bool,
    corrects: bool,
}

impl ParsedHeadline {
    fn new(title: &str) -> Self {
        let (bare, revised) = boilerplate::without_revision_label(title);
        let lower = title.trim().to_lowercase();
        let marks = lower.replacen(&bare, " ", 1);
        let corrects =
            is_correction_label(&marks) || lead_words(&lower).is_some_and(is_correction_label);
        Self {
            normalised: identity::normalise_title(&bare),
            bare,
            marks: marks.chars().filter(|c| c.is_alphanumeric()).collect(),
            revised,
            corrects,
        }
    }

    fn numbers(&self) -> BTreeSet<&str> {
        self.normalised.split(' ').filter(|w| w.bytes().all(|b| b.is_ascii_digit())).collect()
    }
}

/// Whether one of these labels means a correction.
fn is_correction_label(marks: &str) -> bool {
    marks.split(|c: char| !c.is_alphabetic()).any(|word| CORRECTION_MARKS.contains(&word))
}

/// The one or two words before a colon or in the first bracket. It may be a correction although no
/// list has it as a label.
fn lead_words(title: &str) -> Option<&str> {
    let (lead, _) = title.split_once([':', '|', '–', '—', ']', ')', '】'])?;
    (lead.split_whitespace().count() <= LEAD_WORDS_MAX).then_some(lead)
}

/// Whether two headlines say different things: in most of their words, or in their numbers.
fn is_different(told: &ParsedHeadline, tells: &ParsedHeadline) -> bool {
    let (then, now) = (told.numbers(), tells.numbers());
    let recounted = !then.is_subset(&now) && !now.is_subset(&then);
    recounted || identity::title_overlap(&told.bare, &tells.bare) < SAME_OVERLAP_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_that_tells_another_thing_has_changed_and_a_polished_one_has_not() {
        for (before, after, turned) in [
            (
                "Talks on the pact resume",
                "Pact collapses after talks",
                Some(HeadlineChange::Changed),
            ),
            ("Six ways to save water", "Eight ways to save water", None),
            ("Ferry sinks, 14 dead", "Ferry sinks, 41 dead", Some(HeadlineChange::Changed)),
            ("Ferry sinks, 14 dead", "Ferry sinks off Busan, 14 dead", None),
            ("Ferry sinks off Busan", "FERRY SINKS OFF BUSAN!", None),
            (
                "정부, 지소미아 종료 결정",
                "정부, 지소미아 조건부 연장으로 선회",
                Some(HeadlineChange::Changed),
            ),
            ("", "Ferry sinks", None),
            ("Ferry sinks", "", None),
        ] {
            assert_eq!(change_between(before, after), turned, "{before} → {after}");
        }
    }

    #[test]
    fn marks_say_that_a_story_was_issued_again_or_corrected() {
        for (before, after, turned) in [
            ("Seoul ends pact", "UPDATE 1-Seoul ends pact", Some(HeadlineChange::Reissued)),
            (
                "UPDATE 1-Seoul ends pact",
                "UPDATE 2-Seoul ends pact",
                Some(HeadlineChange::Reissued),
            ),
            (
                "[속보] 정부, 지소미아 종료",
                "정부, 지소미아 종료(종합2보)",
                Some(HeadlineChange::Reissued),
            ),
            ("UPDATE 1-Seoul ends pact", "Seoul ends pact", None),
            ("Seoul ends pact", "CORRECTED: Seoul ends pact", Some(HeadlineChange::Corrected)),
            ("Seoul ends pact", "RETRACTED: Seoul ends pact", Some(HeadlineChange::Corrected)),
            (
                "Chips get a switch",
                "Kill switch for chips: what we know",
                Some(HeadlineChange::Changed),
            ),
            ("정부, 지소미아 종료", "[정정] 정부, 지소미아 종료", Some(HeadlineChange::Corrected)),
            ("Seoul ends pact", "Korrektur: Seoul ends pact", Some(HeadlineChange::Corrected)),
        ] {
            assert_eq!(change_between(before, after), turned, "{before} → {after}");
        }
    }

    #[test]
    fn a_note_under_a_story_is_a_correction() {
        let before = "Fourteen people were held, police said.";
        let after = format!("{before} Correction: an earlier version of this article said forty.");
        let note = "Correction: an earlier version of this article said forty.";
        assert_eq!(correction(before, &after).as_deref(), Some(note));
        assert_eq!(correction(&after, &after), None, "told before");
        assert_eq!(correction(before, "The correction of prices went on."), None);
        assert_eq!(correction(before, "On Friday the fault was corrected by engineers."), None);
    }
}
