//! The one pass over a text. Wherever a term may begin, the automaton is walked from there and
//! every term that begins there is recorded.
//!
//! The automaton is not run over the whole text: it would find terms inside words, and it needs
//! folded text, and folding all of a text costs more than the search (see `prefilter.rs`).
use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;

use super::article_text::ArticleText;
use super::automaton::{CompiledTerms, MATCHES_MAX, TermMatch};
use super::characters::{self, CharClass};
use super::language;
use super::normalise::{self, char_at, word_end};
use super::prefilter;
use super::tolerances::Tolerances;
use super::unspaced_edges::UnspacedWords;
use crate::domain::Field;

/// The pass over one field of an article.
pub(super) struct TextScan<'a> {
    /// The terms to search.
    pub(super) lexicon: &'a CompiledTerms,
    /// The text of one field.
    pub(super) text: &'a str,
    pub(super) field: Field,
    pub(super) item: usize,
    /// Where matches are recorded.
    pub(super) found: &'a mut Vec<TermMatch>,
    /// Finds every term, whatever fields it is searched in. The lint needs this.
    pub(super) everywhere: bool,
    /// The folded bytes of the current step; kept here so that not each step allocates.
    pub(super) fold: String,
    /// The words around the last match in a script without spaces.
    pub(super) words: UnspacedWords,
}

impl<'a> TextScan<'a> {
    /// A pass over `text`. Field and item are set by who makes it for an article.
    pub(super) fn new(
        lexicon: &'a CompiledTerms,
        text: &'a str,
        found: &'a mut Vec<TermMatch>,
    ) -> Self {
        let field = Field::Title;
        Self {
            lexicon,
            text,
            field,
            item: 0,
            found,
            everywhere: false,
            fold: String::new(),
            words: UnspacedWords::default(),
        }
    }

    /// Goes through the text and searches wherever a term may begin.
    pub(super) fn run(mut self) {
        let bytes = self.text.as_bytes();
        let (mut at, mut before) = (0, CharClass::Space);
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_alphanumeric() {
                at = self.ascii_word(at, before);
                before = CharClass::Spaced;
            } else if byte < 0x80 {
                let folded = if byte == b'`' { b'\'' } else { byte };
                if self.lexicon.filter.punctuation(folded) {
                    self.find_terms_at(at, Tolerances::default());
                }
                before = CharClass::Other;
                at += 1;
            } else {
                let Some(c) = char_at(self.text, at) else { break };
                if let Some(kind) = characters::uniform_class(c) {
                    let next = at + c.len_utf8();
                    if self.lexicon.filter.non_ascii
                        && self
                            .lexicon
                            .pairs
                            .may_begin(c, self.text.get(next..).unwrap_or_default())
                    {
                        self.find_terms_at(at, Tolerances::default());
                    }
                    before = kind;
                    at = next;
                    continue;
                }
                let letter = characters::char_info(c);
                if letter.class != CharClass::Ignored && !letter.joins {
                    if letter.class == CharClass::Hangul || !before.forms_word_with(letter.class) {
                        self.non_ascii_word(at, c);
                    }
                    before = letter.class;
                }
                at += c.len_utf8();
            }
        }
    }

    /// Handles a run of ASCII letters and digits, which is a word or a part of one. Gives its end.
    #[inline]
    fn ascii_word(&mut self, at: usize, before: CharClass) -> usize {
        let bytes = self.text.as_bytes();
        let key = prefilter::ascii_key(bytes, at);
        let mut end = at + key.map_or(1, |(_, length)| length.max(1));
        if key.is_none_or(|(_, length)| length == prefilter::KEY_BYTES) {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
        }
        if before != CharClass::Spaced {
            let key = key.map_or_else(|| prefilter::folded_key(self.text, at), |(key, _)| key);
            let next = || {
                let ascii = bytes.get(end).is_none_or(u8::is_ascii);
                let end = if ascii { end } else { word_end(self.text, end, CharClass::Spaced).0 };
                prefilter::next_key(self.text, end)
            };
            if self.lexicon.filter.may_match_word(key, next) {
                self.find_terms_at(at, Tolerances::default());
            }
        }
        end
    }

    /// Handles a character outside ASCII at which a term may begin.
    #[inline]
    fn non_ascii_word(&mut self, at: usize, c: char) {
        let (letter, fold) = characters::char_info_and_fold(c);
        let filter = &self.lexicon.filter;
        let may = match fold.first() {
            None => false,
            Some(first) if first.is_ascii_alphanumeric() && letter.class == CharClass::Spaced => {
                let next = || {
                    let end = word_end(self.text, at, CharClass::Spaced).0;
                    prefilter::next_key(self.text, end)
                };
                filter.may_match_word(prefilter::folded_key(self.text, at), next)
            }
            Some(first) if first.is_ascii() => {
                u8::try_from(first).is_ok_and(|byte| filter.punctuation(byte))
            }
            Some(_) => filter.non_ascii,
        };
        if may {
            self.find_terms_at(at, Tolerances::default());
        }
        if !language::proclitics(c).is_empty() {
            self.after_proclitics(at);
        }
    }

    /// Arabic and Hebrew write the article and some prepositions onto the word. Searches behind
    /// every combination of them with which the word may begin.
    fn after_proclitics(&mut self, at: usize) {
        let Some(first) = char_at(self.text, at) else { return };
        let mut places = vec![at];
        for group in language::proclitics(first) {
            for place in places.clone() {
                for letters in *group {
                    if let Some(end) = self.skip(place, letters)
                        && !places.contains(&end)
                    {
                        places.push(end);
                    }
                }
            }
        }
        for place in places.into_iter().skip(1) {
            self.find_terms_at(place, Tolerances::PROCLITIC);
        }
    }

    /// The end of `letters` at byte `at`, marks on them included; `None` if other letters are
    /// there.
    fn skip(&mut self, at: usize, letters: &str) -> Option<usize> {
        let mut end = at;
        for letter in letters.chars() {
            self.fold.clear();
            let step = normalise::fold_cluster(self.text, end, &mut self.fold)?;
            if !self.fold.starts_with(letter) {
                return None;
            }
            end = step.end;
        }
        Some(end)
    }

    /// Walks the automaton from byte `at` on and records every term that begins there.
    fn find_terms_at(&mut self, at: usize, used: Tolerances) {
        let lexicon = self.lexicon;
        let bytes = self.text.as_bytes();
        let Ok(mut state) = lexicon.automaton.start_state(Anchored::Yes) else { return };
        let (mut end, mut fed) = (at, 0_usize);
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
                for number in 0..lexicon.automaton.match_len(state) {
                    let literal = lexicon.automaton.match_pattern(state, number).as_usize();
                    // A state also lists shorter literals that end here but begin later. They are
                    // found from their own beginning.
                    if lexicon.length(literal) == fed {
                        self.record(literal, at, end, used);
                    }
                }
            }
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

    /// Records the terms that begin with a literal, where their fields and their right edges
    /// agree.
    fn record(&mut self, literal: usize, start: usize, end: usize, used: Tolerances) {
        let lexicon = self.lexicon;
        for owner in lexicon.terms_at(literal) {
            let Some(term) = lexicon.term(owner.term) else { continue };
            let wanted = lexicon.fields(owner.term);
            let looks = self.everywhere || wanted.has(self.field);
            if !looks || (used == Tolerances::PROCLITIC && !term.tolerates.proclitic) {
                continue;
            }
            let mut used = used;
            used.add(owner.used);
            if let Some((end, used)) = term.match_rest(self.text, start..end, used, &mut self.words)
                && self.found.len() < MATCHES_MAX
            {
                let (field, item) = (self.field, self.item);
                self.found.push(TermMatch { term: owner.term, field, item, start, end, used });
            }
        }
    }
}

impl CompiledTerms {
    /// All matches in an article, sorted by term and then by place.
    pub(super) fn find_in_article(&self, text: &ArticleText<'_>) -> Vec<TermMatch> {
        let mut found = Vec::new();
        for (field, item, part) in text.parts() {
            if self.wanted.has(field) {
                TextScan { field, item, ..TextScan::new(self, part, &mut found) }.run();
            }
        }
        found.sort_unstable_by_key(|s| (s.term, s.field as u8, s.item, s.start));
        found
    }

    /// The terms found in a text that is no article, whatever fields they are searched in.
    pub(super) fn find_in_text(&self, text: &str) -> Vec<TermMatch> {
        let mut found = Vec::new();
        TextScan { everywhere: true, ..TextScan::new(self, text, &mut found) }.run();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::FileFailurePersistence;

    use super::super::automaton::{FieldSet, TermCollector};
    use super::super::term::Term;
    use super::*;

    /// The same pass, asking wherever a word may begin, whatever the filter says.
    fn unfiltered(lexicon: &CompiledTerms, text: &str) -> Vec<TermMatch> {
        let mut found = Vec::new();
        let mut pass = TextScan { everywhere: true, ..TextScan::new(lexicon, text, &mut found) };
        let mut before = CharClass::Space;
        for (at, c) in text.char_indices() {
            let letter = characters::char_info(c);
            if letter.class == CharClass::Ignored || letter.joins {
                continue;
            }
            if letter.class == CharClass::Hangul || !before.forms_word_with(letter.class) {
                pass.find_terms_at(at, Tolerances::default());
                if !language::proclitics(c).is_empty() {
                    pass.after_proclitics(at);
                }
            }
            before = letter.class;
        }
        found
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => "[a-eA-E]{1,9}",
            2 => "[ \u{A0}\\-’'.]{1,2}",
            2 => "[äéßøИйа-гΑά]{1,4}",
            2 => "[가나한국를]{1,4}",
            2 => "[日本かガｶ１２]{1,4}",
            2 => "[\u{301}\u{308}\u{3099}\u{AD}\u{200B}\u{11A8}]",
            1 => "[بولحك\u{64E}אהוש]{1,5}",
            1 => "[½㍿ﬁ™€#€🙂]",
            1 => any::<char>().prop_map(String::from),
        ]
    }

    fn settings() -> ProptestConfig {
        let beside = FileFailurePersistence::WithSource("regressions");
        ProptestConfig { failure_persistence: Some(Box::new(beside)), ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn the_filter_hides_no_term(
            pieces in prop::collection::vec(piece(), 1..24),
            cuts in prop::collection::vec((0..24_usize, 1..5_usize, 0..4_usize), 1..12),
        ) {
            let text = pieces.concat();
            let mut draft = TermCollector::default();
            for (from, length, mark) in cuts {
                // Terms cut out of the text, so that they are found.
                let term: String = pieces.iter().skip(from % pieces.len()).take(length).cloned().collect();
                let term = term.trim().trim_start_matches('=');
                let written = match mark {
                    0 => format!("={term}"),
                    1 => format!("{term}*"),
                    _ => term.to_owned(),
                };
                if let Ok(term) = Term::parse(&written) {
                    draft.add(term, FieldSet::TEXT);
                }
            }
            let lexicon = CompiledTerms::build(draft).unwrap();
            let place = |s: &TermMatch| (s.term, s.start, s.end);
            let mut ours: Vec<_> = lexicon.find_in_text(&text).iter().map(place).collect();
            let mut theirs: Vec<_> = unfiltered(&lexicon, &text).iter().map(place).collect();
            ours.sort_unstable();
            theirs.sort_unstable();
            prop_assert_eq!(ours, theirs, "{:?}", text);
        }
    }
}
