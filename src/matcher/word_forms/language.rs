//! The languages with word-form data, and which of them a word may be written in.
use super::table::Table;

/// A language with word-form data. Its number is below 64, so a set of them fits in a `u64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::matcher) struct Language {
    /// Its place in [`LANGUAGES`].
    number: u8,
}

/// What is known of one language.
struct Known {
    /// The primary subtag of BCP 47.
    tag: &'static str,
    /// Other tags that its data serves: closely related languages, and older tags.
    also: &'static [&'static str],
    /// The file that `table` reads.
    file: &'static [u8],
    /// Letters between the parts of compounds that are written as one word.
    linking_letters: &'static [&'static str],
}

const LANGUAGES: &[Known] = &[
    Known {
        tag: "de",
        also: &[],
        file: include_bytes!("data/de.forms"),
        linking_letters: &["s", "es", "n", "en", "er", "e", "ens"],
    },
    Known { tag: "fi", also: &[], file: include_bytes!("data/fi.forms"), linking_letters: &[] },
    Known { tag: "ru", also: &[], file: include_bytes!("data/ru.forms"), linking_letters: &[] },
];

impl Language {
    /// The language of a tag such as `de-AT`; `None` if there is no data for it.
    pub(in crate::matcher) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::all().find(|language| {
            let known = language.known();
            primary.eq_ignore_ascii_case(known.tag)
                || known.also.iter().any(|other| primary.eq_ignore_ascii_case(other))
        })
    }

    /// All languages with data.
    pub(in crate::matcher) fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len())
            .filter_map(|number| u8::try_from(number).ok().map(|number| Self { number }))
    }

    /// The languages in whose words all letters of a folded word occur.
    pub(in crate::matcher) fn candidates(word: &str) -> impl Iterator<Item = Self> {
        Self::all().filter(move |language| {
            language
                .table()
                .is_some_and(|table| word.chars().all(|letter| table.letter(letter).is_some()))
        })
    }

    /// The primary subtag of BCP 47.
    pub(in crate::matcher) fn tag(self) -> &'static str {
        self.known().tag
    }

    /// A number with one bit set, for sets of languages.
    pub(in crate::matcher) fn bit(self) -> u64 {
        1_u64.checked_shl(u32::from(self.number)).unwrap_or(0)
    }

    /// Whether the language writes compounds as one word.
    pub(in crate::matcher) fn joins_compounds(self) -> bool {
        self.table().is_some_and(|table| !table.bloom.is_empty())
    }

    pub(super) fn linking_letters(self) -> &'static [&'static str] {
        self.known().linking_letters
    }

    /// Its data; `None` if the file is damaged.
    pub(super) fn table(self) -> Option<Table> {
        Table::read(self.known().file)
    }

    fn known(self) -> &'static Known {
        // `of_tag` and `all` give out no other numbers.
        &LANGUAGES[usize::from(self.number)]
    }
}
