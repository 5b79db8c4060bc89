//! Foreign words in our reasons: short, on one line, without addresses.

use crate::compose;

/// Characters of a server's answer kept in a reason.
const ANSWER_CHARS_MAX: usize = 240;

/// One line of what a server said: control characters and bidirectional controls are dropped,
/// long texts cut, and everything with an `@` in it hidden, since servers repeat addresses.
pub(super) fn redacted_reply(text: &str) -> String {
    let line = compose::single_line(text);
    let shown: Vec<&str> =
        line.split(' ').map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    let shown = shown.join(" ");
    let mut words: String = shown.chars().take(ANSWER_CHARS_MAX).collect();
    if words.len() < shown.len() {
        words.push('…');
    }
    words
}

/// The chain of causes of an error, the outermost first, without repeating what is already said.
pub(super) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    redacted_reply(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_one_short_line_without_addresses() {
        let text = "5.1.1 <desk@paper.example>:\r\n Recipient\u{1b}[31m \u{202E}rejected";
        assert_eq!(redacted_reply(text), "5.1.1 <address> Recipient [31m rejected");
        assert_eq!(redacted_reply(&"x".repeat(9_999)).chars().count(), ANSWER_CHARS_MAX + 1);
    }
}
