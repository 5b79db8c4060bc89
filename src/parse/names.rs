//! Which element means what: namespaces and the names publishers give one thing.
use super::limits::BINDINGS_MAX;
use super::scan::{Tag, split_name};

/// What kind of document is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rss,
    Rdf,
    Atom,
    Cdf,
    /// A list of a site's pages; of use where they carry Google's news elements.
    Sitemap,
}

/// Vocabularies that carry something we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// The document's own: no namespace, or the one its root stands in.
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
    /// Known to carry nothing we use, or not known at all.
    Other,
}

/// What a child of an item (or of a feed) is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    /// A link as text, or as `href`.
    Link,
    Id,
    Summary,
    Content,
    Published,
    Updated,
    /// A name as text, or Atom's person.
    Author,
    /// A category as text, or as `term` and `label`.
    Tag,
    Language,
    /// Holds no text of its own, but children that are read as if they stood outside it.
    Wrapper,
}

/// The namespace bindings in force, innermost last.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    bound: Vec<(&'a str, Family)>,
}

impl<'a> Bindings<'a> {
    /// Takes in the declarations of a tag. `root` is the document's root, whose own namespace is
    /// native whatever it says: feeds declare Atom's for RSS and the reverse.
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
            let mut family = family_of(uri);
            if root && (prefix.is_empty() || prefix == own) && family != Family::Xhtml {
                family = Family::Native;
            }
            self.bound.push((prefix, family));
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.bound.len()
    }

    pub(super) fn forget_above(&mut self, depth: usize) {
        self.bound.truncate(depth);
    }

    /// The family of a prefix; a prefix nobody declared is taken by its usual meaning.
    pub(super) fn family(&self, prefix: &str) -> Resolved {
        match self.bound.iter().rev().find(|(known, _)| *known == prefix) {
            Some((_, family)) => Resolved { family: *family, declared: true },
            None if prefix.is_empty() => Resolved { family: Family::Native, declared: true },
            None => Resolved { family: family_by_custom(prefix), declared: false },
        }
    }
}

pub(super) struct Resolved {
    pub(super) family: Family,
    pub(super) declared: bool,
}

/// A vocabulary by its URI, however spelled: case, scheme and a final slash differ in the wild.
fn family_of(uri: &str) -> Family {
    let uri = uri.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
    let name = uri.split_once("://").map_or(uri.as_str(), |(_, name)| name);
    let name = name.strip_prefix("www.").unwrap_or(name);
    match name {
        "w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/atom/1.0"
        | "purl.org/atom"
        | "w3.org/2005/atom1.0" => Family::Atom,
        "purl.org/rss/1.0"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "blogs.law.harvard.edu/tech/rss" => Family::Rss,
        "purl.org/rss/1.0/modules/content" => Family::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc" => Family::Dc,
        "purl.org/rss/1.0/modules/dcterms" | "purl.org/dc/terms" => Family::DcTerms,
        "search.yahoo.com/mrss" | "search.yahoo.com/mrss.xml" => Family::Media,
        "itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Family::Itunes,
        "w3.org/1999/xhtml" => Family::Xhtml,
        "google.com/schemas/sitemap-news/0.9" => Family::News,
        _ if name.starts_with("backend.userland.com/rss")
            || name.starts_with("cyber.law.harvard.edu/rss") =>
        {
            Family::Rss
        }
        _ if name.starts_with("purl.org/atom") => Family::Atom,
        _ => Family::Other,
    }
}

fn family_by_custom(prefix: &str) -> Family {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" | "rss1" => Family::Rss,
        "atom" | "atom03" | "atom10" | "a10" => Family::Atom,
        "content" => Family::Content,
        "dc" => Family::Dc,
        "dcterms" | "dct" => Family::DcTerms,
        "media" | "mrss" => Family::Media,
        "itunes" => Family::Itunes,
        "xhtml" | "html" => Family::Xhtml,
        "news" => Family::News,
        _ => Family::Other,
    }
}

/// A field by its element, and how good a source of it that element is: 0 is the format's own.
/// `local` is in lower case.
pub(super) fn field(kind: Kind, family: Family, local: &str) -> Option<(Field, u8)> {
    match (kind, family) {
        (Kind::Sitemap, Family::Native) => sitemap(local),
        (Kind::Sitemap, Family::News) => news(local),
        (Kind::Sitemap, _) | (_, Family::News | Family::Other) => None,
        (Kind::Atom, Family::Native | Family::Atom) => atom(local),
        (Kind::Rss | Kind::Rdf | Kind::Cdf, Family::Native | Family::Rss) => rss(local),
        (Kind::Rss | Kind::Rdf | Kind::Cdf, Family::Atom) => {
            atom(local).map(|(field, rank)| (field, rank.saturating_add(2)))
        }
        (Kind::Atom, Family::Rss) => {
            rss(local).map(|(field, rank)| (field, rank.saturating_add(4)))
        }
        (_, Family::Content) => (local == "encoded").then_some((Field::Content, 0)),
        (_, Family::Dc) => dublin_core(local),
        (_, Family::DcTerms) => match local {
            "issued" => Some((Field::Published, 1)),
            "created" | "available" => Some((Field::Published, 4)),
            "modified" => Some((Field::Updated, 1)),
            "abstract" => Some((Field::Summary, 5)),
            _ => dublin_core(local).map(|(field, rank)| (field, rank.saturating_add(1))),
        },
        (_, Family::Media) => match local {
            "group" | "content" => Some((Field::Wrapper, 0)),
            "title" => Some((Field::Title, 8)),
            "description" => Some((Field::Summary, 8)),
            "category" => Some((Field::Tag, 0)),
            _ => None,
        },
        (_, Family::Itunes) => match local {
            "title" => Some((Field::Title, 7)),
            "summary" => Some((Field::Summary, 6)),
            "subtitle" => Some((Field::Summary, 7)),
            "author" => Some((Field::Author, 2)),
            _ => None,
        },
        (_, Family::Xhtml) => matches!(local, "body" | "div").then_some((Field::Content, 1)),
    }
}

fn rss(local: &str) -> Option<(Field, u8)> {
    Some(match local {
        "title" => (Field::Title, 0),
        "link" => (Field::Link, 0),
        "guid" => (Field::Id, 0),
        "id" => (Field::Id, 2),
        "description" | "abstract" => (Field::Summary, 0),
        "summary" => (Field::Summary, 1),
        "body" | "fullitem" => (Field::Content, 2),
        "content" => (Field::Content, 3),
        "pubdate" => (Field::Published, 0),
        "published" | "issued" => (Field::Published, 2),
        "date" | "created" => (Field::Published, 5),
        "updated" | "lastmod" | "lastbuilddate" | "modified" => (Field::Updated, 0),
        "author" | "creator" => (Field::Author, 0),
        "category" => (Field::Tag, 0),
        "language" => (Field::Language, 0),
        _ => return None,
    })
}

/// A page of a sitemap (sitemaps.org, protocol 0.9).
fn sitemap(local: &str) -> Option<(Field, u8)> {
    match local {
        "loc" => Some((Field::Link, 0)),
        "lastmod" => Some((Field::Updated, 0)),
        _ => None,
    }
}

/// What Google's news elements say of a page.
fn news(local: &str) -> Option<(Field, u8)> {
    match local {
        "news" | "publication" => Some((Field::Wrapper, 0)),
        "title" => Some((Field::Title, 0)),
        "publication_date" => Some((Field::Published, 0)),
        "keywords" => Some((Field::Tag, 0)),
        "language" => Some((Field::Language, 0)),
        _ => None,
    }
}

fn atom(local: &str) -> Option<(Field, u8)> {
    Some(match local {
        "title" => (Field::Title, 0),
        "link" => (Field::Link, 0),
        "id" => (Field::Id, 0),
        "guid" => (Field::Id, 2),
        "summary" => (Field::Summary, 0),
        "description" => (Field::Summary, 2),
        "content" => (Field::Content, 0),
        "published" => (Field::Published, 0),
        "issued" => (Field::Published, 1),
        "created" => (Field::Published, 4),
        "pubdate" => (Field::Published, 5),
        "updated" => (Field::Updated, 0),
        "modified" => (Field::Updated, 1),
        "author" => (Field::Author, 0),
        "category" => (Field::Tag, 0),
        _ => return None,
    })
}

fn dublin_core(local: &str) -> Option<(Field, u8)> {
    Some(match local {
        "title" => (Field::Title, 5),
        "creator" | "author" => (Field::Author, 0),
        "date" => (Field::Published, 3),
        "description" => (Field::Summary, 4),
        "subject" => (Field::Tag, 0),
        "language" => (Field::Language, 0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::scan::{Scan, Token};

    fn tag(text: &str) -> Tag<'_> {
        match Scan::new(text).next() {
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
        assert_eq!(names.family("").family, Family::Native);
        assert_eq!(names.family("a").family, Family::Atom);
    }

    #[test]
    fn a_prefix_nobody_declared_keeps_its_usual_meaning_and_says_so() {
        let names = Bindings::default();
        let dc = names.family("dc");
        assert_eq!((dc.family, dc.declared), (Family::Dc, false));
        assert_eq!(names.family("zzz").family, Family::Other);
    }

    #[test]
    fn a_declared_prefix_means_what_was_declared_not_what_is_usual() {
        let mut names = Bindings::default();
        names.declare(&tag("<rss xmlns:content='urn:other'>"), true);
        assert_eq!(names.family("content").family, Family::Other);
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
