//! Reads a list of feeds: each outline with an address, wherever it stands.
use std::collections::HashMap;
use std::fmt;

use super::list::{FeedList, SkippedLine, Subscription};
use crate::markup::{Tag, Token, Tokenizer, split_name};
use crate::parse::charset;
use crate::parse::controls::without_controls;
use crate::parse::feed_links::without_feed_scheme;
use crate::parse::notes::Notes;
use crate::parse::text::{Entities, Mode, resolve};

/// Bytes of a list that is read, enough for some fifty thousand feeds.
const BYTES_MAX: usize = 10 << 20;
/// Nested groups whose names are kept. A feed that stands deeper belongs to the last of them.
const DEPTH_MAX: usize = 32;
/// Feeds taken from one list.
const FEEDS_MAX: usize = 50_000;
/// Skipped lines reported for one list. The rest are counted.
const PROBLEMS_MAX: usize = 1_000;
/// Bytes after `<title>` in which the title must end.
const TITLE_WITHIN_BYTES: usize = 4 << 10;
/// Characters of a title or of a group's name.
const TITLE_CHARS_MAX: usize = 200;

/// Why a document is not a list of feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    TooLarge {
        bytes: usize,
    },
    /// There is no outline in it.
    NoOutline,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => {
                write!(f, "it has {bytes} bytes, over the cap of {} MiB", BYTES_MAX >> 20)
            }
            Self::NoOutline => f.write_str("it is not OPML: there is no <outline> in it"),
        }
    }
}

impl std::error::Error for Error {}

/// Reads a list in any encoding. Groups may be nested wrongly, tags left open or in any case, `&`
/// not escaped, and the list may stand inside a web page, even escaped.
pub fn parse(body: &[u8]) -> Result<FeedList, Error> {
    if body.len() > BYTES_MAX {
        return Err(Error::TooLarge { bytes: body.len() });
    }
    let mut notes = Notes::default();
    let text = charset::decode(body, None, &mut notes);
    let text = without_controls(text, &mut notes);
    let mut walk = Reader::new(&text);
    walk.run();
    if walk.outlines == 0 && text.contains("&lt;outline") {
        // The list is shown as text in a web page.
        let shown = resolve(&text, Mode::Plain, &Entities::default(), &mut notes).into_owned();
        let mut walk = Reader::new(&shown);
        walk.run();
        return walk.finish();
    }
    walk.finish()
}

/// The state of the pass over the list.
struct Reader<'a> {
    text: &'a str,
    tokens: Tokenizer<'a>,
    entities: Entities<'a>,
    /// The open outlines: whether each is a group or a feed.
    open: Vec<ElementRole>,
    /// The groups among them.
    groups: Vec<Group>,
    /// The line number at the offset `counted`.
    line: usize,
    counted: usize,
    outlines: usize,
    by_url: HashMap<String, usize>,
    problems_over: usize,
    list: FeedList,
}

/// What an open outline is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ElementRole {
    Group,
    Feed,
}

/// An outline without an address: a group of feeds.
struct Group {
    name: String,
    line: usize,
    empty: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: Tokenizer::xml_document(text),
            entities: Entities::default(),
            open: Vec::new(),
            groups: Vec::new(),
            line: 1,
            counted: 0,
            outlines: 0,
            by_url: HashMap::new(),
            problems_over: 0,
            list: FeedList::default(),
        }
    }

    fn run(&mut self) {
        loop {
            let at = self.tokens.at();
            let Some(token) = self.tokens.next() else { break };
            match token {
                Token::Start(tag) => self.start(&tag, at),
                Token::End(name) if is_outline(name) => self.close(),
                Token::Doctype(doctype) => {
                    self.entities.declare(doctype, &mut Notes::default());
                }
                Token::End(_)
                | Token::Text(_)
                | Token::Cdata(_)
                | Token::Skipped
                | Token::CutOff => {}
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Handles a start tag: an outline, or the title of the list.
    fn start(&mut self, tag: &Tag<'a>, at: usize) {
        if is_outline(tag.name) {
            self.outline(tag, at);
        } else if self.list.title.is_none()
            && self.outlines == 0
            && split_name(tag.name).1.eq_ignore_ascii_case("title")
        {
            let from = self.tokens.at();
            let to = self.text.floor_char_boundary(from.saturating_add(TITLE_WITHIN_BYTES));
            let inner = self.text.get(from..to).unwrap_or_default();
            let inner = inner.split("</").next().unwrap_or_default();
            self.list.title = self.clean(inner);
        }
    }

    /// Handles an outline: a feed, a group, or neither.
    fn outline(&mut self, tag: &Tag<'a>, at: usize) {
        self.outlines = self.outlines.saturating_add(1);
        let line = self.line_of(at);
        let first_of =
            |names: &[&str]| names.iter().find_map(|name| self.attribute_text(tag, name));
        let title = first_of(&["title"]).or_else(|| first_of(&["text"]));
        let kind = first_of(&["type"]).unwrap_or_default().to_ascii_lowercase();
        let is_feed = matches!(kind.as_str(), "rss" | "atom" | "feed" | "rdf" | "json");
        let url = first_of(&["xmlUrl", "xml_url", "feedUrl", "rssUrl"])
            .or_else(|| is_feed.then(|| first_of(&["url", "href"])).flatten());
        if let Some(url) = url {
            self.feed(tag, title, &url, line);
        } else if tag.empty || is_feed {
            let named = title.as_deref().map(|t| format!(" “{t}”")).unwrap_or_default();
            self.problem(line, format!("the outline{named} names no feed"));
        } else {
            let name = title.unwrap_or_default();
            self.open.push(ElementRole::Group);
            self.groups.push(Group { name, line, empty: true });
            return;
        }
        if !tag.empty {
            self.open.push(ElementRole::Feed);
        }
    }

    /// Takes a feed, or says why it is not taken.
    fn feed(&mut self, tag: &Tag<'a>, title: Option<String>, url: &str, line: usize) {
        // Only the innermost group is marked. When it ends it marks the group around it: marking
        // all of them for each feed would be quadratic.
        if let Some(group) = self.groups.last_mut() {
            group.empty = false;
        }
        let url = without_feed_scheme(url);
        let url: String = url.chars().filter(|c| !c.is_control()).collect();
        let address = url::Url::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(address) = address else {
            let shown: String = url.chars().take(TITLE_CHARS_MAX).collect();
            self.problem(line, format!("“{shown}” is not a web address"));
            return;
        };
        let tags = self.tags(tag);
        if let Some(first) = self.by_url.get(address.as_str()) {
            // The feed is already in another group: it stays one feed and gets both groups.
            let Some(first) = self.list.feeds.get_mut(*first) else { return };
            for tag in tags {
                if !first.tags.contains(&tag) {
                    first.tags.push(tag);
                }
            }
            let what = format!("{url} is already at line {}: taken once", first.line);
            self.problem(line, what);
            return;
        }
        if self.list.feeds.len() >= FEEDS_MAX {
            self.problem(line, format!("beyond the first {FEEDS_MAX} feeds: {url}"));
            return;
        }
        self.by_url.insert(address.into(), self.list.feeds.len());
        let subscription = Subscription {
            title,
            site: self.attribute_text(tag, "htmlUrl"),
            language: self.attribute_text(tag, "language"),
            name: self.attribute_text(tag, "wirewatch:name"),
            every: self.attribute_text(tag, "wirewatch:every"),
            url,
            tags,
            line,
        };
        self.list.feeds.push(subscription);
    }

    /// The groups of a feed: the outlines around it, and those in its `category` (paths with a
    /// slash at the beginning, or words, separated by commas).
    fn tags(&self, tag: &Tag<'a>) -> Vec<String> {
        let groups = self.groups.iter().take(DEPTH_MAX).map(|group| group.name.as_str());
        let path: Vec<&str> = groups.filter(|name| !name.is_empty()).collect();
        let mut tags = Vec::new();
        let mut add = |text: &str| {
            let tag = text.trim().trim_matches('/').replace(',', ";");
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        };
        add(&path.join("/"));
        let category = self.attribute_text(tag, "category").unwrap_or_default();
        category.split(',').take(DEPTH_MAX).for_each(add);
        tags
    }

    /// Handles the end of an outline.
    fn close(&mut self) {
        if self.open.pop() != Some(ElementRole::Group) {
            return;
        }
        let Some(group) = self.groups.pop() else { return };
        if group.empty && !group.name.is_empty() {
            self.problem(group.line, format!("there is no feed in the group “{}”", group.name));
        } else if !group.empty
            && let Some(outer) = self.groups.last_mut()
        {
            outer.empty = false;
        }
    }

    /// Reports a line, or counts it when the list of reports is full.
    fn problem(&mut self, line: usize, what: String) {
        if self.list.problems.len() < PROBLEMS_MAX {
            self.list.problems.push(SkippedLine { line, what });
        } else {
            self.problems_over = self.problems_over.saturating_add(1);
        }
    }

    /// The decoded value of an attribute; `None` if it is empty.
    fn attribute_text(&self, tag: &Tag<'a>, name: &str) -> Option<String> {
        self.clean(tag.attribute(name)?)
    }

    /// Decodes a text to one line.
    fn clean(&self, raw: &str) -> Option<String> {
        let text = resolve(raw, Mode::Plain, &self.entities, &mut Notes::default());
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        // An address may be longer than a title, and a shortened address would be wrong.
        let long = !text.contains("://") && text.chars().count() > TITLE_CHARS_MAX;
        let text = if long { text.chars().take(TITLE_CHARS_MAX).collect() } else { text };
        (!text.is_empty()).then_some(text)
    }

    /// The line number of an offset. Offsets only grow, so each line is counted once.
    fn line_of(&mut self, at: usize) -> usize {
        let between = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        self.line = self.line.saturating_add(memchr::memchr_iter(b'\n', between).count());
        self.counted = at;
        self.line
    }

    fn finish(mut self) -> Result<FeedList, Error> {
        if self.outlines == 0 {
            return Err(Error::NoOutline);
        }
        if self.problems_over > 0 {
            let what = format!("and {} more of the kind", self.problems_over);
            let line = self.line;
            self.list.problems.push(SkippedLine { line, what });
        }
        self.list.problems.sort_by_key(|problem| problem.line);
        Ok(self.list)
    }
}

/// Some programs write a prefix or capitals.
fn is_outline(name: &str) -> bool {
    split_name(name).1.eq_ignore_ascii_case("outline")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        let list = parse(text.as_bytes()).unwrap();
        list.feeds.into_iter().map(|feed| format!("{} {}", feed.tags.join("|"), feed.url)).collect()
    }

    #[test]
    fn groups_become_tags_however_deep() {
        let text = "<opml><head><title>My &amp; yours</title></head><body>\
            <outline text='Asia'><outline title='Korea, South'>\
            <outline type='rss' xmlUrl='https://a.example/f'/></outline>\
            <outline xmlUrl='https://b.example/f' category='/Wires/Fast,top'/></outline>\
            <outline xmlUrl='https://c.example/f'></outline></body></opml>";
        assert_eq!(
            urls(text),
            [
                "Asia/Korea; South https://a.example/f",
                "Asia|Wires/Fast|top https://b.example/f",
                " https://c.example/f",
            ]
        );
        assert_eq!(parse(text.as_bytes()).unwrap().title.as_deref(), Some("My & yours"));
    }

    #[test]
    fn a_broken_list_keeps_its_feeds() {
        for text in [
            "<opml><body><outline text='a & b' xmlurl='https://a.example/f?x=1&y=2'>",
            "<OPML><BODY><OUTLINE TEXT=x XMLURL=https://a.example/f?x=1&amp;y=2 /></BODY>",
            "\u{feff}<outline xmlUrl=\"feed:https://a.example/f?x=1&y=2\"",
            "<html><body><pre>&lt;opml&gt;&lt;outline xmlUrl='https://a.example/f?x=1&amp;y=2'/&gt;",
            "<outline type=rss url=' https://a.example/f?x=1&#38;y=2\n'/>",
            "<x><outline xmlUrl='https://a.example/f?x=1&amp;y=2'></wrong></outline></outline></x>",
        ] {
            let text = format!("{text}>");
            assert_eq!(urls(&text), [" https://a.example/f?x=1&y=2"], "{text}");
        }
    }

    #[test]
    fn skipped_outlines_are_reported_with_their_line() {
        let text = "<opml>\n<body>\n<outline text='cmd' xmlUrl='|~/run.sh'/>\n\
            <outline text='note'/>\n<outline text='Empty'>\n</outline>\n\
            <outline text='A'><outline xmlUrl='https://a.example/f'/></outline>\n\
            <outline text='B'><outline xmlUrl='https://a.example/f'/></outline></body></opml>";
        let list = parse(text.as_bytes()).unwrap();
        let named: Vec<_> =
            list.problems.iter().map(|p| format!("{}: {}", p.line, p.what)).collect();
        assert_eq!(
            named,
            [
                "3: “|~/run.sh” is not a web address",
                "4: the outline “note” names no feed",
                "5: there is no feed in the group “Empty”",
                "8: https://a.example/f is already at line 7: taken once",
            ]
        );
        assert_eq!(list.feeds[0].tags, ["A", "B"]);
    }

    #[test]
    fn a_hostile_list_is_bounded() {
        let deep = "<outline text='g'>".repeat(200_000);
        let list = parse(format!("{deep}<outline xmlUrl='https://a.example/f'/>").as_bytes());
        let list = list.unwrap();
        assert_eq!(list.feeds[0].tags[0].matches('g').count(), DEPTH_MAX);
        assert!(list.problems.len() <= PROBLEMS_MAX + 1);
        // A walk over all that is open for each feed would never end.
        let feeds: Vec<String> =
            (0..20_000).map(|n| format!("<outline xmlUrl='https://a.example/{n}'>")).collect();
        let text = format!("{}{deep}{}", "<title>".repeat(100_000), feeds.concat());
        assert_eq!(parse(text.as_bytes()).unwrap().feeds.len(), 20_000);
        assert_eq!(parse(b"<html>no list</html>"), Err(Error::NoOutline));
        assert!(matches!(parse(&vec![b' '; BYTES_MAX + 1]), Err(Error::TooLarge { .. })));
    }
}
