//! Writes a list of feeds as OPML 2.0.
use std::collections::BTreeMap;

use super::list::{FeedList, NAMESPACE, Subscription};

/// A list that other feed readers accept. A feed stands in the group of its first tag; all its tags
/// are in `category`. What OPML has no place for is in attributes of our own namespace, so that
/// [`parse`] gives back what was written.
///
/// [`parse`]: super::parse()
pub fn to_xml(list: &FeedList) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let title = escaped(list.title.as_deref().unwrap_or("wirewatch"));
    text.extend(["<opml version=\"2.0\" xmlns:wirewatch=\"", NAMESPACE, "\">\n  <head>\n"]);
    text.extend(["    <title>", &title, "</title>\n  </head>\n  <body>\n"]);
    let mut root = Group::default();
    for feed in &list.feeds {
        let path = feed.tags.first().map(String::as_str).unwrap_or_default();
        let mut group = &mut root;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            group = group.groups.entry(name).or_default();
        }
        group.feeds.push(feed);
    }
    root.write(&mut text, 2);
    text.push_str("  </body>\n</opml>\n");
    text
}

/// The feeds and groups of one tag.
#[derive(Default)]
struct Group<'a> {
    groups: BTreeMap<&'a str, Group<'a>>,
    feeds: Vec<&'a Subscription>,
}

impl Group<'_> {
    /// Groups can be nested only as deep as the checked configuration allows, so this recursion is
    /// bounded.
    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        for feed in &self.feeds {
            text.push_str(&indent);
            outline(feed, text);
        }
        for (name, group) in &self.groups {
            text.extend([&indent, "<outline text=\"", &escaped(name), "\">\n"]);
            group.write(text, depth.saturating_add(1));
            text.extend([&indent, "</outline>\n"]);
        }
    }
}

/// Writes one feed.
fn outline(feed: &Subscription, text: &mut String) {
    let shown = feed.title.as_deref().or(feed.name.as_deref()).unwrap_or(&feed.url);
    let paths: Vec<String> = feed.tags.iter().map(|tag| format!("/{tag}")).collect();
    let category = (!paths.is_empty()).then(|| paths.join(","));
    let attributes = [
        ("type", Some("rss")),
        ("text", Some(shown)),
        ("title", feed.title.as_deref()),
        ("xmlUrl", Some(feed.url.as_str())),
        ("htmlUrl", feed.site.as_deref()),
        ("language", feed.language.as_deref()),
        ("category", category.as_deref()),
        ("wirewatch:name", feed.name.as_deref()),
        ("wirewatch:every", feed.every.as_deref()),
    ];
    text.push_str("<outline");
    for (name, value) in attributes {
        if let Some(value) = value {
            text.extend([" ", name, "=\"", &escaped(value), "\""]);
        }
    }
    text.push_str("/>\n");
}

/// Escapes a text for an attribute or an element. Characters that XML forbids are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::opml::parse;

    fn subscription() -> impl Strategy<Value = Subscription> {
        let word = "[a-z&<>\"'가-힣é]{1,8}";
        let text = || proptest::string::string_regex(word).unwrap();
        let tag = proptest::collection::vec(text(), 1..4).prop_map(|path| path.join("/"));
        (
            proptest::option::of(text()),
            "[a-z]{1,6}(\\?[a-z]=[a-z0-9]&x=[a-z])?",
            proptest::collection::btree_set(tag, 0..3),
            proptest::option::of("[a-z]{2}"),
            // It becomes part of a host name below: "xn--" alone would be none (RFC 5891).
            "[a-z0-9]{1,6}(-[a-z0-9]{1,5})?",
        )
            .prop_map(|(title, path, tags, language, name)| Subscription {
                title,
                url: format!("https://{name}.example/{path}"),
                tags: tags.into_iter().collect(),
                language,
                name: Some(name),
                every: Some("15m".to_owned()),
                ..Subscription::default()
            })
    }

    fn set(list: &FeedList) -> Vec<Subscription> {
        let mut feeds = list.feeds.clone();
        for feed in &mut feeds {
            feed.line = 0;
            // Without a title of its own a feed is shown under its name.
            feed.title = feed.title.take().or_else(|| feed.name.clone());
        }
        feeds.sort_by(|a, b| a.url.cmp(&b.url));
        feeds.dedup_by(|a, b| a.url == b.url);
        feeds
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(feeds in proptest::collection::vec(subscription(), 0..12)) {
            let mut feeds = feeds;
            feeds.sort_by(|a, b| a.url.cmp(&b.url));
            feeds.dedup_by(|a, b| a.url == b.url);
            let list = FeedList { title: None, feeds, problems: Vec::new() };
            let text = to_xml(&list);
            let back = if list.feeds.is_empty() { FeedList::default() } else { parse(text.as_bytes()).unwrap() };
            prop_assert_eq!(&back.problems, &[]);
            prop_assert_eq!(set(&back), set(&list));
        }
    }
}
