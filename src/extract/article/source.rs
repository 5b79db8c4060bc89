//! Where on a page something is said.
use std::fmt;

/// A place on a page that says something about its article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The heading over the article.
    Headline,
    /// The `title` element.
    TitleElement,
    /// JSON-LD, for the article or the page.
    LinkedData,
    /// A `meta` element.
    Meta,
    /// An element marked by the vocabulary of schema.org.
    Property,
    /// A `time` element.
    Time,
    /// A part marked as the byline, or a line that has its form.
    Byline,
    /// The text about the headline or below the article.
    Text,
    /// The canonical link.
    CanonicalLink,
    /// The address of the page.
    Address,
    /// The date of the last change.
    Change,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Headline => "its headline",
            Self::TitleElement => "its title element",
            Self::LinkedData => "its JSON-LD",
            Self::Meta => "a meta element",
            Self::Property => "an element marked for it",
            Self::Time => "a time element",
            Self::Byline => "its byline",
            Self::Text => "its text",
            Self::CanonicalLink => "its canonical link",
            Self::Address => "its address",
            Self::Change => "the date of its last change",
        })
    }
}

/// Where a page says what was taken from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Of the title.
    pub title: Option<Source>,
    /// Of the names of the authors.
    pub authors: Option<Source>,
    /// Of the address.
    pub url: Option<Source>,
}

/// Something that a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

impl<T> Sourced<T> {
    pub(super) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}
