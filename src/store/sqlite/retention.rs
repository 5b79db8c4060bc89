//! Forgetting, and proving that the disk takes writes.
use rusqlite::{Connection, params};

use crate::domain::Timestamp;
use crate::store::error::{Doing, Error};

/// Articles forgotten in one go, so that no poll waits long for the writer.
const ARTICLES_A_SWEEP_MAX: i64 = 5_000;

pub(super) fn probe(db: &Connection, now: Timestamp) -> Result<(), Error> {
    db.execute("UPDATE fact SET value = ?1 WHERE name = 'probed_at'", [now.0])
        .doing("proving that the disk takes writes")?;
    Ok(())
}

/// Forgets articles first seen before `horizon` that left their feed before it, and their keys.
///
/// An item still in its feed is never forgotten, however old: it would come back as news.
pub(super) fn sweep(db: &Connection, horizon: Timestamp) -> Result<(u64, u64), Error> {
    let doing = "forgetting old articles";
    db.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS swept (article INTEGER PRIMARY KEY);
         DELETE FROM swept;",
    )
    .doing(doing)?;
    db.execute(
        "INSERT INTO swept (article)
         SELECT a.id FROM article a JOIN seen s ON s.feed = a.feed AND s.hash = a.identity
         WHERE a.first_seen < ?1 AND s.gone_at < ?1
            AND NOT EXISTS (
                SELECT 1 FROM alert t JOIN carries c ON c.alert = t.id
                    JOIN outbox o ON o.id = c.delivery
                WHERE t.article = a.id AND o.state IN ('pending', 'dead'))
         ORDER BY a.first_seen LIMIT ?2",
        params![horizon.0, ARTICLES_A_SWEEP_MAX],
    )
    .doing(doing)?;
    let run = |sql: &str| db.execute(sql, []).doing(doing);
    run("DELETE FROM finding WHERE article IN (SELECT article FROM swept)")?;
    run("DELETE FROM page WHERE article IN (SELECT article FROM swept)")?;
    // Keys go by feed: `article_by_key` has no index by article, and needs none but for this.
    let keys = run("DELETE FROM seen WHERE article IN (SELECT article FROM swept)")?;
    let articles = run("DELETE FROM article WHERE id IN (SELECT article FROM swept)")?;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(0);
    Ok((count(articles), count(keys)))
}
