//! `stories`: what was taken for one story, and a person's word on it.
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::fail::CommandError;
use super::formatting;
use super::screen::{BOLD, DIM, json, styled};
use super::setup::{Invocation, runtime};
use crate::app;
use crate::domain::{ArticleId, StoryId, counted};
use crate::store::{Story, StoryEditRefusal};

/// `stories list`: the newest stories with their spread.
pub(super) fn list(
    setting: &Invocation,
    most: u32,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let stories = store.stories(most)?;
    let mut out = setting.screen.out();
    if stories.is_empty() && !as_json {
        writeln!(out, "no story was told yet")?;
    }
    for story in &stories {
        if as_json {
            json(story)?;
            continue;
        }
        let id = story.story.to_string();
        writeln!(
            out,
            "{} {} {} in {}, {}",
            styled(BOLD, &id),
            story.opened,
            counted(story.articles, "article"),
            counted(story.outlets, "outlet"),
            counted(story.alerts, "alert")
        )?;
        writeln!(out, "    {}", formatting::single_line(&story.title))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `stories review`: what was silent within the time `back`, the least certain first, so that a
/// person can check the judge in a minute.
pub(super) fn review(
    setting: &Invocation,
    back: Duration,
    most: u32,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let silent = store.silent_articles(app::wall().now().before(back), most)?;
    let mut out = setting.screen.out();
    if silent.is_empty() && !as_json {
        writeln!(out, "nothing was silent in this time")?;
    }
    for article in &silent {
        if as_json {
            json(article)?;
            continue;
        }
        let (id, copy) = (article.article.to_string(), &article.attached);
        let share = copy.similarity.map_or_else(String::new, |share| format!(", {share:.2} told"));
        let why = format!("{}{share}", copy.reason);
        writeln!(out, "{} {} {why}", styled(BOLD, &id), copy.source)?;
        writeln!(out, "    {}", formatting::single_line(&copy.title))?;
        writeln!(out, "    told: {} ({})", formatting::single_line(&article.told), article.story)?;
    }
    if !silent.is_empty() && !as_json {
        let hint = "a wrong one: `wirewatch stories split ARTICLE`";
        writeln!(out, "{}", styled(DIM, hint))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `stories show`: every article of a story and why it is there.
pub(super) fn show(
    setting: &Invocation,
    which: &str,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let id = story_id(which)?;
    let (_, store) = setting.reader()?;
    let Some(found) = store.story(id)? else {
        return Err(refused(StoryEditRefusal::NoSuchStory(id)));
    };
    if as_json {
        json(&found)?;
    } else {
        write_story(&mut setting.screen.out(), &found)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Articles, then updates, then messages, each in the order of time.
fn write_story(out: &mut impl Write, story: &Story) -> Result<(), CommandError> {
    let id = story.story.to_string();
    let languages = match story.languages.as_slice() {
        [] => String::new(),
        tags => format!(" ({})", tags.join(", ")),
    };
    writeln!(
        out,
        "{} opened {}, in {}{languages}",
        styled(BOLD, &id),
        story.opened,
        counted(story.outlets, "outlet")
    )?;
    if let Some(into) = story.merged_into {
        writeln!(out, "merged into {into}: `wirewatch stories show {into}`")?;
    }
    for member in &story.articles {
        formatting::write_member(out, member)?;
    }
    for alert in &story.alerts {
        let id = alert.id.to_string();
        writeln!(out, "{} {id} to `{}`, {}", styled(BOLD, "alert   "), alert.watch, alert.created)?;
    }
    for update in &story.updates {
        formatting::write_update(out, update)?;
    }
    for sent in &story.sent {
        formatting::write_delivery(out, sent)?;
    }
    if story.articles.len() > 1 {
        let hint = "a wrong one: `wirewatch stories split ARTICLE`; nobody is told again";
        writeln!(out, "{}", styled(DIM, hint))?;
    }
    Ok(())
}

/// A person knows better than the judge; the decision is kept against later merges.
pub(super) fn split(setting: &Invocation, article: &str) -> Result<ExitCode, CommandError> {
    let number = article.strip_prefix('a').unwrap_or(article).parse();
    let Ok(number) = number else {
        let why = format!("`{article}` is no article; `wirewatch stories show STORY` lists them");
        return Err(CommandError::Input(why));
    };
    let (_, store) = setting.store()?;
    let split = runtime()?.block_on(store.split(ArticleId(number), app::wall().now()))?;
    let own = split.map_err(refused)?;
    writeln!(setting.screen.out(), "a{number} is story {own} now, and stays apart")?;
    Ok(ExitCode::SUCCESS)
}

/// The opposite of `split`.
pub(super) fn merge(
    setting: &Invocation,
    into: &str,
    from: &str,
) -> Result<ExitCode, CommandError> {
    let (into, from) = (story_id(into)?, story_id(from)?);
    let (_, store) = setting.store()?;
    runtime()?.block_on(store.merge(into, from))?.map_err(refused)?;
    writeln!(setting.screen.out(), "{from} is part of {into} now, later copies included")?;
    Ok(ExitCode::SUCCESS)
}

/// Numbers are shown with a letter in places, so both forms are taken.
fn story_id(text: &str) -> Result<StoryId, CommandError> {
    let number = text.strip_prefix('s').unwrap_or(text).parse();
    number.map(StoryId).map_err(|_no_number| {
        CommandError::Input(format!("`{text}` is no story; `wirewatch stories list` shows them"))
    })
}

/// What the store would not do, in words.
fn refused(why: StoryEditRefusal) -> CommandError {
    CommandError::Input(match why {
        StoryEditRefusal::NoSuchArticle => {
            "there is no such article; `wirewatch stories show STORY` lists them".to_owned()
        }
        StoryEditRefusal::OnlyArticle => "it is the only article of its story already".to_owned(),
        StoryEditRefusal::NoSuchStory(story) => {
            format!("there is no story {story}; `wirewatch stories list` shows them")
        }
        StoryEditRefusal::SameStory => "a story cannot be merged with itself".to_owned(),
    })
}
