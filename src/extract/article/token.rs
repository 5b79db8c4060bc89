//! Cuts a page into tags and text in one pass: whatever the page, each byte is looked at a bounded
//! number of times and each tag keeps a bounded number of attributes.
use super::tag::{TAGS, Tag};

/// Attributes of one tag that are looked at; the rest are skipped over.
pub(super) const ATTRIBUTES_MAX: usize = 64;

/// Longest element or attribute name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// One piece of a page.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// Text, its entities not decoded.
    Text(&'a str),
    Open(Tag, Attributes<'a>),
    /// An element taken whole, with what stands between its tags.
    Raw(Tag, Attributes<'a>, &'a str),
    Close(Tag),
}

/// The attributes reading needs; empty where a tag has none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attributes<'a> {
    pub(super) class: &'a str,
    pub(super) id: &'a str,
    pub(super) role: &'a str,
    pub(super) itemprop: &'a str,
    pub(super) style: &'a str,
    pub(super) href: &'a str,
    pub(super) rel: &'a str,
    pub(super) lang: &'a str,
    /// `name` or `property` of a `head`, `type` of a `script`.
    pub(super) name: &'a str,
    pub(super) content: &'a str,
    pub(super) datetime: &'a str,
    /// `data-testid` and its like: what a page's builders call a part.
    pub(super) part: &'a str,
    /// By `hidden` or `aria-hidden`.
    pub(super) hidden: bool,
}

/// The pieces of a page, in order.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    // A search that ran to the end in vain is never made again; that is what keeps the pass linear
    // on pages made of openings that never close.
    quotes_broken: bool,
    no_more_ends: bool,
    no_more_comment_ends: bool,
    unclosed: [bool; TAGS],
    pending: Option<Token<'a>>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            quotes_broken: false,
            no_more_ends: false,
            no_more_comment_ends: false,
            unclosed: [false; TAGS],
            pending: None,
        }
    }

    fn bytes_from(&self, from: usize) -> &'a [u8] {
        self.text.as_bytes().get(from..).unwrap_or_default()
    }

    fn seek(&self, needle: u8, from: usize) -> Option<usize> {
        memchr::memchr(needle, self.bytes_from(from)).map(|offset| from + offset)
    }

    /// The byte after the next `>`.
    fn end_of_tag(&mut self, from: usize) -> Option<usize> {
        if self.no_more_ends {
            return None;
        }
        let found = self.seek(b'>', from).map(|at| at + 1);
        self.no_more_ends = found.is_none();
        found
    }

    /// What begins with the `<` at `polled_at`, and where it ends. `None`: that is prose.
    fn markup(&mut self, at: usize) -> Option<(usize, Option<Token<'a>>)> {
        match self.bytes_from(at + 1).first()? {
            b'!' | b'?' => self.declaration(at),
            b'/' => {
                let name = name(self.bytes_from(at + 2));
                if !name.first().is_some_and(u8::is_ascii_alphabetic) {
                    return None;
                }
                let end = self.end_of_tag(at + 2 + name.len()).unwrap_or(self.text.len());
                Some((end, Some(Token::Close(Tag::of(name)))))
            }
            first if first.is_ascii_alphabetic() => self.opening(at),
            _ => None,
        }
    }

    fn declaration(&mut self, at: usize) -> Option<(usize, Option<Token<'a>>)> {
        let rest = self.bytes_from(at);
        if rest.starts_with(b"<!--") {
            if !self.no_more_comment_ends {
                // From the second dash: `<!-->` is a whole comment.
                if let Some(end) = memchr::memmem::find(self.bytes_from(at + 2), b"-->") {
                    return Some((at + 2 + end + 3, None));
                }
                self.no_more_comment_ends = true;
            }
            return Some((at + 4, None));
        }
        self.end_of_tag(at + 2).map(|end| (end, None))
    }

    fn opening(&mut self, at: usize) -> Option<(usize, Option<Token<'a>>)> {
        let name = name(self.bytes_from(at + 1));
        let tag = Tag::of(name);
        let after = at + 1 + name.len();
        if !matches!(self.bytes_from(after).first()?, b'>' | b'/' | b' ' | b'\t'..=b'\r') {
            return None;
        }
        // A tag cut off by the end of the page is dropped with what follows.
        let Some(opened) = self.attributes(after) else { return Some((self.text.len(), None)) };
        if tag.is_raw() && !opened.closed {
            return Some(self.raw(tag, name, &opened));
        }
        let Opened { end, attributes, closed } = opened;
        let foreign = matches!(tag, Tag::Block | Tag::Inline | Tag::Svg);
        // `<x/>` has no contents where x is no element of HTML; a browser ignores the slash of
        // the others.
        let token = (!(closed && foreign)).then_some(Token::Open(tag, attributes));
        Some((end, token))
    }

    /// An element whose contents are not read as markup.
    fn raw(&mut self, tag: Tag, name: &[u8], opened: &Opened<'a>) -> (usize, Option<Token<'a>>) {
        let (from, attributes) = (opened.end, opened.attributes);
        let known = self.unclosed.get(tag as usize).copied().unwrap_or(false);
        let close = if known { None } else { self.close_of(name, from) };
        if let Some((begin, end)) = close {
            let inside = self.text.get(from..begin).unwrap_or_default();
            return (end, Some(Token::Raw(tag, attributes, inside)));
        }
        if let Some(unclosed) = self.unclosed.get_mut(tag as usize) {
            *unclosed = true;
        }
        if matches!(tag, Tag::Script | Tag::Style) {
            // Cut off inside a script: nothing of the page is left.
            return (self.text.len(), None);
        }
        (from, Some(Token::Open(tag, attributes)))
    }

    /// Where the end tag of `name` begins and ends.
    fn close_of(&mut self, name: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut at = from;
        loop {
            let open = self.seek(b'<', at)?;
            let rest = self.bytes_from(open + 1);
            let named = rest.first() == Some(&b'/')
                && rest.get(1..=name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
            if named && !rest.get(1 + name.len()).is_some_and(u8::is_ascii_alphanumeric) {
                let end = self.end_of_tag(open + 2 + name.len()).unwrap_or(self.text.len());
                return Some((open, end));
            }
            at = open + 1;
        }
    }

    /// Reads the attributes that begin at `from`. `None`: the page ends inside the tag.
    fn attributes(&mut self, from: usize) -> Option<Opened<'a>> {
        if !self.quotes_broken {
            if let Some(opened) = self.quoted(from) {
                return Some(opened);
            }
            self.quotes_broken = true;
        }
        let end = self.end_of_tag(from)?;
        Some(Opened { end, attributes: Attributes::default(), closed: false })
    }

    fn quoted(&self, from: usize) -> Option<Opened<'a>> {
        let bytes = self.text.as_bytes();
        let mut opened = Opened { end: 0, attributes: Attributes::default(), closed: false };
        let (mut at, mut count) = (from, 0_usize);
        loop {
            match bytes.get(at)? {
                b'>' => {
                    opened.closed = bytes.get(at.wrapping_sub(1)) == Some(&b'/');
                    opened.end = at + 1;
                    return Some(opened);
                }
                b' ' | b'\t'..=b'\r' | b'/' => at += 1,
                _ => {
                    let (name, value, end) = self.attribute(at)?;
                    at = end;
                    count += 1;
                    if count <= ATTRIBUTES_MAX {
                        opened.attributes.take(name, value);
                    }
                }
            }
        }
    }

    /// One attribute: its name, its value and where it ends. `None`: its quote is never closed.
    fn attribute(&self, from: usize) -> Option<(&'a [u8], &'a str, usize)> {
        let rest = self.bytes_from(from);
        let ends = |b: &u8| matches!(b, b'=' | b'>' | b'/' | b' ' | b'\t'..=b'\r');
        // The first byte belongs to the name whatever it is, so that every step moves on.
        let length = 1 + rest.get(1..)?.iter().position(ends)?;
        let name = rest.get(..length)?;
        let space = |from: usize| {
            self.bytes_from(from).iter().take_while(|b| matches!(b, b' ' | b'\t'..=b'\r')).count()
        };
        let mut at = from + length;
        let gap = space(at);
        if self.bytes_from(at + gap).first() != Some(&b'=') {
            return Some((name, "", at));
        }
        at += gap + 1;
        at += space(at);
        let value = self.bytes_from(at);
        if let quote @ (b'"' | b'\'') = value.first()? {
            let length = memchr::memchr(*quote, value.get(1..)?)?;
            return Some((name, self.text.get(at + 1..at + 1 + length)?, at + length + 2));
        }
        let ends = |b: &u8| matches!(b, b'>' | b' ' | b'\t'..=b'\r');
        let length = value.iter().position(ends)?;
        Some((name, self.text.get(at..at + length)?, at + length))
    }
}

/// A start tag's end and attributes.
struct Opened<'a> {
    end: usize,
    attributes: Attributes<'a>,
    /// It ended with `/>`.
    closed: bool,
}

impl<'a> Attributes<'a> {
    fn take(&mut self, name: &[u8], value: &'a str) {
        let mut lower = [0_u8; NAME_BYTES_MAX];
        let Some(lower) = lower.get_mut(..name.len()) else { return };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        let slot = match &*lower {
            b"class" => &mut self.class,
            b"id" => &mut self.id,
            b"role" => &mut self.role,
            b"itemprop" => &mut self.itemprop,
            b"style" => &mut self.style,
            b"href" => &mut self.href,
            b"rel" => &mut self.rel,
            b"lang" | b"xml:lang" => &mut self.lang,
            b"name" | b"property" | b"type" | b"http-equiv" => &mut self.name,
            b"content" => &mut self.content,
            b"datetime" => &mut self.datetime,
            b"data-testid" | b"data-component" | b"data-qa" | b"data-module" => &mut self.part,
            b"hidden" => {
                // `time_until_expected-found` is shown to whoever looks for it.
                self.hidden |= value != "until-found";
                return;
            }
            b"aria-hidden" => {
                self.hidden |= value.eq_ignore_ascii_case("true");
                return;
            }
            _ => return,
        };
        // The first of a name counts, as in a browser.
        if slot.is_empty() {
            *slot = value;
        }
    }
}

/// The element name at the beginning of `read_input`.
fn name(bytes: &[u8]) -> &[u8] {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_' | b'.');
    let length = bytes.iter().take(NAME_BYTES_MAX).take_while(part).count();
    bytes.get(..length).unwrap_or_default()
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let begin = self.at;
        let mut from = begin;
        while let Some(open) = self.seek(b'<', from) {
            let Some((end, token)) = self.markup(open) else {
                from = open + 1;
                continue;
            };
            self.at = end.max(open + 1);
            if open > begin {
                self.pending = token;
                return self.text.get(begin..open).map(Token::Text);
            }
            match token {
                Some(token) => return Some(token),
                // A comment: what follows it begins a new piece.
                None => return self.next_after_nothing(),
            }
        }
        self.at = self.text.len();
        self.text.get(begin..).filter(|text| !text.is_empty()).map(Token::Text)
    }
}

impl<'a> Tokens<'a> {
    /// Comments can stand in rows of a hundred thousand, so they must not be recursed over: an
    /// empty text stands for each.
    fn next_after_nothing(&self) -> Option<Token<'a>> {
        self.text.get(self.at..self.at).map(Token::Text)
    }
}
