//! The polling loop: waits for what happens next and lets it be dealt with.
use std::cmp::Reverse;
use std::time::Duration;

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use super::hub_pushes;
use super::outcome::FinishedPoll;
use super::plan_change::{self, PlanChange};
use super::queue::LOOP_TURN_MAX;
use super::round::Round;
use super::state::Ingest;
use crate::domain::{Heartbeat, Name, Timestamp};
use crate::fetch::Turn;
use crate::store;

/// What the loop waits for.
#[expect(clippy::large_enum_variant, reason = "there is one event at a time")]
enum Event {
    Finished(Result<FinishedPoll, JoinError>),
    TurnCame(Result<(usize, Turn), JoinError>),
    WaitsElsewhere(usize),
    Pushed(Name),
    PlanChanged(PlanChange),
    Stored(Result<Result<(), store::Error>, JoinError>),
    Woke,
}

impl Ingest {
    /// Polls whenever a feed is due, until told to stop; then ends what is under way.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            let now = self.look_at_clock();
            heartbeat.beat(self.shared.clock.steady());
            let wake = self.start_due(now).min(now.after(LOOP_TURN_MAX));
            if self.polls.is_empty() || now.since(self.unchanged_stored_at) >= LOOP_TURN_MAX {
                self.store_unchanged();
            }
            tokio::select! {
                () = stop.cancelled() => (),
                event = self.next_event(wake.since(now)) => {
                    self.handle(event, now).await?;
                }
            }
        }
        self.stop().await
    }

    /// Polls every feed that is due at `now` and waits for all of them.
    pub async fn step(&mut self, now: Timestamp) -> anyhow::Result<Round> {
        let before = *self.round.borrow();
        self.follow_clock();
        loop {
            self.start_due(now);
            if self.polls.is_empty() && self.waiting.is_empty() {
                break;
            }
            let event = self.next_event(LOOP_TURN_MAX).await;
            self.handle(event, now).await?;
        }
        self.finish_all().await?;
        Ok(self.round.borrow().since(before))
    }

    /// Polls every feed once, due or not, and waits for all of them.
    pub async fn once(&mut self) -> anyhow::Result<Round> {
        let now = self.shared.clock.now();
        self.queue = (0..self.states.len()).map(|index| Reverse((now, index))).collect();
        // A person waits for the end of the round.
        self.shared.gate.pacer().ignore_holds();
        // A round may outlast the interval of a feed, which must not be asked twice in it.
        self.asked = Some(Vec::with_capacity(self.states.len()));
        while self.asked.as_ref().is_some_and(|asked| asked.len() < self.states.len()) {
            let now = self.shared.clock.now();
            let wake = self.start_due(now);
            let event = self.next_event(wake.since(now)).await;
            self.handle(event, now).await?;
        }
        self.observe_round(now);
        self.queue.extend(self.asked.take().into_iter().flatten());
        self.finish_all().await?;
        Ok(*self.round.borrow())
    }

    async fn next_event(&mut self, wake: Duration) -> Event {
        tokio::select! {
            Some(finished) = self.polls.join_next() => Event::Finished(finished),
            Some(turn) = self.waiting.join_next() => Event::TurnCame(turn),
            Some(index) = self.wait_signals.recv() => Event::WaitsElsewhere(index),
            name = hub_pushes::next_pushed(self.pushes.as_mut()) => Event::Pushed(name),
            change = plan_change::next_change(self.plan_changes.as_mut()) => {
                Event::PlanChanged(change)
            }
            Some(stored) = self.store_writes.join_next() => Event::Stored(stored),
            () = tokio::time::sleep(wake) => Event::Woke,
        }
    }

    async fn handle(&mut self, event: Event, now: Timestamp) -> anyhow::Result<()> {
        match event {
            Event::Finished(finished) => self.finish_poll(finished?)?,
            Event::TurnCame(came) => {
                let (index, turn) = came?;
                self.turn_came(index, turn);
            }
            // Its place is for a feed that can be asked now.
            Event::WaitsElsewhere(index) => self.lanes.finish(index),
            Event::PlanChanged(change) => self.take_change(change).await?,
            Event::Pushed(name) => self.poll_soon(&name, now),
            Event::Stored(stored) => self.unchanged_stored(stored)?,
            Event::Woke => (),
        }
        Ok(())
    }
}
