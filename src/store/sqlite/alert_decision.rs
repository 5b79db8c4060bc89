//! A watch fired on an entered article: an alert, or the reason why not.
use std::collections::HashSet;

use rusqlite::params;

use super::outbox_insert;
use super::poll_commit::{PollCommit, StoredRef};
use super::row::{name, text};
use crate::domain::{Alert, AlertId, AlertKind, Article, Backlog, StoryId};
use crate::store::error::{Doing, Error};
use crate::store::{Fired, Route};

impl PollCommit<'_> {
    /// Alerts, or records why not.
    pub(super) fn decide_alert(
        &mut self,
        placed: StoredRef,
        fresh: &Article,
        fired: &Fired,
    ) -> Result<(), Error> {
        let StoredRef { article, story, identity, .. } = placed;
        let watch = fired.finding.watch.as_str();
        let id = outbox_insert::alert_id(watch, self.name.as_str(), identity);
        let mut outcome = self.outcome(placed, id, fresh, watch)?;
        let mut routes = Vec::new();
        if outcome == ALERT {
            routes = self.unnotified_routes(story, fired)?;
            if routes.is_empty() && !fired.routes.is_empty() {
                outcome = "shared";
            }
        }
        let entered = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO finding (story, watch, article, outcome, at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut insert| {
                insert.execute(params![story, watch, article, outcome, self.polled_at.0])
            })
            .doing("recording a finding")?;
        let entered = u64::try_from(entered).unwrap_or(0);
        match outcome {
            ALERT => (),
            FOLLOW_UP => {
                self.counts.follow_ups += entered;
                return Ok(());
            }
            _ => {
                self.counts.suppressed += entered;
                return Ok(());
            }
        }
        let alert = self.compose_alert(id, placed, fresh, fired);
        outbox_insert::insert_alert(self.db, &alert, article, fired.share_group.as_ref())?;
        self.counts.alerts += 1;
        if let Some(shares) = &fired.share_group {
            self.alerted_share_groups.push((story, shares.clone(), routes.clone()));
        }
        self.alerts.push((id, routes));
        if placed.kind == AlertKind::New && !self.is_first_poll {
            self.count_surge(fired)
        } else {
            Ok(())
        }
    }

    /// The receivers that were not told of the story by a watch that shares it with this one.
    fn unnotified_routes(&self, story: i64, fired: &Fired) -> Result<Vec<Route>, Error> {
        let Some(shares) = &fired.share_group else { return Ok(fired.routes.clone()) };
        let doing = "looking for a shared story";
        let mut select = self
            .db
            .prepare_cached(
                "SELECT c.channel, c.recipient FROM alert a JOIN delivery_alert c ON c.alert = a.id
                 WHERE a.story = ?1 AND a.shares = ?2",
            )
            .doing(doing)?;
        let rows = select
            .query_map(params![story, shares.as_str()], |row| {
                Ok(Route { channel: name(row, 0)?, recipient: text(row, 1)? })
            })
            .doing(doing)?;
        let mut told = rows.collect::<Result<HashSet<Route>, _>>().doing(doing)?;
        let now =
            self.alerted_share_groups.iter().filter(|(of, name, _)| *of == story && name == shares);
        told.extend(now.flat_map(|(_, _, routes)| routes.iter().cloned()));
        Ok(fired.routes.iter().filter(|route| !told.contains(*route)).cloned().collect())
    }

    /// The word stored with a finding: `alert`, or why it is none.
    fn outcome(
        &self,
        placed: StoredRef,
        id: AlertId,
        fresh: &Article,
        watch: &str,
    ) -> Result<&'static str, Error> {
        if self.is_story_alerted(placed.story, watch)? {
            // An alert that was made in this commit is not told yet, and says nothing of this.
            let now = placed.follow_up && self.is_alerted_now(placed.story, watch)?;
            return Ok(match placed.follow_up {
                true if now => ALERT,
                true => FOLLOW_UP,
                false => "attached",
            });
        }
        if self.is_first_poll && !self.recent_enough(fresh) {
            return Ok("baseline");
        }
        // Only what is recognised has a new id; what nothing recognises came in the same poll.
        if self.ids_churned && placed.kind != AlertKind::New {
            return Ok("churn");
        }
        Ok(if outbox_insert::is_stored(self.db, id)? { "told-before" } else { ALERT })
    }

    /// Whether the watch has been told of the story. What it found in the old items of a feed when
    /// that was first read, or in items given new ids, it was not told: that keeps only the same
    /// feed from telling it.
    fn is_story_alerted(&self, story: i64, watch: &str) -> Result<bool, Error> {
        self.db
            .prepare_cached(
                "SELECT 1 FROM finding f WHERE f.story = ?1 AND f.watch = ?2
                    AND (f.outcome NOT IN ('baseline', 'churn')
                        OR (SELECT feed FROM article WHERE id = f.article) = ?3)",
            )
            .and_then(|mut select| select.exists(params![story, watch, self.feed.0]))
            .doing("looking for a finding")
    }

    /// Whether the story's alert for the watch was made in this very commit.
    fn is_alerted_now(&self, story: i64, watch: &str) -> Result<bool, Error> {
        let doing = "looking for an alert";
        let mut select = self
            .db
            .prepare_cached("SELECT id FROM alert WHERE story = ?1 AND watch = ?2")
            .doing(doing)?;
        let rows = select
            .query_map(params![story, watch], |row| row.get::<_, [u8; 16]>(0))
            .doing(doing)?;
        for row in rows {
            let id = u128::from_be_bytes(row.doing(doing)?);
            if self.alerts.iter().any(|(alert, _)| alert.0 == id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn recent_enough(&self, fresh: &Article) -> bool {
        match self.backlog {
            Backlog::None => false,
            Backlog::All => true,
            Backlog::Recent(span) => {
                fresh.published.is_some_and(|published| published >= self.polled_at.before(span))
            }
        }
    }

    fn compose_alert(
        &self,
        id: AlertId,
        placed: StoredRef,
        fresh: &Article,
        fired: &Fired,
    ) -> Alert {
        Alert {
            id,
            kind: placed.kind,
            story: StoryId(placed.story),
            watch: fired.finding.watch.clone(),
            watch_title: fired.watch_title.clone(),
            severity: fired.severity,
            title: fresh.headline(),
            url: fresh.url.clone(),
            source: self.name.clone(),
            language: fresh.language.clone(),
            published: fresh.published,
            first_seen: self.polled_at,
            score: fired.finding.score,
            threshold: fired.finding.threshold,
            hits: fired.finding.hits.clone(),
            snippet: fired.snippet.clone(),
            spread: None,
            created: self.polled_at,
        }
    }
}

const ALERT: &str = "alert";
/// As the store has always called it.
const FOLLOW_UP: &str = "update";
