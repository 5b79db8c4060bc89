//! Lists what a term became when the watchlist was compiled: its other spellings, and its forms in
//! each language. Nothing is searched that is not listed here.
use std::collections::BTreeMap;

use super::automaton::CompiledTerms;
use super::characters::{self, CharClass};
use super::term::{Spelling, Term, TermPart, WordStem};
use super::word_forms::{Endings, Language};

/// Forms of one term in one language that are listed. Phrases of inflected words have the product
/// of the forms of their words.
const FORMS_LISTED_MAX: usize = 2_000;

/// A term of the watchlist and all that it finds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TermListing {
    /// As the user wrote it.
    pub term: String,
    /// Only the same spelling counts.
    pub exact: bool,
    /// Other spellings, folded, each with the name of its tolerance.
    pub spellings: Vec<ListedSpelling>,
    /// The forms in each language that has some.
    pub forms: Vec<ListedForms>,
    /// It is a word of letters for which no language has forms.
    pub without_forms: bool,
}

/// Another spelling of a term.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ListedSpelling {
    /// Folded, as it is searched.
    pub text: String,
    /// The name of the tolerance.
    pub tolerance: String,
}

/// The forms of a term in one language.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ListedForms {
    /// The primary subtag of BCP 47.
    pub language: &'static str,
    /// Folded, as they are searched, sorted.
    pub forms: Vec<String>,
}

impl CompiledTerms {
    /// All terms, in the order of the watchlist.
    pub(super) fn listing(&self) -> impl Iterator<Item = TermListing> {
        self.terms().map(listing)
    }
}

/// The listing of one term.
fn listing(term: &Term) -> TermListing {
    let mut forms: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut spellings = Vec::new();
    for spelling in &term.spellings {
        let languages = languages(spelling);
        if let (true, Some(tolerance)) =
            (spelling.is_whole && spelling.tail.is_empty(), spelling.used.names())
        {
            spellings.push(ListedSpelling { text: spelling.head.to_string(), tolerance });
        }
        for language in languages {
            let listed = forms.entry(language.tag()).or_default();
            FormParts { language, tail: &spelling.tail }.begin(spelling, listed);
        }
    }
    let forms: Vec<_> = forms
        .into_iter()
        .map(|(language, mut forms)| {
            forms.sort_unstable();
            forms.dedup();
            ListedForms { language, forms }
        })
        .filter(|listed| !listed.forms.is_empty())
        .collect();
    let is_letter =
        |c: char| c.is_alphabetic() && characters::char_info(c).class == CharClass::Spaced;
    let is_word = term.plain.chars().all(|c| c == ' ' || is_letter(c));
    TermListing {
        term: term.written.clone(),
        exact: term.exact,
        spellings,
        without_forms: forms.is_empty() && is_word && !term.exact && term.tail().is_empty(),
        forms,
    }
}

/// The languages whose endings a spelling has.
fn languages(spelling: &Spelling) -> Vec<Language> {
    let mut found: Vec<Language> = Vec::new();
    let mut add = |endings: &[Endings]| {
        for one in endings {
            if !found.contains(&one.language()) {
                found.push(one.language());
            }
        }
    };
    if let Some(endings) = &spelling.endings {
        add(endings);
    }
    for part in spelling.tail.iter() {
        match part {
            TermPart::Word(stems) => stems.iter().for_each(|stem| add(&stem.endings)),
            TermPart::Text { .. } | TermPart::AnyEnding | TermPart::ShortEnding => {}
        }
    }
    found
}

/// What follows the literal of a spelling, read in one language.
struct FormParts<'t> {
    language: Language,
    tail: &'t [TermPart],
}

impl FormParts<'_> {
    /// Adds every text of a spelling.
    fn begin(&self, spelling: &Spelling, listed: &mut Vec<String>) {
        match &spelling.endings {
            None => self.expand(spelling.head.to_string(), 0, listed),
            Some(endings) => self.with_endings(&spelling.head, endings, 0, listed),
        }
    }

    /// Adds every text that `begun` can be continued to from part `at` on.
    fn expand(&self, begun: String, at: usize, listed: &mut Vec<String>) {
        if listed.len() >= FORMS_LISTED_MAX {
            return;
        }
        let Some(part) = self.tail.get(at) else {
            listed.push(begun);
            return;
        };
        match part {
            TermPart::Text { folded, .. } => self.expand(begun + folded, at + 1, listed),
            TermPart::AnyEnding | TermPart::ShortEnding => self.expand(begun, at + 1, listed),
            TermPart::Word(stems) => {
                for WordStem { text, endings } in stems.iter() {
                    self.with_endings(&format!("{begun} {text}"), endings, at + 1, listed);
                }
            }
        }
    }

    /// Adds the texts with each of these endings, continued from part `next` on.
    fn with_endings(
        &self,
        begun: &str,
        endings: &[Endings],
        next: usize,
        listed: &mut Vec<String>,
    ) {
        let own = endings.iter().filter(|one| one.language() == self.language);
        for ending in own.flat_map(|one| one.iter()) {
            self.expand(format!("{begun}{ending}"), next, listed);
        }
    }
}
