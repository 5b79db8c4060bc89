//! What the operator wants to hear of.
use std::fmt;

use super::{Name, Place, Written};

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

/// The term lists of a watch, as written; the matcher gives them their meaning.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Any of these fires.
    pub any: Vec<Written>,
    /// None of these may appear: a veto.
    pub none: Vec<Written>,
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
    /// Where its table begins.
    pub at: Place,
}
