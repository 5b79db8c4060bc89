//! Sets of terms that several watches share by name. A set is read once, however many watches use
//! it.
use std::sync::Arc;

use super::automaton::{FieldSet, TermId};
use super::lint;
use super::rule::TermRole;
use super::term::TermError;
use super::watch_reader::{EntrySpan, SetKey, WatchReader, is_name};
use crate::domain::{Diagnostic, DiagnosticSeverity, TermSet};

/// Nesting of sets. A set that contains itself would never end.
const SET_DEPTH_MAX: usize = 8;

impl WatchReader {
    /// The terms of a set, sorted, with those of the sets it contains. `None` if it has an error.
    /// `depth` is its nesting.
    pub(super) fn terms_of_set(
        &mut self,
        spot: &EntrySpan<'_>,
        sets: &Arc<[TermSet]>,
        name: &str,
        depth: usize,
    ) -> Option<Arc<[TermId]>> {
        let (list, options) = (sets.as_ptr().addr(), self.options);
        let key = SetKey { list, name: name.to_owned(), options };
        if let Some(known) = self.sets.get(&key) {
            return known.clone();
        }
        let Some(set) = sets.iter().find(|set| set.name.as_str() == name) else {
            let near = lint::closest(name, sets.iter().map(|set| set.name.as_str()));
            let help = near.map_or_else(
                || format!("define the set `{name}`, or write the terms here"),
                |near| format!("did you mean `@{near}`?"),
            );
            self.report(
                DiagnosticSeverity::Error,
                spot,
                TermError::new(0..0, format!("there is no set `@{name}`"), help),
            );
            return None;
        };
        if depth > SET_DEPTH_MAX {
            let what =
                format!("the set `@{name}` holds itself, or sets more than {SET_DEPTH_MAX} deep");
            self.report(
                DiagnosticSeverity::Error,
                spot,
                TermError::new(0..0, what, "write the terms instead"),
            );
            return None;
        }
        let before = self.errors();
        let mut terms = Vec::new();
        for written in &set.any {
            let spot = EntrySpan::whole(written);
            if let Some(inner) = written.text.trim().strip_prefix('@').filter(|n| is_name(n)) {
                let inner = self.terms_of_set(&spot, sets, inner, depth + 1);
                terms.extend(inner.iter().flat_map(|inner| inner.iter().copied()));
            } else if let Some(term) = self.read_word(&spot, &written.text, TermRole::Set) {
                terms.push(self.draft.add(term, FieldSet::NONE));
            }
        }
        if set.any.is_empty() {
            let diagnostic = Diagnostic {
                severity: DiagnosticSeverity::Error,
                at: Some(set.at.clone()),
                problem: format!("the set `@{name}` is empty"),
                help: "give it terms, or take it out".to_owned(),
            };
            self.diagnostics.push(diagnostic);
        }
        terms.sort_unstable();
        terms.dedup();
        let terms = (self.errors() == before).then(|| Arc::from(terms));
        self.sets.insert(key, terms.clone());
        terms
    }
}
