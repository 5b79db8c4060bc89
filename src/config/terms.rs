//! Reads the terms of a watch, and the `[sets]` of terms that watches share.
//!
//! Only the spelling in the file is read here. What a term means, and whether it can fire, is
//! decided by the matcher, so every term keeps its place.
use std::collections::BTreeSet;
use std::sync::Arc;

use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::name::Names;
use super::sources::Sources;
use super::watch_context::WatchContext;
use super::{language, words};
use crate::domain::{Name, Spanned, TermSet, Terms, WeightedTerm};

/// Names of feeds listed in a message; of more only the most similar is shown.
const FEEDS_LISTED_MAX: usize = 8;

/// Reads the sets of all files.
pub(super) fn read_sets(
    sections: &[Section<'_>],
    sources: &Sources,
    faults: &mut Diagnostics,
) -> Arc<[TermSet]> {
    let mut names = Names::new("set", sources);
    let mut sets = Vec::new();
    for section in sections {
        for value in section.in_order() {
            let name = names.give(value.spanned_key(), faults);
            let any = list(&value, faults);
            if let (Some(name), Some(any)) = (name, any) {
                sets.push(TermSet { name, any, at: value.key_place() });
            }
        }
    }
    sets.into()
}

/// Reads the terms of a watch. Something must be able to fire it.
pub(super) fn read_terms(
    section: &Section<'_>,
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Option<Terms> {
    // Everything is read even after an error, so that all errors are reported at once.
    let any = section.optional("any", |value| list(value, faults));
    let all = section.optional("all", |value| list(value, faults));
    let none = section.optional("none", |value| list(value, faults));
    let query = section.optional("query", |value| value.string(faults));
    let weigh = section.optional("weigh", |value| weigh(value, faults));
    let threshold = section.optional("threshold", |value| threshold(value, faults));
    let title_factor = section.optional("title_factor", |value| value.number("2", faults));
    let languages = section.optional("languages", |value| languages(value, faults));
    let tolerate = section.optional("tolerate", |value| value.strings(faults));
    let sources = section.optional("sources", |value| origins(value, context.feeds, faults));
    let terms = Terms {
        any: any.ok()?.unwrap_or_default(),
        all: all.ok()?.unwrap_or_default(),
        none: none.ok()?.unwrap_or_default(),
        query: query.ok()?,
        weighted: weigh.ok()?.unwrap_or_default(),
        threshold: threshold.ok()?,
        title_factor: title_factor.ok()?,
        languages: languages.ok()?.unwrap_or_default(),
        sources: sources.ok()?.unwrap_or_default(),
        tolerate: tolerate.ok()?,
        sets: Arc::clone(&context.sets),
    };
    (balanced(section, &terms, faults) && fires(section, &terms, faults)).then_some(terms)
}

/// Whether weights and threshold are both there, or both missing.
fn balanced(section: &Section<'_>, terms: &Terms, faults: &mut Diagnostics) -> bool {
    if let (Some(value), true, None) =
        (section.get("weigh"), !terms.weighted.is_empty(), terms.threshold)
    {
        let within = value.table().is_some_and(|table| table.get("threshold").is_some());
        let cure = if within {
            "write `threshold` before `weigh`, outside its table: inside, it is a term"
        } else {
            "write threshold = 10, say: the sum of weights at which the watch fires"
        };
        faults.missing(value.key_place(), "`weigh` needs a `threshold` beside it", cure);
        return false;
    }
    if let (Some(value), true, Some(_)) =
        (section.get("threshold"), terms.weighted.is_empty(), terms.threshold)
    {
        let what = "there is a `threshold`, but no term is weighed";
        let cure = "write weigh = { \"…\" = 10, \"…\" = 4 }, or remove the threshold";
        faults.missing(value.key_place(), what, cure);
        return false;
    }
    true
}

/// Whether anything is written that could fire the watch.
fn fires(section: &Section<'_>, terms: &Terms, faults: &mut Diagnostics) -> bool {
    let Terms { any, all, query, weighted: weigh, none, .. } = terms;
    if !any.is_empty() || !all.is_empty() || query.is_some() || !weigh.is_empty() {
        return true;
    }
    let what = if none.is_empty() {
        "this watch is empty and can never fire"
    } else {
        "this watch can never fire: it only says what must not appear"
    };
    let empty = ["any", "all", "weigh"].into_iter().find_map(|key| section.get(key));
    let at = empty.map_or_else(|| section.place(), |value| value.place());
    faults.missing(at, what, "write any = [\"…\"]: each of these terms fires the watch");
    false
}

/// One list of terms, none blank.
fn list(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<Spanned>> {
    let terms = value.strings(faults)?;
    let key = words::quoted(value.key());
    let mut good = true;
    for term in terms.iter().filter(|term| term.text.trim().is_empty()) {
        let what = format!("a term of {key} is blank");
        faults.error(term.at.clone(), what, "write a word or phrase, or remove it");
        good = false;
    }
    good.then_some(terms)
}

/// Terms and their weights, in the order they were written.
fn weigh(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<WeightedTerm>> {
    let Some(table) = value.table() else {
        let cure = "write weigh = { \"…\" = 10, \"…\" = 4 }";
        value.wrong_type("a table of terms and numbers", cure, faults);
        return None;
    };
    let weighed: Vec<_> = table.in_order().iter().map(|value| weighed(value, faults)).collect();
    weighed.into_iter().collect()
}

/// A term with its weight, which may be below zero.
fn weighed(value: &Value<'_>, faults: &mut Diagnostics) -> Option<WeightedTerm> {
    let term = value.spanned_key();
    // TOML reads a bare `U.S. = 4` as a table within a table.
    if value.table().is_some() {
        let what = format!("{} is no term with a number", words::quoted(&term.text));
        let cure = "write \"…\" = 4; a term with a dot or a space in it needs the quotes";
        faults.error(term.at, what, cure);
        return None;
    }
    let weight = value.number("4", faults)?;
    if term.text.trim().is_empty() {
        let what = "a term of `weigh` is blank";
        faults.error(term.at, what, "write a word or phrase, or remove it");
        return None;
    }
    Some(WeightedTerm { term, weight })
}

/// Must be above zero, or the watch would fire on every article.
fn threshold(value: &Value<'_>, faults: &mut Diagnostics) -> Option<f64> {
    let threshold = value.number("10", faults)?;
    if threshold > 0.0 {
        return Some(threshold);
    }
    let what = format!("`threshold` is {threshold}, which every article reaches");
    faults.error(value.place(), what, "write a number above 0: threshold = 10");
    None
}

/// Tags, as feeds and pages name them.
fn languages(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<Spanned>> {
    let tags = value.strings(faults)?.into_iter();
    let tags: Vec<_> = tags.map(|written| language::tag(written, faults)).collect();
    tags.into_iter().collect()
}

/// Feeds, each by its name or several by how their names begin.
fn origins(
    value: &Value<'_>,
    feeds: Option<&BTreeSet<Name>>,
    faults: &mut Diagnostics,
) -> Option<Vec<Spanned>> {
    let written = value.strings(faults)?;
    let Some(feeds) = feeds else {
        return Some(written);
    };
    let mut good = true;
    for text in &written {
        let known = match text.text.strip_suffix('*') {
            Some(beginning) => feeds.iter().any(|name| name.as_str().starts_with(beginning)),
            None => feeds.contains(&Name::new(&text.text)),
        };
        if !known {
            unknown(text, feeds, faults);
            good = false;
        }
    }
    good.then_some(written)
}

/// Reports a name that no feed has.
fn unknown(written: &Spanned, feeds: &BTreeSet<Name>, faults: &mut Diagnostics) {
    let shown = words::quoted(&written.text);
    let names = || feeds.iter().map(Name::as_str);
    let (what, near) = if let Some(beginning) = written.text.strip_suffix('*') {
        let near = words::nearest(beginning, names().flat_map(beginnings));
        (format!("no feed has a name like {shown}"), near.map(|near| format!("{near}*")))
    } else {
        let near = words::nearest(&written.text, names());
        (format!("there is no feed named {shown}"), near.map(str::to_owned))
    };
    let cure = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if feeds.is_empty() => "write a `[[feed]]` of that name".to_owned(),
        None if feeds.len() <= FEEDS_LISTED_MAX => format!("write {}", words::one_of(names())),
        None => "write the `name` of a feed, or how several begin and a `*`".to_owned(),
    };
    // The feed may be behind a syntax error.
    faults.missing(written.at.clone(), what, cure);
}

/// How a name begins, up to each `-` of it.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('-').filter_map(|(at, _)| name.get(..=at))
}
