//! A stored article, and what became of it.
use super::{DeliveryStatus, PageTrace};
use crate::domain::{ArticleId, Name, Timestamp};

/// A stored article.
#[derive(Clone, Debug)]
pub struct StoredArticle {
    pub id: ArticleId,
    pub feed: Name,
    pub story: i64,
    /// Why it opened a story or was attached to one.
    pub reason: String,
    /// The article it was recognised by.
    pub copy_of: Option<ArticleId>,
    /// To that one, where texts were compared.
    pub similarity: Option<f64>,
    pub first_seen: Timestamp,
    pub published: Option<Timestamp>,
    pub url: Option<String>,
    pub title: String,
    pub summary: String,
    pub content: String,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
    pub language: Option<String>,
}

/// A stored article with all that came of it.
#[derive(Clone, Debug)]
pub struct ArticleTrace {
    pub article: StoredArticle,
    /// Each watch that fired on it, and what came of that.
    pub outcomes: Vec<(String, String)>,
    /// Every message about its story.
    pub sent: Vec<DeliveryStatus>,
    /// `None` if the feed's own text was enough.
    pub page: Option<PageTrace>,
}
