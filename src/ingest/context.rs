//! What polls work with: the parts of the program they share, and what each of them starts with.
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use super::plan::Plan;
use crate::domain::{Clock, Timestamp};
use crate::fetch::{Gate, Turn, Turns, WaitSignal};
use crate::store::Store;

/// What every poll works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) plan: Arc<Plan>,
    pub(super) store: Store,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Clock,
    /// Documents read at once: reading is pure computing, so one a core.
    pub(super) readers: Semaphore,
    /// Lists of sitemaps that are read at once.
    pub(super) sitemap_lists: Semaphore,
    /// Tells the loop that a poll waits for a host.
    pub(super) wait_signal: mpsc::Sender<usize>,
}

impl Shared {
    /// The turns of a poll's requests: while one waits for a host, the poll gives its place up.
    pub(super) fn turns(&self, first: Option<Turn>, context: PollContext) -> Turns {
        let waits = WaitSignal { id: context.index, sender: self.wait_signal.clone() };
        Turns { first, waits: Some(waits) }
    }
}

/// What a poll starts with.
#[derive(Clone, Copy, Debug)]
pub(super) struct PollContext {
    /// The feed's index in the plan.
    pub(super) index: usize,
    pub(super) now: Timestamp,
    /// From 0 to 1, for everything in this poll that is spread by chance.
    pub(super) jitter: f64,
    /// Our own network is known to be down.
    pub(super) outage: bool,
}
