//! wirewatch
// Floor 0: what things are.
pub mod domain;
