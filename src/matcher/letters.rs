//! Judges the letters of a match: whether the accents of the text are those of the term. Both were
//! folded when the match was found, so `công` and `cổng` are the same until here.
//!
//! The rule: where both write an accent, the accents must agree. Where one side is bare, it is the
//! same word written by somebody who does not type accents, unless the text is in a language that
//! always writes this letter: in a German text `Burger` is not `Bürger`.
use std::cell::OnceCell;
use std::ops::Range;

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use super::characters::{self, CharClass};
use super::tolerances::Tolerances;

/// Marked letters that a text must lack, by the habit of its language, before it counts as written
/// without marks. With four expected, a text has none by chance once in fifty (Poisson).
const EXPECTED_MARKS_MIN: f64 = 4.0;

/// How a language writes accents.
#[derive(Debug, PartialEq)]
struct AccentHabit {
    /// The primary language subtag (BCP 47).
    language: &'static str,
    /// The marked letters that the language always writes, in lower case.
    letters: &'static str,
    /// Marked letters among a hundred letters of running text, roughly.
    percent: f64,
    /// Capitals are often written without the marks.
    bare_capitals: bool,
}

/// The languages that always write their marked letters. The shares were counted by hand in news
/// texts and only need the right size.
const HABITS: &[AccentHabit] = &[
    habit("be", "йў", 3.0, false),
    habit("bg", "й", 1.0, false),
    habit("cs", "áčďéěíňóřšťúůýž", 13.0, false),
    habit("da", "æøå", 3.0, false),
    habit("de", "äöü", 1.7, false),
    habit("el", "άέήίόύώ", 11.0, true),
    habit("es", "áéíóúñ", 2.5, true),
    habit("et", "äöõü", 4.0, false),
    habit("fi", "äö", 5.0, false),
    habit("fr", "àâçéèêëîïôùûüÿ", 4.0, true),
    habit("hr", "čćđšž", 3.0, false),
    habit("hu", "áéíóöőúüű", 12.0, false),
    habit("is", "áéíóúýðþæö", 10.0, false),
    habit("it", "àèéìòù", 1.0, true),
    habit("lt", "ąčęėįšųūž", 7.0, false),
    habit("lv", "āčēģīķļņšūž", 10.0, false),
    habit("nb", "æøå", 3.0, false),
    habit("no", "æøå", 3.0, false),
    habit("pl", "ąćęłńóśźż", 7.0, false),
    habit("pt", "áâãàçéêíóôõú", 4.0, true),
    habit("ro", "ăâîșțşţ", 6.0, false),
    habit("ru", "й", 1.1, false),
    habit("sk", "áäčďéíĺľňóôŕšťúýž", 10.0, false),
    habit("sl", "čšž", 3.0, false),
    habit("sv", "åäö", 5.0, false),
    habit("tr", "çğıöşü", 9.0, false),
    habit("uk", "йї", 2.0, false),
    habit("vi", "ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ", 25.0, false),
];

const fn habit(
    language: &'static str,
    letters: &'static str,
    percent: f64,
    bare_capitals: bool,
) -> AccentHabit {
    AccentHabit { language, letters, percent, bare_capitals }
}

/// Arabic words that differ from a name only in a letter that is written in several ways, and are
/// far more common than the name: "on" is not Ali.
const ARABIC_FUNCTION_WORDS: &[&str] = &["على", "إلى", "الى", "حتى", "متى", "لدى", "مدى", "سوى"];

/// The text of one field, and what is known of how it is written. That is found when it is first
/// asked for, and kept: a hostile text may have a match at every letter.
#[derive(Debug)]
pub(super) struct LetterContext<'a> {
    /// The text of the field.
    pub(super) text: &'a str,
    /// The language of the article as a BCP 47 tag, if it is known.
    language: Option<&'a str>,
    /// See [`is_written_bare`].
    written_bare: OnceCell<bool>,
    /// Whether the text has no small letter.
    all_capitals: OnceCell<bool>,
}

/// One letter with its marks apart.
#[derive(Clone, Debug, PartialEq)]
struct MarkedLetter {
    /// In lower case, without marks.
    base: char,
    /// The marks, sorted as Unicode decomposes them; empty for a bare letter.
    marks: String,
    /// As the text has it.
    capital: bool,
    /// Which word of its text it belongs to.
    word: usize,
}

/// The tolerances needed for the letters of a match, or `None` if they are other letters. `word` is
/// the term or the word of it, and `place` the bytes of the text that were taken for it, without an
/// ending. `inflected` says that an ending follows, before which a language may move an accent.
pub(super) fn agree(
    word: &str,
    context: &LetterContext<'_>,
    place: Range<usize>,
    inflected: bool,
) -> Option<Tolerances> {
    let found = context.text.get(place)?;
    if word.is_ascii() && found.is_ascii() {
        return Some(Tolerances::default());
    }
    if ARABIC_FUNCTION_WORDS.contains(&found) && word != found {
        return None;
    }
    let turkic = primary(context.language).is_some_and(|tag| matches!(tag, "tr" | "az"));
    // The term does not say its language. Its `ı` and `İ` speak for themselves, its `I` does not.
    let (ours, theirs) = (marked_letters(word, false), marked_letters(found, turkic));
    let (mut used, mut from) = (Tolerances::default(), 0);
    // The text may write the words together, so its letters are counted off, word by word.
    for ours in ours.chunk_by(|a, b| a.word == b.word) {
        let Some(theirs) = theirs.get(from..theirs.len().min(from + ours.len())) else { break };
        let pair = WordPair { ours, theirs, turkic, inflected };
        used.add(pair.agree(context)?);
        from += ours.len();
    }
    Some(used)
}

/// Whether the text writes the marked letters of `written` that a bare spelling left out: `göring`
/// for `goering`. `written` and the text are compared with each marked letter spelled out.
pub(super) fn spells_out(written: &str, found: &str) -> bool {
    spelled_out(found).starts_with(&spelled_out(written))
}

/// A text in lower case with marked letters in the two letters that stand for them where they
/// cannot be typed.
pub(super) fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' | 'œ' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'å' => out.push_str("aa"),
            'đ' => out.push_str("dj"),
            'ß' => out.push_str("ss"),
            _ => out.push(c),
        }
    }
    super::normalise::normalise(&out)
}

/// A word of the term and what the text has in its place.
#[derive(Clone, Copy)]
struct WordPair<'l> {
    ours: &'l [MarkedLetter],
    theirs: &'l [MarkedLetter],
    /// The text is in a language in which `I` is the capital of `ı`.
    turkic: bool,
    /// An ending follows.
    inflected: bool,
}

impl WordPair<'_> {
    /// Whether the two are written alike, given that their bare letters are the same.
    fn agree(self, context: &LetterContext<'_>) -> Option<Tolerances> {
        let pairs = || self.ours.iter().zip(self.theirs);
        // Other letters: the fold took them for one, such as `œ` and `oe`.
        if pairs().any(|(a, b)| a.base != b.base) {
            return Some(Tolerances::LETTER);
        }
        let mut differing = pairs().filter(|(a, b)| !self.same_marks(a, b)).peekable();
        if differing.peek().is_none() {
            return Some(Tolerances::default());
        }
        let marked = |letters: &[MarkedLetter]| letters.iter().any(|one| !one.marks.is_empty());
        let agree = match (marked(self.ours), marked(self.theirs)) {
            // Before an ending an accent may move, but one letter has not two accents.
            (true, true) => {
                self.inflected && differing.all(|(a, b)| a.marks.is_empty() || b.marks.is_empty())
            }
            (true, false) => !context.requires(differing),
            (false, _) => true,
        };
        agree.then_some(Tolerances::ACCENT)
    }

    /// Whether two letters bear the same marks. A capital `I` may be that of `i` or of `ı`.
    fn same_marks(self, ours: &MarkedLetter, theirs: &MarkedLetter) -> bool {
        let bare_capital = |one: &MarkedLetter| one.capital && one.marks.is_empty();
        ours.marks == theirs.marks
            || (ours.base == 'i' && (bare_capital(ours) || (bare_capital(theirs) && !self.turkic)))
    }
}

impl<'a> LetterContext<'a> {
    /// The text of a field of an article in the language with this BCP 47 tag.
    pub(super) fn new(text: &'a str, language: Option<&'a str>) -> Self {
        Self { text, language, written_bare: OnceCell::new(), all_capitals: OnceCell::new() }
    }

    /// Whether the text has no small letter, so that its capitals say nothing.
    pub(super) fn is_all_capitals(&self) -> bool {
        *self.all_capitals.get_or_init(|| !self.text.chars().any(char::is_lowercase))
    }

    /// Whether the language of the text would have written one of these letters of the term with
    /// its mark.
    fn requires<'l>(
        &self,
        mut pairs: impl Iterator<Item = (&'l MarkedLetter, &'l MarkedLetter)>,
    ) -> bool {
        let habit = primary(self.language)
            .and_then(|tag| HABITS.iter().find(|habit| habit.language == tag));
        habit.is_some_and(|habit| {
            pairs.any(|(ours, theirs)| {
                let written = ours.composed().is_some_and(|c| habit.letters.contains(c));
                written && !(theirs.capital && habit.bare_capitals)
            }) && !*self.written_bare.get_or_init(|| is_written_bare(self.text, habit))
        })
    }
}

impl MarkedLetter {
    /// The letter with its marks as one character; `None` if Unicode has none.
    fn composed(&self) -> Option<char> {
        if self.marks == STROKE {
            return stroked(self.base);
        }
        let letter = format!("{}{}", self.base, self.marks);
        let composed = ComposingNormalizer::new_nfc().normalize(&letter);
        let mut chars = composed.chars();
        chars.next().filter(|_| chars.next().is_none())
    }
}

/// Whether a text in this language would have marked letters by now, and has none.
fn is_written_bare(text: &str, habit: &AccentHabit) -> bool {
    let mut letters = 0.0_f64;
    for c in text.chars().flat_map(char::to_lowercase) {
        if habit.letters.contains(c) {
            return false;
        }
        letters += f64::from(u8::from(c.is_alphabetic()));
    }
    letters * habit.percent / 100.0 >= EXPECTED_MARKS_MIN
}

/// The mark that stands for the stroke of `ø`, `ł` and `đ` and for the missing dot of `ı`, which
/// Unicode does not decompose.
const STROKE: &str = "/";

/// The bare letter of a letter with a stroke.
fn unstroked(c: char) -> Option<char> {
    Some(match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ı' => 'i',
        _ => return None,
    })
}

/// The letter with a stroke over a bare letter.
fn stroked(base: char) -> Option<char> {
    ['ø', 'ł', 'đ', 'ħ', 'ŧ', 'ı'].into_iter().find(|c| unstroked(*c) == Some(base))
}

/// The letters of a text. In a Turkic text `I` is the capital of `ı`.
fn marked_letters(text: &str, turkic: bool) -> Vec<MarkedLetter> {
    let mut letters: Vec<MarkedLetter> = Vec::new();
    let mut word = 0;
    // Whether the last letter is of a script whose accents are compared.
    let mut is_open = false;
    // Only the canonical decomposition: a compatibility form is the same letter without a mark.
    for c in DecomposingNormalizer::new_nfd().normalize(text).chars() {
        let info = characters::char_info(c);
        let vowel_sign = matches!(c, '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{65F}' | '\u{670}');
        if vowel_sign {
            continue;
        }
        if info.mark && !is_open {
            continue;
        }
        if info.mark {
            // The dot of `İ` marks no other letter.
            if let Some(letter) = letters.last_mut().filter(|one| c != '\u{307}' || one.base != 'i')
            {
                letter.marks.push(c);
            } else if let Some(letter) = letters.last_mut() {
                letter.marks.clear();
            }
        } else if c.is_alphanumeric() {
            is_open = info.drops_accents;
            // In the other scripts the fold has kept every difference.
            for lower in c.to_lowercase().filter(|c| characters::char_info(*c).drops_accents) {
                let stroke = unstroked(lower);
                let marks = if stroke.is_some() || (turkic && c == 'I') { STROKE } else { "" };
                letters.push(MarkedLetter {
                    base: stroke.unwrap_or(lower),
                    marks: marks.to_owned(),
                    capital: c.is_uppercase(),
                    word,
                });
            }
        } else if info.class != CharClass::Ignored {
            word += 1;
        }
    }
    letters
}

/// The primary subtag of a language tag: `pt` of `pt-BR`.
fn primary(tag: Option<&str>) -> Option<&str> {
    tag?.split(['-', '_']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees(word: &str, found: &str, language: Option<&str>) -> bool {
        let context = LetterContext::new(found, language);
        agree(word, &context, 0..found.len(), false).is_some()
    }

    #[test]
    fn where_both_sides_write_accents_they_agree() {
        for (word, found, yes) in [
            ("bán", "bàn", false),
            ("bán", "bán", true),
            ("bán", "ban", true),
            ("ban", "bán", true),
            ("pero", "però", true),
            ("θέση", "θεσή", false),
            ("Żaba", "żaba", true),
            ("Çağrı", "Çagri", false),
            ("Čapek", "Capek", true),
        ] {
            assert_eq!(agrees(word, found, None), yes, "{word}, {found}");
        }
    }

    #[test]
    fn a_language_that_writes_a_letter_always_is_believed() {
        assert!(!agrees("Möwe", "Mowe", Some("de")));
        assert!(agrees("Möwe", "Mowe", Some("en")));
        assert!(!agrees("é", "è", None));
        assert!(agrees("Ήπειρος", "ΗΠΕΙΡΟΣ", Some("el")));
        assert!(!agrees("йод", "иод", Some("ru")));
        assert!(agrees("ёлка", "елка", Some("ru")));
    }

    #[test]
    fn a_long_text_without_marks_was_typed_without_them() {
        let text = "chinh phu Viet Nam hom nay cong bo bao cao kinh te";
        let place = text.find("chinh").unwrap();
        let context = LetterContext::new(text, Some("vi"));
        assert!(agree("chính", &context, place..place + 5, false).is_some());
    }

    #[test]
    fn the_turkish_i_has_two_capitals() {
        assert!(agrees("Işık", "IŞIK", Some("tr")));
        assert!(!agrees("Işık", "İŞİK", Some("tr")));
        assert!(agrees("İzmir", "IZMIR", None));
    }

    #[test]
    fn marked_letters_are_spelled_out() {
        assert!(spells_out("Koenig", "König"));
        assert!(!spells_out("Koenig", "Konig"));
        assert_eq!(spelled_out("Weiß Çelik"), "weiss celik");
    }
}
