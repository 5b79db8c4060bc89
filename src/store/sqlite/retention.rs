//! What is kept, for how long, and by which index it is found: the only place where rows are forgotten.
//!
//! A sweep walks [`RULES`] from top to bottom, a few rows a transaction, so that no poll waits long
//! for the writer. A rule finds only rows that nothing needs any more: a message that waits keeps its
//! alert, an alert keeps its story, and an item that is still in its feed keeps its article, because
//! without it the item would come back as news.
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::{Store, heartbeat};
use crate::domain::Timestamp;
use crate::store::error::{Doing, Error};
use crate::stories::outlet_rate;

/// Rows that one rule forgets in one transaction. Each takes a handful of rows of other tables along.
const ROWS_A_BATCH_MAX: usize = 500;
/// The bytes of a delivered message are never sent again; they are kept a week for questions.
const SENT_BYTES_KEPT: Duration = Duration::from_hours(7 * 24);
/// Outlets of single hours are counted within two spans.
const OUTLET_HOURS_KEPT: Duration = outlet_rate::PERIOD.saturating_mul(2);
/// A watch's habit is read a fortnight back; two spans more, because the last ones are not whole.
const OUTLET_SPANS_KEPT: Duration = Duration::from_hours(14 * 24 + 12);

/// How old a row must be to be forgotten.
#[derive(Clone, Copy, Debug)]
enum Keep {
    /// `keep_articles` of the configuration.
    Configured,
    /// So long, whatever is configured.
    Fixed(Duration),
    /// So long, or as configured if that is shorter.
    AtMost(Duration),
}

/// One line of the table.
#[derive(Debug)]
struct Rule {
    /// What is forgotten, for the log: a table, or a part of one.
    what: &'static str,
    keep: Keep,
    /// The index that `find` goes by; a test asks SQLite whether it does.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by a test, and by people"))]
    index: &'static str,
    /// Gives the keys of at most `?2` rows that are older than the time `?1`.
    find: &'static str,
    /// Forgets the row of the key `?1`, what refers to it first.
    forget: &'static [&'static str],
}

const RULES: [Rule; 12] = [
    Rule {
        what: "feeds that left the configuration",
        keep: Keep::Configured,
        index: "feed",
        // Its items can no longer be seen to leave it: they left with it. The row stays.
        find: "SELECT id FROM feed WHERE active = 0 AND coalesce(polled_at, 0) < ?1
                AND EXISTS (SELECT 1 FROM feed_window WHERE feed = feed.id) LIMIT ?2",
        forget: &[
            "UPDATE seen SET gone_at = 0 WHERE feed = ?1 AND gone_at IS NULL",
            "DELETE FROM feed_window WHERE feed = ?1",
            "DELETE FROM hub_offer WHERE feed = ?1",
            // If it comes back, what it holds then is a backlog.
            "UPDATE feed SET baseline_at = NULL, etag = NULL, last_modified = NULL WHERE id = ?1",
        ],
    },
    Rule {
        what: "articles",
        keep: Keep::Configured,
        index: "seen_gone",
        // An article may be known by a second identity that is still in the feed.
        find: "SELECT DISTINCT s.article FROM seen s WHERE s.gone_at < ?1 AND s.role = 0
                AND NOT EXISTS (SELECT 1 FROM seen k WHERE k.article = s.article AND k.role = 0
                    AND (k.gone_at IS NULL OR k.gone_at >= ?1))
                AND NOT EXISTS (SELECT 1 FROM alert a JOIN delivery_alert d ON d.alert = a.id
                    JOIN outbox o ON o.id = d.delivery
                    WHERE a.article = s.article AND o.state = 'pending')
             LIMIT ?2",
        forget: &[
            "DELETE FROM finding WHERE article = ?1",
            "DELETE FROM page WHERE article = ?1",
            "DELETE FROM split_pair WHERE article = ?1",
            "DELETE FROM seen WHERE article = ?1",
            "DELETE FROM article WHERE id = ?1",
        ],
    },
    Rule {
        what: "alerts",
        keep: Keep::Configured,
        index: "alert_created",
        // As long as an article of the story is stored, a copy of it must meet the alert.
        find: "SELECT a.id FROM alert a WHERE a.created_at < ?1
                AND NOT EXISTS (SELECT 1 FROM article WHERE story = a.story)
                AND NOT EXISTS (SELECT 1 FROM delivery_alert d JOIN outbox o ON o.id = d.delivery
                    WHERE d.alert = a.id AND (o.ended_at IS NULL OR o.ended_at >= ?1))
                AND NOT EXISTS (SELECT 1 FROM message m JOIN outbox o ON o.letter = m.id
                    WHERE m.alert = a.id AND (o.ended_at IS NULL OR o.ended_at >= ?1))
             LIMIT ?2",
        forget: &[
            "DELETE FROM attempt WHERE delivery IN (SELECT o.id FROM message m
                JOIN outbox o ON o.letter = m.id WHERE m.alert = ?1)",
            "DELETE FROM outbox WHERE letter IN (SELECT id FROM message WHERE alert = ?1)",
            "DELETE FROM message WHERE alert = ?1",
            "DELETE FROM verdict WHERE alert = ?1",
            "DELETE FROM delivery_alert WHERE alert = ?1",
            "DELETE FROM alert WHERE id = ?1",
        ],
    },
    Rule {
        what: "notices",
        keep: Keep::Configured,
        index: "message_created",
        find: "SELECT m.id FROM message m WHERE m.created_at < ?1 AND m.alert IS NULL
                AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.letter = m.id
                    AND (o.ended_at IS NULL OR o.ended_at >= ?1))
             LIMIT ?2",
        forget: &[
            "DELETE FROM attempt WHERE delivery IN (SELECT id FROM outbox WHERE letter = ?1)",
            "DELETE FROM outbox WHERE letter = ?1",
            "DELETE FROM message WHERE id = ?1",
        ],
    },
    Rule {
        what: "deliveries of forgotten alerts",
        keep: Keep::Configured,
        index: "outbox_ended",
        find: "SELECT o.id FROM outbox o WHERE o.ended_at < ?1 AND o.letter IS NULL
                AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE delivery = o.id) LIMIT ?2",
        forget: &["DELETE FROM attempt WHERE delivery = ?1", "DELETE FROM outbox WHERE id = ?1"],
    },
    Rule {
        what: "bytes of delivered messages",
        keep: Keep::AtMost(SENT_BYTES_KEPT),
        index: "outbox_sent_bytes",
        find: "SELECT id FROM outbox INDEXED BY outbox_sent_bytes
             WHERE ended_at < ?1 AND state = 'delivered'
                AND message IS NOT NULL LIMIT ?2",
        forget: &["UPDATE outbox SET message = NULL WHERE id = ?1"],
    },
    Rule {
        what: "stories",
        keep: Keep::Configured,
        index: "story_opened",
        find: "SELECT s.id FROM story s WHERE s.opened_at < ?1
                AND NOT EXISTS (SELECT 1 FROM article WHERE story = s.id)
                AND NOT EXISTS (SELECT 1 FROM alert WHERE story = s.id)
                AND NOT EXISTS (SELECT 1 FROM message WHERE story = s.id) LIMIT ?2",
        forget: &[
            "DELETE FROM update_sent WHERE story = ?1",
            "DELETE FROM split_pair WHERE story = ?1",
            "DELETE FROM story WHERE id = ?1",
        ],
    },
    Rule {
        what: "gaps of feeds",
        keep: Keep::Configured,
        index: "possible_loss_end",
        find: "SELECT id FROM possible_loss WHERE gap_end < ?1 LIMIT ?2",
        forget: &["DELETE FROM possible_loss WHERE id = ?1"],
    },
    Rule {
        what: "outages",
        keep: Keep::Configured,
        index: "outage_ended",
        find: "SELECT id FROM outage WHERE ended_at < ?1 LIMIT ?2",
        forget: &["DELETE FROM outage WHERE id = ?1"],
    },
    Rule {
        what: "notices of feeds that left",
        keep: Keep::Configured,
        index: "operator_notice",
        find: "SELECT subject FROM operator_notice WHERE last_at < ?1 AND subject LIKE 'feed:%'
                AND NOT EXISTS (SELECT 1 FROM feed
                    WHERE name = substr(subject, 6) AND active = 1) LIMIT ?2",
        forget: &["DELETE FROM operator_notice WHERE subject = ?1"],
    },
    Rule {
        what: "outlets by the hour",
        keep: Keep::Fixed(OUTLET_HOURS_KEPT),
        index: "outlet_hour_hour",
        find: "SELECT DISTINCT hour FROM outlet_hour WHERE hour < ?1 / 3600000 LIMIT ?2",
        forget: &["DELETE FROM outlet_hour WHERE hour = ?1"],
    },
    Rule {
        what: "outlets by the span",
        keep: Keep::Fixed(OUTLET_SPANS_KEPT),
        index: "outlet_span_span",
        find: "SELECT DISTINCT span FROM outlet_span WHERE span < ?1 / (6 * 3600000) LIMIT ?2",
        forget: &["DELETE FROM outlet_span WHERE span = ?1"],
    },
];

impl Store {
    /// Forgets everything that is past its retention, and says how many rows of what went.
    /// `keep`: `keep_articles` of the configuration.
    pub async fn forget_expired(
        &self,
        keep: Duration,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, usize)>, Error> {
        let mut forgotten = Vec::new();
        for rule in &RULES {
            let kept = match rule.keep {
                Keep::Configured => keep,
                Keep::Fixed(span) => span,
                Keep::AtMost(span) => span.min(keep),
            };
            let before = now.before(kept);
            let mut rows = 0;
            loop {
                let batch = self.writer.run(move |db| forget_batch(db, rule, before)).await?;
                rows += batch;
                if batch < ROWS_A_BATCH_MAX {
                    break;
                }
            }
            if rows > 0 {
                forgotten.push((rule.what, rows));
            }
        }
        self.writer.run(move |db| heartbeat::set(db, "swept_at", now.0)).await?;
        Ok(forgotten)
    }

    /// When a sweep last went through; `now` if none ever did, and from then on.
    pub async fn last_sweep(&self, now: Timestamp) -> Result<Timestamp, Error> {
        let last = move |db: &Connection| match heartbeat::get(db, "swept_at")? {
            Some(at) => Ok(Timestamp(at)),
            None => heartbeat::set(db, "swept_at", now.0).map(|()| now),
        };
        self.writer.run(last).await
    }
}

/// Forgets some rows of one rule that are older than `before`. Fewer than [`ROWS_A_BATCH_MAX`]: these
/// were the last.
fn forget_batch(db: &Connection, rule: &Rule, before: Timestamp) -> Result<usize, Error> {
    let doing = "forgetting what is past its retention";
    let most = i64::try_from(ROWS_A_BATCH_MAX).unwrap_or(i64::MAX);
    let mut select = db.prepare_cached(rule.find).doing(doing)?;
    let rows =
        select.query_map(params![before.0, most], |row| row.get::<_, Value>(0)).doing(doing)?;
    let keys = rows.collect::<Result<Vec<_>, _>>().doing(doing)?;
    for statement in rule.forget {
        let mut change = db.prepare_cached(statement).doing(doing)?;
        for key in &keys {
            change.execute([key]).doing(doing)?;
        }
    }
    Ok(keys.len())
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    #[test]
    fn each_rule_finds_its_rows_by_the_index_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let db = open::for_owner(&folder.path().join("store.db"), None).unwrap();
        for rule in &RULES {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {}", rule.find)).unwrap();
            let steps = plan.query_map([0, 1], |row| row.get::<_, String>(3)).unwrap();
            let first = steps.map(Result::unwrap).next().unwrap();
            assert!(first.contains(rule.index), "{}: {first}", rule.what);
            for statement in rule.forget {
                let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
                let steps = plan.query_map([0], |row| row.get::<_, String>(3)).unwrap();
                for step in steps.map(Result::unwrap) {
                    assert!(!step.starts_with("SCAN"), "{statement}: {step}");
                }
            }
        }
    }
}
