//! Reads JSON feeds item by item.
//!
//! feed-rs would hold all items of a document at once (up to a hundred times the size of the body)
//! and refuse all of it for one number in the place of a string. So it is not used for this format.

/// The methods of a visitor for which a number, a truth value or `null` is nothing.
macro_rules! ignore_scalars {
    ($nothing:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        ignore_scalars!($nothing, visit_bool: bool, visit_u64: u64, visit_i64: i64, visit_f64: f64);
    };
    ($nothing:expr, $($visit:ident: $scalar:ty),*) => {
        $(fn $visit<E>(self, _: $scalar) -> Result<Self::Value, E> {
            Ok($nothing)
        })*
    };
}

mod repair;
mod values;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use values::{NamesSeed, TextSeed, label, text};

use super::base_url::BaseUrl;
use super::date;
use super::error::Error;
use super::limits::ITEMS_MAX;
use super::notes::Notes;
use crate::domain::{Dated, Document, Entry, Format, MoreText};

/// Authors of a feed that its items inherit.
const SHARED_MAX: usize = 4;
/// Longest of them, in bytes.
const SHARED_BYTES_MAX: usize = 128;

/// Reads a document as far as it is JSON. What was complete before a fault is kept.
pub(super) fn parse_feed(text: &str, base: &BaseUrl, notes: &mut Notes) -> Result<Document, Error> {
    if text.trim_start().starts_with('[') {
        return Err(Error::NotAFeed { looks_like: "a JSON list".to_owned() });
    }
    let (mut feed, mut outcome) = parse_once(text);
    if outcome.is_err() {
        // Only a document with a fault is read a second time, so good documents pay nothing for the
        // repair.
        let (again, better) = parse_once(&repair::repair(text));
        if better.is_ok() || again.items.len() > feed.items.len() {
            notes.add("faults of the JSON repaired");
            (feed, outcome) = (again, better);
        }
    }
    let claims = feed.version.as_deref().is_some_and(|version| version.contains("jsonfeed.org"));
    // Many interfaces answer with a list of that name. The version is required (JSON Feed 1.1), and
    // where it is forgotten an item with a text must show what the list is.
    let has_text = feed.items.iter().any(FeedItem::has_text);
    if !(feed.lists_items && (claims || has_text) || claims && outcome.is_ok()) {
        return Err(match outcome {
            Err(fault) if claims => Error::Unreadable { why: fault.to_string() },
            Ok(()) | Err(_) => Error::NotAFeed { looks_like: "JSON without items".to_owned() },
        });
    }
    if outcome.is_err() {
        notes.add_cut_short(feed.items.len());
    }
    if feed.items_over > 0 {
        notes.add_over_limit(feed.items_over);
    }
    if feed.strange {
        notes.add("values of the wrong type were converted or dropped");
    }
    // These authors are copied to each item without its own, so only few and short ones are kept.
    // Otherwise many small items would take much memory.
    let mut authors = feed.authors;
    authors.retain(|name| name.len() <= SHARED_BYTES_MAX);
    authors.truncate(SHARED_MAX);
    let entries = feed.items.into_iter().map(|item| item.into_entry(base, &authors)).collect();
    Ok(Document {
        format: Format::Json,
        title: feed.title,
        link: feed.link.map(|link| base.absolute(&link)),
        language: feed.language,
        entries,
        hubs: feed.hubs.iter().map(|hub| base.absolute(hub)).collect(),
        own_link: feed.own_link.map(|link| base.absolute(&link)),
        mended: Vec::new(),
    })
}

/// Reads the document once, as far as it goes.
fn parse_once(text: &str) -> (JsonFeed, serde_json::Result<()>) {
    let mut feed = JsonFeed::default();
    let outcome = feed.deserialize(&mut serde_json::Deserializer::from_str(text));
    (feed, outcome)
}

/// The parts of a feed that are used.
#[derive(Default)]
struct JsonFeed {
    version: Option<String>,
    title: Option<String>,
    link: Option<String>,
    language: Option<String>,
    hubs: Vec<String>,
    own_link: Option<String>,
    authors: Vec<String>,
    lists_items: bool,
    items: Vec<FeedItem>,
    items_over: usize,
    /// A value did not have the type that the format requires.
    strange: bool,
}

/// The parts of an item that are used.
#[derive(Default)]
struct FeedItem {
    id: Option<String>,
    url: Option<String>,
    external_url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    content_html: Option<String>,
    content_text: Option<String>,
    published: Option<String>,
    updated: Option<String>,
    language: Option<String>,
    authors: Vec<String>,
    tags: Vec<String>,
}

impl FeedItem {
    fn has_text(&self) -> bool {
        [&self.title, &self.summary, &self.content_html, &self.content_text]
            .into_iter()
            .any(|text| text.as_deref().is_some_and(|text| !text.trim().is_empty()))
    }

    /// Makes an entry of an item. Relative links are resolved here, because the item does not know
    /// the base.
    fn into_entry(self, base: &BaseUrl, feed_authors: &[String]) -> Entry {
        let dated = |raw: String| Dated { at: date::parse(&raw), raw };
        let link = self.url.or(self.external_url).map(|link| base.absolute(&link));
        // An item without authors has those of its feed (JSON Feed 1.1, "authors").
        let authors = if self.authors.is_empty() { feed_authors.to_vec() } else { self.authors };
        // Both may stand there, and one need not say what the other does (JSON Feed 1.1, "items").
        let (content, more_texts) = match (self.content_html, self.content_text) {
            (Some(html), Some(text)) => {
                (Some(html), vec![MoreText { element: "content_text".to_owned(), text }])
            }
            (html, text) => (html.or(text), Vec::new()),
        };
        Entry {
            id: self.id,
            link,
            title: self.title,
            summary: self.summary,
            more_texts,
            content,
            published: self.published.map(dated),
            updated: self.updated.map(dated),
            authors,
            tags: self.tags,
            language: self.language,
        }
    }
}

/// Reads the object of a feed into `self`. So a fault later in the document loses nothing that was
/// read before.
impl<'de> DeserializeSeed<'de> for &mut JsonFeed {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut JsonFeed {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(TextSeed { bytes_max: 64, strange: &mut false })? {
            let strange = &mut self.strange;
            match key.as_deref().unwrap_or_default() {
                "version" => self.version = map.next_value_seed(label(strange))?,
                "title" => self.title = map.next_value_seed(text(strange))?,
                "feed_url" => self.own_link = map.next_value_seed(label(strange))?,
                "hubs" => map.next_value_seed(NamesSeed::hubs(&mut self.hubs))?,
                "home_page_url" => self.link = map.next_value_seed(label(strange))?,
                "language" => self.language = map.next_value_seed(label(strange))?,
                "author" | "authors" => {
                    map.next_value_seed(NamesSeed::authors(&mut self.authors))?;
                }
                "items" => map.next_value_seed(ItemsSeed { feed: self })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads the list of items. Some feeds have a map of items instead.
struct ItemsSeed<'f> {
    feed: &'f mut JsonFeed,
}

impl<'de> DeserializeSeed<'de> for ItemsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl ItemsSeed<'_> {
    /// Keeps an item, or counts it when the limit is reached.
    fn keep(&mut self, item: Option<FeedItem>) {
        if let Some(item) = item {
            self.feed.items.push(item);
        } else {
            self.feed.strange = true;
        }
    }
}

impl<'de> Visitor<'de> for ItemsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.feed.lists_items = true;
        while self.feed.items.len() < ITEMS_MAX {
            match seq.next_element_seed(ItemSeed { strange: &mut self.feed.strange })? {
                Some(item) => self.keep(item),
                None => return Ok(()),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            self.feed.items_over = self.feed.items_over.saturating_add(1);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.feed.lists_items = true;
        while map.next_key::<IgnoredAny>()?.is_some() {
            if self.feed.items.len() < ITEMS_MAX {
                let item = map.next_value_seed(ItemSeed { strange: &mut self.feed.strange })?;
                self.keep(item);
            } else {
                map.next_value::<IgnoredAny>()?;
                self.feed.items_over = self.feed.items_over.saturating_add(1);
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.feed.lists_items = true;
        Ok(())
    }
}

/// Reads one item; `None` if the value is not an object.
struct ItemSeed<'s> {
    strange: &'s mut bool,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_> {
    type Value = Option<FeedItem>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_> {
    type Value = Option<FeedItem>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut item = FeedItem::default();
        while let Some(key) = map.next_key_seed(TextSeed { bytes_max: 64, strange: &mut false })? {
            let strange = &mut *self.strange;
            let (into, seed) = match key.as_deref().unwrap_or_default() {
                "id" => (&mut item.id, label(strange)),
                "url" => (&mut item.url, label(strange)),
                "external_url" => (&mut item.external_url, label(strange)),
                "title" => (&mut item.title, text(strange)),
                "summary" => (&mut item.summary, text(strange)),
                "content_html" => (&mut item.content_html, text(strange)),
                "content_text" => (&mut item.content_text, text(strange)),
                "date_published" => (&mut item.published, label(strange)),
                "date_modified" => (&mut item.updated, label(strange)),
                "language" => (&mut item.language, label(strange)),
                "author" | "authors" => {
                    map.next_value_seed(NamesSeed::authors(&mut item.authors))?;
                    continue;
                }
                "tags" => {
                    map.next_value_seed(NamesSeed::tags(&mut item.tags))?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *into = map.next_value_seed(seed)?;
        }
        Ok(Some(item))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    ignore_scalars!(None);
}
