//! Reads the files of a configuration and collects their sections, with their places.
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::canonical;
use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::operator;
use super::paths::beside;
use super::service;
use super::sources::{Source, Sources};
use super::stories;
use super::syntax;
use super::websub;
use super::words;
use crate::domain::{SourceSpan, Spanned};

/// Bytes of one configuration file: room for a million terms.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Files one configuration may consist of.
const FILES_MAX: usize = 256;

/// Every key that may stand outside tables, for "did you mean".
const TOP_KEYS: [&str; 13] = [
    "include",
    "service",
    "store",
    "poll",
    "canonical",
    "stories",
    "operator",
    "defaults",
    "channel",
    "feed",
    "watch",
    "sets",
    "websub",
];

/// The keys of the single sections, for one that is written outside its section.
const SECTION_KEYS: [(&str, &[&str]); 8] = [
    ("stories", &stories::STORIES_KEYS),
    ("websub", &websub::KEYS),
    ("defaults", &service::DEFAULTS_KEYS),
    ("poll", &service::POLL_KEYS),
    ("store", &service::STORE_KEYS),
    ("service", &service::SERVICE_KEYS),
    ("canonical", &canonical::KEYS),
    ("operator", &operator::KEYS),
];

/// The sections of all files together.
#[derive(Debug, Default)]
pub(super) struct Sections<'a> {
    pub(super) service: Option<Section<'a>>,
    pub(super) store: Option<Section<'a>>,
    pub(super) poll: Option<Section<'a>>,
    pub(super) canonical: Option<Section<'a>>,
    pub(super) stories: Option<Section<'a>>,
    pub(super) operator: Option<Section<'a>>,
    pub(super) websub: Option<Section<'a>>,
    pub(super) defaults: Option<Section<'a>>,
    pub(super) channels: Vec<Section<'a>>,
    pub(super) feeds: Vec<Section<'a>>,
    pub(super) watches: Vec<Section<'a>>,
    /// At most one of each file.
    pub(super) sets: Vec<Section<'a>>,
    /// The beginning of the first file: the place for what is missing in all files.
    pub(super) start: SourceSpan,
}

/// Reads `path` and all files it includes. With `instead` one file has another text than on the
/// disk.
pub(super) fn read_files(
    path: &Path,
    instead: Option<(&Path, &str)>,
    faults: &mut Diagnostics,
) -> Sources {
    let instead = instead.map(|(path, text)| (canonical(path), text));
    let (seen, trail) = (Vec::new(), Vec::new());
    let mut reading = Reading { sources: Sources::default(), instead, seen, trail };
    match reading.load(path) {
        Ok(loaded) => reading.take(path, loaded, faults),
        Err(error) => {
            let why = faults.io_reason(&error);
            faults.error_without_place(
                format!("cannot read {}: {why}", words::path(path)),
                "name an existing file, or write a first one with `wirewatch init`",
            );
        }
    }
    reading.sources
}

/// Sorts the tables of parsed files. Each element of `documents` belongs to the source of the same
/// position.
pub(super) fn sort_sections<'a>(
    sources: &'a Sources,
    documents: &'a [DeTable<'a>],
    faults: &mut Diagnostics,
) -> Sections<'a> {
    let mut parts = Sections::default();
    if let Some(first) = sources.iter().next() {
        parts.start = SourceSpan { file: first.shown.clone(), span: 0..0 };
    }
    for (source, document) in sources.iter().zip(documents) {
        let root = Section::new(&source.shown, &source.text, document, 0..0);
        for value in root.in_order() {
            match value.key() {
                "include" => {}
                "service" => take_single(&mut parts.service, &value, sources, faults),
                "store" => take_single(&mut parts.store, &value, sources, faults),
                "poll" => take_single(&mut parts.poll, &value, sources, faults),
                "canonical" => take_single(&mut parts.canonical, &value, sources, faults),
                "stories" => take_single(&mut parts.stories, &value, sources, faults),
                "operator" => take_single(&mut parts.operator, &value, sources, faults),
                "websub" => take_single(&mut parts.websub, &value, sources, faults),
                "defaults" => take_single(&mut parts.defaults, &value, sources, faults),
                "channel" => take_list(&mut parts.channels, &value, faults),
                "feed" => take_list(&mut parts.feeds, &value, faults),
                "watch" => take_list(&mut parts.watches, &value, faults),
                "sets" => parts.sets.extend(as_table(&value, faults)),
                _ => report_unknown(&value, faults),
            }
        }
    }
    parts
}

/// A section that may stand once in all files together.
fn take_single<'a>(
    slot: &mut Option<Section<'a>>,
    value: &Value<'a>,
    sources: &Sources,
    faults: &mut Diagnostics,
) {
    let Some(section) = as_table(value, faults) else {
        return;
    };
    if let Some(first) = slot {
        let key = value.key();
        let what =
            format!("`[{key}]` is already written at {}", sources.path_and_line(&first.place()));
        faults.error(section.place(), what, "move its keys there");
        return;
    }
    *slot = Some(section);
}

/// Says how to write the heading where a list or a value stands instead.
fn as_table<'a>(value: &Value<'a>, faults: &mut Diagnostics) -> Option<Section<'a>> {
    let section = value.table();
    if section.is_none() {
        let cure = format!("write `[{}]` on a line of its own, and its keys below", value.key());
        value.wrong_type(if value.is_list() { "one table" } else { "a table" }, cure, faults);
    }
    section
}

/// `[[feed]]` and its kind may stand in any number of files.
fn take_list<'a>(list: &mut Vec<Section<'a>>, value: &Value<'a>, faults: &mut Diagnostics) {
    let key = value.key();
    if let Some(sections) = value.tables() {
        list.extend(sections);
        return;
    }
    let cure = format!("begin each {key} with `[[{key}]]`, in two pairs of brackets");
    value.wrong_type("a list of tables", cure, faults);
}

/// Guesses where a key belongs. Most are written one section too early or too late.
fn report_unknown(value: &Value<'_>, faults: &mut Diagnostics) {
    let what = format!("there is no section or top-level key {}", words::quoted(value.key()));
    let shown = |key: &str| match key {
        "include" => "`include = […]`".to_owned(),
        "channel" | "feed" | "watch" => format!("`[[{key}]]`"),
        _ => format!("`[{key}]`"),
    };
    let home = SECTION_KEYS.iter().find(|(_, keys)| keys.contains(&value.key()));
    let cure = match (home, words::nearest(value.key(), TOP_KEYS)) {
        (Some((section, _)), _) => format!("write it below {}", shown(section)),
        (None, Some(key)) => format!("did you mean {}?", shown(key)),
        (None, None) => format!("write one of {}", TOP_KEYS.map(shown).join(", ")),
    };
    faults.error(value.key_place(), what, cure);
}

/// A configuration while its files are being read.
struct Reading<'a> {
    sources: Sources,
    /// A file, by its canonical path, and the text it is taken to hold.
    instead: Option<(PathBuf, &'a str)>,
    /// Canonical paths of every file read.
    seen: Vec<PathBuf>,
    /// Canonical paths of the files that are being read, the first one first.
    trail: Vec<PathBuf>,
}

/// One file as it is on the disk.
struct LoadedFile {
    text: String,
    canonical: PathBuf,
    /// The first byte that is not UTF-8.
    broken_at: Option<usize>,
}

impl Reading<'_> {
    fn load(&self, path: &Path) -> io::Result<LoadedFile> {
        let mut loaded = load(path)?;
        if let Some((instead, text)) = &self.instead
            && loaded.canonical == *instead
        {
            (*text).clone_into(&mut loaded.text);
            loaded.broken_at = None;
        }
        Ok(loaded)
    }

    /// Adds a file and, depth first, everything it includes.
    fn take(&mut self, path: &Path, loaded: LoadedFile, faults: &mut Diagnostics) {
        let shown = path.display().to_string();
        self.sources.add(&shown, &loaded.text);
        self.seen.push(loaded.canonical.clone());
        self.sources.set_readable(|source| syntax::blank_broken_lines(source, faults));
        let Some(source) = self.sources.iter().last().cloned() else {
            return;
        };
        if let Some(at) = loaded.broken_at {
            let at = SourceSpan {
                file: source.shown.clone(),
                span: at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
            };
            faults.syntax(at, "the file is not UTF-8 from here on", "save the file as UTF-8");
        }
        self.trail.push(loaded.canonical);
        for target in include_targets(&source, faults) {
            self.include(&source, &target, faults);
        }
        self.trail.pop();
    }

    /// A file that cannot be read is an error of the line that names it.
    fn include(&mut self, from: &Source, target: &Spanned, faults: &mut Diagnostics) {
        let path = beside(&from.shown, &target.text);
        let shown = words::path(&path);
        let at = || target.at.clone();
        if self.seen.len() >= FILES_MAX {
            let what = format!("this would be file number {}", FILES_MAX + 1);
            faults.error(at(), what, "join some of the included files");
            return;
        }
        let loaded = match self.load(&path) {
            Ok(loaded) => loaded,
            Err(error) => {
                let why = faults.io_reason(&error);
                let cure =
                    "correct the path, which begins at this file's folder, or write that file";
                faults.error(at(), format!("cannot read {shown}: {why}"), cure);
                return;
            }
        };
        if self.trail.contains(&loaded.canonical) {
            let what = format!("{shown} is the file being read, or one that includes it");
            faults.error(
                at(),
                what,
                "remove this include: files cannot include each other in a circle",
            );
        } else if self.seen.contains(&loaded.canonical) {
            faults.error(at(), format!("{shown} is included twice"), "keep one of the two");
        } else {
            self.take(&path, loaded, faults);
        }
    }
}

/// The files that a file includes. A wrong element does not hide the errors of the others.
fn include_targets(source: &Source, faults: &mut Diagnostics) -> Vec<Spanned> {
    let document = syntax::parse(source);
    let root = Section::new(&source.shown, &source.text, &document, 0..0);
    root.get("include")
        .and_then(|value| value.each_string(faults))
        .unwrap_or_default()
        .into_iter()
        .flatten()
        .collect()
}

fn load(path: &Path) -> io::Result<LoadedFile> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        let why = format!("it is larger than {} MiB", FILE_BYTES_MAX >> 20);
        return Err(io::Error::other(why));
    }
    let canonical = canonical(path);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(LoadedFile { text, canonical, broken_at: None }),
        Err(error) => {
            let broken_at = Some(error.utf8_error().valid_up_to());
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Ok(LoadedFile { text, canonical, broken_at })
        }
    }
}

/// Two spellings of one path are one file, so that no file is read twice.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
