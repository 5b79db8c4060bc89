//! Pages that wait to be read, and what is found in them.
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::add_article::PlacedArticle;
use super::counters::AddedRows;
use super::poll_commit::{PollCommit, StoredRef};
use super::row::{name, signed, text, text_or_null, time};
use super::text_index::TextIndex;
use super::updates::StoryChange;
use super::{lookup, outbox_insert};
use crate::domain::{AlertKind, Article, ArticleId, Backlog, Name, Timestamp};
use crate::store::error::{Doing, Error};
use crate::store::{
    Candidate, CommitCounts, FeedId, PageDue, PageLease, PageOutcome, PageResult, PageTrace,
    UpdateTriggers,
};
use crate::stories::decide::SharedKeys;

const READING_PAGES: &str = "looking for pages";
const RECORDING_PAGE: &str = "noting a page";

/// Enters the page of an article as due, or as due again if the article was rewritten.
fn queue_page(db: &Connection, article: i64, url: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(
        "INSERT INTO page (article, url, host, state, due_at) VALUES (?1, ?2, ?3, 'due', ?4)
         ON CONFLICT (article) DO UPDATE SET url = excluded.url, host = excluded.host,
            state = 'due', due_at = excluded.due_at, attempts = 0, why = NULL",
    )
    .and_then(|mut upsert| upsert.execute(params![article, url, host(url), now.0]))
    .doing("entering a page")?;
    Ok(())
}

/// What stands between the scheme and the path: pages of one host wait for one another, and not
/// before those of others.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Of each host the page that is due longest, longest waiting first, and when the next is due after that.
pub(super) fn due(
    db: &Connection,
    now: Timestamp,
    most: u32,
) -> Result<(Vec<PageDue>, Option<Timestamp>), Error> {
    let mut select = db
        .prepare_cached(
            // SQLite takes the other columns from the row that has the least.
            "SELECT w.article, f.name, w.url FROM (
                SELECT article, url, min(due_at) AS since FROM page
                WHERE state = 'due' AND due_at <= ?1 GROUP BY host) w
                JOIN article a ON a.id = w.article JOIN feed f ON f.id = a.feed
             ORDER BY w.since, w.article LIMIT ?2",
        )
        .doing(READING_PAGES)?;
    let read = |row: &Row<'_>| {
        Ok(PageDue { article: ArticleId(row.get(0)?), feed: name(row, 1)?, url: text(row, 2)? })
    };
    let rows = select.query_map(params![now.0, most], read).doing(READING_PAGES)?;
    let rows = rows.collect::<Result<Vec<_>, _>>().doing(READING_PAGES)?;
    let next: Option<i64> = db
        .prepare_cached("SELECT min(due_at) FROM page WHERE state = 'due' AND due_at > ?1")
        .and_then(|mut select| select.query_row([now.0], |row| row.get(0)))
        .doing(READING_PAGES)?;
    Ok((rows, next.map(Timestamp)))
}

/// Counts an attempt at each page and moves it to `until`: what comes back if nothing more is heard
/// of it.
pub(super) fn begin(
    db: &Connection,
    articles: &[ArticleId],
    until: Timestamp,
) -> Result<Vec<PageLease>, Error> {
    let mut leases = Vec::with_capacity(articles.len());
    for article in articles {
        let begun = db
            .prepare_cached(
                "UPDATE page SET attempts = attempts + 1, due_at = ?2
                 WHERE article = ?1 AND state = 'due' RETURNING url, attempts",
            )
            .and_then(|mut update| {
                let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
                update.query_row(params![article.0, until.0], read).optional()
            })
            .doing(RECORDING_PAGE)?;
        let Some((url, attempt)) = begun else { continue };
        if let Some(stored) = stored(db, *article)? {
            let StoredPage { feed_name: feed, article: mut stored, paged, .. } = stored;
            if paged {
                stored.content.clear();
            }
            leases.push(PageLease { article: *article, feed, url, attempt, stored });
        }
    }
    Ok(leases)
}

/// Gives attempts back that were not made to their end.
pub(super) fn release(
    db: &Connection,
    articles: &[ArticleId],
    now: Timestamp,
) -> Result<(), Error> {
    for article in articles {
        db.prepare_cached(
            "UPDATE page SET attempts = max(attempts - 1, 0), due_at = ?2
             WHERE article = ?1 AND state = 'due'",
        )
        .and_then(|mut update| update.execute(params![article.0, now.0]))
        .doing(RECORDING_PAGE)?;
    }
    Ok(())
}

/// Commits the end of an attempt: the text, what watches found in it, and the row.
pub(super) fn end_page_attempt(
    db: &Connection,
    texts: &mut TextIndex,
    turn: PageResult,
) -> Result<CommitCounts, Error> {
    let PageResult { article, revision, at, outcome: came } = turn;
    let mut committed = CommitCounts::default();
    if let Some(revision) = revision
        && is_outdated(db, article, revision)?
    {
        // The page of what the item said before; the row is of what it says now.
        release(db, &[article], at)?;
        return Ok(committed);
    }
    match came {
        PageOutcome::Failed { why, retry_at } => {
            let state = if retry_at.is_some() { "due" } else { "given-up" };
            db.prepare_cached(
                "UPDATE page SET state = ?2, due_at = coalesce(?3, due_at), ended_at = ?4, why = ?5
                 WHERE article = ?1 AND state = 'due'",
            )
            .and_then(|mut update| {
                update.execute(params![article.0, state, retry_at.map(|at| at.0), at.0, why])
            })
            .doing(RECORDING_PAGE)?;
        }
        PageOutcome::NothingToAdd { characters, why } => {
            let read =
                ReadPage { article, at, characters, canonical: None, why: Some(why), notes: None };
            record_read(db, &read)?;
        }
        PageOutcome::Read { article: fresh, fired, occasions, canonical, notes } => {
            let characters = u64::try_from(fresh.content.chars().count()).unwrap_or(u64::MAX);
            // Another attempt, or the sweep, may have been quicker.
            let notes = Some(notes).filter(|notes| !notes.is_empty());
            let read = ReadPage { article, at, characters, canonical, why: None, notes };
            if !record_read(db, &read)? {
                return Ok(committed);
            }
            let Some(stored) = stored(db, article)? else { return Ok(committed) };
            let setting = SharedKeys::default();
            let candidate = Candidate { article: *fresh, setting, fired, page: None };
            let placed = stored.placed;
            let mut ledger = page_commit(db, texts, stored, occasions, at);
            ledger.apply_page(placed, &candidate)?;
            ledger.added.count(db, ledger.feed)?;
            outbox_insert::queue_alerts(db, &ledger.alerts, false, at)?;
            committed = ledger.counts;
        }
    }
    Ok(committed)
}

/// Whether an article was rewritten since it had that revision.
fn is_outdated(db: &Connection, article: ArticleId, revision: u64) -> Result<bool, Error> {
    db.prepare_cached("SELECT 1 FROM article WHERE id = ?1 AND revision <> ?2")
        .and_then(|mut select| select.exists(params![article.0, signed(revision)]))
        .doing("reading an article")
}

/// What is noted of a page that was read.
struct ReadPage {
    article: ArticleId,
    at: Timestamp,
    /// Of its text.
    characters: u64,
    /// The page's own word for its address.
    canonical: Option<String>,
    /// Why its text was not used.
    why: Option<String>,
    /// What was taken from it, and where it stood there.
    notes: Option<String>,
}

/// Notes that a page was read; `false` if it was not waiting any more.
fn record_read(db: &Connection, read: &ReadPage) -> Result<bool, Error> {
    let ReadPage { article, at, characters, canonical, why, notes } = read;
    let characters = i64::try_from(*characters).unwrap_or(i64::MAX);
    let changed = db
        .prepare_cached(
            "UPDATE page SET state = 'read', ended_at = ?2, characters = ?3, canonical = ?4,
                why = ?5, notes = ?6 WHERE article = ?1 AND state = 'due'",
        )
        .and_then(|mut update| {
            update.execute(params![article.0, at.0, characters, canonical, why, notes])
        })
        .doing(RECORDING_PAGE)?;
    Ok(changed > 0)
}

/// A commit that enters a page's text as a poll enters an item of its feed.
fn page_commit<'a>(
    db: &'a Connection,
    texts: &'a mut TextIndex,
    stored: StoredPage,
    occasions: Arc<UpdateTriggers>,
    at: Timestamp,
) -> PollCommit<'a> {
    PollCommit {
        db,
        texts,
        feed: stored.feed,
        name: stored.feed_name,
        polled_at: at,
        is_first_poll: false,
        backlog: Backlog::All,
        update_triggers: occasions,
        ids_churned: false,
        all_keys: None,
        counts: CommitCounts::default(),
        added: AddedRows::default(),
        alerts: Vec::new(),
        alerted_share_groups: Vec::new(),
    }
}

impl PollCommit<'_> {
    /// Enters the page to be read, unless what it says could make no alert. `opened`: the article is
    /// a story of its own.
    pub(super) fn want_page(
        &self,
        article: i64,
        candidate: &Candidate,
        opened: bool,
    ) -> Result<(), Error> {
        let old = self.is_first_poll && !self.recent_enough(&candidate.article);
        match &candidate.page {
            Some(url) if !(old || (self.ids_churned && !opened)) => {
                queue_page(self.db, article, url, self.polled_at)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A stored article whose page was read: stores the page's text, and what watches find in it is
    /// told like any other find, once a story and watch.
    fn apply_page(&mut self, placed: StoredRef, candidate: &Candidate) -> Result<(), Error> {
        let fresh = &candidate.article;
        self.db
            .prepare_cached(
                "UPDATE article SET content = ?2, language = ?3, title = ?4, published = ?5,
                    authors = ?6 WHERE id = ?1",
            )
            .and_then(|mut update| {
                let authors = (!fresh.authors.is_empty())
                    .then(|| serde_json::to_string(&fresh.authors).unwrap_or_default());
                let published = fresh.published.map(|at| at.0);
                update.execute(params![
                    placed.article,
                    fresh.content,
                    fresh.language,
                    fresh.title,
                    published,
                    authors
                ])
            })
            .doing("storing a page's text")?;
        if candidate.fired.is_empty() {
            return Ok(());
        }
        let before = placed.story;
        let mut placed = placed;
        let mut news = StoryChange::default();
        if lookup::may_join(self, placed, true)? {
            PlacedArticle { placed, adds: news.adds } = self.joined(placed, candidate)?;
        }
        self.replace_text(placed.article, fresh)?;
        for fired in &candidate.fired {
            self.decide_alert(placed, fresh, fired)?;
        }
        // Only now is it known for a copy, so only now can it be the outlet that was waited for.
        if placed.story == before { Ok(()) } else { self.follow_story(placed, candidate, news) }
    }
}

/// An article as it is stored, and its place.
struct StoredPage {
    feed: FeedId,
    feed_name: Name,
    placed: StoredRef,
    article: Article,
    /// Its content is what its page said.
    paged: bool,
}

fn stored(db: &Connection, article: ArticleId) -> Result<Option<StoredPage>, Error> {
    db.prepare_cached(
        "SELECT a.feed, f.name, a.story, a.reason, a.identity, a.revision, a.url, a.title,
            a.summary, a.content, a.published, a.authors, a.tags, a.language, a.id,
            EXISTS (SELECT 1 FROM page WHERE article = a.id AND characters = length(a.content))
         FROM article a JOIN feed f ON f.id = a.feed WHERE a.id = ?1",
    )
    .and_then(|mut select| select.query_row([article.0], read_stored).optional())
    .doing("reading an article")
}

fn read_stored(row: &Row<'_>) -> Result<StoredPage, rusqlite::Error> {
    let list = |column: usize| -> Result<Vec<String>, rusqlite::Error> {
        let list = text_or_null(row, column)?;
        Ok(list.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default())
    };
    let article = Article {
        keys: Vec::new(),
        revision: row.get::<_, i64>(5)?.cast_unsigned(),
        url: text_or_null(row, 6)?,
        canonical: None,
        title: text(row, 7)?,
        summary: text(row, 8)?,
        content: text(row, 9)?,
        added_texts: Vec::new(),
        published: time(row, 10)?,
        published_raw: None,
        authors: list(11)?,
        tags: list(12)?,
        language: text_or_null(row, 13)?,
    };
    Ok(StoredPage {
        feed: FeedId(row.get(0)?),
        feed_name: name(row, 1)?,
        placed: StoredRef {
            article: row.get(14)?,
            story: row.get(2)?,
            kind: if text(row, 3)? == "new" { AlertKind::New } else { AlertKind::Copy },
            follow_up: false,
            identity: row.get::<_, i64>(4)?.cast_unsigned(),
        },
        article,
        paged: row.get(15)?,
    })
}

/// How far the page of an article has come; `None` if none was asked for.
pub(super) fn trace(db: &Connection, article: ArticleId) -> Result<Option<PageTrace>, Error> {
    db.prepare_cached(
        "SELECT state, attempts, due_at, ended_at, characters, why, notes FROM page
         WHERE article = ?1",
    )
    .and_then(|mut select| {
        let read = |row: &Row<'_>| {
            Ok(PageTrace {
                state: text(row, 0)?,
                attempts: row.get(1)?,
                due: Timestamp(row.get(2)?),
                ended: time(row, 3)?,
                characters: row.get::<_, Option<i64>>(4)?.and_then(|n| u64::try_from(n).ok()),
                why: text_or_null(row, 5)?,
                notes: text_or_null(row, 6)?,
            })
        };
        select.query_row([article.0], read).optional()
    })
    .doing(READING_PAGES)
}

/// Pages that wait, and pages given up.
pub(super) fn counts(db: &Connection) -> Result<(u64, u64), Error> {
    let count = |state: &str| -> Result<u64, Error> {
        let rows: i64 = db
            .query_row("SELECT count(*) FROM page WHERE state = ?1", [state], |row| row.get(0))
            .doing(READING_PAGES)?;
        Ok(u64::try_from(rows).unwrap_or(0))
    };
    Ok((count("due")?, count("given-up")?))
}
