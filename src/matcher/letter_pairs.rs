//! A prefilter for terms in Han, Kana and Hangul: at which letters of a text one of them may begin.
//! Such a term may begin at any letter, so without this the automaton would be asked at each.
use super::characters;
use super::prefilter::BitSet;
use super::term::Term;

/// The first letters of all terms that begin with a letter which [`characters::uniform_fold`] folds.
/// Only such letters are looked at.
#[derive(Debug)]
pub(super) struct LetterPairs {
    /// First letters.
    firsts: BitSet,
    /// First letters of terms that have no second.
    alone: Option<BitSet>,
    /// First and second letters.
    pairs: BitSet,
    /// First and second letters of terms that have no third, and first, second and third letters of
    /// the others. Asked where the first two are right, because compounds often share them.
    beginnings: BitSet,
}

impl LetterPairs {
    /// Collects the letters of all terms.
    pub(super) fn new<'t>(terms: impl Iterator<Item = &'t Term>) -> Self {
        let (mut firsts, mut alone) = (Vec::new(), Vec::new());
        let (mut pairs, mut beginnings) = (Vec::new(), Vec::new());
        for spelling in terms.flat_map(|term| &term.spellings) {
            let mut letters =
                spelling.head.chars().take_while(|c| characters::uniform_class(*c).is_some());
            let Some(first) = letters.next() else { continue };
            firsts.push(u64::from(first));
            let Some(second) = letters.next() else {
                alone.push(u64::from(first));
                continue;
            };
            pairs.push(key(first, second, None));
            beginnings.push(key(first, second, letters.next()));
        }
        for keys in [&mut firsts, &mut alone, &mut pairs, &mut beginnings] {
            keys.sort_unstable();
            keys.dedup();
        }
        Self {
            firsts: BitSet::new(&firsts),
            alone: (!alone.is_empty()).then(|| BitSet::new(&alone)),
            pairs: BitSet::new(&pairs),
            beginnings: BitSet::new(&beginnings),
        }
    }

    /// Whether a term may begin at `first`, which is followed by `rest`.
    #[inline]
    pub(super) fn may_begin(&self, first: char, rest: &str) -> bool {
        let mut rest = rest.chars();
        let first = characters::uniform_fold(first);
        let second = match rest.next() {
            Some(c) if characters::uniform_class(c).is_some() => characters::uniform_fold(c),
            // A mark would make another letter of the one before it.
            Some(c) => return !c.is_ascii() || self.firsts.has(u64::from(first)),
            None => return self.firsts.has(u64::from(first)),
        };
        let third = rest.next();
        if third.is_some_and(|c| !is_plain(c))
            || self.alone.as_ref().is_some_and(|alone| alone.has(u64::from(first)))
        {
            return true;
        }
        if !self.pairs.has(key(first, second, None)) {
            return false;
        }
        match third.filter(|c| characters::uniform_class(*c).is_some()) {
            Some(third) if rest.next().is_none_or(is_plain) => {
                let third = characters::uniform_fold(third);
                self.beginnings.has(key(first, second, Some(third)))
                    || self.beginnings.has(key(first, second, None))
            }
            Some(_) | None => true,
        }
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        let sets = [&self.firsts, &self.pairs, &self.beginnings];
        sets.into_iter().chain(&self.alone).map(BitSet::bytes).sum()
    }
}

/// Whether a character is no mark, so that the letter before it is what it seems.
#[inline]
fn is_plain(c: char) -> bool {
    c.is_ascii() || characters::uniform_class(c).is_some()
}

/// The key of two or three letters. A character of Unicode has 21 bits.
#[inline]
fn key(first: char, second: char, third: Option<char>) -> u64 {
    u64::from(first) | u64::from(second) << 21 | third.map_or(0, |c| u64::from(c) << 42)
}
