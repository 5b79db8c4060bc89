//! The article of a page, in the languages of the wires: all of its text, and none of what stands
//! about it.
use std::path::{Path, PathBuf};

use wirewatch::domain::{Clock, Timestamp};
use wirewatch::pages::{PageArticle, read_page};

pub(super) fn clock() -> Clock {
    Clock::new(|| Timestamp(0))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/extract/pages").join(name)
}

fn article(name: &str) -> PageArticle {
    let page = std::fs::read(fixture(name)).unwrap();
    let url = "https://news.example/world/12?ref=feed".parse().unwrap();
    read_page(&page, Some("text/html"), Some(&url), &clock()).unwrap()
}

#[test]
fn an_english_article_is_its_text_and_nothing_beside_it() {
    let article = article("en.html");
    insta::assert_snapshot!(article.text);
    assert_eq!(article.title.as_deref(), Some("Harbour talks resume after a week of silence"));
    assert_eq!(article.authors, ["Ada Quill", "Bo Finch"]);
    assert_eq!(article.published.unwrap().to_string(), "2026-03-04T07:15:00Z");
    assert_eq!(article.url.as_deref(), Some("https://news.example/world/harbour-talks"));
    assert_eq!(article.language.as_deref(), Some("en-GB"));
}

#[test]
fn a_korean_article_written_in_line_breaks_ends_where_it_ends() {
    let article = article("ko.html");
    insta::assert_snapshot!(article.text);
    assert_eq!(article.title.as_deref(), Some("항만 협상 일주일 만에 재개"));
    assert_eq!(article.published.unwrap().to_string(), "2026-03-04T00:30:00Z");
    assert_eq!(article.language.as_deref(), Some("ko"));
}

#[test]
fn a_japanese_article_keeps_its_words_whole_under_their_readings() {
    let article = article("ja.html");
    insta::assert_snapshot!(article.text);
    assert_eq!(article.title.as_deref(), Some("港湾協議、一週間ぶりに再開"));
    assert_eq!(article.published.unwrap().to_string(), "2026-03-04T01:00:00Z");
}

#[test]
fn a_chinese_article_in_a_table_is_found_in_its_cell() {
    let article = article("zh.html");
    insta::assert_snapshot!(article.text);
    assert_eq!(article.title.as_deref(), Some("港口谈判一周后重启"));
    assert_eq!(article.language.as_deref(), Some("zh-CN"));
}

#[test]
fn a_german_article_keeps_its_lead_and_loses_the_advertisement_inside_it() {
    let article = article("de.html");
    insta::assert_snapshot!(article.text);
    assert_eq!(article.authors, ["Ida Feder"]);
    assert_eq!(article.published.unwrap().to_string(), "2026-03-04T07:00:00Z");
}

#[test]
fn a_page_filled_in_by_a_script_is_read_from_what_it_tells_search_engines() {
    let body = "The council met at noon and voted on the bridge. ".repeat(8);
    let page = format!(
        "<title>Bridge</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\
         \"headline\":\"Bridge\",\"articleBody\":\"{body}\"}}</script><div id=app></div>"
    );
    let article = read_page(page.as_bytes(), None, None, &clock()).unwrap();
    assert_eq!(article.text, body.trim());
}

#[test]
fn a_name_that_all_parts_of_an_article_share_is_no_reason_to_drop_them() {
    let part = |n: u32| {
        format!(
            "<div class='teaser-block'><p>Paragraph number {n} tells of the harbour, and of what was said there.</p></div>"
        )
    };
    let page: String = (0..20).map(part).collect();
    let article = read_page(page.as_bytes(), None, None, &clock()).unwrap();
    assert_eq!(article.text.lines().count(), 20, "{}", article.text);
}

#[test]
fn a_page_without_an_article_has_no_text() {
    let links = "<li><a href='/1'>A headline of a story elsewhere</a></li>".repeat(50);
    let page = format!("<html><body><nav><ul>{links}</ul></nav></body></html>");
    assert_eq!(read_page(page.as_bytes(), None, None, &clock()).unwrap().text, "");
}
