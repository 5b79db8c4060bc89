//! Which hosts answer: the way out of our own network, seen through the polls.
use std::collections::HashMap;

use super::Ingest;
use super::queue::retry_bounds;
use crate::domain::{Feed, Timestamp};
use crate::schedule::{self, FailureStreak, HostContact, NetworkChange, NetworkState};
use crate::store::FeedState;

/// [`NetworkState`], told by the feeds' indices.
#[derive(Debug)]
pub(super) struct NetworkMonitor {
    /// The host, with its port, of each feed.
    of_feed: Vec<usize>,
    network: NetworkState,
}

impl NetworkMonitor {
    /// `articles_since` is set if an outage was under way when the program stopped.
    pub(super) fn new(feeds: &[Feed], states: &[FeedState], since: Option<Timestamp>) -> Self {
        let mut by_host = HashMap::new();
        let mut up = Vec::new();
        let of_feed = feeds
            .iter()
            .zip(states)
            .map(|(feed, state)| {
                let host = (feed.url.host_str().unwrap_or(""), feed.url.port_or_known_default());
                let index = *by_host.entry(host).or_insert(up.len());
                let answers = state.failures == 0;
                match up.get_mut(index) {
                    Some(up) => *up |= answers,
                    None => up.push(answers),
                }
                index
            })
            .collect();
        Self { of_feed, network: NetworkState::new(up, since) }
    }

    pub(super) fn out_since(&self) -> Option<Timestamp> {
        self.network.out_since()
    }

    /// What a poll of a feed told.
    pub(super) fn observe(
        &mut self,
        feed: usize,
        sight: HostContact,
        now: Timestamp,
    ) -> Option<NetworkChange> {
        let host = *self.of_feed.get(feed)?;
        self.network.record_contact(host, sight, now)
    }
}

impl Ingest {
    /// A poll that set out before our outage was recognised and came to nothing after it.
    pub(super) fn forgive_late_failure(&mut self, state: &mut FeedState) {
        let Some(since) = self.network.out_since() else { return };
        if state.failing_since >= Some(since) {
            clear_failures(state);
            let store = self.shared.store.clone();
            self.store_writes.spawn(async move { store.clear_failures_since(since).await });
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
                self.reschedule(|due, state, dice| {
                    let missed = state.succeeded_at.is_none_or(|read| read < since);
                    if missed {
                        due.min(schedule::due_after_start(now, now, retry_bounds(state), dice))
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
