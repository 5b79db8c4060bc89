//! One request at a time to a host, and a breath between two.
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::{Feed, Moment};

/// Whose turn it is at each host.
#[derive(Debug)]
pub(super) struct Hosts {
    /// The host of each feed, by the feed's index.
    of_feed: Vec<usize>,
    hosts: Vec<Host>,
}

#[derive(Debug, Default)]
struct Host {
    busy: bool,
    gap: Duration,
    free_at: Moment,
    waiting: VecDeque<usize>,
}

/// Whether a feed may be asked now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// The host is free, but was asked a moment ago.
    At(Moment),
    /// Another feed of the host is being asked; this one is called when that is over.
    Waiting,
}

impl Hosts {
    pub(super) fn new(feeds: &[Feed], gap: Duration) -> Self {
        let mut hosts = Vec::new();
        let mut by_name = HashMap::new();
        let of_feed = feeds
            .iter()
            .map(|feed| {
                let host = feed.url.host_str().unwrap_or("").trim_start_matches("www.");
                *by_name.entry(host.to_owned()).or_insert_with(|| {
                    // A server of the operator's own, whose feeds are often many behind one
                    // address (a bridge), needs turns but no breath.
                    let gap = if feed.allow_private.is_empty() { gap } else { Duration::ZERO };
                    hosts.push(Host { gap, ..Host::default() });
                    hosts.len() - 1
                })
            })
            .collect();
        Self { of_feed, hosts }
    }

    fn host(&mut self, feed: usize) -> Option<&mut Host> {
        let host = *self.of_feed.get(feed)?;
        self.hosts.get_mut(host)
    }

    /// Asks for a turn; [`Turn::Now`] takes it.
    pub(super) fn turn(&mut self, feed: usize, now: Moment) -> Turn {
        let Some(host) = self.host(feed) else { return Turn::Now };
        if host.busy {
            host.waiting.push_back(feed);
            return Turn::Waiting;
        }
        if host.free_at > now {
            return Turn::At(host.free_at);
        }
        host.busy = true;
        Turn::Now
    }

    /// Gives the turn back; names the feed that waited longest and when it may ask.
    pub(super) fn landed(&mut self, feed: usize, now: Moment) -> Option<(usize, Moment)> {
        let host = self.host(feed)?;
        host.busy = false;
        host.free_at = now.after(host.gap);
        let free_at = host.free_at;
        host.waiting.pop_front().map(|waiting| (waiting, free_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Backlog, Name};

    fn feed(url: &str) -> Feed {
        Feed {
            name: Name::new(url),
            url: url.parse().unwrap(),
            title: None,
            tags: Vec::new(),
            every: None,
            headers: Vec::new(),
            auth: None,
            language: None,
            allow_private: Vec::new(),
            backlog: Backlog::None,
            canonical: None,
        }
    }

    #[test]
    fn a_host_is_asked_one_thing_at_a_time_with_a_gap() {
        let feeds = ["http://www.a.example/1", "https://a.example/2", "http://b.example/"];
        let feeds: Vec<Feed> = feeds.iter().map(|url| feed(url)).collect();
        let mut hosts = Hosts::new(&feeds, Duration::from_secs(1));
        let (start, end) = (Moment(10_000), Moment(12_000));
        assert_eq!(hosts.turn(0, start), Turn::Now);
        assert_eq!(hosts.turn(1, start), Turn::Waiting);
        assert_eq!(hosts.turn(2, start), Turn::Now);
        assert_eq!(hosts.landed(0, end), Some((1, Moment(13_000))));
        assert_eq!(hosts.turn(1, Moment(12_500)), Turn::At(Moment(13_000)));
        assert_eq!(hosts.turn(1, Moment(13_000)), Turn::Now);
        assert_eq!(hosts.landed(1, end), None);
    }
}
