//! Where alerts go: `[[channel]]`.
mod email;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::diagnostics::Diagnostics;
use super::document::{Reported, Section};
use super::name::Names;
use super::paths::{Directories, kept_path};
use super::severity::{MinSeverities, SEVERITIES};
use super::sources::Sources;
use super::{link, secret};
use crate::domain::{Channel, ChannelKind, Name, Severity, SourceSpan, Webhook};

/// For the whole exchange with a webhook.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A receiver slower than this holds up its own channel only, but for long.
const TIMEOUT_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(5);

/// Keys that every kind takes.
const COMMON: [&str; 3] = ["name", "kind", "min_severity"];
/// Keys of a file.
const FILE: [&str; 4] = ["name", "kind", "min_severity", "path"];
/// Keys of a webhook.
const WEBHOOK: [&str; 8] = [
    "name",
    "kind",
    "min_severity",
    "url",
    "secret_file",
    "secret_credential",
    "timeout",
    "allow_private",
];

/// What `kind` says, before the rest is read.
#[derive(Clone, Copy)]
enum ChannelType {
    Console,
    File,
    Email,
    Webhook,
}

/// The words of `kind`.
const KINDS: [(&str, ChannelType); 4] = [
    ("console", ChannelType::Console),
    ("file", ChannelType::File),
    ("email", ChannelType::Email),
    ("webhook", ChannelType::Webhook),
];

/// The channels without errors, and the names of all channels, so that a watch that names a wrong
/// one is not reported as well.
pub(super) struct Channels {
    pub(super) list: Vec<Channel>,
    pub(super) loudness: MinSeverities,
    /// Where each name stands.
    pub(super) places: BTreeMap<Name, SourceSpan>,
}

/// Reads all channels. A wrong one is reported and left out.
pub(super) fn read_channels(
    sections: &[Section<'_>],
    directories: Directories<'_>,
    sources: &Sources,
    faults: &mut Diagnostics,
) -> Channels {
    let mut names = Names::new("channel", sources);
    let mut channels =
        Channels { list: Vec::new(), loudness: MinSeverities::new(), places: BTreeMap::new() };
    for section in sections {
        let name = names.take(section, faults);
        let min_severity =
            section.optional("min_severity", |value| value.choice(&SEVERITIES, faults));
        let min_severity = min_severity.map(|least| least.unwrap_or(Severity::Low)).ok();
        let kind = read_type(section, directories, faults);
        let Some(name) = name else {
            continue;
        };
        channels.loudness.insert(name.clone(), min_severity);
        channels.places.insert(name.clone(), section.place());
        if let (Some(min_severity), Some(kind)) = (min_severity, kind) {
            channels.list.push(Channel { name, min_severity, kind });
        }
    }
    channels
}

/// Without `kind` nothing else can be checked, so only that error is reported.
fn read_type(
    section: &Section<'_>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<ChannelKind> {
    let cure = "write kind = \"console\", \"file\", \"email\" or \"webhook\"";
    let kind = section.required("this channel", "kind", cure, faults)?.choice(&KINDS, faults)?;
    match kind {
        ChannelType::Console => {
            section.reject_unknown_keys("a console channel", &COMMON, faults);
            Some(ChannelKind::Console)
        }
        ChannelType::File => {
            section.reject_unknown_keys("a file channel", &FILE, faults);
            let cure = "write path = \"alerts.jsonl\": each alert becomes one line of JSON";
            let path = section.required("a file channel", "path", cure, faults)?;
            Some(ChannelKind::File { path: kept_path(&path, directories, faults)? })
        }
        ChannelType::Email => {
            section.reject_unknown_keys("an email channel", &email::KEYS, faults);
            email::read_email(section, directories, faults).map(ChannelKind::Email)
        }
        ChannelType::Webhook => {
            section.reject_unknown_keys("a webhook channel", &WEBHOOK, faults);
            webhook(section, directories, faults).map(ChannelKind::Webhook)
        }
    }
}

/// The address may be private only if the operator says so in the same section.
fn webhook(
    section: &Section<'_>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<Webhook> {
    let url = section.required("a webhook channel", "url", "write url = \"https://…\"", faults);
    let url = url.and_then(|value| {
        let written = value.string(faults)?;
        let instead = "remove it: the receiver knows us by the signature";
        let url = link::url(&written, instead, faults)?;
        if url.scheme() == "http" && !url.host_str().is_some_and(link::is_loopback) {
            let what = "alerts to this address travel readable for everyone on the way";
            faults.warn(written.at, what, "use https");
        }
        Some(url)
    });
    let secrets = match secret::find_secret(section, "secret", directories, faults) {
        Ok(Some(found)) => secret::webhook(&found, faults),
        Err(Reported) => None,
        // Written out in the configuration, which has been complained of.
        Ok(None) if section.holds_secret() => None,
        Ok(None) => {
            let what = "a webhook channel needs `secret_file` or `secret_credential`";
            let cure = "make a file with: (umask 077; printf 'whsec_%s\\n' \"$(openssl rand -base64 \
                        32)\" > webhook-secret), and write secret_file = \"webhook-secret\"";
            faults.missing(section.place(), what, cure);
            None
        }
    };
    let timeout = section.optional("timeout", |value| value.duration(TIMEOUT_RANGE, faults));
    let private = section.optional("allow_private", |value| value.flag(faults));
    if let (Some(url), Ok(None | Some(false))) = (&url, &private)
        && link::is_private(url)
    {
        let what = "this address is private, and its messages would only wait";
        faults.warn(section.place(), what, "write allow_private = true if it is meant");
    }
    Some(Webhook {
        url: url?,
        secrets: secrets?,
        timeout: timeout.ok()?.unwrap_or(TIMEOUT),
        allow_private: private.ok()?.unwrap_or(false),
    })
}
