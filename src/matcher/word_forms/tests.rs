//! Tests of the word forms as a whole, over the data that is built in.
use proptest::prelude::*;

use super::*;
use crate::matcher::normalise::normalise;

fn language(tag: &str) -> Language {
    Language::of_tag(tag).unwrap()
}

/// Whether `form` is a form of `word`, the way the matcher asks: a stem, then an ending.
fn has_form(word: &str, form: &str, language: Language) -> bool {
    let (word, form) = (normalise(word), normalise(form));
    stems(&word, language).iter().any(|stem| {
        form.strip_prefix(stem.text.as_str()).is_some_and(|rest| stem.endings.contains(rest))
    })
}

#[test]
fn a_word_has_its_forms_and_not_those_of_its_neighbours() {
    for (tag, word, forms, others) in [
        ("ar", "حكومة", "الحكومة حكومات حكومته", "حكم"),
        ("ar", "وزير", "وزراء وزيرا وزيرها", "وزارة"),
        ("ca", "sanció", "sancions", "sancionar"),
        ("ca", "català", "catalans", "cataleg"),
        ("cs", "vláda", "vlády vládě vládou vládu", "vlak"),
        ("da", "regering", "regeringen regeringer regeringens", "regere"),
        ("de", "Haus", "Haus Hauses Häuser Häusern", "Hausen Hauer"),
        ("de", "Regierung", "Regierung Regierungen", "Regier Regierender"),
        ("el", "κυβέρνηση", "κυβέρνησης κυβερνήσεις", "κυβερνώ"),
        ("en", "knife", "knives", "knit"),
        ("es", "elección", "elecciones", "elegir"),
        ("es", "militar", "militares", "militante"),
        ("fa", "دولت", "دولت‌ها دولتهای دولتش", "دوست"),
        ("fi", "Suomi", "Suomi Suomen Suomessa Suomeen", "Suomalainen"),
        ("fi", "hallitus", "hallituksen hallitusta hallituksessakin hallituksensa", "hallita"),
        ("fr", "journal", "journaux", "journée"),
        ("he", "ממשלה", "ממשלת ממשלות", "משל"),
        ("hi", "सेना", "सेनाएँ सेनाओं", "सेनापति"),
        ("hi", "युद्ध", "युद्धों", "युद्धपोत"),
        ("hr", "vlada", "vlade vladi vladu", "vladar"),
        ("hu", "kormány", "kormányt kormánnyal kormányának", "kormos"),
        ("hu", "kéz", "kezek kezében kézzel", "kezdet"),
        ("id", "sanksi", "sanksinya", "sanksian"),
        ("it", "governo", "governi", "governante"),
        ("nb", "regjering", "regjeringen regjeringer regjeringens", "regjere"),
        ("nl", "regering", "regeringen", "regel"),
        ("pl", "wojna", "wojny wojnę wojnie wojen", "wojak"),
        ("pt", "sanção", "sanções", "sancionar"),
        ("pt", "míssil", "mísseis", "missiva"),
        ("ro", "guvern", "guvernul guvernului", "guvernator"),
        ("ru", "война", "война войны войну войной войне", "войско"),
        ("ru", "экспортный", "экспортного экспортная экспортному", "экспорт"),
        ("sk", "vláda", "vlády vládu vládou", "vlak"),
        ("sr", "влада", "владе влади владу", "владар"),
        ("sv", "regering", "regeringen regeringar regeringens", "regera"),
        ("tr", "kitap", "kitabı kitapta kitaplar kitaplarından", "kitabe"),
        ("tr", "hükümet", "hükümetin hükümeti hükümetler", "hüküm"),
        ("uk", "уряд", "уряду урядом уряди", "урок"),
    ] {
        let word = word.trim_start_matches("ال");
        for form in forms.split(' ').map(|form| form.trim_start_matches("ال")) {
            assert!(has_form(word, form, language(tag)), "{tag}: {form} is a form of {word}");
        }
        for other in others.split(' ') {
            assert!(!has_form(word, other, language(tag)), "{tag}: {other} is no form of {word}");
        }
    }
}

#[test]
fn a_name_in_no_list_inflects_like_the_listed_words_with_its_ending() {
    for (tag, name, forms) in [
        ("cs", "Kallas", "Kallas"),
        ("cs", "Macron", "Macrona Macronem"),
        ("fi", "Trump", "Trumpin Trumpille"),
        ("fi", "Orpo", "Orpon"),
        ("hu", "Trump", "Trumpnak Trumppal Trumpot"),
        ("pl", "Biden", "Bidena Bidenem"),
        ("ru", "Зеленский", "Зеленского Зеленским"),
        ("ru", "Байден", "Байдена Байденом"),
        ("tr", "Zorblak", "Zorblaklar Zorblakta"),
        ("uk", "Байден", "Байдена Байденом"),
    ] {
        for form in forms.split(' ') {
            assert!(has_form(name, form, language(tag)), "{tag}: {form} is a form of {name}");
        }
    }
}

#[test]
fn a_listed_word_is_told_from_a_guessed_one() {
    for (tag, listed, guessed) in [("en", "tariff", "zorblax"), ("ru", "война", "зорблакс")]
    {
        assert!(is_listed(&normalise(listed), language(tag)), "{tag}: {listed}");
        assert!(!is_listed(guessed, language(tag)), "{tag}: {guessed}");
    }
}

#[test]
fn a_plural_finds_its_singular_and_a_name_in_s_has_none() {
    for (tag, plural, single) in [
        ("en", "tariffs", "tariff"),
        ("en", "men", "man"),
        ("en", "knives", "knife"),
        ("en", "gases", "gas"),
        ("es", "sanciones", "sanción"),
        ("fr", "élections", "élection"),
        ("ru", "санкции", "санкция"),
        ("de", "Wahlen", "Wahl"),
    ] {
        assert!(has_form(plural, single, language(tag)), "{tag}: {plural} finds {single}");
        assert!(has_form(single, plural, language(tag)), "{tag}: {single} finds {plural}");
        assert!(is_plural(&normalise(plural), language(tag)), "{tag}: {plural}");
        assert!(!is_plural(&normalise(single), language(tag)), "{tag}: {single}");
    }
    for (name, other) in [("Paris", "Pari"), ("Texas", "Texa"), ("Wales", "Wale"), ("news", "new")]
    {
        assert!(!has_form(name, other, language("en")), "{name} does not find {other}");
    }
}

#[test]
fn a_tag_finds_its_language_in_any_case_and_with_a_region() {
    assert_eq!(Language::of_tag("de-AT"), Some(language("de")));
    assert_eq!(Language::of_tag("RU"), Some(language("ru")));
    for tag in ["", "-", "tlh", "d"] {
        assert_eq!(Language::of_tag(tag), None, "{tag}");
    }
}

#[test]
fn every_language_has_a_sound_file_a_bit_of_its_own_and_a_tag_that_finds_it() {
    let mut seen = 0;
    for language in Language::all() {
        assert!(language.table().is_some(), "{}", language.tag());
        assert_eq!(Language::of_tag(language.tag()), Some(language));
        assert_eq!((language.bit().count_ones(), language.bit() & seen), (1, 0));
        seen |= language.bit();
    }
}

#[test]
fn every_letter_of_the_data_folds_to_itself() {
    for language in Language::all() {
        let table = language.table().unwrap();
        let letters = table.letters().filter(|letter| *letter != '\0').map(String::from);
        for text in table.strings().chain(letters) {
            assert_eq!(normalise(&text), text, "{}", language.tag());
        }
    }
}

#[test]
fn any_text_has_few_stems_that_are_not_empty() {
    proptest!(|(word in "\\PC{0,80}")| {
        let word = normalise(&word);
        for language in Language::all() {
            let stems = stems(&word, language);
            prop_assert!(stems.len() <= STEMS_MAX);
            prop_assert!(stems.iter().all(|stem| !stem.text.is_empty()));
            let forms: usize = stems.iter().map(|stem| stem.endings.count()).sum();
            prop_assert!(forms <= FORMS_MAX, "{forms} forms of {word} in {}", language.tag());
            is_compound_part(&word, language);
        }
    });
}

#[test]
fn the_endings_that_are_listed_are_those_that_are_found() {
    for (tag, word) in [("de", "haus"), ("tr", "ev"), ("ru", "война")] {
        for stem in stems(&normalise(word), language(tag)) {
            assert_eq!(stem.endings.language(), language(tag));
            assert_eq!(stem.endings.iter().count(), stem.endings.count());
            assert!(stem.endings.iter().all(|ending| stem.endings.contains(ending)), "{word}");
            assert!(!stem.endings.contains("qqq"), "{word}");
        }
    }
}

#[test]
fn the_rest_of_a_compound_reads_as_words() {
    let german = language("de");
    for beside in ["behörde", "behörden", "handels", "export", "regierungs"] {
        assert!(is_compound_part(&normalise(beside), german), "{beside}");
    }
    for beside in ["", "s", "xqz", "tzungk"] {
        assert!(!is_compound_part(beside, german), "{beside}");
    }
    assert!(is_word("behorde", german));
    let russian = language("ru");
    assert!(!is_word("страна", russian));
}

#[test]
fn the_letters_of_a_word_say_which_languages_it_may_be_written_in() {
    let tags =
        |word: &str| Language::candidates(&normalise(word)).map(Language::tag).collect::<Vec<_>>();
    assert!(tags("война").contains(&"ru") && !tags("война").contains(&"de"));
    assert!(tags("haus").contains(&"de") && !tags("haus").contains(&"ru"));
    assert!(tags("нaν").is_empty());
}
