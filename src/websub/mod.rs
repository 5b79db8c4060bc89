//! Lets hubs tell us when a feed has something new (WebSub, W3C recommendation of 2018).
//!
//! A push is a hint and nothing else: the feed becomes due, and its content comes through the gate
//! as ever. So a forged push costs a poll, and a hub that dies costs the time to the next one: feeds
//! a hub serves well are polled at the cap, and one that let a poll find what it never pushed,
//! twice, is not believed any more.
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
use crate::store::{HubAnswer, HubRequest, NewSubscription, Store};
use pushes::PushedFeeds;

pub use callback::{HubCallback, Reply};

/// The loop turns at least this often.
const LOOP_WAIT_MAX: Duration = Duration::from_secs(2);
/// How long one request waits for its host's turn; it is made at another time then.
const HOST_WAIT_MAX: Duration = Duration::from_secs(10);
/// How often the feeds' offers are compared with what is subscribed.
const CHECK_EVERY: Duration = Duration::from_secs(30);
/// Requests to hubs in one turn, one after another: a turn must end before its pulse is missed.
const REQUESTS_AT_ONCE_MAX: u32 = 2;
/// The lease we ask for; hubs give what they like.
const LEASE: Duration = Duration::from_hours(10 * 24);
/// Hints to the polling loop that may wait to be taken. One that finds no room is sent later.
pub const PUSHED_FEEDS_MAX: usize = 256;
/// Bytes of a secret, drawn anew for each subscription; as hexadecimal digits it stays well under
/// the 200 bytes the recommendation allows (section 5.1).
const SECRET_BYTES: usize = 32;
/// Bytes of a callback's id: nobody who was not told it can guess it.
const ID_BYTES: usize = 16;

/// The loop, and what answers the hubs.
#[derive(Debug)]
pub struct WebSub {
    store: Store,
    gate: Arc<Gate>,
    feeds: Arc<Vec<Feed>>,
    /// Where hubs reach us; our callbacks lie below it.
    public_url: Url,
    clock: Clock,
    hints: Arc<PushedFeeds>,
    trusted: watch::Sender<Arc<BTreeSet<Name>>>,
    dice: fastrand::Rng,
    looked: Option<Timestamp>,
}

/// The polling loop's end: feeds to be polled now, and those that hubs serve well.
#[derive(Debug)]
pub struct Ends {
    pub due: mpsc::Receiver<Name>,
    pub trusted: watch::Receiver<Arc<BTreeSet<Name>>>,
}

impl WebSub {
    pub fn new(
        (store, gate): (Store, Arc<Gate>),
        feeds: Arc<Vec<Feed>>,
        public_url: Url,
        clock: Clock,
        dice: fastrand::Rng,
    ) -> (Self, Ends) {
        let (send, due) = mpsc::channel(PUSHED_FEEDS_MAX);
        let trusted = watch::Sender::new(Arc::default());
        let ends = Ends { due, trusted: trusted.subscribe() };
        let hints = Arc::new(PushedFeeds::new(send));
        let looked = None;
        (Self { store, gate, feeds, public_url, clock, hints, trusted, dice, looked }, ends)
    }

    /// Works until told to stop.
    pub async fn run(mut self, stop: CancellationToken, pulse: Heartbeat) -> anyhow::Result<()> {
        loop {
            let now = self.clock.now();
            pulse.beat(now);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                stepped = self.step(now) => match stepped {
                    Ok(()) => (),
                    Err(error) if error.is_passing() => tracing::error!("hubs wait: {error}"),
                    Err(error) => return Err(error.into()),
                },
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(LOOP_WAIT_MAX) => (),
            }
        }
    }

    /// Compares what feeds offer with what is subscribed, and does what is due: asks, renews,
    /// leaves.
    pub async fn step(&mut self, now: Timestamp) -> Result<(), crate::store::Error> {
        self.hints.send_waiting(now);
        if self.looked.is_some_and(|at| now.since(at) < CHECK_EVERY && at <= now) {
            return Ok(());
        }
        self.looked = Some(now);
        self.store.leave_subscriptions(self.public_url.to_string(), now).await?;
        for (feed, offer) in self.store.unsubscribed_offers().await? {
            let (Some(id), Some(secret)) = (random_hex::<ID_BYTES>(), random_hex::<SECRET_BYTES>())
            else {
                tracing::error!("the machine gives no random bytes: no hub is asked for anything");
                break;
            };
            let secret = Secret::new(secret);
            let wanted =
                NewSubscription { id, secret, feed, offer, base: self.public_url.to_string() };
            self.store.add_subscription(wanted, now).await?;
        }
        let errands = self.store.hub_requests_due(REQUESTS_AT_ONCE_MAX, now).await?;
        for errand in &errands {
            self.send_request(errand, now).await?;
        }
        if u32::try_from(errands.len()).unwrap_or(u32::MAX) >= REQUESTS_AT_ONCE_MAX {
            // There may be more: the next turn looks again.
            self.looked = None;
        }
        let trusted: BTreeSet<Name> = self.store.pushing_feeds(now).await?.into_iter().collect();
        if **self.trusted.borrow() != trusted {
            self.trusted.send_replace(Arc::new(trusted));
        }
        Ok(())
    }

    /// One request to a hub. That it is under way is stored before it is sent: many hubs ask back
    /// before they answer.
    async fn send_request(
        &mut self,
        errand: &HubRequest,
        now: Timestamp,
    ) -> Result<(), crate::store::Error> {
        self.store.count_hub_request(errand.id.clone(), now).await?;
        let why = self.request_hub(errand, now).await.err();
        if let Some(why) = &why {
            let (feed, host) = (&errand.feed, host(&errand.hub));
            tracing::warn!(feed = %feed, "the hub {host} of `{feed}` did not take our request: {why}");
        }
        let wait = retry_after(errand.attempts, self.dice.f64());
        let answered = HubAnswer { id: errand.id.clone(), why, due: now.after(wait) };
        self.store.record_hub_answer(answered).await
    }

    async fn request_hub(&self, errand: &HubRequest, now: Timestamp) -> Result<(), String> {
        let hub = Url::parse(&errand.hub).map_err(|_bad| "its address is none".to_owned())?;
        let callback = self.callback(&errand.id);
        let lease = LEASE.as_secs().to_string();
        let mode = if errand.leaving { "unsubscribe" } else { "subscribe" };
        let mut form = vec![
            ("hub.mode", mode),
            ("hub.topic", errand.topic.as_str()),
            ("hub.callback", callback.as_str()),
        ];
        if !errand.leaving {
            form.push(("hub.secret", errand.secret.expose()));
            form.push(("hub.lease_seconds", &lease));
        }
        let ask = RequestKind::Form(&form);
        // What the operator allowed a feed holds for a hub of the same origin, and for no other. None
        // of what the feed is asked with is the hub's business.
        let named = |feed: &&Feed| feed.name == errand.feed;
        let beside = |feed: &&Feed| feed.url.origin() == hub.origin();
        let feed = self.feeds.iter().find(named).or_else(|| self.feeds.iter().find(beside));
        let request = match feed {
            Some(feed) => {
                Request { headers: &[], auth: None, ..Request::linked_from(feed, &hub, ask) }
            }
            None => Request::found(&hub, &hub, ask),
        };
        // The loop must show that it lives: a host with many feeds may have a long line.
        let turn = self.gate.pacer().turn(&hub, request.is_own());
        let turn = tokio::time::timeout(HOST_WAIT_MAX, turn)
            .await
            .map_err(|_elapsed| "its host is busy with other requests of ours".to_owned())?;
        let turns = Turns { first: Some(turn), waits: None };
        match self.gate.fetch_in_turn(request, turns, now).await {
            Answer::Fetched(_) => Ok(()),
            Answer::Unchanged(_) => Err("it answered 304".to_owned()),
            Answer::Failed(failure) => Err(failure.why),
        }
    }

    /// Where hubs are told to reach us.
    pub fn public_url(&self) -> &Url {
        &self.public_url
    }

    fn callback(&self, id: &str) -> String {
        let base = self.public_url.as_str().trim_end_matches('/');
        format!("{base}/websub/{id}")
    }
}

/// How long to wait for a hub's question, or after its refusal, before it is asked again: longer
/// each time, a day at most.
fn retry_after(attempts: u32, dice: f64) -> Duration {
    const FIRST: Duration = Duration::from_mins(5);
    const LAST: Duration = Duration::from_hours(24);
    let grown = FIRST.saturating_mul(1 << attempts.min(12));
    grown.min(LAST).mul_f64(1.0 + 0.2 * dice)
}

/// The host of an address, for people.
fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// So many random bytes, as hexadecimal digits. These are no dice: whoever could foretell them could
/// forge pushes, so they come from the operating system's generator; without it there is no
/// subscription.
fn random_hex<const BYTES: usize>() -> Option<String> {
    let mut bytes = [0_u8; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(signature::hex(&bytes))
}
