//! Parses a query into a tree, or says where it is wrong and what was expected. AND binds tighter
//! than OR, as in search engines; NEAR binds tighter than both.
use std::ops::Range;

use super::lint;
use super::query_tokens::{self, PlacedToken, Token};
use super::term::TermError;

/// Nesting of parentheses. The parser and the evaluation are recursive, so without a limit a query
/// could use up the stack.
const DEPTH_MAX: usize = 64;
/// Levels of the parsed query, in which each NEAR of a chain is a level of its own.
const AST_DEPTH_MAX: usize = 2 * DEPTH_MAX;
/// The longest query, in bytes.
const QUERY_BYTES_MAX: usize = 1 << 20;
/// Terms of one query.
const TERMS_MAX: usize = 20_000;

/// A parsed query. Each part that can be wrong keeps its bytes in the query, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ast {
    /// A word or phrase with `=`, `*` and `~`, without quotation marks.
    Term {
        text: String,
        span: Range<usize>,
    },
    /// `@name`.
    Set {
        name: String,
        span: Range<usize>,
    },
    /// `field:` before a term or a group.
    Field {
        field: &'static str,
        of: Box<Ast>,
        span: Range<usize>,
    },
    All(Vec<Ast>),
    Any(Vec<Ast>),
    Not(Box<Ast>),
    Near {
        left: Box<Ast>,
        right: Box<Ast>,
        words: u32,
        ordered: bool,
        span: Range<usize>,
    },
}

impl Ast {
    /// Levels of the tree.
    fn depth(&self) -> usize {
        let deepest = match self {
            Self::Term { .. } | Self::Set { .. } => 0,
            Self::Field { of, .. } | Self::Not(of) => of.depth(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Near { left, right, .. } => left.depth().max(right.depth()),
        };
        deepest + 1
    }
}

/// A parsed query, with warnings.
pub(super) struct Parsed {
    pub(super) ast: Ast,
    pub(super) warnings: Vec<TermError>,
}

/// Parses a query. The errors say what was expected and where.
pub(super) fn parse(query: &str) -> Result<Parsed, Vec<TermError>> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(vec![TermError::new(
            0..query.len(),
            format!("a query of {} bytes; {QUERY_BYTES_MAX} are the most", query.len()),
            "move its terms into sets, or split the watch",
        )]);
    }
    let regex = lint::check_entry(query);
    if !regex.is_empty() {
        return Err(regex);
    }
    let tokens = query_tokens::tokens(query)?;
    let terms = tokens.iter().filter(|(token, _)| matches!(token, Token::Term(_))).count();
    if terms > TERMS_MAX {
        return Err(vec![TermError::new(
            0..query.len(),
            format!("a query of {terms} terms; {TERMS_MAX} are the most"),
            "split the watch",
        )]);
    }
    let mut parser = Parser { tokens, at: 0, end: query.len(), depth: 0, warnings: Vec::new() };
    let ast = parser.parse_query().map_err(|error| vec![error])?;
    if ast.depth() > AST_DEPTH_MAX {
        return Err(vec![TermError::new(
            0..query.len(),
            format!("the query is nested more than {AST_DEPTH_MAX} levels deep"),
            "split the query",
        )]);
    }
    Ok(Parsed { ast, warnings: parser.warnings })
}

/// A recursive-descent parser: one method for each level of precedence, from OR down to a single
/// operand.
struct Parser {
    tokens: Vec<PlacedToken>,
    at: usize,
    end: usize,
    depth: usize,
    warnings: Vec<TermError>,
}

impl Parser {
    /// Parses all of the query.
    fn parse_query(&mut self) -> Result<Ast, TermError> {
        if self.tokens.is_empty() {
            return Err(TermError::new(0..self.end, "the query is empty", "write a term"));
        }
        let ast = self.parse_or()?;
        match self.current() {
            None => Ok(ast),
            Some((Token::Close, span)) => Err(TermError::new(
                span,
                "this `)` closes nothing",
                "take it out, or open it further left",
            )),
            Some((token, span)) => Err(TermError::new(
                span,
                format!("expected AND, OR or the end of the query, found {}", token.shown()),
                "join the two with an operator",
            )),
        }
    }

    /// The token at hand.
    fn current(&self) -> Option<PlacedToken> {
        self.tokens.get(self.at).cloned()
    }

    /// Whether the token at hand is a wanted one.
    fn next_is(&self, wanted: impl Fn(&Token) -> bool) -> bool {
        self.tokens.get(self.at).is_some_and(|(token, _)| wanted(token))
    }

    /// Parses operands joined by OR.
    fn parse_or(&mut self) -> Result<Ast, TermError> {
        let from = self.at;
        let mut parts = vec![self.parse_and()?];
        while self.next_is(|token| *token == Token::Or) {
            self.at += 1;
            parts.push(self.parse_and()?);
        }
        if parts.len() > 1 && parts.iter().any(|part| matches!(part, Ast::All(_))) {
            self.warn_precedence(from);
        }
        Ok(one_or(parts, Ast::Any))
    }

    /// Warns of AND and OR side by side without parentheses. It is parsed as search engines do,
    /// but many users expect something else.
    fn warn_precedence(&mut self, from: usize) {
        let mut depth = 0_usize;
        let mut beside = None;
        for (token, span) in self.tokens.get(from..self.at).unwrap_or_default() {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                Token::And if depth == 0 => beside = Some(span.clone()),
                Token::And
                | Token::Or
                | Token::Not
                | Token::Near { .. }
                | Token::Field(_)
                | Token::Term(_)
                | Token::Set(_) => {}
            }
        }
        if let Some(span) = beside {
            self.warnings.push(TermError::new(
                span,
                "this `AND` joins its neighbours before the `OR` beside it does",
                "put parentheses round what belongs together",
            ));
        }
    }

    /// Parses operands joined by AND, which need not be written.
    fn parse_and(&mut self) -> Result<Ast, TermError> {
        let mut parts = vec![self.parse_not()?];
        loop {
            if self.next_is(|token| *token == Token::And) {
                self.at += 1;
            } else if !self.next_is(Token::begins) {
                break;
            }
            parts.push(self.parse_not()?);
        }
        Ok(one_or(parts, Ast::All))
    }

    /// Parses an operand with any number of NOT before it.
    fn parse_not(&mut self) -> Result<Ast, TermError> {
        let mut odd = false;
        while self.next_is(|token| *token == Token::Not) {
            self.at += 1;
            odd = !odd;
        }
        let ast = self.parse_near()?;
        Ok(if odd { Ast::Not(Box::new(ast)) } else { ast })
    }

    /// Parses operands joined by NEAR, from left to right.
    fn parse_near(&mut self) -> Result<Ast, TermError> {
        let mut left = self.parse_operand()?;
        let mut chain = 0;
        while let Some((Token::Near { words, ordered }, span)) = self.current() {
            chain += 1;
            if chain > DEPTH_MAX {
                return Err(TermError::new(
                    span,
                    format!("more than {DEPTH_MAX} NEAR in a row"),
                    "split the query",
                ));
            }
            self.at += 1;
            let right = self.parse_operand()?;
            left = Ast::Near { left: left.into(), right: right.into(), words, ordered, span };
        }
        Ok(left)
    }

    /// Parses a term, a set, a group, or a field with one of these.
    fn parse_operand(&mut self) -> Result<Ast, TermError> {
        let Some((token, span)) = self.current() else {
            let before = self.tokens.last().map(|(token, _)| token.shown()).unwrap_or_default();
            return Err(TermError::new(
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
                let of = self.with_depth(&span, Self::parse_operand)?;
                Ok(Ast::Field { field, of: Box::new(of), span })
            }
            Token::Open => self.parse_group(&span),
            Token::Close | Token::And | Token::Or | Token::Not | Token::Near { .. } => {
                let after = self.at.checked_sub(2).and_then(|at| self.tokens.get(at));
                let place = after.map_or_else(
                    || "at the beginning".to_owned(),
                    |(before, _)| format!("after {}", before.shown()),
                );
                Err(TermError::new(
                    span,
                    format!("expected a term {place}, found {}", token.shown()),
                    "write a term there, or take the operator out",
                ))
            }
        }
    }

    /// Parses a group whose `(` was read; `open` is its place.
    fn parse_group(&mut self, open: &Range<usize>) -> Result<Ast, TermError> {
        if self.next_is(|token| *token == Token::Close) {
            return Err(TermError::new(
                open.clone(),
                "nothing stands between these parentheses",
                "write a term between them, or take them out",
            ));
        }
        let inside = self.with_depth(open, Self::parse_or)?;
        if !self.next_is(|token| *token == Token::Close) {
            return Err(TermError::new(
                open.clone(),
                "the parenthesis opened here is never closed",
                "close it with `)`",
            ));
        }
        self.at += 1;
        Ok(inside)
    }

    /// Parses one level deeper, and refuses more than [`DEPTH_MAX`] levels.
    fn with_depth(
        &mut self,
        span: &Range<usize>,
        read: impl Fn(&mut Self) -> Result<Ast, TermError>,
    ) -> Result<Ast, TermError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(TermError::new(
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

/// A group of one part is that part.
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
