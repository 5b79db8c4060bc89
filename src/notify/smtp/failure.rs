//! What a stage that failed means for the delivery and for its channel.
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::response::Response;

use super::refusal::{self, Refused};
use super::server::MailServer;
use super::stage::Stage;
use crate::domain::{Outcome, PauseCause};
use crate::health::duration_phrase;
use crate::notify::server_text;

/// An attempt that a stage ended.
pub(super) struct Stopped {
    pub(super) outcome: Outcome,
    pub(super) stage: Stage,
    /// The connection is of no use any more: closed, late, or an answer that is no SMTP.
    pub(super) is_lost: bool,
}

impl Stopped {
    /// The server showed an authority's certificate as its own. rustls has no type for that error
    /// here: lettre hands it over as text.
    pub(super) fn shows_authority(&self) -> bool {
        matches!(&self.outcome, Outcome::Paused { why, .. } if why.contains("CaUsedAsEndEntity"))
    }
}

impl MailServer {
    /// An answer that is no refusal must also be the one that was asked for.
    pub(super) fn expect(
        &self,
        stage: Stage,
        answer: &Response,
        class: u8,
    ) -> Result<String, Stopped> {
        let code = answer.code();
        let text: Vec<&str> = answer.message().collect();
        let detail = self.redacted(&format!("{code} {}", text.join(" ")));
        if code.severity as u8 == class {
            Ok(detail)
        } else {
            Err(self.retry(stage, &format!("unexpected answer {detail}"), true))
        }
    }

    /// What a failed stage means: 4xx is for later; 5xx is this delivery's end or the channel's
    /// pause, as [`refusal`] finds.
    pub(super) fn stopped(&self, stage: Stage, error: &SmtpError) -> Stopped {
        let Some(code) = error.status() else {
            return self.connection_error(stage, error);
        };
        let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let (code, text) = (u16::from(code), format!("{code} {said}"));
        if error.is_transient() {
            // 421 ends the session; the other answers leave it as it is.
            return self.retry(stage, &text, code == 421);
        }
        match refusal::refused(stage, code, &said) {
            Refused::Delivery => {
                let why = self.reason(stage, &text);
                Stopped { outcome: Outcome::Refused { why }, stage, is_lost: false }
            }
            Refused::Sender if stage.is_of_delivery() => {
                self.paused(stage, PauseCause::SenderRefused, &text)
            }
            Refused::Sender => self.paused(stage, PauseCause::ChannelBroken, &text),
        }
    }

    /// Failures without a code: TLS that cannot be trusted pauses, a broken line is tried again.
    fn connection_error(&self, stage: Stage, error: &SmtpError) -> Stopped {
        let text = server_text::error_chain(error);
        let no_login = error.is_client() && stage == Stage::Login;
        if error.is_tls() || is_untrusted_certificate(error) || no_login {
            Stopped { is_lost: true, ..self.paused(stage, PauseCause::ChannelBroken, &text) }
        } else {
            self.retry(stage, &text, true)
        }
    }

    pub(super) fn timeout(&self, stage: Stage, limit: Duration) -> Stopped {
        self.retry(stage, &format!("no answer within {}", duration_phrase(limit)), true)
    }

    /// Tried again. Before a recipient is named the server failed as a whole; so it did with 421 and
    /// 4.3 (RFC 3463: mail system).
    pub(super) fn retry(&self, stage: Stage, text: &str, is_lost: bool) -> Stopped {
        let why = self.reason(stage, text);
        let whole = !stage.is_of_delivery() || text.starts_with("421") || text.contains(" 4.3.");
        let outcome =
            if whole { Outcome::Unavailable { after: None, why } } else { Outcome::Retry { why } };
        Stopped { outcome, stage, is_lost }
    }

    pub(super) fn paused(&self, stage: Stage, cause: PauseCause, text: &str) -> Stopped {
        let why = self.reason(stage, text);
        Stopped { outcome: Outcome::Paused { cause, why }, stage, is_lost: false }
    }

    fn reason(&self, stage: Stage, text: &str) -> String {
        format!("{}:{}: {}: {}", self.host, self.port, stage.description(), self.redacted(text))
    }

    fn redacted(&self, text: &str) -> String {
        let hidden = self
            .secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "<hidden>"));
        server_text::redacted_reply(&hidden)
    }
}

/// Whether the far end is not who it should be, as opposed to not being there.
fn is_untrusted_certificate(error: &SmtpError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::InvalidData;
        }
        cause = inner.source();
    }
    false
}
