//! Wires what listens to hubs: the loop that asks them, the server they reach us at, and the hints
//! between both and the polling loop.
use std::sync::Arc;

use anyhow::Context;
use futures_util::FutureExt;

use super::{App, Supervisor};
use crate::domain::Heartbeat;
use crate::ingest::Ingest;
use crate::web::{self, Answerer, Heard, Said, Verb};
use crate::websub::{HubCallback, WebSub};

impl App {
    /// The loop that asks hubs, if the configuration says where they reach us; `ingest` takes its
    /// hints from then on.
    pub fn websub(&mut self, ingest: &mut Ingest) -> Option<WebSub> {
        let public_url = self.websub.as_ref()?.public_url.clone();
        let rooms = (self.store.clone(), Arc::clone(&self.gate));
        let feeds = Arc::clone(&self.plan.feeds);
        let (clock, dice) = (self.clock.clone(), self.dice.fork());
        let (websub, ends) = WebSub::new(rooms, feeds, public_url, clock, dice);
        ingest.listen(ends.due, ends.trusted);
        Some(websub)
    }

    /// Opens the port and starts loop and server.
    pub(super) fn run_websub(
        &mut self,
        ingest: &mut Ingest,
        supervisor: &mut Supervisor,
        pulse: &mut impl FnMut(&'static str) -> Heartbeat,
    ) -> anyhow::Result<()> {
        let Some(websub) = self.websub(ingest) else { return Ok(()) };
        let listen = self.websub.as_ref().map(|set| set.listen).context("there is no address")?;
        let listener = web::listen(listen)?;
        let answer = websub_handler(websub.callback_server());
        tracing::info!("hubs reach us at {}, by way of {listen}", websub.public_url());
        let serving =
            web::run(listener, answer, self.clock.clone(), (supervisor.stop(), pulse("web")));
        supervisor.run("web", serving);
        supervisor.run("websub", websub.run(supervisor.stop(), pulse("websub")));
        Ok(())
    }
}

/// What the server says: to hubs what the callback says, to a watchman that we live, to others
/// nothing.
pub fn websub_handler(callback: HubCallback) -> Answerer {
    Arc::new(move |heard| handle_request(callback.clone(), heard).boxed())
}

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
