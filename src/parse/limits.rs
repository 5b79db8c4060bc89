//! The limits for one document. When a limit is hit, a phrase in `mended` says so.

/// Items read from one document. The rest are counted and reported.
pub const ITEMS_MAX: usize = 20_000;
/// Bytes of one text: a title, a summary or a content.
pub const TEXT_BYTES_MAX: usize = 1 << 20;
/// Texts of one item beside its title, summary and content.
pub const MORE_TEXTS_MAX: usize = 64;
/// Elements nested inside one text. Deeper tags are dropped, their words are kept.
pub const DEPTH_MAX: usize = 256;
/// Attributes read of one tag.
pub const ATTRIBUTES_MAX: usize = 64;
/// Bytes of one attribute value.
pub const VALUE_BYTES_MAX: usize = 8 << 10;
/// Bytes of one `xml:base`, as written and as resolved.
pub const BASE_BYTES_MAX: usize = 2 << 10;
/// Categories kept of one item.
pub const TAGS_MAX: usize = 1_000;
/// Authors kept of one item.
pub const AUTHORS_MAX: usize = 64;
/// WebSub hubs kept of one feed. One is usual; two appear when a feed changes its hub.
pub const HUBS_MAX: usize = 4;
/// Bytes of one id, date, author or category.
pub const LABEL_BYTES_MAX: usize = 4 << 10;
/// Namespace bindings in force at one place.
pub const BINDINGS_MAX: usize = 128;
/// Fields of one item that are looked at, repeated ones included.
pub const FIELDS_MAX: usize = 2_048;
/// How far from the beginning the root element is searched for, in bytes.
pub const ROOT_WITHIN_BYTES: usize = 256 << 10;
/// How often per document a field without an end tag is searched again. Each search reads the rest
/// of an item, so without a limit the time would be quadratic.
pub const SECOND_LOOKS_MAX: usize = 64;
/// Phrases kept in `mended`.
pub const NOTES_MAX: usize = 64;
/// Entities read from an internal document type.
pub const ENTITIES_MAX: usize = 64;
/// Bytes that one declared entity may stand for.
pub const ENTITY_BYTES_MAX: usize = 256;
