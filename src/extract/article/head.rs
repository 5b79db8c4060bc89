//! What a page says about itself: in its head, in JSON-LD and in attributes of its text.
use std::collections::HashSet;
use std::sync::LazyLock;

use super::attributes::Attributes;
use super::element::Element;
use super::json_ld::{self, LinkedData};

/// Bytes of JSON-LD read on one page, in all scripts together.
const LINKED_BYTES_MAX: usize = 512 << 10;

/// Values kept of the `meta` elements of a page.
const VALUES_MAX: usize = 32;

/// All that was found. Which value is used is decided in [`metadata`](super::metadata).
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    /// The inside of `<title>`, undecoded like all values here.
    pub(super) title: Option<&'a str>,
    /// The address in `<link rel="canonical">`.
    pub(super) canonical: Option<&'a str>,
    /// The address in `<base>`, against which links are resolved.
    pub(super) base: Option<&'a str>,
    /// The language of `<html>`.
    pub(super) lang: Option<&'a str>,
    /// Names and values of the `meta` elements that are used.
    metas: Vec<(&'static str, &'a str)>,
    /// An element marked as the date of publication, wherever it stands.
    pub(super) dated: Option<&'a str>,
    /// What the JSON-LD scripts say.
    pub(super) linked: LinkedData,
    linked_bytes: usize,
}

/// The names searched for, the most reliable first.
const TITLES: &str = "og:title twitter:title parsely-title dc.title title";
const AUTHORS: &str = "\
    author article:author_name parsely-author sailthru.author dc.creator dcterms.creator \
    citation_author byl og:article:author article:author";
const DATES: &str = "\
    article:published_time datepublished og:published_time parsely-pub-date sailthru.date \
    pubdate publishdate publish-date publish_date dc.date.issued dcterms.created dc.date \
    citation_publication_date article.published date article:published og:article:published_time \
    og:pubdate rnews:datepublished bt:pubdate originalpublicationdate dcterms.issued \
    dcterms.date dc.created citation_date citation_online_date cxenseparse:recs:publishtime \
    publication_date publication-date published published_date published-date date_published \
    datecreated dateposted release_date displaydate creation_date created timestamp \
    weibo:article:create_at regdate";
const CHANGES: &str = "\
    article:modified_time datemodified og:updated_time dcterms.modified og:modified_time \
    last-modified lastmod modificationdate updated_time revised";
const ADDRESSES: &str = "og:url";
const LANGUAGES: &str = "content-language og:locale dc.language language";

/// All of these names.
static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lists = [TITLES, AUTHORS, DATES, CHANGES, ADDRESSES, LANGUAGES];
    lists.into_iter().flat_map(str::split_ascii_whitespace).collect()
});

impl<'a> Head<'a> {
    /// Reads an element with its raw content.
    pub(super) fn raw(&mut self, element: Element, attributes: &Attributes<'a>, inside: &'a str) {
        if element == Element::Title && self.title.is_none() {
            self.title = Some(inside);
        }
        let kind = attributes.name.trim();
        if element == Element::Script && kind.eq_ignore_ascii_case("application/ld+json") {
            self.linked_bytes = self.linked_bytes.saturating_add(inside.len());
            if self.linked_bytes <= LINKED_BYTES_MAX {
                json_ld::read_script(inside, &mut self.linked);
            }
        }
    }

    /// Reads the start of any element.
    pub(super) fn start(&mut self, element: Element, attributes: &Attributes<'a>) {
        if attributes.itemprop == "datePublished" {
            let given = filled(attributes.datetime).or(filled(attributes.content));
            self.dated = self.dated.or(given);
        }
        if element == Element::Html {
            self.lang = self.lang.or(filled(attributes.lang));
        } else if element == Element::Base {
            self.base = self.base.or(filled(attributes.href));
        } else if element == Element::Link && has_word(attributes.rel, "canonical") {
            self.canonical = self.canonical.or(filled(attributes.href));
        } else if element == Element::Meta {
            self.meta(attributes);
        }
    }

    /// Keeps the value of a `meta` element with a known name.
    fn meta(&mut self, attributes: &Attributes<'a>) {
        let Some(value) = filled(attributes.content) else { return };
        for name in [attributes.name, attributes.itemprop] {
            let lower = name.trim().to_ascii_lowercase();
            let known = KNOWN.get(lower.as_str()).copied();
            if let Some(known) = known.filter(|_| self.metas.len() < VALUES_MAX) {
                self.metas.push((known, value));
            }
        }
    }

    /// The value of the first of these names that the page has.
    fn first(&self, names: &str) -> Option<&'a str> {
        names.split_ascii_whitespace().find_map(|name| {
            self.metas.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    pub(super) fn meta_title(&self) -> Option<&'a str> {
        self.first(TITLES)
    }

    /// The dates of publication, the most reliable first.
    pub(super) fn meta_dates(&self) -> impl Iterator<Item = &'a str> {
        self.all(DATES)
    }

    /// The dates of the last change.
    pub(super) fn meta_changes(&self) -> impl Iterator<Item = &'a str> {
        self.all(CHANGES)
    }

    /// The value of each of these names that the page has.
    fn all(&self, names: &'static str) -> impl Iterator<Item = &'a str> {
        names.split_ascii_whitespace().filter_map(|name| {
            self.metas.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    pub(super) fn meta_address(&self) -> Option<&'a str> {
        self.first(ADDRESSES)
    }

    pub(super) fn meta_language(&self) -> Option<&'a str> {
        self.first(LANGUAGES)
    }

    /// All values of the most reliable author name that is there.
    pub(super) fn meta_authors(&self) -> Vec<&'a str> {
        let of = |name: &str| {
            self.metas
                .iter()
                .filter(|(known, value)| *known == name && !value.contains("://"))
                .map(|(_, value)| *value)
                .collect::<Vec<_>>()
        };
        AUTHORS.split_ascii_whitespace().map(of).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// A trimmed value; `None` if it is blank.
fn filled(value: &str) -> Option<&str> {
    let value = value.trim();
    (!value.is_empty()).then_some(value)
}

/// Whether a list separated by spaces has a word, in any case.
fn has_word(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|each| each.eq_ignore_ascii_case(word))
}
