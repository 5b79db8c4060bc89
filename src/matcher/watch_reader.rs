//! Reads watches as they are written in the configuration into rules over numbered terms. What
//! cannot be read is reported with its place; reading then goes on, so that all mistakes are
//! reported at once.
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::automaton::{FieldSet, TermCollector, TermId};
use super::language_set::LanguageSet;
use super::lint;
use super::query_tokens::FIELD_NAMES;
use super::rule::{Leaf, Node, Rule, TermRole, TermUse, WatchRules};
use super::simplify::simplify;
use super::term::{Term, TermError, TermOptions};
use super::tolerances::Tolerances;
use super::word_forms::Language;
use crate::domain::{Diagnostic, DiagnosticSeverity, Field, SourceSpan, Spanned, Terms, Watch};

/// The longest term, in bytes.
const TERM_BYTES_MAX: usize = 1_000;
/// NEARs that one watch may have in addition to those written. An AND in the parentheses of a NEAR
/// makes several of it (see `simplify.rs`).
pub(super) const DISTRIBUTED_NEAR_MAX: usize = 1_000;

/// A value of the configuration, and the part of it that is meant.
#[derive(Clone)]
pub(super) struct EntrySpan<'w> {
    pub(super) written: &'w Spanned,
    pub(super) span: Range<usize>,
}

impl<'w> EntrySpan<'w> {
    /// All of a value.
    pub(super) fn whole(written: &'w Spanned) -> Self {
        Self { written, span: 0..written.text.len() }
    }

    /// Its place in the file.
    fn place(&self) -> SourceSpan {
        place(self.written, self.span.clone())
    }

    /// An error found in `text`, with its place. In a query the text of a term lacks its quotation
    /// marks, so its bytes do not agree with those of the query, and the whole term is reported.
    fn within(&self, text: &str, error: TermError) -> TermError {
        if self.written.text == text { error } else { TermError { span: 0..0, ..error } }
    }
}

/// The place in its file of some bytes of a value.
fn place(written: &Spanned, span: Range<usize>) -> SourceSpan {
    let SourceSpan { file, span: value } = written.at.clone();
    // With escapes in the file the bytes do not agree. Then the place is the whole value.
    if value.is_empty() || value.len() == written.text.len() {
        SourceSpan { file, span: value.start + span.start..value.start + span.end }
    } else {
        SourceSpan { file, span: value }
    }
}

/// Names a set as one watch uses it. All watches share one list of sets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SetKey {
    /// The address of the list of sets.
    pub(super) list: usize,
    /// The name in it.
    pub(super) name: String,
    /// What the watch that uses it says of its terms.
    pub(super) options: TermOptions,
}

/// Reads watches one after the other and collects what is reported.
#[derive(Default)]
pub(super) struct WatchReader {
    /// The terms read so far.
    pub(super) draft: TermCollector,
    /// What the watch that is being read says of its terms.
    pub(super) options: TermOptions,
    /// What was reported so far.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The terms of the sets that were used so far; `None` for a set with an error, which is
    /// reported only once.
    pub(super) sets: HashMap<SetKey, Option<Arc<[TermId]>>>,
}

/// What is known of the watch that is being read.
pub(super) struct WatchContext<'w> {
    terms: &'w Terms,
    uses: Vec<TermUse>,
    /// Additional NEARs so far; see [`DISTRIBUTED_NEAR_MAX`].
    pub(super) distributed_near: usize,
}

/// A term before it is read: its text, the part of the watch it is in, and its fields.
pub(super) struct WrittenTerm<'t> {
    pub(super) text: &'t str,
    pub(super) list: TermRole,
    pub(super) fields: FieldSet,
}

impl WatchReader {
    /// Reads a watch; `None` if it has an error.
    pub(super) fn read_watch<'w>(&mut self, watch: &'w Watch) -> Option<WatchRules<'w>> {
        let terms = &watch.terms;
        let before = self.errors();
        self.options = self.read_options(terms);
        let mut context = WatchContext { terms, uses: Vec::new(), distributed_near: 0 };
        let mut need = Vec::new();
        let any = self.read_list(&mut context, &terms.any, TermRole::Any);
        if !terms.any.is_empty() {
            need.push(Node::Any(any));
        }
        need.extend(self.read_list(&mut context, &terms.all, TermRole::All));
        if let Some(written) = &terms.query {
            need.extend(self.read_query(&mut context, written));
        }
        let veto = self.read_list(&mut context, &terms.none, TermRole::None);
        let weights = self.read_weights(&mut context, watch);
        if terms.any.is_empty()
            && terms.all.is_empty()
            && terms.query.is_none()
            && terms.weighted.is_empty()
        {
            self.diagnostics.push(Diagnostic {
                severity: DiagnosticSeverity::Error,
                at: Some(watch.at.clone()),
                problem: format!("watch `{}` looks for nothing and can never fire", watch.name),
                help: "give it terms: any = [\"…\"]".to_owned(),
            });
        }
        let text = |list: &[Spanned]| list.iter().map(|w| w.text.trim().to_lowercase()).collect();
        let rule = Rule {
            watch: watch.name.clone(),
            condition: simplify(Node::All(need)),
            veto: simplify(Node::Any(veto)),
            weights,
            languages: text(&terms.languages),
            sources: text(&terms.sources),
        };
        (self.errors() == before).then_some(WatchRules { watch, uses: context.uses, rule })
    }

    /// What a watch says of all its terms: the tolerances they keep, and their languages.
    fn read_options(&mut self, terms: &Terms) -> TermOptions {
        let mut options = TermOptions::default();
        if let Some(written) = &terms.tolerate {
            let mut kept = Tolerances::default();
            for name in written {
                let Some(one) = Tolerances::named(&name.text) else {
                    let what = format!("there is no tolerance `{}`", name.text);
                    let help = match lint::closest(&name.text, Tolerances::switchable()) {
                        Some(close) => format!("did you mean `{close}`?"),
                        None => format!(
                            "the tolerances are {}",
                            Tolerances::switchable().collect::<Vec<_>>().join(", ")
                        ),
                    };
                    let error = TermError::new(0..0, what, help);
                    self.report(DiagnosticSeverity::Error, &EntrySpan::whole(name), error);
                    continue;
                };
                kept.add(one);
            }
            options.off = Tolerances::all_but(kept);
        }
        let known = terms.languages.iter().filter_map(|tag| Language::of_tag(&tag.text));
        let languages = LanguageSet::of(known);
        if !terms.languages.is_empty() {
            options.languages = languages;
        }
        options
    }

    /// Errors reported so far, without warnings.
    pub(super) fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error)
            .count()
    }

    /// Reads `any`, `all` or `none`. An entry that is there twice is warned of and read once.
    fn read_list<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        list: &'w [Spanned],
        kind: TermRole,
    ) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut known = HashSet::new();
        for written in list {
            let text = written.text.trim();
            let exact = text.starts_with('=');
            if !known.insert(if exact { text.to_owned() } else { text.to_lowercase() }) {
                let what = format!("`{text}` stands in this list already");
                let error = TermError::new(0..0, what, "take one of the two out");
                self.report(DiagnosticSeverity::Warning, &EntrySpan::whole(written), error);
                continue;
            }
            nodes.extend(self.read_entry(context, written, kind));
        }
        nodes
    }

    /// Reads an entry of a list: a term or a set, perhaps with a field before it.
    pub(super) fn read_entry<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        written: &'w Spanned,
        kind: TermRole,
    ) -> Option<Node> {
        let spot = EntrySpan::whole(written);
        let text = written.text.trim();
        if let Some(name) = text.strip_prefix('@').filter(|name| is_name(name)) {
            return self.read_set(context, &spot, name, FieldSet::TEXT);
        }
        let field = text.split_once(':').and_then(|(name, rest)| {
            let field = FIELD_NAMES.into_iter().find(|field| *field == name)?;
            (!rest.is_empty()).then_some((field, rest.trim()))
        });
        let Some((field, rest)) = field else {
            return self.read_term(
                context,
                &spot,
                &WrittenTerm { text: &written.text, list: kind, fields: FieldSet::TEXT },
            );
        };
        // `rest` is a slice of the text, so the difference is where it begins.
        let from = rest.as_ptr().addr().saturating_sub(written.text.as_ptr().addr());
        let spot = EntrySpan { written, span: from..from + rest.len() };
        match rest.strip_prefix('@').filter(|name| is_name(name)) {
            _ if field == "lang" => Some(Node::Language(rest.to_lowercase())),
            Some(name) => self.read_set(context, &spot, name, fields(field)),
            None => self.read_term(
                context,
                &spot,
                &WrittenTerm { text: rest, list: kind, fields: fields(field) },
            ),
        }
    }

    /// Reads one term and gives it its number.
    pub(super) fn read_term(
        &mut self,
        context: &mut WatchContext<'_>,
        spot: &EntrySpan<'_>,
        written: &WrittenTerm<'_>,
    ) -> Option<Node> {
        let WrittenTerm { text, list, fields } = *written;
        let term = self.read_word(spot, text, list)?;
        let leaf = Leaf { term: self.draft.add(term, fields), fields };
        context.uses.push(TermUse { leaf, list, text: text.trim().to_owned(), at: spot.place() });
        Some(Node::Leaf(leaf))
    }

    /// Reads one term and reports what is wrong or doubtful about it.
    pub(super) fn read_word(
        &mut self,
        spot: &EntrySpan<'_>,
        text: &str,
        list: TermRole,
    ) -> Option<Term> {
        if text.len() > TERM_BYTES_MAX {
            let what = format!("a term of {} bytes; {TERM_BYTES_MAX} are the most", text.len());
            self.report(
                DiagnosticSeverity::Error,
                spot,
                TermError::new(0..0, what, "use a few words out of it"),
            );
            return None;
        }
        // The parser has checked the whole query for signs of regular expressions.
        let errors = if list == TermRole::Query { Vec::new() } else { lint::check_entry(text) };
        let read = if errors.is_empty() {
            Term::parse(text, self.options).map_err(|error| vec![error])
        } else {
            Err(errors)
        };
        match read {
            Ok(term) => {
                for warning in lint::check_term(&term, list) {
                    self.report(DiagnosticSeverity::Warning, spot, spot.within(text, warning));
                }
                Some(term)
            }
            Err(errors) => {
                for error in errors {
                    self.report(DiagnosticSeverity::Error, spot, spot.within(text, error));
                }
                None
            }
        }
    }

    /// A set used in these fields.
    pub(super) fn read_set(
        &mut self,
        context: &mut WatchContext<'_>,
        spot: &EntrySpan<'_>,
        name: &str,
        fields: FieldSet,
    ) -> Option<Node> {
        let sets = Arc::clone(&context.terms.sets);
        let terms = self.terms_of_set(spot, &sets, name, 0)?;
        for term in terms.iter() {
            self.draft.require_fields(*term, fields);
        }
        Some(Node::Lookup { terms, fields })
    }

    /// Reports an error or warning. Its bytes are those of the whole value; an error without bytes
    /// is placed at `spot`.
    pub(super) fn report(
        &mut self,
        weight: DiagnosticSeverity,
        spot: &EntrySpan<'_>,
        error: TermError,
    ) {
        let at = if error.span.is_empty() { spot.place() } else { place(spot.written, error.span) };
        let diagnostic =
            Diagnostic { severity: weight, at: Some(at), problem: error.message, help: error.help };
        // A watch may use one term twice, and its warning is given once.
        if self.diagnostics.last() != Some(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// The fields that a name in a query means. `body` is summary and content.
pub(super) fn fields(name: &str) -> FieldSet {
    match name {
        "title" => FieldSet::of(Field::Title),
        "body" => FieldSet::BODY,
        "url" => FieldSet::of(Field::Url),
        "author" => FieldSet::of(Field::Author),
        "source" => FieldSet::of(Field::Source),
        "tag" => FieldSet::of(Field::Tag),
        _ => FieldSet::TEXT,
    }
}

/// Whether `text` can be the name of a set. `@samsung electronics` cannot, so it is a term.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
