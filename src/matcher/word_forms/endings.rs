//! The endings that may follow a stem.
use super::clitics::without_clitic;
use super::language::Language;

/// A set of endings of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::matcher) struct Endings {
    language: Language,
    /// The place of the set in the file of the language.
    place: u16,
}

impl Endings {
    pub(super) fn new(language: Language, place: u16) -> Self {
        Self { language, place }
    }

    /// The endings that many words of the language have.
    pub(super) fn common(language: Language) -> Self {
        Self { language, place: 0 }
    }

    /// Whether `rest`, the folded letters from a stem to the end of the word, is one of them, or one
    /// with a clitic.
    pub(in crate::matcher) fn contains(self, rest: &str) -> bool {
        let Some(table) = self.language.table() else { return false };
        let is_listed = |ending: &str| {
            table
                .set(self.place)
                .binary_search_by(|place| table.string(u16::from_le_bytes(*place)).cmp(ending))
                .is_ok()
        };
        is_listed(rest) || without_clitic(rest, self.language.clitics()).any(is_listed)
    }

    /// The language that writes these endings.
    pub(in crate::matcher) fn language(self) -> Language {
        self.language
    }

    /// All of them without clitics, in the order of their bytes.
    pub(in crate::matcher) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.language.table().into_iter().flat_map(move |table| {
            table.set(self.place).iter().map(move |place| table.string(u16::from_le_bytes(*place)))
        })
    }

    /// How many there are without clitics.
    pub(in crate::matcher) fn count(self) -> usize {
        self.language.table().map_or(0, |table| table.set(self.place).len())
    }
}
