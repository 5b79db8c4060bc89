//! The state of the pass over one field of an article. `scan.rs` makes the pass, and
//! `automaton_walk.rs` searches at one place.
use aho_corasick::automaton::StateID;

use super::article_language::ArticleLanguage;
use super::automaton::{CompiledTerms, TermMatch};
use super::language_set::LanguageSet;
use super::letters::LetterContext;
use super::prefilter::Prefilter;
use super::tolerances::Tolerances;
use super::unspaced_edges::UnspacedWords;
use super::word_forms::Language;
use super::word_key;
use crate::domain::Field;

/// The pass over one field of an article.
pub(super) struct TextScan<'a> {
    /// The terms to search.
    pub(super) lexicon: &'a CompiledTerms,
    /// Says where the automaton need not be asked.
    pub(super) filter: &'a Prefilter,
    /// The text of one field.
    pub(super) text: &'a str,
    pub(super) field: Field,
    pub(super) item: usize,
    /// Where matches are recorded.
    pub(super) found: &'a mut Vec<TermMatch>,
    /// Finds every term, whatever fields it is searched in. The lint needs this.
    pub(super) everywhere: bool,
    /// How the text is written.
    pub(super) letters: LetterContext<'a>,
    /// The language of the article.
    pub(super) language: &'a ArticleLanguage<'a>,
    /// The language that the feed says, if there are word forms for it.
    pub(super) stated: Option<Language>,
    /// The folded bytes of the current step; kept here so that not each step allocates.
    pub(super) fold: String,
    /// The words around the last match in a script without spaces.
    pub(super) words: UnspacedWords,
    /// The word behind the last one that was asked about.
    pub(super) next_word: NextWord,
    /// Other ways to read the text at the place that is being searched.
    pub(super) paths: Vec<Path>,
}

/// The key of the word behind another. Many literals are found at the beginning of one word.
#[derive(Default)]
pub(super) struct NextWord {
    /// Where the word before it ends.
    end: usize,
    /// `None` if finding it would take long.
    key: Option<u64>,
}

impl NextWord {
    /// The key of the word behind the one that ends at byte `end`.
    pub(super) fn of_word_to(&mut self, end: usize, text: &str) -> Option<u64> {
        if self.end != end {
            *self = Self { end, key: word_key::next_key(text, end) };
        }
        self.key
    }
}

/// A walk through the automaton.
#[derive(Clone, Copy)]
pub(super) struct Path {
    pub(super) state: StateID,
    /// The byte of the text that is read next.
    pub(super) end: usize,
    /// Folded bytes read so far.
    pub(super) fed: usize,
    /// The tolerances needed so far.
    pub(super) used: Tolerances,
}

/// Where a term may begin.
#[derive(Clone, Copy)]
pub(super) struct Beginning {
    pub(super) at: usize,
    pub(super) used: Tolerances,
    /// The beginning of the word that the place is inside of.
    pub(super) word: Option<usize>,
}

impl<'a> TextScan<'a> {
    /// A pass over `text`. Field and item are set by who makes it for an article.
    pub(super) fn new(
        lexicon: &'a CompiledTerms,
        text: &'a str,
        language: &'a ArticleLanguage<'a>,
        found: &'a mut Vec<TermMatch>,
    ) -> Self {
        let field = Field::Title;
        Self {
            lexicon,
            filter: lexicon.filter(language.plain().unwrap_or(LanguageSet::ALL)),
            text,
            field,
            item: 0,
            found,
            everywhere: false,
            letters: LetterContext::new(text, language.tag),
            stated: language.stated(),
            language,
            fold: String::new(),
            words: UnspacedWords::default(),
            next_word: NextWord::default(),
            paths: Vec::new(),
        }
    }
}
