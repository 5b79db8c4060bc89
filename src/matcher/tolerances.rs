//! The differences between a term and a text that a match tolerates, each with the word that
//! names it in explanations and in the watchlist.

/// A set of tolerances, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tolerances(u32);

impl Tolerances {
    /// An Arabic or Hebrew prefix before the word.
    pub(super) const PROCLITIC: Self = Self(1);
    /// A hyphen for a space, or the other way round.
    pub(super) const HYPHEN: Self = Self(1 << 1);
    /// The rest of a word, by `*`.
    pub(super) const PREFIX: Self = Self(1 << 2);
    /// A short ending, by `~`.
    pub(super) const ENDING: Self = Self(1 << 3);
    /// The other number: plural for singular, or singular for plural.
    pub(super) const NUMBER: Self = Self(1 << 4);
    /// A possessive ending.
    pub(super) const POSSESSIVE: Self = Self(1 << 5);
    /// A Korean particle.
    pub(super) const PARTICLE: Self = Self(1 << 6);
    /// Another form of the word: a case, a gender, a plural of an inflected language.
    pub(super) const FORM: Self = Self(1 << 7);
    /// A part of a compound word.
    pub(super) const COMPOUND: Self = Self(1 << 8);
    /// Words written together for words written apart, or the other way round.
    pub(super) const SPACING: Self = Self(1 << 9);
    /// Dots, commas and quotation marks inside a name, and the dots of an acronym.
    pub(super) const PUNCTUATION: Self = Self(1 << 10);
    /// Accents that only one side writes.
    pub(super) const ACCENT: Self = Self(1 << 11);
    /// Another letter for the same sound or character: `ue` for `ü`, `台` for `臺`, `ي` for `ى`.
    pub(super) const LETTER: Self = Self(1 << 12);
    /// An acronym that is also a word, found in a text written all in capitals.
    pub(super) const CAPITALS: Self = Self(1 << 13);
    /// The rest of a word before the term, by `*` in front.
    pub(super) const SUFFIX: Self = Self(1 << 14);
    /// A letter behind a designation that ends in a digit: `F-35A`.
    pub(super) const MODEL: Self = Self(1 << 15);
    /// Small letters for capitals, or the other way round. A watch may switch it off; reports do
    /// not name it, because nearly every match needs it.
    pub(super) const CASE: Self = Self(1 << 16);

    /// The names in reports. They are part of the JSON contract of `wirewatch match`.
    const NAMES: [(Self, &'static str); 17] = [
        (Self::PROCLITIC, "proclitic"),
        (Self::HYPHEN, "hyphen"),
        (Self::PREFIX, "prefix"),
        (Self::ENDING, "ending"),
        (Self::NUMBER, "number"),
        (Self::POSSESSIVE, "possessive"),
        (Self::PARTICLE, "particle"),
        (Self::FORM, "form"),
        (Self::COMPOUND, "compound"),
        (Self::SPACING, "spacing"),
        (Self::PUNCTUATION, "punctuation"),
        (Self::ACCENT, "accent"),
        (Self::LETTER, "letter"),
        (Self::CAPITALS, "capitals"),
        (Self::SUFFIX, "suffix"),
        (Self::MODEL, "model"),
        (Self::CASE, "case"),
    ];

    /// All tolerances that a term need not ask for by `*` or `~`.
    const SILENT: Self = Self((1 << 17) - 1 - Self::PREFIX.0 - Self::ENDING.0 - Self::SUFFIX.0);

    /// The tolerance with this name, if a watch may switch it on or off.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(one, known)| *known == name && Self::SILENT.has(*one))
            .map(|(one, _)| *one)
    }

    /// The names that a watch may switch on or off.
    pub(super) fn switchable() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().filter(|(one, _)| Self::SILENT.has(*one)).map(|(_, name)| *name)
    }

    /// All that a watch switches off which keeps only these.
    pub(super) fn all_but(kept: Self) -> Self {
        Self(Self::SILENT.0 & !kept.0)
    }

    /// Adds tolerances that were needed too.
    pub(super) fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }

    /// Whether a tolerance was needed.
    pub(super) fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }

    /// How many tolerances the set holds.
    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The names joined by `+`, as reports show them; `None` if there was no difference.
    pub(super) fn names(self) -> Option<String> {
        let names: Vec<_> = Self::NAMES
            .iter()
            .filter(|(tolerance, _)| self.has(*tolerance) && *tolerance != Self::CASE)
            .map(|(_, name)| *name)
            .collect();
        (!names.is_empty()).then(|| names.join("+"))
    }
}
