//! What the operator is told about the service itself, and when: first after a threshold, again every
//! day until it is repaired, then once that it is over. What fails together is told together.
//!
//! Pure decisions: [`decide`] gets what is known now and what was told before, and says what to tell.

mod daily;
mod feeds;
mod flapping;
mod service;
mod service_wording;
mod trouble_level;
mod wording;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{ClockStep, FeedCondition, Name, NoticeKind, OutageKind, Severity, Timestamp};

pub use daily::{
    DailyReport, DailySchedule, WatchTotals, coverage_phrase, digest, gap_line, next_digest,
};
pub use flapping::is_flapping;
pub use wording::{advice, clock_phrase, duration_phrase, problem_phrase};

/// What needs no hurry (silent, moved, hubs) is repeated this many times less often.
const MINOR_REMIND_FACTOR: u32 = 7;

/// How long the operator wants to wait, as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// A feed that fails for so long is told of,
    pub fail_after: Duration,
    /// or after so many failures in a row, whichever comes first.
    pub fail_times: u32,
    /// How often it is repeated until it is repaired.
    pub remind_every: Duration,
}

/// The state of a feed.
#[derive(Clone, Debug)]
pub struct FeedStatus {
    pub name: Name,
    pub url: String,
    pub word: FeedCondition,
    /// Since when it is in that state.
    pub since: Option<Timestamp>,
    pub failures: u32,
    pub error: Option<String>,
    pub polled_at: Option<Timestamp>,
    pub next_due: Timestamp,
    pub moved_to: Option<String>,
}

/// The network as it is seen: since when it is down, and how that shows.
#[derive(Clone, Copy)]
struct NetworkDown {
    since: Timestamp,
    kind: Option<OutageKind>,
}

/// A channel that takes nothing.
#[derive(Clone, Debug)]
pub struct FailingChannel {
    pub channel: Name,
    pub since: Timestamp,
    pub why: String,
    pub waiting: u64,
    /// It is not tried again by itself, or not soon: a fault of the channel as a whole.
    pub paused: bool,
}

/// A hub that does not confirm our subscription.
#[derive(Clone, Debug)]
pub struct FailingHub {
    pub feed: Name,
    /// The hub's host.
    pub host: String,
    pub why: String,
}

/// Messages that ended without being delivered.
#[derive(Clone, Debug, Default)]
pub struct DeadMessages {
    pub count: u64,
    /// Some of them: where each was to go, and why it did not.
    pub examples: Vec<DeadMessage>,
}

/// A message that ended without being delivered.
#[derive(Clone, Debug)]
pub struct DeadMessage {
    pub id: String,
    pub channel: String,
    pub recipient: String,
    pub why: String,
}

/// A fault of the service itself that somebody reported and nobody took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFault {
    pub kind: FaultKind,
    pub since: Timestamp,
    pub why: String,
}

/// The kinds of a service's own faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// A reload was refused: the configuration that runs is not the one on the disk.
    StaleConfig,
    /// The store takes no writes.
    StoreFull,
}

impl FaultKind {
    const ALL: [Self; 2] = [Self::StaleConfig, Self::StoreFull];

    fn as_str(self) -> &'static str {
        match self {
            Self::StaleConfig => "stale-config",
            Self::StoreFull => "store-full",
        }
    }
}

/// All that a decision rests on.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    pub now: Timestamp,
    pub feeds: Vec<FeedStatus>,
    pub channels: Vec<FailingChannel>,
    pub hubs: Vec<FailingHub>,
    /// Since the last notice of them.
    pub dead: DeadMessages,
    /// Of the last days, the latest first.
    pub clock_steps: Vec<ClockStep>,
    pub faults: Vec<ServiceFault>,
    /// The outage of our own network that is recorded as lasting.
    pub outage: Option<(OutageKind, Timestamp)>,
    /// When the last outage ended: a feed not asked since then shows the outage, not itself.
    pub outage_over: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Feed(Name),
    /// How steady a feed is: no notice of its own, but kept like one.
    Stability(Name),
    /// The address of a feed.
    Address(Name),
    /// The hub of a feed.
    Hub(Name),
    Channel(Name),
    Fault(FaultKind),
    Network,
    /// Failing feeds as a whole: when they were last written about.
    Feeds,
    /// Messages that ended without being delivered.
    Dead,
    /// That the clock was set.
    Clock,
    /// The daily report.
    Account,
}

impl Subject {
    /// As it is stored.
    pub fn key(&self) -> String {
        match self {
            Self::Feed(name) => format!("feed:{name}"),
            Self::Stability(name) => format!("stability:{name}"),
            Self::Address(name) => format!("address:{name}"),
            Self::Hub(name) => format!("hub:{name}"),
            Self::Channel(name) => format!("channel:{name}"),
            Self::Fault(kind) => format!("fault:{}", kind.as_str()),
            Self::Network => "network".to_owned(),
            Self::Feeds => "feeds".to_owned(),
            Self::Dead => "dead".to_owned(),
            Self::Clock => "clock".to_owned(),
            Self::Account => "account".to_owned(),
        }
    }

    /// Reads a key back; `None` if it is not one of these.
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "network" => return Some(Self::Network),
            "feeds" => return Some(Self::Feeds),
            "dead" => return Some(Self::Dead),
            "clock" => return Some(Self::Clock),
            "account" => return Some(Self::Account),
            _ => {}
        }
        let (what, name) = key.split_once(':')?;
        match what {
            "feed" => Some(Self::Feed(Name::new(name))),
            "stability" => Some(Self::Stability(Name::new(name))),
            "address" => Some(Self::Address(Name::new(name))),
            "hub" => Some(Self::Hub(Name::new(name))),
            "channel" => Some(Self::Channel(Name::new(name))),
            "fault" => {
                FaultKind::ALL.into_iter().find(|kind| kind.as_str() == name).map(Self::Fault)
            }
            _ => None,
        }
    }
}

/// What was told of a subject and not taken back. Kept in the store, so that a restart repeats
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentNotice {
    pub subject: Subject,
    /// In what state it was, as a word.
    pub word: String,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// A notice without its id.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeDraft {
    pub kind: NoticeKind,
    pub subject: String,
    pub severity: Severity,
    pub title: String,
    pub lines: Vec<String>,
    pub details: serde_json::Value,
}

/// What comes of a look, to be committed as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// At most one message a look: what is left is told at the next.
    pub draft: Option<NoticeDraft>,
    /// What is told from now on.
    pub sent: Vec<SentNotice>,
    /// What is not told any more.
    pub forget: Vec<Subject>,
}

/// Decides what is to be told now.
pub fn decide(
    observations: &Observations,
    sent: &[SentNotice],
    thresholds: &Thresholds,
) -> Decision {
    let sent = sent.iter().map(|sent| (&sent.subject, sent)).collect();
    let before = Review { observations, sent, thresholds };
    let down = before.network();
    let changes = if down.is_none() { before.stability_changes() } else { Vec::new() };
    // Whether a feed flaps counts what has changed just now.
    let mut review = before.clone();
    review.sent.extend(changes.iter().map(|change| (&change.subject, change)));
    // What concerns everything goes before what concerns one feed.
    let mut decision = review
        .decide_network(down)
        .or_else(|| review.decide_channels())
        .or_else(|| review.decide_faults())
        .or_else(|| review.decide_clock())
        .or_else(|| review.decide_dead())
        .or_else(|| if down.is_some() { None } else { review.decide_feeds() })
        .or_else(|| review.decide_hubs())
        .unwrap_or_default();
    decision.forget.extend(review.forgotten_subjects());
    // What a notice says of a feed's stability is newer.
    decision.sent.splice(0..0, changes);
    decision
}

/// One look: what is known, and what was told.
#[derive(Clone)]
struct Review<'a> {
    observations: &'a Observations,
    sent: BTreeMap<&'a Subject, &'a SentNotice>,
    thresholds: &'a Thresholds,
}

impl Review<'_> {
    fn sent(&self, subject: &Subject) -> Option<&SentNotice> {
        self.sent.get(subject).copied()
    }

    fn sent_notice(&self, subject: Subject, word: &str) -> SentNotice {
        let now = self.observations.now;
        let first = self.sent(&subject).filter(|sent| sent.word == word).map(|sent| sent.first);
        SentNotice { subject, word: word.to_owned(), first: first.unwrap_or(now), last: now }
    }

    /// A time ago, or in the future because the clock was set back.
    fn is_past(&self, at: Timestamp, wait: Duration) -> bool {
        self.observations.now.since(at) >= wait || at > self.observations.now.after(wait)
    }

    /// Whether a subject is to be told: never before, or so long ago that it is time to remind.
    fn is_due(&self, subject: &Subject, every: Duration) -> bool {
        self.sent(subject).is_none_or(|sent| self.is_past(sent.last, every))
    }
}

/// A decision to send this notice and to remember these subjects as told.
fn tell(draft: NoticeDraft, sent: Vec<SentNotice>) -> Decision {
    Decision { draft: Some(draft), sent, forget: Vec::new() }
}

#[cfg(test)]
mod tests;
