//! Takes the result of a poll back: counts it, keeps the feed's state, and puts the feed into the
//! queue again.
use std::cmp::Reverse;
use std::time::Duration;

use tokio::task::JoinError;

use super::outcome::{FinishedPoll, PollEnd};
use super::state::Ingest;
use crate::store;

/// Unchanged polls are stored this many together, or whenever the loop has nothing better to do.
const UNCHANGED_BATCH: usize = 128;
/// How long polling rests when the store takes no writes (a full disk). Nothing is lost meanwhile:
/// the feeds keep their items.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How long a stop waits for polls under way. What is not stored by then is asked again after the
/// next start, and a poll may wait far longer for its host.
const STOP_MAX: Duration = Duration::from_secs(5);

impl Ingest {
    pub(super) fn finish_poll(&mut self, finished: FinishedPoll) -> anyhow::Result<()> {
        let FinishedPoll { mut state, end, contact } = finished;
        let now = self.shared.clock.now();
        self.forgive_late_failure(&mut state);
        let next = match end {
            PollEnd::Stored { entries, failed, counts } => {
                self.round.send_modify(|round| round.add(entries, failed, counts));
                state.next_due
            }
            PollEnd::Unchanged(poll) => {
                self.round.send_modify(|round| round.add(0, false, store::CommitCounts::default()));
                self.unchanged.push(poll);
                if self.unchanged.len() >= UNCHANGED_BATCH {
                    self.store_unchanged();
                }
                state.next_due
            }
            PollEnd::NotStored(error) if error.is_passing() => {
                self.pause_polling(&error);
                now.after(STORE_PAUSE)
            }
            PollEnd::NotStored(error) => return Err(store_failed(error)),
            // Nothing is known of the poll but that it is over.
            PollEnd::Panicked => now.after(state.interval),
        };
        // A poll may outlast its feed: the configuration was changed meanwhile.
        let Some(index) = self.place_of(state.id, &mut state.validators) else { return Ok(()) };
        if let Some(slot) = self.states.get_mut(index) {
            *slot = Some(state);
        }
        self.lanes.finish(index);
        let moved_by = self.move_at_end.remove(&index).unwrap_or(0);
        let next = self.due_after(index, next.moved(moved_by), now);
        match &mut self.asked {
            Some(asked) => asked.push(Reverse((next, index))),
            None => self.queue.push(Reverse((next, index))),
        }
        match contact {
            Some(seen) if self.asked.is_some() => self.contacts.push((index, seen)),
            Some(seen) => self.observe_contact(index, seen, now),
            None => (),
        }
        Ok(())
    }

    /// Ends what is under way, within [`STOP_MAX`].
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        self.waiting.shutdown().await;
        self.turns.clear();
        if let Ok(finished) = tokio::time::timeout(STOP_MAX, self.finish_all()).await {
            return finished;
        }
        tracing::info!("{} polls were given up, to be asked again", self.polls.len());
        self.polls.shutdown().await;
        self.finish_all().await
    }

    /// Waits for what is under way and stores what is not stored.
    pub(super) async fn finish_all(&mut self) -> anyhow::Result<()> {
        while let Some(finished) = self.polls.join_next().await {
            self.finish_poll(finished?)?;
        }
        self.store_unchanged();
        while let Some(stored) = self.store_writes.join_next().await {
            self.unchanged_stored(stored)?;
        }
        Ok(())
    }

    pub(super) fn store_unchanged(&mut self) {
        if self.unchanged.is_empty() {
            return;
        }
        self.unchanged_stored_at = self.shared.clock.now();
        let polls = std::mem::take(&mut self.unchanged);
        let store = self.shared.store.clone();
        self.store_writes.spawn(async move { store.note_unchanged(polls).await });
    }

    /// A batch that could not be stored costs a poll of each feed; a store that failed ends the
    /// loop.
    pub(super) fn unchanged_stored(
        &mut self,
        stored: Result<Result<(), store::Error>, JoinError>,
    ) -> anyhow::Result<()> {
        match stored? {
            Ok(()) => Ok(()),
            Err(error) if error.is_passing() => {
                self.pause_polling(&error);
                Ok(())
            }
            Err(error) => Err(store_failed(error)),
        }
    }

    fn pause_polling(&mut self, error: &store::Error) {
        if self.paused_until.is_none() {
            tracing::error!("polling rests, nothing is lost: {error}");
        }
        self.paused_until = Some(self.shared.clock.now().after(STORE_PAUSE));
    }
}

fn store_failed(error: store::Error) -> anyhow::Error {
    anyhow::Error::from(error).context("the store failed")
}
