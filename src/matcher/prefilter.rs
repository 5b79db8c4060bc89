//! A prefilter for word beginnings: which of them may begin a term, so that only those are looked up
//! in the automaton. It may answer yes too often. It must never answer no for a word that begins a
//! term, because that term would then be missed.
//!
//! Why own code: aho-corasick alone, asked at every word beginning, reads 175 MB/s of English with
//! 1,000 terms and 124 MB/s with 10,000; with this prefilter it is 393 and 296 MB/s. The library's
//! own prefilters need text that is folded beforehand, and folding alone runs at 76 MB/s. Measured by
//! `cargo bench --bench matcher -- English`, with `may_match_word` answering always yes.
//!
//! There is none for terms that begin with another letter outside ASCII, because it gave nothing for
//! German; `letter_filter.rs` is the one for Han, Kana and Hangul.
use super::characters::{self, CharClass, Fold};
use super::language;
use super::language_set::LanguageSet;
use super::normalise::{self, word_end};
use super::term::{Spelling, Term, TermPart};

/// Bits for each entry. An entry sets three bits of one word of the table, and about one in 500
/// other keys then passes by chance. A word of a text asks for up to ten keys.
const BITS_PER_ENTRY: usize = 32;
/// The largest table, in bits (512 KiB). A larger one would not stay in the caches of the
/// processor.
const BITS_MAX: usize = 1 << 22;
/// The smallest table, in bits.
const BITS_MIN: usize = 1 << 10;
/// Endings of one spelling that are listed. With more, the beginning of the word is looked for.
const ENDINGS_MAX: usize = 24;
/// Bytes of a word that make its key: one register.
pub(super) const KEY_BYTES: usize = 8;

/// A Bloom filter: a set that may claim to hold a number it does not hold, never the other way
/// round.
#[derive(Debug)]
pub(super) struct BitSet {
    words: Box<[u64]>,
    shift: u32,
}

impl BitSet {
    /// Makes a filter of these keys, sized by their number.
    pub(super) fn new(keys: &[u64]) -> Self {
        let bits =
            keys.len().saturating_mul(BITS_PER_ENTRY).clamp(BITS_MIN, BITS_MAX).next_power_of_two();
        let shift = 64 + 6 - bits.trailing_zeros();
        let mut set = Self { words: vec![0; bits / 64].into(), shift };
        for key in keys {
            let (at, mask) = set.place(*key);
            if let Some(word) = set.words.get_mut(at) {
                *word |= mask;
            }
        }
        set
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// The word of the table for a key, and the three bits in it.
    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio are spread
        // well whatever the keys.
        let hash = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mask =
            (1 << ((hash >> 14) & 63)) | (1 << ((hash >> 20) & 63)) | (1 << ((hash >> 26) & 63));
        (usize::try_from(hash >> self.shift).unwrap_or(0), mask)
    }

    #[inline]
    /// Whether `key` may be in the set.
    pub(super) fn has(&self, key: u64) -> bool {
        let (at, mask) = self.place(key);
        self.words.get(at).is_some_and(|word| word & mask == mask)
    }
}

/// The prefilter of all terms.
#[derive(Debug)]
pub(super) struct Prefilter {
    /// The first four bytes of words that begin with an ASCII letter or digit, zeros after the
    /// word. Asked first, because most words of a text fail here.
    four: BitSet,
    /// The first eight bytes of words.
    eight: BitSet,
    /// The first eight bytes of words that are followed by another word, together with the first
    /// four of that. A phrase of common words is then looked up only where both words are. Of a
    /// phrase whose words inflect it holds the letters of the first word that are certain
    /// ([`ANY_FORM`]), and of a long word its first eight bytes and the next four ([`LONG_WORD`]).
    two_words: BitSet,
    /// Bit `n` says that of some phrase whose words inflect `n` bytes of the first are certain.
    form_lengths: u16,
    /// The first bytes of words that may go on in several ways.
    prefixes: Prefixes,
    /// The ASCII punctuation that some term begins with.
    punctuation: [bool; 128],
    /// The characters outside ASCII that terms begin with.
    non_ascii: Option<BitSet>,
    /// The terms that may begin inside a word.
    pub(super) inside: InsideFilter,
}

/// A word of a text, for the questions about what follows its first eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordPlace<'t> {
    pub(super) text: &'t str,
    /// Where it begins.
    pub(super) start: usize,
    /// Where its ASCII letters and digits end; `start` if it is not known.
    pub(super) ascii_end: usize,
}

impl WordPlace<'_> {
    /// The key of what follows the first eight bytes.
    fn continued_key(self) -> u64 {
        let from = self.start + KEY_BYTES;
        if self.ascii_end >= from
            && let Some((key, _)) = ascii_key(self.text.as_bytes(), from)
        {
            return key;
        }
        let bytes: [u8; 2 * KEY_BYTES] = folded_bytes(self.text, self.start);
        key(bytes.get(KEY_BYTES..).unwrap_or_default())
    }

    /// The key of the next word. `None` if finding it would take long.
    fn next_key(self) -> Option<u64> {
        let bytes = self.text.as_bytes();
        let plain =
            self.ascii_end > self.start && bytes.get(self.ascii_end).is_none_or(u8::is_ascii);
        let end = if plain {
            self.ascii_end
        } else {
            word_end(self.text, self.ascii_end, CharClass::Spaced).0
        };
        next_key(self.text, end)
    }
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
    four: Vec<u64>,
    eight: Vec<u64>,
    two_words: Vec<u64>,
    form_lengths: u16,
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
        let lists = [&mut keys.four, &mut keys.eight, &mut keys.two_words, &mut keys.non_ascii];
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
        let begins_inside = |term: &Term| {
            term.any_beginning || spoken.only().is_some_and(|one| term.may_end_compound(one))
        };
        Self {
            four: BitSet::new(&keys.four),
            eight: BitSet::new(&keys.eight),
            two_words: BitSet::new(&keys.two_words),
            form_lengths: keys.form_lengths,
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
        (self.four.has(key & FOUR) && self.may_match_four(key, word))
            || self.prefixes.have(key, SHORT_PREFIXES)
    }

    /// The same for a word whose first four bytes are those of a term.
    fn may_match_four(&self, key: u64, word: WordPlace<'_>) -> bool {
        let is_long =
            || key >> 56 != 0 && self.two_words.has(two_key(LONG_WORD ^ key, word.continued_key()));
        self.eight.has(key)
            || self.prefixes.have(key, LONG_PREFIXES)
            || is_long()
            || self.may_match_pair(key, word.next_key())
    }

    /// Whether a word and the next one may begin a phrase. `next` is `None` if it is not known.
    fn may_match_pair(&self, key: u64, next: Option<u64>) -> bool {
        let Some(next) = next else { return true };
        if self.two_words.has(two_key(key, next)) {
            return true;
        }
        let mut lengths = self.form_lengths & up_to(key);
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
        let own = [
            &self.four,
            &self.eight,
            &self.two_words,
            &self.prefixes.set,
            &self.inside.prefixes.set,
        ];
        own.iter().map(|bits| bits.bytes()).sum()
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
        if self.prefixes.add(word) >= 4 {
            self.four.push(key(word.as_bytes()) & FOUR);
        }
    }

    /// Adds a word of which twelve bytes are certain. Gives whether it was one: `exportcontrol`
    /// begins like every `export` otherwise.
    fn add_long(&mut self, word: &str) -> bool {
        let Some(more) = word.as_bytes().get(KEY_BYTES..KEY_BYTES + 4) else { return false };
        let first = key(word.as_bytes());
        self.four.push(first & FOUR);
        self.two_words.push(two_key(LONG_WORD ^ first, key(more)));
        true
    }

    /// Adds a phrase whose words inflect, if four bytes of its first two words are certain. Gives
    /// whether it was one.
    fn add_inflected_pair(&mut self, word: &str, spelling: &Spelling) -> bool {
        let seconds: Vec<&str> = match spelling.tail.first() {
            Some(TermPart::Word(stems)) => stems.iter().map(|stem| &*stem.text).collect(),
            Some(TermPart::Text { folded, .. }) => folded.strip_prefix(' ').into_iter().collect(),
            Some(TermPart::AnyEnding | TermPart::ShortEnding) | None => return false,
        };
        let is_certain = |word: &str| word.len() >= 4;
        if !is_certain(word) || seconds.is_empty() || !seconds.iter().all(|next| is_certain(next)) {
            return false;
        }
        let length = u32::try_from(word.len().min(KEY_BYTES)).unwrap_or(0);
        self.form_lengths |= 1 << length;
        let key_of_first = key(word.as_bytes());
        self.four.push(key_of_first & FOUR);
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
        self.four.push(first & FOUR);
        self.two_words.push(two_key(first, key(next.as_bytes())));
        true
    }

    fn add_key(&mut self, key: u64) {
        self.four.push(key & FOUR);
        self.eight.push(key);
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

/// The first bytes of `word` as a number, the first in the lowest place.
fn key(word: &[u8]) -> u64 {
    u64::from_le_bytes(first_bytes(word))
}

/// The first bytes of `word`, zeros after its end.
fn first_bytes<const COUNT: usize>(word: &[u8]) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = *from;
    }
    bytes
}

/// The key of two words together. One is added, so that an empty second word changes the key too.
fn two_key(first: u64, next: u64) -> u64 {
    first ^ ((next & FOUR) + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// A bit for each number of bytes up to those of a key.
#[inline]
fn up_to(key: u64) -> u16 {
    u16::MAX >> (7 + key.leading_zeros() / 8)
}

/// The first `length` bytes of a key, together with their number.
fn prefix_key(key: u64, length: u32) -> u64 {
    let kept = if length >= 8 { key } else { key & ((1 << (length * 8)) - 1) };
    kept ^ u64::from(length).wrapping_mul(0xA24B_AED4_963E_E407)
}

/// The key of the word at byte `at` of `text`, folding each character.
pub(super) fn folded_key(text: &str, at: usize) -> u64 {
    u64::from_le_bytes(folded_bytes(text, at))
}

/// The first bytes of the word at byte `at` of `text`, folding each character; zeros after its end.
fn folded_bytes<const COUNT: usize>(text: &str, at: usize) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    let mut length = 0;
    for c in text.get(at..).unwrap_or_default().chars() {
        if length >= COUNT {
            break;
        }
        if c.is_ascii() {
            if !c.is_ascii_alphanumeric() {
                break;
            }
            bytes[length] = (c as u8).to_ascii_lowercase();
            length += 1;
            continue;
        }
        let (letter, fold) = characters::char_info_and_fold(c);
        match fold {
            // A mark changes the character before it, and a folded form of several letters may not
            // fit into the key.
            _ if letter.joins => return slowly_folded_bytes(text, at),
            _ if letter.class == CharClass::Ignored => {}
            _ if letter.class != CharClass::Spaced => break,
            Fold::Text(_) => return slowly_folded_bytes(text, at),
            Fold::Char(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    if let Some(to) = bytes.get_mut(length) {
                        *to = byte;
                    }
                    length += 1;
                }
            }
        }
    }
    bytes
}

/// As [`folded_bytes`], for words with marks or with characters that fold to several.
fn slowly_folded_bytes<const COUNT: usize>(text: &str, at: usize) -> [u8; COUNT] {
    let mut buffer = String::new();
    let mut end = at;
    while buffer.len() < COUNT {
        let length = buffer.len();
        match normalise::fold_cluster(text, end, &mut buffer) {
            Some(step) if step.class == CharClass::Spaced || step.class == CharClass::Ignored => {
                end = step.end;
            }
            _ => {
                buffer.truncate(length);
                break;
            }
        }
        // One character may fold to several, and not all of them letters: `½`.
        let added = buffer.get(length..).unwrap_or_default();
        if let Some((cut, _)) =
            added.char_indices().find(|(_, c)| characters::char_info(*c).class != CharClass::Spaced)
        {
            buffer.truncate(length + cut);
            break;
        }
    }
    first_bytes(buffer.as_bytes())
}

/// The key of an ASCII word at byte `at`, with its length in bytes up to eight. `None` if a
/// character outside ASCII belongs to it. It looks at eight bytes at once instead of one after the
/// other, because it runs for every word of every article.
#[inline]
pub(super) fn ascii_key(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = load(text, at);
    let lower = word | 0x2020_2020_2020_2020;
    let is_word = (between(lower, b'a', b'z') | between(word, b'0', b'9')) & !word & HIGH;
    let length = ((!is_word & HIGH).trailing_zeros() / 8) as usize;
    if length >= KEY_BYTES {
        return Some((lower, KEY_BYTES));
    }
    let next = word >> (length * 8);
    if next & 0x80 != 0 && !is_mark(text, at + length) {
        return None;
    }
    Some((lower & ((1 << (length * 8)) - 1), length))
}

/// The first four bytes of a key.
const FOUR: u64 = 0xFFFF_FFFF;
/// Marks the pair of the first bytes of two words that inflect.
const ANY_FORM: u64 = 0x5A82_7999_6ED9_EBA1;
/// Marks the pair of the first bytes of a long word and those that follow.
const LONG_WORD: u64 = 0x8F1B_BCDC_CA62_C1D6;
/// The bits of prefixes of one to three bytes, which `four` does not know, and of four to eight.
const SHORT_PREFIXES: u16 = 0b1110;
const LONG_PREFIXES: u16 = 0b1_1111_0000;
/// The high bit of each byte, and 1 in each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight bytes from `at` on, zeros beyond the end.
#[inline]
fn load(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + KEY_BYTES).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u64::from_le_bytes(bytes),
        None => key(text.get(at..).unwrap_or_default()),
    }
}

/// Whether a typographic quotation mark stands at byte `at`: U+2018 to U+201F.
#[inline]
fn is_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 3), Some([0xE2, 0x80, 0x98..=0x9F]))
}

/// Whether a typographic dash, quotation mark or ellipsis stands at byte `at`: U+2010 to U+2027.
#[inline]
fn is_mark(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 3), Some([0xE2, 0x80, 0x90..=0xA7]))
}

/// The key of the word behind the one that ends at byte `end`: 0 if no phrase goes on there, and
/// `None` if that would take long to tell.
#[inline]
fn next_key(text: &str, end: usize) -> Option<u64> {
    let bytes = text.as_bytes();
    let at = match bytes.get(end) {
        None => return Some(0),
        Some(b' ' | b'-') => end + 1,
        // Some names are written with these and without (`optional_punctuation.rs`).
        Some(b'.' | b',' | b'"' | b'\'') => behind_mark(bytes, end + 1)?,
        Some(byte) if byte.is_ascii_punctuation() => return Some(0),
        Some(_) if is_quote(bytes, end) => behind_mark(bytes, end + 3)?,
        Some(_) => return None,
    };
    if at == bytes.len() {
        return Some(0);
    }
    let key = ascii_key(bytes, at).map_or_else(|| folded_key(text, at), |(key, _)| key);
    // Nothing known: more separators, or a quotation mark.
    (key != 0).then_some(key)
}

/// Where the next word begins behind a mark that ends at byte `at`; the end of the text if no
/// phrase goes on there. `None` if that would take long to tell.
#[inline]
fn behind_mark(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at) {
        Some(b' ') => Some(at + 1),
        Some(byte) if !byte.is_ascii_alphanumeric() => None,
        Some(_) | None => Some(bytes.len()),
    }
}

/// Sets the high bit of each byte whose low seven bits are in `low..=high`.
#[inline]
fn between(word: u64, low: u8, high: u8) -> u64 {
    let seven = word & !HIGH;
    // No byte carries into the next: each sum is at most 127 + 128.
    let from = seven + ONES * u64::from(0x80 - low);
    let beyond = seven + ONES * u64::from(0x7F - high);
    from & !beyond & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_key_is_the_folded_key() {
        for text in ["Export control", "x", "GSOMIA는", "F35", "exporters", "EXPORTER's", "a-b"] {
            let slow = folded_key(text, 0);
            match ascii_key(text.as_bytes(), 0) {
                Some((fast, _)) => assert_eq!(fast, slow, "{text}"),
                None => assert!(!text.is_ascii()),
            }
        }
    }

    #[test]
    fn every_word_byte_is_told_from_every_other() {
        for byte in 0..=127_u8 {
            let (_, length) = ascii_key(&[byte, b' '], 0).unwrap();
            assert_eq!(length == 1, byte.is_ascii_alphanumeric(), "{byte}");
        }
    }
}
