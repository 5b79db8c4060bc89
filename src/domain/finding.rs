//! Why a watch fired.
use std::fmt;

use super::Name;

/// A part of an article a term can be found in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    Title,
    Summary,
    Content,
    Url,
    Author,
    Source,
    Tag,
    Language,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Content => "content",
            Self::Url => "url",
            Self::Author => "author",
            Self::Source => "source",
            Self::Tag => "tag",
            Self::Language => "language",
        })
    }
}

/// One place where a term was found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hit {
    /// The term as it was written in the watchlist.
    pub term: String,
    pub field: Field,
    /// Bytes of UTF-8 in the article's field, `start..end`, always on character boundaries.
    pub start: usize,
    pub end: usize,
    /// The article's own words there.
    pub text: String,
    /// The tolerances that were needed, joined by `+` (`number`, `hyphen+possessive` …); `None`
    /// when nothing but case, width and accents were folded.
    pub tolerance: Option<String>,
    /// The element of the feed's item it stood in, as written (`itunes:summary`), where that is
    /// another than the one the field is read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// A watch that fired on an article, with everything that made it fire.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub watch: Name,
    /// The sum of weights, where a watch weighs; a watch of lists scores 1.
    pub score: f64,
    pub threshold: f64,
    /// Title first, then by position; at least one.
    pub hits: Vec<Hit>,
}
