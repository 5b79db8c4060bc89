//! What hubs say: which feeds have something new, and which may be polled seldom.
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::domain::{Feed, Name};

/// The receiving end of the loop that listens to hubs.
#[derive(Debug)]
pub(super) struct Pushes {
    pub(super) due: mpsc::Receiver<Name>,
    pub(super) trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
    pub(super) index: HashMap<Name, usize>,
    /// Feeds that were being polled when their push came: what it announced may not have been there.
    pub(super) poll_again: HashSet<usize>,
}

impl Pushes {
    /// Whether a feed may be polled seldom because its hub pushes it.
    pub(super) fn hub_is_trusted(&self, feed: &Feed) -> bool {
        feed.every.is_none() && self.trusted.borrow().contains(&feed.name)
    }
}

/// The next feed that was pushed; never, where nobody listens to hubs.
pub(super) async fn next_pushed(pushes: Option<&mut Pushes>) -> Name {
    let received = match pushes {
        Some(pushes) => pushes.due.recv().await,
        None => None,
    };
    match received {
        Some(name) => name,
        // The listener has ended, because the program is stopping.
        None => std::future::pending().await,
    }
}
