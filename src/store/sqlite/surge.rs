//! Counts the outlets that have a story of their own for a watch, and queues one notice when they are
//! far more than usual.
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::poll_commit::PollCommit;
use super::row::text;
use super::{Store, outbox_insert};
use crate::domain::{Message, Name, Notice, NoticeKind, Timestamp};
use crate::store::Fired;
use crate::store::error::{Doing, Error};
use crate::stories::outlet_rate::{self, SurgeLevel};

/// Headlines a notice names.
const HEADLINES_MAX: u32 = 10;

impl Store {
    /// Remembers since when each watch is known: its habits begin there.
    pub async fn sync_watches(&self, watches: Vec<Name>, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| sync_watches(db, &watches, now)).await
    }
}

fn sync_watches(db: &Connection, watches: &[Name], now: Timestamp) -> Result<(), Error> {
    let doing = "remembering a watch";
    // A watch that left the configuration is kept as long as its habit is: it may come back.
    let names: Vec<&str> = watches.iter().map(Name::as_str).collect();
    db.execute(
        "DELETE FROM watch WHERE name NOT IN (SELECT value FROM json_each(?1))
            AND NOT EXISTS (SELECT 1 FROM outlet_span WHERE watch = watch.name)",
        [serde_json::json!(names).to_string()],
    )
    .doing(doing)?;
    let mut insert =
        db.prepare("INSERT OR IGNORE INTO watch (name, since) VALUES (?1, ?2)").doing(doing)?;
    for watch in watches {
        insert.execute(params![watch.as_str(), now.0]).doing(doing)?;
    }
    Ok(())
}

impl PollCommit<'_> {
    /// Counts the feed among the outlets that told the watch a story of their own this hour, and
    /// gives notice if that makes a surge. Copies do not come here, nor what a feed held when it
    /// was first read.
    pub(super) fn count_surge(&mut self, fired: &Fired) -> Result<(), Error> {
        let watch = fired.finding.watch.as_str();
        if !self.count_outlet(watch)? {
            return Ok(());
        }
        let known: Option<(i64, Option<i64>)> = self
            .db
            .prepare_cached("SELECT since, surging_since FROM watch WHERE name = ?1")
            .and_then(|mut select| {
                select.query_row([watch], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .doing("reading a watch")?;
        let Some((since, surging)) = known else { return Ok(()) };
        let record = self.record(watch, Timestamp(since))?;
        let surging_since = match (outlet_rate::surge_level(&record), surging) {
            (SurgeLevel::Surge { outlets, usual }, None) => {
                self.queue_surge_notice(fired, outlets, usual)?;
                Some(self.polled_at.0)
            }
            (SurgeLevel::Usual, Some(_)) => None,
            (SurgeLevel::Surge { .. } | SurgeLevel::High, _) | (SurgeLevel::Usual, None) => {
                return Ok(());
            }
        };
        self.db
            .prepare_cached("UPDATE watch SET surging_since = ?1 WHERE name = ?2")
            .and_then(|mut update| update.execute(params![surging_since, watch]))
            .doing("noting a surge")?;
        Ok(())
    }

    /// `false` if the outlet was counted this hour already.
    fn count_outlet(&self, watch: &str) -> Result<bool, Error> {
        let doing = "counting an outlet";
        let (hour, span) =
            (outlet_rate::hour_of(self.polled_at), outlet_rate::period_of(self.polled_at));
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<usize, Error> {
            self.db.prepare_cached(sql).and_then(|mut change| change.execute(values)).doing(doing)
        };
        let first_in_span = self
            .db
            .prepare_cached(
                "SELECT 1 FROM outlet_hour WHERE watch = ?1 AND hour >= ?2 AND feed = ?3",
            )
            .and_then(|mut select| {
                select.exists(params![watch, span * outlet_rate::PERIOD_HOURS, self.feed.0])
            })
            .map(|met| !met)
            .doing(doing)?;
        let insert = "INSERT OR IGNORE INTO outlet_hour (watch, hour, feed) VALUES (?1, ?2, ?3)";
        if run(insert, &[&watch, &hour, &self.feed.0])? == 0 {
            return Ok(false);
        }
        if first_in_span {
            run(
                "INSERT INTO outlet_span (watch, span, outlets) VALUES (?1, ?2, 1)
                 ON CONFLICT (watch, span) DO UPDATE SET outlets = outlets + 1",
                &[&watch, &span],
            )?;
        }
        Ok(true)
    }

    fn record(&self, watch: &str, since: Timestamp) -> Result<outlet_rate::OutletCounts, Error> {
        let doing = "reading what a watch met";
        let begin = outlet_rate::hour_of(self.polled_at) - outlet_rate::PERIOD_HOURS + 1;
        let recent: i64 = self
            .db
            .prepare_cached(
                "SELECT count(DISTINCT feed) FROM outlet_hour WHERE watch = ?1 AND hour >= ?2",
            )
            .and_then(|mut select| select.query_row(params![watch, begin], |row| row.get(0)))
            .doing(doing)?;
        let mut select = self
            .db
            .prepare_cached("SELECT span, outlets FROM outlet_span WHERE watch = ?1")
            .doing(doing)?;
        let rows = select.query_map([watch], |row| Ok((row.get(0)?, row.get(1)?))).doing(doing)?;
        let spans = rows.collect::<Result<Vec<(i64, u32)>, _>>().doing(doing)?;
        let recent = u32::try_from(recent).unwrap_or(u32::MAX);
        Ok(outlet_rate::outlet_counts(recent, &spans, since, self.polled_at))
    }

    /// The one notice of an outbreak, to whoever reads the watch's alerts.
    fn queue_surge_notice(&mut self, fired: &Fired, outlets: u32, usual: f64) -> Result<(), Error> {
        let watch = &fired.finding.watch;
        let stories = self.headlines(watch)?;
        let mut lines = vec![format!(
            "In the last {} hours {outlets} outlets had a story of their own for this watch; \
             {usual:.1} are usual. Copies are not counted.",
            outlet_rate::PERIOD_HOURS
        )];
        lines.extend(stories.iter().map(|(source, title)| format!("{title} ({source})")));
        let stories: Vec<_> = stories
            .iter()
            .map(|(source, title)| json!({"source": source, "title": title}))
            .collect();
        let notice = Notice {
            id: outbox_insert::notice_id(NoticeKind::WatchSurge, watch.as_str(), self.polled_at),
            kind: NoticeKind::WatchSurge,
            subject: watch.to_string(),
            severity: fired.severity,
            title: format!("{}: far more outlets than usual", fired.watch_title),
            lines,
            details: json!({
                "watch": watch, "outlets": outlets, "hours": outlet_rate::PERIOD_HOURS, "usual": usual,
                "stories": stories,
            }),
            created: self.polled_at,
        };
        let letter = Message::Notice(Box::new(notice));
        let posted = outbox_insert::queue_message(self.db, &letter, &fired.routes, self.polled_at)?;
        self.counts.updates += u64::from(posted);
        Ok(())
    }

    /// The latest stories told to a watch, as feed and title.
    fn headlines(&self, watch: &Name) -> Result<Vec<(String, String)>, Error> {
        let doing = "reading a watch's alerts";
        let begin = self.polled_at.before(outlet_rate::PERIOD).0;
        let mut select = self
            .db
            .prepare_cached(
                "SELECT f.name, r.title FROM alert a JOIN article r ON r.id = a.article
                    JOIN feed f ON f.id = r.feed
                 WHERE a.created_at >= ?1 AND a.watch = ?2 AND a.kind = 'new'
                 ORDER BY a.created_at DESC, a.article DESC LIMIT ?3",
            )
            .doing(doing)?;
        let rows = select
            .query_map(params![begin, watch.as_str(), HEADLINES_MAX], |row| {
                Ok((text(row, 0)?, text(row, 1)?))
            })
            .doing(doing)?;
        rows.collect::<Result<_, _>>().doing(doing)
    }
}
