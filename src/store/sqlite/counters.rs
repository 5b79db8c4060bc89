//! Numbers of rows that are kept beside the rows. Triggers keep most of them; articles and stories are
//! added so often that their commit counts them itself, once for all.
use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::store::FeedId;
use crate::store::error::{Doing, Error};

/// Rows that a commit added and has not counted yet.
#[derive(Debug, Default)]
pub(super) struct AddedRows {
    /// Articles by the word for what they are.
    pub(super) articles: BTreeMap<&'static str, u32>,
    /// Stories that were opened.
    pub(super) stories: u32,
}

impl AddedRows {
    /// Adds the rows of `feed` to the counters. It must happen in the transaction that added them.
    pub(super) fn count(&self, db: &Connection, feed: FeedId) -> Result<(), Error> {
        for (reason, articles) in &self.articles {
            add(db, "article", reason, *articles)?;
        }
        let articles: u32 = self.articles.values().sum();
        add(db, "feed", &feed.0.to_string(), articles)?;
        add(db, "story", "open", self.stories)
    }
}

/// Adds so many rows of a kind to their counter.
pub(super) fn add(db: &Connection, what: &str, word: &str, rows: u32) -> Result<(), Error> {
    if rows == 0 {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO counter (what, word, n) VALUES (?1, ?2, ?3)
         ON CONFLICT (what, word) DO UPDATE SET n = n + excluded.n",
    )
    .and_then(|mut count| count.execute(params![what, word, rows]))
    .doing("counting rows")?;
    Ok(())
}
