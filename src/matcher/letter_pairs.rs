//! A prefilter for terms in Han, Kana and Hangul: at which letters of a text one of them may begin.
//! Such a term may begin at any letter, so without this the automaton would be asked at each.
use super::characters;
use super::prefilter::BitSet;
use super::term::Term;

/// The first two letters of all terms that begin with a letter which [`characters::uniform_fold`]
/// folds.
#[derive(Debug)]
pub(super) struct LetterPairs {
    /// First letters.
    firsts: BitSet,
    /// First letters of terms whose second is no such letter, or that have no second.
    alone: BitSet,
    /// First and second letters.
    pairs: BitSet,
}

impl LetterPairs {
    /// Collects the letters of all terms.
    pub(super) fn new<'t>(terms: impl Iterator<Item = &'t Term>) -> Self {
        let (mut firsts, mut alone, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        let uniform = |c: Option<char>| c.filter(|c| characters::uniform_class(*c).is_some());
        for term in terms {
            let mut letters = term.head.chars();
            let Some(first) = uniform(letters.next()) else { continue };
            firsts.push(u64::from(first));
            match uniform(letters.next()) {
                Some(second) => pairs.push(pair(first, second)),
                None => alone.push(u64::from(first)),
            }
        }
        for keys in [&mut firsts, &mut alone, &mut pairs] {
            keys.sort_unstable();
            keys.dedup();
        }
        Self {
            firsts: BitSet::new(&firsts),
            alone: BitSet::new(&alone),
            pairs: BitSet::new(&pairs),
        }
    }

    /// Whether a term may begin at `first`, which is followed by `rest`.
    #[inline]
    pub(super) fn may_begin(&self, first: char, rest: &str) -> bool {
        let folded = characters::uniform_fold(first);
        let mut rest = rest.chars();
        let Some(second) = rest.next() else { return self.firsts.has(u64::from(folded)) };
        if second.is_ascii() {
            return self.firsts.has(u64::from(folded));
        }
        let plain = |c: char| c.is_ascii() || characters::uniform_class(c).is_some();
        // A mark would make another letter of the one before it.
        if !plain(second) || !rest.next().is_none_or(plain) {
            return true;
        }
        self.pairs.has(pair(folded, characters::uniform_fold(second)))
            || self.alone.has(u64::from(folded))
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.firsts.bytes() + self.alone.bytes() + self.pairs.bytes()
    }
}

/// The key of two letters.
fn pair(first: char, second: char) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}
