//! `stories`: what was taken for one story, and a person's word on it.
use std::io::Write;
use std::process::ExitCode;

use super::fail::Failed;
use super::screen::{BOLD, DIM, count, json, styled};
use super::setup::{Setting, runtime};
use super::told;
use crate::app;
use crate::domain::{ArticleId, StoryId};
use crate::store::{Refused, Story};

pub(super) fn list(setting: &Setting, most: u32, as_json: bool) -> Result<ExitCode, Failed> {
    let (_, store) = setting.store()?;
    let stories = runtime()?.block_on(store.stories(most))?;
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
            count(story.articles, "article"),
            count(story.outlets, "outlet"),
            count(story.alerts, "alert")
        )?;
        writeln!(out, "    {}", told::line(&story.title))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(setting: &Setting, which: &str, as_json: bool) -> Result<ExitCode, Failed> {
    let id = story_id(which)?;
    let (_, store) = setting.store()?;
    let Some(found) = runtime()?.block_on(store.story(id))? else {
        return Err(refused(Refused::NoSuchStory(id)));
    };
    if as_json {
        json(&found)?;
    } else {
        tell(&mut setting.screen.out(), &found)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(out: &mut impl Write, story: &Story) -> Result<(), Failed> {
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
        count(story.outlets, "outlet")
    )?;
    if let Some(into) = story.merged_into {
        writeln!(out, "merged into {into}: `wirewatch stories show {into}`")?;
    }
    for member in &story.articles {
        told::member(out, member)?;
    }
    for alert in &story.alerts {
        let id = alert.id.to_string();
        writeln!(out, "{} {id} to `{}`, {}", styled(BOLD, "alert   "), alert.watch, alert.created)?;
    }
    for update in &story.updates {
        told::update(out, update)?;
    }
    for sent in &story.sent {
        told::delivery(out, sent)?;
    }
    if story.articles.len() > 1 {
        let hint = "a wrong one: `wirewatch stories split ARTICLE`; nobody is told again";
        writeln!(out, "{}", styled(DIM, hint))?;
    }
    Ok(())
}

pub(super) fn split(setting: &Setting, article: &str) -> Result<ExitCode, Failed> {
    let number = article.strip_prefix('a').unwrap_or(article).parse();
    let Ok(number) = number else {
        let why = format!("`{article}` is no article; `wirewatch stories show STORY` lists them");
        return Err(Failed::Input(why));
    };
    let (_, store) = setting.store()?;
    let split = runtime()?.block_on(store.split(ArticleId(number), app::wall().now()))?;
    let own = split.map_err(refused)?;
    writeln!(setting.screen.out(), "a{number} is story {own} now, and stays apart")?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn merge(setting: &Setting, into: &str, from: &str) -> Result<ExitCode, Failed> {
    let (into, from) = (story_id(into)?, story_id(from)?);
    let (_, store) = setting.store()?;
    runtime()?.block_on(store.merge(into, from))?.map_err(refused)?;
    writeln!(setting.screen.out(), "{from} is part of {into} now, later copies included")?;
    Ok(ExitCode::SUCCESS)
}

fn story_id(text: &str) -> Result<StoryId, Failed> {
    let number = text.strip_prefix('s').unwrap_or(text).parse();
    number.map(StoryId).map_err(|_no_number| {
        Failed::Input(format!("`{text}` is no story; `wirewatch stories list` shows them"))
    })
}

fn refused(why: Refused) -> Failed {
    Failed::Input(match why {
        Refused::NoSuchArticle => {
            "there is no such article; `wirewatch stories show STORY` lists them".to_owned()
        }
        Refused::Alone => "it is the only article of its story already".to_owned(),
        Refused::NoSuchStory(story) => {
            format!("there is no story {story}; `wirewatch stories list` shows them")
        }
        Refused::Same => "a story cannot be merged with itself".to_owned(),
    })
}
