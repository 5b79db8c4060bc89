//! Reads lists of sitemaps and the `Sitemap:` lines of robots.txt. They lead to the news sitemap of
//! a site.
use url::Url;

use super::charset;
use super::context::ResponseContext;
use super::date;
use super::notes::Notes;
use super::text::{Entities, Mode, resolve};
use crate::domain::Timestamp;
use crate::markup::{Token, Tokenizer, split_name};

/// Sitemaps read from one list or one robots.txt.
const SITEMAPS_MAX: usize = 1_000;
/// Bytes of a robots.txt that are read. RFC 9309 section 2.5 asks for at least this.
const ROBOTS_BYTES_MAX: usize = 500 << 10;

/// A sitemap that a list of sitemaps names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Absolute, http or https.
    pub url: Url,
    /// When the sitemap changed last, if the list says so.
    pub modified: Option<Timestamp>,
}

/// The sitemaps that a list names, in its order; none if the body is not such a list.
pub fn sitemaps_of_index(body: &[u8], context: &ResponseContext<'_>) -> Vec<IndexEntry> {
    let mut notes = Notes::default();
    let text = charset::decode(body, context.content_type, &mut notes);
    let mut tokens = Tokenizer::xml_document(&text);
    let mut found: Vec<IndexEntry> = Vec::new();
    let mut inside = false;
    while let Some(token) = tokens.next() {
        let Token::Start(tag) = token else { continue };
        let local = split_name(tag.name).1;
        if !inside {
            if !local.eq_ignore_ascii_case("sitemapindex") {
                return found;
            }
            inside = true;
            continue;
        }
        let from = tokens.at();
        let value = |tokens: &mut Tokenizer<'_>| text_up_to_end(&text, tokens, from);
        if local.eq_ignore_ascii_case("loc") {
            let Some(url) = address(&value(&mut tokens), context) else { continue };
            if found.len() >= SITEMAPS_MAX {
                return found;
            }
            found.push(IndexEntry { url, modified: None });
        } else if local.eq_ignore_ascii_case("lastmod") {
            let modified = date::parse(&value(&mut tokens));
            if let Some(last) = found.last_mut() {
                last.modified = modified;
            }
        }
    }
    found
}

/// Makes one document of several sitemaps: the pages of each, with the namespaces that all declare.
pub fn merge_sitemaps<'a>(parts: impl Iterator<Item = (&'a [u8], ResponseContext<'a>)>) -> String {
    let mut names = String::new();
    let mut pages = String::new();
    for (body, context) in parts {
        let text = charset::decode(body, context.content_type, &mut Notes::default());
        let mut tokens = Tokenizer::xml_document(&text);
        while let Some(token) = tokens.next() {
            let Token::Start(tag) = token else { continue };
            if !split_name(tag.name).1.eq_ignore_ascii_case("urlset") {
                break;
            }
            let declared = tag.attributes().filter(|(name, _)| name.starts_with("xmlns:"));
            for (name, value) in declared.filter(|(_, value)| !value.contains(['"', '<'])) {
                names.extend([" ", name, "=\"", value, "\""]);
            }
            let inside = text.get(tokens.at()..).unwrap_or_default();
            let end = inside.rfind("</").unwrap_or(inside.len());
            pages.push_str(inside.get(..end).unwrap_or_default());
            break;
        }
    }
    format!("<urlset{names}>{pages}</urlset>")
}

/// The decoded characters up to the next end tag.
fn text_up_to_end(text: &str, tokens: &mut Tokenizer<'_>, from: usize) -> String {
    loop {
        let to = tokens.at();
        match tokens.next() {
            Some(Token::End(_)) | None => {
                let inner = text.get(from..to).unwrap_or_default();
                let mut notes = Notes::default();
                let known = Entities::default();
                return resolve(inner, Mode::Plain, &known, &mut notes).trim().to_owned();
            }
            Some(_) => {}
        }
    }
}

/// An absolute web address.
fn address(text: &str, context: &ResponseContext<'_>) -> Option<Url> {
    let url = match context.base {
        Some(base) => base.join(text).ok()?,
        None => Url::parse(text).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The addresses of the `Sitemap:` lines of a robots.txt. Those about news come first.
pub fn sitemaps_of_robots(body: &[u8], base: &Url) -> Vec<Url> {
    let body = body.get(..ROBOTS_BYTES_MAX.min(body.len())).unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let context = ResponseContext { content_type: None, base: Some(base) };
    let mut found: Vec<Url> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches('\u{feff}').trim();
        let Some((key, value)) = line.split_once(':') else { continue };
        if !key.trim().eq_ignore_ascii_case("sitemap") {
            continue;
        }
        if !value.trim().is_empty()
            && let Some(url) = address(value.trim(), &context)
            && found.len() < SITEMAPS_MAX
            && !found.contains(&url)
        {
            found.push(url);
        }
    }
    found.sort_by_key(|url| !lists_news(url));
    found
}

/// Whether the address of a sitemap says that it lists news.
pub fn lists_news(url: &Url) -> bool {
    url.path().to_ascii_lowercase().contains("news")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_sitemaps_gives_its_addresses_and_dates() {
        let body = b"<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\
            <sitemap><loc> https://a.example/news.xml?a=1&amp;b=2 </loc>\
            <lastmod>2026-11-20T10:00:00Z</lastmod></sitemap>\
            <sitemap><loc><![CDATA[/pages.xml]]></loc></sitemap>\
            <sitemap><loc>ftp://a.example/</loc></sitemap></sitemapindex>";
        let base = Url::parse("https://a.example/index.xml").unwrap();
        let context = ResponseContext { content_type: None, base: Some(&base) };
        let found = sitemaps_of_index(body, &context);
        let urls: Vec<_> = found.iter().map(|sitemap| sitemap.url.as_str()).collect();
        assert_eq!(urls, ["https://a.example/news.xml?a=1&b=2", "https://a.example/pages.xml"]);
        assert!(found[0].modified.is_some() && found[1].modified.is_none());
        assert!(
            sitemaps_of_index(
                b"<urlset><url><loc>https://a.example/</loc></url></urlset>",
                &context
            )
            .is_empty()
        );
        assert!(sitemaps_of_index(b"<sitemapindex><loc>x", &context).len() <= 1);
    }

    #[test]
    fn news_sitemaps_of_a_robots_file_come_first() {
        let base = Url::parse("https://a.example/robots.txt").unwrap();
        let found = sitemaps_of_robots(
            b"\xef\xbb\xbfSitemap: https://a.example/pages.xml\r\nUser-agent: *\n\
              SITEMAP : /news-sitemap.xml\nsitemap:\nSitemap: javascript:x\n",
            &base,
        );
        let urls: Vec<_> = found.iter().map(Url::as_str).collect();
        assert_eq!(urls, ["https://a.example/news-sitemap.xml", "https://a.example/pages.xml"]);
    }
}
