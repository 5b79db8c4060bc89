//! One term of a watchlist, and how it is read from what the user wrote. `word_edges.rs` says
//! whether a place in a text is the term.
use std::ops::Range;
use std::sync::Arc;

use super::capitals::CapitalRule;
use super::characters::{self, CharClass};
use super::language;
use super::language_set::LanguageSet;
use super::normalise::{self, char_at};
use super::optional_punctuation;
use super::tolerances::Tolerances;
use super::word_forms::{Endings, Language};

/// The shortest term that may have an Arabic or Hebrew prefix, in letters. Shorter ones would be
/// found inside other words.
const PROCLITIC_LETTERS_MIN: usize = 3;

/// A part of a term after the literal it begins with.
#[derive(Clone, Debug)]
pub(super) enum TermPart {
    /// `*`: any rest of the word.
    AnyEnding,
    /// `~`: a rest of the word that is as short as an ending.
    ShortEnding,
    /// Literal text: folded, and as it is spelled exactly.
    Text { folded: Box<str>, spelling: Box<str> },
    /// A space, and a word in any of its forms.
    Word(Arc<[WordStem]>),
}

/// How the forms of a word begin that is not the first of its term.
#[derive(Clone, Debug)]
pub(super) struct WordStem {
    /// Folded.
    pub(super) text: Box<str>,
    /// What may follow it.
    pub(super) endings: Arc<[Endings]>,
}

/// One way in which a text may write a term. Each has a literal in the automaton.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    /// The folded text it begins with, which the automaton searches. Never empty.
    pub(super) head: Box<str>,
    /// The endings that may follow, where `head` ends inside a word of a text. Terms with the same
    /// endings share one list.
    pub(super) endings: Option<Arc<[Endings]>>,
    /// Whether `head` may also end at the end of a word.
    pub(super) is_whole: bool,
    /// The languages of the articles in which it is looked for.
    pub(super) languages: LanguageSet,
    /// What follows the literal. The spellings of a phrase share it.
    pub(super) tail: Arc<[TermPart]>,
    /// The tolerance that this spelling means; none for the term as it is written.
    pub(super) used: Tolerances,
    /// The text must have the marked letters that the term spells out: `ö` for `oe`.
    pub(super) spells_out: bool,
}

impl Spelling {
    /// A spelling without a tail.
    pub(super) fn plain(head: String, used: Tolerances) -> Self {
        let head = head.into_boxed_str();
        Self {
            head,
            endings: None,
            is_whole: true,
            languages: LanguageSet::ALL,
            tail: Arc::default(),
            used,
            spells_out: false,
        }
    }

    /// The last folded literal text; `None` if it ends in a form.
    pub(super) fn last_text(&self) -> Option<&str> {
        let mut last = Some(&*self.head);
        for part in self.tail.iter() {
            match part {
                TermPart::Text { folded, .. } => last = Some(folded),
                TermPart::Word(_) => last = None,
                TermPart::AnyEnding | TermPart::ShortEnding => {}
            }
        }
        last
    }

    /// How the second word of a phrase whose words inflect may begin. `None` if it is no such phrase,
    /// or if four bytes of the word are not certain.
    pub(super) fn second_word(&self) -> Option<Vec<&str>> {
        let words: Vec<&str> = match self.tail.first()? {
            TermPart::Word(stems) => stems.iter().map(|stem| &*stem.text).collect(),
            TermPart::Text { folded, .. } => vec![folded.strip_prefix(' ')?],
            TermPart::AnyEnding | TermPart::ShortEnding => return None,
        };
        words.iter().all(|word| word.len() >= 4).then_some(words)
    }

    /// Whether it ends in a part that takes the rest of the word, so that there is no edge to
    /// judge.
    pub(super) fn ends_open(&self) -> bool {
        self.tail.last().is_some_and(|part| !matches!(part, TermPart::Text { .. }))
    }
}

/// What the watch of a term says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TermOptions {
    /// Tolerances that are switched off.
    pub(super) off: Tolerances,
    /// The languages whose forms are looked for.
    pub(super) languages: LanguageSet,
}

impl Default for TermOptions {
    fn default() -> Self {
        Self { off: Tolerances::default(), languages: LanguageSet::ALL }
    }
}

/// A term that can be searched.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// As the user wrote it, with `=`, `*` and `~`.
    pub(super) written: String,
    /// Only the same spelling counts (`=`).
    pub(super) exact: bool,
    /// The words of the term without operators and without the punctuation that a name may be
    /// written without. The letters of a match are compared with it.
    pub(super) plain: String,
    /// The exact spelling of the first literal, compared if the term has `=`.
    pub(super) head_spelling: String,
    /// The ways to write it; the first is the term as it is written.
    pub(super) spellings: Vec<Spelling>,
    /// Any beginning of the word may stand before it (`*` in front).
    pub(super) any_beginning: bool,
    /// The class of its last character, which decides its right edge.
    pub(super) last: CharClass,
    /// For each run of separators, whether it holds a dash.
    pub(super) dashes: Vec<bool>,
    /// Endings and prefixes that are tolerated; none with `=`.
    pub(super) tolerates: Inflections,
    /// Whether its capitals count.
    pub(super) capitals: CapitalRule,
    /// What its watch says about it.
    pub(super) options: TermOptions,
}

/// Which endings and prefixes of a word in the text are tolerated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inflections {
    /// An English possessive (`’s`).
    pub(super) possessive: bool,
    /// Arabic or Hebrew letters written in front of the word (the article, "and", "in").
    pub(super) proclitic: bool,
    /// A plural `s` or one capital behind a number: `1990s`, `F-35A`.
    pub(super) model: bool,
}

impl Inflections {
    /// The inflections of a term without `=` that begins with `head` and ends with `last`.
    fn of(head: &str, last: &str) -> Self {
        let letters = head.chars().filter(|c| c.is_alphabetic()).count();
        let ends = |test: fn(&char) -> bool| last.chars().next_back().as_ref().is_some_and(test);
        Self {
            possessive: ends(char::is_ascii_alphanumeric),
            proclitic: letters >= PROCLITIC_LETTERS_MIN
                && head.chars().next().is_some_and(|c| !language::proclitics(c).is_empty()),
            model: ends(char::is_ascii_digit),
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
    /// in `*` or `~`. A `*` may also stand before the first word.
    pub(super) fn parse(written: &str, options: TermOptions) -> Result<Self, TermError> {
        let body = written.trim();
        let (exact, body) = match body.strip_prefix('=') {
            Some(rest) => (true, unquoted(rest.trim())),
            None => (false, unquoted(body)),
        };
        let (any_beginning, body) = match body.strip_prefix('*') {
            Some(rest) if rest.starts_with(char::is_alphanumeric) => (true, rest),
            _ => (false, body),
        };
        let (plain, dotted) =
            if exact { (body.to_owned(), false) } else { optional_punctuation::without(body) };
        let pieces = split(body).map_err(|(at, what, help)| {
            // `body` is a slice of `written`, so the difference is where it begins.
            let from = body.as_ptr().addr().saturating_sub(written.as_ptr().addr());
            TermError::new(from + at.start..from + at.end, what, help)
        })?;
        // Read again without the punctuation, now that mistakes were reported with their places.
        let pieces = if plain == body { pieces } else { split(&plain).unwrap_or(pieces) };
        let mut pieces = pieces.into_iter();
        let Some(TermPart::Text { folded: head, spelling: head_spelling }) = pieces.next() else {
            return Err(TermError::new(
                0..written.len(),
                format!("`{written}` holds no letter, digit or symbol to look for"),
                "write a word or a phrase",
            ));
        };
        let tail: Arc<[_]> = pieces.collect();
        if exact && tail.iter().any(|part| matches!(part, TermPart::ShortEnding)) {
            return Err(TermError::new(
                0..written.len(),
                format!("`{written}` asks for the exact spelling and for any ending"),
                "drop the `=` or the `~`",
            ));
        }
        let as_written =
            Spelling { tail, ..Spelling::plain(head.into_string(), Tolerances::default()) };
        let last = as_written.last_text().unwrap_or_default().to_owned();
        let mut term = Self {
            exact,
            any_beginning,
            last: last
                .chars()
                .next_back()
                .map_or(CharClass::Other, |c| characters::char_info(c).class),
            dashes: normalise::dashes(body.trim_matches(|c| {
                matches!(
                    characters::char_info(c).class,
                    CharClass::Space | CharClass::Dash | CharClass::Ignored
                )
            })),
            tolerates: Inflections::default(),
            capitals: CapitalRule::Free,
            written: written.trim().to_owned(),
            plain: plain.replace(['*', '~'], ""),
            head_spelling: head_spelling.into_string(),
            spellings: vec![as_written],
            options,
        };
        if !exact {
            term.tolerates = Inflections::of(term.head(), &last);
            term.capitals = CapitalRule::of(&term.plain, dotted);
        }
        Ok(term)
    }

    /// The literal of the term as it is written.
    pub(super) fn head(&self) -> &str {
        self.spellings.first().map_or("", |spelling| &spelling.head)
    }

    /// What follows that literal.
    pub(super) fn tail(&self) -> &[TermPart] {
        self.spellings.first().map_or(&[], |spelling| &spelling.tail)
    }

    /// Whether it ends in a wildcard, `*` or `~`.
    pub(super) fn ends_open(&self) -> bool {
        self.spellings.first().is_some_and(Spelling::ends_open)
    }

    /// Whether it is found as the last part of a compound word of a language.
    pub(super) fn may_end_compound(&self, language: Language) -> bool {
        let letters = self.plain.chars().count();
        !self.exact
            && self.dashes.is_empty()
            && self.options.languages.has(language)
            && language::compound_head_letters_min(language).is_some_and(|min| letters >= min)
    }

    /// A text in which the term is found. The lint uses it to ask which other terms are found
    /// there too.
    pub(super) fn sample(&self) -> String {
        let mut text = if self.exact { &self.head_spelling } else { self.head() }.to_owned();
        for piece in self.tail() {
            if let TermPart::Text { folded, spelling } = piece {
                text.push_str(if self.exact { spelling } else { folded });
            }
        }
        if self.capitals == CapitalRule::Free { text } else { text.to_uppercase() }
    }
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
                "`*` stands at the end of a word, as in `sanction*`, or before the first one, as in \
                 `*kontrolle`"
                    .to_owned(),
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
        pieces.push(TermPart::Text { folded: trimmed.into(), spelling: spelling.into() });
    }
}
