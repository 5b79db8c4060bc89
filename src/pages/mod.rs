//! Reads the pages articles link to, for feeds that give only a teaser: lease → fetch → extract →
//! match → commit.
//!
//! Polling never waits for a page: the poll's commit leaves a row, and this loop works the rows off,
//! one request at a time to a host. An attempt is counted on the disk before anything is asked.

mod attempt;
mod reading;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::{self, ArticleId, Clock, Feed, Heartbeat, Name, Timestamp};
use crate::fetch::Gate;
use crate::store::{
    self, CommitCounts, Fired, PageDue, PageOutcome, PageResult, Store, UpdateTriggers,
};

use attempt::{FinishedAttempt, Shared};

pub use reading::{PageArticle, read_page};

/// Pages under way at once.
const PAGES_MAX: usize = 8;
/// The loop turns at least this often, so that its pulse is fresh.
const LOOP_TURN_MAX: Duration = Duration::from_secs(5);
/// An attempt that was never settled is made again after this: longer than any takes.
const LEASE: Duration = Duration::from_mins(2);
/// Hosts that are looked at in one go.
const HOSTS_MAX: u32 = 256;
/// Hosts whose last request is remembered; those are forgotten first that may be asked again.
const REMEMBERED_MAX: usize = 1_024;

/// Says which watches fire on an article of a feed: the matcher, as polling uses it.
#[derive(Clone)]
pub struct WatchMatching(Arc<Fires>);

type Fires = dyn Fn(&Feed, &domain::Article) -> Vec<Fired> + Send + Sync;

impl WatchMatching {
    pub fn new(
        fired: impl Fn(&Feed, &domain::Article) -> Vec<Fired> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(fired))
    }

    fn fired(&self, feed: &Feed, article: &domain::Article) -> Vec<Fired> {
        (self.0)(feed, article)
    }
}

impl fmt::Debug for WatchMatching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Matching")
    }
}

/// What the loop works with.
#[derive(Debug)]
pub struct PagesDeps {
    pub store: Store,
    pub gate: Arc<Gate>,
    pub clock: Clock,
    pub feeds: Arc<Vec<Feed>>,
    pub matching: WatchMatching,
    /// What the watches' readers want to hear more of once a story is told.
    pub occasions: Arc<UpdateTriggers>,
    /// Between the end of one request to a host and the start of the next.
    pub host_gap: Duration,
    pub rng: fastrand::Rng,
}

/// The loop that reads pages.
#[derive(Debug)]
pub struct Pages {
    shared: Arc<Shared>,
    feeds: HashMap<Name, Feed>,
    host_gap: Duration,
    rng: fastrand::Rng,
    attempts: JoinSet<FinishedAttempt>,
    /// The pages under way.
    under_way: HashSet<ArticleId>,
    hosts: HashMap<String, Host>,
    tally: CommitCounts,
}

/// Whose turn it is at a host.
#[derive(Clone, Copy, Debug, Default)]
struct Host {
    busy: bool,
    free_at: Timestamp,
}

/// What a look for due pages came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct DueScan {
    /// When a host that has pages due may be asked again.
    host_free: Option<Timestamp>,
    /// When the next page is due.
    next: Option<Timestamp>,
}

impl Pages {
    pub fn new(rooms: PagesDeps) -> Self {
        let PagesDeps { store, gate, clock, feeds, matching, occasions, host_gap, rng } = rooms;
        // Reading is pure computing, and polls have feeds to read beside it.
        let readers = Semaphore::new(1);
        Self {
            shared: Arc::new(Shared { store, gate, clock, matching, occasions, readers }),
            feeds: feeds.iter().map(|feed| (feed.name.clone(), feed.clone())).collect(),
            host_gap,
            rng,
            attempts: JoinSet::new(),
            under_way: HashSet::new(),
            hosts: HashMap::new(),
            tally: CommitCounts::default(),
        }
    }

    /// Reads pages as they become due, until told to stop.
    pub async fn run(mut self, stop: CancellationToken, pulse: Heartbeat) -> anyhow::Result<()> {
        let bell = self.shared.store.page_signal();
        let mut store_ails = false;
        while !stop.is_cancelled() {
            // The bell is heard from before the look: what is committed in between rings it.
            let rung = bell.notified();
            let mut rung = std::pin::pin!(rung);
            rung.as_mut().enable();
            let now = self.shared.clock.now();
            pulse.beat(now);
            let look = match self.start_due(now).await {
                Ok(look) => {
                    store_ails = false;
                    look
                }
                Err(error) if error.is_passing() => {
                    if !store_ails {
                        tracing::error!("reading pages rests: {error}");
                    }
                    store_ails = true;
                    DueScan::default()
                }
                Err(error) => return Err(error.into()),
            };
            let next = look.host_free.into_iter().chain(look.next).min();
            let wake = next.map_or(LOOP_TURN_MAX, |next| next.since(now).min(LOOP_TURN_MAX));
            tokio::select! {
                () = stop.cancelled() => (),
                () = rung => (),
                () = tokio::time::sleep(wake) => (),
                Some(landed) = self.attempts.join_next() => self.finish_attempt(landed)?,
            }
        }
        self.attempts.shutdown().await;
        let under_way = self.under_way.drain().collect();
        let now = self.shared.clock.now();
        match self.shared.store.release_pages(under_way, now).await {
            Err(error) if !error.is_passing() => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Reads every page that is due now, and says what came of it. Pages that failed wait for
    /// another time.
    pub async fn once(&mut self) -> Result<CommitCounts, store::Error> {
        let before = self.tally;
        loop {
            let now = self.shared.clock.now();
            let look = self.start_due(now).await?;
            if let Some(landed) = self.attempts.join_next().await {
                self.finish_attempt(landed)?;
            } else if let Some(free) = look.host_free {
                tokio::time::sleep(free.since(now)).await;
            } else {
                return Ok(CommitCounts {
                    alerts: self.tally.alerts - before.alerts,
                    suppressed: self.tally.suppressed - before.suppressed,
                    ..CommitCounts::default()
                });
            }
        }
    }

    /// Starts what is due and may be asked now.
    async fn start_due(&mut self, now: Timestamp) -> Result<DueScan, store::Error> {
        let room = PAGES_MAX.saturating_sub(self.attempts.len());
        if room == 0 {
            return Ok(DueScan::default());
        }
        let (due, next) = self.shared.store.pages_due(now, HOSTS_MAX).await?;
        let mut look = DueScan { next, ..DueScan::default() };
        let mut chosen: HashMap<ArticleId, (Feed, Url, String)> = HashMap::new();
        for page in due {
            if chosen.len() >= room {
                break;
            }
            let Some((feed, url)) = self.known(&page) else {
                self.give_up(page.article, now).await?;
                continue;
            };
            let host = host_of(&url);
            let state = self.hosts.get(&host).copied().unwrap_or_default();
            // `www.` and its bare host are one, but two rows.
            if state.busy || chosen.values().any(|(_, _, other)| *other == host) {
                continue;
            }
            if state.free_at > now {
                look.host_free =
                    Some(look.host_free.map_or(state.free_at, |other| other.min(state.free_at)));
                continue;
            }
            chosen.entry(page.article).or_insert((feed, url, host));
        }
        let articles = chosen.keys().copied().collect();
        let leases = self.shared.store.begin_pages(articles, now.after(LEASE)).await?;
        for lease in leases {
            let Some((feed, url, host)) = chosen.remove(&lease.article) else { continue };
            self.hosts.entry(host.clone()).or_default().busy = true;
            self.under_way.insert(lease.article);
            let dice = self.rng.f64();
            let shared = Arc::clone(&self.shared);
            self.attempts.spawn(attempt::attempt_page(
                shared,
                attempt::AttemptPlan { feed, url, host, lease, jitter: dice },
            ));
        }
        Ok(look)
    }

    /// The feed and the address of a page, if both are still good for anything.
    fn known(&self, page: &PageDue) -> Option<(Feed, Url)> {
        let feed = self.feeds.get(&page.feed)?;
        Some((feed.clone(), Url::parse(&page.url).ok()?))
    }

    async fn give_up(&self, article: ArticleId, at: Timestamp) -> Result<(), store::Error> {
        let why = "its feed is not in the configuration any more".to_owned();
        let came = PageOutcome::Failed { why, retry_at: None };
        let turn = PageResult { article, revision: None, at, outcome: came };
        self.shared.store.end_page_attempt(turn).await.map(|_nothing| ())
    }

    fn finish_attempt(
        &mut self,
        landed: Result<FinishedAttempt, JoinError>,
    ) -> Result<(), store::Error> {
        let Ok(landed) = landed else {
            // The flight panicked outside the reader's own net; its host is not known any more.
            // Its page is due again when its hold ends.
            tracing::error!("reading a page panicked");
            self.hosts.values_mut().for_each(|host| host.busy = false);
            return Ok(());
        };
        self.under_way.remove(&landed.article);
        let now = self.shared.clock.now();
        let gap = if landed.own { Duration::ZERO } else { self.host_gap };
        if self.hosts.len() >= REMEMBERED_MAX {
            self.hosts.retain(|_, host| host.busy || host.free_at > now);
        }
        self.hosts.insert(landed.host, Host { busy: false, free_at: now.after(gap) });
        match landed.committed {
            Ok(committed) => {
                self.tally.alerts += committed.alerts;
                self.tally.suppressed += committed.suppressed;
                Ok(())
            }
            // As if it had not been: the page is due again when its hold ends.
            Err(error) if error.is_passing() => {
                tracing::warn!("what a page said was not stored: {error}");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Whose turn it is: the host, however it is written.
fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("").trim_start_matches("www.").to_owned()
}
