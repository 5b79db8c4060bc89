//! What was stored, given back: articles for a backtest, an article's whole way for an explanation,
//! alerts with what their reader made of them.
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::lookup::url_hash;
use super::pages;
use super::row::{name, payload, text, text_or_null, time};
use crate::domain::{Alert, AlertId, ArticleId, DeliveryId, Timestamp};
use crate::store::error::{Doing, Error};
use crate::store::{ArticleTrace, DeliveryStatus, Feedback, RatedAlert, StoredArticle};

const ARTICLE: &str = "a.id, f.name, a.story, a.reason, a.first_seen, a.published, a.url, a.title,
    a.summary, a.content, a.authors, a.tags, a.language, a.copy_of, a.similarity";

fn stored_article(row: &Row<'_>) -> Result<StoredArticle, rusqlite::Error> {
    let list = |column: usize| -> Result<Vec<String>, rusqlite::Error> {
        let list = text_or_null(row, column)?;
        Ok(list.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default())
    };
    Ok(StoredArticle {
        id: ArticleId(row.get(0)?),
        feed: name(row, 1)?,
        story: row.get(2)?,
        reason: text(row, 3)?,
        first_seen: Timestamp(row.get(4)?),
        published: time(row, 5)?,
        url: text_or_null(row, 6)?,
        title: text(row, 7)?,
        summary: text(row, 8)?,
        content: text(row, 9)?,
        authors: list(10)?,
        tags: list(11)?,
        language: text_or_null(row, 12)?,
        copy_of: row.get::<_, Option<i64>>(13)?.map(ArticleId),
        similarity: row.get(14)?,
    })
}

/// Articles first seen since, in the order they came, after `after`.
pub(super) fn articles_since(
    db: &Connection,
    since: Timestamp,
    after: ArticleId,
    most: u32,
) -> Result<Vec<StoredArticle>, Error> {
    let doing = "reading stored articles";
    let mut select = db
        .prepare_cached(&format!(
            "SELECT {ARTICLE} FROM article a JOIN feed f ON f.id = a.feed
             WHERE a.id > ?1 AND a.first_seen >= ?2 ORDER BY a.id LIMIT ?3"
        ))
        .doing(doing)?;
    let rows = select.query_map(params![after.0, since.0, most], stored_article).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Every article stored under an address, with what became of it.
pub(super) fn traces(
    db: &Connection,
    url: &str,
    canonical: &str,
) -> Result<Vec<ArticleTrace>, Error> {
    let doing = "looking for an address";
    let mut select = db
        .prepare(&format!(
            "SELECT {ARTICLE} FROM article a JOIN feed f ON f.id = a.feed
             WHERE a.canonical = ?1 OR a.url = ?2 ORDER BY a.id"
        ))
        .doing(doing)?;
    let rows = select.query_map(params![url_hash(canonical), url], stored_article).doing(doing)?;
    let articles = rows.collect::<Result<Vec<StoredArticle>, _>>().doing(doing)?;
    articles
        .into_iter()
        .map(|article| {
            let outcomes = outcomes(db, article.id)?;
            let sent = story_deliveries(db, article.story)?;
            let page = pages::trace(db, article.id)?;
            Ok(ArticleTrace { article, outcomes, sent, page })
        })
        .collect()
}

/// Each watch that fired on an article, and the word for what came of it.
fn outcomes(db: &Connection, article: ArticleId) -> Result<Vec<(String, String)>, Error> {
    let doing = "reading findings";
    let mut select = db
        .prepare_cached("SELECT watch, outcome FROM finding WHERE article = ?1 ORDER BY watch")
        .doing(doing)?;
    let rows =
        select.query_map([article.0], |row| Ok((text(row, 0)?, text(row, 1)?))).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Every message about a story.
pub(super) fn story_deliveries(db: &Connection, story: i64) -> Result<Vec<DeliveryStatus>, Error> {
    let doing = "reading deliveries";
    let mut select = db
        .prepare_cached(
            "SELECT watch, id, channel, recipient, state, attempts, last_error FROM (
                SELECT a.created_at AS at, a.watch, o.*
                FROM alert a JOIN delivery_alert c ON c.alert = a.id JOIN outbox o ON o.id = c.delivery
                WHERE a.story = ?1
                UNION ALL
                SELECT l.created_at AS at, l.watch, o.*
                FROM message l JOIN outbox o ON o.letter = l.id
                WHERE l.story = ?1 AND l.watch IS NOT NULL)
             ORDER BY at, channel, recipient",
        )
        .doing(doing)?;
    let rows = select
        .query_map([story], |row| {
            Ok(DeliveryStatus {
                watch: text(row, 0)?,
                id: DeliveryId(u128::from_be_bytes(row.get(1)?)),
                channel: text(row, 2)?,
                recipient: text(row, 3)?,
                state: text(row, 4)?,
                attempts: row.get(5)?,
                error: text_or_null(row, 6)?,
            })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// The latest alerts, newest first, with their reader's word.
pub(super) fn rated_alerts(db: &Connection, most: u32) -> Result<Vec<RatedAlert>, Error> {
    let doing = "reading alerts";
    let mut select = db
        .prepare(
            "SELECT a.payload, v.word FROM alert a LEFT JOIN verdict v ON v.alert = a.id
             ORDER BY a.created_at DESC, a.article DESC LIMIT ?1",
        )
        .doing(doing)?;
    let rows =
        select.query_map([most], |row| Ok((text(row, 0)?, text_or_null(row, 1)?))).doing(doing)?;
    let mut alerts = Vec::new();
    for row in rows {
        let (json, word) = row.doing(doing)?;
        let Some(alert) = payload::<Alert>(&json) else { continue };
        alerts.push(RatedAlert { alert, feedback: word.as_deref().map(Feedback::of) });
    }
    Ok(alerts)
}

/// Keeps the reader's word on an alert; `false` if there is no such alert.
pub(super) fn rate_alert(
    db: &Connection,
    alert: AlertId,
    word: Feedback,
    now: Timestamp,
) -> Result<bool, Error> {
    let id = alert.0.to_be_bytes();
    let known: Option<i64> = db
        .query_row("SELECT 1 FROM alert WHERE id = ?1", [id], |row| row.get(0))
        .optional()
        .doing("looking for an alert")?;
    if known.is_none() {
        return Ok(false);
    }
    db.execute(
        "INSERT OR REPLACE INTO verdict (alert, word, at) VALUES (?1, ?2, ?3)",
        params![id, word.as_str(), now.0],
    )
    .doing("keeping a verdict")?;
    Ok(true)
}
