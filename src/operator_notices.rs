//! Looks at how the service itself goes, and tells the operator: feeds and channels that fail for
//! long, a network that is down, the daily account.
//!
//! What is told is decided by [`health`] and committed together with its messages: whatever ends the
//! process in between, nothing is told twice and nothing is forgotten.
use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat, Message, Name, Notice, NoticeKind, Severity, Timestamp};
use crate::health::{
    self, DailyReport, DailySchedule, Decision, NoticeDraft, Observations, SentNotice, Subject,
    Thresholds, WatchTotals,
};
use crate::schedule;
use crate::store::{self, HealthReport, Reader, Route, Store, notice_id};

/// Between two looks: what is told is hours old, a minute more is nothing.
const CHECK_EVERY: Duration = Duration::from_mins(1);
/// The loop turns at least this often, so that its pulse is fresh.
const TURN: Duration = Duration::from_secs(10);

/// Whom to tell, and when.
#[derive(Clone, Debug)]
pub struct NoticeContext {
    pub patience: Thresholds,
    pub daily: Option<DailySchedule>,
    /// The channels notices go to; none, and they are only logged.
    pub notify: Vec<Name>,
    /// The receivers of every channel there is.
    pub routes: BTreeMap<Name, Vec<Route>>,
    /// Every watch there is, for the daily account.
    pub watches: Vec<Name>,
}

/// The watchman's loop.
#[derive(Debug)]
pub struct NoticeLoop {
    pub store: Store,
    pub context: NoticeContext,
    pub clock: Clock,
}

impl NoticeLoop {
    /// Looks every minute until told to stop.
    pub async fn run(mut self, stop: CancellationToken, pulse: Heartbeat) -> anyhow::Result<()> {
        let mut due = self.clock.now();
        while !stop.is_cancelled() {
            let now = self.clock.now();
            pulse.beat(now);
            // A look that is far in the future was planned before the clock was set back.
            if now >= due || due > now.after(CHECK_EVERY) {
                due = now.after(CHECK_EVERY);
                match self.step(now).await {
                    Ok(_) => (),
                    Err(error) if error.is_passing() => {
                        tracing::warn!("the operator cannot be told anything now: {error}");
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = tokio::time::sleep(TURN) => (),
            }
        }
        Ok(())
    }

    /// One look: says what kind of notice it told of, if any.
    pub async fn step(&mut self, now: Timestamp) -> Result<Option<NoticeKind>, store::Error> {
        let HealthReport { feeds, mut channels, outage, notified: told } =
            self.store.read(Reader::health_report).await?;
        // What waits for a channel that left the configuration is a matter of `status`.
        channels.retain(|ailing| self.context.routes.contains_key(&ailing.channel));
        let outage_over = outage.as_ref().and_then(|outage| outage.end);
        let lasting = outage.filter(|outage| outage.end.is_none());
        let outage = lasting.map(|outage| (outage.kind, outage.start));
        let world = Observations { now, feeds, channels, outage, outage_over };
        let mut decision = health::decide(&world, &told, &self.context.patience);
        if decision.draft.is_none() {
            self.daily_report(&world, &told, &mut decision).await?;
        }
        if decision == Decision::default() {
            return Ok(None);
        }
        let draft = decision.draft.take();
        let kind = draft.as_ref().map(|draft| draft.kind);
        let routes = draft.as_ref().map(|draft| self.routes(draft, &world)).unwrap_or_default();
        if let Some(draft) = &draft {
            log(draft);
        }
        let letter = draft.map(|draft| notice_message(draft, now));
        self.store.record_notices(decision, letter, routes, now).await?;
        Ok(kind)
    }

    /// Who gets a notice. News of a channel goes another way than through that channel: if all of
    /// the operator's are failing, through any that is not.
    fn routes(&self, draft: &NoticeDraft, world: &Observations) -> Vec<Route> {
        let ails = |name: &Name| world.channels.iter().any(|ailing| ailing.channel == *name);
        let of = |name: &Name| self.context.routes.get(name).cloned().unwrap_or_default();
        if draft.kind != NoticeKind::ChannelFailing {
            return self.context.notify.iter().flat_map(of).collect();
        }
        let well: Vec<&Name> = self.context.notify.iter().filter(|name| !ails(name)).collect();
        if !well.is_empty() || self.context.notify.is_empty() {
            return well.into_iter().flat_map(of).collect();
        }
        self.context.routes.keys().filter(|name| !ails(name)).flat_map(of).collect()
    }

    /// The daily account, if it is due.
    async fn daily_report(
        &self,
        world: &Observations,
        told: &[SentNotice],
        decision: &mut Decision,
    ) -> Result<(), store::Error> {
        let Some(daily) = &self.context.daily else { return Ok(()) };
        let now = world.now;
        let last = told.iter().find(|told| told.subject == Subject::Account).map(|told| told.last);
        let entry =
            |first| SentNotice { subject: Subject::Account, word: "told".into(), first, last: now };
        // The first account is of the time since it was asked for.
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
        let account = DailyReport {
            since,
            until: now,
            feeds: world.feeds.clone(),
            coverage: schedule::mean_coverage(coverage.values()),
            articles,
            watches: self.watches(watches),
            waiting: totals.pending + totals.letters.pending,
            dead: totals.dead + totals.letters.dead,
        };
        decision.draft = Some(health::digest(&account, &daily.zone));
        decision.sent.push(entry(since));
        Ok(())
    }

    /// Every watch of the configuration, the busiest first: one that found nothing is news too.
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

/// Every notice is in the log, whoever else hears of it.
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
