//! `backtest`: what a watchlist would have flagged among the stored articles, beside today's.
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::article::ArticleInput;
use super::fail::CommandError;
use super::matching::watchlist;
use super::screen::{BAD, BOLD, DIM, GOOD, Screen, json, styled};
use super::setup::Invocation;
use crate::domain::{ArticleId, Watch};
use crate::matcher::Matcher;
use crate::store::{Error, Reader};
use crate::{app, config};

/// Articles read from the store at a time.
const PAGE_ARTICLES: u32 = 1_000;
/// Titles listed for a watch.
const TITLES_SHOWN_MAX: usize = 10;
/// Terms listed for a watch, the busiest first.
const TERMS_SHOWN_MAX: usize = 8;

/// What one watch did over the time.
#[derive(Debug, Default, serde::Serialize)]
struct Tally {
    /// Stories it fired on under the watchlist tried.
    fired: u64,
    /// Articles, copies included.
    articles: u64,
    /// Stories per day.
    a_day: f64,
    /// How many articles each term was found in.
    terms: BTreeMap<String, u64>,
    /// Listed terms that were found nowhere.
    never: Vec<String>,
    /// Titles only the watchlist tried flags.
    gained: Vec<String>,
    /// Titles only today's watchlist flags.
    lost: Vec<String>,
    #[serde(skip)]
    stories: BTreeSet<i64>,
}

/// What a watchlist would have flagged, by watch.
#[derive(Debug, Default, serde::Serialize)]
struct Report {
    articles: u64,
    days: f64,
    watches: BTreeMap<String, Tally>,
}

/// Compares with today's watchlist when another one is given.
pub(super) fn backtest(
    setting: &Invocation,
    since: &str,
    tried: Option<&Path>,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let span = parse_span(since)?;
    let ready = setting.check_config()?;
    let today = ready.plan.matcher;
    let (watches, tried) = match tried {
        None => (ready.config.watches, None),
        Some(path) => {
            let (watches, matcher) = watchlist(setting, path)?;
            (watches, Some(matcher))
        }
    };
    let store = Reader::open(&ready.config.store.path)?;
    let mut report = run(&store, span, &today, tried.as_ref())?;
    for watch in &watches {
        let tally = report.watches.entry(watch.name.to_string()).or_default();
        tally.never = never_fired(watch, &tally.terms);
    }
    report.days = span.as_secs_f64() / 86_400.0;
    for tally in report.watches.values_mut() {
        tally.fired = tally.stories.len() as u64;
        // A count of stories is far below the numbers a float holds exactly.
        tally.a_day = f64::from(u32::try_from(tally.fired).unwrap_or(u32::MAX)) / report.days;
    }
    if as_json {
        json(&report)?;
    } else {
        write_report(setting.screen, &report, tried.is_some())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The terms of a watch's lists and weights that were found nowhere. A term whose watch never fired
/// may have been there and not have been enough.
fn never_fired(watch: &Watch, found: &BTreeMap<String, u64>) -> Vec<String> {
    let weighed = watch.terms.weighted.iter().map(|weighed| &weighed.term);
    let listed = watch.terms.any.iter().chain(&watch.terms.all).chain(weighed);
    listed.map(|term| term.text.clone()).filter(|term| !found.contains_key(term)).collect()
}

/// Stories a day for each watch of `matcher`, over the last week's stored articles; nothing where
/// nothing is stored.
pub(super) fn expected_alerts(
    path: &Path,
    matcher: &Matcher,
) -> Result<Vec<(String, f64)>, CommandError> {
    let week = Duration::from_hours(7 * 24);
    let store = match Reader::open(path) {
        Ok(store) => store,
        Err(Error::Missing(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let report = run(&store, week, matcher, None)?;
    if report.articles == 0 {
        return Ok(Vec::new());
    }
    let a_day =
        |tally: &Tally| f64::from(u32::try_from(tally.stories.len()).unwrap_or(u32::MAX)) / 7.0;
    Ok(report.watches.iter().map(|(watch, tally)| (watch.clone(), a_day(tally))).collect())
}

/// Zero is refused: it would compare nothing and look like a quiet week.
fn parse_span(text: &str) -> Result<Duration, CommandError> {
    let span = config::read_interval(text).filter(|span| !span.is_zero());
    span.ok_or_else(|| {
        CommandError::Usage(format!("`--since {text}` is no time; write 36h, 7d or 2w"))
    })
}

/// Reads the articles page by page, so that memory does not grow with the store.
fn run(
    store: &Reader,
    span: Duration,
    today: &Matcher,
    tried: Option<&Matcher>,
) -> Result<Report, Error> {
    let since = app::wall().now().before(span);
    let mut report = Report::default();
    for matcher in [Some(today), tried].into_iter().flatten() {
        for watch in matcher.watches() {
            report.watches.entry(watch.to_string()).or_default();
        }
    }
    let mut after = ArticleId(0);
    loop {
        let page = store.articles(since, after, PAGE_ARTICLES)?;
        let Some(last) = page.last() else { return Ok(report) };
        after = last.id;
        for article in &page {
            report.articles += 1;
            let plain = ArticleInput::from_stored(article);
            let found = tried.unwrap_or(today).find(&plain.text());
            for finding in &found {
                let tally = report.watches.entry(finding.watch.to_string()).or_default();
                tally.articles += 1;
                tally.stories.insert(article.story);
                let terms: BTreeSet<&str> =
                    finding.hits.iter().map(|hit| hit.term.as_str()).collect();
                for term in terms {
                    *tally.terms.entry(term.to_owned()).or_default() += 1;
                }
            }
            if tried.is_some() {
                let before = today.find(&plain.text());
                let names = |findings: &[crate::domain::Finding]| -> BTreeSet<String> {
                    findings.iter().map(|finding| finding.watch.to_string()).collect()
                };
                let (now, then) = (names(&found), names(&before));
                for watch in now.difference(&then) {
                    let tally = report.watches.entry(watch.clone()).or_default();
                    tally.gained.push(article.title.clone());
                }
                for watch in then.difference(&now) {
                    let tally = report.watches.entry(watch.clone()).or_default();
                    tally.lost.push(article.title.clone());
                }
            }
        }
    }
}

/// Of each watch the terms that fire most stand first: they are worth narrowing.
fn write_report(screen: Screen, report: &Report, compared: bool) -> Result<(), CommandError> {
    let mut out = screen.out();
    writeln!(out, "{} stored articles of the last {:.1} days", report.articles, report.days)?;
    for (watch, tally) in &report.watches {
        writeln!(
            out,
            "{}: {} stories in {} articles, {:.1} a day",
            styled(BOLD, watch),
            tally.fired,
            tally.articles,
            tally.a_day
        )?;
        let mut terms: Vec<(&String, &u64)> = tally.terms.iter().collect();
        terms.sort_by(|a, b| b.1.cmp(a.1));
        for (term, articles) in terms.iter().take(TERMS_SHOWN_MAX) {
            writeln!(out, "    {articles:>6}  {term}")?;
        }
        if !tally.never.is_empty() && tally.articles > 0 {
            let never = format!("never: {}", tally.never.join(", "));
            writeln!(out, "    {}", styled(DIM, &never))?;
        }
        if tally.articles == 0 {
            writeln!(out, "    {}", styled(DIM, "never fired"))?;
        }
        if compared {
            write_titles(&mut out, &styled(GOOD, "gained"), &tally.gained)?;
            write_titles(&mut out, &styled(BAD, "lost"), &tally.lost)?;
        }
    }
    Ok(())
}

/// A few titles are enough to see what a watch is about to flag.
fn write_titles(out: &mut impl Write, word: &str, titles: &[String]) -> std::io::Result<()> {
    for title in titles.iter().take(TITLES_SHOWN_MAX) {
        writeln!(out, "    {word} {title}")?;
    }
    if titles.len() > TITLES_SHOWN_MAX {
        writeln!(out, "    {word} and {} more", titles.len() - TITLES_SHOWN_MAX)?;
    }
    Ok(())
}
