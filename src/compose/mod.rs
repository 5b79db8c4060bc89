//! Turns messages into the exact bytes that a receiver gets. It does no input or output, and the
//! same message always gives the same bytes, because every attempt must send the same: the date
//! comes from the message, every id from the delivery.
//!
//! Nothing a publisher wrote can become a header, a link of another scheme, markup or a terminal
//! command: foreign text goes through `foreign_text` and the escaping functions of each format.

pub mod address;
mod console;
mod digest;
mod email;
mod envelope;
mod fault;
mod foreign_text;
mod passage;
mod view;
mod width;
mod wording;

// Public because of its documentation: the form of the webhook is a contract with other programs.
pub mod webhook;

use crate::domain::{Channel, ChannelKind, Message, Update};

pub use envelope::Envelope;
pub use fault::{Error, Fault};

/// The bytes that go to one receiver. They are stored with the delivery before the first attempt,
/// so that every retry repeats them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedMessage {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Writes a message: an alert; of several alerts a digest that lists all of them by watch; an
/// update; a notice.
pub fn encode(
    message: &Message,
    envelope: Envelope<'_>,
    channel: &Channel,
) -> Result<EncodedMessage, Error> {
    let failed = |fault| Error { channel: channel.name.clone(), cause: fault };
    if matches!(message, Message::Alerts(alerts) if alerts.is_empty()) {
        return Err(failed(Fault::Empty));
    }
    let (content_type, bytes) = match &channel.kind {
        ChannelKind::Email(settings) => {
            ("message/rfc822", email::render(message, envelope, settings))
        }
        ChannelKind::Webhook(_) => ("application/json", webhook::encode_body(message)),
        ChannelKind::File { .. } => ("application/x-ndjson", webhook::encode_lines(message)),
        ChannelKind::Console => ("text/plain; charset=utf-8", Ok(console::render(message))),
    };
    bytes.map(|bytes| EncodedMessage { content_type, bytes }).map_err(failed)
}

/// The changes that an update reports, one sentence each.
pub fn change_sentences(update: &Update) -> Vec<String> {
    update.changes.iter().map(view::change_sentence).collect()
}

/// A foreign text on one line, without characters that control a terminal.
pub fn single_line(text: &str) -> String {
    foreign_text::single_line(text)
}

#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod tests;
