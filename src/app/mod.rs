//! Wires the house, starts it, and stops it in order. Only here are tasks owned and the clock read.

mod clock;
mod hubs;
mod plan;
mod service;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use crate::config::{Config, WebSub};
use crate::deliver::DeliveryLoop;
use crate::domain::{Channel, Clock, Heartbeat, Timestamp};
use crate::fetch::{Gate, Limits};
use crate::ingest::{self, Ingest, Plan, Round};
use crate::notify::Notifier;
use crate::notify::console::Terminal;
use crate::operator_notices::{NoticeContext, NoticeLoop};
use crate::pages::{Pages, PagesDeps, WatchMatching};
use crate::retention::Retention;
use crate::store::{Lock, Reader, Store, Totals};

pub use clock::wall;
pub use hubs::websub_handler;
pub use plan::compile;
pub use service::{ServiceRequest, Signals};
pub use supervisor::Supervisor;

/// A configuration with its watchlist compiled: everything that can fail before anything is opened.
#[derive(Debug)]
pub struct CheckedConfig {
    pub config: Config,
    pub plan: Plan,
}

/// Everything that is open while the program works.
#[derive(Debug)]
pub struct App {
    store: Store,
    gate: Arc<Gate>,
    notifier: Arc<Notifier>,
    plan: Arc<Plan>,
    channels: Vec<Channel>,
    orders: NoticeContext,
    keep_articles: Duration,
    grace: Duration,
    websub: Option<WebSub>,
    clock: Clock,
    dice: fastrand::Rng,
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
    /// Opens the store and builds the clients. `screen` is where console channels print.
    pub fn open(
        ready: CheckedConfig,
        clock: Clock,
        screen: &Arc<Terminal>,
    ) -> anyhow::Result<Self> {
        let CheckedConfig { config, plan } = ready;
        let (store, lock) = Store::open(&config.store.path, clock.now())?;
        let limits = Limits {
            total: config.poll.timeout,
            body_bytes_max: usize::try_from(config.poll.body_bytes_max).unwrap_or(usize::MAX),
            ..Limits::default()
        };
        let gate = Gate::new(config.service.contact.as_deref(), limits);
        let notifier = Notifier::new(&config.channels, screen).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", errors.join("; "))
        })?;
        let orders = plan::operator_settings(&config);
        Ok(Self {
            store,
            gate: Arc::new(gate),
            notifier: Arc::new(notifier),
            plan: Arc::new(plan),
            channels: config.channels,
            orders,
            keep_articles: config.store.keep_articles,
            grace: config.service.grace,
            websub: config.websub,
            clock,
            dice: fastrand::Rng::new(),
            _lock: lock,
        })
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The polling loop, ready to run or to be stepped.
    pub async fn ingest(&mut self) -> anyhow::Result<Ingest> {
        let (plan, gate) = (Arc::clone(&self.plan), Arc::clone(&self.gate));
        let (store, clock, dice) = (self.store.clone(), self.clock.clone(), self.dice.fork());
        Ingest::prepare(plan, store, gate, clock, dice).await.context("laying out the feeds")
    }

    /// The loop that reads pages, ready to run or to be stepped.
    pub fn pages(&mut self) -> Pages {
        let plan = Arc::clone(&self.plan);
        Pages::new(PagesDeps {
            store: self.store.clone(),
            gate: Arc::clone(&self.gate),
            clock: self.clock.clone(),
            feeds: Arc::clone(&self.plan.feeds),
            matching: WatchMatching::new(move |feed, article| ingest::fired(&plan, feed, article)),
            occasions: Arc::clone(&self.plan.occasions),
            host_gap: self.plan.host_gap,
            rng: self.dice.fork(),
        })
    }

    /// The delivery loop of each channel, ready to run or to be stepped.
    pub fn delivery_loops(&mut self) -> Vec<DeliveryLoop> {
        self.channels.clone().iter().map(|channel| self.delivery_loop(channel)).collect()
    }

    /// The loop that tells the operator how the service goes.
    pub fn watchman(&self) -> NoticeLoop {
        let (store, orders) = (self.store.clone(), self.orders.clone());
        NoticeLoop { store, context: orders, clock: self.clock.clone() }
    }

    fn delivery_loop(&mut self, channel: &Channel) -> DeliveryLoop {
        DeliveryLoop {
            store: self.store.clone(),
            notifier: Arc::clone(&self.notifier),
            channel: channel.clone(),
            clock: self.clock.clone(),
            dice: self.dice.fork(),
        }
    }

    /// The loop that forgets what is past its retention.
    pub fn retention(&self) -> Retention {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        Retention { store, keep_articles: self.keep_articles, clock }
    }

    /// Runs every loop until `asked` ends or a loop fails; then drains, within the grace period.
    pub async fn run<T>(mut self, asked: impl Future<Output = T>) -> anyhow::Result<T> {
        let mut supervisor = Supervisor::default();
        let mut pulses = Vec::new();
        let mut pulse = |name: &'static str, clock: &Clock| {
            let pulse = Heartbeat::default();
            pulse.beat(clock.now());
            pulses.push((name, pulse.clone()));
            pulse
        };
        let mut ingest = self.ingest().await?;
        let clock = self.clock.clone();
        let mut named = |name| pulse(name, &clock);
        self.run_websub(&mut ingest, &mut supervisor, &mut named)?;
        let ingesting = ingest.run(supervisor.stop(), pulse("ingest", &self.clock));
        supervisor.run("ingest", ingesting);
        let reading = self.pages().run(supervisor.stop(), pulse("pages", &self.clock));
        supervisor.run("pages", reading);
        for deliver in self.delivery_loops() {
            let delivering = deliver.run(supervisor.stop(), pulse("deliver", &self.clock));
            supervisor.run("deliver", delivering);
        }
        let watching = self.watchman().run(supervisor.stop(), pulse("watchman", &self.clock));
        supervisor.run("watchman", watching);
        let sweeping = self.retention().run(supervisor.stop(), pulse("retention", &self.clock));
        supervisor.run("retention", sweeping);
        let (store, clock) = (self.store.clone(), self.clock.clone());
        supervisor.run("watchdog", service::run_watchdog(store, pulses, clock, supervisor.stop()));
        let (feeds, watches) = (self.plan.feeds.len(), self.plan.watches.len());
        let plural = |n: usize, ending: &'static str| if n == 1 { "" } else { ending };
        let status = format!(
            "watching {feeds} feed{} for {watches} watch{}",
            plural(feeds, "s"),
            plural(watches, "es")
        );
        tracing::info!(feeds, watches, "{status}");
        service::notify_ready(&status);
        let asked = supervisor.run_until(asked, self.grace).await;
        // Only after a stop in order: after a failure, people look for the last sign of life.
        if asked.is_ok() {
            self.store.note_stopped(self.clock.now()).await?;
        }
        tracing::info!("stopped");
        asked
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
        self.watchman().step(self.clock.now()).await?;
        self.drain().await?;
        self.retention().sweep_after_round(self.clock.now()).await?;
        self.store.note_round(self.clock.now()).await?;
        let totals = self.store.read(Reader::totals).await?;
        let delivered = totals.delivered.saturating_sub(before.delivered);
        Ok(OnceSummary { feeds: self.plan.feeds.len(), round, delivered, totals })
    }

    /// Delivers until nothing more is due, each channel beside the others.
    pub async fn drain(&mut self) -> anyhow::Result<()> {
        let drained = self.delivery_loops().into_iter().map(|mut deliver| async move {
            loop {
                let now = deliver.clock.now();
                if deliver.step(now).await?.tried == 0 {
                    return Ok::<(), crate::store::Error>(());
                }
            }
        });
        futures_util::future::try_join_all(drained).await?;
        Ok(())
    }
}

/// Says that a reload or a stop is under way, and what came of it.
pub fn announce_request(asked: ServiceRequest) {
    match asked {
        ServiceRequest::Stop => service::notify_stopping(),
        ServiceRequest::Reload => service::notify_reloading(),
    }
}

/// Says that the old configuration goes on after a reload that failed.
pub fn announce_refusal(faults: usize, now: Timestamp) {
    let status = format!("reload refused at {now}: {faults} faults; the old configuration runs on");
    service::notify_ready(&status);
}
