//! Hands one mail to one mail server for one recipient (RFC 5321), every stage under a deadline.
//!
//! lettre speaks the protocol; what each answer means is decided here. Two things are never done:
//! a recipient shares no transaction with another, and nothing is sent in the clear except to the
//! machine itself. A session is used again for the next mail, as long as both sides like it.

mod failure;
mod refusal;
mod server;
mod setup;
mod stage;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::join_all;
use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::compose::address;
use crate::domain::{Outcome, PauseCause};
use crate::notify::Outgoing;
use crate::notify::smtp_stream::{GuardedStream, ReadBudget, TlsStream};

use failure::Stopped;
pub(super) use server::MailServer;
use server::{SmtpSession, StageTimeouts};
use setup::Pinned;
use stage::Stage;

/// Sessions kept open for the next mail, of one server.
const IDLE_SESSIONS_MAX: usize = 2;
/// Mails of one session: many servers allow about a hundred.
const SESSION_MAILS_MAX: u32 = 50;

impl MailServer {
    pub(super) async fn send(&self, outgoing: &Outgoing<'_>) -> Outcome {
        let Some(recipient) = address::address(outgoing.recipient) else {
            return Outcome::Refused { why: "the recipient is not a mail address".to_owned() };
        };
        if setup::has_bare_line_ends(outgoing.message) {
            // Between "line end" and "LF" hides a second mail (SMTP smuggling).
            return Outcome::Refused { why: "the message holds a bare CR or LF".to_owned() };
        }
        if let Some(mut session) = self.idle_session().await {
            let sent = self.send_mail(&mut session, recipient.clone(), outgoing.message).await;
            // A server may end a session between two mails. Nothing was handed over yet.
            let ended = |stopped: &Stopped| stopped.is_lost && stopped.stage == Stage::Sender;
            if !sent.as_ref().is_err_and(ended) {
                return self.end(session, sent).await;
            }
        }
        let mut session = match self.open_session().await {
            Ok(session) => session,
            Err(stopped) => return stopped.outcome,
        };
        let sent = self.send_mail(&mut session, recipient, outgoing.message).await;
        self.end(session, sent).await
    }

    /// A session an earlier mail left open, if the server still answers on it.
    async fn idle_session(&self) -> Option<SmtpSession> {
        loop {
            // Not one expression with the await: the lock must be free by then.
            let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut session = taken?;
            session.read_budget.renew();
            let reset = session.connection.command(Rset);
            if matches!(tokio::time::timeout(self.timeouts.housekeeping, reset).await, Ok(Ok(_))) {
                return Some(session);
            }
        }
    }

    /// Keeps the session for the next mail or ends it. Whatever becomes of it, the outcome stands.
    async fn end(&self, mut session: SmtpSession, sent: Result<Outcome, Stopped>) -> Outcome {
        let (outcome, is_lost) = match sent {
            Ok(outcome) => (outcome, false),
            Err(stopped) => (stopped.outcome, stopped.is_lost),
        };
        if is_lost {
            return outcome;
        }
        session.mails = session.mails.saturating_add(1);
        session.used_at = Instant::now();
        let surplus = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if session.mails < SESSION_MAILS_MAX && idle.len() < IDLE_SESSIONS_MAX {
                idle.push(session);
                None
            } else {
                Some(session)
            }
        };
        if let Some(session) = surplus {
            self.quit(session).await;
        }
        outcome
    }

    /// Ends the sessions that were not used for so long.
    pub(super) async fn close_idle(&self, unused: Duration) {
        let old = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let keeps = |session: &mut SmtpSession| session.used_at.elapsed() >= unused;
            idle.extract_if(.., keeps).collect::<Vec<_>>()
        };
        join_all(old.into_iter().map(|session| self.quit(session))).await;
    }

    async fn quit(&self, mut session: SmtpSession) {
        session.read_budget.renew();
        let goodbye = session.connection.command(Quit);
        // A courtesy: an answer that does not come changes nothing.
        tokio::time::timeout(self.timeouts.housekeeping, goodbye).await.ok();
    }

    /// Opens a session with a server that an authority vouches for, or that shows the very
    /// certificate the operator named.
    async fn open_session(&self) -> Result<SmtpSession, Stopped> {
        let Some(trust) = &self.tls else { return self.connect_session(None, None).await };
        match (self.connect_session(Some(&trust.authorities), None).await, &trust.pinned) {
            (Err(stopped), Some(pinned)) if stopped.shows_authority() => {
                self.connect_session(Some(&pinned.parameters), Some(pinned)).await
            }
            (opened, _) => opened,
        }
    }

    /// Connects, greets, encrypts, logs in.
    async fn connect_session(
        &self,
        tls: Option<&TlsParameters>,
        pinned: Option<&Pinned>,
    ) -> Result<SmtpSession, Stopped> {
        let (stream, peer) = self.connect().await?;
        if self.tls.is_none() && !peer.ip().to_canonical().is_loopback() {
            let why = "the mail server is not on this machine; set `tls` to encrypt";
            return Err(self.paused(Stage::Connect, PauseCause::ChannelBroken, why));
        }
        let read_budget = ReadBudget::new();
        let guarded = GuardedStream::new(stream, peer, read_budget.clone(), self.starttls);
        let connection = match tls {
            Some(tls) if !self.starttls => {
                let handshake = TlsStream::handshake(guarded, tls.clone());
                let stream = self.run_stage(Stage::Tls, self.timeouts.tls, handshake).await?;
                self.check_pinned(pinned, stream.certificate().as_deref())?;
                read_budget.renew();
                self.greet(GuardedStream::new(stream, peer, read_budget.clone(), false)).await?
            }
            Some(_) | None => self.greet(guarded).await?,
        };
        let mut session =
            SmtpSession { connection, read_budget, mails: 0, used_at: Instant::now() };
        if let Some(tls) = tls.filter(|_| self.starttls) {
            self.encrypt(&mut session, tls.clone()).await?;
            let shown = session.connection.peer_certificate().ok();
            self.check_pinned(pinned, shown.as_deref())?;
        }
        self.login(&mut session).await?;
        Ok(session)
    }

    /// Where one certificate is trusted for itself, it must be the one the server showed.
    fn check_pinned(&self, pinned: Option<&Pinned>, shown: Option<&[u8]>) -> Result<(), Stopped> {
        if pinned.is_none_or(|pinned| shown == Some(pinned.der.as_slice())) {
            return Ok(());
        }
        let why = "the mail server shows another certificate than `ca_file` holds";
        Err(self.paused(Stage::Tls, PauseCause::ChannelBroken, why))
    }

    async fn connect(&self) -> Result<(TcpStream, SocketAddr), Stopped> {
        let (host, port) = (self.host.trim_matches(['[', ']']), self.port);
        let connecting = setup::connect(host, port, self.timeouts.connect);
        match tokio::time::timeout(self.timeouts.connect, connecting).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(self.retry(Stage::Connect, &error.to_string(), true)),
            Err(_elapsed) => Err(self.timeout(Stage::Connect, self.timeouts.connect)),
        }
    }

    async fn greet<S>(&self, stream: GuardedStream<S>) -> Result<AsyncSmtpConnection, Stopped>
    where
        GuardedStream<S>: AsyncTokioStream + 'static,
    {
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        self.run_stage(Stage::Greeting, self.timeouts.greeting, greeting).await
    }

    async fn encrypt(&self, session: &mut SmtpSession, tls: TlsParameters) -> Result<(), Stopped> {
        if !session.connection.can_starttls() {
            let why = "the mail server does not offer STARTTLS, and nothing is sent in the clear";
            return Err(self.paused(Stage::Tls, PauseCause::ChannelBroken, why));
        }
        session.read_budget.renew();
        let encrypting = session.connection.starttls(tls, &self.hello);
        self.run_stage(Stage::Tls, self.timeouts.tls, encrypting).await
    }

    async fn login(&self, session: &mut SmtpSession) -> Result<(), Stopped> {
        let Some(credentials) = &self.credentials else { return Ok(()) };
        session.read_budget.renew();
        let login = session.connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
        self.run_stage(Stage::Login, self.timeouts.login, login).await.map(drop)
    }

    /// One mail to one recipient.
    async fn send_mail(
        &self,
        session: &mut SmtpSession,
        recipient: Address,
        message: &[u8],
    ) -> Result<Outcome, Stopped> {
        use Stage::{Data as Offer, Message, Recipient, Sender};
        let SmtpSession { connection, read_budget, .. } = session;
        let options = self.options(connection, &recipient, message)?;
        let StageTimeouts { envelope, data, message: dot, .. } = self.timeouts;
        read_budget.renew();
        let mail = connection.command(Mail::new(Some(self.sender.clone()), options));
        self.expect(Sender, &self.run_stage(Sender, envelope, mail).await?, 2)?;
        read_budget.renew();
        let rcpt = connection.command(Rcpt::new(recipient, Vec::new()));
        self.expect(Recipient, &self.run_stage(Recipient, envelope, rcpt).await?, 2)?;
        read_budget.renew();
        let ready = self.run_stage(Offer, data, connection.command(Data)).await?;
        self.expect(Offer, &ready, 3)?;
        read_budget.renew();
        // lettre writes the line end before the dot itself.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let sent = self.run_stage(Message, dot, connection.message(message)).await?;
        let detail = self.expect(Message, &sent, 2)?;
        Ok(Outcome::Accepted { detail })
    }

    /// SMTPUTF8 where an address needs it (RFC 6531); composed messages are ASCII but for those.
    fn options(
        &self,
        connection: &AsyncSmtpConnection,
        recipient: &Address,
        message: &[u8],
    ) -> Result<Vec<MailParameter>, Stopped> {
        let foreign = |address: &Address| !AsRef::<str>::as_ref(address).is_ascii();
        if !foreign(recipient) && !foreign(&self.sender) {
            return Ok(Vec::new());
        }
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = "needs SMTPUTF8, which the mail server does not offer";
            return Err(if foreign(recipient) {
                let why = format!("the recipient's address {why}");
                Stopped {
                    outcome: Outcome::Refused { why },
                    stage: Stage::Recipient,
                    is_lost: false,
                }
            } else {
                let why = format!("the sender's address {why}");
                self.paused(Stage::Sender, PauseCause::ChannelBroken, &why)
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
    ) -> Result<T, Stopped> {
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.stopped(stage, &error)),
            Err(_elapsed) => Err(self.timeout(stage, limit)),
        }
    }
}

#[cfg(test)]
mod tests;
