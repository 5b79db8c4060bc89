//! Judges the edges of a term in scripts that put no spaces between words: Han, Kana, Thai and
//! their like. A dictionary (`icu_segmenter`) says where the words of the text are, and a term may
//! not cut one of them in two: 京都 is not in 東京都.
//!
//! The dictionary need not know the term itself, so edges inside the term are not looked at.
use std::ops::Range;
use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

use super::characters::{self, CharClass};
use super::kana;

/// Characters before and behind a term that are divided into words with it. A passage without
/// punctuation is seldom longer, and a longer one costs more than it adds.
const CONTEXT_CHARS_MAX: usize = 32;
/// Bytes at an end of the divided passage in which a word may be divided wrongly, because the
/// passage was cut off there: eight characters of three bytes.
const UNCERTAIN_BYTES: usize = 24;
/// The shortest term that is found whatever words it cuts, in Han characters. So many characters
/// do not meet by chance.
const CERTAIN_HAN_CHARS: usize = 4;
/// The shortest Katakana term that is found at either end of a Katakana word, in characters, and
/// the shortest rest of that word. Shorter ones are often other words: インド in インドネシア.
const KATAKANA_PART_CHARS_MIN: usize = 4;
const KATAKANA_REST_CHARS_MIN: usize = 3;

/// How the words of a script are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    /// Han and Hiragana: words are of one to four characters, and compounds are made freely.
    Han,
    /// Katakana: what is written together is mostly one word.
    Katakana,
    /// Thai, Lao, Khmer, Burmese and others.
    Other,
}

impl Writing {
    fn of(c: char) -> Self {
        match c {
            _ if kana::is_katakana(c) => Self::Katakana,
            'ぁ'..='ゟ' | '々' | '〆' | '㐀'..='鿿' | '豈'..='\u{FAFF}' | '𠀀'..='\u{3FFFF}' => {
                Self::Han
            }
            _ => Self::Other,
        }
    }
}

/// One edge of a term, between two characters of scripts without spaces.
#[derive(Clone, Copy, Debug)]
struct Edge {
    /// The byte of the edge.
    at: usize,
    /// Whether it is where the term begins.
    begins: bool,
    /// The characters before and behind it.
    before: char,
    after: char,
}

/// The words of the passage that was divided last. Several terms in one passage divide it once.
#[derive(Debug, Default)]
pub(super) struct UnspacedWords {
    /// The bytes of the passage.
    passage: Range<usize>,
    /// The part of the passage in which no word was divided wrongly because the passage was cut
    /// off.
    certain: Range<usize>,
    /// Where words begin and end, as bytes of the text, in order.
    breaks: Vec<usize>,
}

impl UnspacedWords {
    /// Whether a term may stand at `place` of `text`: no word is cut in two at its edges. `open`
    /// says that the term ends in a wildcard, so that its right edge does not matter.
    pub(super) fn may_stand(&mut self, text: &str, place: &Range<usize>, open: bool) -> bool {
        let ends = [place.start, place.end];
        let edges = ends.into_iter().take(if open { 1 } else { 2 }).filter_map(|at| {
            let before = unspaced_before(text, at)?;
            let after = unspaced_after(text, at)?;
            Some(Edge { at, begins: at == place.start, before, after })
        });
        edges.into_iter().all(|edge| self.is_free(text, place, edge))
    }

    /// Whether no word is cut in two at `edge`.
    fn is_free(&mut self, text: &str, place: &Range<usize>, edge: Edge) -> bool {
        let term = text.get(place.clone()).unwrap_or_default();
        let (before, after) = (Writing::of(edge.before), Writing::of(edge.after));
        let mut chars = term.chars();
        // A single character (`米`, `核`) is a word part wherever it stands.
        let single = chars.next().is_some() && chars.next().is_none();
        if before == Writing::Katakana && after == Writing::Katakana {
            return is_katakana_part(text, place, edge) || self.breaks_at(text, place, edge.at);
        }
        if before == Writing::Katakana || after == Writing::Katakana || single {
            return true;
        }
        if before == Writing::Other || after == Writing::Other {
            return self.breaks_at(text, place, edge.at)
                || self.word_across(edge.at).is_some_and(|word| {
                    is_word(text.get(word.start..edge.at)) && is_word(text.get(edge.at..word.end))
                });
        }
        let han = term.chars().filter(|c| matches!(c, '㐀'..='鿿')).count();
        if han >= CERTAIN_HAN_CHARS || self.breaks_at(text, place, edge.at) {
            return true;
        }
        let Some(word) = self.word_across(edge.at) else { return true };
        if edge.begins {
            // The term is the second half of a compound, unless a shorter word ends inside it:
            // 総選挙, but not 天文学 for 文学.
            let shorter = term.char_indices().skip(1).map(|(length, _)| place.start + length);
            word.end == place.end
                && !shorter.into_iter().any(|end| is_word(text.get(word.start..end)))
        } else {
            word.start == place.start
        }
    }

    /// Whether a word of the passage begins or ends at byte `at`.
    fn breaks_at(&mut self, text: &str, place: &Range<usize>, at: usize) -> bool {
        if self.passage.is_empty()
            || place.start < self.certain.start
            || place.end > self.certain.end
        {
            self.divide(text, place);
        }
        self.breaks.binary_search(&at).is_ok()
    }

    /// The word of the passage that byte `at` is inside of.
    fn word_across(&self, at: usize) -> Option<Range<usize>> {
        let next = self.breaks.partition_point(|end| *end <= at);
        let start = *self.breaks.get(next.checked_sub(1)?)?;
        let end = *self.breaks.get(next)?;
        (start < at).then_some(start..end)
    }

    /// Divides the passage around `place` into words.
    fn divide(&mut self, text: &str, place: &Range<usize>) {
        let unspaced = |c: &char| {
            let class = characters::char_info(*c).class;
            matches!(class, CharClass::Unspaced | CharClass::Ignored)
        };
        let before = text.get(..place.start).unwrap_or_default().chars().rev().take_while(unspaced);
        let after = text.get(place.end..).unwrap_or_default().chars().take_while(unspaced);
        // One more than the limit, to see whether the passage is cut off.
        let lengths = |chars: &mut dyn Iterator<Item = char>| {
            let bytes: Vec<usize> = chars.take(CONTEXT_CHARS_MAX + 1).map(char::len_utf8).collect();
            let cut = bytes.len() > CONTEXT_CHARS_MAX;
            (bytes.iter().take(CONTEXT_CHARS_MAX).sum::<usize>(), cut)
        };
        let (back, cut_left) = lengths(&mut before.into_iter());
        let (ahead, cut_right) = lengths(&mut after.into_iter());
        self.passage = place.start - back..place.end + ahead;
        let margin = |cut: bool| if cut { UNCERTAIN_BYTES } else { 0 };
        self.certain = self.passage.start + margin(cut_left)..self.passage.end - margin(cut_right);
        self.breaks.clear();
        let passage = text.get(self.passage.clone()).unwrap_or_default();
        self.breaks.extend(segmenter().segment_str(passage).map(|at| self.passage.start + at));
    }
}

/// Whether the term at `place` is at an end of a Katakana word, and term and rest are both so long
/// that they are words themselves.
fn is_katakana_part(text: &str, place: &Range<usize>, edge: Edge) -> bool {
    let katakana = |c: &char| Writing::of(*c) == Writing::Katakana;
    let (outside, inside) = text.split_at(edge.at);
    let (rest, own) = if edge.begins {
        let own = text.get(place.clone()).unwrap_or_default();
        (
            outside.chars().rev().take_while(katakana).count(),
            own.chars().take_while(katakana).count(),
        )
    } else {
        let own = text.get(place.clone()).unwrap_or_default();
        (
            inside.chars().take_while(katakana).count(),
            own.chars().rev().take_while(katakana).count(),
        )
    };
    own >= KATAKANA_PART_CHARS_MIN && rest >= KATAKANA_REST_CHARS_MIN
}

/// Whether the dictionary takes all of `text` for one word, and not for a single letter.
fn is_word(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default();
    text.chars().nth(1).is_some() && segmenter().segment_str(text).nth(1) == Some(text.len())
}

/// The visible character before byte `at` if it is of a script without spaces.
fn unspaced_before(text: &str, at: usize) -> Option<char> {
    let mut before = text.get(..at)?.chars().rev();
    let c = before.find(|c| characters::char_info(*c).class != CharClass::Ignored)?;
    (characters::char_info(c).class == CharClass::Unspaced).then_some(c)
}

/// The visible character at or behind byte `at` if it is of a script without spaces.
fn unspaced_after(text: &str, at: usize) -> Option<char> {
    let mut after = text.get(at..)?.chars();
    let c = after.find(|c| characters::char_info(*c).class != CharClass::Ignored)?;
    (characters::char_info(c).class == CharClass::Unspaced).then_some(c)
}

/// The dictionaries. They are compiled in, and loading them costs nothing.
fn segmenter() -> WordSegmenterBorrowed<'static> {
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    *SEGMENTER.get_or_init(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(term: &str, text: &str) -> bool {
        let at = text.find(term).unwrap();
        UnspacedWords::default().may_stand(text, &(at..at + term.len()), false)
    }

    #[test]
    fn a_term_cuts_no_word_in_two() {
        for (term, text) in [
            ("京都", "今朝は東京都の庁舎で"),
            ("本社", "戦後の日本社会を考える"),
            ("文学", "新しい天文学の本"),
            ("中國", "援助發展中國家的計畫"),
            ("マリ", "ソマリアの港で"),
            ("インド", "インドネシアの首都"),
            ("มา", "เขาวิ่งเร็วมาก"),
        ] {
            assert!(!stands(term, text), "{term} in {text}");
        }
    }

    #[test]
    fn parts_of_compounds_are_words() {
        for (term, text) in [
            ("京都", "古い京都の町並み"),
            ("選挙", "秋の総選挙で"),
            ("輸出規制", "対中輸出規制を強める"),
            ("ミサイル", "弾道ミサイルを撃った"),
            ("米", "首相が訪米する"),
            ("美国", "他在美国国会演说"),
            ("聯合國", "在聯合國大會上"),
            ("プーチン", "プーチンロシア大統領"),
            ("กองทัพ", "ผู้บัญชาการกองทัพเรือ"),
        ] {
            assert!(stands(term, text), "{term} in {text}");
        }
    }

    #[test]
    fn a_passage_without_an_end_is_divided_in_part() {
        let text = "東京都".repeat(1 << 20);
        let mut words = UnspacedWords::default();
        assert!(!words.may_stand(&text, &(9_000_003..9_000_009), false));
        assert!(words.passage.len() < 300, "{:?}", words.passage);
    }
}
