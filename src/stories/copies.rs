//! Finds the stored article of which an arriving one is a copy.
use std::hash::Hasher;
use std::time::Duration;

use siphasher::sip::SipHasher13;

use crate::domain::{ArticleId, Timestamp};

use super::index::{Anchors, Index};
pub use super::novelty::WINDOW;
use super::novelty::{ComparableText, CopyReason, PairContext, Similarity, copy_reason};
use super::recurring_lines::RecurringLines;

/// With a similarity like this no better one is needed, and no further article is read from the
/// store.
const CERTAIN_SIMILARITY: f64 = 0.95;

/// An arriving article.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The name of the feed, or whatever tells one publisher from another.
    pub source: &'a str,
    pub published: Option<Timestamp>,
    /// Plain text, as the text below.
    pub title: &'a str,
    pub text: &'a str,
}

/// A stored article, read back from the store for the comparison.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub source: String,
    pub published: Option<Timestamp>,
    pub title: String,
    pub text: String,
}

/// An article that is a copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copy {
    /// The stored article of which it is a copy.
    pub of: ArticleId,
    /// Why it is a copy.
    pub reason: CopyReason,
    /// How similar the two are.
    pub likeness: Similarity,
}

/// An article prepared to be remembered once it is stored.
pub struct Prepared {
    source: u64,
    anchors: Anchors,
    sentences: Vec<u64>,
}

/// Finds copies among the articles of the last [`WINDOW`].
///
/// It keeps no texts, because the store has them: it asks the store for the few articles that the
/// index proposes. After a start it is filled by [`CopyFinder::prepare`] and [`CopyFinder::add`]
/// with every stored article of the window, oldest first.
#[derive(Debug, Default)]
pub struct CopyFinder {
    index: Index,
    habits: RecurringLines,
}

impl CopyFinder {
    /// The index, for its size.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Forgets what was added before `now` less [`WINDOW`].
    pub fn expire(&mut self, now: Timestamp) {
        self.index.expire(now.before(WINDOW));
    }

    /// Prepares an article without searching for an original.
    pub fn prepare(&self, item: &Incoming<'_>) -> Prepared {
        self.prepare_text(item).1
    }

    /// Finds the stored article of which `item` is a copy; of several the most similar. `stored`
    /// reads an article from the store and gives `None` if it is gone.
    pub fn find(
        &self,
        item: &Incoming<'_>,
        mut stored: impl FnMut(ArticleId) -> Option<Stored>,
    ) -> (Prepared, Option<Copy>) {
        let (text, ready) = self.prepare_text(item);
        let mut best: Option<Copy> = None;
        for id in self.candidates(&ready) {
            let Some(other) = stored(id) else { continue };
            let source = hash_of(&other.source);
            let theirs = ComparableText::new_without(&other.title, &other.text, |sentence| {
                self.habits.is_recurring(source, sentence)
            });
            let between = PairContext {
                same_source: source == ready.source,
                time_apart: match (item.published, other.published) {
                    (Some(a), Some(b)) => a.max(b).since(a.min(b)),
                    _ => Duration::ZERO,
                },
            };
            let Some((reason, likeness)) = copy_reason(&text, &theirs, between) else { continue };
            let likest = |likeness: Similarity| (likeness.containment, likeness.similarity);
            if best.is_none_or(|best| likest(best.likeness) < likest(likeness)) {
                best = Some(Copy { of: id, reason, likeness });
            }
            if likeness.containment >= CERTAIN_SIMILARITY {
                break;
            }
        }
        (ready, best)
    }

    /// The articles that would be compared, the likeliest first.
    pub fn candidates(&self, ready: &Prepared) -> Vec<ArticleId> {
        self.index.propose(&ready.anchors)
    }

    /// Remembers a stored article. `opened` says whether it opened a story. Only then its
    /// sentences count for the recurring lines of its source: a copy repeats them anyway.
    pub fn add(&mut self, id: ArticleId, at: Timestamp, ready: &Prepared, opened: bool) {
        self.index.add(id, at, &ready.anchors);
        if opened {
            self.habits.observe(ready.source, &ready.sentences);
        }
    }

    fn prepare_text(&self, item: &Incoming<'_>) -> (ComparableText, Prepared) {
        let source = hash_of(item.source);
        let text = ComparableText::new_without(item.title, item.text, |sentence| {
            self.habits.is_recurring(source, sentence)
        });
        let anchors = Anchors::new(source, &text);
        let ready = Prepared { source, anchors, sentences: text.sentences.clone() };
        (text, ready)
    }
}

fn hash_of(source: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(source.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Articles arrive one after the other, a minute apart; the story of each is told.
    fn stories(articles: &[(&str, &str, &str)]) -> Vec<usize> {
        let mut copies = CopyFinder::default();
        let mut stories = Vec::new();
        let at = |number: usize| Timestamp(60_000 * i64::try_from(number).unwrap());
        for (number, (source, title, text)) in articles.iter().enumerate() {
            let item = Incoming { source, published: Some(at(number)), title, text };
            let (ready, found) = copies.find(&item, |id| {
                let stored = usize::try_from(id.0).unwrap();
                let (source, title, text) = articles[stored];
                Some(Stored {
                    source: source.to_owned(),
                    published: Some(at(stored)),
                    title: title.to_owned(),
                    text: text.to_owned(),
                })
            });
            let of = found.map(|copy| usize::try_from(copy.of.0).unwrap());
            stories.push(of.map_or(number, |of| stories[of]));
            let id = ArticleId(i64::try_from(number).unwrap());
            copies.add(id, at(number), &ready, found.is_none());
        }
        stories
    }

    const WIRE: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
        songbirds across the Danube, prosecutors in Vienna said. Officers found 2,300 goldfinches \
        in the cellar of a farmhouse near Tulln.";

    #[test]
    fn a_wire_story_in_many_papers_is_one_story() {
        let papers: Vec<String> = (0..30).map(|number| format!("paper-{number}")).collect();
        let titles = ["Raids on songbird smugglers", "Goldfinches found in a cellar near Tulln"];
        let articles: Vec<(&str, &str, &str)> = papers
            .iter()
            .zip(titles.into_iter().cycle())
            .map(|(p, t)| (p.as_str(), t, WIRE))
            .collect();
        assert_eq!(stories(&articles), vec![0; 30]);
    }

    #[test]
    fn a_feed_with_one_summary_for_every_item_tells_a_story_each() {
        let summary = "Independent news from the valley, read by people who live there every day.";
        let titles =
            ["Bridge closed", "Choir wins prize", "Mayor resigns", "Wolf seen", "Snow falls"];
        let articles: Vec<_> = titles.into_iter().map(|title| ("valley", title, summary)).collect();
        assert_eq!(stories(&articles), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_a_source_puts_under_every_story_joins_no_stories() {
        let tail = " The Valley Courier is published by its readers, and every article is free for \
            ever thanks to the gifts of those who can afford to give a little.";
        let told = [
            ("Bridge closed", "The old bridge was closed after ice was found on its cables."),
            ("Choir wins prize", "The children of the upper village sang best of all at Linz."),
            ("Mayor resigns", "After eleven years in office the mayor wants to keep bees again."),
            ("Wolf seen", "A shepherd photographed a young wolf at the edge of the quarry."),
        ];
        let texts: Vec<String> = told.iter().map(|(_, text)| format!("{text}{tail}")).collect();
        let articles: Vec<_> = told
            .iter()
            .zip(&texts)
            .map(|((title, _), text)| ("valley", *title, text.as_str()))
            .collect();
        assert_eq!(stories(&articles), [0, 1, 2, 3]);
    }

    #[test]
    fn empty_and_one_word_texts_are_stories_of_their_own() {
        let articles =
            [("a", "", ""), ("b", "", ""), ("a", "Video", "Video"), ("b", "Video", "Video")];
        assert_eq!(stories(&articles), [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_gone_from_the_store_is_passed_over() {
        let mut copies = CopyFinder::default();
        let item = Incoming { source: "a", published: None, title: "Raids", text: WIRE };
        let ready = copies.prepare(&item);
        copies.add(ArticleId(1), Timestamp(0), &ready, true);
        assert_eq!(copies.find(&item, |_| None).1, None);
        copies.expire(Timestamp(0).after(WINDOW).after(Duration::from_secs(1)));
        assert!(copies.candidates(&ready).is_empty());
    }
}
