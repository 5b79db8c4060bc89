//! A site's feeds are found, and one of them is added, by the real program against a real server.
use serde_json::Value;

use super::{bad, config_folder, feeds_toml, good};
use crate::harness::answer::Answer;
use crate::harness::feed_formats::{FeedFormat, Item};
use crate::harness::feed_server::FeedServer;

const PRIVATE: &str = "--allow-private=127.0.0.0/8";

fn discovered(feeds: &FeedServer, path: &str, more: &[&str]) -> Value {
    let folder = config_folder();
    let url = feeds.url(path);
    let mut args = vec!["feeds", "discover", &url, "--json", PRIVATE];
    args.extend_from_slice(more);
    let (said, _) = good(folder.path(), &args, "");
    serde_json::from_str(&said).unwrap()
}

fn found(value: &Value) -> Vec<String> {
    let feeds = value["feeds"].as_array().unwrap().iter();
    let path = |feed: &Value| url::Url::parse(feed["url"].as_str().unwrap()).unwrap();
    feeds.map(|feed| format!("{} {}", feed["found"].as_str().unwrap(), path(feed).path())).collect()
}

fn page(feeds: &FeedServer, path: &str, html: &str) {
    feeds.feed(path).with_body("text/html; charset=utf-8", html.as_bytes());
}

fn item(id: &str) -> Item {
    Item::new(id, &format!("Title of {id}")).dated(1_795_000_000)
}

#[test]
fn what_a_page_names_is_read_ranked_and_told_apart_from_what_is_no_feed() {
    let feeds = FeedServer::open();
    page(
        &feeds,
        "/",
        "<base href='/x/'><link rel=alternate type=application/rss+xml title=Comments href=/comments>\
         <LINK REL=ALTERNATE TYPE='application/atom+xml' HREF='atom'>\
         <link rel=alternate type=application/rss+xml href=/rss>\
         <link rel=alternate type=application/rss+xml href=/gone>\
         <link rel=alternate type=application/rss+xml href=/page><a href='/sport/rss'>sport</a>",
    );
    for path in ["/rss", "/x/atom"] {
        feeds.feed(path).with_title("The Paper").publish(item("a")).publish(item("b"));
    }
    feeds.feed("/x/atom").with_format(FeedFormat::Atom);
    feeds.feed("/comments").publish(item("c"));
    feeds.feed("/sport/rss").with_title("Sport").publish(item("s"));
    page(&feeds, "/page", "<title>Oops</title>");
    let value = discovered(&feeds, "/", &[]);
    assert_eq!(
        found(&value),
        ["named /x/atom", "linked /sport/rss", "named /rss", "named /comments"],
        "the same feed in another format comes after every other feed"
    );
    let first = &value["feeds"][0];
    assert_eq!((first["format"].as_str(), first["entries"].as_u64()), (Some("atom"), Some(2)));
    assert_eq!(first["title"], "The Paper");
    assert_eq!(first["newest"], "2026-11-18T11:06:40Z");
    assert_eq!(value["feeds"][2]["same_as"], feeds.url("/x/atom"));
    assert_eq!(value["feeds"][3]["comments"], true);
    let tried: Vec<&str> =
        value["tried"].as_array().unwrap().iter().map(|t| t["why"].as_str().unwrap()).collect();
    assert_eq!(tried.len(), 2, "{tried:?}");
    assert!(tried[1].contains("an HTML page titled “Oops”"), "{tried:?}");
}

#[test]
fn a_feed_is_its_own_discovery_and_a_page_without_one_is_looked_round() {
    let feeds = FeedServer::open();
    feeds.feed("/wire").publish(item("a"));
    assert_eq!(found(&discovered(&feeds, "/wire", &[])), ["itself /wire"]);
    page(&feeds, "/blog", "<title>Nothing named</title>");
    feeds.feed("/blog/feed").publish(item("b"));
    assert_eq!(found(&discovered(&feeds, "/blog", &[])), ["well-known /blog/feed"]);
    let asked = feeds.asked();
    assert!(asked.iter().all(|asked| asked.at_once <= 1), "one request at a time");
}

#[test]
fn a_site_whose_front_page_is_refused_may_still_serve_feeds() {
    let feeds = FeedServer::open();
    feeds.feed("/").set_answer(Answer::Status(403));
    feeds.feed("/rss.xml").publish(item("a"));
    assert_eq!(found(&discovered(&feeds, "/", &[])), ["well-known /rss.xml"]);
}

#[test]
fn a_news_sitemap_is_found_by_way_of_robots_and_a_list() {
    let feeds = FeedServer::open();
    page(&feeds, "/", "<title>x</title>");
    let robots = format!("User-agent: *\nSitemap: {}\n", feeds.url("/sitemaps.xml"));
    feeds.feed("/robots.txt").with_body("text/plain", robots.as_bytes());
    let list = format!(
        "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap></sitemapindex>",
        feeds.url("/pages-1.xml"),
        feeds.url("/news-today.xml")
    );
    feeds.feed("/sitemaps.xml").with_body("application/xml", list.as_bytes());
    let news = "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>\
        <loc>https://paper.example/1</loc><n:news><n:title>One</n:title></n:news></url></urlset>";
    feeds.feed("/news-today.xml").with_body("application/xml", news.as_bytes());
    let value = discovered(&feeds, "/", &[]);
    assert_eq!(found(&value), ["sitemap /news-today.xml"]);
    assert_eq!(value["feeds"][0]["format"], "sitemap");
    assert!(feeds.asked().iter().all(|asked| !asked.path.contains("pages-1")));
}

#[test]
fn a_page_of_a_thousand_names_costs_a_bounded_number_of_requests() {
    let feeds = FeedServer::open();
    let link = |n| format!("<link rel=alternate type=application/rss+xml href=/f{n}>");
    page(&feeds, "/", &(0..1_000).map(link).collect::<Vec<_>>().concat());
    let folder = config_folder();
    let url = feeds.url("/");
    let said = crate::commands::run(folder.path(), &["feeds", "discover", &url, PRIVATE], "");
    assert_eq!(said.status.code(), Some(1), "nothing found is a failure");
    assert!(feeds.asked().len() <= 24, "{}", feeds.asked().len());
}

#[test]
fn without_the_operators_word_no_private_address_is_asked() {
    let feeds = FeedServer::open();
    feeds.feed("/rss").publish(item("a"));
    let folder = config_folder();
    let said = bad(folder.path(), &["feeds", "discover", &feeds.url("/rss")], 1);
    assert!(said.contains("127.0.0.1"), "{said}");
    assert!(feeds.asked().is_empty());
}

#[test]
fn add_finds_names_and_writes_a_feed_and_touches_nothing_else() {
    let feeds = FeedServer::open();
    page(&feeds, "/", "<link rel=alternate type=application/rss+xml href=/rss>");
    feeds.feed("/rss").with_title("Seoul \"Wire\": World News").publish(item("a"));
    let folder = config_folder();
    let before = feeds_toml(folder.path());
    let url = feeds.url("/");
    let args = ["feeds", "add", &url, PRIVATE, "--every", "10m", "--tag", "Korea/wires"];
    let (said, _) = good(folder.path(), &args, "");
    assert!(said.contains("added seoul-wire-world-news to feeds.toml"), "{said}");
    let after = feeds_toml(folder.path());
    let added = after.strip_prefix(&before).expect("what was there stays as it was");
    let table: toml::Table = added.parse().unwrap();
    let feed = &table["feed"][0];
    assert_eq!(feed["url"].as_str(), Some(feeds.url("/rss").as_str()));
    assert_eq!(feed["title"].as_str(), Some("Seoul \"Wire\": World News"));
    assert_eq!(feed["tags"][0].as_str(), Some("Korea/wires"));
    good(folder.path(), &["check"], "");
    let again = bad(folder.path(), &["feeds", "add", &url, PRIVATE], 64);
    assert!(again.contains("already there, as the feed `seoul-wire-world-news`"), "{again}");
    assert_eq!(feeds_toml(folder.path()), after);
    let (listed, _) = good(folder.path(), &["feeds", "list"], "");
    assert!(listed.contains("seoul-wire-world-news"));
}

#[test]
fn a_script_is_refused_where_a_person_would_be_asked() {
    let feeds = FeedServer::open();
    page(
        &feeds,
        "/",
        "<link rel=alternate type=application/rss+xml href=/world>\
         <link rel=alternate type=application/rss+xml href=/sport>",
    );
    feeds.feed("/world").with_title("World").publish(item("w"));
    feeds.feed("/sport").with_title("Sport").publish(item("s"));
    let folder = config_folder();
    let before = feeds_toml(folder.path());
    let said = bad(folder.path(), &["feeds", "add", &feeds.url("/"), PRIVATE], 65);
    assert!(said.contains("has 2 feeds") && said.contains(&feeds.url("/sport")), "{said}");
    assert_eq!(feeds_toml(folder.path()), before);
}

#[test]
fn what_the_configuration_refuses_is_not_written() {
    let folder = config_folder();
    let before = feeds_toml(folder.path());
    let url = "https://new.example/rss";
    for (args, word) in [
        (&["--name", "Bad Name"][..], "lower-case"),
        (&["--name", "paper"], "already a feed named `paper`"),
        (&["--every", "1s"], "under the floor"),
        (&["--tag", "a,b"], "cannot be a tag"),
    ] {
        let mut all = vec!["feeds", "add", url, "--unchecked"];
        all.extend_from_slice(args);
        let said = bad(folder.path(), &all, 78);
        assert!(said.contains(word), "{said}");
        assert_eq!(feeds_toml(folder.path()), before);
    }
    let args = ["feeds", "add", url, "--unchecked", "--file", "elsewhere.toml"];
    let said = bad(folder.path(), &args, 64);
    assert!(said.contains("no part of the configuration"), "{said}");
    good(folder.path(), &["feeds", "add", "new.example/rss", "--unchecked"], "");
    assert!(
        feeds_toml(folder.path()).contains("name = \"new\"\nurl = \"https://new.example/rss\"")
    );
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing lies about");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_whose_address_is_a_page_is_told_which_address_the_page_names() {
    let feeds = FeedServer::open();
    page(
        &feeds,
        "/",
        "<title>The Paper</title><link rel=alternate type=application/rss+xml href=/rss>\
         <link rel=alternate type=application/rss+xml title=Comments href=/comments/feed>",
    );
    let config = format!(
        "[[watch]]\nname = \"any\"\nany = [\"GSOMIA\"]\n[[feed]]\nname = \"paper\"\nurl = \"{}\"\n\
         allow_private = [\"127.0.0.0/8\"]\n",
        feeds.url("/")
    );
    let mut home = crate::test_app::TestApp::open(&config).await;
    home.poll().await;
    let error = home.feeds().await.remove(0).error.unwrap();
    assert!(error.contains("titled “The Paper”"), "{error}");
    assert!(error.contains(&format!("it names the feed {}", feeds.url("/rss"))), "{error}");
}

#[test]
fn hostile_pages_name_a_bounded_number_of_feeds() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_str().unwrap().ends_with(".html.gz") {
            continue;
        }
        let mut body = Vec::new();
        let file = std::fs::File::open(&path).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut body).unwrap();
        let found = wirewatch::parse::feed_links::feeds_of_page(
            &body,
            &wirewatch::parse::ResponseContext::default(),
        );
        assert!(found.len() <= 64, "{}", path.display());
        pages += 1;
    }
    assert!(pages >= 4, "{pages} pages");
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_what_looks_for_feeds(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<link rel=alternate type=application/rss+xml href='", "<a href=", "'", "\"", ">", "<",
                "/", "feed://", "&amp;", "&", "<base href=//", "<script>", "</script", "<!--", "-->",
                "<outline ", "text='", "xmlUrl=", "</outline>", "<opml>", "<title>", "<sitemapindex>",
                "<loc>", "</loc>", "<lastmod>", "https://a.example/rss", "\u{feff}", "é", "\n", "<![CDATA[", "]]>",
            ]),
            0..60,
        )
    ) {
        let text = parts.concat();
        let base = url::Url::parse("https://b.example/").unwrap();
        let hints = wirewatch::parse::ResponseContext { content_type: None, base: Some(&base) };
        for found in wirewatch::parse::feed_links::feeds_of_page(text.as_bytes(), &hints) {
            proptest::prop_assert!(matches!(found.url.scheme(), "http" | "https"));
        }
        wirewatch::parse::sitemap::sitemaps_of_index(text.as_bytes(), &hints);
        wirewatch::parse::sitemap::sitemaps_of_robots(text.as_bytes(), &base);
        if let Ok(list) = wirewatch::parse::opml::parse(text.as_bytes()) {
            let lines = text.lines().count() + 1;
            proptest::prop_assert!(list.problems.iter().all(|problem| problem.line <= lines));
        }
    }
}
