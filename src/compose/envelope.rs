//! What a message carries besides its content.
use crate::domain::DeliveryId;

/// What a message carries besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    pub delivery: DeliveryId,
    /// One of [`Channel::recipients`](crate::domain::Channel::recipients).
    pub recipient: &'a str,
    /// For an update: the message in which this receiver got the alert that it follows, if there
    /// is one.
    pub answers: Option<DeliveryId>,
}
