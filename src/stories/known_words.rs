//! The words whose meaning is known without a text: those that say nothing, numbers in letters,
//! months and days of the week.
use std::sync::LazyLock;

use super::function_words::COMMON;
use super::function_words_korean::COMMON_KOREAN;
use super::text_folding::hash_of;
use super::word_lists::{MONTHS, SPELLED_NUMBERS, WEEKDAYS};

/// What a known word is; `None` if it is no word of the lists.
pub(super) fn known_word(hash: u32) -> Option<Known> {
    WORDS.get(hash)
}

/// What a word of the lists is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// A word that every text has.
    Common,
    /// A number written in letters: the hash of its digits.
    Figure(u32),
    /// A month or a day of the week.
    Day,
}

/// The known words of all lists.
static WORDS: LazyLock<WordTable> = LazyLock::new(|| {
    let common = COMMON.iter().chain(COMMON_KOREAN).map(|word| (*word, Known::Common));
    let spelt = SPELLED_NUMBERS.iter().map(|(word, digits)| {
        let is = if *digits == "%" { Known::Common } else { Known::Figure(hash_of(digits)) };
        (*word, is)
    });
    let days = WEEKDAYS.iter().chain(MONTHS).map(|word| (*word, Known::Day));
    let known = common.chain(spelt).chain(days);
    WordTable::new(known.map(|(word, is)| KnownWord { hash: hash_of(word), is }).collect())
});

/// A word of a list.
#[derive(Clone, Copy, Debug)]
struct KnownWord {
    hash: u32,
    is: Known,
}

/// Known words by the first bits of their hash. Every word of every text is looked up here, so it
/// is a plain array.
struct WordTable {
    words: Vec<KnownWord>,
    /// The positions in `words` where each head begins.
    begins: Vec<u16>,
}

/// The first bits of a hash that are its head. There are some hundred words, so few heads have
/// more than one.
const HEAD_BITS: u32 = 12;

impl WordTable {
    fn new(mut words: Vec<KnownWord>) -> Self {
        words.sort_unstable_by_key(|word| word.hash);
        let before = |head: u32| words.partition_point(|word| word.hash >> (32 - HEAD_BITS) < head);
        let begins = (0..=1 << HEAD_BITS).map(|head| u16::try_from(before(head)).unwrap_or(0));
        Self { begins: begins.collect(), words }
    }

    fn get(&self, hash: u32) -> Option<Known> {
        let head = usize::try_from(hash >> (32 - HEAD_BITS)).ok()?;
        let (begin, end) = (*self.begins.get(head)?, *self.begins.get(head + 1)?);
        let like = self.words.get(usize::from(begin)..usize::from(end))?;
        like.iter().find(|word| word.hash == hash).map(|word| word.is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_words_of_the_tables_have_one_hash() {
        assert!(WORDS.words.windows(2).all(|pair| pair[0].hash != pair[1].hash));
    }
}
