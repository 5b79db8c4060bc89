//! Articles for the stage commands: from a file, or from the store.
use std::path::Path;

use super::fail::CommandError;
use super::input::read_whole;
use super::setup::path_text;
use crate::extract;
use crate::matcher::ArticleText;
use crate::store::StoredArticle;

/// A text with its markup gone, as the matcher looks at it.
#[derive(Debug, Default)]
pub(super) struct ArticleInput {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) content: String,
    pub(super) url: String,
    pub(super) authors: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) source: String,
    pub(super) language: Option<String>,
}

impl ArticleInput {
    /// Borrows the parts in the shape the matcher reads.
    pub(super) fn text(&self) -> ArticleText<'_> {
        ArticleText {
            title: &self.title,
            summary: &self.summary,
            content: &self.content,
            url: &self.url,
            authors: &self.authors,
            tags: &self.tags,
            source: &self.source,
            language: self.language.as_deref(),
        }
    }

    /// A whole file is one article: its first line is the title.
    pub(super) fn from_file(file: &Path) -> Result<Self, CommandError> {
        let bytes = read_whole(file).map_err(CommandError::Input)?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_start();
        let (title, content) = text.split_once('\n').unwrap_or((text, ""));
        let (title, content) = (title.to_owned(), content.to_owned());
        let plain = |text: &str| extract::plain(text).into_owned();
        let url = if file.as_os_str() == "-" { String::new() } else { path_text(file) };
        Ok(Self { title: plain(&title), content: plain(&content), url, ..Self::default() })
    }

    /// A stored article is plain text already.
    pub(super) fn from_stored(article: &StoredArticle) -> Self {
        Self {
            title: article.title.clone(),
            summary: article.summary.clone(),
            content: article.content.clone(),
            url: article.url.clone().unwrap_or_default(),
            authors: article.authors.clone(),
            tags: article.tags.clone(),
            source: article.feed.as_str().to_owned(),
            language: article.language.clone(),
        }
    }
}
