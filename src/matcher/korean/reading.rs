//! The cheapest reading of a Korean word: the words of the lexicon that it consists of, with the
//! least sum of their costs and of the costs between neighbours.
use std::ops::Range;

use super::lexicon::{Left, Lexicon, Reading, Right, SYLLABLES_MAX};

/// How much more a reading with edges at a term may cost than the cheapest of all. All costs are in
/// the unit of the lexicon. Found with words of our own: below, 총선거 loses 선거, above, 그대만을 gains
/// 대만.
const MARGIN: i32 = 27;
/// What a term costs as a noun, by its syllables. The lexicon may have it at a higher cost, but a
/// watched word is likelier than others.
const KNOWN_TERM_COSTS: [i32; 4] = [94, 78, 70, 62];
/// The same of a term that the lexicon does not have. Long terms do not meet by chance.
const UNKNOWN_TERM_COSTS: [i32; 4] = [148, 133, 109, 94];
/// More for a term that becomes a verb with 하다, because few nouns do.
const UNKNOWN_ACTION_COST: i32 = 8;
/// What syllables cost that are no word of the lexicon, by their number.
const UNKNOWN_WORD_COSTS: [i32; 5] = [141, 172, 203, 234, 266];
/// For a word that begins like an ending or particle.
const ORPHAN_COST: i32 = 94;
/// For a word behind a bracket or quotation mark that begins with a noun, where a space is missing.
const MISSING_SPACE_COST: i32 = 31;
/// What the name of a person costs: a surname and a given name.
const PERSON_COST: i32 = 50;
/// Syllables of a name of a person, surname included.
const PERSON_SYLLABLES: usize = 3;
/// The surnames of nearly all Koreans.
const SURNAMES: &str = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄\
채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용";

/// What stands before a Korean word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// A space, or a sign that opens something: a word begins.
    Space,
    /// A letter or digit of another script: a word may go on.
    Letter,
    /// A sign that closes something: a word goes on, as in 《춘향전》을.
    Closing,
}

/// A Korean word and a term in it.
#[derive(Debug)]
pub(super) struct Word {
    /// The syllables from one space to the next.
    pub(super) syllables: Vec<char>,
    /// The syllables of the term.
    pub(super) term: Range<usize>,
    /// Whether the term may go on to the end of the word, by a wildcard.
    pub(super) open: bool,
    pub(super) before: Before,
}

impl Word {
    /// Whether the word may be read with edges where the term begins and ends.
    pub(super) fn has_edges(&self) -> bool {
        let Some(lexicon) = Lexicon::get() else { return true };
        let mut search = Search { lexicon, word: self, places: Vec::new() };
        search.places.resize_with(self.syllables.len() + 1, Place::default);
        if let Some(first) = search.places.first_mut() {
            first.any.push((Right::START, 0));
            first.edged.push((Right::START, 0));
        }
        for from in 0..self.syllables.len() {
            search.read_from(from);
        }
        let Some(last) = search.places.last() else { return true };
        let end = |costs: &[(Right, i32)]| lexicon.cheapest(costs, Left::END);
        match (end(&last.any), end(&last.edged)) {
            (Some(any), Some(edged)) => edged - any <= MARGIN,
            (_, edged) => edged.is_some(),
        }
    }

    /// Whether a word at these syllables has no edge of the term inside it.
    fn leaves_edges(&self, from: usize, to: usize) -> bool {
        let inside = |edge: usize| from < edge && edge < to;
        !inside(self.term.start) && (self.open || !inside(self.term.end))
    }

    /// Whether a word at these syllables is a part of the term.
    fn is_in_term(&self, from: usize, to: usize) -> bool {
        !self.open && self.term.start <= from && to <= self.term.end
    }

    /// Whether these syllables are a surname and a given name of the lexicon.
    fn is_person(&self, lexicon: &Lexicon, from: usize, to: usize) -> bool {
        let Some([surname, given @ ..]) = self.syllables.get(from..to) else { return false };
        let mut found = false;
        if SURNAMES.contains(*surname) {
            lexicon.words_at(given, |length, reading| {
                found |= length == given.len() && lexicon.is_given_name(reading);
            });
        }
        found
    }
}

/// The cheapest readings up to one place of a word, one for each class of the last word.
#[derive(Debug, Default)]
struct Place {
    /// All readings.
    any: Vec<(Right, i32)>,
    /// Those with edges at the term.
    edged: Vec<(Right, i32)>,
}

/// The search for the cheapest readings of a word, from its first syllable to its last.
struct Search<'a> {
    lexicon: &'static Lexicon,
    word: &'a Word,
    /// One for each syllable, and one for the end of the word.
    places: Vec<Place>,
}

/// A word that may stand at some syllables of the word that is read.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    left: Left,
    right: Right,
    cost: i32,
    from: usize,
    to: usize,
}

/// Which readings a candidate may be a part of.
#[derive(Clone, Copy, Debug)]
struct Use {
    any: bool,
    edged: bool,
}

impl Search<'_> {
    /// Adds all words that begin at syllable `from`.
    fn read_from(&mut self, from: usize) {
        let reached = self.places.get(from).is_some_and(|place| !place.any.is_empty());
        let rest = self.word.syllables.get(from..).unwrap_or_default();
        if !reached {
            return;
        }
        let (lexicon, word) = (self.lexicon, self.word);
        let mut known_term = false;
        lexicon.words_at(rest, |length, reading| {
            let to = from + length;
            known_term |= word.term == (from..to) && reading.left.is_noun();
            if !lexicon.is_given_name(reading) {
                self.add_reading(from, to, reading);
            }
        });
        for to in from + 1..=(from + SYLLABLES_MAX).min(word.syllables.len()) {
            let edged = word.leaves_edges(from, to) && !word.is_in_term(from, to);
            let cost = at_length(&UNKNOWN_WORD_COSTS, to - from);
            self.add_noun(Left::NOUN, from..to, cost, Use { any: true, edged });
        }
        let person = from + PERSON_SYLLABLES;
        if word.is_person(lexicon, from, person) {
            let edged = word.leaves_edges(from, person);
            self.add_noun(Left::PERSON, from..person, PERSON_COST, Use { any: true, edged });
        }
        if from == word.term.start {
            let costs = if known_term { &KNOWN_TERM_COSTS } else { &UNKNOWN_TERM_COSTS };
            self.add_term(at_length(costs, word.term.len()));
        }
    }

    /// Adds a word of the lexicon.
    fn add_reading(&mut self, from: usize, to: usize, reading: Reading) {
        let (word, lexicon) = (self.word, self.lexicon);
        let term = &word.term;
        let edged = if word.is_in_term(from, to) {
            lexicon.is_noun_part(reading.left)
        } else {
            word.leaves_edges(from, to)
                || (!word.open
                    && from <= term.start
                    && term.end <= to
                    && reading.has_part(term.start - from, term.end - from, to - from))
        };
        let Reading { left, right, cost, .. } = reading;
        self.add(Candidate { left, right, cost, from, to }, Use { any: true, edged });
    }

    /// Adds the term as a noun, a place and an action.
    fn add_term(&mut self, cost: i32) {
        let term = self.word.term.clone();
        let only_edged = Use { any: false, edged: true };
        self.add_noun(Left::NOUN, term.clone(), cost, only_edged);
        self.add_noun(Left::PLACE, term.clone(), cost, only_edged);
        self.add_noun(Left::ACTION, term, cost + UNKNOWN_ACTION_COST, only_edged);
    }

    fn add_noun(&mut self, left: Left, place: Range<usize>, cost: i32, used: Use) {
        let last = place.end.checked_sub(1).and_then(|last| self.word.syllables.get(last));
        if let Some(last) = last {
            let (from, to) = (place.start, place.end);
            let right = Right::of_noun(left, *last);
            self.add(Candidate { left, right, cost, from, to }, used);
        }
    }

    /// Adds a candidate to the readings that it goes on with.
    fn add(&mut self, candidate: Candidate, used: Use) {
        let Candidate { left, right, from, to, .. } = candidate;
        let cost = candidate.cost + self.cost_at_start(left, from);
        let Some((before, after)) = self.places.split_at_mut_checked(from + 1) else { return };
        let (Some(before), Some(after)) =
            (before.last(), after.get_mut((to - from).saturating_sub(1)))
        else {
            return;
        };
        if used.any
            && let Some(least) = self.lexicon.cheapest(&before.any, left)
        {
            keep_cheapest(&mut after.any, right, least + cost);
        }
        if used.edged
            && let Some(least) = self.lexicon.cheapest(&before.edged, left)
        {
            keep_cheapest(&mut after.edged, right, least + cost);
        }
    }

    /// What a word of class `left` costs more because it begins the word that is read.
    fn cost_at_start(&self, left: Left, from: usize) -> i32 {
        let continues = self.lexicon.continues_word(left);
        match self.word.before {
            Before::Space if from == 0 && continues => ORPHAN_COST,
            Before::Closing if from == 0 && !continues => MISSING_SPACE_COST,
            Before::Space | Before::Letter | Before::Closing => 0,
        }
    }
}

impl Lexicon {
    /// The least cost of a reading with a word of class `left` behind it.
    fn cheapest(&self, readings: &[(Right, i32)], left: Left) -> Option<i32> {
        readings.iter().map(|(right, cost)| cost + self.cost_between(*right, left)).min()
    }
}

/// Notes what a reading costs whose last word is of class `right`, if it is the cheapest of them.
fn keep_cheapest(readings: &mut Vec<(Right, i32)>, right: Right, cost: i32) {
    match readings.iter_mut().find(|(known, _)| *known == right) {
        Some((_, least)) => *least = cost.min(*least),
        None => readings.push((right, cost)),
    }
}

/// The cost for a word of this many syllables. The last also counts for longer ones.
fn at_length(costs: &[i32], syllables: usize) -> i32 {
    let at = syllables.clamp(1, costs.len()) - 1;
    costs.get(at).copied().unwrap_or_default()
}
