//! What the repair of a document begins with and what it returns.
use super::error::Error;
use super::item_writer::ItemExtras;
use super::segmented::SegmentedText;
use super::text::Entities;
use super::vocabulary::DocumentFormat;
use crate::domain::Entry;
use crate::markup::{Tag, Tokenizer};

/// A repaired document, and the parts that feed-rs has no place for.
#[derive(Debug)]
pub(super) struct RepairedFeed<'a> {
    pub(super) format: DocumentFormat,
    /// The items that were read already, in order.
    pub(super) entries: Vec<Entry>,
    /// The last part, not read yet: it holds the title of the feed.
    pub(super) rest: Batch<'a>,
    /// The address of the site.
    pub(super) link: Option<String>,
    pub(super) language: Option<String>,
    /// WebSub hubs, absolute.
    pub(super) hubs: Vec<String>,
    /// The address under which the feed wants to be fetched (`rel="self"`).
    pub(super) own_link: Option<String>,
}

/// A part of a repaired document.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    /// Well-formed XML: Atom for an Atom document, RSS 2.0 for all others.
    pub(super) xml: SegmentedText<'a>,
    /// One for each item in `xml`, in the same order.
    pub(super) items: Vec<ItemExtras>,
}

/// Reads the items of a part.
pub(super) type ReadBatch = fn(Batch<'_>) -> Result<Vec<Entry>, Error>;

/// The root element, and the format it stands for.
pub(super) struct Root<'a> {
    pub(super) format: DocumentFormat,
    /// The root element's start tag: it may hold namespaces, a base and a language.
    pub(super) tag: Tag<'a>,
    /// Stands after the root's start tag.
    pub(super) tokens: Tokenizer<'a>,
    /// Entities that the document type declared.
    pub(super) entities: Entities<'a>,
}
