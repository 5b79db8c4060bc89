//! Reads a query: what the words and signs of it mean, or where it goes wrong and what was expected.
use std::ops::Range;

use super::lint;
use super::term::Fault;
use super::token::{self, Placed, Token};

/// Parentheses within parentheses.
const DEPTH_MAX: usize = 64;
/// Levels of a query as it is decided, where each NEAR of a row is a level of its own.
const AST_DEPTH_MAX: usize = 2 * DEPTH_MAX;
/// Bytes of one query.
const QUERY_BYTES_MAX: usize = 1 << 20;
/// Terms of one query.
const TERMS_MAX: usize = 20_000;

/// A query, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ast {
    /// A word or phrase with its marks, as in a list, without the quotation marks.
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
    let tokens = token::tokens(query)?;
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
    if ast.depth() > AST_DEPTH_MAX {
        return Err(vec![Fault::new(
            0..query.len(),
            format!("the query is nested more than {AST_DEPTH_MAX} levels deep"),
            "split the query",
        )]);
    }
    Ok(Parsed { ast, doubts: parser.doubts })
}

struct Parser {
    tokens: Vec<Placed>,
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

    fn here(&self) -> Option<Placed> {
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
