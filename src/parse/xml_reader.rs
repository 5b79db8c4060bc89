//! Runs feed-rs on a repaired document and makes a `Document` of the result.
use chrono::DateTime;
use feed_rs::model;
use feed_rs::parser::{Builder, ParseFeedResult};

use super::date;
use super::error::Error;
use super::feed_parts::RepairedFeed;
use super::item_writer::ItemExtras;
use super::segmented::SegmentedText;
use super::vocabulary::DocumentFormat;
use crate::domain::{Dated, Document, Entry, Format, Timestamp};

/// Reads a repaired document.
pub(super) fn read_document(repaired: RepairedFeed<'_>) -> Result<Document, Error> {
    let feed = parse_strictly(&repaired.xml)
        .map_err(|fault| Error::Unreadable { why: fault.to_string() })?;
    let news = feed.entries.iter().any(|entry| entry.title.is_some());
    // Without news elements a sitemap lists pages without titles: nothing to match, and most of
    // them are old.
    if repaired.format == DocumentFormat::Sitemap && !feed.entries.is_empty() && !news {
        return Err(Error::NotAFeed { looks_like: "a sitemap without news in it".to_owned() });
    }
    // The extras are joined by position, so both lists must have the same items.
    if feed.entries.len() != repaired.items.len() {
        let (read, sent) = (feed.entries.len(), repaired.items.len());
        return Err(Error::Unreadable { why: format!("{read} of {sent} items were read") });
    }
    let entries =
        feed.entries.into_iter().zip(repaired.items).map(|(e, c)| to_entry(e, c)).collect();
    Ok(Document {
        format: match repaired.format {
            DocumentFormat::Rss => Format::Rss,
            DocumentFormat::Rdf => Format::Rdf,
            DocumentFormat::Atom => Format::Atom,
            DocumentFormat::Cdf => Format::Cdf,
            DocumentFormat::Sitemap => Format::Sitemap,
        },
        title: feed.title.and_then(plain_text_of),
        link: repaired.link,
        language: repaired.language,
        entries,
        hubs: repaired.hubs,
        own_link: repaired.own_link,
        mended: Vec::new(),
    })
}

/// Runs feed-rs. It gets our date parser. It must not invent ids: it would invent a new one at each
/// poll for an item without one, and each poll would send an alert.
fn parse_strictly(xml: &SegmentedText<'_>) -> ParseFeedResult<model::Feed> {
    Builder::new()
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| DateTime::from_timestamp_millis(date::parse(text)?.0))
        .build()
        .parse(xml.reader())
}

/// Joins what feed-rs read with the parts that went around it.
fn to_entry(read: model::Entry, carried: ItemExtras) -> Entry {
    let dated = |raw: Option<String>, at: Option<DateTime<chrono::Utc>>| {
        raw.map(|raw| Dated { raw, at: at.map(|at| Timestamp(at.timestamp_millis())) })
    };
    Entry {
        id: (!read.id.is_empty()).then_some(read.id),
        link: carried.link,
        title: read.title.and_then(plain_text_of),
        summary: read.summary.and_then(plain_text_of),
        content: read.content.and_then(|content| content.body).filter(|body| !body.is_empty()),
        published: dated(carried.published, read.published),
        // feed-rs copies `published` to `updated` when a feed gives no other date.
        updated: dated(carried.updated, read.updated),
        authors: carried.authors,
        tags: read.categories.into_iter().map(|category| category.term).collect(),
        language: carried.language,
    }
}

/// The text; `None` if it is empty.
fn plain_text_of(read: model::Text) -> Option<String> {
    (!read.content.is_empty()).then_some(read.content)
}
