//! Finds the feeds that a web page names in its head and links to in its text.
use url::Url;

use super::charset;
use super::context::ResponseContext;
use super::notes::Notes;
use super::text::{Entities, Mode, resolve};
use crate::markup::{Tag, Token, Tokenizer};

/// Feeds taken from one page.
const ALTERNATES_MAX: usize = 64;
/// Tags of a page that are looked at.
const TAGS_LOOKED_AT_MAX: usize = 200_000;
/// Bytes of one address or title on a page.
const VALUE_BYTES_MAX: usize = 2 << 10;

/// A feed that a page names or seems to link to. Only reading it shows whether it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedFeed {
    /// Absolute, without a fragment.
    pub url: Url,
    /// As the page gives it, decoded.
    pub title: Option<String>,
    pub evidence: Evidence,
    /// It has the comments of readers, not the articles of the site.
    pub comments: bool,
}

/// How a page refers to a feed, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// `<link rel="alternate">` with the type of a feed, or `rel="feed"`.
    Declared,
    /// A link in the text whose address looks like that of a feed.
    Linked,
}

/// Media types that only feeds have. Servers and templates write all of these.
const FEED_TYPES: [&str; 12] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "application/rss",
    "application/atom",
    "text/rss",
    "text/rss+xml",
    "text/atom",
    "text/atom+xml",
];
/// Media types that feeds share with other documents.
const DOUBTFUL_TYPES: [&str; 4] =
    ["application/xml", "text/xml", "application/json", "application/rdf"];
/// Elements whose content is not markup.
const RAW: [&str; 6] = ["script", "style", "textarea", "iframe", "noembed", "xmp"];

/// The feeds of a page, the best first: named in the head before linked in the text, articles
/// before comments, otherwise in the order of the page. `context.base` is the page's address.
pub fn feeds_of_page(body: &[u8], context: &ResponseContext<'_>) -> Vec<LinkedFeed> {
    let text = charset::decode(body, context.content_type, &mut Notes::default());
    let mut page = LinkCollector { base: context.base.cloned(), based: false, found: Vec::new() };
    let mut tokens = Tokenizer::html(&text);
    for _ in 0..TAGS_LOOKED_AT_MAX {
        let Some(token) = tokens.next() else { break };
        let Token::Start(tag) = token else { continue };
        page.visit(&tag);
        let raw = RAW.iter().any(|raw| tag.name.eq_ignore_ascii_case(raw));
        // A script that is never closed goes to the end of the page, as in a browser.
        if raw && !tag.empty && tokens.raw_content(tag.name).is_none() {
            break;
        }
    }
    page.found.sort_by_key(|found| (found.evidence, found.comments));
    page.found
}

/// Replaces the scheme `feed:`, which browsers once used, by one that can be fetched:
/// `feed://host/path` and `feed:https://host/path`.
pub fn without_feed_scheme(address: &str) -> String {
    let address = address.trim();
    let Some(rest) = strip_scheme(address, "feed:") else { return address.to_owned() };
    match rest.strip_prefix("//") {
        Some(rest) => format!("http://{rest}"),
        None => rest.to_owned(),
    }
}

/// The part after a scheme. Schemes have no case.
fn strip_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = address.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Whether an address looks like that of a feed.
pub fn looks_like_feed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let words = ["rss", "feed", "feeds", "atom", "rdf"];
    let (stem, extension) = last.rsplit_once('.').unwrap_or((last, ""));
    let named = path.split('/').any(|segment| words.contains(&segment))
        || stem.split(['-', '_', '.']).any(|word| words.contains(&word));
    let query = url.query().unwrap_or_default().to_ascii_lowercase();
    let asked = query.split('&').any(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        words.contains(&key) || ["rss", "rss2", "atom", "rdf"].contains(&value)
    });
    let host = url.host_str().unwrap_or_default();
    match extension {
        "rss" | "atom" | "rdf" => true,
        "html" | "htm" | "png" | "svg" | "gif" | "jpg" | "jpeg" | "css" | "js" | "ico" | "webp" => {
            false
        }
        "xml" => named || stem == "index" || host.starts_with("rss.") || host.starts_with("feeds."),
        _ => named || asked || host.starts_with("feeds."),
    }
}

/// Collects the feeds while the tags of a page are read.
struct LinkCollector {
    base: Option<Url>,
    /// A `<base>` was read. Only the first one counts.
    based: bool,
    found: Vec<LinkedFeed>,
}

impl LinkCollector {
    /// Looks at one start tag.
    fn visit(&mut self, tag: &Tag<'_>) {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        if is("link") {
            self.link(tag);
        } else if is("a") || is("area") {
            self.anchor(tag);
        } else if is("base")
            && !self.based
            && let Some(url) = self.resolve(tag, "href")
        {
            self.base = Some(url);
            self.based = true;
        }
    }

    /// Takes a `<link>` that names a feed.
    fn link(&mut self, tag: &Tag<'_>) {
        let relations = attribute_text(tag, "rel").unwrap_or_default().to_ascii_lowercase();
        let has = |name: &str| relations.split_ascii_whitespace().any(|rel| rel == name);
        let kind = attribute_text(tag, "type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(url) = self.resolve(tag, "href") else { return };
        let plain = FEED_TYPES.contains(&kind.as_str());
        let doubtful = kind.is_empty() || DOUBTFUL_TYPES.contains(&kind.as_str());
        let alternate = has("alternate") && !has("stylesheet");
        let named = alternate && (plain || doubtful && looks_like_feed(&url))
            || has("feed") && (plain || doubtful)
            // Some templates forget `rel` or use another word for it.
            || plain && !has("stylesheet") && !has("search") && !has("self");
        if named {
            self.keep(url, attribute_text(tag, "title"), Evidence::Declared);
        }
    }

    /// Takes an `<a>` that seems to lead to a feed.
    fn anchor(&mut self, tag: &Tag<'_>) {
        let Some(href) = tag.attribute("href") else { return };
        // Most links are no feeds. This look at the raw text is cheaper than parsing each address.
        let lower = href.to_ascii_lowercase();
        let typed =
            attribute_text(tag, "type").is_some_and(|kind| FEED_TYPES.contains(&kind.as_str()));
        let hinted = ["rss", "feed", "atom", "rdf", ".xml"].iter().any(|word| lower.contains(word));
        if !typed && !hinted {
            return;
        }
        let Some(url) = self.resolve(tag, "href") else { return };
        if typed || strip_scheme(href.trim(), "feed:").is_some() || looks_like_feed(&url) {
            self.keep(url, attribute_text(tag, "title"), Evidence::Linked);
        }
    }

    /// The absolute address in an attribute. Only http and https can be fetched, so other schemes
    /// give `None`.
    fn resolve(&self, tag: &Tag<'_>, attribute: &str) -> Option<Url> {
        let address = without_feed_scheme(&attribute_text(tag, attribute)?);
        // Line breaks inside an address come from templates. Browsers drop them too.
        let address: String = address.chars().filter(|c| !c.is_control()).collect();
        let mut url = match &self.base {
            Some(base) => base.join(&address).ok()?,
            None => Url::parse(&address).ok()?,
        };
        url.set_fragment(None);
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    /// Adds a feed, or improves what is known of it: many pages name the same feed several times.
    fn keep(&mut self, url: Url, title: Option<String>, evidence: Evidence) {
        if let Some(known) = self.found.iter_mut().find(|known| known.url == url) {
            known.evidence = known.evidence.min(evidence);
            known.title = known.title.take().or(title);
            return;
        }
        if self.found.len() < ALTERNATES_MAX {
            let comments = is_comments(&url, title.as_deref());
            self.found.push(LinkedFeed { url, title, evidence, comments });
        }
    }
}

/// The decoded value of an attribute; `None` if it is empty.
fn attribute_text(tag: &Tag<'_>, name: &str) -> Option<String> {
    let raw = tag.attribute(name)?;
    let raw = raw.get(..raw.floor_char_boundary(VALUE_BYTES_MAX))?;
    let text = resolve(raw, Mode::Plain, &Entities::default(), &mut Notes::default());
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a feed has readers' comments. Blogs name such a feed beside their own.
fn is_comments(url: &Url, title: Option<&str>) -> bool {
    let path = url.path().to_ascii_lowercase();
    let title = title.unwrap_or_default().to_lowercase();
    let words = ["comment", "kommentar", "comentario", "commento", "댓글", "コメント", "评论"];
    path.split('/').any(|segment| segment == "comments")
        || words.iter().any(|word| title.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(html: &str) -> Vec<String> {
        let base = Url::parse("https://paper.example/world/").unwrap();
        let context = ResponseContext { content_type: None, base: Some(&base) };
        let found = feeds_of_page(html.as_bytes(), &context);
        found.iter().map(|found| format!("{:?} {}", found.evidence, found.url)).collect()
    }

    #[test]
    fn a_page_names_its_feeds_however_its_template_is_written() {
        for (html, url) in [
            (
                "<link rel=alternate type=application/rss+xml href=/rss>",
                "https://paper.example/rss",
            ),
            (
                "<LINK REL='Alternate' TYPE='Application/Atom+XML; charset=utf-8' HREF='a.atom'>",
                "https://paper.example/world/a.atom",
            ),
            (
                "<base href='https://cdn.example/x/'><link rel=\"feed\" href=\"f\" />",
                "https://cdn.example/x/f",
            ),
            (
                "<link rel='alternate home' type='text/xml' href='//f.example/rss.xml?a=1&amp;b=2'>",
                "https://f.example/rss.xml?a=1&b=2",
            ),
            (
                "<link rel=alternate href='feed:https://paper.example/f'  type=text/rss>",
                "https://paper.example/f",
            ),
            (
                "<link rel=alternate type='application/feed+json' href='\n /feed.json\n'>",
                "https://paper.example/feed.json",
            ),
            ("<link type='application/rss+xml' href='/no-rel'>", "https://paper.example/no-rel"),
        ] {
            assert_eq!(named(html), [format!("Declared {url}")], "{html}");
        }
    }

    #[test]
    fn links_that_are_no_feeds_are_not_reported() {
        for html in [
            "<link rel='alternate stylesheet' type='text/css' href='/feed.css'>",
            "<link rel='alternate' hreflang='ko' href='/ko/'>",
            "<link rel='alternate' type='application/json+oembed' href='/oembed?format=json'>",
            "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/2'>",
            "<link rel='alternate' type='application/rss+xml' href=''>",
            "<link rel='alternate' type='application/rss+xml' href='javascript:alert(1)'>",
            "<!-- <link rel='alternate' type='application/rss+xml' href='/old'> -->",
            "<script>'<link rel=alternate type=application/rss+xml href=/js>'</script>",
            "<a href='/feedback.html'>tell us</a><a href='/img/rss.png'>x</a><a href='/world'>w</a>",
        ] {
            assert_eq!(named(html), [""; 0], "{html}");
        }
    }

    #[test]
    fn links_in_the_text_come_after_what_the_head_names_and_comments_last() {
        let html = "<a href='/rss/politics.xml'>RSS</a><a href=feed://paper.example/f>f</a>\
            <link rel=alternate type=application/rss+xml title='Paper &raquo; Comments' href=/comments/feed/>\
            <link rel=alternate type=application/rss+xml title='Paper &amp; Co' href=/feed/>\
            <a href='/feed/#top'>again</a>";
        assert_eq!(
            named(html),
            [
                "Declared https://paper.example/feed/",
                "Declared https://paper.example/comments/feed/",
                "Linked https://paper.example/rss/politics.xml",
                "Linked http://paper.example/f",
            ]
        );
    }

    #[test]
    fn a_hostile_page_is_bounded() {
        let link = |n| format!("<link rel=alternate type=application/rss+xml href=/{n}>");
        let many: Vec<String> = (0..50_000).map(link).collect();
        let many = many.concat();
        assert_eq!(named(&many).len(), ALTERNATES_MAX);
        assert_eq!(named(&"<script>".repeat(100_000)), [""; 0]);
    }
}
