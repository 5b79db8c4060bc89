//! A mail server as it is configured, and its sessions.
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use tokio::time::Instant;

use super::setup::{self, Trust};
use crate::compose::address;
use crate::domain::{Email, SmtpTls};
use crate::notify::smtp_stream::ReadBudget;

/// How long each stage may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct StageTimeouts {
    pub(super) connect: Duration,
    /// The greeting and the first EHLO.
    pub(super) greeting: Duration,
    pub(super) tls: Duration,
    pub(super) login: Duration,
    /// MAIL and RCPT, each: greylisting servers think here.
    pub(super) envelope: Duration,
    pub(super) data: Duration,
    /// The mail and the answer to its last dot. To give up early here is to send it twice.
    pub(super) message: Duration,
    /// RSET before a session is used again, and QUIT.
    pub(super) housekeeping: Duration,
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
    housekeeping: Duration::from_secs(2),
};

/// One mail server with everything needed to talk to it.
pub(in crate::notify) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Option<Trust>,
    pub(super) starttls: bool,
    pub(super) hello: ClientId,
    pub(super) sender: Address,
    pub(super) credentials: Option<Credentials>,
    /// What a server may repeat to us and nobody else may read.
    pub(super) secrets: Vec<String>,
    pub(super) timeouts: StageTimeouts,
    pub(super) idle: Mutex<Vec<SmtpSession>>,
}

/// An open session.
pub(super) struct SmtpSession {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) read_budget: ReadBudget,
    pub(super) mails: u32,
    pub(super) used_at: Instant,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl MailServer {
    pub(in crate::notify) fn new(settings: &Email) -> Result<Self, String> {
        let host = setup::ascii_host(&settings.host);
        let tls = match settings.tls {
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => Some(setup::trust(&host, settings)?),
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
            idle: Mutex::default(),
        })
    }

    /// The deadline of a whole exchange: every stage once, and a session that had to be given up.
    pub(in crate::notify) fn exchange_max(&self) -> Duration {
        let StageTimeouts { connect, greeting, tls, login, envelope, data, message, housekeeping } =
            self.timeouts;
        let stages =
            [connect, greeting, tls, login, envelope, envelope, data, message, housekeeping];
        stages.iter().sum()
    }
}
