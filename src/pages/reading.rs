//! From a page's bytes to its article: decode → extract, with the date read. Pure but for the
//! clock that ends it.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use url::Url;

use super::publication_date;
use crate::domain::{Clock, Timestamp};
use crate::extract::{self, Cut, Source, Sources};
use crate::parse;

/// Longest reading of one page. The worst page made for the purpose takes a tenth of it; a machine
/// that is too busy for this has the page read another time.
const READING_MAX: Duration = Duration::from_secs(1);

/// Bytes of a page's text that are matched and stored, as of a feed's; what is longer is cut, and
/// said.
const TEXT_BYTES_MAX: usize = 256 << 10;

/// How much of a body is looked at to tell a page from a file, in bytes.
const LOOK_BYTES: usize = 1_024;

/// A page's article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageArticle {
    pub title: Option<String>,
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Where the page says when.
    pub published_from: Option<Source>,
    /// The page's own word for its address, or the one it was asked for at.
    pub url: Option<String>,
    /// Where the page says its title, its authors and its address.
    pub sources: Sources,
    /// BCP 47, as the page says it.
    pub language: Option<String>,
    /// The main text, a line a paragraph; empty if there is none.
    pub text: String,
    /// There may be more text on the page, and why it was not read.
    pub cut: Option<Cut>,
}

/// Reads the article of a page, or says in words why the body is none.
pub fn read_page(
    body: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    clock: &Clock,
) -> Result<PageArticle, String> {
    is_page(body, content_type)?;
    // A panic while reading one page must not stop the daemon.
    catch_unwind(AssertUnwindSafe(|| extract_article(body, content_type, url, clock)))
        .map_err(|_panic| "reading the page panicked".to_owned())
}

fn extract_article(
    body: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    clock: &Clock,
) -> PageArticle {
    let html = parse::decode_text(body, content_type);
    let begun = clock.now();
    let is_over = || clock.now().since(begun) > READING_MAX;
    let mut page = extract::read_article(&html, url, extract::Deadline::new(&is_over));
    if page.text.len() > TEXT_BYTES_MAX {
        page.text.truncate(page.text.floor_char_boundary(TEXT_BYTES_MAX));
        page.cut = page.cut.or(Some(Cut::Size));
    }
    let published = publication_date::choose(&page.dates, page.language.as_deref());
    PageArticle {
        title: page.title,
        authors: page.authors,
        published: published.map(|published| published.at),
        published_from: published.map(|published| published.source),
        url: page.url,
        sources: page.sources,
        language: page.language,
        text: page.text,
        cut: page.cut,
    }
}

/// Refuses what is plainly a file of another kind.
fn is_page(body: &[u8], content_type: Option<&str>) -> Result<(), String> {
    let kind = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    let kind = kind.to_ascii_lowercase();
    let other = !kind.is_empty()
        && kind != "application/octet-stream"
        && !["html", "xml", "text/"].iter().any(|of_pages| kind.contains(of_pages));
    if other {
        return Err(format!("not a page but {kind}"));
    }
    let head = body.get(..LOOK_BYTES).unwrap_or(body).trim_ascii_start();
    if head.is_empty() {
        return Err("the page is empty".to_owned());
    }
    let known: [&[u8]; 6] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF"];
    if known.iter().any(|magic| head.starts_with(magic)) {
        return Err("not a page but a file".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(|| Timestamp(0))
    }

    #[test]
    fn a_page_in_an_old_encoding_is_read_by_its_own_word() {
        let mut page = b"<html><head><meta http-equiv=Content-Type content='text/html; \
            charset=EUC-KR'><title>x</title></head><body><p>"
            .to_vec();
        let (korean, _, _) = encoding_rs::EUC_KR.encode(
            "정부는 지소미아 종료 통보의 효력을 정지하기로 했다고 밝혔다. 양국은 대화를 이어 가기로 했다.",
        );
        page.extend_from_slice(&korean);
        page.extend_from_slice(b"</p></body></html>");
        let article = read_page(&page, Some("text/html"), None, &clock()).unwrap();
        assert!(article.text.contains("지소미아"), "{}", article.text);
    }

    #[test]
    fn a_file_that_is_no_page_is_refused_in_words() {
        for (body, kind, why) in [
            (&b"%PDF-1.7"[..], None, "not a page but a file"),
            (b"<p>", Some("application/pdf"), "not a page but application/pdf"),
            (b"  ", Some("text/html"), "the page is empty"),
        ] {
            assert_eq!(read_page(body, kind, None, &clock()), Err(why.to_owned()));
        }
    }

    #[test]
    fn a_clock_that_has_run_out_ends_the_reading() {
        let page = format!("<p>{}", "<b>word</b> ".repeat(200_000));
        let now = std::sync::atomic::AtomicI64::new(0);
        let running =
            Clock::new(move || Timestamp(now.fetch_add(400, std::sync::atomic::Ordering::Relaxed)));
        let article = read_page(page.as_bytes(), None, None, &running).unwrap();
        assert_eq!(article.cut, Some(Cut::Time));
        assert!(article.text.len() < page.len() / 100, "{} bytes", article.text.len());
    }
}
