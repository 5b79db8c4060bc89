//! The daily account: when it is due, and what stands in it.
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::wording::{minute, problem_phrase};
use super::{FeedStatus, NoticeDraft};
use crate::domain::counted;
use crate::domain::{Coverage, FeedCondition, Gap, Name, NoticeKind, Severity, Timestamp};

/// Gaps and feeds named in a digest; the rest are counted.
const NAMED_MAX: usize = 50;

/// When the account is given, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailySchedule {
    pub at: Time,
    pub zone: TimeZone,
}

/// What one watch came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WatchTotals {
    pub watch: Name,
    pub alerts: u64,
    /// Findings that became no alert of their own.
    pub suppressed: u64,
}

/// Everything a digest tells.
#[derive(Clone, Debug)]
pub struct DailyReport {
    pub since: Timestamp,
    pub until: Timestamp,
    pub feeds: Vec<FeedStatus>,
    /// Of all feeds together.
    pub coverage: Coverage,
    pub articles: u64,
    pub watches: Vec<WatchTotals>,
    pub waiting: u64,
    pub dead: u64,
}

/// The first instant after `last` at which the account is due. A time of day that a change of the
/// clocks leaves out is due when the clocks have moved; one that comes twice, the first time.
pub fn next_digest(daily: &DailySchedule, last: Timestamp) -> Timestamp {
    let last_there = last.to_jiff().to_zoned_datetime(daily.zone.clone());
    let mut day = last_there.date();
    // The second round is tomorrow; a third is needed only where a whole day was left out.
    for _ in 0..3 {
        let due = daily.zone.to_ambiguous_zoned_datetime(day.to_datetime(daily.at)).compatible();
        let due = due.map(|due| Timestamp(due.timestamp().as_millisecond()));
        if let Ok(due) = due
            && due > last
        {
            return due;
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    last.after(std::time::Duration::from_hours(24))
}

/// "coverage 99.2 %, 1 gap on yonhap 02:10–03:40".
pub fn coverage_phrase(coverage: &Coverage, zone: &TimeZone) -> String {
    // Rounded down: 99.96 % is not all.
    let share = (coverage.share * 1_000.0).floor() / 10.0;
    let gaps = match coverage.gaps.as_slice() {
        [] => "no gap".to_owned(),
        [gap] => format!("1 gap on {}", gap_words(gap, zone)),
        several => format!("{} gaps", several.len()),
    };
    format!("coverage {share:.1} %, {gaps}")
}

/// "yonhap 02:10–03:40", with the days where it is longer than one.
fn gap_words(gap: &Gap, zone: &TimeZone) -> String {
    let at = |moment: Timestamp, form: &str| {
        moment.to_jiff().to_zoned_datetime(zone.clone()).strftime(form).to_string()
    };
    let day = |moment: Timestamp| at(moment, "%Y-%m-%d");
    let end = if gap.open { "now".to_owned() } else { at(gap.end, "%H:%M") };
    if day(gap.start) == day(gap.end) {
        format!("{} {}–{end}", gap.feed, at(gap.start, "%H:%M"))
    } else if gap.open {
        format!("{} {}–now", gap.feed, at(gap.start, "%m-%d %H:%M"))
    } else {
        format!("{} {}–{}", gap.feed, at(gap.start, "%m-%d %H:%M"), at(gap.end, "%m-%d %H:%M"))
    }
}

/// One gap in full: "yonhap 02:10–03:40 (overlap): at most 4 items missed".
pub fn gap_line(gap: &Gap, zone: &TimeZone) -> String {
    let (words, kind) = (gap_words(gap, zone), gap.kind.as_str());
    match (gap.missed_at_most, gap.delayed) {
        (0, 0) => format!("{words} ({kind})"),
        (0, late) => format!("{words} ({kind}): {} late", counted(late, "item")),
        (missed, _) => format!("{words} ({kind}): at most {} missed", counted(missed, "item")),
    }
}

/// The account as a notice.
pub fn digest(account: &DailyReport, zone: &TimeZone) -> NoticeDraft {
    let day =
        account.until.to_jiff().to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d").to_string();
    let with = |word: FeedCondition| account.feeds.iter().filter(|feed| feed.word == word).count();
    let ailing: Vec<&FeedStatus> =
        account.feeds.iter().filter(|feed| problem_phrase(feed.word).is_some()).collect();
    let alerts: u64 = account.watches.iter().map(|watch| watch.alerts).sum();
    let covered = coverage_phrase(&account.coverage, zone);
    let title = format!(
        "{day}: {}, {} of {} feeds well, {covered}",
        counted(alerts, "alert"),
        with(FeedCondition::Ok),
        account.feeds.len()
    );
    let details = json!({
        "since": account.since,
        "until": account.until,
        "feeds": states(&account.feeds),
        "ailing": ailing.iter().take(NAMED_MAX).map(|feed| json!({
            "name": feed.name, "state": feed.word, "since": feed.since, "error": feed.error,
        })).collect::<Vec<Value>>(),
        "coverage": {"share": account.coverage.share,
                     "gaps": account.coverage.gaps.iter().take(NAMED_MAX).collect::<Vec<_>>(),
                     "gaps_total": account.coverage.gaps.len()},
        "articles": account.articles,
        "alerts": alerts,
        "watches": account.watches,
        "outbox": {"waiting": account.waiting, "dead": account.dead},
    });
    let lines = lines(account, &ailing, zone);
    let (kind, subject) = (NoticeKind::Daily, "daily".to_owned());
    NoticeDraft { kind, subject, severity: Severity::Low, title, lines, details }
}

/// Feeds by state, only the states that occur.
fn states(feeds: &[FeedStatus]) -> Value {
    let mut states = serde_json::Map::new();
    for feed in feeds {
        let count = states.entry(feed.word.as_str()).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    states.into()
}

fn lines(account: &DailyReport, ailing: &[&FeedStatus], zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![format!(
        "From {} to {}: {} read, {}.",
        minute(account.since),
        minute(account.until),
        counted(account.articles, "article"),
        coverage_phrase(&account.coverage, zone)
    )];
    section(&mut lines, "Watches", &account.watches, |watch| {
        format!(
            "{}: {}, {} suppressed as known",
            watch.watch,
            counted(watch.alerts, "alert"),
            watch.suppressed
        )
    });
    section(&mut lines, "Feeds that need attention", ailing, |feed| {
        let since = feed.since.map(|since| format!(", since {}", minute(since)));
        let why = problem_phrase(feed.word).unwrap_or_default();
        format!("{} ({}): {why}{}", feed.name, feed.word.as_str(), since.unwrap_or_default())
    });
    section(&mut lines, "Gaps", &account.coverage.gaps, |one| gap_line(one, zone));
    if account.dead + account.waiting > 0 {
        lines.push(String::new());
        lines.push(format!(
            "Outbox: {} waiting, {} dead (`wirewatch outbox list`).",
            account.waiting, account.dead
        ));
    }
    lines
}

/// A heading and a line for each item; nothing if there are none.
fn section<T>(lines: &mut Vec<String>, title: &str, items: &[T], line: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("{title}:"));
    lines.extend(items.iter().take(NAMED_MAX).map(line));
    if let Some(rest) = items.len().checked_sub(NAMED_MAX).filter(|rest| *rest > 0) {
        lines.push(format!("and {rest} more"));
    }
}
