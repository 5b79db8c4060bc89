//! Items, and the four ways a feed writes them down.
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

/// The kind of document a feed serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedFormat {
    #[default]
    Rss2,
    Rss1,
    Atom,
    Json,
}

impl FeedFormat {
    /// All of them, for whoever must try each.
    pub const ALL: [Self; 4] = [Self::Rss2, Self::Rss1, Self::Atom, Self::Json];

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss2 => "application/rss+xml; charset=utf-8",
            Self::Rss1 => "application/rdf+xml",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }
}

/// What a feed says of itself.
#[derive(Clone, Debug)]
pub struct FeedHead {
    pub title: String,
    pub home: String,
    pub language: String,
}

/// One news item, as a newsroom would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub link: String,
    /// Plain text, as the two below; `content` has paragraphs between blank lines.
    pub title: String,
    pub summary: String,
    pub content: String,
    /// Seconds since 1970.
    pub published: u64,
    pub author: String,
    pub tags: Vec<String>,
    pub language: String,
}

impl Item {
    /// A short item without a body.
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            link: format!("https://news.example/{id}"),
            title: title.to_owned(),
            summary: String::new(),
            content: String::new(),
            published: 1_795_000_000,
            author: String::new(),
            tags: Vec::new(),
            language: "en".to_owned(),
        }
    }

    #[must_use]
    pub fn saying(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.summary);
        self
    }

    #[must_use]
    pub fn linked(mut self, link: &str) -> Self {
        link.clone_into(&mut self.link);
        self
    }

    #[must_use]
    pub fn dated(mut self, unix_s: u64) -> Self {
        self.published = unix_s;
        self
    }

    /// The body as HTML paragraphs.
    fn html(&self) -> String {
        self.content.split("\n\n").filter(|part| !part.is_empty()).fold(
            String::new(),
            |mut html, part| {
                writeln!(html, "<p>{}</p>", escape(part)).unwrap();
                html
            },
        )
    }

    fn http_date(&self) -> String {
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(self.published))
    }

    fn rfc3339(&self) -> String {
        let second = i64::try_from(self.published).unwrap();
        jiff::Timestamp::from_second(second).unwrap().to_string()
    }
}

/// The whole feed document.
pub fn render(rendering: FeedFormat, head: &FeedHead, items: &[Item]) -> Vec<u8> {
    match rendering {
        FeedFormat::Rss2 => rss2(head, items),
        FeedFormat::Rss1 => rss1(head, items),
        FeedFormat::Atom => atom(head, items),
        FeedFormat::Json => json(head, items),
    }
    .into_bytes()
}

/// Text made safe between tags and in attributes.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
        safe
    })
}

fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

fn element(xml: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        writeln!(xml, "    <{name}>{}</{name}>", escape(text)).unwrap();
    }
}

fn rss2(head: &FeedHead, items: &[Item]) -> String {
    let mut xml = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"",
        " xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"",
        " xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n",
    ));
    element(&mut xml, "title", &head.title);
    element(&mut xml, "link", &head.home);
    element(&mut xml, "description", &head.title);
    element(&mut xml, "language", &head.language);
    for item in items {
        xml.push_str("  <item>\n");
        element(&mut xml, "title", &item.title);
        element(&mut xml, "link", &item.link);
        if !item.id.is_empty() {
            writeln!(xml, "    <guid isPermaLink=\"false\">{}</guid>", escape(&item.id)).unwrap();
        }
        element(&mut xml, "pubDate", &item.http_date());
        element(&mut xml, "dc:creator", &item.author);
        for tag in &item.tags {
            element(&mut xml, "category", tag);
        }
        element(&mut xml, "description", &escape(&item.summary));
        if !item.content.is_empty() {
            writeln!(xml, "    <content:encoded>{}</content:encoded>", cdata(&item.html()))
                .unwrap();
        }
        xml.push_str("  </item>\n");
    }
    xml.push_str("</channel>\n</rss>\n");
    xml
}

fn rss1(head: &FeedHead, items: &[Item]) -> String {
    let mut xml = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"",
        " xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"",
        " xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n",
    ));
    writeln!(xml, "<channel rdf:about=\"{}\">", escape(&head.home)).unwrap();
    element(&mut xml, "title", &head.title);
    element(&mut xml, "link", &head.home);
    element(&mut xml, "dc:language", &head.language);
    xml.push_str("<items><rdf:Seq>\n");
    for item in items {
        writeln!(xml, "  <rdf:li rdf:resource=\"{}\"/>", escape(&item.id)).unwrap();
    }
    xml.push_str("</rdf:Seq></items>\n</channel>\n");
    for item in items {
        writeln!(xml, "<item rdf:about=\"{}\">", escape(&item.id)).unwrap();
        element(&mut xml, "title", &item.title);
        element(&mut xml, "link", &item.link);
        element(&mut xml, "dc:date", &item.rfc3339());
        element(&mut xml, "dc:creator", &item.author);
        for tag in &item.tags {
            element(&mut xml, "dc:subject", tag);
        }
        element(&mut xml, "description", &escape(&item.summary));
        if !item.content.is_empty() {
            writeln!(xml, "    <content:encoded>{}</content:encoded>", cdata(&item.html()))
                .unwrap();
        }
        xml.push_str("</item>\n");
    }
    xml.push_str("</rdf:RDF>\n");
    xml
}

fn atom(head: &FeedHead, items: &[Item]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let language = escape(&head.language);
    writeln!(xml, "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">").unwrap();
    element(&mut xml, "title", &head.title);
    element(&mut xml, "id", &head.home);
    writeln!(xml, "    <link href=\"{}\"/>", escape(&head.home)).unwrap();
    if let Some(item) = items.iter().max_by_key(|item| item.published) {
        element(&mut xml, "updated", &item.rfc3339());
    }
    for item in items {
        writeln!(xml, "  <entry xml:lang=\"{}\">", escape(&item.language)).unwrap();
        element(&mut xml, "id", &item.id);
        writeln!(xml, "    <title type=\"text\">{}</title>", escape(&item.title)).unwrap();
        writeln!(xml, "    <link rel=\"alternate\" href=\"{}\"/>", escape(&item.link)).unwrap();
        element(&mut xml, "published", &item.rfc3339());
        element(&mut xml, "updated", &item.rfc3339());
        if !item.author.is_empty() {
            writeln!(xml, "    <author><name>{}</name></author>", escape(&item.author)).unwrap();
        }
        for tag in &item.tags {
            writeln!(xml, "    <category term=\"{}\"/>", escape(tag)).unwrap();
        }
        element(&mut xml, "summary", &item.summary);
        if !item.content.is_empty() {
            let html = escape(&item.html());
            writeln!(xml, "    <content type=\"html\">{html}</content>").unwrap();
        }
        xml.push_str("  </entry>\n");
    }
    xml.push_str("</feed>\n");
    xml
}

fn json(head: &FeedHead, items: &[Item]) -> String {
    let items: Vec<serde_json::Value> = items
        .iter()
        .map(|item| {
            let mut one = serde_json::json!({
                "id": item.id,
                "url": item.link,
                "title": item.title,
                "summary": item.summary,
                "date_published": item.rfc3339(),
                "tags": item.tags,
                "language": item.language,
                "content_html": item.html(),
            });
            if !item.author.is_empty() {
                one["authors"] = serde_json::json!([{ "name": item.author }]);
            }
            one
        })
        .collect();
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.home,
        "language": head.language,
        "items": items,
    });
    format!("{feed:#}\n")
}
