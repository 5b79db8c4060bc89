//! Decides whether the part of an address after `#` selects what is read. Mostly it is only a place
//! in the text.

/// Parameters in a fragment that name an article.
const CHOOSING: &[&str] = &[
    "aid",
    "article",
    "article_id",
    "articleid",
    "entry",
    "id",
    "item",
    "news",
    "news_id",
    "newsid",
    "nid",
    "page",
    "pid",
    "post",
    "postid",
    "story",
    "story_id",
    "storyid",
];

/// How pages with many articles name their parts, before the number.
const PARTS: &[&str] = &[
    "article",
    "block",
    "entry",
    "id",
    "item",
    "liveblog",
    "liveblog-entry",
    "news",
    "p",
    "post",
    "story",
    "update",
];

/// Least number of digits in the number of a part. Smaller numbers are sections of one article.
const PART_DIGITS_MIN: usize = 4;

/// Whether a fragment selects what is read: a route, an article by name, or one part of a page with
/// many. All others lead to a place in the same text or track the reader.
pub(super) fn selects_content(fragment: &str) -> bool {
    if fragment.starts_with(['!', '/']) {
        return fragment.len() > 1;
    }
    if let Some((name, value)) = fragment.split_once('=') {
        let name = name.trim_start_matches('?').to_lowercase();
        return !value.is_empty() && CHOOSING.contains(&name.as_str());
    }
    let digits = fragment.bytes().filter(u8::is_ascii_digit).count();
    let name = fragment.trim_end_matches(|c: char| c.is_ascii_hexdigit() || "-_:".contains(c));
    let whole = fragment.to_lowercase();
    let part = PARTS.iter().any(|part| {
        whole
            .strip_prefix(part)
            .is_some_and(|rest| rest.starts_with(|c: char| "-_:0123456789".contains(c)))
    });
    digits >= PART_DIGITS_MIN && (part || name.is_empty())
}
