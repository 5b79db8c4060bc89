//! Another configuration for the loop that runs.
use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::plan::Plan;
use crate::domain::Name;
use crate::fetch::Gate;
use crate::store;

/// What hubs say: feeds to be polled now, and feeds whose hubs may be relied on.
pub type HubPushes = (mpsc::Receiver<Name>, watch::Receiver<Arc<BTreeSet<Name>>>);

/// Another plan for the loop that runs.
#[derive(Debug)]
pub struct PlanChange {
    pub plan: Arc<Plan>,
    pub gate: Arc<Gate>,
    pub pushes: Option<HubPushes>,
    /// Says whether the loop follows the new plan. After an error it follows the old one.
    pub done: oneshot::Sender<Result<(), store::Error>>,
}

/// The next change; never, where nobody sends any.
pub(super) async fn next_change(changes: Option<&mut mpsc::Receiver<PlanChange>>) -> PlanChange {
    let received = match changes {
        Some(changes) => changes.recv().await,
        None => None,
    };
    match received {
        Some(change) => change,
        None => std::future::pending().await,
    }
}
