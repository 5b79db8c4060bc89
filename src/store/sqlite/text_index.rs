//! The texts of the window, beside the connection: to which told story a new article belongs.
//!
//! Only articles on which a watch fired are judged, against earlier ones that were told: the opener
//! of a story and its follow-ups, never a silent copy. A copy a watch finds has its words, and so
//! had the article it was copied from; what no watch found tells nobody twice.
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{text, text_or_null, time};
use crate::domain::{Article, ArticleId, Timestamp};
use crate::store::error::{Doing, Error};
use crate::stories::judgement::Relation;
use crate::stories::search::{self, Found, Incoming, Prepared, Stored, StoryFinder, WINDOW};

/// What is in memory of the texts. It is derived from the store, lazily: at the first article that
/// has to be judged after a start, and after a commit that did not hold.
#[derive(Default)]
pub(super) struct TextIndex {
    copies: Option<StoryFinder>,
    additions: u64,
    /// When it was last asked.
    asked: Timestamp,
}

/// A clock set back by less than this is merely being disciplined.
const CLOCK_SLACK: Duration = Duration::from_mins(1);

/// The text by which an article is compared: the fuller of the two the publisher gave.
fn body<'a>(summary: &'a str, content: &'a str) -> &'a str {
    if content.len() >= summary.len() { content } else { summary }
}

/// Who publishes an article: the host of its page, because one publisher has many feeds; without a
/// page the feed.
fn publisher<'a>(url: Option<&'a str>, feed: &'a str) -> &'a str {
    let Some((_, rest)) = url.and_then(|url| url.split_once("://")) else { return feed };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    let bare = ["www.", "m.", "amp.", "mobile."].iter().find_map(|first| host.strip_prefix(first));
    bare.unwrap_or(host)
}

/// An article of the feed `feed`, as it is compared.
pub(super) fn incoming<'a>(feed: &'a str, article: &'a Article) -> Incoming<'a> {
    Incoming {
        source: publisher(article.url.as_deref(), feed),
        published: article.published,
        title: &article.title,
        text: body(&article.summary, &article.content),
    }
}

impl TextIndex {
    /// Counts what was added since the start. An addition whose transaction did not hold would
    /// leave the memory ahead of the store: whoever sees that forgets.
    pub(super) fn additions(&self) -> u64 {
        self.additions
    }

    /// Lets go of everything; the store gives it back when it is needed.
    pub(super) fn forget(&mut self) {
        self.copies = None;
    }

    /// The told article whose story this one belongs to, if any, and what to remember it by.
    /// `passed_over` says of an article and its story that it is not to be compared: it is the same.
    pub(super) fn find(
        &mut self,
        db: &Connection,
        item: &Incoming<'_>,
        passed_over: impl Fn(ArticleId, i64) -> bool,
        now: Timestamp,
    ) -> Result<(Prepared, Option<Found>), Error> {
        let copies = self.loaded(db, now)?;
        copies.expire(now);
        let mut failed = None;
        let found = copies.find(item, |id| {
            let read = stored(db, id).unwrap_or_else(|error| {
                failed = Some(error);
                None
            });
            read.filter(|(_, story)| !passed_over(id, *story)).map(|(stored, _)| stored)
        });
        failed.map_or(Ok(found), Err)
    }

    /// Remembers an article that is told, or its new text; an old text still leads to it.
    /// `opened`: it opened a story, and was not remembered before.
    pub(super) fn add(&mut self, id: ArticleId, now: Timestamp, ready: &Prepared, opened: bool) {
        if let Some(copies) = &mut self.copies {
            copies.add(id, now, ready, opened);
            self.additions += 1;
        }
    }

    /// What to remember an article by that is not compared with others.
    pub(super) fn prepare(
        &mut self,
        db: &Connection,
        item: &Incoming<'_>,
        now: Timestamp,
    ) -> Result<Prepared, Error> {
        Ok(self.loaded(db, now)?.prepare(item))
    }

    fn loaded(&mut self, db: &Connection, now: Timestamp) -> Result<&mut StoryFinder, Error> {
        // A clock that was ahead let go of what is still within the window.
        if self.copies.is_none() || self.asked.since(now) > CLOCK_SLACK {
            self.copies = Some(load_recent(db, now)?);
        }
        self.asked = now;
        Ok(self.copies.get_or_insert_default())
    }
}

/// What an item is to what a stored article says; `None` if that is gone.
pub(super) fn relation_to(
    db: &Connection,
    id: ArticleId,
    item: &Incoming<'_>,
) -> Result<Option<Relation>, Error> {
    let stored = stored(db, id)?.map(|(stored, _)| stored);
    Ok(stored.map(|stored| search::relation(item, &stored)))
}

/// What an item adds to what a stored article says, in its own words.
pub(super) fn addition_to(
    db: &Connection,
    id: ArticleId,
    item: &Incoming<'_>,
) -> Result<Option<String>, Error> {
    let stored = stored(db, id)?.map(|(stored, _)| stored);
    Ok(stored.and_then(|stored| search::adds(item, &stored)))
}

/// Everything told within the window on which a watch fired, in the order it did.
fn load_recent(db: &Connection, now: Timestamp) -> Result<StoryFinder, Error> {
    let doing = "reading the window's texts";
    let mut copies = StoryFinder::default();
    let mut select = db
        .prepare_cached(
            "SELECT f.name, a.published, a.title, a.summary, a.content, a.url, a.reason = 'new'
             FROM article a JOIN feed f ON f.id = a.feed
             WHERE a.id = ?1 AND a.reason IN ('new', 'follow-up', 'split', 'merged')",
        )
        .doing(doing)?;
    // One at a time: sorted by the database, all texts would be in memory together.
    for (id, at) in alerted_since(db, now.before(WINDOW))? {
        let row = select
            .query_row([id.0], |row| Ok((stored_text(row)?, row.get::<_, bool>(6)?)))
            .optional()
            .doing(doing)?;
        let Some((stored, opened)) = row else { continue };
        let item = Incoming {
            source: &stored.source,
            published: stored.published,
            title: &stored.title,
            text: &stored.text,
        };
        let ready = copies.prepare(&item);
        copies.add(id, at, &ready, opened);
    }
    Ok(copies)
}

/// The articles a watch fired on for the first time since, and when.
fn alerted_since(db: &Connection, since: Timestamp) -> Result<Vec<(ArticleId, Timestamp)>, Error> {
    let doing = "reading the window's findings";
    let mut select = db
        .prepare_cached(
            "SELECT article, min(at) AS first FROM finding WHERE at >= ?1
             GROUP BY article ORDER BY first, article",
        )
        .doing(doing)?;
    let rows = select
        .query_map([since.0], |row| Ok((ArticleId(row.get(0)?), Timestamp(row.get(1)?))))
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// An article's text, and its story.
fn stored(db: &Connection, id: ArticleId) -> Result<Option<(Stored, i64)>, Error> {
    db.prepare_cached(
        "SELECT f.name, a.published, a.title, a.summary, a.content, a.url, a.story
         FROM article a JOIN feed f ON f.id = a.feed WHERE a.id = ?1",
    )
    .and_then(|mut select| {
        select.query_row(params![id.0], |row| Ok((stored_text(row)?, row.get(6)?))).optional()
    })
    .doing("reading a text")
}

/// Columns: feed, published, title, summary, content, url.
fn stored_text(row: &Row<'_>) -> Result<Stored, rusqlite::Error> {
    let (feed, url) = (text(row, 0)?, text_or_null(row, 5)?);
    Ok(Stored {
        source: publisher(url.as_deref(), &feed).to_owned(),
        published: time(row, 1)?,
        title: text(row, 2)?,
        text: body(&text(row, 3)?, &text(row, 4)?).to_owned(),
    })
}
