//! What the loop that reads pages and the store say to each other.
use std::sync::Arc;

use crate::domain::{Article, ArticleId, Name, Timestamp};

use super::{Fired, UpdateTriggers};

/// A page that waits to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageDue {
    pub article: ArticleId,
    pub feed: Name,
    pub url: String,
}

/// A right to one attempt at a page; it was counted before anything was asked.
#[derive(Clone, Debug)]
pub struct PageLease {
    pub article: ArticleId,
    pub feed: Name,
    pub url: String,
    /// This attempt's number, from 1.
    pub attempt: u32,
    /// The article as it is stored; its keys and canonical address are not given back.
    pub stored: Article,
}

/// The end of one attempt, committed as one with all that follows from it.
#[derive(Debug)]
pub struct PageResult {
    pub article: ArticleId,
    /// Of the article when its page was asked for: a page of an earlier one does not count. `None`
    /// if nothing was asked.
    pub revision: Option<u64>,
    pub at: Timestamp,
    pub outcome: PageOutcome,
}

/// What an attempt came to.
#[derive(Debug)]
pub enum PageOutcome {
    /// The article with the page's text as its content, and the watches that fire on it.
    Read {
        article: Box<Article>,
        fired: Vec<Fired>,
        /// What the watches' readers want to hear more of once a story is told.
        occasions: Arc<UpdateTriggers>,
        /// The page's own word for its address.
        canonical: Option<String>,
        /// What else was taken from the page, and where it stood there, in words.
        notes: String,
    },
    /// The page had nothing to add; the article stays as it was.
    NothingToAdd { characters: u64, why: String },
    Failed {
        why: String,
        /// `None`: the page is given up.
        retry_at: Option<Timestamp>,
    },
}

/// How far a page has come, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTrace {
    /// `due`, `read` or `given-up`.
    pub state: String,
    pub attempts: u32,
    pub due: Timestamp,
    pub ended: Option<Timestamp>,
    /// Of the text that was found.
    pub characters: Option<u64>,
    /// What went wrong last, or why the text was not used.
    pub why: Option<String>,
    /// What was taken from the page, and where it stood there.
    pub notes: Option<String>,
}
