//! An item as its publisher wrote it: nothing canonical, nothing believed.
use super::Timestamp;

/// What kind of document a feed turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RSS 0.91, 0.92, 0.93, 0.94 and 2.0.
    Rss,
    /// RSS 0.90 and 1.0.
    Rdf,
    /// Atom 0.3 and 1.0.
    Atom,
    /// JSON Feed 1.0 and 1.1.
    Json,
    /// Microsoft's Channel Definition Format of 1997.
    Cdf,
    /// A sitemap whose pages carry Google's news elements.
    Sitemap,
}

impl Format {
    /// The word `parse --json` prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Rdf => "rdf",
            Self::Atom => "atom",
            Self::Json => "json",
            Self::Cdf => "cdf",
            Self::Sitemap => "sitemap",
        }
    }
}

/// A parsed feed document.
#[derive(Clone, Debug)]
pub struct Document {
    pub format: Format,
    pub title: Option<String>,
    pub link: Option<String>,
    pub language: Option<String>,
    /// In document order.
    pub entries: Vec<Entry>,
    /// WebSub hubs that push this feed, as published, absolute where a base was known.
    pub hubs: Vec<String>,
    /// What the feed says its own address is (`rel="self"`): the topic its hubs know it by.
    pub own_link: Option<String>,
    /// Every repair and every limit hit on the way, a short phrase each: "undeclared prefix
    /// `media`", "document ended early; 14 complete items kept".
    pub mended: Vec<String>,
}

/// A date as the publisher wrote it and as we understood it. It never decides newness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dated {
    pub raw: String,
    /// `None` if the text could not be understood.
    pub at: Option<Timestamp>,
}

/// A text of an item that stands beside those its fields are read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoreText {
    /// The element's name as written, with its prefix: `itunes:summary`.
    pub element: String,
    /// As published.
    pub text: String,
}

/// One item of a feed, as published: texts may hold markup and entities as HTML does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The publisher's own id, never an invented one.
    pub id: Option<String>,
    /// Absolute where a base was known.
    pub link: Option<String>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub content: Option<String>,
    /// The texts of all other elements that hold some, in document order.
    pub more_texts: Vec<MoreText>,
    pub published: Option<Dated>,
    pub updated: Option<Dated>,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
    pub language: Option<String>,
}
