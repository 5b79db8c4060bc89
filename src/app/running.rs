//! The second phase: the loops at work, and how a reload changes what they work with.
use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::application::App;
use super::heartbeats::Heartbeats;
use super::hubs::{self, HubEnds};
use super::last_words::LastWords;
use super::plan::CheckedConfig;
use super::prepared::{Prepared, is_passing};
use super::service::{self, ServiceRequest, Signals};
use super::supervisor::Supervisor;
use crate::domain::{Heartbeat, Name, counted};
use crate::ingest::PlanChange;
use crate::operator_notices::ServiceFaults;
use crate::websub::WebSub;
use crate::{store, web};

/// Why a reload changed nothing.
#[derive(Debug)]
pub enum ReloadError {
    /// The configuration must not replace the running one, for each of these reasons.
    Refused(Vec<String>),
    /// Something is short just now (open files, disk): the same reload may succeed later.
    Later(String),
}

/// The running program: every loop, and what they were made of.
#[derive(Debug)]
pub struct Running {
    app: App,
    supervisor: Supervisor,
    heartbeats: Heartbeats,
    /// The loops that a reload replaces, by name.
    loops: HashMap<String, CancellationToken>,
    /// Hands the polling loop, which is never replaced, another plan.
    plan_changes: mpsc::Sender<PlanChange>,
}

impl App {
    /// Starts every loop.
    pub async fn start(mut self) -> anyhow::Result<Running> {
        self.prepared.bind(None)?;
        // The first sign of life, for whoever looks before the watchdog's first turn.
        if let Err(error) = self.store.probe(self.clock.now()).await
            && !error.is_passing()
        {
            return Err(error.into());
        }
        let mut ingest = self.ingest().await?;
        let (plan_changes, changes) = mpsc::channel(1);
        ingest.follow(changes);
        let hubs = self.websub();
        let hubs = hubs.map(|HubEnds { websub, due, trusted }| {
            ingest.listen(due, trusted);
            websub
        });
        let mut running = Running {
            app: self,
            supervisor: Supervisor::default(),
            heartbeats: Heartbeats::default(),
            loops: HashMap::new(),
            plan_changes,
        };
        running.start_loop("ingest", |stop, heartbeat| ingest.run(stop, heartbeat));
        running.start_hubs(hubs);
        running.start_pages_and_notices();
        running.start_retention();
        let monitor = running.app.clock_monitor();
        running.start_loop("clock", |stop, heartbeat| monitor.run(stop, heartbeat));
        for delivery in running.app.delivery_loops() {
            let name = delivery_name(&delivery.channel.name);
            running.start_loop(&name, |stop, heartbeat| delivery.run(stop, heartbeat));
        }
        let (store, clock) = (running.app.store.clone(), running.app.clock.clone());
        let (heartbeats, stop) = (running.heartbeats.clone(), running.supervisor.token());
        let faults = running.app.faults.clone();
        let watchdog = service::run_watchdog(store, heartbeats, clock, faults, stop.clone());
        running.supervisor.spawn("watchdog", stop, watchdog);
        running.announce();
        Ok(running)
    }
}

impl Running {
    /// Where faults of the service itself are reported; they are told to the operator.
    pub fn faults(&self) -> &ServiceFaults {
        &self.app.faults
    }

    /// Waits until the operator or the service manager asks for something. Fails if a loop ends by
    /// itself meanwhile.
    pub async fn next_request(&mut self, signals: &mut Signals) -> anyhow::Result<ServiceRequest> {
        tokio::select! {
            request = signals.next_request() => Ok(request),
            error = self.supervisor.early_end() => Err(error),
        }
    }

    /// Who is to be told if the store turns out to be unusable.
    pub fn last_words(&self) -> LastWords {
        LastWords::new(&self.app.prepared.config)
    }

    /// Stops every loop after `ended` said why; what is under way is finished within the grace
    /// period.
    pub async fn stop<E: From<store::Error>>(self, ended: Result<(), E>) -> Result<(), E> {
        self.supervisor.stop(self.app.prepared.config.service.grace).await;
        // Only after a stop in order: after a failure, people look for the last sign of life.
        if ended.is_ok() {
            self.app.store.note_stopped(self.app.clock.now()).await?;
        }
        tracing::info!("stopped");
        ended
    }

    /// Goes on with another configuration. Everything that can fail comes first; polls and
    /// deliveries under way are finished beside the loops that replace theirs.
    pub async fn reload(&mut self, checked: CheckedConfig) -> Result<(), ReloadError> {
        let mut next = Prepared::new(checked, &self.app.terminal, Some(&self.app.prepared))
            .map_err(|error| sort_error(&error))?;
        let refusals = self.app.prepared.inventory.refusals(&next.inventory);
        if !refusals.is_empty() {
            return Err(ReloadError::Refused(refusals));
        }
        next.bind(Some(&self.app.prepared)).map_err(|error| sort_error(&error))?;
        let losses = self.app.prepared.inventory.losses(&next.inventory);
        let before = std::mem::replace(&mut self.app.prepared, next);
        let hubs = self.app.websub();
        let (websub, pushes) = match hubs {
            Some(HubEnds { websub, due, trusted }) => (Some(websub), Some((due, trusted))),
            None => (None, None),
        };
        // The polling loop writes to the store, which may refuse: it is asked before the others.
        if let Err(error) = self.change_plan(pushes).await {
            self.app.prepared = before;
            return Err(error);
        }
        for loss in losses {
            tracing::warn!("the reload removes much: {loss}");
        }
        self.start_hubs(websub);
        self.start_pages_and_notices();
        if before.config.store.keep_articles != self.app.prepared.config.store.keep_articles {
            self.start_retention();
        }
        self.change_channels(&before);
        self.announce();
        Ok(())
    }

    /// Hands the new plan to the polling loop and waits for its answer.
    async fn change_plan(
        &self,
        pushes: Option<crate::ingest::HubPushes>,
    ) -> Result<(), ReloadError> {
        let (plan, gate) =
            (Arc::clone(&self.app.prepared.plan), Arc::clone(&self.app.prepared.gate));
        let (done, changed) = oneshot::channel();
        let gone = || ReloadError::Later("the polling loop is stopping".to_owned());
        let change = PlanChange { plan, gate, pushes, done };
        self.plan_changes.send(change).await.map_err(|_gone| gone())?;
        match changed.await.map_err(|_gone| gone())? {
            Ok(()) => Ok(()),
            Err(error) => Err(ReloadError::Later(error.to_string())),
        }
    }

    /// Channels that did not change are delivered to by the loop that runs.
    fn change_channels(&mut self, before: &Prepared) {
        let channels = self.app.prepared.config.channels.clone();
        for old in &before.config.channels {
            if !channels.iter().any(|channel| channel.name == old.name) {
                self.stop_loop(&delivery_name(&old.name));
            }
        }
        for channel in &channels {
            // A certificate file may have changed under the same path.
            let same = before.config.channels.contains(channel) && !channel.reads_files();
            if !same {
                let delivery = self.app.delivery_loop(channel);
                let name = delivery_name(&channel.name);
                self.start_loop(&name, |stop, heartbeat| delivery.run(stop, heartbeat));
            }
        }
    }

    /// Both keep their state in the store, so a new loop goes on where the old one was.
    fn start_pages_and_notices(&mut self) {
        let pages = self.app.pages();
        self.start_loop("pages", |stop, heartbeat| pages.run(stop, heartbeat));
        let notices = self.app.notices();
        self.start_loop("operator notices", |stop, heartbeat| notices.run(stop, heartbeat));
    }

    /// Starts the loop that asks hubs and the server they reach, or stops both where hubs are not listened to any more.
    fn start_hubs(&mut self, websub: Option<WebSub>) {
        let (Some(websub), Some(listener)) = (websub, self.app.prepared.listener.clone()) else {
            self.stop_loop("web");
            self.stop_loop("websub");
            return;
        };
        let clock = self.app.clock.clone();
        let handler = hubs::websub_handler(websub.callback_server());
        tracing::info!("hubs reach us at {}", websub.public_url());
        self.start_loop("web", |stop, heartbeat| {
            web::run(listener, handler, clock, stop, heartbeat)
        });
        self.start_loop("websub", |stop, heartbeat| websub.run(stop, heartbeat));
    }

    /// Restarted only when its setting changed: a new loop waits an hour before it first works.
    fn start_retention(&mut self) {
        let retention = self.app.retention();
        self.start_loop("retention", |stop, heartbeat| retention.run(stop, heartbeat));
    }

    /// Starts a loop under its own token, in place of the one that has this name.
    fn start_loop<F>(&mut self, name: &str, start: impl FnOnce(CancellationToken, Heartbeat) -> F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.stop_loop(name);
        let stop = self.supervisor.token();
        let heartbeat = self.heartbeats.add(name, stop.clone(), self.app.clock.steady());
        self.supervisor.spawn(name, stop.clone(), start(stop.clone(), heartbeat));
        self.loops.insert(name.to_owned(), stop);
    }

    /// Tells a loop to end after what it is doing. Nobody waits for it.
    fn stop_loop(&mut self, name: &str) {
        if let Some(stop) = self.loops.remove(name) {
            stop.cancel();
        }
    }

    /// Tells the service manager and the log that everything runs.
    fn announce(&self) {
        let plan = &self.app.prepared.plan;
        let (feeds, watches) = (plan.feeds.len(), plan.watches.len());
        let status = format!(
            "watching {} for {}",
            counted(feeds as u64, "feed"),
            counted(watches as u64, "watch")
        );
        tracing::info!(feeds, watches, "{status}");
        service::notify_ready(&status);
    }
}

/// Names the loop in the log and for the watchdog.
fn delivery_name(channel: &Name) -> String {
    format!("delivery to {channel}")
}

/// What is short just now is tried again; everything else is for the operator to correct.
fn sort_error(error: &anyhow::Error) -> ReloadError {
    let text = format!("{error:#}");
    if is_passing(error) { ReloadError::Later(text) } else { ReloadError::Refused(vec![text]) }
}
