//! What the operator is told of the service itself, and when: first after a threshold, again every
//! day until it is mended, then once that it is. What fails together is told together.

mod daily;
mod ended;
mod wording;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{FeedCondition, Name, NoticeKind, OutageKind, Severity, Timestamp};

pub use daily::{DailyReport, DailySchedule, WatchTotals, covered, digest, gap_line, next_digest};
pub use wording::{advice, counted, duration_phrase, problem_phrase};

/// Below so many feeds "most fail at once" says nothing.
const MOST_FEEDS_MIN: usize = 4;
/// Feeds that began to fail within this time fell together: the longest usual interval, twice.
const TOGETHER: Duration = Duration::from_hours(2);
/// A network that is down for less is not news: a router that starts anew takes minutes.
const NETWORK_AFTER: Duration = Duration::from_mins(10);
/// A channel that takes nothing for so long is told of, or earlier if feeds are.
const CHANNEL_AFTER: Duration = Duration::from_hours(1);
/// Between two messages about failing feeds, so that feeds of one bad host are told together.
const FEED_NOTICE_GAP: Duration = Duration::from_mins(30);
/// What needs no hurry (silent, moved) is repeated this many times less often.
const MINOR_REMIND_FACTOR: u32 = 7;

/// How long the operator wants to wait, as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// A feed that fails for so long is told of,
    pub fail_after: Duration,
    /// or after so many failures in a row, whichever comes first.
    pub fail_times: u32,
    /// How often it is repeated until it is mended.
    pub remind_every: Duration,
}

/// A feed as it stands.
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

/// A channel that takes nothing.
#[derive(Clone, Debug)]
pub struct FailingChannel {
    pub channel: Name,
    pub since: Timestamp,
    pub why: String,
    pub waiting: u64,
}

/// All a decision rests on.
#[derive(Clone, Debug)]
pub struct Observations {
    pub now: Timestamp,
    pub feeds: Vec<FeedStatus>,
    pub channels: Vec<FailingChannel>,
    /// The outage of our own network that is recorded as lasting.
    pub outage: Option<(OutageKind, Timestamp)>,
    /// When the last outage ended: a feed not asked since then shows the outage, not itself.
    pub outage_over: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Feed(Name),
    /// The address of a feed.
    Address(Name),
    Channel(Name),
    Network,
    /// Failing feeds as a whole: when they were last written about.
    Feeds,
    /// The daily account.
    Account,
}

impl Subject {
    /// As it is stored.
    pub fn key(&self) -> String {
        match self {
            Self::Feed(name) => format!("feed:{name}"),
            Self::Address(name) => format!("address:{name}"),
            Self::Channel(name) => format!("channel:{name}"),
            Self::Network => "network".to_owned(),
            Self::Feeds => "feeds".to_owned(),
            Self::Account => "account".to_owned(),
        }
    }

    /// Reads a key back; `None` if it is none of ours.
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "network" => return Some(Self::Network),
            "feeds" => return Some(Self::Feeds),
            "account" => return Some(Self::Account),
            _ => {}
        }
        let (what, name) = key.split_once(':')?;
        let name = Name::new(name);
        match what {
            "feed" => Some(Self::Feed(name)),
            "address" => Some(Self::Address(name)),
            "channel" => Some(Self::Channel(name)),
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

const DOWN: &str = "down";
const BACK: &str = "back";

/// Decides what is to be said now.
pub fn decide(world: &Observations, told: &[SentNotice], patience: &Thresholds) -> Decision {
    let told: BTreeMap<&Subject, &SentNotice> =
        told.iter().map(|told| (&told.subject, told)).collect();
    let look = Review { world, told, patience };
    let down = look.network();
    let said = look
        .decide_network(down)
        .or_else(|| look.decide_channels())
        .or_else(|| if down.is_some() { None } else { look.decide_feeds() });
    let mut decision = said.unwrap_or_default();
    decision.forget.extend(look.forgotten_subjects());
    decision
}

struct Review<'a> {
    world: &'a Observations,
    told: BTreeMap<&'a Subject, &'a SentNotice>,
    patience: &'a Thresholds,
}

/// How a feed's trouble weighs; a change of it is news.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TroubleLevel {
    None,
    /// It is read, with a reservation.
    Minor,
    Failing,
    Gone,
}

fn trouble_level(word: FeedCondition) -> TroubleLevel {
    match word {
        FeedCondition::Ok | FeedCondition::Unpolled => TroubleLevel::None,
        FeedCondition::Stale | FeedCondition::Silent | FeedCondition::Distrusted => {
            TroubleLevel::Minor
        }
        FeedCondition::Failing | FeedCondition::Blocked | FeedCondition::NotAFeed => {
            TroubleLevel::Failing
        }
        FeedCondition::Gone => TroubleLevel::Gone,
    }
}

fn trouble_level_of(told: &SentNotice) -> TroubleLevel {
    let words = [
        FeedCondition::Failing,
        FeedCondition::Blocked,
        FeedCondition::NotAFeed,
        FeedCondition::Gone,
        FeedCondition::Stale,
        FeedCondition::Silent,
        FeedCondition::Distrusted,
    ];
    let word = words.into_iter().find(|word| word.as_str() == told.word);
    word.map_or(TroubleLevel::None, trouble_level)
}

/// The network as it is seen: since when it is down, and how that shows.
#[derive(Clone, Copy)]
struct NetworkDown {
    since: Timestamp,
    kind: Option<OutageKind>,
}

impl Review<'_> {
    fn told(&self, subject: &Subject) -> Option<&SentNotice> {
        self.told.get(subject).copied()
    }

    fn sent_notice(&self, subject: Subject, word: &str) -> SentNotice {
        let now = self.world.now;
        let first = self.told(&subject).filter(|told| told.word == word).map(|told| told.first);
        SentNotice { subject, word: word.to_owned(), first: first.unwrap_or(now), last: now }
    }

    /// A time ago, or in the future because the clock was set back.
    fn is_past(&self, at: Timestamp, wait: Duration) -> bool {
        self.world.now.since(at) >= wait || at > self.world.now.after(wait)
    }

    fn network(&self) -> Option<NetworkDown> {
        if let Some((kind, since)) = self.world.outage {
            return Some(NetworkDown { since, kind: Some(kind) });
        }
        let polled = self.world.feeds.iter().filter(|feed| feed.polled_at.is_some()).count();
        let mut since: Vec<Timestamp> = self
            .world
            .feeds
            .iter()
            .filter(|feed| {
                trouble_level(feed.word) == TroubleLevel::Failing && self.is_asked_since(feed)
            })
            .filter_map(|feed| feed.since)
            .collect();
        let most = polled / 2 + 1;
        if polled < MOST_FEEDS_MIN || since.len() < most {
            return None;
        }
        since.sort_unstable();
        let told = self.told(&Subject::Network).filter(|told| told.word == DOWN);
        let fell = since.windows(most).find_map(|fell| {
            let (first, last) = (fell.first()?, fell.last()?);
            (last.since(*first) <= TOGETHER).then_some(*first)
        });
        // What was told to be down stays down until half of the feeds are back.
        fell.or(told.map(|told| told.first)).map(|since| NetworkDown { since, kind: None })
    }

    fn is_asked_since(&self, feed: &FeedStatus) -> bool {
        let over = self.world.outage_over;
        over.is_none_or(|over| feed.polled_at.is_some_and(|polled| polled > over))
    }

    fn decide_network(&self, down: Option<NetworkDown>) -> Option<Decision> {
        let told = self.told(&Subject::Network).filter(|told| told.word == DOWN);
        let draft = match (down, told) {
            (Some(down), None) if self.is_past(down.since, NETWORK_AFTER) => {
                wording::network_down(self.world, down.since, down.kind, false)
            }
            (Some(down), Some(told)) if self.is_past(told.last, self.patience.remind_every) => {
                wording::network_down(self.world, down.since.min(told.first), down.kind, true)
            }
            (None, Some(told)) => wording::network_back(self.world, told.first),
            (Some(_) | None, _) => return None,
        };
        let word = if down.is_some() { DOWN } else { BACK };
        let told = vec![self.sent_notice(Subject::Network, word)];
        Some(Decision { draft: Some(draft), sent: told, forget: Vec::new() })
    }

    fn decide_channels(&self) -> Option<Decision> {
        let after = CHANNEL_AFTER.min(self.patience.fail_after);
        for ailing in &self.world.channels {
            let subject = Subject::Channel(ailing.channel.clone());
            let again = self.told(&subject);
            let due = match again {
                Some(told) => self.is_past(told.last, self.patience.remind_every),
                None => self.is_past(ailing.since, after),
            };
            if due {
                let draft = Some(wording::channel_failing(ailing, again.is_some(), self.world.now));
                let told = vec![self.sent_notice(subject, "failing")];
                return Some(Decision { draft, sent: told, forget: Vec::new() });
            }
        }
        let ails = |name: &Name| self.world.channels.iter().any(|one| one.channel == *name);
        self.told.iter().find_map(|(subject, told)| match subject {
            Subject::Channel(name) if !ails(name) => {
                let draft = Some(wording::channel_back(name, told.first, self.world.now));
                Some(Decision { draft, sent: Vec::new(), forget: vec![(*subject).clone()] })
            }
            Subject::Feed(_)
            | Subject::Address(_)
            | Subject::Channel(_)
            | Subject::Network
            | Subject::Feeds
            | Subject::Account => None,
        })
    }

    fn decide_feeds(&self) -> Option<Decision> {
        self.decide_failing().or_else(|| self.decide_recovered()).or_else(|| self.decide_moved())
    }

    /// Whether the feed was asked since the network came back: before that, its state is the
    /// network's.
    fn is_known_apart_from_network(&self, feed: &FeedStatus) -> bool {
        let back = self.told(&Subject::Network).filter(|told| told.word == BACK);
        self.is_asked_since(feed)
            && back.is_none_or(|back| feed.polled_at.is_some_and(|polled| polled > back.last))
    }

    /// How far a feed's trouble is on the way to its notice: told at 1, and from a half on taken
    /// along with others.
    fn notice_progress(&self, feed: &FeedStatus) -> f64 {
        if trouble_level(feed.word) != TroubleLevel::Failing {
            return 1.0;
        }
        let lasted = feed.since.map_or(Duration::ZERO, |since| self.world.now.since(since));
        let by_time = lasted.as_secs_f64() / self.patience.fail_after.as_secs_f64().max(1.0);
        let by_count = f64::from(feed.failures) / f64::from(self.patience.fail_times.max(1));
        by_time.max(by_count)
    }

    fn remind_every(&self, trouble: TroubleLevel) -> Duration {
        match trouble {
            TroubleLevel::Minor => self.patience.remind_every.saturating_mul(MINOR_REMIND_FACTOR),
            TroubleLevel::None | TroubleLevel::Failing | TroubleLevel::Gone => {
                self.patience.remind_every
            }
        }
    }

    fn decide_failing(&self) -> Option<Decision> {
        let last = self.told(&Subject::Feeds).map(|told| told.last);
        if last.is_some_and(|last| !self.is_past(last, FEED_NOTICE_GAP)) {
            return None;
        }
        let (mut fresh, mut again, mut due) = (Vec::new(), Vec::new(), false);
        for feed in self.world.feeds.iter().filter(|feed| self.is_known_apart_from_network(feed)) {
            let now = trouble_level(feed.word);
            if now == TroubleLevel::None {
                continue;
            }
            let subject = Subject::Feed(feed.name.clone());
            if let Some(told) = self.told(&subject).filter(|told| trouble_level_of(told) == now) {
                let every = self.remind_every(now);
                due |= self.is_past(told.last, every);
                if self.is_past(told.last, every / 2) {
                    again.push(feed);
                }
                continue;
            }
            let ripe = self.notice_progress(feed);
            due |= ripe >= 1.0;
            if ripe >= 0.5 {
                fresh.push(feed);
            }
        }
        if !due {
            return None;
        }
        let subjects = fresh.iter().chain(&again);
        let mut told: Vec<SentNotice> = subjects
            .map(|feed| self.sent_notice(Subject::Feed(feed.name.clone()), feed.word.as_str()))
            .collect();
        told.push(self.sent_notice(Subject::Feeds, "failing"));
        let draft = Some(wording::failing(&fresh, &again, self.world.now));
        Some(Decision { draft, sent: told, forget: Vec::new() })
    }
}

#[cfg(test)]
mod tests;
