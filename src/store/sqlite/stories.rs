//! Stories for people: shown with every copy and its reason, split and merged by hand.
//!
//! A person's word is remembered: what was split never joins again by itself, what was merged stays
//! for later copies, and neither tells anybody anything twice.
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::counters;
use super::handle::Store;
use super::history;
use super::row::{count, payload, text, text_or_null};
use super::story_rows::{attached, join, spread};
use crate::domain::{Alert, AlertId, ArticleId, Message, StoryId, Timestamp, Update};
use crate::store::error::{Doing, Error};
use crate::store::{
    AlertDetails, Feedback, SilentArticle, Story, StoryArticle, StoryEditRefusal, StorySummary,
};

impl Store {
    /// Gives an article a story of its own, for good, on a person's word. Nobody is told by it.
    pub async fn split(
        &self,
        article: ArticleId,
        now: Timestamp,
    ) -> Result<Result<StoryId, StoryEditRefusal>, Error> {
        self.writer.run(move |db| split(db, article, now)).await
    }

    /// Puts all of one story into another, later copies included, on a person's word.
    pub async fn merge(
        &self,
        into: StoryId,
        from: StoryId,
    ) -> Result<Result<(), StoryEditRefusal>, Error> {
        self.writer.run(move |db| merge(db, into, from)).await
    }
}

/// The latest stories somebody was told of, newest first.
pub(super) fn list_stories(db: &Connection, most: u32) -> Result<Vec<StorySummary>, Error> {
    let doing = "reading stories";
    let mut select = db
        .prepare(
            "SELECT s.id, s.opened_at,
                coalesce((SELECT title FROM article WHERE story = s.id ORDER BY id LIMIT 1), ''),
                (SELECT count(*) FROM article WHERE story = s.id),
                (SELECT count(DISTINCT feed) FROM article WHERE story = s.id),
                (SELECT count(*) FROM alert WHERE story = s.id)
             FROM story s WHERE s.id IN (SELECT story FROM alert)
             ORDER BY s.id DESC LIMIT ?1",
        )
        .doing(doing)?;
    let rows = select
        .query_map([most], |row| {
            Ok(StorySummary {
                story: StoryId(row.get(0)?),
                opened: Timestamp(row.get(1)?),
                title: text(row, 2)?,
                articles: count(row, 3)?,
                outlets: count(row, 4)?,
                alerts: count(row, 5)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// The articles on which a watch fired since and that were silent, the least certain first.
pub(super) fn silent_articles(
    db: &Connection,
    since: Timestamp,
    most: u32,
) -> Result<Vec<SilentArticle>, Error> {
    let doing = "reading silent articles";
    let mut select = db
        .prepare(
            "SELECT f.name, a.title, a.url, a.language, a.first_seen, a.reason, a.similarity, a.id,
                a.story, coalesce((SELECT title FROM article WHERE id = a.copy_of), '')
             FROM article a JOIN feed f ON f.id = a.feed
             WHERE a.id IN (SELECT article FROM finding WHERE outcome = 'attached' AND at >= ?1)
             ORDER BY coalesce(a.similarity, 1.0), a.id DESC LIMIT ?2",
        )
        .doing(doing)?;
    let rows = select
        .query_map(params![since.0, most], |row| {
            Ok(SilentArticle {
                article: ArticleId(row.get(7)?),
                story: StoryId(row.get(8)?),
                attached: attached(row)?,
                told: text(row, 9)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// A story with all that is in it; `None` if there is none of that number.
pub(super) fn read_story(db: &Connection, story: StoryId) -> Result<Option<Story>, Error> {
    let doing = "reading a story";
    let found: Option<(i64, Option<i64>)> = db
        .prepare_cached("SELECT opened_at, merged_into FROM story WHERE id = ?1")
        .and_then(|mut select| {
            select.query_row([story.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .doing(doing)?;
    let Some((opened, merged_into)) = found else { return Ok(None) };
    let spread = spread(db, story.0)?;
    Ok(Some(Story {
        story,
        opened: Timestamp(opened),
        merged_into: merged_into.map(StoryId),
        outlets: spread.outlets,
        languages: spread.languages,
        articles: members(db, story)?,
        alerts: alerts(db, story)?,
        updates: updates(db, story)?,
        sent: history::story_deliveries(db, story.0)?,
    }))
}

/// An alert with all that hangs on it.
pub(super) fn alert_details(db: &Connection, id: AlertId) -> Result<Option<AlertDetails>, Error> {
    let doing = "reading an alert";
    let found = db
        .prepare_cached(
            "SELECT a.payload, a.story, a.article, v.word
             FROM alert a LEFT JOIN verdict v ON v.alert = a.id WHERE a.id = ?1",
        )
        .and_then(|mut select| {
            let row = |row: &Row<'_>| {
                let (story, article) = (row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?);
                Ok((text(row, 0)?, story, article, text_or_null(row, 3)?))
            };
            select.query_row([id.0.to_be_bytes()], row).optional()
        })
        .doing(doing)?;
    let Some((json, story, article, word)) = found else { return Ok(None) };
    let Some(alert) = payload::<Alert>(&json) else { return Ok(None) };
    let mut copies = members(db, StoryId(story))?;
    copies.retain(|member| Some(member.article.0) != article);
    let mut updates = updates(db, StoryId(story))?;
    updates.retain(|update| update.watch == alert.watch);
    let mut sent = history::story_deliveries(db, story)?;
    sent.retain(|sent| sent.watch == alert.watch.as_str());
    let feedback = word.as_deref().map(Feedback::of);
    Ok(Some(AlertDetails { alert, feedback, story: StoryId(story), copies, updates, sent }))
}

fn members(db: &Connection, story: StoryId) -> Result<Vec<StoryArticle>, Error> {
    let doing = "reading a story's articles";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, a.title, a.url, a.language, a.first_seen, a.reason, a.similarity, a.id,
                a.copy_of
             FROM article a JOIN feed f ON f.id = a.feed WHERE a.story = ?1 ORDER BY a.id",
        )
        .doing(doing)?;
    let rows = select
        .query_map([story.0], |row| {
            Ok(StoryArticle {
                article: ArticleId(row.get(7)?),
                copy_of: row.get::<_, Option<i64>>(8)?.map(ArticleId),
                attached: attached(row)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn alerts(db: &Connection, story: StoryId) -> Result<Vec<Alert>, Error> {
    payloads(db, "SELECT payload FROM alert WHERE story = ?1 ORDER BY created_at, id", story)
}

fn updates(db: &Connection, story: StoryId) -> Result<Vec<Update>, Error> {
    let sql = "SELECT payload FROM message WHERE story = ?1 ORDER BY created_at, id";
    let messages = payloads(db, sql, story)?.into_iter();
    let updates = messages.filter_map(|message| match message {
        Message::Update(update) => Some(*update),
        Message::Alerts(_) | Message::Notice(_) => None,
    });
    Ok(updates.collect())
}

/// Everything of a story that can be read.
fn payloads<T: serde::de::DeserializeOwned>(
    db: &Connection,
    sql: &str,
    story: StoryId,
) -> Result<Vec<T>, Error> {
    let doing = "reading what was told";
    let mut select = db.prepare_cached(sql).doing(doing)?;
    let rows = select.query_map([story.0], |row| text(row, 0)).doing(doing)?;
    let rows = rows.collect::<Result<Vec<String>, _>>().doing(doing)?;
    Ok(rows.iter().filter_map(|json| payload(json)).collect())
}

/// Takes an article out of its story and gives it one of its own. Nobody is told by it: who splits
/// has seen both, so what the old story's watches were told counts as told in the new one.
fn split(
    db: &Connection,
    article: ArticleId,
    now: Timestamp,
) -> Result<Result<StoryId, StoryEditRefusal>, Error> {
    let doing = "splitting a story";
    let run = |sql: &str, values: &[i64]| -> Result<usize, Error> {
        db.prepare_cached(sql)
            .and_then(|mut change| change.execute(rusqlite::params_from_iter(values)))
            .doing(doing)
    };
    let from: Option<i64> = db
        .prepare_cached("SELECT story FROM article WHERE id = ?1")
        .and_then(|mut select| select.query_row([article.0], |row| row.get(0)).optional())
        .doing(doing)?;
    let Some(from) = from else { return Ok(Err(StoryEditRefusal::NoSuchArticle)) };
    let others = db
        .prepare_cached("SELECT 1 FROM article WHERE story = ?1 AND id <> ?2")
        .and_then(|mut select| select.exists([from, article.0]))
        .doing(doing)?;
    if !others {
        return Ok(Err(StoryEditRefusal::OnlyArticle));
    }
    run("INSERT INTO story (opened_at) VALUES (?1)", &[now.0])?;
    let own = db.last_insert_rowid();
    counters::add(db, "story", "open", 1)?;
    run(
        "UPDATE article SET story = ?1, reason = 'split', copy_of = NULL, similarity = NULL
         WHERE id = ?2",
        &[own, article.0],
    )?;
    run(
        "INSERT OR REPLACE INTO split_pair (article, story, at) VALUES (?1, ?2, ?3)",
        &[article.0, from, now.0],
    )?;
    run(
        "INSERT OR REPLACE INTO split_pair (article, story, at)
         SELECT id, ?1, ?2 FROM article WHERE story = ?3",
        &[own, now.0, from],
    )?;
    // Steps first: they are copied for the watches whose finding is about to move.
    run(
        "INSERT OR IGNORE INTO update_sent (story, watch, step, article, letter, at)
         SELECT ?1, watch, step, article, letter, at FROM update_sent WHERE story = ?2",
        &[own, from],
    )?;
    run(
        "UPDATE OR IGNORE finding SET story = ?1 WHERE story = ?2 AND article = ?3",
        &[own, from, article.0],
    )?;
    run(
        "UPDATE message SET story = ?1 WHERE story = ?2
            AND alert IN (SELECT id FROM alert WHERE article = ?3)",
        &[own, from, article.0],
    )?;
    run("UPDATE alert SET story = ?1 WHERE story = ?2 AND article = ?3", &[own, from, article.0])?;
    Ok(Ok(StoryId(own)))
}

/// Puts everything of the story `from` into the story `into`.
fn merge(
    db: &Connection,
    into: StoryId,
    from: StoryId,
) -> Result<Result<(), StoryEditRefusal>, Error> {
    let doing = "merging two stories";
    if into == from {
        return Ok(Err(StoryEditRefusal::SameStory));
    }
    for story in [into, from] {
        let known = db
            .prepare_cached("SELECT 1 FROM story WHERE id = ?1 AND merged_into IS NULL")
            .and_then(|mut select| select.exists([story.0]))
            .doing(doing)?;
        if !known {
            return Ok(Err(StoryEditRefusal::NoSuchStory(story)));
        }
    }
    let changes = [
        // What opened the story is now a copy of what opened the other.
        "UPDATE article SET reason = 'merged',
            copy_of = (SELECT id FROM article WHERE story = ?1 ORDER BY id LIMIT 1)
         WHERE story = ?2 AND copy_of IS NULL",
        // A person's later word goes before an earlier one.
        "DELETE FROM split_pair WHERE story IN (?1, ?2)",
    ];
    for change in changes {
        db.prepare_cached(change)
            .and_then(|mut change| change.execute(params![into.0, from.0]))
            .doing(doing)?;
    }
    join(db, into.0, from.0)?;
    Ok(Ok(()))
}
