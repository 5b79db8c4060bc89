//! Proof that a loop still turns.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::Timestamp;

/// Beaten by a loop each time round, read by the watchdog: a loop that hangs is found out by the
/// age of its last beat.
#[derive(Clone, Debug, Default)]
pub struct Heartbeat(Arc<AtomicI64>);

impl Heartbeat {
    /// `steady` is time of the steady clock: after a step of the wall clock a loop that hangs would
    /// look alive for as long as the step.
    pub fn beat(&self, steady: Timestamp) {
        self.0.store(steady.0, Ordering::Relaxed);
    }

    /// The last beat; the beginning of time if there was none.
    pub fn last(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}
