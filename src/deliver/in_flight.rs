//! The exchanges of one channel that are under way.
use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use crate::domain::{DeliveryId, Outcome};
use crate::store::Lease;

/// The exchanges under way, and since when.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    exchanges: FuturesUnordered<BoxFuture<'static, Finished>>,
    started: HashMap<DeliveryId, Instant>,
}

/// An exchange that ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) lease: Lease,
    pub(super) outcome: Outcome,
}

impl InFlight {
    pub(super) fn push(&mut self, delivery: DeliveryId, exchange: BoxFuture<'static, Finished>) {
        self.started.insert(delivery, Instant::now());
        self.exchanges.push(exchange);
    }

    pub(super) fn len(&self) -> usize {
        self.started.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.started.is_empty()
    }

    /// Those that began less than `age` ago.
    pub(super) fn younger_than(&self, age: Duration) -> usize {
        self.started.values().filter(|began| began.elapsed() < age).count()
    }

    /// Waits for the next exchange to end; for ever if none is under way.
    pub(super) async fn next(&mut self) -> Finished {
        match self.exchanges.next().await {
            Some(finished) => {
                self.started.remove(&finished.lease.id);
                finished
            }
            None => std::future::pending().await,
        }
    }
}
