//! Why there is no body, in kinds and in words.
use std::error::Error;
use std::time::Duration;

use super::{Refusal, tls};

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
    /// We refused to ask: the address is not public, or a redirect leads where it must not.
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
        // Packets that vanish on the way to a host tell of the way, as a refusal does.
        if error.is_timeout() && !error.is_connect() {
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
    let mut last: &dyn Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}
