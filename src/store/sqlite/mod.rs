//! The embedded engine: SQLite, one file beside its write-ahead log.

mod add_article;
mod alert_decision;
mod attempt_end;
mod clock;
mod closed_file;
mod commit;
mod counters;
mod coverage;
mod feeds;
mod file_check;
mod follow_ups;
mod handle;
mod heartbeat;
mod history;
mod hubs;
mod lock;
mod lookup;
mod open;
mod operator_notice;
mod outbox;
mod outbox_content;
mod outbox_insert;
mod pages;
mod poll_commit;
mod poll_state;
mod reader;
mod retention;
mod row;
mod status;
mod stories;
mod story_rows;
mod surge;
mod text_index;
mod updates;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

use super::{
    AttemptEnd, AttemptResult, CommitCounts, DueDeliveries, Error, FeedId, FeedState, Feedback,
    LeaseRequest, OutboxFilter, PageDue, PageLease, PageOutcome, PageResult, Poll, PollResult,
    Recognised, Route, WindowItem,
};
use crate::domain::{
    AlertId, ArticleId, ClockStep, DeliveryId, Feed, FeedCondition, Message, OutageKind, Timestamp,
};
use crate::health::Decision;
use crate::schedule::FailureStreak;

use file_check::Files;
use handle::Owner;
pub use handle::Store;
pub use lock::Lock;
pub use outbox_insert::{notice_id, update_id};
pub use reader::Reader;
use text_index::TextIndex;
use writer::Writer;

impl Store {
    /// Opens the store for the daemon or for `once`: makes it if there never was one, and brings its
    /// schema up to date. The lock says that no other process may do the same. Attempts that a dead
    /// process left open become "unknown", and their rows are due again.
    pub fn open(path: &Path, now: Timestamp) -> Result<(Self, Lock), Error> {
        Self::open_owned(path, now).map_err(|error| error.at(path))
    }

    fn open_owned(path: &Path, now: Timestamp) -> Result<(Self, Lock), Error> {
        let (lock, lock_file, before) = lock::take(path)?;
        let db = open::for_owner(path, before.as_ref())?;
        let store_id = heartbeat::check_marker(&db, path, before.as_ref())?;
        outbox::recover(&db, now)?;
        clock::correct_at_start(&db, now)?;
        lock_file.note(|marker| {
            marker.had_store = true;
            marker.store_id = Some(store_id);
            marker.condition.clear();
            // The clock may have been ahead.
            marker.alive_at = marker.alive_at.min(now);
        });
        let owner = Owner { lock_file, files: Files::of(path) };
        Ok((Self::over(path, db, Some(owner))?, lock))
    }

    /// Opens an existing store for a command that writes, beside a running daemon or not.
    pub fn open_existing(path: &Path) -> Result<Self, Error> {
        let db = open::for_command(path).map_err(|error| error.at(path))?;
        Self::over(path, db, None)
    }

    fn over(path: &Path, db: Connection, owner: Option<Owner>) -> Result<Self, Error> {
        Ok(Self {
            path: path.to_owned(),
            writer: Arc::new(Writer::start(db, path.to_owned())?),
            owner: owner.map(Arc::new),
            outbox_changed: Arc::default(),
            pages_changed: Arc::default(),
        })
    }

    /// Runs `look` on a reader of its own, off the runtime's threads: a long look at the store keeps
    /// no poll waiting for the writer.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.path.clone();
        let looked = tokio::task::spawn_blocking(move || look(&Reader::open(&path)?));
        looked.await.unwrap_or_else(|failed| Err(Error::Panicked(failed.to_string())))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notified whenever a commit put something into the outbox. Enable it before looking.
    pub fn outbox_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox_changed)
    }

    /// Makes a row for each configured feed, retires the others, and gives back what is
    /// remembered, in the order of `feeds`. `interval` is a new feed's first.
    pub async fn sync_feeds(
        &self,
        feeds: Arc<Vec<Feed>>,
        interval: Duration,
        now: Timestamp,
    ) -> Result<Vec<FeedState>, Error> {
        self.writer.run(move |db| feeds::sync_feeds(db, &feeds, interval, now)).await
    }

    /// Commits one poll: seen keys, articles, verdicts, alerts, outbox rows, validators and the
    /// next due time, all or nothing. [`Error::Panicked`]: the poll is recorded as a failed one, and
    /// nothing of its document is kept.
    pub async fn commit(&self, poll: Poll) -> Result<CommitCounts, Error> {
        let failed = Poll { result: PollResult::Unchanged, ..poll };
        let commit =
            move |db: &Connection, texts: &mut TextIndex| commit::commit_poll(db, texts, &poll);
        let committed = self.writer.run_with_texts(commit).await;
        if let Err(error @ Error::Panicked(_)) = &committed {
            let (word, why) = (FeedCondition::Failing, error.to_string());
            let result = PollResult::Failed { why, word, strikes: FailureStreak::default() };
            let failed = Poll { result, ..failed };
            let record = move |db: &Connection, texts: &mut TextIndex| {
                commit::commit_poll(db, texts, &failed)
            };
            self.writer.run_with_texts(record).await?;
        }
        let committed = committed?;
        if committed.alerts + committed.updates > 0 {
            self.outbox_changed.notify_waiters();
        }
        if committed.new + committed.copies + committed.revised > 0 {
            self.pages_changed.notify_waiters();
        }
        Ok(committed)
    }

    /// Notified whenever pages may have become due. Enable it before looking.
    pub fn page_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.pages_changed)
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
    /// `until` if it is not settled by then.
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
        let (article, revision, at) = (turn.article, turn.revision, turn.at);
        let settle =
            move |db: &Connection, texts: &mut TextIndex| pages::end_page_attempt(db, texts, turn);
        let committed = match self.writer.run_with_texts(settle).await {
            // A page that makes the judging panic is given up, and the article stays as it was.
            Err(error @ Error::Panicked(_)) => {
                let outcome = PageOutcome::Failed { why: error.to_string(), retry_at: None };
                let turn = PageResult { article, revision, at, outcome };
                self.writer
                    .run_with_texts(move |db, texts| pages::end_page_attempt(db, texts, turn))
                    .await?
            }
            ended => ended?,
        };
        if committed.alerts + committed.updates > 0 {
            self.outbox_changed.notify_waiters();
        }
        Ok(committed)
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
        self.outbox_changed.notify_waiters();
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

    /// What is remembered of one feed, read anew; `None` if it is not polled any more.
    pub async fn feed_state(&self, feed: FeedId) -> Result<Option<FeedState>, Error> {
        self.writer.run(move |db| feeds::load_state(db, feed)).await
    }

    /// The items a feed listed at its last poll.
    pub async fn window(&self, feed: FeedId) -> Result<Vec<WindowItem>, Error> {
        self.writer.run(move |db| feeds::read_window(db, feed)).await
    }

    /// How many of these items, given by their keys with the identity first, a feed has listed
    /// before.
    pub async fn recognise(&self, feed: FeedId, items: Vec<Vec<u64>>) -> Result<Recognised, Error> {
        self.writer.run(move |db| feeds::recognise(db, feed, &items)).await
    }

    /// Records that our own network went down at `since`, when so many hosts fell silent; feeds that
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

    /// Records that the outage of `since` was over at `until`.
    pub async fn outage_ended(&self, since: Timestamp, until: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| poll_state::outage_ended(db, since, until)).await
    }

    /// Leases deliveries of a channel that are due. What cannot be read becomes a dead letter.
    pub async fn lease(
        &self,
        request: LeaseRequest,
        now: Timestamp,
    ) -> Result<DueDeliveries, Error> {
        self.writer.run(move |db| outbox::lease(db, &request, now)).await
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

    /// Records how an attempt ended, and moves its row and its channel on.
    pub async fn end_attempt(
        &self,
        result: AttemptResult,
        now: Timestamp,
    ) -> Result<AttemptEnd, Error> {
        self.writer.run(move |db| attempt_end::end_attempt(db, &result, now)).await
    }

    /// Gives leases back untouched: a stopping daemon leaves no row waiting for a lapse.
    pub async fn release(&self, leases: Vec<(DeliveryId, i64)>) -> Result<(), Error> {
        self.writer.run(move |db| outbox::release(db, &leases)).await
    }

    /// Makes rows due at once again, dead ones included, and wakes their channels.
    pub async fn retry(&self, select: OutboxFilter, now: Timestamp) -> Result<u64, Error> {
        let count = self.writer.run(move |db| outbox::retry(db, &select, now)).await?;
        self.outbox_changed.notify_waiters();
        Ok(count)
    }

    /// Puts rows aside for good, on a person's word.
    pub async fn drop_rows(&self, select: OutboxFilter, now: Timestamp) -> Result<u64, Error> {
        self.writer.run(move |db| outbox::drop_rows(db, &select, now)).await
    }

    /// Ends a channel's rest: a test message got through.
    pub async fn resume_channel(&self, channel: &str, now: Timestamp) -> Result<(), Error> {
        let channel = channel.to_owned();
        let resume = move |db: &Connection| {
            attempt_end::resume_channel(db, &channel)?;
            attempt_end::bring_forward(db, &channel, now)
        };
        self.writer.run(resume).await?;
        self.outbox_changed.notify_waiters();
        Ok(())
    }

    /// Moves every stored time that lay ahead when the wall clock was set, and remembers the step.
    pub async fn move_times(&self, step: ClockStep) -> Result<(), Error> {
        self.writer.run(move |db| clock::move_times(db, step)).await
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
        self.outbox_changed.notify_waiters();
        Ok(())
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
}
