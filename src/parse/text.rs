//! Decodes the inside of one element to text.
use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use super::controls::character;
use super::limits::{DEPTH_MAX, ENTITIES_MAX, ENTITY_BYTES_MAX, TEXT_BYTES_MAX};
use super::notes::Notes;
use super::segmented::SegmentedText;
use crate::markup::{Token, Tokenizer, named, section_end, split_name};

/// How to read the inside of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A name, a date or an address. Tags in it are dropped.
    Plain,
    /// Text that may be HTML: escaped, in CDATA, or as tags in the XML itself.
    Html,
    /// Tags are in the XML itself. Escaped characters are characters, not tags.
    Xhtml,
}

/// Longest name or number of a character reference, in bytes.
const REFERENCE_BYTES_MAX: usize = 32;

/// Entities that a document declares. Only plain values are taken: a value with a reference or
/// markup is ignored. So no entity expands to another, and a "billion laughs" document cannot grow.
#[derive(Default)]
pub(super) struct Entities<'a> {
    known: Vec<(&'a str, &'a str)>,
}

impl<'a> Entities<'a> {
    /// Reads the `<!ENTITY name "value">` declarations of a document type.
    pub(super) fn declare(&mut self, doctype: &'a str, notes: &mut Notes) {
        for part in doctype.split("<!ENTITY").skip(1) {
            let mut words = part.trim_ascii_start().splitn(2, |c: char| c.is_ascii_whitespace());
            let (Some(name), Some(value)) = (words.next(), words.next()) else { continue };
            let value = value.trim_ascii_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                notes.add("external entities ignored");
                continue;
            };
            let Some((value, _)) = value.get(1..).and_then(|rest| rest.split_once(quote)) else {
                continue;
            };
            let plain = !value.contains(['&', '<', '%']) && value.len() <= ENTITY_BYTES_MAX;
            if plain && self.known.len() < ENTITIES_MAX {
                self.known.push((name, value));
            } else {
                notes.add("entities that hold markup or other entities ignored");
            }
        }
    }

    /// The value of a declared entity.
    fn value(&self, name: &str) -> Option<&'a str> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The decoded and trimmed text of an element's inside, at most [`TEXT_BYTES_MAX`] bytes of it.
pub(super) fn resolve<'a>(
    inner: &'a str,
    mode: Mode,
    entities: &Entities<'_>,
    notes: &mut Notes,
) -> Cow<'a, str> {
    // Four bytes of source make at least one byte of text, so a longer source is not read.
    let inner = shortened(inner.trim_ascii(), TEXT_BYTES_MAX.saturating_mul(4), notes);
    if memchr2(b'<', b'&', inner.as_bytes()).is_none() {
        return Cow::Borrowed(shortened(inner, TEXT_BYTES_MAX, notes));
    }
    if let Some(text) = whole_cdata(inner) {
        return Cow::Borrowed(shortened(text.trim_ascii(), TEXT_BYTES_MAX, notes));
    }
    let mut text = if mode == Mode::Xhtml || (mode == Mode::Html && holds_tags(inner)) {
        markup(inner, mode, entities, notes)
    } else {
        decoded(inner, entities, notes)
    };
    text.truncate(shortened(text.trim_ascii_end(), TEXT_BYTES_MAX, notes).len());
    let blank = text.len().saturating_sub(text.trim_ascii_start().len());
    if blank > 0 {
        drop(text.drain(..blank));
    }
    Cow::Owned(text)
}

/// Cuts a text that is over the limit, on a character, and notes it.
fn shortened<'a>(text: &'a str, bytes_max: usize, notes: &mut Notes) -> &'a str {
    if text.len() <= bytes_max {
        return text;
    }
    notes.add("a text over 1 MiB was cut");
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// The text, if the inside is exactly one CDATA section.
fn whole_cdata(inner: &str) -> Option<&str> {
    let text = inner.strip_prefix("<![CDATA[")?.strip_suffix("]]>")?;
    section_end(text.as_bytes(), 0).is_none().then_some(text)
}

/// Whether there is a tag outside CDATA. Then the author wrote HTML without escaping it.
fn holds_tags(inner: &str) -> bool {
    let mut tokens = Tokenizer::xml(inner);
    std::iter::from_fn(|| tokens.next()).any(|token| matches!(token, Token::Start(_)))
}

/// Only the characters: references are decoded, tags are dropped.
fn decoded(inner: &str, entities: &Entities<'_>, notes: &mut Notes) -> String {
    let mut text = String::with_capacity(inner.len());
    for token in Tokenizer::xml(inner) {
        match token {
            Token::Text(raw) => unescape(raw, entities, &mut text, notes),
            Token::Cdata(raw) => text.push_str(raw),
            Token::Start(_)
            | Token::End(_)
            | Token::Doctype(_)
            | Token::Skipped
            | Token::CutOff => {}
        }
    }
    text
}

/// Tags in the XML are kept as they are, because the next stage reads the text as HTML.
fn markup(inner: &str, mode: Mode, entities: &Entities<'_>, notes: &mut Notes) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut tokens = Tokenizer::xml(inner);
    let mut depth = 0_usize;
    loop {
        let from = tokens.at();
        let Some(token) = tokens.next() else { break };
        match token {
            Token::Text(raw) => declared_only(raw, entities, &mut text),
            // In XHTML a CDATA section holds characters. In RSS the author means HTML.
            Token::Cdata(raw) if mode == Mode::Xhtml => escape(raw, &mut text),
            Token::Cdata(raw) => text.push_str(raw),
            Token::Start(tag) => {
                if depth < DEPTH_MAX {
                    push_tag(tokens.piece(from, tokens.at()), tag.name, &mut text);
                } else {
                    notes.add("markup nested too deeply was dropped");
                }
                depth = depth.saturating_add(usize::from(!tag.empty));
            }
            Token::End(name) => {
                if depth <= DEPTH_MAX {
                    push_tag(tokens.piece(from, tokens.at()), name, &mut text);
                }
                depth = depth.saturating_sub(1);
            }
            Token::Doctype(_) | Token::Skipped | Token::CutOff => {}
        }
    }
    if mode == Mode::Xhtml { without_wrapper(text) } else { text }
}

/// Writes a tag as it is, but without a prefix that only means XHTML.
fn push_tag(raw: &str, name: &str, text: &mut String) {
    let (prefix, local) = split_name(name);
    if !matches!(prefix, "xhtml" | "html" | "h") {
        text.push_str(raw);
        return;
    }
    if let Some((before, after)) = raw.split_once(name) {
        text.push_str(before);
        text.push_str(local);
        text.push_str(after);
    }
}

/// Removes the one `div` that RFC 4287 requires around XHTML and that is not part of the content.
fn without_wrapper(text: String) -> String {
    let trimmed = text.trim_ascii();
    let mut tokens = Tokenizer::xml(trimmed);
    let Some(Token::Start(tag)) = tokens.next() else { return text };
    if !tag.name.eq_ignore_ascii_case("div") || tag.empty {
        return text;
    }
    let from = tokens.at();
    let mut depth = 1_usize;
    loop {
        let to = tokens.at();
        match tokens.next() {
            None => return text,
            Some(Token::Start(inner)) if inner.name == tag.name && !inner.empty => {
                depth = depth.saturating_add(1);
            }
            Some(Token::End(name)) if name == tag.name => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let whole = tokens.at() == trimmed.len();
                    return if whole { tokens.piece(from, to).to_owned() } else { text };
                }
            }
            Some(_) => {}
        }
    }
}

/// Writes characters with their references decoded.
fn unescape(raw: &str, entities: &Entities<'_>, text: &mut String, notes: &mut Notes) {
    copy_decoded(raw, text, |after, text| {
        let length = decode_reference(after, entities, text, notes);
        if length.is_none() {
            notes.add("bare `&` taken as a character");
        }
        length
    });
}

/// Decodes only the entities that the document declared. The next stage decodes those of HTML.
fn declared_only(raw: &str, entities: &Entities<'_>, text: &mut String) {
    copy_decoded(raw, text, |after, text| {
        let (name, length) = reference_name(after)?;
        text.push_str(entities.value(name)?);
        Some(length)
    });
}

/// Copies characters. `decode` gets what follows each `&`: it adds what the reference stands for
/// and returns the bytes it took, or `None` if the `&` is only a character.
fn copy_decoded(
    raw: &str,
    text: &mut String,
    mut decode: impl FnMut(&str, &mut String) -> Option<usize>,
) {
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let length = decode(after, text);
        if length.is_none() {
            text.push('&');
        }
        rest = after.get(length.unwrap_or(0)..).unwrap_or_default();
    }
    text.push_str(rest);
}

/// Adds what a reference stands for. Returns the bytes it takes after the `&`; `None` if it is no
/// reference.
fn decode_reference(
    after: &str,
    entities: &Entities<'_>,
    text: &mut String,
    notes: &mut Notes,
) -> Option<usize> {
    let (name, length) = reference_name(after)?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        // Rust's number parser accepts `+1`, but that is no character reference.
        match character(code.ok().filter(|_| !number.contains('+'))?) {
            Some(character) => text.push(character),
            None => notes.add("references to control characters dropped"),
        }
        return Some(length);
    }
    text.push_str(match name {
        // Nearly all references are these, so they do not need a search.
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        // What the document declared comes before HTML, as in any XML parser.
        _ => entities.value(name).or_else(|| named(name))?,
    });
    Some(length)
}

/// The name between `&` and `;`, and how many bytes both take after the `&`.
fn reference_name(after: &str) -> Option<(&str, usize)> {
    let head = after.as_bytes().get(..REFERENCE_BYTES_MAX.min(after.len()))?;
    let end = memchr(b';', head)?;
    Some((after.get(..end)?, end.saturating_add(1)))
}

/// Writes characters as HTML escapes them.
fn escape(raw: &str, text: &mut String) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            _ => text.push(character),
        }
    }
}

/// Writes a text into XML so that a parser reads exactly this text.
pub(super) fn write<'a>(text: Cow<'a, str>, xml: &mut SegmentedText<'a>) {
    if section_end(text.as_bytes(), 0).is_some() {
        write_label(&text, xml);
        return;
    }
    let plain = memchr2(b'<', b'&', text.as_bytes()).is_none();
    xml.push(if plain { "" } else { "<![CDATA[" });
    xml.push_text(text);
    xml.push(if plain { "" } else { "]]>" });
}

/// Writes a text that is copied: it is short, or it must be changed.
pub(super) fn write_label(text: &str, xml: &mut SegmentedText<'_>) {
    if memchr3(b'<', b'&', b']', text.as_bytes()).is_none() {
        xml.push(text);
        return;
    }
    xml.push("<![CDATA[");
    let mut from = 0;
    while let Some(at) = section_end(text.as_bytes(), from) {
        // A CDATA section cannot contain its own end, so the end is split between two sections.
        let middle = at.saturating_add(2);
        xml.push(text.get(from..middle).unwrap_or_default());
        xml.push("]]><![CDATA[");
        from = middle;
    }
    xml.push(text.get(from..).unwrap_or_default());
    xml.push("]]>");
}
