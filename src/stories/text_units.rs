//! Splits a text into the units that are compared: words in scripts with spaces, characters in
//! others.
use std::borrow::Cow;
use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::function_words::COMMON;
use super::word_lists::{MONTHS, SPELLED_NUMBERS, WEEKDAYS};

/// The most units of one text that are compared. A news story has some hundreds.
pub(super) const UNITS_MAX: usize = 3_000;

/// The kind of a unit. It decides what a change of it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// A word that is in every text ("the", "und").
    Common,
    /// Another word in lower case.
    Word,
    /// A word with a capital that is not the first of a sentence.
    Name,
    /// A word with a capital that may not be a name: the first of a sentence, and every noun in
    /// German.
    Capital,
    /// The name of a day of the week.
    Weekday,
    /// The name of a month.
    Month,
    /// A number without its thousands separators.
    Number,
    /// A character of a script without spaces that carries meaning: Han, Katakana, Hangul, Thai.
    Glyph,
    /// Hiragana, which mostly carries grammar.
    Grammar,
}

/// A unit: the hash of its folded text, and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// The hash of the folded word or character.
    pub(super) hash: u32,
    pub(super) kind: UnitKind,
}

impl Unit {
    /// The weight in half words: a character of a script without spaces says about half of what a
    /// word says.
    pub(super) fn weight(self) -> usize {
        match self.kind {
            UnitKind::Glyph | UnitKind::Grammar => 1,
            UnitKind::Common
            | UnitKind::Word
            | UnitKind::Name
            | UnitKind::Capital
            | UnitKind::Weekday
            | UnitKind::Month
            | UnitKind::Number => 2,
        }
    }

    /// How many units from this one on make a shingle: `words` words, or twice as many characters.
    pub(super) fn span_of_words(self, words: usize) -> usize {
        match self.kind {
            UnitKind::Glyph | UnitKind::Grammar => words * 2,
            UnitKind::Common
            | UnitKind::Word
            | UnitKind::Name
            | UnitKind::Capital
            | UnitKind::Weekday
            | UnitKind::Month
            | UnitKind::Number => words,
        }
    }
}

/// Whether a character is a unit of its own: in scripts without spaces, and in Hangul, where every
/// publisher puts spaces in its own way.
pub(super) fn is_glyph(c: char) -> bool {
    // Most characters of most texts fail the first comparison.
    c >= '\u{e00}'
        && matches!(
            c,
            '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
                | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}'
                | '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
                | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
                | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        )
}

/// The simplified form of each character of the Han block, so that one story is the same in
/// Taipei, Hong Kong and Beijing. Character by character, because characters are compared.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let written = |c: char| hanconv::t2s(c.to_string()).chars().next().unwrap_or(c);
    HAN.map(written).collect()
});

/// The block of Han characters in which news is written.
const HAN: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

fn simplified(c: char) -> char {
    let at =
        u32::from(c).checked_sub(u32::from(*HAN.start())).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| SIMPLIFIED.get(at)).copied().unwrap_or(c)
}

/// The text with forms of width and compatibility folded.
pub(super) fn fold_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    if folded.contains(['천', '千']) { Cow::Owned(thousands(&folded)) } else { folded }
}

/// Writes "3조2천억" and "1万2千" as other publishers do: "3조2000억", "1万2000".
fn thousands(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    // Digits written in a row so far.
    let mut run = 0;
    while let Some(c) = chars.next() {
        let written_out = chars.peek().is_some_and(char::is_ascii_digit);
        if matches!(c, '천' | '千') && run == 1 && !written_out {
            out.push_str("000");
        } else {
            out.push(c);
        }
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
    }
    out
}

/// With more names than this, in per cent, the language writes every noun with a capital. News in
/// English has about 20, in German 35.
const NAMES_PERCENT_MAX: usize = 28;

/// Makes names [`UnitKind::Capital`] in a text where so many words have a capital that it means
/// nothing.
pub(super) fn without_nouns(units: &mut [Unit]) {
    let count = |kind: UnitKind| units.iter().filter(|unit| unit.kind == kind).count();
    let (names, words) = (count(UnitKind::Name), count(UnitKind::Word) + count(UnitKind::Common));
    if names * 100 > (names + words) * NAMES_PERCENT_MAX {
        for unit in units.iter_mut().filter(|unit| unit.kind == UnitKind::Name) {
            unit.kind = UnitKind::Capital;
        }
    }
}

/// Appends the units of a folded text, until there are [`UNITS_MAX`].
pub(super) fn push_units(text: &str, units: &mut Vec<Unit>) {
    let mut reader =
        UnitReader { units, word: String::with_capacity(32), capital: false, thousands: false };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if reader.units.len() >= UNITS_MAX {
            return;
        }
        if c.is_ascii_lowercase() && reader.in_word() {
            reader.word.push(c);
        } else if is_glyph(c) {
            reader.end();
            let kind = if matches!(c, '\u{3041}'..='\u{309f}') {
                UnitKind::Grammar
            } else {
                UnitKind::Glyph
            };
            reader.units.push(Unit { hash: mix(u32::from(simplified(c))), kind });
        } else if c.is_alphanumeric() {
            reader.letter(c);
        } else if c == '%' {
            reader.end();
            reader.word.push('%');
            reader.end();
        } else if matches!(c, '.' | ',' | ' ') && reader.in_number() {
            let digits = chars.clone().take_while(char::is_ascii_digit).take(4).count();
            // "12,000", "12.000" and "12 000" are one number, "1,5" and "1.5" another.
            let group = digits == 3 && reader.word.len() <= 3 && !reader.word.starts_with('0');
            let further = digits == 3 && c != ' ' && reader.thousands;
            reader.thousands = group || further;
            if digits > 0 && c != ' ' && !reader.thousands {
                reader.word.push('.');
            } else if !reader.thousands {
                reader.end();
            }
        } else if !matches!(c, '\'' | '’' | '\u{ad}' | '\u{300}'..='\u{36f}') {
            reader.end();
        }
    }
    reader.end();
}

/// The known words of all lists, with the unit each is.
static WORDS: LazyLock<WordTable> = LazyLock::new(|| {
    let common = COMMON.iter().map(|word| (hash_of(word), (hash_of(word), UnitKind::Common)));
    let spelt = SPELLED_NUMBERS.iter().map(|(word, digits)| {
        let kind = if *digits == "%" { UnitKind::Word } else { UnitKind::Number };
        (hash_of(word), (hash_of(digits), kind))
    });
    let days = WEEKDAYS.iter().map(|word| (hash_of(word), (hash_of(word), UnitKind::Weekday)));
    let months = MONTHS.iter().map(|word| (hash_of(word), (hash_of(word), UnitKind::Month)));
    WordTable::new(common.chain(spelt).chain(days).chain(months).collect())
});

/// The hash of a word, and the unit it is.
type KnownWord = (u32, (u32, UnitKind));

/// Known words by the first bits of their hash. Every word of every text is looked up here, so it
/// is a plain array.
struct WordTable {
    words: Vec<KnownWord>,
    /// The positions in `words` where each head begins.
    begins: Vec<u16>,
}

/// The first bits of a hash that are its head. There are some hundred words, so few heads have
/// more than one.
const HEAD_BITS: u32 = 12;

impl WordTable {
    fn new(mut words: Vec<KnownWord>) -> Self {
        words.sort_unstable_by_key(|(word, _)| *word);
        let before = |head: u32| words.partition_point(|(word, _)| word >> (32 - HEAD_BITS) < head);
        let begins = (0..=1 << HEAD_BITS).map(|head| u16::try_from(before(head)).unwrap_or(0));
        Self { begins: begins.collect(), words }
    }

    fn get(&self, hash: u32) -> Option<(u32, UnitKind)> {
        let head = usize::try_from(hash >> (32 - HEAD_BITS)).ok()?;
        let (begin, end) = (*self.begins.get(head)?, *self.begins.get(head + 1)?);
        let like = self.words.get(usize::from(begin)..usize::from(end))?;
        like.iter().find(|(word, _)| *word == hash).map(|(_, unit)| *unit)
    }
}

fn hash_of(word: &str) -> u32 {
    mix(word
        .bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
}

/// Collects the characters of one word after the other.
struct UnitReader<'a> {
    units: &'a mut Vec<Unit>,
    word: String,
    capital: bool,
    /// The number read so far has a thousands separator.
    thousands: bool,
}

impl UnitReader<'_> {
    fn in_number(&self) -> bool {
        self.word.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }

    fn in_word(&self) -> bool {
        self.word.as_bytes().first().is_some_and(|first| !first.is_ascii_digit())
    }

    fn letter(&mut self, c: char) {
        // "5m" and "2nd" are a number and a word.
        if self.in_number() != c.is_numeric() && !self.word.is_empty() {
            self.end();
        }
        if self.word.is_empty() {
            self.capital = c.is_uppercase();
            self.thousands = false;
        }
        if c.is_ascii() {
            self.word.push(c.to_ascii_lowercase());
        } else {
            self.word.extend(c.to_lowercase());
        }
    }

    /// Ends the current word and makes a unit of it.
    fn end(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = self.word.as_str();
        let hash = hash_of(word);
        let (hash, kind) = if word.starts_with(|c: char| c.is_numeric()) {
            (hash_of(word.trim_start_matches('0')), UnitKind::Number)
        } else {
            let own = (hash, if self.capital { UnitKind::Name } else { UnitKind::Word });
            WORDS.get(hash).unwrap_or(own)
        };
        self.units.push(Unit { hash, kind });
        self.word.clear();
    }
}

/// Mixes the bits of a number, so that each depends on all of them.
pub(super) fn mix(number: u32) -> u32 {
    let a = (number ^ (number >> 16)).wrapping_mul(0x7feb_352d);
    let b = (a ^ (a >> 15)).wrapping_mul(0x846c_a68b);
    b ^ (b >> 16)
}

/// The same with 64 bits.
pub(super) fn mix_wide(number: u64) -> u64 {
    let a = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let b = (a ^ (a >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    b ^ (b >> 32)
}

/// The shingles of a text: the hash of every run of `words` words or twice as many characters, in
/// order, with the unit each begins at.
pub(super) fn shingles(units: &[Unit], words: usize) -> impl Iterator<Item = (usize, u64)> {
    units.iter().enumerate().filter_map(move |(at, first)| {
        let run = units.get(at..at + first.span_of_words(words))?;
        let hash = run.iter().fold(0, |hash: u64, unit| {
            (hash.rotate_left(21) ^ u64::from(unit.hash)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        Some((at, mix_wide(hash)))
    })
}

/// Distinct units of one kind in a text, and how many another text lacks.
pub(super) struct MissingUnits {
    pub(super) all: usize,
    /// Those that the other text does not have.
    pub(super) missing: usize,
}

/// Counts the units of one kind that `short` has and `long` lacks.
pub(super) fn missing_units(short: &[Unit], long: &[Unit], kind: UnitKind) -> MissingUnits {
    let of = |units: &[Unit]| {
        let mut hashes: Vec<u32> =
            units.iter().filter(|unit| unit.kind == kind).map(|unit| unit.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    };
    let (short, long) = (of(short), of(long));
    let missing = short.iter().filter(|hash| long.binary_search(hash).is_err()).count();
    MissingUnits { all: short.len(), missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<UnitKind> {
        let mut units = Vec::new();
        push_units(&fold_text(text), &mut units);
        units.iter().map(|unit| unit.kind).collect()
    }

    fn hashes(text: &str) -> Vec<u32> {
        let mut units = Vec::new();
        push_units(&fold_text(text), &mut units);
        units.iter().map(|unit| unit.hash).collect()
    }

    #[test]
    fn style_books_make_no_difference() {
        assert_eq!(
            hashes("Seven per-cent of 1,200 people’s"),
            hashes("7 per cent of 1200 peoples")
        );
        assert_eq!(hashes("up 5 percent."), hashes("Up five %"));
        assert_eq!(hashes("“GSOMIA” – ends"), hashes("gsomia ends"));
        assert_eq!(hashes("지소미아 종료"), hashes("지소미아종료"));
        assert_eq!(hashes("ＧＳＯＭＩＡ１２"), hashes("GSOMIA 12"));
        assert_ne!(hashes("1.5"), hashes("15"));
        assert_eq!(hashes("rund 12.000 von 1,5"), hashes("rund 12 000 von 1.5"));
        assert_eq!(hashes("1,234,567"), hashes("1.234.567"));
        assert_ne!(hashes("1,5 %"), hashes("15 %"));
        assert_eq!(hashes("3조2천억원"), hashes("3조2000억원"));
        assert_eq!(hashes("約1万2千世帯"), hashes("約1万2000世帯"));
    }

    #[test]
    fn a_unit_knows_what_it_is() {
        use UnitKind::{Common, Glyph, Grammar, Name, Number, Word};
        assert_eq!(
            kinds("The Blue House denied 3 reports"),
            [Common, Name, Name, Word, Number, Word]
        );
        assert_eq!(kinds("韓国の大統領"), [Glyph, Glyph, Grammar, Glyph, Glyph, Glyph]);
    }

    #[test]
    fn a_language_that_writes_nouns_with_capitals_names_nothing_by_them() {
        let read_whole = |text: &str| {
            let mut units = Vec::new();
            push_units(text, &mut units);
            without_nouns(&mut units);
            units.iter().filter(|unit| unit.kind == UnitKind::Name).count()
        };
        let german =
            "bei der Explosion in einem Werk wurden drei Arbeiter mit Verbrennungen verletzt";
        assert_eq!(read_whole(german), 0);
        assert_eq!(
            read_whole("police in Leeds said three workers were hurt when a bus left the road"),
            1
        );
    }

    #[test]
    fn no_two_words_of_the_tables_have_one_hash() {
        assert!(WORDS.words.windows(2).all(|pair| pair[0].0 != pair[1].0));
    }

    #[test]
    fn no_text_has_too_many_units() {
        assert_eq!(hashes(&"a ".repeat(10_000)).len(), UNITS_MAX);
        assert_eq!(hashes(&"가".repeat(10_000)).len(), UNITS_MAX);
    }
}
