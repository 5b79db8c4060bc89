//! Adds feeds to a configuration file without touching a byte of what its writer wrote.
use std::collections::BTreeSet;

use icu_normalizer::DecomposingNormalizerBorrowed;
use url::Url;

use crate::domain::Name;

/// Bytes of a suggested name: room for a number at its end, and short enough to type.
const SUGGESTED_BYTES_MAX: usize = 40;
/// Words of an address that say nothing of the feed behind it.
const GENERIC: [&str; 22] = [
    "rss", "rss2", "feed", "feeds", "atom", "rdf", "xml", "json", "index", "default", "news",
    "all", "latest", "home", "posts", "www", "html", "php", "aspx", "services", "sitemap", "main",
];
/// Labels in front of a host that name a machine, not a publisher.
const MACHINES: [&str; 10] =
    ["www", "www2", "feeds", "feed", "rss", "m", "mobile", "news", "syndication", "api"];
/// Second labels of country domains below which publishers stand: `co.kr`, `com.au`.
const SECOND_LABELS: [&str; 9] = ["co", "com", "or", "go", "ac", "ne", "net", "org", "gov"];

/// A feed to be added, its values as they will be read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewFeed {
    pub name: String,
    pub url: String,
    pub title: Option<String>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    pub every: Option<String>,
    pub allow_private: Vec<String>,
}

/// A file's text with feeds added at its end, below a remark if there is one to make.
pub fn with_feeds(text: &str, feeds: &[NewFeed], remarks: &[String]) -> String {
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        added.push('\n');
    }
    added.push_str(&block(feeds, remarks));
    // A file is given the line ends it has.
    if text.contains("\r\n") {
        added = added.replace('\n', "\r\n");
    }
    format!("{text}{added}")
}

/// What is added: tables of feeds as the configuration has them.
pub fn block(feeds: &[NewFeed], remarks: &[String]) -> String {
    let mut text = String::from("\n");
    for remark in remarks {
        let line: String = remark.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.extend(["# ", &line, "\n"]);
    }
    for feed in feeds {
        text.push_str("[[feed]]\n");
        for (key, value) in [("name", Some(&feed.name)), ("url", Some(&feed.url))]
            .into_iter()
            .chain([("title", feed.title.as_ref())])
        {
            if let Some(value) = value {
                text.extend([key, " = ", &quoted(value), "\n"]);
            }
        }
        for (key, list) in [("tags", &feed.tags), ("allow_private", &feed.allow_private)] {
            if !list.is_empty() {
                let list: Vec<String> = list.iter().map(|item| quoted(item)).collect();
                text.extend([key, " = [", &list.join(", "), "]\n"]);
            }
        }
        for (key, value) in [("language", &feed.language), ("every", &feed.every)] {
            if let Some(value) = value {
                text.extend([key, " = ", &quoted(value), "\n"]);
            }
        }
        text.push('\n');
    }
    text
}

/// A text as TOML's basic strings hold it (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.extend(escape(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `\u` and four digits: controls are all below them.
fn escape(control: char) -> impl Iterator<Item = char> {
    let digit = move |shift: u32| char::from_digit((u32::from(control) >> shift) & 15, 16);
    ['\\', 'u'].into_iter().chain([12, 8, 4, 0].into_iter().filter_map(digit))
}

/// A good name for a feed that nothing else has: from its title where that is spelled in Latin
/// letters, else from its address.
pub fn suggest(title: Option<&str>, url: &Url, taken: &BTreeSet<Name>) -> Name {
    let base = title.and_then(from_title).unwrap_or_else(|| from_address(url));
    let first = Name::new(&base);
    if !taken.contains(&first) {
        return first;
    }
    // One more number than there are names, so that one is free.
    (2..=taken.len().saturating_add(2))
        .map(|number| Name::new(&format!("{base}-{number}")))
        .find(|name| !taken.contains(name))
        .unwrap_or(first)
}

/// The words of a title, if they say anything once what is not Latin is gone.
fn from_title(title: &str) -> Option<String> {
    let title = DecomposingNormalizerBorrowed::new_nfd().normalize(title);
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let latin = title.chars().filter(char::is_ascii_alphabetic).count();
    // What is left of a Korean title would be an accident ("KBS 뉴스" is fine, "제1" is not).
    if latin < 3 || latin * 5 < letters * 4 {
        return None;
    }
    let plain: String = title.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    let words = words_of(&plain);
    let noise = |word: &String| matches!(word.as_str(), "rss" | "feed" | "feeds" | "atom");
    let kept: Vec<String> = words.iter().filter(|word| !noise(word)).cloned().collect();
    let kept = if kept.is_empty() { words } else { kept };
    joined(&kept)
}

/// The publisher's label, and the words of the path that say which of its feeds it is.
fn from_address(url: &Url) -> String {
    let host = url.host_str().unwrap_or("feed");
    let mut words = match url.host() {
        Some(url::Host::Domain(domain)) => vec![publisher(domain)],
        _ => words_of(host),
    };
    words.extend(words_of(url.path()).into_iter().filter(|word| !GENERIC.contains(&word.as_str())));
    joined(&words).unwrap_or_else(|| "feed".to_owned())
}

/// The Latin words of a text, in lower case and without their accents.
fn words_of(text: &str) -> Vec<String> {
    let text = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let marks = '\u{300}'..='\u{36f}';
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let text: String = text.chars().filter(|c| !marks.contains(c)).map(plain).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// `yna` of `www.yna.co.kr`.
fn publisher(domain: &str) -> String {
    let labels: Vec<&str> = domain.trim_end_matches('.').split('.').collect();
    let mut own = labels.as_slice();
    while own.len() > 2 && own.first().is_some_and(|label| MACHINES.contains(label)) {
        own = own.get(1..).unwrap_or_default();
    }
    let label = match own {
        [.., label, second, top] if top.len() == 2 && SECOND_LABELS.contains(second) => *label,
        [.., label, _top] => *label,
        [label] => *label,
        [] => "feed",
    };
    label.to_owned()
}

/// Words joined by `-`, as many as fit.
fn joined(words: &[String]) -> Option<String> {
    let mut name = String::new();
    for word in words {
        let bytes = name.len() + word.len() + usize::from(!name.is_empty());
        if bytes > SUGGESTED_BYTES_MAX {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(word);
    }
    if name.is_empty() {
        // One word without end.
        name = words.first()?.chars().take(SUGGESTED_BYTES_MAX).collect();
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(title: &str, url: &str) -> String {
        let title = (!title.is_empty()).then_some(title);
        suggest(title, &url.parse().unwrap(), &BTreeSet::new()).as_str().to_owned()
    }

    #[test]
    fn a_suggested_name_says_which_feed_it_is() {
        for (title, url, name) in [
            ("The Paper's World News - RSS", "https://x.example/rss", "the-papers-world-news"),
            ("RSS", "https://x.example/", "rss"),
            ("연합뉴스 정치", "https://www.yna.co.kr/rss/politics.xml", "yna-politics"),
            ("", "https://feeds.bbci.co.uk/news/world/asia/rss.xml", "bbci-world-asia"),
            ("", "https://news.example/", "news"),
            ("", "http://127.0.0.1:8000/feed", "127-0-0-1"),
            ("Le Monde – Économie", "https://x.example/", "le-monde-economie"),
        ] {
            assert_eq!(suggested(title, url), name, "{title} {url}");
        }
        assert!(suggested(&"word ".repeat(100), "https://x.example/").len() <= SUGGESTED_BYTES_MAX);
        assert!(suggested(&"w".repeat(100), "https://x.example/").len() <= SUGGESTED_BYTES_MAX);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut taken = BTreeSet::new();
        for expected in ["paper", "paper-2", "paper-3"] {
            let name = suggest(Some("Paper"), &"https://x.example/".parse().unwrap(), &taken);
            assert_eq!(name.as_str(), expected);
            taken.insert(name);
        }
    }

    #[test]
    fn what_is_added_reads_back_and_what_was_there_is_untouched() {
        let feed = NewFeed {
            name: "a".to_owned(),
            url: "https://a.example/?q=\"x\"\\".to_owned(),
            title: Some("# not a remark \u{1}\"".to_owned()),
            tags: vec!["한국/정치".to_owned(), "it's".to_owned()],
            ..NewFeed::default()
        };
        for before in ["", "# mine", "include = []\r\n[poll] # slow\r\ncap='2h'\r\n"] {
            let after = with_feeds(before, std::slice::from_ref(&feed), &["two\nlines".to_owned()]);
            assert!(after.starts_with(before), "{after}");
            let table: toml::Table = after.parse().unwrap();
            let read = &table["feed"][0];
            assert_eq!(read["url"].as_str(), Some(feed.url.as_str()));
            assert_eq!(read["title"].as_str(), feed.title.as_deref());
            assert_eq!(read["tags"][1].as_str(), Some("it's"));
        }
    }
}
