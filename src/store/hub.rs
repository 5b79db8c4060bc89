//! What the store remembers of hubs that push feeds.
use std::time::Duration;

use super::Timestamp;
use crate::domain::{Name, Secret};

/// Polls in a row that may find what a hub did not push: one may have come a breath before the push.
pub const MISSED_PUSHES_MAX: u32 = 2;

/// The hub a document names, and the address the hub knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubOffer {
    pub hub: String,
    pub topic: String,
}

/// A subscription to be asked for.
#[derive(Debug)]
pub struct NewSubscription {
    /// In the callback; whoever knows it may ask us things.
    pub id: String,
    pub secret: Secret,
    pub feed: Name,
    pub offer: HubOffer,
    /// The address hubs reach us at.
    pub base: String,
}

/// A request to a hub that is due.
#[derive(Debug)]
pub struct HubRequest {
    pub id: String,
    pub feed: Name,
    pub hub: String,
    pub topic: String,
    pub secret: Secret,
    /// To be left, not asked for.
    pub leaving: bool,
    /// Requests since the hub last confirmed one.
    pub attempts: u32,
}

/// How a request to a hub ended.
#[derive(Debug)]
pub struct HubAnswer {
    pub id: String,
    /// Why the hub did not take it; `None` if it did.
    pub why: Option<String>,
    /// When to ask again, if it is not confirmed before.
    pub due: Timestamp,
}

/// What a hub confirms.
#[derive(Debug)]
pub struct HubGrant {
    pub id: String,
    pub topic: String,
    /// For how long the hub will push.
    pub lease: Duration,
    /// When to ask for more.
    pub renew_in: Duration,
}

/// What a hub refuses, or ends.
#[derive(Debug)]
pub struct HubDenial {
    pub id: String,
    pub topic: String,
    pub reason: String,
}

/// A feed's hub, for people.
#[derive(Clone, Debug, serde::Serialize)]
pub struct HubHealth {
    pub feed: Name,
    pub hub: String,
    pub state: String,
    pub lease_until: Option<Timestamp>,
    pub pushed_at: Option<Timestamp>,
    pub pushes: u32,
    /// Pushes without a good signature.
    pub dropped: u32,
    pub missed: u32,
    pub why: Option<String>,
}
