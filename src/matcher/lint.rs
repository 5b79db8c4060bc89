//! What cannot work in a watchlist, or hardly can, with the reason and the cure.
use super::compile::{List, Read, Use, place};
use super::letters::{self, Kind};
use super::lexicon::Lexicon;
use super::term::{Fault, Term};
use crate::domain::{Complaint, Weight};

/// Letters below which a term of a spaced script is taken for a mistake unless marked `=`.
const LETTERS_MIN: usize = 3;

/// Faults of a term that is not a term at all: a regular expression, say.
pub(super) fn shape(text: &str) -> Vec<Fault> {
    regex_sign(text)
        .map(|(at, sign)| {
            let plain = without_signs(text);
            let cure = if plain.is_empty() {
                "write the words themselves".to_owned()
            } else {
                format!(
                    "write the words themselves, as in `{plain}`; case never matters without `=`"
                )
            };
            let what =
                format!("`{sign}` belongs to regular expressions, which are not understood here");
            Fault::new(at..at + sign.len(), what, cure)
        })
        .into_iter()
        .collect()
}

/// The first sign of a regular expression and where it stands.
fn regex_sign(text: &str) -> Option<(usize, &str)> {
    const SIGNS: [&str; 12] =
        ["(?", "(i?)", "(*", ".*", ".+", ".?", "[^", "(^", "$)", "||", ")|", "|("];
    let found = SIGNS.iter().filter_map(|sign| text.find(sign).map(|at| (at, *sign))).min();
    let escape = text.match_indices('\\').find_map(|(at, _)| {
        let after = text.get(at + 1..)?.chars().next()?;
        (after.is_ascii_alphanumeric() || ".*+?()[]{}|^$/".contains(after))
            .then(|| text.get(at..at + 2).map(|sign| (at, sign)))?
    });
    let class = class(text);
    let count = text.match_indices('{').find_map(|(at, _)| {
        let close = at + text.get(at..)?.find('}')?;
        let inside = text.get(at + 1..close)?;
        let digits = inside.chars().all(|c| c.is_ascii_digit() || c == ',');
        (digits && !inside.is_empty()).then(|| text.get(at..=close).map(|sign| (at, sign)))?
    });
    let slashes =
        (text.len() > 2 && text.starts_with('/') && text.ends_with('/')).then_some((0, "/"));
    let either = text
        .match_indices('|')
        .find_map(|(at, sign)| beside_letters(text, at).then_some((at, sign)));
    let maybe = text
        .match_indices('?')
        .find_map(|(at, sign)| beside_letters(text, at).then_some((at, sign)));
    [found, escape, class, count, slashes, either, maybe].into_iter().flatten().min_by_key(|s| s.0)
}

/// A bracket list written onto a word: `[Ee]xport`, `[a-z]`.
fn class(text: &str) -> Option<(usize, &str)> {
    text.match_indices('[').find_map(|(at, _)| {
        let close = at + text.get(at..)?.find(']')?;
        let inside = text.get(at + 1..close)?;
        let range = inside.len() == 3 && inside.as_bytes().get(1) == Some(&b'-');
        let after = text.get(close + 1..)?.chars().next();
        let onto = after.is_some_and(|c| c.is_alphanumeric() || "+*?".contains(c));
        (range || (onto && !inside.is_empty()))
            .then(|| text.get(at..=close).map(|sign| (at, sign)))?
    })
}

/// Whether letters stand on both sides of the ASCII character at `at`.
fn beside_letters(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + 1..).and_then(|text| text.chars().next());
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}

/// The words of something like a regular expression.
fn without_signs(text: &str) -> String {
    let mut plain = text.to_owned();
    for sign in ["(?i)", "(i?)", "(?:", "\\b", "\\s+", "\\s*", "\\s", ".*", ".+", "\\"] {
        plain = plain.replace(sign, " ");
    }
    let plain: String = plain.chars().filter(|c| !"()[]{}|^$?+*/".contains(*c)).collect::<String>();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is odd about a term that can be looked for.
pub(super) fn doubts(term: &Term) -> Vec<Fault> {
    let mut faults = Vec::new();
    let whole = 0..term.written.len();
    let letters: Vec<char> = term.written.chars().filter(|c| c.is_alphanumeric()).collect();
    let kinds = || letters.iter().map(|c| letters::letter(*c).kind);
    let others = term.written.chars().any(|c| {
        let kind = letters::letter(c).kind;
        kind == Kind::Other && !"=*~\"".contains(c)
    });
    if !term.exact && !others && letters.len() < LETTERS_MIN && kinds().all(|k| k == Kind::Spaced) {
        faults.push(Fault::new(
            whole.clone(),
            format!("`{}` is so short that it stands in many texts by chance", term.written),
            format!("write `={}` so that only this spelling counts", term.written),
        ));
    }
    if letters.len() == 1 && kinds().all(|kind| matches!(kind, Kind::Hangul | Kind::Unspaced)) {
        faults.push(Fault::new(
            whole,
            format!("`{}` is one syllable or sign and stands inside many words", term.written),
            "write the whole word",
        ));
    }
    faults.extend(mixed(&term.written));
    faults
}

/// Words that mix scripts whose letters look alike: a Cyrillic `о` in a Latin name.
fn mixed(written: &str) -> Option<Fault> {
    let script = |c: char| match c {
        'a'..='z' | 'A'..='Z' | 'À'..='ɏ' => Some("Latin"),
        'Ͱ'..='Ͽ' | 'ἀ'..='῿' => Some("Greek"),
        'Ѐ'..='ԯ' => Some("Cyrillic"),
        _ => None,
    };
    for word in written.split(|c: char| letters::letter(c).kind != Kind::Spaced) {
        let mut seen: Option<&str> = None;
        for c in word.chars() {
            let Some(this) = script(c) else { continue };
            if let Some(before) = seen
                && before != this
            {
                let at = word.as_ptr().addr().saturating_sub(written.as_ptr().addr());
                return Some(Fault::new(
                    at..at + word.len(),
                    format!("`{word}` mixes {before} and {this} letters: `{c}` is {this}"),
                    "write the word again in one script",
                ));
            }
            seen = Some(this);
        }
    }
    None
}

/// Terms of one watch that get in each other's way.
pub(super) fn watch(read: &Read<'_>, lexicon: &Lexicon, complaints: &mut Vec<Complaint>) {
    let any: Vec<&Use<'_>> = read.uses.iter().filter(|u| u.list == List::Any).collect();
    let mut vetoed = 0;
    for one in &any {
        let within = covering(one, read, lexicon);
        if let Some(veto) = within.iter().find(|other| other.list == List::None) {
            vetoed += 1;
            complaints.push(Complaint {
                weight: Weight::Warning,
                at: Some(place(one.written, 0..one.written.text.len())),
                what: format!(
                    "`{}` can never fire: `none` has `{}`, which is part of it",
                    one.written.text, veto.written.text
                ),
                cure: "take one of the two out".to_owned(),
            });
        } else if let Some(other) = within.iter().find(|other| other.list == List::Any) {
            complaints.push(Complaint {
                weight: Weight::Warning,
                at: Some(place(one.written, 0..one.written.text.len())),
                what: format!(
                    "`{}` adds nothing: `{}` fires wherever it does",
                    one.written.text, other.written.text
                ),
                cure: "take it out, or the shorter one if that says too much".to_owned(),
            });
        }
    }
    if vetoed == any.len() && vetoed > 0 {
        complaints.push(Complaint {
            weight: Weight::Error,
            at: Some(read.watch.at.clone()),
            what: format!("watch `{}` can never fire: `none` vetoes every term", read.watch.name),
            cure: "take the vetoing terms out of `none`".to_owned(),
        });
    }
}

/// The other terms of the watch that are found wherever `one` is.
fn covering<'r, 'w>(one: &Use<'w>, read: &'r Read<'w>, lexicon: &Lexicon) -> Vec<&'r Use<'w>> {
    let Some(term) = lexicon.term(one.term) else { return Vec::new() };
    let text = term.sample();
    let seen = lexicon.within(&text);
    read.uses
        .iter()
        .filter(|other| {
            other.term != one.term
                && lexicon.term(other.term).is_some_and(|by| {
                    // An exact term covers only terms that are exact themselves.
                    (!by.exact || term.exact)
                        && seen.iter().any(|s| {
                            s.term == other.term
                                && (term.tail.is_empty()
                                    || s.end < text.len()
                                    || !by.tail.is_empty())
                        })
                })
        })
        .collect()
}
