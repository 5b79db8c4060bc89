//! Which of two articles are the same, and how that is known.
//!
//! Two questions, the cheaper first. `identity` and `judge`: is this an item, a page or a title
//! that is already stored? `similar`, `index` and `copies`: if not, is it a text that is? The store
//! asks both inside its commit, and keeps the answer with its reason.

mod align;
pub mod copies;
pub mod evidence;
mod function_words;
mod habits;
pub mod headline;
pub mod identity;
pub mod index;
pub mod judge;
mod marks;
mod measure;
mod noise;
pub mod similar;
pub mod surge;
mod table;
mod units;
mod words;
