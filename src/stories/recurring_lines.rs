//! Recognises what a source writes under its stories. Sentences that come back in different
//! stories of one source are not compared, because they would make all its stories alike.

/// Sentences that are counted: a power of two. A table of one size, because a source may write any
/// number of sentences that never come back.
const PLACES: usize = 1 << 17;

/// A sentence in so many different stories of one source is recurring.
const STORIES_MIN: u8 = 2;

/// Bits of an entry that count the stories.
const COUNT_BITS: u32 = 8;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

/// How often the sentences of every source were in a story that opened.
#[derive(Debug)]
pub(super) struct RecurringLines {
    /// The upper bits of a sentence's hash, and the number of its stories.
    places: Vec<u64>,
}

impl Default for RecurringLines {
    fn default() -> Self {
        Self { places: vec![0; PLACES] }
    }
}

impl RecurringLines {
    /// Whether a sentence is recurring in this source.
    pub(super) fn is_recurring(&self, source: u64, sentence: u64) -> bool {
        let hash = hash_of(source, sentence);
        let entry = self.places.get(place_of(hash)).copied().unwrap_or(0);
        entry & !COUNT_MASK == hash & !COUNT_MASK && entry & COUNT_MASK >= u64::from(STORIES_MIN)
    }

    /// Counts the sentences of a story that opened.
    pub(super) fn observe(&mut self, source: u64, sentences: &[u64]) {
        let mut distinct = sentences.to_vec();
        // A sentence that is repeated within one story counts once.
        distinct.sort_unstable();
        distinct.dedup();
        for sentence in distinct {
            let hash = hash_of(source, sentence);
            let Some(entry) = self.places.get_mut(place_of(hash)) else { continue };
            let count = *entry & COUNT_MASK;
            *entry = if *entry & !COUNT_MASK == hash & !COUNT_MASK {
                hash & !COUNT_MASK | (count + 1).min(COUNT_MASK)
            } else if count > 1 {
                // What comes back keeps its place for a while against what does not.
                *entry - 1
            } else {
                hash & !COUNT_MASK | 1
            };
        }
    }
}

fn hash_of(source: u64, sentence: u64) -> u64 {
    super::text_folding::mix_wide(sentence ^ source)
}

fn place_of(hash: u64) -> usize {
    usize::try_from(hash & COUNT_MASK | hash >> 32 << COUNT_BITS).unwrap_or(0) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_in_a_second_story_is_recurring() {
        let mut lines = RecurringLines::default();
        lines.observe(1, &[100, 7]);
        assert!(!lines.is_recurring(1, 7));
        lines.observe(1, &[101, 7]);
        assert!(lines.is_recurring(1, 7));
        assert!(!lines.is_recurring(1, 100), "told once");
        assert!(!lines.is_recurring(2, 7), "another source");
    }

    #[test]
    fn a_refrain_of_one_story_is_not_recurring() {
        let mut lines = RecurringLines::default();
        lines.observe(1, &[7; 12]);
        assert!(!lines.is_recurring(1, 7));
    }

    #[test]
    fn a_recurring_line_is_recognised_among_any_number_of_stories() {
        let mut lines = RecurringLines::default();
        for story in 0..10_000_u64 {
            lines.observe(1, &[3 * story + 10, 3 * story + 11, 3 * story + 12, 7]);
        }
        assert!(lines.is_recurring(1, 7));
    }
}
