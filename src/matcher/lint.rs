//! Finds what cannot work in a watchlist, or hardly can, and says what to do. A watch that can
//! never fire looks like a quiet topic, so it must be found before the daemon runs.
use super::automaton::{CompiledTerms, TermId};
use super::characters::{self, CharClass};
use super::rule::{Leaf, Node, TermRole, TermUse, WatchRules};
use super::term::{Term, TermError};
use crate::domain::{Diagnostic, DiagnosticSeverity};

/// A term of fewer letters, in a script with spaces, is warned of unless it has `=`.
const LETTERS_MIN: usize = 3;

/// Finds what is no term at all: signs of a regular expression. Such an entry would be searched
/// literally and never found.
pub(super) fn check_entry(text: &str) -> Vec<TermError> {
    find_regex_sign(text)
        .map(|(at, sign)| {
            let plain = without_signs(text);
            let help = if plain.is_empty() {
                "write the words themselves".to_owned()
            } else {
                format!(
                    "write the words themselves, as in `{plain}`; case never matters without `=`"
                )
            };
            let what =
                format!("`{sign}` belongs to regular expressions, which are not understood here");
            TermError::new(at..at + sign.len(), what, help)
        })
        .into_iter()
        .collect()
}

/// The first sign of a regular expression, and its place.
fn find_regex_sign(text: &str) -> Option<(usize, &str)> {
    const SIGNS: [&str; 12] =
        ["(?", "(i?)", "(*", ".*", ".+", ".?", "[^", "(^", "$)", "||", ")|", "|("];
    let found = SIGNS.iter().filter_map(|sign| text.find(sign).map(|at| (at, *sign))).min();
    let escape = text.match_indices('\\').find_map(|(at, _)| {
        let after = text.get(at + 1..)?.chars().next()?;
        (after.is_ascii_alphanumeric() || ".*+?()[]{}|^$/".contains(after))
            .then(|| text.get(at..at + 2).map(|sign| (at, sign)))?
    });
    let class = find_char_class(text);
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

/// A bracket expression, such as `[Ee]xport` or `[a-z]`.
fn find_char_class(text: &str) -> Option<(usize, &str)> {
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

/// Whether the ASCII character at byte `at` has letters on both sides.
fn beside_letters(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + 1..).and_then(|text| text.chars().next());
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}

/// The words of a regular expression, to propose them.
fn without_signs(text: &str) -> String {
    let mut plain = text.to_owned();
    for sign in ["(?i)", "(i?)", "(?:", "\\b", "\\s+", "\\s*", "\\s", ".*", ".+", "\\"] {
        plain = plain.replace(sign, " ");
    }
    let plain: String = plain.chars().filter(|c| !"()[]{}|^$?+*/".contains(*c)).collect::<String>();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Warnings about a term that can be searched but probably does not do what was meant.
pub(super) fn check_term(term: &Term, list: TermRole) -> Vec<TermError> {
    let mut errors = Vec::new();
    let whole = 0..term.written.len();
    let letters: Vec<char> = term.written.chars().filter(|c| c.is_alphanumeric()).collect();
    let kinds = || letters.iter().map(|c| characters::char_info(*c).class);
    let others = term.written.chars().any(|c| {
        let kind = characters::char_info(c).class;
        kind == CharClass::Other && !"=*~\"".contains(c)
    });
    if !term.exact
        && !others
        && list != TermRole::None
        && letters.len() < LETTERS_MIN
        && kinds().all(|k| k == CharClass::Spaced)
    {
        errors.push(TermError::new(
            whole.clone(),
            format!("`{}` is so short that it stands in many texts by chance", term.written),
            format!("write `={}` so that only this spelling counts", term.written),
        ));
    }
    if letters.len() == 1
        && kinds().all(|kind| matches!(kind, CharClass::Hangul | CharClass::Unspaced))
    {
        errors.push(TermError::new(
            whole,
            format!("`{}` is one syllable or sign and stands inside many words", term.written),
            "write the whole word",
        ));
    }
    if list != TermRole::Query {
        errors.extend(check_operator(&term.written));
    }
    errors.extend(check_mixed_scripts(&term.written));
    errors
}

/// Finds an operator in a list, where it is searched as a word.
fn check_operator(written: &str) -> Option<TermError> {
    let words: Vec<&str> = written.split_whitespace().collect();
    // In a term that is all capitals, AND is likely a word.
    let shouted = !written.chars().any(char::is_lowercase);
    let between = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    let operator = between.iter().find(|word| {
        ["AND", "OR", "NOT", "NEAR", "ONEAR"].contains(word) || word.starts_with("NEAR/")
    })?;
    (!shouted).then(|| {
        TermError::new(
            0..0,
            format!("`{operator}` is looked for as a word here: the entry is one phrase"),
            format!("write query = '{written}' to have it decide"),
        )
    })
}

/// Finds a word that mixes scripts whose letters look alike, such as a Cyrillic `о` in a Latin
/// name. It would never be found.
fn check_mixed_scripts(written: &str) -> Option<TermError> {
    let script = |c: char| match c {
        'a'..='z' | 'A'..='Z' | 'À'..='ɏ' => Some("Latin"),
        'Ͱ'..='Ͽ' | 'ἀ'..='῿' => Some("Greek"),
        'Ѐ'..='ԯ' => Some("Cyrillic"),
        _ => None,
    };
    for word in written.split(|c: char| characters::char_info(c).class != CharClass::Spaced) {
        let mut seen: Option<&str> = None;
        for c in word.chars() {
            let Some(this) = script(c) else { continue };
            if let Some(before) = seen
                && before != this
            {
                let at = word.as_ptr().addr().saturating_sub(written.as_ptr().addr());
                return Some(TermError::new(
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

/// Checks the terms of one watch against each other.
pub(super) fn check_watch(
    read: &WatchRules<'_>,
    lexicon: &CompiledTerms,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut vetoed = 0;
    let any: Vec<&TermUse> = read.uses.iter().filter(|one| one.list == TermRole::Any).collect();
    let alone = any.len() == read.watch.terms.any.len();
    let say = |one: &TermUse, weight: DiagnosticSeverity, what: String, help: &str| Diagnostic {
        severity: weight,
        at: Some(one.at.clone()),
        problem: what,
        help: help.to_owned(),
    };
    for one in read.uses.iter().filter(|one| matches!(one.list, TermRole::Any | TermRole::All)) {
        let within = covering(one, &read.uses, lexicon);
        if let Some(veto) = within.iter().find(|other| other.list == TermRole::None) {
            let what = format!(
                "`{}` can never fire: `none` has `{}`, which is part of it",
                one.text, veto.text
            );
            let weight = if one.list == TermRole::All {
                DiagnosticSeverity::Error
            } else {
                DiagnosticSeverity::Warning
            };
            diagnostics.push(say(one, weight, what, "take one of the two out"));
            vetoed += usize::from(one.list == TermRole::Any);
        } else if let Some(other) = within.iter().find(|other| other.list == one.list)
            && one.list == TermRole::Any
        {
            let what =
                format!("`{}` adds nothing: `{}` fires wherever it does", one.text, other.text);
            let help = "take it out, or the shorter one if that says too much";
            diagnostics.push(say(one, DiagnosticSeverity::Warning, what, help));
        }
    }
    if vetoed == any.len() && vetoed > 0 && alone {
        diagnostics.push(Diagnostic {
            severity: DiagnosticSeverity::Error,
            at: Some(read.watch.at.clone()),
            problem: format!(
                "watch `{}` can never fire: `none` vetoes every term",
                read.watch.name
            ),
            help: "take the vetoing terms out of `none`".to_owned(),
        });
    }
    if let Some(diagnostic) = check_contradiction(read, lexicon) {
        diagnostics.push(diagnostic);
    }
}

/// Finds a query that needs a term and excludes it too.
fn check_contradiction(read: &WatchRules<'_>, lexicon: &CompiledTerms) -> Option<Diagnostic> {
    let mut needed = Vec::new();
    let mut excluded = Vec::new();
    collect_demands(&read.rule.condition, &mut needed, &mut excluded);
    collect_leaves(&read.rule.veto, &mut excluded);
    let query =
        |leaf: &Leaf| read.uses.iter().find(|one| one.leaf == *leaf && one.list == TermRole::Query);
    for leaf in needed {
        let Some(one) = query(&leaf) else { continue };
        if let Some(veto) = excluded.iter().find(|veto| covers(**veto, leaf, lexicon)) {
            let by = lexicon.term(veto.term).map_or("", |term| &term.written);
            return Some(Diagnostic {
                severity: DiagnosticSeverity::Error,
                at: Some(one.at.clone()),
                problem: format!(
                    "this query can never hold: it needs `{}` and excludes `{by}`",
                    one.text
                ),
                help: "take one of the two out".to_owned(),
            });
        }
    }
    None
}

/// Collects the terms that `node` needs, and those that it excludes.
fn collect_demands(node: &Node, needed: &mut Vec<Leaf>, excluded: &mut Vec<Leaf>) {
    match node {
        Node::Leaf(leaf) => needed.push(*leaf),
        Node::All(parts) => parts.iter().for_each(|part| collect_demands(part, needed, excluded)),
        Node::Near { left, right, .. } => {
            collect_demands(left, needed, excluded);
            collect_demands(right, needed, excluded);
        }
        Node::Not(part) => collect_leaves(part, excluded),
        Node::Lookup { .. } | Node::Any(_) | Node::Language(_) => {}
    }
}

/// Collects the terms of which each alone makes `node` hold.
fn collect_leaves(node: &Node, found: &mut Vec<Leaf>) {
    match node {
        Node::Leaf(leaf) => found.push(*leaf),
        Node::Any(parts) => parts.iter().for_each(|part| collect_leaves(part, found)),
        Node::Lookup { terms, fields } => {
            found.extend(terms.iter().map(|term| Leaf { term: *term, fields: *fields }));
        }
        Node::All(_) | Node::Not(_) | Node::Near { .. } | Node::Language(_) => {}
    }
}

/// Whether `by` is found wherever `leaf` is found. The matcher itself is asked, on a text in which
/// `leaf` is found.
fn covers(by: Leaf, leaf: Leaf, lexicon: &CompiledTerms) -> bool {
    if !by.fields.covers(leaf.fields) {
        return false;
    }
    if by.term == leaf.term {
        return true;
    }
    let (Some(term), Some(other)) = (lexicon.term(leaf.term), lexicon.term(by.term)) else {
        return false;
    };
    let text = term.sample();
    // An exact term covers only exact terms.
    (!other.exact || term.exact)
        && lexicon.find_in_text(&text).iter().any(|s| {
            let open = s.end == text.len() && !term.tail().is_empty();
            s.term == by.term && (!open || !other.tail().is_empty())
        })
}

/// The other terms of the watch that are found wherever `one` is found.
fn covering<'u>(one: &TermUse, uses: &'u [TermUse], lexicon: &CompiledTerms) -> Vec<&'u TermUse> {
    let Some(term) = lexicon.term(one.leaf.term) else { return Vec::new() };
    let text = term.sample();
    let mut seen: Vec<TermId> = lexicon.find_in_text(&text).iter().map(|s| s.term).collect();
    seen.sort_unstable();
    seen.dedup();
    // Most terms contain no other term. A watch may have thousands, so this is decided first.
    if seen.iter().all(|term| *term == one.leaf.term) {
        return Vec::new();
    }
    uses.iter()
        .filter(|other| {
            other.leaf != one.leaf
                && seen.binary_search(&other.leaf.term).is_ok()
                && covers(other.leaf, one.leaf, lexicon)
        })
        .collect()
}

/// The known name that is most like a mistyped one, if any is much like it.
pub(super) fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min()
        .map(|(_, known)| known)
}
