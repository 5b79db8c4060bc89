//! Finds the article of a web page: its main text without navigation, teasers, captions and
//! comments, and what the page says about it.
//!
//! One pass makes a bounded tree ([`tree`]). The tree becomes a list of lines ([`lines`]). The
//! lines that are prose show where the article is ([`main_root`]). What stands around it is dropped
//! ([`boilerplate`]). All of it takes linear time, and a deadline can stop it anywhere.

mod article_text;
mod attributes;
mod boilerplate;
mod byline;
mod clue_set;
mod clues;
mod consent;
mod dates;
mod deadline;
mod element;
mod fixed_phrases;
mod head;
mod headline;
mod json_ld;
mod lenient_json;
mod lines;
mod main_root;
mod metadata;
mod part_names;
mod repeated_items;
mod source;
mod survey;
mod teasers;
mod tree;
mod walk;
mod written;

use url::Url;

use super::plain::plain;
pub use dates::GivenDate;
pub use deadline::{Cut, Deadline};
use lines::Lines;
pub use source::{Source, Sources};
use survey::Survey;
use tree::{Reading, Tree};
use written::single_spaced;

/// Bytes read of a page. Pages with their scripts and pictures inside them have several megabytes
/// before the first sentence.
pub const PAGE_BYTES_MAX: usize = 16 << 20;

/// Least bytes of a text in JSON-LD that may be the whole article.
const GIVEN_BYTES_MIN: usize = 200;

/// What was found of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractedPage {
    /// The headline, on one line.
    pub title: Option<String>,
    pub authors: Vec<String>,
    /// What may say when it was published, as written, the most reliable first.
    pub dates: Vec<GivenDate>,
    /// The address the page gives for itself, absolute.
    pub url: Option<String>,
    /// Where the page says these.
    pub sources: Sources,
    /// A BCP 47 tag, as the page says it.
    pub language: Option<String>,
    /// The main text, one line per paragraph; empty if there is no article.
    pub text: String,
    /// The page has more than this, and why it was not read.
    pub cut: Option<Cut>,
}

/// The article of a page. `url` is the address of the page, if it is known.
///
/// `html` is decoded text. Time is linear in its length, and memory is a small multiple of it. When
/// `deadline` is over, what was read up to then is returned with `cut` set.
pub fn read_article(html: &str, url: Option<&Url>, deadline: Deadline<'_>) -> ExtractedPage {
    let end = html.floor_char_boundary(PAGE_BYTES_MAX);
    let part = html.get(..end).unwrap_or_default();
    let tree = Tree::read(part, Reading::WithScripts, deadline);
    let mut page = page_of(&tree, url, deadline);
    if page.text.len() * 2 < tree.unread_bytes && tree.unread_bytes >= GIVEN_BYTES_MIN {
        let tree = Tree::read(part, Reading::WithoutScripts, deadline);
        let other = page_of(&tree, url, deadline);
        // The notice that scripts are needed is shorter than any article.
        if other.text.len() > page.text.len() * 2 {
            page = other;
        }
    }
    if end < html.len() {
        page.cut = page.cut.or(Some(Cut::Size));
    }
    page
}

/// The article of a tree.
fn page_of(tree: &Tree<'_>, url: Option<&Url>, deadline: Deadline<'_>) -> ExtractedPage {
    let lines = Lines::of(tree, deadline);
    let survey = Survey::of(tree, &lines);
    let mut kept = boilerplate::without_page_furniture(&survey);
    boilerplate::drop_items_below(&survey, &mut kept);
    let root = main_root::main_root(&survey, &kept);
    boilerplate::drop_inside_article(&survey, &mut kept, root);
    let begin = main_root::lead_begin(&survey, &kept, root);
    let title = metadata::title(tree, &lines, &kept);
    let text = article_text::text(&survey, &mut kept, begin, root);
    let authors = byline::authors(tree, &lines);
    let address = metadata::address(tree, url);
    let sources = Sources {
        title: title.as_ref().map(|title| title.source),
        authors: authors.as_ref().map(|authors| authors.source),
        url: address.as_ref().map(|address| address.source),
    };
    ExtractedPage {
        title: title.map(|title| title.value),
        authors: authors.map(|authors| authors.value).unwrap_or_default(),
        dates: dates::given(&survey, url, root),
        url: address.map(|address| address.value),
        sources,
        language: metadata::language(tree),
        text: declared_body(tree, &text).unwrap_or(text),
        cut: tree.cut.or(lines.is_cut.then_some(Cut::Time)),
    }
}

/// The text in JSON-LD, if the page itself shows much less: a script fills in such pages in the
/// browser.
fn declared_body(tree: &Tree<'_>, text: &str) -> Option<String> {
    let given = tree.head.linked.body.as_deref()?;
    if given.len() / 2 <= text.len() {
        return None;
    }
    let body = plain(given);
    // Lines as in the text of a page: no control characters, single spaces, none of them blank.
    let lines = body.lines().map(|line| single_spaced(&line.replace(char::is_control, " ")));
    let body = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
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

    #[test]
    fn the_text_of_linked_data_has_clean_lines_too() {
        let body = "The council\u{85} met at noon. ".repeat(20);
        let html = format!(
            "<script type=application/ld+json>{{\"@type\":\"Article\",\"articleBody\":\"{body}\"}}\
             </script>"
        );
        let page = read_article(&html, None, Deadline::new(&|| false));
        assert!(page.text.starts_with("The council met at noon."), "{}", page.text);
        assert!(!page.text.contains(char::is_control));
    }

    proptest! {
        #[test]
        fn any_page_gives_clean_lines_no_longer_than_itself(html in soup()) {
            let page = read_article(&html, None, Deadline::new(&|| false));
            prop_assert!(page.text.len() <= html.len());
            prop_assert!(!page.text.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!page.text.lines().any(|line| line.trim().is_empty()));
        }
    }
}
