//! Reads a query: what the words and signs of it mean, or where it goes wrong and what was expected.
use std::ops::Range;

use super::lint;
use super::term::Fault;

/// Words that may stand between the two sides of a NEAR that names no number.
const NEAR_WORDS: u32 = 4;
/// The farthest a NEAR may reach: beyond it the words have nothing to do with each other.
const NEAR_WORDS_MAX: u32 = 50;
/// Parentheses within parentheses.
const DEPTH_MAX: usize = 64;
/// Bytes of one query.
const QUERY_BYTES_MAX: usize = 1 << 20;
/// Terms of one query.
const TERMS_MAX: usize = 20_000;

/// A field as a query names it.
pub(super) const FIELDS: [&str; 7] = ["title", "body", "url", "author", "source", "tag", "lang"];

/// A query, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ast {
    /// A word or phrase with its marks, as in a list, without the quotation marks.
    Term { text: String, span: Range<usize> },
    /// `@name`.
    Set { name: String, span: Range<usize> },
    /// `field:` before a term or a group.
    Field { field: &'static str, of: Box<Ast>, span: Range<usize> },
    All(Vec<Ast>),
    Any(Vec<Ast>),
    Not(Box<Ast>),
    Near { left: Box<Ast>, right: Box<Ast>, words: u32, ordered: bool, span: Range<usize> },
}

/// A query with what is doubtful about it.
pub(super) struct Parsed {
    pub(super) ast: Ast,
    pub(super) doubts: Vec<Fault>,
}

/// Reads a query. The faults say what was expected and where.
pub(super) fn parse(query: &str) -> Result<Parsed, Vec<Fault>> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(vec![Fault::new(
            0..query.len(),
            format!("a query of {} bytes; {QUERY_BYTES_MAX} are the most", query.len()),
            "move its terms into sets, or split the watch",
        )]);
    }
    let regex = lint::shape(query);
    if !regex.is_empty() {
        return Err(regex);
    }
    let tokens = Lexer { query, at: 0, tokens: Vec::new(), faults: Vec::new() }.run()?;
    let terms = tokens.iter().filter(|(token, _)| matches!(token, Token::Term(_))).count();
    if terms > TERMS_MAX {
        return Err(vec![Fault::new(
            0..query.len(),
            format!("a query of {terms} terms; {TERMS_MAX} are the most"),
            "split the watch",
        )]);
    }
    let mut parser = Parser { tokens, at: 0, end: query.len(), depth: 0, doubts: Vec::new() };
    let ast = parser.whole().map_err(|fault| vec![fault])?;
    Ok(Parsed { ast, doubts: parser.doubts })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
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
    /// How a message names it.
    fn shown(&self) -> String {
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

    /// Whether a term, a group or what stands before one begins here.
    fn begins(&self) -> bool {
        matches!(self, Self::Open | Self::Not | Self::Field(_) | Self::Term(_) | Self::Set(_))
    }
}

struct Lexer<'q> {
    query: &'q str,
    at: usize,
    tokens: Vec<(Token, Range<usize>)>,
    faults: Vec<Fault>,
}

impl Lexer<'_> {
    fn run(mut self) -> Result<Vec<(Token, Range<usize>)>, Vec<Fault>> {
        while let Some(c) = self.peek() {
            let start = self.at;
            if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if matches!(c, '(' | '（') {
                self.sign(c, Token::Open);
            } else if matches!(c, ')' | '）') {
                self.sign(c, Token::Close);
            } else if is_quote(c) {
                self.phrase(start, "");
            } else {
                self.word(start);
            }
        }
        if self.faults.is_empty() { Ok(self.tokens) } else { Err(self.faults) }
    }

    fn peek(&self) -> Option<char> {
        self.query.get(self.at..)?.chars().next()
    }

    fn sign(&mut self, c: char, token: Token) {
        self.tokens.push((token, self.at..self.at + c.len_utf8()));
        self.at += c.len_utf8();
    }

    fn fault(&mut self, span: Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.faults.push(Fault::new(span, what, cure));
    }

    /// A phrase in quotation marks, which `self.at` stands on; `mark` is what stood before it.
    fn phrase(&mut self, start: usize, mark: &str) {
        let open = self.peek().map_or(0, char::len_utf8);
        let inside = self.at + open;
        let rest = self.query.get(inside..).unwrap_or_default();
        let Some(length) = rest.find(is_quote) else {
            self.fault(
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

    fn word(&mut self, start: usize) {
        let rest = self.query.get(start..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）') || is_quote(c);
        let mut length = rest.find(ends).unwrap_or(rest.len());
        let mut word = rest.get(..length).unwrap_or_default();
        if let Some((name, _)) = word.split_once(':')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphabetic())
        {
            length = name.len() + 1;
            self.at = start + length;
            self.field(name, start..start + length);
            return;
        }
        if word == "=" {
            self.at = start + 1;
            if self.peek().is_some_and(is_quote) {
                self.phrase(start, "=");
            } else {
                self.fault(start..start + 1, "expected a term right after `=`", "write `=GSOMIA`");
            }
            return;
        }
        // A quotation mark inside a word that closes nothing: 14" is not worth guessing at.
        word = rest.get(..length).unwrap_or_default();
        self.at = start + length;
        let span = start..self.at;
        match self.meaning(word, &span) {
            Ok(token) => self.tokens.push((token, span)),
            Err((what, cure)) => self.fault(span, what, cure),
        }
    }

    fn field(&mut self, name: &str, span: Range<usize>) {
        let lower = name.to_ascii_lowercase();
        if let Some(field) = FIELDS.into_iter().find(|field| *field == lower) {
            self.tokens.push((Token::Field(field), span));
            return;
        }
        let close = lint::closest(&lower, FIELDS.into_iter())
            .map_or_else(String::new, |field| format!("did you mean `{field}:`? "));
        self.fault(
            span,
            format!("there is no field `{name}:`; the fields are {}", FIELDS.join(", ")),
            format!("{close}to look for the text itself put it in quotation marks"),
        );
    }

    fn meaning(&self, word: &str, span: &Range<usize>) -> Result<Token, (String, String)> {
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
                    format!("expected a number up to {NEAR_WORDS_MAX} after `{name}/`, found `{number}`"),
                    format!("write `{name}/{NEAR_WORDS}`"),
                )),
            };
        }
        if ["AND", "OR", "NOT", "NEAR", "ONEAR"].contains(&upper.as_str()) && !self.tokens.is_empty()
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

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    end: usize,
    depth: usize,
    doubts: Vec<Fault>,
}

impl Parser {
    fn whole(&mut self) -> Result<Ast, Fault> {
        if self.tokens.is_empty() {
            return Err(Fault::new(0..self.end, "the query is empty", "write a term"));
        }
        let ast = self.either()?;
        match self.here() {
            None => Ok(ast),
            Some((Token::Close, span)) => Err(Fault::new(
                span,
                "this `)` closes nothing",
                "take it out, or open it further left",
            )),
            Some((token, span)) => Err(Fault::new(
                span,
                format!("expected AND, OR or the end of the query, found {}", token.shown()),
                "join the two with an operator",
            )),
        }
    }

    fn here(&self) -> Option<(Token, Range<usize>)> {
        self.tokens.get(self.at).cloned()
    }

    fn sees(&self, wanted: impl Fn(&Token) -> bool) -> bool {
        self.tokens.get(self.at).is_some_and(|(token, _)| wanted(token))
    }

    /// Parts joined by OR.
    fn either(&mut self) -> Result<Ast, Fault> {
        let from = self.at;
        let mut parts = vec![self.both()?];
        while self.sees(|token| *token == Token::Or) {
            self.at += 1;
            parts.push(self.both()?);
        }
        if parts.len() > 1 && parts.iter().any(|part| matches!(part, Ast::All(_))) {
            self.doubt_precedence(from);
        }
        Ok(one_or(parts, Ast::Any))
    }

    /// AND without parentheses beside OR is read as search engines do, which surprises many.
    fn doubt_precedence(&mut self, from: usize) {
        let mut depth = 0_usize;
        let mut beside = None;
        for (token, span) in self.tokens.get(from..self.at).unwrap_or_default() {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                Token::And if depth == 0 => beside = Some(span.clone()),
                _ => {}
            }
        }
        if let Some(span) = beside {
            self.doubts.push(Fault::new(
                span,
                "this `AND` joins its neighbours before the `OR` beside it does",
                "put parentheses round what belongs together",
            ));
        }
    }

    /// Parts joined by AND, written or not.
    fn both(&mut self) -> Result<Ast, Fault> {
        let mut parts = vec![self.negation()?];
        loop {
            if self.sees(|token| *token == Token::And) {
                self.at += 1;
            } else if !self.sees(Token::begins) {
                break;
            }
            parts.push(self.negation()?);
        }
        Ok(one_or(parts, Ast::All))
    }

    fn negation(&mut self) -> Result<Ast, Fault> {
        let mut odd = false;
        while self.sees(|token| *token == Token::Not) {
            self.at += 1;
            odd = !odd;
        }
        let ast = self.near()?;
        Ok(if odd { Ast::Not(Box::new(ast)) } else { ast })
    }

    fn near(&mut self) -> Result<Ast, Fault> {
        let mut left = self.atom()?;
        let mut chain = 0;
        while let Some((Token::Near { words, ordered }, span)) = self.here() {
            chain += 1;
            if chain > DEPTH_MAX {
                return Err(Fault::new(
                    span,
                    format!("more than {DEPTH_MAX} NEAR in a row"),
                    "split the query",
                ));
            }
            self.at += 1;
            let right = self.atom()?;
            left = Ast::Near { left: left.into(), right: right.into(), words, ordered, span };
        }
        Ok(left)
    }

    fn atom(&mut self) -> Result<Ast, Fault> {
        let Some((token, span)) = self.here() else {
            let before = self.tokens.last().map(|(token, _)| token.shown()).unwrap_or_default();
            return Err(Fault::new(
                self.end..self.end,
                format!("expected a term after {before}, found the end of the query"),
                "write a term or take the operator out",
            ));
        };
        self.at += 1;
        match token {
            Token::Term(text) => Ok(Ast::Term { text, span }),
            Token::Set(name) => Ok(Ast::Set { name, span }),
            Token::Field(field) => {
                let of = self.deeper(&span, Self::atom)?;
                Ok(Ast::Field { field, of: Box::new(of), span })
            }
            Token::Open => self.group(&span),
            Token::Close | Token::And | Token::Or | Token::Not | Token::Near { .. } => {
                let after = self.at.checked_sub(2).and_then(|at| self.tokens.get(at));
                let place = after.map_or_else(
                    || "at the beginning".to_owned(),
                    |(before, _)| format!("after {}", before.shown()),
                );
                Err(Fault::new(
                    span,
                    format!("expected a term {place}, found {}", token.shown()),
                    "write a term there, or take the operator out",
                ))
            }
        }
    }

    fn group(&mut self, open: &Range<usize>) -> Result<Ast, Fault> {
        if self.sees(|token| *token == Token::Close) {
            return Err(Fault::new(
                open.clone(),
                "nothing stands between these parentheses",
                "write a term between them, or take them out",
            ));
        }
        let inside = self.deeper(open, Self::either)?;
        if !self.sees(|token| *token == Token::Close) {
            return Err(Fault::new(
                open.clone(),
                "the parenthesis opened here is never closed",
                "close it with `)`",
            ));
        }
        self.at += 1;
        Ok(inside)
    }

    fn deeper(
        &mut self,
        span: &Range<usize>,
        read: impl Fn(&mut Self) -> Result<Ast, Fault>,
    ) -> Result<Ast, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Fault::new(
                span.clone(),
                format!("more than {DEPTH_MAX} levels of parentheses"),
                "take needless parentheses out, or split the query",
            ));
        }
        let ast = read(self)?;
        self.depth -= 1;
        Ok(ast)
    }
}

fn one_or(mut parts: Vec<Ast>, many: impl Fn(Vec<Ast>) -> Ast) -> Ast {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}
