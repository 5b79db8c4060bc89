//! What the operator wants to hear of.
use std::fmt;
use std::sync::Arc;

use super::{Name, SourceSpan, Spanned};

/// How loud an alert is. The order is the order of loudness.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    #[default]
    Normal,
    High,
    /// Never waits for a group, a digest or the end of quiet hours.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// Terms under a name, for several watches to share as `@name`.
#[derive(Clone, Debug)]
pub struct TermSet {
    pub name: Name,
    /// Any of these stands for the set.
    pub any: Vec<Spanned>,
    /// Where it begins.
    pub at: SourceSpan,
}

/// A term that counts towards a watch's threshold.
#[derive(Clone, Debug)]
pub struct WeightedTerm {
    pub term: Spanned,
    /// Finite; below zero it counts against the watch.
    pub weight: f64,
}

/// What a watch looks for, as written; the matcher gives it its meaning. A watch fires when every
/// kind of condition that was written holds.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Any of these must appear.
    pub any: Vec<Spanned>,
    /// Every one of these must appear.
    pub all: Vec<Spanned>,
    /// None of these may appear: a veto.
    pub none: Vec<Spanned>,
    /// A query that must hold.
    pub query: Option<Spanned>,
    /// Terms whose weights must add up to the threshold.
    pub weighted: Vec<WeightedTerm>,
    /// Needed where terms are weighed, and only there.
    pub threshold: Option<f64>,
    /// What a weight is multiplied with when its term stands in the title; the matcher's default
    /// if none was written.
    pub title_factor: Option<f64>,
    /// BCP 47: only articles in one of these, or in an unknown language; empty is any.
    pub languages: Vec<Spanned>,
    /// Names of feeds, perhaps ending in `*`; empty is any.
    pub sources: Vec<Spanned>,
    /// The names of the tolerances that its terms keep; `None` is all of them.
    pub tolerate: Option<Vec<Spanned>>,
    /// The sets `@name` may name, the same for every watch of a list.
    pub sets: Arc<[TermSet]>,
}

/// Something that may happen to a story a reader was told of, and be worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateTrigger {
    /// So many distinct outlets carry it now, the first one included.
    Outlets(u32),
    /// A copy in a language it was not told in before.
    Language,
    /// The newsroom's headline tells another thing.
    Headline,
    /// The newsroom brought it again, marked as revised.
    Reissue,
    /// The newsroom says that it was wrong.
    Correction,
}

/// How a watch tells its stories.
#[derive(Clone, Debug, Default)]
pub struct StoryRules {
    /// Watches of one such name tell a receiver a story once between them.
    pub share_group: Option<Name>,
    /// When more of a told story is told, each once; empty is never.
    pub updates: Vec<UpdateTrigger>,
}

/// One watch.
#[derive(Clone, Debug)]
pub struct Watch {
    pub name: Name,
    /// For people; the name again if none was written.
    pub title: String,
    pub severity: Severity,
    /// The channels its alerts go to, at least one.
    pub notify: Vec<Name>,
    pub terms: Terms,
    pub story_rules: StoryRules,
    /// Where its table begins.
    pub at: SourceSpan,
}
