//! The bytes between us and a mail server, watched: an answer has an end, and nothing may follow it.
//!
//! lettre reads a line until its end however far that is, and keeps what came after a STARTTLS
//! answer, so that words slipped in before encryption would be taken for words said after it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead as _, AsyncWrite as _};
#[expect(deprecated, reason = "the only way to watch the inside of implicit TLS")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes a server may send in answer to one command, TLS handshake included.
const ANSWER_BYTES_MAX: usize = 128 << 10;

/// How many more bytes the server may send before the next command.
#[derive(Clone, Debug)]
pub(super) struct ReadBudget(Arc<AtomicUsize>);

impl ReadBudget {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(ANSWER_BYTES_MAX)))
    }

    /// Called before every command.
    pub(super) fn renew(&self) {
        self.0.store(ANSWER_BYTES_MAX, Ordering::Relaxed);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        match self.0.load(Ordering::Relaxed).checked_sub(bytes) {
            Some(left) => {
                self.0.store(left, Ordering::Relaxed);
                Ok(())
            }
            None => Err(io::Error::other("the server's answer does not end")),
        }
    }
}

/// The state of the plain dialogue before STARTTLS.
#[derive(Clone, Copy, Debug)]
enum ReplyState {
    /// An answer is coming: bytes of its current line, whether that says more lines follow and
    /// whether it says yes; and whether the question was STARTTLS.
    Receiving { column: usize, more: bool, yes: bool, tls: bool },
    /// The answer has ended: nothing may come before the next command. `agreed` if TLS comes next.
    Complete { agreed: bool },
    /// Not watched: encrypted, or never to be.
    Unchecked,
}

/// A stream to a mail server that fails rather than be flooded or fooled.
#[derive(Debug)]
pub(super) struct GuardedStream<S> {
    stream: S,
    peer: SocketAddr,
    read_budget: ReadBudget,
    reply_state: ReplyState,
}

impl<S> GuardedStream<S> {
    /// With `starttls` the plain dialogue is watched until encryption begins.
    pub(super) fn new(
        stream: S,
        peer: SocketAddr,
        read_budget: ReadBudget,
        starttls: bool,
    ) -> Self {
        let reply_state =
            if starttls { ReplyState::answering(false) } else { ReplyState::Unchecked };
        Self { stream, peer, read_budget, reply_state }
    }
}

impl ReplyState {
    fn answering(tls: bool) -> Self {
        Self::Receiving { column: 0, more: false, yes: false, tls }
    }

    /// The state after bytes that were sent.
    fn after_sent(self, bytes: &[u8]) -> Self {
        match self {
            Self::Unchecked | Self::Complete { agreed: true } => Self::Unchecked,
            Self::Complete { agreed: false } | Self::Receiving { .. } => {
                Self::answering(bytes == b"STARTTLS\r\n")
            }
        }
    }

    /// The state after one byte that was received. Four columns say everything: a code, then `-` if another line
    /// follows (RFC 5321 section 4.2).
    fn after_received(self, byte: u8) -> io::Result<Self> {
        Ok(match self {
            Self::Unchecked => Self::Unchecked,
            Self::Complete { .. } => {
                let why = "the server spoke out of turn before encryption";
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            Self::Receiving { more: false, yes, tls, .. } if byte == b'\n' => {
                Self::Complete { agreed: tls && yes }
            }
            Self::Receiving { tls, .. } if byte == b'\n' => Self::answering(tls),
            Self::Receiving { column, more, yes, tls } => Self::Receiving {
                column: column.saturating_add(1),
                more: more || column == 3 && byte == b'-',
                yes: yes || column == 0 && byte == b'2',
                tls,
            },
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GuardedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or_default();
        self.read_budget.spend(new.len())?;
        self.reply_state =
            new.iter().try_fold(self.reply_state, |turn, byte| turn.after_received(*byte))?;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for GuardedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.reply_state = self.reply_state.after_sent(bytes);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S> AsyncTokioStream for GuardedStream<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

/// A stream encrypted from its first byte, as tokio sees streams.
#[derive(Debug)]
#[expect(deprecated, reason = "the only way to watch the inside of implicit TLS")]
pub(super) struct TlsStream(AsyncNetworkStream);

#[expect(deprecated, reason = "the only way to watch the inside of implicit TLS")]
impl TlsStream {
    /// Shakes hands.
    pub(super) async fn handshake(
        stream: GuardedStream<TcpStream>,
        tls: TlsParameters,
    ) -> Result<Self, lettre::transport::smtp::Error> {
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        stream.upgrade_tls(tls).await?;
        Ok(Self(stream))
    }

    /// The certificate the server showed, in DER.
    pub(super) fn certificate(&self) -> Option<Vec<u8>> {
        self.0.peer_certificate().ok()
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.0).poll_read(context, buffer.initialize_unfilled()))?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(turn: ReplyState, bytes: &[u8]) -> io::Result<ReplyState> {
        bytes.iter().try_fold(turn, |turn, byte| turn.after_received(*byte))
    }

    #[test]
    fn nothing_may_follow_an_answer() {
        let greeting = ReplyState::answering(false);
        assert!(hears(greeting, b"220 hello\r\n").is_ok());
        assert!(hears(greeting, b"220-hello\r\n220 there\r\n").is_ok());
        assert!(hears(greeting, b"220 hello\r\n2").is_err());
        assert!(hears(greeting, b"250\r\n250 x").is_err());
    }

    #[test]
    fn what_follows_starttls_is_free_only_once_we_spoke() {
        let asked = ReplyState::answering(false).after_sent(b"STARTTLS\r\n");
        assert!(hears(asked, b"220 go\r\n250 AUTH PLAIN\r\n").is_err());
        let agreed = hears(asked, b"220 go\r\n").unwrap();
        assert!(hears(agreed, b"\x16").is_err());
        assert!(hears(agreed.after_sent(b"\x16\x03"), b"\x16\x03").is_ok());
        let refused = hears(asked, b"454 later\r\n").unwrap();
        assert!(hears(refused.after_sent(b"QUIT\r\n"), b"221 a\r\n221 b\r\n").is_err());
    }

    #[test]
    fn an_answer_has_an_end() {
        let allowance = ReadBudget::new();
        assert!(allowance.spend(ANSWER_BYTES_MAX).is_ok());
        assert!(allowance.spend(1).is_err());
        allowance.renew();
        assert!(allowance.spend(1).is_ok());
    }
}
