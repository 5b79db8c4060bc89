//! A start tag and its attributes, as written.

/// Attributes of one tag that are read; the rest are ignored.
const ATTRIBUTES_MAX: usize = 64;

/// Longest value of an attribute, in bytes; a longer one counts as empty.
const VALUE_BYTES_MAX: usize = 8 << 10;

/// A start tag. Nothing in it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// With its prefix, in the letters it was written in.
    pub name: &'a str,
    /// Everything between the name and the closing bracket.
    pub rest: &'a str,
    /// `<name/>`: no end tag will come.
    pub empty: bool,
    /// It ended with its own `>`. Otherwise the next tag began inside it.
    pub closed: bool,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, by its whole name without regard to case.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The value of an attribute whatever its prefix, by its local name.
    pub fn attribute_local(&self, name: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(key, _)| split_name(key).1.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All attributes, at most 64 of them.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.rest, left: ATTRIBUTES_MAX }
    }
}

/// `prefix:local` in two; the prefix is empty where there is none.
pub fn split_name(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Names and values of a tag, in order. Quotes may be missing, values too.
pub struct Attributes<'a> {
    rest: &'a str,
    left: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if text.is_empty() {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let ends = |c: char| c == '=' || c.is_ascii_whitespace();
        let (name, after) = text.split_at_checked(text.find(ends).unwrap_or(text.len()))?;
        let after = after.trim_ascii_start();
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let (value, rest) = match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => {
                let inner = value.get(1..).unwrap_or_default();
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            None => value.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((value, "")),
        };
        self.rest = rest;
        Some((name, if value.len() > VALUE_BYTES_MAX { "" } else { value }))
    }
}
