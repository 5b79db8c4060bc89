//! Marks where the tags of a document stand. It believes nothing and fails at nothing: whatever
//! cannot be a tag is text, and it looks at each byte a bounded number of times.
use memchr::{memchr, memchr_iter, memchr2, memchr3, memmem};

use super::limits::{ATTRIBUTES_MAX, VALUE_BYTES_MAX};

/// A start tag, empty or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// With its prefix, as written.
    pub(super) name: &'a str,
    /// Everything between the name and the closing bracket.
    pub(super) rest: &'a str,
    /// `<name/>`: no end tag will come.
    pub(super) empty: bool,
}

impl<'a> Tag<'a> {
    /// The raw value of an attribute, by its whole name without regard to case.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The raw value of an attribute whatever its prefix, by its local name.
    pub(super) fn attribute_local(&self, name: &str) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.attributes()
            .find(|(key, _)| split_name(key).1.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.rest, left: ATTRIBUTES_MAX }
    }
}

/// `prefix:local` in two; the prefix is empty where there is none.
pub(super) fn split_name(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Names and raw values, in order; quotes may be missing, values too.
pub(super) struct Attributes<'a> {
    rest: &'a str,
    left: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let text = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = text.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(text.len());
        let (name, after) = text.split_at_checked(end)?;
        if name.is_empty() && after.is_empty() {
            return None;
        }
        let after = after.trim_ascii_start();
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, rest) = match quote {
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

/// A piece of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Characters, references unresolved.
    Text(&'a str),
    /// The inside of a CDATA section.
    Cdata(&'a str),
    Start(Tag<'a>),
    /// The name, with its prefix.
    End(&'a str),
    /// `<!DOCTYPE …>`.
    Doctype(&'a str),
    /// A comment, a processing instruction or a declaration.
    Aside,
}

/// Walks a document from token to token.
#[derive(Clone)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// A document type may still bring declarations of its own: only before the root, and once.
    prolog: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, prolog: false }
    }

    /// A scan that begins before the root of a document.
    pub(super) fn before_root(text: &'a str) -> Self {
        Self { prolog: true, ..Self::new(text) }
    }

    /// The root has been found.
    pub(super) fn past_prolog(mut self) -> Self {
        self.prolog = false;
        self
    }

    /// Bytes walked so far: where the next token begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place that [`polled_at`](Self::polled_at) gave.
    pub(super) fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    /// A piece of the document, by bytes.
    pub(super) fn piece(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next token; `None` at the end, and when what is left is a cut-off tag.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        match rest {
            // The last bracket begins a tag that was cut off.
            [] | [b'<'] => None,
            [b'<', b'!', ..] => self.bang(),
            [b'<', b'?', ..] => self.instruction(),
            [b'<', b'/', third, ..] if names(*third) => self.end_tag(),
            // `</>` and the like close nothing.
            [b'<', b'/', ..] => self.aside(">", 2),
            [b'<', second, ..] if names(*second) => self.start_tag(),
            _ => Some(self.characters()),
        }
    }

    /// Text up to the next thing that can be a tag.
    fn characters(&mut self) -> Token<'a> {
        let from = self.at;
        let bytes = self.text.as_bytes();
        let mut to = from;
        // A `<` before a space, a digit or the like is a character: step over it.
        while let Some(found) =
            bytes.get(to.saturating_add(usize::from(to == from))..).and_then(|b| memchr(b'<', b))
        {
            to = to.saturating_add(usize::from(to == from)).saturating_add(found);
            let next = bytes.get(to.saturating_add(1)).copied().unwrap_or(b'/');
            if names(next) || matches!(next, b'!' | b'?' | b'/') {
                self.at = to;
                return Token::Text(self.piece(from, to));
            }
            to = to.saturating_add(1);
        }
        self.at = bytes.len();
        Token::Text(self.piece(from, bytes.len()))
    }

    fn end_tag(&mut self) -> Option<Token<'a>> {
        let from = self.at.saturating_add(2);
        // An end tag that lost its bracket ends where the next tag begins.
        let length = memchr2(b'>', b'<', self.rest().get(2..)?)?;
        let to = from.saturating_add(length);
        let closed = self.text.as_bytes().get(to) == Some(&b'>');
        self.at = to.saturating_add(usize::from(closed));
        let name = self.piece(from, to);
        Some(Token::End(name.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or(name)))
    }

    fn start_tag(&mut self) -> Option<Token<'a>> {
        let from = self.at.saturating_add(1);
        let bytes = self.text.as_bytes().get(from..).unwrap_or_default();
        let name = bytes
            .iter()
            .position(|byte| matches!(byte, b'>' | b'/' | b'<') || byte.is_ascii_whitespace());
        let (Some(name), Some(end)) = (name, tag_end(bytes)) else {
            return None;
        };
        let closed = bytes.get(end) == Some(&b'>');
        let name = name.min(end);
        let empty = closed && end > name && bytes.get(end.saturating_sub(1)) == Some(&b'/');
        let to = from.saturating_add(end);
        self.at = to.saturating_add(usize::from(closed));
        let name_end = from.saturating_add(name);
        let rest = self.piece(name_end, to.saturating_sub(usize::from(empty)));
        Some(Token::Start(Tag { name: self.piece(from, name_end), rest, empty }))
    }

    fn bang(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        if rest.starts_with(b"<!--") {
            return self.aside("-->", 4);
        }
        if rest.starts_with(b"<![CDATA[") {
            let from = self.at.saturating_add(9);
            let Some(to) = section_end(self.text.as_bytes(), from) else {
                self.at = self.text.len();
                return None;
            };
            self.at = to.saturating_add(3);
            return Some(Token::Cdata(self.piece(from, to)));
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            let from = self.at;
            let subset = std::mem::take(&mut self.prolog);
            let length = doctype_end(rest, subset)?;
            self.at = from.saturating_add(length);
            return Some(Token::Doctype(self.piece(from, self.at)));
        }
        self.aside(">", 2)
    }

    /// Skips to behind `end`, which does not begin within the first `skip` bytes.
    fn aside(&mut self, end: &str, skip: usize) -> Option<Token<'a>> {
        let rest = self.rest().get(skip..).unwrap_or_default();
        let Some(found) = memmem::find(rest, end.as_bytes()) else {
            self.at = self.text.len();
            return None;
        };
        self.at = self.at.saturating_add(skip).saturating_add(found).saturating_add(end.len());
        Some(Token::Aside)
    }

    /// `<?…?>`; one that does not end so within a few brackets ends at its first.
    fn instruction(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let mut ends = memchr_iter(b'>', rest).take(INSTRUCTION_BRACKETS_MAX);
        let proper = ends.find(|at| rest.get(..*at).is_some_and(|inside| inside.ends_with(b"?")));
        let Some(end) = proper.or_else(|| memchr(b'>', rest)) else {
            self.at = self.text.len();
            return None;
        };
        self.at = self.at.saturating_add(end).saturating_add(1);
        Some(Token::Aside)
    }
}

/// Brackets a processing instruction may hold before it is taken for one that was never closed.
const INSTRUCTION_BRACKETS_MAX: usize = 4;

/// Where the next `]]>` from an offset on begins. Square brackets are rare: to look for one is
/// faster than to set up a search for three.
pub(super) fn section_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = at.saturating_add(memchr(b']', bytes.get(at..)?)?);
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"]]>")) {
            return Some(at);
        }
        at = at.saturating_add(1);
    }
}

/// Whether a name can begin with this byte; anything beyond ASCII may.
fn names(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

/// The offset of the bracket that ends a start tag, or of the `<` before which it was left open.
/// A bracket inside a quoted value does not count; a quote that runs into the next tag is not one.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let mut next = at.saturating_add(tag_mark(rest)?);
        let quote = match bytes.get(next)? {
            b'>' | b'<' => return Some(next),
            quote => *quote,
        };
        next = next.saturating_add(1);
        let inner = bytes.get(next..)?;
        let closing = memchr2(quote, b'<', inner)?;
        at = next.saturating_add(closing);
        if bytes.get(at) == Some(&b'<') {
            // A `<` inside a value is an error of its own, harmless if the quote closes before
            // the next bracket.
            let inner = bytes.get(at..)?;
            let stop = memchr2(quote, b'>', inner)?;
            if inner.get(stop) == Some(&b'>') {
                let bracket = memchr(b'>', bytes.get(next..)?)?;
                return Some(next.saturating_add(bracket));
            }
            at = at.saturating_add(stop);
        }
        at = at.saturating_add(1);
    }
}

/// The first byte that matters inside a tag.
fn tag_mark(bytes: &[u8]) -> Option<usize> {
    // Most tags are short: look byte by byte, not by vector.
    bytes.iter().position(|byte| matches!(byte, b'>' | b'<' | b'"' | b'\''))
}

/// Length of a document type, its internal subset included if it may have one.
fn doctype_end(bytes: &[u8], subset: bool) -> Option<usize> {
    let first = memchr3(b'>', b'[', b'<', bytes.get(1..)?)?.saturating_add(1);
    if subset && bytes.get(first) == Some(&b'[') {
        let subset = bytes.get(first..)?;
        let mut at = 0;
        while let Some(found) = memchr(b']', subset.get(at..)?) {
            at = at.saturating_add(found).saturating_add(1);
            let after = subset.get(at..)?;
            let blank = after.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if after.get(blank) == Some(&b'>') {
                return Some(first.saturating_add(at).saturating_add(blank).saturating_add(1));
            }
        }
    }
    memchr(b'>', bytes).map(|found| found.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut scan = Scan::before_root(text);
        std::iter::from_fn(|| scan.next()).collect()
    }

    #[test]
    fn brackets_in_quotes_do_not_end_a_tag_and_lone_ones_are_text() {
        let Some(Token::Start(tag)) = tokens("<a title='1 > 2' href=x >").pop() else {
            panic!("a tag")
        };
        assert_eq!(tag.attribute("title"), Some("1 > 2"));
        assert_eq!(tag.attribute("HREF"), Some("x"));
        assert_eq!(tokens("1 < 2 <3 & x<b>").first(), Some(&Token::Text("1 < 2 <3 & x")));
    }

    #[test]
    fn a_quote_left_open_does_not_swallow_the_document() {
        let found = tokens("<a href=\"x><b>text</b>");
        assert_eq!(found.len(), 4);
        assert!(matches!(found.get(1), Some(Token::Start(Tag { name: "b", .. }))));
    }

    #[test]
    fn a_tag_that_lost_its_bracket_ends_at_the_next() {
        let found = tokens("<title<b>x</b</title>");
        let names: Vec<_> = found
            .iter()
            .map(|token| match token {
                Token::Start(tag) => tag.name,
                Token::End(name) => name,
                Token::Text(text) => text,
                Token::Cdata(_) | Token::Doctype(_) | Token::Aside => "?",
            })
            .collect();
        assert_eq!(names, ["title", "b", "x", "b", "title"]);
    }

    #[test]
    fn a_document_cut_anywhere_is_walked_to_its_end() {
        let whole = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a \"]\">]><r a='b'><!-- c --><![CDATA[d]]>é</r>";
        for end in 0..=whole.len() {
            let mut scan = Scan::new(whole.get(..end).unwrap_or_default());
            while scan.next().is_some() {}
        }
        assert_eq!(tokens(whole).len(), 7);
    }
}
