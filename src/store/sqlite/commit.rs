//! One poll, committed: what is new, what is a copy, who is told, in one transaction.
use rusqlite::{Connection, OptionalExtension, params};

use super::feeds::{millis, replace_window};
use super::{signed, standing, tell};
use crate::dedupe::judge;
use crate::domain::{
    Alert, AlertId, AlertKind, Article, Backlog, Key, Moment, Name, StoryId, Verdict,
};
use crate::store::error::{Doing, Error};
use crate::store::{Batch, Candidate, Committed, FeedId, Fired, Poll, PollResult, Route};

pub(super) fn poll(db: &Connection, poll: &Poll) -> Result<Committed, Error> {
    let due = (poll.next_due.0, millis(poll.interval));
    match &poll.result {
        PollResult::Unchanged => {
            db.prepare_cached(
                "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
                    failures = 0, failing_since = NULL, last_error = NULL WHERE id = ?4",
            )
            .and_then(|mut update| update.execute(params![due.0, due.1, poll.at.0, poll.feed.0]))
            .doing("noting an unchanged feed")?;
            Ok(Committed::default())
        }
        PollResult::Failed { why } => {
            db.prepare_cached(
                "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3,
                    failures = failures + 1, failing_since = coalesce(failing_since, ?3),
                    last_error = ?4 WHERE id = ?5",
            )
            .and_then(|mut update| {
                update.execute(params![due.0, due.1, poll.at.0, why, poll.feed.0])
            })
            .doing("noting a failed poll")?;
            Ok(Committed::default())
        }
        PollResult::Read(batch) => read(db, poll, batch),
    }
}

/// The poll being committed and what has come of it so far.
pub(super) struct Ledger<'a> {
    pub(super) db: &'a Connection,
    pub(super) feed: FeedId,
    name: Name,
    at: Moment,
    /// Nothing of the feed was ever read before.
    first: bool,
    backlog: Backlog,
    /// The feed gave its known items new ids.
    pub(super) churn: bool,
    tally: Committed,
    alerts: Vec<(AlertId, Vec<Route>)>,
}

fn read(db: &Connection, poll: &Poll, batch: &Batch) -> Result<Committed, Error> {
    let (name, baseline): (String, Option<i64>) = db
        .prepare_cached("SELECT name, baseline_at FROM feed WHERE id = ?1")
        .and_then(|mut select| {
            select.query_row([poll.feed.0], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .doing("reading a feed")?;
    let mut ledger = Ledger {
        db,
        feed: poll.feed,
        name: Name::new(&name),
        at: poll.at,
        first: baseline.is_none(),
        backlog: batch.backlog,
        churn: false,
        tally: Committed::default(),
        alerts: Vec::new(),
    };
    ledger.churn = !ledger.first && standing::churned(&ledger, batch)?;
    // Feeds put the newest first; stories are told in the order they happened.
    for candidate in batch.candidates.iter().rev() {
        ledger.enter(candidate)?;
    }
    replace_window(db, poll.feed, &batch.window, poll.at)?;
    tell::post(db, &ledger.alerts, ledger.first, poll.at)?;
    if batch.disjoint {
        note_loss(db, poll, batch)?;
    }
    note_success(db, poll, batch)?;
    Ok(ledger.tally)
}

fn note_success(db: &Connection, poll: &Poll, batch: &Batch) -> Result<(), Error> {
    let mended = (!batch.mended.is_empty()).then_some(&batch.mended);
    let changed = (!batch.candidates.is_empty()).then_some(poll.at.0);
    db.prepare_cached(
        "UPDATE feed SET next_due = ?1, interval_ms = ?2, polled_at = ?3, succeeded_at = ?3,
            changed_at = coalesce(?4, changed_at), baseline_at = coalesce(baseline_at, ?3),
            failures = 0, failing_since = NULL, last_error = NULL,
            etag = ?5, last_modified = ?6, moved_to = ?7, mended = ?8 WHERE id = ?9",
    )
    .and_then(|mut update| {
        update.execute(params![
            poll.next_due.0,
            millis(poll.interval),
            poll.at.0,
            changed,
            batch.validators.etag,
            batch.validators.last_modified,
            batch.moved_to,
            mended,
            poll.feed.0
        ])
    })
    .doing("noting a poll")?;
    Ok(())
}

fn note_loss(db: &Connection, poll: &Poll, batch: &Batch) -> Result<(), Error> {
    let start = batch.last_success.unwrap_or(poll.at);
    let window = i64::try_from(batch.window.len()).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT INTO possible_loss (feed, gap_start, gap_end, window_len) VALUES (?1, ?2, ?3, ?4)",
    )
    .and_then(|mut insert| insert.execute(params![poll.feed.0, start.0, poll.at.0, window]))
    .doing("recording a gap")?;
    Ok(())
}

/// An article's place in the store, and what kind of alert it would make.
#[derive(Clone, Copy)]
struct Placed {
    article: i64,
    story: i64,
    kind: AlertKind,
    /// Hash of the key it is known by in its feed.
    identity: u64,
}

impl Ledger<'_> {
    fn enter(&mut self, candidate: &Candidate) -> Result<(), Error> {
        let Some(identity) = candidate.article.keys.first() else {
            // `ingest` gives every article a key; one without could never be recognised again.
            return Err(Error::Broken {
                doing: "entering an article",
                why: "it has no identity".to_owned(),
            });
        };
        match standing::seen(self, identity.hash)? {
            Some(article) => self.known(article, identity.hash, candidate),
            None => self.unknown(identity.hash, candidate),
        }
    }

    /// An item the feed has carried before: back in the window, or with another text.
    fn known(&mut self, article: i64, identity: u64, candidate: &Candidate) -> Result<(), Error> {
        let fresh = &candidate.article;
        self.remember_keys(article, &fresh.keys, false)?;
        let stored: Option<(i64, i64)> = self
            .db
            .prepare_cached("SELECT revision, story FROM article WHERE id = ?1")
            .and_then(|mut select| {
                select.query_row([article], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .doing("reading an article")?;
        // A swept article is known by its keys alone.
        let Some((revision, story)) = stored else { return Ok(()) };
        if revision == signed(fresh.revision) {
            return Ok(());
        }
        self.tally.revised += 1;
        let mut placed = Placed { article, story, kind: AlertKind::Revised, identity };
        if standing::reused(self, article, fresh)? {
            // The publisher gave a used id to another story: the article is rewritten as any other,
            // but what it now tells is news.
            placed.story = self.open_story()?;
            placed.kind = AlertKind::New;
            placed.identity ^= fresh.revision;
        }
        self.rewrite(placed, fresh)?;
        for fired in &candidate.fired {
            self.tell(placed, fresh, fired)?;
        }
        Ok(())
    }

    fn unknown(&mut self, identity: u64, candidate: &Candidate) -> Result<(), Error> {
        let fresh = &candidate.article;
        let known = standing::known(self, fresh)?;
        let verdict = judge::judge(fresh, candidate.setting, &known);
        let (story, kind) = match verdict.of() {
            None => (self.open_story()?, AlertKind::New),
            Some(original) => (standing::story_of(self, original)?, AlertKind::Copy),
        };
        let article = self.insert(fresh, (story, identity), verdict)?;
        self.remember_keys(article, &fresh.keys, verdict == Verdict::New)?;
        match verdict {
            Verdict::New => self.tally.new += 1,
            Verdict::SameLink(_) | Verdict::SameTitleDay(_) | Verdict::SameUrl(_) => {
                self.tally.copies += 1;
            }
        }
        for fired in &candidate.fired {
            self.tell(Placed { article, story, kind, identity }, fresh, fired)?;
        }
        Ok(())
    }

    pub(super) fn open_story(&self) -> Result<i64, Error> {
        self.db
            .prepare_cached("INSERT INTO story (opened_at) VALUES (?1)")
            .and_then(|mut insert| insert.insert([self.at.0]))
            .doing("opening a story")
    }

    fn insert(
        &self,
        fresh: &Article,
        (story, identity): (i64, u64),
        verdict: Verdict,
    ) -> Result<i64, Error> {
        let list = |items: &[String]| {
            (!items.is_empty()).then(|| serde_json::to_string(items).unwrap_or_default())
        };
        self.db
            .prepare_cached(
                "INSERT INTO article (feed, story, reason, copy_of, first_seen, published,
                    published_raw, identity, revision, url, canonical, title, summary, content,
                    authors, tags, language)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )
            .and_then(|mut insert| {
                insert.insert(params![
                    self.feed.0,
                    story,
                    verdict.reason(),
                    verdict.of().map(|original| original.0),
                    self.at.0,
                    fresh.published.map(|at| at.0),
                    fresh.published_raw,
                    signed(identity),
                    signed(fresh.revision),
                    fresh.url,
                    fresh.canonical.as_deref().map(standing::url_hash),
                    fresh.title,
                    fresh.summary,
                    fresh.content,
                    list(&fresh.authors),
                    list(&fresh.tags),
                    fresh.language
                ])
            })
            .doing("storing an article")
    }

    fn rewrite(&self, placed: Placed, fresh: &Article) -> Result<(), Error> {
        self.db
            .prepare_cached(
                "UPDATE article SET revision = ?1, revised_at = ?2, title = ?3, summary = ?4,
                    content = ?5, url = ?6, canonical = ?7, story = ?8 WHERE id = ?9",
            )
            .and_then(|mut update| {
                update.execute(params![
                    signed(fresh.revision),
                    self.at.0,
                    fresh.title,
                    fresh.summary,
                    fresh.content,
                    fresh.url,
                    fresh.canonical.as_deref().map(standing::url_hash),
                    placed.story,
                    placed.article
                ])
            })
            .doing("storing a revision")?;
        Ok(())
    }

    /// Every key the article can be recognised by; the first is its identity. `opened`: the
    /// article opened a story.
    fn remember_keys(&self, article: i64, keys: &[Key], opened: bool) -> Result<(), Error> {
        let mut upsert = self
            .db
            .prepare_cached(
                "INSERT INTO seen (feed, hash, kind, role, article, stories)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (feed, hash) DO UPDATE SET gone_at = NULL,
                    role = min(role, excluded.role), stories = stories + excluded.stories
                    WHERE gone_at IS NOT NULL OR role > excluded.role OR excluded.stories > 0",
            )
            .doing("remembering keys")?;
        for (place, key) in keys.iter().enumerate() {
            let role = i64::from(place > 0);
            let kind = key.kind as i64;
            upsert
                .execute(params![self.feed.0, signed(key.hash), kind, role, article, opened])
                .doing("remembering keys")?;
        }
        Ok(())
    }

    /// Alerts, or records why not.
    fn tell(&mut self, placed: Placed, fresh: &Article, fired: &Fired) -> Result<(), Error> {
        let Placed { article, story, kind: _, identity } = placed;
        let watch = fired.finding.watch.as_str();
        let id = tell::alert_id(watch, self.name.as_str(), identity);
        let outcome = self.outcome(story, id, fresh, watch)?;
        let entered = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO finding (story, watch, article, outcome, at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut insert| {
                insert.execute(params![story, watch, article, outcome, self.at.0])
            })
            .doing("recording a finding")?;
        if outcome != ALERT {
            self.tally.suppressed += u64::try_from(entered).unwrap_or(0);
            return Ok(());
        }
        let alert = self.alert(id, placed, fresh, fired);
        tell::keep(self.db, &alert, article)?;
        self.tally.alerts += 1;
        self.alerts.push((id, fired.routes.clone()));
        Ok(())
    }

    /// The word stored with a finding: `alert`, or why it is none.
    fn outcome(
        &self,
        story: i64,
        id: AlertId,
        fresh: &Article,
        watch: &str,
    ) -> Result<&'static str, Error> {
        let told = self
            .db
            .prepare_cached("SELECT 1 FROM finding WHERE story = ?1 AND watch = ?2")
            .and_then(|mut select| select.exists(params![story, watch]))
            .doing("looking for a finding")?;
        if told {
            return Ok("attached");
        }
        if self.first && !self.recent_enough(fresh) {
            return Ok("baseline");
        }
        if self.churn {
            return Ok("churn");
        }
        Ok(if tell::is_stored(self.db, id)? { "told-before" } else { ALERT })
    }

    fn recent_enough(&self, fresh: &Article) -> bool {
        match self.backlog {
            Backlog::None => false,
            Backlog::All => true,
            Backlog::Recent(span) => {
                fresh.published.is_some_and(|published| published >= self.at.before(span))
            }
        }
    }

    fn alert(&self, id: AlertId, placed: Placed, fresh: &Article, fired: &Fired) -> Alert {
        Alert {
            id,
            kind: placed.kind,
            story: StoryId(placed.story),
            watch: fired.finding.watch.clone(),
            watch_title: fired.watch_title.clone(),
            severity: fired.severity,
            title: fresh.title.clone(),
            url: fresh.url.clone(),
            source: self.name.clone(),
            language: fresh.language.clone(),
            published: fresh.published,
            first_seen: self.at,
            score: fired.finding.score,
            threshold: fired.finding.threshold,
            hits: fired.finding.hits.clone(),
            snippet: fired.snippet.clone(),
            created: self.at,
        }
    }
}

const ALERT: &str = "alert";
