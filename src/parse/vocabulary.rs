//! Which element has which meaning: the namespaces, and the names that formats use for one field.
use super::limits::BINDINGS_MAX;
use crate::markup::{Tag, split_name};

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentFormat {
    Rss,
    Rdf,
    Atom,
    Cdf,
    /// A list of a site's pages. It is useful where it has Google's news elements.
    Sitemap,
}

/// Namespaces with elements that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    /// The document's own: no namespace, or the namespace of its root.
    Native,
    Rss,
    Atom,
    Content,
    Dc,
    DcTerms,
    Media,
    Itunes,
    Xhtml,
    /// Google's news elements in a sitemap.
    News,
    /// Unknown, or known to hold nothing of use.
    Other,
}

/// What a child element of an item (or of a feed) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    /// As text, or as `href`.
    Link,
    Id,
    Summary,
    Content,
    /// A text by its name, of an element that no standard names or that belongs to a picture.
    MoreText,
    Published,
    Updated,
    /// A name as text, or a person of Atom.
    Author,
    /// A category as text, or as `term` and `label`.
    Tag,
    Language,
    /// An element without text of its own. Its children are read as if they stood outside it.
    Wrapper,
}

/// The namespace bindings in force, the innermost last.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    bound: Vec<(&'a str, Namespace)>,
}

impl<'a> Bindings<'a> {
    /// Reads the namespace declarations of a tag. `root` marks the root element: its own namespace
    /// counts as native whatever it is, because some RSS feeds declare the namespace of Atom and
    /// the reverse.
    pub(super) fn declare(&mut self, tag: &Tag<'a>, root: bool) {
        if memchr::memmem::find(tag.rest.as_bytes(), b"xmlns").is_none() {
            return;
        }
        let own = split_name(tag.name).0;
        for (name, uri) in tag.attributes() {
            let prefix = match split_name(name) {
                ("", "xmlns") => "",
                ("xmlns", prefix) => prefix,
                _ => continue,
            };
            if self.bound.len() >= BINDINGS_MAX {
                return;
            }
            let mut namespace = namespace_of_uri(uri);
            if root && (prefix.is_empty() || prefix == own) && namespace != Namespace::Xhtml {
                namespace = Namespace::Native;
            }
            self.bound.push((prefix, namespace));
        }
    }

    /// How many bindings are in force: for [`forget_above`](Self::forget_above) at the end of an
    /// element.
    pub(super) fn depth(&self) -> usize {
        self.bound.len()
    }

    /// Drops the bindings of elements that ended.
    pub(super) fn forget_above(&mut self, depth: usize) {
        self.bound.truncate(depth);
    }

    /// The namespace of a prefix. A prefix that was not declared gets its usual meaning.
    pub(super) fn namespace_of(&self, prefix: &str) -> Resolved {
        match self.bound.iter().rev().find(|(known, _)| *known == prefix) {
            Some((_, namespace)) => Resolved { namespace: *namespace, declared: true },
            None if prefix.is_empty() => Resolved { namespace: Namespace::Native, declared: true },
            None => Resolved { namespace: namespace_by_usual_prefix(prefix), declared: false },
        }
    }
}

/// The meaning of a prefix.
pub(super) struct Resolved {
    pub(super) namespace: Namespace,
    /// The document declares the prefix.
    pub(super) declared: bool,
}

/// Whether an element's own namespace is that of RSS 0.90 or 1.0.
pub(super) fn is_rss(tag: &Tag<'_>) -> bool {
    tag.attribute("xmlns").is_some_and(|uri| namespace_of_uri(uri) == Namespace::Rss)
}

/// A namespace by its URI. Feeds vary the case, the scheme and the final slash.
fn namespace_of_uri(uri: &str) -> Namespace {
    let uri = uri.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
    let name = uri.split_once("://").map_or(uri.as_str(), |(_, name)| name);
    let name = name.strip_prefix("www.").unwrap_or(name);
    match name {
        "w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/atom/1.0"
        | "purl.org/atom"
        | "w3.org/2005/atom1.0" => Namespace::Atom,
        "purl.org/rss/1.0"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "blogs.law.harvard.edu/tech/rss" => Namespace::Rss,
        "purl.org/rss/1.0/modules/content" => Namespace::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc" => Namespace::Dc,
        "purl.org/rss/1.0/modules/dcterms" | "purl.org/dc/terms" => Namespace::DcTerms,
        "search.yahoo.com/mrss" | "search.yahoo.com/mrss.xml" => Namespace::Media,
        "itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Namespace::Itunes,
        "w3.org/1999/xhtml" => Namespace::Xhtml,
        "google.com/schemas/sitemap-news/0.9" => Namespace::News,
        _ if name.starts_with("backend.userland.com/rss")
            || name.starts_with("cyber.law.harvard.edu/rss") =>
        {
            Namespace::Rss
        }
        _ if name.starts_with("purl.org/atom") => Namespace::Atom,
        _ => Namespace::Other,
    }
}

/// The namespace that most feeds bind to a prefix.
fn namespace_by_usual_prefix(prefix: &str) -> Namespace {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" | "rss1" => Namespace::Rss,
        "atom" | "atom03" | "atom10" | "a10" => Namespace::Atom,
        "content" => Namespace::Content,
        "dc" => Namespace::Dc,
        "dcterms" | "dct" => Namespace::DcTerms,
        "media" | "mrss" => Namespace::Media,
        "itunes" => Namespace::Itunes,
        "xhtml" | "html" => Namespace::Xhtml,
        "news" => Namespace::News,
        _ => Namespace::Other,
    }
}

/// The role of an element, and its rank as a source: 0 is the format's own element. `local` must be
/// in lower case.
pub(super) fn role_of(
    format: DocumentFormat,
    namespace: Namespace,
    local: &str,
) -> Option<(Role, u8)> {
    match (format, namespace) {
        (DocumentFormat::Sitemap, Namespace::Native) => sitemap(local),
        (DocumentFormat::Sitemap, Namespace::News) => news(local),
        (DocumentFormat::Sitemap, _) | (_, Namespace::News) => None,
        (_, Namespace::Other) => text_by_name(local),
        (DocumentFormat::Atom, Namespace::Native | Namespace::Atom) => atom(local),
        (
            DocumentFormat::Rss | DocumentFormat::Rdf | DocumentFormat::Cdf,
            Namespace::Native | Namespace::Rss,
        ) => rss(local),
        (DocumentFormat::Rss | DocumentFormat::Rdf | DocumentFormat::Cdf, Namespace::Atom) => {
            atom(local).map(|(field, rank)| (field, rank.saturating_add(2)))
        }
        (DocumentFormat::Atom, Namespace::Rss) => {
            rss(local).map(|(field, rank)| (field, rank.saturating_add(4)))
        }
        (_, Namespace::Content) => (local == "encoded").then_some((Role::Content, 0)),
        (_, Namespace::Dc) => dublin_core(local),
        (_, Namespace::DcTerms) => match local {
            "issued" => Some((Role::Published, 1)),
            "created" | "available" => Some((Role::Published, 4)),
            "modified" => Some((Role::Updated, 1)),
            "abstract" => Some((Role::Summary, 5)),
            _ => dublin_core(local).map(|(field, rank)| (field, rank.saturating_add(1))),
        },
        (_, Namespace::Media) => match local {
            "group" | "content" => Some((Role::Wrapper, 0)),
            "title" => Some((Role::Title, 8)),
            "description" => Some((Role::Summary, 8)),
            "category" => Some((Role::Tag, 0)),
            _ => text_by_name(local),
        },
        (_, Namespace::Itunes) => match local {
            "title" => Some((Role::Title, 7)),
            "summary" => Some((Role::Summary, 6)),
            "subtitle" => Some((Role::Summary, 7)),
            "author" => Some((Role::Author, 2)),
            _ => None,
        },
        (_, Namespace::Xhtml) => matches!(local, "body" | "div").then_some((Role::Content, 1)),
    }
}

/// The elements of RSS, and those that RSS feeds use wrongly. Names without a standard get a high
/// rank.
fn rss(local: &str) -> Option<(Role, u8)> {
    Some(match local {
        "title" => (Role::Title, 0),
        "link" => (Role::Link, 0),
        "guid" => (Role::Id, 0),
        "id" => (Role::Id, 2),
        "description" | "abstract" => (Role::Summary, 0),
        "summary" => (Role::Summary, 1),
        "body" | "fullitem" => (Role::Content, 2),
        "content" => (Role::Content, 3),
        "pubdate" => (Role::Published, 0),
        "published" | "issued" => (Role::Published, 2),
        "date" | "created" => (Role::Published, 5),
        "updated" | "lastmod" | "lastbuilddate" | "modified" => (Role::Updated, 0),
        "author" | "creator" => (Role::Author, 0),
        "category" => (Role::Tag, 0),
        "language" => (Role::Language, 0),
        _ => return text_by_name(local),
    })
}

/// Last words of the names of elements that hold text for readers, in formats without a public
/// description: `yandex:full-text`, `googleplay:description`, `teaser`.
const TEXT_NAMES: [&str; 16] = [
    "text",
    "summary",
    "description",
    "content",
    "body",
    "abstract",
    "teaser",
    "intro",
    "lead",
    "excerpt",
    "caption",
    "transcript",
    "synopsis",
    "subtitle",
    "story",
    "headline",
];

/// An element nobody else knows, if its name ends with a word for text.
fn text_by_name(local: &str) -> Option<(Role, u8)> {
    TEXT_NAMES.iter().any(|name| local.ends_with(name)).then_some((Role::MoreText, 0))
}

/// The elements of a page in a sitemap (sitemaps.org, protocol 0.9).
fn sitemap(local: &str) -> Option<(Role, u8)> {
    match local {
        "loc" => Some((Role::Link, 0)),
        "lastmod" => Some((Role::Updated, 0)),
        _ => None,
    }
}

/// Google's news elements of a page.
fn news(local: &str) -> Option<(Role, u8)> {
    match local {
        "news" | "publication" => Some((Role::Wrapper, 0)),
        "title" => Some((Role::Title, 0)),
        "publication_date" => Some((Role::Published, 0)),
        "keywords" => Some((Role::Tag, 0)),
        "language" => Some((Role::Language, 0)),
        _ => None,
    }
}

/// The elements of Atom 1.0 and 0.3.
fn atom(local: &str) -> Option<(Role, u8)> {
    Some(match local {
        "title" => (Role::Title, 0),
        "link" => (Role::Link, 0),
        "id" => (Role::Id, 0),
        "guid" => (Role::Id, 2),
        "summary" => (Role::Summary, 0),
        "description" => (Role::Summary, 2),
        "content" => (Role::Content, 0),
        "published" => (Role::Published, 0),
        "issued" => (Role::Published, 1),
        "created" => (Role::Published, 4),
        "pubdate" => (Role::Published, 5),
        "updated" => (Role::Updated, 0),
        "modified" => (Role::Updated, 1),
        "author" => (Role::Author, 0),
        "category" => (Role::Tag, 0),
        _ => return None,
    })
}

/// The elements of Dublin Core. Many feeds use them beside their own, so they rank after those.
fn dublin_core(local: &str) -> Option<(Role, u8)> {
    Some(match local {
        "title" => (Role::Title, 5),
        "creator" | "author" => (Role::Author, 0),
        "date" => (Role::Published, 3),
        "description" => (Role::Summary, 4),
        "subject" => (Role::Tag, 0),
        "language" => (Role::Language, 0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Token, Tokenizer};

    fn tag(text: &str) -> Tag<'_> {
        match Tokenizer::xml(text).next() {
            Some(Token::Start(tag)) => tag,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_root_in_the_wrong_namespace_is_still_native() {
        let mut names = Bindings::default();
        names.declare(
            &tag(
                "<rss xmlns='http://www.w3.org/2005/Atom' xmlns:a='http://www.w3.org/2005/atom/'>",
            ),
            true,
        );
        assert_eq!(names.namespace_of("").namespace, Namespace::Native);
        assert_eq!(names.namespace_of("a").namespace, Namespace::Atom);
    }

    #[test]
    fn a_prefix_nobody_declared_keeps_its_usual_meaning_and_says_so() {
        let names = Bindings::default();
        let dc = names.namespace_of("dc");
        assert_eq!((dc.namespace, dc.declared), (Namespace::Dc, false));
        assert_eq!(names.namespace_of("zzz").namespace, Namespace::Other);
    }

    #[test]
    fn a_declared_prefix_means_what_was_declared_not_what_is_usual() {
        let mut names = Bindings::default();
        names.declare(&tag("<rss xmlns:content='urn:other'>"), true);
        assert_eq!(names.namespace_of("content").namespace, Namespace::Other);
    }

    #[test]
    fn bindings_are_bounded() {
        let mut names = Bindings::default();
        for _ in 0..100 {
            names.declare(&tag("<a xmlns:b='c' xmlns:d='e' xmlns:f='g'>"), false);
        }
        assert_eq!(names.depth(), BINDINGS_MAX);
    }
}
