//! The terms of all watches in one Aho-Corasick automaton, so that one pass over a text finds them
//! all, however many there are. `scan.rs` makes the pass.
use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::MatchKind;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;

use super::language_set::LanguageSet;
use super::letter_filter::LetterFilter;
use super::prefilter::Prefilter;
use super::spellings;
use super::term::{Spelling, Term, TermOptions};
use super::tolerances::Tolerances;
use super::watchlist_words::WatchlistWords;
use super::word_forms::LANGUAGE_COUNT;
use super::word_key::{self, key};
use crate::domain::Field;

/// Matches recorded in one article. Without a limit a hostile text, with a term at every letter,
/// would take all memory.
pub(super) const MATCHES_MAX: usize = 1 << 18;
/// States of the automaton down to this depth are full tables, which are fast. Deeper states are
/// lists, which are small. With 4 or 6 instead of 3 no language was faster in `cargo bench --bench
/// matcher`.
const DENSE_LEVELS: usize = 3;

/// A set of fields, one bit for each [`Field`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet(u8);

impl FieldSet {
    /// No field: a term of a set that no watch uses yet.
    pub(super) const NONE: Self = Self(0);
    /// Summary and content.
    pub(super) const BODY: Self = Self::of(Field::Summary).and(Self::of(Field::Content));
    /// The fields a term is searched in unless it names one.
    pub(super) const TEXT: Self = Self::BODY.and(Self::of(Field::Title));

    /// The set of this field alone.
    pub(super) const fn of(field: Field) -> Self {
        Self(1 << field as u8)
    }

    /// The union of two sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all fields of `other` are in this set.
    pub(super) const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether `field` is in this set.
    pub(super) const fn has(self, field: Field) -> bool {
        self.0 & Self::of(field).0 != 0
    }
}

/// Names a term of one compiled watchlist, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TermId(pub(super) u32);

/// A term that was found in an article. `start` and `end` are bytes of the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TermMatch {
    /// The term that was found.
    pub(super) term: TermId,
    /// The field it was found in.
    pub(super) field: Field,
    /// Which author or tag, counted from 0. It is 0 for the fields that are no lists.
    pub(super) item: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The differences between the term and the text that were tolerated.
    pub(super) used: Tolerances,
}

/// Collects the terms of all watches before the automaton is built. A term that several watches
/// use is kept once.
#[derive(Debug, Default)]
pub(super) struct TermCollector {
    terms: Vec<Term>,
    fields: Vec<FieldSet>,
    known: HashMap<(String, TermOptions), TermId>,
}

impl TermCollector {
    /// The number of `term`. From now on it is searched in `fields` too.
    pub(super) fn add(&mut self, term: Term, fields: FieldSet) -> TermId {
        let next = TermId(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry((term.written.clone(), term.options)).or_insert(next);
        if id == next {
            self.terms.push(term);
            self.fields.push(FieldSet::NONE);
        }
        self.require_fields(id, fields);
        id
    }

    /// Makes a known term be searched in `fields` too.
    pub(super) fn require_fields(&mut self, id: TermId, fields: FieldSet) {
        if let Some(known) = self.fields.get_mut(id.0 as usize) {
            *known = known.and(fields);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }
}

/// The terms, the automaton over their literals, and the way from a literal back to its terms. A
/// literal is the folded text a term begins with, up to its first wildcard.
#[derive(Debug)]
pub(super) struct CompiledTerms {
    terms: Vec<Term>,
    fields: Vec<FieldSet>,
    /// Finds the literals. A contiguous NFA, because a DFA over 100,000 terms would take
    /// gigabytes.
    pub(super) automaton: NFA,
    /// Bytes of each literal.
    lengths: Vec<u32>,
    /// Literal `n` belongs to the terms `owners[first_owner[n]..first_owner[n + 1]]`.
    owners: Vec<TermAtLiteral>,
    first_owner: Vec<u32>,
    /// The languages of the articles in which some term is looked for by each literal.
    languages: Vec<LanguageSet>,
    /// Say where the automaton need not be asked: in articles of each language, of another one, and
    /// of an unknown one. Made when the first such article comes, because most watchlists meet few
    /// languages.
    filters: Box<[OnceLock<Prefilter>]>,
    /// The same for letters of Han, Kana and Hangul, in any language.
    pub(super) letters: LetterFilter,
    /// The union of `fields`.
    pub(super) wanted: FieldSet,
}

/// A term that begins with a literal.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermAtLiteral {
    pub(super) term: TermId,
    /// Which of its spellings begins with the literal.
    pub(super) spelling: u32,
    /// Of a phrase whose words inflect, the first four bytes of its second word; 0 if they are not
    /// certain. Many phrases may begin with one word, and few go on as the text does.
    next_word: u32,
}

impl TermAtLiteral {
    /// Those of the terms, sorted by their second words, whose second word begins as `key` does.
    pub(super) fn with_next_word(all: &[Self], key: u64) -> &[Self] {
        let next = word_key::first_four(key);
        let from = all.partition_point(|owner| owner.next_word < next);
        let rest = all.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|owner| owner.next_word == next)).unwrap_or_default()
    }
}

/// The owners of a spelling's literal: one for each beginning that its second word may have.
fn owners_of(term: TermId, number: u32, spelling: &Spelling) -> Vec<TermAtLiteral> {
    let owner = |next_word| TermAtLiteral { term, spelling: number, next_word };
    match spelling.second_word() {
        Some(words) => {
            let mut keys: Vec<u32> =
                words.iter().map(|word| word_key::first_four(key(word.as_bytes()))).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().map(owner).collect()
        }
        None => vec![owner(0)],
    }
}

impl CompiledTerms {
    /// Builds the automaton. The error is a message of the library: the terms are too many or too
    /// long for it.
    pub(super) fn build(mut draft: TermCollector) -> Result<Self, String> {
        let mut words = WatchlistWords::default();
        for term in &mut draft.terms {
            spellings::add_to(term, &mut words);
        }
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut found: Vec<Vec<TermAtLiteral>> = Vec::new();
        let mut literals: Vec<&str> = Vec::new();
        let mut languages: Vec<LanguageSet> = Vec::new();
        for (number, term) in (0..).zip(&draft.terms) {
            for (place, spelling) in (0..).zip(&term.spellings) {
                let head = &*spelling.head;
                let at = *numbers.entry(head).or_insert_with(|| {
                    literals.push(head);
                    languages.push(LanguageSet::default());
                    found.push(Vec::new());
                    found.len() - 1
                });
                if let Some(languages) = languages.get_mut(at) {
                    *languages = languages.and(spelling.languages);
                }
                if let Some(owners) = found.get_mut(at) {
                    owners.extend(owners_of(TermId(number), place, spelling));
                }
            }
        }
        let automaton = NFA::builder()
            // All literals that begin at a place are wanted, not only the longest: each may belong
            // to another term.
            .match_kind(MatchKind::Standard)
            .dense_depth(DENSE_LEVELS)
            // The library's own prefilter searches folded text, and the text is folded only while
            // the automaton reads it.
            .prefilter(false)
            .build(&literals)
            .map_err(|error| error.to_string())?;
        let mut first_owner = vec![0];
        let mut owners = Vec::new();
        for mut list in found {
            list.sort_by_key(|owner| owner.next_word);
            owners.extend(list);
            first_owner.push(u32::try_from(owners.len()).unwrap_or(u32::MAX));
        }
        let wanted = draft.fields.iter().fold(FieldSet::NONE, |all, fields| all.and(*fields));
        Ok(Self {
            languages,
            filters: (0..LANGUAGE_COUNT + 2).map(|_| OnceLock::new()).collect(),
            letters: LetterFilter::new(draft.terms.iter()),
            lengths: literals.iter().map(|l| u32::try_from(l.len()).unwrap_or(u32::MAX)).collect(),
            terms: draft.terms,
            fields: draft.fields,
            automaton,
            owners,
            first_owner,
            wanted,
        })
    }

    /// All terms, in the order in which they were read.
    pub(super) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter()
    }

    /// The term with this number.
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

    /// The languages of the articles in which some term is looked for by a literal.
    #[inline]
    pub(super) fn languages(&self, literal: usize) -> LanguageSet {
        self.languages.get(literal).copied().unwrap_or(LanguageSet::ALL)
    }

    /// The prefilter for an article that may be in these languages.
    pub(super) fn filter(&self, spoken: LanguageSet) -> &Prefilter {
        let (place, spoken) = match spoken.only() {
            Some(language) => (language.place(), spoken),
            None if spoken == LanguageSet::OTHER => (LANGUAGE_COUNT, spoken),
            None => (LANGUAGE_COUNT + 1, LanguageSet::ALL),
        };
        // `place` is at most the last place.
        self.filters[place].get_or_init(|| Prefilter::new(&self.terms, spoken))
    }

    /// The spelling that a literal begins.
    pub(super) fn spelling(&self, owner: TermAtLiteral) -> Option<(&Term, &Spelling)> {
        let term = self.term(owner.term)?;
        Some((term, term.spellings.get(owner.spelling as usize)?))
    }

    /// The terms a literal belongs to, and those of them of which it matters how the next word of
    /// the text begins.
    pub(super) fn terms_at(&self, literal: usize) -> (&[TermAtLiteral], &[TermAtLiteral]) {
        let from = self.first_owner.get(literal).copied().unwrap_or(0) as usize;
        let to = self.first_owner.get(literal + 1).copied().unwrap_or(0) as usize;
        let owners = self.owners.get(from..to).unwrap_or_default();
        owners.split_at(owners.partition_point(|owner| owner.next_word == 0))
    }

    /// The fields a term is looked for in.
    pub(super) fn fields(&self, id: TermId) -> FieldSet {
        self.fields.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Estimated memory in bytes: automaton, prefilter and terms.
    pub(super) fn bytes(&self) -> usize {
        self.automaton.memory_usage()
            + self.filters.iter().filter_map(|one| one.get()).map(Prefilter::bytes).sum::<usize>()
            + self.languages.len() * size_of::<LanguageSet>()
            + self.letters.bytes()
            + self.lengths.len() * 8
            + self.owners.len() * size_of::<TermAtLiteral>()
            + self
                .terms
                .iter()
                .map(|term| {
                    let literals = term.spellings.iter();
                    size_of::<Term>()
                        + 2 * term.written.len()
                        + literals.map(|one| size_of::<Spelling>() + one.head.len()).sum::<usize>()
                })
                .sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use aho_corasick::Anchored;

    use super::*;

    /// `automaton_walk.rs` reads the list of a state no further than to the first shorter literal.
    #[test]
    fn a_state_lists_its_longest_literals_first() {
        let literals = ["c", "abc", "bc", "abc", "d"];
        let nfa = NFA::builder().match_kind(MatchKind::Standard).build(literals).unwrap();
        let start = nfa.start_state(Anchored::Yes).unwrap();
        let state = b"abc".iter().fold(start, |s, byte| nfa.next_state(Anchored::Yes, s, *byte));
        let listed = (0..nfa.match_len(state)).map(|number| nfa.match_pattern(state, number));
        let lengths: Vec<_> = listed.map(|literal| literals[literal.as_usize()].len()).collect();
        assert_eq!(lengths, [3, 3, 2, 1]);
    }
}
