//! After an article joined a told story, or changed in one: what that story's readers are told
//! besides, and remembering that they were.
use rusqlite::{Connection, OptionalExtension, params};

use super::outbox_insert;
use super::poll_commit::{PollCommit, StoredRef};
use super::row::{name, payload, text};
use super::story_rows::{attached, primary, spread};
use crate::domain::{
    Alert, Article, Attached, Change, Message, Spread, StoryId, Update, UpdateTrigger,
};
use crate::store::error::{Doing, Error};
use crate::store::{Candidate, Fired, Route};
use crate::stories::headline_change::{self, HeadlineChange};

/// Copies an update lists; all are kept, and counted in it.
const COPIES_LISTED_MAX: u32 = 20;

/// What an article changes in the story it belongs to.
#[derive(Debug, Default)]
pub(super) struct StoryChange {
    /// The note of a correction that the article did not have before.
    pub(super) correction: Option<String>,
    /// What a follow-up adds, in its own words.
    pub(super) adds: Option<String>,
}

/// One thing to be told.
struct Step {
    /// The word under which it is remembered as told.
    word: String,
    change: Change,
}

impl Step {
    fn new(word: impl Into<String>, change: Change) -> Self {
        Self { word: word.into(), change }
    }

    /// A correction in the same words is told once.
    fn correction(before: String, after: String) -> Self {
        let word = format!("correction:{:x}", outbox_insert::text_id(&after));
        Self { word, change: Change::Correction { before, after } }
    }
}

/// What is new about a story, seen from the article that was just entered.
struct StoryNews<'a> {
    fresh: &'a Article,
    /// Who carries the story now, the article included.
    spread: Spread,
    /// This feed had nothing in the story before.
    outlet: bool,
    /// Nor had anything in the story this language.
    language: Option<String>,
    /// What the article itself changes.
    change: StoryChange,
    /// It says something new: its headline is another article's, not a changed one.
    follow_up: bool,
}

impl PollCommit<'_> {
    /// Tells each watch that was told of the story what its readers want to hear more of, and each
    /// watch that fired what a follow-up says.
    pub(super) fn follow_story(
        &mut self,
        placed: StoredRef,
        candidate: &Candidate,
        change: StoryChange,
    ) -> Result<(), Error> {
        let fresh = &candidate.article;
        if self.ids_churned || (self.is_first_poll && !self.recent_enough(fresh)) {
            return Ok(());
        }
        let told = alerts_of_story(self.db, placed.story)?;
        if told.is_empty() {
            return Ok(());
        }
        let news = StoryNews {
            fresh,
            spread: spread(self.db, placed.story)?,
            outlet: self.is_first_of_outlet(placed)?,
            language: self.first_of_language(placed, fresh)?,
            change,
            follow_up: placed.follow_up,
        };
        for alert in told {
            // Made in this very commit: it tells all there is to tell.
            if self.alerts.iter().any(|(id, _)| *id == alert.id) {
                continue;
            }
            let Some(occasions) = self.update_triggers.get(&alert.watch).cloned() else { continue };
            let triggered = |occasion: &UpdateTrigger| self.apply_trigger(*occasion, &alert, &news);
            let mut steps: Vec<Step> = occasions.iter().filter_map(triggered).collect();
            let fired = |fired: &Fired| fired.finding.watch == alert.watch;
            if placed.follow_up && candidate.fired.iter().any(fired) {
                steps.push(self.follow_up(placed, &news));
            }
            self.queue_updates(&alert, placed, &news, steps)?;
        }
        Ok(())
    }

    /// The note of a correction that the stored article does not have.
    pub(super) fn correction(
        &self,
        article: i64,
        fresh: &Article,
    ) -> Result<Option<String>, Error> {
        let now = format!("{}\n{}", fresh.summary, fresh.content);
        if headline_change::correction("", &now).is_none() {
            return Ok(None);
        }
        let before: Option<String> = self
            .db
            .prepare_cached("SELECT summary || char(10) || content FROM article WHERE id = ?1")
            .and_then(|mut select| select.query_row([article], |row| text(row, 0)).optional())
            .doing("reading an article")?;
        Ok(before.and_then(|before| headline_change::correction(&before, &now)))
    }

    fn is_first_of_outlet(&self, placed: StoredRef) -> Result<bool, Error> {
        self.db
            .prepare_cached(
                "SELECT 1 FROM article WHERE story = ?1 AND feed = ?2 AND id <> ?3
                 ORDER BY id DESC LIMIT 1",
            )
            .and_then(|mut select| {
                select.exists(params![placed.story, self.feed.0, placed.article])
            })
            .map(|before| !before)
            .doing("counting outlets")
    }

    /// The article's language, if the story has others, and not this one yet.
    fn first_of_language(
        &self,
        placed: StoredRef,
        fresh: &Article,
    ) -> Result<Option<String>, Error> {
        let Some(language) = fresh.language.as_deref().map(primary) else { return Ok(None) };
        let (known, others): (bool, bool) = self
            .db
            .prepare_cached(
                "SELECT
                    EXISTS (SELECT 1 FROM article WHERE story = ?1 AND id <> ?2
                        AND (lower(language) = ?3 OR lower(language) LIKE ?3 || '-%')),
                    EXISTS (SELECT 1 FROM article WHERE story = ?1 AND id <> ?2
                        AND language IS NOT NULL)",
            )
            .and_then(|mut select| {
                let values = params![placed.story, placed.article, language];
                select.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .doing("counting languages")?;
        Ok((others && !known).then_some(language))
    }

    /// What an occasion says of the story as it stands.
    fn apply_trigger(
        &self,
        occasion: UpdateTrigger,
        alert: &Alert,
        news: &StoryNews<'_>,
    ) -> Option<Step> {
        // Headlines differ from paper to paper: only the newsroom the reader was told by can change,
        // or correct, what it said.
        let turn = (alert.source == self.name)
            .then(|| headline_change::change_between(&alert.title, &news.fresh.title))
            .flatten();
        let (before, after) = (alert.title.clone(), news.fresh.title.clone());
        match occasion {
            UpdateTrigger::Outlets(least) => {
                let count = news.spread.outlets;
                (news.outlet && count >= u64::from(least))
                    .then(|| Step::new(format!("outlets:{least}"), Change::Outlets { count }))
            }
            UpdateTrigger::Language => news.language.clone().map(|language| {
                Step::new(format!("language:{language}"), Change::Language { language })
            }),
            UpdateTrigger::Headline if turn == Some(HeadlineChange::Changed) && !news.follow_up => {
                Some(Step::new("headline", Change::Headline { before, after }))
            }
            UpdateTrigger::Reissue if turn == Some(HeadlineChange::Reissued) => {
                Some(Step::new("reissue", Change::Reissue { before, after }))
            }
            UpdateTrigger::Correction if turn == Some(HeadlineChange::Corrected) => {
                Some(Step::correction(before, after))
            }
            UpdateTrigger::Correction if alert.source == self.name => {
                news.change.correction.clone().map(|after| Step::correction(before, after))
            }
            UpdateTrigger::Headline | UpdateTrigger::Reissue | UpdateTrigger::Correction => None,
        }
    }

    /// A follow-up. An article is one for each text it has.
    fn follow_up(&self, placed: StoredRef, news: &StoryNews<'_>) -> Step {
        let fresh = news.fresh;
        let word = format!("follow-up:{}:{:x}", placed.article, fresh.revision);
        let change = Change::FollowUp {
            source: self.name.clone(),
            title: fresh.title.clone(),
            url: fresh.url.clone(),
            adds: news.change.adds.clone(),
        };
        Step { word, change }
    }

    /// Queues what was not sent before, as one message.
    fn queue_updates(
        &mut self,
        alert: &Alert,
        placed: StoredRef,
        news: &StoryNews<'_>,
        steps: Vec<Step>,
    ) -> Result<(), Error> {
        let mut fresh_steps = Vec::new();
        for step in steps {
            if !is_update_sent(self.db, placed.story, alert, &step.word)? {
                fresh_steps.push(step);
            }
        }
        if fresh_steps.is_empty() {
            return Ok(());
        }
        // An alert that has not left yet is composed with the outlets and languages there are then.
        let spreads =
            |step: &Step| matches!(step.change, Change::Outlets { .. } | Change::Language { .. });
        let routes = routes(self.db, alert)?;
        let silent =
            routes.is_empty() || (fresh_steps.iter().all(spreads) && !has_left(self.db, alert)?);
        let key: Vec<&str> = fresh_steps.iter().map(|step| step.word.as_str()).collect();
        let follows = |step: &Step| matches!(step.change, Change::FollowUp { .. });
        let follows_up = fresh_steps.iter().any(follows);
        let waiting = if follows_up { self.waiting_follow_up(placed.story, alert)? } else { None };
        let own = outbox_insert::update_id(alert.id, &key.join(" "));
        let id = waiting.as_ref().map_or(own, |waiting| waiting.id);
        let due = follows_up.then(|| self.follow_up_due(placed.story, alert)).transpose()?;
        for step in &fresh_steps {
            self.record_update_sent(alert, placed, &step.word, (!silent).then_some(id.0))?;
        }
        if silent {
            return Ok(());
        }
        let update = Update {
            id,
            alert: alert.id,
            story: StoryId(placed.story),
            watch: alert.watch.clone(),
            watch_title: alert.watch_title.clone(),
            severity: alert.severity,
            title: alert.title.clone(),
            url: news.fresh.url.clone().or_else(|| alert.url.clone()),
            changes: changes(fresh_steps),
            outlets: news.spread.outlets,
            languages: news.spread.languages.clone(),
            copies: copies(self.db, placed.story, alert, COPIES_LISTED_MAX)?,
            copies_total: copies_total(self.db, placed.story, alert)?,
            created: self.polled_at,
        };
        if let Some(waiting) = waiting {
            return self.add_to_waiting(waiting, update);
        }
        let letter = Message::Update(Box::new(update));
        let posted = outbox_insert::queue_message(self.db, &letter, &routes, self.polled_at)?;
        if let Some(due) = due.filter(|due| *due > self.polled_at) {
            outbox_insert::postpone(self.db, id, due)?;
        }
        self.counts.updates += u64::from(posted);
        Ok(())
    }

    fn record_update_sent(
        &self,
        alert: &Alert,
        placed: StoredRef,
        step: &str,
        letter: Option<u128>,
    ) -> Result<(), Error> {
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO update_sent (story, watch, step, article, letter, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    placed.story,
                    alert.watch.as_str(),
                    step,
                    placed.article,
                    letter.map(u128::to_be_bytes),
                    self.polled_at.0
                ])
            })
            .doing("remembering an update")?;
        Ok(())
    }
}

/// Of several marks passed at once only the highest is told.
fn changes(steps: Vec<Step>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::with_capacity(steps.len());
    for Step { change, .. } in steps {
        let outlets = |change: &Change| matches!(change, Change::Outlets { .. });
        if !(outlets(&change) && changes.iter().any(outlets)) {
            changes.push(change);
        }
    }
    changes
}

/// The first alert each watch got of a story.
fn alerts_of_story(db: &Connection, story: i64) -> Result<Vec<Alert>, Error> {
    let doing = "reading a story's alerts";
    let mut select = db
        .prepare_cached("SELECT payload FROM alert WHERE story = ?1 ORDER BY created_at, id")
        .doing(doing)?;
    let rows = select.query_map([story], |row| text(row, 0)).doing(doing)?;
    let mut alerts: Vec<Alert> = Vec::new();
    for row in rows {
        let Some(alert) = payload::<Alert>(&row.doing(doing)?) else { continue };
        if alerts.iter().all(|earlier| earlier.watch != alert.watch) {
            alerts.push(alert);
        }
    }
    Ok(alerts)
}

fn is_update_sent(db: &Connection, story: i64, alert: &Alert, step: &str) -> Result<bool, Error> {
    db.prepare_cached("SELECT 1 FROM update_sent WHERE story = ?1 AND watch = ?2 AND step = ?3")
        .and_then(|mut select| select.exists(params![story, alert.watch.as_str(), step]))
        .doing("looking for an update")
}

/// Where the alert went.
fn routes(db: &Connection, alert: &Alert) -> Result<Vec<Route>, Error> {
    let doing = "reading where an alert went";
    let mut select = db
        .prepare_cached("SELECT channel, recipient FROM delivery_alert WHERE alert = ?1")
        .doing(doing)?;
    let rows = select
        .query_map([alert.id.0.to_be_bytes()], |row| {
            Ok(Route { channel: name(row, 0)?, recipient: text(row, 1)? })
        })
        .doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

/// Whether any receiver's message was composed, or is being composed.
fn has_left(db: &Connection, alert: &Alert) -> Result<bool, Error> {
    db.prepare_cached(
        "SELECT 1 FROM delivery_alert c JOIN outbox o ON o.id = c.delivery
         WHERE c.alert = ?1 AND (o.message IS NOT NULL OR o.lease_token IS NOT NULL
            OR o.state <> 'pending')",
    )
    .and_then(|mut select| select.exists([alert.id.0.to_be_bytes()]))
    .doing("looking at an alert's messages")
}

const COPIES: &str = "FROM article a JOIN feed f ON f.id = a.feed WHERE a.story = ?1
    AND a.id <> coalesce((SELECT article FROM alert WHERE id = ?2), 0)";

/// The latest `most` articles of a story beside the one an alert told of.
pub(super) fn copies(
    db: &Connection,
    story: i64,
    alert: &Alert,
    most: u32,
) -> Result<Vec<Attached>, Error> {
    let doing = "reading a story's copies";
    let mut select = db
        .prepare_cached(&format!(
            "SELECT f.name, a.title, a.url, a.language, a.first_seen, a.reason, a.similarity
             {COPIES} ORDER BY a.id DESC LIMIT ?3"
        ))
        .doing(doing)?;
    let rows =
        select.query_map(params![story, alert.id.0.to_be_bytes(), most], attached).doing(doing)?;
    rows.collect::<Result<_, _>>().doing(doing)
}

fn copies_total(db: &Connection, story: i64, alert: &Alert) -> Result<u64, Error> {
    let count: i64 = db
        .prepare_cached(&format!("SELECT count(*) {COPIES}"))
        .and_then(|mut select| {
            select.query_row(params![story, alert.id.0.to_be_bytes()], |row| row.get(0))
        })
        .doing("counting copies")?;
    Ok(u64::try_from(count).unwrap_or(0))
}
