//! Encodes text for headers (RFC 2047), so that it arrives as the very letters it was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes of text in one encoded word: with its frame, and the header's name before the first, a line
/// stays within the 76 characters the standard allows.
const WORD_BYTES_MAX: usize = 39;

/// Bytes a header value may have to stand as it is, on one line with its name (RFC 5322 section
/// 2.1.1 advises 78).
const PLAIN_BYTES_MAX: usize = 66;

/// The value of an unstructured header such as `Subject`.
///
/// Short ASCII stands as it is. All else is encoded, and so is anything holding `=?`: left alone, a
/// title that spells an encoded word would be decoded by the reader's program.
pub(super) fn encode_header(text: &str) -> String {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let trimmed = text.trim().len() == text.len();
    if printable
        && trimmed
        && !text.is_empty()
        && text.len() <= PLAIN_BYTES_MAX
        && !text.contains("=?")
    {
        return text.to_owned();
    }
    encoded_words(text)
}

/// A display name before an address: quoted if it is plain, encoded if not.
pub(super) fn encode_display_name(text: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b" !#$%&'*+-/=^_`{|}~.,:;@()".contains(&byte);
    if text.bytes().all(plain) && text.len() <= PLAIN_BYTES_MAX && !text.contains("=?") {
        format!("\"{text}\"")
    } else {
        encoded_words(text)
    }
}

/// The text as encoded words, one a line; readers drop the white space between them.
fn encoded_words(text: &str) -> String {
    let words: Vec<String> =
        chunks(text).map(|chunk| format!("=?utf-8?B?{}?=", STANDARD.encode(chunk))).collect();
    words.join("\r\n ")
}

/// The text in stretches of at most [`WORD_BYTES_MAX`], each whole characters: decoders treat every
/// encoded word alone.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (head, tail) = rest.split_at_checked(rest.floor_char_boundary(WORD_BYTES_MAX))?;
        rest = tail;
        (!head.is_empty()).then_some(head)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_plain_text_stands_as_it_is() {
        assert_eq!(encode_header("Seoul extends pact"), "Seoul extends pact");
    }

    #[test]
    fn a_literal_encoded_word_is_encoded_itself() {
        assert_eq!(encode_header("=?utf-8?b?aGk=?="), "=?utf-8?B?PT91dGYtOD9iP2FHaz0/PQ==?=");
    }

    #[test]
    fn no_line_of_a_long_text_passes_the_limit_of_its_word() {
        for text in ["한".repeat(200), "x".repeat(200), "🏳".repeat(99)] {
            let value = encode_header(&text);
            assert!(format!("Subject: {value}").lines().all(|line| line.len() <= 76), "{value}");
        }
    }

    #[test]
    fn a_display_name_is_quoted_or_encoded() {
        assert_eq!(encode_display_name("Desk, News"), "\"Desk, News\"");
        assert_eq!(encode_display_name("a \"b\""), "=?utf-8?B?YSAiYiI=?=");
        assert_eq!(encode_display_name("서울"), "=?utf-8?B?7ISc7Jq4?=");
    }
}
