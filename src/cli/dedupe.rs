//! `dedupe`: the judge of near-duplicates, on texts of one's own.
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::fail::Failed;
use super::setup::shown;
use crate::dedupe::copies::{Copies, Item, Stored};
use crate::domain::{ArticleId, Moment};
use crate::extract;

/// Articles of one run: all of them are kept to be compared with.
const ARTICLES_MAX: usize = 1_000_000;

/// One line of input. Whatever is absent is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Line {
    id: serde_json::Value,
    source: Option<String>,
    published: Option<Moment>,
    title: Option<String>,
    text: Option<String>,
}

/// The contract of `dedupe --jsonl`. `story` is the id of the story's first article.
#[derive(serde::Serialize)]
struct Judged<'a> {
    id: &'a serde_json::Value,
    story: &'a serde_json::Value,
    /// `new`, or why it is attached.
    reason: &'static str,
    /// To the article it is attached for; null if it is new.
    similarity: Option<f64>,
}

/// An article that was judged.
struct Known {
    id: serde_json::Value,
    stored: Stored,
    /// Index of its story's first article.
    story: usize,
}

pub(super) fn dedupe(files: &[PathBuf]) -> Result<ExitCode, Failed> {
    let mut judge = Judge::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in files {
        judge.read(file, &mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Default)]
struct Judge {
    copies: Copies,
    known: Vec<Known>,
}

impl Judge {
    fn read(&mut self, file: &Path, out: &mut impl Write) -> Result<(), Failed> {
        let input: Box<dyn BufRead> = if file.as_os_str() == "-" {
            Box::new(std::io::stdin().lock())
        } else {
            let open = std::fs::File::open(file)
                .map_err(|why| Failed::Input(format!("{}: {why}", shown(file))))?;
            Box::new(std::io::BufReader::new(open))
        };
        for (number, line) in input.split(b'\n').enumerate() {
            let bad = |why: &dyn std::fmt::Display| {
                Failed::Input(format!("{}:{}: {why}", shown(file), number + 1))
            };
            let line = line.map_err(|why| bad(&why))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            if self.known.len() >= ARTICLES_MAX {
                return Err(bad(&format!("more than {ARTICLES_MAX} articles")));
            }
            let line: Line = serde_json::from_slice(&line).map_err(|why| bad(&why))?;
            self.judge(line, out).map_err(|why| bad(&why))?;
        }
        Ok(())
    }

    fn judge(&mut self, line: Line, out: &mut impl Write) -> std::io::Result<()> {
        let stored = Stored {
            source: line.source.unwrap_or_default(),
            published: line.published,
            title: extract::title(line.title.as_deref().unwrap_or("")),
            text: extract::plain(line.text.as_deref().unwrap_or("")).into_owned(),
        };
        let at = stored.published.unwrap_or_default();
        if stored.published.is_some() {
            self.copies.expire(at);
        }
        let item = Item {
            source: &stored.source,
            published: stored.published,
            title: &stored.title,
            text: &stored.text,
        };
        let known = |id: ArticleId| self.known.get(usize::try_from(id.0).ok()?);
        let (ready, copy) = self.copies.find(&item, |id| known(id).map(|k| k.stored.clone()));
        let own = self.known.len();
        let story = copy.and_then(|copy| known(copy.of)).map_or(own, |first| first.story);
        let id = ArticleId(i64::try_from(own).unwrap_or(i64::MAX));
        self.copies.add(id, at, &ready, copy.is_none());
        self.known.push(Known { id: line.id, stored, story });
        let (Some(own), Some(first)) = (self.known.get(own), self.known.get(story)) else {
            return Ok(());
        };
        let judged = Judged {
            id: &own.id,
            story: &first.id,
            reason: copy.map_or("new", |copy| copy.reason.as_str()),
            similarity: copy.map(|copy| copy.likeness.similarity),
        };
        serde_json::to_writer(&mut *out, &judged)?;
        writeln!(out)
    }
}
