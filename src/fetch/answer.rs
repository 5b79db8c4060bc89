//! The result of a request.
use std::time::Duration;

use url::Url;

use super::{Failure, ReadingShare};
use crate::domain::Validators;
use crate::parse::link_header::HeaderLink;

/// The end of an exchange. Only [`Answer::Fetched`] may change what is remembered of a feed.
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
