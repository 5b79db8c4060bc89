//! What a reload would take away: a watchlist or feed list that became empty or half-written never
//! silently replaces one that works.
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::plan::CheckedConfig;
use crate::domain::{ChannelKind, Name};

/// A reload that keeps at most one in so many of the old feeds, watches, channels or terms says
/// what it removed.
const KEPT_SHARE_SAID: usize = 2;
/// Removed names that are listed; the others are counted.
const NAMES_SHOWN_MAX: usize = 8;

/// What a configuration holds, by name: kept to be compared with the next one.
#[derive(Debug)]
pub(super) struct Inventory {
    store: PathBuf,
    feeds: BTreeSet<Name>,
    watches: BTreeSet<Name>,
    channels: BTreeSet<Name>,
    /// Terms of all watches together: a watch may lose most of its words and keep its name.
    terms: usize,
    /// Some channel leads to another place than this machine's terminal.
    has_outside_channel: bool,
}

impl Inventory {
    /// Notes what `checked` holds, before its parts are moved into the loops.
    pub(super) fn new(checked: &CheckedConfig) -> Self {
        let CheckedConfig { config, plan } = checked;
        Self {
            store: config.store.path.clone(),
            feeds: config.feeds.iter().map(|feed| feed.name.clone()).collect(),
            watches: config.watches.iter().map(|watch| watch.name.clone()).collect(),
            channels: config.channels.iter().map(|channel| channel.name.clone()).collect(),
            terms: plan.matcher.size().terms,
            has_outside_channel: config
                .channels
                .iter()
                .any(|channel| !matches!(channel.kind, ChannelKind::Console)),
        }
    }

    /// Why `next` must not replace this in a running program. A start takes it: whoever restarts
    /// the program means it.
    pub(super) fn refusals(&self, next: &Self) -> Vec<String> {
        let mut refusals = Vec::new();
        if self.store != next.store {
            refusals.push(format!(
                "the store would move from {} to {}, and a running program keeps its store; is \
                 `[store]` missing?",
                self.store.display(),
                next.store.display()
            ));
        }
        for (what, old, new) in self.lists(next) {
            if !old.is_empty() && new.is_empty() {
                refusals.push(format!("all {} {what} would be removed", old.len()));
            }
        }
        if self.has_outside_channel && !next.has_outside_channel {
            refusals.push(
                "every channel would be removed, and alerts would only be printed here".to_owned(),
            );
        }
        refusals
    }

    /// What is worth telling of a reload that is taken over: lists that lost half or more.
    pub(super) fn losses(&self, next: &Self) -> Vec<String> {
        let mut losses = Vec::new();
        for (what, old, new) in self.lists(next) {
            let removed: Vec<&str> = old.difference(new).map(Name::as_str).collect();
            if is_much(old.len(), old.len() - removed.len()) {
                let more = removed.len().saturating_sub(NAMES_SHOWN_MAX);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let shown = removed.get(..NAMES_SHOWN_MAX).unwrap_or(&removed).join("`, `");
                losses.push(format!(
                    "{} of {} {what} are removed: `{shown}`{more}",
                    removed.len(),
                    old.len()
                ));
            }
        }
        if is_much(self.terms, next.terms) {
            losses
                .push(format!("the watchlist had {} terms and has {} now", self.terms, next.terms));
        }
        losses
    }

    /// Each list with its counterpart, under the name that messages use.
    fn lists<'a>(
        &'a self,
        next: &'a Self,
    ) -> [(&'static str, &'a BTreeSet<Name>, &'a BTreeSet<Name>); 3] {
        [
            ("feeds", &self.feeds, &next.feeds),
            ("watches", &self.watches, &next.watches),
            ("channels", &self.channels, &next.channels),
        ]
    }
}

/// Whether so little was kept that the operator should be told.
fn is_much(before: usize, kept: usize) -> bool {
    before > 0 && kept * KEPT_SHARE_SAID <= before
}
