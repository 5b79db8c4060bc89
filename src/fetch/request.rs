//! What is asked of a server, and within which bounds.
use std::time::Duration;

use url::Url;

use crate::domain::{Feed, Network, Secret, Validators};

/// The bounds of one exchange.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first look-up to the last byte, redirects included.
    pub total: Duration,
    /// Until the first byte of an answer's head.
    pub first_byte: Duration,
    /// Bytes of a body after decompression. Before it the same bound holds.
    pub body_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(30),
            first_byte: Duration::from_secs(15),
            body_bytes_max: 10 << 20,
        }
    }
}

impl Limits {
    /// An article's page: smaller than a feed may be, and less worth waiting for.
    const PAGE: Self = Self {
        total: Duration::from_secs(20),
        first_byte: Duration::from_secs(10),
        body_bytes_max: 5 << 20,
    };
    /// A hub's answer to a form: it says yes or no.
    const FORM: Self = Self {
        total: Duration::from_secs(20),
        first_byte: Duration::from_secs(15),
        body_bytes_max: 64 << 10,
    };

    /// The tighter of both in every respect: what the operator set for feeds binds the rest too.
    fn within(self, other: Self) -> Self {
        Self {
            total: self.total.min(other.total),
            first_byte: self.first_byte.min(other.first_byte),
            body_bytes_max: self.body_bytes_max.min(other.body_bytes_max),
        }
    }
}

/// The kind of question, which decides method, `Accept` and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind<'a> {
    /// GET a feed, within the gate's own limits.
    Feed,
    /// GET an HTML page: 5 MiB, 20 s.
    Page,
    /// POST a form (`application/x-www-form-urlencoded`): 64 KiB of answer, 20 s. Redirects are
    /// followed where the method is kept (307, 308), and to the same origin only: a form may hold a
    /// secret.
    Form(&'a [(&'a str, &'a str)]),
}

impl RequestKind<'_> {
    pub(super) fn limits(self, gate: Limits) -> Limits {
        match self {
            Self::Feed => gate,
            Self::Page => Limits::PAGE.within(gate),
            Self::Form(_) => Limits::FORM.within(gate),
        }
    }

    /// Feeds first, anything after: some servers answer 406 to a list without `*/*`.
    pub(super) fn accepts(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/rss+xml, application/atom+xml, application/feed+json, \
                 application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5"
            }
            Self::Page => "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
            Self::Form(_) => "*/*",
        }
    }
}

/// One question to a server.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub kind: RequestKind<'a>,
    pub url: &'a Url,
    /// The address the operator wrote. `headers`, `auth` and `allow_private` hold for its origin and
    /// nowhere else, and it alone may name any port.
    pub home: &'a Url,
    pub headers: &'a [(String, String)],
    pub auth: Option<&'a Secret>,
    pub validators: Option<&'a Validators>,
    /// Whether the body is read. Without it the answer says only whether the document has changed.
    pub wants_body: bool,
    /// Private networks the home's origin may be in, by the operator's word.
    pub allow_private: &'a [Network],
    /// Whether a redirect from https to http is followed.
    pub allow_downgrade: bool,
}

impl<'a> Request<'a> {
    /// A poll of a feed; with validators it is a conditional one.
    pub fn feed(feed: &'a Feed, validators: Option<&'a Validators>) -> Self {
        Self { validators, ..Self::linked_from(feed, &feed.url, RequestKind::Feed) }
    }

    /// Asks whether a feed has changed, without its body.
    pub fn is_changed(feed: &'a Feed, validators: &'a Validators) -> Self {
        Self { wants_body: false, ..Self::feed(feed, Some(validators)) }
    }

    /// A page a feed's item links to. What the operator allowed the feed holds if the page is of
    /// the feed's own origin.
    pub fn page(feed: &'a Feed, url: &'a Url) -> Self {
        Self::linked_from(feed, url, RequestKind::Page)
    }

    /// Another document found through a feed: its hub (a form), another sitemap (a feed).
    pub fn linked_from(feed: &'a Feed, url: &'a Url, kind: RequestKind<'a>) -> Self {
        Self {
            kind,
            url,
            home: &feed.url,
            headers: &feed.headers,
            auth: feed.auth.as_ref(),
            validators: None,
            wants_body: true,
            allow_private: &feed.allow_private,
            allow_downgrade: feed.allow_downgrade,
        }
    }

    /// Whether the address is on a server of the operator's own, in a network that was allowed.
    pub fn is_own(&self) -> bool {
        !self.allow_private.is_empty() && self.url.origin() == self.home.origin()
    }

    /// An address a person typed, with nothing allowed beyond the public internet.
    pub fn typed(url: &'a Url, ask: RequestKind<'a>) -> Self {
        Self { home: url, ..Self::found(url, url, ask) }
    }

    /// An address found in a document that came from `home`.
    pub fn found(home: &'a Url, url: &'a Url, kind: RequestKind<'a>) -> Self {
        Self {
            kind,
            url,
            home,
            headers: &[],
            auth: None,
            validators: None,
            wants_body: true,
            allow_private: &[],
            allow_downgrade: false,
        }
    }
}
