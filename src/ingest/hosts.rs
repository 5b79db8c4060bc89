//! One request at a time to a host, and a breath between two.
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use url::{Host as UrlHost, Url};

use crate::domain::{Feed, Scope, Timestamp};

/// Labels under which anybody can register a name below a country's, as `co.uk` and `or.kr`. A table
/// of every such suffix would be a dependency of its own; what is missing here is merely paced as one
/// host.
const SECOND_LEVELS: [&str; 10] = ["co", "com", "net", "org", "or", "ne", "ac", "go", "gov", "edu"];

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
    free_at: Timestamp,
    waiting: VecDeque<usize>,
}

/// Whether a feed may be asked now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// The host is free, but was asked a moment ago.
    At(Timestamp),
    /// Another feed of the host is being asked; this one is called when that is over.
    Waiting,
}

impl Hosts {
    pub(super) fn new(feeds: &[Feed], scope: Scope, gap: Duration) -> Self {
        let mut hosts = Vec::new();
        let mut by_name = HashMap::new();
        let of_feed = feeds
            .iter()
            .map(|feed| {
                *by_name.entry(key(&feed.url, scope)).or_insert_with(|| {
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
    pub(super) fn turn(&mut self, feed: usize, now: Timestamp) -> Turn {
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

    /// Gives the turn back; names the feed that waited longest and when it may ask. `host_hold` is a longer
    /// breath the host asked for.
    pub(super) fn landed(
        &mut self,
        feed: usize,
        hold: Option<Duration>,
        now: Timestamp,
    ) -> Option<(usize, Timestamp)> {
        let host = self.host(feed)?;
        host.busy = false;
        // The operator's own server is not asked for more patience than its own feeds need.
        let hold = hold.filter(|_| !host.gap.is_zero()).unwrap_or(Duration::ZERO);
        host.free_at = now.after(host.gap.max(hold));
        let free_at = host.free_at;
        host.waiting.pop_front().map(|waiting| (waiting, free_at))
    }
}

/// What feeds share whose requests are paced together.
fn key(url: &Url, scope: Scope) -> String {
    let host = url.host_str().unwrap_or("");
    match scope {
        Scope::Origin => url.origin().ascii_serialization(),
        Scope::Host => host.trim_start_matches("www.").to_owned(),
        Scope::Domain => match url.host() {
            Some(UrlHost::Domain(name)) => registrable(name).to_owned(),
            Some(UrlHost::Ipv4(_) | UrlHost::Ipv6(_)) | None => host.to_owned(),
        },
    }
}

/// The part of a name that somebody registered: its last two labels, or three where the second is
/// a public one.
fn registrable(name: &str) -> &str {
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
    let (last, second, third) = (dots.next(), dots.next(), dots.next());
    let between = |from: Option<usize>, to: Option<usize>| {
        name.get(from.map_or(0, |dot| dot + 1)..to.unwrap_or(name.len())).unwrap_or("")
    };
    let country = between(last, None).len() == 2;
    let public = country && SECOND_LEVELS.contains(&between(second, last));
    between(if public { third } else { second }, None)
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
            allow_downgrade: false,
            backlog: Backlog::None,
            full_text: crate::domain::FullText::Never,
            canonical: None,
            max_staleness: None,
        }
    }

    #[test]
    fn a_host_is_asked_one_thing_at_a_time_with_a_gap() {
        let feeds = ["http://www.a.example/1", "https://a.example/2", "http://b.example/"];
        let feeds: Vec<Feed> = feeds.iter().map(|url| feed(url)).collect();
        let mut hosts = Hosts::new(&feeds, Scope::Host, Duration::from_secs(1));
        let (start, end) = (Timestamp(10_000), Timestamp(12_000));
        assert_eq!(hosts.turn(0, start), Turn::Now);
        assert_eq!(hosts.turn(1, start), Turn::Waiting);
        assert_eq!(hosts.turn(2, start), Turn::Now);
        assert_eq!(hosts.landed(0, None, end), Some((1, Timestamp(13_000))));
        assert_eq!(hosts.turn(1, Timestamp(12_500)), Turn::At(Timestamp(13_000)));
        assert_eq!(hosts.turn(1, Timestamp(13_000)), Turn::Now);
        assert_eq!(hosts.landed(1, None, end), None);
    }
    #[test]
    fn a_host_that_asked_for_peace_is_left_in_peace_by_all_its_feeds() {
        let feeds: Vec<Feed> = ["http://a.example/1", "http://a.example/2"].map(feed).into();
        let mut hosts = Hosts::new(&feeds, Scope::Host, Duration::from_secs(1));
        assert_eq!(hosts.turn(0, Timestamp(0)), Turn::Now);
        assert_eq!(hosts.landed(0, Some(Duration::from_mins(5)), Timestamp(0)), None);
        assert_eq!(hosts.turn(1, Timestamp(2_000)), Turn::At(Timestamp(300_000)));
    }

    #[test]
    fn what_is_paced_together_is_the_operators_choice() {
        let key = |url: &str, scope| key(&url.parse().unwrap(), scope);
        let cases = [
            (Scope::Host, "http://www.a.example:8080/x", "a.example"),
            (Scope::Host, "http://feeds.a.example/", "feeds.a.example"),
            (Scope::Origin, "http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
            (Scope::Domain, "https://feeds.news.a.example/", "a.example"),
            (Scope::Domain, "https://rss.paper.co.kr/", "paper.co.kr"),
            (Scope::Domain, "https://paper.co.kr/", "paper.co.kr"),
            (Scope::Domain, "https://rss.paper.de/", "paper.de"),
            (Scope::Domain, "https://a.com.example/", "com.example"),
            (Scope::Domain, "http://127.0.0.1/", "127.0.0.1"),
            (Scope::Domain, "http://localhost/", "localhost"),
        ];
        for (scope, url, shared) in cases {
            assert_eq!(key(url, scope), shared, "{url}");
        }
    }
}
