//! Reads the pages articles link to, for feeds that give only a teaser: lease → fetch → extract →
//! match → commit.
//!
//! Polling never waits for a page: the poll's commit leaves a row, and this loop works the rows off,
//! each in its turn at its host. An attempt is counted on the disk before anything is asked.

mod attempt;
mod completion;
mod publication_date;
mod reading;
mod recurring_lines;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::{ArticleId, Clock, Feed, Heartbeat, Name, Timestamp};
use crate::fetch::Gate;
use crate::store::{self, CommitCounts, PageDue, PageOutcome, PageResult, Store, UpdateTriggers};

use attempt::{AttemptPlan, FinishedAttempt, Shared};
use recurring_lines::RecurringLines;

pub use attempt::WatchMatching;
pub use reading::{PageArticle, read_page};

/// Pages fetched or read at once.
const PAGES_MAX: usize = 8;
/// The loop turns at least this often, so that its heartbeat is fresh.
const LOOP_TURN_MAX: Duration = Duration::from_secs(5);
/// Hosts that have a page under way at once; nearly all of them only wait for their turn.
const HOSTS_MAX: u32 = 256;

/// What the loop works with.
#[derive(Debug)]
#[expect(clippy::module_name_repetitions, reason = "it is used beside the parts of other loops")]
pub struct PagesDeps {
    pub store: Store,
    pub gate: Arc<Gate>,
    pub clock: Clock,
    pub feeds: Arc<Vec<Feed>>,
    pub matching: WatchMatching,
    /// When an update of an alerted story is sent, by watch.
    pub update_triggers: Arc<UpdateTriggers>,
    pub rng: fastrand::Rng,
}

/// The loop that reads pages.
#[derive(Debug)]
pub struct Pages {
    shared: Arc<Shared>,
    feeds: HashMap<Name, Feed>,
    rng: fastrand::Rng,
    attempts: JoinSet<FinishedAttempt>,
    /// Hosts that have a page under way, by what the pacer takes for one host. A second page of the
    /// same host would only wait behind the first.
    hosts: HashSet<String>,
    counts: CommitCounts,
}

impl Pages {
    pub fn new(deps: PagesDeps) -> Self {
        let PagesDeps { store, gate, clock, feeds, matching, update_triggers, rng } = deps;
        let shared = Shared {
            store,
            gate,
            clock,
            matching,
            update_triggers,
            // Reading is pure computing, and polls have feeds to read beside it.
            readers: Semaphore::new(1),
            places: Semaphore::new(PAGES_MAX),
            leased: Mutex::default(),
            recurring: Mutex::new(RecurringLines::default()),
        };
        Self {
            shared: Arc::new(shared),
            feeds: feeds.iter().map(|feed| (feed.name.clone(), feed.clone())).collect(),
            rng,
            attempts: JoinSet::new(),
            hosts: HashSet::new(),
            counts: CommitCounts::default(),
        }
    }

    /// Reads pages as they become due, until told to stop.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        let signal = self.shared.store.page_signal();
        let mut store_fails = false;
        while !stop.is_cancelled() {
            // Enabled before the scan, so that what is committed in between is not missed.
            let signalled = signal.notified();
            let mut signalled = std::pin::pin!(signalled);
            signalled.as_mut().enable();
            let now = self.shared.clock.now();
            heartbeat.beat(self.shared.clock.steady());
            let next = match self.start_due(now).await {
                Ok(next) => {
                    store_fails = false;
                    next
                }
                Err(error) if error.is_passing() => {
                    if !store_fails {
                        tracing::error!("reading pages rests: {error}");
                    }
                    store_fails = true;
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let wake = next.map_or(LOOP_TURN_MAX, |next| next.since(now).min(LOOP_TURN_MAX));
            tokio::select! {
                () = stop.cancelled() => (),
                () = signalled => (),
                () = tokio::time::sleep(wake) => (),
                Some(finished) = self.attempts.join_next() => self.finish_attempt(finished?)?,
            }
        }
        self.attempts.shutdown().await;
        let now = self.shared.clock.now();
        match self.shared.store.release_pages(self.shared.leased(), now).await {
            Err(error) if !error.is_passing() => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Reads every page that is due now, and says what came of it. Pages that failed wait for
    /// another time.
    pub async fn once(&mut self) -> anyhow::Result<CommitCounts> {
        let before = self.counts;
        loop {
            let now = self.shared.clock.now();
            self.start_due(now).await?;
            let Some(finished) = self.attempts.join_next().await else {
                return Ok(CommitCounts {
                    alerts: self.counts.alerts - before.alerts,
                    suppressed: self.counts.suppressed - before.suppressed,
                    ..CommitCounts::default()
                });
            };
            self.finish_attempt(finished?)?;
        }
    }

    /// Starts what is due; says when the next page will be.
    async fn start_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, store::Error> {
        let hosts_max = usize::try_from(HOSTS_MAX).unwrap_or(usize::MAX);
        if self.shared.places.available_permits() == 0 || self.hosts.len() >= hosts_max {
            return Ok(None);
        }
        let (due, next) = self.shared.store.pages_due(now, HOSTS_MAX).await?;
        for page in due {
            let Some((feed, url)) = self.known(&page) else {
                self.give_up(page.article, now).await?;
                continue;
            };
            let host = self.shared.gate.pacer().host_of(&url);
            if self.hosts.len() < hosts_max && self.hosts.insert(host.clone()) {
                let jitter = self.rng.f64();
                let plan = AttemptPlan { article: page.article, feed, url, host, jitter };
                self.attempts.spawn(attempt::attempt_page(Arc::clone(&self.shared), plan));
            }
        }
        Ok(next)
    }

    /// The feed and the address of a page, if the feed is still polled and the address can be read.
    fn known(&self, page: &PageDue) -> Option<(Feed, Url)> {
        let feed = self.feeds.get(&page.feed)?;
        Some((feed.clone(), Url::parse(&page.url).ok()?))
    }

    async fn give_up(&self, article: ArticleId, at: Timestamp) -> Result<(), store::Error> {
        let why = "its feed is not in the configuration any more".to_owned();
        let outcome = PageOutcome::Failed { why, retry_at: None };
        let result = PageResult { article, revision: None, at, outcome };
        self.shared.store.end_page_attempt(result).await.map(|_nothing| ())
    }

    fn finish_attempt(&mut self, finished: FinishedAttempt) -> Result<(), store::Error> {
        self.hosts.remove(&finished.host);
        match finished.committed {
            Ok(counts) => {
                self.counts.alerts += counts.alerts;
                self.counts.suppressed += counts.suppressed;
                Ok(())
            }
            // As if it had not been: the page is due again when its lease ends.
            Err(error) if error.is_passing() => {
                tracing::warn!("what a page said was not stored: {error}");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
