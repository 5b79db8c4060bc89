//! Polls feeds when they are due: schedule → fetch → parse → extract → match → commit.
//!
//! [`queue`] says which feed is polled now, [`poll`] polls it, [`next_poll`] decides when it is due
//! again, [`finish`] takes the result back. This file is the loop that holds them together.

mod compare;
mod extraction;
mod failure;
mod finish;
mod hub_pushes;
mod lanes;
mod network;
mod next_poll;
mod not_a_feed;
mod plan;
mod plan_change;
mod poll;
mod queue;
mod round;
mod sitemaps;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat, Name, Timestamp};
use crate::fetch::{Gate, Turn};
use crate::store::{self, FeedId, FeedState, Poll, Store};

use hub_pushes::Pushes;
use lanes::Lanes;
use network::NetworkMonitor;
use poll::{FinishedPoll, Shared};

pub use extraction::{FeedContent, extract_feed, fired};
pub use plan::{Plan, WatchInfo};
pub use plan_change::{HubPushes, PlanChange};
pub use round::Round;

/// The loop turns at least this often, so that its heartbeat is fresh.
const LOOP_TURN_MAX: Duration = Duration::from_secs(2);
/// Signals of polls that wait for a host; one that finds no room is not needed.
const WAIT_SIGNALS_MAX: usize = 256;

/// The polling loop.
#[derive(Debug)]
pub struct Ingest {
    shared: Arc<Shared>,
    /// By the feed's index in the plan; `None` while its poll is under way.
    states: Vec<Option<FeedState>>,
    /// The place of each feed in `states`: a poll may outlast the plan it began under.
    index_by_id: HashMap<FeedId, usize>,
    /// Feeds whose address changed while they were being polled.
    moved: HashSet<FeedId>,
    /// When each feed is due that is not waiting or being polled.
    queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// Feeds that are due and wait for their turn at their host. They take no place from the others.
    waiting: JoinSet<(usize, Turn)>,
    /// Feeds that have their turn and wait for a place in a lane.
    turns: HashMap<usize, Turn>,
    lanes: Lanes,
    network: NetworkMonitor,
    polls: JoinSet<FinishedPoll>,
    /// Polls that wait for another host than their own, because of a redirect or a sitemap.
    wait_signals: mpsc::Receiver<usize>,
    /// Polls that brought nothing, not stored yet. Stored one by one they would cost more than all
    /// the requests.
    unchanged: Vec<Poll>,
    unchanged_stored_at: Timestamp,
    store_writes: JoinSet<Result<(), store::Error>>,
    rng: fastrand::Rng,
    round: watch::Sender<Round>,
    /// The last time the loop turned, by which a clock that moved is noticed.
    last_turn_at: Timestamp,
    /// Until when polling rests because the store takes no writes.
    paused_until: Option<Timestamp>,
    /// What hubs say, where they are listened to.
    pushes: Option<Pushes>,
    /// Other plans to follow, where the configuration can be reloaded.
    plan_changes: Option<mpsc::Receiver<PlanChange>>,
}

/// What the loop waits for.
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
    /// Enters the feeds into the store and decides when each is due. On a fresh start overdue feeds
    /// are spread, so that a restart does not ask all servers at once.
    pub async fn prepare(
        plan: Arc<Plan>,
        store: Store,
        gate: Arc<Gate>,
        clock: Clock,
        mut rng: fastrand::Rng,
    ) -> Result<Self, store::Error> {
        let now = clock.now();
        let first = plan.bounds.floor;
        store.sync_watches(plan.watches.keys().cloned().collect(), now).await?;
        let states = store.sync_feeds(Arc::clone(&plan.feeds), first, now).await?;
        let outages = store.read(|store| store.outages(1)).await?;
        let outage = outages.into_iter().find(|outage| outage.end.is_none());
        let network = NetworkMonitor::new(&plan.feeds, &states, outage.map(|outage| outage.start));
        let queue = queue::first_due(&states, now, &mut rng);
        let lanes = Lanes::new(plan.feeds.len(), plan.concurrency);
        let readers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (signal, wait_signals) = mpsc::channel(WAIT_SIGNALS_MAX);
        let readers = Semaphore::new(readers);
        let shared = Shared { plan, store, gate, clock, readers, wait_signal: signal };
        let index_by_id = states.iter().enumerate().map(|(index, state)| (state.id, index));
        Ok(Self {
            shared: Arc::new(shared),
            index_by_id: index_by_id.collect(),
            moved: HashSet::new(),
            states: states.into_iter().map(Some).collect(),
            queue,
            waiting: JoinSet::new(),
            turns: HashMap::new(),
            lanes,
            network,
            polls: JoinSet::new(),
            wait_signals,
            unchanged: Vec::new(),
            unchanged_stored_at: now,
            store_writes: JoinSet::new(),
            rng,
            round: watch::Sender::new(Round::default()),
            last_turn_at: now,
            paused_until: None,
            pushes: None,
            plan_changes: None,
        })
    }

    /// How far polling has come, for progress on a terminal.
    pub fn progress(&self) -> watch::Receiver<Round> {
        self.round.subscribe()
    }

    /// Polls whenever a feed is due, until told to stop; then ends what is under way.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            let now = self.shared.clock.now();
            heartbeat.beat(now);
            self.notice_clock(now);
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
        let mut left = self.states.len();
        while left > 0 {
            let now = self.shared.clock.now();
            let wake = self.start_due(now);
            let event = self.next_event(wake.since(now)).await;
            left -= usize::from(matches!(event, Event::Finished(_)));
            self.handle(event, now).await?;
        }
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
