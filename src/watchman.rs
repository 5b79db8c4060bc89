//! Looks at how the service itself goes, and tells the operator: feeds and channels that fail for
//! long, a network that is down, the daily account.
//!
//! What is told is decided by [`vigil`] and committed together with its messages: whatever ends the
//! process in between, nothing is told twice and nothing is forgotten.
use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Letter, Moment, Name, Notice, NoticeKind, Pulse, Severity};
use crate::schedule;
use crate::store::{self, Route, Standing, Store, notice_id};
use crate::vigil::{
    self, Account, Daily, Decision, Draft, Patience, Subject, Told, Watched, World,
};

/// Between two looks: what is told is hours old, a minute more is nothing.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// The loop turns at least this often, so that its pulse is fresh.
const TURN: Duration = Duration::from_secs(10);

/// Whom to tell, and when.
#[derive(Clone, Debug)]
pub struct Orders {
    pub patience: Patience,
    pub daily: Option<Daily>,
    /// The channels notices go to; none, and they are only logged.
    pub notify: Vec<Name>,
    /// The receivers of every channel there is.
    pub routes: BTreeMap<Name, Vec<Route>>,
    /// Every watch there is, for the daily account.
    pub watches: Vec<Name>,
}

/// The watchman's loop.
#[derive(Debug)]
pub struct Watchman {
    pub store: Store,
    pub orders: Orders,
    pub clock: Clock,
}

impl Watchman {
    /// Looks every minute until told to stop.
    pub async fn run(mut self, stop: CancellationToken, pulse: Pulse) -> anyhow::Result<()> {
        let mut due = self.clock.now();
        while !stop.is_cancelled() {
            let now = self.clock.now();
            pulse.beat(now);
            // A look that is far in the future was planned before the clock was set back.
            if now >= due || due > now.after(LOOK_EVERY) {
                due = now.after(LOOK_EVERY);
                match self.step(now).await {
                    Ok(_) => (),
                    Err(error) if error.passes() => {
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
    pub async fn step(&mut self, now: Moment) -> Result<Option<NoticeKind>, store::Error> {
        let Standing { feeds, mut channels, outage, told } = self.store.standing().await?;
        // What waits for a channel that left the configuration is a matter of `status`.
        channels.retain(|ailing| self.orders.routes.contains_key(&ailing.channel));
        let outage_over = outage.as_ref().and_then(|outage| outage.end);
        let lasting = outage.filter(|outage| outage.end.is_none());
        let outage = lasting.map(|outage| (outage.kind, outage.start));
        let world = World { now, feeds, channels, outage, outage_over };
        let mut decision = vigil::decide(&world, &told, &self.orders.patience);
        if decision.draft.is_none() {
            self.account(&world, &told, &mut decision).await?;
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
        let letter = draft.map(|draft| letter(draft, now));
        self.store.tell(decision, letter, routes, now).await?;
        Ok(kind)
    }

    /// Who gets a notice. News of a channel goes another way than through that channel: if all of
    /// the operator's are failing, through any that is not.
    fn routes(&self, draft: &Draft, world: &World) -> Vec<Route> {
        let ails = |name: &Name| world.channels.iter().any(|ailing| ailing.channel == *name);
        let of = |name: &Name| self.orders.routes.get(name).cloned().unwrap_or_default();
        if draft.kind != NoticeKind::ChannelFailing {
            return self.orders.notify.iter().flat_map(of).collect();
        }
        let well: Vec<&Name> = self.orders.notify.iter().filter(|name| !ails(name)).collect();
        if !well.is_empty() || self.orders.notify.is_empty() {
            return well.into_iter().flat_map(of).collect();
        }
        self.orders.routes.keys().filter(|name| !ails(name)).flat_map(of).collect()
    }

    /// The daily account, if it is due.
    async fn account(
        &self,
        world: &World,
        told: &[Told],
        decision: &mut Decision,
    ) -> Result<(), store::Error> {
        let Some(daily) = &self.orders.daily else { return Ok(()) };
        let now = world.now;
        let last = told.iter().find(|told| told.subject == Subject::Account).map(|told| told.last);
        let entry =
            |first| Told { subject: Subject::Account, word: "told".into(), first, last: now };
        // The first account is of the time since it was asked for.
        let Some(since) = last.filter(|last| *last <= now) else {
            decision.told.push(entry(now));
            return Ok(());
        };
        if vigil::next_digest(daily, since) > now {
            return Ok(());
        }
        let (articles, watches) = self.store.activity(since, now).await?;
        let coverage = self.store.coverage(since, now).await?;
        let totals = self.store.totals().await?;
        let account = Account {
            since,
            until: now,
            feeds: world.feeds.clone(),
            coverage: schedule::together(coverage.values()),
            articles,
            watches: self.watches(watches),
            waiting: totals.pending + totals.letters.pending,
            dead: totals.dead + totals.letters.dead,
        };
        decision.draft = Some(vigil::digest(&account, &daily.zone));
        decision.told.push(entry(since));
        Ok(())
    }

    /// Every watch of the configuration, the busiest first: one that found nothing is news too.
    fn watches(&self, mut found: Vec<Watched>) -> Vec<Watched> {
        for watch in &self.orders.watches {
            if !found.iter().any(|watched| watched.watch == *watch) {
                found.push(Watched { watch: watch.clone(), alerts: 0, suppressed: 0 });
            }
        }
        found.sort_by(|a, b| b.alerts.cmp(&a.alerts).then_with(|| a.watch.cmp(&b.watch)));
        found
    }
}

fn letter(draft: Draft, now: Moment) -> Letter {
    Letter::Notice(Box::new(Notice {
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
fn log(draft: &Draft) {
    let lines: Vec<&str> =
        draft.lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    let (kind, title, lines) = (draft.kind, &draft.title, lines.join("; "));
    if draft.severity > Severity::Low {
        tracing::warn!(%kind, "{title}: {lines}");
    } else {
        tracing::info!(%kind, "{title}: {lines}");
    }
}
