//! Writes one item for feed-rs: for each field the best of the elements that give it.
use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::base_url::{BaseUrl, has_scheme, without_references};
use super::limits::{LABEL_BYTES_MAX, TAGS_MAX};
use super::notes::Notes;
use super::segmented::SegmentedText;
use super::text::{Entities, Mode, resolve, write, write_label};
use super::vocabulary::{DocumentFormat, Role};
use crate::domain::MoreText;
use crate::markup::Tag;

/// One field of an item: the element and its inside, not yet decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldText<'a> {
    pub(super) role: Role,
    /// Several elements can give one field; the lowest rank is the best source.
    pub(super) rank: u8,
    /// The start tag, for its attributes.
    pub(super) tag: Tag<'a>,
    /// Everything between the tags.
    pub(super) inner: &'a str,
}

impl FieldText<'_> {
    /// A blank element must not hide another source of the same field.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.inner.trim_ascii(), "" | "<![CDATA[]]>")
    }
}

/// The parts of an item that do not go through feed-rs: it rewrites links, fails on some authors,
/// drops raw dates and has no language for an item.
#[derive(Debug, Default)]
pub(super) struct ItemExtras {
    pub(super) link: Option<String>,
    /// feed-rs keeps one text of each kind.
    pub(super) more_texts: Vec<MoreText>,
    pub(super) authors: Vec<String>,
    pub(super) language: Option<String>,
    /// As written. The raw text is kept because a wrong date must be explainable.
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
}

/// The best source of a field that is not blank. Among equals the last one counts, as in other feed
/// readers.
pub(super) fn best<'p, 'a>(fields: &'p [FieldText<'a>], role: Role) -> Option<&'p FieldText<'a>> {
    let filled = fields.iter().rev().filter(|field| field.role == role && !field.is_blank());
    filled.min_by_key(|field| field.rank)
}

/// Writes fields for feed-rs.
pub(super) struct Writer<'w, 'a> {
    pub(super) format: DocumentFormat,
    /// The base address of the item, or that of the feed.
    pub(super) base: Cow<'w, BaseUrl>,
    pub(super) entities: &'w Entities<'w>,
    pub(super) notes: &'w mut Notes,
    /// The document that feed-rs reads.
    pub(super) xml: &'w mut SegmentedText<'a>,
}

impl<'a> Writer<'_, 'a> {
    /// Writes an item and returns the parts that feed-rs must not see.
    pub(super) fn write_item(&mut self, tag: &Tag<'_>, fields: &[FieldText<'a>]) -> ItemExtras {
        let atom = self.format == DocumentFormat::Atom;
        self.xml.push(if atom { "<entry>" } else { "<item>" });
        self.write_field(fields, Role::Title, "title");
        let id = self.write_id(tag, fields);
        if let Some(id) = &id {
            self.write_element(if atom { "id" } else { "guid" }, id);
        }
        self.write_field(fields, Role::Summary, if atom { "summary" } else { "description" });
        self.write_field(fields, Role::Content, if atom { "content" } else { "content:encoded" });
        let published = self.label_of(fields, Role::Published);
        let updated = self
            .label_of(fields, Role::Updated)
            .or_else(|| self.attribute_label(tag, "lastmod", DocumentFormat::Cdf));
        self.write_tags(fields);
        self.xml.push(if atom { "</entry>" } else { "</item>" });
        ItemExtras {
            link: self.write_link(tag, fields).or_else(|| self.link_from_id(fields, id.as_deref())),
            more_texts: self.more_texts(fields),
            authors: self.authors(fields),
            language: self.language(tag, fields),
            published,
            updated,
        }
    }

    /// Writes an element with a short text.
    fn write_element(&mut self, name: &str, text: &str) {
        self.open(name);
        write_label(text, self.xml);
        self.close(name);
    }

    fn open(&mut self, name: &str) {
        self.xml.push("<");
        self.xml.push(name);
        self.xml.push(">");
    }

    fn close(&mut self, name: &str) {
        self.xml.push("</");
        self.xml.push(name);
        self.xml.push(">");
    }

    /// Writes a title, a summary or a content.
    pub(super) fn write_field(&mut self, fields: &[FieldText<'a>], role: Role, name: &str) {
        let Some(field) = best(fields, role) else { return };
        let text = self.text_of(field);
        if text.is_empty() {
            return;
        }
        if self.format == DocumentFormat::Atom {
            self.xml.push("<");
            self.xml.push(name);
            self.xml.push(" type=\"html\">");
        } else {
            self.open(name);
        }
        write(text, self.xml);
        self.close(name);
    }

    /// The text of a field, by its declared type. Feeds often declare a wrong type, so an unknown
    /// one is read as HTML, which also reads plain text.
    pub(super) fn text_of(&mut self, field: &FieldText<'a>) -> Cow<'a, str> {
        let declared = field.tag.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
        let mode = field.tag.attribute("mode").unwrap_or_default();
        let kind = declared.split(';').next().unwrap_or_default();
        let binary = self.format == DocumentFormat::Atom && is_binary(kind);
        if mode.eq_ignore_ascii_case("base64") || binary {
            let text = resolve(field.inner, Mode::Plain, self.entities, self.notes);
            if let Some(decoded) = from_base64(&text) {
                return Cow::Owned(decoded);
            }
        }
        let xml = mode.eq_ignore_ascii_case("xml")
            || kind == "xhtml"
            || kind.ends_with("+xml")
            || kind.ends_with("/xml");
        let mode = match kind {
            _ if mode.eq_ignore_ascii_case("escaped") => Mode::Html,
            _ if xml => Mode::Xhtml,
            "" | "text" | "html" => Mode::Html,
            _ if kind.starts_with("text/") => Mode::Html,
            _ => {
                self.notes.add_about("unknown type", kind);
                Mode::Html
            }
        };
        resolve(field.inner, mode, self.entities, self.notes)
    }

    /// A short text: an id, a date or a name.
    pub(super) fn label(&mut self, inner: &str) -> Option<String> {
        let text = resolve(inner, Mode::Plain, self.entities, self.notes);
        let text = text.trim();
        if text.len() > LABEL_BYTES_MAX {
            self.notes.add("an id, date or name over 4 KiB was cut");
        }
        let text = text.get(..text.floor_char_boundary(LABEL_BYTES_MAX)).unwrap_or_default();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The short text of the best source of a field.
    fn label_of(&mut self, fields: &[FieldText<'_>], role: Role) -> Option<String> {
        let field = best(fields, role)?;
        self.label(field.inner)
    }

    /// A short text from an attribute of the item element. Only `format` keeps it there.
    fn attribute_label(
        &mut self,
        tag: &Tag<'_>,
        name: &str,
        format: DocumentFormat,
    ) -> Option<String> {
        if self.format != format {
            return None;
        }
        self.label(tag.attribute_local(name)?)
    }

    /// The id the publisher gave. RDF keeps it in an attribute of the item.
    fn write_id(&mut self, tag: &Tag<'_>, fields: &[FieldText<'_>]) -> Option<String> {
        if self.format == DocumentFormat::Sitemap {
            // A sitemap gives a page no other identity than its address.
            return self.label_of(fields, Role::Link);
        }
        self.label_of(fields, Role::Id)
            .or_else(|| self.attribute_label(tag, "about", DocumentFormat::Rdf))
    }

    /// The link to the article: RSS has it as text, Atom as `rel="alternate"`, CDF as `href`.
    pub(super) fn write_link(&mut self, tag: &Tag<'_>, fields: &[FieldText<'_>]) -> Option<String> {
        let atom = self.format == DocumentFormat::Atom;
        let links = || {
            let links = fields.iter().filter(|field| field.role == Role::Link);
            links.filter_map(|field| Some((link_rank(field)?, field)))
        };
        // Among equal links the first counts in Atom and the last in RSS, as in other feed readers.
        let field = if atom {
            links().min_by_key(|(rank, _)| *rank)
        } else {
            links().rev().min_by_key(|(rank, _)| *rank)
        };
        let Some((_, field)) = field else {
            let href = self.attribute_label(tag, "href", DocumentFormat::Cdf)?;
            return Some(self.base.absolute(&href));
        };
        let href = match field.tag.attribute("href") {
            Some(href) => self.label(href),
            None => self.label(field.inner),
        }?;
        let own = field.tag.rest.contains("xml:base");
        let within = own.then(|| self.base.within(&field.tag, self.notes)).flatten();
        let link = within.as_ref().unwrap_or(&self.base).absolute(&href);
        (!link.is_empty()).then_some(link)
    }

    /// In RSS an id is also the link if `isPermaLink` says so, or if it is an address and nothing
    /// denies it. In Atom it is where the entry has no link and the id is an address of the web.
    fn link_from_id(&mut self, fields: &[FieldText<'_>], id: Option<&str>) -> Option<String> {
        let id = id?;
        let permanent = best(fields, Role::Id)
            .and_then(|field| field.tag.attribute("isPermaLink"))
            .map(|value| !value.trim().eq_ignore_ascii_case("false"));
        let address = has_scheme(id) && (id.starts_with("http:") || id.starts_with("https:"));
        match (self.format, permanent) {
            (DocumentFormat::Atom, _) => address.then(|| without_references(id)),
            (_, Some(false)) => None,
            (_, Some(true)) if !id.contains(char::is_whitespace) => Some(self.base.absolute(id)),
            _ => address.then(|| without_references(id)),
        }
    }

    /// The language of an item: its own, that of a language element, or that of its texts.
    pub(super) fn language(&mut self, tag: &Tag<'_>, fields: &[FieldText<'_>]) -> Option<String> {
        let language = tag
            .attribute("xml:lang")
            .or_else(|| best(fields, Role::Language).map(|field| field.inner))
            .or_else(|| {
                [Role::Content, Role::Summary, Role::Title]
                    .into_iter()
                    .find_map(|role| best(fields, role)?.tag.attribute("xml:lang"))
            })?;
        self.label(language).map(|language| language.replace('_', "-"))
    }

    /// Writes the categories: the `term`, and the `label` for people where it differs.
    fn write_tags(&mut self, fields: &[FieldText<'_>]) {
        let tags = fields.iter().filter(|field| field.role == Role::Tag);
        for (count, field) in tags.enumerate() {
            if count >= TAGS_MAX {
                self.notes.add("an item with too many categories was cut");
                return;
            }
            let term = field.tag.attribute("term").unwrap_or(field.inner);
            let label = field.tag.attribute("label").filter(|label| *label != term);
            for text in [Some(term), label].into_iter().flatten() {
                let Some(text) = self.label(text) else { continue };
                if self.format == DocumentFormat::Sitemap {
                    // Google's `keywords` are one list with commas.
                    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                    words.take(TAGS_MAX).for_each(|word| self.write_tag(word));
                } else {
                    self.write_tag(&text);
                }
            }
        }
    }

    /// Writes one category in the form of the output format.
    fn write_tag(&mut self, text: &str) {
        if self.format == DocumentFormat::Atom {
            self.xml.push("<category term=\"");
            write_value(text, self.xml);
            self.xml.push("\"/>");
        } else {
            self.write_element("category", text);
        }
    }
}

/// How good a link is, the lowest first; `None` if it does not lead to the article.
fn link_rank(field: &FieldText<'_>) -> Option<u8> {
    let Some(href) = field.tag.attribute("href") else {
        return (!field.is_blank()).then_some(field.rank);
    };
    if href.trim().is_empty() {
        return None;
    }
    let relation = field.tag.attribute("rel").unwrap_or("alternate").trim();
    let relation = relation.rsplit('/').next().unwrap_or(relation).to_ascii_lowercase();
    let kind = field.tag.attribute("type").unwrap_or_default();
    let page = kind.is_empty() || kind.contains("html");
    Some(match relation.as_str() {
        "alternate" | "" => field.rank.saturating_add(u8::from(!page)),
        "related" | "via" | "canonical" => 20,
        "self" if page => 30,
        _ => return None,
    })
}

/// Media types whose content Atom carries in base 64 (RFC 4287 section 4.1.3.3).
fn is_binary(kind: &str) -> bool {
    kind.contains('/')
        && !kind.starts_with("text/")
        && !kind.ends_with("+xml")
        && !kind.ends_with("/xml")
}

/// Decodes base 64. `None` if that gives no UTF-8 text: then it is a picture or a wrong
/// declaration.
fn from_base64(text: &str) -> Option<String> {
    let packed: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let bytes = STANDARD_NO_PAD.decode(packed).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect())
}

/// Writes the value of an attribute.
fn write_value(text: &str, xml: &mut SegmentedText<'_>) {
    for character in text.chars() {
        match character {
            '&' => xml.push("&amp;"),
            '<' => xml.push("&lt;"),
            '"' => xml.push("&quot;"),
            '\n' | '\t' => xml.push(" "),
            _ => xml.push_char(character),
        }
    }
}
