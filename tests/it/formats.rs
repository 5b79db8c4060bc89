//! Every format, in the languages the wires are written in.
use url::Url;
use wirewatch::domain::{Document, Entry, Format};
use wirewatch::parse::{Error, ResponseContext, document};

fn read(text: &str) -> Document {
    document(text.as_bytes(), &ResponseContext::default()).unwrap()
}

fn first(document: &Document) -> &Entry {
    document.entries.first().unwrap()
}

fn at(dated: Option<&wirewatch::domain::Dated>) -> String {
    dated.and_then(|dated| dated.at).map_or_else(|| "none".to_owned(), |at| at.to_string())
}

const KOREAN: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>한강통신</title><link>https://news.example.kr/</link><language>ko</language>
<image><url>https://news.example.kr/logo.png</url><title>로고</title><link>https://news.example.kr/logo</link></image>
<item>
  <title><![CDATA[한일, 지소미아 정상화 합의 & 후속 협의]]></title>
  <link>https://news.example.kr/articles/1?a=1&amp;b=2</link>
  <guid isPermaLink="false">article-1</guid>
  <description>양국 국방부는 &lt;b&gt;GSOMIA&lt;/b&gt;를 완전히 정상화하기로 했다.</description>
  <content:encoded><![CDATA[<p>양국은 <a href="/2">공동 성명</a>을 냈다.</p>]]></content:encoded>
  <dc:creator>김기자</dc:creator><author>desk@news.example.kr（이부장）</author>
  <category>외교</category><category domain="x">국방</category>
  <media:content url="https://news.example.kr/1.jpg"><media:title>사진</media:title></media:content>
  <pubDate>Tue, 28 May 2024 15:04:05 +0900</pubDate>
</item>
<item><title>두 번째 기사</title><guid>https://news.example.kr/articles/2</guid><pubDate>2024년 5월 28일 오후 3:04</pubDate></item>
</channel></rss>"#;

#[test]
fn rss_2_in_korean_is_read_in_full() {
    let feed = read(KOREAN);
    assert_eq!((feed.format, feed.entries.len()), (Format::Rss, 2));
    assert_eq!(feed.title.as_deref(), Some("한강통신"));
    assert_eq!(feed.link.as_deref(), Some("https://news.example.kr/"));
    assert_eq!(feed.language.as_deref(), Some("ko"));
    assert_eq!(feed.mended, [""; 0]);
    let entry = first(&feed);
    assert_eq!(entry.title.as_deref(), Some("한일, 지소미아 정상화 합의 & 후속 협의"));
    assert_eq!(entry.link.as_deref(), Some("https://news.example.kr/articles/1?a=1&b=2"));
    assert_eq!(entry.id.as_deref(), Some("article-1"));
    assert_eq!(
        entry.summary.as_deref(),
        Some("양국 국방부는 <b>GSOMIA</b>를 완전히 정상화하기로 했다.")
    );
    assert_eq!(
        entry.content.as_deref(),
        Some("<p>양국은 <a href=\"/2\">공동 성명</a>을 냈다.</p>")
    );
    assert_eq!(entry.authors, ["김기자", "이부장"]);
    assert_eq!(entry.tags, ["외교", "국방"]);
    assert_eq!(at(entry.published.as_ref()), "2024-05-28T06:04:05Z");
    assert_eq!(entry.updated, None);
    let second = &feed.entries[1];
    assert_eq!(second.link.as_deref(), Some("https://news.example.kr/articles/2"));
    assert_eq!(at(second.published.as_ref()), "2024-05-28T06:04:00Z");
}

#[test]
fn rss_1_in_japanese_keeps_its_items_beside_the_channel() {
    let feed = read(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="ja">
<channel rdf:about="https://wire.example.jp/rss"><title>隅田通信</title><link>https://wire.example.jp/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://wire.example.jp/1"/></rdf:Seq></items></channel>
<item rdf:about="https://wire.example.jp/1"><title>輸出規制を強化へ</title><link>https://wire.example.jp/1</link>
<description>政府は半導体の輸出規制を強化する。</description><dc:date>2024-05-28T15:04:05+09:00</dc:date><dc:creator>田中</dc:creator><dc:subject>経済</dc:subject></item>
</rdf:RDF>"#,
    );
    assert_eq!((feed.format, feed.language.as_deref()), (Format::Rdf, Some("ja")));
    assert_eq!(feed.title.as_deref(), Some("隅田通信"));
    let entry = first(&feed);
    assert_eq!(entry.id.as_deref(), Some("https://wire.example.jp/1"));
    assert_eq!(entry.title.as_deref(), Some("輸出規制を強化へ"));
    assert_eq!(entry.summary.as_deref(), Some("政府は半導体の輸出規制を強化する。"));
    assert_eq!(at(entry.published.as_ref()), "2024-05-28T06:04:05Z");
    assert_eq!(
        (entry.authors.as_slice(), entry.tags.as_slice()),
        (&["田中".to_owned()][..], &["経済".to_owned()][..])
    );
}

#[test]
fn atom_is_read_with_its_types_persons_and_bases() {
    let base = Url::parse("https://example.org/feeds/all").unwrap();
    let text = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="/blog/">
<title type="text">Wire &amp; Harbour</title><link rel="self" href="all.atom"/><link href="."/>
<entry xml:lang="ja"><id>tag:example.org,2024:1</id><title type="html">Drill &lt;em&gt;ends&lt;/em&gt;</title>
<link rel="enclosure" href="x.mp3"/><link rel="alternate" type="text/html" href="posts/1"/>
<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Troops <b>left</b> R&amp;D<br/></div></summary>
<content type="text/vnd.odd">Cobra Gold</content>
<author><name>Ann Lee</name><email>ann@example.org</email></author><author><email>desk@example.org</email></author>
<category term="drills" label="Joint drills"/>
<published>2024-05-28T15:04:05+09:00</published><updated>not a date</updated></entry></feed>"#;
    let feed =
        document(text.as_bytes(), &ResponseContext { content_type: None, base: Some(&base) })
            .unwrap();
    assert_eq!((feed.format, feed.title.as_deref()), (Format::Atom, Some("Wire & Harbour")));
    assert_eq!(feed.link.as_deref(), Some("https://example.org/blog/"));
    let entry = first(&feed);
    assert_eq!(entry.title.as_deref(), Some("Drill <em>ends</em>"));
    assert_eq!(entry.link.as_deref(), Some("https://example.org/blog/posts/1"));
    assert_eq!(entry.summary.as_deref(), Some("Troops <b>left</b> R&amp;D<br/>"));
    assert_eq!(entry.content.as_deref(), Some("Cobra Gold"));
    assert_eq!(entry.authors, ["Ann Lee", "desk@example.org"]);
    assert_eq!(entry.tags, ["drills", "Joint drills"]);
    assert_eq!(entry.language.as_deref(), Some("ja"));
    let updated = entry.updated.as_ref().unwrap();
    assert_eq!((updated.raw.as_str(), updated.at), ("not a date", None));
}

#[test]
fn atom_0_3_and_atom_in_a_wrong_namespace_are_atom() {
    for namespace in ["http://purl.org/atom/ns#", "http://www.w3.org/2005/ATOM/", "urn:none"] {
        let text = format!(
            "<feed version='0.3' xmlns='{namespace}'><title>t</title><entry><title mode='escaped' \
             type='text/html'>a &amp;lt; b</title><issued>2004-05-28</issued><modified>2004-05-29</modified>\
             <link rel='alternate' href='http://e.example/1'/><id>1</id></entry></feed>"
        );
        let feed = read(&text);
        let entry = first(&feed);
        assert_eq!(entry.title.as_deref(), Some("a &lt; b"), "{namespace}");
        assert_eq!(entry.link.as_deref(), Some("http://e.example/1"));
        assert_eq!(at(entry.published.as_ref()), "2004-05-28T00:00:00Z");
        assert_eq!(at(entry.updated.as_ref()), "2004-05-29T00:00:00Z");
    }
}

#[test]
fn old_and_impossible_versions_of_rss_are_read() {
    for root in
        ["rss version='0.91'", "rss version='0.94'", "rss version='2'", "rss", "RSS", "rss:rss"]
    {
        let name = root.split(' ').next().unwrap();
        let text = format!(
            "<{root}><channel><title>t</title><item><title>one</title><link>http://e.example/</link>\
             <pubdate>28 May 2024</pubdate></item></channel></{name}>"
        );
        let feed = read(&text);
        assert_eq!(first(&feed).title.as_deref(), Some("one"), "{root}");
        assert_eq!(at(first(&feed).published.as_ref()), "2024-05-28T00:00:00Z", "{root}");
        assert!(feed.mended.iter().any(|note| note.contains("pubdate")), "{:?}", feed.mended);
    }
}

#[test]
fn channel_definitions_are_read_from_their_attributes() {
    let feed = read(
        "<CHANNEL HREF='http://e.example/'><TITLE>Old</TITLE><ITEM HREF='http://e.example/1' \
         LASTMOD='1998-05-28T10:00'><TITLE>One</TITLE><ABSTRACT>First</ABSTRACT></ITEM></CHANNEL>",
    );
    assert_eq!((feed.format, feed.link.as_deref()), (Format::Cdf, Some("http://e.example/")));
    let entry = first(&feed);
    assert_eq!(entry.link.as_deref(), Some("http://e.example/1"));
    assert_eq!(entry.summary.as_deref(), Some("First"));
    assert_eq!(at(entry.updated.as_ref()), "1998-05-28T10:00:00Z");
}

#[test]
fn faults_of_json_cost_no_item_beside_them() {
    let wrap = |items: &str| {
        format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{items}]}}")
    };
    for items in [
        "{\"id\":\"1\",\"title\":\"half \\ud800 a pair\"},{\"id\":\"2\"}",
        "{\"id\":\"1\",\"title\":\"two\nlines\"},{\"id\":\"2\"}",
        "{\"id\":\"1\",\"title\":\"a \\x bad escape\"},{\"id\":\"2\"}",
        "{\"id\":\"1\",},{\"id\":\"2\",},",
        "{\"id\":\"1\"}{\"id\":\"2\"}",
        "{\"id\":\"1\",\"size\":NaN},/* cut */{\"id\":\"2\"}",
        "{\"id\":1e999},{\"id\":\"2\"}",
    ] {
        let feed = read(&wrap(items));
        assert_eq!(feed.entries.len(), 2, "{items}: {:?}", feed.mended);
        assert_eq!(feed.entries[1].id.as_deref(), Some("2"), "{items}");
        assert_eq!(feed.mended, ["faults of the JSON repaired"], "{items}");
    }
    let called = format!("callback( {} );", wrap("{\"id\":\"1\"}"));
    assert_eq!(read(&called).entries.len(), 1);
}

#[test]
fn json_feeds_are_read_with_whatever_types_they_use() {
    let feed = read(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"통신","home_page_url":"https://e.example/","authors":[{"name":"Desk"}],
        "items":[{"id":17,"url":"https://e.example/1","title":"하나","content_html":"<p>본문</p>","content_text":"본문","summary":null,
        "date_published":"2024-05-28T15:04:05+09:00","tags":["a",{"x":1},"b"],"authors":[{"name":"김"}],"attachments":[{"url":1}]},
        7,{"id":"18","title":["odd"],"external_url":"https://x.example/"}]}"#,
    );
    assert_eq!((feed.format, feed.title.as_deref()), (Format::Json, Some("통신")));
    assert_eq!(feed.entries.len(), 2);
    let entry = first(&feed);
    assert_eq!(entry.id.as_deref(), Some("17"));
    assert_eq!(entry.content.as_deref(), Some("<p>본문</p>"));
    assert_eq!(entry.tags, ["a", "b"]);
    assert_eq!(entry.authors, ["김"]);
    assert_eq!(at(entry.published.as_ref()), "2024-05-28T06:04:05Z");
    let second = &feed.entries[1];
    assert_eq!(
        (second.link.as_deref(), second.title.as_deref()),
        (Some("https://x.example/"), None)
    );
    assert_eq!(second.authors, ["Desk"]);
    assert_eq!(feed.mended.len(), 1);
}

#[test]
fn an_id_nobody_wrote_is_not_invented() {
    let rss = "<rss><channel><item><title>no id, no link</title></item></channel></rss>";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry></feed>";
    for text in [rss, atom, r#"{"items":[{"title":"x"}]}"#] {
        let entry = first(&read(text)).clone();
        assert_eq!((entry.id, entry.link), (None, None), "{text}");
    }
}

#[test]
fn a_document_that_ends_early_keeps_its_complete_items_and_no_others() {
    for format in [KOREAN, &KOREAN.replace("item>", "entry>")] {
        let whole = read(format);
        for end in (0..format.len()).filter(|end| format.is_char_boundary(*end)) {
            let Ok(part) =
                document(format.get(..end).unwrap().as_bytes(), &ResponseContext::default())
            else {
                continue;
            };
            assert!(part.entries.len() <= whole.entries.len());
            assert!(part.entries.iter().zip(&whole.entries).all(|(ours, full)| ours == full));
            let ended = part.mended.iter().any(|note| note.starts_with("document ended early"));
            assert!(ended, "cut at {end}: {:?}", part.mended);
        }
    }
    let json =
        r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"},{"id":"2"},{"id":"3""#;
    let feed = read(json);
    assert_eq!(feed.entries.len(), 2);
    assert_eq!(feed.mended, ["document ended early; 2 complete items kept"]);
}

#[test]
fn one_bad_item_does_not_cost_the_others() {
    let feed = read(
        "PHP Warning: something\n<br /><?xml version='1.0'?><!DOCTYPE rss [<!ENTITY house \"Wire House\">]>
        <rss version='2.0'><channel><title>A&B &nbsp; &house;</title>
        <item><title>bare & ampersand &copy; <b>bold</b> end</title><dc:creator>Bo</dc:creator><itunes:duration>999999999999999999999</itunes:duration></item>
        <item><title>unclosed<link>http://e.example/2</link><description>two</description>
        <item><title>\u{1}three\u{0}</title><media:text start='99999999999999999999:00:00'>x</media:text><media:group><media:description>film</media:description></media:group></item>
        <item><title>f&#146;ur &#0; &#xD800; &nosuch; 1 < 2</title></wrong></item>
        </channel></rss>",
    );
    let titles: Vec<_> = feed.entries.iter().map(|entry| entry.title.clone().unwrap()).collect();
    assert_eq!(
        titles,
        ["bare & ampersand &copy; <b>bold</b> end", "unclosed", "three", "f’ur   &nosuch; 1 < 2",]
    );
    assert_eq!(feed.title.as_deref(), Some("A&B \u{a0} Wire House"));
    assert_eq!(first(&feed).authors, ["Bo"]);
    assert_eq!(feed.entries[1].link.as_deref(), Some("http://e.example/2"));
    assert_eq!(feed.entries[2].summary.as_deref(), Some("film"));
    for note in ["undeclared prefix `dc`", "bare `&`", "text before the root", "end tag"] {
        assert!(feed.mended.iter().any(|said| said.contains(note)), "{note}: {:?}", feed.mended);
    }
}

#[test]
fn entities_are_not_expanded_and_nothing_outside_is_read() {
    let mut text =
        "<!DOCTYPE rss [<!ENTITY a0 \"ha\"><!ENTITY x SYSTEM \"file:///etc/passwd\">".to_owned();
    for n in 1..10 {
        let ten = format!("&a{};", n - 1).repeat(10);
        text.extend(["<!ENTITY a", &n.to_string(), " \"", &ten, "\">"]);
    }
    text +=
        "]><rss><channel><title>&a9;</title><item><title>&x;&a0;</title></item></channel></rss>";
    let feed = read(&text);
    assert_eq!(feed.title.as_deref(), Some("&a9;"));
    assert_eq!(first(&feed).title.as_deref(), Some("&x;ha"));
}

#[test]
fn what_is_not_a_feed_is_named() {
    let why = |text: &str| {
        document(text.as_bytes(), &ResponseContext::default()).unwrap_err().to_string()
    };
    assert_eq!(why(" \n"), "the answer is empty");
    assert_eq!(
        why("<!DOCTYPE html><html><head><title>Just a\n moment&hellip;</title></head></html>"),
        "not a feed: it looks like an HTML page titled “Just a moment…”"
    );
    assert_eq!(
        why("<?xml version='1.0'?><opml version='2.0'><body/></opml>"),
        "not a feed: it looks like a document that begins with `<opml>`"
    );
    assert_eq!(
        why("404 not found"),
        "not a feed: it looks like plain text that begins “404 not found”"
    );
    assert_eq!(why(r#"{"error":"no"}"#), "not a feed: it looks like JSON without items");
    let gzip =
        document(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xff, 0xfe], &ResponseContext::default());
    assert!(matches!(gzip, Err(Error::NotAFeed { .. })));
}

#[test]
fn each_language_round_trips_in_its_encodings() {
    let wire = |declared: &str, words: &str| {
        let words = words.repeat(4);
        format!(
            "<?xml version=\"1.0\" encoding=\"{declared}\"?><rss version=\"2.0\"><channel><title>{words}</title></channel></rss>"
        )
    };
    let korean = "지소미아 정상화에 합의한 한일 국방부 장관";
    let japanese = "輸出規制の強化について政府が発表しました";
    let chinese = "日本政府宣布加强半导体出口管制措施";
    let russian = "Правительство объявило об ограничениях";
    for (label, words) in [
        ("euc-kr", korean),
        ("shift_jis", japanese),
        ("euc-jp", japanese),
        ("iso-2022-jp", japanese),
        ("gb18030", chinese),
        ("gbk", chinese),
        ("windows-1251", russian),
        ("koi8-r", russian),
        ("windows-1252", "Façade “naïve” café"),
        ("utf-8", korean),
    ] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let text = wire(label, words);
        let (bytes, _, lost) = encoding.encode(&text);
        assert!(!lost);
        let http = format!("text/xml; charset={label}");
        let silent = wire("", words).replace(" encoding=\"\"", "");
        let (silent, ..) = encoding.encode(&silent);
        let wrong = wire("utf-8", words);
        let (wrong, ..) = encoding.encode(&wrong);
        for (body, content_type) in
            [(&bytes, None), (&silent, Some(http.as_str())), (&silent, None), (&wrong, None)]
        {
            let detected = content_type.is_none() && !std::ptr::eq(body, &raw const bytes);
            if detected && matches!(label, "koi8-r" | "windows-1252") {
                continue;
            }
            let feed = document(body, &ResponseContext { content_type, base: None }).unwrap();
            assert_eq!(
                feed.title.as_deref(),
                Some(words.repeat(4).trim()),
                "{label} {content_type:?}"
            );
        }
    }
}

#[test]
fn wide_encodings_are_known_by_their_bytes() {
    let text =
        "<?xml version='1.0' encoding='utf-16'?><rss><channel><title>한일</title></channel></rss>";
    let units: Vec<u16> = text.encode_utf16().collect();
    let bytes = |mark: bool, unit: fn(u16) -> [u8; 2]| {
        let mark = mark.then_some(0xfeff_u16);
        mark.into_iter().chain(units.iter().copied()).flat_map(unit).collect::<Vec<u8>>()
    };
    let wide = |mark: bool, unit: fn(u32) -> [u8; 4]| {
        let mark = mark.then_some(0xfeff_u32);
        mark.into_iter().chain(text.chars().map(u32::from)).flat_map(unit).collect::<Vec<u8>>()
    };
    for body in [
        bytes(true, u16::to_le_bytes),
        bytes(true, u16::to_be_bytes),
        bytes(false, u16::to_le_bytes),
        bytes(false, u16::to_be_bytes),
        wide(true, u32::to_le_bytes),
        wide(true, u32::to_be_bytes),
        wide(false, u32::to_le_bytes),
        wide(false, u32::to_be_bytes),
        text.as_bytes().to_vec(),
    ] {
        let feed = document(&body, &ResponseContext::default()).unwrap();
        assert_eq!(feed.title.as_deref(), Some("한일"));
    }
}

#[test]
fn damaged_bytes_cost_one_character_each() {
    let mut body = KOREAN.as_bytes().to_vec();
    let at = body.windows(3).position(|three| three == "합".as_bytes()).unwrap();
    body[at + 1] = 0xff;
    let feed = document(
        &body,
        &ResponseContext { content_type: Some("text/xml; charset=utf-8"), base: None },
    )
    .unwrap();
    assert_eq!(feed.entries.len(), 2);
    let title = first(&feed).title.clone().unwrap();
    assert!(title.starts_with("한일, 지소미아 정상화 ") && title.contains('\u{fffd}'), "{title}");
}
