//! `match`: what a watchlist makes of a text, and why.
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::Match;
use super::fail::Failed;
use super::parse::bytes;
use super::screen::{BOLD, DIM, MARK, Screen, styled};
use super::setup::{Setting, shown};
use crate::config;
use crate::domain::{Finding, Hit, Snippet};
use crate::extract;
use crate::matcher::{self, Matcher, Text};

/// Bytes of one line of JSON that are read; a longer one is refused by its number.
const LINE_BYTES_MAX: usize = 16 << 20;

/// One line of input. Whatever is absent is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Line {
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
struct Fired<'a> {
    id: &'a serde_json::Value,
    watch: &'a str,
    score: f64,
    threshold: f64,
    hits: &'a [Hit],
}

/// A text with its markup gone, as the matcher looks at it.
#[derive(Debug, Default)]
struct Plain {
    title: String,
    summary: String,
    content: String,
    line: Line,
}

impl Plain {
    fn of(mut line: Line) -> Self {
        let plain = |text: Option<String>| {
            text.map(|text| extract::plain(&text).into_owned()).unwrap_or_default()
        };
        Self {
            title: plain(line.title.take()),
            summary: plain(line.summary.take()),
            content: plain(line.content.take()),
            line,
        }
    }

    fn text(&self) -> Text<'_> {
        Text {
            title: &self.title,
            summary: &self.summary,
            content: &self.content,
            url: self.line.url.as_deref().unwrap_or(""),
            authors: self.line.authors.as_deref().unwrap_or(&[]),
            tags: self.line.tags.as_deref().unwrap_or(&[]),
            source: self.line.source.as_deref().unwrap_or(""),
            language: self.line.language.as_deref(),
        }
    }
}

pub(super) fn matching(setting: &Setting, what: &Match) -> Result<ExitCode, Failed> {
    let matcher = match &what.watchlist {
        Some(path) => watchlist(setting, path)?,
        None => setting.ready()?.plan.matcher,
    };
    for file in &what.files {
        if what.jsonl {
            lines(&matcher, file)?;
        } else {
            whole(setting.screen, &matcher, file, what.json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn watchlist(setting: &Setting, path: &Path) -> Result<Matcher, Failed> {
    let (watches, sources) = config::load_watchlist(path).map_err(|broken| {
        Failed::Config(broken.sources.render(&broken.complaints, setting.colours()))
    })?;
    let compiled = Matcher::compile(&watches);
    let (matcher, warnings) =
        compiled.map_err(|faults| Failed::Config(sources.render(&faults, setting.colours())))?;
    if !warnings.is_empty() {
        let listed = sources.render(&warnings, setting.colours());
        setting.screen.errors().write_all(listed.as_bytes())?;
    }
    Ok(matcher)
}

fn lines(matcher: &Matcher, file: &PathBuf) -> Result<(), Failed> {
    let input: Box<dyn BufRead> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let open = std::fs::File::open(file)
            .map_err(|why| Failed::Input(format!("{}: {why}", shown(file))))?;
        Box::new(std::io::BufReader::new(open))
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let bad = |number: usize, why: &dyn std::fmt::Display| {
        Failed::Input(format!("{}:{number}: {why}", shown(file)))
    };
    for (number, line) in input.split(b'\n').enumerate() {
        let number = number + 1;
        let line = line.map_err(|why| bad(number, &why))?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        if line.len() > LINE_BYTES_MAX {
            let why = format!("the line is longer than {} MiB", LINE_BYTES_MAX >> 20);
            return Err(bad(number, &why));
        }
        let line: Line = serde_json::from_slice(&line).map_err(|why| bad(number, &why))?;
        let plain = Plain::of(line);
        for finding in matcher.find(&plain.text()) {
            serde_json::to_writer(&mut out, &fired(&plain.line.id, &finding))
                .map_err(|why| bad(number, &why))?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}

fn fired<'a>(id: &'a serde_json::Value, finding: &'a Finding) -> Fired<'a> {
    Fired {
        id,
        watch: finding.watch.as_str(),
        score: finding.score,
        threshold: finding.threshold,
        hits: &finding.hits,
    }
}

/// A whole file is one article: its first line is the title.
fn whole(screen: Screen, matcher: &Matcher, file: &Path, as_json: bool) -> Result<(), Failed> {
    let bytes = bytes(file).map_err(Failed::Input)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_start();
    let (title, content) = text.split_once('\n').unwrap_or((text, ""));
    let line = Line {
        id: serde_json::Value::String(shown(file)),
        title: Some(title.to_owned()),
        content: Some(content.to_owned()),
        ..Line::default()
    };
    let plain = Plain::of(line);
    let findings = matcher.find(&plain.text());
    if as_json {
        for finding in &findings {
            super::screen::json(&fired(&plain.line.id, finding))?;
        }
        return Ok(());
    }
    let mut out = screen.out();
    if findings.is_empty() {
        writeln!(out, "{}: no watch fires", shown(file))?;
    }
    for finding in &findings {
        writeln!(out, "{}: {}", shown(file), styled(BOLD, finding.watch.as_str()))?;
        passage(&mut out, &matcher::snippet(&plain.text(), finding))?;
        for hit in &finding.hits {
            let tolerance = hit.tolerance.as_ref();
            let tolerance = tolerance.map(|t| format!(" ({t})")).unwrap_or_default();
            writeln!(
                out,
                "    {} {}:{}-{} for `{}`{tolerance}",
                styled(DIM, "hit"),
                hit.field,
                hit.start,
                hit.end,
                hit.term
            )?;
        }
    }
    Ok(())
}

/// The passage with its hits marked; without colour they stand in brackets.
fn passage(out: &mut impl Write, snippet: &Snippet) -> std::io::Result<()> {
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
