//! Recognises what a source writes under every story. Sentences that come back in different
//! stories of one source are not compared, because they would make all its stories similar.
use std::collections::HashMap;

/// Sentences counted for one source.
const SENTENCES_MAX: usize = 48;

/// Sources that are counted. For further ones no sentence is recurring.
const SOURCES_MAX: usize = 1 << 16;

/// A sentence in so many different stories of one source is recurring.
const STORIES_MIN: u8 = 3;

/// Sentences at each end of a text that may be recurring.
const EDGE_SENTENCES: usize = 4;

/// The recurring sentences of every source.
#[derive(Debug, Default)]
pub(super) struct RecurringLines {
    sources: HashMap<u64, Vec<(u64, u8)>>,
}

impl RecurringLines {
    /// Whether a sentence is recurring in this source.
    pub(super) fn is_recurring(&self, source: u64, sentence: u64) -> bool {
        self.sources.get(&source).is_some_and(|seen| {
            seen.iter().any(|(hash, stories)| *hash == sentence && *stories >= STORIES_MIN)
        })
    }

    /// Counts the sentences of a new story.
    pub(super) fn observe(&mut self, source: u64, sentences: &[u64]) {
        if self.sources.len() >= SOURCES_MAX && !self.sources.contains_key(&source) {
            return;
        }
        let seen = self.sources.entry(source).or_default();
        let tail = sentences.len().saturating_sub(EDGE_SENTENCES).max(EDGE_SENTENCES);
        let head = sentences.iter().take(EDGE_SENTENCES);
        let mut edges: Vec<u64> =
            head.chain(sentences.get(tail..).unwrap_or_default()).copied().collect();
        // A sentence that is repeated within one story counts once.
        edges.sort_unstable();
        edges.dedup();
        for sentence in &edges {
            if let Some((_, stories)) = seen.iter_mut().find(|(hash, _)| hash == sentence) {
                *stories = stories.saturating_add(1);
            } else if seen.len() < SENTENCES_MAX {
                seen.push((*sentence, 1));
            } else {
                // The algorithm of Misra and Gries: what comes back often enough is not lost when
                // all counts are lowered.
                for (_, stories) in seen.iter_mut() {
                    *stories -= 1;
                }
                seen.retain(|(_, stories)| *stories > 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_under_every_headline_is_boilerplate() {
        let mut habits = RecurringLines::default();
        for story in 0..3_u64 {
            assert!(!habits.is_recurring(1, 7));
            habits.observe(1, &[100 + story, 7]);
        }
        assert!(habits.is_recurring(1, 7));
        assert!(!habits.is_recurring(1, 100), "told once");
        assert!(!habits.is_recurring(2, 7), "another source");
    }

    #[test]
    fn a_refrain_of_one_story_is_no_boilerplate() {
        let mut habits = RecurringLines::default();
        habits.observe(1, &[7; 12]);
        assert!(!habits.is_recurring(1, 7));
    }

    #[test]
    fn boilerplate_is_recognised_among_any_number_of_stories() {
        let mut habits = RecurringLines::default();
        for story in 0..10_000_u64 {
            habits.observe(1, &[3 * story + 10, 3 * story + 11, 3 * story + 12, 7]);
        }
        assert!(habits.is_recurring(1, 7));
        assert!(habits.sources[&1].len() <= SENTENCES_MAX);
    }
}
