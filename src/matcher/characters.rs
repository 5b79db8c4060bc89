//! Classifies characters: which class of word edges a character belongs to, and its folded form.
//!
//! The answers come from the Unicode tables (icu). They never change while the program runs, so
//! they are computed once, for a page of 256 characters at a time, and kept in one cache of the
//! process. A look into the tables for every letter of every article would be several times
//! slower.
use std::sync::OnceLock;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::props::{
    DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::{han_variants, kana};

/// How a character takes part in the edges of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CharClass {
    /// Invisible or without meaning: zero-width characters, soft hyphens, direction marks, `™` and
    /// `®`.
    Ignored,
    /// White space of any width.
    Space,
    /// A hyphen or dash of any length.
    Dash,
    /// An apostrophe in any of its typographic forms.
    Apostrophe,
    /// Other punctuation, symbols, emoji. Beside them there is always an edge.
    Other,
    /// A letter or digit of a script that puts spaces between words.
    Spaced,
    /// Hangul. It puts spaces between words, but writes particles without a space behind a word.
    Hangul,
    /// Han, Kana, Thai and other scripts that put no spaces between words.
    Unspaced,
}

impl CharClass {
    /// Whether two characters of these classes side by side are inside one word. No term may begin
    /// or end between them.
    pub(super) fn forms_word_with(self, other: Self) -> bool {
        self == other && matches!(self, Self::Spaced | Self::Hangul)
    }

    /// A letter, digit or mark of any script.
    pub(super) fn is_word(self) -> bool {
        matches!(self, Self::Spaced | Self::Hangul | Self::Unspaced)
    }
}

/// What is known of one character.
#[derive(Clone, Copy, Debug)]
pub(super) struct CharInfo {
    /// How it takes part in the edges of words.
    pub(super) class: CharClass,
    /// It belongs to the character before it: an accent, a vowel sign, the later part of a Hangul
    /// syllable.
    pub(super) joins: bool,
    /// A letter of a script whose accents are dropped: Latin, Greek, Cyrillic, Arabic, Hebrew. In
    /// other scripts (Devanagari, Thai) marks make another letter.
    pub(super) drops_accents: bool,
    /// A non-spacing mark.
    pub(super) mark: bool,
    /// The folded form: a character, or from [`LONG`] on the position of a longer text in
    /// `CharPage::long`.
    fold: u32,
}

/// The folded form of a character without marks behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Char(char),
    Text(&'static str),
}

impl Fold {
    /// Appends it to `text`.
    pub(super) fn push_to(self, text: &mut String) {
        match self {
            Self::Char(c) => text.push(c),
            Self::Text(more) => text.push_str(more),
        }
    }

    /// The first character of the folded form; `None` if it is empty.
    pub(super) fn first(self) -> Option<char> {
        match self {
            Self::Char(c) => Some(c),
            Self::Text(text) => text.chars().next(),
        }
    }
}

/// Characters of one page of the cache, and pages in all of Unicode.
const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
/// Numbers from here on stand for folded forms of several characters. It is the first number that
/// is no Unicode character.
const LONG: u32 = 0x11_0000;

/// One page of the cache, with the folded forms of several characters.
struct CharPage {
    letters: Box<[CharInfo; PAGE]>,
    long: Vec<Box<str>>,
}

/// The cache. It is filled page by page; most texts need five or six of the 4,352 pages.
static CACHE: [OnceLock<CharPage>; PAGES] = [const { OnceLock::new() }; PAGES];

/// The class of `c` and what else is known of it.
#[inline]
pub(super) fn char_info(c: char) -> CharInfo {
    if let Some(kind) = uniform_class(c) {
        return CharInfo {
            class: kind,
            joins: false,
            drops_accents: false,
            mark: false,
            fold: u32::from(uniform_fold(c)),
        };
    }
    let at = c as usize;
    char_page(at / PAGE).letters[at % PAGE]
}

/// The class of the letters that [`uniform_fold`] folds. They fill most Korean, Chinese and
/// Japanese text, so they are answered without the cache.
#[inline]
pub(super) fn uniform_class(c: char) -> Option<CharClass> {
    match c {
        '가'..='힣' => Some(CharClass::Hangul),
        '一'..='鿼' | 'ぁ'..='ゖ' | 'ァ'..='ン' | 'ヵ' | 'ヶ' => Some(CharClass::Unspaced),
        _ => None,
    }
}

/// The folded form of a letter that [`uniform_class`] knows. Other characters are given back.
#[inline]
pub(super) fn uniform_fold(c: char) -> char {
    match c {
        '一'..='鿼' => han_variants::common_form(c),
        'ァ'..='ン' | 'ヵ' | 'ヶ' => kana::large(c),
        _ => c,
    }
}

/// As [`char_info`], with the folded form of `c` alone.
#[inline]
pub(super) fn char_info_and_fold(c: char) -> (CharInfo, Fold) {
    if uniform_class(c).is_some() {
        return (char_info(c), Fold::Char(uniform_fold(c)));
    }
    let at = c as usize;
    let page = char_page(at / PAGE);
    let letter = page.letters[at % PAGE];
    let fold = match char::from_u32(letter.fold) {
        Some(c) => Fold::Char(c),
        None => Fold::Text(
            letter
                .fold
                .checked_sub(LONG)
                .and_then(|at| page.long.get(at as usize))
                .map_or("", |text| text),
        ),
    };
    (letter, fold)
}

/// The page with this number, computed at the first use.
fn char_page(number: usize) -> &'static CharPage {
    CACHE[number].get_or_init(|| {
        let mut long = Vec::new();
        let letters = std::array::from_fn(|low| {
            u32::try_from(number * PAGE + low).ok().and_then(char::from_u32).map_or(
                CharInfo {
                    class: CharClass::Other,
                    joins: false,
                    drops_accents: false,
                    mark: false,
                    fold: LONG,
                },
                |c| classify(c, &mut long),
            )
        });
        CharPage { letters: Box::new(letters), long }
    })
}

/// Computes one character from the Unicode tables. A folded form of several characters is added to
/// `long`.
fn classify(c: char, long: &mut Vec<Box<str>>) -> CharInfo {
    let category = |c: char| GeneralCategory::for_char(c);
    let mut buffer = [0; 4];
    let decomposed = DecomposingNormalizer::new_nfkd().normalize(c.encode_utf8(&mut buffer));
    let first = decomposed.chars().next().unwrap_or(c);
    let text = fold(c.encode_utf8(&mut [0; 4]));
    let kind = match special(c) {
        Some((kind, _)) => kind,
        None if is_ignored(c) => CharClass::Ignored,
        None if c.is_whitespace() => CharClass::Space,
        None if category(c) == GeneralCategory::DashPunctuation => CharClass::Dash,
        None => class_of_letter(text.chars().next().unwrap_or(c)),
    };
    let mut all = text.chars();
    let fold = if let (Some(only), None) = (all.next(), all.next()) {
        u32::from(only)
    } else {
        long.push(text.as_str().into());
        // A page holds 256 characters, so the number is small.
        LONG + u32::try_from(long.len() - 1).unwrap_or(0)
    };
    CharInfo {
        class: kind,
        joins: kind != CharClass::Ignored && joins(first) && special(c).is_none(),
        drops_accents: drops_accents_of(first),
        mark: category(c) == GeneralCategory::NonspacingMark,
        fold,
    }
}

/// The class of a character that is no space, dash or special sign.
fn class_of_letter(c: char) -> CharClass {
    let category = GeneralCategory::for_char(c);
    let is_mark = matches!(
        category,
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    );
    if !c.is_alphanumeric() && !is_mark {
        return CharClass::Other;
    }
    let script = CodePointMapData::<Script>::new().get(c);
    if script == Script::Hangul {
        CharClass::Hangul
    } else if is_unspaced(script) || matches!(c, 'ー' | 'ｰ') {
        CharClass::Unspaced
    } else {
        CharClass::Spaced
    }
}

/// Whether a script puts no spaces between words.
fn is_unspaced(script: Script) -> bool {
    [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Bopomofo,
        Script::Yi,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
        Script::Tibetan,
        Script::Javanese,
        Script::Balinese,
        Script::TaiLe,
        Script::NewTaiLue,
        Script::TaiTham,
        Script::TaiViet,
    ]
    .contains(&script)
}

/// Whether a character joins the one before it, by the first character of its decomposition: any
/// mark, and the vowels and finals of Hangul, which compose with the consonant before them.
fn joins(c: char) -> bool {
    matches!(
        GeneralCategory::for_char(c),
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    ) || matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}')
}

/// Whether accents are dropped from `c`: readers of these scripts leave them out when they type a
/// name. In Arabic and Hebrew they are vowel signs and the hamza, which most texts do not write.
fn drops_accents_of(c: char) -> bool {
    let script = CodePointMapData::<Script>::new().get(c);
    [Script::Latin, Script::Greek, Script::Cyrillic, Script::Arabic, Script::Hebrew]
        .contains(&script)
}

/// The Arabic tatweel only makes a word longer on paper. Trade marks stand inside names, and
/// nobody writes them in a watchlist.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{640}' | '™' | '℠' | '®')
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Characters that the compatibility normalisation of Unicode would not fold as a reader expects:
/// quotation marks, apostrophes and the minus sign.
fn special(c: char) -> Option<(CharClass, &'static str)> {
    match c {
        '\'' | '`' | '´' | '‘' | '’' | '‚' | '‛' | '′' | '‵' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ˈ'
        | '՚' | '׳' | 'ꞌ' | '＇' | '｀' => Some((CharClass::Apostrophe, "'")),
        '"' | '“' | '”' | '„' | '‟' | '″' | '‶' | '״' | '＂' | '〝' | '〞' | '〟' => {
            Some((CharClass::Other, "\""))
        }
        '\u{2212}' | '\u{2043}' | '\u{2D7}' => Some((CharClass::Dash, "-")),
        _ => None,
    }
}

/// The folded form of a character with its marks. In this order: compatibility forms are resolved,
/// accents of Latin, Greek and Cyrillic are dropped, case is folded, and the rest is composed
/// again.
pub(super) fn fold(cluster: &str) -> String {
    if let Some((_, text)) = cluster.chars().next().and_then(special) {
        return text.to_owned();
    }
    let mut bare = String::with_capacity(cluster.len());
    let mut sheds = false;
    let decomposed = DecomposingNormalizer::new_nfkd().normalize(cluster);
    for c in decomposed.chars().filter(|c| !is_ignored(*c)) {
        if GeneralCategory::for_char(c) == GeneralCategory::NonspacingMark {
            if sheds {
                continue;
            }
        } else {
            sheds = drops_accents_of(c);
        }
        bare.push(c);
    }
    let cased = CaseMapper::new().fold_string(&bare);
    let mut folded = String::with_capacity(cased.len());
    for c in ComposingNormalizer::new_nfkc().normalize(&cased).chars() {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            _ => folded.push(one_spelling(c)),
        }
    }
    folded
}

/// One character for all that readers take for the same, where Unicode does not decompose them:
/// letters with a stroke, the `i` without its dot, Arabic letters that are written in several ways
/// (`ى` and `ي`, `ة` and `ه`, the Persian `ی` and `ک`), and the digits of all scripts.
fn one_spelling(c: char) -> char {
    match c {
        'ı' => 'i',
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ى' | 'ی' | 'ې' => 'ي',
        'ک' => 'ك',
        'ة' | 'ہ' | 'ھ' | 'ە' => 'ه',
        'ٱ' => 'ا',
        'ヴ' => 'ブ',
        '一'..='鿼' | 'ァ'..='ン' | 'ヵ' | 'ヶ' => uniform_fold(c),
        _ if c.is_whitespace() => ' ',
        _ if GeneralCategory::for_char(c) == GeneralCategory::DashPunctuation => '-',
        _ => digit(c).or_else(|| special(c).and_then(|(_, text)| text.chars().next())).unwrap_or(c),
    }
}

/// The ASCII digit for a digit of another script. Unicode puts the ten digits of a script side by
/// side, so the digit is its distance from the first of them.
fn digit(c: char) -> Option<char> {
    let is_digit = |c: char| GeneralCategory::for_char(c) == GeneralCategory::DecimalNumber;
    if c.is_ascii() || !is_digit(c) {
        return None;
    }
    let first = (0..10)
        .filter_map(|back| u32::from(c).checked_sub(back).and_then(char::from_u32))
        .take_while(|c| is_digit(*c))
        .last()?;
    char::from_digit(u32::from(c) - u32::from(first), 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_goes_to_the_form_a_reader_would_search() {
        for (from, to) in [
            ("É", "e"),
            ("e\u{301}", "e"),
            ("İ", "i"),
            ("ß", "ss"),
            ("Σ", "σ"),
            ("ς", "σ"),
            ("ή", "η"),
            ("Ё", "е"),
            ("Ａ", "a"),
            ("ﬁ", "fi"),
            ("ｶ\u{FF9E}", "ガ"),
            ("か\u{3099}", "が"),
            ("\u{1100}\u{1161}\u{11A8}", "각"),
            ("①", "1"),
            ("Ł", "l"),
            ("’", "'"),
            ("\u{2011}", "-"),
            ("\u{A0}", " "),
            ("㎏", "kg"),
            ("Œ", "oe"),
            ("٢", "2"),
            ("۹", "9"),
            ("९", "9"),
            ("ب\u{64E}", "ب"),
            ("ש\u{5B0}", "ש"),
            ("أ", "ا"),
            ("ئ", "ي"),
            ("ی", "ي"),
            ("ة", "ه"),
        ] {
            assert_eq!(fold(from), to, "{from}");
        }
    }

    #[test]
    fn plain_letters_are_what_the_tables_say() {
        for c in ('\u{3000}'..'\u{E000}').filter(|c| uniform_class(*c).is_some()) {
            let studied = classify(c, &mut Vec::new());
            assert_eq!((studied.class, studied.joins), (char_info(c).class, false), "{c}");
            assert_eq!(studied.fold, u32::from(uniform_fold(c)), "{c}");
        }
    }

    #[test]
    fn accents_of_other_scripts_stay() {
        for text in ["が", "ก\u{E48}", "क\u{94D}"] {
            assert_eq!(fold(text), text);
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for c in (0..0x2_0000).filter_map(char::from_u32) {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            let twice: String =
                once.chars().map(|c| fold(c.encode_utf8(&mut [0; 4]))).collect::<Vec<_>>().concat();
            assert_eq!(once, twice, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn kinds_follow_scripts() {
        for (c, kind) in [
            ('a', CharClass::Spaced),
            ('7', CharClass::Spaced),
            ('я', CharClass::Spaced),
            ('ب', CharClass::Spaced),
            ('א', CharClass::Spaced),
            ('사', CharClass::Hangul),
            ('日', CharClass::Unspaced),
            ('々', CharClass::Unspaced),
            ('ー', CharClass::Unspaced),
            ('ก', CharClass::Unspaced),
            ('ｶ', CharClass::Unspaced),
            ('\u{AD}', CharClass::Ignored),
            ('\u{200B}', CharClass::Ignored),
            ('\u{FEFF}', CharClass::Ignored),
            ('\u{A0}', CharClass::Space),
            ('\u{3000}', CharClass::Space),
            ('—', CharClass::Dash),
            ('־', CharClass::Dash),
            ('’', CharClass::Apostrophe),
            ('，', CharClass::Other),
            ('・', CharClass::Other),
        ] {
            assert_eq!(char_info(c).class, kind, "{c:?}");
        }
    }
}
