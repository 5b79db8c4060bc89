//! What a transport is given to send.
use crate::domain::DeliveryId;

/// One attempt to deliver one message to one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The same for every attempt: receivers recognise a repeat by it.
    pub id: DeliveryId,
    /// Counts from 1.
    pub attempt: u32,
    /// One of [`Channel::recipients`](crate::domain::Channel::recipients).
    pub recipient: &'a str,
    /// What `compose` wrote before the first attempt.
    pub message: &'a [u8],
}
