//! Measures how wide text is in a fixed-width font, and breaks it into lines.

use super::foreign_text::extends_previous;

/// Columns of a line of plain text in a mail or a terminal (RFC 3676 advises at most 78).
pub(super) const LINE_COLUMNS: usize = 76;

/// Columns one character takes: none, one, or two for the wide scripts of East Asia and emoji.
fn columns_of(c: char) -> usize {
    if extends_previous(c) || matches!(c, '\u{2066}'..='\u{2069}') {
        0
    } else if is_wide(c) {
        2
    } else {
        1
    }
}

fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{A000}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}' | '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F900}'..='\u{1F9FF}' | '\u{20000}'..='\u{3FFFD}')
}

/// Columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// `text` in lines of at most [`LINE_COLUMNS`], each after `indent`. Lines break at spaces and
/// between wide characters; a longer word (a link) stands whole.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let room = LINE_COLUMNS.saturating_sub(columns(indent)).max(1);
    let mut lines = String::with_capacity(text.len());
    let mut used = 0;
    for word in pieces(text) {
        let width = columns(word.trim_end());
        if used == 0 {
            lines.push_str(indent);
        } else if used + width > room {
            lines.truncate(lines.trim_end().len());
            lines.push('\n');
            lines.push_str(indent);
            used = 0;
        }
        lines.push_str(word);
        used += columns(word);
    }
    lines.truncate(lines.trim_end().len());
    lines.push('\n');
    lines
}

/// The text cut behind every space and between wide characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = match before {
            Some(' ') => c != ' ',
            Some(last) => is_wide(c) && is_wide(last),
            None => false,
        };
        let done = text.len() - rest.len();
        if breaks && let Some((piece, tail)) = rest.split_at_checked(at - done) {
            pieces.push(piece);
            rest = tail;
        }
        if !extends_previous(c) {
            before = Some(c);
        }
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked_and_no_letter_is_lost() {
        for text in [
            "the quick brown fox jumps over the lazy dog ".repeat(9),
            "日韓が軍事情報包括保護協定を延長し、両国の防衛当局は".repeat(9),
            "한일 군사정보보호협정을 연장하기로 했다고 밝혔다 ".repeat(9),
        ] {
            let lines = wrapped(&text, "    ");
            assert!(lines.lines().all(|line| columns(line) <= LINE_COLUMNS), "{lines}");
            let letters = |text: &str| text.chars().filter(|c| *c != ' ' && *c != '\n').count();
            assert_eq!(letters(&lines), letters(&text));
        }
    }

    #[test]
    fn a_long_word_stands_whole() {
        let word = "x".repeat(200);
        assert_eq!(wrapped(&format!("a {word} b"), ""), format!("a\n{word}\nb\n"));
    }
}
