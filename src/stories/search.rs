//! Finds the story that an arriving article belongs to, among what was told.
use std::hash::Hasher;
use std::time::Duration;

use siphasher::sip::SipHasher13;

use crate::domain::{ArticleId, Timestamp};

use super::addition::addition;
use super::article_text::ArticleText;
use super::index::{Anchors, Index};
use super::judgement::{Judgement, Relation, judge};
use super::novelty::PairContext;
use super::recurring_lines::RecurringLines;

/// How long a story is compared with later articles. What is published later in the same words is
/// about another year or another meeting.
pub const WINDOW: Duration = Duration::from_hours(7 * 24);

/// An arriving article.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// What tells one publisher from another: the host of the feed, or a configured name.
    pub source: &'a str,
    /// When it was published, if that is known.
    pub published: Option<Timestamp>,
    /// Plain text, as the text below.
    pub title: &'a str,
    /// The fuller of the texts that the publisher gave.
    pub text: &'a str,
}

/// An article that was told, read back from the store for the comparison.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// As in [`Incoming`], like the others.
    pub source: String,
    /// When it was published, if that is known.
    pub published: Option<Timestamp>,
    /// Plain text, as the text below.
    pub title: String,
    /// The fuller of the texts that the publisher gave.
    pub text: String,
}

/// The told article whose story an arriving one belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The told article.
    pub of: ArticleId,
    /// What the arriving article is to it. Never [`Relation::Other`].
    pub relation: Relation,
    /// The share of the arriving article that was told, from 0 to 1.
    pub similarity: f64,
    /// The share of its headline or of its text that was not told, the greater of the two.
    pub novelty: f64,
    /// What it adds, in its own words, if it is a follow-up.
    pub adds: Option<String>,
}

/// An article prepared to be remembered once it is told.
pub struct Prepared {
    source: u64,
    anchors: Anchors,
    sentences: Vec<u64>,
}

/// Finds the story of an article among those told in the last [`WINDOW`].
///
/// It keeps no texts, because the store has them: it asks the store for the few articles that the
/// index proposes. After a start it is filled by [`StoryFinder::prepare`] and [`StoryFinder::add`]
/// with every told article of the window, oldest first. A silent article is never added: what comes
/// later is compared with what was told, not with what nobody read.
#[derive(Debug, Default)]
pub struct StoryFinder {
    index: Index,
    recurring: RecurringLines,
}

/// A told article that was compared.
struct Compared {
    of: ArticleId,
    text: ArticleText,
    judgement: Judgement,
}

impl StoryFinder {
    /// The index, for its size.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Forgets what was added before `now` less [`WINDOW`].
    pub fn expire(&mut self, now: Timestamp) {
        self.index.expire(now.before(WINDOW));
    }

    /// Prepares an article without searching for its story.
    pub fn prepare(&self, item: &Incoming<'_>) -> Prepared {
        self.prepare_text(item).1
    }

    /// Finds the told article whose story `item` belongs to. `stored` reads an article from the
    /// store and gives `None` if it is gone.
    pub fn find(
        &self,
        item: &Incoming<'_>,
        mut stored: impl FnMut(ArticleId) -> Option<Stored>,
    ) -> (Prepared, Option<Found>) {
        let (text, ready) = self.prepare_text(item);
        let mut related: Vec<Compared> = Vec::new();
        for of in self.candidates(&ready) {
            let Some(other) = stored(of) else { continue };
            let compared = self.compare(item, &text, of, &other);
            match compared.judgement.relation {
                Relation::Other => {}
                // A copy of what was told needs no better reason.
                Relation::Copy(_) => {
                    let found = found(item, &[compared]);
                    return (ready, found);
                }
                Relation::FollowUp => related.push(compared),
            }
        }
        related.sort_by(|a, b| b.judgement.kinship.total_cmp(&a.judgement.kinship));
        let found = found(item, &related);
        (ready, found)
    }

    fn compare(
        &self,
        item: &Incoming<'_>,
        text: &ArticleText,
        of: ArticleId,
        other: &Stored,
    ) -> Compared {
        let source = hash_of(&other.source);
        let told = ArticleText::new_without(&other.title, &other.text, |sentence| {
            self.recurring.is_recurring(source, sentence)
        });
        Compared { of, judgement: judge(text, &told, context(item, other)), text: told }
    }

    /// The articles that would be compared, the likeliest first.
    pub fn candidates(&self, ready: &Prepared) -> Vec<ArticleId> {
        self.index.propose(&ready.anchors)
    }

    /// Remembers an article that was told. `opened` says whether it opened a story. Only then its
    /// sentences count for the recurring lines of its source: a follow-up repeats them anyway.
    pub fn add(&mut self, id: ArticleId, at: Timestamp, ready: &Prepared, opened: bool) {
        self.index.add(id, at, &ready.anchors);
        if opened {
            self.recurring.observe(ready.source, &ready.sentences);
        }
    }

    fn prepare_text(&self, item: &Incoming<'_>) -> (ArticleText, Prepared) {
        let source = hash_of(item.source);
        let mut text = ArticleText::new_without(item.title, item.text, |sentence| {
            self.recurring.is_recurring(source, sentence)
        });
        text.note_common(|word| self.index.is_common(word));
        let anchors = Anchors::new(&text);
        let ready = Prepared { source, anchors, sentences: text.sentences.clone() };
        (text, ready)
    }
}

/// What an article is to one that is stored.
pub fn relation(item: &Incoming<'_>, stored: &Stored) -> Relation {
    let new = ArticleText::new(item.title, item.text);
    let told = ArticleText::new(&stored.title, &stored.text);
    judge(&new, &told, context(item, stored)).relation
}

/// What an article adds to one that is stored, in its own words.
pub fn adds(item: &Incoming<'_>, stored: &Stored) -> Option<String> {
    addition(item.title, item.text, &[&ArticleText::new(&stored.title, &stored.text)])
}

fn context(item: &Incoming<'_>, other: &Stored) -> PairContext {
    PairContext {
        same_source: other.source == item.source,
        time_apart: match (item.published, other.published) {
            (Some(a), Some(b)) => a.max(b).since(a.min(b)),
            _ => Duration::ZERO,
        },
    }
}

/// The first of the related articles, with what none of them says.
fn found(item: &Incoming<'_>, related: &[Compared]) -> Option<Found> {
    let nearest = related.first()?;
    let told: Vec<&ArticleText> = related.iter().map(|compared| &compared.text).collect();
    let adds = match nearest.judgement.relation {
        Relation::FollowUp => addition(item.title, item.text, &told),
        Relation::Copy(_) | Relation::Other => None,
    };
    Some(Found {
        of: nearest.of,
        relation: nearest.judgement.relation,
        similarity: nearest.judgement.similarity,
        novelty: nearest.judgement.novelty,
        adds,
    })
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
        let mut copies = StoryFinder::default();
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
            let of = found.as_ref().map(|found| usize::try_from(found.of.0).unwrap());
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
        let mut copies = StoryFinder::default();
        let item = Incoming { source: "a", published: None, title: "Raids", text: WIRE };
        let ready = copies.prepare(&item);
        copies.add(ArticleId(1), Timestamp(0), &ready, true);
        assert_eq!(copies.find(&item, |_| None).1, None);
        copies.expire(Timestamp(0).after(WINDOW).after(Duration::from_secs(1)));
        assert!(copies.candidates(&ready).is_empty());
    }
}
