//! A prefilter for terms in Han, Kana and Hangul: at which letters of a text one of them may begin.
//! Such a term may begin at any letter, so without this the automaton would be asked at each. It
//! may answer yes too often, and must never answer no where a term begins.
use super::bit_set::BitSet;
use super::characters::{self, CharClass};
use super::kana;
use super::term::Term;

/// Letters of a term that are compared. With four, half of the words of a text that begin a phrase
/// still passed.
const LETTERS_MAX: usize = 6;

/// How all terms begin, of those whose first letter is one which [`characters::uniform_fold`] folds.
/// Only such letters are looked at.
#[derive(Debug)]
pub(super) struct LetterFilter {
    /// First letters.
    firsts: BitSet,
    /// First letters of terms that have no second.
    alone: Option<BitSet>,
    /// First and second letters.
    pairs: BitSet,
    /// The first letters of terms that go on: two to one less than [`LETTERS_MAX`].
    beginnings: BitSet,
    /// All letters of a term, or its first [`LETTERS_MAX`].
    wholes: BitSet,
}

/// What follows a letter.
enum Next {
    /// A letter, folded.
    Letter(char),
    /// Something with which no term goes on.
    End,
    /// Something that may be left out, or that changes the letter before it.
    Unknown,
}

impl LetterFilter {
    /// Collects the letters of all terms.
    pub(super) fn new<'t>(terms: impl Iterator<Item = &'t Term>) -> Self {
        let (mut firsts, mut alone, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        let (mut beginnings, mut wholes) = (Vec::new(), Vec::new());
        for spelling in terms.flat_map(|term| &term.spellings) {
            let letters: Vec<char> =
                spelling.head.chars().take_while(|c| is_letter(*c)).take(LETTERS_MAX).collect();
            let Some((first, others)) = letters.split_first() else { continue };
            if characters::uniform_class(*first).is_none() {
                continue;
            }
            let mut key = first_key(*first);
            firsts.push(key);
            if others.is_empty() {
                alone.push(key);
            }
            for (number, letter) in others.iter().enumerate() {
                key = longer_key(key, *letter);
                if number == 0 {
                    pairs.push(key);
                }
                let list = if number + 1 == others.len() { &mut wholes } else { &mut beginnings };
                list.push(key);
            }
        }
        for keys in [&mut firsts, &mut alone, &mut pairs, &mut beginnings, &mut wholes] {
            keys.sort_unstable();
            keys.dedup();
        }
        Self {
            firsts: BitSet::new(&firsts),
            alone: (!alone.is_empty()).then(|| BitSet::new(&alone)),
            pairs: BitSet::new(&pairs),
            beginnings: BitSet::new(&beginnings),
            wholes: BitSet::new(&wholes),
        }
    }

    /// Whether a term may begin at `first`, which is followed by `rest`.
    #[inline]
    pub(super) fn may_begin(&self, first: char, rest: &str) -> bool {
        let mut key = first_key(characters::uniform_fold(first));
        let (second, rest) = next(first, rest);
        match second {
            Next::Letter(second) => {
                if let Some(alone) = &self.alone
                    && alone.has(key)
                {
                    return true;
                }
                key = longer_key(key, second);
                if self.pairs.has(key) { self.goes_on(key, second, rest) } else { is_changed(rest) }
            }
            Next::End => self.firsts.has(key),
            Next::Unknown => self.firsts.has(key) || is_changed(rest),
        }
    }

    /// Whether a term may begin with the two letters of `key`, of which `before` is the second.
    fn goes_on(&self, mut key: u64, mut before: char, mut rest: &str) -> bool {
        for _ in 2..LETTERS_MAX {
            if self.wholes.has(key) {
                return true;
            }
            if !self.beginnings.has(key) {
                return is_changed(rest);
            }
            let letter;
            (letter, rest) = next(before, rest);
            match letter {
                Next::Letter(letter) => {
                    key = longer_key(key, letter);
                    before = letter;
                }
                Next::End => return false,
                Next::Unknown => return true,
            }
        }
        self.wholes.has(key) || is_changed(rest)
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        let sets = [&self.firsts, &self.pairs, &self.beginnings, &self.wholes];
        sets.into_iter().chain(&self.alone).map(BitSet::bytes).sum()
    }
}

/// What follows the letter `before`, and the text behind that. A space between two syllables of
/// Hangul means nothing.
#[inline]
fn next(before: char, text: &str) -> (Next, &str) {
    let mut chars = text.chars();
    let Some(c) = chars.next() else { return (Next::End, "") };
    if characters::uniform_class(c).is_some() {
        return (Next::Letter(characters::uniform_fold(c)), chars.as_str());
    }
    if c == kana::LONG_MARK && !kana::has_final_long_mark(text) {
        return (Next::Letter(c), chars.as_str());
    }
    if c.is_ascii_alphanumeric() {
        return (Next::End, chars.as_str());
    }
    let hangul = |c| characters::uniform_class(c) == Some(CharClass::Hangul);
    if c == ' '
        && hangul(before)
        && let Some(after) = chars.next().filter(|c| hangul(*c))
    {
        return (Next::Letter(after), chars.as_str());
    }
    (Next::Unknown, text)
}

/// Whether the text begins with a mark, which may change the letter before it.
#[inline]
fn is_changed(text: &str) -> bool {
    text.chars().next().is_some_and(|c| {
        let may = !c.is_ascii() && characters::uniform_class(c).is_none();
        may && (characters::char_info(c).joins
            || characters::char_info(c).class == CharClass::Ignored)
    })
}

/// Whether a letter is compared that is not the first.
#[inline]
fn is_letter(c: char) -> bool {
    characters::uniform_class(c).is_some() || c == kana::LONG_MARK
}

/// The key of one letter.
#[inline]
fn first_key(letter: char) -> u64 {
    u64::from(letter)
}

/// The key of letters and one more.
#[inline]
fn longer_key(key: u64, letter: char) -> u64 {
    // An odd factor loses nothing of the key; the table hashes it again.
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(letter)).rotate_left(23)
}
