//! Stories as people look at them, and what a person's word on them came to.
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::{
    Alert, ArticleId, Attached, DeliveryId, Name, StoryId, Timestamp, Update, UpdateTrigger,
};

/// When more of a told story is told, by watch.
pub type UpdateTriggers = HashMap<Name, Arc<[UpdateTrigger]>>;

/// One message about a story, and how far it came.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DeliveryStatus {
    pub watch: String,
    pub id: DeliveryId,
    pub channel: String,
    pub recipient: String,
    pub state: String,
    pub attempts: u32,
    pub error: Option<String>,
}

/// What a reader makes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Feedback {
    /// It was worth it.
    Ack,
    Noise,
}

impl Feedback {
    /// By the word in the store.
    pub(in crate::store) fn of(word: &str) -> Self {
        if word == "ack" { Self::Ack } else { Self::Noise }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Noise => "noise",
        }
    }
}

/// An alert with its reader's word, if there is one.
#[derive(Clone, Debug)]
pub struct RatedAlert {
    pub alert: Alert,
    pub feedback: Option<Feedback>,
}

/// One article of a story.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StoryArticle {
    pub article: ArticleId,
    /// The article it was recognised by.
    pub copy_of: Option<ArticleId>,
    #[serde(flatten)]
    pub attached: Attached,
}

/// A story in one line.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StorySummary {
    #[serde(serialize_with = "serialize_display")]
    pub story: StoryId,
    pub opened: Timestamp,
    /// Of its first article; empty if that was forgotten.
    pub title: String,
    pub articles: u64,
    pub outlets: u64,
    pub alerts: u64,
}

/// An article that nobody was told of, because it says nothing that was not told.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SilentArticle {
    /// The article.
    pub article: ArticleId,
    /// The story it was attached to.
    #[serde(serialize_with = "serialize_display")]
    pub story: StoryId,
    /// It, and why it is silent.
    #[serde(flatten)]
    pub attached: Attached,
    /// The headline of the article that was told; empty if that was forgotten.
    pub told: String,
}

/// A whole story.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Story {
    #[serde(serialize_with = "serialize_display")]
    pub story: StoryId,
    pub opened: Timestamp,
    /// Where a person put it; then nothing else is in it.
    #[serde(serialize_with = "serialize_optional_display")]
    pub merged_into: Option<StoryId>,
    pub outlets: u64,
    pub languages: Vec<String>,
    /// In the order they came.
    pub articles: Vec<StoryArticle>,
    pub alerts: Vec<Alert>,
    pub updates: Vec<Update>,
    pub sent: Vec<DeliveryStatus>,
}

/// An alert with all that hangs on it.
#[derive(Clone, Debug)]
pub struct AlertDetails {
    pub alert: Alert,
    pub feedback: Option<Feedback>,
    /// Where it is now: people may have merged or split it since.
    pub story: StoryId,
    /// The articles attached to its story, in the order they came.
    pub copies: Vec<StoryArticle>,
    pub updates: Vec<Update>,
    /// Every message about the story, of this alert's watch.
    pub sent: Vec<DeliveryStatus>,
}

/// Why a person's word could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryEditRefusal {
    NoSuchArticle,
    /// It is the only article of its story.
    OnlyArticle,
    NoSuchStory(StoryId),
    /// A story cannot be merged with itself.
    SameStory,
}

fn serialize_display<T: fmt::Display, S: serde::Serializer>(
    id: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn serialize_optional_display<T: fmt::Display, S: serde::Serializer>(
    id: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => to.collect_str(id),
        None => to.serialize_none(),
    }
}
