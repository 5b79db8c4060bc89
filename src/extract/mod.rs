//! From what a publisher wrote to what people read and machines compare: plain text, one-line
//! titles, canonical URLs. Pure and linear: no input makes it slow.

mod article;
mod entity;
mod fragment;
mod plain;
mod redirect;
mod scan;
mod title;
mod tracking;
mod url;

pub use article::{Deadline, ExtractedPage, PAGE_BYTES_MAX, extract_page};
pub use plain::{Plain, TEXT_BYTES_MAX, plain, plain_within};
pub use title::{TITLE_CHARS_MAX, title};
pub use url::{URL_BYTES_MAX, canonical, canonical_by, verbatim};
