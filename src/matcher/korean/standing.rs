//! Judges whether a term may stand at a place of a text where Hangul goes on before or behind it.
use std::ops::Range;

use super::reading::{Before, Word};
use crate::matcher::characters::{self, CharClass};
use crate::matcher::language;
use crate::matcher::normalise::{self, char_at};

/// Syllables before or behind a term that are read. In a longer word, which no Korean text has, the
/// term is found.
const REST_SYLLABLES_MAX: usize = 16;
/// The longest term that is judged, in syllables. A longer one does not stand in a text by chance.
const TERM_SYLLABLES_MAX: usize = 16;

/// What stands beside a term in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::matcher) enum Standing {
    /// Nothing.
    Alone,
    /// A particle behind it, which ends at this byte.
    Particle(usize),
    /// Another word.
    Compound,
}

/// What stands beside a term at `place` of `text`; `None` if the term is no word there. `open` says
/// that the term ends in a wildcard.
pub(in crate::matcher) fn stand(text: &str, place: &Range<usize>, open: bool) -> Option<Standing> {
    let folded = |range: Range<usize>| normalise::normalise(text.get(range).unwrap_or_default());
    let first = char_at(text, place.start);
    let last = text.get(..place.end).and_then(|text| text.chars().next_back());
    let start = if is_hangul(first) { word_start(text, place.start) } else { Some(place.start) };
    let end = if !open && is_hangul(last) { word_end(text, place.end) } else { Some(place.end) };
    let (Some(start), Some(end)) = (start, end) else { return Some(Standing::Compound) };
    if start == place.start && end == place.end {
        return Some(Standing::Alone);
    }
    let (left, term, right) =
        (folded(start..place.start), folded(place.clone()), folded(place.end..end));
    let before = what_stands_before(text, start);
    let stands = if term.chars().all(is_syllable) {
        has_edges(&Parts { left: &left, term: &term, right: &right, open }, before)
    } else {
        // Only the Hangul at either end of the term belongs to the word.
        let other = |c: char| !is_syllable(c);
        let head = term.split(other).next().unwrap_or_default();
        let tail = term.rsplit(other).next().unwrap_or_default();
        let at_head = Parts { left: &left, term: head, right: "", open: true };
        let at_tail = Parts { left: "", term: tail, right: &right, open: false };
        (left.is_empty() || has_edges(&at_head, before))
            && (right.is_empty() || has_edges(&at_tail, Before::Letter))
    };
    let particle = left.is_empty()
        && term.chars().next_back().is_some_and(|last| language::is_particle(last, &right));
    let standing = if particle { Standing::Particle(end) } else { Standing::Compound };
    stands.then_some(standing)
}

/// Whether the folded term `term` may be parted by a space behind so many syllables: it consists of
/// two words there.
pub(in crate::matcher) fn may_be_parted(term: &str, syllables: usize) -> bool {
    let Some((at, _)) = term.char_indices().nth(syllables) else { return true };
    let (head, tail) = term.split_at(at);
    term.chars().any(|c| !is_syllable(c))
        || has_edges(&Parts { left: "", term: head, right: tail, open: false }, Before::Space)
}

/// The folded parts of a word with a term in it.
#[derive(Clone, Copy, Debug)]
struct Parts<'a> {
    left: &'a str,
    term: &'a str,
    right: &'a str,
    /// The right edge of the term does not matter.
    open: bool,
}

/// Whether the word may be read with edges at the term.
fn has_edges(parts: &Parts<'_>, before: Before) -> bool {
    let Parts { left, term, right, open } = *parts;
    let from = left.chars().count();
    let to = from + term.chars().count();
    let syllables: Vec<char> = [left, term, right].iter().flat_map(|part| part.chars()).collect();
    // Single letters (`ㄱ`) are no words, so there is nothing to judge.
    term.is_empty()
        || to - from > TERM_SYLLABLES_MAX
        || !syllables.iter().all(|c| is_syllable(*c))
        || Word { syllables, term: from..to, open, before }.has_edges()
}

/// What stands before byte `at`, where a word begins.
fn what_stands_before(text: &str, at: usize) -> Before {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    match before {
        Some(')' | ']' | '}' | '>' | '」' | '』' | '》' | '〉' | '”' | '’' | '"' | '\'' | '%') => {
            Before::Closing
        }
        Some(c) if c.is_alphanumeric() => Before::Letter,
        Some(_) | None => Before::Space,
    }
}

/// The byte where the Hangul word begins that goes on at `at`. `None` if it is too long.
fn word_start(text: &str, at: usize) -> Option<usize> {
    let (mut start, mut syllables) = (at, 0);
    for (place, c) in text.get(..at)?.char_indices().rev() {
        let letter = characters::char_info(c);
        match letter.class {
            CharClass::Ignored => {}
            CharClass::Hangul => {
                start = place;
                syllables += usize::from(!letter.joins);
            }
            CharClass::Space
            | CharClass::Dash
            | CharClass::Apostrophe
            | CharClass::Other
            | CharClass::Spaced
            | CharClass::Unspaced => break,
        }
        if syllables > REST_SYLLABLES_MAX {
            return None;
        }
    }
    Some(start)
}

/// The byte where the Hangul word ends that goes on at `at`. `None` if it is too long.
fn word_end(text: &str, at: usize) -> Option<usize> {
    let (mut end, mut syllables) = (at, 0);
    for (place, c) in text.get(at..)?.char_indices() {
        let letter = characters::char_info(c);
        match letter.class {
            CharClass::Ignored => {}
            CharClass::Hangul => {
                end = at + place + c.len_utf8();
                syllables += usize::from(!letter.joins);
            }
            CharClass::Space
            | CharClass::Dash
            | CharClass::Apostrophe
            | CharClass::Other
            | CharClass::Spaced
            | CharClass::Unspaced => break,
        }
        if syllables > REST_SYLLABLES_MAX {
            return None;
        }
    }
    Some(end)
}

fn is_hangul(c: Option<char>) -> bool {
    c.is_some_and(|c| characters::char_info(c).class == CharClass::Hangul)
}

fn is_syllable(c: char) -> bool {
    matches!(c, '가'..='힣')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(term: &str, text: &str) -> bool {
        let at = text.find(term).unwrap();
        stand(text, &(at..at + term.len()), false).is_some()
    }

    #[test]
    fn a_term_stands_beside_particles_endings_and_other_nouns() {
        for (term, text) in [
            ("독일", "독일서"),
            ("독일", "독일에서만은"),
            ("독일", "독일인들에게는"),
            ("프랑스", "프랑스보다도"),
            ("제재", "제재하겠다고"),
            ("해킹", "해킹당했다"),
            ("선거", "대통령선거"),
            ("선거", "선거운동을"),
            ("파업", "총파업을"),
            ("지진", "대지진이"),
            ("수출", "재수출"),
            ("지소미아", "한일지소미아를"),
            ("호르무즈", "호르무즈해협에서"),
            ("푸틴", "푸틴이라도"),
            ("시진핑", "시진핑만이"),
            ("이재명", "이재명이랑"),
        ] {
            assert!(stands(term, text), "{term} in {text}");
        }
    }

    #[test]
    fn a_term_does_not_stand_inside_another_word() {
        for (term, text) in [
            ("원전", "회원전용"),
            ("유가", "이유가"),
            ("이라크", "아이라크림"),
            ("서울", "수출선서울음"),
            ("경제", "안경제조"),
            ("정부", "가정부"),
            ("호주", "간호주임"),
            ("회담", "교회담장"),
            ("가자", "돌아가자"),
            ("사드", "코사드림"),
            ("미사", "미사일을"),
            ("조선", "유조선이"),
        ] {
            assert!(!stands(term, text), "{term} in {text}");
        }
    }

    #[test]
    fn a_closing_bracket_makes_an_ending_likelier() {
        assert!(!stands("이란", "한통(韓通)이란다"));
        assert!(stands("이란", "한국과 이란이"));
    }

    #[test]
    fn a_term_is_parted_between_words_only() {
        assert!(may_be_parted("수출규제", 2));
        assert!(may_be_parted("국가안보실", 2));
        assert!(!may_be_parted("중국", 1));
        assert!(!may_be_parted("핵실험", 2));
    }

    #[test]
    fn a_word_without_an_end_is_not_read() {
        let text = "사드".repeat(1 << 20);
        assert_eq!(stand(&text, &(3_000_000..3_000_006), false), Some(Standing::Compound));
    }
}
