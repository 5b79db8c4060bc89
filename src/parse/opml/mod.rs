//! Lists of feeds as feed readers exchange them (OPML 1.0 to 2.0). Broken lists are read; what is
//! written follows the specification.

mod list;
mod read;
mod write;

pub use list::{FeedList, SkippedLine, Subscription};
pub use read::{Error, parse};
pub use write::to_xml;
