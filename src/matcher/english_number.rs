//! The singular of an English plural. The data of word forms has the way from the singular to the
//! plural; a watchlist may as well have the plural: `tariffs`.

/// Letters of the shortest singular that is made of a plural.
const SINGULAR_LETTERS_MIN: usize = 3;
/// Plurals that no rule gives, with their singulars.
const IRREGULAR: &[[&str; 2]] = &[
    ["aircraft", "aircraft"],
    ["alumni", "alumnus"],
    ["bacteria", "bacterium"],
    ["children", "child"],
    ["criteria", "criterion"],
    ["feet", "foot"],
    ["geese", "goose"],
    ["media", "medium"],
    ["men", "man"],
    ["mice", "mouse"],
    ["people", "person"],
    ["phenomena", "phenomenon"],
    ["teeth", "tooth"],
    ["women", "woman"],
];
/// Words that end like a plural and are none.
const SINGULAR_IN_S: &[&str] = &[
    "always",
    "athletics",
    "diabetes",
    "economics",
    "ethics",
    "lens",
    "logistics",
    "mathematics",
    "measles",
    "means",
    "news",
    "perhaps",
    "physics",
    "politics",
    "series",
    "species",
    "summons",
    "tennis",
    "thus",
];

/// The singulars that `word` may be the plural of: mostly one, two where spelling cannot tell
/// (`axes`), none where it is no plural. `word` is folded.
pub(super) fn singulars(word: &str) -> Vec<String> {
    if SINGULAR_IN_S.contains(&word) {
        return Vec::new();
    }
    // `policewomen` as `women`.
    for [plural, singular] in IRREGULAR {
        if let Some(before) = word.strip_suffix(plural)
            && (before.is_empty() || plural.ends_with("men"))
        {
            return vec![format!("{before}{singular}")];
        }
    }
    let mut found = Vec::new();
    let stem = |ending: &str| word.strip_suffix(ending);
    if let Some(stem) = stem("ies") {
        // `parties` and `movies` are spelled alike.
        found.extend([format!("{stem}y"), format!("{stem}ie")]);
    } else if let Some(stem) = stem("ves") {
        found.extend([format!("{stem}f"), format!("{stem}fe"), format!("{stem}ve")]);
    } else if let Some(stem) = stem("ses") {
        found.extend([format!("{stem}s"), format!("{stem}se"), format!("{stem}sis")]);
    } else if let Some(stem) =
        stem("es").filter(|stem| ["x", "z", "ch", "sh", "o"].iter().any(|end| stem.ends_with(end)))
    {
        found.extend([stem.to_owned(), format!("{stem}e")]);
    } else if let Some(stem) =
        stem("s").filter(|stem| !["s", "u", "i"].iter().any(|end| stem.ends_with(end)))
    {
        found.push(stem.to_owned());
    }
    found.retain(|singular| singular.chars().count() >= SINGULAR_LETTERS_MIN);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_have_their_singulars() {
        for (plural, singular) in [
            ("minerals", "mineral"),
            ("subsidies", "subsidy"),
            ("wives", "wife"),
            ("taxes", "tax"),
            ("crises", "crisis"),
            ("buses", "bus"),
            ("businesswomen", "businesswoman"),
            ("vetoes", "veto"),
            ("axes", "axe"),
        ] {
            assert!(singulars(plural).contains(&singular.to_owned()), "{plural}");
        }
    }

    #[test]
    fn words_in_s_are_no_plurals() {
        for word in ["boss", "virus", "crisis", "news", "bus", "gas", "plus"] {
            assert_eq!(singulars(word), Vec::<String>::new(), "{word}");
        }
    }
}
