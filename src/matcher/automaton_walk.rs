//! Searches the terms that begin at one place of a text, by walking the automaton from there.
use std::cell::OnceCell;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};

use super::automaton::{MATCHES_MAX, TermAtLiteral, TermMatch};
use super::characters::{self, CharClass};
use super::language_set::LanguageSet;
use super::normalise;
use super::optional_punctuation;
use super::text_scan::{Beginning, Path, TextScan};
use super::tolerances::Tolerances;
use super::word_edges::{Candidate, EdgeContext};

/// Readings of one place of a text with and without its punctuation.
const PATHS_MAX: usize = 32;

impl TextScan<'_> {
    /// Searches the terms that begin at the beginning of a word.
    pub(super) fn find_terms_at(&mut self, at: usize, used: Tolerances) {
        self.find_terms(Beginning { at, used, word: None });
    }

    /// Walks the automaton from a beginning on and records every term that begins there. Where
    /// punctuation may be left out, both readings are walked.
    pub(super) fn find_terms(&mut self, from: Beginning) {
        let Ok(state) = self.lexicon.automaton.start_state(Anchored::Yes) else { return };
        let mut path = Path { state, end: from.at, fed: 0, used: from.used };
        let mut paths_left = PATHS_MAX;
        loop {
            self.walk(from, path, &mut paths_left);
            match self.paths.pop() {
                Some(next) => path = next,
                None => return,
            }
        }
    }

    /// Walks one path until no term goes on.
    fn walk(&mut self, from: Beginning, path: Path, paths_left: &mut usize) {
        let lexicon = self.lexicon;
        let bytes = self.text.as_bytes();
        let Path { mut state, mut end, mut fed, used } = path;
        loop {
            match bytes.get(end) {
                None => return,
                // An ASCII character before another one has no marks, so it is folded here without
                // the tables.
                Some(byte)
                    if byte.is_ascii_alphanumeric()
                        && bytes.get(end + 1).is_none_or(u8::is_ascii) =>
                {
                    let byte = byte.to_ascii_lowercase();
                    state = lexicon.automaton.next_state(Anchored::Yes, state, byte);
                    fed += 1;
                    end += 1;
                }
                Some(_) if let Some(letter) = self.uniform_letter(end) => {
                    let folded = characters::uniform_fold(letter);
                    for byte in folded.encode_utf8(&mut [0; 4]).bytes() {
                        state = lexicon.automaton.next_state(Anchored::Yes, state, byte);
                    }
                    fed += folded.len_utf8();
                    end += letter.len_utf8();
                }
                Some(_) => {
                    if *paths_left > 0
                        && fed > 0
                        && let Some(end) = optional_punctuation::end(self.text, end)
                    {
                        let mut used = used;
                        used.add(Tolerances::PUNCTUATION);
                        self.paths.push(Path { state, end, fed, used });
                        *paths_left -= 1;
                    }
                    self.fold.clear();
                    let Some(step) = normalise::fold_cluster(self.text, end, &mut self.fold) else {
                        return;
                    };
                    end = step.end;
                    if step.class == CharClass::Ignored {
                        continue;
                    }
                    // A space or dot that may be left out is no part of a term, neither its first
                    // letter nor its last. A long mark may be its last.
                    if self.fold.is_empty() {
                        if fed == 0 {
                            return;
                        }
                        if step.class != CharClass::Unspaced {
                            continue;
                        }
                    }
                    for byte in self.fold.bytes() {
                        state = lexicon.automaton.next_state(Anchored::Yes, state, byte);
                    }
                    fed += self.fold.len();
                }
            }
            if lexicon.automaton.is_dead(state) {
                return;
            }
            if lexicon.automaton.is_match(state) {
                self.record_all(state, fed, Beginning { used, ..from }, end);
            }
        }
    }

    /// Records the terms of all literals that end in `state`, after `fed` folded bytes.
    fn record_all(&mut self, state: StateID, fed: usize, from: Beginning, end: usize) {
        let lexicon = self.lexicon;
        for number in 0..lexicon.automaton.match_len(state) {
            let literal = lexicon.automaton.match_pattern(state, number).as_usize();
            // A state lists the longest literals first. The shorter ones end here too, but begin
            // later, and are found from their own beginning.
            if lexicon.length(literal) < fed {
                return;
            }
            self.record(literal, from, end);
        }
    }

    /// The character at `at` if its folded form is known without the tables and no mark belongs to
    /// it.
    #[inline]
    fn uniform_letter(&self, at: usize) -> Option<char> {
        let mut chars = self.text.get(at..)?.chars();
        let first = chars.next()?;
        characters::uniform_class(first)?;
        let alone =
            chars.next().is_none_or(|c| c.is_ascii() || characters::uniform_class(c).is_some());
        alone.then_some(first)
    }

    /// Whether the article may be in one of these languages.
    fn is_spoken(&self, languages: LanguageSet) -> bool {
        languages == LanguageSet::ALL || languages.meets(self.language.languages())
    }

    /// Records the terms that begin with a literal, where their fields and their edges agree.
    fn record(&mut self, literal: usize, from: Beginning, end: usize) {
        let lexicon = self.lexicon;
        if !self.is_spoken(lexicon.languages(literal)) {
            return;
        }
        let rest = OnceCell::new();
        let context = EdgeContext {
            text: self.text,
            letters: &self.letters,
            language: self.language,
            rest: &rest,
        };
        let (owners, phrases) = lexicon.terms_at(literal);
        let mut phrases = phrases;
        if !phrases.is_empty()
            && let Some(word_end) = context.word_end(end)
            && let Some(key) = self.next_word.of_word_to(word_end, self.text)
        {
            phrases = TermAtLiteral::with_next_word(phrases, key);
        }
        for owner in owners.iter().chain(phrases) {
            let Some((term, spelling)) = lexicon.spelling(*owner) else { continue };
            let looks = self.everywhere || lexicon.fields(owner.term).has(self.field);
            if !looks
                || !self.is_spoken(spelling.languages)
                || (from.used.has(Tolerances::PROCLITIC) && !term.tolerates.proclitic)
            {
                continue;
            }
            let mut used = from.used;
            if let Some(word) = from.word {
                match context.left_part(term, word..from.at) {
                    Some(more) => used.add(more),
                    None => continue,
                }
            }
            let start = from.word.unwrap_or(from.at);
            let candidate = Candidate { place: from.at..end, used };
            if let Some((end, used)) =
                context.match_rest(term, spelling, &candidate, &mut self.words)
                && !used.has(term.options.off)
                && !context.is_no_noun(term, start, used)
                && self.found.len() < MATCHES_MAX
            {
                let (field, item) = (self.field, self.item);
                self.found.push(TermMatch { term: owner.term, field, item, start, end, used });
            }
        }
    }
}
