//! Builds the parts of messages: counts, lists, quotations and "did you mean".

/// Characters of a value quoted in a message; a longer one is cut.
const QUOTED_CHARS_MAX: usize = 60;
/// Bytes of an unknown word that are compared with the known ones; a longer one is no misspelling.
const MISSPELLED_BYTES_MAX: usize = 64;

/// Words people write for ours.
const SYNONYMS: &[(&str, &str)] = &[
    ("keywords", "any"),
    ("keyword", "any"),
    ("terms", "any"),
    ("match", "any"),
    ("exclude", "none"),
    ("except", "none"),
    ("must", "all"),
    ("and", "all"),
    ("or", "any"),
    ("expression", "query"),
    ("search", "query"),
    ("score", "threshold"),
    ("scores", "weigh"),
    ("boost", "title_factor"),
    ("feeds", "sources"),
    ("feed", "sources"),
    ("groups", "sets"),
    ("lists", "sets"),
    ("not", "none"),
    ("interval", "every"),
    ("refresh", "every"),
    ("type", "kind"),
    ("link", "url"),
    ("address", "url"),
    ("username", "user"),
    ("login", "user"),
    ("server", "host"),
    ("recipients", "to"),
    ("sender", "from"),
    ("priority", "severity"),
    ("level", "severity"),
    ("channels", "notify"),
    ("lang", "language"),
    ("lang", "languages"),
    ("retention", "keep_articles"),
    ("ssl", "implicit"),
    ("smtps", "implicit"),
    ("tls", "implicit"),
    ("stdout", "console"),
    ("terminal", "console"),
    ("mail", "email"),
    ("smtp", "email"),
    ("hook", "webhook"),
    ("http", "webhook"),
    ("info", "normal"),
    ("medium", "normal"),
    ("urgent", "critical"),
    ("sources", "feed"),
    ("rules", "watch"),
    ("database", "store"),
    ("db", "store"),
    ("never", "none"),
];

/// Each word in backticks: `a`, `b` or `c`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut ticked: Vec<String> = words.into_iter().map(quoted).collect();
    match (ticked.pop(), ticked.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} or {last}", ticked.join(", ")),
    }
}

/// A foreign text in backticks, short, on one line, and unable to steer a terminal.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

/// A path in backticks: whole, so that it can be copied, and tame.
pub(super) fn path(path: &std::path::Path) -> String {
    let tame = |c| if is_control_or_mark(c) { '\u{fffd}' } else { c };
    format!("`{}`", path.display().to_string().chars().map(tame).collect::<String>())
}

/// The same without backticks.
pub(super) fn shortened(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(QUOTED_CHARS_MAX)
        .map(|c| if is_control_or_mark(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a terminal would obey the character instead of showing it: controls, and the marks that
/// turn the writing direction (UAX #9).
pub fn is_control_or_mark(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The known word someone most likely meant.
pub(super) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if written.len() > MISSPELLED_BYTES_MAX {
        return None;
    }
    let written = written.to_lowercase().replace(' ', "-");
    let mut best: Option<(usize, &str)> = None;
    for word in known {
        if SYNONYMS.contains(&(&*written, word)) {
            return Some(word);
        }
        let allowed = (word.chars().count().max(written.chars().count()) / 3).max(1);
        let plain = |text: &str| text.replace(['_', '-'], "");
        let distance = strsim::damerau_levenshtein(&plain(&written), &plain(word));
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

/// "did you mean `x`?", or what the known words are.
pub(super) fn suggestion<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(written, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("write {}", one_of(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_finds_its_word() {
        let known = ["name", "url", "every", "headers", "per_host_gap", "watch", "feed"];
        for (written, meant) in [
            ("evry", Some("every")),
            ("header", Some("headers")),
            ("per-host-gap", Some("per_host_gap")),
            ("perhostgap", Some("per_host_gap")),
            ("Url", Some("url")),
            ("interval", Some("every")),
            ("feeds", Some("feed")),
            ("watches", Some("watch")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn foreign_text_is_short_and_tame() {
        assert_eq!(quoted("a\u{1b}[0m\nb"), "`a\u{fffd}[0m\u{fffd}b`");
        assert_eq!(shortened(&"가".repeat(100)).chars().count(), QUOTED_CHARS_MAX + 1);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
