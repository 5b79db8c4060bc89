//! What the markup of a text does to the words in it: a block begins a line, a tag inside a
//! sentence joins its words, a script is not shown. A `<` of plain prose stays a character.
use crate::markup::{Tag, Token, Tokenizer};

/// Longest element name that HTML knows, in bytes.
const NAME_BYTES_MAX: usize = 16;

/// A known name followed by more bytes than this without an attribute is prose ("a <b but …").
const BARE_TAG_BYTES_MAX: usize = 64;

/// A tag cut off by the end of the text is dropped if no more bytes than this follow its name.
const CUT_TAG_BYTES_MAX: usize = 2_048;

/// Elements whose contents no reader sees.
const HIDDEN: &[&str] =
    &["applet", "head", "iframe", "noembed", "noframes", "script", "style", "svg", "template"];

/// What a part of the input is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rendered<'a> {
    /// Text, its character references not yet decoded.
    Text(&'a str),
    /// What stands before and after are different lines.
    LineBreak,
    /// What stands before and after are different words of one line.
    Space,
    /// Nothing: the words on both sides join.
    Nothing,
}

/// Reads a text that may hold HTML.
pub(super) struct Renderer<'a> {
    /// Its `work` is what the tests of linear time measure.
    pub(super) tokens: Tokenizer<'a>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { tokens: Tokenizer::html(text) }
    }

    /// What a start tag does; `None` if it is prose.
    fn start(&mut self, tag: &Tag<'a>) -> Option<Rendered<'a>> {
        let effect = effect_of(tag.name);
        let attributes = tag.rest.contains('=');
        let markup = match effect {
            Some(_) => attributes || (tag.closed && tag.rest.len() <= BARE_TAG_BYTES_MAX),
            // Names of other vocabularies (`o:p`, `amp-img`) are tags; `<john>` is not.
            None if tag.name.ends_with([':', '-']) => false,
            None => attributes || tag.empty || (tag.closed && tag.name.contains([':', '-'])),
        };
        if !markup {
            return None;
        }
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        if !tag.empty && HIDDEN.iter().any(|name| is(name)) {
            // If it is never closed the contents stay: a shown script is a smaller fault than a
            // lost article.
            self.tokens.raw_content(tag.name);
        } else if !tag.empty && (is("rt") || is("rp")) {
            self.skip_ruby_text();
        }
        Some(effect.unwrap_or(Rendered::Nothing))
    }

    /// Skips the reading that is printed over ideographs, so that the ideographs join: but only if
    /// it is plain text, because its end tag may be missing.
    fn skip_ruby_text(&mut self) {
        let from = self.tokens.at();
        let ends = ["rt", "rp", "ruby"];
        let (Some(Token::Text(_)), next) = (self.tokens.next(), self.tokens.at()) else {
            return self.tokens.go_to(from);
        };
        let stop = match self.tokens.next() {
            Some(Token::End(name)) => ends.iter().any(|end| name.eq_ignore_ascii_case(end)),
            Some(Token::Start(tag)) => ends.iter().any(|end| tag.name.eq_ignore_ascii_case(end)),
            Some(_) | None => false,
        };
        self.tokens.go_to(if stop { next } else { from });
    }

    /// What is left of a tag that the end of the text cut off: summaries often end so. It is
    /// dropped if it looks like a tag.
    fn cut_off(&self, from: usize) -> Option<Rendered<'a>> {
        let rest = self.tokens.piece(from + 1, self.tokens.at());
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let length =
            rest.bytes().take(NAME_BYTES_MAX).take_while(u8::is_ascii_alphanumeric).count();
        let (name, after) = rest.split_at_checked(length)?;
        let tag = after.len() <= CUT_TAG_BYTES_MAX && (after.contains('=') || after.trim() == "");
        effect_of(name).filter(|_| tag)
    }
}

impl<'a> Iterator for Renderer<'a> {
    type Item = Rendered<'a>;

    fn next(&mut self) -> Option<Rendered<'a>> {
        let from = self.tokens.at();
        let rendered = match self.tokens.next()? {
            Token::Text(text) | Token::Cdata(text) => Some(Rendered::Text(text)),
            Token::Start(tag) => self.start(&tag),
            Token::End(name) => Some(effect_of(name).unwrap_or(Rendered::Nothing)),
            Token::Doctype(_) | Token::Skipped => Some(Rendered::Nothing),
            Token::CutOff => self.cut_off(from),
        };
        rendered.or_else(|| {
            self.tokens.go_to(from + 1);
            Some(Rendered::Text("<"))
        })
    }
}

/// What an element of this name does; `None` for a name HTML does not know.
fn effect_of(name: &str) -> Option<Rendered<'static>> {
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
        | "video" => Some(Rendered::LineBreak),
        // Elements that stand between words without being one.
        "area" | "audio" | "button" | "canvas" | "embed" | "iframe" | "image" | "img" | "input"
        | "map" | "meter" | "object" | "param" | "picture" | "progress" | "source" | "svg"
        | "track" => Some(Rendered::Space),
        // The other names HTML knows or knew: they join the words about them.
        "a" | "abbr" | "acronym" | "applet" | "b" | "base" | "basefont" | "bdi" | "bdo" | "big"
        | "blink" | "cite" | "code" | "col" | "colgroup" | "data" | "datalist" | "del" | "dfn"
        | "em" | "font" | "frame" | "frameset" | "head" | "i" | "ins" | "kbd" | "label"
        | "link" | "mark" | "marquee" | "meta" | "nobr" | "noembed" | "noframes" | "noscript"
        | "output" | "q" | "rb" | "rp" | "rt" | "rtc" | "ruby" | "s" | "samp" | "script"
        | "slot" | "small" | "span" | "strike" | "strong" | "style" | "sub" | "sup"
        | "template" | "time" | "tt" | "u" | "var" | "wbr" => Some(Rendered::Nothing),
        _ => None,
    }
}
