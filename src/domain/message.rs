//! What one message tells: alerts, news of a story already told, or news of the service itself.
use std::fmt;

use super::{Alert, AlertId, MessageId, Name, Severity, StoryId, Timestamp};

/// The content of one message, the same for every receiver. Updates and notices are stored as JSON,
/// immutable, and every message to every channel is composed from them and nothing else.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// One alert, or the several of a digest.
    Alerts(Vec<Alert>),
    Update(Box<Update>),
    Notice(Box<Notice>),
}

/// News of a story that one of our alerts has told: it goes where the alert went.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Update {
    pub id: MessageId,
    /// The alert this follows; mails answer it.
    pub alert: AlertId,
    pub story: StoryId,
    pub watch: Name,
    pub watch_title: String,
    pub severity: Severity,
    /// The title the alert had, so that readers and mail programs know the thread again.
    pub title: String,
    /// Where to read the story as it stands now.
    pub url: Option<String>,
    /// What happened since, at least one thing.
    pub changes: Vec<Change>,
    /// Distinct feeds that carry the story, the first one included.
    pub outlets: u64,
    /// Language tags of the story's copies, each once.
    pub languages: Vec<String>,
    /// Copies of the story, the latest first; perhaps not all.
    pub copies: Vec<Attached>,
    /// All there are.
    pub copies_total: u64,
    pub created: Timestamp,
}

/// Something worth an update.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Change {
    /// So many distinct outlets now carry the story.
    Outlets { count: u64 },
    /// The first copy in this language (BCP 47).
    Language { language: String },
    /// The headline says something else now.
    Headline { before: String, after: String },
    /// The newsroom brought the story again, marked as revised.
    Reissue { before: String, after: String },
    /// An article of the story that says something new.
    FollowUp {
        /// The feed it came from.
        source: Name,
        /// Its headline.
        title: String,
        /// Where to read it.
        url: Option<String>,
        /// What it adds to what was told, in its own words; absent if its headline says it.
        adds: Option<String>,
    },
    /// The publisher corrects, or withdraws, what was told.
    Correction { before: String, after: String },
    /// Far more outlets than this watch is used to: distinct outlets within `hours`, and the usual
    /// number for as long a time.
    Surge { outlets: u64, hours: u64, usual: f64 },
}

/// One copy of a story.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attached {
    /// The feed's name.
    pub source: Name,
    pub title: String,
    pub url: Option<String>,
    pub language: Option<String>,
    pub first_seen: Timestamp,
    /// Why it counts as a copy, in the store's own word.
    pub reason: String,
    /// Likeness of the texts from 0 to 1, where texts were compared.
    pub similarity: Option<f64>,
}

/// News of the service itself, for whoever runs it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    pub id: MessageId,
    pub kind: NoticeKind,
    /// What it is about, e.g. a feed's name or `network`: notices of one subject are one thread.
    pub subject: String,
    pub severity: Severity,
    pub title: String,
    /// The news in sentences, one a line; the title is not repeated.
    pub lines: Vec<String>,
    /// The same for programs.
    pub details: serde_json::Value,
    pub created: Timestamp,
}

/// What a notice is about. The word is the `type` of its webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum NoticeKind {
    /// Feeds do not work, for longer than a hiccup.
    #[serde(rename = "source.failing")]
    SourceFailing,
    /// Feeds that were told of work again.
    #[serde(rename = "source.recovered")]
    SourceRecovered,
    /// Feeds answer from another address: change the configuration.
    #[serde(rename = "source.moved")]
    SourceMoved,
    /// Most feeds fail at once: the fault is on our side.
    #[serde(rename = "network.down")]
    NetworkDown,
    #[serde(rename = "network.recovered")]
    NetworkRecovered,
    /// A channel takes no messages; told through another one.
    #[serde(rename = "channel.failing")]
    ChannelFailing,
    #[serde(rename = "channel.recovered")]
    ChannelRecovered,
    /// Messages ended without being delivered.
    #[serde(rename = "outbox.dead")]
    OutboxDead,
    /// A hub does not serve us; its feeds are polled instead.
    #[serde(rename = "hub.failing")]
    HubFailing,
    /// The wall clock was set.
    #[serde(rename = "clock.moved")]
    ClockMoved,
    /// The configuration on disk is not the one that runs.
    #[serde(rename = "config.stale")]
    ConfigStale,
    /// The store takes no writes.
    #[serde(rename = "store.full")]
    StoreFull,
    /// A watch meets far more outlets than it is used to.
    #[serde(rename = "watch.surge")]
    WatchSurge,
    /// The store is damaged, gone or exchanged: the daemon has stopped.
    #[serde(rename = "store.unusable")]
    StoreUnusable,
    /// The day's account: feeds, gaps, alerts.
    #[serde(rename = "digest.daily")]
    Daily,
}

impl NoticeKind {
    /// The word used in webhooks, files and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SourceFailing => "source.failing",
            Self::SourceRecovered => "source.recovered",
            Self::SourceMoved => "source.moved",
            Self::NetworkDown => "network.down",
            Self::NetworkRecovered => "network.recovered",
            Self::ChannelFailing => "channel.failing",
            Self::ChannelRecovered => "channel.recovered",
            Self::OutboxDead => "outbox.dead",
            Self::HubFailing => "hub.failing",
            Self::ClockMoved => "clock.moved",
            Self::ConfigStale => "config.stale",
            Self::StoreFull => "store.full",
            Self::WatchSurge => "watch.surge",
            Self::StoreUnusable => "store.unusable",
            Self::Daily => "digest.daily",
        }
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Message {
    /// When it was made, which is also the message's date.
    pub fn created(&self) -> Timestamp {
        match self {
            Self::Alerts(alerts) => {
                alerts.iter().map(|alert| alert.created).max().unwrap_or_default()
            }
            Self::Update(update) => update.created,
            Self::Notice(notice) => notice.created,
        }
    }

    pub fn severity(&self) -> Severity {
        match self {
            Self::Alerts(alerts) => {
                alerts.iter().map(|alert| alert.severity).max().unwrap_or_default()
            }
            Self::Update(update) => update.severity,
            Self::Notice(notice) => notice.severity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_word_of_a_kind_is_the_word_people_see() {
        let kinds = [
            NoticeKind::SourceFailing,
            NoticeKind::SourceRecovered,
            NoticeKind::SourceMoved,
            NoticeKind::NetworkDown,
            NoticeKind::NetworkRecovered,
            NoticeKind::ChannelFailing,
            NoticeKind::ChannelRecovered,
            NoticeKind::WatchSurge,
            NoticeKind::StoreUnusable,
            NoticeKind::Daily,
        ];
        for kind in kinds {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
