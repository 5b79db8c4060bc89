//! Makes a document of any feed's bytes, or says in words why it is none.
//!
//! The bytes become text ([`charset`]), the text becomes well-formed and small ([`mend`]), feed-rs
//! reads that ([`read`]). JSON feeds are read item by item ([`json_text`]). Nothing here fails on one
//! bad item, and nothing grows faster than the body it was given.
mod base_url;
mod charset;
pub mod date;
mod detect;
mod entities;
mod error;
pub mod feed_links;
mod item_writer;
mod json;
pub mod limits;
pub mod link_header;
mod mend;
mod notes;
pub mod opml;
mod related_links;
mod scan;
mod segmented;
pub mod sitemap;
mod text;
mod update_interval;
mod vocabulary;
mod xml_reader;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use base_url::BaseUrl;
pub use error::Error;
use notes::Notes;
pub use update_interval::update_interval;

use crate::domain::Document;

/// What the exchange that brought the body knows of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseContext<'a> {
    /// The `Content-Type` header, for its charset.
    pub content_type: Option<&'a str>,
    /// The address the body came from, after redirects: relative links are resolved against it.
    pub base: Option<&'a url::Url>,
}

/// Reads a feed of any format and any encoding. Never panics; time and memory are bounded by a
/// small multiple of the body's length.
pub fn document(body: &[u8], hints: &ResponseContext<'_>) -> Result<Document, Error> {
    // One feed's bad day is never the daemon's, whoever's fault it is.
    catch_unwind(AssertUnwindSafe(|| parse_unguarded(body, hints))).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(Error::Panicked { why: why.to_owned() })
    })
}

/// A body as text, whatever its encoding: for pages, which are no feeds but are encoded like them.
pub fn decode_text<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    decode_text_with_notes(body, content_type).0
}

/// The same, with what had to be done to read it.
pub fn decode_text_with_notes<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
) -> (Cow<'a, str>, Vec<String>) {
    let mut notes = Notes::default();
    let text = charset::decode(body, content_type, &mut notes);
    (text, notes.into_phrases())
}

/// What feed-rs is given for an XML body: for looking into a repair, and for measuring its cost.
pub fn repaired_xml(body: &[u8], hints: &ResponseContext<'_>) -> Result<String, Error> {
    let mut notes = Notes::default();
    let text = charset::decode(body, hints.content_type, &mut notes);
    let text = without_controls(text, &mut notes);
    let root = detect::find_root(&text, &mut notes)?;
    let mended = mend::repair(root, BaseUrl::new(hints.base), &mut notes);
    std::io::read_to_string(mended.xml.reader())
        .map_err(|fault| Error::Unreadable { why: fault.to_string() })
}

fn parse_unguarded(body: &[u8], hints: &ResponseContext<'_>) -> Result<Document, Error> {
    let mut notes = Notes::default();
    let text = charset::decode(body, hints.content_type, &mut notes);
    let text = without_controls(text, &mut notes);
    if text.trim().is_empty() {
        return Err(Error::Empty);
    }
    let base = BaseUrl::new(hints.base);
    let mut document = if let Some(json) = detect::json_text(&text) {
        json::parse_feed(json, &base, &mut notes)?
    } else {
        let root = detect::find_root(&text, &mut notes)?;
        xml_reader::read_document(mend::repair(root, base, &mut notes))?
    };
    document.mended = notes.into_phrases();
    Ok(document)
}

/// Characters XML does not allow are dropped, lines end one way, and the controls of Latin 1 become
/// the characters of windows-1252 their authors meant.
fn without_controls<'a>(text: Cow<'a, str>, notes: &mut Notes) -> Cow<'a, str> {
    let unwanted = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\t')) || byte == 0x7f;
    let bytes = text.as_bytes();
    // No early exit: whole words are compared at once.
    let plain = !bytes.iter().fold(false, |found, byte| found | unwanted(*byte));
    let latin = |at: usize| bytes.get(at.saturating_add(1)).is_some_and(|next| *next < 0xa0);
    if plain && !memchr::memchr_iter(0xc2, bytes).any(latin) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.bytes().position(|byte| unwanted(byte) || byte == 0xc2) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        clean.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            // The line ends at the `\n` that follows.
            Some('\r') if after.starts_with("\r\n") => {}
            Some('\r') => clean.push('\n'),
            Some(control) if control.is_control() => {
                notes.add("control characters dropped or read as windows-1252");
                clean.extend(entities::numbered(u32::from(control)));
            }
            Some(other) => clean.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}
