//! Explains in words why an alert was sent: every term that was found, where, and with which
//! tolerance.

use std::collections::HashMap;

use crate::domain::{Alert, AlertKind, Field, Name, Timestamp};

use super::foreign_text;

/// Characters of a term or of the words it met.
const WORDS_CHARS_MAX: usize = 120;

/// Distinct spellings shown for one term.
const SPELLINGS_MAX: usize = 3;

/// Characters of a language's name.
const LANGUAGE_CHARS_MAX: usize = 35;

/// Languages named; the rest are counted.
const LANGUAGES_MAX: usize = 9;

/// "7 outlets, 3 languages (en, ja, ko)": who else carried the story when the message was composed.
pub(super) fn spread_line(alert: &Alert) -> Option<String> {
    let spread = alert.spread.as_ref()?;
    let others = spread.outlets.checked_sub(1).filter(|others| *others > 0)?;
    let outlets =
        if others == 1 { "1 other outlet".to_owned() } else { format!("{others} other outlets") };
    let tags: Vec<String> = spread
        .languages
        .iter()
        .take(LANGUAGES_MAX)
        .map(|tag| foreign_text::single_line_of(tag, LANGUAGE_CHARS_MAX))
        .collect();
    Some(match spread.languages.len() {
        0 | 1 => outlets,
        many => format!("{outlets}, {many} languages ({})", tags.join(", ")),
    })
}

/// One term in one field with one tolerance, however often it was found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MatchReason {
    pub(super) term: String,
    pub(super) field: Field,
    /// The element of the item, where it is not the one of the field.
    pub(super) element: Option<String>,
    pub(super) tolerance: Option<String>,
    pub(super) times: usize,
    /// The article's own words where they differ from the term.
    pub(super) spellings: Vec<String>,
}

/// The alert's hits by term, field and tolerance, in the order they were found.
pub(super) fn match_reasons(alert: &Alert) -> Vec<MatchReason> {
    let mut reasons: Vec<MatchReason> = Vec::new();
    let mut places = HashMap::new();
    for hit in &alert.hits {
        let key = (&hit.term, hit.field, &hit.element, &hit.tolerance);
        let place = *places.entry(key).or_insert(reasons.len());
        if place == reasons.len() {
            reasons.push(MatchReason {
                term: foreign_text::single_line_of(&hit.term, WORDS_CHARS_MAX),
                field: hit.field,
                element: hit
                    .element
                    .as_deref()
                    .map(|name| foreign_text::single_line_of(name, WORDS_CHARS_MAX)),
                tolerance: hit
                    .tolerance
                    .as_deref()
                    .map(|text| foreign_text::single_line_of(text, WORDS_CHARS_MAX)),
                times: 0,
                spellings: Vec::new(),
            });
        }
        let Some(reason) = reasons.get_mut(place) else { continue };
        reason.times += 1;
        let words = foreign_text::single_line_of(&hit.text, WORDS_CHARS_MAX);
        let new = words != reason.term && !words.is_empty() && !reason.spellings.contains(&words);
        if new && reason.spellings.len() < SPELLINGS_MAX {
            reason.spellings.push(words);
        }
    }
    reasons
}

impl MatchReason {
    /// What follows the term: "in the summary, as “export-controls” (hyphen+number), 3 times".
    pub(super) fn where_found(&self) -> String {
        let mut words = match &self.element {
            Some(element) => format!("in `{}`", foreign_text::bidi_isolated(element)),
            None => format!("in the {}", self.field),
        };
        if !self.spellings.is_empty() {
            let quoted: Vec<String> = self
                .spellings
                .iter()
                .map(|word| format!("“{}”", foreign_text::bidi_isolated(word)))
                .collect();
            words.push_str(", as ");
            words.push_str(&quoted.join(", "));
        }
        if let Some(tolerance) = &self.tolerance {
            words.push_str(" (");
            words.push_str(tolerance);
            words.push(')');
        }
        if self.times > 1 {
            words.extend([format!(", {} times", self.times)]);
        }
        words
    }

    /// The short form for one line of a digest: "export control (summary, number)".
    pub(super) fn summary(&self) -> String {
        let term = foreign_text::bidi_isolated(&self.term);
        match &self.tolerance {
            Some(tolerance) => format!("{term} ({}, {tolerance})", self.field),
            None => format!("{term} ({})", self.field),
        }
    }
}

/// At most `most` reasons in one line; those left out are counted.
pub(super) fn in_one_line(alert: &Alert, most: usize) -> String {
    let all = match_reasons(alert);
    let mut words: Vec<String> = all.iter().take(most).map(MatchReason::summary).collect();
    if let Some(rest) = all.len().checked_sub(most).filter(|rest| *rest > 0) {
        words.push(format!("and {rest} more"));
    }
    words.join(", ")
}

/// Why this alert exists, as one sentence.
pub(super) fn kind_sentence(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::New => "A new story matched this watch.",
        AlertKind::Revised => {
            "The article was edited after it was first seen, and only its new text matches."
        }
        AlertKind::Copy => {
            "A further copy of a known story matched; the earlier copies did not match this watch."
        }
        AlertKind::Test => "This is a test: somebody asked whether this channel works.",
    }
}

/// The word for the kind, as the webhook spells it.
pub(super) fn kind_word(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::New => "new",
        AlertKind::Revised => "revised",
        AlertKind::Copy => "copy",
        AlertKind::Test => "test",
    }
}

/// "14 of 10 needed", or nothing where no weights were at work.
pub(super) fn score(alert: &Alert) -> Option<String> {
    let plain =
        (alert.score - 1.0).abs() < f64::EPSILON && (alert.threshold - 1.0).abs() < f64::EPSILON;
    (!plain && alert.kind != AlertKind::Test)
        .then(|| format!("{} of {} needed", alert.score, alert.threshold))
}

/// A time for people: minutes, UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The watch's title as one clean line, its name if that is empty.
pub(super) fn watch(alert: &Alert) -> String {
    title_or_name(&alert.watch_title, &alert.watch)
}

/// The same for a watch's title and name.
pub(super) fn title_or_name(title: &str, name: &Name) -> String {
    let title = foreign_text::single_line_of(title, WORDS_CHARS_MAX);
    if title.is_empty() {
        foreign_text::single_line_of(name.as_str(), WORDS_CHARS_MAX)
    } else {
        title
    }
}

/// The feed, with the language if it is known: "kyodo-english (en)".
pub(super) fn source(alert: &Alert) -> String {
    let name = foreign_text::single_line_of(alert.source.as_str(), WORDS_CHARS_MAX);
    match language(alert) {
        Some(language) => format!("{name} ({language})"),
        None => name,
    }
}

/// The language tag if it is one (RFC 5646 bounds a tag at 35 characters in practice).
pub(super) fn language(alert: &Alert) -> Option<&str> {
    language_tag(alert.language.as_deref())
}

/// The same for what a publisher says is a language.
pub(super) fn language_tag(written: Option<&str>) -> Option<&str> {
    const TAG_BYTES_MAX: usize = 35;
    let tag = written?;
    let sound = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (sound && !tag.is_empty() && tag.len() <= TAG_BYTES_MAX).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::tests::{alert, hit};

    #[test]
    fn every_term_is_told_once_with_its_field_tolerance_and_count() {
        let mut alert = alert();
        alert.hits = vec![
            hit("export control", Field::Title, "export-controls", Some("hyphen+number")),
            hit("export control", Field::Title, "Export Controls", Some("hyphen+number")),
            hit("GSOMIA", Field::Title, "GSOMIA", None),
            hit("GSOMIA", Field::Content, "gsomia", None),
        ];
        let told: Vec<String> = match_reasons(&alert)
            .iter()
            .map(|r| format!("{} {}", r.term, r.where_found()))
            .collect();
        assert_eq!(
            told,
            [
                "export control in the title, as “export-controls”, “Export Controls” \
                 (hyphen+number), 2 times",
                "GSOMIA in the title",
                "GSOMIA in the content, as “gsomia”",
            ]
        );
        assert_eq!(in_one_line(&alert, 1), "export control (title, hyphen+number), and 2 more");
    }

    #[test]
    fn a_language_that_is_no_tag_is_not_repeated() {
        let mut alert = alert();
        alert.language = Some("en\" onload=x".into());
        assert_eq!(language(&alert), None);
        assert_eq!(source(&alert), "kyodo-english");
    }
}
