//! Where alerts go, and what became of an attempt.
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{Name, Secret, Severity};

/// A way for alerts to leave, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub name: Name,
    /// Alerts below this loudness do not go here.
    pub min_severity: Severity,
    pub kind: ChannelKind,
}

impl Channel {
    /// Whether the channel depends on what a file holds, beside the configuration.
    pub fn reads_files(&self) -> bool {
        matches!(&self.kind, ChannelKind::Email(email) if email.ca_file.is_some())
    }

    /// Who gets a delivery of their own: the mail addresses, or one nameless receiver (`""`).
    pub fn recipients(&self) -> Vec<&str> {
        match &self.kind {
            ChannelKind::Email(email) => email.to.iter().map(String::as_str).collect(),
            ChannelKind::Console | ChannelKind::File { .. } | ChannelKind::Webhook(_) => vec![""],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Prints each alert on standard output.
    Console,
    /// Appends each alert as one line of JSON.
    File {
        path: PathBuf,
    },
    Email(Email),
    Webhook(Webhook),
}

impl ChannelKind {
    /// The word used in configuration, logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::File { .. } => "file",
            Self::Email(_) => "email",
            Self::Webhook(_) => "webhook",
        }
    }
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Implicit,
    /// STARTTLS, refused if the server does not offer it; usually port 587.
    StartTls,
    /// None. The configuration only accepts it for a loopback server.
    None,
}

/// Mail by SMTP. Each recipient is a delivery of its own, so that each fails alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `Display Name <address>` or a bare address, checked when the configuration was read.
    pub from: String,
    /// Bare addresses, at least one.
    pub to: Vec<String>,
    /// An extra certificate authority in PEM, for a private mail server.
    pub ca_file: Option<PathBuf>,
}

/// An HTTP endpoint that takes Standard Webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub url: Url,
    /// `whsec_` and base64; several while a secret is being rotated, the newest first.
    pub secrets: Vec<Secret>,
    /// For the whole exchange.
    pub timeout: Duration,
    /// The operator's word that this endpoint may stand on a private address.
    pub allow_private: bool,
}

/// What became of one attempt to deliver. A refusal is a value, not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it: SMTP 250 after the dot, HTTP 2xx.
    Accepted { detail: String },
    /// This message was not taken now. Others of the channel may be.
    Retry { why: String },
    /// The receiver as a whole takes nothing now: the channel rests, and one delivery at a time finds
    /// out when that is over. `after` is the receiver's own wish (Retry-After).
    Unavailable { after: Option<Duration>, why: String },
    /// Never: this message to this receiver is dead.
    Refused { why: String },
    /// The channel itself is broken: nothing dies, everything waits.
    Paused { cause: PauseCause, why: String },
}

/// Why a channel is paused. It decides what ends the pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseCause {
    /// The endpoint is gone (410) or not allowed: only a person can mend it.
    NeedsPerson,
    /// Login, TLS, a file that cannot be written: tried again after a growing rest.
    ChannelBroken,
    /// The receiver refused us as a sender while one delivery was named. It is the delivery's own
    /// fault after all if others are taken meanwhile.
    SenderRefused,
}
