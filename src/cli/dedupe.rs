//! `dedupe`: the judge of near-duplicates, on texts of one's own.
use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use serde_json::Value;

use super::fail::CommandError;
use super::input::each_line;
use crate::domain::{ArticleId, Timestamp};
use crate::extract;
use crate::stories::judgement::Relation;
use crate::stories::search::{Incoming, Stored, StoryFinder, WINDOW};

/// Articles that are kept to be compared with; the oldest leave for the newest.
const ARTICLES_MAX: usize = 1_000_000;

/// Bytes of their titles and texts together.
const KEPT_BYTES_MAX: usize = 1 << 30;

/// Bytes of one kept text: more than is ever compared.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// Bytes of one line of input; a longer one is no article.
const LINE_BYTES_MAX: usize = 64 << 20;

/// One line of input. Whatever is absent is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct DedupeInput {
    id: Value,
    source: Option<String>,
    published: Option<Timestamp>,
    title: Option<String>,
    text: Option<String>,
}

/// The contract of `dedupe --jsonl`. `story` is the id of the story's first article.
#[derive(serde::Serialize)]
struct DedupeOutput<'a> {
    id: &'a Value,
    story: &'a Value,
    /// `new`, `follow-up` or `copy`.
    verdict: &'static str,
    /// Nobody would be told of it.
    silent: bool,
    /// Why, in words.
    reason: &'static str,
    /// The share of it that an article of its story said that was told; null if it is new.
    similarity: Option<f64>,
    /// The share of it that was not told; 1 if it is new.
    novelty: f64,
    /// What a follow-up adds, in its own words.
    adds: Option<String>,
}

/// The verdict on an article, and why.
fn verdict_of(relation: Option<Relation>) -> (&'static str, &'static str) {
    match relation {
        Some(Relation::Copy(reason)) => ("copy", reason.as_str()),
        Some(Relation::FollowUp) => ("follow-up", "something new of a story that was told"),
        Some(Relation::Other) | None => ("new", "new"),
    }
}

/// An article that was judged.
struct KeptArticle {
    stored: Stored,
    /// The id of its story's first article.
    story: Rc<Value>,
}

impl KeptArticle {
    /// What the article costs in memory, near enough.
    fn bytes(&self) -> usize {
        self.stored.title.len() + self.stored.text.len()
    }
}

/// Judges the lines in their order, as the daemon would have met them.
pub(super) fn dedupe(files: &[PathBuf]) -> Result<ExitCode, CommandError> {
    let mut judge = Replay::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in files {
        judge.read(file, &mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The same judge as in the daemon, with its articles in memory instead of in the store.
#[derive(Default)]
struct Replay {
    finder: StoryFinder,
    /// The articles that can still be copied, oldest first.
    known: VecDeque<KeptArticle>,
    /// Articles that were forgotten before them.
    forgotten: usize,
    /// Of all in `known`.
    bytes: usize,
    clock: ReplayClock,
}

/// The time of the input, whose articles come about as they are published.
#[derive(Default)]
struct ReplayClock {
    /// Of all articles.
    newest: Timestamp,
    /// The newest that two articles in a row agree on: one from the future drives no other out.
    agreed: Timestamp,
    last: Option<Timestamp>,
}

impl ReplayClock {
    fn read(&mut self, published: Timestamp) {
        if self.last.is_some_and(|last| is_within(last, published)) {
            self.agreed = self.agreed.max(published.min(self.last.unwrap_or_default()));
        }
        self.newest = self.newest.max(published);
        self.last = Some(published);
    }
}

/// Whether two moments lie within the window of a story.
fn is_within(a: Timestamp, b: Timestamp) -> bool {
    a.max(b) <= a.min(b).after(WINDOW)
}

impl Replay {
    fn read(&mut self, file: &Path, out: &mut impl Write) -> Result<(), CommandError> {
        each_line(file, LINE_BYTES_MAX, |line| {
            let line: DedupeInput = serde_json::from_slice(line)?;
            self.judge(line, out)?;
            Ok::<(), anyhow::Error>(())
        })
    }

    /// Attaches the article to a story, or opens one.
    fn judge(&mut self, line: DedupeInput, out: &mut impl Write) -> std::io::Result<()> {
        let mut stored = Stored {
            source: line.source.unwrap_or_default(),
            published: line.published,
            title: extract::title(line.title.as_deref().unwrap_or("")),
            text: extract::plain(line.text.as_deref().unwrap_or("")).into_owned(),
        };
        stored.text.truncate(stored.text.floor_char_boundary(TEXT_BYTES_MAX));
        if let Some(published) = stored.published {
            self.clock.read(published);
            self.finder.expire(self.clock.agreed);
        }
        let item = Incoming {
            source: &stored.source,
            published: stored.published,
            title: &stored.title,
            text: &stored.text,
        };
        let known = |id: ArticleId| {
            let at = usize::try_from(id.0).ok()?.checked_sub(self.forgotten)?;
            self.known.get(at)
        };
        let near = |stored: &&Stored| match (item.published, stored.published) {
            (Some(a), Some(b)) => is_within(a, b),
            (Some(_) | None, _) => true,
        };
        let (ready, found) =
            self.finder.find(&item, |id| known(id).map(|k| &k.stored).filter(near).cloned());
        let own = Rc::new(line.id);
        let first = found.as_ref().and_then(|found| known(found.of));
        let story = first.map_or_else(|| Rc::clone(&own), |known| Rc::clone(&known.story));
        let id = i64::try_from(self.forgotten + self.known.len()).unwrap_or(i64::MAX);
        let (verdict, reason) = verdict_of(found.as_ref().map(|found| found.relation));
        let silent = verdict == "copy";
        if !silent {
            self.finder.add(ArticleId(id), self.clock.newest, &ready, found.is_none());
        }
        let judged = DedupeOutput {
            id: &own,
            story: &story,
            verdict,
            silent,
            reason,
            similarity: found.as_ref().map(|found| found.similarity),
            novelty: found.as_ref().map_or(1.0, |found| found.novelty),
            adds: found.and_then(|found| found.adds),
        };
        serde_json::to_writer(&mut *out, &judged)?;
        writeln!(out)?;
        self.keep(KeptArticle { stored, story });
        Ok(())
    }

    /// Forgets the oldest articles when there are too many or they are too large.
    fn keep(&mut self, known: KeptArticle) {
        self.bytes += known.bytes();
        self.known.push_back(known);
        while self.known.len() > ARTICLES_MAX || self.bytes > KEPT_BYTES_MAX {
            let Some(oldest) = self.known.pop_front() else { break };
            self.bytes -= oldest.bytes();
            self.forgotten += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
        songbirds across the Danube, prosecutors in Vienna said.";

    /// What is printed for articles of these days, all with one text.
    fn stories(days: &[i64]) -> Vec<String> {
        let mut judge = Replay::default();
        let mut stories = Vec::new();
        for (number, day) in days.iter().enumerate() {
            let line = DedupeInput {
                id: number.into(),
                source: Some(format!("paper-{number}")),
                published: Some(Timestamp(day * 86_400_000)),
                title: Some("Raids on songbird smugglers".to_owned()),
                text: Some(STORY.to_owned()),
            };
            let mut out = Vec::new();
            judge.judge(line, &mut out).unwrap();
            let judged: Value = serde_json::from_slice(&out).unwrap();
            stories.push(judged["story"].to_string());
        }
        stories
    }

    #[test]
    fn what_left_the_window_is_forgotten_and_one_wrong_date_forgets_nothing() {
        assert_eq!(stories(&[0, 1, 2]), ["0", "0", "0"]);
        assert_eq!(stories(&[0, 9_999, 1]), ["0", "1", "0"]);
        assert_eq!(stories(&[0, 30, 31, 30]), ["0", "1", "1", "1"]);
    }
}
