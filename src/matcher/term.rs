//! One term of a watchlist, and how it is read from what the user wrote. `word_edges.rs` says
//! whether a place in a text is the term.
use std::ops::Range;

use super::characters::{self, CharClass};
use super::language;
use super::normalise::{self, char_at};

/// The shortest word that takes an English plural, in letters. With less, `US` would find "uses".
const PLURAL_LETTERS_MIN: usize = 3;
/// The shortest term that may have an Arabic or Hebrew prefix, in letters. Shorter ones would be
/// found inside other words.
const PROCLITIC_LETTERS_MIN: usize = 3;

/// A part of a term after the literal it begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TermPart {
    /// `*`: any rest of the word.
    AnyEnding,
    /// `~`: a rest of the word that is as short as an ending.
    ShortEnding,
    /// Literal text: folded, and as it is spelled exactly.
    Text { folded: String, spelling: String },
}

/// A term that can be searched.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// As the user wrote it, with `=`, `*` and `~`.
    pub(super) written: String,
    /// Only the same spelling counts (`=`).
    pub(super) exact: bool,
    /// The folded text it begins with, which the automaton searches. Never empty.
    pub(super) head: String,
    /// The exact spelling of `head`, compared if the term has `=`.
    pub(super) head_spelling: String,
    /// What follows the first literal.
    pub(super) tail: Vec<TermPart>,
    /// The class of its last character, which decides its right edge.
    pub(super) last: CharClass,
    /// For each run of separators, whether it holds a dash.
    pub(super) dashes: Vec<bool>,
    /// Endings and prefixes that are tolerated; none with `=`.
    pub(super) tolerates: Inflections,
}

/// Which endings and prefixes of a word in the text are tolerated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inflections {
    /// An English plural ending.
    pub(super) plural: bool,
    /// An English possessive (`’s`).
    pub(super) possessive: bool,
    /// Arabic or Hebrew letters written in front of the word (the article, "and", "in").
    pub(super) proclitic: bool,
}

impl Inflections {
    /// The inflections of a term without `=` that begins with `head` and whose last literal is
    /// `last`. `open` says that it ends in a wildcard, which takes a plural ending anyway.
    fn of(head: &str, last: &str, open: bool) -> Self {
        let last_word: Vec<char> = last
            .chars()
            .rev()
            .take_while(|c| characters::char_info(*c).class == CharClass::Spaced)
            .collect();
        let latin = last_word.first().is_some_and(char::is_ascii_alphanumeric);
        // A number takes a plural too: `F-35s`, `1990s`.
        let long_enough = last_word.len() >= PLURAL_LETTERS_MIN
            || last_word.first().is_some_and(char::is_ascii_digit);
        let letters = head.chars().filter(|c| c.is_alphabetic()).count();
        Self {
            plural: latin && long_enough && !open,
            possessive: latin,
            proclitic: letters >= PROCLITIC_LETTERS_MIN
                && head.chars().next().is_some_and(|c| !language::proclitics(c).is_empty()),
        }
    }
}

/// A mistake in a term or query: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TermError {
    /// The bytes of the text it is about; empty for all of it.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: String,
}

impl TermError {
    pub(super) fn new(
        span: Range<usize>,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { span, message: what.into(), help: help.into() }
    }
}

impl Term {
    /// Reads a term as it is written in a list: an optional `=`, then words, each of which may end
    /// in `*` or `~`.
    pub(super) fn parse(written: &str) -> Result<Self, TermError> {
        let body = written.trim();
        let (exact, body) = match body.strip_prefix('=') {
            Some(rest) => (true, unquoted(rest.trim())),
            None => (false, unquoted(body)),
        };
        let pieces = split(body).map_err(|(at, what, help)| {
            // `body` is a slice of `written`, so the difference is where it begins.
            let from = body.as_ptr().addr().saturating_sub(written.as_ptr().addr());
            TermError::new(from + at.start..from + at.end, what, help)
        })?;
        let empty = || {
            TermError::new(
                0..written.len(),
                format!("`{written}` holds no letter, digit or symbol to look for"),
                "write a word or a phrase",
            )
        };
        let mut pieces = pieces.into_iter();
        let Some(TermPart::Text { folded: head, spelling: head_spelling }) = pieces.next() else {
            return Err(empty());
        };
        let tail: Vec<_> = pieces.collect();
        if exact && tail.contains(&TermPart::ShortEnding) {
            return Err(TermError::new(
                0..written.len(),
                format!("`{written}` asks for the exact spelling and for any ending"),
                "drop the `=` or the `~`",
            ));
        }
        let kind_of =
            |c: Option<char>| c.map_or(CharClass::Other, |c| characters::char_info(c).class);
        let last_text = tail
            .iter()
            .rev()
            .find_map(|piece| match piece {
                TermPart::Text { folded, .. } => Some(folded),
                TermPart::AnyEnding | TermPart::ShortEnding => None,
            })
            .unwrap_or(&head);
        Ok(Self {
            exact,
            last: kind_of(last_text.chars().next_back()),
            dashes: normalise::dashes(body.trim_matches(|c| {
                matches!(
                    characters::char_info(c).class,
                    CharClass::Space | CharClass::Dash | CharClass::Ignored
                )
            })),
            tolerates: if exact {
                Inflections::default()
            } else {
                Inflections::of(&head, last_text, ends_open(&tail))
            },
            written: written.trim().to_owned(),
            head,
            head_spelling,
            tail,
        })
    }

    /// A text in which the term is found. The lint uses it to ask which other terms are found
    /// there too.
    pub(super) fn sample(&self) -> String {
        let mut text = if self.exact { self.head_spelling.clone() } else { self.head.clone() };
        for piece in &self.tail {
            if let TermPart::Text { folded, spelling } = piece {
                text.push_str(if self.exact { spelling } else { folded });
            }
        }
        text
    }

    /// A plural that is not the term with letters added, such as `treaties` of `treaty`. It needs
    /// a literal of its own in the automaton.
    pub(super) fn other_plural(&self) -> Option<String> {
        if !self.tolerates.plural || !self.tail.is_empty() {
            return None;
        }
        let stem = self.head.strip_suffix('y')?;
        let before = stem.chars().next_back()?;
        (before.is_ascii_alphabetic() && !"aeiou".contains(before)).then(|| format!("{stem}ies"))
    }
}

/// Whether the term ends in a wildcard, `*` or `~`.
pub(super) fn ends_open(tail: &[TermPart]) -> bool {
    matches!(tail.last(), Some(TermPart::AnyEnding | TermPart::ShortEnding))
}

/// Removes the quotation marks around a text, typographic ones too.
fn unquoted(text: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '‟');
    match text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
        Some(inside) if !inside.contains(quote) => inside,
        _ => text,
    }
}

/// The place of a wrong sign, what is wrong, and what to do.
type Misplaced = (Range<usize>, String, String);

/// Splits a term at `*` and `~`. The error is the place, what is wrong, and what to do.
fn split(body: &str) -> Result<Vec<TermPart>, Misplaced> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, sign) in body.match_indices(['*', '~']) {
        let end = at + sign.len();
        let before = body.get(..at).and_then(|text| text.chars().next_back());
        let at_word = before.is_some_and(|c| characters::char_info(c).class.is_word());
        let at_end = char_at(body, end).is_none_or(|c| {
            matches!(characters::char_info(c).class, CharClass::Space | CharClass::Dash)
        });
        if sign == "~" && !(at_word && at_end) {
            continue;
        }
        if !(at_word && at_end) {
            return Err((
                at..end,
                format!("`*` in `{body}` does not end a word"),
                "`*` stands only at the end of a word, as in `sanction*`".to_owned(),
            ));
        }
        push_text(&mut pieces, body.get(from..at).unwrap_or_default());
        pieces.push(if sign == "*" { TermPart::AnyEnding } else { TermPart::ShortEnding });
        from = end;
    }
    push_text(&mut pieces, body.get(from..).unwrap_or_default());
    Ok(pieces)
}

/// Adds literal text. White space and dashes at the ends of the whole term mean nothing, but after
/// a `*` they separate words.
fn push_text(pieces: &mut Vec<TermPart>, text: &str) {
    let mut folded = String::new();
    let mut at = 0;
    while let Some(step) = normalise::fold_cluster(text, at, &mut folded) {
        at = step.end;
    }
    let mut trimmed = folded.trim_end_matches([' ', '-']);
    if pieces.is_empty() {
        trimmed = trimmed.trim_start_matches([' ', '-']);
    }
    let is_first = pieces.is_empty();
    if !trimmed.is_empty() {
        let spelling = normalise::spelling(text.trim_end());
        let spelling = if is_first { spelling.trim_start().to_owned() } else { spelling };
        pieces.push(TermPart::Text { folded: trimmed.to_owned(), spelling });
    }
}
