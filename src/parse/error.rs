//! Why a body could not be read as a feed, in words.
use std::fmt;

/// A body that is no feed changes no state: the reason is shown to people and that is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nothing there, or nothing but white space.
    Empty,
    /// Something else than a feed.
    NotAFeed {
        /// What it looks like: "an HTML page titled “Just a moment…”".
        looks_like: String,
    },
    /// It means to be a feed, and no repair made it readable.
    Unreadable {
        /// The reader's own words.
        why: String,
    },
    /// The reader broke on it: the body is worth keeping as a reproducer.
    Panicked {
        /// The panic's message.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the answer is empty"),
            Self::NotAFeed { looks_like } => write!(f, "not a feed: it looks like {looks_like}"),
            Self::Unreadable { why } => write!(f, "the feed cannot be read: {why}"),
            Self::Panicked { why } => write!(f, "the feed broke its reader: {why}"),
        }
    }
}

impl std::error::Error for Error {}
