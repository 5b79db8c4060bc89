//! Finds out what a body is: the root of a feed, JSON, or something else with a description for
//! people.
use super::error::Error;
use super::feed_parts::Root;
use super::limits::ROOT_WITHIN_BYTES;
use super::notes::Notes;
use super::text::{Entities, Mode, resolve};
use super::vocabulary::DocumentFormat;
use crate::markup::{Tag, Token, Tokenizer, split_name};

/// Longest title repeated in an error, in characters.
const TITLE_CHARS_MAX: usize = 80;

/// The first character of a JSON object. (By name, because some tools count braces.)
const JSON_OBJECT: char = '{';

/// Longest name of a JSONP callback, in bytes.
const CALLED_BYTES_MAX: usize = 64;

/// The JSON of a body, recognised by its first character. A JSONP call around it (`callback({…})`)
/// is removed.
pub(super) fn json_text(text: &str) -> Option<&str> {
    let text = text.trim_start();
    if text.starts_with([JSON_OBJECT, '[']) {
        return Some(text);
    }
    let (called, rest) = text.split_once('(')?;
    let name = |c: char| c.is_ascii_alphanumeric() || "_.$/* ".contains(c);
    let rest = rest.trim_start();
    let is_call = called.len() <= CALLED_BYTES_MAX && called.chars().all(name);
    (is_call && rest.starts_with(JSON_OBJECT)).then_some(rest)
}

/// Finds the root element of a feed. Anything before it is skipped.
pub(super) fn find_root<'a>(text: &'a str, notes: &mut Notes) -> Result<Root<'a>, Error> {
    let mut tokens = Tokenizer::xml_document(text);
    let mut entities = Entities::default();
    let mut first: Option<Tag<'a>> = None;
    let mut page = false;
    while tokens.at() < ROOT_WITHIN_BYTES {
        let Some(token) = tokens.next() else { break };
        match token {
            Token::Start(tag) => {
                if let Some(format) = format_of(&tag).filter(|_| !page || says_it_is_a_feed(&tag)) {
                    if first.is_some() {
                        notes.add("elements before the root were dropped");
                    }
                    return Ok(Root { format, tag, tokens, entities });
                }
                first = first.or(Some(tag));
                page |= is_page(tag.name);
            }
            Token::Doctype(doctype) => entities.declare(doctype, notes),
            Token::Text(words) if !words.trim().is_empty() => {
                notes.add("text before the root was dropped");
            }
            Token::Text(_) | Token::Cdata(_) | Token::End(_) | Token::Skipped | Token::CutOff => {}
        }
    }
    Err(Error::NotAFeed { looks_like: describe(text, first) })
}

/// The format that a root element stands for; `None` for any other element.
fn format_of(tag: &Tag<'_>) -> Option<DocumentFormat> {
    let (_, local) = split_name(tag.name);
    let is = |name: &str| local.eq_ignore_ascii_case(name);
    if is("urlset") {
        return Some(DocumentFormat::Sitemap);
    }
    if is("rss") {
        Some(DocumentFormat::Rss)
    } else if is("RDF") {
        Some(DocumentFormat::Rdf)
    } else if is("feed") || is("entry") {
        Some(DocumentFormat::Atom)
    } else if is("channel") {
        // CDF writes its elements in capitals and has the address in an attribute.
        let cdf = local == "CHANNEL" || tag.attribute("href").is_some();
        Some(if cdf { DocumentFormat::Cdf } else { DocumentFormat::Rss })
    } else {
        None
    }
}

/// Whether a root stands in a page because it is meant to: it names its version or its namespace.
fn says_it_is_a_feed(tag: &Tag<'_>) -> bool {
    let has = |name: &str, part: &str| {
        tag.attribute(name).is_some_and(|value| value.to_ascii_lowercase().contains(part))
    };
    match split_name(tag.name).1 {
        "rss" => tag.attribute("version").is_some(),
        "feed" => has("xmlns", "w3.org/2005/atom") || has("xmlns", "purl.org/atom"),
        _ => false,
    }
}

/// Elements that only a web page begins with.
fn is_page(name: &str) -> bool {
    ["html", "head", "body", "script", "frameset"]
        .iter()
        .any(|page| name.eq_ignore_ascii_case(page))
}

/// Elements that a fragment of a page begins with.
fn is_html(name: &str) -> bool {
    let names = ["div", "p", "b", "a", "br", "span", "center", "h1", "h2", "font", "table", "meta"];
    names.iter().any(|html| name.eq_ignore_ascii_case(html))
}

/// Describes a body that is not a feed, in a few words.
fn describe(text: &str, first: Option<Tag<'_>>) -> String {
    let shown = text.get(..text.floor_char_boundary(ROOT_WITHIN_BYTES)).unwrap_or_default();
    let xml = shown.trim_start().starts_with("<?xml");
    let start = shown.trim_start().get(..9).unwrap_or_default();
    let page = start.eq_ignore_ascii_case("<!doctype") || !xml && title(shown).is_some();
    let head: String = shown.chars().take(1_024).collect();
    if head.contains('\u{fffd}') {
        return "binary data".to_owned();
    }
    match first {
        Some(tag) if is_page(tag.name) || page || is_html(tag.name) => match title(shown) {
            Some(title) => format!("an HTML page titled “{title}”"),
            None => "an HTML page without a title".to_owned(),
        },
        Some(tag) if split_name(tag.name).1.eq_ignore_ascii_case("sitemapindex") => {
            "a list of sitemaps".to_owned()
        }
        Some(tag) => {
            let name: String = tag.name.chars().take(40).collect();
            format!("a document that begins with `<{name}>`")
        }
        None if shown.starts_with("%PDF") => "a PDF document".to_owned(),
        None if xml || shown.trim_start().starts_with('<') => {
            "an XML document without elements".to_owned()
        }
        None => {
            let words: String = shown.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
            let words: String = words.chars().take(TITLE_CHARS_MAX).collect();
            format!("plain text that begins “{words}”")
        }
    }
}

/// The title of a web page.
fn title(page: &str) -> Option<String> {
    let mut tokens = Tokenizer::html(page);
    loop {
        let Token::Start(tag) = tokens.next()? else { continue };
        if !tag.name.eq_ignore_ascii_case("title") {
            continue;
        }
        let from = tokens.at();
        let length = page.get(from..)?.find("</")?;
        let inner = tokens.piece(from, from.saturating_add(length));
        let text = resolve(inner, Mode::Plain, &Entities::default(), &mut Notes::default());
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        return (!words.is_empty()).then(|| words.chars().take(TITLE_CHARS_MAX).collect());
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Document, Format};
    use crate::parse::{Error, ResponseContext, document};

    fn read(body: &str) -> Result<Document, Error> {
        document(body.as_bytes(), &ResponseContext::default())
    }

    #[test]
    fn rdf_that_describes_something_else_is_no_feed_and_an_empty_feed_is_one() {
        let rdf = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'";
        let picture = format!(
            "<svg xmlns='http://www.w3.org/2000/svg'><metadata><rdf:RDF {rdf}><cc:Work \
             xmlns:cc='http://creativecommons.org/ns#'/></rdf:RDF></metadata></svg>"
        );
        let person = format!(
            "<rdf:RDF {rdf} xmlns:foaf='http://xmlns.com/foaf/0.1/'><foaf:Person>\
             <foaf:name>A. Person</foaf:name></foaf:Person></rdf:RDF>"
        );
        for body in [picture, person] {
            assert!(matches!(read(&body), Err(Error::NotAFeed { .. })), "{body}");
        }
        let empty = format!("<rdf:RDF {rdf} xmlns='http://purl.org/rss/1.0/'></rdf:RDF>");
        assert_eq!(read(&empty).unwrap().format, Format::Rdf);
        let rss = "<rss version='2.0'><channel><title>t</title></channel></rss>";
        assert!(read(rss).unwrap().entries.is_empty());
    }

    #[test]
    fn the_answer_of_an_interface_is_no_feed() {
        let answers = [
            "{\"status\":\"ok\",\"items\":[]}",
            "{\"items\":[{\"id\":1,\"name\":\"x\"}],\"total\":1}",
        ];
        for body in answers {
            assert!(matches!(read(body), Err(Error::NotAFeed { .. })), "{body}");
        }
        let without_version = "{\"items\":[{\"id\":1,\"title\":\"x\"}]}";
        assert_eq!(read(without_version).unwrap().entries.len(), 1);
        let empty = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[]}";
        assert!(read(empty).unwrap().entries.is_empty());
    }

    #[test]
    fn an_atom_document_inside_a_page_is_a_feed() {
        let atom = "<html><head><title>p</title></head><body><feed \
            xmlns='http://www.w3.org/2005/Atom'><title>f</title><entry><title>t</title>\
            <id>https://a.example/1</id></entry></feed></body></html>";
        let feed = read(atom).unwrap();
        assert_eq!(feed.format, Format::Atom);
        let entry = feed.entries.first().unwrap();
        assert_eq!(entry.link.as_deref(), Some("https://a.example/1"), "the id is the link");
        let page = "<html><body><feed><entry><title>t</title></entry></feed></body></html>";
        assert!(matches!(read(page), Err(Error::NotAFeed { .. })));
    }
}
