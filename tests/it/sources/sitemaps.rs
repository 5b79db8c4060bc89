//! News sitemaps as documents, and the hubs a document names.
use crate::harness::feed_server::FeedServer;
use crate::test_app::TestApp;
use wirewatch::domain::{Document, Format};
use wirewatch::parse::{Error, ResponseContext, document};

fn read(text: &str) -> Result<Document, Error> {
    let base = url::Url::parse("https://paper.example/news/sitemap.xml").unwrap();
    document(text.as_bytes(), &ResponseContext { content_type: None, base: Some(&base) })
}

const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url>
  <loc>https://paper.example/world/gsomia-2026?a=1&amp;b=2</loc>
  <lastmod>2026-11-20T11:00:00+09:00</lastmod>
  <n:news>
    <n:publication><n:name>The Paper</n:name><n:language>ko</n:language></n:publication>
    <n:publication_date>2026-11-20T10:30:00+09:00</n:publication_date>
    <n:title>한일, 지소미아 &amp; 후속 협의</n:title>
    <n:keywords>외교, GSOMIA ,  일본</n:keywords>
  </n:news>
  <image:image><image:loc>https://paper.example/1.jpg</image:loc><image:title>사진</image:title></image:image>
</url>
<url><loc>https://paper.example/about</loc></url>
</urlset>"#;

#[test]
fn a_news_sitemap_is_a_feed() {
    let feed = read(NEWS).unwrap();
    assert_eq!((feed.format, feed.entries.len()), (Format::Sitemap, 2));
    let entry = &feed.entries[0];
    assert_eq!(entry.link.as_deref(), Some("https://paper.example/world/gsomia-2026?a=1&b=2"));
    assert_eq!(entry.id, entry.link);
    assert_eq!(entry.title.as_deref(), Some("한일, 지소미아 & 후속 협의"));
    assert_eq!(entry.tags, ["외교", "GSOMIA", "일본"]);
    assert_eq!(entry.language.as_deref(), Some("ko"));
    let at =
        |dated: &Option<wirewatch::domain::Dated>| dated.as_ref().unwrap().at.unwrap().to_string();
    assert_eq!(at(&entry.published), "2026-11-20T01:30:00Z");
    assert_eq!(at(&entry.updated), "2026-11-20T02:00:00Z");
    assert_eq!(feed.entries[1].title, None);
}

#[test]
fn an_undeclared_prefix_and_a_cut_end_cost_only_what_is_cut() {
    let text = NEWS.replace("n:", "news:").replace("xmlns:news", "xmlns:other");
    let cut = text.find("<url><loc>https://paper.example/about").unwrap();
    let feed = read(text.get(..cut).unwrap()).unwrap();
    assert_eq!(feed.entries.len(), 1);
    assert!(feed.mended.iter().any(|phrase| phrase.contains("ended early")), "{:?}", feed.mended);
}

#[test]
fn a_sitemap_without_news_is_no_feed_and_an_empty_one_is() {
    let plain = "<urlset><url><loc>https://paper.example/a</loc></url></urlset>";
    let words = read(plain).unwrap_err().to_string();
    assert!(words.contains("sitemap without news"), "{words}");
    assert_eq!(read("<urlset></urlset>").unwrap().entries.len(), 0);
    let list =
        "<sitemapindex><sitemap><loc>https://paper.example/n.xml</loc></sitemap></sitemapindex>";
    assert!(read(list).unwrap_err().to_string().contains("a list of sitemaps"));
}

#[test]
fn the_url_of_an_image_in_rss_is_no_item() {
    let feed = read(
        "<rss><channel><image><url>https://paper.example/logo.png</url></image>\
         <item><title>a</title></item></channel></rss>",
    );
    assert_eq!(feed.unwrap().entries.len(), 1);
}

#[test]
fn a_document_hands_out_its_hubs_and_its_own_address() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='self' href='/f.atom'/>\
        <link rel='HUB' href='https://hub.example/?a=1&amp;b=2'/><link rel='hub' href='//two.example/'/>\
        <entry><title>x</title><link rel='hub' href='https://not.example/'/></entry></feed>";
    let rss = "<rss xmlns:a10='http://www.w3.org/2005/Atom'><channel><link>https://paper.example/</link>\
        <a10:link rel='hub' href='https://hub.example/'/><a10:link rel='self' href='https://paper.example/f'/>\
        <item><title>x</title></item></channel></rss>";
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","feed_url":"/f.json",
        "hubs":[{"type":"WebSub","url":"https://hub.example/"},7,{"type":"x"}],"items":[]}"#;
    for (text, hubs, own) in [
        (
            atom,
            &["https://hub.example/?a=1&b=2", "https://two.example/"][..],
            "https://paper.example/f.atom",
        ),
        (rss, &["https://hub.example/"], "https://paper.example/f"),
        (json, &["https://hub.example/"], "https://paper.example/f.json"),
    ] {
        let feed = read(text).unwrap();
        assert_eq!(feed.hubs, hubs, "{text}");
        assert_eq!(feed.own_link.as_deref(), Some(own), "{text}");
        assert_ne!(feed.link.as_deref(), Some("https://hub.example/"));
    }
}

/// A news sitemap of one page, with a prefix of its own.
fn news(prefix: &str, title: &str) -> String {
    format!(
        "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
         xmlns:{prefix}='http://www.google.com/schemas/sitemap-news/0.9'><url>\
         <loc>https://paper.example/{title}</loc><{prefix}:news><{prefix}:title>{title}</{prefix}:title>\
         </{prefix}:news></url></urlset>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_sitemaps_is_followed_to_the_latest_news_and_no_further() {
    let feeds = FeedServer::open();
    let child = |path: &str, day: u32| {
        let at = feeds.url(path);
        format!("<sitemap><loc>{at}</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>")
    };
    let list: Vec<String> = (1..=9).map(|day| child(&format!("/news-{day}.xml"), day)).collect();
    let list =
        format!("<sitemapindex>{}{}</sitemapindex>", child("/archive.xml", 30), list.concat());
    feeds.feed("/index.xml").with_body("application/xml", list.as_bytes());
    feeds.feed("/news-9.xml").with_body("application/xml", news("n", "GSOMIA-nine").as_bytes());
    feeds.feed("/news-8.xml").with_body("application/xml", b"<html>gone</html>");
    feeds.feed("/news-7.xml").with_body("application/xml", news("g", "GSOMIA-seven").as_bytes());
    let config = format!(
        "[[watch]]\nname = \"any\"\nany = [\"GSOMIA\"]\n[[feed]]\nname = \"paper\"\nurl = \"{}\"\n\
         allow_private = [\"127.0.0.0/8\"]\nbacklog = \"all\"\n",
        feeds.url("/index.xml")
    );
    let mut home = TestApp::open(&config).await;
    let round = home.poll().await;
    assert_eq!((round.failed, round.entries), (0, 2));
    assert_eq!(home.totals().await.alerts, 2);
    let asked: Vec<String> = feeds.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(asked, ["/index.xml", "/news-9.xml", "/news-8.xml", "/news-7.xml"]);
    // The list stays as it is; what it names changes.
    feeds.feed("/news-9.xml").with_body("application/xml", news("n", "GSOMIA-ten").as_bytes());
    assert_eq!(home.poll().await.committed.new, 1);
}
