//! The only module that knows SQL: what was seen, what was told and what still has to be delivered.
//!
//! One writer thread owns the connection that writes. Jobs that arrive while a transaction is being
//! synced are put into the next one together, so that thousands of polls cost a few hundred syncs,
//! and nobody is told "committed" before the disk said so.

mod article;
mod error;
mod hub;
mod page;
mod poll;
mod sqlite;
mod story;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{
    AlertId, Article, ClockStep, DeliveryId, FeedCondition, Finding, Message, MessageId, Name,
    Outage, Outcome, Severity, Snippet, Timestamp,
};
use crate::health::{self, DeadMessages, FailingChannel, FailingHub, FeedStatus};
use crate::stories::decide::SharedKeys;

pub use article::{ArticleTrace, StoredArticle};
pub use error::{Error, Trouble};
pub use hub::{
    HubAnswer, HubDenial, HubGrant, HubHealth, HubOffer, HubRequest, MISSED_PUSHES_MAX,
    NewSubscription,
};
pub use page::{PageDue, PageLease, PageOutcome, PageResult, PageTrace};
pub use poll::{Batch, FeedId, FeedState, FeedWindow, Poll, PollResult, Recognised, WindowItem};
pub use sqlite::{Lock, Reader, Store, notice_id, update_id};
pub use story::{
    AlertDetails, DeliveryStatus, Feedback, RatedAlert, SilentArticle, Story, StoryArticle,
    StoryEditRefusal, StorySummary, UpdateTriggers,
};

/// An item that may be news, with the watches that fired on it.
#[derive(Debug)]
pub struct Candidate {
    pub article: Article,
    /// What it is among the other items of its document.
    pub setting: SharedKeys,
    pub fired: Vec<Fired>,
    /// The address of its page, if that is to be read as well.
    pub page: Option<String>,
}

/// A watch that fired, with all an alert needs of it.
#[derive(Debug)]
pub struct Fired {
    pub finding: Finding,
    pub snippet: Snippet,
    pub watch_title: String,
    pub severity: Severity,
    /// Watches of one such name tell a receiver a story once between them.
    pub share_group: Option<Name>,
    pub routes: Vec<Route>,
}

/// One receiver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route {
    pub channel: Name,
    /// A mail address, or empty where a channel has one nameless receiver.
    pub recipient: String,
}

/// What a poll came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommitCounts {
    /// Articles stored that opened a story.
    pub new: u64,
    /// Articles stored as copies of known ones.
    pub copies: u64,
    /// Known articles whose text changed.
    pub revised: u64,
    pub alerts: u64,
    /// Updates of stories already told.
    pub updates: u64,
    /// Findings in a source's own revision of a story that was told.
    pub follow_ups: u64,
    /// Findings that became no alert, each recorded with its reason.
    pub suppressed: u64,
}

/// A right to try one delivery, until it lapses.
#[derive(Debug)]
pub struct Lease {
    pub id: DeliveryId,
    pub token: i64,
    pub recipient: String,
    /// This attempt's number, from 1.
    pub attempt: u32,
    /// The bytes an earlier attempt already sent; they must be sent again.
    pub encoded: Option<Vec<u8>>,
    /// What to compose the message from if there are none.
    pub message: Message,
    /// For an update: the message that told the same receiver of the alert it follows.
    pub answers: Option<DeliveryId>,
    /// How often the channel failed since it last took a message.
    pub channel_failures: u32,
}

/// What a delivery loop asks the outbox for.
#[derive(Debug)]
pub struct LeaseRequest {
    pub channel: String,
    /// At most so many deliveries.
    pub most: u32,
    /// The leases lapse after this long.
    pub hold: Duration,
}

/// What a look into the outbox found for one channel.
#[derive(Debug, Default)]
pub struct DueDeliveries {
    pub leases: Vec<Lease>,
    /// Rows that could not be read, each with the reason: they are dead letters now.
    pub unreadable: Vec<String>,
    /// When the next row is due, if no row is due now.
    pub next: Option<Timestamp>,
}

/// How an attempt ended, and what is to happen to its row.
#[derive(Debug)]
pub struct AttemptResult {
    pub id: DeliveryId,
    pub token: i64,
    pub outcome: Outcome,
    /// For [`Outcome::Retry`] and [`Outcome::Unavailable`]: how long the message waits; `None` means
    /// there is no further attempt.
    pub retry_in: Option<Duration>,
    /// For [`Outcome::Unavailable`] and [`Outcome::Paused`]: how long the channel rests.
    pub rest: Duration,
    /// For [`Outcome::Accepted`]: messages that wait for a later attempt become due at once if the
    /// channel had failed before.
    pub bring_forward: bool,
}

/// What the end of an attempt came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptEnd {
    /// `false`: the lease had lapsed, and somebody else moved the row.
    pub is_held: bool,
    /// There is no further attempt.
    pub is_dead: bool,
    /// Waiting messages of the channel became due.
    pub brought_forward: bool,
}

/// Totals for `status` and `once`.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Totals {
    pub articles: u64,
    pub stories: u64,
    pub alerts: u64,
    /// Findings in a source's own revision of a story that was told.
    pub follow_ups: u64,
    pub suppressed: u64,
    /// Articles by the word for what they were: `new`, or why they joined a story.
    pub articles_by: BTreeMap<String, u64>,
    /// Findings by the word for what came of them.
    pub findings_by: BTreeMap<String, u64>,
    /// Counted by (alert, receiver), so that a digest of five counts five.
    pub pending: u64,
    pub delivered: u64,
    pub dead: u64,
    /// Put aside by a person with `outbox drop`.
    pub dropped: u64,
    /// The messages that are not alerts: updates and notices, by receiver.
    pub letters: MessageCounts,
}

/// Updates and notices by the state of their messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct MessageCounts {
    pub pending: u64,
    pub delivered: u64,
    pub dead: u64,
    pub dropped: u64,
}

/// One feed's health, for people.
#[derive(Clone, Debug, serde::Serialize)]
pub struct FeedHealth {
    pub name: Name,
    pub url: String,
    pub state: FeedCondition,
    /// Since when it is in that state; `None` if it always was, or that is not known.
    pub since: Option<Timestamp>,
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    pub error: Option<String>,
    pub polled_at: Option<Timestamp>,
    pub succeeded_at: Option<Timestamp>,
    pub changed_at: Option<Timestamp>,
    pub next_due: Timestamp,
    /// Between two polls, as things stand, in seconds.
    pub interval_s: u64,
    pub articles: u64,
    /// Where the publisher says it lives now: seen often enough, for long enough, to be advice.
    pub moved_to: Option<String>,
    /// Until when its validators are not believed.
    pub distrusted_until: Option<Timestamp>,
    pub mended: Option<String>,
}

impl From<FeedHealth> for FeedStatus {
    fn from(health: FeedHealth) -> Self {
        Self {
            name: health.name,
            url: health.url,
            word: health.state,
            since: health.since,
            failures: health.failures,
            error: health.error,
            polled_at: health.polled_at,
            next_due: health.next_due,
            moved_to: health.moved_to,
        }
    }
}

/// What the operator may have to be told of.
#[derive(Debug)]
pub struct HealthReport {
    pub feeds: Vec<FeedStatus>,
    pub channels: Vec<FailingChannel>,
    pub hubs: Vec<FailingHub>,
    /// Since the last notice of them.
    pub dead: DeadMessages,
    /// Of the last day, the latest first.
    pub clock_steps: Vec<ClockStep>,
    /// The latest outage, over or not.
    pub outage: Option<Outage>,
    pub notified: Vec<health::SentNotice>,
}

/// When somebody last worked with the store.
#[derive(Clone, Debug, Default)]
pub struct DaemonSign {
    /// The last sign of life of a daemon; `None` if none ever ran.
    pub alive_at: Option<Timestamp>,
    /// When a daemon last stopped in order.
    pub stopped_at: Option<Timestamp>,
    /// When a round of `once` last ended.
    pub round_at: Option<Timestamp>,
    /// The process that holds the store, or held it last.
    pub process: Option<u32>,
    /// What keeps the daemon from writing, such as a full disk; empty if nothing does.
    pub condition: String,
}

/// A channel that rests.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Pause {
    pub channel: String,
    pub since: Option<Timestamp>,
    /// `None`: until a person acts.
    pub until: Option<Timestamp>,
    pub why: String,
}

/// Two polls with nothing in common.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Loss {
    pub feed: String,
    pub start: Timestamp,
    pub end: Timestamp,
    /// Items the feed held at the later poll.
    pub window: u64,
}

/// One row of the outbox, for people.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OutboxRow {
    pub id: DeliveryId,
    pub state: String,
    pub channel: String,
    pub recipient: String,
    pub attempts: u32,
    pub created: Timestamp,
    pub due: Option<Timestamp>,
    pub error: Option<String>,
    pub alerts: Vec<AlertId>,
    /// What it carries if not alerts, and of what type that is.
    pub letter: Option<MessageId>,
    pub kind: Option<String>,
    /// Of the first alert, or of the update; empty for a notice.
    pub watch: String,
    pub title: String,
}

/// Which outbox rows a command means.
#[derive(Clone, Debug)]
pub enum OutboxFilter {
    One(DeliveryId),
    /// Every dead row, of one channel or of all.
    Dead {
        channel: Option<String>,
    },
    /// Every row that waits or is dead, of one channel or of all.
    Open {
        channel: Option<String>,
    },
    /// Every pending row, of one channel or of all.
    Pending {
        channel: Option<String>,
    },
}
