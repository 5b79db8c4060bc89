//! The languages with word-form data, and which of them a word may be written in.
use std::sync::OnceLock;

use super::clitics::{Clitic, ESTONIAN, FINNISH, NORDIC};
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
    /// What may be written behind any form.
    clitics: &'static [Clitic],
}

/// How many languages there are.
pub(in crate::matcher) const COUNT: usize = LANGUAGES.len();

const LANGUAGES: &[Known] = &[
    Known {
        tag: "ar",
        also: &[],
        file: include_bytes!("data/ar.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "bg",
        also: &[],
        file: include_bytes!("data/bg.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "ca",
        also: &[],
        file: include_bytes!("data/ca.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "cs",
        also: &[],
        file: include_bytes!("data/cs.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "da",
        also: &[],
        file: include_bytes!("data/da.forms"),
        linking_letters: &["s", "e", "er"],
        clitics: NORDIC,
    },
    Known {
        tag: "de",
        also: &[],
        file: include_bytes!("data/de.forms"),
        linking_letters: &["s", "es", "n", "en", "er", "e", "ens"],
        clitics: &[],
    },
    Known {
        tag: "el",
        also: &[],
        file: include_bytes!("data/el.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "en",
        also: &[],
        file: include_bytes!("data/en.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "es",
        also: &[],
        file: include_bytes!("data/es.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "et",
        also: &[],
        file: include_bytes!("data/et.forms"),
        linking_letters: &[],
        clitics: ESTONIAN,
    },
    Known {
        tag: "fa",
        also: &["prs"],
        file: include_bytes!("data/fa.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "fi",
        also: &[],
        file: include_bytes!("data/fi.forms"),
        linking_letters: &["n", "en", "in"],
        clitics: FINNISH,
    },
    Known {
        tag: "fr",
        also: &[],
        file: include_bytes!("data/fr.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "hbs",
        also: &["hr", "sr", "bs", "sh", "cnr", "me"],
        file: include_bytes!("data/hbs.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "he",
        also: &["iw"],
        file: include_bytes!("data/he.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "hi",
        also: &[],
        file: include_bytes!("data/hi.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "hu",
        also: &[],
        file: include_bytes!("data/hu.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "id",
        also: &["in", "ms"],
        file: include_bytes!("data/id.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "it",
        also: &[],
        file: include_bytes!("data/it.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "lt",
        also: &[],
        file: include_bytes!("data/lt.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "lv",
        also: &[],
        file: include_bytes!("data/lv.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "nb",
        also: &["no", "nn"],
        file: include_bytes!("data/nb.forms"),
        linking_letters: &["s", "e", "er"],
        clitics: NORDIC,
    },
    Known {
        tag: "nl",
        also: &[],
        file: include_bytes!("data/nl.forms"),
        linking_letters: &["s", "en", "e", "er", "n"],
        clitics: &[],
    },
    Known {
        tag: "pl",
        also: &[],
        file: include_bytes!("data/pl.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "pt",
        also: &[],
        file: include_bytes!("data/pt.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "ro",
        also: &["mo"],
        file: include_bytes!("data/ro.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "ru",
        also: &[],
        file: include_bytes!("data/ru.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "sk",
        also: &[],
        file: include_bytes!("data/sk.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "sv",
        also: &[],
        file: include_bytes!("data/sv.forms"),
        linking_letters: &["s", "e", "o", "u", "a"],
        clitics: NORDIC,
    },
    Known {
        tag: "tr",
        also: &[],
        file: include_bytes!("data/tr.forms"),
        linking_letters: &[],
        clitics: &[],
    },
    Known {
        tag: "uk",
        also: &[],
        file: include_bytes!("data/uk.forms"),
        linking_letters: &[],
        clitics: &[],
    },
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
            language.table().is_some_and(|table| word.chars().all(|letter| table.has(letter)))
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

    /// Its place among [`COUNT`] languages.
    pub(in crate::matcher) fn place(self) -> usize {
        usize::from(self.number)
    }

    pub(super) fn linking_letters(self) -> &'static [&'static str] {
        self.known().linking_letters
    }

    pub(in crate::matcher) fn clitics(self) -> &'static [Clitic] {
        self.known().clitics
    }

    /// Its data; `None` if the file is damaged. It is read once, because a watchlist asks for it a
    /// hundred thousand times.
    pub(super) fn table(self) -> Option<&'static Table> {
        static TABLES: [OnceLock<Option<Table>>; LANGUAGES.len()] =
            [const { OnceLock::new() }; LANGUAGES.len()];
        TABLES[usize::from(self.number)].get_or_init(|| Table::read(self.known().file)).as_ref()
    }

    fn known(self) -> &'static Known {
        // `of_tag` and `all` give out no other numbers.
        &LANGUAGES[usize::from(self.number)]
    }
}
