//! Polls feeds when they are due: schedule → fetch → parse → extract → match → commit.

mod compare;
mod flight;
mod hosts;
mod lanes;
mod page;
mod plan;
mod pushes;
mod read;
mod round;
mod settle;
mod sitemaps;
mod trouble;
mod weather;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Moment, Pulse};
use crate::fetch::Gate;
use crate::schedule;
use crate::store::{self, FeedState, Poll, Store};

use flight::{Ended, Landed, Orders, Shared};
use hosts::{Hosts, Turn};
use lanes::{Class, Lanes};
use pushes::Pushes;
use weather::Weather;

pub use plan::{Plan, Told};
pub use read::{Reading, fired, read};
pub use round::Round;

/// The loop turns at least this often, so that its pulse is fresh.
const TURN_MAX: Duration = Duration::from_secs(2);
/// Polls that brought nothing are noted this many together, or whenever the loop has nothing better
/// to do.
const UNCHANGED_BATCH: usize = 128;
/// A clock set back by less than this is merely being disciplined.
const CLOCK_SLACK: Duration = Duration::from_mins(1);
/// A loop that turns every few seconds and did not for so long was suspended with its machine.
const SUSPENDED: Duration = Duration::from_mins(2);
/// How long polling rests when the store takes no writes (a full disk): nothing is lost meanwhile,
/// the feeds keep their items.
const STORE_REST: Duration = Duration::from_secs(5);

/// The polling loop.
#[derive(Debug)]
pub struct Ingest {
    shared: Arc<Shared>,
    /// `None` while the feed's poll is under way.
    states: Vec<Option<FeedState>>,
    queue: BinaryHeap<Reverse<(Moment, usize)>>,
    hosts: Hosts,
    lanes: Lanes,
    weather: Weather,
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
    /// A person waits for the round to end: hosts get their breath, and no longer rest.
    hurried: bool,
    /// Until when polling rests because the store takes no writes.
    resting: Option<Moment>,
    /// What hubs say, where they are listened to.
    pushes: Option<Pushes>,
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
        let outage = store.outages(1).await?.into_iter().find(|outage| outage.end.is_none());
        let weather = Weather::new(&plan.feeds, &states, outage.map(|outage| outage.start));
        let mut queue = BinaryHeap::with_capacity(states.len());
        for (index, state) in states.iter().enumerate() {
            // A feed nobody ever asked is not overdue: the first round comes at once, paced by the
            // turns at each host and the cap on polls under way.
            let untried = state.baseline_at.is_none() && state.failures == 0;
            let due = if untried { now } else { on_start(state, now, dice.f64()) };
            queue.push(Reverse((due, index)));
        }
        let hosts = Hosts::new(&plan.feeds, plan.host_scope, plan.host_gap);
        let lanes = Lanes::new(plan.feeds.len(), plan.concurrency);
        let readers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shared = Shared { plan, store, gate, clock, readers: Semaphore::new(readers) };
        Ok(Self {
            shared: Arc::new(shared),
            states: states.into_iter().map(Some).collect(),
            queue,
            hosts,
            lanes,
            weather,
            flights: JoinSet::new(),
            unchanged: Vec::new(),
            noted_at: now,
            notes: JoinSet::new(),
            dice,
            round: watch::Sender::new(Round::default()),
            turned: now,
            hurried: false,
            resting: None,
            pushes: None,
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
                name = pushes::next(self.pushes.as_mut()) => self.hasten(&name, now),
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
        self.hurried = true;
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
        self.hurried = false;
        self.finish().await?;
        Ok(*self.round.borrow())
    }

    /// A clock that was set back leaves every due time in a future that may be years off: they are
    /// brought back to where no feed waits longer than it ever should. One that leapt forward, as
    /// after a suspension, has made all feeds due at once: they are spread.
    fn notice_clock(&mut self, now: Moment) {
        if self.turned.since(now) > CLOCK_SLACK {
            tracing::warn!("the clock was set back; all feeds are laid out anew");
            let bound = now.after(self.shared.plan.bounds.cap);
            self.lay_out(|due, _, _| due.min(bound));
            self.resting = None;
        } else if now.since(self.turned) > SUSPENDED {
            tracing::info!("the clock leapt forward; what is overdue is spread");
            self.lay_out(
                |due, state, dice| if due <= now { on_start(state, now, dice) } else { due },
            );
        }
        self.turned = now;
    }

    /// Gives every feed that waits for its time another one.
    fn lay_out(&mut self, anew: impl Fn(Moment, &FeedState, f64) -> Moment) {
        let queued = std::mem::take(&mut self.queue);
        for Reverse((due, feed)) in queued {
            let state = self.states.get(feed).and_then(Option::as_ref);
            let due = state.map_or(due, |state| anew(due, state, self.dice.f64()));
            self.queue.push(Reverse((due, feed)));
        }
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
        self.take_pushes(now);
        if let Some(until) = self.resting {
            if until > now {
                return until;
            }
            self.resting = None;
        }
        self.lanes.make_way(now);
        while self.queue.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Some(Reverse((_, index))) = self.queue.pop() else { break };
            if let Some(state) = self.states.get(index).and_then(Option::as_ref) {
                self.lanes.line_up(index, Class::of(state));
            }
        }
        while let Some((index, class)) = self.lanes.next() {
            match self.hosts.turn(index, now) {
                Turn::Now => self.launch(index, class, now),
                Turn::At(moment) => self.queue.push(Reverse((moment, index))),
                Turn::Waiting => (),
            }
        }
        let due = self.queue.peek().map(|Reverse((due, _))| *due);
        let next = due.into_iter().chain(self.lanes.way_at()).min();
        next.unwrap_or_else(|| now.after(TURN_MAX)).max(now)
    }

    fn launch(&mut self, index: usize, class: Class, now: Moment) {
        let Some(state) = self.states.get_mut(index).and_then(Option::take) else { return };
        self.lanes.take(index, class, now);
        let outage = self.weather.out_since().is_some();
        let orders = Orders { now, dice: self.dice.f64(), outage };
        self.flights.spawn(flight::fly(Arc::clone(&self.shared), index, state, orders));
    }

    fn land(&mut self, landed: Result<Landed, tokio::task::JoinError>) -> anyhow::Result<()> {
        // A flight that panicked took its feed's state with it: the process starts anew and reads
        // it from the store.
        let Landed { index, mut state, ended, sight, hold } = landed?;
        let now = self.shared.clock.now();
        self.forgive_late(&mut state);
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
        self.lanes.landed(index);
        let next = self.due_after(index, next, now);
        self.queue.push(Reverse((next, index)));
        if let Some((waiting, at)) = self.hosts.landed(index, hold.filter(|_| !self.hurried), now) {
            self.queue.push(Reverse((at, waiting)));
        }
        if let Some(turned) = sight.and_then(|sight| self.weather.saw(index, sight, now)) {
            self.weather_turned(turned, now);
        }
        Ok(())
    }
}

/// A feed's interval, and the longest it may ever be left alone.
fn patience(state: &FeedState) -> (Duration, Duration) {
    let gone = state.strikes.gone_times > 0;
    let longest = if gone { schedule::GONE_LOOK_EVERY } else { schedule::RETRY_AFTER_MAX };
    (state.interval, longest.mul_f64(1.3))
}

fn on_start(state: &FeedState, now: Moment, dice: f64) -> Moment {
    schedule::on_start(now, state.next_due, patience(state), dice)
}
