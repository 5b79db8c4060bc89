//! Stories as people look at them, and what a person's word on them came to.
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::{Alert, ArticleId, Attached, Moment, Name, Occasion, StoryId, Update};

use super::{Sent, Word};

/// When more of a told story is told, by watch.
pub type Occasions = HashMap<Name, Arc<[Occasion]>>;

/// One article of a story.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Member {
    pub article: ArticleId,
    /// The article it was recognised by.
    pub copy_of: Option<ArticleId>,
    #[serde(flatten)]
    pub attached: Attached,
}

/// A story in one line.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StoryLine {
    #[serde(serialize_with = "printed")]
    pub story: StoryId,
    pub opened: Moment,
    /// Of its first article; empty if that was forgotten.
    pub title: String,
    pub articles: u64,
    pub outlets: u64,
    pub alerts: u64,
}

/// A whole story.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Story {
    #[serde(serialize_with = "printed")]
    pub story: StoryId,
    pub opened: Moment,
    /// Where a person put it; then nothing else is in it.
    #[serde(serialize_with = "printed_if_any")]
    pub merged_into: Option<StoryId>,
    pub outlets: u64,
    pub languages: Vec<String>,
    /// In the order they came.
    pub articles: Vec<Member>,
    pub alerts: Vec<Alert>,
    pub updates: Vec<Update>,
    pub sent: Vec<Sent>,
}

/// An alert with all that hangs on it.
#[derive(Clone, Debug)]
pub struct Told {
    pub alert: Alert,
    pub word: Option<Word>,
    /// Where it is now: people may have merged or split it since.
    pub story: StoryId,
    /// The articles attached to its story, in the order they came.
    pub copies: Vec<Member>,
    pub updates: Vec<Update>,
    /// Every message about the story, of this alert's watch.
    pub sent: Vec<Sent>,
}

/// Why a person's word could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NoSuchArticle,
    /// It is the only article of its story.
    Alone,
    NoSuchStory(StoryId),
    /// A story cannot be merged with itself.
    Same,
}

fn printed<T: fmt::Display, S: serde::Serializer>(id: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn printed_if_any<T: fmt::Display, S: serde::Serializer>(
    id: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => to.collect_str(id),
        None => to.serialize_none(),
    }
}
