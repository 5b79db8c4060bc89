//! Feeds damaged at random: nothing breaks, and no limit is passed.
use proptest::prelude::*;
use wirewatch::domain::{Document, Entry};
use wirewatch::parse::{Error, ResponseContext, document, limits};

const SEEDS: [&str; 5] = [
    r#"<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY house "Wire">]><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>&house; 통신</title><link>https://e.example/</link><item><title><![CDATA[하나 & 둘]]></title><link>https://e.example/1</link><guid isPermaLink="false">1</guid><description>a &lt;b&gt; c &amp;amp; d</description><author>a@b.example（張三）</author><dc:creator>Ann</dc:creator><itunes:duration>1:02:03</itunes:duration><media:text start="0:00:01">x</media:text><pubDate>Tue, 28 May 2024 15:04:05 +0900</pubDate><category>x</category></item><item><title>two <b>bold</b></title><content:encoded><![CDATA[<p>본문</p>]]></content:encoded></item><item/></channel></rss>"#,
    r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://e.example/a/" xml:lang="ja"><title type="html">a &lt;i&gt;b&lt;/i&gt;</title><link href="." rel="alternate"/><entry><id>tag:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">輸出<br/>規制</div></title><link href="1"/><content type="text/html" mode="escaped">&#x3c;p&#62;x</content><author><name>N</name><email>e@e.example</email></author><updated>2024-05-28T01:02:03Z</updated><category term="a" label="b"/></entry><entry><title>2</title><summary type="application/octet-stream">YWJj</summary></entry></feed>"#,
    r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>t</title></channel><item rdf:about="http://e.example/1"><title>1</title><link>http://e.example/1</link></item><item rdf:about="2"><title>2</title></item></rdf:RDF>"#,
    r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","title":"하나","tags":["a","b"],"authors":[{"name":"n"}],"date_published":"2024-05-28T01:02:03Z"},{"id":2,"content_html":"<p>x</p>"},{"id":"3","attachments":[{"url":"u","mime_type":"m"}]}]}"#,
    r#"<CHANNEL HREF="http://e.example/"><TITLE>t</TITLE><ITEM HREF="http://e.example/1" LASTMOD="1998-05-28T10:00"><TITLE>1</TITLE><ABSTRACT>a</ABSTRACT></ITEM></CHANNEL>"#,
];

/// Things that break parsers.
const BAD: [&str; 28] = [
    "<item>",
    "</item>",
    "<entry>",
    "</channel>",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?xml version='1.0' encoding='utf-16'?>",
    "&",
    "&#0;",
    "&#xFFFFFFFFF;",
    "&nbsp;",
    "<",
    ">",
    "\"",
    "'",
    "\u{0}",
    "\u{1b}$B",
    "\u{85}",
    "（",
    "xmlns:dc='x'",
    "<title>",
    "</description>",
    " xml:base='y/'",
    "<a b=\"c>",
    "<!DOCTYPE [",
    "99999999999999999999",
];

#[derive(Clone, Debug)]
enum Damage {
    Insert(&'static str),
    Delete(usize),
    Repeat(usize),
    Set(u8),
    Cut,
}

fn damage() -> impl Strategy<Value = (Damage, prop::sample::Index)> {
    let kind = prop_oneof![
        4 => prop::sample::select(&BAD[..]).prop_map(Damage::Insert),
        3 => (1_usize..40).prop_map(Damage::Delete),
        2 => (1_usize..200).prop_map(Damage::Repeat),
        2 => any::<u8>().prop_map(Damage::Set),
        1 => Just(Damage::Cut),
    ];
    (kind, any::<prop::sample::Index>())
}

fn damaged(seed: &str, damages: &[(Damage, prop::sample::Index)]) -> Vec<u8> {
    let mut body = seed.as_bytes().to_vec();
    for (damage, place) in damages {
        let at = place.index(body.len() + 1);
        let upto = |length: usize| (at + length).min(body.len());
        match damage {
            Damage::Insert(text) => drop(body.splice(at..at, text.bytes())),
            Damage::Delete(length) => drop(body.drain(at..upto(*length))),
            Damage::Repeat(length) => {
                let piece = body[at..upto(*length)].to_vec();
                drop(body.splice(at..at, piece));
            }
            Damage::Set(byte) => {
                if let Some(place) = body.get_mut(at) {
                    *place = *byte;
                }
            }
            Damage::Cut => body.truncate(at),
        }
    }
    body
}

fn texts(entry: &Entry) -> impl Iterator<Item = &String> {
    let dates = [&entry.published, &entry.updated].into_iter().flatten().map(|dated| &dated.raw);
    let ones =
        [&entry.id, &entry.link, &entry.title, &entry.summary, &entry.content, &entry.language];
    ones.into_iter().flatten().chain(dates).chain(&entry.authors).chain(&entry.tags)
}

fn within_limits(document: &Document) -> Result<(), TestCaseError> {
    prop_assert!(document.entries.len() <= limits::ITEMS_MAX);
    prop_assert!(document.mended.len() <= limits::NOTES_MAX);
    for text in document.entries.iter().flat_map(texts) {
        prop_assert!(text.len() <= limits::TEXT_BYTES_MAX);
        prop_assert!(!text.chars().any(|c| c.is_ascii_control() && !matches!(c, '\n' | '\t')));
        prop_assert!(!text.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_breaks_the_reader(
        seed in prop::sample::select(&SEEDS[..]),
        damages in prop::collection::vec(damage(), 1..8),
    ) {
        let body = damaged(seed, &damages);
        match document(&body, &ResponseContext::default()) {
            Ok(document) => within_limits(&document)?,
            Err(error) => {
                // Broken JSON is refused; XML is mended whatever it looks like.
                let refused = matches!(error, Error::Unreadable { .. }) && !seed.starts_with('{');
                let broke = matches!(error, Error::Panicked { .. }) || refused;
                prop_assert!(!broke, "{error}: {}", String::from_utf8_lossy(&body));
            }
        }
    }

    #[test]
    fn a_damaged_document_cut_short_yields_a_beginning_of_its_items(
        seed in prop::sample::select(&SEEDS[..]),
        damages in prop::collection::vec(damage(), 0..4),
        end in any::<prop::sample::Index>(),
    ) {
        let body = damaged(seed, &damages);
        // What the bytes are in is decided by all of them; here only the document is at stake.
        let text = String::from_utf8_lossy(&body).into_owned();
        let mut end = end.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let Ok(whole) = document(text.as_bytes(), &ResponseContext::default()) else { return Ok(()) };
        let Ok(part) = document(&text.as_bytes()[..end], &ResponseContext::default()) else { return Ok(()) };
        prop_assert!(part.entries.len() <= whole.entries.len(), "{}\n{}", text, end);
        for (ours, full) in part.entries.iter().zip(&whole.entries) {
            prop_assert_eq!(ours, full, "{}\n{}", text, end);
        }
    }
}
