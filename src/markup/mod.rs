//! The syntax that feeds and pages share: tags, attributes and character references.
//!
//! The text comes from strangers, so nothing here fails: what cannot be a tag is text. The time is
//! linear in the length of the text, however it is broken.
//!
//! `parse` and `extract` both read markup and must not know each other, so this module stands
//! below both.
mod reference;
mod section;
mod tag;
mod tokenizer;

pub use reference::{named, numbered};
pub use section::section_end;
pub use tag::{Attributes, Tag, split_name};
pub use tokenizer::{Token, Tokenizer};
