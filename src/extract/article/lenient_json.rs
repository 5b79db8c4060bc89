//! Reads JSON as pages have it: with line breaks and quotes inside texts, commas before a closing
//! bracket, text after the end, or without its end. Search engines read it all the same, so nobody mends it.
use serde_json::Value;

/// Objects and lists inside one another. The reader of JSON stops at 128.
const DEPTH_MAX: usize = 100;

/// The first value of a text; `None` if there is none.
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&repaired(text)).ok())
}

/// A text as strict JSON, as far as it can be made so: in one pass, in linear time.
fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The brackets that will close what is open.
    let mut open: Vec<char> = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => string(&mut characters, &mut out),
            '{' | '[' => {
                if open.len() >= DEPTH_MAX {
                    break;
                }
                open.push(if c == '{' { '}' } else { ']' });
                out.push(c);
            }
            '}' | ']' => {
                // An end without a beginning: what follows is another text.
                if open.last() != Some(&c) {
                    break;
                }
                open.pop();
                drop_comma(&mut out);
                out.push(c);
                if open.is_empty() {
                    return out;
                }
            }
            // A semicolon, a byte order mark and the like.
            _ if open.is_empty() => {}
            _ if c.is_control() || c.is_whitespace() => out.push(' '),
            _ => out.push(c),
        }
    }
    close(out, &open)
}

/// Copies a string from behind its first quote to its last.
fn string(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push('"');
    while let Some(c) = characters.next() {
        match c {
            '"' if ends_string(characters) => break,
            '"' => out.push_str("\\\""),
            '\\' => match characters.next() {
                Some(next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
                    out.push('\\');
                    out.push(next);
                }
                // `\'` and the like stand for the character itself.
                Some(next) if !next.is_control() => out.push(next),
                Some(_) | None => out.push(' '),
            },
            _ if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Whether a quote ends a string, by what follows it. Another one belongs to the text: headlines
/// with quotes are often written into the script as they are.
fn ends_string(characters: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut after = characters.clone().filter(|c| !c.is_whitespace());
    match after.next() {
        None | Some('}' | ']' | ':') => true,
        Some(',') => {
            after.next().is_none_or(|c| matches!(c, '"' | '{' | '[' | '}' | ']' | '-' | '0'..='9'))
        }
        Some(_) => false,
    }
}

/// Takes away a comma at the end.
fn drop_comma(out: &mut String) {
    let kept = out.trim_end().trim_end_matches(',').len();
    out.truncate(kept);
}

/// Closes what is open at the end of a text that was cut off. A name without its value is `null`.
fn close(mut out: String, open: &[char]) -> String {
    for bracket in open.iter().rev() {
        drop_comma(&mut out);
        if *bracket == '}' && out.trim_end().ends_with(':') {
            out.push_str("null");
        }
        if *bracket == '}' && ends_with_a_bare_name(&out) {
            out.push_str(":null");
        }
        out.push(*bracket);
    }
    out
}

/// Whether an object ends with a text that no value follows: `{"a":1,"b"`.
fn ends_with_a_bare_name(out: &str) -> bool {
    let Some(before) = out.trim_end().strip_suffix('"') else { return false };
    let Some(begin) = before.rfind('"') else { return false };
    before.get(..begin).is_some_and(|before| before.trim_end().ends_with([',', '{']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_that_is_nearly_right_is_read() {
        for text in [
            "{\"a\": \"one\ntwo\"}",
            "{\"a\": \"one\\'two\", }",
            "{\"a\": \"one two\"}; window.x = 1;",
            "{\"a\": \"one two\"}]}",
            "\u{feff}{\"a\": \"one two\", \"b\": [1, 2,",
            "{\"a\": \"one two\", \"b",
            "{\"a\": \"one two\", \"b\":",
        ] {
            let value = read(text).unwrap_or_default();
            let found = value.get("a").and_then(Value::as_str).unwrap_or_default();
            assert_eq!(found.replace('\'', " "), "one two", "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", "window.x = 1", "]", "<!-- -->"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_none_or(|value| value.is_array()));
    }
}
