//! Adds to a term the other ways in which a text may write it: its words written together or
//! apart (`cease-fire`, `ceasefire`, `F-35`, `F35`), marked letters spelled out (`Müller`,
//! `Mueller`), and the forms of its words (`Россия`, `России`). Each is a literal of the automaton,
//! made once when the watchlist is compiled, so that a text is read in one pass all the same.
use std::sync::Arc;

use super::characters::{self, CharClass};
use super::english_number;
use super::language_set::{self, LanguageSet};
use super::letters;
use super::term::{Spelling, Term, TermPart, WordStem};
use super::tolerances::Tolerances;
use super::watchlist_words::{StemEndings, WatchlistWords};
use super::word_forms::{self, Endings, Language};

/// Words of the longest phrase of which two words may be written as one.
const JOINED_WORDS_MAX: usize = 4;
/// Letters of the longest word that is made of two words of a phrase.
const JOINED_LETTERS_MAX: usize = 24;
/// Letters of the shortest part of a word that is written apart: `cyber attack`.
const PART_LETTERS_MIN: usize = 3;
/// Letters of the shortest rest after a prefix that is written with a hyphen: `co-operation`.
const AFTER_PREFIX_MIN: usize = 4;
/// English prefixes that are written with a hyphen or without.
const PREFIXES: &[&str] = &[
    "anti", "co", "counter", "cyber", "de", "e", "extra", "hyper", "inter", "mega", "micro", "mid",
    "mini", "multi", "non", "over", "para", "post", "pre", "pro", "re", "semi", "sub", "super",
    "trans", "ultra", "un", "under",
];
/// Ways to write one term. A term of many forms in many languages would otherwise fill the
/// automaton.
pub(super) const SPELLINGS_MAX: usize = 96;

/// Adds the other spellings of a term. A term with `=` has none.
pub(super) fn add_to(term: &mut Term, known: &mut WatchlistWords) {
    if term.exact || !term.tail().is_empty() || term.any_beginning {
        return;
    }
    let head = term.head().to_owned();
    if !term.options.off.has(Tolerances::SPACING) {
        for spaced in spacing_variants(&head) {
            push(term, Spelling::plain(spaced, Tolerances::SPACING));
        }
    }
    if !term.options.off.has(Tolerances::LETTER) {
        add_letter_variants(term, &head);
    }
    if !term.options.off.has(Tolerances::NUMBER) {
        add_singulars(term, &head);
    }
    // The forms of every spelling so far: `ceasefires` and `cease-fires`.
    for number in 0..term.spellings.len() {
        let Some(spelling) = term
            .spellings
            .get(number)
            .filter(|one| !one.spells_out && one.used != Tolerances::NUMBER)
        else {
            continue;
        };
        let (literal, used) = (spelling.head.clone(), spelling.used);
        add_forms(term, &literal, used, known);
    }
}

/// Adds a spelling unless the term has it already.
fn push(term: &mut Term, spelling: Spelling) {
    let is_plain = |one: &Spelling| one.tail.is_empty() && one.is_whole;
    let known = is_plain(&spelling)
        && term.spellings.iter().any(|one| is_plain(one) && one.head == spelling.head);
    if !known && !spelling.head.is_empty() && term.spellings.len() < SPELLINGS_MAX {
        term.spellings.push(spelling);
    }
}

/// The same words with other spaces between them.
fn spacing_variants(folded: &str) -> Vec<String> {
    let words: Vec<&str> = folded.split(' ').collect();
    let mut variants = designation_variants(folded);
    // In a longer phrase only two words that are one in the vocabulary: `ceasefire talks`.
    let is_word = |joined: &str| {
        language_set::english().is_some_and(|english| word_forms::is_listed(joined, english))
    };
    if (2..=JOINED_WORDS_MAX).contains(&words.len()) {
        for pair in 1..words.len() {
            let (Some(left), Some(right)) = (words.get(pair - 1), words.get(pair)) else { break };
            if is_spaced_word(left)
                && is_spaced_word(right)
                && left.chars().count() + right.chars().count() <= JOINED_LETTERS_MAX
                && (words.len() == 2 || is_word(&format!("{left}{right}")))
            {
                let joined = |from: &[&str]| from.join(" ");
                let before = words.get(..pair).map(joined).unwrap_or_default();
                let after = words.get(pair..).map(joined).unwrap_or_default();
                variants.push(format!("{before}{after}"));
            }
        }
    }
    if words.len() == 1 && is_spaced_word(folded) {
        variants.extend(apart(folded));
    }
    variants
}

/// A designation such as `f 35` or `s&p 500` with and without the space between letters and
/// digits.
fn designation_variants(folded: &str) -> Vec<String> {
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    let chars: Vec<char> = folded.chars().collect();
    let (mut closed, mut open) = (String::new(), String::new());
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        let changes = |a: Option<char>, b: Option<char>| match (a.map(kind), b.map(kind)) {
            (Some(a), Some(b)) => a != b && (a.0 || a.1) && (b.0 || b.1),
            _ => false,
        };
        if *c == ' ' && changes(before, after) {
            open.push(' ');
            continue;
        }
        if changes(before, Some(*c)) {
            open.push(' ');
        }
        closed.push(*c);
        open.push(*c);
    }
    // A long text with numbers is a sentence and no designation.
    let short = folded.split(' ').count() <= JOINED_WORDS_MAX;
    [closed, open].into_iter().filter(|variant| short && variant != folded).collect()
}

/// A word written as two words: of the vocabulary, or a prefix and a word.
fn apart(word: &str) -> Vec<String> {
    let Some(english) = language_set::english() else { return Vec::new() };
    let is_word = |part: &str| word_forms::is_listed(part, english);
    let cuts = word.char_indices().map(|(at, _)| at).skip(1);
    cuts.filter_map(|at| Some((word.get(..at)?, word.get(at..)?)))
        .filter(|(left, right)| {
            let letters = |part: &str| part.chars().count();
            let compound = letters(left) >= PART_LETTERS_MIN
                && letters(right) >= PART_LETTERS_MIN
                && is_word(left)
                && is_word(right);
            let prefixed = PREFIXES.contains(left) && letters(right) >= AFTER_PREFIX_MIN;
            compound || (prefixed && is_word(right))
        })
        .map(|(left, right)| format!("{left} {right}"))
        .collect()
}

/// Whether a text is one word of a script with spaces, of letters alone.
fn is_spaced_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .map(|c| (c, characters::char_info(c)))
            .all(|(c, info)| (c.is_alphabetic() || info.joins) && info.class == CharClass::Spaced)
}

/// Adds the spellings with marked letters spelled out, and without letters that spell them out.
fn add_letter_variants(term: &mut Term, folded: &str) {
    let spelled = letters::spelled_out(&term.plain);
    if spelled != *folded {
        push(term, Spelling::plain(spelled, Tolerances::LETTER));
    }
    // `goering` is also written `göring`, which folds to `goring`. The text must have the mark.
    let mut bare = folded.to_owned();
    for (long, short) in [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("dj", "d")] {
        bare = bare.replace(long, short);
    }
    if bare != *folded {
        let spelling = Spelling { spells_out: true, ..Spelling::plain(bare, Tolerances::LETTER) };
        push(term, spelling);
    }
}

/// Adds the singulars of the last word of `folded`. A name in capitals is none: `Wales`.
fn add_singulars(term: &mut Term, folded: &str) {
    let (before, last) = folded.rsplit_once(' ').map_or(("", folded), |(_, last)| {
        (folded.get(..folded.len() - last.len()).unwrap_or_default(), last)
    });
    let is_name = before.is_empty() && term.plain.starts_with(char::is_uppercase);
    let english = language_set::english().is_none_or(|one| term.options.languages.has(one));
    if is_name || !english || !last.is_ascii() || !is_spaced_word(last) {
        return;
    }
    let languages = language_set::english().map_or(LanguageSet::ALL, |one| LanguageSet::of([one]));
    for singular in english_number::singulars(last) {
        let head = format!("{before}{singular}");
        push(term, Spelling { languages, ..Spelling::plain(head, Tolerances::NUMBER) });
    }
}

/// Adds the forms of the words of `folded`.
fn add_forms(term: &mut Term, folded: &str, used: Tolerances, known: &mut WatchlistWords) {
    let (off, languages) = (term.options.off, term.options.languages);
    let is_wanted = |language: Language| {
        let kind =
            if language_set::is_english(language) { Tolerances::NUMBER } else { Tolerances::FORM };
        !off.has(kind) && languages.has(language)
    };
    let is_spaced = used.has(Tolerances::SPACING);
    let words: Vec<&str> = folded.split(' ').collect();
    let Some((last, before)) = words.split_last() else { return };
    if !words.iter().all(|word| is_spaced_word(word) || word.chars().all(|c| c.is_ascii_digit())) {
        return;
    }
    // A name that looks like a plural has no singular: `Buenos Aires`. German writes every noun
    // with a capital, so there it is no sign of a name.
    let capitalised = term.plain.starts_with(char::is_uppercase);
    let is_name = |one: Language| {
        capitalised && one.tag() != "de" && (before.is_empty() || !language_set::is_english(one))
    };
    let start = folded.get(..folded.len() - last.len()).unwrap_or_default();
    let forms = known.forms(last);
    for StemEndings { stem, endings } in &forms.stems {
        let here = |one: &Endings| {
            let language = one.language();
            let english = language_set::is_english(language);
            is_wanted(language)
                && !(is_name(language) && forms.plural.has(language))
                // In English only the last word of a phrase takes a number.
                && (before.is_empty() || english)
                // Words written together have forms where that is a word.
                && (!is_spaced || english || forms.listed.has(language))
        };
        let endings: Vec<Endings> = endings.iter().copied().filter(here).collect();
        // A mark belongs to the letter before it, so no literal can end between the two.
        let joins =
            |ending: &str| ending.chars().next().is_some_and(|c| characters::char_info(c).joins);
        let (marked, plain): (Vec<Endings>, Vec<Endings>) =
            endings.into_iter().partition(|one| one.iter().any(joins));
        for ending in marked.iter().flat_map(|one| one.iter()) {
            let mut used = used;
            used.add(Tolerances::FORM);
            push(term, Spelling::plain(format!("{start}{stem}{ending}"), used));
        }
        if !plain.is_empty() {
            let endings = known.shared(plain);
            add_endings(term, &format!("{start}{stem}"), used, endings);
        }
    }
    if before.is_empty() {
        return;
    }
    for language in known.languages_of(&words) {
        if !is_wanted(language) || language_set::is_english(language) {
            continue;
        }
        for spelling in phrase_forms(&words, language, used, known) {
            push(term, spelling);
        }
    }
}

/// Adds endings to the spelling with this literal, or the spelling.
fn add_endings(term: &mut Term, head: &str, used: Tolerances, endings: Arc<[Endings]>) {
    let same = |one: &&mut Spelling| {
        one.tail.is_empty() && one.is_whole && one.used == used && *one.head == *head
    };
    if let Some(known) = term.spellings.iter_mut().find(same) {
        known.endings = Some(endings);
    } else {
        let spelling = Spelling::plain(head.to_owned(), used);
        let languages = LanguageSet::of(endings.iter().map(|one| one.language()));
        push(term, Spelling { endings: Some(endings), is_whole: false, languages, ..spelling });
    }
}

/// The spellings of a phrase of which every word takes its own form.
fn phrase_forms(
    words: &[&str],
    language: Language,
    used: Tolerances,
    known: &mut WatchlistWords,
) -> Vec<Spelling> {
    let Some((first, others)) = words.split_first() else { return Vec::new() };
    let mut part = |word: &&str| {
        if let Some(stems) = known.stems_in(word, language) {
            return TermPart::Word(stems);
        }
        let folded: Box<str> = format!(" {word}").into();
        TermPart::Text { spelling: folded.clone(), folded }
    };
    let tail: Arc<[TermPart]> = others.iter().map(&mut part).collect();
    let languages = LanguageSet::of([language]);
    let Some(stems) = known.stems_in(first, language) else {
        return vec![Spelling { languages, tail, ..Spelling::plain((*first).to_owned(), used) }];
    };
    let spelling = |stem: &WordStem| Spelling {
        endings: Some(Arc::clone(&stem.endings)),
        is_whole: false,
        tail: Arc::clone(&tail),
        languages,
        ..Spelling::plain(stem.text.to_string(), used)
    };
    stems.iter().map(spelling).collect()
}
