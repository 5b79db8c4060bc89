//! Why a body could not be read as a feed, in words for people.
use std::fmt;

/// Why a body is not a feed. Such a body changes no state of the feed; the reason is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The body has no bytes, or only white space.
    Empty,
    /// The body is something other than a feed.
    NotAFeed {
        /// What it looks like, for example "an HTML page titled “Just a moment…”".
        looks_like: String,
    },
    /// It begins like a feed, but no repair made it readable.
    Unreadable {
        /// The message of the XML or JSON parser.
        why: String,
    },
    /// The parser panicked. The body is worth keeping to reproduce the fault.
    Panicked {
        /// The message of the panic.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the answer is empty"),
            Self::NotAFeed { looks_like } => write!(f, "not a feed: it looks like {looks_like}"),
            Self::Unreadable { why } => write!(f, "the feed cannot be read: {why}"),
            Self::Panicked { why } => write!(f, "the feed made the parser panic: {why}"),
        }
    }
}

impl std::error::Error for Error {}
