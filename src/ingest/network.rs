//! Which hosts answer: the way out of our own network, seen through the polls.
use std::collections::HashMap;

use crate::domain::{Feed, Timestamp};
use crate::schedule::{HostContact, NetworkChange, NetworkState};
use crate::store::FeedState;

/// [`NetworkState`], by the indices of the feeds.
#[derive(Debug)]
pub(super) struct NetworkMonitor {
    /// The host, with its port, of each feed.
    of_feed: Vec<usize>,
    network: NetworkState,
}

impl NetworkMonitor {
    /// `since` is set if an outage was under way when the program stopped.
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

    /// The host of a feed, as a number.
    pub(super) fn host_of(&self, feed: usize) -> Option<usize> {
        self.of_feed.get(feed).copied()
    }

    /// What a poll of a feed says of the way to its host.
    pub(super) fn observe(
        &mut self,
        feed: usize,
        contact: HostContact,
        now: Timestamp,
    ) -> Option<NetworkChange> {
        let host = self.host_of(feed)?;
        self.network.record_contact(host, contact, now)
    }
}
