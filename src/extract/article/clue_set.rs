//! A set of clues about the content of a part of a page.

/// A set of clues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clues(u16);

impl Clues {
    /// Readers do not see it.
    pub(super) const HIDDEN: Self = Self(1);
    /// The name of a part that is about the text or beside it.
    pub(super) const ASIDE: Self = Self(1 << 1);
    /// Like [`ASIDE`](Self::ASIDE), but the word has other meanings too.
    pub(super) const UNLIKELY: Self = Self(1 << 2);
    /// The name of a part that holds the text.
    pub(super) const BODY: Self = Self(1 << 3);
    /// Declared to be the text (`articleBody` of schema.org).
    pub(super) const DECLARED: Self = Self(1 << 4);
    /// The text under a picture.
    pub(super) const CAPTION: Self = Self(1 << 5);
    /// Who wrote it and when.
    pub(super) const BYLINE: Self = Self(1 << 6);
    /// Comments of readers.
    pub(super) const COMMENTS: Self = Self(1 << 7);
    /// The name of a whole article or of the main part of the page.
    pub(super) const ARTICLE: Self = Self(1 << 8);
    /// The name of the author.
    pub(super) const AUTHOR: Self = Self(1 << 9);
    /// A question whether the reader consents to be tracked.
    pub(super) const CONSENT: Self = Self(1 << 10);
    /// One of its names says that it holds the text, and nothing else.
    pub(super) const CLEAR_BODY: Self = Self(1 << 11);
    /// The name of a part about other stories, which is no name for anything else.
    pub(super) const OTHERS: Self = Self(1 << 12);
    /// A class that hides the part, if no other shows it again.
    pub(super) const HIDING: Self = Self(1 << 13);
    /// A role says that it stands beside the text, as elements such as `footer` do.
    pub(super) const BESIDE: Self = Self(1 << 14);
    /// The name of a part that holds the text, or declared to be it.
    pub(super) const BODY_OR_DECLARED: Self = Self::BODY.or(Self::DECLARED);

    /// Both sets together.
    pub(super) const fn or(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Whether any of these clues is in the set.
    pub(super) fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Adds clues to the set.
    pub(super) fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }
}
