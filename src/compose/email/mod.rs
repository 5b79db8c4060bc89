//! Writes a mail: headers that foreign text cannot add to, a text part and an HTML part, both
//! encoded.

mod header_encoding;
mod html;
mod subject;
mod text;

use std::time::{Duration, SystemTime};

use lettre::message::header::{
    ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue, Headers, MIME_VERSION_1_0,
};
use lettre::message::{MultiPart, SinglePart};

use crate::compose::address::{self, Mailbox};
use crate::compose::view::view_of;
use crate::compose::{Envelope, Fault};
use crate::domain::{Alert, DeliveryId, Email, Message, Severity, StoryId, Timestamp};

/// The last second a mail date can hold: the end of the year 9999.
const DATE_SECONDS_MAX: i64 = 253_402_300_799;

/// A text with more than one such byte in this many is shorter in base64 than in quoted-printable.
const NON_ASCII_ONE_IN: usize = 6;

/// The headers of a mail that depend on its content.
struct MailHeaders {
    /// The ids it refers to, the thread first, without the domain. If it is empty, the mail is in
    /// no thread.
    answers: Vec<String>,
    /// What filters sort by.
    label: String,
}

/// Writes the mail for one recipient. The header names are the same for every mail, save that a
/// digest of several stories names no thread it belongs to.
pub(super) fn render(
    message: &Message,
    envelope: Envelope<'_>,
    settings: &Email,
) -> Result<Vec<u8>, Fault> {
    let delivery = envelope.delivery;
    let from = address::mailbox(&settings.from).ok_or(Fault::Sender)?;
    let to = address::address(envelope.recipient).ok_or(Fault::Recipient)?;
    let head = mail_headers(message, envelope.answers);
    let subject = subject::subject_of(message);
    let (text, page) = bodies(message, delivery, &subject);
    // "=_" can stand in neither encoding, so that no text can end its part.
    let mut mail = MultiPart::alternative()
        .boundary(format!("=_{delivery}"))
        .singlepart(text_part(ContentType::TEXT_PLAIN, text))
        .singlepart(text_part(ContentType::TEXT_HTML, page));
    let headers = mail.headers_mut();
    let domain = from.address.domain().to_owned();
    set_header(headers, "From", sender(&from));
    set_header(headers, "To", to.to_string());
    set_header(headers, "Subject", header_encoding::encode_header(&subject));
    headers.set(Date::new(system_time(message.created())));
    set_header(headers, "Message-ID", format!("<{delivery}@{domain}>"));
    let answers: Vec<String> = head.answers.iter().map(|id| format!("<{id}@{domain}>")).collect();
    if let Some(last) = answers.last() {
        set_header(headers, "In-Reply-To", last.clone());
        // Folded: with the domain, two ids may pass the 78 columns a line should have.
        set_header(headers, "References", answers.join("\r\n "));
    }
    set_header(headers, "List-Id", list_id(&head.label, &domain));
    set_header(headers, "Importance", importance(message.severity()).to_owned());
    set_header(headers, "Auto-Submitted", "auto-generated".to_owned());
    set_header(headers, "X-Auto-Response-Suppress", "All".to_owned());
    headers.set(MIME_VERSION_1_0);
    Ok(mail.formatted())
}

fn mail_headers(message: &Message, answers: Option<DeliveryId>) -> MailHeaders {
    match message {
        Message::Alerts(alerts) => MailHeaders {
            answers: thread_id(alerts).into_iter().collect(),
            label: watches_label(alerts),
        },
        Message::Update(update) => {
            let mut ids = vec![story_message_id(update.story)];
            ids.extend(answers.map(|told| told.to_string()));
            MailHeaders { answers: ids, label: update.watch.to_string() }
        }
        Message::Notice(notice) => MailHeaders {
            answers: vec![format!("notice-{}", header_token(&notice.subject))],
            label: "operator".to_owned(),
        },
    }
}

fn bodies(message: &Message, delivery: DeliveryId, subject: &str) -> (String, String) {
    match view_of(message) {
        Ok(view) => (text::view(&view, delivery), html::view(&view, delivery, subject)),
        Err([alert]) => {
            (text::single_alert(alert, delivery), html::single_alert(alert, delivery, subject))
        }
        Err(alerts) => (text::digest(alerts, delivery), html::digest(alerts, delivery, subject)),
    }
}

/// One part in whichever encoding is shorter. One of the two always: they make lines short and keep
/// bare line ends and leading dots out of the SMTP dialogue.
fn text_part(kind: ContentType, text: String) -> SinglePart {
    let foreign = text.bytes().filter(|byte| !byte.is_ascii()).count();
    let encoding = if foreign.saturating_mul(NON_ASCII_ONE_IN) > text.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    SinglePart::builder().header(kind).header(encoding).body(text)
}

/// Sets a header whose value is already safe: ours, or encoded.
fn set_header(headers: &mut Headers, name: &'static str, value: String) {
    let name = HeaderName::new_from_ascii_str(name);
    headers.insert_raw(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
}

/// The `From` value. The display name comes from the configuration, never from a feed.
fn sender(from: &Mailbox) -> String {
    match &from.name {
        Some(name) => {
            let (name, fold) = (
                header_encoding::encode_display_name(name),
                if name.is_ascii() { "" } else { "\r\n" },
            );
            format!("{name}{fold} <{}>", from.address)
        }
        None => from.address.to_string(),
    }
}

/// The artificial id of the story of all these alerts. No mail has it, but every mail of the story
/// refers to it, so mail programs show them as one thread.
fn thread_id(alerts: &[Alert]) -> Option<String> {
    let one = alerts.first()?.story;
    alerts.iter().all(|alert| alert.story == one).then(|| story_message_id(one))
}

fn story_message_id(id: StoryId) -> String {
    format!("story-{id}")
}

/// The watch, or `digest` where there are several.
fn watches_label(alerts: &[Alert]) -> String {
    let first = alerts.first().map(|alert| &alert.watch);
    let one = first.filter(|watch| alerts.iter().all(|alert| alert.watch == **watch));
    one.map_or("digest", |watch| watch.as_str()).to_owned()
}

fn list_id(label: &str, domain: &str) -> String {
    format!("<{}.wirewatch.{}>", header_token(label), domain.trim_matches(['[', ']']))
}

fn header_token(name: &str) -> String {
    name.chars().map(header_char).collect()
}

/// Names are messages, digits and `-` by their definition; here that is made sure.
fn header_char(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }
}

/// RFC 2156: what mail clients sort and sound by.
fn importance(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Normal => "normal",
        Severity::High | Severity::Critical => "high",
    }
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = at.unix_seconds().clamp(0, DATE_SECONDS_MAX);
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
