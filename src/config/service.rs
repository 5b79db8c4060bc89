//! How the program itself runs: `[service]`, `[store]`, `[poll]` and `[defaults]`.
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::paths::{Directories, kept_path};
use super::words;
use crate::domain::{Backlog, FullText, Scope, SourceSpan, Spanned};

/// How long a stop may take; systemd's own patience (`TimeoutStopSec`) must be longer.
const GRACE: Duration = Duration::from_secs(20);
/// systemd kills after its own timeout, 90 s unless changed.
const GRACE_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);
/// How long an article and what became of it can be asked for.
const KEEP_ARTICLES: Duration = Duration::from_hours(90 * 24);
/// Below a day a story would be forgotten while it is still being told.
const KEEP_RANGE: RangeInclusive<Duration> =
    Duration::from_hours(24)..=Duration::from_hours(3_650 * 24);
/// The shortest and longest time between two polls of one feed.
const FLOOR: Duration = Duration::from_mins(5);
/// Seconds are for one's own servers and for tests.
const FLOOR_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);
/// A feed is asked at least this often, whatever its habit.
const CAP: Duration = Duration::from_hours(1);
/// Up to a week, for feeds that hardly change.
const CAP_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(7 * 24);
/// Publishers block readers that come more often than this.
const FLOOR_POLITE: Duration = Duration::from_mins(1);
/// How far a publisher's own wish may stretch the time between two polls.
const MAX_STALENESS: Duration = Duration::from_hours(1);
pub(super) const MAX_STALENESS_RANGE: RangeInclusive<Duration> = CAP_RANGE;
/// Feeds fetched at the same time.
const CONCURRENCY: usize = 64;
/// Each poll under way costs a socket and some memory.
const CONCURRENCY_RANGE: RangeInclusive<u64> = 1..=1_024;
/// Between two requests to one host.
const PER_HOST_GAP: Duration = Duration::from_secs(1);
/// Zero is for one's own servers.
const PER_HOST_GAP_RANGE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_mins(10);
/// For one whole exchange with a feed's server.
const TIMEOUT: Duration = Duration::from_secs(30);
/// For one whole exchange.
const TIMEOUT_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);
/// Bytes of a feed document, after decompression.
const BODY_BYTES_MAX: u64 = 10 << 20;
/// The largest feeds that were seen have some ten MiB.
const BODY_BYTES_RANGE: RangeInclusive<u64> = (16 << 10)..=(256 << 20);
/// Bytes of the contact in the User-Agent.
const CONTACT_BYTES_MAX: usize = 200;
/// Where a store lies unless told.
const STORE_FILE: &str = "wirewatch.db";
/// How far back the first poll of a feed may alert.
pub(super) const BACKLOG: Duration = Duration::from_hours(24);
/// Older items of a new feed are no news to anybody.
const BACKLOG_RANGE: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_hours(3_650 * 24);

/// The keys of `[service]`.
pub(super) const SERVICE_KEYS: [&str; 4] = ["contact", "grace", "log_level", "log_format"];
/// The keys of `[store]`.
pub(super) const STORE_KEYS: [&str; 2] = ["path", "keep_articles"];
/// The keys of `[poll]`.
pub(super) const POLL_KEYS: [&str; 8] = [
    "floor",
    "cap",
    "max_staleness",
    "concurrency",
    "per_host_gap",
    "per_host_scope",
    "timeout",
    "body_max",
];
/// The keys of `[defaults]`.
pub(super) const DEFAULTS_KEYS: [&str; 3] = ["notify", "backlog", "full_text"];

/// The process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// A URL or mail address for the User-Agent, so that a publisher can reach the operator.
    pub contact: Option<String>,
    /// How long work in flight may take to end when the process stops.
    pub grace: Duration,
    pub log_level: Level,
    pub log_format: Format,
}

/// The least important log line that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// The word used in the configuration, which is also the log filter's.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Sentences for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub path: PathBuf,
    /// Articles older than this are removed.
    pub keep_articles: Duration,
}

/// How feeds are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// The shortest time between two polls of one feed.
    pub floor: Duration,
    /// The longest; never below `floor`.
    pub cap: Duration,
    /// No feed is staler than this, whatever its publisher wishes.
    pub max_staleness: Duration,
    /// Feeds fetched at the same time.
    pub concurrency: usize,
    /// Between two requests to one host.
    pub per_host_gap: Duration,
    /// What counts as one host there.
    pub per_host_scope: Scope,
    /// For one whole exchange.
    pub timeout: Duration,
    /// Bytes of a body after decompression.
    pub body_bytes_max: u64,
}

/// What feeds and watches use where they say nothing themselves.
#[derive(Debug)]
pub(super) struct Defaults {
    /// As written; `None` where the file says nothing.
    pub(super) notify: Option<Vec<Spanned>>,
    pub(super) notify_at: Option<SourceSpan>,
    pub(super) backlog: Backlog,
    pub(super) full_text: FullText,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            notify: None,
            notify_at: None,
            backlog: Backlog::Recent(BACKLOG),
            full_text: FullText::Never,
        }
    }
}

impl Default for Service {
    fn default() -> Self {
        Self { contact: None, grace: GRACE, log_level: Level::Info, log_format: Format::Text }
    }
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            floor: FLOOR,
            cap: CAP,
            max_staleness: MAX_STALENESS,
            concurrency: CONCURRENCY,
            per_host_gap: PER_HOST_GAP,
            per_host_scope: Scope::Host,
            timeout: TIMEOUT,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }
}

/// Reads `[service]`.
pub(super) fn service(section: Option<&Section<'_>>, faults: &mut Diagnostics) -> Service {
    let mut service = Service::default();
    let Some(section) = section else {
        return service;
    };
    section.reject_unknown_keys("`[service]`", &SERVICE_KEYS, faults);
    service.contact = section.get("contact").and_then(|value| contact(&value, faults));
    if let Some(value) = section.get("grace") {
        service.grace = value.duration(GRACE_RANGE, faults).unwrap_or(GRACE);
    }
    if let Some(value) = section.get("log_level") {
        let levels = [Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace];
        let words = levels.map(|level| (level.as_str(), level));
        service.log_level = value.choice(&words, faults).unwrap_or(Level::Info);
    }
    if let Some(value) = section.get("log_format") {
        let words = [("text", Format::Text), ("json", Format::Json)];
        service.log_format = value.choice(&words, faults).unwrap_or(Format::Text);
    }
    service
}

/// The contact stands inside a comment of a header, so it must not end that comment.
fn contact(value: &Value<'_>, faults: &mut Diagnostics) -> Option<String> {
    let written = value.string(faults)?;
    let text = &written.text;
    let sound = text.chars().all(|c| c.is_ascii_graphic() && !"()\\\"".contains(c));
    if sound && !text.is_empty() && text.len() <= CONTACT_BYTES_MAX {
        return Some(written.text);
    }
    let what = format!("`contact` is {}, which no User-Agent can carry", words::quoted(text));
    let cure = "write a URL or a mail address: \"https://example.org/about-our-reader\"";
    faults.error(written.at, what, cure);
    None
}

/// Reads `[store]`. A relative path begins at the state directory, or else where the program runs.
pub(super) fn store(
    section: Option<&Section<'_>>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Store {
    let mut store =
        Store { path: directories.writable_path(STORE_FILE), keep_articles: KEEP_ARTICLES };
    let Some(section) = section else {
        return store;
    };
    section.reject_unknown_keys("`[store]`", &STORE_KEYS, faults);
    if let Some(path) = section.get("path").and_then(|value| kept_path(&value, directories, faults))
    {
        store.path = path;
    }
    if let Some(value) = section.get("keep_articles") {
        store.keep_articles = value.duration(KEEP_RANGE, faults).unwrap_or(KEEP_ARTICLES);
    }
    store
}

/// Reads `[poll]`.
pub(super) fn poll(section: Option<&Section<'_>>, faults: &mut Diagnostics) -> Poll {
    let mut poll = Poll::default();
    let Some(section) = section else {
        return poll;
    };
    section.reject_unknown_keys("`[poll]`", &POLL_KEYS, faults);
    let mut slots = [
        ("floor", FLOOR_RANGE, &mut poll.floor),
        ("cap", CAP_RANGE, &mut poll.cap),
        ("max_staleness", MAX_STALENESS_RANGE, &mut poll.max_staleness),
        ("per_host_gap", PER_HOST_GAP_RANGE, &mut poll.per_host_gap),
        ("timeout", TIMEOUT_RANGE, &mut poll.timeout),
    ];
    for (key, range, slot) in &mut slots {
        if let Some(duration) =
            section.get(key).and_then(|value| value.duration(range.clone(), faults))
        {
            **slot = duration;
        }
    }
    if let Some(value) = section.get("concurrency") {
        let number = value.integer(CONCURRENCY_RANGE, faults);
        poll.concurrency =
            number.and_then(|number| usize::try_from(number).ok()).unwrap_or(CONCURRENCY);
    }
    if let Some(value) = section.get("per_host_scope") {
        let words = [("origin", Scope::Origin), ("host", Scope::Host), ("domain", Scope::Domain)];
        poll.per_host_scope = value.choice(&words, faults).unwrap_or_default();
    }
    if let Some(value) = section.get("body_max") {
        poll.body_bytes_max = value.bytes(BODY_BYTES_RANGE, faults).unwrap_or(BODY_BYTES_MAX);
    }
    let place = |key| section.get(key).map(|value| value.place());
    settle_bounds(&mut poll, place("floor").as_ref(), place("cap"), faults);
    poll
}

/// Sees that the floor is not above the cap.
fn settle_bounds(
    poll: &mut Poll,
    floor: Option<&SourceSpan>,
    cap: Option<SourceSpan>,
    faults: &mut Diagnostics,
) {
    if let Some(at) = floor
        && poll.floor < FLOOR_POLITE
    {
        let what = "`floor` is under a minute, and publishers block readers that come so often";
        faults.warn(at.clone(), what, "write \"1m\" or more, unless the feeds are your own");
    }
    if poll.floor <= poll.cap {
        return;
    }
    // Only the floor was written, and it is above the usual cap: the cap follows.
    let Some(at) = cap else {
        poll.cap = poll.floor;
        return;
    };
    let what = format!(
        "`cap` is {}, under the floor of {}",
        super::units::show_duration(poll.cap),
        super::units::show_duration(poll.floor)
    );
    faults.error(at, what, "raise `cap` or lower `floor`");
    poll.cap = poll.floor;
}

/// Reads `[defaults]`.
pub(super) fn defaults(section: Option<&Section<'_>>, faults: &mut Diagnostics) -> Defaults {
    let mut defaults = Defaults::default();
    let Some(section) = section else {
        return defaults;
    };
    section.reject_unknown_keys("`[defaults]`", &DEFAULTS_KEYS, faults);
    if let Some(value) = section.get("notify") {
        defaults.notify = value.strings(faults);
        defaults.notify_at = Some(value.place());
    }
    if let Some(backlog) = section.get("backlog").and_then(|value| backlog(&value, faults)) {
        defaults.backlog = backlog;
    }
    if let Some(full_text) = section.get("full_text").and_then(|value| full_text(&value, faults)) {
        defaults.full_text = full_text;
    }
    defaults
}

/// Reads `full_text`, in `[defaults]` or a feed.
pub(super) fn full_text(value: &Value<'_>, faults: &mut Diagnostics) -> Option<FullText> {
    const CHOICES: [(&str, FullText); 3] = [
        ("never", FullText::Never),
        ("when-unmatched", FullText::WhenUnmatched),
        ("always", FullText::Always),
    ];
    value.choice(&CHOICES, faults)
}

/// Reads `backlog`, in `[defaults]` or a feed.
pub(super) fn backlog(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Backlog> {
    let written = value.string(faults)?;
    match written.text.as_str() {
        "none" => return Some(Backlog::None),
        "all" => return Some(Backlog::All),
        _ => {}
    }
    if written.text.starts_with(|c: char| c.is_ascii_digit()) {
        return value.duration(BACKLOG_RANGE, faults).map(Backlog::Recent);
    }
    let what = format!("`backlog` cannot be {}", words::quoted(&written.text));
    let cure = match words::nearest(&written.text, ["none", "all"]) {
        Some(word) => format!("did you mean `{word}`? else write a duration such as \"24h\""),
        None => "write \"none\", \"all\" or a duration such as \"24h\"".to_owned(),
    };
    faults.error(written.at, what, cure);
    None
}
