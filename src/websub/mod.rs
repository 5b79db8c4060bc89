//! Subscribes to hubs, which push when a feed has something new (WebSub, W3C recommendation of 2018).
//!
//! A push only makes the feed due: its content is fetched through the gate as always. So a forged
//! push costs one poll, and a hub that dies costs the time to the next one: feeds that a hub serves
//! well are polled at the cap (`poll.cap`), and a hub that twice pushed nothing of what a poll then
//! found is not relied on any more.
mod callback;
mod pushes;
mod signature;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::{Clock, Feed, Heartbeat, Name, Secret, Timestamp};
use crate::fetch::{Answer, Gate, Request, RequestKind, Turns};
use crate::store::{Error, HubAnswer, HubRequest, NewSubscription, Store};
use pushes::PushedFeeds;

pub use callback::{HubCallback, PushTarget, Reply};
pub use signature::SignatureCheck;

/// The loop turns at least this often.
const LOOP_WAIT_MAX: Duration = Duration::from_secs(2);
/// How long one request waits for its host's turn; it is made at another time then.
const HOST_WAIT_MAX: Duration = Duration::from_secs(10);
/// How often the feeds' offers are compared with what is subscribed.
const CHECK_EVERY: Duration = Duration::from_secs(30);
/// Requests to hubs in one turn, one after another: a turn must end before its heartbeat is missed.
const REQUESTS_AT_ONCE_MAX: u32 = 2;
/// The lease we ask for; a hub may grant another.
const LEASE: Duration = Duration::from_hours(10 * 24);
/// Feeds to be polled now that the polling loop has not taken yet. One that finds no place is sent
/// again later.
pub const PUSHED_FEEDS_MAX: usize = 256;
/// Bytes of a secret, drawn anew for each subscription; as hexadecimal digits it stays well under
/// the 200 bytes the recommendation allows (section 5.1).
const SECRET_BYTES: usize = 32;
/// Bytes of a callback's id: too many to guess.
const ID_BYTES: usize = 16;
/// A request to a hub that was not confirmed is sent again after this, doubled each time.
const RETRY_FIRST: Duration = Duration::from_mins(5);
const RETRY_MAX: Duration = Duration::from_hours(24);
/// Retries are spread by up to this share, so that a hub's feeds do not ask all at once.
const RETRY_JITTER_SHARE: f64 = 0.2;

/// What the loop works with.
#[derive(Debug)]
pub struct WebSubDeps {
    pub store: Store,
    pub gate: Arc<Gate>,
    pub feeds: Arc<Vec<Feed>>,
    /// Where hubs reach us; the callbacks lie below it.
    pub public_url: Url,
    pub clock: Clock,
    pub rng: fastrand::Rng,
}

/// The loop that subscribes, renews and unsubscribes.
#[derive(Debug)]
pub struct WebSub {
    deps: WebSubDeps,
    pushes: Arc<PushedFeeds>,
    trusted: watch::Sender<Arc<BTreeSet<Name>>>,
    checked_at: Option<Timestamp>,
}

/// What the polling loop receives: feeds to be polled now, and the feeds that hubs serve well.
#[derive(Debug)]
pub struct PushReceiver {
    pub due: mpsc::Receiver<Name>,
    pub trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
}

impl WebSub {
    pub fn new(deps: WebSubDeps) -> (Self, PushReceiver) {
        let (send, due) = mpsc::channel(PUSHED_FEEDS_MAX);
        let trusted = watch::Sender::new(Arc::default());
        let receiver = PushReceiver { due, trusted: trusted.subscribe() };
        let pushes = Arc::new(PushedFeeds::new(send));
        (Self { deps, pushes, trusted, checked_at: None }, receiver)
    }

    /// Works until `stop`.
    ///
    /// # Errors
    /// The store failed for good.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        loop {
            let now = self.deps.clock.now();
            heartbeat.beat(self.deps.clock.steady());
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                stepped = self.step(now) => match stepped {
                    Ok(()) => (),
                    Err(error) if error.is_passing() => tracing::error!("requests to hubs wait: {error}"),
                    Err(error) => return Err(error.into()),
                },
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(LOOP_WAIT_MAX) => (),
            }
        }
    }

    /// Compares the hubs that feeds name with the subscriptions, and sends the requests that are due.
    ///
    /// # Errors
    /// The store failed.
    pub async fn step(&mut self, now: Timestamp) -> Result<(), Error> {
        self.pushes.send_waiting(now);
        // A check in the future was made before the clock was set back.
        let is_recent = |at: Timestamp| now.since(at) < CHECK_EVERY && at <= now;
        if self.checked_at.is_some_and(is_recent) {
            return Ok(());
        }
        self.checked_at = Some(now);
        let (store, base) = (&self.deps.store, self.deps.public_url.to_string());
        store.leave_subscriptions(base.clone(), now).await?;
        for (feed, offer) in store.unsubscribed_offers().await? {
            let Some((id, secret)) = random_hex::<ID_BYTES>().zip(random_hex::<SECRET_BYTES>())
            else {
                tracing::error!("the system gives no random bytes: no hub is subscribed to");
                break;
            };
            let (secret, base) = (Secret::new(secret), base.clone());
            store.add_subscription(NewSubscription { id, secret, feed, offer, base }, now).await?;
        }
        let requests = store.hub_requests_due(REQUESTS_AT_ONCE_MAX, now).await?;
        for request in &requests {
            self.send_request(request, now).await?;
        }
        if u32::try_from(requests.len()).unwrap_or(u32::MAX) >= REQUESTS_AT_ONCE_MAX {
            // There may be more: the next turn checks again.
            self.checked_at = None;
        }
        let trusted = self.deps.store.pushing_feeds(now).await?;
        let trusted: BTreeSet<Name> = trusted.into_iter().collect();
        if **self.trusted.borrow() != trusted {
            self.trusted.send_replace(Arc::new(trusted));
        }
        Ok(())
    }

    /// Sends one request to a hub. It is stored before it is sent: many hubs ask back before they
    /// answer.
    async fn send_request(&mut self, request: &HubRequest, now: Timestamp) -> Result<(), Error> {
        self.deps.store.count_hub_request(request.id.clone(), now).await?;
        let why = self.request_hub(request, now).await.err();
        if let Some(why) = &why {
            let (feed, host) = (&request.feed, host(&request.hub));
            tracing::warn!(%feed, "the hub {host} of `{feed}` did not take our request: {why}");
        }
        let wait = retry_after(request.attempts, self.deps.rng.f64());
        let answer = HubAnswer { id: request.id.clone(), why, due: now.after(wait) };
        self.deps.store.record_hub_answer(answer).await
    }

    async fn request_hub(&self, request: &HubRequest, now: Timestamp) -> Result<(), String> {
        let hub = Url::parse(&request.hub).map_err(|_bad| "its address is not a URL".to_owned())?;
        let callback = self.callback(&request.id);
        let lease = LEASE.as_secs().to_string();
        let mode = if request.leaving { "unsubscribe" } else { "subscribe" };
        let mut form = vec![
            ("hub.mode", mode),
            ("hub.topic", request.topic.as_str()),
            ("hub.callback", callback.as_str()),
        ];
        if !request.leaving {
            form.push(("hub.secret", request.secret.expose()));
            form.push(("hub.lease_seconds", &lease));
        }
        let kind = RequestKind::Form(&form);
        // What the operator allowed a feed (a private address, say) holds for a hub of the same
        // origin, and for no other. The feed's headers and password are not for the hub.
        let feeds = &self.deps.feeds;
        let named = feeds.iter().find(|feed| feed.name == request.feed);
        let feed = named.or_else(|| feeds.iter().find(|feed| feed.url.origin() == hub.origin()));
        let outgoing = match feed {
            Some(feed) => {
                Request { headers: &[], auth: None, ..Request::linked_from(feed, &hub, kind) }
            }
            None => Request::found(&hub, &hub, kind),
        };
        // The loop must show that it lives: a host with many feeds may have a long line.
        let turn = self.deps.gate.pacer().turn(&hub, outgoing.is_own());
        let turn = tokio::time::timeout(HOST_WAIT_MAX, turn)
            .await
            .map_err(|_elapsed| "its host is busy with other requests of ours".to_owned())?;
        let turns = Turns { first: Some(turn), waits: None };
        match self.deps.gate.fetch_in_turn(outgoing, turns, now).await {
            Answer::Fetched(_) => Ok(()),
            Answer::Unchanged(_) => Err("it answered 304".to_owned()),
            Answer::Failed(failure) => Err(failure.why),
        }
    }

    /// Where hubs reach us.
    pub fn public_url(&self) -> &Url {
        &self.deps.public_url
    }

    fn callback(&self, id: &str) -> String {
        let base = self.deps.public_url.as_str().trim_end_matches('/');
        format!("{base}/websub/{id}")
    }
}

/// How long to wait for a hub's confirmation, or after its refusal, before the next request.
/// `jitter` is in `0.0..1.0`.
fn retry_after(attempts: u32, jitter: f64) -> Duration {
    let grown = RETRY_FIRST.saturating_mul(1 << attempts.min(12));
    grown.min(RETRY_MAX).mul_f64(1.0 + RETRY_JITTER_SHARE * jitter)
}

/// The host of an address, for people.
fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// So many random bytes, as hexadecimal digits; `None` if the system has none. Whoever could foretell
/// them could forge pushes, so they come from the cryptographic generator and not from `fastrand`.
fn random_hex<const BYTES: usize>() -> Option<String> {
    let mut bytes = [0_u8; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(signature::hex(&bytes))
}
