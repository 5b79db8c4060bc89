//! The one pass over a text. Wherever a term may begin, the automaton is walked from there and
//! every term that begins there is recorded.
//!
//! The automaton is not run over the whole text: it would find terms inside words, and it needs
//! folded text, and folding all of a text costs more than the search (see `prefilter.rs`).
use super::article_language::ArticleLanguage;
use super::article_text::ArticleText;
use super::automaton::{CompiledTerms, TermMatch};
use super::characters::{self, CharClass};
use super::kana;
use super::language;
use super::normalise::{self, char_at, word_end};
use super::text_scan::{Beginning, TextScan};
use super::tolerances::Tolerances;
use super::word_forms;
use super::word_key::{self, WordPlace};

/// Letters of the shortest word in which another term is searched.
const INSIDE_LETTERS_MIN: usize = 5;
/// Letters of the longest word in which another term is searched. A hostile text may have a word
/// of megabytes.
const INSIDE_LETTERS_MAX: usize = 80;

impl TextScan<'_> {
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
                if self.filter.punctuation(folded) {
                    self.find_terms_at(at, Tolerances::default());
                }
                before = CharClass::Other;
                at += 1;
            } else {
                let Some(c) = char_at(self.text, at) else { break };
                if let Some(kind) = characters::uniform_class(c) {
                    let next = at + c.len_utf8();
                    let rest = self.text.get(next..).unwrap_or_default();
                    if self.lexicon.letters.may_begin(c, rest) {
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
        let key = word_key::ascii_key(bytes, at);
        let mut end = at + key.map_or(1, |(_, length)| length.max(1));
        if key.is_none_or(|(_, length)| length == word_key::KEY_BYTES) {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
        }
        if before != CharClass::Spaced {
            if self.filter.inside.any() {
                self.inside_word(at);
            }
            // The dot of an acronym or an initial may be left out, so the word is not whole yet.
            if end == at + 1 && bytes.get(end) == Some(&b'.') {
                self.find_terms_at(at, Tolerances::default());
                return end;
            }
            let key = key.map_or_else(|| word_key::folded_key(self.text, at), |(key, _)| key);
            let word = WordPlace { text: self.text, start: at, ascii_end: end };
            if self.filter.may_match_word(key, word) {
                self.find_terms_at(at, Tolerances::default());
            }
        }
        end
    }

    /// Handles a character outside ASCII at which a term may begin.
    #[inline]
    fn non_ascii_word(&mut self, at: usize, c: char) {
        let (letter, fold) = characters::char_info_and_fold(c);
        let filter = self.filter;
        let may = match fold.first() {
            None => false,
            Some(first) if first.is_ascii_alphanumeric() && letter.class == CharClass::Spaced => {
                let word = WordPlace { text: self.text, start: at, ascii_end: at };
                // As behind an ASCII letter: `É.U.` may be `EU`.
                self.text.as_bytes().get(at + c.len_utf8()) == Some(&b'.')
                    || filter.may_match_word(word_key::folded_key(self.text, at), word)
            }
            Some(first) if first.is_ascii() => {
                u8::try_from(first).is_ok_and(|byte| filter.punctuation(byte))
            }
            Some(first) => self.may_begin(at, c, first),
        };
        if may {
            self.find_terms_at(at, Tolerances::default());
        }
        if letter.class == CharClass::Spaced && self.filter.inside.any() {
            self.inside_word(at);
        }
        if self.reads_proclitics() && !language::proclitics(c).is_empty() {
            self.after_proclitics(at);
        }
    }

    /// Whether some term begins with the character at `at`, which folds to `folded` unless it forms
    /// one letter with what follows: a mark, or the small vowel after a `ヴ`.
    fn may_begin(&mut self, at: usize, c: char, folded: char) -> bool {
        let is_alone = char_at(self.text, at + c.len_utf8()).is_none_or(|next| {
            let letter = characters::char_info(next);
            !letter.joins && letter.class != CharClass::Ignored && kana::with_v(next).is_none()
        });
        if is_alone {
            return self.filter.may_begin(folded);
        }
        self.fold.clear();
        normalise::fold_cluster(self.text, at, &mut self.fold);
        self.fold.chars().next().is_none_or(|first| self.filter.may_begin(first))
    }

    /// Whether the letters before an Arabic or Hebrew word may be words of their own. In Persian
    /// and Urdu, which are written with Arabic letters too, they are not.
    fn reads_proclitics(&self) -> bool {
        self.stated.is_none_or(language::writes_proclitics)
    }

    /// Searches the terms inside the word that begins at `at`.
    fn inside_word(&mut self, at: usize) {
        let bytes = self.text.as_bytes();
        let ascii = bytes.iter().skip(at).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let (mut end, mut letters) = (at + ascii, ascii);
        if bytes.get(end).is_some_and(|byte| !byte.is_ascii()) {
            (end, letters) = word_end(self.text, at, CharClass::Spaced);
        } else {
            end = end.saturating_sub(self.filter.inside.shortest().saturating_sub(1));
        }
        if !(INSIDE_LETTERS_MIN..=INSIDE_LETTERS_MAX).contains(&letters) {
            return;
        }
        let mut place = at + 1;
        while let Some(c) = char_at(self.text, place).filter(|_| place < end) {
            let key = word_key::ascii_key(bytes, place)
                .map_or_else(|| word_key::folded_key(self.text, place), |(key, _)| key);
            if self.filter.inside.may_begin(c, key) {
                let used = Tolerances::default();
                self.find_terms(Beginning { at: place, used, word: Some(at) });
            }
            place += c.len_utf8();
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
        // Where a longer rest of the word is a word itself, the letters before the term are part
        // of it: `وكيل` is a deputy and not "and" with a measure.
        let mut listed = self.is_listed_word(at);
        for (number, place) in places.iter().copied().enumerate().skip(1) {
            let article = self.text.get(at..place).is_some_and(|letters| letters.ends_with('ل'));
            if !listed || (article && number > 0) {
                self.find_terms_at(place, Tolerances::PROCLITIC);
            }
            listed |= self.is_listed_word(place);
        }
    }

    /// Whether the rest of the word from byte `at` on is a word of its language.
    fn is_listed_word(&self, at: usize) -> bool {
        let (end, letters) = word_end(self.text, at, CharClass::Spaced);
        let rest = self.text.get(at..end).unwrap_or_default();
        letters <= INSIDE_LETTERS_MAX
            && language::proclitic_language(rest)
                .is_some_and(|language| word_forms::is_word(&normalise::normalise(rest), language))
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
}

impl CompiledTerms {
    /// All matches in an article, sorted by term and then by place.
    pub(super) fn find_in_article(&self, text: &ArticleText<'_>) -> Vec<TermMatch> {
        let mut found = Vec::new();
        let language = ArticleLanguage::of(text);
        for (field, item, part) in text.parts() {
            if self.wanted.has(field) {
                let scan = TextScan::new(self, part, &language, &mut found);
                TextScan { field, item, ..scan }.run();
            }
        }
        // Several spellings of a term may be found at one place. The nearest one is shown, and the
        // English one where other languages have the same form.
        let place = |s: &TermMatch| (s.term, s.field as u8, s.item, s.start);
        let distance = |s: &TermMatch| (s.used.count(), s.used.has(Tolerances::FORM), s.end);
        found.sort_unstable_by_key(|s| (place(s), distance(s)));
        found.dedup_by_key(|s| place(s));
        found
    }

    /// The terms found in a text that is no article, whatever fields they are searched in.
    pub(super) fn find_in_text(&self, text: &str) -> Vec<TermMatch> {
        let mut found = Vec::new();
        let language = ArticleLanguage::unknown();
        let scan = TextScan::new(self, text, &language, &mut found);
        TextScan { everywhere: true, ..scan }.run();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::FileFailurePersistence;

    use super::super::automaton::{FieldSet, TermCollector};
    use super::super::term::{Term, TermOptions};
    use super::*;

    /// The same pass, asking wherever a word may begin, whatever the filter says.
    fn unfiltered(lexicon: &CompiledTerms, text: &str, tag: Option<&str>) -> Vec<TermMatch> {
        let mut found = Vec::new();
        let language = language_of(tag);
        let pass = TextScan::new(lexicon, text, &language, &mut found);
        let mut pass = TextScan { everywhere: true, ..pass };
        let mut before = CharClass::Space;
        for (at, c) in text.char_indices() {
            let letter = characters::char_info(c);
            if letter.class == CharClass::Ignored || letter.joins {
                continue;
            }
            if letter.class == CharClass::Hangul || !before.forms_word_with(letter.class) {
                pass.find_terms_at(at, Tolerances::default());
                if pass.reads_proclitics() && !language::proclitics(c).is_empty() {
                    pass.after_proclitics(at);
                }
            }
            before = letter.class;
        }
        found
    }

    fn filtered(lexicon: &CompiledTerms, text: &str, tag: Option<&str>) -> Vec<TermMatch> {
        let mut found = Vec::new();
        let language = language_of(tag);
        let pass = TextScan::new(lexicon, text, &language, &mut found);
        TextScan { everywhere: true, ..pass }.run();
        found
    }

    /// The language of an article whose feed says `tag`; any where it says none.
    fn language_of(tag: Option<&str>) -> ArticleLanguage<'_> {
        tag.map_or_else(ArticleLanguage::unknown, |tag| ArticleLanguage::of_text("", Some(tag)))
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
                // Not those that are looked for inside words, which the pass without a filter does not.
                let term = term.trim().trim_start_matches(['=', '*']);
                let written = match mark {
                    0 => format!("={term}"),
                    1 => format!("{term}*"),
                    _ => term.to_owned(),
                };
                if let Ok(term) = Term::parse(&written, TermOptions::default()) {
                    draft.add(term, FieldSet::TEXT);
                }
            }
            let lexicon = CompiledTerms::build(draft).unwrap();
            let place = |s: &TermMatch| (s.term, s.start, s.end);
            // Each has a filter of its own: any language, English, one of many endings, and one
            // without data.
            for tag in [None, Some("en"), Some("pl"), Some("tr"), Some("ja")] {
                let mut ours: Vec<_> = filtered(&lexicon, &text, tag).iter().map(place).collect();
                let mut theirs: Vec<_> =
                    unfiltered(&lexicon, &text, tag).iter().map(place).collect();
                ours.sort_unstable();
                theirs.sort_unstable();
                prop_assert_eq!(ours, theirs, "{:?} in {:?}", text, tag);
            }
        }
    }
}
