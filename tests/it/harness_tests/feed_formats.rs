//! What the renderings write, feed-rs reads.
use crate::harness::feed_formats::{FeedFormat, FeedHead, Item, render};

#[test]
fn every_rendering_reads_back() {
    let head = FeedHead {
        title: "A & B <wire>".to_owned(),
        home: "https://news.example/".to_owned(),
        language: "ko".to_owned(),
    };
    let mut item = Item::new("tag:1?a=1&b=2", "한국 & \"Japan\" <talk> ]]> on")
        .saying("Short & <sweet>")
        .linked("https://news.example/1?a=1&b=2")
        .dated(1_790_000_000);
    item.content = "One & ]]> two.\n\nThree <four>.".to_owned();
    item.author = "Ann & Bo".to_owned();
    item.tags = vec!["trade".to_owned()];
    for rendering in FeedFormat::ALL {
        let bytes = render(rendering, &head, std::slice::from_ref(&item));
        let feed = feed_rs::parser::parse(&bytes[..]).unwrap();
        assert_eq!(feed.title.unwrap().content, head.title, "{rendering:?}");
        let entry = &feed.entries[0];
        if rendering != FeedFormat::Rss1 {
            assert_eq!(entry.id, item.id, "{rendering:?}");
            assert_eq!(entry.title.as_ref().unwrap().content, item.title, "{rendering:?}");
        }
        assert_eq!(entry.links[0].href, item.link, "{rendering:?}");
        assert_eq!(entry.published.unwrap().timestamp(), 1_790_000_000, "{rendering:?}");
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("four"), "{rendering:?} has no body");
    }
}
