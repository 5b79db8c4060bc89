//! The words that pages put around an article, in the languages of the sources this program reads.
//! A line with these words is not part of the text. The phrases are data: `fixed_phrases.txt`.
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::written::without_quotations;

/// A longer line is prose, in bytes.
const SIGN_BYTES_MAX: usize = 90;

/// A longer line is not dropped for a phrase inside it, in bytes.
const NOTICE_BYTES_MAX: usize = 480;

/// A line with such a share of links leads to another page, in percent.
const LINK_PERCENT_MIN: u32 = 50;

/// A line with such a share of links has one to follow, in percent.
const HAS_LINK_PERCENT_MIN: u32 = 15;

/// Least words of a sentence, and least bytes where words are not spaced.
const SENTENCE_WORDS_MIN: usize = 5;
const SENTENCE_WIDE_BYTES_MIN: usize = 36;

/// The table, by kind of line in `fixed_phrases.txt`.
struct Table {
    lines: HashSet<String>,
    /// By their first character.
    beginnings: HashMap<char, Vec<String>>,
    headings: HashSet<String>,
    /// Headings over comments, without the numbers beside them.
    comments: HashSet<String>,
    /// All notices are searched for in one pass; `None` if the automaton cannot be built.
    notices: Option<AhoCorasick>,
    /// Those of the notices in which a page speaks of itself to its reader.
    addresses: Option<AhoCorasick>,
}

/// Read once, at the first page.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    lines: phrases("line").collect(),
    beginnings: by_first_character(phrases("beginning")),
    headings: phrases("heading").collect(),
    comments: phrases("comments").collect(),
    notices: AhoCorasick::new(phrases("notice").chain(phrases("address"))).ok(),
    addresses: AhoCorasick::new(phrases("address")).ok(),
});

/// Phrases in groups, so that a line is compared with few of them.
fn by_first_character(phrases: impl Iterator<Item = String>) -> HashMap<char, Vec<String>> {
    let mut groups: HashMap<char, Vec<String>> = HashMap::new();
    for phrase in phrases {
        if let Some(first) = phrase.chars().next() {
            groups.entry(first).or_default().push(phrase);
        }
    }
    groups
}

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
    /// A sentence in which the page speaks to its reader: a notice at the edge of the article, but
    /// not between its paragraphs.
    SignAtEdge,
    /// What follows this line is not the article.
    Aside,
}

/// Classifies a line by its text and its share inside links, in percent.
///
/// A whole sentence is never dropped for a phrase in it, because news is about privacy policies and
/// newsletters too. It must be a link, or speak to the reader at the edge of the article.
pub(super) fn classify(text: &str, linked_percent: u32) -> Phrase {
    if text.len() > NOTICE_BYTES_MAX {
        return Phrase::Text;
    }
    let sentence = is_sentence(text);
    let lower = text.to_lowercase().replace('’', "'");
    let lower = lower.trim();
    if lower.len() <= SIGN_BYTES_MAX {
        let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
        if TABLE.headings.contains(bare) || (bare.starts_with("more from ") && !sentence) {
            return Phrase::Aside;
        }
        // The e-mail address of the author under the text.
        let address = bare.contains('@') && bare.contains('.') && !bare.ends_with("다");
        let label = bare.is_empty() || TABLE.lines.contains(bare) || is_reading_time(bare);
        if label || (address && !sentence) {
            return Phrase::Sign;
        }
    }
    if sentence && linked_percent < LINK_PERCENT_MIN {
        // What is quoted is not said by the page.
        let speaks = is_in(TABLE.addresses.as_ref(), lower)
            && is_in(TABLE.addresses.as_ref(), &without_quotations(lower));
        return match speaks {
            true if linked_percent >= HAS_LINK_PERCENT_MIN => Phrase::Sign,
            true => Phrase::SignAtEdge,
            false => Phrase::Text,
        };
    }
    let inner = lower.trim_start_matches(['(', '（', '[', '【', '<', '〈', '■', '●', ' ']);
    let begins = |text: &str| {
        let group = text.chars().next().and_then(|first| TABLE.beginnings.get(&first));
        group.is_some_and(|all| all.iter().any(|beginning| text.starts_with(beginning)))
    };
    // A long line with such a beginning is more often a sentence.
    if lower.len() <= 2 * SIGN_BYTES_MAX && (begins(lower) || begins(inner)) {
        return Phrase::Sign;
    }
    if is_in(TABLE.notices.as_ref(), lower) { Phrase::Sign } else { Phrase::Text }
}

/// Whether a text has one of some phrases.
fn is_in(phrases: Option<&AhoCorasick>, text: &str) -> bool {
    phrases.is_some_and(|all| all.is_match(text))
}

/// Whether a line stands over comments. It may count them: `25 replies`, `댓글(3)`.
pub(super) fn is_over_comments(text: &str) -> bool {
    let lower = text.to_lowercase();
    TABLE.comments.contains(lower.trim_matches(|c: char| !c.is_alphabetic()))
}

/// Whether a line is a whole sentence: it ends like one, and has some words.
fn is_sentence(text: &str) -> bool {
    let last = text.trim_end_matches(['"', '”', '’', '\'', ')', '»', '」', '』', '）', ' ']);
    let wide = !text.is_ascii() && text.len() > 2 * text.chars().count();
    let long = if wide {
        text.len() >= SENTENCE_WIDE_BYTES_MIN
    } else {
        text.split_whitespace().count() >= SENTENCE_WORDS_MIN
    };
    long && last.ends_with(['.', '!', '?', '。', '！', '？', '…'])
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
            let known =
                ["line", "beginning", "notice", "address", "heading", "comments"].contains(&kind);
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
            assert_eq!(classify(text, 0), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_stays_unless_it_is_a_link_or_speaks_to_the_reader_at_an_edge() {
        for text in [
            "The firm was fined because its privacy policy did not say who reads the letters.",
            "Watch: the treaty ends on Friday, the minister told the house.",
            "Posted on the wall of the town hall, the order names three ships.",
            "Copies went to the mailing list of the ministry.",
        ] {
            assert_eq!(classify(text, 0), Phrase::Text, "{text}");
            assert_eq!(classify(text, 90), Phrase::Sign, "{text}");
        }
        let asks = "Sign up for our morning letter and never miss a thing.";
        let found = [0, 20, 90].map(|linked| classify(asks, linked));
        assert_eq!(found, [Phrase::SignAtEdge, Phrase::Sign, Phrase::Sign]);
    }
}
