//! One term of a watchlist: what it is written as, and whether a place in a text is it.
use std::ops::Range;

use super::characters::{self, CharClass};
use super::language;
use super::normalise::{self, char_at, class_after, word_end};

/// Letters an ending written `~` may have: Russian and Greek endings have up to four.
const ENDING_LETTERS_MAX: usize = 4;
/// The shortest word that takes an English plural; `US` must not find "uses".
const PLURAL_LETTERS_MIN: usize = 3;
/// The shortest term before which Arabic and Hebrew proclitics are looked for.
const PROCLITIC_LETTERS_MIN: usize = 3;
/// Hangul syllables after a term that can still be a particle.
const PARTICLE_SYLLABLES_MAX: usize = 8;

/// The tolerances a match needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tolerances(u8);

impl Tolerances {
    pub(super) const PROCLITIC: Self = Self(1);
    pub(super) const HYPHEN: Self = Self(2);
    pub(super) const PREFIX: Self = Self(4);
    pub(super) const ENDING: Self = Self(8);
    pub(super) const PLURAL: Self = Self(16);
    pub(super) const POSSESSIVE: Self = Self(32);
    pub(super) const PARTICLE: Self = Self(64);

    const NAMES: [(Self, &'static str); 7] = [
        (Self::PROCLITIC, "proclitic"),
        (Self::HYPHEN, "hyphen"),
        (Self::PREFIX, "prefix"),
        (Self::ENDING, "ending"),
        (Self::PLURAL, "plural"),
        (Self::POSSESSIVE, "possessive"),
        (Self::PARTICLE, "particle"),
    ];

    pub(super) fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }

    fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }

    /// The names, joined by `+`; `None` if none was needed.
    pub(super) fn names(self) -> Option<String> {
        let names: Vec<_> = Self::NAMES
            .iter()
            .filter(|(tolerance, _)| self.has(*tolerance))
            .map(|(_, name)| *name)
            .collect();
        (!names.is_empty()).then(|| names.join("+"))
    }
}

/// A part of a term after its first literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TermPart {
    /// `*`: the rest of the word, whatever it is.
    AnyEnding,
    /// `~`: the rest of the word, if it is as short as an ending.
    ShortEnding,
    /// Literal text, folded, and its exact spelling.
    Text { folded: String, spelling: String },
}

/// A term, ready to be looked for.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// As written, with its marks.
    pub(super) written: String,
    /// Only the very same spelling counts.
    pub(super) exact: bool,
    /// The folded literal it begins with; never empty.
    pub(super) head: String,
    head_spelling: String,
    pub(super) tail: Vec<TermPart>,
    last: CharClass,
    /// For each run of separators, whether it holds a dash.
    dashes: Vec<bool>,
    pub(super) tolerates: Inflections,
}

/// Which additions to the term are no difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inflections {
    /// An English plural ending.
    pub(super) plural: bool,
    /// An English possessive, which then belongs to the match.
    possessive: bool,
    /// Arabic or Hebrew letters in front.
    pub(super) proclitic: bool,
}

/// What is wrong with a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TermError {
    /// Bytes of the written term.
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl TermError {
    pub(super) fn new(
        span: Range<usize>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { span, message: what.into(), help: cure.into() }
    }
}

impl Term {
    /// Reads a term as a list holds it: an optional `=`, then words, each perhaps ending in `*` or
    /// `~`.
    pub(super) fn parse(written: &str) -> Result<Self, TermError> {
        let body = written.trim();
        let (exact, body) = match body.strip_prefix('=') {
            Some(rest) => (true, unquoted(rest.trim())),
            None => (false, unquoted(body)),
        };
        let pieces = split(body).map_err(|(at, what, cure)| {
            // `encode_body` is a slice of `written`, so the difference is where it begins.
            let from = body.as_ptr().addr().saturating_sub(written.as_ptr().addr());
            TermError::new(from + at.start..from + at.end, what, cure)
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
        let last_word: Vec<char> = last_text
            .chars()
            .rev()
            .take_while(|c| characters::char_info(*c).class == CharClass::Spaced)
            .collect();
        let latin = !exact && last_word.first().is_some_and(char::is_ascii_alphanumeric);
        let plural = latin
            && (last_word.len() >= PLURAL_LETTERS_MIN
                || last_word.first().is_some_and(char::is_ascii_digit));
        let first = head.chars().next();
        let letters = head.chars().filter(|c| c.is_alphabetic()).count();
        Ok(Self {
            exact,
            last: kind_of(last_text.chars().next_back()),
            dashes: normalise::dashes(body.trim_matches(|c| {
                matches!(
                    characters::char_info(c).class,
                    CharClass::Space | CharClass::Dash | CharClass::Ignored
                )
            })),
            tolerates: Inflections {
                plural: plural && !ends_open(&tail),
                possessive: latin,
                proclitic: !exact
                    && letters >= PROCLITIC_LETTERS_MIN
                    && first.is_some_and(|c| !language::proclitics(c).is_empty()),
            },
            written: written.trim().to_owned(),
            head,
            head_spelling,
            tail,
        })
    }

    /// A text the term is found in.
    pub(super) fn sample(&self) -> String {
        let mut text = if self.exact { self.head_spelling.clone() } else { self.head.clone() };
        for piece in &self.tail {
            if let TermPart::Text { folded, spelling } = piece {
                text.push_str(if self.exact { spelling } else { folded });
            }
        }
        text
    }

    /// The plural that is not the term with letters added: `treaty`, `treaties`.
    pub(super) fn other_plural(&self) -> Option<String> {
        if !self.tolerates.plural || !self.tail.is_empty() {
            return None;
        }
        let stem = self.head.strip_suffix('y')?;
        let before = stem.chars().next_back()?;
        (before.is_ascii_alphabetic() && !"aeiou".contains(before)).then(|| format!("{stem}ies"))
    }

    /// Whether the match that has found the first literal at `start..end` of `text` is the term.
    /// Gives the end of all of it, with the tolerances it needed beside those in `used`.
    pub(super) fn match_rest(
        &self,
        text: &str,
        place: Range<usize>,
        mut used: Tolerances,
    ) -> Option<(usize, Tolerances)> {
        let Range { start, mut end } = place;
        if self.exact && normalise::spelling(text.get(start..end)?) != self.head_spelling {
            return None;
        }
        let mut last = self.head.chars().next_back().unwrap_or(' ');
        for piece in &self.tail {
            match piece {
                TermPart::Text { folded, spelling } => {
                    let to = match_folded(text, end, folded)?;
                    if self.exact && normalise::spelling(text.get(end..to)?) != *spelling {
                        return None;
                    }
                    end = to;
                    last = folded.chars().next_back()?;
                }
                TermPart::AnyEnding | TermPart::ShortEnding => {
                    let (to, letters) = word_end(text, end, characters::char_info(last).class);
                    let ending = *piece == TermPart::ShortEnding;
                    if ending && letters > ENDING_LETTERS_MAX {
                        return None;
                    }
                    if to > end {
                        used.add(if ending { Tolerances::ENDING } else { Tolerances::PREFIX });
                    }
                    end = to;
                }
            }
        }
        if !ends_open(&self.tail) {
            end = self.right_edge(text, end, &mut used)?;
        }
        if !self.dashes.is_empty() && normalise::dashes(text.get(start..end)?) != self.dashes {
            used.add(Tolerances::HYPHEN);
        }
        Some((end, used))
    }

    /// Where the term ends, if it may end at `end`: at a word's edge, or before an ending that does
    /// not change what the word names.
    fn right_edge(&self, text: &str, end: usize, used: &mut Tolerances) -> Option<usize> {
        let mut end = end;
        if self.last.forms_word_with(class_after(text, end)) {
            if self.exact {
                return None;
            }
            let (to, letters) = word_end(text, end, self.last);
            if letters > PARTICLE_SYLLABLES_MAX {
                return None;
            }
            let rest = normalise::normalise(text.get(end..to)?);
            if self.last == CharClass::Hangul {
                let last = self.last_char()?;
                used.add(language::is_particle(last, &rest).then_some(Tolerances::PARTICLE)?);
                return Some(to);
            }
            let singular = !used.has(Tolerances::PLURAL);
            used.add(
                (singular && self.tolerates.plural && self.takes_plural(&rest))
                    .then_some(Tolerances::PLURAL)?,
            );
            end = to;
        }
        if self.tolerates.possessive
            && let Some(to) = match_folded(text, end, "'s")
            && !CharClass::Spaced.forms_word_with(class_after(text, to))
        {
            used.add(Tolerances::POSSESSIVE);
            end = to;
        }
        Some(end)
    }

    fn last_char(&self) -> Option<char> {
        match self.tail.last() {
            Some(TermPart::Text { folded, .. }) => folded.chars().next_back(),
            Some(TermPart::AnyEnding | TermPart::ShortEnding) | None => {
                self.head.chars().next_back()
            }
        }
    }

    fn takes_plural(&self, ending: &str) -> bool {
        let word = match self.tail.last() {
            Some(TermPart::Text { folded, .. }) => folded,
            Some(TermPart::AnyEnding | TermPart::ShortEnding) | None => &self.head,
        };
        let hisses = ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| word.ends_with(end));
        match ending {
            "s" => !word.ends_with('s'),
            "es" => hisses,
            _ => false,
        }
    }
}

/// Whether the term ends in `*` or `~`, so that it has no right edge of its own.
fn ends_open(tail: &[TermPart]) -> bool {
    matches!(tail.last(), Some(TermPart::AnyEnding | TermPart::ShortEnding))
}

/// Where `folded` ends in `text` if it stands at byte `polled_at`.
pub(super) fn match_folded(text: &str, at: usize, folded: &str) -> Option<usize> {
    let mut rest = folded;
    let (mut end, mut buffer) = (at, String::new());
    while !rest.is_empty() {
        buffer.clear();
        let step = normalise::fold_cluster(text, end, &mut buffer)?;
        rest = rest.strip_prefix(buffer.as_str())?;
        end = step.end;
    }
    Some(end)
}

/// Without the quotation marks round it, typographic or not.
fn unquoted(text: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '‟');
    match text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
        Some(inside) if !inside.contains(quote) => inside,
        _ => text,
    }
}

type Misplaced = (Range<usize>, String, String);

/// Splits a term at its `*` and `~`.
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

/// Adds literal text as it continues what is there: separators at a term's ends say nothing, those
/// after a `*` part words.
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
