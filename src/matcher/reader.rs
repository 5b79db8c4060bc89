//! Reads watches as they are written into rules over numbered terms, and complains of what it cannot
//! read.
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::arrange::{Near, tidy};
use super::evaluate::{Leaf, Node, Rule};
use super::lexicon::{Draft, Fields, TermId};
use super::lint;
use super::query::{self, Ast};
use super::term::{Fault, Term};
use super::token::FIELDS;
use crate::domain::{Complaint, Field, Place, Terms, Watch, Weight, Written};

/// Bytes of one term.
const TERM_BYTES_MAX: usize = 1_000;
/// NEARs of one watch beyond those written: what AND inside their parentheses multiplies them to.
const SPREAD_MAX: usize = 1_000;

/// Which part of a watch a term stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Any,
    All,
    None,
    Weigh,
    Query,
    Set,
}

/// A term where it was written, for the lint.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) leaf: Leaf,
    pub(super) list: List,
    pub(super) text: String,
    pub(super) at: Place,
}

/// One watch read: its rule and what the lint looks at.
pub(super) struct Read<'w> {
    pub(super) watch: &'w Watch,
    pub(super) uses: Vec<Use>,
    pub(super) rule: Rule,
}

/// Something written, and the part of it that is meant.
#[derive(Clone)]
pub(super) struct Spot<'w> {
    written: &'w Written,
    span: Range<usize>,
}

impl<'w> Spot<'w> {
    pub(super) fn whole(written: &'w Written) -> Self {
        Self { written, span: 0..written.text.len() }
    }

    fn place(&self) -> Place {
        place(self.written, self.span.clone())
    }

    /// A fault found in `text`. Its place holds where the text is all that was written; of a term in
    /// a query, whose quotation marks are gone from the text, all of it is at fault.
    fn within(&self, text: &str, fault: Fault) -> Fault {
        if self.written.text == text { fault } else { Fault { span: 0..0, ..fault } }
    }
}

/// Where bytes of a written value stand in its file.
fn place(written: &Written, span: Range<usize>) -> Place {
    let Place { file, span: value } = written.at.clone();
    // With escapes in the file the bytes do not agree, and the whole value is the place.
    if value.is_empty() || value.len() == written.text.len() {
        Place { file, span: value.start + span.start..value.start + span.end }
    } else {
        Place { file, span: value }
    }
}

/// A list of sets by its address, and a name in it.
pub(super) type SetKey = (usize, String);

/// Reads watches one by one and keeps the complaints.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) draft: Draft,
    pub(super) complaints: Vec<Complaint>,
    /// The terms of the sets used so far; `None` for one with a fault.
    pub(super) sets: HashMap<SetKey, Option<Arc<[TermId]>>>,
}

/// The watch being read.
pub(super) struct Desktop<'w> {
    terms: &'w Terms,
    uses: Vec<Use>,
    /// NEARs so far beyond those written.
    spread: usize,
}

impl Desk {
    pub(super) fn read<'w>(&mut self, watch: &'w Watch) -> Option<Read<'w>> {
        let terms = &watch.terms;
        let before = self.errors();
        let mut top = Desktop { terms, uses: Vec::new(), spread: 0 };
        let mut need = Vec::new();
        let any = self.list(&mut top, &terms.any, List::Any);
        if !terms.any.is_empty() {
            need.push(Node::Any(any));
        }
        need.extend(self.list(&mut top, &terms.all, List::All));
        if let Some(written) = &terms.query {
            need.extend(self.query(&mut top, written));
        }
        let veto = self.list(&mut top, &terms.none, List::None);
        let scale = self.scale(&mut top, watch);
        if terms.any.is_empty()
            && terms.all.is_empty()
            && terms.query.is_none()
            && terms.weigh.is_empty()
        {
            self.complaints.push(Complaint {
                weight: Weight::Error,
                at: Some(watch.at.clone()),
                what: format!("watch `{}` looks for nothing and can never fire", watch.name),
                cure: "give it terms: any = [\"…\"]".to_owned(),
            });
        }
        let text = |list: &[Written]| list.iter().map(|w| w.text.trim().to_lowercase()).collect();
        let rule = Rule {
            watch: watch.name.clone(),
            need: tidy(Node::All(need)),
            veto: tidy(Node::Any(veto)),
            scale,
            languages: text(&terms.languages),
            sources: text(&terms.sources),
        };
        (self.errors() == before).then_some(Read { watch, uses: top.uses, rule })
    }

    pub(super) fn errors(&self) -> usize {
        self.complaints.iter().filter(|complaint| complaint.weight == Weight::Error).count()
    }

    fn list<'w>(&mut self, top: &mut Desktop<'w>, list: &'w [Written], kind: List) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut known = HashSet::new();
        for written in list {
            let text = written.text.trim();
            let exact = text.starts_with('=');
            if !known.insert(if exact { text.to_owned() } else { text.to_lowercase() }) {
                let what = format!("`{text}` stands in this list already");
                let fault = Fault::new(0..0, what, "take one of the two out");
                self.complain(Weight::Warning, &Spot::whole(written), fault);
                continue;
            }
            nodes.extend(self.entry(top, written, kind));
        }
        nodes
    }

    /// One entry of a list: a term, perhaps with a field before it, or a set.
    pub(super) fn entry<'w>(
        &mut self,
        top: &mut Desktop<'w>,
        written: &'w Written,
        kind: List,
    ) -> Option<Node> {
        let spot = Spot::whole(written);
        let text = written.text.trim();
        if let Some(name) = text.strip_prefix('@').filter(|name| is_name(name)) {
            return self.set(top, &spot, name, Fields::TEXT);
        }
        let field = text.split_once(':').and_then(|(name, rest)| {
            let field = FIELDS.into_iter().find(|field| *field == name)?;
            (!rest.is_empty()).then_some((field, rest.trim()))
        });
        let Some((field, rest)) = field else {
            return self.term(top, &spot, (&written.text, kind), Fields::TEXT);
        };
        // `rest` is a slice of the text, so the difference is where it begins.
        let from = rest.as_ptr().addr().saturating_sub(written.text.as_ptr().addr());
        let spot = Spot { written, span: from..from + rest.len() };
        match rest.strip_prefix('@').filter(|name| is_name(name)) {
            _ if field == "lang" => Some(Node::Language(rest.to_lowercase())),
            Some(name) => self.set(top, &spot, name, fields(field)),
            None => self.term(top, &spot, (rest, kind), fields(field)),
        }
    }

    /// Reads one term, or complains.
    fn term(
        &mut self,
        top: &mut Desktop<'_>,
        spot: &Spot<'_>,
        (text, list): (&str, List),
        fields: Fields,
    ) -> Option<Node> {
        let term = self.word(spot, text, list)?;
        let leaf = Leaf { term: self.draft.add(term, fields), fields };
        top.uses.push(Use { leaf, list, text: text.trim().to_owned(), at: spot.place() });
        Some(Node::Leaf(leaf))
    }

    pub(super) fn word(&mut self, spot: &Spot<'_>, text: &str, list: List) -> Option<Term> {
        if text.len() > TERM_BYTES_MAX {
            let what = format!("a term of {} bytes; {TERM_BYTES_MAX} are the most", text.len());
            self.complain(Weight::Error, spot, Fault::new(0..0, what, "use a few words out of it"));
            return None;
        }
        // A query has been looked over as a whole.
        let faults = if list == List::Query { Vec::new() } else { lint::shape(text) };
        let read = if faults.is_empty() {
            Term::read(text).map_err(|fault| vec![fault])
        } else {
            Err(faults)
        };
        match read {
            Ok(term) => {
                for doubt in lint::doubts(&term, list) {
                    self.complain(Weight::Warning, spot, spot.within(text, doubt));
                }
                Some(term)
            }
            Err(faults) => {
                for fault in faults {
                    self.complain(Weight::Error, spot, spot.within(text, fault));
                }
                None
            }
        }
    }

    fn set(
        &mut self,
        top: &mut Desktop<'_>,
        spot: &Spot<'_>,
        name: &str,
        fields: Fields,
    ) -> Option<Node> {
        let sets = Arc::clone(&top.terms.sets);
        let terms = self.set_terms(spot, &sets, name, 0)?;
        for term in terms.iter() {
            self.draft.want(*term, fields);
        }
        Some(Node::Lookup { terms, fields })
    }

    fn query<'w>(&mut self, top: &mut Desktop<'w>, written: &'w Written) -> Option<Node> {
        let spot = Spot::whole(written);
        let parsed = match query::parse(&written.text) {
            Ok(parsed) => parsed,
            Err(faults) => {
                for fault in faults {
                    let spot = Spot { written, span: fault.span.clone() };
                    self.complain(Weight::Error, &spot, Fault { span: 0..0, ..fault });
                }
                return None;
            }
        };
        for doubt in parsed.doubts {
            let spot = Spot { written, span: doubt.span.clone() };
            self.complain(Weight::Warning, &spot, Fault { span: 0..0, ..doubt });
        }
        let node = self.node(top, written, &parsed.ast, Fields::TEXT)?;
        if !node.is_positive() {
            let fault = Fault::new(
                0..0,
                "this query fires on every article that lacks something",
                "say what must be there as well: a term AND NOT another",
            );
            self.complain(Weight::Error, &spot, fault);
            return None;
        }
        Some(node)
    }

    fn node<'w>(
        &mut self,
        top: &mut Desktop<'w>,
        written: &'w Written,
        ast: &Ast,
        within: Fields,
    ) -> Option<Node> {
        // Every part is read before a fault in one of them ends the watch.
        let mut every = |desk: &mut Self, parts: &[Ast]| {
            let read: Vec<_> =
                parts.iter().map(|part| desk.node(top, written, part, within)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        };
        match ast {
            Ast::Term { text, span } => {
                let spot = Spot { written, span: span.clone() };
                self.term(top, &spot, (text, List::Query), within)
            }
            Ast::Set { name, span } => {
                let spot = Spot { written, span: span.clone() };
                self.set(top, &spot, name, within)
            }
            Ast::Field { field: "lang", of, span } => {
                self.language(of, &Spot { written, span: span.clone() })
            }
            Ast::Field { field, of, .. } => self.node(top, written, of, fields(field)),
            Ast::All(parts) => every(self, parts).map(Node::All),
            Ast::Any(parts) => every(self, parts).map(Node::Any),
            Ast::Not(part) => Some(Node::Not(Box::new(self.node(top, written, part, within)?))),
            Ast::Near { left, right, words, ordered, span } => {
                let left = self.node(top, written, left, within);
                let right = self.node(top, written, right, within);
                let near = Near { words: *words, ordered: *ordered };
                let full = SPREAD_MAX.saturating_sub(top.spread) + 1;
                let mut budget = full;
                let spread = near.spread(&left?, &right?, &mut budget);
                top.spread += (full - budget).saturating_sub(1);
                match spread {
                    Ok(node) => Some(node),
                    Err((what, cure)) => {
                        let spot = Spot { written, span: span.clone() };
                        self.complain(Weight::Error, &spot, Fault::new(0..0, what, cure));
                        None
                    }
                }
            }
        }
    }

    fn language(&mut self, of: &Ast, spot: &Spot<'_>) -> Option<Node> {
        match of {
            Ast::Term { text, .. } => Some(Node::Language(text.to_lowercase())),
            Ast::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.language(part, spot)).collect();
                parts.into_iter().collect::<Option<Vec<_>>>().map(Node::Any)
            }
            Ast::Set { .. } | Ast::Field { .. } | Ast::All(_) | Ast::Not(_) | Ast::Near { .. } => {
                self.complain(
                    Weight::Error,
                    spot,
                    Fault::new(
                        0..0,
                        "expected a language after `lang:`",
                        "write lang:ko, or lang:(ko OR ja)",
                    ),
                );
                None
            }
        }
    }

    /// Complains of a fault, whose place is told within all that was written; one without a place of
    /// its own stands where `spot` does.
    pub(super) fn complain(&mut self, weight: Weight, spot: &Spot<'_>, fault: Fault) {
        let at = if fault.span.is_empty() { spot.place() } else { place(spot.written, fault.span) };
        let complaint = Complaint { weight, at: Some(at), what: fault.what, cure: fault.cure };
        // A set's terms are read once, but a watch may use a term twice.
        if self.complaints.last() != Some(&complaint) {
            self.complaints.push(complaint);
        }
    }
}

/// The fields a query's name for them means.
pub(super) fn fields(name: &str) -> Fields {
    match name {
        "title" => Fields::of(Field::Title),
        "body" => Fields::BODY,
        "url" => Fields::of(Field::Url),
        "author" => Fields::of(Field::Author),
        "source" => Fields::of(Field::Source),
        "tag" => Fields::of(Field::Tag),
        _ => Fields::TEXT,
    }
}

/// Whether `text` can name a set; `@samsung electronics` is a term.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
