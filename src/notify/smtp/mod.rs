//! Hands one mail to one mail server for one recipient (RFC 5321), every stage under a deadline.
//!
//! lettre speaks the protocol; here is decided what each answer means. Two things are never done:
//! a recipient shares no transaction with another, and nothing is sent in the clear except to the
//! machine itself.

mod setup;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use crate::compose::address;
use crate::domain::{Email, Outcome, SmtpTls};
use crate::notify::smtp_stream::{GuardedStream, ReadBudget, TlsStream};
use crate::notify::{Outgoing, server_text};

/// How long each stage may take.
#[derive(Clone, Copy, Debug)]
struct StageTimeouts {
    connect: Duration,
    /// The greeting and the first EHLO.
    greeting: Duration,
    tls: Duration,
    login: Duration,
    /// MAIL and RCPT, each: greylisting servers think here.
    envelope: Duration,
    data: Duration,
    /// The mail and the answer to its last dot. To give up early here is to send it twice.
    message: Duration,
    quit: Duration,
}

/// RFC 5321 section 4.5.3.2, save that a server that does not even greet is given up sooner.
const STAGE_TIMEOUTS: StageTimeouts = StageTimeouts {
    connect: Duration::from_secs(30),
    greeting: Duration::from_mins(1),
    tls: Duration::from_secs(30),
    login: Duration::from_mins(1),
    envelope: Duration::from_mins(5),
    data: Duration::from_mins(2),
    message: Duration::from_mins(10),
    quit: Duration::from_secs(2),
};

/// Where in the dialogue an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connect,
    Greeting,
    Tls,
    Login,
    Sender,
    Recipient,
    Data,
    Message,
}

/// One mail server with everything needed to talk to it.
pub(super) struct MailServer {
    host: String,
    port: u16,
    tls: Option<TlsParameters>,
    starttls: bool,
    hello: ClientId,
    sender: Address,
    credentials: Option<Credentials>,
    /// What a server may repeat to us and nobody else may read.
    secrets: Vec<String>,
    timeouts: StageTimeouts,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// An open dialogue.
struct SmtpSession {
    connection: AsyncSmtpConnection,
    read_budget: ReadBudget,
}

impl MailServer {
    pub(super) fn new(settings: &Email) -> Result<Self, String> {
        let host = setup::ascii_host(&settings.host);
        let tls = match settings.tls {
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => Some(setup::tls_parameters(&host, settings)?),
        };
        let from = address::mailbox(&settings.from).ok_or("`from` is not a mail address")?;
        let (credentials, secrets) = match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => {
                let password = password.expose();
                let credentials = Credentials::new(user.clone(), password.to_owned());
                (Some(credentials), setup::login_forms(user, password))
            }
            (None, None) => (None, Vec::new()),
            (Some(_), None) | (None, Some(_)) => {
                return Err("`user` and `password` go together".to_owned());
            }
        };
        Ok(Self {
            host,
            port: settings.port,
            tls,
            starttls: settings.tls == SmtpTls::StartTls,
            hello: ClientId::default(),
            sender: from.address,
            credentials,
            secrets,
            timeouts: STAGE_TIMEOUTS,
        })
    }

    pub(super) fn exchange_max(&self) -> Duration {
        let StageTimeouts { connect, greeting, tls, login, envelope, data, message, quit } =
            self.timeouts;
        [connect, greeting, tls, login, envelope, envelope, data, message, quit].iter().sum()
    }

    pub(super) async fn send(&self, parcel: &Outgoing<'_>) -> Outcome {
        let Some(recipient) = address::address(parcel.recipient) else {
            return Outcome::Refused { why: "the recipient is not a mail address".to_owned() };
        };
        if setup::has_bare_line_ends(parcel.message) {
            // Between "line end" and "LF" hides a second mail (SMTP smuggling).
            return Outcome::Refused { why: "the message holds a bare CR or LF".to_owned() };
        }
        let mut dialogue = match self.open_session().await {
            Ok(dialogue) => dialogue,
            Err(outcome) => return outcome,
        };
        let outcome = match self.send_mail(&mut dialogue, recipient, parcel.message).await {
            Ok(outcome) | Err(outcome) => outcome,
        };
        // A courtesy: whatever becomes of it, the outcome stands.
        dialogue.read_budget.renew();
        let goodbye = dialogue.connection.command(Quit);
        tokio::time::timeout(self.timeouts.quit, goodbye).await.ok();
        outcome
    }

    /// Connects, greets, encrypts, logs in.
    async fn open_session(&self) -> Result<SmtpSession, Outcome> {
        let (stream, peer) = self.connect().await?;
        if self.tls.is_none() && !peer.ip().to_canonical().is_loopback() {
            let why = "the mail server is not on this machine; set `tls` to encrypt".to_owned();
            return Err(Outcome::Paused { why });
        }
        let allowance = ReadBudget::new();
        let wire = GuardedStream::new(stream, peer, allowance.clone(), self.starttls);
        let connection = match &self.tls {
            Some(tls) if !self.starttls => {
                let digging = TlsStream::handshake(wire, tls.clone());
                let tunnel = self.run_stage(Stage::Tls, self.timeouts.tls, digging).await?;
                allowance.renew();
                self.greet(GuardedStream::new(tunnel, peer, allowance.clone(), false)).await?
            }
            Some(_) | None => self.greet(wire).await?,
        };
        let mut dialogue = SmtpSession { connection, read_budget: allowance };
        if let Some(tls) = self.tls.as_ref().filter(|_| self.starttls) {
            self.encrypt(&mut dialogue, tls.clone()).await?;
        }
        self.login(&mut dialogue).await?;
        Ok(dialogue)
    }

    async fn connect(&self) -> Result<(TcpStream, SocketAddr), Outcome> {
        let (host, port) = (self.host.trim_matches(['[', ']']), self.port);
        let connecting = setup::connect(host, port, self.timeouts.connect);
        match tokio::time::timeout(self.timeouts.connect, connecting).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(self.retry(Stage::Connect, &error.to_string())),
            Err(_elapsed) => Err(self.timeout_outcome(Stage::Connect, self.timeouts.connect)),
        }
    }

    async fn greet<S>(&self, wire: GuardedStream<S>) -> Result<AsyncSmtpConnection, Outcome>
    where
        GuardedStream<S>: AsyncTokioStream + 'static,
    {
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &self.hello);
        self.run_stage(Stage::Greeting, self.timeouts.greeting, greeting).await
    }

    async fn encrypt(&self, dialogue: &mut SmtpSession, tls: TlsParameters) -> Result<(), Outcome> {
        if !dialogue.connection.can_starttls() {
            let why = "the mail server does not offer STARTTLS, and nothing is sent in the clear";
            return Err(Outcome::Paused { why: why.to_owned() });
        }
        dialogue.read_budget.renew();
        let encrypting = dialogue.connection.starttls(tls, &self.hello);
        self.run_stage(Stage::Tls, self.timeouts.tls, encrypting).await
    }

    async fn login(&self, dialogue: &mut SmtpSession) -> Result<(), Outcome> {
        let Some(credentials) = &self.credentials else { return Ok(()) };
        dialogue.read_budget.renew();
        let login = dialogue.connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
        self.run_stage(Stage::Login, self.timeouts.login, login).await.map(drop)
    }

    /// One mail to one recipient.
    async fn send_mail(
        &self,
        dialogue: &mut SmtpSession,
        recipient: Address,
        message: &[u8],
    ) -> Result<Outcome, Outcome> {
        let SmtpSession { connection, read_budget: allowance } = dialogue;
        let options = self.options(connection, &recipient, message)?;
        let StageTimeouts { envelope, data, message: dot, .. } = self.timeouts;
        allowance.renew();
        let mail = connection.command(Mail::new(Some(self.sender.clone()), options));
        self.expect(Stage::Sender, &self.run_stage(Stage::Sender, envelope, mail).await?, 2)?;
        allowance.renew();
        let rcpt = connection.command(Rcpt::new(recipient, Vec::new()));
        self.expect(Stage::Recipient, &self.run_stage(Stage::Recipient, envelope, rcpt).await?, 2)?;
        allowance.renew();
        let ready = self.run_stage(Stage::Data, data, connection.command(Data)).await?;
        self.expect(Stage::Data, &ready, 3)?;
        allowance.renew();
        // lettre writes the line end before the dot itself.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let sent = self.run_stage(Stage::Message, dot, connection.message(message)).await?;
        let detail = self.expect(Stage::Message, &sent, 2)?;
        Ok(Outcome::Accepted { detail })
    }

    /// SMTPUTF8 where an address needs it (RFC 6531); composed messages are ASCII but for those.
    fn options(
        &self,
        connection: &AsyncSmtpConnection,
        recipient: &Address,
        message: &[u8],
    ) -> Result<Vec<MailParameter>, Outcome> {
        let foreign = |address: &Address| !AsRef::<str>::as_ref(address).is_ascii();
        if !foreign(recipient) && !foreign(&self.sender) {
            return Ok(Vec::new());
        }
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = "needs SMTPUTF8, which the mail server does not offer";
            return Err(if foreign(recipient) {
                Outcome::Refused { why: format!("the recipient's address {why}") }
            } else {
                Outcome::Paused { why: format!("the sender's address {why}") }
            });
        }
        let mut options = vec![MailParameter::SmtpUtfEight];
        if !message.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(options)
    }

    /// Runs one stage under its deadline and judges its failure.
    async fn run_stage<T>(
        &self,
        stage: Stage,
        limit: Duration,
        work: impl Future<Output = Result<T, SmtpError>>,
    ) -> Result<T, Outcome> {
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.error_outcome(stage, &error)),
            Err(_elapsed) => Err(self.timeout_outcome(stage, limit)),
        }
    }

    /// An answer that is no refusal must also be the one that was asked for.
    fn expect(&self, stage: Stage, answer: &Response, class: u8) -> Result<String, Outcome> {
        let code = answer.code();
        let text: Vec<&str> = answer.message().collect();
        let detail = self.redacted(&format!("{code} {}", text.join(" ")));
        if code.severity as u8 == class {
            Ok(detail)
        } else {
            Err(self.retry(stage, &format!("unexpected answer {detail}")))
        }
    }

    /// 4xx is for later. 5xx is the recipient's or the message's own end once they are named, and
    /// before that the channel's; so is whatever concerns logging in, wherever it is said.
    fn error_outcome(&self, stage: Stage, error: &SmtpError) -> Outcome {
        let Some(code) = error.status() else {
            return self.connection_error(stage, error);
        };
        let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let text = format!("{code} {said}");
        let login = matches!(u16::from(code), 530 | 534 | 535 | 538);
        let theirs = matches!(stage, Stage::Recipient | Stage::Data | Stage::Message);
        if error.is_transient() {
            self.retry(stage, &text)
        } else if theirs && !login {
            Outcome::Refused { why: self.reason(stage, &text) }
        } else {
            Outcome::Paused { why: self.reason(stage, &text) }
        }
    }

    /// Failures without a code: TLS that cannot be trusted pauses, a broken line is tried again.
    fn connection_error(&self, stage: Stage, error: &SmtpError) -> Outcome {
        let text = server_text::error_chain(error);
        let unlike = error.is_client() && stage == Stage::Login;
        if error.is_tls() || is_untrusted_certificate(error) || unlike {
            Outcome::Paused { why: self.reason(stage, &text) }
        } else {
            self.retry(stage, &text)
        }
    }

    fn timeout_outcome(&self, stage: Stage, limit: Duration) -> Outcome {
        self.retry(stage, &format!("no answer within {limit:?}"))
    }

    fn retry(&self, stage: Stage, text: &str) -> Outcome {
        Outcome::Retry { after: None, why: self.reason(stage, text) }
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

impl Stage {
    fn description(self) -> &'static str {
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

#[cfg(test)]
mod tests;
