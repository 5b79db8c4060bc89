//! Turns messages into the exact bytes that a receiver gets. It does no input or output, and the
//! same message always gives the same bytes, because every attempt must send the same: the date
//! comes from the message, every id from the delivery.
//!
//! Nothing a publisher wrote can become a header, a link of another scheme, markup or a terminal
//! command: foreign text goes through `foreign_text` and the escaping functions of each format.

pub mod address;
mod console;
mod email;
mod foreign_text;
mod passage;
mod view;
mod width;
mod wording;

// Public because of its documentation: the form of the webhook is a contract with other programs.
pub mod webhook;

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::domain::{Alert, Channel, ChannelKind, DeliveryId, Message, Name, Update};

use view::View;

/// The bytes that go to one receiver. They are stored with the delivery before the first attempt,
/// so that every retry repeats them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedMessage {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

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

/// What a message carries besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    pub delivery: DeliveryId,
    /// One of [`Channel::recipients`].
    pub recipient: &'a str,
    /// For an update: the message in which this receiver got the alert that it follows, if there
    /// is one.
    pub answers: Option<DeliveryId>,
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

/// An update or a notice for people; alerts have forms of their own.
fn view_of(message: &Message) -> Result<View, &[Alert]> {
    match message {
        Message::Alerts(alerts) => Err(alerts),
        Message::Update(update) => Ok(View::of_update(update)),
        Message::Notice(notice) => Ok(View::of_notice(notice)),
    }
}

/// The alerts by watch: the watch with the most severe alert first, and the alerts of each watch
/// in the given order.
fn by_watch(alerts: &[Alert]) -> Vec<Vec<&Alert>> {
    let mut groups: Vec<Vec<&Alert>> = Vec::new();
    let mut places = HashMap::new();
    for alert in alerts {
        let place = *places.entry(&alert.watch).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(alert),
            None => groups.push(vec![alert]),
        }
    }
    let loudest = |group: &Vec<&Alert>| group.iter().map(|alert| alert.severity).max();
    groups.sort_by_key(|group| Reverse(loudest(group)));
    groups
}

#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod tests;
