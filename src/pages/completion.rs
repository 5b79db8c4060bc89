//! Completes an article by what its page says, where its feed said nothing.
use super::reading::PageArticle;
use crate::domain::{Article, counted};
use crate::extract::Source;

/// Lines that were left out and are named with the article.
const LINES_NOTED_MAX: usize = 5;

/// An article with what its page says.
#[derive(Debug)]
pub(super) struct CompletedArticle {
    pub(super) article: Article,
    /// What was taken from the page and where it stood there, in words; empty if only the text was.
    pub(super) notes: String,
}

/// The article with the page's text as its content, and with the title, the date, the authors and
/// the language of the page where it has none.
/// `left_out`: lines of the page that are not in its text, because they recur on its host.
pub(super) fn complete(
    stored: Article,
    page: PageArticle,
    left_out: &[String],
) -> CompletedArticle {
    let mut article = Article { content: page.text, ..stored };
    let mut notes: Vec<String> = Vec::new();
    let mut note = |what: &str, source: Option<Source>| {
        notes.extend(source.map(|source| format!("{what} from {source}")));
    };
    if article.title.trim().is_empty()
        && let Some(title) = page.title
    {
        article.title = title;
        note("title", page.sources.title);
    }
    if article.published.is_none() && page.published.is_some() {
        article.published = page.published;
        note("date", page.published_from);
    }
    if article.authors.is_empty() && !page.authors.is_empty() {
        article.authors = page.authors;
        note("authors", page.sources.authors);
    }
    note("address", page.sources.url);
    article.language = article.language.or(page.language);
    if !left_out.is_empty() {
        let lines = counted(u64::try_from(left_out.len()).unwrap_or(u64::MAX), "line");
        let shown = left_out.iter().take(LINES_NOTED_MAX).map(|line| format!("“{line}”"));
        let shown = shown.collect::<Vec<_>>().join(" ");
        notes.push(format!("{lines} left out that most pages of its host have: {shown}"));
    }
    if page.cut.is_some() {
        notes
            .push("only its first part was read, because it is longer than any page may be".into());
    }
    CompletedArticle { article, notes: notes.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::extract::{Cut, Sources};

    fn page() -> PageArticle {
        PageArticle {
            title: Some("Ferry".to_owned()),
            authors: vec!["Ada Quill".to_owned()],
            published: Some(Timestamp(1_000)),
            published_from: Some(Source::LinkedData),
            sources: Sources {
                title: Some(Source::Headline),
                authors: Some(Source::Byline),
                url: Some(Source::CanonicalLink),
            },
            text: "The council met.".to_owned(),
            cut: Some(Cut::Size),
            ..PageArticle::default()
        }
    }

    #[test]
    fn what_the_feed_does_not_say_is_taken_from_the_page_and_its_place_is_told() {
        let left_out = ["Our subjects: harbours and rope".to_owned()];
        let CompletedArticle { article, notes } = complete(Article::default(), page(), &left_out);
        assert_eq!((article.title.as_str(), article.published), ("Ferry", Some(Timestamp(1_000))));
        assert_eq!(article.authors, ["Ada Quill"]);
        assert_eq!(
            notes,
            "title from its headline, date from its JSON-LD, authors from its byline, address from \
             its canonical link, 1 line left out that most pages of its host have: “Our subjects: \
             harbours and rope”, only its first part was read, because it is longer than any page \
             may be"
        );
    }

    #[test]
    fn what_the_feed_says_stays() {
        let stored = Article {
            title: "Ferries".to_owned(),
            published: Some(Timestamp(5)),
            authors: vec!["Bo Finch".to_owned()],
            ..Article::default()
        };
        let CompletedArticle { article, notes } = complete(stored, page(), &[]);
        assert_eq!((article.title.as_str(), article.published), ("Ferries", Some(Timestamp(5))));
        assert_eq!(article.authors, ["Bo Finch"]);
        assert!(notes.starts_with("address from its canonical link, only"), "{notes}");
    }
}
