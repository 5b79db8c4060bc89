//! Messages with follow-ups of a story: when they go, and those that wait and take more.
use rusqlite::{OptionalExtension, params};

use super::poll_commit::PollCommit;
use super::row::{payload, text};
use crate::domain::{Alert, Message, Timestamp, Update};
use crate::store::error::{Doing, Error};
use crate::stories::follow_up_times;

/// Changes that one message tells. A message that waits takes no more, and another is begun.
const CHANGES_MAX: usize = 40;

impl PollCommit<'_> {
    /// When a message with a follow-up may go: at once, unless the watch was told of several of the
    /// story already.
    pub(super) fn follow_up_due(&self, story: i64, alert: &Alert) -> Result<Timestamp, Error> {
        let (sent, last): (u32, Option<i64>) = self
            .db
            .prepare_cached(
                "SELECT count(DISTINCT u.letter), max(o.due_at)
                 FROM update_sent u JOIN outbox o ON o.letter = u.letter
                 WHERE u.story = ?1 AND u.watch = ?2 AND u.step LIKE 'follow-up:%'",
            )
            .and_then(|mut select| {
                let values = params![story, alert.watch.as_str()];
                select.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .doing("counting follow-ups")?;
        Ok(follow_up_times::follow_up_due(sent, last.map(Timestamp), self.polled_at))
    }

    /// The message with follow-ups of a story that waits for its time; `None` if there is none that
    /// has room.
    pub(super) fn waiting_follow_up(
        &self,
        story: i64,
        alert: &Alert,
    ) -> Result<Option<Update>, Error> {
        let json: Option<String> = self
            .db
            .prepare_cached(
                "SELECT m.payload FROM message m
                 WHERE m.story = ?1 AND m.watch = ?2
                    AND EXISTS (SELECT 1 FROM outbox o WHERE o.letter = m.id AND o.due_at > ?3)
                    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.letter = m.id
                        AND (o.state <> 'pending' OR o.message IS NOT NULL
                            OR o.lease_token IS NOT NULL OR o.attempts > 0 OR o.due_at <= ?3))
                 ORDER BY m.created_at DESC LIMIT 1",
            )
            .and_then(|mut select| {
                let values = params![story, alert.watch.as_str(), self.polled_at.0];
                select.query_row(values, |row| text(row, 0)).optional()
            })
            .doing("looking for a waiting update")?;
        Ok(match json.as_deref().and_then(payload::<Message>) {
            Some(Message::Update(update)) if update.changes.len() < CHANGES_MAX => Some(*update),
            _ => None,
        })
    }

    /// Adds what is new to a message that waits.
    pub(super) fn add_to_waiting(&self, waiting: Update, update: Update) -> Result<(), Error> {
        let doing = "adding to an update";
        let mut all = waiting.changes;
        all.extend(update.changes);
        let grown = Update { id: waiting.id, created: waiting.created, changes: all, ..update };
        let json = serde_json::to_string(&Message::Update(Box::new(grown)))
            .map_err(|why| Error::Broken { doing, why: why.to_string() })?;
        self.db
            .prepare_cached("UPDATE message SET payload = ?2 WHERE id = ?1")
            .and_then(|mut change| change.execute(params![waiting.id.0.to_be_bytes(), json]))
            .doing(doing)?;
        Ok(())
    }
}
