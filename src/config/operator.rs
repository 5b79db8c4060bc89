//! Reads `[operator]`: who receives notices about the service itself, and when.
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::watch;
use super::watch_context::WatchContext;
use super::words;
use crate::domain::{Channel, Name, Severity};

/// A feed that fails for this time is reported. The publisher's staff corrects most things sooner.
const FAIL_AFTER: Duration = Duration::from_hours(6);
/// With less time every short outage would be reported; with more, a dead feed would not be
/// noticed.
const FAIL_AFTER_RANGE: RangeInclusive<Duration> =
    Duration::from_mins(1)..=Duration::from_hours(30 * 24);
/// Or if it fails this many times in a row.
const FAIL_TIMES: u32 = 6;
/// In a row.
const FAIL_TIMES_RANGE: RangeInclusive<u64> = 1..=10_000;
/// How often the notice is repeated. A notice that comes only once is easily overlooked.
const REMIND_EVERY: Duration = Duration::from_hours(24);
/// At most hourly, because a reminder is no alarm.
const REMIND_RANGE: RangeInclusive<Duration> =
    Duration::from_mins(10)..=Duration::from_hours(30 * 24);

/// The keys of `[operator]`.
pub(super) const KEYS: [&str; 5] = ["notify", "fail_after", "fail_times", "remind_every", "daily"];

/// Who receives notices about the service itself, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The channels that receive notices. If it is empty, notices are only logged.
    pub notify: Vec<Name>,
    /// A feed that fails for so long is told of,
    pub fail_after: Duration,
    /// or after this many failures in a row, whichever comes first.
    pub fail_times: u32,
    /// How often the notice is repeated until the feed works again.
    pub remind_every: Duration,
    /// When the daily report is sent. Never, unless it is configured: a channel made for alerts
    /// must not get a message every morning that nobody ordered.
    pub daily: Option<(Time, TimeZone)>,
}

/// Reads `[operator]`. Without it notices go to the channels of alerts, except those that take
/// only severe ones.
pub(super) fn read_operator(
    section: Option<&Section<'_>>,
    context: &WatchContext<'_>,
    channels: &[Channel],
    faults: &mut Diagnostics,
) -> Operator {
    let mut operator = Operator {
        notify: watch::defaults(context)
            .into_iter()
            .filter(|name| {
                channels.iter().any(|c| c.name == *name && c.min_severity <= Severity::Normal)
            })
            .collect(),
        fail_after: FAIL_AFTER,
        fail_times: FAIL_TIMES,
        remind_every: REMIND_EVERY,
        daily: None,
    };
    let Some(section) = section else {
        return operator;
    };
    section.reject_unknown_keys("`[operator]`", &KEYS, faults);
    if let Some(value) = section.get("notify") {
        let written = value.strings(faults).unwrap_or_default();
        // An empty list means: only log.
        operator.notify = if written.is_empty() {
            Vec::new()
        } else {
            watch::known(&written, value.place(), context, faults).unwrap_or_default()
        };
        if written.is_empty() {
            let what = "`notify` is empty: of feeds and channels that fail only the log will tell";
            let cure = "name a channel that somebody reads, or remove the line";
            faults.warn(value.place(), what, cure);
        }
    }
    if let Some(value) = section.get("fail_after") {
        operator.fail_after = value.duration(FAIL_AFTER_RANGE, faults).unwrap_or(FAIL_AFTER);
    }
    if let Some(value) = section.get("fail_times") {
        let times = value.integer(FAIL_TIMES_RANGE, faults);
        operator.fail_times =
            times.and_then(|times| u32::try_from(times).ok()).unwrap_or(FAIL_TIMES);
    }
    if let Some(value) = section.get("remind_every") {
        operator.remind_every = value.duration(REMIND_RANGE, faults).unwrap_or(REMIND_EVERY);
    }
    operator.daily = section.get("daily").and_then(|value| daily(&value, faults));
    operator
}

/// `"08:00 Europe/Berlin"`, `"08:00"` (UTC), or `"off"`.
fn daily(value: &Value<'_>, faults: &mut Diagnostics) -> Option<(Time, TimeZone)> {
    let written = value.string(faults)?;
    let text = written.text.as_str();
    if text == "off" {
        return None;
    }
    let (time, zone) = text.split_once(' ').unwrap_or((text, "UTC"));
    let is_time = time.len() == 5 && time.as_bytes().get(2) == Some(&b':');
    let Some(at) = is_time.then(|| time.parse::<Time>().ok()).flatten() else {
        let what = format!("`daily` is {}, which names no time of day", words::quoted(text));
        let cure = "write \"08:00 Europe/Berlin\", \"08:00\" for UTC, or \"off\"";
        faults.error(written.at, what, cure);
        return None;
    };
    let Ok(zone) = TimeZone::get(zone.trim()) else {
        let what = format!("there is no time zone {} on this machine", words::quoted(zone.trim()));
        let cure = "write a name such as Europe/Berlin or Asia/Seoul (the package tzdata has \
                    them), or UTC";
        faults.error(written.at, what, cure);
        return None;
    };
    Some((at, zone))
}
