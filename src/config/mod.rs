//! Reads the configuration files into the values the program runs on. The result is valid as a
//! whole, or it is refused with all its errors.
//!
//! There are two layers. `document` knows tables, values and their places, and checks no meaning.
//! The files named after sections (`service`, `feed`, `watch`, `channel`) turn them into types of
//! the domain.
mod assemble;
mod canonical;
mod channel;
mod diagnostics;
mod document;
mod edit;
mod feed;
mod label;
mod language;
mod link;
mod name;
mod operator;
mod paths;
mod render;
mod secret;
mod service;
mod severity;
mod sources;
mod stories;
mod syntax;
mod terms;
mod units;
mod watch;
mod watch_context;
mod websub;
mod words;

use std::collections::BTreeSet;
use std::error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;
use url::Url;

use self::assemble::Sections;
use self::channel::Channels;
use self::diagnostics::Diagnostics;
pub use self::diagnostics::is_passing;
pub use self::edit::{NewFeed, block, suggest, with_feeds};
pub use self::label::{tag, title};
pub use self::operator::Operator;
pub use self::paths::Directories;
pub use self::service::{Format, Level, Poll, Service, Store};
pub use self::sources::Sources;
use self::watch_context::WatchContext;
pub use self::websub::WebSub;
pub use self::words::is_control_or_mark;
use crate::domain::{
    Channel, ChannelKind, Diagnostic, DiagnosticSeverity, Feed, Name, Network, PageRules, Severity,
    Watch,
};

/// The configuration that `init` writes, as file names and texts. The first file is the one to
/// load.
pub const STARTER: &[(&str, &str)] = &[
    ("wirewatch.toml", include_str!("../../config/wirewatch.toml")),
    ("feeds.toml", include_str!("../../config/feeds.toml")),
    ("watchlist.toml", include_str!("../../config/watchlist.toml")),
];

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub service: Service,
    pub store: Store,
    pub poll: Poll,
    /// When two addresses are one page, for every feed that did not opt out.
    pub pages: Arc<PageRules>,
    pub operator: Operator,
    /// Where WebSub hubs reach this program; `None` if it does not listen for them.
    pub websub: Option<WebSub>,
    pub feeds: Vec<Feed>,
    pub watches: Vec<Watch>,
    /// Every channel, used or not.
    pub channels: Vec<Channel>,
    /// The texts it was read from, so that an error found later can show its line.
    pub sources: Sources,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Why a configuration is refused: all errors, and the warnings too, in the order of the files.
#[derive(Debug)]
pub struct Invalid {
    pub complaints: Vec<Diagnostic>,
    pub sources: Sources,
    /// A file could not be read because open files or memory were used up. Trying again may help.
    pub is_passing: bool,
}

/// All errors with their lines, without colour.
impl fmt::Display for Invalid {
    /// Uncoloured, for logs and tests.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sources.render(&self.complaints, false))
    }
}

impl error::Error for Invalid {}

/// Reads a configuration and everything it includes. Touches files only: the configuration, its
/// secrets and certificates.
pub fn load(path: &Path, directories: Directories<'_>) -> Result<Config, Invalid> {
    load_with(path, directories, None)
}

/// The same, as if one of the files had another text. So a change can be checked before it is
/// written.
pub fn load_with(
    path: &Path,
    directories: Directories<'_>,
    instead: Option<(&Path, &str)>,
) -> Result<Config, Invalid> {
    let mut faults = Diagnostics::default();
    let sources = assemble::read_files(path, instead, &mut faults);
    let documents = parse(&sources);
    let parts = assemble::sort_sections(&sources, &documents, &mut faults);
    let service = service::service(parts.service.as_ref(), &mut faults);
    let store = service::store(parts.store.as_ref(), directories, &mut faults);
    let poll = service::poll(parts.poll.as_ref(), &mut faults);
    let pages = Arc::new(canonical::read_page_rules(parts.canonical.as_ref(), &mut faults));
    let websub = websub::read_websub(parts.websub.as_ref(), &mut faults);
    let defaults = service::defaults(parts.defaults.as_ref(), &mut faults);
    let mut channels = channel::read_channels(&parts.channels, directories, &sources, &mut faults);
    if parts.channels.is_empty() {
        add_console(&mut channels);
    }
    let context = feed::Context {
        poll: &poll,
        defaults: &defaults,
        pages: &pages,
        directories,
        sources: &sources,
    };
    let feeds = feed::read_feeds(&parts.feeds, &context, &mut faults);
    let loudness = Some(&channels.loudness);
    let updates = stories::read_occasions(parts.stories.as_ref(), &mut faults);
    let context = WatchContext {
        defaults: &defaults,
        updates: &updates,
        sources: &sources,
        channels: loudness,
        feeds: Some(&feeds.names),
        sets: terms::read_sets(&parts.sets, &sources, &mut faults),
    };
    let watches = watch::read_watches(&parts.watches, &context, &mut faults);
    let operator =
        operator::read_operator(parts.operator.as_ref(), &context, &channels.list, &mut faults);
    warn_unused(&parts, &channels, &watches, &operator, &mut faults);
    let (channels, feeds) = (channels.list, feeds.list);
    let warnings = finish(faults, &sources)?;
    Ok(Config {
        service,
        store,
        poll,
        pages,
        operator,
        websub,
        feeds,
        watches,
        channels,
        sources,
        warnings,
    })
}

/// The texts of a configuration as they are on the disk now, to see whether an editor is still
/// writing them.
pub fn read_texts(path: &Path) -> Sources {
    assemble::read_files(path, None, &mut Diagnostics::default())
}

/// Reads the watches of a file and of what it includes, and nothing else of it: channels and
/// feeds named there need not exist.
pub fn load_watchlist(path: &Path) -> Result<(Vec<Watch>, Sources), Invalid> {
    let mut faults = Diagnostics::default();
    let sources = assemble::read_files(path, None, &mut faults);
    let documents = parse(&sources);
    let parts = assemble::sort_sections(&sources, &documents, &mut faults);
    let defaults = service::Defaults::default();
    let context = WatchContext {
        defaults: &defaults,
        updates: &[],
        sources: &sources,
        channels: None,
        feeds: None,
        sets: terms::read_sets(&parts.sets, &sources, &mut faults),
    };
    let watches = watch::read_watches(&parts.watches, &context, &mut faults);
    if parts.watches.is_empty() && sources.paths().next().is_some() {
        let cure = "write one: `[[watch]]`, a name, and any = [\"…\"] below it";
        faults.missing(parts.start, "there is no `[[watch]]` in this file", cure);
    }
    finish(faults, &sources)?;
    Ok((watches, sources))
}

/// A web address as a feed may have it; else what is wrong with it, and the way out.
pub fn check_url(text: &str) -> Result<Url, (String, String)> {
    link::parse_url(text, "a feed's password belongs into a file, `auth_file = \"…\"`")
}

/// A network as `allow_private` takes it; else what is wrong with it, and the way out.
pub fn check_network(text: &str) -> Result<Network, (String, String)> {
    link::parse_network(text)
}

/// Whether a name is one that `[[feed]]` takes.
pub fn is_name(text: &str) -> bool {
    name::is_sound(text)
}

/// Whether a text is a language tag.
pub fn is_language(text: &str) -> bool {
    language::is_tag(text)
}

/// Whether a text is an interval that `every` can read; if it is within bounds is another matter.
pub fn is_interval(text: &str) -> bool {
    read_interval(text).is_some()
}

/// A time as the configuration writes it: "90s", "7d".
pub fn read_interval(text: &str) -> Option<std::time::Duration> {
    units::duration(text).ok()
}

/// An interval as `every` is written.
pub fn show_interval(every: std::time::Duration) -> String {
    units::show_duration(every)
}

/// Files with syntax errors are read too, as far as they go: one run reports all faults.
fn parse(sources: &Sources) -> Vec<DeTable<'_>> {
    sources.iter().map(syntax::parse).collect()
}

/// The warnings, if there is nothing worse.
fn finish(faults: Diagnostics, sources: &Sources) -> Result<Vec<Diagnostic>, Invalid> {
    let is_passing = faults.has_passing();
    let complaints = faults.finish(sources);
    if complaints.iter().any(|complaint| complaint.severity == DiagnosticSeverity::Error) {
        return Err(Invalid { complaints, sources: sources.clone(), is_passing });
    }
    Ok(complaints)
}

/// Without any channel, alerts are printed.
fn add_console(channels: &mut Channels) {
    let name = Name::new(watch::CONSOLE);
    channels.loudness.insert(name.clone(), Some(Severity::Low));
    let (min_severity, kind) = (Severity::Low, ChannelKind::Console);
    channels.list.push(Channel { name, min_severity, kind });
}

/// Warns of what would do nothing.
fn warn_unused(
    parts: &Sections<'_>,
    channels: &Channels,
    watches: &[Watch],
    operator: &Operator,
    faults: &mut Diagnostics,
) {
    // A name that seems to be missing may be in a part that was refused.
    if faults.any_error() {
        return;
    }
    let start = || parts.start.clone();
    if parts.feeds.is_empty() {
        let cure = "write a `[[feed]]` with a name and a url, or include a file of feeds";
        faults.warn(start(), "there is no feed: nothing will be read", cure);
    }
    if parts.watches.is_empty() {
        let cure = "write a `[[watch]]` with a name and any = [\"…\"], or include a watchlist";
        faults.warn(start(), "there is no watch: nothing will alert", cure);
        return;
    }
    if operator.notify.is_empty() && parts.operator.is_none() && !parts.feeds.is_empty() {
        let what = "nobody is told when feeds or channels fail: no channel under `[defaults]` \
                    takes normal alerts";
        let cure = "write `[operator]`, and below it notify = [\"…\"]";
        faults.warn(start(), what, cure);
    }
    let alerted = watches.iter().flat_map(|watch| &watch.notify);
    let used: BTreeSet<&Name> = alerted.chain(&operator.notify).collect();
    for (name, place) in channels.places.iter().filter(|(name, _)| !used.contains(name)) {
        let what = format!("no watch sends its alerts to the channel `{name}`");
        let cure = "name it in `notify`, of a watch or under `[defaults]`, or remove it";
        faults.warn(place.clone(), what, cure);
    }
}
