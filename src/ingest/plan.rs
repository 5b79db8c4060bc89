//! What polling runs on.
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Feed, Name, Severity};
use crate::matcher::Matcher;
use crate::schedule::Bounds;
use crate::store::{Route, UpdateTriggers};

/// What polling needs to know of the configuration, whole and checked.
#[derive(Debug)]
pub struct Plan {
    pub feeds: Arc<Vec<Feed>>,
    pub matcher: Matcher,
    pub watches: HashMap<Name, WatchInfo>,
    /// When an update of an alerted story is sent, by watch.
    pub occasions: Arc<UpdateTriggers>,
    pub bounds: Bounds,
    /// Polls under way at once.
    pub concurrency: usize,
}

/// What an alert says of its watch, and where it is sent.
#[derive(Clone, Debug)]
pub struct WatchInfo {
    pub title: String,
    pub severity: Severity,
    /// Watches of one such name tell a receiver a story once between them.
    pub shares: Option<Name>,
    pub routes: Vec<Route>,
}
