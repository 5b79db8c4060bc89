//! Cuts a document into tags and text in one pass. It builds no tree, so depth costs nothing.
use memchr::{memchr, memchr_iter, memchr2, memmem};

use super::section::{doctype_end, section_end};
use super::tag::Tag;

/// Longest name of an HTML element, in bytes; after a longer one `<` is a character.
const HTML_NAME_BYTES_MAX: usize = 64;

/// Brackets a processing instruction may hold before it is taken for one that was never closed.
const INSTRUCTION_BRACKETS_MAX: usize = 4;

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Characters, references unresolved. One run of text may come in several tokens.
    Text(&'a str),
    /// The inside of a CDATA section. In HTML there are none.
    Cdata(&'a str),
    Start(Tag<'a>),
    /// The name of an end tag, with its prefix.
    End(&'a str),
    /// `<!DOCTYPE …>`, whole.
    Doctype(&'a str),
    /// A comment, a processing instruction or another declaration.
    Skipped,
    /// The rest of the document: it begins a tag or a declaration that does not end.
    CutOff,
}

/// Where XML and HTML differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    /// Names may hold any letter; a `<` inside quotes is a fault. What does not end ends the
    /// document, so that an item cut off by a broken download is not taken for a whole one.
    Xml,
    /// Names are ASCII; quotes may hold tags. What does not end is text, as browsers have it.
    Html,
}

/// Walks a document from token to token.
#[derive(Clone)]
pub struct Tokenizer<'a> {
    text: &'a str,
    at: usize,
    syntax: Syntax,
    /// A document type may declare entities: only before the root, and once.
    before_root: bool,
    /// Searches that found nothing, and from where. They are not made again: otherwise a document
    /// of openings that never close would cost the square of its length.
    missing: Vec<Search<'a>>,
    /// Bytes looked at so far: tests measure this instead of time.
    work: usize,
}

/// A search that found nothing.
#[derive(Clone, Copy)]
struct Search<'a> {
    needle: &'a str,
    /// No such text follows this offset.
    from: usize,
}

impl<'a> Tokenizer<'a> {
    /// Reads a fragment of XML: the inside of an element.
    pub fn xml(text: &'a str) -> Self {
        let missing = Vec::new();
        Self { text, at: 0, syntax: Syntax::Xml, before_root: false, missing, work: 0 }
    }

    /// Reads a whole XML document, whose document type may declare entities.
    pub fn xml_document(text: &'a str) -> Self {
        Self { before_root: true, ..Self::xml(text) }
    }

    /// Reads a page, or text that may hold HTML.
    pub fn html(text: &'a str) -> Self {
        Self { syntax: Syntax::Html, ..Self::xml(text) }
    }

    /// Where the next token begins, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes on from another place, in bytes: one that [`at`](Self::at) gave, or just behind the
    /// bracket there.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Ends the document here.
    pub fn skip_rest(&mut self) {
        self.at = self.text.len();
    }

    /// A part of the document, by bytes.
    pub fn piece(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Bytes looked at so far, some of them more than once.
    pub fn work(&self) -> usize {
        self.work
    }

    /// The inside of an element whose start tag was just read, and which holds no markup
    /// (`<script>`). Goes on behind its end tag. `None`, and no step, if it is never closed.
    pub fn raw_content(&mut self, name: &'a str) -> Option<&'a str> {
        let from = self.at;
        let known =
            |search: &Search<'_>| search.needle.eq_ignore_ascii_case(name) && from >= search.from;
        if self.missing.iter().any(known) {
            return None;
        }
        let mut at = from;
        while let Some(open) = self.find("</", at) {
            let after = open + 2 + name.len();
            let named = self.piece(open + 2, after).eq_ignore_ascii_case(name);
            if named && !self.byte(after).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
                self.at = self.find(">", after).map_or(self.text.len(), |end| end + 1);
                return Some(self.piece(from, open));
            }
            at = open + 2;
        }
        self.missing.push(Search { needle: name, from });
        None
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn bytes_from(&self, from: usize) -> &'a [u8] {
        self.text.as_bytes().get(from..).unwrap_or_default()
    }

    /// Where `needle` begins, from an offset on.
    fn find(&mut self, needle: &'static str, from: usize) -> Option<usize> {
        if self.missing.iter().any(|search| search.needle == needle && from >= search.from) {
            return None;
        }
        let bytes = self.bytes_from(from);
        let found = match needle.as_bytes() {
            [byte] => memchr(*byte, bytes),
            several => memmem::find(bytes, several),
        };
        self.work += found.unwrap_or(bytes.len());
        if found.is_none() {
            self.missing.push(Search { needle, from });
        }
        found.map(|offset| from + offset)
    }

    /// Whether a name can begin with this byte.
    fn starts_name(&self, byte: u8) -> bool {
        let xml = self.syntax == Syntax::Xml && (matches!(byte, b'_' | b':') || byte >= 0x80);
        byte.is_ascii_alphabetic() || xml
    }

    /// The markup that begins with the `<` at the current place; `None` if that is a character.
    fn markup(&mut self) -> Option<Token<'a>> {
        let xml = self.syntax == Syntax::Xml;
        match self.bytes_from(self.at) {
            // The last bracket of a feed begins a tag that was cut off.
            [b'<'] => xml.then(|| self.cut_off()),
            [b'<', b'!', ..] => self.declaration(),
            [b'<', b'?', rest @ ..] => {
                let name = rest.first().is_some_and(|byte| self.starts_name(*byte));
                (xml || name).then(|| self.instruction())
            }
            [b'<', b'/', first, ..] if self.starts_name(*first) => self.end_tag(),
            // `</>` and the like close nothing.
            [b'<', b'/', rest @ ..] => {
                (xml || rest.first() == Some(&b'>')).then(|| self.skip_past(">", 2))
            }
            [b'<', first, ..] if self.starts_name(*first) => self.start_tag(),
            _ => None,
        }
    }

    /// Ends the document: what began here does not end.
    fn cut_off(&mut self) -> Token<'a> {
        self.skip_rest();
        Token::CutOff
    }

    /// Skips to behind `end`, which does not begin within the first `skip` bytes.
    fn skip_past(&mut self, end: &'static str, skip: usize) -> Token<'a> {
        let Some(found) = self.find(end, self.at + skip) else { return self.cut_off() };
        self.at = found + end.len();
        Token::Skipped
    }

    /// `<!…`: a comment, a section, a document type.
    fn declaration(&mut self) -> Option<Token<'a>> {
        const SECTION: &[u8] = b"<![CDATA[";
        let rest = self.bytes_from(self.at);
        let starts_with = |head: &[u8]| {
            rest.get(..head.len()).is_some_and(|found| found.eq_ignore_ascii_case(head))
        };
        let html = self.syntax == Syntax::Html;
        if rest.starts_with(b"<!--") {
            // From the second dash: `<!-->` is a whole comment.
            let end = self.find("-->", self.at + 2);
            if html && end.is_none() {
                self.at += 4;
                return Some(Token::Skipped);
            }
            return Some(self.skip_past("-->", 2));
        }
        if html && starts_with(SECTION) {
            self.at += SECTION.len();
            return Some(Token::Skipped);
        }
        if rest.starts_with(SECTION) {
            let from = self.at + SECTION.len();
            let Some(to) = section_end(self.text.as_bytes(), from) else {
                return Some(self.cut_off());
            };
            self.at = to + 3;
            return Some(Token::Cdata(self.piece(from, to)));
        }
        if starts_with(b"<!DOCTYPE") && self.find(">", self.at).is_some() {
            let from = self.at;
            let subset = std::mem::take(&mut self.before_root);
            let Some(length) = doctype_end(rest, subset) else { return Some(self.cut_off()) };
            self.at = from + length;
            return Some(Token::Doctype(self.piece(from, self.at)));
        }
        let markup = rest.get(2).is_some_and(|c| c.is_ascii_alphabetic() || b">[".contains(c));
        (markup || !html).then(|| self.skip_past(">", 2))
    }

    /// `<?…?>`; one that does not end so within a few brackets ends at its first.
    fn instruction(&mut self) -> Token<'a> {
        let Some(first) = self.find(">", self.at) else { return self.cut_off() };
        let rest = self.bytes_from(self.at);
        let mut ends = memchr_iter(b'>', rest).take(INSTRUCTION_BRACKETS_MAX);
        let proper = ends.find(|at| rest.get(..*at).is_some_and(|inside| inside.ends_with(b"?")));
        self.at = proper.map_or(first, |end| self.at + end) + 1;
        Token::Skipped
    }

    /// Where the name that begins at `from` ends; `None` if no tag has such a name.
    fn name_end(&mut self, from: usize) -> Option<usize> {
        let bytes = self.bytes_from(from);
        let ends = |byte: &u8| matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace();
        if self.syntax == Syntax::Xml {
            let length = bytes.iter().position(|byte| ends(byte) || *byte == b'<');
            return Some(from + length.unwrap_or(bytes.len()));
        }
        let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_' | b'.');
        let length = bytes.iter().take(HTML_NAME_BYTES_MAX).take_while(part).count();
        self.work += length;
        bytes.get(length).is_none_or(ends).then_some(from + length)
    }

    /// Reads an end tag; `None` if it is text.
    fn end_tag(&mut self) -> Option<Token<'a>> {
        let from = self.at + 2;
        let name_end = self.name_end(from)?;
        // An end tag that lost its bracket ends where the next tag begins.
        let Some(length) = memchr2(b'>', b'<', self.bytes_from(name_end)) else {
            return Some(self.cut_off());
        };
        self.work += length;
        let to = name_end + length;
        self.at = to + usize::from(self.byte(to) == Some(b'>'));
        Some(Token::End(self.piece(from, name_end)))
    }

    /// Reads a start tag; `None` if it is text.
    fn start_tag(&mut self) -> Option<Token<'a>> {
        let from = self.at + 1;
        let name_end = self.name_end(from)?;
        let Some(end) = self.tag_end(name_end) else { return Some(self.cut_off()) };
        let TagEnd { at: to, slash } = end;
        self.work += to - from;
        self.before_root = false;
        let closed = self.byte(to) == Some(b'>');
        self.at = to + usize::from(closed);
        let empty = closed && slash;
        let rest = self.piece(name_end, to - usize::from(empty));
        Some(Token::Start(Tag { name: self.piece(from, name_end), rest, empty, closed }))
    }

    /// Where a start tag ends: at its `>`, or before the `<` of the next tag if it was left open.
    /// Only quotes right behind a `=` count; those of `title=Don't` do not.
    fn tag_end(&mut self, from: usize) -> Option<TagEnd> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        // What the bytes so far make of a quote and of a slash.
        let (mut value_next, mut in_value) = (false, false);
        loop {
            match *bytes.get(at)? {
                b'>' | b'<' => {
                    // In HTML the slash of `href=/feed/>` belongs to the value.
                    let of_value = in_value && self.syntax == Syntax::Html;
                    let slash = at > from && bytes.get(at - 1) == Some(&b'/') && !of_value;
                    return Some(TagEnd { at, slash });
                }
                b'=' if !in_value => value_next = true,
                quote @ (b'"' | b'\'') if value_next => {
                    value_next = false;
                    match self.quoted_end(quote, at + 1)? {
                        QuotedEnd::Quote(end) => at = end,
                        QuotedEnd::Tag(end) => return Some(TagEnd { at: end, slash: false }),
                        QuotedEnd::Nowhere => {}
                    }
                }
                byte if byte.is_ascii_whitespace() => in_value = false,
                _ => {
                    in_value |= value_next;
                    value_next = false;
                }
            }
            at += 1;
        }
    }

    /// Where a quoted value ends; `None` if the document ends in it.
    fn quoted_end(&mut self, quote: u8, from: usize) -> Option<QuotedEnd> {
        if self.syntax == Syntax::Html {
            let found = self.find(if quote == b'"' { "\"" } else { "'" }, from);
            return Some(found.map_or(QuotedEnd::Nowhere, QuotedEnd::Quote));
        }
        let first = from + memchr2(quote, b'<', self.bytes_from(from))?;
        if self.byte(first) == Some(quote) {
            return Some(QuotedEnd::Quote(first));
        }
        // A `<` inside a value is harmless if the quote closes before the next `>`.
        let end = first + memchr2(quote, b'>', self.bytes_from(first))?;
        if self.byte(end) == Some(quote) {
            return Some(QuotedEnd::Quote(end));
        }
        memchr(b'>', self.bytes_from(from)).map(|bracket| QuotedEnd::Tag(from + bracket))
    }

    /// Text up to the next bracket that can begin markup.
    fn characters(&mut self) -> Token<'a> {
        let from = self.at;
        // The bracket at the current place, if any, is a character.
        let mut to = from + 1;
        while let Some(open) = self.find("<", to) {
            let next = self.byte(open + 1).unwrap_or(b'/');
            if self.starts_name(next) || matches!(next, b'!' | b'?' | b'/') {
                self.at = open;
                return Token::Text(self.piece(from, open));
            }
            to = open + 1;
        }
        self.at = self.text.len();
        Token::Text(self.piece(from, self.at))
    }
}

impl<'a> Iterator for Tokenizer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        match self.byte(self.at)? {
            b'<' => Some(self.markup().unwrap_or_else(|| self.characters())),
            _ => Some(self.characters()),
        }
    }
}

/// The end of a start tag.
struct TagEnd {
    /// Offset of the bracket.
    at: usize,
    /// A slash stands before it that belongs to no value.
    slash: bool,
}

/// The end of a quoted value.
enum QuotedEnd {
    /// At its quote.
    Quote(usize),
    /// At the bracket of the tag: the quote was forgotten.
    Tag(usize),
    /// The quote never comes again: it quotes nothing.
    Nowhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(text: &str) -> Vec<Token<'_>> {
        Tokenizer::xml_document(text).collect()
    }

    fn start_tag(token: Option<Token<'_>>) -> Tag<'_> {
        let Some(Token::Start(tag)) = token else { panic!("{token:?} is no start tag") };
        tag
    }

    #[test]
    fn brackets_in_quotes_do_not_end_a_tag_and_lone_ones_are_text() {
        for tokens in [Tokenizer::xml, Tokenizer::html] {
            let tag = start_tag(tokens("<a title='1 > 2' href=x it's>'").next());
            assert_eq!((tag.attribute("title"), tag.attribute("HREF")), (Some("1 > 2"), Some("x")));
            assert_eq!(tokens("1 < 2 <3 & x<b>").next(), Some(Token::Text("1 < 2 <3 & x")));
        }
    }

    #[test]
    fn a_quote_left_open_does_not_swallow_the_document() {
        for tokens in [Tokenizer::xml, Tokenizer::html] {
            let found: Vec<_> = tokens("<a href=\"x><b>text</b>").collect();
            assert_eq!(found.len(), 4);
            assert_eq!(start_tag(found.get(1).copied()).name, "b");
        }
    }

    #[test]
    fn a_tag_that_lost_its_bracket_ends_at_the_next() {
        let names = |token: Token<'_>| match token {
            Token::Start(tag) => tag.name.to_owned(),
            Token::End(name) | Token::Text(name) => name.to_owned(),
            Token::Cdata(_) | Token::Doctype(_) | Token::Skipped | Token::CutOff => "?".to_owned(),
        };
        let found: Vec<_> = xml("<title<b>x</b</title>").into_iter().map(names).collect();
        assert_eq!(found, ["title", "b", "x", "b", "title"]);
    }

    #[test]
    fn a_document_cut_anywhere_is_walked_to_its_end() {
        let whole = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a \"]\">]><r a='b'><!-- c --><![CDATA[d]]>é</r>";
        for end in 0..=whole.len() {
            let part = whole.get(..end).unwrap_or_default();
            assert!(xml(part).len() <= 7);
            assert!(Tokenizer::html(part).count() <= 9);
        }
        assert_eq!(xml(whole).len(), 7);
    }

    #[test]
    fn a_slash_of_an_address_in_a_page_belongs_to_the_address() {
        let tag = start_tag(Tokenizer::html("<link href=/feed/>").next());
        assert_eq!((tag.attribute("href"), tag.empty), (Some("/feed/"), false));
        assert!(start_tag(Tokenizer::html("<link href=/feed />").next()).empty);
        assert!(start_tag(Tokenizer::xml("<link href=/feed/>").next()).empty);
    }

    #[test]
    fn the_inside_of_a_script_is_taken_whole() {
        let mut page = Tokenizer::html("<SCRIPT>a</b></scripts></script x>y");
        let name = start_tag(page.next()).name;
        assert_eq!(page.raw_content(name), Some("a</b></scripts>"));
        assert_eq!(page.next(), Some(Token::Text("y")));
        let mut page = Tokenizer::html("<style>a");
        let name = start_tag(page.next()).name;
        assert_eq!((page.raw_content(name), page.next()), (None, Some(Token::Text("a"))));
    }

    fn work(mut tokens: Tokenizer<'_>) -> usize {
        while tokens.next().is_some() {}
        tokens.work()
    }

    #[test]
    fn twice_the_input_is_at_most_twice_the_work() {
        let parts = [
            "<",
            "<b",
            "<b ",
            "<b x=",
            "<a \"x>\" ",
            "<a x=\"",
            "<a x='>' ",
            "<!--",
            "<![CDATA[",
            "<!a",
            "<?a",
            "</",
            "</b",
            "<x y",
            "<p<",
            "<!-- -- >",
            "<a x=\">\"",
            "<a x='<\"",
            "<!DOCTYPE [",
            "]]",
            "<a b='c<d>",
        ];
        for part in parts {
            for end in ["", ">", "\"'>"] {
                let (once, twice) = (part.repeat(3_000) + end, part.repeat(6_000) + end);
                let pairs = [
                    (work(Tokenizer::xml(&once)), work(Tokenizer::xml(&twice))),
                    (work(Tokenizer::html(&once)), work(Tokenizer::html(&twice))),
                ];
                for (once, twice) in pairs {
                    assert!(twice <= once * 2 + 16_000, "{part:?}: {once} then {twice}");
                }
            }
        }
    }
}
