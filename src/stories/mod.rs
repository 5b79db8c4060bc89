//! Decides whether an article tells a new story, or repeats one that is stored, and for what
//! reason. What is a repeat is stored as a copy and alerts nobody, so the reason is kept and
//! shown.
//!
//! There are two questions, the cheaper one first. Is it an item, a page or a title that is stored
//! already? `identity` makes the keys of an item, and `decide` gives the verdict by them. If it is
//! none, is it a text that is stored already? `index` proposes earlier articles, `comparison` and
//! `alignment` measure two texts, `copy_score` weighs the measures, and `novelty` decides. `copies`
//! joins these steps.
//!
//! The store asks both questions inside its commit, because only there two feeds that carry one
//! story at the same moment can be told apart. Nothing here does input or output.

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
