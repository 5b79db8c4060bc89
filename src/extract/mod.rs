//! Turns what a publisher wrote into what people read and programs compare: plain text, one-line
//! titles, canonical addresses. Pure functions in linear time: no input makes them slow.

mod article;
mod entity;
mod fragment;
mod plain;
mod redirect;
mod render;
mod title;
mod tracking;
mod url;

pub use article::{
    Cut, Deadline, ExtractedPage, GivenDate, PAGE_BYTES_MAX, Source, Sources, read_article,
};
pub use plain::{Plain, TEXT_BYTES_MAX, plain, plain_within};
pub use title::{TITLE_CHARS_MAX, title};
pub use url::{URL_BYTES_MAX, canonical, canonical_by, verbatim};
