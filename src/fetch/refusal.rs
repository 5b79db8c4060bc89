//! Why a connection was not opened.
use std::net::IpAddr;

/// In words for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("refused: this is no web address ({0})")]
    Malformed(String),
    #[error("refused: the address holds {0}, which readers of addresses disagree about")]
    Ambiguous(&'static str),
    #[error("refused: `{0}:` is not http or https")]
    Scheme(String),
    #[error("refused: the address has no host")]
    NoHost,
    #[error("refused: the address holds a user name or password")]
    UserInfo,
    #[error("refused: the address is {bytes} bytes long, {most} at most are taken")]
    TooLong { bytes: usize, most: usize },
    #[error("refused: the host's name is one {0}")]
    Misnamed(&'static str),
    #[error("refused: port {0} is not one feeds and pages are served from")]
    Port(u16),
    #[error("refused: `{0}` is a name for this machine or its own network")]
    LocalName(String),
    #[error("refused: {ip} is not a public address ({what})")]
    NotPublic { ip: IpAddr, what: &'static str },
    #[error("refused: `{name}` resolves to {ip}, which is not a public address ({what})")]
    ResolvesTo { name: String, ip: IpAddr, what: &'static str },
    #[error("refused: `{name}` resolves to more than {most} addresses")]
    TooMany { name: String, most: usize },
    #[error("`{name}` does not resolve: {why}")]
    Unresolved { name: String, why: String },
}

impl Refusal {
    /// The same refusal, said of the name that led to the address.
    pub(super) fn of(self, name: &str) -> Self {
        if let Self::NotPublic { ip, what } = self {
            return Self::ResolvesTo { name: name.to_owned(), ip, what };
        }
        self
    }
}
