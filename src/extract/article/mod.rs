//! The article of a web page: its main text without navigation, teasers, captions and comments,
//! and what the page says of it.
//!
//! One pass makes a bounded tree ([`tree`]), the tree becomes a row of lines ([`lines`]), the lines
//! that are prose say where the article is ([`place`]), and what stands about it is left out
//! ([`boilerplate`]). Nothing here takes longer than linear time, and a clock can stop it anywhere.

mod article_text;
mod boilerplate;
mod clues;
mod fixed_phrases;
mod head;
mod json_ld;
mod lines;
mod main_root;
mod metadata;
mod tag;
mod token;
mod tree;

use url::Url;

use super::plain::plain;
use lines::Lines;
use tree::Tree;

/// Bytes of a page that are read.
pub const PAGE_BYTES_MAX: usize = 5 << 20;

/// Bytes from which a text in JSON-LD may be the whole article.
const GIVEN_BYTES_MIN: usize = 200;

/// Nodes of a page's tree.
const NODES_MAX: usize = 300_000;

/// Says whether reading has taken too long; asked between pieces.
#[derive(Clone, Copy)]
pub struct Deadline<'a>(&'a dyn Fn() -> bool);

impl<'a> Deadline<'a> {
    pub fn new(is_over: &'a dyn Fn() -> bool) -> Self {
        Self(is_over)
    }

    fn is_over(self) -> bool {
        (self.0)()
    }
}

impl std::fmt::Debug for Deadline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// What was found of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractedPage {
    pub title: Option<String>,
    pub authors: Vec<String>,
    /// As written; reading dates is another craft.
    pub published: Option<String>,
    pub url: Option<String>,
    pub language: Option<String>,
    pub text: String,
    /// A bound was hit.
    pub cut: bool,
}

/// The article of a page, from `url` if that is known.
///
/// `escape_html` is text already; bytes are decoded by whoever fetched them. Time is linear in its
/// length, memory a small multiple of it, and `clock` ends the reading early: what was read up to
/// then is returned, with `cut` set.
pub fn extract_page(html: &str, url: Option<&Url>, clock: Deadline<'_>) -> ExtractedPage {
    let end = html.floor_char_boundary(PAGE_BYTES_MAX);
    let tree = Tree::read(html.get(..end).unwrap_or_default(), clock);
    let lines = Lines::of(&tree, clock);
    let mut kept = boilerplate::without_page_furniture(&tree, &lines);
    let root = main_root::main_root(&tree, &lines, &kept);
    boilerplate::drop_inside_article(&tree, &lines, &mut kept, root);
    let wide = main_root::widened_to_lead(&tree, &lines, &kept, root);
    let text = article_text::text(&tree, &lines, &mut kept, (wide, root));
    ExtractedPage {
        title: metadata::title(&tree, &lines),
        authors: metadata::authors(&tree, &lines),
        published: metadata::published(&tree, url),
        url: metadata::address(&tree, url),
        language: metadata::language(&tree),
        text: declared_body(&tree, &text).unwrap_or(text),
        cut: tree.cut || end < html.len(),
    }
}

/// The text a page gives to search engines, where it shows readers much less: pages that are
/// filled in by a script.
fn declared_body(tree: &Tree<'_>, text: &str) -> Option<String> {
    let body = plain(tree.head.linked.body.as_deref()?.trim()).trim().to_owned();
    (body.len() >= GIVEN_BYTES_MIN && body.len() / 2 > text.len()).then_some(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What pages are made of, and what breaks readers of them.
    fn soup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z .,]{0,60}",
            "(지소미아|輸出規制| 。|\\PC){0,12}",
            prop::sample::select(vec![
                "<p>", "</p>", "<div class='share related'>", "</div>", "<article>", "</article>",
                "<b>", "</b>", "<a href=x>", "</a>", "<ul><li>", "<li>", "</ul>", "<table><tr><td>",
                "</table>", "<h1>", "</h1>", "<h2>Related stories</h2>", "<br>", "<script>", "</script>",
                "<!--", "-->", "<svg>", "</svg>", "<p hidden>", "<img alt='", "'>", "<", ">", "&amp;",
                "&#x41;", "\u{85}", "\0", "<title>x</title>", "<aside>", "</aside>", "<nav>", "</nav>",
                "<script type=application/ld+json>{\"@type\":\"Article\",\"headline\":\"x\"}</script>",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_page_gives_clean_lines_no_longer_than_itself(html in soup()) {
            let page = extract_page(&html, None, Deadline::new(&|| false));
            prop_assert!(page.text.len() <= html.len());
            prop_assert!(!page.text.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!page.text.lines().any(|line| line.trim().is_empty()));
        }
    }
}
