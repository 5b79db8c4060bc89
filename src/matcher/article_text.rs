//! The texts of an article that a watch can look at.
use super::normalise;
use crate::domain::Field;

/// What a watch can look at; borrowed from an article.
#[derive(Clone, Copy, Debug, Default)]
pub struct ArticleText<'a> {
    pub title: &'a str,
    pub summary: &'a str,
    pub content: &'a str,
    pub url: &'a str,
    pub authors: &'a [String],
    pub tags: &'a [String],
    /// The feed's name.
    pub source: &'a str,
    /// BCP 47.
    pub language: Option<&'a str>,
}

impl<'a> ArticleText<'a> {
    /// Every field with its text; authors and tags one by one, numbered.
    ///
    /// A summary that is only the beginning of the content says nothing of its own and is left out,
    /// so that its hits are not reported twice.
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

    /// The text of a field, or of one of its items.
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

    fn repeats_summary(&self) -> bool {
        let summary = self.summary.trim();
        let cut = ["[…]", "[...]", "…", "..."];
        let begun = cut.iter().find_map(|end| summary.strip_suffix(end));
        let whole = begun.unwrap_or(summary).trim_end();
        match self.content.trim_start().strip_prefix(whole) {
            // A summary cut inside a word ends in half a word, which is no word.
            Some(_) if begun.is_some() => true,
            Some(rest) => {
                let last = normalise::class_before(whole, whole.len());
                !last.forms_word_with(normalise::class_after(rest, 0))
            }
            None => false,
        }
    }
}
