//! Where news comes from.
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{Name, Network, PageRules, Secret};

/// One feed, as we run on it: every value is valid.
#[derive(Clone, Debug)]
pub struct Feed {
    pub name: Name,
    pub url: Url,
    /// What people call it.
    pub title: Option<String>,
    /// Groups it belongs to, each a path joined by `/`, as lists of feeds have them.
    pub tags: Vec<String>,
    /// A fixed interval; `None` lets the scheduler choose between the global floor and cap.
    pub every: Option<Duration>,
    /// Extra request headers, the operator's own, e.g. `Accept-Language` or a `User-Agent`.
    pub headers: Vec<(String, String)>,
    /// Sent as `Authorization`, to the feed's own origin only.
    pub auth: Option<Secret>,
    /// BCP 47 tag used where an entry names no language.
    pub language: Option<String>,
    /// Networks outside the public internet this feed's own origin may resolve to.
    pub allow_private: Vec<Network>,
    /// Whether a redirect of an https feed to plain http is followed: what comes then is anybody's
    /// on the way.
    pub allow_downgrade: bool,
    /// What to do with the entries found at the first successful poll.
    pub backlog: Backlog,
    /// For feeds that give a teaser where the article is elsewhere.
    pub full_text: FullText,
    /// What makes two addresses of its items one page; `None` takes them as they are written.
    pub canonical: Option<Arc<PageRules>>,
    /// The feed is never staler than this, whatever its publisher wishes; `None`: as all feeds.
    pub max_staleness: Option<Duration>,
}

/// What feeds share whose requests are made one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Scheme, host and port.
    Origin,
    /// The host's name, with or without `www.`.
    #[default]
    Host,
    /// The name somebody registered: `feeds.example.org` and `rss.example.org` are one.
    Domain,
}

/// What of a feed's first poll may alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// Nothing: the first poll is a baseline.
    None,
    /// Entries published within this time before the poll (24 h unless told).
    Recent(Duration),
    /// Everything.
    All,
}

/// Whether the page an item links to is fetched and its article matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FullText {
    /// The feed's own text is all there is.
    #[default]
    Never,
    /// If no watch fired on what the feed said.
    WhenUnmatched,
    /// For every new item.
    Always,
}

/// What a server gave to ask "has it changed?" with, kept byte for byte (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}
