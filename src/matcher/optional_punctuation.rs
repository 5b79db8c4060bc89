//! Punctuation that a name may be written with or without: the dots of an acronym (`U.S.`), of an
//! initial (`John F. Kennedy`) and of an abbreviation (`St. Petersburg`, `Inc.`), the comma before
//! what follows a name (`Co., Ltd.`), and quotation marks around a word (`the 'Islamic State'
//! group`). A dot that ends a sentence is none of them, so no term is found across it.

use super::characters::{self, CharClass};
use super::normalise::char_at;

/// Words that are written short with a dot behind them, in the languages that write dots. With the
/// dot of any other word a sentence ends.
const ABBREVIATIONS: &[&str] = &[
    "adm", "assn", "ave", "bros", "brig", "capt", "cie", "cmdr", "co", "col", "corp", "cpl",
    "dept", "dr", "dra", "esq", "fr", "ft", "gen", "gov", "hon", "inc", "intl", "jr", "lt", "ltd",
    "maj", "messrs", "mfg", "mlle", "mme", "mr", "mrs", "ms", "mt", "nr", "no", "ph", "pres",
    "prof", "rep", "rev", "sec", "sen", "sgt", "sr", "sra", "st", "ste", "supt", "univ", "vs",
];
/// What may stand behind a name and a comma, without dots.
const NAME_ENDINGS: &[&str] = &[
    "ab", "ag", "asa", "bv", "co", "corp", "dc", "esq", "gmbh", "ii", "iii", "inc", "iv", "jr",
    "kg", "kk", "llc", "llp", "lp", "ltd", "md", "nv", "oyj", "phd", "plc", "sa", "spa", "sr",
];
/// Letters of the longest word in the two lists.
const LISTED_LETTERS_MAX: usize = 8;

/// Quotation marks, accents and invisible characters that are gone over at most to the letter beside them. A
/// hostile text may have millions.
const MARKS_MAX: usize = 8;

/// The end of the punctuation at byte `at` of `text`, if a name may be written without it.
pub(super) fn end(text: &str, at: usize) -> Option<usize> {
    let sign = char_at(text, at)?;
    let after = at + sign.len_utf8();
    let before = text.get(..at)?;
    // Punctuation with an accent is none that a name has.
    if char_at(text, after).is_some_and(|next| characters::char_info(next).joins) {
        return None;
    }
    let optional = match sign {
        '.' => is_optional_dot(before, text.get(after..)?),
        ',' => is_optional_comma(before, text.get(after..)?),
        _ if is_quotation_mark(sign) => {
            // Two marks side by side are one: `''`. Between two letters it is no quotation mark.
            let beside = |c: &char| {
                let letter = characters::char_info(*c);
                !is_quotation_mark(*c) && letter.class != CharClass::Ignored && !letter.joins
            };
            let left = before.chars().rev().take(MARKS_MAX).find(beside);
            let right = text.get(after..)?.chars().take(MARKS_MAX).find(beside);
            let [left, right] =
                [left, right].map(|letter| letter.is_some_and(char::is_alphanumeric));
            left != right
        }
        _ => false,
    };
    optional.then_some(after)
}

/// Whether `text` is inside an acronym with dots at byte `at`: `U.S` is in `U.S.A.`, and `S.A` too.
pub(super) fn inside_acronym(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let goes_on = |rest: &str| {
        let mut chars = rest.chars();
        chars.next() == Some('.')
            && chars.next().is_some_and(char::is_uppercase)
            && chars.next().is_none_or(|c| !c.is_alphanumeric())
    };
    before.strip_suffix('.').is_some_and(|before| single_capital(before).is_some())
        || goes_on(text.get(end..).unwrap_or_default())
}

/// A term without the punctuation that a name may be written without, and whether it was an
/// acronym with dots.
pub(super) fn without(text: &str) -> (String, bool) {
    let mut kept = String::with_capacity(text.len());
    let mut acronym = false;
    for (at, c) in text.char_indices() {
        if end(text, at).is_none() {
            kept.push(c);
        } else if c == '.' {
            let next = text.get(at + 1..).unwrap_or_default();
            acronym |= next.chars().next().is_some_and(char::is_alphabetic);
        }
    }
    (kept, acronym)
}

/// Whether `c` may be a quotation mark.
fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›' | '\'' | '‘' | '’')
}

/// The dot of an acronym, an initial or an abbreviation.
fn is_optional_dot(before: &str, after: &str) -> bool {
    let mut next = after.chars();
    let following = next.next();
    if following.is_some_and(char::is_alphanumeric) {
        return single_capital(before).is_some()
            && following.is_some_and(char::is_uppercase)
            && next.next().is_none_or(|c| !c.is_alphanumeric());
    }
    single_capital(before).is_some()
        || listed_word(before.chars().rev()).is_some_and(|word| {
            ABBREVIATIONS.contains(&word.chars().rev().collect::<String>().as_str())
        })
}

/// The comma between a name and what belongs to it.
fn is_optional_comma(before: &str, after: &str) -> bool {
    let Some(next) = after.strip_prefix([' ', '\u{A0}', '\n']) else { return false };
    let word = next.split(char::is_whitespace).next().unwrap_or_default();
    let letters = word.chars().filter(|c| *c != '.');
    before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '.')
        && listed_word(letters).is_some_and(|word| NAME_ENDINGS.contains(&word.as_str()))
}

/// The capital letter at the end of `before`, if no other letter or digit stands before it.
fn single_capital(before: &str) -> Option<char> {
    let mut back = before.chars().rev().filter(|c| !characters::char_info(*c).joins);
    let letter = back.next().filter(|c| c.is_uppercase())?;
    back.next().is_none_or(|c| !c.is_alphanumeric()).then_some(letter)
}

/// The lower-case word that `letters` begin with, if it is short enough to be in a list.
fn listed_word(letters: impl Iterator<Item = char>) -> Option<String> {
    let word: String = letters
        .take_while(|c| c.is_alphanumeric())
        .take(LISTED_LETTERS_MAX + 1)
        .flat_map(char::to_lowercase)
        .collect();
    (!word.is_empty() && word.chars().count() <= LISTED_LETTERS_MAX).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_the_punctuation_they_may_be_written_without() {
        for (from, to, acronym) in [
            ("U.N. charter", "UN charter", true),
            ("Robert T. Smith", "Robert T Smith", false),
            ("Mt. Fuji", "Mt Fuji", false),
            ("Acme Co., Ltd.", "Acme Co Ltd", false),
            ("Springfield, D.C.", "Springfield DC", true),
            ("the 'Red Army' faction", "the Red Army faction", false),
            ("bbc.com", "bbc.com", false),
            ("t.me/news", "t.me/news", false),
            ("don't", "don't", false),
            ("C++", "C++", false),
            ("Lima, Peru", "Lima, Peru", false),
        ] {
            assert_eq!(without(from), (to.to_owned(), acronym), "{from}");
        }
    }

    #[test]
    fn a_sentence_ends_with_its_dot() {
        for text in ["He saw the crown. Prince William left", "painted green. House prices"] {
            assert_eq!(end(text, text.find('.').unwrap()), None, "{text}");
        }
    }

    #[test]
    fn a_part_of_an_acronym_is_known() {
        assert!(inside_acronym("the U.S.A. team", 4, 7));
        assert!(inside_acronym("the P.U.S. team", 6, 9));
        assert!(!inside_acronym("the U.S. team", 4, 7));
    }
}
