//! The `data` of messages that are not alerts. The same contract: fields are added, never changed.
//!
//! `alert.updated`, news of a story of which an alert was sent:
//! ```json
//! {"id": "01j…",                            // of this update
//!  "alert": "01j…", "story": "s42",         // the alert it follows
//!  "watch": "gsomia", "watch_title": "GSOMIA", "severity": "high",
//!  "title": "…", "url": "https://…",        // the alert's title; where the story stands now
//!  "changes": [{"what": "outlets", "count": 5, "text": "Now carried by 5 outlets."}],
//!  "outlets": 5, "languages": ["en", "ko"],
//!  "copies": [{"source": "yonhap", "title": "…", "url": "https://…", "language": "ko",
//!              "first_seen": "2026-11-23T09:20:10Z", "reason": "same-text", "similarity": 0.93}],
//!  "copies_total": 7,                       // more than `copies` holds when some were left out
//!  "truncated": false}
//! ```
//! `what` of a change is `outlets` (`count`), `language` (`language`), `headline`, `reissue` or
//! `correction` (`before`, `after`), or `surge` (`outlets`, `hours`, `usual`).
//!
//! A notice (`source.failing`, `source.recovered`, `source.moved`, `network.down`,
//! `network.recovered`, `channel.failing`, `channel.recovered`, `watch.surge`, `store.unusable`,
//! `digest.daily`):
//! ```json
//! {"id": "01j…", "subject": "kyodo-english", "severity": "normal",
//!  "title": "…", "lines": ["…"],            // for people
//!  "details": {…},                          // the same for programs; its shape is the type's own
//!  "truncated": false}
//! ```
//! `details` by type; times as everywhere, what is not known is null:
//! ```text
//! source.failing     first, again (how many), sources: name, url, state, since, failures, error,
//!                    next_try, advice
//! source.recovered   count, sources: name, url, told_at
//! source.moved       count, sources: name, url, moved_to
//! network.down       since, kind (unreachable, portal), failing, feeds
//! network.recovered  told_at, failing, feeds
//! channel.failing    channel, since, why, waiting
//! channel.recovered  channel, told_at
//! digest.daily       since, until, feeds (how many by state), ailing: name, state, since, error;
//!                    coverage: share, gaps, gaps_total; articles, alerts,
//!                    watches: watch, alerts, suppressed; outbox: waiting, dead
//! ```
use serde::Serialize;
use serde_json::Value;

use crate::domain::{
    AlertId, Attached, Change, MessageId, Name, Notice, Severity, Timestamp, Update,
};

use super::super::{foreign_text, view, wording};
use super::size_limits::SizeLimits;

#[derive(Serialize)]
pub(super) struct UpdateData<'a> {
    id: MessageId,
    alert: AlertId,
    story: String,
    watch: &'a Name,
    watch_title: String,
    severity: Severity,
    title: String,
    url: Option<String>,
    changes: Vec<ChangeData>,
    outlets: u64,
    languages: Vec<String>,
    copies: Vec<CopyData<'a>>,
    copies_total: u64,
    truncated: bool,
}

#[derive(Serialize)]
struct ChangeData {
    #[serde(flatten)]
    change: Change,
    text: String,
}

#[derive(Serialize)]
struct CopyData<'a> {
    source: &'a Name,
    title: String,
    url: Option<String>,
    language: Option<&'a str>,
    first_seen: Timestamp,
    reason: &'a str,
    similarity: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct NoticeData<'a> {
    id: MessageId,
    subject: &'a str,
    severity: Severity,
    title: String,
    lines: Vec<String>,
    details: Value,
    truncated: bool,
}

/// Cuts texts, and remembers that it did.
struct Truncator {
    limits: SizeLimits,
    cut: bool,
}

impl Truncator {
    fn text(&mut self, text: &str) -> String {
        self.cut |= text.chars().nth(self.limits.word_chars).is_some();
        foreign_text::single_line_of(text, self.limits.word_chars)
    }

    fn list<'a, T>(&mut self, items: &'a [T]) -> &'a [T] {
        self.cut |= items.len() > self.limits.list;
        items.get(..self.limits.list).unwrap_or(items)
    }

    fn link(&mut self, url: Option<&str>) -> Option<String> {
        self.cut |= url.is_some_and(|url| url.len() > foreign_text::LINK_BYTES_MAX);
        url.and_then(foreign_text::safe_link).map(String::from)
    }

    /// Every text and every list in a value, however deep.
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => {
                let kept = self.list(items);
                Value::Array(kept.iter().map(|item| self.value(item)).collect())
            }
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(key, value)| (key.clone(), self.value(value))).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn change(&mut self, change: &Change) -> ChangeData {
        let text = view::change_sentence(change);
        let change = match change {
            Change::Headline { before, after } => {
                Change::Headline { before: self.text(before), after: self.text(after) }
            }
            Change::Reissue { before, after } => {
                Change::Reissue { before: self.text(before), after: self.text(after) }
            }
            Change::Correction { before, after } => {
                Change::Correction { before: self.text(before), after: self.text(after) }
            }
            Change::FollowUp { source, title, url, adds } => Change::FollowUp {
                source: source.clone(),
                title: self.text(title),
                url: self.link(url.as_deref()),
                adds: adds.as_deref().map(|adds| self.text(adds)),
            },
            Change::Language { language } => Change::Language { language: self.text(language) },
            Change::Outlets { .. } | Change::Surge { .. } => change.clone(),
        };
        ChangeData { change, text: self.text(&text) }
    }

    fn copy<'a>(&mut self, copy: &'a Attached) -> CopyData<'a> {
        CopyData {
            source: &copy.source,
            title: self.text(&copy.title),
            url: self.link(copy.url.as_deref()),
            language: wording::language_tag(copy.language.as_deref()),
            first_seen: copy.first_seen,
            reason: &copy.reason,
            similarity: copy.similarity,
        }
    }
}

pub(super) fn update(update: &Update, limits: SizeLimits) -> UpdateData<'_> {
    let mut scissors = Truncator { limits, cut: false };
    let changes = update.changes.iter().map(|change| scissors.change(change)).collect();
    let copies = scissors.list(&update.copies).iter().map(|copy| scissors.copy(copy)).collect();
    let languages = scissors.list(&update.languages).iter().map(|tag| scissors.text(tag)).collect();
    UpdateData {
        id: update.id,
        alert: update.alert,
        story: update.story.to_string(),
        watch: &update.watch,
        watch_title: scissors.text(&update.watch_title),
        severity: update.severity,
        title: scissors.text(&update.title),
        url: scissors.link(update.url.as_deref()),
        changes,
        outlets: update.outlets,
        languages,
        copies,
        copies_total: update.copies_total,
        truncated: scissors.cut,
    }
}

pub(super) fn notice(notice: &Notice, limits: SizeLimits) -> NoticeData<'_> {
    let mut scissors = Truncator { limits, cut: false };
    let lines = scissors.list(&notice.lines).iter().map(|line| scissors.text(line)).collect();
    NoticeData {
        id: notice.id,
        subject: &notice.subject,
        severity: notice.severity,
        title: scissors.text(&notice.title),
        lines,
        details: scissors.value(&notice.details),
        truncated: scissors.cut,
    }
}
