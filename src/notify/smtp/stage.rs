//! The stages of an SMTP exchange.

/// Where in the dialogue an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connect,
    Greeting,
    Tls,
    Login,
    Sender,
    Recipient,
    Data,
    Message,
}

impl Stage {
    /// Whether the answer may be about this recipient or message alone.
    pub(super) fn is_of_delivery(self) -> bool {
        matches!(self, Self::Recipient | Self::Data | Self::Message)
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Greeting => "greeting",
            Self::Tls => "encrypting",
            Self::Login => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Data => "offering the message",
            Self::Message => "sending the message",
        }
    }
}
