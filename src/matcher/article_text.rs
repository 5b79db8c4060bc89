//! The texts of an article that a watch can look at.
use super::normalise;
use crate::domain::Field;

/// The texts of one article, borrowed. All of them are plain text, without markup.
#[derive(Clone, Copy, Debug, Default)]
pub struct ArticleText<'a> {
    /// The headline.
    pub title: &'a str,
    /// The summary that the feed gives.
    pub summary: &'a str,
    /// The full text, if the feed or the page gives one.
    pub content: &'a str,
    /// The address of the article.
    pub url: &'a str,
    /// The names of the authors, one each.
    pub authors: &'a [String],
    /// The categories that the feed gives, one each.
    pub tags: &'a [String],
    /// The feed's name.
    pub source: &'a str,
    /// The language as a BCP 47 tag (`en`, `ko-KR`), if it is known.
    pub language: Option<&'a str>,
}

impl<'a> ArticleText<'a> {
    /// Every field with its text. Authors and tags are given one by one, with their position.
    ///
    /// Many feeds repeat the beginning of the content as the summary. Such a summary is left out,
    /// because otherwise its hits would be reported twice.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Field, usize, &'a str)> {
        let summary = if self.repeats_summary() { "" } else { self.summary };
        let authors = self.authors.iter().enumerate();
        let tags = self.tags.iter().enumerate();
        [
            (Field::Title, 0, self.title),
            (Field::Summary, 0, summary),
            (Field::Content, 0, self.content),
            (Field::Url, 0, self.url),
            (Field::Source, 0, self.source),
        ]
        .into_iter()
        .chain(authors.map(|(at, author)| (Field::Author, at, author.as_str())))
        .chain(tags.map(|(at, tag)| (Field::Tag, at, tag.as_str())))
    }

    /// The text of a field. `item` is the position of an author or a tag, and 0 for other fields.
    pub(super) fn part(&self, field: Field, item: usize) -> Option<&'a str> {
        match field {
            Field::Title => Some(self.title),
            Field::Summary => Some(self.summary),
            Field::Content => Some(self.content),
            Field::Url => Some(self.url),
            Field::Author => self.authors.get(item).map(String::as_str),
            Field::Source => Some(self.source),
            Field::Tag => self.tags.get(item).map(String::as_str),
            Field::Language => self.language,
        }
    }

    /// Whether the summary is only the beginning of the content.
    fn repeats_summary(&self) -> bool {
        let summary = self.summary.trim();
        let cut = ["[…]", "[...]", "…", "..."];
        let begun = cut.iter().find_map(|end| summary.strip_suffix(end));
        let whole = begun.unwrap_or(summary).trim_end();
        match self.content.trim_start().strip_prefix(whole) {
            // A summary that ends with an ellipsis may be cut inside a word. That half of a word
            // need not be matched.
            Some(_) if begun.is_some() => true,
            Some(rest) => {
                // Without an ellipsis the summary must end at the end of a word. If it does not,
                // its last word is another word than that of the content, and is matched for
                // itself.
                let last = normalise::class_before(whole, whole.len());
                !last.forms_word_with(normalise::class_after(rest, 0))
            }
            None => false,
        }
    }
}
