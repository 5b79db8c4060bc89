//! Wires what listens to hubs: the loop that asks them, and the server they reach us at.
use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::{mpsc, watch};

use super::application::App;
use crate::domain::Name;
use crate::web::{Answerer, Heard, Said, Verb};
use crate::websub::{HubCallback, WebSub};

/// The loop that asks hubs, and what it tells the polling loop.
#[derive(Debug)]
pub struct HubEnds {
    pub websub: WebSub,
    /// Feeds to be polled now.
    pub due: mpsc::Receiver<Name>,
    /// Feeds whose hubs may be relied on.
    pub trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
}

impl App {
    /// The loop that asks hubs, if the configuration says where they reach us.
    pub fn websub(&mut self) -> Option<HubEnds> {
        let public_url = self.prepared.config.websub.as_ref()?.public_url.clone();
        let deps = (self.store.clone(), Arc::clone(&self.prepared.gate));
        let feeds = Arc::clone(&self.prepared.plan.feeds);
        let (clock, rng) = (self.clock.clone(), self.rng.fork());
        let (websub, ends) = WebSub::new(deps, feeds, public_url, clock, rng);
        Some(HubEnds { websub, due: ends.due, trusted: ends.trusted })
    }
}

/// What the server says: to hubs what the callback says, to a health check that we live, to others
/// nothing.
pub fn websub_handler(callback: HubCallback) -> Answerer {
    Arc::new(move |heard| handle_request(callback.clone(), heard).boxed())
}

/// Unknown paths are answered by the callback, which tells strangers nothing.
async fn handle_request(callback: HubCallback, heard: Heard) -> Said {
    let (status, text) = match heard.method {
        Verb::Get if heard.path == "/healthz" => (200, "alive\n".to_owned()),
        Verb::Get => callback.handle_get(&heard.path, &heard.query).await,
        Verb::Post => {
            callback.handle_push(&heard.path, heard.signature.as_deref(), &heard.body).await
        }
    };
    Said { status, text }
}
