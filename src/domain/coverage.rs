//! How a source stands, and what of it was not seen.
use super::{Name, Timestamp};

/// A feed's state in one word, the same in logs, tables and what people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedCondition {
    Ok,
    /// Asked, and no feed came back: no connection, an error status, a broken body.
    Failing,
    /// The server turns us away: 403, 429, or a page that wants a human.
    Blocked,
    /// An answer with status 200 whose body is a web page, or nothing a feed could be.
    NotAFeed,
    /// It keeps serving a batch older than one it served before.
    Stale,
    /// It answers, and has published nothing for far longer than it ever did.
    Silent,
    /// 410 again and again: only looked at weekly, until a person changes its `url`.
    Gone,
    /// It said "unchanged" when it was not: it is read whole each time.
    Distrusted,
    /// In the configuration, not polled yet.
    Unpolled,
}

impl FeedCondition {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::Blocked => "blocked",
            Self::NotAFeed => "not-a-feed",
            Self::Stale => "stale",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Distrusted => "distrusted",
            Self::Unpolled => "unpolled",
        }
    }

    /// Whether nothing is being read of the feed at present.
    pub fn is_failing(self) -> bool {
        match self {
            Self::Failing | Self::Blocked | Self::NotAFeed | Self::Gone => true,
            Self::Ok | Self::Stale | Self::Silent | Self::Distrusted | Self::Unpolled => false,
        }
    }
}

/// Why a time of a feed was not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// Two polls that had no item in common: items may have come and gone between them.
    Overlap,
    /// The same, and the feed had failed in between.
    Failing,
    /// The same, and our own network was down in between.
    Outage,
    /// The server claimed "unchanged" while items came: they were delayed until an audit.
    FalseUnchanged,
}

impl GapKind {
    /// Every kind, for reading one back from its word.
    pub const ALL: [Self; 4] = [Self::Overlap, Self::Failing, Self::Outage, Self::FalseUnchanged];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Failing => "failing",
            Self::Outage => "outage",
            Self::FalseUnchanged => "false-unchanged",
        }
    }
}

/// A time in which items of a feed may have come and gone, or were delayed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    pub feed: Name,
    pub start: Timestamp,
    /// Now, for one that is still open.
    pub end: Timestamp,
    pub kind: GapKind,
    /// How many items may have been missed at most, judged by the feed's own rate: nobody can know
    /// what came and went unseen.
    pub missed_at_most: u64,
    /// Items that came late instead.
    pub delayed: u64,
    /// The feed has not answered again yet; what was missed is known when it has.
    pub open: bool,
}

/// How much of a span was covered.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Coverage {
    /// The covered share of the span, `0.0..=1.0`; of several feeds, their mean.
    pub share: f64,
    /// Oldest first.
    pub gaps: Vec<Gap>,
}

/// A time in which our own network was down.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Outage {
    pub kind: OutageKind,
    pub start: Timestamp,
    /// `None` while it lasts.
    pub end: Option<Timestamp>,
    /// Hosts that fell silent before it was recognised.
    pub hosts: u64,
}

/// How one's own network was out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// Most hosts could not be connected to at once.
    Unreachable,
    /// Most hosts answered with the same web page: a portal that wants a login.
    Portal,
}

impl OutageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Portal => "portal",
        }
    }
}
