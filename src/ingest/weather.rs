//! Which hosts answer: the way out of our own network, seen through the polls.
use std::collections::HashMap;

use super::{Ingest, patience};
use crate::domain::{Feed, Moment};
use crate::schedule::{self, Network, Sight, Strikes, Turned};
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

impl Ingest {
    /// A poll that set out before our outage was recognised and came to nothing after it.
    pub(super) fn forgive_late(&mut self, state: &mut FeedState) {
        let Some(since) = self.weather.out_since() else { return };
        if state.failing_since >= Some(since) {
            forgive(state);
            let store = self.shared.store.clone();
            self.notes.spawn(async move { store.forgive(since).await });
        }
    }

    /// Our own network went down or is back. What failed meanwhile is no fault of the feeds, and what
    /// waits is spread, so that the recovery is no storm.
    pub(super) fn weather_turned(&mut self, turned: Turned, now: Moment) {
        let store = self.shared.store.clone();
        let since = match turned {
            Turned::Down { since, .. } | Turned::Up { since, .. } => since,
        };
        let failed_since = |state: &&mut FeedState| state.failing_since >= Some(since);
        for state in self.states.iter_mut().flatten().filter(failed_since) {
            forgive(state);
        }
        match turned {
            Turned::Down { kind, since, hosts } => {
                tracing::error!(
                    hosts,
                    "our own network is down ({}): {hosts} hosts fell silent since {since}",
                    kind.as_str()
                );
                self.notes.spawn(async move { store.outage_began(kind, since, hosts).await });
            }
            Turned::Up { since, until } => {
                tracing::warn!("our own network is back since {until}; it was down since {since}");
                self.notes.spawn(async move { store.outage_ended(since, until).await });
                self.lay_out(|due, state, dice| {
                    let missed = state.succeeded_at.is_none_or(|read| read < since);
                    if missed {
                        due.min(schedule::on_start(now, now, patience(state), dice))
                    } else {
                        due
                    }
                });
            }
        }
    }
}

fn forgive(state: &mut FeedState) {
    (state.failures, state.failing_since) = (0, None);
    state.strikes = Strikes::default();
}
