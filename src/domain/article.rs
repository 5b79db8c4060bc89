//! An entry made canonical: plain text, keys, one URL.
use std::fmt;

use super::Timestamp;

/// Row number of a stored article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArticleId(pub i64);

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}", self.0)
    }
}

/// As people write it.
impl serde::Serialize for ArticleId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Row number of a story: one event's articles, wherever they ran.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct StoryId(pub i64);

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// By what an item is recognised within its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// The publisher's id.
    Id,
    /// The canonical link.
    Link,
    /// The normalised title and the day it was published.
    TitleDay,
}

/// One identity key: 64 bits of a keyed hash, enough that 10^7 items of one feed collide with
/// odds of 3 in 10^6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub kind: KeyKind,
    pub hash: u64,
}

/// A part of an article's content that another element of the item gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedText {
    /// The first byte of it in the content.
    pub start: usize,
    /// The element's name as written, with its prefix: `itunes:summary`.
    pub element: String,
}

/// An article ready to be matched and judged.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// Strongest first; the first is the identity within the feed.
    pub keys: Vec<Key>,
    /// Hash over the texts a watch can see: a change of it is a revision of a known item.
    pub revision: u64,
    /// As published, for people to click.
    pub url: Option<String>,
    /// The canonical form, equal for copies of one page.
    pub canonical: Option<String>,
    /// Plain text, like the two below: no markup, entities decoded.
    pub title: String,
    pub summary: String,
    pub content: String,
    /// Where in `content` the texts of other elements begin, in order; each reaches up to the next.
    pub added_texts: Vec<AddedText>,
    pub published: Option<Timestamp>,
    /// What the publisher wrote when `published` could not be read from it.
    pub published_raw: Option<String>,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
    /// BCP 47, from the entry, its document or the feed's configuration, in that order.
    pub language: Option<String>,
}

/// Words of its text by which an article without a title is named.
const HEADLINE_WORDS: usize = 12;
/// Characters of them: not all languages put spaces between words.
const HEADLINE_CHARS_MAX: usize = 80;

impl Article {
    /// The title, or where there is none the first words of the text.
    pub fn headline(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        let summary = self.summary.trim();
        let text = if summary.is_empty() { self.content.trim() } else { summary };
        let words: Vec<&str> = text.split_whitespace().take(HEADLINE_WORDS + 1).collect();
        let shown = words.get(..HEADLINE_WORDS).unwrap_or(&words).join(" ");
        let mut headline: String = shown.chars().take(HEADLINE_CHARS_MAX).collect();
        if words.len() > HEADLINE_WORDS || headline.len() < shown.len() {
            headline.push('…');
        }
        headline
    }
}

/// How an article stands to what is already stored; the word and the reason are kept with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing like it: opens a story.
    New,
    /// Unknown id, but this feed already carried the link: the copy is attached.
    SameLink(ArticleId),
    /// Unknown id, but this feed already carried the title on that day.
    SameTitleDay(ArticleId),
    /// Another feed carried the same canonical URL.
    SameUrl(ArticleId),
    /// It says nothing that a told article does not say.
    SameText { of: ArticleId, similarity: f64 },
    /// It is of the story of a told article and says something new: it is told too.
    FollowUp { of: ArticleId, similarity: f64 },
}

impl Verdict {
    /// The word the store, the log, the metrics and the tests use.
    pub fn reason(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SameLink(_) => "same-link",
            Self::SameTitleDay(_) => "same-title-day",
            Self::SameUrl(_) => "same-url",
            Self::SameText { .. } => "same-text",
            Self::FollowUp { .. } => "follow-up",
        }
    }

    /// The article whose story this one is of.
    pub fn matched_article(self) -> Option<ArticleId> {
        match self {
            Self::New => None,
            Self::SameLink(of)
            | Self::SameTitleDay(of)
            | Self::SameUrl(of)
            | Self::SameText { of, .. }
            | Self::FollowUp { of, .. } => Some(of),
        }
    }

    /// How alike the two texts are, 0 to 1, where texts were compared.
    pub fn similarity(self) -> Option<f64> {
        match self {
            Self::SameText { similarity, .. } | Self::FollowUp { similarity, .. } => {
                Some(similarity)
            }
            Self::New | Self::SameLink(_) | Self::SameTitleDay(_) | Self::SameUrl(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_without_a_title_is_named_by_its_first_words() {
        let text = |text: &str| Article { summary: text.into(), ..Article::default() }.headline();
        assert_eq!(text("GSOMIA is renewed."), "GSOMIA is renewed.");
        let long = text("one two three four five six seven eight nine ten eleven twelve thirteen");
        assert_eq!(long, "one two three four five six seven eight nine ten eleven twelve…");
        assert_eq!(text(&"輸".repeat(90)).chars().count(), HEADLINE_CHARS_MAX + 1);
        assert_eq!(text(""), "");
        let titled = Article { title: "T".into(), summary: "s".into(), ..Article::default() };
        assert_eq!(titled.headline(), "T");
    }
}
