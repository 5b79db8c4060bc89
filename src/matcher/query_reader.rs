//! Makes a condition of the query of a watch.
use super::automaton::FieldSet;
use super::query::{self, Ast};
use super::rule::{Node, TermRole};
use super::simplify::NearLimit;
use super::term::TermError;
use super::watch_reader::{
    DISTRIBUTED_NEAR_MAX, EntrySpan, WatchContext, WatchReader, WrittenTerm, fields,
};
use crate::domain::{DiagnosticSeverity, Spanned};

impl WatchReader {
    /// Reads a query and reports its errors and warnings at their places.
    pub(super) fn read_query<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        written: &'w Spanned,
    ) -> Option<Node> {
        let spot = EntrySpan::whole(written);
        let parsed = match query::parse(&written.text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                for error in errors {
                    let spot = EntrySpan { written, span: error.span.clone() };
                    self.report(
                        DiagnosticSeverity::Error,
                        &spot,
                        TermError { span: 0..0, ..error },
                    );
                }
                return None;
            }
        };
        for warning in parsed.warnings {
            let spot = EntrySpan { written, span: warning.span.clone() };
            self.report(DiagnosticSeverity::Warning, &spot, TermError { span: 0..0, ..warning });
        }
        let node = self.build_node(context, written, &parsed.ast, FieldSet::TEXT)?;
        if !node.is_positive() {
            let error = TermError::new(
                0..0,
                "this query fires on every article that lacks something",
                "say what must be there as well: a term AND NOT another",
            );
            self.report(DiagnosticSeverity::Error, &spot, error);
            return None;
        }
        Some(node)
    }

    /// Makes a condition of a part of a query. `within` are the fields that its terms are searched
    /// in.
    fn build_node<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        written: &'w Spanned,
        ast: &Ast,
        within: FieldSet,
    ) -> Option<Node> {
        // All parts are read even if one has an error, so that all errors are reported at once.
        let mut every = |reader: &mut Self, parts: &[Ast]| {
            let read: Vec<_> = parts
                .iter()
                .map(|part| reader.build_node(context, written, part, within))
                .collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        };
        match ast {
            Ast::Term { text, span } => {
                let spot = EntrySpan { written, span: span.clone() };
                self.read_term(
                    context,
                    &spot,
                    &WrittenTerm { text, list: TermRole::Query, fields: within },
                )
            }
            Ast::Set { name, span } => {
                let spot = EntrySpan { written, span: span.clone() };
                self.read_set(context, &spot, name, within)
            }
            Ast::Field { field: "lang", of, span } => {
                self.read_language(of, &EntrySpan { written, span: span.clone() })
            }
            Ast::Field { field, of, .. } => self.build_node(context, written, of, fields(field)),
            Ast::All(parts) => every(self, parts).map(Node::All),
            Ast::Any(parts) => every(self, parts).map(Node::Any),
            Ast::Not(part) => {
                Some(Node::Not(Box::new(self.build_node(context, written, part, within)?)))
            }
            Ast::Near { left, right, words, ordered, span } => {
                let left = self.build_node(context, written, left, within);
                let right = self.build_node(context, written, right, within);
                let near = NearLimit { words: *words, ordered: *ordered };
                let full = DISTRIBUTED_NEAR_MAX.saturating_sub(context.distributed_near) + 1;
                let mut budget = full;
                let spread = near.distribute(&left?, &right?, &mut budget);
                context.distributed_near += (full - budget).saturating_sub(1);
                match spread {
                    Ok(node) => Some(node),
                    Err((what, help)) => {
                        let spot = EntrySpan { written, span: span.clone() };
                        self.report(
                            DiagnosticSeverity::Error,
                            &spot,
                            TermError::new(0..0, what, help),
                        );
                        None
                    }
                }
            }
        }
    }

    /// Reads what follows `lang:`: one language, or several joined by OR.
    fn read_language(&mut self, of: &Ast, spot: &EntrySpan<'_>) -> Option<Node> {
        match of {
            Ast::Term { text, .. } => Some(Node::Language(text.to_lowercase())),
            Ast::Any(parts) => {
                let parts: Vec<_> =
                    parts.iter().map(|part| self.read_language(part, spot)).collect();
                parts.into_iter().collect::<Option<Vec<_>>>().map(Node::Any)
            }
            Ast::Set { .. } | Ast::Field { .. } | Ast::All(_) | Ast::Not(_) | Ast::Near { .. } => {
                self.report(
                    DiagnosticSeverity::Error,
                    spot,
                    TermError::new(
                        0..0,
                        "expected a language after `lang:`",
                        "write lang:ko, or lang:(ko OR ja)",
                    ),
                );
                None
            }
        }
    }
}
