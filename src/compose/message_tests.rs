//! Promises about updates and notices in every format.

use mail_parser::{HeaderValue, MessageParser};
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use super::tests::{
    DELIVERY, body_of, channel, check_html, check_wire, email, nasty, parts, webhook,
};
use super::{Envelope, encode};
use crate::domain::{
    AlertId, Attached, Change, Channel, ChannelKind, DeliveryId, Message, MessageId, Name, Notice,
    NoticeKind, Severity, StoryId, Timestamp, Update,
};

fn copy(source: &str, title: &str, language: &str) -> Attached {
    Attached {
        source: Name::new(source),
        title: title.into(),
        url: Some(format!("https://{source}.example/1")),
        language: Some(language.into()),
        first_seen: Timestamp(1_795_425_900_000),
        reason: "same-text".into(),
        similarity: Some(0.934),
    }
}

fn update() -> Update {
    Update {
        id: MessageId(99),
        alert: AlertId(7),
        story: StoryId(42),
        watch: Name::new("gsomia"),
        watch_title: "GSOMIA & friends".into(),
        severity: Severity::High,
        title: "Seoul to extend GSOMIA pact with Tokyo".into(),
        url: Some("https://news.example/2026/11/gsomia".into()),
        changes: vec![
            Change::Outlets { count: 5 },
            Change::Language { language: "ko".into() },
            Change::Headline {
                before: "Seoul weighs pact".into(),
                after: "Seoul extends pact".into(),
            },
        ],
        outlets: 5,
        languages: vec!["en".into(), "ko".into()],
        copies: vec![
            copy("yonhap", "한일 지소미아 연장 결정", "ko"),
            copy("wire", "Seoul extends pact", "en"),
        ],
        copies_total: 6,
        created: Timestamp(1_795_425_911_000),
    }
}

fn notice() -> Notice {
    Notice {
        id: MessageId(98),
        kind: NoticeKind::SourceFailing,
        subject: "kyodo-english".into(),
        severity: Severity::Normal,
        title: "Feed `kyodo-english` has failed for 6 h".into(),
        lines: vec![
            "kyodo-english: answered 503; next try in 40 min".into(),
            String::new(),
            "See `wirewatch feeds status kyodo-english`.".into(),
        ],
        details: json!({"sources": [{"name": "kyodo-english", "failures": 6}]}),
        created: Timestamp(1_795_425_911_000),
    }
}

fn letters() -> [Message; 2] {
    [Message::Update(Box::new(update())), Message::Notice(Box::new(notice()))]
}

fn bytes(letter: &Message, channel: &Channel) -> Vec<u8> {
    let recipient = "desk@paper.example";
    let envelope = Envelope { delivery: DELIVERY, recipient, answers: Some(DeliveryId(5)) };
    encode(letter, envelope, channel).unwrap().bytes
}

fn body(letter: &Message) -> serde_json::Value {
    serde_json::from_slice(&bytes(letter, &webhook())).unwrap()
}

#[test]
fn updates_and_notices_read_well_everywhere() {
    for (name, letter) in ["update", "notice"].iter().zip(letters()) {
        let (text, html) = parts(&bytes(&letter, &email()));
        insta::assert_snapshot!(format!("{name}_mail_text"), text);
        insta::assert_snapshot!(format!("{name}_mail_html"), body_of(&html));
        insta::assert_json_snapshot!(format!("{name}_webhook"), body(&letter));
        let console = bytes(&letter, &channel(ChannelKind::Console));
        let console = String::from_utf8(console).unwrap().replace('\x1b', "␛");
        insta::assert_snapshot!(format!("{name}_console"), console);
    }
}

#[test]
fn an_update_answers_the_storys_thread_and_the_mail_that_told_of_it() {
    let mail = bytes(&letters()[0], &email());
    let parsed = MessageParser::default().parse(&mail).unwrap();
    assert_eq!(parsed.subject(), Some("Re: Seoul to extend GSOMIA pact with Tokyo"));
    let told = format!("{}@watch.example", DeliveryId(5));
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        value.as_text_list().unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(ids(parsed.in_reply_to()), std::slice::from_ref(&told));
    assert_eq!(ids(parsed.references()), ["story-s42@watch.example".to_owned(), told]);
    let list = String::from_utf8(mail).unwrap();
    assert!(list.contains("List-Id: <gsomia.wirewatch.watch.example>"), "{list}");
}

#[test]
fn notices_of_one_subject_are_one_thread() {
    let mail = bytes(&letters()[1], &email());
    let parsed = MessageParser::default().parse(&mail).unwrap();
    let thread = parsed.in_reply_to().as_text().unwrap();
    assert_eq!(thread, "notice-kyodo-english@watch.example");
    assert!(String::from_utf8(mail).unwrap().contains("List-Id: <operator.wirewatch."));
}

#[test]
fn a_letter_is_stored_and_read_back_as_it_was() {
    for letter in letters() {
        let text = serde_json::to_string(&letter).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), letter);
    }
}

#[test]
fn a_file_gets_one_line() {
    for letter in letters() {
        let line = bytes(&letter, &channel(ChannelKind::File { path: "alerts.jsonl".into() }));
        assert_eq!(line.split(|byte| *byte == b'\n').count(), 2);
        assert!(line.ends_with(b"\n"));
    }
}

#[test]
fn a_huge_letter_is_small_in_a_webhook_and_says_so() {
    let mut long = update();
    long.copies = vec![copy("yonhap", &"title ".repeat(2_000), "ko"); 500];
    long.copies_total = 500;
    long.changes = vec![Change::Correction { before: "x".repeat(9_999), after: "y".repeat(9_999) }];
    let mut wide = notice();
    wide.lines = vec!["line ".repeat(200); 3_000];
    wide.details = json!({"sources": vec![json!({"error": "e".repeat(900)}); 3_000]});
    for letter in [Message::Update(Box::new(long)), Message::Notice(Box::new(wide))] {
        let whole = bytes(&letter, &webhook());
        assert!(whole.len() <= super::webhook::BODY_BYTES_MAX, "{}", whole.len());
        assert_eq!(body(&letter)["data"]["truncated"], true);
        check_wire(&bytes(&letter, &email()));
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    #[test]
    fn no_text_changes_the_shape_of_a_letter(
        texts in prop::collection::vec(nasty(), 6),
        is_update in proptest::prelude::any::<bool>(),
    ) {
        let [title, other, url, tag, word, line] = texts.as_slice() else { return Ok(()) };
        let letter = if is_update {
            let copies = vec![Attached {
                source: Name::new(word),
                title: title.clone(),
                url: Some(format!("https://a.example/{url}")),
                language: Some(tag.clone()),
                reason: word.clone(),
                ..copy("wire", "", "en")
            }];
            let headline = Change::Headline { before: title.clone(), after: other.clone() };
            let changes = vec![headline, Change::Language { language: tag.clone() }];
            Message::Update(Box::new(Update {
                title: title.clone(),
                watch_title: other.clone(),
                url: Some(url.clone()),
                languages: vec![tag.clone(), word.clone()],
                changes,
                copies,
                ..update()
            }))
        } else {
            Message::Notice(Box::new(Notice {
                title: title.clone(),
                subject: word.clone(),
                lines: vec![line.clone(), other.clone()],
                ..notice()
            }))
        };
        let mail = bytes(&letter, &email());
        check_wire(&mail);
        let parsed = MessageParser::default().parse(&mail).unwrap();
        prop_assert_eq!(parsed.headers().len(), 13);
        prop_assert_eq!(parsed.parts.len(), 3);
        let (text, html) = parts(&mail);
        check_html(&html);
        let stray = text.contains(['\u{202E}', '\u{1b}', '\0']);
        prop_assert!(!stray);
        let mut console = String::from_utf8(bytes(&letter, &channel(ChannelKind::Console))).unwrap();
        for code in ["\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[33m", "\x1b[0m"] {
            console = console.replace(code, "");
        }
        prop_assert!(!console.contains(|c: char| c.is_control() && c != '\n'), "{console:?}");
    }
}
