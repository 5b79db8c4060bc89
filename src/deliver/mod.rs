//! Empties the outbox of one channel: lease → compose → begin → send → settle, each delivery on its
//! own, so that a slow receiver holds up neither the others nor the watchdog.
//!
//! The attempt is on disk before a socket is opened. Whatever ends the process after that, the row is
//! still there, and the next start sends the same bytes under the same id.
mod in_flight;
mod log;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::compose::{self, Envelope};
use crate::domain::{Channel, ChannelKind, Clock, Heartbeat, Outcome, Timestamp};
use crate::notify::{Notifier, Outgoing};
use crate::schedule::{self, RetryPolicy};
use crate::store::{self, AttemptResult, Lease, LeaseRequest, Store};

use in_flight::{Finished, InFlight};

/// The outbox is looked at this often even without a signal: an operator's command or a lapsed
/// lease gives none. The heartbeat is never older.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A lease outlasts the longest exchange by this much, so that no second attempt starts while a first
/// one is under way.
const LEASE_MARGIN: Duration = Duration::from_mins(1);
/// An exchange older than this gives its permit to the next delivery: a mail server may think for
/// minutes about one recipient while it would take the mail of another at once.
const SLOW_AFTER: Duration = Duration::from_secs(10);
/// Exchanges of one channel under way at once, the slow ones included.
const IN_FLIGHT_MAX: usize = 8;
/// So many failures of single messages in a row count as a failure of the channel.
const MESSAGE_FAILURES_MAX: u32 = 3;
/// Waiting messages are brought forward at most this often, then half as often each time, up to
/// once in `FORWARD_GAP_MAX`: a channel that comes and goes would use up their attempts.
const FORWARD_GAP_MIN: Duration = Duration::from_mins(10);
const FORWARD_GAP_MAX: Duration = Duration::from_hours(24);
/// A connection to a mail server is kept so long for the next mail.
const SESSION_IDLE_MAX: Duration = Duration::from_secs(15);

/// The delivery loop of one channel.
#[derive(Debug)]
pub struct DeliveryLoop {
    store: Store,
    notifier: Arc<Notifier>,
    pub channel: Channel,
    pub clock: Clock,
    rng: fastrand::Rng,
    in_flight: InFlight,
    /// Exchanges that ended and are not recorded yet: a full disk must not send them again.
    ended: VecDeque<Finished>,
    condition: Condition,
    /// Failures of single messages since one was taken.
    message_failures: u32,
    forwarded: Option<Forwarded>,
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepReport {
    pub tried: u32,
    pub delivered: u32,
    /// When the channel has something to do next, if that is known.
    pub next: Option<Timestamp>,
}

/// What this process knows of the receiver. It decides how many deliveries are tried at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// Nothing was tried yet: one delivery finds out.
    Unproven,
    /// It took the last message.
    Working,
    /// It failed: one delivery at a time is the probe.
    Failing,
}

/// When waiting messages were last brought forward, and how long not again.
#[derive(Clone, Copy, Debug)]
struct Forwarded {
    at: Instant,
    gap: Duration,
}

impl DeliveryLoop {
    pub fn new(
        store: Store,
        notifier: Arc<Notifier>,
        channel: Channel,
        clock: Clock,
        rng: fastrand::Rng,
    ) -> Self {
        Self {
            store,
            notifier,
            channel,
            clock,
            rng,
            in_flight: InFlight::default(),
            ended: VecDeque::new(),
            condition: Condition::Unproven,
            message_failures: 0,
            forwarded: None,
        }
    }

    /// Delivers whenever something is due, until told to stop; what is under way is finished.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        heartbeat: Heartbeat,
    ) -> anyhow::Result<()> {
        let signal = self.store.outbox_signal();
        let mut store_fails = false;
        while !stop.is_cancelled() {
            // Listening begins before the look: what is committed in between signals it.
            let signalled = signal.notified();
            let mut signalled = std::pin::pin!(signalled);
            signalled.as_mut().enable();
            let now = self.clock.now();
            heartbeat.beat(self.clock.steady());
            let next = match self.start_due(now).await {
                Ok(started) => {
                    store_fails = false;
                    started.next
                }
                Err(error) if error.is_passing() => {
                    if !store_fails {
                        tracing::error!(channel = %self.channel.name, "delivery rests: {error}");
                    }
                    store_fails = true;
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let wake = next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY));
            tokio::select! {
                () = stop.cancelled() => (),
                () = signalled => (),
                () = tokio::time::sleep(wake) => (),
                finished = self.in_flight.next() => self.take(finished),
            }
            self.notifier.close_idle(&self.channel, SESSION_IDLE_MAX).await;
        }
        while !self.in_flight.is_empty() {
            let finished = self.in_flight.next().await;
            heartbeat.beat(self.clock.steady());
            self.take(finished);
            self.record_ended().await?;
        }
        self.record_ended().await?;
        self.notifier.close_idle(&self.channel, Duration::ZERO).await;
        Ok(())
    }

    /// Delivers what is due at `now` and waits until every exchange has ended.
    pub async fn step(&mut self, now: Timestamp) -> Result<StepReport, store::Error> {
        let mut report = StepReport::default();
        loop {
            let started = self.start_due(now).await?;
            report.tried += started.tried;
            report.delivered += started.delivered;
            report.next = started.next;
            if self.in_flight.is_empty() {
                self.notifier.close_idle(&self.channel, Duration::ZERO).await;
                return Ok(report);
            }
            tokio::select! {
                finished = self.in_flight.next() => self.take(finished),
                // Time enough passes to give the permit of a slow exchange to another.
                () = tokio::time::sleep(LOOK_EVERY) => (),
            }
        }
    }

    /// Records what ended and starts what is due at `now`, as far as there are permits.
    async fn start_due(&mut self, now: Timestamp) -> Result<StepReport, store::Error> {
        let mut report =
            StepReport { delivered: self.record_ended().await?, ..StepReport::default() };
        loop {
            let permits = self.free_permits();
            if permits == 0 {
                return Ok(report);
            }
            let due = self.store.lease(self.lease_request(permits), now).await?;
            for why in &due.unreadable {
                let channel = &self.channel.name;
                tracing::error!(%channel, "a message to `{channel}` is dead: {why}");
            }
            if due.leases.is_empty() {
                report.next = due.next;
                return Ok(report);
            }
            report.tried += self.start(due.leases, now).await?;
        }
    }

    fn lease_request(&self, most: u32) -> LeaseRequest {
        let hold = self.notifier.exchange_max(&self.channel) + LEASE_MARGIN;
        LeaseRequest { channel: self.channel.name.to_string(), most, hold }
    }

    /// How many more deliveries may begin now.
    fn free_permits(&self) -> u32 {
        let all = self.in_flight.len();
        let quick = self.in_flight.younger_than(SLOW_AFTER);
        let room = IN_FLIGHT_MAX.saturating_sub(all);
        let free = match self.condition {
            Condition::Failing => 1_usize.saturating_sub(all),
            Condition::Unproven => 1_usize.saturating_sub(quick),
            Condition::Working => self.permits().saturating_sub(quick),
        };
        u32::try_from(free.min(room)).unwrap_or(0)
    }

    /// Composes, records the attempts, and only then opens sockets.
    async fn start(&mut self, leases: Vec<Lease>, now: Timestamp) -> Result<u32, store::Error> {
        let mut attempts = Vec::with_capacity(leases.len());
        let mut composed = Vec::with_capacity(leases.len());
        let tried = u32::try_from(leases.len()).unwrap_or(u32::MAX);
        for mut lease in leases {
            match self.message(&mut lease) {
                Ok(message) => {
                    attempts.push((lease.id, lease.token, message.clone()));
                    composed.push((lease, message));
                }
                Err(why) => {
                    let why = format!("the message could not be composed: {why}");
                    self.ended.push_back(Finished { lease, outcome: Outcome::Refused { why } });
                }
            }
        }
        if let Err(error) = self.store.begin_attempt(attempts, now).await {
            // Nothing was sent. The leases would lapse by themselves, but much later.
            let leases = composed.iter().map(|(lease, _)| (lease.id, lease.token)).collect();
            let released = self.store.release(leases).await;
            return Err(released.err().unwrap_or(error));
        }
        for (lease, message) in composed {
            let id = lease.id;
            self.in_flight.push(id, self.exchange(lease, message));
        }
        Ok(tried)
    }

    /// One exchange with the receiver. It ends within its deadline, whatever the receiver does.
    fn exchange(&self, lease: Lease, message: Vec<u8>) -> BoxFuture<'static, Finished> {
        let (notifier, channel) = (Arc::clone(&self.notifier), self.channel.clone());
        let now = self.clock.now();
        let exchange = async move {
            let outgoing = Outgoing {
                id: lease.id,
                attempt: lease.attempt,
                recipient: &lease.recipient,
                message: &message,
            };
            let sent = AssertUnwindSafe(notifier.send(&channel, &outgoing, now)).catch_unwind();
            let outcome = sent.await.unwrap_or_else(|_panic| Outcome::Retry {
                why: "the notifier panicked".to_owned(),
            });
            Finished { lease, outcome }
        };
        exchange.boxed()
    }

    /// The bytes an earlier attempt sent, or those composed now.
    fn message(&self, lease: &mut Lease) -> Result<Vec<u8>, String> {
        if let Some(message) = lease.encoded.take() {
            return Ok(message);
        }
        // A message that makes its composer panic must not keep the others from leaving.
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

    /// Learns from an exchange that ended, and queues it to be recorded.
    fn take(&mut self, mut finished: Finished) {
        match &finished.outcome {
            // A refusal of one recipient proves as well that the receiver works.
            Outcome::Accepted { .. } | Outcome::Refused { .. } => {
                self.condition = Condition::Working;
                self.message_failures = 0;
            }
            Outcome::Retry { why } => {
                self.message_failures = self.message_failures.saturating_add(1);
                if self.message_failures >= MESSAGE_FAILURES_MAX {
                    let why = why.clone();
                    finished.outcome = Outcome::Unavailable { after: None, why };
                    self.condition = Condition::Failing;
                }
            }
            Outcome::Unavailable { .. } | Outcome::Paused { .. } => {
                self.condition = Condition::Failing;
            }
        }
        self.ended.push_back(finished);
    }

    /// Records the ends of exchanges in their order. Says how many were taken by the receiver.
    async fn record_ended(&mut self) -> Result<u32, store::Error> {
        let mut delivered = 0;
        while let Some(finished) = self.ended.pop_front() {
            match self.record(&finished).await {
                Ok(()) => {
                    let accepted = matches!(finished.outcome, Outcome::Accepted { .. });
                    delivered += u32::from(accepted);
                }
                Err(error) => {
                    self.ended.push_front(finished);
                    return Err(error);
                }
            }
        }
        Ok(delivered)
    }

    async fn record(&mut self, finished: &Finished) -> Result<(), store::Error> {
        let Finished { lease, outcome } = finished;
        let (now, jitter) = (self.clock.now(), self.rng.f64());
        let (policy, failures) = (self.retry_policy(), lease.channel_failures.saturating_add(1));
        let mut result = AttemptResult {
            id: lease.id,
            token: lease.token,
            outcome: outcome.clone(),
            retry_in: None,
            rest: Duration::ZERO,
            bring_forward: false,
        };
        match outcome {
            Outcome::Accepted { .. } => result.bring_forward = self.may_bring_forward(),
            Outcome::Retry { .. } => {
                result.retry_in = schedule::delivery_retry(policy, lease.attempt, None, jitter);
            }
            Outcome::Unavailable { after, .. } => {
                result.retry_in = schedule::delivery_retry(policy, lease.attempt, *after, jitter);
                result.rest = schedule::channel_rest(policy, failures, *after, jitter);
            }
            Outcome::Paused { .. } => result.rest = schedule::channel_pause(failures),
            Outcome::Refused { .. } => {}
        }
        let (retry_in, rest) = (result.retry_in, result.rest);
        let end = self.store.end_attempt(result, now).await?;
        if end.brought_forward {
            self.note_brought_forward();
        }
        if !end.is_held {
            let id = lease.id;
            tracing::warn!(delivery = %id, "the lease of {id} had lapsed before its attempt ended");
        }
        let wait = retry_in.unwrap_or(rest);
        log::attempt(&self.channel.name, finished, end.is_dead, wait);
        Ok(())
    }

    fn may_bring_forward(&self) -> bool {
        self.forwarded.is_none_or(|last| last.at.elapsed() >= last.gap)
    }

    fn note_brought_forward(&mut self) {
        let gap = match self.forwarded {
            Some(last) if last.at.elapsed() < FORWARD_GAP_MAX => last.gap * 2,
            Some(_) | None => FORWARD_GAP_MIN,
        };
        self.forwarded = Some(Forwarded { at: Instant::now(), gap: gap.min(FORWARD_GAP_MAX) });
    }

    /// Exchanges of a working channel at once. Local channels write one message after another.
    fn permits(&self) -> usize {
        match self.channel.kind {
            ChannelKind::Webhook(_) => 4,
            ChannelKind::Email(_) => 2,
            ChannelKind::Console | ChannelKind::File { .. } => 1,
        }
    }

    fn retry_policy(&self) -> RetryPolicy {
        match self.channel.kind {
            ChannelKind::Webhook(_) => RetryPolicy::Webhook,
            ChannelKind::Email(_) => RetryPolicy::Mail,
            ChannelKind::Console | ChannelKind::File { .. } => RetryPolicy::Local,
        }
    }
}
