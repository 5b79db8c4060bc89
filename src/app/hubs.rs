//! Wires WebSub: the loop that subscribes at hubs, and what their calls are answered with.
use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::{mpsc, watch};

use super::application::App;
use crate::domain::Name;
use crate::web::{Handler, Method, Request, Response};
use crate::websub::{HubCallback, PushReceiver, Reply, WebSub, WebSubDeps};

/// The loop that subscribes at hubs, and what it tells the polling loop.
#[derive(Debug)]
pub struct HubEnds {
    pub websub: WebSub,
    /// Feeds to be polled now.
    pub due: mpsc::Receiver<Name>,
    /// Feeds whose hubs may be relied on.
    pub trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
}

impl App {
    /// The loop that subscribes at hubs, if the configuration says where they reach us.
    pub fn websub(&mut self) -> Option<HubEnds> {
        let (websub, PushReceiver { due, trusted }) = WebSub::new(WebSubDeps {
            public_url: self.prepared.config.websub.as_ref()?.public_url.clone(),
            store: self.store.clone(),
            gate: Arc::clone(&self.prepared.gate),
            feeds: Arc::clone(&self.prepared.plan.feeds),
            clock: self.clock.clone(),
            rng: self.rng.fork(),
        });
        Some(HubEnds { websub, due, trusted })
    }
}

/// Answers hubs by `callback`, `/healthz` by itself, and everything else with 404. A path is judged
/// before a byte of the body is read.
pub fn websub_handler(callback: HubCallback) -> Handler {
    Arc::new(move |request| {
        let callback = callback.clone();
        async move {
            match handle_request(&callback, request).await {
                Ok((status, text)) => Response { status, text },
                Err(response) => response,
            }
        }
        .boxed()
    })
}

async fn handle_request(callback: &HubCallback, request: Request) -> Result<Reply, Response> {
    let Request { method, path, query, signature, body } = request;
    match method {
        Method::Get if path == "/healthz" => Ok((200, "alive\n".to_owned())),
        Method::Get => Ok(callback.handle_get(&path, &query).await),
        Method::Post | Method::Other => {
            let target = match callback.push_target(&path).await {
                Ok(target) => target,
                Err(reply) => return Ok(reply),
            };
            if method == Method::Other {
                return Ok((405, "only GET and POST\n".to_owned()));
            }
            let mut check = target.check(signature.as_deref());
            body.read(|bytes| check.update(bytes)).await?;
            Ok(callback.handle_push(target, check).await)
        }
    }
}
