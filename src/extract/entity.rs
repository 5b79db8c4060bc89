//! Decodes HTML character references as browsers do, also those that were encoded twice.
use crate::markup;

/// Longest name of a character reference, in bytes. The longest one in HTML has 31.
const NAME_BYTES_MAX: usize = 32;

/// The text that a reference stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    Char(char),
    Text(&'static str),
}

/// The reference at the beginning of `text` (which begins with `&`) and its length in bytes. If its
/// `&` was encoded again (`&amp;amp;lt;`), all of it is still one reference.
pub(super) fn decode(text: &str) -> Option<(Decoded, usize)> {
    let mut rest = text.strip_prefix('&')?;
    let mut ampersands = 0_usize;
    while let Some(inner) = rest.strip_prefix("amp;").or_else(|| rest.strip_prefix("AMP;")) {
        rest = inner;
        ampersands += 1;
    }
    let skipped = 1 + ampersands * 4;
    if let Some((meaning, length)) = body(rest) {
        return Some((meaning, skipped + length));
    }
    (ampersands > 0).then_some((Decoded::Char('&'), skipped))
}

/// Decodes what follows the `&`.
fn body(text: &str) -> Option<(Decoded, usize)> {
    if let Some(number) = text.strip_prefix('#') {
        let (digits, radix, before) = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => (hexadecimal, 16, 2),
            None => (number, 10, 1),
        };
        return numbered(digits, radix).map(|(c, length)| (Decoded::Char(c), before + length));
    }
    let length = text.bytes().take(NAME_BYTES_MAX).take_while(u8::is_ascii_alphanumeric).count();
    let name = text.get(..length)?;
    if text.as_bytes().get(length) == Some(&b';') {
        let meaning = markup::named(name)?;
        // Two names of HTML stand for text that is longer than they are. They are not decoded,
        // because plain text must never be longer than its source: callers rely on that for their
        // limits.
        return (meaning.len() <= length + 2).then_some((Decoded::Text(meaning), length + 1));
    }
    let meaning = match name {
        "nbsp" => '\u{a0}',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        _ => return None,
    };
    // In a query (`?a=1&lt=2`) it is the name of a parameter.
    (text.as_bytes().get(length) != Some(&b'=')).then_some((Decoded::Char(meaning), length))
}

/// The character for the digits at the beginning, and their length with the `;`. A number without a
/// character gives U+FFFD, as in browsers.
fn numbered(text: &str, radix: u32) -> Option<(char, usize)> {
    let digits = text.bytes().take(NAME_BYTES_MAX).take_while(|b| char::from(*b).is_digit(radix));
    let length = digits.count();
    let digits = text.get(..length).filter(|digits| !digits.is_empty())?;
    let end = length + usize::from(text.as_bytes().get(length) == Some(&b';'));
    let number = u32::from_str_radix(digits, radix).ok().filter(|number| *number != 0);
    let c = number.and_then(markup::numbered).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((c, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, usize)> {
        decode(text).map(|(meaning, length)| match meaning {
            Decoded::Char(c) => (c.to_string(), length),
            Decoded::Text(s) => (s.to_owned(), length),
        })
    }

    #[test]
    fn references_are_read_as_browsers_read_them() {
        for (text, meaning, length) in [
            ("&amp; co", "&", 5),
            ("&eacute;e", "é", 8),
            ("&#8217;s", "’", 7),
            ("&#x2019;s", "’", 8),
            ("&#146;s", "’", 6),
            ("&#8217 s", "’", 6),
            ("&nbsp foo", "\u{a0}", 5),
            ("&hellip;", "…", 8),
            ("&#0;", "\u{fffd}", 4),
            ("&#xD800;", "\u{fffd}", 8),
            ("&#99999999999999;", "\u{fffd}", 17),
        ] {
            assert_eq!(read(text), Some((meaning.to_owned(), length)), "{text}");
        }
    }

    #[test]
    fn a_reference_encoded_again_and_again_is_one_reference() {
        assert_eq!(read("&amp;lt;b"), Some(("<".to_owned(), 8)));
        assert_eq!(read("&amp;amp;amp;#39;"), Some(("'".to_owned(), 17)));
        assert_eq!(read("&amp;amp; co"), Some(("&".to_owned(), 9)));
    }

    #[test]
    fn an_ampersand_of_prose_or_of_a_query_is_no_reference() {
        for text in ["& co", "&", "&&", "&#", "&#x;", "&lt=2", "&unknown;", "&T Park", "&nGt;"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
