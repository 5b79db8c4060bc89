//! Which of two articles are the same, and how that is known.
//!
//! Two questions, the cheaper first. `identity` and `judge`: is this an item, a page or a title
//! that is already stored? `novelty`, `index` and `copies`: if not, is it a text that is? The store
//! asks both inside its commit, and keeps the answer with its reason.

mod alignment;
mod anchor_table;
mod boilerplate;
pub mod comparable_text;
mod comparison;
pub mod copies;
pub mod copy_score;
pub mod decide;
mod function_words;
pub mod headline_change;
pub mod identity;
pub mod index;
pub mod novelty;
pub mod outlet_rate;
mod recurring_lines;
mod revision_labels;
mod text_units;
mod word_lists;
