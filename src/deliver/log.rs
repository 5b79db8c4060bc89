//! How attempts are told in the log: neither addresses nor texts of messages.
use std::time::Duration;

use super::in_flight::Finished;
use crate::domain::counted;
use crate::domain::{Name, Outcome, PauseCause};
use crate::health::duration_phrase;

/// One line for each attempt. `wait`: until this message, or this channel, is tried again.
pub(super) fn attempt(channel: &Name, finished: &Finished, is_dead: bool, wait: Duration) {
    let Finished { lease, outcome } = finished;
    let (id, attempt) = (lease.id, lease.attempt);
    match outcome {
        Outcome::Accepted { detail } => {
            tracing::info!(%channel, delivery = %id, "`{channel}` took {id}: {detail}");
        }
        Outcome::Refused { why } => {
            tracing::error!(%channel, delivery = %id, "`{channel}` refused {id}: {why}");
        }
        Outcome::Retry { why } | Outcome::Unavailable { why, .. } | Outcome::Paused { why, .. }
            if is_dead =>
        {
            let after = counted(u64::from(attempt), "attempt");
            tracing::error!(%channel, delivery = %id, attempt,
                "{id} to `{channel}` is dead after {after}: {why}");
        }
        Outcome::Retry { why } | Outcome::Unavailable { why, .. } => {
            tracing::warn!(%channel, delivery = %id, attempt,
                "`{channel}` did not take {id}: {why}; next try in {}", duration_phrase(wait));
        }
        Outcome::Paused { why, cause: PauseCause::NeedsPerson } => {
            tracing::error!(%channel, "`{channel}` rests until a person acts: {why}");
        }
        Outcome::Paused { why, .. } => {
            tracing::error!(%channel, "`{channel}` rests, its messages wait: {why}; \
                next try in {}", duration_phrase(wait));
        }
    }
}
