//! Folds a text step by step without copying it as a whole, so that every match is a place in the
//! original text, and no second table of positions is needed.
use icu_normalizer::ComposingNormalizer;

use super::characters::{self, CharClass, CharInfo};
use super::kana;

/// Marks and invisible characters of one cluster. The stream-safe format of Unicode allows 30. A
/// text with more is an attack, and its further marks are folded one by one.
const CLUSTER_CHARS_MAX: usize = 32;

/// A character with its marks, or a run of separators, that was folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoldedCluster {
    /// The byte where the next step begins.
    pub(super) end: usize,
    pub(super) class: CharClass,
}

/// Folds what is at byte `at`: a character with its marks, a whole run of separators, or an
/// invisible character. The folded form is appended to `into`. `None` at the end of the text.
pub(super) fn fold_cluster(text: &str, at: usize, into: &mut String) -> Option<FoldedCluster> {
    let c = char_at(text, at)?;
    let after = at + c.len_utf8();
    let (letter, fold) = characters::char_info_and_fold(c);
    match letter.class {
        CharClass::Ignored => return Some(FoldedCluster { end: after, class: CharClass::Ignored }),
        CharClass::Space | CharClass::Dash => return Some(separators(text, at, into)),
        CharClass::Unspaced if kana::has_final_long_mark(text.get(at..).unwrap_or_default()) => {
            return Some(FoldedCluster { end: after, class: letter.class });
        }
        CharClass::Unspaced
            if c == 'ヴ'
                && let Some(whole) = char_at(text, after).and_then(kana::with_v) =>
        {
            into.push(whole);
            // All small letters have three bytes.
            return Some(FoldedCluster { end: after + 3, class: letter.class });
        }
        CharClass::Other if optional_dot(text, at, c) => {
            return Some(FoldedCluster { end: after, class: CharClass::Space });
        }
        CharClass::Apostrophe
        | CharClass::Other
        | CharClass::Spaced
        | CharClass::Hangul
        | CharClass::Unspaced => {}
    }
    let (end, only_accents) = cluster_end(text, after);
    if end == after || (letter.drops_accents && only_accents) {
        fold.push_to(into);
    } else {
        into.push_str(&characters::fold(text.get(at..end).unwrap_or_default()));
    }
    Some(FoldedCluster { end, class: letter.class })
}

/// The folded form of a whole text, without separators at either end.
pub(super) fn normalise(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(step) = fold_cluster(text, at, &mut folded) {
        at = step.end;
    }
    folded.trim_matches([' ', '-']).to_owned()
}

/// The class of the last visible character before byte `at`. The beginning of a text counts as a
/// space, so it is an edge.
pub(super) fn class_before(text: &str, at: usize) -> CharClass {
    text.get(..at)
        .unwrap_or_default()
        .chars()
        .rev()
        .map(characters::char_info)
        .find(|letter| letter.class != CharClass::Ignored && !letter.joins)
        .map_or(CharClass::Space, |letter| letter.class)
}

/// The class of the next visible character from byte `at` on. The end of a text counts as a space.
pub(super) fn class_after(text: &str, at: usize) -> CharClass {
    char_info_after(text, at).map_or(CharClass::Space, |letter| letter.class)
}

fn char_info_after(text: &str, at: usize) -> Option<CharInfo> {
    let rest = text.get(at..)?;
    rest.chars().map(characters::char_info).find(|letter| letter.class != CharClass::Ignored)
}

/// The character at byte `at`; `None` at the end or inside a character.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The end of the word that continues at `at`, and how many characters of it are left, for a word
/// of class `kind`. In scripts without spaces a word has no visible end, so the answer is `at`.
pub(super) fn word_end(text: &str, at: usize, kind: CharClass) -> (usize, usize) {
    // Most words are ASCII, and need no look into the tables.
    let bytes = text.as_bytes().get(at..).unwrap_or_default();
    let is_plain = |byte: &&u8| kind == CharClass::Spaced && byte.is_ascii_alphanumeric();
    let ascii = bytes.iter().take_while(is_plain).count();
    let (mut end, mut count, mut ahead) = (at + ascii, ascii, at + ascii);
    if ascii > 0 && bytes.get(ascii).is_none_or(u8::is_ascii) {
        return (end, count);
    }
    while let Some(c) = char_at(text, ahead) {
        let letter = characters::char_info(c);
        ahead += c.len_utf8();
        if letter.class == CharClass::Ignored {
            continue;
        }
        if !letter.joins {
            if !kind.forms_word_with(letter.class) {
                break;
            }
            count += 1;
        }
        end = ahead;
    }
    (end, count)
}

/// The form in which exact spellings (`=`) are compared. Only invisible differences are removed:
/// it is composed, invisible characters are left out, and a run of white space is one space.
pub(super) fn spelling(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_whitespace() {
            if !seen.ends_with(' ') {
                seen.push(' ');
            }
        } else if characters::char_info(c).class != CharClass::Ignored
            || matches!(c, '™' | '®' | '℠')
        {
            seen.push(c);
        }
    }
    if seen.is_ascii() {
        return seen;
    }
    ComposingNormalizer::new_nfc().normalize(&seen).into_owned()
}

/// For each run of separators in `text`: whether it has a dash. A match that differs here
/// tolerated a hyphen.
pub(super) fn dashes(text: &str) -> Vec<bool> {
    let mut runs = Vec::new();
    let mut inside = false;
    for c in text.chars() {
        let kind = characters::char_info(c).class;
        match kind {
            CharClass::Space | CharClass::Dash => {
                let dash = kind == CharClass::Dash;
                match runs.last_mut() {
                    Some(run) if inside => *run |= dash,
                    _ => runs.push(dash),
                }
                inside = true;
            }
            CharClass::Ignored => {}
            CharClass::Apostrophe
            | CharClass::Other
            | CharClass::Spaced
            | CharClass::Hangul
            | CharClass::Unspaced => {
                inside = false;
            }
        }
    }
    runs
}

/// The end of the cluster whose first character ends at `after`, and whether all of its other
/// characters are non-spacing marks.
fn cluster_end(text: &str, after: usize) -> (usize, bool) {
    let (mut end, mut ahead, mut only_accents) = (after, after, true);
    for _ in 0..CLUSTER_CHARS_MAX {
        // Most text is ASCII, and no ASCII character joins another.
        if text.as_bytes().get(ahead).is_none_or(u8::is_ascii) {
            break;
        }
        let Some(c) = char_at(text, ahead) else { break };
        let letter = characters::char_info(c);
        ahead += c.len_utf8();
        if letter.class == CharClass::Ignored {
            continue;
        }
        if !letter.joins {
            break;
        }
        only_accents &= letter.mark;
        end = ahead;
    }
    (end, only_accents)
}

/// Folds a run of white space and dashes to one space, because `cease-fire` and `cease fire` are
/// the same words. A dash with white space on both sides, or several dashes, separates two
/// phrases, so it is kept and no term matches across it.
fn separators(text: &str, at: usize, into: &mut String) -> FoldedCluster {
    let (mut end, mut ahead, mut dashes) = (at, at, 0_usize);
    let (mut space_before, mut space_after) = (false, false);
    while let Some(c) = char_at(text, ahead) {
        ahead += c.len_utf8();
        match characters::char_info(c).class {
            CharClass::Space if dashes == 0 => space_before = true,
            CharClass::Space => space_after = true,
            CharClass::Dash => dashes += 1,
            CharClass::Ignored => continue,
            CharClass::Apostrophe
            | CharClass::Other
            | CharClass::Spaced
            | CharClass::Hangul
            | CharClass::Unspaced => break,
        }
        end = ahead;
    }
    let parts = dashes > 1 || (dashes == 1 && space_before && space_after);
    if parts {
        into.push_str(" - ");
    } else if !joins_words(text, at, end) {
        into.push(' ');
    }
    FoldedCluster { end, class: CharClass::Space }
}

/// Whether the dot `c` at byte `at` stands between two words that may also be written together.
fn optional_dot(text: &str, at: usize, c: char) -> bool {
    matches!(c, '·' | '・' | '･' | 'ㆍ' | '‧') && joins_words(text, at, at + c.len_utf8())
}

/// Whether the separators from byte `at` to byte `end` stand between two words that may also be
/// written together.
fn joins_words(text: &str, at: usize, end: usize) -> bool {
    // Most text is ASCII, where this is known at once.
    let ascii =
        |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_none_or(u8::is_ascii);
    if ascii(Some(end)) && ascii(at.checked_sub(1)) {
        return false;
    }
    let visible = |c: &char| characters::char_info(*c).class != CharClass::Ignored;
    let letter = |c: &char| visible(c) && !characters::char_info(*c).joins;
    let before = text.get(..at).unwrap_or_default().chars().rev().take(CLUSTER_CHARS_MAX);
    let after = text.get(end..).unwrap_or_default().chars().take(CLUSTER_CHARS_MAX);
    before
        .into_iter()
        .find(letter)
        .zip(after.into_iter().find(visible))
        .is_some_and(|(before, after)| may_be_together(before, after))
}

/// Whether words that end and begin with these characters are written together as well as apart:
/// Hangul with Hangul, with Latin letters and with digits, and Katakana with Katakana.
pub(super) fn may_be_together(before: char, after: char) -> bool {
    let hangul = |c| characters::char_info(c).class == CharClass::Hangul;
    let latin = |c: char| c.is_ascii_alphanumeric();
    match (hangul(before), hangul(after)) {
        (true, true) => true,
        (true, false) => latin(after),
        (false, true) => latin(before),
        (false, false) => kana::is_katakana(before) && kana::is_katakana(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_folds_to_what_a_reader_sees() {
        for (from, to) in [
            ("Export\u{2011}Control", "export control"),
            ("export\u{A0}\u{A0} control", "export control"),
            ("export - control", "export - control"),
            ("so\u{AD}ft\u{200B}", "soft"),
            ("İstanbul", "istanbul"),
            ("STRASSE Straße", "strasse strasse"),
            ("ΑΘΉΝΑ", "αθηνα"),
            ("e\u{200D}\u{301}a", "ea"),
            ("\u{1112}\u{1161}\u{11AB}국", "한국"),
            ("-40", "40"),
            ("rock ’n’ roll", "rock 'n' roll"),
            ("臺灣", "台湾"),
            ("ヴェトナム", "ベトナム"),
            ("サーバー の", "サーバ の"),
            ("サーバーの", "サーバの"),
            ("ｻｰﾊﾞｰ", "サーバ"),
            ("キャノン", "キヤノン"),
            ("コブラ・ゴールド", "コブラゴールド"),
            ("コブラ ゴールド", "コブラゴールド"),
            ("コブラ - ゴールド", "コブラ - ゴールド"),
            ("수출 규제", "수출규제"),
            ("한·미", "한미"),
            ("日・米", "日・米"),
            ("K-방산", "k방산"),
            ("코로나 19", "코로나19"),
            ("미국 - 일본", "미국 - 일본"),
        ] {
            assert_eq!(normalise(from), to, "{from}");
        }
    }

    #[test]
    fn endless_marks_cost_no_endless_cluster() {
        let text = format!("a{}b", "\u{301}".repeat(100_000));
        let end = fold_cluster(&text, 0, &mut String::new()).unwrap().end;
        assert!(end < 100, "{end}");
    }

    #[test]
    fn steps_end_on_character_boundaries() {
        let text = "a\u{AD}—— é ｶ\u{FF9E}한";
        let mut at = 0;
        while let Some(step) = fold_cluster(text, at, &mut String::new()) {
            assert!(text.is_char_boundary(step.end) && step.end > at);
            at = step.end;
        }
        assert_eq!(at, text.len());
    }
}
