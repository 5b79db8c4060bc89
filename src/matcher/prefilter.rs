//! A prefilter for word beginnings: which of them may begin a term, so that only those are looked up
//! in the automaton. It may answer yes too often. It must never answer no for a word that begins a
//! term, because that term would then be missed.
//!
//! Why own code: the library's own prefilters need text that is folded beforehand, and folding alone
//! is slower than the whole search. With the forms of words nearly every word of a text begins some
//! term of a large watchlist, so the filter also asks for the next word, and for the letters of long
//! words. There is one for each language, because an article is searched for the forms of its own
//! language only. `cargo bench --bench matcher` measures it.
//!
//! Of letters outside ASCII only the first of a term is known; `letter_filter.rs` is the filter for
//! Han, Kana and Hangul.
use std::collections::HashMap;

use super::bit_set::BitSet;
use super::characters::{self, CharClass};
use super::key_kinds::{KeyKinds, KindsByBeginning};
use super::language;
use super::language_set::LanguageSet;
use super::term::{Spelling, Term};
use super::word_key::{
    KEY_BYTES, WordPlace, first_four, has_all_bytes, key, longer_key, prefix_key, two_key, up_to,
};

/// Endings of one spelling that are listed. With more, the beginning of the word is looked for.
const ENDINGS_MAX: usize = 24;
/// Marks the pair of the first bytes of two words that inflect.
const ANY_FORM: u64 = 0x5A82_7999_6ED9_EBA1;
/// Marks the pair of the first bytes of a long word and those that follow.
const LONG_WORD: u64 = 0x8F1B_BCDC_CA62_C1D6;
/// The bits of prefixes of one to three bytes, which `kinds` does not know.
const SHORT_PREFIXES: u16 = 0b1110;

/// The prefilter of all terms.
#[derive(Debug)]
pub(super) struct Prefilter {
    /// By which keys words are known that begin with an ASCII letter or digit, by their first four
    /// bytes, zeros after the word. Asked first, because most words of a text fail here.
    kinds: KindsByBeginning,
    /// The first eight bytes of words.
    eight: BitSet,
    /// The first eight bytes of words that are followed by another word, together with the first
    /// four of that. A phrase of common words is then looked up only where both words are. Of a
    /// phrase whose words inflect it holds the letters of the first word that are certain
    /// ([`ANY_FORM`]), and of a long word its first eight bytes and the next four ([`LONG_WORD`]).
    two_words: BitSet,
    /// The first bytes of words that may go on in several ways.
    prefixes: Prefixes,
    /// The ASCII punctuation that some term begins with.
    punctuation: [bool; 128],
    /// The characters outside ASCII that terms begin with.
    non_ascii: Option<BitSet>,
    /// The terms that may begin inside a word.
    pub(super) inside: InsideFilter,
}

/// Says where inside a word a term may begin: the last part of a compound, or any term with `*` in
/// front.
#[derive(Debug)]
pub(super) struct InsideFilter {
    prefixes: Prefixes,
    non_ascii: bool,
}

impl InsideFilter {
    /// The filter of these spellings.
    fn new<'t>(spellings: impl Iterator<Item = &'t Spelling>) -> Self {
        let mut keys = PrefixKeys::default();
        let mut non_ascii = false;
        for spelling in spellings {
            let word = first_word(&spelling.head);
            non_ascii |= !word.starts_with(|c: char| c.is_ascii_alphanumeric());
            keys.add(&word);
        }
        Self { prefixes: Prefixes::new(keys), non_ascii }
    }

    /// Whether there is any such term.
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.non_ascii || self.prefixes.lengths != 0
    }

    /// Bytes of the shortest text that may be such a term.
    #[inline]
    pub(super) fn shortest(&self) -> usize {
        self.prefixes.lengths.trailing_zeros() as usize
    }

    /// Whether such a term may begin with `first`; `key` is that of the rest of the word.
    #[inline]
    pub(super) fn may_begin(&self, first: char, key: u64) -> bool {
        (self.non_ascii && !first.is_ascii()) || self.prefixes.have(key, u16::MAX)
    }
}

/// Beginnings of words that may go on, of one to eight bytes.
#[derive(Debug)]
struct Prefixes {
    set: BitSet,
    /// Bit `n` says that some have `n` bytes.
    lengths: u16,
}

/// The beginnings, collected before the size of their table is known.
#[derive(Default)]
struct PrefixKeys {
    keys: Vec<u64>,
    lengths: u16,
}

impl PrefixKeys {
    /// Adds the beginning of a word. Gives its bytes, up to eight.
    fn add(&mut self, word: &str) -> u32 {
        let length = u32::try_from(word.len().min(KEY_BYTES)).unwrap_or(0);
        self.lengths |= 1 << length;
        self.keys.push(prefix_key(key(word.as_bytes()), length));
        length
    }
}

impl Prefixes {
    fn new(mut from: PrefixKeys) -> Self {
        from.keys.sort_unstable();
        from.keys.dedup();
        Self { set: BitSet::new(&from.keys), lengths: from.lengths }
    }

    /// Whether the word with this key begins with one of them. `lengths` has a bit for each number
    /// of bytes that is asked for.
    #[inline]
    fn have(&self, key: u64, lengths: u16) -> bool {
        let mut lengths = self.lengths & lengths & up_to(key);
        while lengths != 0 {
            if self.set.has(prefix_key(key, lengths.trailing_zeros())) {
                return true;
            }
            lengths &= lengths - 1;
        }
        false
    }
}

/// Keys collected before the sizes of the tables are known.
#[derive(Default)]
struct Keys {
    kinds: HashMap<u32, KeyKinds>,
    eight: Vec<u64>,
    two_words: Vec<u64>,
    prefixes: PrefixKeys,
    non_ascii: Vec<u64>,
}

impl Prefilter {
    /// Makes the prefilter of the terms that are looked for in an article of these languages.
    pub(super) fn new(terms: &[Term], spoken: LanguageSet) -> Self {
        let mut keys = Keys::default();
        let mut punctuation = [false; 128];
        let all =
            || terms.iter().flat_map(|term| term.spellings.iter().map(move |one| (term, one)));
        let spellings = || all().filter(|(_, one)| one.languages.meets(spoken));
        for (term, spelling) in spellings() {
            let Some(first) = spelling.head.chars().next() else { continue };
            if first.is_ascii_alphanumeric() {
                keys.add_word(term, spelling, spoken);
            } else if first.is_ascii() {
                punctuation[first as usize] = true;
            } else {
                keys.non_ascii.push(u64::from(first));
            }
        }
        let lists = [&mut keys.eight, &mut keys.two_words, &mut keys.non_ascii];
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
        let begins_inside = |term: &Term| {
            term.any_beginning || spoken.only().is_some_and(|one| term.may_end_compound(one))
        };
        Self {
            kinds: KindsByBeginning::new(&keys.kinds),
            eight: BitSet::new(&keys.eight),
            two_words: BitSet::new(&keys.two_words),
            prefixes: Prefixes::new(keys.prefixes),
            punctuation,
            non_ascii: (!keys.non_ascii.is_empty()).then(|| BitSet::new(&keys.non_ascii)),
            inside: InsideFilter::new(
                spellings().filter(|(term, _)| begins_inside(term)).map(|(_, one)| one),
            ),
        }
    }

    /// Whether a word may begin a term. `key` holds its first eight folded bytes, the first in the
    /// lowest place, with zeros after its end.
    #[inline]
    pub(super) fn may_match_word(&self, key: u64, word: WordPlace<'_>) -> bool {
        let kinds = self.kinds.of(first_four(key));
        (!kinds.is_empty() && self.may_match_kinds(kinds, key, word))
            || self.prefixes.have(key, SHORT_PREFIXES)
    }

    /// The same for a word of whose beginning there are these kinds of keys.
    fn may_match_kinds(&self, kinds: KeyKinds, key: u64, word: WordPlace<'_>) -> bool {
        const LONG: KeyKinds = KeyKinds::TWELVE.and(KeyKinds::SIXTEEN);
        let has_pairs = kinds.has(KeyKinds::PAIR) || kinds.pair_lengths() != 0;
        (kinds.has(KeyKinds::EIGHT) && self.eight.has(key))
            || self.prefixes.have(key, kinds.prefix_lengths())
            || (kinds.has(LONG)
                && has_all_bytes(key)
                && self.may_match_long(kinds, key, word.continued_key()))
            || (has_pairs && self.may_match_pair(kinds, key, word.next_key()))
    }

    /// Whether a word of more than eight bytes may begin a term; `more` is the key of the others.
    fn may_match_long(&self, kinds: KeyKinds, key: u64, more: u64) -> bool {
        let long = LONG_WORD ^ key;
        (kinds.has(KeyKinds::TWELVE) && self.two_words.has(two_key(long, more)))
            || (has_all_bytes(more) && self.two_words.has(longer_key(long, more)))
    }

    /// Whether a word and the next one may begin a phrase. `next` is `None` if it is not known.
    fn may_match_pair(&self, kinds: KeyKinds, key: u64, next: Option<u64>) -> bool {
        let Some(next) = next else { return true };
        if kinds.has(KeyKinds::PAIR) && self.two_words.has(two_key(key, next)) {
            return true;
        }
        let mut lengths = kinds.pair_lengths() & up_to(key);
        while lengths != 0 {
            let first = ANY_FORM ^ prefix_key(key, lengths.trailing_zeros());
            if self.two_words.has(two_key(first, next)) {
                return true;
            }
            lengths &= lengths - 1;
        }
        false
    }

    #[inline]
    /// Whether some term begins with this ASCII punctuation.
    pub(super) fn punctuation(&self, byte: u8) -> bool {
        self.punctuation.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Whether some term begins with a folded character outside ASCII.
    #[inline]
    pub(super) fn may_begin(&self, first: char) -> bool {
        self.non_ascii.as_ref().is_some_and(|set| set.has(u64::from(first)))
    }

    /// Bytes of memory, for the report.
    pub(super) fn bytes(&self) -> usize {
        let own = [&self.eight, &self.two_words, &self.prefixes.set, &self.inside.prefixes.set];
        own.iter().map(|bits| bits.bytes()).sum::<usize>() + self.kinds.bytes()
    }
}

impl Keys {
    /// Adds a spelling that begins with an ASCII letter or digit.
    fn add_word(&mut self, term: &Term, spelling: &Spelling, spoken: LanguageSet) {
        let word = first_word(&spelling.head);
        let ends = word.len() == spelling.head.len();
        if ends && (!term.exact || spelling.ends_open()) {
            // An ending or the other part of a compound may follow.
            if self.add_inflected_pair(&word, spelling) || self.add_long(&word) {
                return;
            }
            match endings(term, spelling, spoken) {
                Some(endings) => {
                    for ending in endings {
                        self.add_key(key(format!("{word}{ending}").as_bytes()));
                    }
                }
                None => self.add_prefix(&word),
            }
            return;
        }
        if !ends && self.add_two(&word, &spelling.head) {
            return;
        }
        self.add_key(key(word.as_bytes()));
    }

    /// Adds a word that may go on.
    fn add_prefix(&mut self, word: &str) {
        let length = self.prefixes.add(word);
        if length >= 4 {
            self.add_kind(key(word.as_bytes()), KeyKinds::prefix(length));
        }
    }

    /// Adds a word of which twelve or sixteen bytes are certain. Gives whether it was one:
    /// `exportcontrol` begins like every `export` otherwise.
    fn add_long(&mut self, word: &str) -> bool {
        let Some(more) = word.as_bytes().get(KEY_BYTES..).filter(|more| more.len() >= 4) else {
            return false;
        };
        let first = key(word.as_bytes());
        let (long, more) = (LONG_WORD ^ first, key(more));
        if has_all_bytes(more) {
            self.add_kind(first, KeyKinds::SIXTEEN);
            self.two_words.push(longer_key(long, more));
        } else {
            self.add_kind(first, KeyKinds::TWELVE);
            self.two_words.push(two_key(long, more));
        }
        true
    }

    /// Adds a phrase whose words inflect, if four bytes of its first two words are certain. Gives
    /// whether it was one.
    fn add_inflected_pair(&mut self, word: &str, spelling: &Spelling) -> bool {
        let Some(seconds) = spelling.second_word().filter(|_| word.len() >= 4) else {
            return false;
        };
        let length = u32::try_from(word.len().min(KEY_BYTES)).unwrap_or(0);
        let key_of_first = key(word.as_bytes());
        self.add_kind(key_of_first, KeyKinds::inflected_pair(length));
        let first = prefix_key(key_of_first, length);
        let pairs = seconds.iter().map(|next| two_key(ANY_FORM ^ first, key(next.as_bytes())));
        self.two_words.extend(pairs);
        true
    }

    /// Adds a term whose first word is followed by another of which four bytes are certain,
    /// whatever ending it takes. Gives whether it was such a term.
    fn add_two(&mut self, word: &str, head: &str) -> bool {
        let Some(rest) = head.get(word.len()..).and_then(|rest| rest.strip_prefix(' ')) else {
            return false;
        };
        let length = rest
            .char_indices()
            .find(|(_, c)| characters::char_info(*c).class != CharClass::Spaced)
            .map(|(at, _)| at);
        let next = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        if next.is_empty() || (next.len() < 4 && length.is_none()) {
            return false;
        }
        let first = key(word.as_bytes());
        self.add_kind(first, KeyKinds::PAIR);
        self.two_words.push(two_key(first, key(next.as_bytes())));
        true
    }

    fn add_key(&mut self, key: u64) {
        self.add_kind(key, KeyKinds::EIGHT);
        self.eight.push(key);
    }

    /// Notes that there is such a key of the words with the first four bytes of `key`.
    fn add_kind(&mut self, key: u64, kind: KeyKinds) {
        let known = self.kinds.entry(first_four(key)).or_default();
        *known = known.and(kind);
    }
}

/// All that may follow a spelling inside its word, in an article of these languages; `None` if that
/// is too much to list.
fn endings(term: &Term, spelling: &Spelling, spoken: LanguageSet) -> Option<Vec<&'static str>> {
    if !spelling.tail.is_empty() || term.tolerates.model || spoken == LanguageSet::ALL {
        return None;
    }
    let mut all = vec![""];
    for language in spoken.languages() {
        if !language.clitics().is_empty() || language::compound_head_letters_min(language).is_some()
        {
            return None;
        }
        let own = spelling.endings.iter().flat_map(|all| all.iter());
        for one in own.filter(|one| one.language() == language) {
            if all.len() + one.count() > ENDINGS_MAX {
                return None;
            }
            all.extend(one.iter());
        }
    }
    Some(all)
}

/// The letters and digits that a literal begins with.
fn first_word(head: &str) -> String {
    head.chars().take_while(|c| characters::char_info(*c).class == CharClass::Spaced).collect()
}
