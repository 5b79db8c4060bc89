//! Decides what an arriving article is: a new story, a follow-up that says something new of a story
//! that was told, or a copy that says nothing new. Only a copy alerts nobody, so its reason is kept
//! and shown.
//!
//! There are two questions, the cheaper one first. Is it an item, a page or a title that is stored
//! already? `identity` makes the keys of an item, and `decide` gives the verdict by them. If it is
//! none, does it say what was told already? `terms` splits a text into what it says, `index`
//! proposes told articles, `novelty` measures what is new against each, and `judgement` decides.
//! `search` joins these steps.
//!
//! The store asks both questions inside its commit, because only there two feeds that carry one
//! story at the same moment can be told apart. Nothing here does input or output.

mod addition;
mod anchor_table;
pub mod article_text;
mod boilerplate;
pub mod decide;
pub mod follow_up_times;
mod function_words;
mod function_words_korean;
pub mod headline_change;
pub mod identity;
pub mod index;
pub mod judgement;
mod known_terms;
mod known_words;
pub mod novelty;
pub mod outlet_rate;
mod recurring_lines;
mod revision_labels;
pub mod search;
mod stemming;
mod terms;
mod text_folding;
mod word_counts;
mod word_lists;
