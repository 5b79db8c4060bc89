//! Turns HTML from feeds into plain text: what a reader would see, line by line. No markup is left,
//! not even markup that was encoded several times.
use std::borrow::Cow;

use super::entity::{self, Decoded};
use super::render::{Rendered, Renderer};

/// Longest text that [`plain`] returns, in bytes.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// How often a text is stripped. Decoding encoded markup gives markup again. Each round is linear;
/// what is left after the last round stays as text.
const ROUNDS_MAX: usize = 6;

/// A `data:` URI with a shorter payload is kept, in bytes.
const DATA_URI_BYTES_MIN: usize = 16;

/// Longest media type of a `data:` URI, in bytes.
const MEDIA_TYPE_BYTES_MAX: usize = 128;

/// A text, and whether it was cut at the limit.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain<'a> {
    pub text: Cow<'a, str>,
    /// The text was longer. This is shown to people, because the missing part may hold a watched
    /// term.
    pub cut: bool,
}

/// The plain text of a text that may be HTML, at most [`TEXT_BYTES_MAX`] bytes.
///
/// A text without markup, references and control characters is returned unchanged, so positions in
/// it are positions in the source. The result is never longer than the input. Applying it twice
/// changes nothing more.
pub fn plain(html: &str) -> Cow<'_, str> {
    plain_within(html, TEXT_BYTES_MAX).text
}

/// Like [`plain`] with a limit in bytes, and says whether it cut the text.
pub fn plain_within(html: &str, bytes_max: usize) -> Plain<'_> {
    if is_plain(html) {
        let end = html.floor_char_boundary(bytes_max);
        return Plain {
            text: Cow::Borrowed(html.get(..end).unwrap_or_default()),
            cut: end < html.len(),
        };
    }
    let mut out = strip(html, bytes_max, LineBreaks::Fold);
    for _ in 1..ROUNDS_MAX {
        if is_plain(&out.text) {
            break;
        }
        let again = strip(&out.text, bytes_max, LineBreaks::Keep);
        out = Output { cut: out.cut || again.cut, ..again };
    }
    Plain { text: Cow::Owned(out.text), cut: out.cut }
}

/// Whether stripping would change nothing.
fn is_plain(text: &str) -> bool {
    Renderer::new(text)
        .all(|part| matches!(part, Rendered::Text(text) if next_mark(text, 0).is_none()))
}

/// The meaning of a single line feed in the input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreaks {
    /// White space, as in HTML source.
    Fold,
    /// The end of a line: an earlier round wrote it.
    Keep,
}

/// One round: drops the markup and decodes the references.
fn strip(html: &str, bytes_max: usize, lines: LineBreaks) -> Output {
    let mut out = Output::new(bytes_max, lines, html.len());
    for part in Renderer::new(html) {
        match part {
            Rendered::Text(text) => out.text(text),
            Rendered::LineBreak => out.gap = Separator::Line,
            Rendered::Space => out.gap = out.gap.max(Separator::Space),
            Rendered::Nothing => {}
        }
        if out.cut {
            break;
        }
    }
    out
}

/// White space between words, the stronger last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Separator {
    None,
    Space,
    Line,
}

/// The text so far, and the white space that must come before its next character.
struct Output {
    text: String,
    gap: Separator,
    feeds: u8,
    lines: LineBreaks,
    bytes_max: usize,
    cut: bool,
}

impl Output {
    /// Reserves little for a large input, because markup may be most of it.
    fn new(bytes_max: usize, lines: LineBreaks, input_bytes: usize) -> Self {
        let text = String::with_capacity(input_bytes.min(bytes_max).min(1 << 16));
        Self { text, gap: Separator::None, feeds: 0, lines, bytes_max, cut: false }
    }

    /// Adds text with its marks replaced.
    fn text(&mut self, text: &str) {
        let mut from = 0;
        while let Some(mark) = next_mark(text, from) {
            self.chars(text.get(from..mark.at).unwrap_or_default());
            match mark.meaning {
                Some(Decoded::Char(c)) => self.decoded(c),
                Some(Decoded::Text(s)) => s.chars().for_each(|c| self.decoded(c)),
                None => {}
            }
            from = mark.at + mark.bytes;
        }
        self.chars(text.get(from..).unwrap_or_default());
    }

    /// Adds a character that a reference stands for. Invisible ones only show where a word may be
    /// hyphenated, so they are dropped.
    fn decoded(&mut self, c: char) {
        if !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}') && !is_stray(c) {
            self.push(c);
        }
    }

    /// Adds text without marks. Most text is unchanged, and such runs are copied whole because that
    /// is much faster.
    fn chars(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() && !self.cut {
            let (run, after) = rest.split_at_checked(unchanged_run(rest)).unwrap_or(("", rest));
            if !run.is_empty() && self.text.len() + run.len() < self.bytes_max {
                let mut chars = run.chars();
                // White space that is due is written before the first character.
                if let Some(first) = chars.next() {
                    self.push(first);
                }
                self.text.push_str(chars.as_str());
                rest = after;
                continue;
            }
            let mut chars = rest.chars();
            if let Some(c) = chars.next() {
                self.push(c);
            }
            rest = chars.as_str();
        }
    }

    /// Adds a character, or notes the white space it stands for.
    fn push(&mut self, c: char) {
        if self.cut {
            return;
        }
        if c.is_whitespace() {
            self.feeds += u8::from(c == '\n' && self.feeds < 2);
            let line = self.feeds >= if self.lines == LineBreaks::Keep { 1 } else { 2 };
            let line = line || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}');
            self.gap = self.gap.max(if line { Separator::Line } else { Separator::Space });
            return;
        }
        self.feeds = 0;
        let gap = match std::mem::replace(&mut self.gap, Separator::None) {
            Separator::Space if !self.text.is_empty() => " ",
            Separator::Line if !self.text.is_empty() => "\n",
            Separator::None | Separator::Space | Separator::Line => "",
        };
        if self.text.len() + gap.len() + c.len_utf8() > self.bytes_max {
            self.cut = true;
            return;
        }
        self.text.push_str(gap);
        self.text.push(c);
    }
}

/// Length of the printable ASCII at the beginning of `text`, with single spaces between words.
fn unchanged_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let prints = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_graphic);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if !(byte.is_ascii_graphic() || *byte == b' ' && at > 0 && prints(at + 1)) {
            break;
        }
        at += 1;
    }
    at
}

/// A part of the text that is replaced, or dropped if it has no meaning.
struct Mark {
    at: usize,
    bytes: usize,
    meaning: Option<Decoded>,
}

/// The next mark in `text`, from byte `from` on.
fn next_mark(text: &str, from: usize) -> Option<Mark> {
    let mut at = from;
    loop {
        at += text.as_bytes().get(at..)?.iter().position(|b| INTERESTING[usize::from(*b)])?;
        // A `data:` URI is recognised by its colon, because a colon is rarer than the letters.
        let scheme = at.checked_sub(4).filter(|start| *start >= from);
        if text.as_bytes().get(at) == Some(&b':')
            && let Some(start) = scheme
            && let Some(bytes) = text.get(start..).and_then(data_uri)
        {
            return Some(Mark { at: start, bytes, meaning: None });
        }
        let rest = text.get(at..)?;
        let found = match rest.as_bytes().first()? {
            b':' => None,
            b'&' => entity::decode(rest).map(|(meaning, bytes)| (Some(meaning), bytes)),
            b']' => rest.starts_with("]]>").then_some((None, 3)),
            _ => rest.chars().next().filter(|c| is_stray(*c)).map(|stray| (None, stray.len_utf8())),
        };
        if let Some((meaning, bytes)) = found {
            return Some(Mark { at, bytes, meaning });
        }
        // To the next character. All bytes searched for are first bytes of a character, so this is
        // safe.
        at += 1;
    }
}

/// The bytes that can begin a [`Mark`]. 0xC2 is the first byte of the controls above ASCII.
const INTERESTING: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] =
            matches!(byte, b'&' | b']' | b':' | 0..=8 | 0x0e..=0x1f | 0x7f | 0xc2);
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// A control character that no text needs. White space is kept, and so is the next-line character.
fn is_stray(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}')
}

/// The length of the base-64 `data:` URI at the beginning of `text`.
fn data_uri(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes.get(..5)?.eq_ignore_ascii_case(b"data:") {
        return None;
    }
    let media = bytes.get(5..)?.iter().take(MEDIA_TYPE_BYTES_MAX);
    let media = media
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b'-' | b'.' | b';' | b'=')
        })
        .count();
    let comma = 5 + media;
    if bytes.get(comma) != Some(&b',') || !text.get(5..comma)?.ends_with(";base64") {
        return None;
    }
    let payload = bytes.get(comma + 1..)?.iter();
    let payload = payload
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_' | b'%')
        })
        .count();
    (payload >= DATA_URI_BYTES_MIN).then_some(comma + 1 + payload)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_without_markup_comes_back_as_it_was() {
        for text in [
            "",
            "  two  spaces\n\n and\tlines \r\n",
            "AT&T, Q&A, R&D; a & b",
            "3 < 4, x<y, a <- b, <3, i<b then",
            "<john@example.org> <https://example.org/a?b=c> <redacted> <John Doe>",
            "soft\u{ad}hyphen\u{200b} and \u{a0} stay",
            "지소미아 日韓GSOMIA é",
            "database: data: none, addenda]",
            "<!",
            "2 </ 3",
        ] {
            assert!(matches!(plain(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn blocks_are_lines_and_inline_tags_join() {
        for (html, text) in [
            ("<p>One</p><p>Two</p>", "One\nTwo"),
            ("G<b>SOM</b>IA", "GSOMIA"),
            ("<div>a</div>b<br/>c<li>d", "a\nb\nc\nd"),
            ("a<img src=x>b", "a b"),
            ("a\n  b <i>c</i>\n\n\nd", "a b c\nd"),
            ("<td>1</td><td>2</td>", "1\n2"),
            ("<P CLASS=x>up</P>per", "up\nper"),
            ("東<rp>(</rp><rt>とう</rt><rp>)</rp>京", "東京"),
            ("Staats&shy;vertrag wort<wbr>teil", "Staatsvertrag wortteil"),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn what_no_reader_sees_is_dropped() {
        for (html, text) in [
            ("a<script>if (x<y) document.write('<p>')</script>b", "ab"),
            ("<style>p{}</style >x", "x"),
            ("<head><title>t</title></head><body>x</body>", "x"),
            ("a<svg><path d='M0'/></svg>b<iframe src=x>y</iframe>c", "a b c"),
            ("a<!-- <p>hidden > --> b<!---->c<!-->d", "a bcd"),
            ("<![CDATA[kept <b>text</b>]]> on", "kept text on"),
            ("<!DOCTYPE html><?xml version='1'?>x<![if IE]>y<![endif]>", "xy"),
            ("pic data:image/png;base64,iVBORw0KGgoAAAANSUhEUg== end", "pic end"),
            ("<script src=x />kept", "kept"),
            ("a\u{0}b\u{7}c\u{9f}d", "abcd"),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn broken_markup_loses_no_text() {
        for (html, text) in [
            ("x <b>5 < 6", "x 5 < 6"),
            ("a <script>never closed, b", "a never closed, b"),
            ("a <!-- never closed, b", "a never closed, b"),
            ("a <a href=\"x>link</a> b", "a link b"),
            ("<p title=\"a > b\">c</p>", "c"),
            ("cut off <a href=\"http://exam", "cut off"),
            ("cut off<br", "cut off"),
            ("<<b>p>hm", "hm"),
            ("a</p", "a"),
            ("<o:p>w</o:p><amp-img/>x<foo bar=\"1\">y</foo>", "wxy"),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn entities_are_read_however_often_they_were_encoded() {
        for (html, text) in [
            ("Q&amp;A &lt;3", "Q&A <3"),
            ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two", "One\nTwo"),
            ("&amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt; &amp;amp;quot;y&amp;amp;quot;", "x \"y\""),
            ("caf&eacute;&nbsp;&#8211;&#x20;d&#39;or", "café – d'or"),
            ("&Zcaron;i&zcaron;ek &sigma; &OElig;uvre", "Žižek σ Œuvre"),
            ("&lt;script&gt;x&lt;/script&gt;y", "y"),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn a_text_over_the_limit_is_cut_on_a_character_and_says_so() {
        assert_eq!(plain_within("지소미아", 7), Plain { text: Cow::Borrowed("지소"), cut: true });
        let cut = plain_within("<b>지소미아</b>", 7);
        assert_eq!((cut.text.as_ref(), cut.cut), ("지소", true));
        assert!(!plain_within("<b>ab</b>", 2).cut);
        let long = "x".repeat(TEXT_BYTES_MAX + 1);
        assert_eq!(plain(&long).len(), TEXT_BYTES_MAX);
    }

    fn work(text: &str) -> usize {
        let mut renderer = Renderer::new(text);
        while renderer.next().is_some() {}
        renderer.tokens.work()
    }

    #[test]
    fn twice_the_input_is_at_most_twice_the_work() {
        for unit in [
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
            "<script>",
            "<style></scrip",
            "<svg><head><iframe>",
            "<rt>",
            "<b>",
            "<x y",
            "<p<",
            "<ruby><rt>a<b>",
            "<!-- -- >",
            "<a x=\">\"",
            "&amp;lt;b ",
        ] {
            // The bracket far behind was once searched for from each opening.
            for end in ["", ">"] {
                let (once, twice) =
                    (work(&(unit.repeat(3_000) + end)), work(&(unit.repeat(6_000) + end)));
                assert!(twice <= once * 2 + once / 4 + 16_000, "{unit:?}: {once} then {twice}");
                assert!(twice <= unit.len() * 6_000 * 12, "{unit:?}: {twice}");
            }
        }
    }

    #[test]
    fn depth_and_attributes_cost_no_more_than_their_bytes() {
        let deep = "<div>".repeat(100_000);
        let wide = format!("<p {}>", "a=\"b\" ".repeat(200_000));
        let unclosed = "<a><b><i><p>".repeat(20_000);
        for page in [deep, wide, unclosed] {
            assert!(work(&page) <= page.len() * 4, "work of {} bytes", page.len());
            assert_eq!(plain(&page), "");
        }
    }

    /// Pieces that broken feeds are made of.
    fn soup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("<p>"),
            Just("</p>"),
            Just("<b"),
            Just("<"),
            Just(">"),
            Just("\""),
            Just("'"),
            Just("="),
            Just(" "),
            Just("\n"),
            Just("\n\n"),
            Just("&amp;"),
            Just("&lt;"),
            Just("&gt;"),
            Just("amp;"),
            Just("lt;"),
            Just("&"),
            Just("#60;"),
            Just("<!--"),
            Just("-->"),
            Just("<![CDATA["),
            Just("]]>"),
            Just("<script>"),
            Just("</script>"),
            Just("<svg/>"),
            Just("/"),
            Just("a"),
            Just("b"),
            Just("지"),
            Just("é"),
            Just("\u{0}"),
            Just("\u{ad}"),
            Just("&shy;"),
            Just("&nbsp;"),
            Just("<a href="),
            Just("data:image/png;base64,"),
            Just("iVBORw0KGgoAAAANSUhEUg"),
            Just("<rt>"),
            Just("&nGt;"),
            Just("&#128;"),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    /// A complete tag of a name every reader knows.
    fn holds_tag(text: &str) -> bool {
        ["<p>", "</p>", "<script>", "</script>", "<svg/>", "<rt>", "<b>"]
            .iter()
            .any(|t| text.contains(t))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn text_never_grows_holds_no_tag_and_twice_is_once(html in soup()) {
            let once = plain(&html).into_owned();
            prop_assert!(once.len() <= html.len());
            prop_assert!(!holds_tag(&once), "{:?}", once);
            prop_assert_eq!(plain(&once), once.as_str());
        }

        #[test]
        fn no_bytes_are_too_strange(html in "(?s).{0,200}", bytes_max in 0_usize..200) {
            let out = plain_within(&html, bytes_max);
            prop_assert!(out.text.len() <= bytes_max.min(html.len()));
        }
    }
}
