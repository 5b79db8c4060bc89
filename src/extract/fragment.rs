//! What stands after the `#` of an address: mostly a place in the text, sometimes the text itself.

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

/// What the parts of a page that holds many articles are called before their number.
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

/// Digits of a part's number; fewer count the sections of one article.
const PART_DIGITS_MIN: usize = 4;

/// Whether a fragment chooses what is read: a route, an article by name, or one part of a page
/// that holds many. All others lead to a place in the same text, or track.
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
