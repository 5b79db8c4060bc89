//! What a page says of itself: in its head, in its JSON-LD and in the marks about its text.
use super::json_ld::{self, LinkedData};
use super::tag::Tag;
use super::token::Attributes;

/// Bytes of JSON-LD read of one page, all scripts together.
const LINKED_BYTES_MAX: usize = 512 << 10;

/// Values kept of one name; a page that names more authors is read no further.
const VALUES_MAX: usize = 32;

/// All that was said, not yet weighed.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) canonical: Option<&'a str>,
    pub(super) base: Option<&'a str>,
    pub(super) lang: Option<&'a str>,
    /// Names and values of `head` elements that matter here.
    metas: Vec<(&'static str, &'a str)>,
    /// Marked as the date of publication, wherever it stands.
    pub(super) dated: Option<&'a str>,
    /// The first `time` of the text.
    pub(super) time: Option<&'a str>,
    pub(super) linked: LinkedData,
    linked_bytes: usize,
}

/// The names looked for, strongest first within each purpose.
const TITLES: &[&str] = &["og:title", "twitter:title", "parsely-title", "dc.title", "title"];
const AUTHORS: &[&str] = &[
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "og:article:author",
    "article:author",
];
const DATES: &[&str] = &[
    "article:published_time",
    "datepublished",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "citation_publication_date",
    "article.published",
    "date",
];
const ADDRESSES: &[&str] = &["og:url"];
const LANGUAGES: &[&str] = &["content-language", "og:locale", "dc.language", "language"];

impl<'a> Head<'a> {
    /// An element taken whole.
    pub(super) fn raw(&mut self, tag: Tag, attributes: &Attributes<'a>, inside: &'a str) {
        if tag == Tag::Title && self.title.is_none() {
            self.title = Some(inside);
        }
        let kind = attributes.name.trim();
        if tag == Tag::Script && kind.eq_ignore_ascii_case("application/ld+json") {
            self.linked_bytes = self.linked_bytes.saturating_add(inside.len());
            if self.linked_bytes <= LINKED_BYTES_MAX {
                json_ld::read_script(inside, &mut self.linked);
            }
        }
    }

    /// The start of any element.
    pub(super) fn element(&mut self, tag: Tag, attributes: &Attributes<'a>) {
        if attributes.itemprop == "datePublished" {
            let said = filled(attributes.datetime).or(filled(attributes.content));
            self.dated = self.dated.or(said);
        }
        if tag == Tag::Html {
            self.lang = self.lang.or(filled(attributes.lang));
        } else if tag == Tag::Base {
            self.base = self.base.or(filled(attributes.href));
        } else if tag == Tag::Link && has_word(attributes.rel, "canonical") {
            self.canonical = self.canonical.or(filled(attributes.href));
        } else if tag == Tag::Time {
            self.time = self.time.or(filled(attributes.datetime));
        } else if tag == Tag::Meta {
            self.meta(attributes);
        }
    }

    fn meta(&mut self, attributes: &Attributes<'a>) {
        let Some(value) = filled(attributes.content) else { return };
        for name in [attributes.name, attributes.itemprop] {
            let known = [TITLES, AUTHORS, DATES, ADDRESSES, LANGUAGES].into_iter().flatten();
            let known = known.copied().find(|known| known.eq_ignore_ascii_case(name.trim()));
            if let Some(known) = known.filter(|_| self.metas.len() < VALUES_MAX) {
                self.metas.push((known, value));
            }
        }
    }

    fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| {
            self.metas.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
        })
    }

    pub(super) fn meta_title(&self) -> Option<&'a str> {
        self.first(TITLES)
    }

    pub(super) fn meta_date(&self) -> Option<&'a str> {
        self.first(DATES)
    }

    pub(super) fn meta_address(&self) -> Option<&'a str> {
        self.first(ADDRESSES)
    }

    pub(super) fn meta_language(&self) -> Option<&'a str> {
        self.first(LANGUAGES)
    }

    /// All values of the strongest name of an author that is there.
    pub(super) fn meta_authors(&self) -> Vec<&'a str> {
        let of = |name: &&str| {
            self.metas
                .iter()
                .filter(|(known, value)| known == name && !value.contains("://"))
                .map(|(_, value)| *value)
                .collect::<Vec<_>>()
        };
        AUTHORS.iter().map(of).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

fn filled(value: &str) -> Option<&str> {
    let value = value.trim();
    (!value.is_empty()).then_some(value)
}

fn has_word(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|each| each.eq_ignore_ascii_case(word))
}
