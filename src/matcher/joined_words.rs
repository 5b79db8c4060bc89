//! Judges a match in scripts whose words are written together and apart: whether it stands at the
//! edges of words, whether a space in it is where two words meet, and which differences of spelling
//! it tolerated.
use std::ops::Range;

use icu_normalizer::ComposingNormalizer;

use super::characters::{self, CharClass};
use super::korean::{self, Standing};
use super::normalise::{class_after, class_before, may_be_together};
use super::term::Term;
use super::tolerances::Tolerances;
use super::unspaced_edges::UnspacedWords;

/// A space, dash or dot between two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    /// Letters before it.
    letters: usize,
    /// It is a dot.
    dot: bool,
}

impl Term {
    /// The end of the match at `place` if it may stand there; the differences that it tolerated are
    /// added to `used`.
    pub(super) fn stands_at(
        &self,
        text: &str,
        place: Range<usize>,
        used: &mut Tolerances,
        words: &mut UnspacedWords,
    ) -> Option<usize> {
        let found = text.get(place.clone())?;
        let first = characters::char_info(found.chars().next()?).class;
        let last = characters::char_info(found.chars().next_back()?).class;
        let joined = |class| matches!(class, CharClass::Hangul | CharClass::Unspaced);
        if !joined(first) && !joined(last) {
            return Some(place.end);
        }
        let open = self.ends_open();
        if !words.may_stand(text, &place, open) {
            return None;
        }
        let mut end = place.end;
        if first == CharClass::Hangul || last == CharClass::Hangul {
            end = self.korean_end(text, &place, used)?;
        }
        if !self.exact {
            self.compare_spelling(found, used)?;
        }
        Some(end)
    }

    /// The end of a match that begins or ends with Hangul, its particle included; `None` if the term
    /// is no word there.
    fn korean_end(&self, text: &str, place: &Range<usize>, used: &mut Tolerances) -> Option<usize> {
        let open = self.ends_open();
        if self.exact {
            let found = text.get(place.clone())?;
            let first = characters::char_info(found.chars().next()?).class;
            let last = characters::char_info(found.chars().next_back()?).class;
            let inside = first.forms_word_with(class_before(text, place.start))
                || (!open && last.forms_word_with(class_after(text, place.end)));
            return (!inside).then_some(place.end);
        }
        match korean::stand(text, place, open)? {
            Standing::Alone => Some(place.end),
            Standing::Particle(end) => {
                used.add(Tolerances::PARTICLE);
                Some(end)
            }
            Standing::Compound => {
                used.add(Tolerances::COMPOUND);
                Some(place.end)
            }
        }
    }

    /// Notes how `found` is spelled otherwise than the term. `None` if it has a space inside a word
    /// of the term.
    fn compare_spelling(&self, found: &str, used: &mut Tolerances) -> Option<()> {
        let letters = |text: &str| -> Vec<char> {
            let one_width = ComposingNormalizer::new_nfkc().normalize(text);
            one_width
                .chars()
                .filter(|c| characters::char_info(*c).class == CharClass::Unspaced)
                .collect()
        };
        if self.tail().is_empty() && letters(found) != letters(&self.head_spelling) {
            used.add(Tolerances::LETTER);
        }
        let (own, other) = (gaps(&self.head_spelling), gaps(found));
        let common = own.len() == other.len()
            && own.iter().zip(&other).all(|(one, two)| one.letters == two.letters);
        if self.tail().is_empty() && !common {
            used.add(Tolerances::SPACING);
            let new = other
                .iter()
                .filter(|gap| !gap.dot && !own.iter().any(|one| one.letters == gap.letters));
            let parts = |gap: &Gap| korean::may_be_parted(self.head(), gap.letters);
            return new.into_iter().all(parts).then_some(());
        }
        Some(())
    }
}

/// The places in `text` where words that may be written together are apart.
fn gaps(text: &str) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let (mut letters, mut before) = (0, None);
    let mut separator: Option<Gap> = None;
    for c in text.chars() {
        let letter = characters::char_info(c);
        if letter.class == CharClass::Ignored || letter.joins {
            continue;
        }
        if letter.class.is_word() {
            let together = |before| may_be_together(before, c);
            gaps.extend(separator.take().filter(|_| before.is_some_and(together)));
            letters += 1;
            before = Some(c);
        } else {
            separator = Some(Gap { letters, dot: letter.class == CharClass::Other });
        }
    }
    gaps
}
