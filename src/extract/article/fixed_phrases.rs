//! The words that pages put around an article, in the languages of the sources this program reads.
//! A line with these words is not part of the text. The phrases are data: `fixed_phrases.txt`.
use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// A longer line is prose, in bytes.
const SIGN_BYTES_MAX: usize = 90;

/// A longer line is not dropped for a phrase inside it, in bytes.
const NOTICE_BYTES_MAX: usize = 480;

/// The table, by kind of line in `fixed_phrases.txt`.
struct Table {
    lines: HashSet<String>,
    beginnings: Vec<String>,
    headings: HashSet<String>,
    /// All notices are searched for in one pass; `None` if the automaton cannot be built.
    notices: Option<AhoCorasick>,
}

/// Read once, at the first page.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    lines: phrases("line").collect(),
    beginnings: phrases("beginning").collect(),
    headings: phrases("heading").collect(),
    notices: AhoCorasick::new(phrases("notice")).ok(),
});

/// The phrases of one kind.
fn phrases(kind: &str) -> impl Iterator<Item = String> {
    include_str!("fixed_phrases.txt")
        .lines()
        .filter_map(move |line| line.strip_prefix(kind)?.strip_prefix(": "))
        .flat_map(|phrases| phrases.split(" | "))
        .map(|phrase| phrase.replace('_', " "))
}

/// What a line's text says about the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// Nothing against it.
    Text,
    /// The line is a label, a notice or a pointer to another page.
    Sign,
    /// What follows this line is not the article.
    Aside,
}

/// Classifies a line by its text.
pub(super) fn classify(text: &str) -> Phrase {
    if text.len() > NOTICE_BYTES_MAX {
        return Phrase::Text;
    }
    let lower = text.to_lowercase().replace('’', "'");
    let lower = lower.trim();
    if lower.len() <= SIGN_BYTES_MAX {
        let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
        if TABLE.headings.contains(bare) || bare.starts_with("more from ") {
            return Phrase::Aside;
        }
        // The e-mail address of the author under the text.
        let address = bare.contains('@') && bare.contains('.') && !bare.ends_with("다");
        if bare.is_empty() || address || TABLE.lines.contains(bare) || is_reading_time(bare) {
            return Phrase::Sign;
        }
    }
    let inner = lower.trim_start_matches(['(', '（', '[', '【', '<', '〈', '■', '●', ' ']);
    let begins = |text: &str| TABLE.beginnings.iter().any(|beginning| text.starts_with(beginning));
    let begins = begins(lower) || begins(inner);
    // A long line with such a beginning is more often a sentence.
    if begins && lower.len() <= 2 * SIGN_BYTES_MAX {
        return Phrase::Sign;
    }
    let notice = TABLE.notices.as_ref().is_some_and(|notices| notices.is_match(lower));
    if notice { Phrase::Sign } else { Phrase::Text }
}

/// `5 min read`, `3 minute read`, `読了時間 4分`.
fn is_reading_time(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    (begins && text.contains("min") && text.ends_with("read")) || text.starts_with("読了時間")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_kind() {
        for line in include_str!("fixed_phrases.txt").lines().filter(|line| !line.is_empty()) {
            let kind = line.split(": ").next().unwrap_or_default();
            let known = ["line", "beginning", "notice", "heading"].contains(&kind);
            assert!(known || line.starts_with("# "), "{line}");
        }
        assert!(TABLE.notices.is_some() && TABLE.lines.len() > 100);
    }

    #[test]
    fn text_around_an_article_is_distinguished_from_text_in_it() {
        for (text, expected) in [
            ("Advertisement", Phrase::Sign),
            ("— Read more —", Phrase::Sign),
            ("7 min read", Phrase::Sign),
            ("Photo: a harbour at dusk", Phrase::Sign),
            ("Sign up for our morning letter and never miss a thing.", Phrase::Sign),
            ("Related stories", Phrase::Aside),
            ("You May Also Like:", Phrase::Aside),
            ("More from the capital", Phrase::Aside),
            ("Meistgelesen", Phrase::Aside),
            ("많이 본 기사", Phrase::Aside),
            ("関連記事", Phrase::Aside),
            ("推荐阅读", Phrase::Aside),
            ("무단 전재 및 재배포 금지", Phrase::Sign),
            ("The minister given the related talks would go on.", Phrase::Text),
            ("Trending downwards since May, prices fell again.", Phrase::Text),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
    }
}
