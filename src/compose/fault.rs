//! Why a message could not be written.
use crate::domain::Name;

/// Why a message could not be written. None of these errors passes with time, so a retry is of no
/// use; none contains an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No alert, and nothing else, was handed in.
    Empty,
    /// The channel's `from` is not a mail address.
    Sender,
    /// The recipient is not a mail address.
    Recipient,
    /// JSON could not be written.
    Record,
}

/// A message that could not be written, and its channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot write a message for channel `{channel}`: {}", .cause.description())]
pub struct Error {
    pub channel: Name,
    pub cause: Fault,
}

impl Fault {
    fn description(self) -> &'static str {
        match self {
            Self::Empty => "the message holds nothing",
            Self::Sender => "`from` is not a mail address",
            Self::Recipient => "the recipient is not a mail address",
            Self::Record => "it does not fit into JSON",
        }
    }
}
