//! Promises about whole messages, checked by parsers that share no code with the writers.

use mail_parser::{HeaderName, MessageParser, MimeHeaders as _};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

use super::{EncodedMessage, Envelope, Error, Fault, foreign_text};
use crate::domain::{
    Alert, AlertId, AlertKind, Channel, ChannelKind, DeliveryId, Email, Field, Hit, Message, Name,
    Severity, SmtpTls, Snippet, StoryId, Timestamp, Webhook,
};

pub(super) const DELIVERY: DeliveryId = DeliveryId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

pub(super) fn hit(term: &str, field: Field, text: &str, tolerance: Option<&str>) -> Hit {
    let tolerance = tolerance.map(str::to_owned);
    Hit {
        term: term.into(),
        field,
        start: 0,
        end: text.len(),
        text: text.into(),
        tolerance,
        element: None,
    }
}

/// An alert with something of everything.
pub(super) fn alert() -> Alert {
    let text = "… the foreign ministry said the GSOMIA pact would be renewed, \
                and that export-controls on Japan's side were “under review”. …";
    let marks = ["GSOMIA", "export-controls"]
        .iter()
        .map(|word| text.find(word).map(|at| at..at + word.len()).unwrap())
        .collect();
    let mut hits = vec![
        hit("GSOMIA", Field::Title, "GSOMIA", None),
        hit("GSOMIA", Field::Summary, "GSOMIA", None),
        hit("export control", Field::Summary, "export-controls", Some("hyphen+number")),
    ];
    hits[0].start = 16;
    hits[0].end = 22;
    Alert {
        id: AlertId(7),
        kind: AlertKind::New,
        story: StoryId(42),
        watch: Name::new("gsomia"),
        watch_title: "GSOMIA & friends".into(),
        severity: Severity::High,
        title: "Seoul to extend GSOMIA pact with Tokyo".into(),
        url: Some("https://news.example/2026/11/gsomia?ref=rss&x=1".into()),
        source: Name::new("kyodo-english"),
        language: Some("en".into()),
        published: Some(Timestamp(1_795_425_120_000)),
        first_seen: Timestamp(1_795_425_610_000),
        score: 1.0,
        threshold: 1.0,
        hits,
        snippet: Snippet { text: text.into(), marks },
        spread: None,
        created: Timestamp(1_795_425_611_000),
    }
}

/// Three alerts of two watches, one of them in Korean, one quiet, one with weights.
fn several() -> Vec<Alert> {
    let korean = Alert {
        id: AlertId(8),
        story: StoryId(43),
        title: "한일 군사정보보호협정(지소미아) 연장 결정".into(),
        language: Some("ko".into()),
        source: Name::new("yonhap"),
        snippet: Snippet {
            text: "정부는 지소미아를 연장하기로 했다.".into(),
            marks: std::iter::once(10..22).collect(),
        },
        hits: vec![hit("지소미아", Field::Summary, "지소미아", Some("particle"))],
        ..alert()
    };
    let quiet = Alert {
        id: AlertId(9),
        kind: AlertKind::Revised,
        story: StoryId(44),
        watch: Name::new("drills"),
        watch_title: "Alliance drills".into(),
        severity: Severity::Low,
        title: "مناورات مشتركة في تايلاند".into(),
        url: Some("javascript:alert(1)".into()),
        language: Some("ar".into()),
        published: None,
        score: 14.0,
        threshold: 10.0,
        ..alert()
    };
    vec![quiet, alert(), korean]
}

pub(super) fn channel(kind: ChannelKind) -> Channel {
    Channel { name: Name::new("desk"), min_severity: Severity::Low, kind }
}

pub(super) fn email() -> Channel {
    channel(ChannelKind::Email(Email {
        host: "127.0.0.1".into(),
        port: 25,
        tls: SmtpTls::None,
        user: None,
        password: None,
        from: "wirewatch <alerts@watch.example>".into(),
        to: vec!["desk@paper.example".into()],
        ca_file: None,
    }))
}

pub(super) fn webhook() -> Channel {
    channel(ChannelKind::Webhook(Webhook {
        url: "https://hooks.example/in".parse().unwrap(),
        secrets: Vec::new(),
        timeout: std::time::Duration::from_secs(20),
        allow_private: false,
    }))
}

fn message(
    alerts: &[Alert],
    delivery: DeliveryId,
    channel: &Channel,
    recipient: &str,
) -> Result<EncodedMessage, Error> {
    let envelope = Envelope { delivery, recipient, answers: None };
    super::encode(&Message::Alerts(alerts.to_vec()), envelope, channel)
}

fn mail(alerts: &[Alert]) -> Vec<u8> {
    message(alerts, DELIVERY, &email(), "desk@paper.example").unwrap().bytes
}

fn json(alerts: &[Alert]) -> serde_json::Value {
    let body = message(alerts, DELIVERY, &webhook(), "").unwrap().bytes;
    serde_json::from_slice(&body).unwrap()
}

/// Text and HTML as a mail program shows them.
pub(super) fn parts(bytes: &[u8]) -> (String, String) {
    let parsed = MessageParser::default().parse(bytes).unwrap();
    (parsed.body_text(0).unwrap().into_owned(), parsed.body_html(0).unwrap().into_owned())
}

#[test]
fn a_mail_reads_well_as_text_and_html() {
    let (text, html) = parts(&mail(&[alert()]));
    insta::assert_snapshot!("mail_text", text);
    insta::assert_snapshot!("mail_html", body_of(&html));
}

#[test]
fn a_digest_reads_well_as_text_and_html() {
    let (text, html) = parts(&mail(&several()));
    insta::assert_snapshot!("digest_text", text);
    insta::assert_snapshot!("digest_html", body_of(&html));
}

#[test]
fn a_console_reads_well() {
    let bytes = message(&several(), DELIVERY, &channel(ChannelKind::Console), "").unwrap().bytes;
    let text = String::from_utf8(bytes).unwrap().replace('\x1b', "␛");
    insta::assert_snapshot!("console", text);
}

#[test]
fn a_webhook_tells_everything() {
    insta::assert_json_snapshot!("webhook_single", json(&[alert()]));
    insta::assert_json_snapshot!("webhook_digest", json(&several()));
}

/// The body without the fixed head.
pub(super) fn body_of(html: &str) -> &str {
    html.split_once("<body>").unwrap().1
}

#[test]
fn the_headers_of_a_mail_are_these() {
    let bytes = mail(&[alert()]);
    let text = String::from_utf8(bytes).unwrap();
    let head = text.split_once("\r\n\r\n").unwrap().0;
    insta::assert_snapshot!("mail_headers", head.replace("\r\n", "\n"));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    for kind in [email(), webhook(), channel(ChannelKind::Console)] {
        let write = || message(&several(), DELIVERY, &kind, "desk@paper.example").unwrap();
        assert_eq!(write(), write());
    }
}

#[test]
fn what_cannot_be_written_is_said_without_an_address() {
    let refuse = |alerts: &[Alert], channel: &Channel, recipient: &str| {
        let error = message(alerts, DELIVERY, channel, recipient).unwrap_err();
        assert!(!error.to_string().contains('@'));
        error.cause
    };
    assert_eq!(refuse(&[], &email(), "a@b.example"), Fault::Empty);
    assert_eq!(refuse(&[alert()], &email(), "nobody"), Fault::Recipient);
    assert_eq!(
        refuse(&[alert()], &email(), "a@b.example>\r\nRCPT TO:<x@y.example"),
        Fault::Recipient
    );
    let mut bad = email();
    if let ChannelKind::Email(settings) = &mut bad.kind {
        settings.from = "nobody".into();
    }
    assert_eq!(refuse(&[alert()], &bad, "a@b.example"), Fault::Sender);
}

#[test]
fn a_digest_lists_every_alert_in_every_format() {
    let alerts: Vec<Alert> = (0..500)
        .map(|n| Alert {
            id: AlertId(n),
            watch: Name::new(["gsomia", "drills", "oil"][usize::try_from(n % 3).unwrap()]),
            ..alert()
        })
        .collect();
    let (text, html) = parts(&mail(&alerts));
    let listed = json(&alerts);
    let ids: Vec<&str> = listed["data"]["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 500);
    assert_eq!(listed["data"]["alerts"][0]["truncated"], true);
    for alert in &alerts {
        let id = alert.id.to_string();
        assert!(text.contains(&id) && html.contains(&id) && ids.contains(&id.as_str()));
    }
    let file = channel(ChannelKind::File { path: "alerts.jsonl".into() });
    let lines = message(&alerts, DELIVERY, &file, "").unwrap().bytes;
    assert_eq!(lines.split(|byte| *byte == b'\n').count() - 1, 500);
}

#[test]
fn a_webhook_of_a_huge_alert_is_small_and_says_so() {
    let mut huge = alert();
    huge.title = "title ".repeat(10_000);
    huge.snippet.text = "passage ".repeat(10_000);
    huge.snippet.marks = std::iter::once(70_000..70_007).collect();
    huge.hits = vec![hit(&"t".repeat(5_000), Field::Content, &"x".repeat(5_000), None); 3_000];
    huge.url = Some(format!("https://a.example/{}", "p".repeat(100_000)));
    let body = message(&[huge], DELIVERY, &webhook(), "").unwrap().bytes;
    assert!(body.len() <= super::webhook::BODY_BYTES_MAX, "{}", body.len());
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["data"]["truncated"], true);
    assert_eq!(body["data"]["hits_total"], 3_000);
    assert_eq!(body["data"]["url"], serde_json::Value::Null);
}

#[test]
fn a_test_alert_is_a_test_ping() {
    let test = Alert { kind: AlertKind::Test, hits: Vec::new(), ..alert() };
    assert_eq!(json(std::slice::from_ref(&test))["type"], "test.ping");
    assert!(parts(&mail(&[test])).0.contains("This is a test"));
}

/// The names a mail's head may hold, in their order.
const SINGLE_HEADERS: [&str; 13] = [
    "Content-Type",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-ID", // the parser's spelling of what is written List-Id
    "Importance",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
];

/// Every element our pages are made of; anything else came from outside.
const ELEMENTS: [&str; 25] = [
    "!doctype",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "p",
    "bdi",
    "b",
    "span",
    "h1",
    "h2",
    "h3",
    "a",
    "br",
    "blockquote",
    "mark",
    "ul",
    "li",
    "/html",
    "/head",
    "/title",
    "/style",
];

pub(super) fn check_wire(bytes: &[u8]) {
    assert!(bytes.is_ascii() && !bytes.contains(&0));
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "bare line end");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.split("\r\n").all(|line| line.len() <= 998));
    assert!(body.split("\r\n").all(|line| line.len() <= 76), "a body line is over 76");
}

pub(super) fn check_html(html: &str) {
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        let known = ELEMENTS.contains(&name) || ELEMENTS.contains(&name.trim_start_matches('/'));
        assert!(known, "<{name}");
        let inside = tag.split('>').next().unwrap();
        if name == "a" {
            assert!(inside.starts_with("a href=\"http"), "{inside}");
        }
    }
}

/// Text of any letters, with those that do harm over-represented.
pub(super) fn nasty() -> impl Strategy<Value = String> {
    let bad = [
        "\r\n",
        "\r",
        "\n",
        "\0",
        "\u{202E}",
        "\u{2066}",
        "\u{2028}",
        "=?utf-8?b?aGk=?=",
        "=?",
        "?=",
        "\r\nBcc: x@y.example\r\n",
        ".\r\n",
        "\r\n.\r\nMAIL FROM:<a@b>",
        "</a><script>",
        "\" onload=\"",
        "&lt;",
        "한국어",
        "日本",
        "🏳️‍🌈",
        "  ",
        "\t",
        "\u{1b}[31m",
        "\u{85}",
        "\u{FEFF}",
        "a",
        "--=_",
    ];
    let piece = proptest::prop_oneof![
        prop::sample::select(bad.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[ -~]{0,90}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// An alert whose every foreign text is nasty.
fn nasty_alert() -> impl Strategy<Value = Alert> {
    let marks = prop::collection::vec((0_usize..99, 0_usize..99), 0..4);
    (nasty(), nasty(), nasty(), nasty(), marks, any::<u8>()).prop_map(
        |(title, text, term, url, marks, dice)| Alert {
            title,
            watch_title: term.clone(),
            language: Some(url.clone()),
            url: Some(if dice % 2 == 0 { format!("https://a.example/{url}") } else { url }),
            hits: vec![hit(&term, Field::Title, &text, Some(&term)); usize::from(dice % 5)],
            snippet: Snippet { text, marks: marks.into_iter().map(|(a, b)| a..b).collect() },
            ..alert()
        },
    )
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_changes_the_shape_of_a_mail(alert in nasty_alert()) {
        let bytes = mail(std::slice::from_ref(&alert));
        check_wire(&bytes);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let names: Vec<&str> = parsed.headers().iter().map(|header| header.name.as_str()).collect();
        prop_assert_eq!(names, SINGLE_HEADERS);
        let mut title = foreign_text::single_line_of(&alert.title, foreign_text::TITLE_CHARS_MAX);
        if title.is_empty() {
            title = "(untitled)".to_owned();
        }
        prop_assert_eq!(parsed.subject(), Some(title.as_str()));
        prop_assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("alerts@watch.example"));
        prop_assert_eq!(parsed.to().unwrap().as_list().unwrap().len(), 1);
        prop_assert!(parsed.header(HeaderName::Bcc).is_none());
        prop_assert_eq!(parsed.parts.len(), 3, "the frame, the text, the page");
        prop_assert!(parsed.parts[1].content_type().unwrap().subtype() == Some("plain"));
        let (text, html) = parts(&bytes);
        check_html(&html);
        let title = foreign_text::bidi_isolated(&title).replace(' ', "");
        prop_assert!(text.replace([' ', '\r', '\n'], "").contains(&title), "{text}");
        let stray = text.contains(['\u{202E}', '\u{1b}', '\0']);
        prop_assert!(!stray);
    }

    #[test]
    fn no_text_changes_the_shape_of_a_digest(one in nasty_alert(), two in nasty_alert()) {
        let two = Alert { story: StoryId(1), watch: Name::new("other"), ..two };
        let bytes = mail(&[one, two]);
        check_wire(&bytes);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let names: Vec<&str> = parsed.headers().iter().map(|header| header.name.as_str()).collect();
        let expected: Vec<&str> = SINGLE_HEADERS
            .into_iter()
            .filter(|name| !matches!(*name, "In-Reply-To" | "References"))
            .collect();
        prop_assert_eq!(names, expected);
        check_html(&parts(&bytes).1);
    }

    #[test]
    fn a_webhook_says_what_was_published(alert in nasty_alert()) {
        let body = json(std::slice::from_ref(&alert));
        let data = &body["data"];
        if data["truncated"] == false {
            let is = |value: &serde_json::Value, text: &str| {
                *value == foreign_text::single_line(text).as_str()
            };
            prop_assert!(is(&data["title"], &alert.title));
            prop_assert!(is(&data["snippet"]["text"], &alert.snippet.text));
            prop_assert_eq!(data["hits"].as_array().unwrap().len(), alert.hits.len());
            for (told, hit) in data["hits"].as_array().unwrap().iter().zip(&alert.hits) {
                prop_assert!(is(&told["term"], &hit.term));
            }
        }
        let steers = body.to_string().contains(['\u{202E}', '\u{2066}', '\u{2069}']);
        prop_assert!(!steers);
        let html = data["snippet"]["html"].as_str().unwrap();
        prop_assert!(!html.replace("<mark>", "").replace("</mark>", "").contains(['<', '>']));
        let url = data["url"].as_str().unwrap_or("http://none.example");
        prop_assert!(url.starts_with("http"));
    }

    #[test]
    fn no_text_steers_a_terminal(alert in nasty_alert()) {
        let bytes = message(&[alert], DELIVERY, &channel(ChannelKind::Console), "").unwrap().bytes;
        let mut text = String::from_utf8(bytes).unwrap();
        for code in ["\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[33m", "\x1b[0m"] {
            text = text.replace(code, "");
        }
        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}
