//! `channels test`: a test alert, composed and sent by the code real ones go through. A test that took
//! another path would prove nothing.
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::fail::CommandError;
use super::logging::Log;
use super::screen::{BAD, GOOD, json, styled};
use super::setup::{Invocation, runtime};
use crate::app;
use crate::compose::{self, Envelope};
use crate::config::Config;
use crate::domain::{
    Alert, AlertId, AlertKind, Channel, DeliveryId, Field, Hit, Message, Name, Outcome, Severity,
    Snippet, StoryId, Timestamp,
};
use crate::health::duration_phrase;
use crate::notify::{Notifier, Outgoing};
use crate::store::Store;

/// Longer than any exchange of a healthy channel; a mail server may take minutes after the dot.
const TEST_MAX: Duration = Duration::from_mins(2);

/// One line of `channels test --json`.
#[derive(serde::Serialize)]
struct Tested<'a> {
    channel: &'a str,
    kind: &'a str,
    recipient: &'a str,
    delivered: bool,
    detail: &'a str,
}

/// Sends a test message through each chosen channel, the way alerts go.
pub(super) fn test(
    setting: &Invocation,
    name: Option<&str>,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let config = setting.load()?;
    Log::start(setting, config.service.log_format, "warn")?;
    let chosen: Vec<&Channel> = config
        .channels
        .iter()
        .filter(|channel| name.is_none_or(|name| name == channel.name.as_str()))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = config.channels.iter().map(|c| c.name.as_str()).collect();
        let names = names.join("`, `");
        let asked = name.unwrap_or("");
        return Err(CommandError::Usage(format!(
            "there is no channel `{asked}`; there are `{names}`"
        )));
    }
    let alerts = if as_json { setting.screen.alerts_errors() } else { setting.screen.alerts_out() };
    let notifier = Notifier::new(&config.channels, &alerts).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        CommandError::Input(errors.join("; "))
    })?;
    let mut all_good = true;
    let runtime = runtime()?;
    for channel in chosen {
        for recipient in channel.recipients() {
            let outcome = runtime.block_on(send(&notifier, channel, recipient));
            let delivered = matches!(outcome, Outcome::Accepted { .. });
            all_good &= delivered;
            if delivered {
                runtime.block_on(wake(&config, channel))?;
            }
            print_result(setting, channel, recipient, &outcome, as_json)?;
        }
    }
    // 69: the service (the mail server, the receiver) is unavailable.
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::from(69) })
}

/// Composes and sends in one go. Nothing is stored: a test that fails is not tried again.
async fn send(notifier: &Notifier, channel: &Channel, recipient: &str) -> Outcome {
    let now = app::wall().now();
    let id = DeliveryId(u128::from(now.0.unsigned_abs()) << 64 | u128::from(fastrand::u64(..)));
    let letter = Message::Alerts(vec![test_alert(now, id)]);
    let envelope = Envelope { delivery: id, recipient, answers: None };
    let composed = compose::encode(&letter, envelope, channel);
    let message = match composed {
        Ok(message) => message.bytes,
        Err(error) => return Outcome::Refused { why: error.to_string() },
    };
    let parcel = Outgoing { id, attempt: 1, recipient, message: &message };
    let sent = tokio::time::timeout(TEST_MAX, notifier.send(channel, &parcel, now)).await;
    sent.unwrap_or_else(|_elapsed| Outcome::Retry {
        why: format!("no answer within {}", duration_phrase(TEST_MAX)),
    })
}

/// A channel that took a message is not broken any more.
async fn wake(config: &Config, channel: &Channel) -> Result<(), CommandError> {
    if config.store.path.exists() {
        let store = Store::open_existing(&config.store.path)?;
        store.resume_channel(channel.name.as_str(), app::wall().now()).await?;
    }
    Ok(())
}

/// Looks like a real alert, so that the receiver's own filters treat it as one.
fn test_alert(now: Timestamp, id: DeliveryId) -> Alert {
    let text = "This is a test: the words that made a real alert fire are marked like this.";
    let term = "marked";
    let start = text.find(term).unwrap_or(0);
    let end = start + term.len();
    Alert {
        id: AlertId(id.0),
        kind: AlertKind::Test,
        story: StoryId(0),
        watch: Name::new("test"),
        watch_title: "Test of this channel".to_owned(),
        severity: Severity::Normal,
        title: "wirewatch can reach you here".to_owned(),
        url: None,
        source: Name::new("wirewatch"),
        language: Some("en".to_owned()),
        published: Some(now),
        first_seen: now,
        score: 1.0,
        threshold: 1.0,
        hits: vec![Hit {
            term: term.to_owned(),
            field: Field::Content,
            start,
            end,
            text: term.to_owned(),
            tolerance: None,
            element: None,
        }],
        snippet: Snippet { text: text.to_owned(), marks: std::iter::once(start..end).collect() },
        spread: None,
        created: now,
    }
}

/// What the receiver said, in its own words.
fn print_result(
    setting: &Invocation,
    channel: &Channel,
    recipient: &str,
    outcome: &Outcome,
    as_json: bool,
) -> Result<(), CommandError> {
    let (delivered, detail) = match outcome {
        Outcome::Accepted { detail } => (true, detail),
        Outcome::Retry { why }
        | Outcome::Unavailable { why, .. }
        | Outcome::Refused { why }
        | Outcome::Paused { why, .. } => (false, why),
    };
    let (name, kind) = (channel.name.as_str(), channel.kind.as_str());
    if as_json {
        json(&Tested { channel: name, kind, recipient, delivered, detail })?;
        return Ok(());
    }
    let to = if recipient.is_empty() { String::new() } else { format!(" to {recipient}") };
    let word = if delivered { styled(GOOD, "took it") } else { styled(BAD, "failed") };
    writeln!(setting.screen.out(), "{name} ({kind}{to}): {word}: {detail}")?;
    Ok(())
}
