//! Tells the operator how the service itself goes: feeds, channels and hubs that fail for long, a
//! network that is down, dead messages, a clock that was set, the daily report.
//!
//! What is told is decided by [`health`] and committed together with its messages: whatever ends the
//! process in between, nothing is told twice and nothing is forgotten.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat, Message, Name, Notice, NoticeKind, Severity, Timestamp};
use crate::health::{
    self, DailyReport, DailySchedule, Decision, FaultKind, NoticeDraft, Observations, SentNotice,
    ServiceFault, Subject, Thresholds, WatchTotals,
};
use crate::schedule;
use crate::store::{Error, HealthReport, Reader, Route, Store, notice_id};

/// Between two looks: what is told is hours old, a minute more does not matter.
const CHECK_EVERY: Duration = Duration::from_mins(1);
/// The loop turns at least this often, so that its heartbeat is fresh.
const TURN_TIME_MAX: Duration = Duration::from_secs(10);

/// Whom to tell, and when.
#[derive(Clone, Debug)]
pub struct NoticeContext {
    pub patience: Thresholds,
    pub daily: Option<DailySchedule>,
    /// The channels notices go to; if there is none, notices are only logged.
    pub notify: Vec<Name>,
    /// The receivers of every channel there is.
    pub routes: BTreeMap<Name, Vec<Route>>,
    /// Every watch there is, for the daily report.
    pub watches: Vec<Name>,
}

/// Faults of the service itself, where any part of the program reports them. They last until they are
/// cleared, and the operator is told daily meanwhile. Cheap to clone: all clones are one list.
#[derive(Clone, Debug, Default)]
pub struct ServiceFaults(Arc<Mutex<BTreeMap<FaultKind, ServiceFault>>>);

impl ServiceFaults {
    /// Reports a fault, or that it is still there.
    pub fn report(&self, kind: FaultKind, why: String, now: Timestamp) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = faults.get(&kind).map_or(now, |fault| fault.since);
        faults.insert(kind, ServiceFault { kind, since, why });
    }

    /// The fault is over.
    pub fn clear(&self, kind: FaultKind) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&kind);
    }

    fn list(&self) -> Vec<ServiceFault> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.values().cloned().collect()
    }
}

/// The loop that tells the operator.
#[derive(Debug)]
pub struct NoticeLoop {
    pub store: Store,
    pub context: NoticeContext,
    pub clock: Clock,
    pub faults: ServiceFaults,
}

impl NoticeLoop {
    /// Looks every minute until `stop`.
    ///
    /// # Errors
    /// The store failed for good.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        let mut due = self.clock.steady();
        while !stop.is_cancelled() {
            let now = self.clock.now();
            heartbeat.beat(self.clock.steady());
            if self.clock.steady() >= due {
                due = self.clock.steady().after(CHECK_EVERY);
                match self.step(now).await {
                    Ok(_) => (),
                    Err(error) if error.is_passing() => {
                        tracing::warn!("notices to the operator wait: {error}");
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(TURN_TIME_MAX) => (),
            }
        }
        Ok(())
    }

    /// One look. Returns the kind of notice that was sent, if any.
    ///
    /// # Errors
    /// The store failed; nothing was sent.
    pub async fn step(&mut self, now: Timestamp) -> Result<Option<NoticeKind>, Error> {
        let report = self.store.read(move |store| store.health_report(now)).await?;
        let (observations, sent) = self.observations(report, now);
        let mut decision = health::decide(&observations, &sent, &self.context.patience);
        if decision.draft.is_none() {
            self.daily_report(&observations, &sent, &mut decision).await?;
        }
        if decision == Decision::default() {
            return Ok(None);
        }
        let draft = decision.draft.take();
        let kind = draft.as_ref().map(|draft| draft.kind);
        let routes = draft.as_ref().map(|draft| self.routes(draft, &observations));
        if let Some(draft) = &draft {
            log(draft);
        }
        let message = draft.map(|draft| notice_message(draft, now));
        self.store.record_notices(decision, message, routes.unwrap_or_default(), now).await?;
        if kind == Some(NoticeKind::StoreFull) {
            // It could be stored: so the store takes writes again.
            self.faults.clear(FaultKind::StoreFull);
        }
        Ok(kind)
    }

    fn observations(
        &self,
        report: HealthReport,
        now: Timestamp,
    ) -> (Observations, Vec<SentNotice>) {
        let HealthReport { feeds, mut channels, hubs, dead, clock_steps, outage, notified } =
            report;
        // Messages for a channel that left the configuration are shown by `status`.
        channels.retain(|failing| self.context.routes.contains_key(&failing.channel));
        let outage_over = outage.as_ref().and_then(|outage| outage.end);
        let lasting = outage.filter(|outage| outage.end.is_none());
        let outage = lasting.map(|outage| (outage.kind, outage.start));
        let faults = self.faults.list();
        let observations = Observations {
            now,
            feeds,
            channels,
            hubs,
            dead,
            clock_steps,
            faults,
            outage,
            outage_over,
        };
        (observations, notified)
    }

    /// Who gets a notice. That a channel fails is not told through that channel: if all of the
    /// operator's channels fail, it is told through any that works.
    fn routes(&self, draft: &NoticeDraft, observations: &Observations) -> Vec<Route> {
        let fails = |name: &Name| observations.channels.iter().any(|one| one.channel == *name);
        let of = |name: &Name| self.context.routes.get(name).cloned().unwrap_or_default();
        if draft.kind != NoticeKind::ChannelFailing {
            return self.context.notify.iter().flat_map(of).collect();
        }
        let well: Vec<&Name> = self.context.notify.iter().filter(|name| !fails(name)).collect();
        if !well.is_empty() || self.context.notify.is_empty() {
            return well.into_iter().flat_map(of).collect();
        }
        self.context.routes.keys().filter(|name| !fails(name)).flat_map(of).collect()
    }

    /// The daily report, if it is due.
    async fn daily_report(
        &self,
        observations: &Observations,
        sent: &[SentNotice],
        decision: &mut Decision,
    ) -> Result<(), Error> {
        let Some(daily) = &self.context.daily else { return Ok(()) };
        let now = observations.now;
        let last = sent.iter().find(|sent| sent.subject == Subject::Account).map(|sent| sent.last);
        let entry =
            |first| SentNotice { subject: Subject::Account, word: "told".into(), first, last: now };
        // The first report covers the time since reports were asked for.
        let Some(since) = last.filter(|last| *last <= now) else {
            decision.sent.push(entry(now));
            return Ok(());
        };
        if health::next_digest(daily, since) > now {
            return Ok(());
        }
        let look = move |store: &Reader| {
            let (articles, watches) = store.activity(since, now)?;
            Ok((articles, watches, store.coverage(since, now)?, store.totals()?))
        };
        let (articles, watches, coverage, totals) = self.store.read(look).await?;
        let report = DailyReport {
            since,
            until: now,
            feeds: observations.feeds.clone(),
            coverage: schedule::mean_coverage(coverage.values()),
            articles,
            watches: self.watches(watches),
            waiting: totals.pending + totals.letters.pending,
            dead: totals.dead + totals.letters.dead,
        };
        decision.draft = Some(health::digest(&report, &daily.zone));
        decision.sent.push(entry(since));
        Ok(())
    }

    /// Every watch of the configuration, the busiest first, also those that found nothing.
    fn watches(&self, mut found: Vec<WatchTotals>) -> Vec<WatchTotals> {
        for watch in &self.context.watches {
            if !found.iter().any(|watched| watched.watch == *watch) {
                found.push(WatchTotals { watch: watch.clone(), alerts: 0, suppressed: 0 });
            }
        }
        found.sort_by(|a, b| b.alerts.cmp(&a.alerts).then_with(|| a.watch.cmp(&b.watch)));
        found
    }
}

fn notice_message(draft: NoticeDraft, now: Timestamp) -> Message {
    Message::Notice(Box::new(Notice {
        id: notice_id(draft.kind, &draft.subject, now),
        kind: draft.kind,
        subject: draft.subject,
        severity: draft.severity,
        title: draft.title,
        lines: draft.lines,
        details: draft.details,
        created: now,
    }))
}

/// Every notice is in the log too, for whoever has no channel for notices.
fn log(draft: &NoticeDraft) {
    let lines: Vec<&str> =
        draft.lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    let (kind, title, lines) = (draft.kind, &draft.title, lines.join("; "));
    if draft.severity > Severity::Low {
        tracing::warn!(%kind, "{title}: {lines}");
    } else {
        tracing::info!(%kind, "{title}: {lines}");
    }
}
