//! The made-up wire of the tests, lent to the bench.
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong must stop")]
#![expect(clippy::panic, reason = "a measurement that goes wrong must stop")]

#[path = "../../it/harness/feed_formats.rs"]
pub mod feed_formats;
#[path = "../../it/harness/languages.rs"]
pub mod languages;
#[path = "../../it/harness/news_generator.rs"]
pub mod news_generator;
#[path = "../../it/harness/reference_matcher.rs"]
pub mod reference_matcher;
