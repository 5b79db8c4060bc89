//! What hubs are answered: their questions whether we asked, and their pushes.
use std::sync::Arc;
use std::time::Duration;

use url::form_urlencoded;

use super::pushes::PushedFeeds;
use super::signature::{SignatureCheck, Verdict};
use super::{ID_BYTES, WebSub};
use crate::domain::{Clock, Name, Secret};
use crate::store::{self, HubDenial, HubGrant, Store};

/// Bytes of a challenge we repeat.
const CHALLENGE_BYTES_MAX: usize = 512;
/// Bytes of a hub's reason that are kept.
const REASON_BYTES_MAX: usize = 200;
/// Leases are believed within these bounds: shorter ones would be all renewing, longer ones would
/// let a hub's forgetfulness go unnoticed.
const LEASE_MIN: Duration = Duration::from_mins(5);
const LEASE_MAX: Duration = Duration::from_hours(14 * 24);

/// Answers hubs. It holds what it needs of the loop, which runs beside it.
#[derive(Clone, Debug)]
pub struct HubCallback {
    store: Store,
    clock: Clock,
    pushes: Arc<PushedFeeds>,
}

/// An answer to a hub: a status and a line of plain text.
pub type Reply = (u16, String);

impl WebSub {
    /// What answers on behalf of this loop.
    pub fn callback_server(&self) -> HubCallback {
        HubCallback {
            store: self.deps.store.clone(),
            clock: self.deps.clock.clone(),
            pushes: Arc::clone(&self.pushes),
        }
    }
}

impl HubCallback {
    /// A GET: a hub asks whether we want what it was asked for. Only a question about a request
    /// that is under way, in the very words of the request, is answered with its challenge.
    pub async fn handle_get(&self, path: &str, query: &str) -> Reply {
        match self.verify(path, query).await {
            Ok(Some(challenge)) => (200, challenge),
            Ok(None) => not_found(),
            Err(error) => unavailable(&error),
        }
    }

    async fn verify(&self, path: &str, query: &str) -> Result<Option<String>, store::Error> {
        let Some(id) = subscription_id(path) else { return Ok(None) };
        let mut asked = HubQuery::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            asked.take(&key, value.into_owned());
        }
        let now = self.clock.now();
        let topic = asked.topic.unwrap_or_default();
        let mode = asked.mode.unwrap_or_default();
        if mode == "denied" {
            let reason = asked.reason.unwrap_or_else(|| "without a reason".to_owned());
            let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
            let end = reason.floor_char_boundary(REASON_BYTES_MAX);
            let reason = reason.get(..end).unwrap_or_default().to_owned();
            let denial = HubDenial { id, topic, reason };
            let denied = self.store.record_hub_denial(denial, now).await?;
            return Ok(denied.then(|| "noted\n".to_owned()));
        }
        let Some(challenge) = asked.challenge.filter(|text| is_challenge(text)) else {
            return Ok(None);
        };
        let known = match mode.as_str() {
            "subscribe" => {
                let lease = lease(asked.lease.as_deref());
                let granted = HubGrant { renew_in: renewal(&id, lease), id, topic, lease };
                self.store.record_hub_grant(granted, now).await?
            }
            "unsubscribe" => self.store.remove_hub(id, topic).await?,
            _ => false,
        };
        Ok(known.then_some(challenge))
    }

    /// The subscription a push is for. Asked before the body is read: a stranger's body is never
    /// waited for.
    ///
    /// # Errors
    /// The answer to give: there is no such subscription, or the store cannot be read now.
    pub async fn push_target(&self, path: &str) -> Result<PushTarget, Reply> {
        let id = subscription_id(path).ok_or_else(not_found)?;
        match self.store.hub_secret(id.clone()).await {
            Ok(Some((feed, secret))) => Ok(PushTarget { id, feed, secret }),
            Ok(None) => Err(not_found()),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// A POST whose body was read. Whoever knows the callback is not told whether the signature was
    /// good.
    pub async fn handle_push(&self, target: PushTarget, signature: SignatureCheck) -> Reply {
        let (now, feed) = (self.clock.now(), &target.feed);
        let verdict = signature.verdict();
        let good = verdict == Verdict::Good;
        if good {
            self.pushes.pushed(feed, now);
        } else {
            tracing::warn!(%feed, "a push for `{feed}` was dropped: its signature is {verdict:?}");
        }
        match self.store.record_hub_push(target.id, good, now).await {
            Ok(()) => (202, "taken\n".to_owned()),
            Err(error) => unavailable(&error),
        }
    }
}

/// The subscription that a push is for.
#[derive(Debug)]
pub struct PushTarget {
    id: String,
    feed: Name,
    secret: Secret,
}

impl PushTarget {
    /// Starts to check the value of `X-Hub-Signature`; the body is to be added.
    pub fn check(&self, signature: Option<&str>) -> SignatureCheck {
        SignatureCheck::new(signature, self.secret.expose())
    }
}

fn not_found() -> Reply {
    (404, "there is no such subscription\n".to_owned())
}

fn unavailable(error: &store::Error) -> Reply {
    tracing::error!("a hub could not be answered: {error}");
    (503, "try again later\n".to_owned())
}

#[derive(Default)]
struct HubQuery {
    mode: Option<String>,
    topic: Option<String>,
    challenge: Option<String>,
    lease: Option<String>,
    reason: Option<String>,
}

impl HubQuery {
    /// Of a parameter given twice the first counts.
    fn take(&mut self, key: &str, value: String) {
        let slot = match key {
            "hub.mode" => &mut self.mode,
            "hub.topic" => &mut self.topic,
            "hub.challenge" => &mut self.challenge,
            "hub.lease_seconds" => &mut self.lease,
            "hub.reason" => &mut self.reason,
            _ => return,
        };
        slot.get_or_insert(value);
    }
}

/// The id at the end of a callback's path, whatever a proxy put before it.
fn subscription_id(path: &str) -> Option<String> {
    let (before, id) = path.rsplit_once('/')?;
    let ours = before.ends_with("/websub") && id.len() == ID_BYTES * 2;
    let hexadecimal = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (ours && hexadecimal).then(|| id.to_owned())
}

fn is_challenge(text: &str) -> bool {
    !text.is_empty() && text.len() <= CHALLENGE_BYTES_MAX && !text.contains(char::is_control)
}

fn lease(seconds: Option<&str>) -> Duration {
    let said = seconds.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    said.unwrap_or(super::LEASE).clamp(LEASE_MIN, LEASE_MAX)
}

/// When a lease is to be renewed: after 50 to 80 % of it, each subscription at another moment, so
/// that what was asked for together is not renewed together.
fn renewal(id: &str, lease: Duration) -> Duration {
    let drawn = id.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
    lease.mul_f64(0.5 + 0.3 * f64::from(drawn) / f64::from(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_behind_any_prefix_and_nothing_else_is_one() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(subscription_id(&format!("/websub/{id}")).as_deref(), Some(id));
        assert_eq!(subscription_id(&format!("/wire/watch/websub/{id}")).as_deref(), Some(id));
        for wrong in [
            format!("/websub/{id}/"),
            format!("/other/{id}"),
            format!("/websub/{}", id.to_uppercase()),
            "/websub/".to_owned(),
            "/websub/12".to_owned(),
            format!("websub/{id}"),
        ] {
            assert_eq!(subscription_id(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn leases_are_believed_within_bounds() {
        assert_eq!(lease(Some("1")), LEASE_MIN);
        assert_eq!(lease(Some("99999999999")), LEASE_MAX);
        assert_eq!(lease(Some("86400")), Duration::from_hours(24));
        for nonsense in [None, Some(""), Some("-1"), Some("1e9"), Some("NaN")] {
            assert_eq!(lease(nonsense), super::super::LEASE);
        }
    }
}
