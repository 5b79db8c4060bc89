//! Keeps the texts of all configuration files, so that any layer can show the line of an error.
use std::fmt;
use std::sync::Arc;

use crate::domain::SourceSpan;

/// Every configuration file that was read, the first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file's text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The path as it is shown to people and as it stands in [`SourceSpan::file`].
    pub(super) shown: Arc<str>,
    pub(super) text: Arc<str>,
    /// The same with lines blanked that would keep the parser from reading on; byte for byte as
    /// long. `None` if nothing had to be.
    readable: Option<Arc<str>>,
    /// Byte at which each line begins.
    lines: Vec<usize>,
}

/// Where a place stands, counted as people count: from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    /// In characters, not bytes.
    pub(super) column: usize,
}

/// Shows only the sizes, because a text may contain a secret in the wrong place.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.shown, self.text.len())
    }
}

impl Sources {
    /// Keeps `text` under the path shown to people.
    pub fn add(&mut self, shown: &str, text: &str) {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let (shown, text, lines) = (shown.into(), text.into(), lines.collect());
        self.files.push(Source { shown, text, readable: None, lines });
    }

    /// Sets the readable form of the file added last.
    pub(super) fn set_readable(&mut self, mend: impl FnOnce(&Source) -> Option<String>) {
        if let Some(source) = self.files.last_mut() {
            source.readable = mend(source).map(Into::into);
        }
    }

    /// The paths that were read, as they are shown to people: what a reload has to look at.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|source| &*source.shown)
    }

    /// In the order of reading, the main file first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// `path:line` of a place.
    pub(super) fn path_and_line(&self, place: &SourceSpan) -> String {
        match self.file_of(place) {
            Some((_, source)) => {
                format!("{}:{}", source.shown, source.position(place.span.start).line)
            }
            None => "another place".to_owned(),
        }
    }

    /// Line and column of a place, counted from one, in characters.
    pub fn line_and_column(&self, place: &SourceSpan) -> Option<(usize, usize)> {
        let (_, source) = self.file_of(place)?;
        let Position { line, column } = source.position(place.span.start);
        Some((line, column))
    }

    /// The file a place is in, and how many files were read before it.
    pub(super) fn file_of(&self, place: &SourceSpan) -> Option<(usize, &Source)> {
        self.files.iter().enumerate().find(|(_, source)| source.shown == place.file)
    }
}

impl Source {
    /// What the parser is given.
    pub(super) fn readable(&self) -> &str {
        self.readable.as_ref().unwrap_or(&self.text)
    }

    /// Line and column of a byte. A byte inside a character or past the end is taken as the nearest
    /// boundary before it.
    pub(super) fn position(&self, byte: usize) -> Position {
        let byte = self.boundary(byte);
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..byte).unwrap_or("");
        Position { line, column: before.chars().count() + 1 }
    }

    /// Text of a line, counted from one, without its ending, and the byte at which it begins.
    pub(super) fn line(&self, line: usize) -> (usize, &str) {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or("");
        (start, text.strip_suffix('\n').map_or(text, |t| t.strip_suffix('\r').unwrap_or(t)))
    }

    /// The nearest character boundary at or before `byte`.
    pub(super) fn boundary(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        let mut sources = Sources::default();
        sources.add("a.toml", text);
        sources.files.remove(0)
    }

    #[test]
    fn columns_count_characters() {
        let source = source("지소미아 = 1\nx");
        assert_eq!(source.position(12), Position { line: 1, column: 5 });
        assert_eq!(source.position(13 + 4), Position { line: 2, column: 1 });
        assert_eq!(source.line(1), (0, "지소미아 = 1"));
        assert_eq!(source.line(2).1, "x");
    }

    #[test]
    fn a_byte_inside_a_character_or_past_the_end_has_a_position() {
        let source = source("é\r\n");
        assert_eq!(source.position(1), Position { line: 1, column: 1 });
        assert_eq!(source.position(999), Position { line: 2, column: 1 });
        assert_eq!(source.line(1).1, "é");
        assert_eq!(source.line(99).1, "");
        assert_eq!(self::source("").position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn debug_output_holds_no_text() {
        let mut sources = Sources::default();
        sources.add("a.toml", "password = \"hunter2\"");
        assert!(!format!("{sources:?}").contains("hunter2"));
    }
}
