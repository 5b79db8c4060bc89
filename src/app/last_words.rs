//! The last message of a daemon whose store cannot be used. Nothing can be queued any more, so it is
//! sent at once, and once: the service manager does not start the daemon again.
use std::sync::Arc;
use std::time::Duration;

use crate::compose::{self, Envelope};
use crate::config::Config;
use crate::domain::{Channel, DeliveryId, Message, Name, Notice, NoticeKind, Severity, Timestamp};
use crate::notify::console::Terminal;
use crate::notify::{Notifier, Outgoing};
use crate::store::notice_id;

/// How long the end of the process may wait for all receivers together.
const SEND_MAX: Duration = Duration::from_secs(30);

/// Who is told when the store cannot be used.
#[derive(Clone, Debug)]
pub struct LastWords {
    channels: Vec<Channel>,
}

impl LastWords {
    /// The channels of the operator's notices, or every channel if there are none.
    pub fn new(config: &Config) -> Self {
        let notify: &[Name] = &config.operator.notify;
        let is_meant = |channel: &&Channel| notify.is_empty() || notify.contains(&channel.name);
        Self { channels: config.channels.iter().filter(is_meant).cloned().collect() }
    }

    /// Sends `why` to every receiver. What cannot be sent is only logged.
    pub async fn send(&self, why: &str, terminal: &Arc<Terminal>, now: Timestamp) {
        let Ok(notifier) = Notifier::new(&self.channels, terminal) else { return };
        let notice = notice(why, now);
        let id = notice.id.0;
        let message = Message::Notice(Box::new(notice));
        let receivers = self.channels.iter().flat_map(|channel| {
            channel.recipients().into_iter().map(move |recipient| (channel, recipient))
        });
        let sends = (0_u128..).zip(receivers).map(|(number, (channel, recipient))| {
            let (notifier, message) = (&notifier, &message);
            async move {
                let delivery = DeliveryId(id.wrapping_add(number));
                let envelope = Envelope { delivery, recipient, answers: None };
                let Ok(encoded) = compose::encode(message, envelope, channel) else { return };
                let parcel =
                    Outgoing { id: delivery, attempt: 1, recipient, message: &encoded.bytes };
                let outcome = notifier.send(channel, &parcel, now).await;
                tracing::info!(channel = %channel.name, "told of the store: {outcome:?}");
            }
        });
        let sent = tokio::time::timeout(SEND_MAX, futures_util::future::join_all(sends)).await;
        if sent.is_err() {
            tracing::warn!("not every receiver was told of the store within {SEND_MAX:?}");
        }
    }
}

fn notice(why: &str, now: Timestamp) -> Notice {
    let kind = NoticeKind::StoreUnusable;
    Notice {
        id: notice_id(kind, "store", now),
        kind,
        subject: "store".to_owned(),
        severity: Severity::Critical,
        title: "wirewatch has stopped: its store cannot be used".to_owned(),
        lines: vec![why.to_owned(), "Nothing is watched until a person acts.".to_owned()],
        details: serde_json::json!({ "why": why }),
        created: now,
    }
}
