//! `parse`: what is in a feed document.
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::fail::CommandError;
use super::input::read_whole;
use super::screen::{BAD, BOLD, DIM, json, styled};
use super::setup::{Invocation, path_text};
use crate::domain::{Dated, Document, Entry, counted};
use crate::fetch::{Coding, Limits, decode};
use crate::parse::{self, ResponseContext};

/// The contract of `parse --json`: one object a file, absent values null.
#[derive(serde::Serialize)]
struct Parsed<'a> {
    file: String,
    format: Option<&'static str>,
    title: Option<&'a str>,
    link: Option<&'a str>,
    entries: Vec<EntryJson<'a>>,
    mended: &'a [String],
    error: Option<String>,
}

/// One element of `entries` in the contract.
#[derive(serde::Serialize)]
struct EntryJson<'a> {
    id: Option<&'a str>,
    link: Option<&'a str>,
    title: Option<&'a str>,
    published: Option<String>,
    updated: Option<String>,
    summary: Option<&'a str>,
    content: Option<&'a str>,
    authors: &'a [String],
    language: Option<&'a str>,
}

/// One bad file does not keep the others from being read.
pub(super) fn parse(
    setting: &Invocation,
    files: &[PathBuf],
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let mut bad = false;
    for file in files {
        let document = document(file);
        bad |= document.is_err();
        if as_json {
            json(&parsed(file, &document))?;
        } else {
            write_document(setting, file, &document)?;
        }
    }
    Ok(if bad { ExitCode::from(65) } else { ExitCode::SUCCESS })
}

/// Files are unpacked and read exactly like the body of a poll.
fn document(file: &Path) -> Result<Document, String> {
    let bytes = read_whole(file)?;
    let most = Limits::default().body_bytes_max;
    let coding = Coding::of(None, &bytes).map_err(|failure| failure.why)?;
    let body = decode(coding, bytes, most).map_err(|failure| failure.why)?;
    parse::document(&body, &ResponseContext { content_type: None, base: None })
        .map_err(|error| error.to_string())
}

/// Borrows the document in the shape of the contract.
fn parsed<'a>(file: &Path, document: &'a Result<Document, String>) -> Parsed<'a> {
    let file = path_text(file);
    match document {
        Ok(document) => Parsed {
            file,
            format: Some(document.format.as_str()),
            title: document.title.as_deref(),
            link: document.link.as_deref(),
            entries: document.entries.iter().map(entry_json).collect(),
            mended: &document.mended,
            error: None,
        },
        Err(why) => Parsed {
            file,
            format: None,
            title: None,
            link: None,
            entries: Vec::new(),
            mended: &[],
            error: Some(why.clone()),
        },
    }
}

/// Times are RFC 3339; absent is null.
fn entry_json(entry: &Entry) -> EntryJson<'_> {
    let at = |dated: &Option<Dated>| dated.as_ref().and_then(|d| d.at).map(|at| at.to_string());
    EntryJson {
        id: entry.id.as_deref(),
        link: entry.link.as_deref(),
        title: entry.title.as_deref(),
        published: at(&entry.published),
        updated: at(&entry.updated),
        summary: entry.summary.as_deref(),
        content: entry.content.as_deref(),
        authors: &entry.authors,
        language: entry.language.as_deref(),
    }
}

/// A few lines an entry, cleaned: feeds come from strangers.
fn write_document(
    setting: &Invocation,
    file: &Path,
    document: &Result<Document, String>,
) -> Result<(), CommandError> {
    let mut out = setting.screen.out();
    let file = path_text(file);
    let document = match document {
        Ok(document) => document,
        Err(why) => {
            writeln!(out, "{file}: {}", styled(BAD, why))?;
            return Ok(());
        }
    };
    let title = document.title.as_deref().unwrap_or("(no title)");
    let entries = document.entries.len();
    let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    writeln!(out, "{file}: {}, {}, {entries}", document.format.as_str(), styled(BOLD, title))?;
    for entry in &document.entries {
        let item = entry_json(entry);
        let title = item.title.unwrap_or("(no title)");
        let date = item.published.or(item.updated).unwrap_or_else(|| "no date".to_owned());
        writeln!(out, "  {date:20}  {}", title.split_whitespace().collect::<Vec<_>>().join(" "))?;
        if let Some(link) = item.link {
            writeln!(out, "  {:20}  {}", "", styled(DIM, link))?;
        }
    }
    if !document.mended.is_empty() {
        let repairs = counted(document.mended.len() as u64, "repair");
        writeln!(out, "  {repairs}: {}", document.mended.join("; "))?;
    }
    Ok(())
}
