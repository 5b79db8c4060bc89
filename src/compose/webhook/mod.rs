//! The body of a webhook (Standard Webhooks 1.0.0), and the same as lines for a file.
//!
//! This shape is a contract: fields are added, never changed or taken away.
//! ```json
//! {"type": "alert.matched",                 // or "alert.digest", "test.ping"
//!  "timestamp": "2026-11-23T09:20:11Z",     // when the alert was made, not when it was sent
//!  "data": {
//!    "id": "01j…",                          // the alert's own id, the same for ever and everywhere
//!    "kind": "new",                         // new, revised, copy, test
//!    "why": "A new story matched this watch.",
//!    "watch": "gsomia", "watch_title": "GSOMIA", "severity": "high",
//!    "title": "…",
//!    "url": "https://…",                    // http or https, else null
//!    "source": "kyodo-english", "language": "en",
//!    "published": "2026-11-23T09:12:00Z",   // null if the publisher does not say
//!    "first_seen": "2026-11-23T09:20:10Z",
//!    "snippet": {"text": "…", "marks": [[4, 10]], "html": "… <mark>GSOMIA</mark> …"},
//!    "hits": [{"term": "GSOMIA", "field": "title", "start": 4, "end": 10, "text": "GSOMIA",
//!              "tolerance": null}],
//!    "hits_total": 1,                       // more than `hits` holds when some were left out
//!    "score": 1.0, "threshold": 1.0,
//!    "story": "s42",                        // alerts of one story share it
//!    "spread": {"outlets": 8, "languages": ["en", "ja", "ko"]},   // who carries the story, this
//!                                           // alert's source included; null if nobody else does
//!    "truncated": false}}                   // true when anything above was cut to keep to the size
//! ```
//! `marks`, `start` and `end` count bytes of UTF-8: marks in `snippet.text`, hits in the article's
//! field. Texts are as published: escape them where they are shown; `snippet.html` is escaped.
//! Updates and notices have shapes of their own, see [`message`].
//!
//! A digest's `data` is `{"count": 2, "watches": ["gsomia"], "alerts": [ … ]}`, the most severe watch
//! first, and lists every alert. Absent is null. The address a request goes to is the receiver's
//! own business, so nothing here says which channel it was.

// Public because of its documentation, as the module above.
pub mod message;
mod size_limits;

use serde::Serialize;

use crate::domain::{Alert, AlertId, AlertKind, Field, Message, Name, Severity, Spread, Timestamp};

use super::digest::by_watch;
use super::fault::Fault;
use super::passage::{self, TextRun};
use super::{foreign_text, wording};

pub use size_limits::BODY_BYTES_MAX;
use size_limits::{SIZE_LIMITS, SizeLimits};

#[derive(Serialize)]
struct WebhookBody<D> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: D,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    One(Box<AlertData<'a>>),
    Many { count: usize, watches: Vec<&'a Name>, alerts: Vec<AlertData<'a>> },
}

#[derive(Serialize)]
struct AlertData<'a> {
    id: AlertId,
    kind: &'static str,
    why: &'static str,
    watch: &'a Name,
    watch_title: String,
    severity: Severity,
    title: String,
    url: Option<String>,
    source: &'a Name,
    language: Option<&'a str>,
    published: Option<Timestamp>,
    first_seen: Timestamp,
    snippet: Passage,
    hits: Vec<ReasonData>,
    hits_total: usize,
    score: f64,
    threshold: f64,
    story: String,
    spread: Option<&'a Spread>,
    truncated: bool,
}

#[derive(Serialize)]
struct Passage {
    text: String,
    marks: Vec<[usize; 2]>,
    html: String,
}

#[derive(Serialize)]
struct ReasonData {
    term: String,
    field: Field,
    start: usize,
    end: usize,
    text: String,
    tolerance: Option<String>,
    /// Only where the text is another element's than the field's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<String>,
}

/// The body of one request.
pub(super) fn encode_body(message: &Message) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    for limits in SIZE_LIMITS {
        bytes = encode_within(message, limits)?;
        if bytes.len() <= BODY_BYTES_MAX {
            break;
        }
    }
    Ok(bytes)
}

/// One whole line for each alert, or for the one update or notice.
pub(super) fn encode_lines(message: &Message) -> Result<Vec<u8>, Fault> {
    let [everything, ..] = SIZE_LIMITS;
    let mut lines = Vec::new();
    let mut line = |message: &Message| {
        lines.extend(encode_within(message, everything)?);
        lines.push(b'\n');
        Ok(())
    };
    match message {
        Message::Alerts(alerts) => {
            alerts.iter().try_for_each(|alert| line(&Message::Alerts(vec![alert.clone()])))?;
        }
        Message::Update(_) | Message::Notice(_) => line(message)?,
    }
    Ok(lines)
}

fn encode_within(message: &Message, limits: SizeLimits) -> Result<Vec<u8>, Fault> {
    let timestamp = message.created();
    let bytes = match message {
        Message::Alerts(alerts) => {
            let (r#type, data) = match alerts.as_slice() {
                [alert] if alert.kind == AlertKind::Test => {
                    ("test.ping", single_alert(alert, limits))
                }
                [alert] => ("alert.matched", single_alert(alert, limits)),
                alerts => ("alert.digest", digest(alerts, limits)),
            };
            serde_json::to_vec(&WebhookBody { r#type, timestamp, data })
        }
        Message::Update(update) => {
            let data = message::update(update, limits);
            serde_json::to_vec(&WebhookBody { r#type: "alert.updated", timestamp, data })
        }
        Message::Notice(notice) => {
            let data = message::notice(notice, limits);
            serde_json::to_vec(&WebhookBody { r#type: notice.kind.as_str(), timestamp, data })
        }
    };
    bytes.or(Err(Fault::Record))
}

fn single_alert(alert: &Alert, limits: SizeLimits) -> Data<'_> {
    Data::One(Box::new(alert_data(alert, limits)))
}

fn digest(alerts: &[Alert], limits: SizeLimits) -> Data<'_> {
    let groups = by_watch(alerts);
    let watches = groups.iter().filter_map(|group| group.first()).map(|a| &a.watch).collect();
    let records = groups.into_iter().flatten().map(|alert| alert_data(alert, limits)).collect();
    Data::Many { count: alerts.len(), watches, alerts: records }
}

fn alert_data(alert: &Alert, limits: SizeLimits) -> AlertData<'_> {
    let cut = |text: &str| foreign_text::single_line_of(text, limits.word_chars);
    let hits: Vec<ReasonData> = alert
        .hits
        .iter()
        .take(limits.hits)
        .map(|hit| ReasonData {
            term: cut(&hit.term),
            field: hit.field,
            start: hit.start,
            end: hit.end,
            text: cut(&hit.text),
            tolerance: hit.tolerance.as_deref().map(cut),
            element: hit.element.as_deref().map(cut),
        })
        .collect();
    let fits = |text: &str| text.chars().nth(limits.word_chars).is_none();
    let hits_fit = hits.len() == alert.hits.len()
        && alert.hits.iter().all(|hit| {
            fits(&hit.term) && fits(&hit.text) && hit.tolerance.as_deref().is_none_or(fits)
        });
    let url = alert.url.as_deref().and_then(foreign_text::safe_link);
    let url_fits = alert.url.as_ref().is_none_or(|url| url.len() <= foreign_text::LINK_BYTES_MAX);
    let snippet_fits = alert.snippet.text.chars().nth(limits.snippet_chars).is_none();
    AlertData {
        id: alert.id,
        kind: wording::kind_word(alert.kind),
        why: wording::kind_sentence(alert.kind),
        watch: &alert.watch,
        watch_title: cut(&alert.watch_title),
        severity: alert.severity,
        title: cut(&alert.title),
        url: url.map(String::from),
        source: &alert.source,
        language: wording::language(alert),
        published: alert.published,
        first_seen: alert.first_seen,
        snippet: snippet(&passage::snippet_runs(alert, limits.snippet_chars)),
        hits_total: alert.hits.len(),
        truncated: !(hits_fit
            && url_fits
            && snippet_fits
            && fits(&alert.title)
            && fits(&alert.watch_title)),
        hits,
        score: alert.score,
        threshold: alert.threshold,
        story: alert.story.to_string(),
        spread: alert.spread.as_ref(),
    }
}

/// The snippet or a part of it, cleaned, its marks counted anew.
fn snippet(pieces: &[TextRun]) -> Passage {
    let mut passage = Passage { text: String::new(), marks: Vec::new(), html: String::new() };
    for piece in pieces {
        let start = passage.text.len();
        passage.text.push_str(&piece.text);
        if piece.marked {
            passage.marks.push([start, passage.text.len()]);
        }
    }
    passage.html = passage::render_runs(pieces, foreign_text::escape_html, |word| {
        format!("<mark>{}</mark>", foreign_text::escape_html(word))
    });
    passage
}
