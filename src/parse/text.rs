//! The inside of one element as the text it stands for.
use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use super::entities::{named, numbered};
use super::limits::{DEPTH_MAX, ENTITIES_MAX, ENTITY_BYTES_MAX, TEXT_BYTES_MAX};
use super::notes::Notes;
use super::scan::{Scan, Token, section_end, split_name};
use super::segmented::SegmentedText;

/// How the inside of an element is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A name, a date, an address: tags inside it are noise.
    Plain,
    /// Text that may be HTML: escaped, in CDATA, or naked markup in the XML itself.
    Html,
    /// Markup in the XML itself; escaped characters are characters, not tags.
    Xhtml,
}

/// Longest name or number of a reference, in bytes.
const REFERENCE_BYTES_MAX: usize = 32;

/// Entities a document declared for itself. Only plain ones: a value that holds a reference or
/// markup is not taken, so nothing ever expands.
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

    fn value(&self, name: &str) -> Option<&'a str> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The text of an element's inside, at most [`TEXT_BYTES_MAX`] bytes of it, trimmed.
pub(super) fn resolve<'a>(
    inner: &'a str,
    mode: Mode,
    entities: &Entities<'_>,
    notes: &mut Notes,
) -> Cow<'a, str> {
    // Four bytes of source make at least one of text, but for references that mean nothing.
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

fn shortened<'a>(text: &'a str, bytes_max: usize, notes: &mut Notes) -> &'a str {
    if text.len() <= bytes_max {
        return text;
    }
    notes.add("a text over 1 MiB was cut");
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// The text of an inside that is one CDATA section and nothing else.
fn whole_cdata(inner: &str) -> Option<&str> {
    let text = inner.strip_prefix("<![CDATA[")?.strip_suffix("]]>")?;
    section_end(text.as_bytes(), 0).is_none().then_some(text)
}

fn holds_tags(inner: &str) -> bool {
    let mut scan = Scan::new(inner);
    std::iter::from_fn(|| scan.next()).any(|token| matches!(token, Token::Start(_)))
}

/// Characters only: references resolved, tags gone.
fn decoded(inner: &str, entities: &Entities<'_>, notes: &mut Notes) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut scan = Scan::new(inner);
    while let Some(token) = scan.next() {
        match token {
            Token::Text(raw) => unescape(raw, entities, &mut text, notes),
            Token::Cdata(raw) => text.push_str(raw),
            Token::Start(_) | Token::End(_) | Token::Doctype(_) | Token::Aside => {}
        }
    }
    text
}

/// Naked markup, as it stands, so that what follows reads it as HTML.
fn markup(inner: &str, mode: Mode, entities: &Entities<'_>, notes: &mut Notes) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut scan = Scan::new(inner);
    let mut depth = 0_usize;
    loop {
        let from = scan.at();
        let Some(token) = scan.next() else { break };
        match token {
            Token::Text(raw) => declared_only(raw, entities, &mut text),
            // In XHTML a section holds characters; in RSS its author means HTML.
            Token::Cdata(raw) if mode == Mode::Xhtml => escape(raw, &mut text),
            Token::Cdata(raw) => text.push_str(raw),
            Token::Start(tag) => {
                if depth < DEPTH_MAX {
                    push_tag(scan.piece(from, scan.at()), tag.name, &mut text);
                } else {
                    notes.add("markup nested too deeply was dropped");
                }
                depth = depth.saturating_add(usize::from(!tag.empty));
            }
            Token::End(name) => {
                if depth <= DEPTH_MAX {
                    push_tag(scan.piece(from, scan.at()), name, &mut text);
                }
                depth = depth.saturating_sub(1);
            }
            Token::Doctype(_) | Token::Aside => {}
        }
    }
    if mode == Mode::Xhtml { without_wrapper(text) } else { text }
}

/// A tag as written, without a prefix that only says "XHTML".
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

/// Without the one `div` that RFC 4287 wraps round XHTML and that is no part of it.
fn without_wrapper(text: String) -> String {
    let trimmed = text.trim_ascii();
    let mut scan = Scan::new(trimmed);
    let Some(Token::Start(tag)) = scan.next() else { return text };
    if !tag.name.eq_ignore_ascii_case("div") || tag.empty {
        return text;
    }
    let from = scan.at();
    let mut depth = 1_usize;
    loop {
        let to = scan.at();
        match scan.next() {
            None => return text,
            Some(Token::Start(inner)) if inner.name == tag.name && !inner.empty => {
                depth = depth.saturating_add(1);
            }
            Some(Token::End(name)) if name == tag.name => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let whole = scan.at() == trimmed.len();
                    return if whole { scan.piece(from, to).to_owned() } else { text };
                }
            }
            Some(_) => {}
        }
    }
}

/// Characters with their references resolved.
fn unescape(raw: &str, entities: &Entities<'_>, text: &mut String, notes: &mut Notes) {
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        rest = match reference(after, entities) {
            Some((Replacement::For(character), length)) => {
                text.push(character);
                after.get(length..).unwrap_or_default()
            }
            Some((Replacement::ForText(value), length)) => {
                text.push_str(value);
                after.get(length..).unwrap_or_default()
            }
            Some((Replacement::ForNothing, length)) => {
                notes.add("references to control characters dropped");
                after.get(length..).unwrap_or_default()
            }
            None => {
                notes.add("bare `&` taken as a character");
                text.push('&');
                after
            }
        };
    }
    text.push_str(rest);
}

/// Markup's own references stay; only what the document declared itself is put in.
fn declared_only(raw: &str, entities: &Entities<'_>, text: &mut String) {
    if entities.known.is_empty() {
        text.push_str(raw);
        return;
    }
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        if let Some((value, length)) = reference_name(after)
            .and_then(|(name, length)| entities.value(name).map(|value| (value, length)))
        {
            text.push_str(value);
            rest = after.get(length..).unwrap_or_default();
        } else {
            text.push('&');
            rest = after;
        }
    }
    text.push_str(rest);
}

enum Replacement<'e> {
    For(char),
    ForText(&'e str),
    ForNothing,
}

/// What a reference stands for and how many bytes it takes, the `&` not counted.
fn reference<'e>(after: &str, entities: &Entities<'e>) -> Option<(Replacement<'e>, usize)> {
    let (name, length) = reference_name(after)?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        // `+1` is a number to the library and a slip to everyone else.
        let code = code.ok().filter(|_| !number.contains('+'))?;
        return Some((numbered(code).map_or(Replacement::ForNothing, Replacement::For), length));
    }
    // XML's own first: they are nearly all there are.
    let own = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        _ => None,
    };
    let stands = own
        .map(Replacement::For)
        .or_else(|| entities.value(name).map(Replacement::ForText))
        .or_else(|| named(name).map(Replacement::For));
    stands.map(|stands| (stands, length))
}

/// The name between `&` and `;`, and the bytes both take after the `&`.
fn reference_name(after: &str) -> Option<(&str, usize)> {
    let head = after.as_bytes().get(..REFERENCE_BYTES_MAX.min(after.len()))?;
    let end = memchr(b';', head)?;
    Some((after.get(..end)?, end.saturating_add(1)))
}

/// Characters as HTML writes them.
fn escape(raw: &str, text: &mut String) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            _ => text.push(character),
        }
    }
}

/// Writes a text into XML so that every reader gets exactly it back.
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

/// Writes a text that is copied: short, or in need of a change.
pub(super) fn write_label(text: &str, xml: &mut SegmentedText<'_>) {
    if memchr3(b'<', b'&', b']', text.as_bytes()).is_none() {
        xml.push(text);
        return;
    }
    xml.push("<![CDATA[");
    let mut from = 0;
    while let Some(at) = section_end(text.as_bytes(), from) {
        // A section cannot hold its own end: it is split between two.
        let middle = at.saturating_add(2);
        xml.push(text.get(from..middle).unwrap_or_default());
        xml.push("]]><![CDATA[");
        from = middle;
    }
    xml.push(text.get(from..).unwrap_or_default());
    xml.push("]]>");
}
