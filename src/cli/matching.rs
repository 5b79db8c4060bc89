//! `match`: what a watchlist makes of a text, and why.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::args::Match;
use super::article::ArticleInput;
use super::fail::CommandError;
use super::input::each_line;
use super::screen::{BOLD, DIM, GOOD, MARK, styled};
use super::setup::{Invocation, path_text};
use crate::config;
use crate::domain::{Finding, Hit, Snippet, Watch};
use crate::extract;
use crate::matcher::{self, Explanation, Matcher};

/// Bytes of one line of JSON that are read; a longer one is refused by its number.
const LINE_BYTES_MAX: usize = 16 << 20;
/// Watches that did not fire that are explained, the nearest misses first.
const MISSES_SHOWN_MAX: usize = 5;

/// One line of input. Whatever is absent is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct MatchInput {
    id: serde_json::Value,
    title: Option<String>,
    summary: Option<String>,
    content: Option<String>,
    url: Option<String>,
    source: Option<String>,
    language: Option<String>,
    authors: Option<Vec<String>>,
    tags: Option<Vec<String>>,
}

/// The contract of `match --jsonl`: a line for each watch that fires.
#[derive(serde::Serialize)]
struct MatchOutput<'a> {
    id: &'a serde_json::Value,
    watch: &'a str,
    score: f64,
    threshold: f64,
    hits: &'a [Hit],
}

/// For texts of one's own; `explain` does the same for stored articles.
pub(super) fn matching(setting: &Invocation, what: &Match) -> Result<ExitCode, CommandError> {
    let matcher = match &what.watchlist {
        Some(path) => watchlist(setting, path)?.1,
        None => setting.check_config()?.plan.matcher,
    };
    for file in &what.files {
        if what.jsonl {
            match_lines(&matcher, file)?;
            continue;
        }
        let plain = ArticleInput::from_file(file)?;
        if what.json {
            for finding in matcher.find(&plain.text()) {
                super::screen::json(&match_output(
                    &serde_json::Value::String(path_text(file)),
                    &finding,
                ))?;
            }
            continue;
        }
        let mut out = setting.screen.out();
        writeln!(out, "{}", styled(DIM, &path_text(file)))?;
        write_explanation(&mut out, &matcher, &plain)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A watchlist of its own, compiled; its warnings go to standard error.
pub(super) fn watchlist(
    setting: &Invocation,
    path: &Path,
) -> Result<(Vec<Watch>, Matcher), CommandError> {
    let (watches, sources) = config::load_watchlist(path)
        .map_err(|invalid| CommandError::invalid(&invalid, setting.screen))?;
    let compiled = Matcher::compile(&watches);
    let (matcher, warnings) =
        compiled.map_err(|faults| CommandError::config(&sources, &faults, setting.screen))?;
    if !warnings.is_empty() {
        let listed = sources.render(&warnings, setting.colours());
        setting.screen.errors().write_all(listed.as_bytes())?;
    }
    Ok((watches, matcher))
}

/// Output is buffered and flushed at the end: a line for each watch that fires is much.
fn match_lines(matcher: &Matcher, file: &Path) -> Result<(), CommandError> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    each_line(file, LINE_BYTES_MAX, |line| {
        let mut line: MatchInput = serde_json::from_slice(line)?;
        let id = line.id.take();
        let article = to_article(line);
        for finding in matcher.find(&article.text()) {
            serde_json::to_writer(&mut out, &match_output(&id, &finding))?;
            writeln!(out)?;
        }
        Ok::<(), anyhow::Error>(())
    })?;
    out.flush()?;
    Ok(())
}

/// Summary and content may hold markup, as feeds send them.
fn to_article(line: MatchInput) -> ArticleInput {
    let plain = |text: Option<String>| {
        text.map(|text| extract::plain(&text).into_owned()).unwrap_or_default()
    };
    ArticleInput {
        title: plain(line.title),
        summary: plain(line.summary),
        content: plain(line.content),
        url: line.url.unwrap_or_default(),
        authors: line.authors.unwrap_or_default(),
        tags: line.tags.unwrap_or_default(),
        source: line.source.unwrap_or_default(),
        language: line.language,
    }
}

/// Offsets are those of the text without markup.
fn match_output<'a>(id: &'a serde_json::Value, finding: &'a Finding) -> MatchOutput<'a> {
    MatchOutput {
        id,
        watch: finding.watch.as_str(),
        score: finding.score,
        threshold: finding.threshold,
        hits: &finding.hits,
    }
}

/// Every watch that fires with the passage and the sum, then the nearest misses.
pub(super) fn write_explanation(
    out: &mut impl Write,
    matcher: &Matcher,
    plain: &ArticleInput,
) -> Result<(), CommandError> {
    let explanations = matcher.explain(&plain.text());
    let (fired, mut missed): (Vec<Explanation>, Vec<Explanation>) =
        explanations.into_iter().partition(|explanation| explanation.finding.is_some());
    for explanation in &fired {
        writeln!(out, "{} {}", styled(GOOD, "fires"), styled(BOLD, explanation.watch.as_str()))?;
        if let Some(finding) = &explanation.finding {
            write_passage(out, &matcher::snippet(&plain.text(), finding))?;
            write_hits(out, finding)?;
        }
        write_reasons(out, explanation)?;
    }
    missed.sort_by(|a, b| b.closeness.total_cmp(&a.closeness));
    for explanation in missed.iter().take(MISSES_SHOWN_MAX) {
        writeln!(out, "{} {}", styled(DIM, "silent"), styled(BOLD, explanation.watch.as_str()))?;
        write_reasons(out, explanation)?;
    }
    if missed.len() > MISSES_SHOWN_MAX {
        writeln!(out, "{} and {} more", styled(DIM, "silent"), missed.len() - MISSES_SHOWN_MAX)?;
    }
    Ok(())
}

/// The matcher's own words.
fn write_reasons(out: &mut impl Write, explanation: &Explanation) -> std::io::Result<()> {
    for reason in &explanation.reasons {
        writeln!(out, "    {reason}")?;
    }
    Ok(())
}

/// A tolerance that was used is named: it may be the reason for a false alarm.
fn write_hits(out: &mut impl Write, finding: &Finding) -> std::io::Result<()> {
    for hit in &finding.hits {
        let tolerance = hit.tolerance.as_ref();
        let tolerance = tolerance.map(|t| format!(" ({t})")).unwrap_or_default();
        let place = format!("{} {}-{}", hit.field, hit.start, hit.end);
        writeln!(out, "    {} for `{}`{tolerance}", styled(DIM, &place), hit.term)?;
    }
    Ok(())
}

/// The passage with its hits marked; without colour they stand in brackets.
fn write_passage(out: &mut impl Write, snippet: &Snippet) -> std::io::Result<()> {
    let mut at = 0;
    write!(out, "    ")?;
    for mark in &snippet.marks {
        let before = snippet.text.get(at..mark.start).unwrap_or("");
        let marked = snippet.text.get(mark.clone()).unwrap_or("");
        write!(out, "{}[{}]", before.replace('\n', " "), styled(MARK, marked))?;
        at = mark.end;
    }
    writeln!(out, "{}", snippet.text.get(at..).unwrap_or("").replace('\n', " "))
}
