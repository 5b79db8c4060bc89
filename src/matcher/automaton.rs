//! All terms of all watches in one automaton, and the one pass that finds them in a text.
use std::collections::HashMap;

use aho_corasick::MatchKind;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;

use super::prefilter::Prefilter;
use super::term::{Term, Tolerances};
use crate::domain::Field;

/// Places recorded in one article. A hostile text that holds a term at every letter is cut here.
pub(super) const MATCHES_MAX: usize = 1 << 18;
/// Levels of the automaton kept as full tables; deeper ones are lists.
const DENSE_LEVELS: usize = 3;

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet(u8);

impl FieldSet {
    pub(super) const NONE: Self = Self(0);
    /// Summary and content.
    pub(super) const BODY: Self = Self::of(Field::Summary).and(Self::of(Field::Content));
    /// Where a term is looked for unless it names a field.
    pub(super) const TEXT: Self = Self::BODY.and(Self::of(Field::Title));

    pub(super) const fn of(field: Field) -> Self {
        Self(1 << field as u8)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has all of `other`.
    pub(super) const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn has(self, field: Field) -> bool {
        self.0 & Self::of(field).0 != 0
    }
}

/// The number of a term within its matcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TermId(pub(super) u32);

/// A term found at a place. The order is by term, then by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TermMatch {
    pub(super) term: TermId,
    pub(super) field: Field,
    /// Which author or tag, for the fields that are lists.
    pub(super) item: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) used: Tolerances,
}

/// Terms before they are built into an automaton; each spelling once.
#[derive(Debug, Default)]
pub(super) struct TermCollector {
    terms: Vec<Term>,
    fields: Vec<FieldSet>,
    known: HashMap<String, TermId>,
}

impl TermCollector {
    /// The number of `read_term`, looked for in `fields` from now on.
    pub(super) fn add(&mut self, term: Term, fields: FieldSet) -> TermId {
        let next = TermId(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry(term.written.clone()).or_insert(next);
        if id == next {
            self.terms.push(term);
            self.fields.push(FieldSet::NONE);
        }
        self.require_fields(id, fields);
        id
    }

    /// Looks for a term in `fields` as well.
    pub(super) fn require_fields(&mut self, id: TermId, fields: FieldSet) {
        if let Some(known) = self.fields.get_mut(id.0 as usize) {
            *known = known.and(fields);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }
}

/// The terms, the automaton over their literals, and the way from a literal back to its terms.
#[derive(Debug)]
pub(super) struct CompiledTerms {
    terms: Vec<Term>,
    fields: Vec<FieldSet>,
    pub(super) automaton: NFA,
    /// Bytes of each literal.
    lengths: Vec<u32>,
    /// Literal `n` belongs to the terms `terms_at[first_owner[n]..first_owner[n + 1]]`.
    owners: Vec<TermAtLiteral>,
    first_owner: Vec<u32>,
    pub(super) filter: Prefilter,
    /// The union of `fields`.
    pub(super) wanted: FieldSet,
}

/// A term that begins with a literal.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermAtLiteral {
    pub(super) term: TermId,
    /// What finding this literal means beside the term: its other plural.
    pub(super) used: Tolerances,
}

impl CompiledTerms {
    /// Builds the automaton; the error says why it cannot be built.
    pub(super) fn build(draft: TermCollector) -> Result<Self, String> {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut found: Vec<Vec<TermAtLiteral>> = Vec::new();
        let mut literals: Vec<String> = Vec::new();
        for (number, term) in (0..).zip(&draft.terms) {
            let plural = term.other_plural().map(|literal| (literal, Tolerances::PLURAL));
            let all = std::iter::once((term.head.clone(), Tolerances::default())).chain(plural);
            for (literal, used) in all {
                let at = *numbers.entry(literal.clone()).or_insert_with(|| {
                    literals.push(literal);
                    found.push(Vec::new());
                    found.len() - 1
                });
                if let Some(owners) = found.get_mut(at) {
                    owners.push(TermAtLiteral { term: TermId(number), used });
                }
            }
        }
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .dense_depth(DENSE_LEVELS)
            .prefilter(false)
            .build(&literals)
            .map_err(|fault| fault.to_string())?;
        let mut first_owner = vec![0];
        let mut owners = Vec::new();
        for list in found {
            owners.extend(list);
            first_owner.push(u32::try_from(owners.len()).unwrap_or(u32::MAX));
        }
        let wanted = draft.fields.iter().fold(FieldSet::NONE, |all, fields| all.and(*fields));
        Ok(Self {
            filter: Prefilter::new(draft.terms.iter()),
            lengths: literals.iter().map(|l| u32::try_from(l.len()).unwrap_or(u32::MAX)).collect(),
            terms: draft.terms,
            fields: draft.fields,
            automaton,
            owners,
            first_owner,
            wanted,
        })
    }

    pub(super) fn term(&self, id: TermId) -> Option<&Term> {
        self.terms.get(id.0 as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Bytes of a literal.
    #[inline]
    pub(super) fn length(&self, literal: usize) -> usize {
        self.lengths.get(literal).map_or(0, |length| *length as usize)
    }

    /// The terms a literal belongs to.
    pub(super) fn terms_at(&self, literal: usize) -> &[TermAtLiteral] {
        let from = self.first_owner.get(literal).copied().unwrap_or(0) as usize;
        let to = self.first_owner.get(literal + 1).copied().unwrap_or(0) as usize;
        self.owners.get(from..to).unwrap_or_default()
    }

    /// The fields a term is looked for in.
    pub(super) fn fields(&self, id: TermId) -> FieldSet {
        self.fields.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Bytes of memory the automaton, the filter and the terms take, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.automaton.memory_usage()
            + self.filter.bytes()
            + self.lengths.len() * 8
            + self.owners.len() * size_of::<TermAtLiteral>()
            + self
                .terms
                .iter()
                .map(|term| size_of::<Term>() + term.written.len() + 2 * term.head.len())
                .sum::<usize>()
    }
}
