//! What a language writes behind any form of a word: Finnish `-kin` and `-nsa`, the genitive of the
//! Nordic languages. Written once here instead of behind every ending of the data.

/// Letters that may follow an ending.
#[derive(Clone, Copy, Debug)]
pub(in crate::matcher) struct Clitic {
    /// The folded letters.
    pub(super) text: &'static str,
    /// How the ending before them must end: one of these, or anything if there is none.
    pub(super) after: &'static [&'static str],
}

/// Finnish: `too`, `not even`, a question, and the possessive suffixes. These replace the `-n` of a
/// case that has one, so `-sa` stands for the `-nsa` of `hallitukseensa`.
pub(super) const FINNISH: &[Clitic] = &[
    Clitic { text: "kin", after: &[] },
    Clitic { text: "kaan", after: &[] },
    Clitic { text: "ko", after: &[] },
    Clitic { text: "han", after: &[] },
    Clitic { text: "ni", after: &["a", "e"] },
    Clitic { text: "si", after: &["a", "e"] },
    Clitic { text: "nsa", after: &["a", "e"] },
    Clitic { text: "mme", after: &["a", "e"] },
    Clitic { text: "nne", after: &["a", "e"] },
    Clitic { text: "an", after: &["a"] },
    Clitic { text: "en", after: &["e"] },
    Clitic { text: "sa", after: &["n"] },
    Clitic { text: "i", after: &["n"] },
];

/// Estonian: `too`.
pub(super) const ESTONIAN: &[Clitic] =
    &[Clitic { text: "gi", after: &[] }, Clitic { text: "ki", after: &[] }];

/// Swedish, Danish, Norwegian: the genitive.
pub(super) const NORDIC: &[Clitic] = &[Clitic { text: "s", after: &[] }];

/// What is left of `rest` where a clitic at its end may be taken away.
pub(super) fn without_clitic<'a>(
    rest: &'a str,
    clitics: &'static [Clitic],
) -> impl Iterator<Item = &'a str> {
    clitics.iter().filter_map(move |clitic| {
        let ending = rest.strip_suffix(clitic.text)?;
        let fits = clitic.after.is_empty() || clitic.after.iter().any(|end| ending.ends_with(end));
        fits.then_some(ending)
    })
}
