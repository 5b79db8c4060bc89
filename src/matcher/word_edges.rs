//! Judges the edges of a term: whether a match that begins right is all of the term, and where it
//! ends.
//!
//! `scan.rs` asks only at places where a word begins, or after an Arabic or Hebrew prefix
//! (`language.rs`), so in scripts with spaces the left edge is given. The right edge is judged here:
//! the term must end where the word ends, or before an ending that does not change what the word
//! names: a plural, a possessive. Which characters make one word is decided by
//! [`CharClass::forms_word_with`]. In Hangul and in scripts without spaces `joined_words.rs` judges
//! both edges.
use std::cell::OnceCell;
use std::ops::Range;

use super::article_language::ArticleLanguage;
use super::capitals::{self, CapitalRule};
use super::characters::{self, CharClass};
use super::folded_match::{match_folded, match_phrase};
use super::language;
use super::language_set;
use super::letters::{self, LetterContext};
use super::normalise::{self, class_after, word_end};
use super::number_edges;
use super::optional_punctuation;
use super::rest_of_word::RestOfWord;
use super::term::{Spelling, Term, TermPart, WordStem};
use super::tolerances::Tolerances;
use super::unspaced_edges::UnspacedWords;
use super::word_forms::{self, Endings, Language};

/// The longest ending that `~` stands for, in letters: Russian and Greek endings have up to four.
const ENDING_LETTERS_MAX: usize = 4;
/// The shortest term that keeps its meaning in a compound of the dictionary, in letters.
const OPAQUE_LETTERS_MAX: usize = 8;
/// The shortest term that is found as the first part of a compound, in letters. What a compound is
/// about is said by its last part, so only a long and special first part is news of the term.
const FIRST_LETTERS_MIN: usize = 11;
/// The text in which a term is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeContext<'a> {
    /// The text of the field.
    pub(super) text: &'a str,
    /// How it is written.
    pub(super) letters: &'a LetterContext<'a>,
    /// The language of the article.
    pub(super) language: &'a ArticleLanguage<'a>,
    /// What is left of the word behind the literal that was found, once it was asked for: many
    /// terms may begin with one literal.
    pub(super) rest: &'a OnceCell<Option<RestOfWord<'a>>>,
}

/// A place where the first literal of a spelling was found.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The bytes of the literal.
    pub(super) place: Range<usize>,
    /// The tolerances needed so far.
    pub(super) used: Tolerances,
}

/// The end of a match, and the tolerances it needed.
#[derive(Clone, Copy, Debug)]
struct Reached {
    end: usize,
    used: Tolerances,
    /// The end of the letters that the term itself has, before an ending.
    letters_end: usize,
}

impl EdgeContext<'_> {
    /// Judges a match of `spelling`. `None` if it is not the term. Otherwise the end of the whole
    /// match, and all tolerances it needed.
    pub(super) fn match_rest(
        &self,
        term: &Term,
        spelling: &Spelling,
        candidate: &Candidate,
        words: &mut UnspacedWords,
    ) -> Option<(usize, Tolerances)> {
        let Candidate { place: Range { start, end }, used } = candidate.clone();
        // The automaton found the folded text. `=` asks for the exact spelling, so the original is
        // compared.
        if term.exact && normalise::spelling(self.text.get(start..end)?) != term.head_spelling {
            return None;
        }
        let mut reached = Reached { end, used, letters_end: end };
        reached.used.add(spelling.used);
        if spelling.tail.is_empty() {
            self.end_of_head(term, spelling, start, &mut reached)?;
        } else {
            self.match_tail(term, spelling, start, &mut reached)?;
        }
        self.possessive(term, &mut reached);
        reached.end = term.stands_at(self.text, start..reached.end, &mut reached.used, words)?;
        self.judge_characters(term, spelling, start, &mut reached)?;
        // The word as it is written has a spelling of its own, which is judged letter by letter.
        let same_letters = |found| normalise::normalise(found) == term.head();
        if reached.used.has(Tolerances::FORM)
            && self.text.get(start..reached.end).is_some_and(same_letters)
        {
            return None;
        }
        Some((reached.end, reached.used))
    }

    /// The end of a spelling that is one literal: where the word ends, or with an ending.
    fn end_of_head(
        &self,
        term: &Term,
        spelling: &Spelling,
        start: usize,
        reached: &mut Reached,
    ) -> Option<()> {
        let inside = term.last.forms_word_with(class_after(self.text, reached.end));
        if !inside && spelling.is_whole {
            return Some(());
        }
        if let Some(endings) = &spelling.endings
            && self.form_ending(endings, self.rest(reached.end), reached).is_some()
        {
            return Some(());
        }
        if spelling.is_whole { self.right_edge(term, start, reached) } else { None }
    }

    /// Goes over what follows the literal of a spelling.
    fn match_tail(
        &self,
        term: &Term,
        spelling: &Spelling,
        start: usize,
        reached: &mut Reached,
    ) -> Option<()> {
        if let Some(endings) = &spelling.endings {
            self.form_ending(endings, self.rest(reached.end), reached)?;
        }
        let mut last = spelling.head.chars().next_back().unwrap_or(' ');
        for part in spelling.tail.iter() {
            self.match_part(term, part, characters::char_info(last).class, reached)?;
            if let TermPart::Text { folded, .. } = part {
                last = folded.chars().next_back()?;
            }
        }
        if spelling.ends_open() { Some(()) } else { self.right_edge(term, start, reached) }
    }

    /// Whether a German word with a small letter was taken for a form of a noun: `waren` is no form
    /// of `Ware`. German writes all nouns with a capital, and only nouns.
    pub(super) fn is_no_noun(&self, term: &Term, start: usize, used: Tolerances) -> bool {
        let small = |text: Option<&str>| {
            text.and_then(|text| text.chars().next()).is_some_and(char::is_lowercase)
        };
        [Tolerances::FORM, Tolerances::COMPOUND, Tolerances::ACCENT]
            .iter()
            .any(|one| used.has(*one))
            && self.language.stated().is_some_and(|language| language.tag() == "de")
            && small(self.text.get(start..))
            && !small(Some(&term.plain))
    }

    /// What stands before a term inside a word, if the term may be found there: any beginning,
    /// where it was asked for, or the other part of a compound.
    pub(super) fn left_part(&self, term: &Term, part: Range<usize>) -> Option<Tolerances> {
        if term.any_beginning {
            return Some(Tolerances::SUFFIX);
        }
        let language = self.language.stated().filter(|one| term.may_end_compound(*one))?;
        let left = normalise::normalise(self.text.get(part)?);
        if !word_forms::is_compound_part(&left, language) {
            return None;
        }
        // A short word in a compound of the dictionary has lost its own meaning: there is no time
        // in `Hochzeit`. A long one keeps it: `Atomkraftwerk`.
        let compound = left + term.head();
        (term.plain.chars().count() >= OPAQUE_LETTERS_MAX
            || !word_forms::is_listed(&compound, language))
        .then_some(Tolerances::COMPOUND)
    }

    /// Goes over one part of the tail of a term. `class` is that of the character before it.
    fn match_part(
        &self,
        term: &Term,
        part: &TermPart,
        class: CharClass,
        reached: &mut Reached,
    ) -> Option<()> {
        let text = self.text;
        match part {
            TermPart::Text { folded, spelling } => {
                let to = if term.exact {
                    match_folded(text, reached.end, folded)?
                } else {
                    match_phrase(text, reached.end, folded)?
                };
                if term.exact && normalise::spelling(text.get(reached.end..to)?) != **spelling {
                    return None;
                }
                reached.end = to;
                reached.letters_end = to;
            }
            TermPart::AnyEnding | TermPart::ShortEnding => {
                let (to, letters) = word_end(text, reached.end, class);
                let ending = matches!(part, TermPart::ShortEnding);
                if ending && letters > ENDING_LETTERS_MAX {
                    return None;
                }
                if to > reached.end {
                    let more = if ending { Tolerances::ENDING } else { Tolerances::PREFIX };
                    reached.used.add(more);
                }
                reached.end = to;
            }
            TermPart::Word(stems) => self.word_in_any_form(stems, reached)?,
        }
        Some(())
    }

    /// What is left of the word behind the literal, which ends at byte `at`.
    fn rest(&self, at: usize) -> Option<&RestOfWord<'_>> {
        self.rest.get_or_init(|| RestOfWord::at(self.text, at, CharClass::Spaced)).as_ref()
    }

    /// The end of the word in which the literal ends at byte `at`. `None` if it is too long to be
    /// judged.
    pub(super) fn word_end(&self, at: usize) -> Option<usize> {
        self.rest(at).map(|rest| rest.end)
    }

    /// Goes over the rest of the word, if it is one of these endings in the language of the
    /// article.
    fn form_ending(
        &self,
        endings: &[Endings],
        rest: Option<&RestOfWord<'_>>,
        reached: &mut Reached,
    ) -> Option<()> {
        let rest = rest?;
        let spoken = self.language.languages();
        let found =
            endings.iter().find(|one| spoken.has(one.language()) && one.contains(&rest.folded))?;
        let english = language_set::is_english(found.language());
        reached.used.add(if english { Tolerances::NUMBER } else { Tolerances::FORM });
        reached.end = rest.end;
        Some(())
    }

    /// A space, and the longest stem that fits with one of its endings.
    fn word_in_any_form(&self, stems: &[WordStem], reached: &mut Reached) -> Option<()> {
        let from = Reached { end: match_phrase(self.text, reached.end, " ")?, ..*reached };
        stems.iter().find_map(|stem| {
            let mut one = from;
            one.end = match_folded(self.text, from.end, &stem.text)?;
            one.letters_end = one.end;
            let rest = RestOfWord::at(self.text, one.end, CharClass::Spaced);
            self.form_ending(&stem.endings, rest.as_ref(), &mut one)?;
            *reached = one;
            Some(())
        })
    }

    /// Moves to the end of the term if it may end here: at the edge of a word, or before an ending
    /// that does not change what the word names.
    fn right_edge(&self, term: &Term, start: usize, reached: &mut Reached) -> Option<()> {
        // Where Hangul goes on behind Hangul, `joined_words.rs` judges.
        if term.last != CharClass::Spaced
            || !term.last.forms_word_with(class_after(self.text, reached.end))
        {
            return Some(());
        }
        if term.exact {
            return None;
        }
        let rest = RestOfWord::at(self.text, reached.end, term.last)?;
        let more = self.continued_word(term, start, &rest);
        reached.used.add(more?);
        reached.end = rest.end;
        Some(())
    }

    /// How a word of a script with spaces may go on behind the term.
    fn continued_word(
        &self,
        term: &Term,
        start: usize,
        rest: &RestOfWord<'_>,
    ) -> Option<Tolerances> {
        if term.tolerates.model && rest.folded == "s" {
            return Some(Tolerances::NUMBER);
        }
        let mut after = rest.written.chars();
        if term.tolerates.model
            && after.next().is_some_and(|c| c.is_ascii_uppercase())
            && after.next().is_none()
        {
            return Some(Tolerances::MODEL);
        }
        let language = self
            .language
            .stated()
            .filter(|language| language::compound_head_letters_min(*language).is_some())?;
        (term.options.languages.has(language)
            && term.dashes.is_empty()
            && term.plain.chars().count() >= FIRST_LETTERS_MIN
            && word_forms::is_compound_part(&rest.folded, language)
            && !self.is_listed_at(start, language))
        .then_some(Tolerances::COMPOUND)
    }

    /// Whether the word at a place is a word of its own in the lists of the language. Such a
    /// compound has a meaning of its own: a `Hauptstadt` is no news of any `Stadt`.
    fn is_listed_at(&self, start: usize, language: Language) -> bool {
        let (end, _) = word_end(self.text, start, CharClass::Spaced);
        let whole = normalise::normalise(self.text.get(start..end).unwrap_or_default());
        word_forms::is_word(&whole, language)
    }

    /// A possessive belongs to the match, so that a reader sees the whole word marked.
    fn possessive(&self, term: &Term, reached: &mut Reached) {
        if term.tolerates.possessive
            && let Some(to) = match_folded(self.text, reached.end, "'s")
            && !CharClass::Spaced.forms_word_with(class_after(self.text, to))
        {
            reached.used.add(Tolerances::POSSESSIVE);
            reached.end = to;
        }
    }

    /// Judges what folding took away: accents, capitals, dots, and the digits around a number.
    fn judge_characters(
        &self,
        term: &Term,
        spelling: &Spelling,
        start: usize,
        reached: &mut Reached,
    ) -> Option<()> {
        let found = self.text.get(start..reached.letters_end)?;
        if number_edges::cuts_number(self.text, start, reached.end) {
            return None;
        }
        if term.exact {
            return Some(());
        }
        if found.contains('.')
            && optional_punctuation::inside_acronym(self.text, start, reached.letters_end)
        {
            return None;
        }
        if term.options.off.has(Tolerances::CASE) && !capitals::same_case(&term.plain, found) {
            return None;
        }
        if term.capitals != CapitalRule::Free {
            reached.used.add(term.capitals.agree(
                found,
                self.letters,
                self.language.languages(),
            )?);
        }
        if spelling.spells_out {
            if !letters::spells_out(&term.plain, found) {
                return None;
            }
        } else if term.dashes.is_empty() || spelling.tail.is_empty() {
            let inflected = !spelling.tail.is_empty() || reached.used.has(Tolerances::FORM);
            reached.used.add(letters::agree(
                &term.plain,
                self.letters,
                start..reached.letters_end,
                inflected,
            )?);
        }
        if reached.used.has(Tolerances::SPACING) {
            return Some(());
        }
        if !term.dashes.is_empty() && normalise::dashes(found) != term.dashes {
            reached.used.add(Tolerances::HYPHEN);
        }
        Some(())
    }
}
