//! `feeds status`: how each feed stands, since when and why, how much of it was covered, and what a
//! person can do.
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::super::fail::CommandError;
use super::super::screen::{BAD, BOLD, DIM, GOOD, MARK, json, styled};
use super::super::setup::Invocation;
use crate::app;
use crate::domain::{Coverage, Feed, FeedCondition, Gap, Name, Timestamp, counted, masked_url};
use crate::health::{self, FailingHub, SentNotice, duration_phrase};
use crate::store::{Error, FeedHealth};

/// How far back coverage is told.
pub(in crate::cli) const COVERED: Duration = Duration::from_hours(7 * 24);
/// Gaps named of one feed; the rest are counted.
const GAPS_SHOWN_MAX: usize = 5;
/// A name this like a feed's is meant as that feed's (Jaro-Winkler, 0 to 1).
const SAME_SHARE: f64 = 0.8;

/// One line of `feeds status --json`.
#[derive(serde::Serialize)]
struct FeedReport<'a> {
    name: &'a Name,
    url: &'a str,
    state: FeedCondition,
    since: Option<Timestamp>,
    /// What is the matter, in words; null if nothing is.
    why: Option<&'static str>,
    error: Option<&'a str>,
    failures: u32,
    /// It works and fails by turns: one notice tells of it, not one for each turn.
    flapping: bool,
    /// Why its hub does not push it; null if it does, or if there is none.
    hub_error: Option<&'a str>,
    /// What a person can do; null if nothing.
    advice: Option<String>,
    next_due: Option<Timestamp>,
    polled_at: Option<Timestamp>,
    succeeded_at: Option<Timestamp>,
    changed_at: Option<Timestamp>,
    interval_s: Option<u64>,
    articles: u64,
    moved_to: Option<&'a str>,
    distrusted_until: Option<Timestamp>,
    mended: Option<&'a str>,
    /// Of the last seven days, or of the time since the feed was first read; null before that.
    coverage: Option<&'a Coverage>,
}

/// Works before the first run too: then no feed was ever read.
pub(in crate::cli) fn status(
    setting: &Invocation,
    names: &[String],
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    let chosen = chosen(&config.feeds, names)?;
    let now = app::wall().now();
    let (health, coverage, trouble) = match setting.reader() {
        Ok((_, store)) => {
            let report = store.health_report(now)?;
            let trouble = Trouble { notified: report.notified, hubs: report.hubs };
            (store.feeds()?, store.coverage(now.before(COVERED), now)?, trouble)
        }
        Err(CommandError::Store(Error::Missing(_))) => Default::default(),
        Err(failed) => return Err(failed),
    };
    let mut out = setting.screen.out();
    for feed in chosen {
        let known = health.iter().find(|health| health.name == feed.name);
        let line = feed_report(feed, known, coverage.get(&feed.name), &trouble);
        if as_json {
            json(&line)?;
        } else {
            write_feed(&mut out, &line, now)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is recorded of feeds beside their own rows.
#[derive(Default)]
struct Trouble {
    notified: Vec<SentNotice>,
    hubs: Vec<FailingHub>,
}

/// The feeds of these names, in the order of the configuration; all if none is named.
fn chosen<'a>(feeds: &'a [Feed], names: &[String]) -> Result<Vec<&'a Feed>, CommandError> {
    let is_known = |name: &String| feeds.iter().any(|feed| feed.name.as_str() == name.as_str());
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        let likeness = |feed: &Feed| strsim::jaro_winkler(unknown, feed.name.as_str());
        let nearest = feeds.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let cure = match nearest.filter(|feed| likeness(feed) >= SAME_SHARE) {
            Some(feed) => format!("did you mean `{}`?", feed.name),
            None => "`wirewatch feeds list` names them".to_owned(),
        };
        return Err(CommandError::Usage(format!("there is no feed `{unknown}`; {cure}")));
    }
    let is_meant = |feed: &&Feed| names.is_empty() || names.iter().any(|n| n == feed.name.as_str());
    Ok(feeds.iter().filter(is_meant).collect())
}

/// Joins what is configured with what the store knows of it.
fn feed_report<'a>(
    feed: &'a Feed,
    known: Option<&'a FeedHealth>,
    coverage: Option<&'a Coverage>,
    trouble: &'a Trouble,
) -> FeedReport<'a> {
    let state = known.map_or(FeedCondition::Unpolled, |health| health.state);
    let moved_to = known.and_then(|health| health.moved_to.as_deref());
    let advice = match moved_to {
        Some(to) => Some(format!("it has moved for good: change its `url` to {to}")),
        None => health::advice(state).map(str::to_owned),
    };
    FeedReport {
        name: &feed.name,
        url: feed.url.as_str(),
        state,
        since: known.and_then(|health| health.since),
        why: health::problem_phrase(state),
        error: known.and_then(|health| health.error.as_deref()),
        failures: known.map_or(0, |health| health.failures),
        flapping: health::is_flapping(&trouble.notified, &feed.name),
        hub_error: trouble
            .hubs
            .iter()
            .find(|hub| hub.feed == feed.name)
            .map(|hub| hub.why.as_str()),
        advice,
        next_due: known.map(|health| health.next_due),
        polled_at: known.and_then(|health| health.polled_at),
        succeeded_at: known.and_then(|health| health.succeeded_at),
        changed_at: known.and_then(|health| health.changed_at),
        interval_s: known.map(|health| health.interval_s),
        articles: known.map_or(0, |health| health.articles),
        moved_to,
        distrusted_until: known.and_then(|health| health.distrusted_until),
        mended: known.and_then(|health| health.mended.as_deref()),
        coverage,
    }
}

/// The worst news first: why nothing comes, then how well it is covered.
fn write_feed(out: &mut impl Write, line: &FeedReport<'_>, now: Timestamp) -> std::io::Result<()> {
    let style = match line.state {
        FeedCondition::Ok => GOOD,
        FeedCondition::Unpolled => DIM,
        FeedCondition::Stale | FeedCondition::Silent | FeedCondition::Distrusted => MARK,
        FeedCondition::Failing
        | FeedCondition::Blocked
        | FeedCondition::NotAFeed
        | FeedCondition::Gone => BAD,
    };
    let since = line.since.map(|since| format!(", for {}", duration_phrase(now.since(since))));
    let word = styled(style, line.state.as_str());
    let name = styled(BOLD, line.name.as_str());
    writeln!(out, "{name}: {word}{}", since.unwrap_or_default())?;
    writeln!(out, "    {}", styled(DIM, &masked_url(line.url)))?;
    if let Some(why) = line.why {
        let failures = match line.failures {
            0 | 1 => String::new(),
            many => format!(", {many} times in a row"),
        };
        let error = line.error.map(|error| format!(": {error}"));
        writeln!(out, "    {why}{failures}{}", error.unwrap_or_default())?;
    }
    if line.flapping {
        writeln!(out, "    it works and fails by turns")?;
    }
    if let Some(error) = line.hub_error {
        writeln!(out, "    its hub does not push it: {error}; it is polled instead")?;
    }
    let ago = |at: Option<Timestamp>| {
        at.map_or_else(
            || "never".to_owned(),
            |at| format!("{} ago", duration_phrase(now.since(at))),
        )
    };
    if let (Some(next), Some(interval)) = (line.next_due, line.interval_s) {
        writeln!(
            out,
            "    every {}, next in {}; last read {}, last changed {}; {}",
            duration_phrase(Duration::from_secs(interval)),
            duration_phrase(next.since(now)),
            ago(line.succeeded_at),
            ago(line.changed_at),
            counted(line.articles, "article")
        )?;
    }
    if let Some(coverage) = line.coverage {
        writeln!(out, "    {} (7 days, UTC)", health::coverage_phrase(coverage, &TimeZone::UTC))?;
        write_gaps(out, &coverage.gaps)?;
    }
    if let Some(mended) = line.mended {
        writeln!(out, "    mended: {mended}")?;
    }
    if let Some(advice) = &line.advice {
        writeln!(out, "    {advice}")?;
    }
    Ok(())
}

/// The latest gaps where there are several; a single one stands in the line above.
fn write_gaps(out: &mut impl Write, gaps: &[Gap]) -> std::io::Result<()> {
    if gaps.len() < 2 {
        return Ok(());
    }
    for gap in gaps.iter().rev().take(GAPS_SHOWN_MAX) {
        writeln!(out, "        {}", health::gap_line(gap, &TimeZone::UTC))?;
    }
    if let Some(rest) = gaps.len().checked_sub(GAPS_SHOWN_MAX).filter(|rest| *rest > 0) {
        writeln!(out, "        and {rest} earlier")?;
    }
    Ok(())
}
