//! `feeds add`: a site's feed, found, named and written into the configuration.
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use url::Url;

use super::super::fail::CommandError;
use super::super::screen::{BOLD, styled};
use super::super::setup::{Invocation, path_text};
use super::address::{SiteAddress, parse_address};
use super::{discover, files};
use crate::config::{self, Config, NewFeed};
use crate::discover::Candidate;
use crate::domain::Name;
use crate::extract;

/// Answers a person may give before the question is given up.
const ANSWERS_MAX: usize = 3;

/// What the command line says of the feed.
pub(in crate::cli) struct Wanted<'a> {
    pub(in crate::cli) url: &'a str,
    pub(in crate::cli) name: Option<&'a str>,
    pub(in crate::cli) every: Option<&'a str>,
    pub(in crate::cli) tags: &'a [String],
    pub(in crate::cli) allow_private: &'a [String],
    /// The file to write to.
    pub(in crate::cli) file: Option<&'a Path>,
    /// Take the address as it is, without asking it.
    pub(in crate::cli) unchecked: bool,
}

/// Asks the feed before it is written down, so that a typing error is found at once.
pub(in crate::cli) fn add(
    setting: &Invocation,
    wanted: &Wanted<'_>,
) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    let target = files::target(&config, wanted.file)?;
    let asked = parse_address(wanted.url, wanted.allow_private)?;
    let (url, title, language) = if wanted.unchecked {
        let url = asked.urls.first().cloned();
        (url.ok_or_else(|| CommandError::Usage("there is no address".to_owned()))?, None, None)
    } else {
        let found = choose(setting, &asked, wanted.url)?;
        (found.url, found.title, found.language)
    };
    if let Some(known) = feed_with_url(&config, url.as_str()) {
        return Err(CommandError::Usage(format!("{url} is already there, as the feed `{known}`")));
    }
    let taken: BTreeSet<Name> = config.feeds.iter().map(|feed| feed.name.clone()).collect();
    let name = match wanted.name {
        Some(name) => name.to_owned(),
        None => config::suggest(title.as_deref(), &url, &taken).as_str().to_owned(),
    };
    let feed = NewFeed {
        name,
        url: url.into(),
        title: title.as_deref().and_then(config::title),
        tags: wanted.tags.to_vec(),
        language: language.filter(|tag| config::is_language(tag)),
        every: wanted.every.map(str::to_owned),
        allow_private: wanted.allow_private.to_vec(),
    };
    files::add(setting, &target, std::slice::from_ref(&feed), &[])?;
    let mut out = setting.screen.out();
    writeln!(out, "added {} to {}", styled(BOLD, &feed.name), path_text(&target.path))?;
    writeln!(out, "      {}", feed.url)?;
    writeln!(out, "a running daemon takes it up when it is told to reload")?;
    Ok(ExitCode::SUCCESS)
}

/// The feed of the configuration that is this page under another spelling.
pub(super) fn feed_with_url<'a>(config: &'a Config, url: &str) -> Option<&'a Name> {
    let canonical = extract::canonical(url);
    let same = |feed: &&crate::domain::Feed| {
        feed.url.as_str() == url
            || canonical.is_some() && extract::canonical(feed.url.as_str()) == canonical
    };
    config.feeds.iter().find(same).map(|feed| &feed.name)
}

/// The one feed of a site. Where there are several a person is asked, and a script is refused.
fn choose(
    setting: &Invocation,
    asked: &SiteAddress,
    written: &str,
) -> Result<Candidate, CommandError> {
    let mut found = discover::find_feeds(setting, asked, false)?;
    let tried = std::mem::take(&mut found.tried);
    let main = |found: &Candidate| !found.comments && found.same_as.is_none();
    let several = found.feeds.iter().filter(|found| main(found)).count() > 1;
    if several {
        found.feeds.retain(main);
        let at = pick(setting, &found.feeds, written)?;
        return Ok(found.feeds.swap_remove(at));
    }
    found.feeds.into_iter().next().ok_or_else(|| {
        let tried: Vec<String> =
            tried.iter().map(|tried| format!("\n  {}: {}", tried.url, tried.why)).collect();
        CommandError::Input(format!(
            "no feed was found at {}{}\n`--unchecked` adds the address as it is",
            asked.shown(),
            tried.concat()
        ))
    })
}

/// Asks only where a person watches; a script gets an error that lists the feeds.
fn pick(setting: &Invocation, feeds: &[Candidate], written: &str) -> Result<usize, CommandError> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut list = Vec::new();
    for (number, feed) in (1..).zip(feeds) {
        write!(list, "{number:3}. ")?;
        discover::describe(&mut list, feed)?;
    }
    let list = String::from_utf8_lossy(&list).into_owned();
    if !terminal {
        let list = anstream::adapter::strip_str(&list).to_string();
        return Err(CommandError::Input(format!(
            "{written} has {} feeds; add one of them by its own address:\n{list}",
            feeds.len()
        )));
    }
    let mut screen = setting.screen.errors();
    write!(screen, "{list}")?;
    for _ in 0..ANSWERS_MAX {
        write!(screen, "which one? [1-{}] ", feeds.len())?;
        screen.flush()?;
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer)? == 0 {
            break;
        }
        match answer.trim().parse::<usize>() {
            Ok(number) if (1..=feeds.len()).contains(&number) => return Ok(number - 1),
            Ok(_) | Err(_) => writeln!(screen, "that is none of them")?,
        }
    }
    Err(CommandError::Usage("no feed was chosen; nothing was changed".to_owned()))
}

/// The address under which a feed is told apart from the others being added.
pub(super) fn identity(url: &Url) -> String {
    extract::canonical(url.as_str()).unwrap_or_else(|| url.to_string())
}
