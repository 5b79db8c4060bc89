//! Notices as people read them, and the same for programs.
use std::time::Duration;

use serde_json::{Value, json};

use super::{FailingChannel, FeedStatus, NetworkDown, NoticeDraft, Observations};
use crate::domain::{
    ClockStep, FeedCondition, Name, NoticeKind, OutageKind, Severity, Timestamp, counted,
    masked_url,
};

/// Feeds named in one notice; the rest are counted.
pub(super) const NAMED_MAX: usize = 50;
/// Characters of a feed's last error.
const ERROR_CHARS_MAX: usize = 200;

/// A time span in its two largest units.
pub fn duration_phrase(span: Duration) -> String {
    let s = span.as_secs();
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3_600),
    }
}

/// "The clock was set back by 1 h 0 min, to 2026-11-23 02:10 UTC".
pub fn clock_phrase(step: ClockStep) -> String {
    let direction = if step.by_ms < 0 { "back" } else { "forward" };
    let by = duration_phrase(Duration::from_millis(step.by_ms.unsigned_abs()));
    format!("the clock was set {direction} by {by}, to {}", minute(step.at))
}

/// What is the matter with a feed in this state; nothing if it is well.
pub fn problem_phrase(word: FeedCondition) -> Option<&'static str> {
    Some(match word {
        FeedCondition::Ok | FeedCondition::Unpolled => return None,
        FeedCondition::Failing => "no feed comes back",
        FeedCondition::Blocked => "the server turns us away",
        FeedCondition::NotAFeed => "the answer is a page and no feed",
        FeedCondition::Stale => "it serves an old batch again",
        FeedCondition::Silent => "it answers, and has published nothing for far longer than usual",
        FeedCondition::Gone => "the server says it is gone for good (410)",
        FeedCondition::Distrusted => {
            "it said “unchanged” when it was not, and is read whole each time"
        }
    })
}

/// What a person can do about it; nothing if that is nothing.
pub fn advice(word: FeedCondition) -> Option<&'static str> {
    Some(match word {
        FeedCondition::Ok | FeedCondition::Unpolled => return None,
        FeedCondition::Failing => {
            "see whether its `url` opens in a browser; it is tried again less and less often, \
             and never given up"
        }
        FeedCondition::Blocked => {
            "poll it less often (`every`), say who you are (`contact`, `headers`), or write to \
             the publisher"
        }
        FeedCondition::NotAFeed => {
            "open its `url` in a browser: a login, a consent page or a new site stands there; \
             `wirewatch feeds discover` may find the new address"
        }
        FeedCondition::Stale => "the publisher's caches disagree; nothing old alerts again",
        FeedCondition::Silent => {
            "see whether the publisher still uses this feed or opened a new one"
        }
        FeedCondition::Gone => "find its new address and change its `url`, or remove the feed",
        FeedCondition::Distrusted => "nothing to do: its items came late, and none is lost",
    })
}

/// What a person can do about a feed that works and fails by turns.
const FLAPPING_ADVICE: &str = "servers or caches of the publisher disagree; it is told as well \
     again only after a steady day";

/// "yonhap: no feed comes back, since 2026-11-23 02:10 UTC, 7 failures in a row (answered 503)".
fn feed_line(feed: &FeedStatus, is_flapping: bool) -> String {
    let mut line = format!("{}: ", feed.name);
    if is_flapping {
        line.push_str("flapping, it works and fails by turns; now ");
    }
    line.push_str(problem_phrase(feed.word).unwrap_or("well"));
    if let Some(since) = feed.since {
        line.extend([format!(", since {}", minute(since))]);
    }
    if feed.failures > 1 {
        line.extend([format!(", {} failures in a row", feed.failures)]);
    }
    if let Some(error) = feed.error.as_deref().filter(|_| feed.word.is_failing()) {
        line.extend([format!(" ({})", shorten(error))]);
    }
    if feed.word.is_failing() {
        line.extend([format!("; next try {}", minute(feed.next_due))]);
    }
    line
}

fn feed_json(feed: &FeedStatus, is_flapping: bool) -> Value {
    json!({
        "name": feed.name,
        "url": masked_url(&feed.url),
        "state": feed.word,
        "flapping": is_flapping,
        "since": feed.since,
        "failures": feed.failures,
        "error": feed.error.as_deref().map(shorten),
        "next_try": feed.next_due,
        "advice": if is_flapping { Some(FLAPPING_ADVICE) } else { advice(feed.word) },
    })
}

pub(super) fn minute(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

pub(super) fn shorten(text: &str) -> String {
    text.chars().take(ERROR_CHARS_MAX).collect()
}

/// Lines for as many as are named, and one that counts the others.
pub(super) fn listed_lines<T>(items: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> = items.iter().take(NAMED_MAX).map(line).collect();
    if let Some(rest) = items.len().checked_sub(NAMED_MAX).filter(|rest| *rest > 0) {
        lines.push(format!("and {rest} more: `wirewatch feeds status`"));
    }
    lines
}

/// The subject of a notice about these feeds: the one, or all.
fn subject<'a>(mut feeds: impl Iterator<Item = &'a FeedStatus>) -> String {
    match (feeds.next(), feeds.next()) {
        (Some(one), None) => one.name.to_string(),
        (None | Some(_), _) => "feeds".to_owned(),
    }
}

/// Feeds told of for the first time, and those told of before that are not repaired. `is_flapping`
/// says which of them work and fail by turns.
pub(super) fn failing(
    fresh: &[&FeedStatus],
    again: &[&FeedStatus],
    now: Timestamp,
    is_flapping: impl Fn(&FeedStatus) -> bool,
) -> NoticeDraft {
    let all = || fresh.iter().chain(again).copied();
    let line = |feed: &&FeedStatus| feed_line(feed, is_flapping(feed));
    let mut lines = listed_lines(fresh, line);
    if !again.is_empty() && !fresh.is_empty() {
        lines.extend([String::new(), "Told before, and not repaired:".to_owned()]);
    }
    lines.extend(listed_lines(again, line));
    lines.push(String::new());
    if all().any(&is_flapping) {
        lines.push(format!("What to do (flapping): {FLAPPING_ADVICE}."));
    }
    let steady = all().filter(|feed| !is_flapping(feed));
    let mut words: Vec<FeedCondition> = steady.map(|feed| feed.word).collect();
    words.sort_unstable();
    words.dedup();
    lines.extend(words.iter().filter_map(|word| {
        advice(*word).map(|advice| format!("What to do ({}): {advice}.", word.as_str()))
    }));
    let title = match (fresh, again) {
        ([one], []) if is_flapping(one) => format!("Feed `{}` works and fails by turns", one.name),
        ([], [one]) if is_flapping(one) => {
            format!("Feed `{}` still works and fails by turns", one.name)
        }
        ([one], []) => feed_line_with_duration(one, "", now),
        ([], [one]) => feed_line_with_duration(one, "still ", now),
        ([], again) => format!("{} feeds still need attention", again.len()),
        (fresh, []) => format!("{} feeds need attention", fresh.len()),
        (fresh, again) => {
            let all = fresh.len() + again.len();
            format!("{all} feeds need attention, {} of them still", again.len())
        }
    };
    let record = |feed| feed_json(feed, is_flapping(feed));
    let records: Vec<Value> = all().take(NAMED_MAX).map(record).collect();
    NoticeDraft {
        kind: NoticeKind::SourceFailing,
        subject: subject(all()),
        severity: Severity::Normal,
        title,
        lines,
        details: json!({"first": fresh.len(), "again": again.len(), "sources": records}),
    }
}

/// "Feed `yonhap` has been failing for 6 h 10 min".
fn feed_line_with_duration(feed: &FeedStatus, still: &str, now: Timestamp) -> String {
    let is = match feed.word {
        FeedCondition::Failing => "failing",
        FeedCondition::Blocked => "blocked",
        FeedCondition::NotAFeed => "not a feed",
        FeedCondition::Stale => "stale",
        FeedCondition::Silent => "silent",
        FeedCondition::Gone => "gone",
        FeedCondition::Distrusted => "not believed",
        FeedCondition::Ok | FeedCondition::Unpolled => "well",
    };
    match feed.since.map(|since| now.since(since)).filter(|lasted| lasted.as_secs() >= 60) {
        Some(lasted) => {
            format!("Feed `{}` is {still}{is}, for {} now", feed.name, duration_phrase(lasted))
        }
        None => format!("Feed `{}` is {still}{is}", feed.name),
    }
}

pub(super) fn recovered(back: &[(&FeedStatus, Timestamp)], now: Timestamp) -> NoticeDraft {
    let title = match back {
        [(one, _)] => format!("Feed `{}` is well again", one.name),
        several => format!("{} feeds are well again", several.len()),
    };
    let lines = listed_lines(back, |(feed, told)| {
        format!(
            "{}: well again, {} after the first notice",
            feed.name,
            duration_phrase(now.since(*told))
        )
    });
    let records: Vec<Value> = back
        .iter()
        .take(NAMED_MAX)
        .map(|(feed, told)| json!({"name": feed.name, "url": masked_url(&feed.url), "told_at": told}))
        .collect();
    let details = json!({"count": back.len(), "sources": records});
    let kind = NoticeKind::SourceRecovered;
    let subject = subject(back.iter().map(|(feed, _)| *feed));
    NoticeDraft { kind, subject, severity: Severity::Low, title, lines, details }
}

pub(super) fn moved(moved: &[(&FeedStatus, &str)]) -> NoticeDraft {
    let title = match moved {
        [(one, _)] => format!("Feed `{}` has moved: change its `url`", one.name),
        several => format!("{} feeds have moved: change their `url`", several.len()),
    };
    let mut lines = listed_lines(moved, |(feed, to)| {
        format!("{}: moved for good to {}", feed.name, masked_url(to))
    });
    lines.push(String::new());
    lines.push(
        "They are still read through the old address, for as long as it points on.".to_owned(),
    );
    let records: Vec<Value> = moved
        .iter()
        .take(NAMED_MAX)
        .map(|(feed, to)| json!({"name": feed.name, "url": masked_url(&feed.url), "moved_to": masked_url(to)}))
        .collect();
    let details = json!({"count": moved.len(), "sources": records});
    let kind = NoticeKind::SourceMoved;
    let subject = subject(moved.iter().map(|(feed, _)| *feed));
    NoticeDraft { kind, subject, severity: Severity::Low, title, lines, details }
}

pub(super) fn network_down(
    observations: &Observations,
    down: NetworkDown,
    again: bool,
) -> NoticeDraft {
    let NetworkDown { since, kind } = down;
    let polled = observations.feeds.iter().filter(|feed| feed.polled_at.is_some()).count();
    let failing = observations.feeds.iter().filter(|feed| feed.word.is_failing()).count();
    let still = if again { "still " } else { "" };
    let (title, how) = match kind {
        Some(OutageKind::Portal) => (
            format!("Is the network {still}behind a login? Every feed answers with one page"),
            "Most hosts answer with the same web page, as the portal of a guest network does.",
        ),
        Some(OutageKind::Unreachable) | None => (
            format!("Is the network {still}down? Most feeds fail at once"),
            "Most feeds began to fail at the same time: the fault is likely on our side.",
        ),
    };
    let lines = vec![
        how.to_owned(),
        format!("{failing} of {polled} feeds fail, since {}.", minute(since)),
        "See this machine's connection and name servers. Feeds are told of one by one again when \
         the network is back."
            .to_owned(),
    ];
    let details = json!({
        "since": since,
        "kind": kind,
        "failing": failing,
        "feeds": polled,
    });
    let (kind, subject) = (NoticeKind::NetworkDown, "network".to_owned());
    NoticeDraft { kind, subject, severity: Severity::High, title, lines, details }
}

pub(super) fn network_back(observations: &Observations, told: Timestamp) -> NoticeDraft {
    let failing = observations.feeds.iter().filter(|feed| feed.word.is_failing()).count() as u64;
    let lasted = duration_phrase(observations.now.since(told));
    let mut lines = vec![format!("Feeds are read again, {lasted} after the first notice.")];
    if failing > 0 {
        let rest = counted(failing, "feed");
        lines.push(format!("{rest} did not answer yet; each is tried again in its turn."));
    }
    let details = json!({"told_at": told, "failing": failing, "feeds": observations.feeds.len()});
    let (kind, subject) = (NoticeKind::NetworkRecovered, "network".to_owned());
    let title = "The network is back".to_owned();
    NoticeDraft { kind, subject, severity: Severity::High, title, lines, details }
}

pub(super) fn channel_failing(ailing: &FailingChannel, again: bool, now: Timestamp) -> NoticeDraft {
    let name = &ailing.channel;
    let still = if again { "still " } else { "" };
    let lasted = duration_phrase(now.since(ailing.since));
    let waiting = match ailing.waiting {
        1 => "1 message waits for it; it is kept.".to_owned(),
        many => format!("{many} messages wait for it; none is lost."),
    };
    let lines = vec![
        format!("{name}: {}", shorten(&ailing.why)),
        waiting,
        format!("When it is mended: `wirewatch channels test {name}` sends what waits at once."),
    ];
    let details = json!({
        "channel": name,
        "since": ailing.since,
        "why": shorten(&ailing.why),
        "waiting": ailing.waiting,
    });
    NoticeDraft {
        kind: NoticeKind::ChannelFailing,
        subject: format!("channel-{name}"),
        severity: Severity::High,
        title: format!("Channel `{name}` {still}takes no messages, for {lasted} now"),
        lines,
        details,
    }
}

pub(super) fn channel_back(name: &Name, told: Timestamp, now: Timestamp) -> NoticeDraft {
    NoticeDraft {
        kind: NoticeKind::ChannelRecovered,
        subject: format!("channel-{name}"),
        severity: Severity::Low,
        title: format!("Channel `{name}` takes messages again"),
        lines: vec![format!("{} after the first notice.", duration_phrase(now.since(told)))],
        details: json!({"channel": name, "told_at": told}),
    }
}
