//! Repairs XML that is meant to be a feed, so that a strict parser reads all of it.
//!
//! One pass finds the elements that are used and skips the rest. An item is written when its end
//! was seen, so a document that ends early keeps its complete items and no broken one. The output
//! holds no references, no foreign namespaces, and no element that makes feed-rs fail.
use std::borrow::Cow;

use super::base_url::BaseUrl;
use super::batches::Batches;
use super::error::Error;
use super::feed_parts::{ReadBatch, RepairedFeed, Root};
use super::item_writer::{FieldText, Writer};
use super::limits::{FIELDS_MAX, ITEMS_MAX, SECOND_LOOKS_MAX};
use super::notes::Notes;
use super::text::Entities;
use super::vocabulary::{Bindings, DocumentFormat, Namespace, Role, is_rss, role_of};
use crate::markup::{Tag, Token, Tokenizer, split_name};

/// Repairs a document, beginning at its root, and has its parts read as they are complete. Without
/// `read` the whole document is the last part.
pub(super) fn repair<'a>(
    root: Root<'a>,
    base: BaseUrl,
    read: Option<ReadBatch>,
    notes: &mut Notes,
) -> Result<RepairedFeed<'a>, Error> {
    let mut repairer = Repairer {
        format: root.format,
        root: root.tag,
        tokens: root.tokens,
        entities: root.entities,
        bindings: Bindings::default(),
        base,
        notes,
        item: None,
        feed: Vec::new(),
        batches: Batches::new(root.format, read),
        items_over: 0,
        second_looks: 0,
        closed: false,
        channel: false,
    };
    repairer.run();
    repairer.finish()
}

/// An item whose end was not seen yet.
struct OpenItem<'a> {
    tag: Tag<'a>,
    fields: Vec<FieldText<'a>>,
    /// How many namespace bindings are in force outside it.
    bindings: usize,
}

/// How the end of an element was found.
enum ElementContent<'a> {
    /// Its own end tag was found.
    Whole(&'a str),
    /// Something around it ended first. The tokenizer stands before that end tag.
    Unclosed(&'a str),
    /// The document ended inside the element.
    Cut,
}

/// The state of the pass over the document.
struct Repairer<'a, 'n> {
    format: DocumentFormat,
    root: Tag<'a>,
    tokens: Tokenizer<'a>,
    entities: Entities<'a>,
    bindings: Bindings<'a>,
    base: BaseUrl,
    notes: &'n mut Notes,
    item: Option<OpenItem<'a>>,
    /// Fields of the feed itself.
    feed: Vec<FieldText<'a>>,
    batches: Batches<'a>,
    items_over: usize,
    second_looks: usize,
    /// The end tag of the root was seen.
    closed: bool,
    /// A channel was seen.
    channel: bool,
}

impl<'a> Repairer<'a, '_> {
    /// Reads the document to its end.
    fn run(&mut self) {
        let root = self.root;
        self.bindings.declare(&root, true);
        self.apply_xml_base(&root);
        if split_name(root.name).1.eq_ignore_ascii_case("entry") {
            self.open_item(root);
        }
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Start(tag) => self.start(tag),
                Token::End(name) => self.end(name),
                Token::Text(_)
                | Token::Cdata(_)
                | Token::Doctype(_)
                | Token::Skipped
                | Token::CutOff => {}
            }
        }
    }

    /// Takes the `xml:base` of the root or the channel for all that follows.
    fn apply_xml_base(&mut self, tag: &Tag<'a>) {
        if tag.rest.contains("xml:base")
            && let Some(base) = self.base.within(tag, self.notes)
        {
            self.base = base;
        }
    }

    /// Handles a start tag: an item, a channel, a field, or something that is skipped with all its
    /// content.
    fn start(&mut self, tag: Tag<'a>) {
        let (prefix, local) = split_name(tag.name);
        let bindings = self.bindings.depth();
        self.bindings.declare(&tag, false);
        let resolved = self.bindings.namespace_of(prefix);
        if is_item(self.format, local)
            && matches!(resolved.namespace, Namespace::Native | Namespace::Rss | Namespace::Atom)
        {
            if self.item.is_some() {
                self.notes.add("an item without an end tag was closed");
                self.close_item();
            }
            self.open_item(tag);
            return;
        }
        // RDF and some others put the items beside the channel, not inside it. So the channel only
        // groups the fields of the feed.
        if self.item.is_none() && local.eq_ignore_ascii_case("channel") {
            self.channel = true;
            self.apply_xml_base(&tag);
            if self.format == DocumentFormat::Rdf || self.format == DocumentFormat::Rss {
                self.language_of(&tag);
            }
            return;
        }
        let found = self.role_in_feed(resolved.namespace, local);
        if found.is_some() && !resolved.declared {
            self.notes.add_about("undeclared prefix", prefix);
        }
        match found {
            Some((Role::Wrapper, _)) => {}
            Some((role, rank)) => {
                self.take_field(tag, role, rank);
                self.bindings.forget_above(bindings);
            }
            None => {
                self.element_content(
                    &tag,
                    self.format != DocumentFormat::Atom || self.item.is_none(),
                );
                self.bindings.forget_above(bindings);
            }
        }
    }

    /// What an element means, without regard to the case of its name.
    fn role_in_feed(&mut self, namespace: Namespace, local: &str) -> Option<(Role, u8)> {
        if !local.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let found = role_of(self.format, namespace, local);
            if found.is_some() && local == "pubdate" {
                self.notes.add("`<pubdate>` read as `<pubDate>`");
            }
            return found;
        }
        let found = role_of(self.format, namespace, &local.to_ascii_lowercase());
        if found.is_some()
            && self.format != DocumentFormat::Cdf
            && !matches!(local, "pubDate" | "lastBuildDate")
        {
            self.notes.add_about("unusual spelling", local);
        }
        found
    }

    /// Keeps the inside of an element that is a field.
    fn take_field(&mut self, tag: Tag<'a>, role: Role, rank: u8) {
        let may_hold_xml =
            self.format == DocumentFormat::Atom && matches!(role, Role::Summary | Role::Content);
        let inner = match self.element_content(&tag, !may_hold_xml) {
            ElementContent::Whole(inner) => inner,
            ElementContent::Unclosed(inner) => {
                self.notes.add_about("no end tag for", tag.name);
                self.up_to_next_field(inner)
            }
            // The document ended, so this item is not complete and will not be written.
            ElementContent::Cut => return,
        };
        let field = FieldText { role, rank, tag, inner };
        let fields = self.item.as_mut().map_or(&mut self.feed, |item| &mut item.fields);
        if fields.len() < FIELDS_MAX {
            fields.push(field);
        } else {
            self.notes.add("an item with too many fields was cut");
        }
    }

    /// The inside of the element whose start tag was just read. Only tags of the same name are
    /// counted, so that wrong nesting inside the element does not matter.
    fn element_content(&mut self, tag: &Tag<'a>, items_end_it: bool) -> ElementContent<'a> {
        if tag.empty {
            return ElementContent::Whole("");
        }
        let from = self.tokens.at();
        let mut depth = 0_usize;
        loop {
            let to = self.tokens.at();
            match self.tokens.next() {
                None => return ElementContent::Cut,
                Some(Token::Start(inner)) => {
                    let again = inner.name.eq_ignore_ascii_case(tag.name);
                    let item = items_end_it && is_item(self.format, inner.name) && !again;
                    if item {
                        self.tokens.go_to(to);
                        return ElementContent::Unclosed(self.tokens.piece(from, to));
                    }
                    depth = depth.saturating_add(usize::from(again && !inner.empty));
                }
                Some(Token::End(name)) if name.eq_ignore_ascii_case(tag.name) => {
                    let Some(left) = depth.checked_sub(1) else {
                        return ElementContent::Whole(self.tokens.piece(from, to));
                    };
                    depth = left;
                }
                Some(Token::End(name)) if self.encloses(name) => {
                    self.tokens.go_to(to);
                    return ElementContent::Unclosed(self.tokens.piece(from, to));
                }
                Some(
                    Token::End(_)
                    | Token::Text(_)
                    | Token::Cdata(_)
                    | Token::Doctype(_)
                    | Token::Skipped
                    | Token::CutOff,
                ) => {}
            }
        }
    }

    /// Whether an end tag with this name ends the item or the feed.
    fn encloses(&self, name: &str) -> bool {
        self.item.as_ref().is_some_and(|item| name.eq_ignore_ascii_case(item.tag.name))
            || name.eq_ignore_ascii_case(self.root.name)
            || (self.format != DocumentFormat::Atom && name.eq_ignore_ascii_case("channel"))
    }

    /// An element without an end tag took everything up to the end of its item. Returns only what
    /// stands before the next field in it.
    fn up_to_next_field(&mut self, inner: &'a str) -> &'a str {
        if self.second_looks >= SECOND_LOOKS_MAX {
            return inner;
        }
        self.second_looks = self.second_looks.saturating_add(1);
        let begin = self.tokens.at().saturating_sub(inner.len());
        let mut look = Tokenizer::xml(inner);
        loop {
            let at = look.at();
            let Some(token) = look.next() else { return inner };
            let Token::Start(tag) = token else { continue };
            let (prefix, local) = split_name(tag.name);
            let namespace = self.bindings.namespace_of(prefix).namespace;
            if namespace == Namespace::Xhtml || prefix.is_empty() && is_html(local) {
                continue;
            }
            if role_of(self.format, namespace, &local.to_ascii_lowercase()).is_some() {
                self.tokens.go_to(begin.saturating_add(at));
                return look.piece(0, at);
            }
        }
    }

    /// Handles an end tag outside any field.
    fn end(&mut self, name: &'a str) {
        let own = self.item.as_ref().map(|item| name.eq_ignore_ascii_case(item.tag.name));
        if own.is_some() && self.encloses(name) {
            if own == Some(false) {
                self.notes.add("an item without an end tag was closed");
            }
            self.close_item();
        }
        self.closed |= name.eq_ignore_ascii_case(self.root.name);
    }

    /// Begins an item. An empty item is written at once, because it has no end tag.
    fn open_item(&mut self, tag: Tag<'a>) {
        let bindings = self.bindings.depth();
        self.item = Some(OpenItem { tag, fields: Vec::new(), bindings });
        if tag.empty {
            self.close_item();
        }
    }

    /// Writes the item whose end was seen.
    fn close_item(&mut self) {
        let Some(open) = self.item.take() else { return };
        self.bindings.forget_above(open.bindings);
        // Counted, not kept: the user must learn that items are missing.
        if self.batches.items >= ITEMS_MAX {
            self.items_over = self.items_over.saturating_add(1);
            return;
        }
        let base =
            open.tag.rest.contains("xml:base").then(|| self.base.within(&open.tag, self.notes));
        let mut writer = Writer {
            format: self.format,
            base: base.flatten().map_or(Cow::Borrowed(&self.base), Cow::Owned),
            entities: &self.entities,
            notes: self.notes,
            xml: &mut self.batches.current.xml,
        };
        let extras = writer.write_item(&open.tag, &open.fields);
        self.batches.item_written(extras);
    }

    /// Remembers the language that a root or channel gives for all items.
    fn language_of(&mut self, tag: &Tag<'a>) {
        if let Some(language) = tag.attribute("xml:lang") {
            self.feed.push(FieldText { role: Role::Language, rank: 1, tag: *tag, inner: language });
        }
    }

    /// Writes the end of the document and the fields of the feed.
    fn finish(mut self) -> Result<RepairedFeed<'a>, Error> {
        let kept = self.batches.items;
        // RDF describes anything: pictures and persons too (RSS 1.0 section 5.3 wants a channel).
        if self.format == DocumentFormat::Rdf && !self.channel && kept == 0 && !is_rss(&self.root) {
            let looks_like = "RDF without a channel of news in it".to_owned();
            return Err(Error::NotAFeed { looks_like });
        }
        if !self.closed {
            self.notes.add_cut_short(kept);
        }
        if self.items_over > 0 {
            self.notes.add_over_limit(self.items_over);
        }
        let root = self.root;
        self.language_of(&root);
        let mut writer = Writer {
            format: self.format,
            base: Cow::Borrowed(&self.base),
            entities: &self.entities,
            notes: self.notes,
            xml: &mut self.batches.current.xml,
        };
        let link = writer.write_link(&root, &self.feed);
        let language = writer.language(&root, &self.feed);
        let hubs = writer.related(&self.feed, "hub");
        let own_link = writer.related(&self.feed, "self").into_iter().next();
        writer.write_field(&self.feed, Role::Title, "title");
        let (entries, rest) = self.batches.finish()?;
        Ok(RepairedFeed { format: self.format, entries, rest, link, language, hubs, own_link })
    }
}

/// Whether an element is an item: RSS `item` and Atom `entry`, which some feeds mix up, or the
/// `url` of a sitemap.
fn is_item(format: DocumentFormat, name: &str) -> bool {
    let local = split_name(name).1;
    if format == DocumentFormat::Sitemap {
        return local.eq_ignore_ascii_case("url");
    }
    local.eq_ignore_ascii_case("item") || local.eq_ignore_ascii_case("entry")
}

/// HTML elements that have the same name as a field and appear inside texts.
fn is_html(local: &str) -> bool {
    matches!(local, "body" | "content" | "summary" | "a" | "p" | "div")
}
