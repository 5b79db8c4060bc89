//! `terms`: what each term of a watchlist became, so that nothing is searched behind the user's
//! back.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::fail::CommandError;
use super::matching;
use super::screen::{BOLD, DIM, json, styled};
use super::setup::Invocation;
use crate::domain::counted;
use crate::matcher::{Matcher, TermListing};

/// Forms of one language shown on the screen; `--json` has all.
const FORMS_SHOWN_MAX: usize = 12;

/// Lists the terms of a watchlist, or of the configuration's if none is given; only those with
/// `words` in them if there are any.
pub(super) fn terms(
    setting: &Invocation,
    watchlist: Option<&Path>,
    words: &[String],
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let matcher = match watchlist {
        Some(path) => matching::watchlist(setting, path)?.1,
        None => setting.check_config()?.plan.matcher,
    };
    let wanted: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let listed: Vec<TermListing> = matcher
        .terms()
        .filter(|one| {
            let term = one.term.to_lowercase();
            wanted.is_empty() || wanted.iter().any(|word| term.contains(word.as_str()))
        })
        .collect();
    if as_json {
        json(&listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = setting.screen.out();
    for one in &listed {
        write_term(&mut out, one)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One term and below it what else is searched.
fn write_term(out: &mut impl Write, one: &TermListing) -> std::io::Result<()> {
    writeln!(out, "{}", styled(BOLD, &one.term))?;
    if one.exact {
        writeln!(out, "  {}", styled(DIM, "only this spelling"))?;
    }
    for spelling in &one.spellings {
        writeln!(out, "  {} {}", spelling.text, styled(DIM, &spelling.tolerance))?;
    }
    for listed in &one.forms {
        let shown: Vec<&str> =
            listed.forms.iter().take(FORMS_SHOWN_MAX).map(String::as_str).collect();
        let more = if listed.forms.len() > FORMS_SHOWN_MAX { ", …" } else { "" };
        writeln!(
            out,
            "  {} {}: {}{more}",
            listed.language,
            counted(listed.forms.len() as u64, "form"),
            shown.join(", ")
        )?;
    }
    if one.without_forms {
        writeln!(out, "  {}", styled(DIM, "no language with word forms has such a word"))?;
    }
    Ok(())
}

/// A line on the forms of all terms, and the terms that have none.
pub(super) fn write_summary(out: &mut impl Write, matcher: &Matcher) -> std::io::Result<()> {
    let (mut forms, mut languages, mut without) = (0_usize, Vec::new(), Vec::new());
    for one in matcher.terms() {
        for listed in &one.forms {
            forms += listed.forms.len();
            languages.push(listed.language);
        }
        if one.without_forms {
            without.push(one.term);
        }
    }
    languages.sort_unstable();
    languages.dedup();
    if forms > 0 {
        let (forms, languages) = (counted(forms as u64, "form"), languages.join(", "));
        writeln!(out, "{forms} of their words in {languages}; `wirewatch terms` lists them")?;
    }
    if !without.is_empty() {
        let shown: Vec<&str> = without.iter().take(3).map(String::as_str).collect();
        let more = if without.len() > shown.len() { ", …" } else { "" };
        let count = counted(without.len() as u64, "term");
        writeln!(out, "no word forms are known for {count}: {}{more}", shown.join(", "))?;
    }
    Ok(())
}
