//! What the polling loop holds, and how it begins.
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use super::context::Shared;
use super::due;
use super::hub_pushes::Pushes;
use super::lanes::Lanes;
use super::network::NetworkMonitor;
use super::outcome::FinishedPoll;
use super::plan::Plan;
use super::plan_change::PlanChange;
use super::round::Round;
use super::sitemaps::LISTS_MAX;
use crate::domain::{Clock, Timestamp};
use crate::fetch::{Gate, Turn};
use crate::schedule::HostContact;
use crate::store::{self, FeedId, FeedState, Poll, Store};

/// Signals of polls that wait for a host; one that finds no room is not needed.
const WAIT_SIGNALS_MAX: usize = 256;

/// The polling loop.
#[derive(Debug)]
pub struct Ingest {
    pub(super) shared: Arc<Shared>,
    /// By the feed's index in the plan; `None` while its poll is under way.
    pub(super) states: Vec<Option<FeedState>>,
    /// The place of each feed in `states`: a poll may outlast the plan it began under.
    pub(super) index_by_id: HashMap<FeedId, usize>,
    /// Feeds whose address changed while they were being polled.
    pub(super) moved: HashSet<FeedId>,
    /// When each feed is due that is not waiting or being polled.
    pub(super) queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// In a round that asks each feed once, the feeds that were asked, by when they are due again.
    pub(super) asked: Option<Vec<Reverse<(Timestamp, usize)>>>,
    /// What the polls of such a round told of their hosts.
    pub(super) contacts: Vec<(usize, HostContact)>,
    /// Feeds that are due and wait for their turn at their host. They take no place from the others.
    pub(super) waiting: JoinSet<(usize, Turn)>,
    /// Feeds that have their turn and wait for a place in a lane.
    pub(super) turns: HashMap<usize, Turn>,
    pub(super) lanes: Lanes,
    pub(super) network: NetworkMonitor,
    pub(super) polls: JoinSet<FinishedPoll>,
    /// Polls that wait for another host than their own, because of a redirect or a sitemap.
    pub(super) wait_signals: mpsc::Receiver<usize>,
    /// Polls that brought nothing, not stored yet. Stored one by one they would cost more than all
    /// the requests.
    pub(super) unchanged: Vec<Poll>,
    pub(super) unchanged_stored_at: Timestamp,
    pub(super) store_writes: JoinSet<Result<(), store::Error>>,
    pub(super) rng: fastrand::Rng,
    pub(super) round: watch::Sender<Round>,
    /// By how much the clock was set, as far as the due times know.
    pub(super) shifted_ms: i64,
    /// Feeds whose poll was under way when the clock was set, and by how many milliseconds it was.
    pub(super) move_at_end: HashMap<usize, i64>,
    /// The last time the loop turned, by which a suspension is noticed.
    pub(super) last_turn_at: Timestamp,
    /// Until when polling rests because the store takes no writes.
    pub(super) paused_until: Option<Timestamp>,
    /// What hubs say, where they are listened to.
    pub(super) pushes: Option<Pushes>,
    /// Other plans to follow, where the configuration can be reloaded.
    pub(super) plan_changes: Option<mpsc::Receiver<PlanChange>>,
}

impl Ingest {
    /// Enters the feeds into the store and decides when each is due. On a fresh start overdue feeds
    /// are spread, so that a restart does not ask all servers at once.
    pub async fn prepare(
        plan: Arc<Plan>,
        store: Store,
        gate: Arc<Gate>,
        clock: Clock,
        mut rng: fastrand::Rng,
    ) -> Result<Self, store::Error> {
        let (shifted_ms, now) = (clock.shifted_ms(), clock.now());
        let first = plan.bounds.floor;
        store.sync_watches(plan.watches.keys().cloned().collect(), now).await?;
        let states = store.sync_feeds(Arc::clone(&plan.feeds), first, now).await?;
        let outages = store.read(|store| store.outages(1)).await?;
        let outage = outages.into_iter().find(|outage| outage.end.is_none());
        let network = NetworkMonitor::new(&plan.feeds, &states, outage.map(|outage| outage.start));
        let queue = due::first_due(&states, now, &mut rng);
        let lanes = Lanes::new(plan.feeds.len(), plan.concurrency);
        let readers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (signal, wait_signals) = mpsc::channel(WAIT_SIGNALS_MAX);
        let readers = Semaphore::new(readers);
        let sitemap_lists = Semaphore::new(LISTS_MAX);
        let wait_signal = signal;
        let shared = Shared { plan, store, gate, clock, readers, sitemap_lists, wait_signal };
        let index_by_id = states.iter().enumerate().map(|(index, state)| (state.id, index));
        Ok(Self {
            shared: Arc::new(shared),
            index_by_id: index_by_id.collect(),
            moved: HashSet::new(),
            states: states.into_iter().map(Some).collect(),
            queue,
            asked: None,
            contacts: Vec::new(),
            waiting: JoinSet::new(),
            turns: HashMap::new(),
            lanes,
            network,
            polls: JoinSet::new(),
            wait_signals,
            unchanged: Vec::new(),
            unchanged_stored_at: now,
            store_writes: JoinSet::new(),
            rng,
            round: watch::Sender::new(Round::default()),
            shifted_ms,
            move_at_end: HashMap::new(),
            last_turn_at: now,
            paused_until: None,
            pushes: None,
            plan_changes: None,
        })
    }

    /// How far polling has come, for progress on a terminal.
    pub fn progress(&self) -> watch::Receiver<Round> {
        self.round.subscribe()
    }
}
