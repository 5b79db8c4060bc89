//! `feeds import` and `feeds export`: lists of feeds as other readers have them.
use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::super::fail::CommandError;
use super::super::input::read_whole;
use super::super::screen::{DIM, MARK, styled};
use super::super::setup::{Invocation, path_text};
use super::{add, files};
use crate::config::{self, Config, NewFeed};
use crate::domain::{Name, counted};
use crate::parse::opml::{self, FeedList, SkippedLine, Subscription};

/// `feeds import`: every feed of a list, into the configuration.
pub(in crate::cli) fn import(
    setting: &Invocation,
    list: &Path,
    into: Option<&Path>,
    dry_run: bool,
) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    let target = files::target(&config, into)?;
    let mut opml = opml::parse(&read_whole(list).map_err(CommandError::Input)?)
        .map_err(|error| CommandError::Input(format!("{}: {error}", path_text(list))))?;
    let feeds = select(&config, &mut opml);
    let remarks = [format!("From {}{}", path_text(list), of(opml.title.as_deref()))];
    let mut out = setting.screen.out();
    if dry_run {
        write!(out, "{}", config::block(&feeds, &remarks))?;
    } else if !feeds.is_empty() {
        files::add(setting, &target, &feeds, &remarks)?;
    }
    let mut said = setting.screen.errors();
    for problem in &opml.problems {
        let place = format!("{}:{}:", path_text(list), problem.line);
        writeln!(said, "{} {}", styled(MARK, &place), problem.what)?;
    }
    let feeds = counted(u64::try_from(feeds.len()).unwrap_or(u64::MAX), "feed");
    let left = opml.problems.len();
    let would = if dry_run { "would be added" } else { "added" };
    writeln!(said, "{feeds} {would} to {}, {left} lines not taken", path_text(&target.path))?;
    Ok(ExitCode::SUCCESS)
}

fn of(title: Option<&str>) -> String {
    title.map(|title| format!(": {title}")).unwrap_or_default()
}

/// The feeds that are not there yet, each under a name nothing else has. What is left out is added
/// to the list's problems.
fn select(config: &Config, opml: &mut FeedList) -> Vec<NewFeed> {
    let mut taken: BTreeSet<Name> = config.feeds.iter().map(|feed| feed.name.clone()).collect();
    let mut there: HashSet<String> =
        config.feeds.iter().map(|feed| add::identity(&feed.url)).collect();
    let mut feeds = Vec::new();
    for subscription in &opml.feeds {
        let problem = |what: String| SkippedLine { line: subscription.line, what };
        let url = match config::check_url(&subscription.url) {
            Ok(url) => url,
            Err((what, _cure)) => {
                opml.problems.push(problem(what));
                continue;
            }
        };
        if !there.insert(add::identity(&url)) {
            let known = add::feed_with_url(config, url.as_str());
            let whose = known.map(|name| format!(", as `{name}`")).unwrap_or_default();
            opml.problems.push(problem(format!("{url} is already there{whose}")));
            continue;
        }
        let own = subscription.name.as_deref().filter(|name| config::is_name(name));
        let name = match own.map(Name::new).filter(|name| !taken.contains(name)) {
            Some(name) => name,
            None => config::suggest(subscription.title.as_deref(), &url, &taken),
        };
        feeds.push(new_feed(subscription, url.into(), name.as_str()));
        taken.insert(name);
    }
    opml.problems.sort_by_key(|problem| problem.line);
    feeds
}

/// Keeps the list's own titles and tags.
fn new_feed(subscription: &Subscription, url: String, name: &str) -> NewFeed {
    let title = subscription.title.as_deref().and_then(config::title);
    NewFeed {
        name: name.to_owned(),
        url,
        // A list of our own shows a feed without a title under its name.
        title: title.filter(|title| title != name),
        tags: subscription.tags.iter().filter_map(|tag| config::tag(tag)).collect(),
        language: subscription.language.clone().filter(|tag| config::is_language(tag)),
        every: subscription.every.clone().filter(|every| config::is_interval(every)),
        allow_private: Vec::new(),
    }
}

/// `feeds export`: the feeds of the configuration as OPML, on standard output.
pub(in crate::cli) fn export(setting: &Invocation) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    let feeds = config.feeds.iter().map(|feed| Subscription {
        title: feed.title.clone(),
        url: feed.url.to_string(),
        site: None,
        tags: feed.tags.clone(),
        language: feed.language.clone(),
        name: Some(feed.name.as_str().to_owned()),
        every: feed.every.map(config::show_interval),
        line: 0,
    });
    let title = Some("wirewatch feeds".to_owned());
    let list = FeedList { title, feeds: feeds.collect(), problems: Vec::new() };
    write!(std::io::stdout().lock(), "{}", opml::to_xml(&list))?;
    let with_secrets = config.feeds.iter().filter(|feed| feed.auth.is_some()).count();
    if with_secrets > 0 {
        let feeds = counted(u64::try_from(with_secrets).unwrap_or(u64::MAX), "feed");
        let line = format!("{feeds} written without their `auth`, which is a secret");
        writeln!(setting.screen.errors(), "{}", styled(DIM, &line))?;
    }
    Ok(ExitCode::SUCCESS)
}
