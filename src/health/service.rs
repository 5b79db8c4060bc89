//! Notices about everything that is not one feed: the network, channels, the clock, dead messages,
//! hubs, and the service's own faults.
use std::time::Duration;

use super::{
    ClockStep, Decision, FailingHub, FeedStatus, MINOR_REMIND_FACTOR, Name, NetworkDown, Review,
    ServiceFault, Subject, service_wording, tell, wording,
};

/// A network that is down for less is not told: a router that restarts takes minutes.
const NETWORK_AFTER: Duration = Duration::from_mins(10);
/// A channel that takes nothing for so long is told of, or earlier if feeds are.
const CHANNEL_AFTER: Duration = Duration::from_hours(1);
/// A clock that was set by less is not told: virtual machines are corrected by seconds all the time.
const CLOCK_TOLD_MIN_MS: u64 = 10_000;
/// Between two notices that the clock was set; steps in between are told together.
const CLOCK_NOTICE_GAP: Duration = Duration::from_hours(6);
/// Between two notices of dead messages: one refused list of receivers is one notice.
const DEAD_NOTICE_GAP: Duration = Duration::from_hours(1);

const DOWN: &str = "down";
pub(super) const BACK: &str = "back";

impl Review<'_> {
    /// Only the outage that was recorded: it rests on hosts that could not be reached. However many
    /// feeds fail in other ways, each fails by itself and is named.
    pub(super) fn network(&self) -> Option<NetworkDown> {
        let (kind, since) = self.observations.outage?;
        Some(NetworkDown { since, kind: Some(kind) })
    }

    pub(super) fn is_asked_since(&self, feed: &FeedStatus) -> bool {
        let over = self.observations.outage_over;
        over.is_none_or(|over| feed.polled_at.is_some_and(|polled| polled > over))
    }

    pub(super) fn decide_network(&self, down: Option<NetworkDown>) -> Option<Decision> {
        let told = self.sent(&Subject::Network).filter(|sent| sent.word == DOWN);
        let draft = match (down, told) {
            (Some(down), None) if self.is_past(down.since, NETWORK_AFTER) => {
                wording::network_down(self.observations, down, false)
            }
            (Some(down), Some(told)) if self.is_past(told.last, self.thresholds.remind_every) => {
                let since = down.since.min(told.first);
                wording::network_down(self.observations, NetworkDown { since, ..down }, true)
            }
            (None, Some(told)) => wording::network_back(self.observations, told.first),
            (Some(_) | None, _) => return None,
        };
        let word = if down.is_some() { DOWN } else { BACK };
        Some(tell(draft, vec![self.sent_notice(Subject::Network, word)]))
    }

    pub(super) fn decide_channels(&self) -> Option<Decision> {
        let after = CHANNEL_AFTER.min(self.thresholds.fail_after);
        for failing in &self.observations.channels {
            let subject = Subject::Channel(failing.channel.clone());
            let told = self.sent(&subject);
            let due = match told {
                Some(told) => self.is_past(told.last, self.thresholds.remind_every),
                // A channel that is paused does not come back by waiting.
                None => failing.paused || self.is_past(failing.since, after),
            };
            if due {
                let again = told.is_some();
                let draft = wording::channel_failing(failing, again, self.observations.now);
                return Some(tell(draft, vec![self.sent_notice(subject, "failing")]));
            }
        }
        let fails = |name: &Name| self.observations.channels.iter().any(|c| c.channel == *name);
        self.sent.values().find_map(|told| {
            let Subject::Channel(name) = &told.subject else { return None };
            if fails(name) {
                return None;
            }
            let draft = wording::channel_back(name, told.first, self.observations.now);
            Some(Decision { forget: vec![told.subject.clone()], ..tell(draft, Vec::new()) })
        })
    }

    /// The service's own faults: at once, then daily, then once that they are over.
    pub(super) fn decide_faults(&self) -> Option<Decision> {
        let faults = &self.observations.faults;
        let due = |fault: &&ServiceFault| {
            self.is_due(&Subject::Fault(fault.kind), self.thresholds.remind_every)
        };
        if let Some(fault) = faults.iter().find(due) {
            let subject = Subject::Fault(fault.kind);
            let again = self.sent(&subject).is_some();
            let draft = service_wording::fault(fault, again, self.observations.now);
            return Some(tell(draft, vec![self.sent_notice(subject, fault.kind.as_str())]));
        }
        self.sent.values().find_map(|told| {
            let Subject::Fault(kind) = told.subject else { return None };
            if faults.iter().any(|fault| fault.kind == kind) {
                return None;
            }
            let draft = service_wording::fault_over(kind, told.first, self.observations.now);
            Some(Decision { forget: vec![told.subject.clone()], ..tell(draft, Vec::new()) })
        })
    }

    /// That the clock was set: one notice for all steps since the last one.
    pub(super) fn decide_clock(&self) -> Option<Decision> {
        if !self.is_due(&Subject::Clock, CLOCK_NOTICE_GAP) {
            return None;
        }
        let last = self.sent(&Subject::Clock).map(|sent| sent.last);
        let steps = self.observations.clock_steps.iter().copied();
        let steps: Vec<ClockStep> = steps
            .filter(|step| step.by_ms.unsigned_abs() >= CLOCK_TOLD_MIN_MS)
            .filter(|step| last.is_none_or(|last| step.at > last))
            .collect();
        let latest = *steps.first()?;
        let draft = service_wording::clock_moved(latest, &steps);
        Some(tell(draft, vec![self.sent_notice(Subject::Clock, "moved")]))
    }

    pub(super) fn decide_dead(&self) -> Option<Decision> {
        let dead = &self.observations.dead;
        if dead.count == 0 || !self.is_due(&Subject::Dead, DEAD_NOTICE_GAP) {
            return None;
        }
        Some(tell(
            service_wording::dead_messages(dead),
            vec![self.sent_notice(Subject::Dead, "dead")],
        ))
    }

    /// Hubs that do not serve us. Their feeds are polled as usual, so this needs no hurry.
    pub(super) fn decide_hubs(&self) -> Option<Decision> {
        let every = self.thresholds.remind_every.saturating_mul(MINOR_REMIND_FACTOR);
        let is_due = |hub: &&FailingHub| self.is_due(&Subject::Hub(hub.feed.clone()), every);
        let due: Vec<&FailingHub> = self.observations.hubs.iter().filter(is_due).collect();
        if due.is_empty() {
            return None;
        }
        let subject = |hub: &&FailingHub| Subject::Hub(hub.feed.clone());
        let sent = due.iter().map(|hub| self.sent_notice(subject(hub), "failing")).collect();
        Some(tell(service_wording::hubs_failing(&due), sent))
    }
}
