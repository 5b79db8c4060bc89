//! A list of feeds as a value.

/// A list of feeds, and what could not be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedList {
    /// The title of the list.
    pub title: Option<String>,
    /// In document order, each address once.
    pub feeds: Vec<Subscription>,
    /// Lines that gave no feed, and why; sorted by line.
    pub problems: Vec<SkippedLine>,
}

/// One feed of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// The title of the feed, for people.
    pub title: Option<String>,
    /// As written, but without `feed:` and white space.
    pub url: String,
    /// The site the feed belongs to.
    pub site: Option<String>,
    /// The groups around the feed, the outermost first, joined by `/`.
    pub tags: Vec<String>,
    /// As written.
    pub language: Option<String>,
    /// The name this program gave the feed, if the list was written by it.
    pub name: Option<String>,
    /// The fixed interval in the form of our configuration. Only lists of our own have it.
    pub every: Option<String>,
    /// The line of the outline, counted from one.
    pub line: usize,
}

/// A line of a list that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// Counted from one.
    pub line: usize,
    /// The reason, in words.
    pub what: String,
}

/// The namespace of the attributes that only this program writes. OPML 2.0 allows anyone to add
/// attributes in a namespace. The URI is only a name and leads nowhere.
pub(super) const NAMESPACE: &str = "urn:wirewatch:opml";
