//! Repairs documents that are almost JSON, in one pass. Used only when the strict parser failed.
//!
//! A forgotten comma, half of a surrogate pair or a line break inside a title would otherwise cost
//! every item after it.
use std::iter::Peekable;
use std::str::Chars;

/// A longer number, in bytes, is not a number anyone meant. It is kept as text.
const NUMBER_BYTES_MAX: usize = 24;

/// The document with its strings closed, commas only where they belong, and no comments. It is
/// never much longer than the original.
pub(super) fn repair(text: &str) -> String {
    let mut mend = Writer { out: String::with_capacity(text.len()), comma: false };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                mend.before_value();
                string(&mut chars, &mut mend.out);
            }
            '{' | '[' => {
                mend.before_value();
                mend.out.push(c);
            }
            // A comma is written only when a value follows. So a comma before a closing bracket is
            // dropped.
            '}' | ']' => {
                mend.comma = false;
                mend.out.push(c);
            }
            ',' => mend.comma = true,
            ':' => {
                mend.comma = false;
                mend.out.push(':');
            }
            '/' => comment(&mut chars),
            _ if c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.') => {
                mend.before_value();
                word(c, &mut chars, &mut mend.out);
            }
            _ => {}
        }
    }
    mend.out
}

/// The repaired document so far.
struct Writer {
    out: String,
    /// A comma was read and is not written yet.
    comma: bool,
}

impl Writer {
    /// Writes the comma that a value needs before it, also where it was forgotten.
    fn before_value(&mut self) {
        let ended = |last: char| matches!(last, '}' | ']' | '"') || last.is_ascii_alphanumeric();
        if self.out.chars().next_back().is_some_and(ended) {
            self.out.push(',');
        }
        self.comma = false;
    }
}

/// Copies a string up to its end. Characters that JSON forbids in a string are escaped.
fn string(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('"');
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                return;
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push(' '),
            '\\' => escape(chars, out),
            other => out.push(other),
        }
    }
    // The document ended inside the string. It stays open, and the parser gives up the item it
    // belongs to.
}

/// Copies what follows a backslash. An unknown escape loses only its backslash.
fn escape(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    match chars.next() {
        Some('u') => match unit(chars) {
            Some(high @ 0xd800..=0xdbff) => low_half(high, chars, out),
            Some(code) => plain(u32::from(code), out),
            None => out.push(char::REPLACEMENT_CHARACTER),
        },
        Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => out.extend(['\\', c]),
        Some('\n') => out.push_str("\\n"),
        Some(other) if other >= ' ' => out.push(other),
        Some(_) | None => {}
    }
}

/// Reads the second half of a surrogate pair, if it is there.
fn low_half(high: u16, chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut ahead = chars.clone();
    let low = (ahead.next() == Some('\\') && ahead.next() == Some('u'))
        .then(|| unit(&mut ahead))
        .flatten()
        .filter(|low| (0xdc00..=0xdfff).contains(low));
    match low {
        Some(low) => {
            *chars = ahead;
            out.extend(char::decode_utf16([high, low]).filter_map(Result::ok));
        }
        None => out.push(char::REPLACEMENT_CHARACTER),
    }
}

/// Writes a decoded character, escaped again where JSON requires it.
fn plain(code: u32, out: &mut String) {
    match char::from_u32(code) {
        Some('"') => out.push_str("\\\""),
        Some('\\') => out.push_str("\\\\"),
        Some(c) if c < ' ' => out.push(' '),
        Some(c) => out.push(c),
        None => out.push(char::REPLACEMENT_CHARACTER),
    }
}

/// Four hexadecimal digits. With fewer nothing is consumed.
fn unit(chars: &mut Peekable<Chars<'_>>) -> Option<u16> {
    let mut ahead = chars.clone();
    let mut value = 0_u32;
    for _ in 0..4 {
        value = value * 16 + ahead.next()?.to_digit(16)?;
    }
    *chars = ahead;
    u16::try_from(value).ok()
}

/// Reads a number or a word without quotes.
fn word(first: char, chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut word = String::from(first);
    let bare = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_' | '$');
    while let Some(c) = chars.next_if(bare) {
        word.push(c);
    }
    while chars.next_if(char::is_ascii_whitespace).is_some() {}
    let is_key = chars.peek() == Some(&':');
    let sound = matches!(word.as_str(), "true" | "false" | "null")
        || (word.len() <= NUMBER_BYTES_MAX
            && serde_json::from_str::<f64>(&word).is_ok_and(f64::is_finite));
    if sound && !is_key {
        out.push_str(&word);
    } else if is_key || first.is_ascii_digit() {
        out.extend(["\"", &word, "\""]);
    } else {
        out.push_str("null");
    }
}

/// Skips a comment. JSON has none, but people write them.
fn comment(chars: &mut Peekable<Chars<'_>>) {
    match chars.next() {
        Some('/') => while chars.next_if(|c| *c != '\n').is_some() {},
        Some('*') => {
            let mut last = ' ';
            for c in chars.by_ref() {
                if last == '*' && c == '/' {
                    return;
                }
                last = c;
            }
        }
        Some(_) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_json_is_repaired_and_good_json_is_unchanged() {
        for (text, wanted) in [
            ("{\"a\":[1,-2.5e3,true,null,\"x\"]}", "{\"a\":[1,-2.5e3,true,null,\"x\"]}"),
            ("{\"a\":[1,2,],}", "{\"a\":[1,2]}"),
            ("{\"a\":[{}{},,{}]}", "{\"a\":[{},{},{}]}"),
            ("{\"a\":\"x\ty\nz\"}", "{\"a\":\"x\\ty\\nz\"}"),
            (
                "{\"a\":\"\\ud83d\\ude00 \\ud800 \\udc00 \\u12\"}",
                "{\"a\":\"😀 \u{fffd} \u{fffd} \u{fffd}12\"}",
            ),
            ("{\"a\":\"\\q\\'\\u0022\\u005c\\u0001\"}", "{\"a\":\"q'\\\"\\\\ \"}"),
            ("{a:1,/* b */\"c\":NaN // d\n,\"e\":1e999}", "{\"a\":1,\"c\":null,\"e\":\"1e999\"}"),
            ("{\"a\":\"open", "{\"a\":\"open"),
            ("{\"a\":007}", "{\"a\":\"007\"}"),
        ] {
            assert_eq!(repair(text), wanted, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn sound_json_means_the_same_afterwards(text in "\\PC{0,20}", number in proptest::num::i64::ANY) {
            let value = serde_json::json!({ &text: [number, { "b": &text }, null, [], {}], "z": 0.5 });
            let mended: serde_json::Value = serde_json::from_str(&repair(&value.to_string())).unwrap();
            proptest::prop_assert_eq!(mended, value);
        }

        #[test]
        fn nothing_breaks_it(text in "[\\[\\]{}\",:/*\\\\udU0-9a-f\\n -]{0,80}") {
            let once = repair(&text);
            proptest::prop_assert!(once.len() <= text.len() * 3 + 4);
        }
    }
}
