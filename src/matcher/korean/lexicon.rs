//! The Korean lexicon: words in their parts of speech, what each costs, and what it costs that one
//! stands beside another. A cost is low for what is frequent.
//!
//! `data/words.fst` leads from a word, two bytes a syllable, to its first reading. `data/readings.bin`
//! has, in this order:
//! 1. the number of left classes and of right classes (one byte each), the length of section 4 (four
//!    bytes, little-endian);
//! 2. for each left class its flags (one byte): [`CONTINUES_WORD`], [`NOUN_PART`];
//! 3. for each left class, for each right class the cost of a word of that left class behind a word
//!    of that right class (two bytes);
//! 4. the readings, four bytes each: the left class, with bit 6 for [`Reading::head_is_word`] and bit
//!    7 for [`Reading::first_is_word`]; the right class, with bit 7 if it is the last reading of its
//!    word; the cost, less [`COST_ZERO`]; the edges.
//!
//! Both are made by `data/make.py` and read in place, so they take no memory until a term needs them.
use std::sync::OnceLock;

use fst::raw::{Fst, Output};

/// A left class whose words go on with the word before: particles, endings.
const CONTINUES_WORD: u8 = 1;
/// A left class whose words may be a part of a noun.
const NOUN_PART: u8 = 2;
/// What is added to the cost of a reading in the file.
const COST_ZERO: i32 = 64;
/// Bytes of the head of `readings.bin`, and of one reading.
const HEAD_BYTES: usize = 6;
const READING_BYTES: usize = 4;
/// The longest word of the lexicon, in syllables.
pub(super) const SYLLABLES_MAX: usize = 10;

/// How a word connects with the word before it. The first classes are known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left(u8);

impl Left {
    /// The end of the text.
    pub(super) const END: Self = Self(0);
    /// A noun.
    pub(super) const NOUN: Self = Self(1);
    /// A noun that becomes a verb with 하다.
    pub(super) const ACTION: Self = Self(2);
    /// The name of a place.
    pub(super) const PLACE: Self = Self(3);
    /// The name of a person.
    pub(super) const PERSON: Self = Self(4);

    /// A noun or name.
    pub(super) fn is_noun(self) -> bool {
        (Self::NOUN.0..=Self::PERSON.0).contains(&self.0)
    }
}

/// How a word connects with the word behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Right(u8);

impl Right {
    /// The beginning of the text.
    pub(super) const START: Self = Self(0);

    /// The class of a noun or name that ends in `syllable`. The file has for each of them one class
    /// behind a vowel and one behind a consonant.
    pub(super) fn of_noun(left: Left, syllable: char) -> Self {
        Self(left.0 * 2 - 1 + u8::from(has_final(syllable)))
    }
}

/// A word in one part of speech.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) cost: i32,
    /// Bit `n`: a part of the compound begins behind `n + 1` syllables.
    edges: u8,
    /// The last part of the compound is the word it is alone, not another of the same spelling.
    head_is_word: bool,
    /// The same of the first part.
    first_is_word: bool,
}

impl Reading {
    /// Whether a term at the syllables `from..to` of this word, which has `length`, is a part of it.
    pub(super) fn has_part(self, from: usize, to: usize, length: usize) -> bool {
        let edge = |at: usize| {
            u32::try_from(at)
                .ok()
                .and_then(|at| at.checked_sub(1))
                .is_some_and(|bit| self.edges.checked_shr(bit).is_some_and(|edges| edges & 1 != 0))
        };
        if to == length {
            self.head_is_word && edge(from)
        } else {
            from == 0 && self.first_is_word && edge(to)
        }
    }
}

/// The lexicon.
pub(super) struct Lexicon {
    words: Fst<&'static [u8]>,
    left_classes: usize,
    right_classes: usize,
    flags: &'static [u8],
    costs: &'static [u8],
    readings: &'static [u8],
}

impl Lexicon {
    /// The lexicon that is compiled in. `None` if its files are damaged, which a test rules out.
    pub(super) fn get() -> Option<&'static Self> {
        static LEXICON: OnceLock<Option<Lexicon>> = OnceLock::new();
        LEXICON
            .get_or_init(|| {
                Self::read(include_bytes!("data/words.fst"), include_bytes!("data/readings.bin"))
            })
            .as_ref()
    }

    fn read(words: &'static [u8], readings: &'static [u8]) -> Option<Self> {
        let (head, rest) = readings.split_at_checked(HEAD_BYTES)?;
        let [left_classes, right_classes, length @ ..] = head else { return None };
        let (left_classes, right_classes) =
            (usize::from(*left_classes), usize::from(*right_classes));
        let length = u32::from_le_bytes(length.try_into().ok()?);
        let (flags, rest) = rest.split_at_checked(left_classes)?;
        let (costs, readings) = rest.split_at_checked(2 * left_classes * right_classes)?;
        let complete = readings.len() == usize::try_from(length).ok()?;
        let words = Fst::new(words).ok()?;
        complete.then_some(Self { words, left_classes, right_classes, flags, costs, readings })
    }

    /// Calls `visit` for each reading of each word that begins with the first of `syllables`, with
    /// its length.
    pub(super) fn words_at(&self, syllables: &[char], mut visit: impl FnMut(usize, Reading)) {
        let mut node = self.words.root();
        let mut output = Output::zero();
        for (number, syllable) in syllables.iter().take(SYLLABLES_MAX).enumerate() {
            // All Hangul syllables are in the first plane of Unicode.
            let Ok(code) = u16::try_from(u32::from(*syllable)) else { return };
            for byte in code.to_be_bytes() {
                let Some(at) = node.find_input(byte) else { return };
                let transition = node.transition(at);
                output = output.cat(transition.out);
                node = self.words.node(transition.addr);
            }
            if node.is_final() {
                let first = output.cat(node.final_output()).value();
                self.readings_from(first, |reading| visit(number + 1, reading));
            }
        }
    }

    /// Calls `visit` for each reading of the word whose first reading has this number.
    fn readings_from(&self, first: u64, mut visit: impl FnMut(Reading)) {
        let from = usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(READING_BYTES);
        for bytes in self.readings.get(from..).unwrap_or_default().chunks_exact(READING_BYTES) {
            let [left, right, cost, edges] = bytes else { return };
            visit(Reading {
                left: Left(left & 0x3F),
                right: Right(right & 0x7F),
                cost: i32::from(*cost) - COST_ZERO,
                edges: *edges,
                head_is_word: left & 0x40 != 0,
                first_is_word: left & 0x80 != 0,
            });
            if right & 0x80 != 0 {
                return;
            }
        }
    }

    /// What it costs that a word of class `left` stands behind one of class `right`.
    pub(super) fn cost_between(&self, right: Right, left: Left) -> i32 {
        let at = 2 * (usize::from(left.0) * self.right_classes + usize::from(right.0));
        match self.costs.get(at..at + 2) {
            Some([low, high]) => i32::from(i16::from_le_bytes([*low, *high])),
            _ => 0,
        }
    }

    /// Whether a reading stands for a given name that may follow a surname, and for nothing else.
    pub(super) fn is_given_name(&self, reading: Reading) -> bool {
        usize::from(reading.left.0) == self.left_classes
    }

    /// Whether words of this class go on with the word before them.
    pub(super) fn continues_word(&self, left: Left) -> bool {
        self.flag(left, CONTINUES_WORD)
    }

    /// Whether words of this class may be a part of a noun.
    pub(super) fn is_noun_part(&self, left: Left) -> bool {
        self.flag(left, NOUN_PART)
    }

    fn flag(&self, left: Left, flag: u8) -> bool {
        self.flags.get(usize::from(left.0)).is_some_and(|flags| flags & flag != 0)
    }
}

/// Whether a syllable ends in a consonant. Unicode orders Hangul syllables with 28 finals each, of
/// which the first is "no final".
fn has_final(syllable: char) -> bool {
    !(u32::from(syllable).wrapping_sub(u32::from('가'))).is_multiple_of(28)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use fst::MapBuilder;

    use super::*;

    #[test]
    fn the_files_are_whole() {
        let lexicon = Lexicon::get().unwrap();
        let mut found = String::new();
        let word: Vec<char> = "유조선".chars().collect();
        lexicon.words_at(&word, |length, reading| {
            if reading.left.is_noun() {
                let _infallible = write!(found, "{length} ");
            }
        });
        assert!(found.contains("2 ") && found.contains("3 "), "{found}");
    }

    /// Joins what `data/make.py` wrote.
    #[test]
    #[ignore = "writes `data/words.fst`, after `data/make.py` was run"]
    fn the_words_are_joined_into_one_automaton() {
        let words = std::fs::read_to_string("target/korean-words.tsv").unwrap();
        let mut map = MapBuilder::memory();
        for line in words.lines() {
            let (word, reading) = line.split_once('\t').unwrap();
            let digits: Vec<char> = word.chars().collect();
            let bytes: Vec<u8> = digits
                .chunks_exact(2)
                .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
                .collect();
            map.insert(bytes, reading.parse().unwrap()).unwrap();
        }
        std::fs::write("src/matcher/korean/data/words.fst", map.into_inner().unwrap()).unwrap();
    }
}
