//! Where markup begins and ends in text nobody vouches for: one pass over the bytes that never
//! builds a tree, so that depth and broken nesting cost nothing.

/// Longest element name that is taken for one; beyond it `<` is prose.
const NAME_BYTES_MAX: usize = 40;

/// A known name followed by this many bytes without an attribute is prose ("a <b but …"), not a tag.
const BARE_TAG_BYTES_MAX: usize = 64;

/// A tag cut off by the end of the text is dropped if no more than this follows its name.
const CUT_TAG_BYTES_MAX: usize = 2_048;

/// Elements whose contents no reader sees.
const HIDDEN: &[&str] =
    &["applet", "head", "iframe", "noembed", "noframes", "script", "style", "svg", "template"];

/// What a stretch of the input is to a reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, its entities not yet decoded.
    Text(&'a str),
    /// A boundary: what stands before and after are different lines.
    Line,
    /// A boundary between words of one line.
    Space,
    /// Nothing: the words on both sides join.
    Gone,
}

/// Cuts a text into [`Piece`]s.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Bytes looked at so far: what the tests count instead of time.
    pub(super) work: usize,
    // Each search that ran to the end in vain is never made again; that is what keeps the whole
    // pass linear on input made of openings that never close.
    quotes_broken: bool,
    no_more_ends: bool,
    no_more_comment_ends: bool,
    unclosed: u16,
    pending: Option<Piece<'a>>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            work: 0,
            quotes_broken: false,
            no_more_ends: false,
            no_more_comment_ends: false,
            unclosed: 0,
            pending: None,
        }
    }

    fn rest(&self, from: usize) -> &'a str {
        self.text.get(from..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn find(&mut self, needle: &str, from: usize) -> Option<usize> {
        let rest = self.rest(from).as_bytes();
        let found = match needle.as_bytes() {
            [byte] => memchr::memchr(*byte, rest),
            bytes => memchr::memmem::find(rest, bytes),
        };
        self.work += found.unwrap_or(self.text.len().saturating_sub(from));
        found.map(|offset| from + offset)
    }

    /// The piece that begins with the `<` at `polled_at`, and where it ends; `None` if that is prose.
    fn markup(&mut self, at: usize) -> Option<(usize, Piece<'a>)> {
        match self.byte(at + 1)? {
            b'!' => self.declaration(at),
            b'?' if self.byte(at + 2)?.is_ascii_alphabetic() => {
                self.end_of_tag(at + 2).map(|end| (end, Piece::Gone))
            }
            b'/' => self.closing(at),
            first if first.is_ascii_alphabetic() => self.opening(at),
            _ => None,
        }
    }

    fn declaration(&mut self, at: usize) -> Option<(usize, Piece<'a>)> {
        let rest = self.rest(at);
        if rest.starts_with("<!--") {
            if !self.no_more_comment_ends {
                // From the second dash: `<!-->` is a whole comment.
                if let Some(end) = self.find("-->", at + 2) {
                    return Some((end + 3, Piece::Gone));
                }
                self.no_more_comment_ends = true;
            }
            return Some((at + 4, Piece::Gone));
        }
        if starts_with_name(rest, "<![cdata[") {
            return Some((at + 9, Piece::Gone));
        }
        match self.byte(at + 2)? {
            b'>' => Some((at + 3, Piece::Gone)),
            b'[' => self.end_of_tag(at + 2).map(|end| (end, Piece::Gone)),
            c if c.is_ascii_alphabetic() => self.end_of_tag(at + 2).map(|end| (end, Piece::Gone)),
            _ => None,
        }
    }

    fn closing(&mut self, at: usize) -> Option<(usize, Piece<'a>)> {
        if self.byte(at + 2)? == b'>' {
            return Some((at + 3, Piece::Gone));
        }
        let name = self.name(at + 2)?;
        let after = at + 2 + name.len();
        let kind = kind_of(name);
        match self.byte(after) {
            None if kind.is_some() => return Some((after, kind.unwrap_or(Piece::Gone))),
            Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c) => {}
            _ => return None,
        }
        let end = self.end_of_tag(after)?;
        Some((end, kind.unwrap_or(Piece::Gone)))
    }

    fn opening(&mut self, at: usize) -> Option<(usize, Piece<'a>)> {
        let name = self.name(at + 1)?;
        let after = at + 1 + name.len();
        let kind = kind_of(name);
        match self.byte(after) {
            None => return kind.map(|kind| (after, kind)),
            Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c) => {}
            Some(_) => return None,
        }
        let Some(tag) = self.attributes(after) else {
            // Cut off inside a tag, as summaries often are: drop it if it looks like one.
            let rest = self.rest(after);
            let cut = kind.is_some()
                && rest.len() <= CUT_TAG_BYTES_MAX
                && (rest.contains('=') || rest.trim().is_empty());
            return cut.then_some((self.text.len(), Piece::Gone));
        };
        let foreign = name.contains([':', '-']) && !name.ends_with([':', '-']);
        let bare_prose = !tag.attributes && tag.end - after > BARE_TAG_BYTES_MAX;
        let markup = match kind {
            Some(_) => !bare_prose,
            None => foreign || (!name.ends_with(':') && (tag.attributes || tag.closed)),
        };
        if !markup {
            return None;
        }
        let end = if tag.closed { tag.end } else { self.past_hidden(name, tag.end) };
        Some((end, kind.unwrap_or(Piece::Gone)))
    }

    /// The element name that begins at `from`.
    fn name(&mut self, from: usize) -> Option<&'a str> {
        let bytes = self.text.as_bytes().get(from..)?;
        let length = bytes
            .iter()
            .take(NAME_BYTES_MAX + 1)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_' | b'.'))
            .count();
        self.work += length;
        let first = bytes.first()?.is_ascii_alphabetic();
        if first && length <= NAME_BYTES_MAX { self.text.get(from..from + length) } else { None }
    }

    /// The end of the tag whose attributes begin at `from`. A `>` inside a quoted value does not
    /// end it, unless the quotes of this text have proved broken.
    fn attributes(&mut self, from: usize) -> Option<Tag> {
        if !self.quotes_broken {
            if let Some(tag) = self.quoted_attributes(from) {
                return Some(tag);
            }
            self.quotes_broken = true;
        }
        let end = self.end_of_tag(from)?;
        let inside = self.text.as_bytes().get(from..end.saturating_sub(1)).unwrap_or_default();
        self.work += inside.len();
        Some(Tag {
            end,
            attributes: inside.contains(&b'='),
            closed: inside.last().is_some_and(|b| *b == b'/'),
        })
    }

    fn quoted_attributes(&mut self, from: usize) -> Option<Tag> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut attributes = false;
        let mut value_next = false;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'>' => {
                    self.work += at - from;
                    let closed = at > from && bytes.get(at - 1) == Some(&b'/');
                    return Some(Tag { end: at + 1, attributes, closed });
                }
                b'=' => {
                    attributes = true;
                    value_next = true;
                }
                b'"' | b'\'' if value_next => {
                    let value = bytes.get(at + 1..).unwrap_or_default();
                    let Some(length) = value.iter().position(|b| *b == byte) else { break };
                    at += length + 1;
                    value_next = false;
                }
                b' ' | b'\t' | b'\n' | b'\r' | 0x0c => {}
                _ => value_next = false,
            }
            at += 1;
        }
        self.work += bytes.len() - from;
        None
    }

    /// The byte after the next `>`.
    fn end_of_tag(&mut self, from: usize) -> Option<usize> {
        if self.no_more_ends {
            return None;
        }
        let found = self.find(">", from).map(|at| at + 1);
        self.no_more_ends = found.is_none();
        found
    }

    /// Past the contents of an element no reader sees. If it is never closed the contents stay:
    /// showing a script is a smaller fault than losing an article.
    fn past_hidden(&mut self, name: &str, from: usize) -> usize {
        if name.eq_ignore_ascii_case("rt") || name.eq_ignore_ascii_case("rp") {
            return self.past_reading(from);
        }
        let Some(index) = HIDDEN.iter().position(|hidden| name.eq_ignore_ascii_case(hidden)) else {
            return from;
        };
        if self.unclosed & (1 << index) != 0 {
            return from;
        }
        let mut at = from;
        while let Some(close) = self.find("</", at) {
            let rest = self.rest(close + 2);
            let after = close + 2 + name.len();
            let ends = !self.byte(after).is_some_and(|b| b.is_ascii_alphanumeric());
            if starts_with_name(rest, name) && ends {
                return self.end_of_tag(after).unwrap_or(self.text.len());
            }
            at = close + 2;
        }
        self.unclosed |= 1 << index;
        from
    }

    /// Past the reading printed over ideographs, so that the ideographs join: but only when it is
    /// plain text, for a missing end tag is allowed here.
    fn past_reading(&mut self, from: usize) -> usize {
        let Some(next) = self.find("<", from) else { return from };
        let rest = self.rest(next);
        let ends = ["</rt", "</rp", "<rt", "<rp", "</ruby"];
        if ends.iter().any(|end| starts_with_name(rest, end)) { next } else { from }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some(piece) = self.pending.take() {
            return Some(piece);
        }
        let begin = self.at;
        let mut from = begin;
        while let Some(open) = self.find("<", from) {
            if let Some((end, piece)) = self.markup(open) {
                self.at = end.max(open + 1);
                if open == begin {
                    return Some(piece);
                }
                self.pending = Some(piece);
                return self.text.get(begin..open).map(Piece::Text);
            }
            from = open + 1;
        }
        self.at = self.text.len();
        self.text.get(begin..).filter(|text| !text.is_empty()).map(Piece::Text)
    }
}

/// A tag's end and what was seen on the way.
struct Tag {
    end: usize,
    attributes: bool,
    closed: bool,
}

fn starts_with_name(text: &str, name: &str) -> bool {
    text.as_bytes().get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
}

/// What an element of this name is to a reader; `None` for a name HTML does not know.
fn kind_of(name: &str) -> Option<Piece<'static>> {
    let mut lower = [0_u8; NAME_BYTES_MAX];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    match std::str::from_utf8(lower).ok()? {
        // Elements that end a line.
        "address" | "article" | "aside" | "blockquote" | "body" | "br" | "caption" | "center"
        | "dd" | "details" | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption"
        | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header"
        | "hgroup" | "hr" | "html" | "legend" | "li" | "main" | "menu" | "nav" | "ol"
        | "optgroup" | "option" | "p" | "pre" | "section" | "select" | "summary" | "table"
        | "tbody" | "td" | "textarea" | "tfoot" | "th" | "thead" | "title" | "tr" | "ul"
        | "video" => Some(Piece::Line),
        // Elements that stand between words without being one.
        "area" | "audio" | "button" | "canvas" | "embed" | "iframe" | "image" | "img" | "input"
        | "map" | "meter" | "object" | "param" | "picture" | "progress" | "source" | "svg"
        | "track" => Some(Piece::Space),
        // The other names HTML knows or knew: they join the words about them.
        "a" | "abbr" | "acronym" | "applet" | "b" | "base" | "basefont" | "bdi" | "bdo" | "big"
        | "blink" | "cite" | "code" | "col" | "colgroup" | "data" | "datalist" | "del" | "dfn"
        | "em" | "font" | "frame" | "frameset" | "head" | "i" | "ins" | "kbd" | "label"
        | "link" | "mark" | "marquee" | "meta" | "nobr" | "noembed" | "noframes" | "noscript"
        | "output" | "q" | "rb" | "rp" | "rt" | "rtc" | "ruby" | "s" | "samp" | "script"
        | "slot" | "small" | "span" | "strike" | "strong" | "style" | "sub" | "sup"
        | "template" | "time" | "tt" | "u" | "var" | "wbr" => Some(Piece::Gone),
        _ => None,
    }
}
