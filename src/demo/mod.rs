//! A small made-up news wire on loopback, so that `wirewatch demo` can show the real daemon at work
//! where there is no network and no configuration.

mod outlets;
mod serve;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use crate::domain::Timestamp;

pub use serve::serve;

use outlets::{DemoArticle, OUTLETS, Outlet};

/// The last piece of the demo appears this long after the wire was opened.
pub const DURATION: Duration = Duration::from_secs(8);

/// How long before the demo the pieces that are there from the beginning were published.
const HISTORY: Duration = Duration::from_mins(90);

/// The wire: every outlet and what it will have published when.
#[derive(Clone, Copy, Debug)]
pub struct Simulation {
    opened: Timestamp,
}

impl Simulation {
    /// A wire that opens at `opened`; dates in its feeds follow from that.
    pub fn new(opened: Timestamp) -> Self {
        Self { opened }
    }

    /// The feed of this path as it stands so long after the opening, and how many pieces it has.
    fn feed(self, path: &str, since: Duration) -> Option<(String, usize)> {
        let outlet = OUTLETS.iter().find(|outlet| outlet.path() == path)?;
        let out: Vec<&DemoArticle> =
            outlet.pieces.iter().filter(|piece| piece.appears_after() <= since).rev().collect();
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.push_str("<rss version=\"2.0\">\n<channel>\n");
        element(&mut xml, "title", outlet.title);
        element(&mut xml, "link", &format!("https://{}/", outlet.host));
        element(&mut xml, "description", outlet.title);
        element(&mut xml, "language", outlet.language);
        for piece in &out {
            self.item(&mut xml, outlet, piece);
        }
        xml.push_str("</channel>\n</rss>\n");
        Some((xml, out.len()))
    }

    /// Only what has appeared by now.
    fn item(self, xml: &mut String, outlet: &Outlet, piece: &DemoArticle) {
        let at = if piece.after_ms == 0 {
            self.opened.before(HISTORY)
        } else {
            self.opened.after(piece.appears_after())
        };
        xml.push_str("<item>\n");
        element(xml, "title", piece.title);
        element(xml, "link", piece.link);
        let id = format!("{}:{}", outlet.name, piece.link.split('?').next().unwrap_or_default());
        xml.push_str("<guid isPermaLink=\"false\">");
        escape_into(xml, &id);
        xml.push_str("</guid>\n");
        element(xml, "pubDate", &at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        element(xml, "description", piece.text);
        xml.push_str("</item>\n");
    }
}

/// The configuration for a daemon that watches the wire served at `address`: one file, alerts on
/// the terminal, the state beside it.
pub fn config(address: SocketAddr) -> String {
    let mut toml = String::from(CONFIG);
    for outlet in OUTLETS {
        let Outlet { name, language, .. } = outlet;
        let path = outlet.path();
        // Writing to a string cannot fail.
        let written = write!(
            toml,
            "\n[[feed]]\nname = \"{name}\"\nurl = \"http://{address}{path}\"\n\
             language = \"{language}\"\nevery = \"1s\"\nbacklog = \"all\"\n\
             allow_private = [\"127.0.0.0/8\"]\n"
        );
        debug_assert!(written.is_ok(), "a string takes all text");
    }
    toml
}

/// What `config` writes before the feeds. The watches are the shipped ones, cut to this wire.
const CONFIG: &str = r#"# The configuration of `wirewatch demo`.

[store]
path = "demo.db"

[poll]
floor = "1s"

[[channel]]
name = "console"
kind = "console"

[[watch]]
name   = "gsomia"
title  = "GSOMIA"
notify = ["console"]
any    = ["=GSOMIA", "General Security of Military Information Agreement", "지소미아", "한일군사정보보호협정", "軍事情報包括保護協定"]
none   = ["crossword"]

[[watch]]
name   = "export-controls"
title  = "Export controls"
notify = ["console"]
any    = ["export control", "export restriction", "수출규제", "수출통제", "輸出規制", "輸出管理", "Exportkontrolle"]

[[watch]]
name   = "cobra-gold"
title  = "Cobra Gold"
notify = ["console"]
any    = ["Cobra Gold", "코브라골드", "코브라 골드", "コブラゴールド"]
"#;

/// Text is escaped, so that the made-up feeds are valid XML.
fn element(xml: &mut String, name: &str, text: &str) {
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    escape_into(xml, text);
    xml.push_str("</");
    xml.push_str(name);
    xml.push_str(">\n");
}

fn escape_into(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            _ => xml.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn wire() -> Simulation {
        Simulation::new(Timestamp(1_795_000_000_000))
    }

    #[test]
    fn pieces_appear_one_after_the_other_within_the_length_of_the_demo() {
        let count = |since: Duration| -> usize {
            OUTLETS.iter().map(|outlet| wire().feed(&outlet.path(), since).unwrap().1).sum()
        };
        let counts: Vec<usize> = (0..=8).map(|second| count(Duration::from_secs(second))).collect();
        assert!(counts.is_sorted() && counts[0] < counts[2] && counts[5] < counts[8], "{counts:?}");
        assert_eq!(count(DURATION), count(Duration::MAX));
        assert!((28..=36).contains(&counts[8]), "{counts:?}");
    }

    #[test]
    fn every_feed_parses_with_all_its_pieces_dated_today() {
        for outlet in OUTLETS {
            let (xml, count) = wire().feed(&outlet.path(), DURATION).unwrap();
            let feed = feed_rs::parser::parse(xml.as_bytes()).unwrap();
            assert_eq!(feed.entries.len(), count);
            let ids: BTreeSet<&str> = feed.entries.iter().map(|e| e.id.as_str()).collect();
            assert_eq!(ids.len(), count, "{} repeats an id", outlet.name);
            for entry in &feed.entries {
                let at = entry.published.unwrap().timestamp();
                assert!((1_794_990_000..=1_795_000_008).contains(&at), "{at}");
            }
        }
        assert!(wire().feed("/nowhere.xml", DURATION).is_none());
    }

    #[test]
    fn about_six_stories_mention_a_shipped_watch_and_none_of_them_is_there_at_the_start() {
        let config: toml::Table = config(([127, 0, 0, 1], 1).into()).parse().unwrap();
        let terms: Vec<String> = config["watch"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|watch| watch["any"].as_array().unwrap())
            .map(|term| term.as_str().unwrap().trim_start_matches('=').to_lowercase())
            .collect();
        let mut stories = BTreeSet::new();
        for piece in OUTLETS.iter().flat_map(|outlet| outlet.pieces) {
            let text = format!("{} {}", piece.title, piece.text).to_lowercase();
            if terms.iter().any(|term| text.contains(term)) && !text.contains("crossword") {
                assert!(piece.after_ms > 0, "{}", piece.title);
                stories.insert(piece.link.split('?').next().unwrap());
            }
        }
        assert!((6..=8).contains(&stories.len()), "{stories:?}");
        assert_eq!(config["feed"].as_array().unwrap().len(), OUTLETS.len());
    }

    #[test]
    fn some_stories_run_in_two_outlets_under_one_page_with_other_tracking() {
        let mut links: Vec<&str> =
            OUTLETS.iter().flat_map(|outlet| outlet.pieces).map(|piece| piece.link).collect();
        let all = links.len();
        links.sort_unstable();
        links.dedup();
        assert_eq!(links.len(), all, "two outlets share a link to the letter");
        let pages: BTreeSet<&str> = links.iter().map(|l| l.split('?').next().unwrap()).collect();
        assert_eq!(all - pages.len(), 3);
    }
}
