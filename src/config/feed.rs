//! Reads `[[feed]]`: where news comes from.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::diagnostics::Diagnostics;
use super::document::{Reported, Section, Value};
use super::name::Names;
use super::paths::Directories;
use super::service::{Defaults, MAX_STALENESS_RANGE, Poll, backlog, full_text};
use super::sources::Sources;
use super::units::show_duration;
use super::{label, language, link, secret, words};
use crate::domain::{Feed, Name, Network, PageRules, SourceSpan};

/// The longest interval a feed may ask for.
const EVERY_MAX: Duration = Duration::from_hours(7 * 24);
/// The shortest interval a user may set. It may be shorter than the automatic minimum.
const EVERY_RANGE: RangeInclusive<Duration> = Duration::ZERO..=EVERY_MAX;
/// Extra headers of one feed, and bytes of one header's value.
const HEADERS_MAX: usize = 16;
/// Servers refuse longer heads.
const HEADER_BYTES_MAX: usize = 1_024;
/// Networks of `allow_private`.
const NETWORKS_MAX: usize = 64;

/// The keys of `[[feed]]`.
const KEYS: [&str; 15] = [
    "name",
    "url",
    "title",
    "tags",
    "every",
    "headers",
    "auth_file",
    "auth_credential",
    "language",
    "allow_private",
    "allow_downgrade",
    "backlog",
    "canonical",
    "max_staleness",
    "full_text",
];

/// Headers that the program writes itself. Another value would break the request or its safety.
const OWN_HEADERS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "proxy-authorization",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What reading the feeds rests on.
pub(super) struct Context<'a> {
    pub(super) poll: &'a Poll,
    pub(super) defaults: &'a Defaults,
    pub(super) pages: &'a Arc<PageRules>,
    pub(super) directories: Directories<'a>,
    pub(super) sources: &'a Sources,
}

/// The feeds without errors, and the names of all feeds, so that a watch that names a wrong feed
/// is not reported as well.
pub(super) struct Feeds {
    pub(super) list: Vec<Feed>,
    pub(super) names: BTreeSet<Name>,
}

/// Reads all feeds. A wrong one is reported and left out.
pub(super) fn read_feeds(
    sections: &[Section<'_>],
    context: &Context<'_>,
    faults: &mut Diagnostics,
) -> Feeds {
    let mut names = Names::new("feed", context.sources);
    let mut urls: BTreeMap<String, FirstUse> = BTreeMap::new();
    let mut list = Vec::new();
    for section in sections {
        let Some((feed, at)) = read_feed(section, &mut names, context, faults) else {
            continue;
        };
        report_same_address(&mut urls, &feed, at, context.sources, faults);
        list.push(feed);
    }
    Feeds { list, names: names.given() }
}

/// One feed, and the place of its URL.
fn read_feed(
    section: &Section<'_>,
    names: &mut Names<'_>,
    context: &Context<'_>,
    faults: &mut Diagnostics,
) -> Option<(Feed, SourceSpan)> {
    section.reject_unknown_keys("a feed", &KEYS, faults);
    // Everything is read even after an error, so that all errors are reported at once.
    let name = names.take(section, faults);
    let url = section
        .required("this feed", "url", "write url = \"https://…\"", faults)
        .and_then(|value| address(&value, faults));
    let every = section.optional("every", |value| every(value, context.poll, faults));
    let headers = section.optional("headers", |value| headers(value, faults));
    let auth =
        secret::find_secret(section, "auth", context.directories, faults).and_then(|found| {
            found.map(|found| secret::authorization(found, faults).ok_or(Reported)).transpose()
        });
    let title = section.optional("title", |value| label::read_title(value, faults));
    let tags = section.optional("tags", |value| label::read_tags(value, faults));
    let language = section.optional("language", |value| {
        value.string(faults).and_then(|written| language::tag(written, faults))
    });
    let private = section.optional("allow_private", |value| networks(value, faults));
    let downgrade = section.optional("allow_downgrade", |value| value.flag(faults));
    let backlog = section.optional("backlog", |value| backlog(value, faults));
    let canonical = section.optional("canonical", |value| value.flag(faults));
    let staleness =
        section.optional("max_staleness", |value| value.duration(MAX_STALENESS_RANGE, faults));
    let full_text = section.optional("full_text", |value| full_text(value, faults));
    let (url, at) = url?;
    let feed = Feed {
        name: name?,
        url,
        title: title.ok()?,
        tags: tags.ok()?.unwrap_or_default(),
        every: every.ok()?,
        headers: headers.ok()?.unwrap_or_default(),
        auth: auth.ok()?,
        language: language.ok()?.map(|tag| tag.text),
        allow_private: private.ok()?.unwrap_or_default(),
        allow_downgrade: downgrade.ok()?.unwrap_or_default(),
        backlog: backlog.ok()?.unwrap_or(context.defaults.backlog),
        full_text: full_text.ok()?.unwrap_or(context.defaults.full_text),
        canonical: canonical.ok()?.unwrap_or(true).then(|| Arc::clone(context.pages)),
        max_staleness: staleness.ok()?,
    };
    Some((feed, at))
}

/// The address and where it is written, for a warning if another feed has the same.
fn address(value: &Value<'_>, faults: &mut Diagnostics) -> Option<(Url, SourceSpan)> {
    let written = value.string(faults)?;
    let instead = "write `Basic` and the base64 of user:password into a file only you can read \
                   (chmod 600), and `auth_file = \"…\"` here";
    Some((link::url(&written, instead, faults)?, written.at))
}

/// The feed that has an address already, and where it is written.
struct FirstUse {
    feed: Name,
    at: SourceSpan,
}

/// Warns if two feeds have the same URL: each item would be fetched, and attributed, twice.
fn report_same_address(
    urls: &mut BTreeMap<String, FirstUse>,
    feed: &Feed,
    at: SourceSpan,
    sources: &Sources,
    faults: &mut Diagnostics,
) {
    let mut plain = feed.url.clone();
    plain.set_fragment(None);
    if let Some(FirstUse { feed: first, at: place }) = urls.get(plain.as_str()) {
        let what = format!("feed `{first}` at {} has the same URL", sources.path_and_line(place));
        faults.warn(at, what, "keep one of the two feeds");
        return;
    }
    urls.insert(plain.into(), FirstUse { feed: feed.name.clone(), at });
}

/// Under the floor is an error: whoever wants shorter intervals lowers the floor, which warns.
fn every(value: &Value<'_>, poll: &Poll, faults: &mut Diagnostics) -> Option<Duration> {
    let every = value.duration(EVERY_RANGE, faults)?;
    if every >= poll.floor {
        return Some(every);
    }
    let floor = show_duration(poll.floor);
    let what = format!("`every` is {}, under the floor of {floor}", show_duration(every));
    let cure = format!("write \"{floor}\" or more, or lower `floor` in `[poll]`");
    faults.error(value.place(), what, cure);
    None
}

/// A wrong header makes the whole list wrong: half of a login is no login.
fn headers(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<(String, String)>> {
    let Some(table) = value.table() else {
        let cure = "write headers = { \"Accept-Language\" = \"ko\" }";
        value.wrong_type("a table", cure, faults);
        return None;
    };
    let mut values: Vec<Value<'_>> = table.values().collect();
    values.sort_by_key(|value| value.key_place().span.start);
    if values.len() > HEADERS_MAX {
        let what = format!("there are {} headers, over the cap of {HEADERS_MAX}", values.len());
        faults.error(value.place(), what, "remove some");
        return None;
    }
    let read: Vec<_> = values.iter().map(|value| header(value, faults)).collect();
    read.into_iter().collect()
}

/// Names and values that could begin another header are refused.
fn header(value: &Value<'_>, faults: &mut Diagnostics) -> Option<(String, String)> {
    let name = value.key();
    let shown = words::quoted(name);
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        let what = format!("{shown} is not the name of a header");
        faults.error(value.key_place(), what, "write a name such as \"Accept-Language\"");
        return None;
    }
    if name.eq_ignore_ascii_case("authorization") {
        let what =
            "`Authorization` would put a secret into the configuration, where others read it";
        let cure = "put its value alone into a file only you can read (chmod 600) and write \
                    `auth_file = \"…\"`";
        faults.error(value.key_place(), what, cure);
        return None;
    }
    if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        let what = format!("the header {shown} is written by the program itself");
        faults.error(value.key_place(), what, "remove it");
        return None;
    }
    let written = value.string(faults)?;
    let visible = written.text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if written.text.is_empty() || written.text.len() > HEADER_BYTES_MAX || !visible {
        let what = format!(
            "the value of the header {shown} is not 1 to {HEADER_BYTES_MAX} characters of ASCII"
        );
        faults.error(written.at, what, "write visible ASCII characters and spaces only");
        return None;
    }
    Some((name.to_owned(), written.text))
}

/// Private networks are opened for this feed alone.
fn networks(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<Network>> {
    let written = value.strings(faults)?;
    if written.len() > NETWORKS_MAX {
        let what = format!("there are {} networks, over the cap of {NETWORKS_MAX}", written.len());
        faults.error(value.place(), what, "name larger networks");
        return None;
    }
    let read: Vec<_> = written.iter().map(|text| link::network(text, faults)).collect();
    read.into_iter().collect()
}
