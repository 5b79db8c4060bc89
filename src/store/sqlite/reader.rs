//! The read side: a connection that only reads. It takes no write lock, waits for no writer, and
//! changes neither rows nor schema, so a command may look at the store of a running daemon.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::lock::Marker;
use super::{
    clock, coverage, heartbeat, history, hubs, open, operator_notice, pages, status, stories,
};
use crate::domain::{AlertId, ArticleId, ClockStep, Coverage, Name, Outage, StoryId, Timestamp};
use crate::health::{FeedStatus, WatchTotals};
use crate::store::error::{Doing, Error};
use crate::store::{
    AlertDetails, ArticleTrace, DaemonSign, FeedHealth, HealthReport, HubHealth, Loss, OutboxRow,
    Pause, RatedAlert, SilentArticle, StoredArticle, Story, StorySummary, Totals,
};

/// How far back steps of the clock are news.
const CLOCK_STEPS_SPAN: Duration = Duration::from_hours(24);

/// A store opened for reading, for one command or one look.
#[derive(Debug)]
pub struct Reader {
    db: Connection,
    path: PathBuf,
}

impl Reader {
    /// Opens an existing store. One of another schema is refused: only the process that holds the
    /// lock may change it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let db = open::for_reader(path).map_err(|error| error.at(path))?;
        Ok(Self { db, path: path.to_owned() })
    }

    /// Runs `work` on one state of the store, whatever is committed meanwhile.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let read = || {
            let state = self.db.unchecked_transaction().doing("starting to read")?;
            let value = work(&self.db)?;
            state.commit().doing("ending to read")?;
            Ok(value)
        };
        read().map_err(|error: Error| error.at(&self.path))
    }

    /// How many rows of each kind there are, without reading them.
    pub fn totals(&self) -> Result<Totals, Error> {
        self.read(status::totals)
    }

    /// Every configured feed with its state.
    pub fn feeds(&self) -> Result<Vec<FeedHealth>, Error> {
        self.read(status::feeds)
    }

    /// When a daemon was last known to work.
    pub fn daemon_sign(&self) -> Result<DaemonSign, Error> {
        let marker = Marker::of(&self.path).unwrap_or_default();
        self.read(|db| heartbeat::daemon_sign(db, marker))
    }

    /// What the operator may have to be told of: every feed as it stands, the channels that fail,
    /// and what was told already.
    pub fn health_report(&self, now: Timestamp) -> Result<HealthReport, Error> {
        self.read(|db| {
            Ok(HealthReport {
                feeds: status::feeds(db)?.into_iter().map(FeedStatus::from).collect(),
                channels: operator_notice::failing_channels(db)?,
                hubs: operator_notice::failing_hubs(db)?,
                dead: operator_notice::dead_messages(db, now)?,
                clock_steps: clock::steps(db, now.before(CLOCK_STEPS_SPAN))?,
                outage: coverage::outages(db, 1)?.pop(),
                notified: operator_notice::operator_notices(db)?,
            })
        })
    }

    /// The times the wall clock was set at or after `since`, the latest first.
    pub fn clock_steps(&self, since: Timestamp) -> Result<Vec<ClockStep>, Error> {
        self.read(|db| clock::steps(db, since))
    }

    /// Articles first seen after `since` and not after `until`, and what each watch made of them.
    pub fn activity(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<(u64, Vec<WatchTotals>), Error> {
        self.read(|db| operator_notice::activity(db, since, until))
    }

    /// The channels that rest.
    pub fn pauses(&self) -> Result<Vec<Pause>, Error> {
        self.read(status::pauses)
    }

    /// Pending messages by channel.
    pub fn waiting(&self) -> Result<Vec<(String, u64)>, Error> {
        self.read(status::waiting)
    }

    /// Pages that wait, and pages given up.
    pub fn page_counts(&self) -> Result<(u64, u64), Error> {
        self.read(pages::counts)
    }

    /// The latest `most` recorded gaps, newest first.
    pub fn losses(&self, most: u32) -> Result<Vec<Loss>, Error> {
        self.read(|db| status::losses(db, most))
    }

    /// The latest `most` outages of our own network, newest first.
    pub fn outages(&self, most: u32) -> Result<Vec<Outage>, Error> {
        self.read(|db| coverage::outages(db, most))
    }

    /// What of each configured feed was covered between `since` and `until` (now): a feed first read
    /// within that time is judged from then on, one never read is left out.
    /// [`crate::schedule::mean_coverage`] sums them up.
    pub fn coverage(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<Name, Coverage>, Error> {
        self.read(|db| coverage::coverage(db, since, until))
    }

    /// The hub of each feed that has one.
    pub fn hubs(&self) -> Result<Vec<HubHealth>, Error> {
        self.read(hubs::health)
    }

    /// The latest `most` alerts, newest first.
    pub fn alerts(&self, most: u32) -> Result<Vec<RatedAlert>, Error> {
        self.read(|db| history::rated_alerts(db, most))
    }

    /// An alert with all that hangs on it; `None` if there is none of that id.
    pub fn alert_details(&self, alert: AlertId) -> Result<Option<AlertDetails>, Error> {
        self.read(|db| stories::alert_details(db, alert))
    }

    /// At most `most` articles first seen since, in the order they came, after the article `after`.
    pub fn articles(
        &self,
        since: Timestamp,
        after: ArticleId,
        most: u32,
    ) -> Result<Vec<StoredArticle>, Error> {
        self.read(|db| history::articles_since(db, since, after, most))
    }

    /// Every article stored under an address, and what became of it.
    pub fn traces(&self, url: &str, canonical: &str) -> Result<Vec<ArticleTrace>, Error> {
        self.read(|db| history::traces(db, url, canonical))
    }

    /// The latest `most` stories somebody was told of, newest first.
    pub fn stories(&self, most: u32) -> Result<Vec<StorySummary>, Error> {
        self.read(|db| stories::list_stories(db, most))
    }

    /// The articles that were silent since, those with the least in common with what was told first.
    pub fn silent_articles(
        &self,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<SilentArticle>, Error> {
        self.read(|db| stories::silent_articles(db, since, most))
    }

    /// A story with every article, alert, update and message; `None` if there is none.
    pub fn story(&self, story: StoryId) -> Result<Option<Story>, Error> {
        self.read(|db| stories::read_story(db, story))
    }

    /// The oldest `most` rows of the outbox in one state, or of all that are pending or dead if
    /// `state` is `None`.
    pub fn outbox(&self, state: Option<&str>, most: u32) -> Result<Vec<OutboxRow>, Error> {
        self.read(|db| status::outbox(db, state, most))
    }
}
