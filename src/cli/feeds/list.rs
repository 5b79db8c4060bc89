//! `feeds list`: the sources and their health.
use std::io::Write;
use std::process::ExitCode;

use super::super::fail::CommandError;
use super::super::screen::{BAD, DIM, GOOD, MARK, json, styled};
use super::super::setup::Invocation;
use crate::app;
use crate::domain::{FeedCondition, counted, masked_url};
use crate::health::duration_phrase;
use crate::store::{Error, FeedHealth, HubHealth};

/// A feed that was never entered into the store.
#[derive(serde::Serialize)]
struct Configured<'a> {
    name: &'a str,
    url: &'a str,
    state: FeedCondition,
}

/// `feeds list`: each configured feed, and how it does.
pub(in crate::cli) fn list(setting: &Invocation, as_json: bool) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    let (health, hubs) = match setting.reader() {
        Ok((_, store)) => (store.feeds()?, store.hubs()?),
        Err(CommandError::Store(Error::Missing(_))) => (Vec::new(), Vec::new()),
        Err(failed) => return Err(failed),
    };
    let now = app::wall().now();
    let mut out = setting.screen.out();
    for feed in &config.feeds {
        let known = health.iter().find(|health| health.name == feed.name);
        if as_json {
            let (name, url) = (feed.name.as_str(), feed.url.as_str());
            match known {
                Some(health) => json(health)?,
                None => json(&Configured { name, url, state: FeedCondition::Unpolled })?,
            }
            continue;
        }
        let word = known.map_or(FeedCondition::Unpolled, |health| health.state);
        let style = match word {
            FeedCondition::Ok => GOOD,
            FeedCondition::Unpolled => DIM,
            FeedCondition::Stale | FeedCondition::Silent | FeedCondition::Distrusted => MARK,
            FeedCondition::Failing
            | FeedCondition::Blocked
            | FeedCondition::NotAFeed
            | FeedCondition::Gone => BAD,
        };
        let word = styled(style, &format!("{:10}", word.as_str()));
        let articles = known.map_or(0, |health| health.articles);
        let due =
            known.map(|health| format!(", due in {}", duration_phrase(health.next_due.since(now))));
        writeln!(
            out,
            "{word}  {:24} {articles:>6} articles{}",
            feed.name.as_str(),
            due.unwrap_or_default()
        )?;
        writeln!(out, "            {}", styled(DIM, &masked_url(feed.url.as_str())))?;
        if let Some(health) = known {
            details(&mut out, health)?;
        }
        for hub in hubs.iter().filter(|hub| hub.feed == feed.name) {
            pushed(&mut out, hub)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Only what there is to say: most feeds have none of these lines.
fn details(out: &mut impl Write, health: &FeedHealth) -> std::io::Result<()> {
    if let Some(error) = &health.error {
        writeln!(out, "            {}", styled(BAD, error))?;
    }
    if let Some(moved) = &health.moved_to {
        writeln!(out, "            moved for good to {moved}; change its `url`")?;
    }
    if let Some(mended) = &health.mended {
        writeln!(out, "            mended: {mended}")?;
    }
    Ok(())
}

/// How a feed's hub does.
fn pushed(out: &mut impl Write, hub: &HubHealth) -> std::io::Result<()> {
    let dropped = match hub.dropped {
        0 => String::new(),
        dropped => format!(", {dropped} without a good signature dropped"),
    };
    let why = hub.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    // The address is the publisher's; of a hub its host says enough.
    let host = url::Url::parse(&hub.hub).ok();
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("its hub");
    let pushes = counted(hub.pushes.into(), "push");
    writeln!(out, "            pushed by {host} ({}{why}), {pushes}{dropped}", hub.state)
}
