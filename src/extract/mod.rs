//! From what a publisher wrote to what people read and machines compare: plain text, one-line
//! titles, canonical URLs. Pure and linear: no input makes it slow.

mod article;
mod entity;
mod fragment;
mod plain;
mod redirect;
mod rules;
mod scan;
mod title;
mod url;

pub use article::{Clock, PAGE_BYTES_MAX, Page, page};
pub use plain::{Plain, TEXT_BYTES_MAX, plain, plain_within};
pub use title::{TITLE_CHARS_MAX, title};
pub use url::{URL_BYTES_MAX, canonical, canonical_by, verbatim};
