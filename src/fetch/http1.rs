//! Which hosts are spoken to in HTTP/1.1 only, because their HTTP/2 does not work.
use std::collections::HashSet;
use std::error::Error;

use url::Url;

/// Hosts that are remembered. Past it none is added: each new one then costs two requests a poll.
const HOSTS_MAX: usize = 4_096;

/// The versions of HTTP a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum HttpVersions {
    /// What the server chooses.
    Any,
    Http1,
}

/// The hosts, each with its port.
#[derive(Debug, Default)]
pub(super) struct Http1Hosts(HashSet<(String, u16)>);

impl Http1Hosts {
    pub(super) fn insert(&mut self, url: &Url) {
        if self.0.len() < HOSTS_MAX {
            self.0.extend(host_of(url));
        }
    }

    pub(super) fn versions(&self, url: &Url) -> HttpVersions {
        let known = !self.0.is_empty() && host_of(url).is_some_and(|host| self.0.contains(&host));
        if known { HttpVersions::Http1 } else { HttpVersions::Any }
    }
}

fn host_of(url: &Url) -> Option<(String, u16)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

/// Whether a request failed in HTTP/2 itself, after the connection stood.
pub(super) fn is_http2_trouble(error: &reqwest::Error) -> bool {
    http2_error(error).is_some_and(|error| !error.is_io())
}

/// Whether the server asks for HTTP/1.1 (RFC 9113 section 7).
pub(super) fn is_http1_required(error: &reqwest::Error) -> bool {
    let reason = http2_error(error).and_then(h2::Error::reason);
    reason == Some(h2::Reason::HTTP_1_1_REQUIRED)
}

fn http2_error(error: &reqwest::Error) -> Option<&h2::Error> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref::<h2::Error>() {
            return Some(found);
        }
        cause = inner.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_remembered_with_its_port_and_no_more_than_a_bound() {
        let url = |text: &str| Url::parse(text).unwrap();
        let mut hosts = Http1Hosts::default();
        hosts.insert(&url("https://a.example/feed"));
        assert_eq!(hosts.versions(&url("https://a.example/other")), HttpVersions::Http1);
        assert_eq!(hosts.versions(&url("https://a.example:8443/feed")), HttpVersions::Any);
        assert_eq!(hosts.versions(&url("https://b.example/feed")), HttpVersions::Any);
        for n in 0..2 * HOSTS_MAX {
            hosts.insert(&url(&format!("https://h{n}.example/")));
        }
        assert_eq!(hosts.0.len(), HOSTS_MAX);
    }
}
