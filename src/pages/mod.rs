//! Reads the pages articles link to, for feeds that give only a teaser: lease → fetch → extract →
//! match → commit.
//!
//! Polling never waits for a page: the poll's commit leaves a row, and this loop works the rows off,
//! one request at a time to a host. An attempt is counted on the disk before anything is asked.

mod flight;
mod read;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::{self, ArticleId, Clock, Feed, Moment, Name, Pulse};
use crate::fetch::Gate;
use crate::store::{self, Committed, Fired, Occasions, PageCame, PageDue, PageTurn, Store};

use flight::{Landed, Shared};

pub use read::{Article, read};

/// Pages under way at once.
const PAGES_MAX: usize = 8;
/// The loop turns at least this often, so that its pulse is fresh.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// An attempt that was never settled is made again after this: longer than any takes.
const HOLD: Duration = Duration::from_mins(2);
/// Hosts that are looked at in one go.
const HOSTS_MAX: u32 = 256;
/// Hosts whose last request is remembered; those are forgotten first that may be asked again.
const REMEMBERED_MAX: usize = 1_024;

/// Says which watches fire on an article of a feed: the matcher, as polling uses it.
#[derive(Clone)]
pub struct Matching(Arc<Fires>);

type Fires = dyn Fn(&Feed, &domain::Article) -> Vec<Fired> + Send + Sync;

impl Matching {
    pub fn new(
        fired: impl Fn(&Feed, &domain::Article) -> Vec<Fired> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(fired))
    }

    fn fired(&self, feed: &Feed, article: &domain::Article) -> Vec<Fired> {
        (self.0)(feed, article)
    }
}

impl fmt::Debug for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Matching")
    }
}

/// What the loop works with.
#[derive(Debug)]
pub struct Rooms {
    pub store: Store,
    pub gate: Arc<Gate>,
    pub clock: Clock,
    pub feeds: Arc<Vec<Feed>>,
    pub matching: Matching,
    /// What the watches' readers want to hear more of once a story is told.
    pub occasions: Arc<Occasions>,
    /// Between the end of one request to a host and the start of the next.
    pub host_gap: Duration,
    pub dice: fastrand::Rng,
}

/// The loop that reads pages.
#[derive(Debug)]
pub struct Pages {
    shared: Arc<Shared>,
    feeds: HashMap<Name, Feed>,
    host_gap: Duration,
    dice: fastrand::Rng,
    flights: JoinSet<Landed>,
    /// The pages under way.
    flying: HashSet<ArticleId>,
    hosts: HashMap<String, Host>,
    tally: Committed,
}

/// Whose turn it is at a host.
#[derive(Clone, Copy, Debug, Default)]
struct Host {
    busy: bool,
    free_at: Moment,
}

/// What a look for due pages came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    /// When a host that has pages due may be asked again.
    host_free: Option<Moment>,
    /// When the next page is due.
    next: Option<Moment>,
}

impl Pages {
    pub fn new(rooms: Rooms) -> Self {
        let Rooms { store, gate, clock, feeds, matching, occasions, host_gap, dice } = rooms;
        // Reading is pure computing, and polls have feeds to read beside it.
        let readers = Semaphore::new(1);
        Self {
            shared: Arc::new(Shared { store, gate, clock, matching, occasions, readers }),
            feeds: feeds.iter().map(|feed| (feed.name.clone(), feed.clone())).collect(),
            host_gap,
            dice,
            flights: JoinSet::new(),
            flying: HashSet::new(),
            hosts: HashMap::new(),
            tally: Committed::default(),
        }
    }

    /// Reads pages as they become due, until told to stop.
    pub async fn run(mut self, stop: CancellationToken, pulse: Pulse) -> anyhow::Result<()> {
        let bell = self.shared.store.page_bell();
        let mut store_ails = false;
        while !stop.is_cancelled() {
            // The bell is heard from before the look: what is committed in between rings it.
            let rung = bell.notified();
            let mut rung = std::pin::pin!(rung);
            rung.as_mut().enable();
            let now = self.shared.clock.now();
            pulse.beat(now);
            let look = match self.fill(now).await {
                Ok(look) => {
                    store_ails = false;
                    look
                }
                Err(error) if error.passes() => {
                    if !store_ails {
                        tracing::error!("reading pages rests: {error}");
                    }
                    store_ails = true;
                    Look::default()
                }
                Err(error) => return Err(error.into()),
            };
            let next = look.host_free.into_iter().chain(look.next).min();
            let wake = next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY));
            tokio::select! {
                () = stop.cancelled() => (),
                () = rung => (),
                () = tokio::time::sleep(wake) => (),
                Some(landed) = self.flights.join_next() => self.landed(landed)?,
            }
        }
        self.flights.shutdown().await;
        let under_way = self.flying.drain().collect();
        let now = self.shared.clock.now();
        match self.shared.store.release_pages(under_way, now).await {
            Err(error) if !error.passes() => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Reads every page that is due now, and says what came of it. Pages that failed wait for
    /// another time.
    pub async fn once(&mut self) -> Result<Committed, store::Error> {
        let before = self.tally;
        loop {
            let now = self.shared.clock.now();
            let look = self.fill(now).await?;
            if let Some(landed) = self.flights.join_next().await {
                self.landed(landed)?;
            } else if let Some(free) = look.host_free {
                tokio::time::sleep(free.since(now)).await;
            } else {
                return Ok(Committed {
                    alerts: self.tally.alerts - before.alerts,
                    suppressed: self.tally.suppressed - before.suppressed,
                    ..Committed::default()
                });
            }
        }
    }

    /// Starts what is due and may be asked now.
    async fn fill(&mut self, now: Moment) -> Result<Look, store::Error> {
        let room = PAGES_MAX.saturating_sub(self.flights.len());
        if room == 0 {
            return Ok(Look::default());
        }
        let (due, next) = self.shared.store.pages_due(now, HOSTS_MAX).await?;
        let mut look = Look { next, ..Look::default() };
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
        let leases = self.shared.store.begin_pages(articles, now.after(HOLD)).await?;
        for lease in leases {
            let Some((feed, url, host)) = chosen.remove(&lease.article) else { continue };
            self.hosts.entry(host.clone()).or_default().busy = true;
            self.flying.insert(lease.article);
            let dice = self.dice.f64();
            let shared = Arc::clone(&self.shared);
            self.flights.spawn(flight::fly(shared, flight::Plan { feed, url, host, lease, dice }));
        }
        Ok(look)
    }

    /// The feed and the address of a page, if both are still good for anything.
    fn known(&self, page: &PageDue) -> Option<(Feed, Url)> {
        let feed = self.feeds.get(&page.feed)?;
        Some((feed.clone(), Url::parse(&page.url).ok()?))
    }

    async fn give_up(&self, article: ArticleId, at: Moment) -> Result<(), store::Error> {
        let why = "its feed is not in the configuration any more".to_owned();
        let came = PageCame::Failed { why, retry_at: None };
        let turn = PageTurn { article, revision: None, at, came };
        self.shared.store.settle_page(turn).await.map(|_nothing| ())
    }

    fn landed(&mut self, landed: Result<Landed, JoinError>) -> Result<(), store::Error> {
        let Ok(landed) = landed else {
            // The flight panicked outside the reader's own net; its host is not known any more.
            // Its page is due again when its hold ends.
            tracing::error!("reading a page panicked");
            self.hosts.values_mut().for_each(|host| host.busy = false);
            return Ok(());
        };
        self.flying.remove(&landed.article);
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
            Err(error) if error.passes() => {
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
