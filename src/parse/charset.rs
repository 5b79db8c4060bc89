//! Turns the bytes of a body in any encoding into UTF-8. Bytes that fit no encoding become U+FFFD;
//! the rest of the text is kept.
use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::notes::Notes;

/// The first byte of a feed: XML or a JSON object.
const FIRST_BYTES: [u8; 2] = [b'<', b'{'];
/// How far into a body an XML declaration is searched for, in bytes. Some servers send warnings or
/// blank lines before it.
const DECLARATION_WITHIN_BYTES: usize = 1_024;
/// How far into a page its `meta` elements are searched for, in bytes. HTML asks for the first
/// kilobyte, but many pages have scripts before them.
const META_WITHIN_BYTES: usize = 8 << 10;
/// Bytes given to the encoding detector. It decides much earlier; the limit bounds the time for
/// large bodies.
const DETECT_BYTES_MAX: usize = 256 << 10;

/// Reads a body as text. The order of trust: a byte order mark; bytes that are valid UTF-8, UTF-16
/// or UTF-32; the HTTP header; the XML declaration; a guess.
///
/// Valid UTF-8 comes before HTTP because many servers add a wrong charset by default, and text of
/// another encoding is almost never valid UTF-8 by chance.
pub(super) fn decode<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
    notes: &mut Notes,
) -> Cow<'a, str> {
    if let Some(text) = by_byte_order_mark(body, notes) {
        return text;
    }
    if let Some(text) = without_mark(body, notes) {
        return text;
    }
    if let Some(text) = by_escape_sequences(body, notes) {
        return text;
    }
    // `encoding_rs` makes the same check as the standard library and is several times as fast.
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(body) {
        return text;
    }
    // Only the last character is incomplete: the download ended early. It is still UTF-8.
    let fault = std::str::from_utf8(body).err();
    if fault.is_some_and(|fault| fault.error_len().is_none() && fault.valid_up_to() > 0) {
        notes.add("the last character was cut off");
        return String::from_utf8_lossy(body);
    }
    let (encoding, source) = choose(body, content_type);
    let (text, had_errors) = encoding.decode_without_bom_handling(body);
    if encoding != UTF_8 {
        notes.add(format!("read as {} ({source})", encoding.name()));
    }
    if had_errors {
        notes.add("bytes that are not text were replaced");
    }
    text
}

/// Decodes a body that begins with a byte order mark.
fn by_byte_order_mark<'a>(body: &'a [u8], notes: &mut Notes) -> Option<Cow<'a, str>> {
    if let Some(rest) = body.strip_prefix(&[0xff, 0xfe, 0, 0]) {
        return Some(Cow::Owned(utf32(rest, u32::from_le_bytes, notes)));
    }
    if let Some(rest) = body.strip_prefix(&[0, 0, 0xfe, 0xff]) {
        return Some(Cow::Owned(utf32(rest, u32::from_be_bytes, notes)));
    }
    let (encoding, length) = Encoding::for_bom(body)?;
    let rest = body.get(length..).unwrap_or_default();
    let (text, had_errors) = encoding.decode_without_bom_handling(rest);
    if encoding != UTF_8 {
        notes.add(format!("read as {} (byte order mark)", encoding.name()));
    }
    if had_errors {
        notes.add("bytes that are not text were replaced");
    }
    Some(text)
}

/// Decodes ISO-2022-JP. All its bytes are ASCII, so the UTF-8 check cannot tell it; its escape
/// sequences can. The whole body must fit, because ASCII text may hold an escape by accident.
fn by_escape_sequences<'a>(body: &'a [u8], notes: &mut Notes) -> Option<Cow<'a, str>> {
    memchr::memmem::find(body.get(..DETECT_BYTES_MAX).unwrap_or(body), b"\x1b$")?;
    let text = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(body)?;
    notes.add("read as ISO-2022-JP (its bytes)");
    Some(text)
}

/// Decodes UTF-16 and UTF-32 without a byte order mark. A feed begins with `<` or `{`, so the zero
/// bytes beside that character show the width and the byte order.
fn without_mark<'a>(body: &'a [u8], notes: &mut Notes) -> Option<Cow<'a, str>> {
    let open = |byte: u8| FIRST_BYTES.contains(&byte) || byte.is_ascii_whitespace();
    let encoding = match body {
        [0, 0, 0, d, ..] if open(*d) => {
            return Some(Cow::Owned(utf32(body, u32::from_be_bytes, notes)));
        }
        [a, 0, 0, 0, ..] if open(*a) => {
            return Some(Cow::Owned(utf32(body, u32::from_le_bytes, notes)));
        }
        [0, b, 0, d, ..] if open(*b) && *d != 0 => UTF_16BE,
        [a, 0, c, 0, ..] if open(*a) && *c != 0 => UTF_16LE,
        _ => return None,
    };
    notes.add(format!("read as {} (its bytes)", encoding.name()));
    Some(Cow::Owned(encoding.decode_without_bom_handling(body).0.into_owned()))
}

/// Decodes UTF-32. The Encoding Standard has no such encoding, so `encoding_rs` cannot do it.
fn utf32(body: &[u8], unit: fn([u8; 4]) -> u32, notes: &mut Notes) -> String {
    notes.add("read as UTF-32");
    body.chunks_exact(4)
        .filter_map(|chunk| <[u8; 4]>::try_from(chunk).ok())
        .map(|bytes| char::from_u32(unit(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The encoding of bytes that are not UTF-8, and where that name was found.
fn choose(body: &[u8], content_type: Option<&str>) -> (&'static Encoding, &'static str) {
    // UTF-16 was recognised earlier by its bytes. A body that gets here with that label is not
    // UTF-16.
    let usable = |encoding: &&'static Encoding| *encoding != UTF_16LE && *encoding != UTF_16BE;
    if let Some(encoding) = content_type.and_then(http_charset).filter(usable) {
        // The label is not used if the bytes contradict it. A UTF-8 label with only a few damaged
        // bytes is right: those bytes are replaced and the rest is read.
        if encoding != UTF_8 || mostly_utf8(body) {
            return (encoding, "HTTP header");
        }
    }
    if let Some(encoding) = declared_by_xml(body).or_else(|| declared_by_page(body)).filter(usable)
        && (encoding != UTF_8 || mostly_utf8(body))
    {
        return (encoding, "XML declaration");
    }
    if mostly_utf8(body) {
        return (UTF_8, "its bytes");
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let shown = body.get(..DETECT_BYTES_MAX).unwrap_or(body);
    detector.feed(shown, shown.len() == body.len());
    let guess = detector.guess(None, Utf8Detection::Deny);
    (if guess == UTF_8 { WINDOWS_1252 } else { guess }, "detected")
}

/// Whether this is UTF-8 with little damage: there are many more good sequences of several bytes
/// than broken ones.
fn mostly_utf8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good = good.saturating_add(chunk.valid().chars().filter(|c| !c.is_ascii()).count());
        bad = bad.saturating_add(usize::from(!chunk.invalid().is_empty()));
    }
    good > bad.saturating_mul(4) || (good == 0 && bad == 0)
}

/// The `charset` parameter of a `Content-Type`. RFC 2046 gives `text/*` a default of US-ASCII, but
/// publishers do not mean it, so it is ignored.
fn http_charset(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        label(value.trim().trim_matches(['"', '\'']).as_bytes())
    })
}

/// The encoding that the XML declaration names. UTF-16 and UTF-32 were decoded before, so the
/// declaration is ASCII and can be searched as bytes.
fn declared_by_xml(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..DECLARATION_WITHIN_BYTES).unwrap_or(body);
    let at = memchr::memmem::find(head, b"<?xml")?;
    let head = head.get(at..)?;
    let head = head.get(..memchr::memchr(b'>', head)?)?;
    let value = head.get(memchr::memmem::find(head, b"encoding")?.saturating_add(8)..)?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let value = value.get(1..)?;
    label(value.get(..memchr::memchr(quote, value)?)?)
}

/// The encoding that an HTML page names in a `meta` element: `<meta charset=…>` or the `content` of
/// `http-equiv="Content-Type"`.
fn declared_by_page(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..META_WITHIN_BYTES).unwrap_or(body).to_ascii_lowercase();
    memchr::memmem::find_iter(&head, b"<meta").find_map(|at| {
        let tag = head.get(at..)?;
        let tag = tag.get(..memchr::memchr(b'>', tag)?)?;
        let value = tag.get(memchr::memmem::find(tag, b"charset")?.saturating_add(7)..)?;
        let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
        let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b';' | b'/' | b' ' | b'\t'..=b'\r');
        label(value.get(..value.iter().position(ends).unwrap_or(value.len()))?)
    })
}

/// The encoding for a label. Feeds also use names that the Encoding Standard does not list.
fn label(name: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(name).or_else(|| {
        let name = name.to_ascii_lowercase();
        let known: &[u8] = match name.as_slice() {
            b"cp949" | b"ms949" | b"uhc" | b"ksc_5601-1987" | b"euc_kr" => b"euc-kr",
            b"cp932" | b"ms932" | b"windows932" | b"sjis" | b"shift-jis" | b"x-sjis-cp932" => {
                b"shift_jis"
            }
            b"cp936" | b"ms936" | b"gb_2312" | b"gb-2312" | b"euc-cn" | b"hz-gb-2312" => b"gbk",
            b"cp950" | b"ms950" => b"big5",
            b"eucjp" | b"euc_jp" | b"ujis" => b"euc-jp",
            b"ansi" | b"latin-1" | b"latin9" | b"iso88591" | b"iso-8859-1-windows-1252" => {
                b"windows-1252"
            }
            b"win-1251" | b"win1251" => b"windows-1251",
            b"utf8mb4" | b"utf" | b"utf_8" => b"utf-8",
            _ => return None,
        };
        Encoding::for_label(known)
    })
}
