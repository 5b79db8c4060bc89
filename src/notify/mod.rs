//! Carries finished bytes to their receivers, once per call. What became of an attempt is a value;
//! when to try again is not decided here.

mod address_guard;
pub mod console;
mod file;
mod outgoing;
mod server_text;
mod smtp;
mod smtp_stream;
mod webhook;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Channel, ChannelKind, Name, Outcome, PauseCause, Timestamp};
use crate::health::duration_phrase;

use console::Terminal;
pub use outgoing::Outgoing;

/// A channel that cannot be made ready: the configuration names something unusable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("channel `{channel}`: {what}")]
pub struct Error {
    pub channel: Name,
    /// What is wrong and what to do; without secrets and addresses.
    pub what: String,
}

/// The transport of every channel, built once for a configuration.
#[derive(Debug)]
pub struct Notifier {
    transports: HashMap<Name, Transport>,
}

#[derive(Debug)]
enum Transport {
    Console(Arc<Terminal>),
    File(file::JsonLinesFile),
    Email(Box<smtp::MailServer>),
    Webhook(Box<webhook::Endpoint>),
}

impl Notifier {
    /// Makes every channel ready: reads certificate files, decodes secrets, opens no connection.
    /// All channels that cannot be used are reported at once.
    pub fn new(channels: &[Channel], screen: &Arc<Terminal>) -> Result<Self, Vec<Error>> {
        let mut ways = HashMap::new();
        let mut errors = Vec::new();
        for channel in channels {
            match Transport::new(channel, screen) {
                Ok(way) => drop(ways.insert(channel.name.clone(), way)),
                Err(what) => errors.push(Error { channel: channel.name.clone(), what }),
            }
        }
        if errors.is_empty() { Ok(Self { transports: ways }) } else { Err(errors) }
    }

    /// Tries once, within [`exchange_max`](Self::exchange_max) whatever the receiver does. `now`
    /// becomes the attempt's timestamp, and dates a `Retry-After`.
    pub async fn send(
        &self,
        channel: &Channel,
        outgoing: &Outgoing<'_>,
        now: Timestamp,
    ) -> Outcome {
        let limit = self.exchange_max(channel);
        let exchange = self.exchange(channel, outgoing, now);
        tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_elapsed| Outcome::Retry {
            why: format!("the exchange did not end within {}", duration_phrase(limit)),
        })
    }

    async fn exchange(
        &self,
        channel: &Channel,
        outgoing: &Outgoing<'_>,
        now: Timestamp,
    ) -> Outcome {
        match self.transports.get(&channel.name) {
            Some(Transport::Console(terminal)) => terminal.send(outgoing.message).await,
            Some(Transport::File(file)) => file.send(outgoing.message).await,
            Some(Transport::Email(server)) => server.send(outgoing).await,
            Some(Transport::Webhook(endpoint)) => endpoint.send(outgoing, now).await,
            None => Outcome::Paused {
                cause: PauseCause::ChannelBroken,
                why: format!("no channel is called `{}`", channel.name),
            },
        }
    }

    /// Ends connections of a channel that were not used for so long.
    pub async fn close_idle(&self, channel: &Channel, unused: Duration) {
        if let Some(Transport::Email(server)) = self.transports.get(&channel.name) {
            server.close_idle(unused).await;
        }
    }

    /// The longest [`send`](Self::send) can take: a lease on a delivery must outlast it.
    pub fn exchange_max(&self, channel: &Channel) -> Duration {
        match self.transports.get(&channel.name) {
            Some(Transport::Console(_)) => console::WRITE_WAIT,
            Some(Transport::File(_)) => file::WRITE_WAIT,
            Some(Transport::Email(server)) => server.exchange_max(),
            Some(Transport::Webhook(endpoint)) => endpoint.exchange_max(),
            // Nothing is sent, and that takes no time; a limit of zero would be one that passed.
            None => Duration::from_secs(1),
        }
    }
}

impl Transport {
    fn new(channel: &Channel, screen: &Arc<Terminal>) -> Result<Self, String> {
        Ok(match &channel.kind {
            ChannelKind::Console => Self::Console(Arc::clone(screen)),
            ChannelKind::File { path } => Self::File(file::JsonLinesFile::new(path.clone())),
            ChannelKind::Email(settings) => Self::Email(Box::new(smtp::MailServer::new(settings)?)),
            ChannelKind::Webhook(settings) => {
                Self::Webhook(Box::new(webhook::Endpoint::new(settings)?))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DeliveryId, Email, Secret, Severity, SmtpTls, Webhook};

    fn channel(name: &str, kind: ChannelKind) -> Channel {
        Channel { name: Name::new(name), min_severity: Severity::Low, kind }
    }

    #[tokio::test]
    async fn every_channel_that_cannot_be_made_ready_is_told_of() {
        let hook = channel(
            "hook",
            ChannelKind::Webhook(Webhook {
                url: "http://127.0.0.1/".parse().unwrap(),
                secrets: vec![Secret::new("whsec_§§§".into())],
                timeout: Duration::from_secs(1),
                allow_private: false,
            }),
        );
        let mail = channel(
            "mail",
            ChannelKind::Email(Email {
                host: "localhost".into(),
                port: 25,
                tls: SmtpTls::StartTls,
                user: None,
                password: None,
                from: "a@b.example".into(),
                to: vec!["c@d.example".into()],
                ca_file: Some("/nonexistent/ca.pem".into()),
            }),
        );
        let screen = Arc::new(Terminal::new(Box::new(std::io::sink()), false));
        let told = Notifier::new(&[hook.clone(), mail], &screen).unwrap_err();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|error| !error.to_string().contains("§§§")));

        let nobody = Notifier::new(&[], &screen).unwrap();
        let outgoing = Outgoing { id: DeliveryId(1), attempt: 1, recipient: "", message: b"" };
        let outcome = nobody.send(&hook, &outgoing, Timestamp(0)).await;
        assert!(matches!(outcome, Outcome::Paused { .. }));
    }
}
