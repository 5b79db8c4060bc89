//! Polls feeds when they are due: schedule → fetch → parse → extract → match → commit.

mod flight;
mod hosts;
mod read;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Feed, Moment, Name, Pulse, Severity};
use crate::fetch::Gate;
use crate::matcher::Matcher;
use crate::schedule::{self, Bounds};
use crate::store::{self, FeedState, Poll, Route, Store};

use flight::{Ended, Landed, Shared};
use hosts::{Hosts, Turn};

pub use read::{Reading, read};

/// The loop turns at least this often, so that its pulse is fresh.
const TURN_MAX: Duration = Duration::from_secs(2);
/// Polls that brought nothing are noted this many together, or whenever the loop has nothing better
/// to do.
const UNCHANGED_BATCH: usize = 128;
/// A clock set back by less than this is merely being disciplined.
const CLOCK_SLACK: Duration = Duration::from_mins(1);
/// How long polling rests when the store takes no writes (a full disk): nothing is lost meanwhile,
/// the feeds keep their items.
const STORE_REST: Duration = Duration::from_secs(5);

/// What polling needs to know of the configuration, whole and checked.
#[derive(Debug)]
pub struct Plan {
    pub feeds: Arc<Vec<Feed>>,
    pub matcher: Matcher,
    pub watches: HashMap<Name, Told>,
    pub bounds: Bounds,
    /// Polls under way at once.
    pub concurrency: usize,
    /// Between the end of one request to a host and the start of the next.
    pub host_gap: Duration,
}

/// What the reader of a watch's alerts is told, and where.
#[derive(Clone, Debug)]
pub struct Told {
    pub title: String,
    pub severity: Severity,
    pub routes: Vec<Route>,
}

/// What polling came to since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub polled: u64,
    /// Polls that brought something new or revised.
    pub changed: u64,
    pub failed: u64,
    /// Entries in the documents read.
    pub entries: u64,
    pub committed: store::Committed,
}

/// The polling loop.
#[derive(Debug)]
pub struct Ingest {
    shared: Arc<Shared>,
    /// `None` while the feed's poll is under way.
    states: Vec<Option<FeedState>>,
    queue: BinaryHeap<Reverse<(Moment, usize)>>,
    hosts: Hosts,
    flights: JoinSet<Landed>,
    /// Polls that brought nothing, not noted yet. Synced one by one they would cost more than all
    /// the asking.
    unchanged: Vec<Poll>,
    noted_at: Moment,
    notes: JoinSet<Result<(), store::Error>>,
    dice: fastrand::Rng,
    round: watch::Sender<Round>,
    /// The last time the loop turned, by which a clock set back is noticed.
    turned: Moment,
    /// Until when polling rests because the store takes no writes.
    resting: Option<Moment>,
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
        let states = store.sync_feeds(Arc::clone(&plan.feeds), first, now).await?;
        let mut queue = BinaryHeap::with_capacity(states.len());
        for (index, state) in states.iter().enumerate() {
            // A feed nobody ever asked is not overdue: the first round comes at once, paced by the
            // turns at each host and the cap on polls under way.
            let untried = state.succeeded_at.is_none() && state.failures == 0;
            let due = if untried {
                now
            } else {
                schedule::on_start(now, state.next_due, state.interval, dice.f64())
            };
            queue.push(Reverse((due, index)));
        }
        let hosts = Hosts::new(&plan.feeds, plan.host_gap);
        let readers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shared = Shared { plan, store, gate, clock, readers: Semaphore::new(readers) };
        Ok(Self {
            shared: Arc::new(shared),
            states: states.into_iter().map(Some).collect(),
            queue,
            hosts,
            flights: JoinSet::new(),
            unchanged: Vec::new(),
            noted_at: now,
            notes: JoinSet::new(),
            dice,
            round: watch::Sender::new(Round::default()),
            turned: now,
            resting: None,
        })
    }

    /// How far polling has come, for progress on a terminal.
    pub fn progress(&self) -> watch::Receiver<Round> {
        self.round.subscribe()
    }

    /// Polls whenever a feed is due, until told to stop; then waits for what is under way.
    pub async fn run(mut self, stop: CancellationToken, pulse: Pulse) -> anyhow::Result<()> {
        loop {
            let now = self.shared.clock.now();
            pulse.beat(now);
            self.notice_clock(now);
            if stop.is_cancelled() {
                break;
            }
            let wake = self.launch_due(now).min(now.after(TURN_MAX));
            if self.flights.is_empty() || now.since(self.noted_at) >= TURN_MAX {
                self.note_unchanged();
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(wake.since(now)) => (),
                Some(landed) = self.flights.join_next() => self.land(landed)?,
                Some(noted) = self.notes.join_next() => self.noted(noted)?,
            }
        }
        self.finish().await
    }

    /// Polls every feed that is due at `now` and waits for all of them.
    pub async fn step(&mut self, now: Moment) -> anyhow::Result<Round> {
        let before = *self.round.borrow();
        loop {
            self.launch_due(now);
            match self.flights.join_next().await {
                Some(landed) => self.land(landed)?,
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
        let mut left = self.states.len();
        while left > 0 {
            let now = self.shared.clock.now();
            let wake = self.launch_due(now);
            tokio::select! {
                () = tokio::time::sleep(wake.since(now)), if self.flights.is_empty() => (),
                Some(landed) = self.flights.join_next() => {
                    self.land(landed)?;
                    left -= 1;
                }
            }
        }
        self.finish().await?;
        Ok(*self.round.borrow())
    }

    /// A clock that was set back leaves every due time in a future that may be years off: they are
    /// brought back to where no feed waits longer than it ever should.
    fn notice_clock(&mut self, now: Moment) {
        if self.turned.since(now) > CLOCK_SLACK {
            tracing::warn!("the clock was set back; all feeds are laid out anew");
            let bound = now.after(self.shared.plan.bounds.cap);
            let queued = std::mem::take(&mut self.queue).into_iter();
            self.queue =
                queued.map(|Reverse((due, feed))| Reverse((due.min(bound), feed))).collect();
            self.resting = None;
        }
        self.turned = now;
    }

    /// Waits for what is under way and notes what is not noted.
    async fn finish(&mut self) -> anyhow::Result<()> {
        while let Some(landed) = self.flights.join_next().await {
            self.land(landed)?;
        }
        self.note_unchanged();
        while let Some(noted) = self.notes.join_next().await {
            self.noted(noted)?;
        }
        Ok(())
    }

    fn note_unchanged(&mut self) {
        if self.unchanged.is_empty() {
            return;
        }
        self.noted_at = self.shared.clock.now();
        let polls = std::mem::take(&mut self.unchanged);
        let store = self.shared.store.clone();
        self.notes.spawn(async move { store.note_unchanged(polls).await });
    }

    /// A note that could not be made costs a poll; a store that failed is another matter.
    fn noted(
        &mut self,
        noted: Result<Result<(), store::Error>, tokio::task::JoinError>,
    ) -> anyhow::Result<()> {
        match noted? {
            Ok(()) => Ok(()),
            Err(error) if error.passes() => {
                self.rest(&error);
                Ok(())
            }
            Err(error) => anyhow::bail!("the store failed: {error}"),
        }
    }

    fn rest(&mut self, error: &store::Error) {
        if self.resting.is_none() {
            tracing::error!("polling rests, nothing is lost: {error}");
        }
        self.resting = Some(self.shared.clock.now().after(STORE_REST));
    }

    /// Starts what is due and may start; says when the next thing will be due.
    fn launch_due(&mut self, now: Moment) -> Moment {
        if let Some(until) = self.resting {
            if until > now {
                return until;
            }
            self.resting = None;
        }
        while self.flights.len() < self.shared.plan.concurrency {
            match self.queue.peek() {
                Some(Reverse((due, _))) if *due <= now => (),
                Some(Reverse((due, _))) => return *due,
                None => return now.after(TURN_MAX),
            }
            let Some(Reverse((_, index))) = self.queue.pop() else { break };
            match self.hosts.turn(index, now) {
                Turn::Now => self.launch(index, now),
                Turn::At(moment) => self.queue.push(Reverse((moment, index))),
                Turn::Waiting => (),
            }
        }
        now.after(TURN_MAX)
    }

    fn launch(&mut self, index: usize, now: Moment) {
        let Some(state) = self.states.get_mut(index).and_then(Option::take) else { return };
        let dice = self.dice.f64();
        self.flights.spawn(flight::fly(Arc::clone(&self.shared), index, state, (now, dice)));
    }

    fn land(&mut self, landed: Result<Landed, tokio::task::JoinError>) -> anyhow::Result<()> {
        // A flight that panicked took its feed's state with it: the process starts anew and reads
        // it from the store.
        let Landed { index, state, ended } = landed?;
        let now = self.shared.clock.now();
        let next = match &ended {
            Ended::Stored { .. } | Ended::Unchanged(_) => state.next_due,
            Ended::Unstored(error) if error.passes() => {
                self.rest(error);
                now.after(STORE_REST)
            }
            Ended::Unstored(error) => anyhow::bail!("the store failed: {error}"),
        };
        match ended {
            Ended::Stored { entries, failed, committed } => {
                self.round.send_modify(|round| round.add(entries, failed, committed));
            }
            Ended::Unchanged(poll) => {
                self.round.send_modify(|round| round.add(0, false, store::Committed::default()));
                self.unchanged.push(poll);
                if self.unchanged.len() >= UNCHANGED_BATCH {
                    self.note_unchanged();
                }
            }
            Ended::Unstored(_) => (),
        }
        if let Some(slot) = self.states.get_mut(index) {
            *slot = Some(state);
        }
        self.queue.push(Reverse((next, index)));
        if let Some((waiting, at)) = self.hosts.landed(index, now) {
            self.queue.push(Reverse((at, waiting)));
        }
        Ok(())
    }
}

impl Round {
    fn add(&mut self, entries: u64, failed: bool, committed: store::Committed) {
        self.polled += 1;
        self.failed += u64::from(failed);
        self.entries += entries;
        let brought = committed.new + committed.copies + committed.revised;
        self.changed += u64::from(brought > 0);
        self.committed.new += committed.new;
        self.committed.copies += committed.copies;
        self.committed.revised += committed.revised;
        self.committed.alerts += committed.alerts;
        self.committed.updates += committed.updates;
        self.committed.reissued += committed.reissued;
        self.committed.suppressed += committed.suppressed;
    }

    /// What was added since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            polled: self.polled - before.polled,
            changed: self.changed - before.changed,
            failed: self.failed - before.failed,
            entries: self.entries - before.entries,
            committed: store::Committed {
                new: self.committed.new - before.committed.new,
                copies: self.committed.copies - before.committed.copies,
                revised: self.committed.revised - before.committed.revised,
                alerts: self.committed.alerts - before.committed.alerts,
                updates: self.committed.updates - before.committed.updates,
                reissued: self.committed.reissued - before.committed.reissued,
                suppressed: self.committed.suppressed - before.committed.suppressed,
            },
        }
    }
}
