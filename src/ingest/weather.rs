//! Which hosts answer: the way out of our own network, seen through the polls.
use std::collections::HashMap;

use crate::domain::{Feed, Moment};
use crate::schedule::{Network, Sight, Turned};
use crate::store::FeedState;

/// [`Network`], told by the feeds' indices.
#[derive(Debug)]
pub(super) struct Weather {
    /// The host, with its port, of each feed.
    of_feed: Vec<usize>,
    network: Network,
}

impl Weather {
    /// `since` is set if an outage was under way when the program stopped.
    pub(super) fn new(feeds: &[Feed], states: &[FeedState], since: Option<Moment>) -> Self {
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
        Self { of_feed, network: Network::new(up, since) }
    }

    pub(super) fn out_since(&self) -> Option<Moment> {
        self.network.out_since()
    }

    /// What a poll of a feed told.
    pub(super) fn saw(&mut self, feed: usize, sight: Sight, now: Moment) -> Option<Turned> {
        let host = *self.of_feed.get(feed)?;
        self.network.saw(host, sight, now)
    }
}
