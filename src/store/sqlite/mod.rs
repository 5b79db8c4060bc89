//! The embedded engine: SQLite, one file beside its write-ahead log.

mod add_article;
mod alert_decision;
mod attempt_end;
mod commit;
mod coverage;
mod feeds;
mod history;
mod hubs;
mod lookup;
mod open;
mod operator_notice;
mod outbox;
mod outbox_insert;
mod pages;
mod poll_state;
mod retention;
mod status;
mod stories;
mod surge;
mod text_index;
mod updates;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

use super::{
    ArticleTrace, AttemptResult, CommitCounts, DueDeliveries, Error, FeedHealth, FeedId, FeedState,
    Feedback, HealthReport, OutboxFilter, OutboxRow, PageDue, PageLease, PageResult, Pause, Poll,
    RatedAlert, Recognised, Route, StoredArticle, Totals,
};
use crate::domain::{AlertId, ArticleId, DeliveryId, Feed, Message, OutageKind, Timestamp};
use crate::health::{Decision, FeedStatus, WatchTotals};

pub use open::Lock;
pub use outbox_insert::{notice_id, update_id};
use text_index::TextIndex;
use writer::Writer;

/// The store. Cheap to clone; dropping the last clone ends the writer after what is queued, and
/// SQLite folds its log into the file.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    writer: Arc<Writer>,
    /// Rung after a commit that put something into the outbox.
    doorbell: Arc<Notify>,
    /// Rung after a commit that may have entered pages to be read.
    pages: Arc<Notify>,
}

impl Store {
    /// Opens (and if need be makes and migrates) the store for the daemon; the lock says that no
    /// other process may do the same. Attempts a dead process left open become "unknown", and
    /// their rows are due again.
    pub fn open(path: &Path, now: Timestamp) -> Result<(Self, Lock), Error> {
        let lock = open::lock(path)?;
        let mut connection = open::connect(path, true)?;
        open::migrate(path, &mut connection)?;
        outbox::recover(&connection, now)?;
        Ok((Self::over(path, connection)?, lock))
    }

    /// Opens an existing store for a command of the operator's, beside a running daemon or not.
    pub fn open_existing(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Missing(path.to_owned()));
        }
        let mut connection = open::connect(path, false)?;
        open::migrate(path, &mut connection)?;
        Self::over(path, connection)
    }

    fn over(path: &Path, connection: Connection) -> Result<Self, Error> {
        let writer = Writer::start(connection)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Arc::new(writer),
            doorbell: Arc::default(),
            pages: Arc::default(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rung whenever a commit put something into the outbox. Enable it before looking.
    pub fn outbox_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.doorbell)
    }

    /// Makes a row for each configured feed, retires the others, and gives back what is
    /// remembered, in the order of `feed_server`. `interval` is a new feed's first.
    pub async fn sync_feeds(
        &self,
        feeds: Arc<Vec<Feed>>,
        interval: Duration,
        now: Timestamp,
    ) -> Result<Vec<FeedState>, Error> {
        self.writer.run(move |db| feeds::sync_feeds(db, &feeds, interval, now)).await
    }

    /// Commits one poll: seen keys, articles, verdicts, alerts, outbox rows, validators and the
    /// next due time, all or nothing.
    pub async fn commit(&self, poll: Poll) -> Result<CommitCounts, Error> {
        let committed = self
            .writer
            .run_with_texts(move |db, texts| commit::commit_poll(db, texts, &poll))
            .await?;
        if committed.alerts + committed.updates > 0 {
            self.doorbell.notify_waiters();
        }
        if committed.new + committed.copies + committed.revised > 0 {
            self.pages.notify_waiters();
        }
        Ok(committed)
    }

    /// Rung whenever pages may have become due. Enable it before looking.
    pub fn page_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.pages)
    }

    /// Of each host the page due longest, and when the next is due that is not due now.
    pub async fn pages_due(
        &self,
        now: Timestamp,
        most: u32,
    ) -> Result<(Vec<PageDue>, Option<Timestamp>), Error> {
        self.writer.run(move |db| pages::due(db, now, most)).await
    }

    /// Counts an attempt at each of these pages before anything is asked; each is due again at
    /// `time_until_expected` if it is not settled by then.
    pub async fn begin_pages(
        &self,
        articles: Vec<ArticleId>,
        until: Timestamp,
    ) -> Result<Vec<PageLease>, Error> {
        self.writer.run(move |db| pages::begin(db, &articles, until)).await
    }

    /// Gives attempts back that were not made to their end.
    pub async fn release_pages(
        &self,
        articles: Vec<ArticleId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.writer.run(move |db| pages::release(db, &articles, now)).await
    }

    /// Commits the end of an attempt at a page with all that follows from it, all or nothing.
    pub async fn end_page_attempt(&self, turn: PageResult) -> Result<CommitCounts, Error> {
        let settle =
            move |db: &Connection, texts: &mut TextIndex| pages::end_page_attempt(db, texts, turn);
        let committed = self.writer.run_with_texts(settle).await?;
        if committed.alerts + committed.updates > 0 {
            self.doorbell.notify_waiters();
        }
        Ok(committed)
    }

    /// Pages that wait, and pages given up.
    pub async fn page_counts(&self) -> Result<(u64, u64), Error> {
        self.writer.run(pages::counts).await
    }

    /// Puts a letter into the outbox, a message for each route. `false`: one of its id was posted
    /// before.
    pub async fn queue_message(
        &self,
        letter: Message,
        routes: Vec<Route>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let posted = self
            .writer
            .run(move |db| outbox_insert::queue_message(db, &letter, &routes, now))
            .await?;
        self.doorbell.notify_waiters();
        Ok(posted)
    }

    /// Notes that feeds answered and had nothing new, many in one go. Nothing but their next due
    /// times is at stake: lost, it costs a poll.
    pub async fn note_unchanged(&self, polls: Vec<Poll>) -> Result<(), Error> {
        let note = move |db: &Connection, texts: &mut TextIndex| {
            polls
                .iter()
                .try_for_each(|poll| commit::commit_poll(db, texts, poll).map(|_nothing| ()))
        };
        self.writer.run_with_texts(note).await
    }

    /// How many of these items, given by their keys with the identity first, a feed has listed
    /// before.
    pub async fn recognise(&self, feed: FeedId, items: Vec<Vec<u64>>) -> Result<Recognised, Error> {
        self.writer.run(move |db| feeds::recognise(db, feed, &items)).await
    }

    /// Records that our own network went down at `articles_since`, when so many hosts fell silent; feeds that
    /// failed since then are forgiven.
    pub async fn outage_began(
        &self,
        kind: OutageKind,
        since: Timestamp,
        hosts: usize,
    ) -> Result<(), Error> {
        self.writer.run(move |db| poll_state::outage_began(db, kind, since, hosts)).await
    }

    /// Takes back what was counted against feeds since our own network went down.
    pub async fn clear_failures_since(&self, since: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| poll_state::clear_failures_since(db, since)).await
    }

    /// Records that the outage of `articles_since` was over at `time_until_expected`.
    pub async fn outage_ended(&self, since: Timestamp, until: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| poll_state::outage_ended(db, since, until)).await
    }

    /// Leases up to `points_max` rows of a channel that are due, for `host_hold`.
    pub async fn lease(
        &self,
        channel: &str,
        most: u32,
        hold: Duration,
        now: Timestamp,
    ) -> Result<DueDeliveries, Error> {
        let channel = channel.to_owned();
        let until = now.after(hold);
        self.writer.run(move |db| outbox::lease(db, &channel, most, now, until)).await
    }

    /// Records that the attempts begin, with the bytes that will be sent, before any socket is
    /// opened.
    pub async fn begin_attempt(
        &self,
        attempts: Vec<(DeliveryId, i64, Vec<u8>)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.writer.run(move |db| outbox::begin(db, &attempts, now)).await
    }

    /// Records how an attempt ended. `false` if the lease was no longer ours.
    pub async fn end_attempt(
        &self,
        settlement: AttemptResult,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.writer.run(move |db| attempt_end::end_attempt(db, &settlement, now)).await
    }

    /// Gives leases back untouched: a stopping daemon leaves no row waiting for a lapse.
    pub async fn release(&self, leases: Vec<(DeliveryId, i64)>) -> Result<(), Error> {
        self.writer.run(move |db| outbox::release(db, &leases)).await
    }

    /// Makes rows due at once again, dead ones included, and wakes their channels.
    pub async fn retry(&self, select: OutboxFilter, now: Timestamp) -> Result<u64, Error> {
        let count = self.writer.run(move |db| outbox::retry(db, &select, now)).await?;
        self.doorbell.notify_waiters();
        Ok(count)
    }

    /// Puts rows aside for good, on a person's word.
    pub async fn drop_rows(&self, select: OutboxFilter, now: Timestamp) -> Result<u64, Error> {
        self.writer.run(move |db| outbox::drop_rows(db, &select, now)).await
    }

    /// Ends a channel's rest: a test message got through.
    pub async fn resume_channel(&self, channel: &str) -> Result<(), Error> {
        let channel = channel.to_owned();
        self.writer.run(move |db| attempt_end::resume_channel(db, &channel)).await?;
        self.doorbell.notify_waiters();
        Ok(())
    }

    /// Writes and syncs one small fact: proof that the disk takes writes.
    pub async fn probe(&self, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| retention::probe(db, now)).await
    }

    /// Forgets what is past its retention. Returns how many articles and keys went.
    pub async fn forget_expired(
        &self,
        keep_articles: Duration,
        now: Timestamp,
    ) -> Result<(u64, u64), Error> {
        let horizon = now.before(keep_articles);
        self.writer.run(move |db| retention::sweep(db, horizon)).await
    }

    pub async fn totals(&self) -> Result<Totals, Error> {
        self.writer.run(status::totals).await
    }

    pub async fn feeds(&self) -> Result<Vec<FeedHealth>, Error> {
        self.writer.run(|db| status::feeds(db, true)).await
    }

    /// What the operator may have to be told of: every feed as it stands, the channels that fail,
    /// and what was told already.
    pub async fn health_report(&self) -> Result<HealthReport, Error> {
        let look = |db: &Connection| {
            Ok(HealthReport {
                feeds: status::feeds(db, false)?.into_iter().map(FeedStatus::from).collect(),
                channels: operator_notice::failing_channels(db)?,
                outage: coverage::outages(db, 1)?.pop(),
                notified: operator_notice::operator_notices(db)?,
            })
        };
        self.writer.run(look).await
    }

    /// Keeps what is told from now on and puts the letter into the outbox, all or nothing.
    pub async fn record_notices(
        &self,
        decision: Decision,
        letter: Option<Message>,
        routes: Vec<Route>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let tell = move |db: &Connection| {
            operator_notice::record_notices(db, &decision, letter.as_ref(), &routes, now)
        };
        self.writer.run(tell).await?;
        self.doorbell.notify_waiters();
        Ok(())
    }

    /// Articles first seen after `articles_since` and until `time_until_expected`, and what each watch made of them.
    pub async fn activity(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<(u64, Vec<WatchTotals>), Error> {
        self.writer.run(move |db| operator_notice::activity(db, since, until)).await
    }

    pub async fn pauses(&self) -> Result<Vec<Pause>, Error> {
        self.writer.run(status::pauses).await
    }

    /// Articles first seen since, in the order they came, after `after`.
    pub async fn articles(
        &self,
        since: Timestamp,
        after: ArticleId,
        most: u32,
    ) -> Result<Vec<StoredArticle>, Error> {
        self.writer.run(move |db| history::articles_since(db, since, after, most)).await
    }

    /// Every article stored under an address, and what became of it.
    pub async fn traces(&self, url: &str, canonical: &str) -> Result<Vec<ArticleTrace>, Error> {
        let (url, canonical) = (url.to_owned(), canonical.to_owned());
        self.writer.run(move |db| history::traces(db, &url, &canonical)).await
    }

    /// The latest alerts, newest first.
    pub async fn alerts(&self, most: u32) -> Result<Vec<RatedAlert>, Error> {
        self.writer.run(move |db| history::rated_alerts(db, most)).await
    }

    /// Keeps what a reader made of an alert; `false` if there is none of that id.
    pub async fn judge(
        &self,
        alert: AlertId,
        word: Feedback,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.writer.run(move |db| history::rate_alert(db, alert, word, now)).await
    }

    /// Pending messages by channel.
    pub async fn waiting(&self) -> Result<Vec<(String, u64)>, Error> {
        self.writer.run(status::waiting).await
    }

    /// Rows of the outbox in one state, or in none that is ended if `feed_state` is `None`.
    pub async fn outbox(&self, state: Option<&str>, most: u32) -> Result<Vec<OutboxRow>, Error> {
        let state = state.map(str::to_owned);
        self.writer.run(move |db| status::outbox(db, state.as_deref(), most)).await
    }
}

/// A hash as SQLite's signed integer.
fn signed(hash: u64) -> i64 {
    i64::from_ne_bytes(hash.to_ne_bytes())
}
