//! Runs feed-rs on a repaired document and makes a `Document` of the result.
use feed_rs::model;
use feed_rs::parser::{Builder, ParseFeedResult};

use super::date;
use super::error::Error;
use super::feed_parts::{Batch, RepairedFeed};
use super::item_writer::ItemExtras;
use super::segmented::SegmentedText;
use super::vocabulary::DocumentFormat;
use crate::domain::{Dated, Document, Entry, Format};

/// Reads what is left of a repaired document, and puts all of it together.
pub(super) fn read_document(repaired: RepairedFeed<'_>) -> Result<Document, Error> {
    let mut entries = repaired.entries;
    let (title, rest) = read_with_title(&repaired.rest.xml, repaired.rest.items)?;
    entries.extend(rest);
    // Without news elements a sitemap lists pages without titles: nothing to match, and most of
    // them are old.
    let news = entries.iter().any(|entry| entry.title.is_some());
    if repaired.format == DocumentFormat::Sitemap && !entries.is_empty() && !news {
        return Err(Error::NotAFeed { looks_like: "a sitemap without news in it".to_owned() });
    }
    Ok(Document {
        format: match repaired.format {
            DocumentFormat::Rss => Format::Rss,
            DocumentFormat::Rdf => Format::Rdf,
            DocumentFormat::Atom => Format::Atom,
            DocumentFormat::Cdf => Format::Cdf,
            DocumentFormat::Sitemap => Format::Sitemap,
        },
        title,
        link: repaired.link,
        language: repaired.language,
        entries,
        hubs: repaired.hubs,
        own_link: repaired.own_link,
        mended: Vec::new(),
    })
}

/// Reads a part of a document.
pub(super) fn read_batch(batch: Batch<'_>) -> Result<Vec<Entry>, Error> {
    read_with_title(&batch.xml, batch.items).map(|(_title, entries)| entries)
}

fn read_with_title(
    xml: &SegmentedText<'_>,
    items: Vec<ItemExtras>,
) -> Result<(Option<String>, Vec<Entry>), Error> {
    let unreadable = |why: String| Error::Unreadable { why };
    let feed = parse_strictly(xml).map_err(|fault| unreadable(fault.to_string()))?;
    // The extras are joined by position, so both lists must have the same items.
    if feed.entries.len() != items.len() {
        let (read, sent) = (feed.entries.len(), items.len());
        return Err(unreadable(format!("{read} of {sent} items were read")));
    }
    let entries = feed.entries.into_iter().zip(items).map(|(e, x)| to_entry(e, x)).collect();
    Ok((feed.title.and_then(plain_text_of), entries))
}

/// Runs feed-rs. It gets no dates, which we read ourselves. It must not invent ids: it would invent a new one at each
/// poll for an item without one, and each poll would send an alert.
fn parse_strictly(xml: &SegmentedText<'_>) -> ParseFeedResult<model::Feed> {
    Builder::new()
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .build()
        .parse(xml.reader())
}

/// Joins what feed-rs read with the parts that went around it.
fn to_entry(read: model::Entry, carried: ItemExtras) -> Entry {
    let dated = |raw: Option<String>| raw.map(|raw| Dated { at: date::parse(&raw), raw });
    Entry {
        id: (!read.id.is_empty()).then_some(read.id),
        link: carried.link,
        title: read.title.and_then(plain_text_of),
        summary: read.summary.and_then(plain_text_of),
        content: read.content.and_then(|content| content.body).filter(|body| !body.is_empty()),
        more_texts: carried.more_texts,
        published: dated(carried.published),
        updated: dated(carried.updated),
        authors: carried.authors,
        tags: read.categories.into_iter().map(|category| category.term).collect(),
        language: carried.language,
    }
}

/// The text; `None` if it is empty.
fn plain_text_of(read: model::Text) -> Option<String> {
    (!read.content.is_empty()).then_some(read.content)
}
