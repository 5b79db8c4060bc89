//! A text with marked words, prepared for every format: cleaned, cut to a length, and split into
//! marked and unmarked parts.

use std::ops::Range;

use crate::domain::{Alert, Field};

use super::foreign_text;

/// A stretch of text that is all marked or all unmarked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextRun {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// The alert's passage in at most `chars_max` characters round its first mark.
pub(super) fn snippet_runs(alert: &Alert, chars_max: usize) -> Vec<TextRun> {
    split_runs(&alert.snippet.text, &alert.snippet.marks, chars_max)
}

/// The title of the alert, with its hits marked where they still fit.
pub(super) fn title_runs(alert: &Alert) -> Vec<TextRun> {
    let mut marks: Vec<Range<usize>> = alert
        .hits
        .iter()
        .filter(|hit| hit.field == Field::Title)
        .filter(|hit| alert.title.get(hit.start..hit.end) == Some(hit.text.as_str()))
        .map(|hit| hit.start..hit.end)
        .collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let title = split_runs(&alert.title, &marks, foreign_text::TITLE_CHARS_MAX);
    if title.is_empty() { vec![TextRun { text: untitled(), marked: false }] } else { title }
}

/// The title as one clean line; never empty.
pub(super) fn title(alert: &Alert) -> String {
    let title = foreign_text::single_line_of(&alert.title, foreign_text::TITLE_CHARS_MAX);
    if title.is_empty() { untitled() } else { title }
}

fn untitled() -> String {
    "(untitled)".to_owned()
}

/// Draws pieces with `marked` round each marked one and `plain` round the others.
pub(super) fn render_runs(
    pieces: &[TextRun],
    plain: impl Fn(&str) -> String,
    marked: impl Fn(&str) -> String,
) -> String {
    pieces
        .iter()
        .map(|piece| if piece.marked { marked(&piece.text) } else { plain(&piece.text) })
        .collect()
}

/// Drawn for plain text: marked words stand between asterisks.
pub(super) fn star_hits(pieces: &[TextRun]) -> String {
    render_runs(pieces, str::to_owned, |word| format!("*{word}*"))
}

/// Cleans as [`foreign_text::single_line`] does, keeping for each character whether it is marked. Marks that are
/// no stretch of the text are passed over; overlapping ones count once.
fn split_runs(text: &str, marks: &[Range<usize>], chars_max: usize) -> Vec<TextRun> {
    let mut chars: Vec<(char, bool)> = Vec::with_capacity(text.len());
    let mut marks = marks.iter().filter(|mark| mark.start < mark.end).peekable();
    for (at, c) in text.char_indices() {
        while marks.next_if(|mark| mark.end <= at).is_some() {}
        let marked = marks.peek().is_some_and(|mark| mark.contains(&at));
        if foreign_text::is_invisible_control(c) {
            continue;
        }
        if !foreign_text::is_separator(c) {
            chars.push((c, marked));
        } else if chars.last().is_some_and(|&(last, _)| last != ' ') {
            chars.push((' ', marked));
        }
    }
    if chars.last().is_some_and(|&(last, _)| last == ' ') {
        chars.pop();
    }
    merge_runs(window(&chars, chars_max))
}

/// At most `chars_max` characters, a quarter of them before the first mark, "…" where it was cut.
fn window(chars: &[(char, bool)], chars_max: usize) -> Vec<(char, bool)> {
    if chars.len() <= chars_max {
        return chars.to_vec();
    }
    if chars_max == 0 {
        return Vec::new();
    }
    let room = chars_max.saturating_sub(2);
    let first = chars.iter().position(|&(_, marked)| marked).unwrap_or(0);
    let start = first.saturating_sub(room / 4).min(chars.len().saturating_sub(room));
    let shown = chars.iter().skip(start).take(room).copied();
    let left = (start > 0).then_some(('…', false));
    let right = (start + room < chars.len()).then_some(('…', false));
    left.into_iter().chain(shown).chain(right).collect()
}

fn merge_runs(chars: Vec<(char, bool)>) -> Vec<TextRun> {
    let mut pieces: Vec<TextRun> = Vec::new();
    for (c, marked) in chars {
        match pieces.last_mut() {
            Some(piece) if piece.marked == marked => piece.text.push(c),
            _ => pieces.push(TextRun { text: c.to_string(), marked }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_cleaning() {
        let text = "one\r\n\u{202E}two  three";
        let at = text.find("two").unwrap();
        let pieces = split_runs(text, std::slice::from_ref(&(at..at + 3)), 100);
        assert_eq!(star_hits(&pieces), "one *two* three");
    }

    #[test]
    fn a_mark_that_is_no_stretch_of_the_text_harms_nothing() {
        let backwards = Range { start: 5, end: 2 };
        let marks = [backwards, 1..2, 900..999, 0..usize::MAX];
        assert_eq!(star_hits(&split_runs("é", &marks, 100)), "é");
        assert_eq!(star_hits(&split_runs("", &marks, 100)), "");
    }

    #[test]
    fn a_window_holds_the_first_mark_and_its_limit() {
        let text = format!("{} HERE {}", "a ".repeat(500), "b ".repeat(500));
        let at = text.find("HERE").unwrap();
        let pieces = split_runs(&text, std::slice::from_ref(&(at..at + 4)), 60);
        let shown = star_hits(&pieces);
        assert!(shown.contains("*HERE*") && shown.starts_with('…') && shown.ends_with('…'));
        assert!(shown.chars().count() <= 62, "{shown}");
    }
}
