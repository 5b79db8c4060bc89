//! How much of a foreign document is believed. Every limit that is hit leaves a phrase in `mended`.

/// Items read from one document; the rest are counted and reported.
pub const ITEMS_MAX: usize = 20_000;
/// Bytes of one text: a title, a summary, a content.
pub const TEXT_BYTES_MAX: usize = 1 << 20;
/// Elements nested inside one text; tags deeper than this are dropped, their words stay.
pub const DEPTH_MAX: usize = 256;
/// Attributes read of one tag.
pub const ATTRIBUTES_MAX: usize = 64;
/// Bytes of one attribute value, and so of one link.
pub const VALUE_BYTES_MAX: usize = 8 << 10;
/// Bytes of one `xml:base`, as written and as resolved.
pub const BASE_BYTES_MAX: usize = 2 << 10;
/// Categories kept of one item.
pub const TAGS_MAX: usize = 1_000;
/// Authors kept of one item.
pub const AUTHORS_MAX: usize = 64;
/// WebSub hubs kept of one feed: one is usual, two are a change-over.
pub const HUBS_MAX: usize = 4;
/// Bytes of one id, date, author or category.
pub const LABEL_BYTES_MAX: usize = 4 << 10;
/// Namespace bindings in force at one place.
pub const BINDINGS_MAX: usize = 128;
/// Fields of one item that are looked at, repeats included.
pub const FIELDS_MAX: usize = 2_048;
/// How far from the beginning a feed's root element is looked for, in bytes.
pub const ROOT_WITHIN_BYTES: usize = 256 << 10;
/// Second looks at a field whose end tag is missing, per document: each costs the rest of an item.
pub const SECOND_LOOKS_MAX: usize = 64;
/// Phrases kept in `mended`.
pub const NOTES_MAX: usize = 64;
/// Declarations read from an internal document type.
pub const ENTITIES_MAX: usize = 64;
/// Bytes one declared entity may stand for.
pub const ENTITY_BYTES_MAX: usize = 256;
