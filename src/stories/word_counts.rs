//! Counts in how many articles a word stands, to tell rare words from common ones. What is rare is
//! learned from the articles themselves, so it needs no list for each language.

/// Words that are counted apart: a power of two. Two words of one place are counted together, and
/// then both pass for more common than they are.
const PLACES: usize = 1 << 17;

/// A word in more articles than this …
const COMMON_ARTICLES_MIN: u16 = 64;
/// … and in more than one of so many articles is common.
const COMMON_SHARE: u32 = 50;

/// In how many articles each word stands. Its memory does not grow: 256 KiB.
#[derive(Debug)]
pub(super) struct WordCounts {
    counts: Vec<u16>,
    /// Articles that were counted; halved with the counts.
    articles: u32,
}

impl Default for WordCounts {
    fn default() -> Self {
        Self { counts: vec![0; PLACES], articles: 0 }
    }
}

impl WordCounts {
    /// In how many articles a word stands, at most.
    pub(super) fn of(&self, word: u32) -> u16 {
        self.counts.get(place_of(word)).copied().unwrap_or(0)
    }

    /// Whether a word is so common that to share it says nothing.
    pub(super) fn is_common(&self, word: u32) -> bool {
        let count = self.of(word);
        count >= COMMON_ARTICLES_MIN && u32::from(count) > self.articles / COMMON_SHARE
    }

    /// Counts the words of an article, each once.
    pub(super) fn observe(&mut self, words: impl IntoIterator<Item = u32>) {
        self.articles = self.articles.saturating_add(1);
        let mut full = false;
        for word in words {
            if let Some(count) = self.counts.get_mut(place_of(word)) {
                *count = count.saturating_add(1);
                full |= *count == u16::MAX;
            }
        }
        if full {
            // What was common long ago gives way to what is common now.
            self.counts.iter_mut().for_each(|count| *count /= 2);
            self.articles /= 2;
        }
    }
}

fn place_of(word: u32) -> usize {
    usize::try_from(word).unwrap_or(0) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_many_articles_is_common_and_one_of_few_is_not() {
        let mut counts = WordCounts::default();
        for article in 0..200_000_u32 {
            counts.observe([7, 1_000 + article % 90_000]);
        }
        assert!(counts.is_common(7));
        assert!(!counts.is_common(1_500));
        assert!(!WordCounts::default().is_common(7), "nothing is common in no articles");
    }
}
