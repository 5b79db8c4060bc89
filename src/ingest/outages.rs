//! An outage of our own network: what failed during it is no fault of the feeds.
use std::collections::HashSet;

use super::due::longest_wait;
use super::state::Ingest;
use crate::domain::Timestamp;
use crate::schedule::{self, FailureStreak, HostContact, NetworkChange};
use crate::store::FeedState;

impl Ingest {
    /// A poll that began before our outage was recognised, and failed because of it.
    pub(super) fn forgive_late_failure(&mut self, state: &mut FeedState) {
        let Some(since) = self.network.out_since() else { return };
        if state.failing_since >= Some(since) {
            clear_failures(state);
            let store = self.shared.store.clone();
            self.store_writes.spawn(async move { store.clear_failures_since(since).await });
        }
    }

    /// Takes in what a poll told of its host.
    pub(super) fn observe_contact(&mut self, index: usize, seen: HostContact, now: Timestamp) {
        if let Some(change) = self.network.observe(index, seen, now) {
            self.network_changed(change, now);
        }
    }

    /// Takes in what all polls of one round told, which began at `began`. Within a round a host that
    /// cannot be reached is often known before one that answers: only together do they tell.
    pub(super) fn observe_round(&mut self, began: Timestamp) {
        let contacts = std::mem::take(&mut self.contacts);
        let hosts = |answered: bool| {
            let contacts = contacts.iter();
            let of = contacts.filter(|(_, seen)| (*seen == HostContact::Answer) == answered);
            of.filter_map(|(index, _)| self.network.host_of(*index)).collect::<HashSet<usize>>()
        };
        let answered = schedule::proves_network(hosts(true).len(), hosts(false).len());
        for (index, seen) in contacts {
            if seen == HostContact::Answer || !answered {
                self.observe_contact(index, seen, began);
            }
        }
    }

    /// Our own network went down or is back. What failed meanwhile is no fault of the feeds, and what
    /// waits is spread, so that the recovery is no storm.
    pub(super) fn network_changed(&mut self, turned: NetworkChange, now: Timestamp) {
        let store = self.shared.store.clone();
        let since = match turned {
            NetworkChange::Down { since, .. } | NetworkChange::Up { since, .. } => since,
        };
        let failed_since = |state: &&mut FeedState| state.failing_since >= Some(since);
        for state in self.states.iter_mut().flatten().filter(failed_since) {
            clear_failures(state);
        }
        match turned {
            NetworkChange::Down { kind, since, hosts } => {
                tracing::error!(
                    hosts,
                    "our own network is down ({}): {hosts} hosts fell silent since {since}",
                    kind.as_str()
                );
                self.store_writes
                    .spawn(async move { store.outage_began(kind, since, hosts).await });
            }
            NetworkChange::Up { since, until } => {
                tracing::warn!("our own network is back since {until}; it was down since {since}");
                self.store_writes.spawn(async move { store.outage_ended(since, until).await });
                self.reschedule(|due, state, jitter| {
                    let missed = state.succeeded_at.is_none_or(|read| read < since);
                    if missed {
                        let (interval, longest) = (state.interval, longest_wait(state));
                        due.min(schedule::due_after_start(now, now, interval, longest, jitter))
                    } else {
                        due
                    }
                });
            }
        }
    }
}

fn clear_failures(state: &mut FeedState) {
    (state.failures, state.failing_since) = (0, None);
    state.strikes = FailureStreak::default();
}
