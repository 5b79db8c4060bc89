//! Brings the forms of a word together: an English word without its endings, a Korean word without
//! the particles and verb endings that publishers choose in their own way. Both are cruder than a
//! dictionary. It is enough to ask whether another text has the word too, and a wrong answer is no
//! silence: a word that is not recognised counts as new.

/// Endings of English words, tried in this order.
const ENDINGS: [&str; 5] = ["ing", "ed", "es", "s", "ly"];

/// The shortest word whose ending comes off, in letters.
const STEMMED_LETTERS_MIN: usize = 5;

/// Letters that stay of a word at least.
const STEM_LETTERS_MIN: usize = 3;

/// An ASCII word in lower case without its ending: "raids", "raided" and "raiding" are "raid".
pub(super) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < STEMMED_LETTERS_MIN {
        return word;
    }
    let shorter = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending));
    let mut stem = shorter.filter(|stem| stem.len() >= STEM_LETTERS_MIN).unwrap_or(word);
    // "stopped" and "stop", "rule" and "ruled", "party" and "parties" end alike after this.
    let letters = stem.as_bytes();
    if letters.len() > STEM_LETTERS_MIN && letters.last() == letters.get(letters.len() - 2) {
        stem = stem.get(..stem.len() - 1).unwrap_or(stem);
    }
    if stem.len() > STEM_LETTERS_MIN {
        stem = stem.strip_suffix(['e', 'y', 'i']).unwrap_or(stem);
    }
    stem
}

/// Particles and endings behind a Korean word, longer ones before shorter ones that end alike.
const PARTICLES: [&str; 56] = [
    "으로부터",
    "이라고",
    "에서는",
    "에서도",
    "에게서",
    "이라며",
    "으로는",
    "한다고",
    "했다고",
    "라고",
    "라며",
    "에서",
    "에게",
    "부터",
    "까지",
    "으로",
    "이나",
    "들이",
    "들은",
    "들을",
    "들의",
    "하는",
    "하기",
    "하고",
    "하며",
    "했다",
    "한다",
    "해야",
    "됐다",
    "된다",
    "되는",
    "하게",
    "했던",
    "하자",
    "하지",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "와",
    "과",
    "도",
    "로",
    "만",
    "서",
    "한",
    "해",
    "할",
    "된",
    "될",
    "여",
    "씨",
];

/// Syllables that stay of a Korean word at least.
const SYLLABLES_MIN: usize = 2;

/// A Korean word without its particle or ending: "회담을", "회담에서" and "회담" are "회담".
pub(super) fn without_particle(word: &str) -> &str {
    let bare = PARTICLES.iter().find_map(|particle| {
        word.strip_suffix(particle).filter(|bare| bare.chars().count() >= SYLLABLES_MIN)
    });
    bare.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one() {
        for forms in [
            &["raid", "raids", "raided", "raiding"][..],
            &["rules", "ruled"],
            &["stopped", "stops", "stopping"],
            &["party", "parties"],
        ] {
            let stems: Vec<&str> = forms.iter().map(|word| stem(word)).collect();
            assert!(stems.windows(2).all(|two| two[0] == two[1]), "{stems:?}");
        }
        assert_ne!(stem("killed"), stem("kidney"));
        assert_eq!(stem("bus"), "bus", "a short word has no ending");
    }

    #[test]
    fn particles_come_off_and_short_words_keep_theirs() {
        for word in ["회담", "회담을", "회담에서", "회담으로", "회담했다"] {
            assert_eq!(without_particle(word), "회담", "{word}");
        }
        assert_eq!(without_particle("추가"), "추가");
    }
}
