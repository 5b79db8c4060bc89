//! Reads a feed of any format and encoding, or says why the body is not a feed.
//!
//! The bytes become text ([`charset`]), the text becomes well-formed and small ([`mend`]), and
//! feed-rs reads that ([`xml_reader`]). JSON feeds are read item by item ([`json`]). One bad item
//! does not cost the others. Memory and time stay within a small multiple of the length of the
//! body.
mod authors;
mod base_url;
mod batches;
mod charset;
mod context;
mod controls;
pub mod date;
mod detect;
mod error;
pub mod feed_links;
mod feed_parts;
mod item_writer;
mod json;
pub mod limits;
pub mod link_header;
mod mend;
mod more_texts;
mod notes;
pub mod opml;
mod related_links;
mod segmented;
pub mod sitemap;
mod text;
mod update_interval;
mod vocabulary;
mod xml_reader;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use base_url::BaseUrl;
pub use context::ResponseContext;
use controls::without_controls;
pub use error::Error;
use feed_parts::ReadBatch;
use notes::Notes;
pub use update_interval::update_interval;

use crate::domain::Document;

/// Reads a feed of any format and any encoding. Never panics. Time and memory are bounded by a
/// small multiple of the body's length.
pub fn document(body: &[u8], context: &ResponseContext<'_>) -> Result<Document, Error> {
    // A panic while parsing one feed must not stop the daemon.
    catch_unwind(AssertUnwindSafe(|| parse_unguarded(body, context))).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(Error::Panicked { why: why.to_owned() })
    })
}

/// A body as text, whatever its encoding. Web pages are decoded like feeds.
pub fn decode_text<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    decode_text_with_notes(body, content_type).0
}

/// Like [`decode_text`], and also returns the phrases about what was done to read it.
pub fn decode_text_with_notes<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
) -> (Cow<'a, str>, Vec<String>) {
    let mut notes = Notes::default();
    let text = charset::decode(body, content_type, &mut notes);
    (text, notes.into_phrases())
}

/// The XML that feed-rs is given for a body: for looking at a repair, and for measuring its cost.
pub fn repaired_xml(body: &[u8], context: &ResponseContext<'_>) -> Result<String, Error> {
    let mut notes = Notes::default();
    let text = charset::decode(body, context.content_type, &mut notes);
    let text = without_controls(text, &mut notes);
    let root = detect::find_root(&text, &mut notes)?;
    let repaired = mend::repair(root, BaseUrl::new(context.base), None, &mut notes)?;
    std::io::read_to_string(repaired.rest.xml.reader())
        .map_err(|fault| Error::Unreadable { why: fault.to_string() })
}

/// Like [`document`], but a panic of a library goes through.
fn parse_unguarded(body: &[u8], context: &ResponseContext<'_>) -> Result<Document, Error> {
    let mut notes = Notes::default();
    let text = charset::decode(body, context.content_type, &mut notes);
    let text = without_controls(text, &mut notes);
    if text.trim().is_empty() {
        return Err(Error::Empty);
    }
    let base = BaseUrl::new(context.base);
    let mut document = if let Some(json) = detect::json_text(&text) {
        json::parse_feed(json, &base, &mut notes)?
    } else {
        let root = detect::find_root(&text, &mut notes)?;
        let read: ReadBatch = xml_reader::read_batch;
        xml_reader::read_document(mend::repair(root, base, Some(read), &mut notes)?)?
    };
    document.mended = notes.into_phrases();
    Ok(document)
}
