//! Notices of the service's own faults as people read them, and the same for programs.
use serde_json::json;

use super::wording::{NAMED_MAX, clock_phrase, duration_phrase, listed_lines, shorten};
use super::{DeadMessages, FailingHub, FaultKind, NoticeDraft, ServiceFault};
use crate::domain::{ClockStep, Name, NoticeKind, Severity, Timestamp, counted};

/// A fault of the service itself. All their words are here, in one table.
pub(super) fn fault(fault: &ServiceFault, again: bool, now: Timestamp) -> NoticeDraft {
    let still = if again { "still " } else { "" };
    let lasted = duration_phrase(now.since(fault.since));
    let (kind, title, todo) = match fault.kind {
        FaultKind::StaleConfig => (
            NoticeKind::ConfigStale,
            format!("The configuration on disk is {still}not the one that runs, for {lasted} now"),
            "The last reload was refused and the configuration before it runs on. `wirewatch check` \
             says what is wrong; reload when it is repaired.",
        ),
        FaultKind::StoreFull => (
            NoticeKind::StoreFull,
            format!("The store {still}takes no writes, for {lasted} now"),
            "Polling and delivery wait and nothing is lost meanwhile. Make room on the disk of the \
             store.",
        ),
    };
    NoticeDraft {
        kind,
        subject: fault.kind.as_str().to_owned(),
        severity: Severity::High,
        title,
        lines: vec![shorten(&fault.why), todo.to_owned()],
        details: json!({"since": fault.since, "why": shorten(&fault.why)}),
    }
}

pub(super) fn fault_over(kind: FaultKind, told: Timestamp, now: Timestamp) -> NoticeDraft {
    let (notice, title) = match kind {
        FaultKind::StaleConfig => (NoticeKind::ConfigStale, "The configuration on disk runs again"),
        FaultKind::StoreFull => (NoticeKind::StoreFull, "The store takes writes again"),
    };
    NoticeDraft {
        kind: notice,
        subject: kind.as_str().to_owned(),
        severity: Severity::Low,
        title: title.to_owned(),
        lines: vec![format!("{} after the first notice.", duration_phrase(now.since(told)))],
        details: json!({"told_at": told, "over": true}),
    }
}

/// That the clock was set; `steps` are all since the last notice, the latest first.
pub(super) fn clock_moved(latest: ClockStep, steps: &[ClockStep]) -> NoticeDraft {
    let mut title = clock_phrase(latest);
    title.replace_range(..1, "T");
    let mut lines = listed_lines(steps, |step| clock_phrase(*step));
    lines.push(String::new());
    lines.push(
        "Feeds are polled and messages are sent as if it had not moved. Times recorded before it \
         was set are as wrong as it was; see that this machine keeps its clock by NTP."
            .to_owned(),
    );
    NoticeDraft {
        kind: NoticeKind::ClockMoved,
        subject: "clock".to_owned(),
        severity: Severity::Normal,
        title,
        lines,
        details: json!({"steps": steps}),
    }
}

pub(super) fn dead_messages(dead: &DeadMessages) -> NoticeDraft {
    let messages = counted(dead.count, "message");
    let mut lines: Vec<String> = dead
        .examples
        .iter()
        .map(|one| {
            let to = if one.recipient.is_empty() { &one.channel } else { &one.recipient };
            format!("{} to {to} by `{}`: {}", one.id, one.channel, shorten(&one.why))
        })
        .collect();
    let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    if dead.count > shown {
        lines
            .push(format!("and {} more: `wirewatch outbox list --state dead`", dead.count - shown));
    }
    lines.push(String::new());
    lines.push(
        "They are kept and not tried again by themselves: `wirewatch outbox retry` sends them once \
         the reason is gone."
            .to_owned(),
    );
    NoticeDraft {
        kind: NoticeKind::OutboxDead,
        subject: "outbox".to_owned(),
        severity: Severity::High,
        title: format!("{messages} could not be delivered"),
        lines,
        details: json!({"count": dead.count}),
    }
}

pub(super) fn hubs_failing(hubs: &[&FailingHub]) -> NoticeDraft {
    let title = match hubs {
        [one] => format!("The hub of feed `{}` does not serve us", one.feed),
        several => format!("The hubs of {} feeds do not serve us", several.len()),
    };
    let line = |hub: &&FailingHub| format!("{}: {}: {}", hub.feed, hub.host, shorten(&hub.why));
    let mut lines = listed_lines(hubs, line);
    lines.push(String::new());
    lines.push("Nothing is lost: these feeds are polled at their interval instead.".to_owned());
    let feeds: Vec<&Name> = hubs.iter().take(NAMED_MAX).map(|hub| &hub.feed).collect();
    NoticeDraft {
        kind: NoticeKind::HubFailing,
        subject: "hubs".to_owned(),
        severity: Severity::Low,
        title,
        lines,
        details: json!({"count": hubs.len(), "feeds": feeds}),
    }
}
