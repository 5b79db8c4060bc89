//! Which of two articles are the same, and how that is known.

pub mod identity;
pub mod judge;
