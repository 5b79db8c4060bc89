//! The pages articles link to: their full text, for feeds that give only a teaser.

mod read;

pub use read::{Article, read};
