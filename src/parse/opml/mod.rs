//! Lists of feeds as readers exchange them (OPML 1.0 to 2.0): read however broken, written as the
//! specification has it.

mod read;
mod write;

pub use read::{Error, parse};
pub use write::to_xml;

/// A list of feeds, and what could not be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedList {
    pub title: Option<String>,
    /// In document order, each address once.
    pub feeds: Vec<Subscription>,
    /// What is not among the feeds, and why; by line.
    pub problems: Vec<SkippedLine>,
}

/// One feed of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    pub title: Option<String>,
    /// As written, but for `feed:` and white space.
    pub url: String,
    /// The site the feed belongs to.
    pub site: Option<String>,
    /// Paths of the groups it stands in, outermost first, joined by `/`.
    pub tags: Vec<String>,
    pub language: Option<String>,
    /// The name this program gave the feed, if the list was written by it.
    pub name: Option<String>,
    /// The fixed interval, as our configuration writes it; only in lists of our own.
    pub every: Option<String>,
    /// Where it stands, counted from one.
    pub line: usize,
}

/// Something in a list that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// Counted from one.
    pub line: usize,
    pub what: String,
}

/// The namespace of the attributes only we write. OPML 2.0 lets anyone add attributes in a
/// namespace of their own; the URI names it and leads nowhere.
const NAMESPACE: &str = "urn:wirewatch:opml";
