//! `feeds discover`: which feeds a site has.
use std::io::Write;
use std::process::ExitCode;

use super::super::fail::CommandError;
use super::super::screen::{BOLD, DIM, json, styled};
use super::super::setup::{Invocation, runtime};
use super::address::{SiteAddress, parse_address};
use crate::app;
use crate::discover::{self, Candidate, Discovery, Query};
use crate::domain::{Timestamp, counted};
use crate::fetch::{Failure, Gate, Limits};

/// What the command line says of a site.
pub(in crate::cli) struct Site<'a> {
    pub(in crate::cli) url: &'a str,
    pub(in crate::cli) allow_private: &'a [String],
    pub(in crate::cli) everywhere: bool,
}

/// `feeds discover --json`.
#[derive(serde::Serialize)]
struct Discovered<'a> {
    url: &'a str,
    feeds: Vec<DiscoveredJson<'a>>,
    tried: Vec<FailedJson<'a>>,
    unasked: usize,
}

/// One feed of `feeds discover --json`.
#[derive(serde::Serialize)]
struct DiscoveredJson<'a> {
    url: &'a str,
    title: Option<&'a str>,
    format: &'static str,
    language: Option<&'a str>,
    entries: usize,
    newest: Option<Timestamp>,
    found: &'static str,
    comments: bool,
    same_as: Option<&'a str>,
}

/// One address that was tried in vain, and why.
#[derive(serde::Serialize)]
struct FailedJson<'a> {
    url: &'a str,
    why: &'a str,
}

/// Looks where sites usually name their feeds.
pub(in crate::cli) fn discover(
    setting: &Invocation,
    site: &Site<'_>,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let asked = parse_address(site.url, site.allow_private)?;
    let found = find_feeds(setting, &asked, site.everywhere)?;
    if as_json {
        json(&shape(site.url, &found))?;
    } else {
        let mut out = setting.screen.out();
        for feed in &found.feeds {
            describe(&mut out, feed)?;
        }
        for tried in &found.tried {
            let line = format!("no feed  {}: {}", tried.url, tried.why);
            writeln!(out, "{}", styled(DIM, &line))?;
        }
        if found.unasked > 0 {
            let unasked = counted(u64::try_from(found.unasked).unwrap_or(u64::MAX), "more address");
            writeln!(out, "{}", styled(DIM, &format!("{unasked} not asked: that was enough")))?;
        }
        if found.feeds.is_empty() {
            writeln!(out, "no feed was found")?;
        }
    }
    Ok(if found.feeds.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Asks a site for its feeds. An address without a scheme is tried as https, then as http.
pub(super) fn find_feeds(
    setting: &Invocation,
    asked: &SiteAddress,
    everywhere: bool,
) -> Result<Discovery, CommandError> {
    let contact = setting.load().ok().and_then(|config| config.service.contact);
    let gate = Gate::new(contact.as_deref(), Limits::default());
    let runtime = runtime()?;
    let mut last: Option<Failure> = None;
    for url in &asked.urls {
        let wanted = Query { site: url, allow_private: &asked.allow_private, everywhere };
        match runtime.block_on(discover::discover(&gate, wanted, app::wall().now())) {
            Ok(found) => return Ok(found),
            Err(failure) => last = Some(failure),
        }
    }
    let why = last.map_or_else(String::new, |failure| failure.why);
    Err(CommandError::Other(anyhow::anyhow!("cannot ask {}: {why}", asked.shown())))
}

/// Two lines on a feed.
pub(super) fn describe(out: &mut impl Write, feed: &Candidate) -> std::io::Result<()> {
    let title = feed.title.as_deref().unwrap_or("without a title");
    let title: String = title.chars().filter(|c| !c.is_control()).take(80).collect();
    writeln!(out, "{}  {}", styled(BOLD, feed.url.as_str()), title)?;
    let entries = counted(u64::try_from(feed.entries).unwrap_or(u64::MAX), "item");
    let newest = feed.newest.map(|at| format!(", the newest of {at}")).unwrap_or_default();
    let comments = if feed.comments { ", readers' comments" } else { "" };
    let same = feed.same_as.as_ref().map(|url| format!(", the same as {url}")).unwrap_or_default();
    let (format, how) = (feed.format.as_str(), feed.how.as_str());
    let line = format!("         {format}, {entries}{newest} ({how}{comments}{same})");
    writeln!(out, "{}", styled(DIM, &line))
}

/// Borrows what was found in the shape of the contract.
fn shape<'a>(url: &'a str, found: &'a Discovery) -> Discovered<'a> {
    let shown = |feed: &'a Candidate| DiscoveredJson {
        url: feed.url.as_str(),
        title: feed.title.as_deref(),
        format: feed.format.as_str(),
        language: feed.language.as_deref(),
        entries: feed.entries,
        newest: feed.newest,
        found: feed.how.as_str(),
        comments: feed.comments,
        same_as: feed.same_as.as_ref().map(url::Url::as_str),
    };
    Discovered {
        url,
        feeds: found.feeds.iter().map(shown).collect(),
        tried: found
            .tried
            .iter()
            .map(|tried| FailedJson { url: tried.url.as_str(), why: &tried.why })
            .collect(),
        unasked: found.unasked,
    }
}
