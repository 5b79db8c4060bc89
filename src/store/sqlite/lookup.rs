//! How an item stands to what is stored: the look-ups a verdict rests on.
use std::collections::HashSet;
use std::hash::Hasher;

use rusqlite::{OptionalExtension, Row, params};
use siphasher::sip::SipHasher24;

use super::poll_commit::{PollCommit, StoredRef};
use super::row::{signed, text, text_or_null};
use super::story_rows;
use super::text_index::{self, incoming};
use crate::domain::{Article, ArticleId, Key, KeyKind, Verdict};
use crate::extract;
use crate::store::Batch;
use crate::store::error::{Doing, Error};
use crate::stories::decide::{self, FeedFacts, PollSummary, SeenArticle};
use crate::stories::judgement::Relation;

/// The article a key of this feed belongs to.
pub(super) fn article_by_key(ledger: &PollCommit<'_>, hash: u64) -> Result<Option<i64>, Error> {
    if !may_be_stored(ledger, hash) {
        return Ok(None);
    }
    ledger
        .db
        .prepare_cached("SELECT article FROM seen WHERE feed = ?1 AND hash = ?2")
        .and_then(|mut select| {
            select.query_row(params![ledger.feed.0, signed(hash)], |row| row.get(0)).optional()
        })
        .doing("looking for a key")
}

/// `false`: the feed's first poll knows without a look-up that the key is not stored.
fn may_be_stored(ledger: &PollCommit<'_>, hash: u64) -> bool {
    ledger.all_keys.as_ref().is_none_or(|keys| keys.contains(&hash))
}

/// The index key of a canonical URL: the address itself may be kilobytes long.
pub(super) fn url_hash(canonical: &str) -> i64 {
    let mut hasher = SipHasher24::new_with_keys(0x7769_7265_7761_7463, 0x6820_7572_6c73_2076);
    hasher.write(canonical.as_bytes());
    signed(hasher.finish())
}

/// Columns in the order of the queries here: id, title, url, revision, stories.
fn sighting(row: &Row<'_>) -> Result<SeenArticle, rusqlite::Error> {
    let url = text_or_null(row, 2)?;
    Ok(SeenArticle {
        article: ArticleId(row.get(0)?),
        title: text(row, 1)?,
        canonical: url.and_then(|url| extract::canonical(&url)),
        revision: u64::from_ne_bytes(row.get::<_, i64>(3)?.to_ne_bytes()),
        stories: row.get(4)?,
        says_new: false,
    })
}

/// The article of this feed that carries a key.
fn by_key(ledger: &PollCommit<'_>, key: Key) -> Result<Option<SeenArticle>, Error> {
    if !may_be_stored(ledger, key.hash) {
        return Ok(None);
    }
    ledger
        .db
        .prepare_cached(
            "SELECT a.id, a.title, a.url, a.revision, s.stories
             FROM seen s JOIN article a ON a.id = s.article WHERE s.feed = ?1 AND s.hash = ?2",
        )
        .and_then(|mut select| {
            select.query_row(params![ledger.feed.0, signed(key.hash)], sighting).optional()
        })
        .doing("looking for a key")
}

/// The first article of another feed at the same canonical URL.
fn by_url(ledger: &PollCommit<'_>, canonical: &str) -> Result<Option<SeenArticle>, Error> {
    ledger
        .db
        .prepare_cached(
            "SELECT a.id, a.title, a.url, a.revision,
                (SELECT count(*) FROM article b WHERE b.canonical = ?1 AND b.reason = 'new')
             FROM article a WHERE a.canonical = ?1 AND a.feed <> ?2 ORDER BY a.id LIMIT 1",
        )
        .and_then(|mut select| {
            select.query_row(params![url_hash(canonical), ledger.feed.0], sighting).optional()
        })
        .doing("looking for a copy")
}

/// What is stored that an item of unknown identity may be a copy of.
pub(super) fn find_known(ledger: &PollCommit<'_>, article: &Article) -> Result<FeedFacts, Error> {
    let mut known = FeedFacts { churned: ledger.ids_churned, ..FeedFacts::default() };
    for key in article.keys.iter().skip(1) {
        match key.kind {
            KeyKind::Link => known.same_link = by_key(ledger, *key)?,
            KeyKind::TitleDay if known.same_title_day.is_none() => {
                known.same_title_day = by_key(ledger, *key)?;
            }
            KeyKind::Id | KeyKind::TitleDay => (),
        }
    }
    for seen in [&mut known.same_link, &mut known.same_title_day].into_iter().flatten() {
        seen.says_new = says_new(ledger, article, seen)?;
    }
    if let Some(canonical) = &article.canonical {
        known.same_url = by_url(ledger, canonical)?;
    }
    Ok(known)
}

/// Whether an article was published at another time than a stored one of its feed, and says
/// something that the stored one does not.
fn says_new(ledger: &PollCommit<'_>, article: &Article, seen: &SeenArticle) -> Result<bool, Error> {
    if article.revision == seen.revision || !is_dated_anew(ledger, article, seen.article)? {
        return Ok(false);
    }
    let relation = relation_to(ledger, article, seen.article)?;
    Ok(matches!(relation, Some(Relation::FollowUp | Relation::Other)))
}

/// Whether an article has another date of publication than a stored one.
pub(super) fn is_dated_anew(
    ledger: &PollCommit<'_>,
    article: &Article,
    stored: ArticleId,
) -> Result<bool, Error> {
    let published: Option<i64> = ledger
        .db
        .prepare_cached("SELECT published FROM article WHERE id = ?1")
        .and_then(|mut select| select.query_row([stored.0], |row| row.get(0)).optional())
        .doing("looking for a date")?
        .flatten();
    let times = article.published.map(|at| at.0).zip(published);
    Ok(times.is_some_and(|(now, then)| now != then))
}

/// Whether an article was told, or would have been if a watch had found something in it: it opened
/// a story or followed one up.
pub(super) fn is_told(ledger: &PollCommit<'_>, article: i64) -> Result<bool, Error> {
    ledger
        .db
        .prepare_cached(
            "SELECT 1 FROM article WHERE id = ?1
                AND reason IN ('new', 'follow-up', 'split', 'merged')",
        )
        .and_then(|mut select| select.exists([article]))
        .doing("reading an article")
}

/// What an article adds to what a stored one says, in its own words.
pub(super) fn addition_to(
    ledger: &PollCommit<'_>,
    article: &Article,
    stored: ArticleId,
) -> Result<Option<String>, Error> {
    text_index::addition_to(ledger.db, stored, &incoming(ledger.name.as_str(), article))
}

/// What an article is to what a stored article of any feed says.
pub(super) fn relation_to(
    ledger: &PollCommit<'_>,
    article: &Article,
    stored: ArticleId,
) -> Result<Option<Relation>, Error> {
    text_index::relation_to(ledger.db, stored, &incoming(ledger.name.as_str(), article))
}

/// Whether a known id now carries another story.
pub(super) fn is_id_reused(
    ledger: &PollCommit<'_>,
    stored: i64,
    article: &Article,
) -> Result<bool, Error> {
    let before = ledger
        .db
        .prepare_cached("SELECT id, title, url, revision, 1, canonical FROM article WHERE id = ?1")
        .and_then(|mut select| {
            let read = |row: &Row<'_>| Ok((sighting(row)?, row.get::<_, Option<i64>>(5)?));
            select.query_row([stored], read).optional()
        })
        .doing("reading an article")?;
    // What is stored was folded by the feed's own rules, a sighting by the built-in ones alone.
    let here = article.canonical.as_deref().map(url_hash);
    Ok(before.is_some_and(|(before, page)| {
        (here.is_none() || here != page) && decide::is_reused_link(article, &before)
    }))
}

/// The story an article belongs to; a swept article's copies open one of their own.
pub(super) fn story_of(ledger: &mut PollCommit<'_>, article: ArticleId) -> Result<i64, Error> {
    let story = ledger
        .db
        .prepare_cached("SELECT story FROM article WHERE id = ?1")
        .and_then(|mut select| select.query_row([article.0], |row| row.get(0)).optional())
        .doing("looking for a story")?;
    story.map_or_else(|| ledger.open_story(), Ok)
}

/// Whether the story of an article may join another for what the article says now. Nobody was told
/// of it; or somebody was, and this is the first full text of what was told (`completed`): a
/// running item that is rewritten from day to day would join story to story. The article must be
/// what the whole story is, not merely like it; and what a person took out of a story, or took
/// something out of, never joins any by itself.
pub(super) fn may_join(
    ledger: &PollCommit<'_>,
    placed: StoredRef,
    completed: bool,
) -> Result<bool, Error> {
    ledger
        .db
        .prepare_cached(
            "SELECT (?3 AND revised_at IS NULL
                    OR NOT EXISTS (SELECT 1 FROM alert WHERE story = ?2))
                AND (reason IN ('new', 'same-link', 'same-title-day', 'same-url')
                    OR NOT EXISTS (SELECT 1 FROM article WHERE story = ?2 AND id <> ?1))
                AND NOT EXISTS (SELECT 1 FROM split_pair
                    WHERE article IN (SELECT id FROM article WHERE story = ?2))
             FROM article WHERE id = ?1",
        )
        .and_then(|mut select| {
            select.query_row(params![placed.article, placed.story, completed], |row| row.get(0))
        })
        .doing("looking at a story")
}

/// Whether an article opened its story, and no watch found anything in it yet: its sentences were
/// never counted as told.
pub(super) fn is_first_alerted(ledger: &PollCommit<'_>, article: i64) -> Result<bool, Error> {
    ledger
        .db
        .prepare_cached(
            "SELECT 1 FROM article WHERE id = ?1 AND reason = 'new'
                AND NOT EXISTS (SELECT 1 FROM finding WHERE article = ?1)",
        )
        .and_then(|mut select| select.exists([article]))
        .doing("looking for a finding")
}

/// Puts the whole story of an article into another, whose text the article has.
pub(super) fn join_story(
    ledger: &PollCommit<'_>,
    placed: StoredRef,
    to: i64,
    verdict: Verdict,
) -> Result<(), Error> {
    let doing = "joining a story";
    // What opened the story is a copy of this article for the reason that this was one of it.
    ledger
        .db
        .prepare_cached(
            "UPDATE article SET reason = was.reason, copy_of = was.id, similarity = was.similarity
             FROM (SELECT id, reason, similarity FROM article WHERE id = ?1) was
             WHERE article.story = ?2 AND article.copy_of IS NULL AND article.id <> ?1",
        )
        .and_then(|mut update| update.execute([placed.article, placed.story]))
        .doing(doing)?;
    set_story(ledger, placed.article, to, verdict)?;
    story_rows::join(ledger.db, to, placed.story)
}

/// Notes the story of an article, and the reason for it.
fn set_story(
    ledger: &PollCommit<'_>,
    article: i64,
    to: i64,
    verdict: Verdict,
) -> Result<(), Error> {
    let (of, similarity) = (verdict.matched_article().map(|of| of.0), verdict.similarity());
    ledger
        .db
        .prepare_cached(
            "UPDATE article SET story = ?1, reason = ?2, copy_of = ?3, similarity = ?4 WHERE id = ?5",
        )
        .and_then(|mut update| {
            update.execute(params![to, verdict.reason(), of, similarity, article])
        })
        .doing("moving an article")?;
    Ok(())
}

/// Gives an article whose id now carries another story that story. What watches found of its old text
/// stays with the old story, unless nothing else is in it: then that story is the new one.
pub(super) fn move_to_story(
    ledger: &PollCommit<'_>,
    placed: StoredRef,
    to: i64,
    verdict: Verdict,
) -> Result<(), Error> {
    let doing = "moving an article";
    let from = placed.story;
    set_story(ledger, placed.article, to, verdict)?;
    if verdict.matched_article().is_some() && is_empty(ledger, from)? {
        ledger
            .db
            .prepare_cached("UPDATE OR IGNORE finding SET story = ?1 WHERE story = ?2")
            .and_then(|mut update| update.execute([to, from]))
            .doing(doing)?;
        ledger
            .db
            .prepare_cached("UPDATE story SET merged_into = ?1 WHERE id = ?2")
            .and_then(|mut update| update.execute([to, from]))
            .doing(doing)?;
    }
    Ok(())
}

/// Whether nothing is left in a story: no article, and no alert told of it.
fn is_empty(ledger: &PollCommit<'_>, story: i64) -> Result<bool, Error> {
    ledger
        .db
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM article WHERE story = ?1)
                AND NOT EXISTS (SELECT 1 FROM alert WHERE story = ?1)",
        )
        .and_then(|mut select| select.query_row([story], |row| row.get(0)))
        .doing("looking at a story")
}

/// Whether this poll is a feed giving new ids to the items it had.
pub(super) fn ids_churned(ledger: &PollCommit<'_>, batch: &Batch) -> Result<bool, Error> {
    let mut echoes = HashSet::new();
    for candidate in &batch.candidates {
        let mut keys = candidate.article.keys.iter();
        let Some(identity) = keys.next() else { continue };
        if article_by_key(ledger, identity.hash)?.is_some() {
            continue;
        }
        for key in keys {
            if let Some(article) = article_by_key(ledger, key.hash)? {
                echoes.insert(article);
                break;
            }
        }
    }
    Ok(decide::ids_churned(PollSummary { items: batch.window.len(), known_titles: echoes.len() }))
}
