//! What the watches and their terms are read with.
use std::collections::BTreeSet;
use std::sync::Arc;

use super::service::Defaults;
use super::severity::MinSeverities;
use super::sources::Sources;
use crate::domain::{Name, TermSet, UpdateTrigger};

/// What reading the watches rests on.
pub(super) struct WatchContext<'a> {
    pub(super) defaults: &'a Defaults,
    /// When updates of a story are sent, unless a watch says otherwise.
    pub(super) updates: &'a [UpdateTrigger],
    pub(super) sources: &'a Sources,
    /// `None` if a watchlist is read alone, without the channels it names.
    pub(super) channels: Option<&'a MinSeverities>,
    /// `None` if a watchlist is read alone, without the feeds it names.
    pub(super) feeds: Option<&'a BTreeSet<Name>>,
    /// The sets every watch may name.
    pub(super) sets: Arc<[TermSet]>,
}
