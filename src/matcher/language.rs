//! What languages write onto a word without changing its meaning: Korean particles behind it, and
//! Arabic and Hebrew prefixes before it. `korean` names by it what it found, `scan.rs` searches behind
//! the prefixes.

use super::word_forms::Language;

/// Particles that mark a case or join two nouns. One of [`PARTICLES_AFTER_CASE`] may follow.
const CASE_PARTICLES: &[&str] = &[
    "에",
    "에서",
    "에게",
    "에게서",
    "께",
    "께서",
    "한테",
    "한테서",
    "으로",
    "로",
    "으로서",
    "로서",
    "으로써",
    "로써",
    "으로부터",
    "로부터",
    "와",
    "과",
    "이랑",
    "랑",
    "하고",
    "까지",
    "부터",
    "만",
    "처럼",
    "보다",
    "마다",
    "대로",
    "만큼",
    "조차",
    "마저",
    "밖에",
    "뿐",
];

/// Particles that may follow one of [`CASE_PARTICLES`].
const PARTICLES_AFTER_CASE: &[&str] = &[
    "은",
    "는",
    "이",
    "을",
    "를",
    "도",
    "만",
    "의",
    "까지",
    "부터",
    "나",
    "라도",
    "이라도",
    "만은",
    "만이",
    "만의",
    "조차",
    "마저",
    "서",
    "이다",
    "입니다",
];

/// Particles after which a word ends.
const FINAL_PARTICLES: &[&str] = &[
    "서",
    "에선",
    "에겐",
    "한테선",
    "으론",
    "론",
    "까진",
    "보단",
    "이냐",
    "이라서",
    "라서",
    "치고",
    "은커녕",
    "는커녕",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "도",
    "이나",
    "이든",
    "이든지",
    "든지",
    "이라도",
    "라도",
    "이라고",
    "라고",
    "이라는",
    "라는",
    "이라며",
    "라며",
    "이라면",
    "라면",
    "이란",
    "이며",
    "이고",
    "이자",
    "이다",
    "이었다",
    "였다",
    "이었던",
    "였던",
    "입니다",
    "이지만",
    "지만",
    "이야말로",
    "야말로",
    "이여",
    "아",
    "야",
];

/// Short forms of the copula. Many other words end with these syllables, so they count only where
/// the grammar allows them: after a vowel.
const PARTICLES_AFTER_VOWEL: &[&str] = &["나", "든", "란", "며", "고", "자", "다", "여"];

/// Whether `rest`, the Hangul after a term that ends with `last`, is one particle or two that may
/// follow each other, perhaps after the plural 들.
pub(super) fn is_particle(last: char, rest: &str) -> bool {
    let (last, rest) = match rest.strip_prefix('들') {
        Some("") => return true,
        Some(after) => ('들', after),
        None => (last, rest),
    };
    FINAL_PARTICLES.contains(&rest)
        || CASE_PARTICLES.contains(&rest)
        || (PARTICLES_AFTER_VOWEL.contains(&rest) && ends_in_vowel(last))
        || CASE_PARTICLES
            .iter()
            .filter_map(|case| rest.strip_prefix(case))
            .any(|after| PARTICLES_AFTER_CASE.contains(&after))
}

/// Unicode orders Hangul syllables with 28 finals each, of which the first is "no final".
fn ends_in_vowel(syllable: char) -> bool {
    matches!(syllable, '가'..='힣') && (u32::from(syllable) - u32::from('가')).is_multiple_of(28)
}

/// Letters that may be written before an Arabic or Hebrew word, in their order: at most one of
/// each group. The Arabic article has two letters.
const ARABIC: &[&[&str]] = &[&["و", "ف"], &["ب", "ك", "ل", "س"], &["ال", "ل"]];
const HEBREW: &[&[&str]] = &[&["ו"], &["כש", "ש"], &["ב", "כ", "ל", "מ"], &["ה"]];

/// The groups of prefixes for a word that begins with `first`; empty for other scripts.
pub(super) fn proclitics(first: char) -> &'static [&'static [&'static str]] {
    match first {
        '\u{620}'..='\u{64A}' | '\u{671}'..='\u{6D3}' => ARABIC,
        '\u{5D0}'..='\u{5EA}' => HEBREW,
        _ => &[],
    }
}

/// The shortest term that is found as the last part of a compound, in letters; `None` for a language
/// that does not write compounds as one word. A shorter word is the end of too many others: `Zeit`,
/// `Teil` and `Land` are in thousands of German words. Measured on German and Finnish sentences
/// with known lemmas, where a lower number cost more wrong alerts than it found right ones.
pub(super) fn compound_head_letters_min(language: Language) -> Option<usize> {
    match language.tag() {
        "de" => Some(8),
        "fi" => Some(9),
        "da" | "nb" | "nl" | "sv" => Some(6),
        _ => None,
    }
}

/// Whether a language writes letters of other words onto a word, as Arabic and Hebrew do.
pub(super) fn writes_proclitics(language: Language) -> bool {
    matches!(language.tag(), "ar" | "he")
}

/// The language whose prefixes a word may have, by its first letter.
pub(super) fn proclitic_language(word: &str) -> Option<Language> {
    let tag = match word.chars().next()? {
        '\u{620}'..='\u{64A}' | '\u{671}'..='\u{6D3}' => "ar",
        '\u{5D0}'..='\u{5EA}' => "he",
        _ => return None,
    };
    Language::of_tag(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_and_their_pairs_are_known() {
        for rest in ["를", "에서는", "까지도", "들이", "들에게는", "으로부터의", "와의", "며"]
        {
            assert!(is_particle('아', rest), "{rest}");
        }
    }

    #[test]
    fn other_endings_are_words_of_their_own() {
        for (last, rest) in [('드', "린다"), ('본', "인"), ('국', "어"), ('울', "시"), ('창', "고")]
        {
            assert!(!is_particle(last, rest), "{rest}");
        }
    }
}
