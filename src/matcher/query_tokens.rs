//! Splits a query into tokens: terms, operators, fields, sets and parentheses.
use std::ops::Range;

use super::lint;
use super::term::TermError;

/// Words that may be between the two sides of a NEAR without a number.
const NEAR_WORDS: u32 = 4;
/// The largest distance of a NEAR, in words. Words farther apart have nothing to do with each
/// other.
const NEAR_WORDS_MAX: u32 = 50;
/// The fields as queries and lists name them.
pub(super) const FIELD_NAMES: [&str; 7] =
    ["title", "body", "url", "author", "source", "tag", "lang"];

/// A token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Near { words: u32, ordered: bool },
    Field(&'static str),
    Term(String),
    Set(String),
}

impl Token {
    /// The token as messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::And => "`AND`".to_owned(),
            Self::Or => "`OR`".to_owned(),
            Self::Not => "`NOT`".to_owned(),
            Self::Near { ordered: false, .. } => "`NEAR`".to_owned(),
            Self::Near { ordered: true, .. } => "`ONEAR`".to_owned(),
            Self::Field(name) => format!("`{name}:`"),
            Self::Term(text) => format!("`{text}`"),
            Self::Set(name) => format!("`@{name}`"),
        }
    }

    /// Whether an operand begins with this token. Two operands without an operator between them
    /// are joined by AND.
    pub(super) fn begins(&self) -> bool {
        matches!(self, Self::Open | Self::Not | Self::Field(_) | Self::Term(_) | Self::Set(_))
    }
}

/// A token and its bytes in the query.
pub(super) type PlacedToken = (Token, Range<usize>);

/// Splits a query into tokens, or gives all mistakes in it.
pub(super) fn tokens(query: &str) -> Result<Vec<PlacedToken>, Vec<TermError>> {
    Lexer { query, at: 0, tokens: Vec::new(), errors: Vec::new() }.run()
}

/// Reads the query from left to right, and goes on after a mistake to find the others too.
struct Lexer<'q> {
    query: &'q str,
    at: usize,
    tokens: Vec<(Token, Range<usize>)>,
    errors: Vec<TermError>,
}

impl Lexer<'_> {
    fn run(mut self) -> Result<Vec<(Token, Range<usize>)>, Vec<TermError>> {
        while let Some(c) = self.peek() {
            let start = self.at;
            if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if matches!(c, '(' | '（') {
                self.push_sign(c, Token::Open);
            } else if matches!(c, ')' | '）') {
                self.push_sign(c, Token::Close);
            } else if is_quote(c) {
                self.read_phrase(start, "");
            } else {
                self.read_word(start);
            }
        }
        if self.errors.is_empty() { Ok(self.tokens) } else { Err(self.errors) }
    }

    /// The next character.
    fn peek(&self) -> Option<char> {
        self.query.get(self.at..)?.chars().next()
    }

    /// Adds a token of one character.
    fn push_sign(&mut self, c: char, token: Token) {
        self.tokens.push((token, self.at..self.at + c.len_utf8()));
        self.at += c.len_utf8();
    }

    fn report(&mut self, span: Range<usize>, what: impl Into<String>, help: impl Into<String>) {
        self.errors.push(TermError::new(span, what, help));
    }

    /// Reads a phrase in quotation marks, the first of which is at `self.at`. `mark` is what is
    /// before it: `=` or nothing.
    fn read_phrase(&mut self, start: usize, mark: &str) {
        let open = self.peek().map_or(0, char::len_utf8);
        let inside = self.at + open;
        let rest = self.query.get(inside..).unwrap_or_default();
        let Some(length) = rest.find(is_quote) else {
            self.report(
                self.at..self.at + open,
                "the quotation mark opened here is never closed",
                "close it, or take it out",
            );
            self.at = self.query.len();
            return;
        };
        let mut text = format!("{mark}{}", rest.get(..length).unwrap_or_default());
        self.at = inside + length;
        self.at += self.peek().map_or(0, char::len_utf8);
        if let Some(c @ ('*' | '~')) = self.peek() {
            text.push(c);
            self.at += 1;
        }
        self.tokens.push((Token::Term(text), start..self.at));
    }

    /// Reads what begins with no parenthesis and no quotation mark: a term, an operator, a field
    /// or a set.
    fn read_word(&mut self, start: usize) {
        let rest = self.query.get(start..).unwrap_or_default();
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）') || is_quote(c);
        let name = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        if name > 0 && rest.get(name..).is_some_and(|after| after.starts_with(':')) {
            self.at = start + name + 1;
            self.read_field(rest.get(..name).unwrap_or_default(), start..start + name + 1);
            return;
        }
        let length = rest.find(ends).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if word == "=" {
            self.at = start + 1;
            if self.peek().is_some_and(is_quote) {
                self.read_phrase(start, "=");
            } else {
                self.report(start..start + 1, "expected a term right after `=`", "write `=GSOMIA`");
            }
            return;
        }
        self.at = start + length;
        let span = start..self.at;
        match self.token_for(word, &span) {
            Ok(token) => self.tokens.push((token, span)),
            Err((what, help)) => self.report(span, what, help),
        }
    }

    /// Reads `name:`. An unknown field is a mistake and not a term, because otherwise a watch with
    /// a misspelled field would never fire.
    fn read_field(&mut self, name: &str, span: Range<usize>) {
        let lower = name.to_ascii_lowercase();
        if let Some(field) = FIELD_NAMES.into_iter().find(|field| *field == lower) {
            self.tokens.push((Token::Field(field), span));
            return;
        }
        let close = lint::closest(&lower, FIELD_NAMES.into_iter())
            .map_or_else(String::new, |field| format!("did you mean `{field}:`? "));
        self.report(
            span,
            format!("there is no field `{name}:`; the fields are {}", FIELD_NAMES.join(", ")),
            format!("{close}to look for the text itself put it in quotation marks"),
        );
    }

    /// The token that a word is. The error is what is wrong and what to do.
    fn token_for(&self, word: &str, span: &Range<usize>) -> Result<Token, (String, String)> {
        if let Some(name) = word.strip_prefix('@') {
            return if name.is_empty() {
                Err(("expected a set's name after `@`".to_owned(), "write `@name`".to_owned()))
            } else {
                Ok(Token::Set(name.to_owned()))
            };
        }
        match word {
            "AND" => return Ok(Token::And),
            "OR" => return Ok(Token::Or),
            "NOT" => return Ok(Token::Not),
            "NEAR" => return Ok(Token::Near { words: NEAR_WORDS, ordered: false }),
            "ONEAR" => return Ok(Token::Near { words: NEAR_WORDS, ordered: true }),
            _ => {}
        }
        let upper = word.to_uppercase();
        if let Some((name @ ("NEAR" | "ONEAR"), number)) = upper.split_once('/') {
            if !word.starts_with(name) {
                return Err((
                    format!("`{word}` is written in small letters"),
                    format!("operators stand in capitals: write `{upper}`"),
                ));
            }
            return match number.parse() {
                Ok(words) if words <= NEAR_WORDS_MAX => {
                    Ok(Token::Near { words, ordered: name == "ONEAR" })
                }
                _ => Err((
                    format!(
                        "expected a number up to {NEAR_WORDS_MAX} after `{name}/`, found `{number}`"
                    ),
                    format!("write `{name}/{NEAR_WORDS}`"),
                )),
            };
        }
        if ["AND", "OR", "NOT", "NEAR", "ONEAR"].contains(&upper.as_str())
            && self.query.trim() != word
        {
            return Err((
                format!("`{word}` in small letters would be looked for as a word"),
                format!("write `{upper}`, or \"{word}\" in quotation marks if the word is meant"),
            ));
        }
        if matches!(word, "&&" | "&" | "|" | "||" | "!" | "+") {
            return Err((
                format!("expected a word or an operator, found `{word}`"),
                "the operators are AND, OR and NOT".to_owned(),
            ));
        }
        let bare = word.trim_start_matches(['-', '!', '+']);
        if bare.len() < word.len() && bare.starts_with(char::is_alphanumeric) {
            let sign = self.query.get(span.start..=span.start).unwrap_or_default();
            return Err((
                format!("`{sign}` before a word is not understood here"),
                format!("write `NOT {bare}` to exclude it, or \"{word}\" to look for it"),
            ));
        }
        if word.starts_with(['\'', '‘', '’', '`']) {
            return Err((
                format!("`{word}` begins with a single quotation mark"),
                "phrases stand in double quotation marks".to_owned(),
            ));
        }
        Ok(Token::Term(word.to_owned()))
    }
}

/// A double quotation mark, typographic ones too.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}
