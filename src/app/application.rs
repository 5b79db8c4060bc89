//! The open store, and the loops that are made from it and a prepared configuration.
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;

use crate::clock_monitor::ClockMonitor;
use crate::deliver::DeliveryLoop;
use crate::domain::{Channel, Clock};
use crate::ingest::{self, Ingest, Round};
use crate::notify::console::Terminal;
use crate::operator_notices::{NoticeLoop, ServiceFaults};
use crate::pages::{Pages, PagesDeps, WatchMatching};
use crate::retention::Retention;
use crate::store::{Lock, Reader, Store, Totals};

use super::plan::{self, CheckedConfig};
use super::prepared::Prepared;

/// The open store with everything the loops are made of.
#[derive(Debug)]
pub struct App {
    pub(super) store: Store,
    pub(super) prepared: Prepared,
    pub(super) terminal: Arc<Terminal>,
    pub(super) faults: ServiceFaults,
    pub(super) clock: Clock,
    pub(super) rng: fastrand::Rng,
    /// Last, so that the store is closed before another process may open it.
    _lock: Lock,
}

/// What `once` did.
#[derive(Debug)]
pub struct OnceSummary {
    pub feeds: usize,
    pub round: Round,
    pub delivered: u64,
    pub totals: Totals,
}

impl App {
    /// Builds the clients and opens the store. `terminal` is where console channels print.
    pub fn open(
        checked: CheckedConfig,
        clock: Clock,
        terminal: &Arc<Terminal>,
    ) -> anyhow::Result<Self> {
        let prepared = Prepared::new(checked, terminal, None)?;
        let (store, lock) = Store::open(&prepared.config.store.path, clock.now())?;
        let (terminal, rng) = (Arc::clone(terminal), fastrand::Rng::new());
        let faults = ServiceFaults::default();
        Ok(Self { store, prepared, terminal, faults, clock, rng, _lock: lock })
    }

    /// The open store, for commands that look at it beside the loops.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The polling loop, ready to run or to be stepped.
    pub async fn ingest(&mut self) -> anyhow::Result<Ingest> {
        let (plan, gate) = (Arc::clone(&self.prepared.plan), Arc::clone(&self.prepared.gate));
        let (store, clock, rng) = (self.store.clone(), self.clock.clone(), self.rng.fork());
        Ingest::prepare(plan, store, gate, clock, rng).await.context("preparing the feeds")
    }

    /// The loop that reads pages, ready to run or to be stepped.
    pub fn pages(&mut self) -> Pages {
        let plan = Arc::clone(&self.prepared.plan);
        Pages::new(PagesDeps {
            store: self.store.clone(),
            gate: Arc::clone(&self.prepared.gate),
            clock: self.clock.clone(),
            feeds: Arc::clone(&plan.feeds),
            update_triggers: Arc::clone(&plan.occasions),
            matching: WatchMatching::new(move |feed, article| ingest::fired(&plan, feed, article)),
            rng: self.rng.fork(),
        })
    }

    /// The delivery loop of each channel, ready to run or to be stepped.
    pub fn delivery_loops(&mut self) -> Vec<DeliveryLoop> {
        let channels = self.prepared.config.channels.clone();
        channels.iter().map(|channel| self.delivery_loop(channel)).collect()
    }

    /// The loop that tells the operator how the service goes.
    pub fn notices(&self) -> NoticeLoop {
        let context = plan::operator_settings(&self.prepared.config);
        let (store, clock) = (self.store.clone(), self.clock.clone());
        NoticeLoop { store, context, clock, faults: self.faults.clone() }
    }

    /// The loop that notices when the wall clock is set.
    pub fn clock_monitor(&self) -> ClockMonitor {
        ClockMonitor::new(self.store.clone(), self.clock.clone())
    }

    /// One loop for each channel, so that a receiver that hangs holds up nobody else's messages.
    pub(super) fn delivery_loop(&mut self, channel: &Channel) -> DeliveryLoop {
        let (store, notifier) = (self.store.clone(), Arc::clone(&self.prepared.notifier));
        let (clock, rng) = (self.clock.clone(), self.rng.fork());
        DeliveryLoop::new(store, notifier, channel.clone(), clock, rng)
    }

    /// The loop that forgets what is past its retention.
    pub fn retention(&self) -> Retention {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        Retention { store, keep_articles: self.prepared.config.store.keep_articles, clock }
    }

    /// Polls every feed once and delivers what is due. `progress` sees how far polling has come.
    pub async fn once(
        mut self,
        progress: impl FnOnce(watch::Receiver<Round>),
    ) -> anyhow::Result<OnceSummary> {
        let before = self.store.read(Reader::totals).await?;
        let mut ingest = self.ingest().await?;
        progress(ingest.progress());
        let mut round = ingest.once().await?;
        let found = self.pages().once().await?;
        round.committed.alerts += found.alerts;
        round.committed.suppressed += found.suppressed;
        self.notices().step(self.clock.now()).await?;
        self.drain().await?;
        self.retention().sweep_after_round(self.clock.now()).await?;
        self.store.note_round(self.clock.now()).await?;
        let totals = self.store.read(Reader::totals).await?;
        let delivered = totals.delivered.saturating_sub(before.delivered);
        Ok(OnceSummary { feeds: self.prepared.plan.feeds.len(), round, delivered, totals })
    }

    /// Delivers until nothing more is due, each channel beside the others.
    async fn drain(&mut self) -> anyhow::Result<()> {
        let drained = self.delivery_loops().into_iter().map(|mut delivery| async move {
            loop {
                let now = delivery.clock.now();
                if delivery.step(now).await?.tried == 0 {
                    return Ok::<(), crate::store::Error>(());
                }
            }
        });
        futures_util::future::try_join_all(drained).await?;
        Ok(())
    }
}
