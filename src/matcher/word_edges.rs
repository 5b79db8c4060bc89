//! Judges the edges of a term: whether a match that begins right is all of the term, and where it
//! ends.
//!
//! `scan.rs` asks only at places where a word begins, or after an Arabic or Hebrew prefix
//! (`language.rs`), so in scripts with spaces the left edge is given. The right edge is judged here:
//! the term must end where the word ends, or before an ending that does not change what the word
//! names: a plural, a possessive. Which characters make one word is decided by
//! [`CharClass::forms_word_with`]. In Hangul and in scripts without spaces `joined_words.rs` judges
//! both edges.
use std::ops::Range;

use super::characters::{self, CharClass};
use super::normalise::{self, class_after, word_end};
use super::term::{Term, TermPart, ends_open};
use super::tolerances::Tolerances;
use super::unspaced_edges::UnspacedWords;

/// The longest ending that `~` stands for, in letters: Russian and Greek endings have up to four.
const ENDING_LETTERS_MAX: usize = 4;

impl Term {
    /// Judges a match whose first literal is at `place` of `text`. `None` if it is not the term.
    /// Otherwise the end of the whole match, and the tolerances it needed together with those in
    /// `used`.
    pub(super) fn match_rest(
        &self,
        text: &str,
        place: Range<usize>,
        mut used: Tolerances,
        words: &mut UnspacedWords,
    ) -> Option<(usize, Tolerances)> {
        let Range { start, mut end } = place;
        // The automaton found the folded text. `=` asks for the exact spelling, so the original is
        // compared.
        if self.exact && normalise::spelling(text.get(start..end)?) != self.head_spelling {
            return None;
        }
        let mut last = self.head.chars().next_back().unwrap_or(' ');
        for piece in &self.tail {
            match piece {
                TermPart::Text { folded, spelling } => {
                    let to = match_folded(text, end, folded)?;
                    if self.exact && normalise::spelling(text.get(end..to)?) != *spelling {
                        return None;
                    }
                    end = to;
                    last = folded.chars().next_back()?;
                }
                TermPart::AnyEnding | TermPart::ShortEnding => {
                    let (to, letters) = word_end(text, end, characters::char_info(last).class);
                    let ending = *piece == TermPart::ShortEnding;
                    if ending && letters > ENDING_LETTERS_MAX {
                        return None;
                    }
                    if to > end {
                        used.add(if ending { Tolerances::ENDING } else { Tolerances::PREFIX });
                    }
                    end = to;
                }
            }
        }
        // A wildcard at the end has taken the rest of the word, so there is no edge to judge.
        if !ends_open(&self.tail) {
            end = self.right_edge(text, end, &mut used)?;
        }
        end = self.stands_at(text, start..end, &mut used, words)?;
        if !self.dashes.is_empty()
            && !used.has(Tolerances::SPACING)
            && normalise::dashes(text.get(start..end)?) != self.dashes
        {
            used.add(Tolerances::HYPHEN);
        }
        Some((end, used))
    }

    /// The end of the term if it may end at `end`: at the edge of a word, or before an ending that
    /// does not change what the word names.
    fn right_edge(&self, text: &str, end: usize, used: &mut Tolerances) -> Option<usize> {
        let mut end = end;
        // Where Hangul goes on behind Hangul, `joined_words.rs` judges.
        if self.last == CharClass::Spaced && self.last.forms_word_with(class_after(text, end)) {
            if self.exact {
                return None;
            }
            let (to, letters) = word_end(text, end, self.last);
            if letters > ENDING_LETTERS_MAX {
                return None;
            }
            let rest = normalise::normalise(text.get(end..to)?);
            // The literal of the other plural (`treaties`) takes no second plural.
            let singular = !used.has(Tolerances::PLURAL);
            used.add(
                (singular && self.tolerates.plural && self.takes_plural(&rest))
                    .then_some(Tolerances::PLURAL)?,
            );
            end = to;
        }
        // A possessive belongs to the match, so that a reader sees the whole word marked.
        if self.tolerates.possessive
            && let Some(to) = match_folded(text, end, "'s")
            && !CharClass::Spaced.forms_word_with(class_after(text, to))
        {
            used.add(Tolerances::POSSESSIVE);
            end = to;
        }
        Some(end)
    }

    /// Whether `ending` makes an English plural of the last word of the term.
    fn takes_plural(&self, ending: &str) -> bool {
        let word = match self.tail.last() {
            Some(TermPart::Text { folded, .. }) => folded,
            Some(TermPart::AnyEnding | TermPart::ShortEnding) | None => &self.head,
        };
        let hisses = ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| word.ends_with(end));
        match ending {
            "s" => !word.ends_with('s'),
            "es" => hisses,
            _ => false,
        }
    }
}

/// The end of `folded` in `text` if it begins at byte `at`; `None` if something else is there.
pub(super) fn match_folded(text: &str, at: usize, folded: &str) -> Option<usize> {
    let mut rest = folded;
    let (mut end, mut buffer) = (at, String::new());
    while !rest.is_empty() {
        buffer.clear();
        let step = normalise::fold_cluster(text, end, &mut buffer)?;
        rest = rest.strip_prefix(buffer.as_str())?;
        end = step.end;
    }
    Some(end)
}
