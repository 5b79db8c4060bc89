//! `explain`: an article's way through every stage, and the stage that stopped it.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use url::Url;

use super::article::ArticleInput;
use super::fail::CommandError;
use super::formatting;
use super::matching::write_explanation;
use super::screen::{BAD, BOLD, DIM, GOOD, styled};
use super::setup::Invocation;
use crate::app::CheckedConfig;
use crate::domain::{FeedCondition, counted};
use crate::extract;
use crate::store::{ArticleTrace, Error, FeedHealth, PageTrace, Reader, StoredArticle};

/// Takes the address of an article that was polled, or a file with a text.
pub(super) fn explain(setting: &Invocation, what: &str) -> Result<ExitCode, CommandError> {
    let ready = setting.check_config()?;
    let mut out = setting.screen.out();
    let address = Url::parse(what).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(address) = address else {
        let plain = ArticleInput::from_file(Path::new(what))?;
        write_explanation(&mut out, &ready.plan.matcher, &plain)?;
        return Ok(ExitCode::SUCCESS);
    };
    let store = match Reader::open(&ready.config.store.path) {
        Ok(store) => store,
        Err(Error::Missing(_)) => {
            let why = "nothing was ever polled: there is no store yet";
            return Err(CommandError::Input(why.to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let canonical =
        extract::canonical_by(what, &ready.config.pages).unwrap_or_else(|| what.to_owned());
    let (traces, feeds) = (store.traces(what, &canonical)?, store.feeds()?);
    if traces.is_empty() {
        write_absent(&mut out, &address, &feeds)?;
        return Ok(ExitCode::from(1));
    }
    for trace in &traces {
        write_walk(&mut out, &ready, trace)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// No article is stored under the address: the reason lies with the feeds.
fn write_absent(
    out: &mut impl Write,
    address: &Url,
    feeds: &[FeedHealth],
) -> Result<(), CommandError> {
    let host = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some(url.host_str()?.trim_start_matches("www.").to_owned())
    };
    let wanted = address.host_str().unwrap_or("").trim_start_matches("www.");
    let near: Vec<&FeedHealth> = feeds
        .iter()
        .filter(|feed| {
            host(&feed.url).is_some_and(|host| {
                host == wanted
                    || host.ends_with(&format!(".{wanted}"))
                    || wanted.ends_with(&format!(".{host}"))
            })
        })
        .collect();
    writeln!(out, "{} no feed has carried this address", styled(BAD, "fetch   "))?;
    if near.is_empty() {
        writeln!(out, "         no feed of yours is at {wanted}: add one with `[[feed]]`")?;
    }
    for feed in near {
        match (feed.state, &feed.error) {
            (
                FeedCondition::Ok
                | FeedCondition::Stale
                | FeedCondition::Silent
                | FeedCondition::Distrusted,
                _,
            ) => {
                writeln!(
                    out,
                    "         `{}` answers, and did not list it when it was read at {}; it is read \
                 again at {}",
                    feed.name,
                    feed.succeeded_at.map(|at| at.to_string()).unwrap_or_default(),
                    feed.next_due
                )?;
            }
            (state, Some(error)) if state.is_failing() => {
                writeln!(out, "         `{}` fails: {error}", feed.name)?;
            }
            (
                FeedCondition::Failing
                | FeedCondition::Blocked
                | FeedCondition::NotAFeed
                | FeedCondition::Gone
                | FeedCondition::Unpolled,
                _,
            ) => {
                writeln!(out, "         `{}` was not read yet", feed.name)?;
            }
        }
    }
    Ok(())
}

/// What its text was found to be.
fn write_story(article: &StoredArticle, unfired: bool) -> String {
    let story = article.story;
    match (article.reason.as_str(), article.copy_of) {
        ("new", _) if unfired => "its text was not compared: no watch fired".to_owned(),
        ("new", _) => "no stored text is like it".to_owned(),
        (reason @ ("same-text" | "follow-up" | "update"), Some(of)) => format!(
            "{reason}: {}, similarity {:.2} to {of}; attached to story s{story} \
             (`wirewatch stories show s{story}`)",
            formatting::reason_text(reason),
            article.similarity.unwrap_or_default()
        ),
        (reason @ ("split" | "merged"), _) => {
            format!("{reason}: {}; it is in story s{story}", formatting::reason_text(reason))
        }
        _ => "known by its keys; its text decided nothing".to_owned(),
    }
}

fn write_walk(
    out: &mut impl Write,
    ready: &CheckedConfig,
    trace: &ArticleTrace,
) -> Result<(), CommandError> {
    let article = &trace.article;
    writeln!(out, "{}", styled(BOLD, &article.title))?;
    let published = article.published.map_or("no date".to_owned(), |at| at.to_string());
    writeln!(
        out,
        "{} by `{}`, first seen {}, published {published}",
        styled(GOOD, "fetch   "),
        article.feed,
        article.first_seen
    )?;
    let identity = match article.reason.as_str() {
        "new" => format!("new; it opened story s{}", article.story),
        reason @ ("same-text" | "follow-up" | "update" | "split" | "merged") => {
            format!("no id, link or title of it was known ({reason})")
        }
        reason => format!(
            "a copy ({reason}: {}), attached to story s{}",
            formatting::reason_text(reason),
            article.story
        ),
    };
    writeln!(out, "{} {identity}", styled(GOOD, "identity"))?;
    writeln!(
        out,
        "{} {}",
        styled(GOOD, "dedupe  "),
        write_story(article, trace.outcomes.is_empty())
    )?;
    if trace.outcomes.is_empty() {
        writeln!(out, "{} no watch fired when it was read", styled(BAD, "match   "))?;
    }
    for (watch, outcome) in &trace.outcomes {
        let (style, words) = match outcome.as_str() {
            "alert" => (GOOD, "fired and made an alert"),
            "attached" => (DIM, "fired; its story had been told already, so it was attached"),
            "baseline" => (BAD, "fired; the feed was new, and the item older than its backlog"),
            "churn" => (BAD, "fired; the feed gave all its items new ids, so nobody was told"),
            "told-before" => (DIM, "fired; the same alert had been made before"),
            "update" => (GOOD, "fired; it was told in the thread of its story"),
            "shared" => (DIM, "fired; a watch that shares its stories had told it already"),
            other => (BAD, other),
        };
        writeln!(out, "{} `{watch}` {words}", styled(style, "match   "))?;
    }
    if let Some(trace) = &trace.page {
        write_page(out, trace)?;
    }
    for sent in &trace.sent {
        formatting::write_delivery(out, sent)?;
    }
    writeln!(out, "By today's watchlist:")?;
    write_explanation(out, &ready.plan.matcher, &ArticleInput::from_stored(article))
}

/// The article's own page, where its feed asks for it.
fn write_page(out: &mut impl Write, trace: &PageTrace) -> Result<(), CommandError> {
    let ended = trace.ended.map(|at| at.to_string()).unwrap_or_default();
    let why = trace.why.as_deref().unwrap_or("unknown");
    let characters = counted(trace.characters.unwrap_or(0), "character");
    let (style, words) = match (trace.state.as_str(), &trace.why) {
        ("read", None) => {
            let notes = trace.notes.as_ref().map(|notes| format!("; {notes}")).unwrap_or_default();
            (GOOD, format!("fetched {ended}, {characters}{notes}"))
        }
        ("read", Some(why)) => (DIM, format!("fetched {ended}, {characters}, not used: {why}")),
        ("given-up", _) => {
            let attempts = counted(u64::from(trace.attempts), "attempt");
            (BAD, format!("gave up {ended} after {attempts}: {why}"))
        }
        (_, None) => (DIM, format!("waits to be fetched since {}", trace.due)),
        (_, Some(why)) => (DIM, format!("failed {ended}: {why}; next try at {}", trace.due)),
    };
    writeln!(out, "{} {words}", styled(style, "page    "))?;
    Ok(())
}
