//! The service manager's side: readiness, the watchdog, signals.
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::heartbeats::Heartbeats;
use crate::domain::{Clock, Timestamp};
use crate::health::FaultKind;
use crate::operator_notices::ServiceFaults;
use crate::store::Store;

/// A loop whose pulse is older than this hangs. Loops turn every few seconds; a reading of a
/// hostile feed or a full disk may hold one up for a while.
const HEARTBEAT_AGE_MAX: Duration = Duration::from_mins(1);
/// A store that has not answered a write for this long hangs.
const PROBE_MAX: Duration = Duration::from_secs(30);
/// How often we look if no watchdog sets the pace.
const WATCHDOG_PACE: Duration = Duration::from_secs(20);

/// What a person or the service manager asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceRequest {
    Stop,
    Reload,
}

/// The signals a daemon obeys, heard from the moment this exists: one that comes while a loop is
/// being built is not lost.
#[derive(Debug)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    /// Takes the signals over from the system, whose default for each of them is to kill.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Several signals of one kind that arrive together are one request.
    pub async fn next_request(&mut self) -> ServiceRequest {
        tokio::select! {
            _ = self.terminate.recv() => ServiceRequest::Stop,
            _ = self.interrupt.recv() => ServiceRequest::Stop,
            _ = self.hangup.recv() => ServiceRequest::Reload,
        }
    }
}

/// Tells the service manager, if there is one. A failure to tell is none of ours.
pub(super) fn notify_manager(states: &[NotifyState<'_>]) {
    drop(sd_notify::notify(states));
}

/// Also sent after a refused reload: the service manager waits for the end of every reload.
pub(super) fn notify_ready(status: &str) {
    notify_manager(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells the service manager that a reload or a stop begins.
pub fn notify_request(request: ServiceRequest) {
    let state = match request {
        ServiceRequest::Stop => NotifyState::Stopping,
        ServiceRequest::Reload => NotifyState::Reloading,
    };
    match (request, NotifyState::monotonic_usec_now()) {
        // systemd 253 and newer wait forever for a reload without the time in the same datagram.
        (ServiceRequest::Reload, Ok(stamp)) => notify_manager(&[state, stamp]),
        (ServiceRequest::Stop, _) | (_, Err(_)) => notify_manager(&[state]),
    }
}

/// Tells the service manager that the old configuration goes on after a reload that was refused.
pub fn notify_refused(faults: usize, now: Timestamp) {
    let noun = if faults == 1 { "fault" } else { "faults" };
    notify_ready(&format!(
        "reload refused at {now}: {faults} {noun}; the old configuration runs on"
    ));
}

/// Tells the service manager that a reload is tried again later, and why.
pub fn notify_waiting(why: &str) {
    notify_ready(&format!("reload not possible now: {why}; the old configuration runs on"));
}

/// Pings the watchdog, each time only after proof: every loop turned lately, and the store took a
/// write or said in words why it does not (a full disk is no reason to be restarted).
pub(super) async fn run_watchdog(
    store: Store,
    heartbeats: Heartbeats,
    clock: Clock,
    faults: ServiceFaults,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut waits = false;
    let pace = sd_notify::watchdog_enabled().map_or(WATCHDOG_PACE, |limit| limit / 3);
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pace.min(WATCHDOG_PACE)) => (),
        }
        let now = clock.now();
        if let Some(name) = heartbeats.find_hung(clock.steady(), HEARTBEAT_AGE_MAX) {
            tracing::error!("the {name} loop has not turned for {HEARTBEAT_AGE_MAX:?}");
            continue;
        }
        match tokio::time::timeout(PROBE_MAX, store.probe(now)).await {
            Ok(Ok(())) => {
                notify_manager(&[NotifyState::Watchdog]);
                if std::mem::take(&mut waits) {
                    tracing::warn!("the store takes writes again");
                    notify_manager(&[NotifyState::Status("the store takes writes again")]);
                }
            }
            Ok(Err(error)) if error.is_passing() => {
                // A lock that another process holds for a moment is no fault; twice in a row is one.
                if std::mem::replace(&mut waits, true) {
                    faults.report(FaultKind::StoreFull, error.to_string(), now);
                }
                let status = format!("waiting: {error}");
                notify_manager(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(_elapsed) => tracing::error!("the store has not answered for {PROBE_MAX:?}"),
        }
    }
    Ok(())
}
