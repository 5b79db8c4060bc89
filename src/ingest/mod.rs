//! Polls feeds when they are due: schedule → fetch → parse → extract → match → commit.

mod compare;
mod extraction;
mod failure;
mod hosts;
mod hub_pushes;
mod lanes;
mod network;
mod next_poll;
mod not_a_feed;
mod plan;
mod plan_change;
mod poll;
mod round;
mod sitemaps;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat, Timestamp};
use crate::fetch::Gate;
use crate::schedule;
use crate::store::{self, FeedId, FeedState, Poll, Store};

use hosts::{Hosts, Turn};
use hub_pushes::Pushes;
use lanes::{Class, Lanes};
use network::NetworkMonitor;
use poll::{FinishedPoll, PollContext, PollEnd, Shared};

pub use extraction::{FeedContent, extract_feed, fired};
pub use plan::{Plan, WatchInfo};
pub use plan_change::{HubPushes, PlanChange};
pub use round::Round;

/// The loop turns at least this often, so that its pulse is fresh.
const LOOP_TURN_MAX: Duration = Duration::from_secs(2);
/// Polls that brought nothing are noted this many together, or whenever the loop has nothing better
/// to do.
const UNCHANGED_BATCH: usize = 128;
/// A clock set back by less than this is merely being disciplined.
const CLOCK_SLACK: Duration = Duration::from_mins(1);
/// A loop that turns every few seconds and did not for so long was suspended with its machine.
const SUSPENDED_MIN: Duration = Duration::from_mins(2);
/// How long polling rests when the store takes no writes (a full disk): nothing is lost meanwhile,
/// the feeds keep their items.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// The polling loop.
#[derive(Debug)]
pub struct Ingest {
    shared: Arc<Shared>,
    /// `None` while the feed's poll is under way.
    states: Vec<Option<FeedState>>,
    /// The place of each feed in `states`: a poll may outlast the plan it began under.
    index_by_id: HashMap<FeedId, usize>,
    /// Feeds whose address changed while they were being polled.
    moved: HashSet<FeedId>,
    queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    hosts: Hosts,
    lanes: Lanes,
    network: NetworkMonitor,
    polls: JoinSet<FinishedPoll>,
    /// Polls that brought nothing, not noted yet. Synced one by one they would cost more than all
    /// the asking.
    unchanged: Vec<Poll>,
    unchanged_stored_at: Timestamp,
    store_writes: JoinSet<Result<(), store::Error>>,
    rng: fastrand::Rng,
    round: watch::Sender<Round>,
    /// The last time the loop turned, by which a clock set back is noticed.
    last_turn_at: Timestamp,
    /// A person waits for the round to end: hosts get their breath, and no longer rest.
    is_one_shot: bool,
    /// Until when polling rests because the store takes no writes.
    paused_until: Option<Timestamp>,
    /// What hubs say, where they are listened to.
    pushes: Option<Pushes>,
    /// Other plans to follow, where the configuration can be reloaded.
    plan_changes: Option<mpsc::Receiver<PlanChange>>,
}

impl Ingest {
    /// Enters the feeds into the store and lays out when each is due: on a fresh start overdue
    /// feeds are spread, so that a restart is no storm.
    pub async fn prepare(
        plan: Arc<Plan>,
        store: Store,
        gate: Arc<Gate>,
        clock: Clock,
        mut dice: fastrand::Rng,
    ) -> Result<Self, store::Error> {
        let now = clock.now();
        let first = plan.bounds.floor;
        store.sync_watches(plan.watches.keys().cloned().collect(), now).await?;
        let states = store.sync_feeds(Arc::clone(&plan.feeds), first, now).await?;
        let outage = store
            .read(|store| store.outages(1))
            .await?
            .into_iter()
            .find(|outage| outage.end.is_none());
        let weather = NetworkMonitor::new(&plan.feeds, &states, outage.map(|outage| outage.start));
        let mut queue = BinaryHeap::with_capacity(states.len());
        for (index, state) in states.iter().enumerate() {
            // A feed nobody ever asked is not overdue: the first round comes at once, paced by the
            // turns at each host and the cap on polls under way.
            let untried = state.baseline_at.is_none() && state.failures == 0;
            let due = if untried { now } else { due_on_start(state, now, dice.f64()) };
            queue.push(Reverse((due, index)));
        }
        let hosts = Hosts::new(&plan.feeds, plan.host_scope, plan.host_gap);
        let lanes = Lanes::new(plan.feeds.len(), plan.concurrency);
        let readers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shared = Shared { plan, store, gate, clock, readers: Semaphore::new(readers) };
        let index_by_id = states.iter().enumerate().map(|(index, state)| (state.id, index));
        Ok(Self {
            shared: Arc::new(shared),
            index_by_id: index_by_id.collect(),
            moved: HashSet::new(),
            states: states.into_iter().map(Some).collect(),
            queue,
            hosts,
            lanes,
            network: weather,
            polls: JoinSet::new(),
            unchanged: Vec::new(),
            unchanged_stored_at: now,
            store_writes: JoinSet::new(),
            rng: dice,
            round: watch::Sender::new(Round::default()),
            last_turn_at: now,
            is_one_shot: false,
            paused_until: None,
            pushes: None,
            plan_changes: None,
        })
    }

    /// How far polling has come, for progress on a terminal.
    pub fn progress(&self) -> watch::Receiver<Round> {
        self.round.subscribe()
    }

    /// Polls whenever a feed is due, until told to stop; then waits for what is under way.
    pub async fn run(mut self, stop: CancellationToken, pulse: Heartbeat) -> anyhow::Result<()> {
        loop {
            let now = self.shared.clock.now();
            pulse.beat(now);
            self.notice_clock(now);
            if stop.is_cancelled() {
                break;
            }
            let wake = self.start_due(now).min(now.after(LOOP_TURN_MAX));
            if self.polls.is_empty() || now.since(self.unchanged_stored_at) >= LOOP_TURN_MAX {
                self.store_unchanged();
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(wake.since(now)) => (),
                Some(landed) = self.polls.join_next() => self.finish_poll(landed)?,
                name = hub_pushes::next_pushed(self.pushes.as_mut()) => self.poll_soon(&name, now),
                Some(noted) = self.store_writes.join_next() => self.unchanged_stored(noted)?,
                change = plan_change::next_change(self.plan_changes.as_mut()) => {
                    self.take_change(change).await?;
                }
            }
        }
        self.finish().await
    }

    /// Polls every feed that is due at `now` and waits for all of them.
    pub async fn step(&mut self, now: Timestamp) -> anyhow::Result<Round> {
        let before = *self.round.borrow();
        loop {
            self.start_due(now);
            match self.polls.join_next().await {
                Some(landed) => self.finish_poll(landed)?,
                None => break,
            }
        }
        self.finish().await?;
        Ok(self.round.borrow().since(before))
    }

    /// Polls every feed once, due or not, and waits for all of them.
    pub async fn once(&mut self) -> anyhow::Result<Round> {
        let now = self.shared.clock.now();
        self.queue = (0..self.states.len()).map(|index| Reverse((now, index))).collect();
        self.is_one_shot = true;
        let mut left = self.states.len();
        while left > 0 {
            let now = self.shared.clock.now();
            let wake = self.start_due(now);
            tokio::select! {
                () = tokio::time::sleep(wake.since(now)), if self.polls.is_empty() => (),
                Some(landed) = self.polls.join_next() => {
                    self.finish_poll(landed)?;
                    left -= 1;
                }
            }
        }
        self.is_one_shot = false;
        self.finish().await?;
        Ok(*self.round.borrow())
    }

    /// A clock that was set back leaves every due time in a future that may be years off: they are
    /// brought back to where no feed waits longer than it ever should. One that leapt forward, as
    /// after a suspension, has made all feeds due at once: they are spread.
    fn notice_clock(&mut self, now: Timestamp) {
        if self.last_turn_at.since(now) > CLOCK_SLACK {
            tracing::warn!("the clock was set back; all feeds are laid out anew");
            let bound = now.after(self.shared.plan.bounds.cap);
            self.reschedule(|due, _, _| due.min(bound));
            self.paused_until = None;
        } else if now.since(self.last_turn_at) > SUSPENDED_MIN {
            tracing::info!("the clock leapt forward; what is overdue is spread");
            self.reschedule(
                |due, state, dice| if due <= now { due_on_start(state, now, dice) } else { due },
            );
        }
        self.last_turn_at = now;
    }

    /// Gives every feed that waits for its time another one.
    fn reschedule(&mut self, anew: impl Fn(Timestamp, &FeedState, f64) -> Timestamp) {
        let queued = std::mem::take(&mut self.queue);
        for Reverse((due, feed)) in queued {
            let state = self.states.get(feed).and_then(Option::as_ref);
            let due = state.map_or(due, |state| anew(due, state, self.rng.f64()));
            self.queue.push(Reverse((due, feed)));
        }
    }

    /// Waits for what is under way and notes what is not noted.
    async fn finish(&mut self) -> anyhow::Result<()> {
        while let Some(landed) = self.polls.join_next().await {
            self.finish_poll(landed)?;
        }
        self.store_unchanged();
        while let Some(noted) = self.store_writes.join_next().await {
            self.unchanged_stored(noted)?;
        }
        Ok(())
    }

    fn store_unchanged(&mut self) {
        if self.unchanged.is_empty() {
            return;
        }
        self.unchanged_stored_at = self.shared.clock.now();
        let polls = std::mem::take(&mut self.unchanged);
        let store = self.shared.store.clone();
        self.store_writes.spawn(async move { store.note_unchanged(polls).await });
    }

    /// A note that could not be made costs a poll; a store that failed is another matter.
    fn unchanged_stored(
        &mut self,
        noted: Result<Result<(), store::Error>, tokio::task::JoinError>,
    ) -> anyhow::Result<()> {
        match noted? {
            Ok(()) => Ok(()),
            Err(error) if error.is_passing() => {
                self.pause_polling(&error);
                Ok(())
            }
            Err(error) => Err(anyhow::Error::from(error).context("the store failed")),
        }
    }

    fn pause_polling(&mut self, error: &store::Error) {
        if self.paused_until.is_none() {
            tracing::error!("polling rests, nothing is lost: {error}");
        }
        self.paused_until = Some(self.shared.clock.now().after(STORE_PAUSE));
    }

    /// Starts what is due and may start; says when the next thing will be due.
    fn start_due(&mut self, now: Timestamp) -> Timestamp {
        self.take_pushes(now);
        if let Some(until) = self.paused_until {
            if until > now {
                return until;
            }
            self.paused_until = None;
        }
        self.lanes.move_slow_polls(now);
        while self.queue.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Some(Reverse((_, index))) = self.queue.pop() else { break };
            if let Some(state) = self.states.get(index).and_then(Option::as_ref) {
                self.lanes.enqueue(index, Class::of(state));
            }
        }
        while let Some((index, class)) = self.lanes.next() {
            match self.hosts.turn(index, now) {
                Turn::Now => self.start_poll(index, class, now),
                Turn::At(moment) => self.queue.push(Reverse((moment, index))),
                Turn::Waiting => (),
            }
        }
        let due = self.queue.peek().map(|Reverse((due, _))| *due);
        let next = due.into_iter().chain(self.lanes.next_move_at()).min();
        next.unwrap_or_else(|| now.after(LOOP_TURN_MAX)).max(now)
    }

    fn start_poll(&mut self, index: usize, class: Class, now: Timestamp) {
        let Some(state) = self.states.get_mut(index).and_then(Option::take) else { return };
        self.lanes.start(index, class, now);
        let outage = self.network.out_since().is_some();
        let orders = PollContext { now, jitter: self.rng.f64(), outage };
        self.polls.spawn(poll::poll_feed(Arc::clone(&self.shared), index, state, orders));
    }

    fn finish_poll(
        &mut self,
        landed: Result<FinishedPoll, tokio::task::JoinError>,
    ) -> anyhow::Result<()> {
        // A flight that panicked took its feed's state with it: the process starts anew and reads
        // it from the store.
        let FinishedPoll { mut state, end: ended, evidence: sight, host_hold: hold } = landed?;
        let now = self.shared.clock.now();
        self.forgive_late_failure(&mut state);
        let next = match &ended {
            PollEnd::Stored { .. } | PollEnd::Unchanged(_) => state.next_due,
            PollEnd::NotStored(error) if error.is_passing() => {
                self.pause_polling(error);
                now.after(STORE_PAUSE)
            }
            PollEnd::NotStored(error) => {
                return Err(anyhow::Error::from(error.clone()).context("the store failed"));
            }
        };
        match ended {
            PollEnd::Stored { entries, failed, committed } => {
                self.round.send_modify(|round| round.add(entries, failed, committed));
            }
            PollEnd::Unchanged(poll) => {
                self.round.send_modify(|round| round.add(0, false, store::CommitCounts::default()));
                self.unchanged.push(poll);
                if self.unchanged.len() >= UNCHANGED_BATCH {
                    self.store_unchanged();
                }
            }
            PollEnd::NotStored(_) => (),
        }
        let Some(index) = self.place_of(state.id, &mut state.validators) else { return Ok(()) };
        if let Some(slot) = self.states.get_mut(index) {
            *slot = Some(state);
        }
        self.lanes.finish(index);
        let next = self.due_after(index, next, now);
        self.queue.push(Reverse((next, index)));
        if let Some((waiting, at)) =
            self.hosts.landed(index, hold.filter(|_| !self.is_one_shot), now)
        {
            self.queue.push(Reverse((at, waiting)));
        }
        if let Some(turned) = sight.and_then(|sight| self.network.observe(index, sight, now)) {
            self.network_changed(turned, now);
        }
        Ok(())
    }
}

/// A feed's interval, and the longest it may ever be left alone.
fn retry_bounds(state: &FeedState) -> (Duration, Duration) {
    let gone = state.strikes.gone_times > 0;
    let longest = if gone { schedule::GONE_POLL_EVERY } else { schedule::RETRY_AFTER_MAX };
    (state.interval, longest.mul_f64(1.3))
}

fn due_on_start(state: &FeedState, now: Timestamp, dice: f64) -> Timestamp {
    schedule::due_after_start(now, state.next_due, retry_bounds(state), dice)
}
