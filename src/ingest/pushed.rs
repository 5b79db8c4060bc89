//! Polls a feed that its hub announced, and leaves one that a good hub pushes alone for longer.
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::hub_pushes::Pushes;
use super::state::Ingest;
use crate::domain::{Name, Timestamp};

impl Ingest {
    /// Takes hints from now on: feeds to be polled at once, and feeds whose hubs may be relied on.
    pub fn listen(
        &mut self,
        due: mpsc::Receiver<Name>,
        trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
    ) {
        let feeds = self.shared.plan.feeds.iter().enumerate();
        let index = feeds.map(|(index, feed)| (feed.name.clone(), index)).collect();
        self.pushes = Some(Pushes { due, trusted, index, poll_again: HashSet::new() });
    }

    /// Makes due what was pushed. A feed that fails keeps its back-off: the hub may announce what
    /// the server cannot give.
    pub(super) fn take_pushes(&mut self, now: Timestamp) {
        while let Some(name) = self.pushes.as_mut().and_then(|pushes| pushes.due.try_recv().ok()) {
            self.poll_soon(&name, now);
        }
    }

    pub(super) fn poll_soon(&mut self, name: &Name, now: Timestamp) {
        let Some(pushes) = &mut self.pushes else { return };
        let Some(index) = pushes.index.get(name).copied() else { return };
        match self.states.get(index).and_then(Option::as_ref) {
            None => {
                pushes.poll_again.insert(index);
            }
            Some(state) if state.failures > 0 => (),
            Some(_) => {
                let queued = std::mem::take(&mut self.queue).into_vec();
                let sooner = |(due, feed): (Timestamp, usize)| {
                    (if feed == index { due.min(now) } else { due }, feed)
                };
                self.queue =
                    queued.into_iter().map(|item| std::cmp::Reverse(sooner(item.0))).collect();
            }
        }
    }

    /// When a feed that was just polled is due: at once if a push came meanwhile, at the cap if its
    /// hub may be relied on and its interval is ours to choose.
    pub(super) fn due_after(&mut self, index: usize, next: Timestamp, now: Timestamp) -> Timestamp {
        let Some(pushes) = &mut self.pushes else { return next };
        let feed = self.shared.plan.feeds.get(index);
        let failing =
            self.states.get(index).and_then(Option::as_ref).is_none_or(|state| state.failures > 0);
        if failing {
            pushes.poll_again.remove(&index);
            return next;
        }
        if pushes.poll_again.remove(&index) {
            return now;
        }
        match feed {
            Some(feed) if pushes.hub_is_trusted(feed) => {
                next.max(now.after(self.shared.plan.bounds.cap))
            }
            Some(_) | None => next,
        }
    }
}
