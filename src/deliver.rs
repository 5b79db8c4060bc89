//! Empties the outbox: lease → compose → begin → send → settle, one loop a channel.
//!
//! The attempt is on the disk before a socket is opened. Whatever ends the process after that, the
//! row is still there, and the next start sends the same bytes under the same id.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::compose::{self, Envelope};
use crate::domain::{Channel, ChannelKind, Clock, DeliveryId, Heartbeat, Outcome, Timestamp};
use crate::notify::{Notifier, Outgoing};
use crate::schedule::{self, RetryPolicy};
use crate::store::{self, AttemptResult, Lease, Store};

/// The outbox is looked at this often even if no bell rings: an operator's command or a lapsed
/// lease rings none.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A lease outlasts the slowest exchanges of its batch by this much, so that no second attempt
/// starts while a first one is under way.
const HOLD_MARGIN: Duration = Duration::from_mins(1);
/// Rows of one channel leased in one go.
const BATCH_ROWS: u32 = 16;

/// The delivery loop of one channel.
#[derive(Debug)]
pub struct DeliveryLoop {
    pub store: Store,
    pub notifier: Arc<Notifier>,
    pub channel: Channel,
    pub clock: Clock,
    pub dice: fastrand::Rng,
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepReport {
    pub tried: u32,
    pub delivered: u32,
    /// When the channel has something to do next, if that is known.
    pub next: Option<Timestamp>,
}

/// A lease with the bytes to send.
struct PreparedSend {
    lease: Lease,
    message: Vec<u8>,
}

impl DeliveryLoop {
    /// Delivers whenever something is due, until told to stop; what is under way is finished.
    pub async fn run(mut self, stop: CancellationToken, pulse: Heartbeat) -> anyhow::Result<()> {
        let bell = self.store.outbox_signal();
        let mut store_ails = false;
        while !stop.is_cancelled() {
            // The bell is heard from before the look: what is committed in between rings it.
            let rung = bell.notified();
            let mut rung = std::pin::pin!(rung);
            rung.as_mut().enable();
            let now = self.clock.now();
            pulse.beat(now);
            let next = match self.step(now).await {
                Ok(stepped) if stepped.tried > 0 => continue,
                Ok(stepped) => {
                    store_ails = false;
                    stepped.next
                }
                Err(error) if error.is_passing() => {
                    if !store_ails {
                        tracing::error!(channel = %self.channel.name, "delivery rests: {error}");
                    }
                    store_ails = true;
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let wake = next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY));
            tokio::select! {
                () = stop.cancelled() => (),
                () = rung => (),
                () = tokio::time::sleep(wake) => (),
            }
        }
        Ok(())
    }

    /// Delivers one batch of what is due at `now`.
    pub async fn step(&mut self, now: Timestamp) -> Result<StepReport, store::Error> {
        let hold = self.notifier.exchange_max(&self.channel) * BATCH_ROWS + HOLD_MARGIN;
        let due = self.store.lease(self.channel.name.as_str(), BATCH_ROWS, hold, now).await?;
        if due.leases.is_empty() {
            return Ok(StepReport { next: due.next, ..StepReport::default() });
        }
        let mut ready = Vec::with_capacity(due.leases.len());
        let mut stepped = StepReport::default();
        for mut lease in due.leases {
            stepped.tried += 1;
            match self.message(&mut lease) {
                Ok(message) => ready.push(PreparedSend { lease, message }),
                Err(why) => {
                    let why = format!("the message could not be composed: {why}");
                    self.settle(&lease, Outcome::Refused { why }).await?;
                }
            }
        }
        let attempts: Vec<(DeliveryId, i64, Vec<u8>)> =
            ready.iter().map(|r| (r.lease.id, r.lease.token, r.message.clone())).collect();
        if let Err(error) = self.store.begin_attempt(attempts, now).await {
            // Nothing was sent. The leases would lapse by themselves, hours from now.
            let leases = ready.iter().map(|r| (r.lease.id, r.lease.token)).collect();
            let released = self.store.release(leases).await;
            return Err(released.err().unwrap_or(error));
        }
        stepped.delivered = self.send(ready).await?;
        Ok(stepped)
    }

    /// The bytes an earlier attempt sent, or those composed now.
    fn message(&self, lease: &mut Lease) -> Result<Vec<u8>, String> {
        if let Some(message) = lease.encoded.take() {
            return Ok(message);
        }
        // A message that makes its composer panic must not keep its neighbours from leaving.
        let composed = catch_unwind(AssertUnwindSafe(|| {
            let (delivery, answers) = (lease.id, lease.answers);
            let envelope = Envelope { delivery, recipient: &lease.recipient, answers };
            compose::encode(&lease.message, envelope, &self.channel)
        }));
        match composed {
            Ok(Ok(message)) => Ok(message.bytes),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_panic) => Err("the composer panicked".to_owned()),
        }
    }

    async fn send(&mut self, ready: Vec<PreparedSend>) -> Result<u32, store::Error> {
        let at_once = match self.channel.kind {
            ChannelKind::Webhook(_) => 4,
            ChannelKind::Email(_) => 2,
            ChannelKind::Console | ChannelKind::File { .. } => 1,
        };
        let notifier = Arc::clone(&self.notifier);
        let (channel, clock) = (self.channel.clone(), self.clock.clone());
        let mut sendings = stream::iter(ready)
            .map(|PreparedSend { lease, message }| {
                let (notifier, channel, now) = (&notifier, &channel, clock.now());
                async move {
                    let parcel = Outgoing {
                        id: lease.id,
                        attempt: lease.attempt,
                        recipient: &lease.recipient,
                        message: &message,
                    };
                    let outcome = notifier.send(channel, &parcel, now).await;
                    (lease, outcome)
                }
            })
            .buffer_unordered(at_once);
        let (mut delivered, mut failed) = (0, None);
        while let Some((lease, outcome)) = sendings.next().await {
            delivered += u32::from(matches!(outcome, Outcome::Accepted { .. }));
            // One that cannot be recorded does not stop the others' records.
            if let Err(error) = self.settle(&lease, outcome).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(delivered), Err)
    }

    async fn settle(&mut self, lease: &Lease, outcome: Outcome) -> Result<(), store::Error> {
        let now = self.clock.now();
        let retry_in = match &outcome {
            Outcome::Retry { after, .. } => {
                schedule::delivery_retry(self.retries(), lease.attempt, *after, self.dice.f64())
            }
            Outcome::Accepted { .. } | Outcome::Refused { .. } | Outcome::Paused { .. } => None,
        };
        // An endpoint that is gone (410) waits for a person; a mail server that refuses our
        // credentials is asked again after a while.
        let until_person = matches!(self.channel.kind, ChannelKind::Webhook(_));
        self.log(lease, &outcome, retry_in);
        let (id, token) = (lease.id, lease.token);
        let held = self
            .store
            .end_attempt(AttemptResult { id, token, outcome, retry_in, until_person }, now)
            .await?;
        if !held {
            tracing::warn!(delivery = %id, "the lease of {id} had lapsed before its attempt ended");
        }
        Ok(())
    }

    fn retries(&self) -> RetryPolicy {
        match self.channel.kind {
            ChannelKind::Webhook(_) => RetryPolicy::Webhook,
            ChannelKind::Email(_) => RetryPolicy::Mail,
            ChannelKind::Console | ChannelKind::File { .. } => RetryPolicy::Local,
        }
    }

    fn log(&self, lease: &Lease, outcome: &Outcome, retry_in: Option<Duration>) {
        let (channel, id, n) = (&self.channel.name, lease.id, lease.attempt);
        match outcome {
            Outcome::Accepted { detail } => {
                tracing::info!(%channel, delivery = %id, "`{channel}` took {id}: {detail}");
            }
            Outcome::Retry { why, .. } => {
                if let Some(wait) = retry_in {
                    tracing::warn!(%channel, delivery = %id, attempt = n,
                        "`{channel}` did not take {id}: {why}; next try in {wait:?}");
                } else {
                    tracing::error!(%channel, delivery = %id, attempt = n,
                        "{id} to `{channel}` is dead after {n} attempts: {why}");
                }
            }
            Outcome::Refused { why } => {
                tracing::error!(%channel, delivery = %id, "`{channel}` refused {id}: {why}");
            }
            Outcome::Paused { why } => {
                tracing::error!(%channel, "`{channel}` rests, its messages wait: {why}");
            }
        }
    }
}
