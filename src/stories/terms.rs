//! Splits a text into its terms: the words by which one text can say something that another does
//! not. Words that every text has are left out. Where words are not separated by spaces, a term is
//! a pair of characters.
use std::borrow::Cow;

use super::known_words::{Known, known_word};
use super::stemming::{stem, without_particle};
use super::text_folding::{hash_of, hash_of_pair};

/// The most terms of one text that are compared. A news story has some hundreds.
pub(super) const TERMS_MAX: usize = 2_000;

/// The kind of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermKind {
    /// A word in lower case.
    Word,
    /// A word with a capital.
    Name,
    /// A number that counts or measures something.
    Figure,
    /// A number that is a day, a month, a year or an hour.
    Date,
    /// The name of a month or of a day of the week.
    Day,
    /// A Korean word.
    Hangul,
    /// Two neighbouring characters of a script without spaces.
    Pair,
}

/// A term: the hash of its folded form, and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The hash of the folded word.
    pub(super) hash: u32,
    pub(super) kind: TermKind,
    /// Where the pairs of syllables of a Korean word begin in [`Terms::word_pairs`] …
    first_pair: u32,
    /// … and how many it has.
    pairs: u8,
}

impl Term {
    /// How much it says, where a word says 1. Each character of a script without spaces is in two
    /// pairs.
    pub(super) fn weight(self) -> f64 {
        match self.kind {
            TermKind::Pair => 0.5,
            TermKind::Day => 0.3,
            TermKind::Word
            | TermKind::Name
            | TermKind::Figure
            | TermKind::Date
            | TermKind::Hangul => 1.0,
        }
    }
}

/// The terms of a text, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// The terms.
    pub(super) list: Vec<Term>,
    /// The pairs of syllables of the Korean words, by which a word is found although another
    /// publisher joins it with its neighbour.
    word_pairs: Vec<u32>,
    /// All pairs of Hangul syllables of the text as if it were written without spaces.
    pub(super) hangul_pairs: Vec<u32>,
    /// The last Hangul syllable.
    last_syllable: Option<char>,
}

/// A place in the terms of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TermsMark {
    /// Terms before it.
    pub(super) list: usize,
    word_pairs: usize,
    /// Pairs of Hangul syllables before it.
    pub(super) hangul_pairs: usize,
}

impl Terms {
    /// The terms of a folded text (see `text_folding.rs`).
    pub(super) fn of(text: &str) -> Self {
        let mut terms = Self::default();
        terms.push(text);
        terms
    }

    /// Appends the terms of a folded text, until there are [`TERMS_MAX`].
    pub(super) fn push(&mut self, text: &str) {
        let mut run = Run { script: Script::Other, text: String::with_capacity(32) };
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if self.list.len() >= TERMS_MAX {
                return;
            }
            let script = script_of(c);
            if script == Script::Digit {
                self.end(&mut run);
                let digits = read_number(c, &mut chars);
                self.figure(&digits, &chars);
                continue;
            }
            if skip_mark(c, &mut chars) {
                self.end(&mut run);
                continue;
            }
            match script {
                // "company's" is one word, and so is a word with a soft hyphen or an accent that
                // was not composed.
                Script::Other if matches!(c, '\'' | '’' | '\u{ad}' | '\u{300}'..='\u{36f}') => {}
                Script::Other => self.end(&mut run),
                Script::Letter | Script::Hangul | Script::Katakana | Script::Han => {
                    self.begin(&mut run, script);
                    run.text.push(c);
                }
                Script::Digit => {}
            }
        }
        self.end(&mut run);
    }

    /// How much there is, for [`Terms::rewind`].
    pub(super) fn mark(&self) -> TermsMark {
        TermsMark {
            list: self.list.len(),
            word_pairs: self.word_pairs.len(),
            hangul_pairs: self.hangul_pairs.len(),
        }
    }

    /// Takes away what was pushed since the mark.
    pub(super) fn rewind(&mut self, mark: TermsMark) {
        self.list.truncate(mark.list);
        self.word_pairs.truncate(mark.word_pairs);
        self.hangul_pairs.truncate(mark.hangul_pairs);
        self.last_syllable = None;
    }

    fn begin(&mut self, run: &mut Run, script: Script) {
        if run.script != script {
            self.end(run);
            run.script = script;
        }
    }

    /// Ends the current run of one script and makes terms of it.
    fn end(&mut self, run: &mut Run) {
        let text = std::mem::take(&mut run.text);
        match run.script {
            Script::Letter => self.word(&text),
            Script::Hangul => self.korean(&text),
            Script::Katakana if text.chars().nth(1).is_some() => {
                self.add(hash_of(&text), TermKind::Word);
            }
            Script::Han => self.characters(&text),
            Script::Digit | Script::Katakana | Script::Other => {}
        }
        run.script = Script::Other;
        run.text = text;
        run.text.clear();
    }

    fn add(&mut self, hash: u32, kind: TermKind) {
        self.list.push(Term { hash, kind, first_pair: 0, pairs: 0 });
    }

    fn word(&mut self, text: &str) {
        let mut letters = text.chars();
        let kind = if letters.next().is_some_and(char::is_uppercase) {
            TermKind::Name
        } else {
            TermKind::Word
        };
        let lower = if text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.to_lowercase())
        };
        match known_word(hash_of(&lower)) {
            Some(Known::Common) => {}
            Some(Known::Figure(hash)) => self.add(hash, TermKind::Figure),
            Some(Known::Day) => self.day(&lower),
            None if letters.next().is_none() => {}
            None => {
                // "Smith's" was read as "Smiths".
                self.add(hash_of(stem(&lower)), kind);
            }
        }
    }

    /// A month or a day of the week. A number before it is a date ("12 August").
    fn day(&mut self, lower: &str) {
        if let Some(before) = self.list.last_mut()
            && before.kind == TermKind::Figure
        {
            before.kind = TermKind::Date;
        }
        self.add(hash_of(lower), TermKind::Day);
    }

    /// A number. `rest`: the text behind it.
    fn figure(&mut self, digits: &str, rest: &(impl Iterator<Item = char> + Clone)) {
        let mut behind = rest.clone().filter(|c| *c != ' ');
        let unit = behind.next().is_some_and(|c| DATE_UNITS.contains(&c));
        // "11일간" and "10日目" count days.
        let counted = unit && behind.next().is_some_and(|c| COUNTED.contains(&c));
        let after_day = self.list.last().is_some_and(|term| term.kind == TermKind::Day);
        let dated = unit && !counted || after_day;
        let hash = hash_of(digits.trim_start_matches('0'));
        self.add(hash, if dated { TermKind::Date } else { TermKind::Figure });
    }

    fn korean(&mut self, text: &str) {
        let mut last = self.last_syllable;
        for c in text.chars() {
            self.hangul_pairs.extend(last.map(|before| hash_of_pair(before, c)));
            last = Some(c);
        }
        self.last_syllable = last;
        match known_word(hash_of(text)) {
            Some(Known::Common) => return,
            Some(Known::Figure(hash)) => return self.add(hash, TermKind::Figure),
            Some(Known::Day) | None => {}
        }
        let bare = without_particle(text);
        let single = bare.chars().nth(1).is_none();
        if single || matches!(known_word(hash_of(bare)), Some(Known::Common)) {
            return;
        }
        let first_pair = u32::try_from(self.word_pairs.len()).unwrap_or(u32::MAX);
        let mut chars = bare.chars();
        let mut before = chars.next();
        let mut pairs = 0_u8;
        for c in chars {
            self.word_pairs.extend(before.map(|before| hash_of_pair(before, c)));
            pairs = pairs.saturating_add(1);
            before = Some(c);
        }
        self.list.push(Term { hash: hash_of(bare), kind: TermKind::Hangul, first_pair, pairs });
    }

    fn characters(&mut self, text: &str) {
        let mut chars = text.chars();
        let Some(mut before) = chars.next() else { return };
        for c in chars {
            self.add(hash_of_pair(before, c), TermKind::Pair);
            before = c;
        }
    }

    /// The pairs of syllables of a Korean word.
    pub(super) fn pairs_of(&self, term: Term) -> &[u32] {
        let begin = usize::try_from(term.first_pair).unwrap_or(usize::MAX);
        self.word_pairs.get(begin..).and_then(|of| of.get(..term.pairs.into())).unwrap_or_default()
    }
}

/// Digits of the code under which a company is listed, in brackets behind its name in Korean news.
const STOCK_CODE_DIGITS: std::ops::RangeInclusive<usize> = 5..=6;

/// Reads past a hashtag and past the stock code of a company, which are no part of a story.
fn skip_mark(sign: char, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    if sign == '#' && chars.peek().is_some_and(|c| c.is_alphabetic()) {
        while chars.next_if(|c| !c.is_whitespace()).is_some() {}
        return true;
    }
    if sign != '[' {
        return false;
    }
    let digits = chars.clone().take_while(char::is_ascii_digit).count();
    let code =
        STOCK_CODE_DIGITS.contains(&digits) && chars.clone().nth(digits).is_some_and(|c| c == ']');
    if code {
        chars.by_ref().take(digits).for_each(drop);
    }
    code
}

/// Signs behind a number that make it a date or a time of day.
const DATE_UNITS: [char; 11] = ['일', '日', '号', '號', '월', '月', '년', '年', '시', '時', '时'];

/// Signs behind such a sign that make it a number of days or years.
const COUNTED: [char; 4] = ['간', '間', '目', '间'];

/// Reads a number to its end, without its thousands separators: "12,000", "12.000" and "12 000"
/// are one number, "1,5" and "1.5" another.
fn read_number(first: char, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::from(first);
    let mut thousands = false;
    loop {
        while let Some(digit) = chars.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let Some(sign) = chars.peek().copied().filter(|c| matches!(c, '.' | ',' | ' ')) else {
            return digits;
        };
        let further = chars.clone().skip(1).take_while(char::is_ascii_digit).take(4).count();
        let begins = digits.len() <= 3 && !digits.starts_with('0');
        let group = further == 3 && (begins || thousands && sign != ' ');
        if !group && (further == 0 || sign == ' ') {
            return digits;
        }
        thousands = group;
        if !group {
            digits.push('.');
        }
        chars.next();
    }
}

/// A run of characters of one script.
struct Run {
    script: Script,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Digit,
    /// Words in scripts with spaces.
    Letter,
    Hangul,
    /// A run of it is a word.
    Katakana,
    /// Han characters, and scripts like Thai.
    Han,
    /// What ends a word; also Hiragana, which mostly carries grammar.
    Other,
}

fn script_of(c: char) -> Script {
    match c {
        '0'..='9' => Script::Digit,
        // Most characters of most texts fail the first comparison.
        _ if c < '\u{e00}' => {
            if c.is_alphabetic() {
                Script::Letter
            } else {
                Script::Other
            }
        }
        '\u{ac00}'..='\u{d7a3}' => Script::Hangul,
        '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => Script::Katakana,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Script::Han,
        '\u{3041}'..='\u{309f}' => Script::Other,
        _ if c.is_alphabetic() => Script::Letter,
        _ => Script::Other,
    }
}

/// Whether a character is a unit of its own: in scripts without spaces, and in Hangul.
pub(super) fn is_glyph(c: char) -> bool {
    matches!(script_of(c), Script::Hangul | Script::Katakana | Script::Han)
        || matches!(c, '\u{3041}'..='\u{309f}')
}

#[cfg(test)]
mod tests {
    use super::super::known_terms::KnownTerms;
    use super::super::text_folding::fold_text;
    use super::*;

    fn hashes(text: &str) -> Vec<u32> {
        Terms::of(&fold_text(text)).list.iter().map(|term| term.hash).collect()
    }

    fn kinds(text: &str) -> Vec<TermKind> {
        Terms::of(&fold_text(text)).list.iter().map(|term| term.kind).collect()
    }

    fn knows(known: &str, text: &str) -> bool {
        let known = KnownTerms::of([&Terms::of(&fold_text(known))]);
        let terms = Terms::of(&fold_text(text));
        terms.list.iter().all(|term| known.has(&terms, *term))
    }

    #[test]
    fn style_books_make_no_difference() {
        assert_eq!(
            hashes("Seven per-cent of 1,200 people’s"),
            hashes("7 per cent of 1200 peoples")
        );
        assert_eq!(hashes("up 5 percent."), hashes("Up five %"));
        assert_eq!(hashes("“GSOMIA” – ends"), hashes("gsomia ends"));
        assert_eq!(hashes("ＧＳＯＭＩＡ１２"), hashes("GSOMIA 12"));
        assert_ne!(hashes("1.5"), hashes("15"));
        assert_eq!(hashes("rund 12.000 von 1,5"), hashes("rund 12000 von 1.5"));
        assert_eq!(hashes("1,234,567"), hashes("1.234.567"));
        assert_ne!(hashes("1,5 %"), hashes("15 %"));
        assert_eq!(hashes("3조2천억원"), hashes("3조2000억원"));
        assert_eq!(hashes("約1万2千世帯"), hashes("約1万2000世帯"));
        assert_eq!(hashes("第二海關"), hashes("第二海关"));
    }

    #[test]
    fn a_term_knows_what_it_is() {
        use TermKind::{Date, Day, Figure, Hangul, Name, Pair, Word};
        assert_eq!(kinds("The Blue House denied 3 claims"), [Name, Name, Word, Figure, Word]);
        assert_eq!(
            kinds("on 12 August the court held 4 hours"),
            [Date, Day, Word, Word, Figure, Word]
        );
        assert_eq!(kinds("韓国の大統領"), [Pair, Pair, Pair]);
        assert_eq!(kinds("8월 15일"), [Date, Date]);
        assert_eq!(kinds("11일간 10日目"), [Figure, Hangul, Figure, Pair]);
    }

    #[test]
    fn a_korean_word_is_known_however_it_is_joined() {
        assert!(knows("메모리업계 최초로 도입", "메모리 업계, 최초 도입한다"));
        assert!(!knows("메모리업계 최초로 도입", "디스플레이 업계"));
    }

    #[test]
    fn no_text_has_too_many_terms() {
        assert!(hashes(&"ab ".repeat(10_000)).len() <= TERMS_MAX);
        assert!(hashes(&"가나 ".repeat(10_000)).len() <= TERMS_MAX);
    }
}
