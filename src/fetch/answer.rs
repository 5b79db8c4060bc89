//! What an exchange came to.
use std::error::Error as _;
use std::time::Duration;

use url::Url;

use super::{ReadingShare, Refusal, tls};
use crate::domain::Validators;
use crate::parse::link_header::HeaderLink;

/// The end of an exchange. Only [`Answered::Fetched`] may change what is remembered of a feed.
#[derive(Debug)]
pub enum Answer {
    Fetched(Box<Fetched>),
    /// 304 to a conditional request.
    Unchanged(Unchanged),
    Failed(Failure),
}

/// A body, decoded.
#[derive(Debug)]
pub struct Fetched {
    /// A success: 200 to 299.
    pub status: u16,
    pub body: Vec<u8>,
    /// The memory in which the body is read. It is kept until what was made of the body is stored.
    pub memory: ReadingShare,
    pub content_type: Option<String>,
    /// To be kept only once the body was read as a feed.
    pub validators: Validators,
    /// How long the publisher says the answer stays as it is (`Cache-Control`, `Expires`, less
    /// `Age`); not bounded here. `None` if nothing was said.
    pub freshness: Option<Duration>,
    /// What `HeaderLink` headers named, as written: relative to `url`.
    pub links: Vec<HeaderLink>,
    /// Where the body came from, redirects followed.
    pub url: Url,
    /// Where the publisher says the feed lives now: every hop on the way was permanent.
    pub moved_to: Option<Url>,
    /// What broke the body off. Whole items of it may be used; its validators were dropped, because
    /// a 304 to them would hide the rest.
    pub incomplete: Option<Failure>,
    /// From the question to the last byte.
    pub took: Duration,
}

/// What came with "nothing changed".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unchanged {
    /// As in [`Fetched::freshness`].
    pub freshness: Option<Duration>,
    pub took: Duration,
}

/// Why there is no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// In words, without secrets.
    pub why: String,
    /// The server's wish, not yet bounded.
    pub retry_after: Option<Duration>,
    /// From the question to the failure.
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// We would not: the address is not public, or a redirect leads astray.
    Refused,
    /// The name has no address, or nobody could be asked.
    Unresolved,
    Connect,
    /// Connected, but not to whom the certificate should name.
    Tls,
    Timeout,
    Status(u16),
    /// A cap was hit.
    TooLarge,
    /// The body arrived and is no feed.
    Unreadable,
    /// The body did not arrive whole, or not in the coding it claimed.
    Body,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into(), retry_after: None, took: Duration::ZERO }
    }

    /// A body that arrived but cannot be read as a feed.
    pub fn unreadable(why: impl Into<String>) -> Self {
        Self::new(FailureKind::Unreadable, why)
    }

    pub(super) fn setup(why: &reqwest::Error) -> Self {
        Self::new(FailureKind::Connect, format!("no HTTP client: {}", innermost_cause(why)))
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let kind = if matches!(refusal, Refusal::Unresolved { .. }) {
            FailureKind::Unresolved
        } else {
            FailureKind::Refused
        };
        Self::new(kind, refusal.to_string())
    }

    /// What reqwest could not do. Its own text repeats the URL, which may hold a token, so only
    /// the innermost cause is told.
    pub(super) fn transport(error: &reqwest::Error) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(refusal) = inner.downcast_ref::<Refusal>() {
                return Self::refused(refusal);
            }
            if let Some(why) = tls::describe(inner) {
                return Self::new(FailureKind::Tls, why);
            }
            cause = inner.source();
        }
        let why = innermost_cause(error);
        if error.is_timeout() {
            return Self::new(FailureKind::Timeout, format!("timed out: {why}"));
        }
        if error.is_connect() {
            return Self::new(FailureKind::Connect, format!("cannot connect: {why}"));
        }
        if error.is_body() || error.is_decode() {
            return Self::new(FailureKind::Body, format!("the answer broke off: {why}"));
        }
        Self::new(FailureKind::Connect, format!("the exchange failed: {why}"))
    }
}

fn innermost_cause(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}
