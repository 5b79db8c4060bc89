//! Korean words. Korean puts spaces between words, but writes particles, endings and other nouns
//! onto a noun without one. So a term may stand inside a word: 훈련 in 한미연합훈련에서는, but not 사드
//! in 감사드린다.
//!
//! `lexicon` knows the words and what they cost, `reading` finds the cheapest way to read a word.
//! A term may stand where reading the word with edges at the term costs little more than reading
//! it in any way.
mod lexicon;
mod reading;
mod standing;

pub(in crate::matcher) use standing::{Standing, may_be_parted, stand};
