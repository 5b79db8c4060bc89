//! Feeds of other projects' test suites, measured where they are at hand: `WIREWATCH_CORPORA` names
//! the folder of their archives, which are never part of this project.
#![expect(clippy::print_stdout, reason = "the table is what the measurement is for")]
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use wirewatch::domain::{Document, Entry, Timestamp};
use wirewatch::parse::{Error, ResponseContext, date, document};

use crate::harness::work::{self, PASSES_MAX};

/// The folder of archives, or nothing, said loudly.
fn archives() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test is told where the corpora are")]
    let folder = std::env::var_os("WIREWATCH_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        crate::report_skipped(
            "other projects' feeds",
            "WIREWATCH_CORPORA names no folder of corpora",
        );
    }
    folder
}

fn unpacked(archive: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status =
        Command::new("tar").arg("xJf").arg(archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success(), "unpacking {}", archive.display());
    folder
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// Met and asked, by name.
#[derive(Default)]
struct Table(BTreeMap<String, (u32, u32)>);

impl Table {
    fn count(&mut self, name: &str, met: bool) {
        let row = self.0.entry(name.to_owned()).or_default();
        row.0 += u32::from(met);
        row.1 += 1;
    }

    fn share(&self, name: &str) -> f64 {
        self.0.get(name).map_or(0.0, |(met, asked)| f64::from(*met) / f64::from(*asked))
    }

    fn print(&self) {
        for (name, (met, asked)) in &self.0 {
            println!("{name:<28} {met:>5} of {asked:>5}  {:6.2} %", self.share(name) * 100.0);
        }
    }
}

/// The words of a text: what a reader sees of it, whatever its markup.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let lower = after.to_ascii_lowercase();
        let hidden = ["script", "style", "applet", "!--", "noscript"];
        rest = match hidden.iter().find(|name| lower.starts_with(**name)) {
            Some(&"!--") => after.split_once("-->").map_or("", |(_, rest)| rest),
            Some(name) => {
                lower.find(&format!("</{name}")).and_then(|at| after.get(at..)).unwrap_or("")
            }
            None => after,
        };
        if lower.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            rest = rest.split_once('>').map_or("", |(_, rest)| rest);
        } else {
            text.push('<');
        }
    }
    text.push_str(rest);
    for (name, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(name, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn path_of(check: &Value) -> Vec<String> {
    let parts = check["path"].as_array().unwrap();
    parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect()
}

/// What we have where feedparser's path points; `None` where our model has no such place.
fn ours(document: &Document, path: &[&str]) -> Option<(&'static str, Vec<String>)> {
    let entry = |n: &str| document.entries.get(n.parse::<usize>().unwrap());
    let one = |text: Option<&String>| text.cloned().into_iter().collect::<Vec<_>>();
    let of = |n: &str, pick: fn(&Entry) -> Option<&String>| one(entry(n).and_then(pick));
    let dates =
        |n: &str, raw: bool| {
            let Some(entry) = entry(n) else { return Vec::new() };
            [&entry.published, &entry.updated]
                .into_iter()
                .flatten()
                .map(|d| {
                    if raw {
                        d.raw.clone()
                    } else {
                        d.at.map_or(String::new(), |at| at.to_string())
                    }
                })
                .collect()
        };
    Some(match path {
        ["feed", "title"] | ["feed", "title_detail", "value"] => {
            ("feed title", one(document.title.as_ref()))
        }
        ["feed", "link"] => ("feed link", one(document.link.as_ref())),
        ["feed", "language"] => ("feed language", one(document.language.as_ref())),
        ["entries", n, "title"] | ["entries", n, "title_detail", "value"] => {
            ("title", of(n, |e| e.title.as_ref()))
        }
        ["entries", n, "link"] => ("link", of(n, |e| e.link.as_ref())),
        ["entries", n, "id" | "guid"] => ("id", of(n, |e| e.id.as_ref())),
        ["entries", n, "description" | "summary"] | ["entries", n, "summary_detail", "value"] => {
            // feedparser shows the content where there is no summary.
            ("summary", of(n, |e| e.summary.as_ref().or(e.content.as_ref())))
        }
        // feedparser makes a content of a second summary, and of a summary beside markup.
        ["entries", n, "content", "0", "value"] => {
            ("content", of(n, |e| e.content.as_ref().or(e.summary.as_ref())))
        }
        ["entries", n, "author"] | ["entries", n, "author_detail" | "authors", .., "name"] => {
            let at = if path[2] == "authors" { path[3].parse().unwrap() } else { 0 };
            ("author", one(entry(n).and_then(|e| e.authors.get(at))))
        }
        ["entries", n, "published_parsed" | "updated_parsed" | "created_parsed"] => {
            ("date", dates(n, false))
        }
        ["entries", n, "published" | "updated" | "created"] => ("date", dates(n, true)),
        ["entries", n, "tags", tag, "term" | "label"] => {
            let tag: usize = tag.parse().unwrap();
            ("tag", one(entry(n).and_then(|e| e.tags.get(tag))))
        }
        _ => return None,
    })
}

fn met(kind: &str, ours: &[String], op: &str, value: &Value) -> bool {
    let wanted = match value {
        // A time as feedparser gives it: year, month, day, hour, minute, second.
        Value::Array(parts) if kind == "date" && parts.len() >= 6 => {
            let at = |n: usize| parts[n].as_i64().unwrap();
            format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                at(0),
                at(1),
                at(2),
                at(3),
                at(4),
                at(5)
            )
        }
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            String::new()
        }
    };
    let equal = |text: &String| match kind {
        "title" | "summary" | "content" | "feed title" => {
            text.trim() == wanted.trim() || words(text) == words(&wanted)
        }
        "author" => *text == wanted || wanted.starts_with(&format!("{text} (")),
        _ => *text == wanted,
    };
    match op {
        "==" | "is" => ours.iter().any(equal) || (ours.is_empty() && wanted.is_empty()),
        "!=" => !ours.iter().any(equal),
        "falsy" | "lacks" => ours.is_empty(),
        "truthy" => !ours.is_empty(),
        _ => true,
    }
}

/// Items by looking for their tags alone; comments and CDATA do not count.
fn items_by_eye(text: &str) -> usize {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("<!") {
        let (before, after) = rest.split_at(at);
        bare.push_str(before);
        rest = after;
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<![CDATA[") {
            "]]>"
        } else {
            ">"
        };
        rest = rest.split_once(end).map_or("", |(_, rest)| rest);
    }
    bare.push_str(rest);
    let named = |tag: &str| {
        let name: String = tag.chars().take_while(|c| c.is_alphanumeric() || *c == ':').collect();
        let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        matches!(local.as_str(), "item" | "entry")
    };
    bare.split('<').skip(1).filter(|tag| named(tag)).count()
}

#[test]
fn feedparsers_suite_is_read_as_feedparser_reads_it() {
    let Some(folder) = archives() else { return };
    let root = unpacked(&folder.join("feedparser-suite.tar.xz"));
    let expected =
        Command::new("xz").arg("-dc").arg(folder.join("feedparser-expect.jsonl.xz")).output();
    let expected = String::from_utf8(expected.unwrap().stdout).unwrap();
    let mut table = Table::default();
    let (mut ignored, mut unclear) = (0, 0);
    for line in expected.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["file"].as_str().unwrap();
        let body = fs::read(root.path().join("feedparser/tests").join(name)).unwrap();
        let headers = &case["headers"];
        let header = |key: &str| headers[key].as_str();
        let location = header("content-location").unwrap_or("http://127.0.0.1:8097/");
        let start = url::Url::parse("http://127.0.0.1:8097/").unwrap();
        let base = start.join(location).unwrap();
        let hints = ResponseContext { content_type: header("content-type"), base: Some(&base) };
        let outcome = document(&body, &hints);
        assert!(!matches!(outcome, Err(Error::Panicked { .. })), "{name}: {outcome:?}");
        let text = String::from_utf8_lossy(&body);
        let is_feed = ["<rss", "<rdf:RDF", "<feed", "<CHANNEL", "<RDF", "jsonfeed.org"]
            .iter()
            .any(|root| text.contains(root));
        if is_feed {
            table.count("accepted", outcome.is_ok());
            if outcome.is_err() {
                println!("not accepted: {name}: {outcome:?}");
            }
        }
        let Ok(document) = outcome else { continue };
        if is_feed && !name.starts_with("json") {
            let eye = items_by_eye(&text);
            table.count("same number of entries", document.entries.len() == eye);
            if document.entries.len() != eye {
                println!("entries: {name}: {} for {eye}", document.entries.len());
            }
        }
        let Some(checks) = case["checks"].as_array() else {
            unclear += 1;
            continue;
        };
        for check in checks {
            let path = path_of(check);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let Some((kind, found)) = ours(&document, &path) else {
                ignored += 1;
                continue;
            };
            let good = met(kind, &found, check["op"].as_str().unwrap(), &check["value"]);
            table.count(kind, good);
            if kind != "tag" && kind != "feed language" {
                table.count("ALL", good);
            }
            if !good {
                println!(
                    "{name}: {} {} {} but {found:?}",
                    path.join("."),
                    check["op"],
                    check["value"]
                );
            }
        }
    }
    table.print();
    println!("{ignored} checks ask for what the model has no field for, {unclear} files have none");
    assert!(table.share("accepted") >= 1.0);
    assert!(table.share("same number of entries") >= 0.99);
    assert!(table.share("ALL") >= 0.95);
}

#[test]
fn every_file_of_the_peers_suites_is_read_in_time() {
    let Some(folder) = archives() else { return };
    let root = unpacked(&folder.join("peer-feed-suites.tar.xz"));
    let mut paths = Vec::new();
    files(root.path(), &mut paths);
    let mut table = Table::default();
    for path in &paths {
        let Ok(body) = fs::read(path) else { continue };
        let suite = path.strip_prefix(root.path()).unwrap().iter().next().unwrap();
        let mut outcome = Err(Error::Empty);
        let passes = work::least_passes(|| {
            work::passes(body.len(), || outcome = document(&body, &ResponseContext::default()))
        });
        assert!(passes <= PASSES_MAX, "{}: {passes:.0} passes", path.display());
        assert!(!matches!(outcome, Err(Error::Panicked { .. })), "{}", path.display());
        let end = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if matches!(end.as_str(), "xml" | "rss" | "atom" | "rdf") {
            table.count(&suite.to_string_lossy(), outcome.is_ok());
            if let Err(error) = outcome {
                println!("{}: {error}", path.strip_prefix(root.path()).unwrap().display());
            } else if let Ok(document) = outcome
                && document.entries.is_empty()
                && items_by_eye(&String::from_utf8_lossy(&body)) > 0
            {
                println!("{}: no entries", path.strip_prefix(root.path()).unwrap().display());
            }
        }
    }
    table.print();
}

#[test]
fn gofeeds_own_expectations_are_met() {
    let Some(folder) = archives() else { return };
    let root = unpacked(&folder.join("peer-feed-suites.tar.xz"));
    let mut paths = Vec::new();
    files(root.path(), &mut paths);
    let mut table = Table::default();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let Some(feed) =
            ["xml", "rss", "atom"].iter().map(|end| path.with_extension(end)).find(|p| p.exists())
        else {
            continue;
        };
        let Ok(wanted) = serde_json::from_slice::<Value>(&fs::read(path).unwrap()) else {
            continue;
        };
        let Ok(document) = document(&fs::read(&feed).unwrap(), &ResponseContext::default()) else {
            table.count("read", false);
            println!("{}: not read", feed.strip_prefix(root.path()).unwrap().display());
            continue;
        };
        table.count("read", true);
        let none = Vec::new();
        let items =
            ["items", "entries"].iter().find_map(|key| wanted[*key].as_array()).unwrap_or(&none);
        for (n, item) in items.iter().enumerate() {
            let entry = document.entries.get(n).cloned().unwrap_or_default();
            let mut compare = |kind: &str, key: &str, ours: Option<String>| {
                let Some(text) = item[key].as_str().filter(|text| !text.is_empty()) else { return };
                let ours = ours.unwrap_or_default();
                let good = match kind {
                    "date" => {
                        date::parse(text).map(|at: Timestamp| at.to_string()) == Some(ours.clone())
                    }
                    "title" => words(text) == words(&ours),
                    _ => text.trim() == ours,
                };
                table.count(kind, good);
                if !good {
                    let name = feed.strip_prefix(root.path()).unwrap().display();
                    println!("{name}: item {n} {key} {text:?} but {ours:?}");
                }
            };
            compare("title", "title", entry.title.clone());
            compare("link", "link", entry.link.clone());
            let at = |dated: &Option<wirewatch::domain::Dated>| {
                dated.as_ref().and_then(|d| d.at).map(|at| at.to_string())
            };
            compare("date", "publishedParsed", at(&entry.published).or_else(|| at(&entry.updated)));
            compare("date", "updatedParsed", at(&entry.updated).or_else(|| at(&entry.published)));
        }
    }
    table.print();
    for kind in ["title", "link", "date"] {
        assert!(table.share(kind) >= 0.95, "{kind}");
    }
}

#[test]
fn every_date_that_was_ever_seen_is_understood() {
    let Some(folder) = archives() else { return };
    let mut table = Table::default();
    let text = fs::read_to_string(folder.join("dates-feedparser.jsonl")).unwrap();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input = case["input"].as_str().unwrap();
        let ours = date::parse(input).map(|at| at.to_string());
        let Some(utc) = case["utc"].as_array() else {
            table.count("nonsense refused", ours.is_none());
            if let Some(ours) = ours {
                println!("{input:?} is no date but was read as {ours}");
            }
            continue;
        };
        let at = |n: usize| utc[n].as_i64().unwrap();
        let year = at(0);
        let wanted =
            format!("{year:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at(1), at(2), at(3), at(4), at(5));
        table.count("feedparser", ours.as_deref() == Some(&wanted));
        if ours.as_deref() != Some(&wanted) {
            println!("{input:?} is {wanted} but was read as {ours:?}");
        }
    }
    let text = fs::read_to_string(folder.join("dates-miniflux.txt")).unwrap();
    let shapes = fs::read_to_string(folder.join("dates-real-shapes.tsv")).unwrap();
    let shapes = shapes.lines().skip(1).map(|line| ("shapes", line.split('\t').nth(2).unwrap()));
    for (name, input) in text.lines().map(|line| ("miniflux", line)).chain(shapes) {
        let ours = date::parse(&input.replace("\\n", "\n"));
        table.count(name, ours.is_some());
        println!("{name} {input:<60} {}", ours.map_or("-".to_owned(), |at| at.to_string()));
    }
    table.print();
    for name in ["feedparser", "miniflux", "shapes"] {
        assert!(table.share(name) >= 1.0, "{name}");
    }
}
