//! Shows errors and warnings to people: place, reason, the line itself, and what to do.
use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style};

use super::sources::{Position, Source, Sources};
use super::words;
use crate::domain::{Diagnostic, DiagnosticSeverity, counted};

/// Diagnostics shown at once. Nobody reads more.
const DIAGNOSTICS_SHOWN_MAX: usize = 500;
/// Characters of a line shown around an error; a longer line is cut.
const LINE_SHOWN_CHARS: usize = 100;
/// Characters kept before the fault in a line that is cut.
const LEAD_SHOWN_CHARS: usize = 40;
/// What a tab is shown as.
const TAB: &str = "    ";

/// Keys whose value is never shown, in case someone wrote the secret itself.
const SECRET_KEYS: [&str; 14] = [
    "password",
    "passwd",
    "pass",
    "secret",
    "secrets",
    "token",
    "key",
    "api_key",
    "api-key",
    "x-api-key",
    "apikey",
    "auth",
    "authorization",
    "cookie",
];

/// Whether a value under this key is a secret, whatever the writer thinks.
pub(super) fn is_secret(key: &str) -> bool {
    SECRET_KEYS.iter().any(|secret| secret.eq_ignore_ascii_case(key))
}

/// The styles of one rendering; all plain when colour is off.
struct Palette {
    error: Style,
    warning: Style,
    gutter: Style,
    help: Style,
}

impl Palette {
    /// Styles that print nothing where colour is off.
    fn new(colour: bool) -> Self {
        if !colour {
            let plain = Style::new();
            return Self { error: plain, warning: plain, gutter: plain, help: plain };
        }
        let bold = |colour: AnsiColor| colour.on_default().effects(Effects::BOLD);
        Self {
            error: bold(AnsiColor::Red),
            warning: bold(AnsiColor::Yellow),
            gutter: AnsiColor::Blue.on_default(),
            help: bold(AnsiColor::Cyan),
        }
    }

    /// The word that begins the message, and its colour.
    fn severity_style(&self, weight: DiagnosticSeverity) -> (Style, &'static str) {
        match weight {
            DiagnosticSeverity::Error => (self.error, "error"),
            DiagnosticSeverity::Warning => (self.warning, "warning"),
        }
    }
}

impl Sources {
    /// All diagnostics in the order of files and lines, each with its line, and a summary at the
    /// end. Empty if there are none.
    pub fn render(&self, complaints: &[Diagnostic], colour: bool) -> String {
        let paint = Palette::new(colour);
        let mut sorted: Vec<&Diagnostic> = complaints.iter().collect();
        sorted.sort_by_key(|complaint| self.rank(complaint));
        let mut out = String::new();
        let more = sorted.len().saturating_sub(DIAGNOSTICS_SHOWN_MAX);
        for complaint in sorted.into_iter().take(DIAGNOSTICS_SHOWN_MAX) {
            // Writing to a string cannot fail.
            _ = self.render_one(complaint, &paint, &mut out);
        }
        if more > 0 {
            _ = writeln!(out, "… and {more} more\n");
        }
        let count = |weight| complaints.iter().filter(|c| c.severity == weight).count();
        let (errors, warnings) =
            (count(DiagnosticSeverity::Error), count(DiagnosticSeverity::Warning));
        let mut parts = Vec::new();
        if errors > 0 {
            parts.push(counted(errors as u64, "error"));
        }
        if warnings > 0 {
            parts.push(counted(warnings as u64, "warning"));
        }
        if !parts.is_empty() {
            _ = writeln!(out, "{}", parts.join(", "));
        }
        out
    }

    /// The order of rendering: what has no place first, then by file as read, then by byte.
    pub(super) fn rank(&self, complaint: &Diagnostic) -> (usize, usize) {
        let Some(place) = &complaint.at else {
            return (0, 0);
        };
        self.file_of(place).map_or((0, 1), |(file, _)| (file + 1, place.span.start))
    }

    /// Writes one diagnostic: place and message, the line, and what to do.
    fn render_one(
        &self,
        complaint: &Diagnostic,
        paint: &Palette,
        out: &mut String,
    ) -> std::fmt::Result {
        let (style, word) = paint.severity_style(complaint.severity);
        let found = complaint.at.as_ref().and_then(|at| Some((at, self.file_of(at)?.1)));
        if let Some((at, source)) = found {
            let Position { line, column } = source.position(at.span.start);
            write!(out, "{}:{line}:{column}: ", source.shown)?;
        }
        writeln!(out, "{style}{word}{style:#}: {}", complaint.problem)?;
        if let Some((at, source)) = found {
            let Position { line, .. } = source.position(at.span.start);
            let excerpt = Excerpt::new(source, line, at.span.start, at.span.end);
            let (gutter, number) = (paint.gutter, line.to_string());
            let shown = if excerpt.shown.is_empty() {
                String::new()
            } else {
                format!(" {}", excerpt.shown)
            };
            writeln!(out, "  {gutter}{number} |{gutter:#}{shown}")?;
            let blank = " ".repeat(number.len());
            let (indent, carets) = (" ".repeat(excerpt.indent), "^".repeat(excerpt.carets));
            writeln!(out, "  {gutter}{blank} |{gutter:#} {indent}{style}{carets}{style:#}")?;
        }
        let help = paint.help;
        if !complaint.help.is_empty() {
            writeln!(out, "  {help}help{help:#}: {}", complaint.help)?;
        }
        writeln!(out)
    }
}

/// The part of a line that is shown, and where the carets stand under it, in terminal columns.
struct Excerpt {
    shown: String,
    indent: usize,
    carets: usize,
}

impl Excerpt {
    fn new(source: &Source, line: usize, start: usize, end: usize) -> Self {
        let (line_start, text) = source.line(line);
        let text = mask_secrets(text);
        let offset = |byte: usize| {
            let byte =
                source.boundary(byte).saturating_sub(line_start).min(source.line(line).1.len());
            source.line(line).1.get(..byte).map_or(0, |before| before.chars().count())
        };
        let (from, to) = (offset(start), offset(end).max(offset(start)));
        let chars: Vec<char> = text.chars().collect();
        let first = if chars.len() > LINE_SHOWN_CHARS {
            from.saturating_sub(LEAD_SHOWN_CHARS).min(chars.len() - LINE_SHOWN_CHARS)
        } else {
            0
        };
        let last = chars.len().min(first + LINE_SHOWN_CHARS);
        let mut excerpt = Self { shown: String::new(), indent: 0, carets: 0 };
        if first > 0 {
            excerpt.shown.push('…');
            excerpt.indent = 1;
        }
        for (at, c) in chars.iter().enumerate().take(last).skip(first) {
            let (shown, width) = cell(*c);
            excerpt.shown.push_str(&shown);
            if at < from {
                excerpt.indent += width;
            } else if at < to {
                excerpt.carets += width;
            }
        }
        if last < chars.len() {
            excerpt.shown.push('…');
        }
        excerpt.shown.truncate(excerpt.shown.trim_end().len());
        excerpt.carets = excerpt.carets.max(1);
        excerpt
    }
}

/// How a character is shown, and how many columns it takes. Characters that would control a
/// terminal, or turn the direction of the text, are shown as a replacement character.
fn cell(c: char) -> (String, usize) {
    if c == '\t' {
        return (TAB.to_owned(), TAB.len());
    }
    if words::is_control_or_mark(c) {
        return ('\u{fffd}'.to_string(), 1);
    }
    (c.to_string(), width(c))
}

/// Columns a character takes on a terminal: near enough for carets, after UAX #11 (wide and
/// fullwidth blocks) without its tables.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x1160..=0x11ff | 0x200b..=0x200f | 0x3099..=0x309a | 0xfe00..=0xfe0f => {
            0
        }
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The line with every secret replaced by stars: the value of a key that sounds like a secret,
/// what is between `://` and `@`, and webhook keys.
fn mask_secrets(line: &str) -> String {
    let mut hidden = vec![false; line.len()];
    let mut hide = |from: usize, to: usize| {
        hidden.iter_mut().take(to).skip(from).for_each(|byte| *byte = true);
    };
    for (equals, _) in line.match_indices('=') {
        let before = line.get(..equals).unwrap_or("").trim_end_matches([' ', '\t', '"', '\'']);
        let cut = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        let key = before.get(cut.map_or(0, |at| at + 1)..).unwrap_or(before);
        if is_secret(key) {
            hide(equals + 1, line.len());
            break;
        }
    }
    for (at, _) in line.match_indices("://") {
        let rest = line.get(at + 3..).unwrap_or("");
        let host = rest.find(['/', '"', '\'', '?', '#']).unwrap_or(rest.len());
        if let Some(sign) = rest.get(..host).and_then(|authority| authority.rfind('@')) {
            hide(at + 3, at + 3 + sign);
        }
    }
    for (at, _) in line.match_indices("whsec_") {
        let rest = line.get(at + 6..).unwrap_or("");
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=-_".contains(c)));
        hide(at + 6, at + 6 + end.unwrap_or(rest.len()));
    }
    let star = |(at, c): (usize, char)| {
        let secret = hidden.get(at).copied().unwrap_or(true) && !c.is_whitespace();
        if secret { '*' } else { c }
    };
    line.char_indices().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceSpan;

    fn complaint(sources: &Sources, needle: &str) -> Diagnostic {
        let source = sources.iter().next().unwrap();
        let start = source.text.find(needle).unwrap();
        let at = SourceSpan { file: source.shown.clone(), span: start..start + needle.len() };
        let (what, cure) = ("`x` is wrong".to_owned(), "right it".to_owned());
        Diagnostic { severity: DiagnosticSeverity::Error, at: Some(at), problem: what, help: cure }
    }

    fn rendered(text: &str, needle: &str) -> String {
        let mut sources = Sources::default();
        sources.add("a.toml", text);
        sources.render(&[complaint(&sources, needle)], false)
    }

    #[test]
    fn a_complaint_shows_place_line_caret_and_cure() {
        insta::assert_snapshot!(rendered("[a]\nx = 1 # one\n", "1"), @r"
        a.toml:2:5: error: `x` is wrong
          2 | x = 1 # one
            |     ^
          help: right it

        1 error
        ");
    }

    #[test]
    fn carets_stand_under_wide_characters_and_tabs() {
        insta::assert_snapshot!(rendered("any =\t[\"日韓GSOMIA\", \"사드\"]", "사드"), @r#"
        a.toml:1:21: error: `x` is wrong
          1 | any =    ["日韓GSOMIA", "사드"]
            |                          ^^^^
          help: right it

        1 error
        "#);
    }

    #[test]
    fn a_long_line_is_cut_round_the_fault() {
        let text = format!("{} HERE {}", "a".repeat(300), "b".repeat(300));
        let shown = rendered(&text, "HERE");
        assert!(shown.lines().all(|line| line.chars().count() < 120), "{shown}");
        let caret = shown.lines().nth(2).unwrap().find('^').unwrap();
        let line: Vec<char> = shown.lines().nth(1).unwrap().chars().collect();
        assert_eq!(line[caret..caret + 4].iter().collect::<String>(), "HERE");
    }

    #[test]
    fn a_flood_of_complaints_is_counted_to_the_end() {
        let mut sources = Sources::default();
        sources.add("a.toml", "x = 1");
        let flood = vec![complaint(&sources, "1"); DIAGNOSTICS_SHOWN_MAX + 7];
        let shown = sources.render(&flood, false);
        assert_eq!(shown.matches("`x` is wrong").count(), DIAGNOSTICS_SHOWN_MAX);
        assert!(shown.ends_with("… and 7 more\n\n507 errors\n"), "{shown}");
    }

    #[test]
    fn colour_marks_and_changes_no_word() {
        let mut sources = Sources::default();
        sources.add("a.toml", "x = 1");
        let complaint = complaint(&sources, "1");
        let painted = sources.render(std::slice::from_ref(&complaint), true);
        assert!(painted.contains("\u{1b}[1m\u{1b}[31merror\u{1b}[0m"), "{painted:?}");
    }

    #[test]
    fn no_secret_is_shown() {
        for line in [
            "password = \"hunter2\"",
            "  PassWord=\"hunter2",
            "x = { host = \"a\", token = 'hunter2' }",
            "headers = { \"X-Api-Key\" = \"hunter2\" }",
            "url = \"https://me:hunter2@example.org/\"",
            "url = \"https://hunter2@example.org\"",
            "secrets = [\"whsec_hunter2\"]",
            "anything = whsec_hunter2",
        ] {
            assert!(!mask_secrets(line).contains("hunter2"), "{}", mask_secrets(line));
            assert_eq!(mask_secrets(line).chars().count(), line.chars().count());
        }
        let kept = "password_file = \"smtp\" # mail@example.org https://a.org/?q=@b";
        assert_eq!(mask_secrets(kept), kept);
    }

    #[test]
    fn nothing_in_a_line_steers_the_terminal() {
        let shown = rendered("x = \u{1b}[31m\u{202e}HERE", "HERE");
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    }
}
