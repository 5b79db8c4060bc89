//! A small HTTP server for hubs (their verification requests and pushes) and for `/healthz`.
//!
//! It usually stands behind a proxy that speaks TLS, but treats every caller as a stranger: head
//! size, body size, connections and times are bounded, a body is read only after the handler knows
//! the path, and every answer is plain text.
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper::StatusCode;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat};

/// Connections open at once.
const CONNECTIONS_MAX: usize = 64;
/// Connections of one address open at once. A proxy is one address for all hubs behind it, so this
/// is half of all and not a handful.
const CONNECTIONS_PER_ADDRESS_MAX: usize = 32;
/// From the connection to the last byte of its request's head.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// For a whole connection: one request and its answer.
const CONNECTION_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's body. A hub may push a whole feed; its content is not used, only its
/// signature is checked.
const BODY_BYTES_MAX: usize = 4 << 20;
/// The loop turns at least this often, so that its heartbeat is fresh.
const TURN_TIME_MAX: Duration = Duration::from_secs(2);
/// What open connections are given to end when the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// How long accepting pauses after it failed: a process out of descriptors must not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// After an answer, what the peer still sends is read and thrown away for so long and so many bytes.
/// Closing a socket with unread bytes resets the connection, and the peer may lose the answer.
const LINGER_TIME_MAX: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 2 * BODY_BYTES_MAX;

/// A request whose head was read. Its body is still on the wire.
#[derive(Debug)]
pub struct Request {
    pub method: Method,
    pub path: String,
    /// What follows the `?`, still percent-encoded.
    pub query: String,
    /// `X-Hub-Signature`, if there is one.
    pub signature: Option<String>,
    pub body: Body,
}

/// The methods that any path takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    /// Any other: answered with 404 or 405, as the path asks.
    Other,
}

/// A body that nobody has read yet.
#[derive(Debug)]
pub struct Body(Incoming);

impl Body {
    /// Hands the body to `visit` piece by piece, at most [`BODY_BYTES_MAX`] in all. Nothing is kept.
    ///
    /// # Errors
    /// The answer to give: 413 if it is too large (at once if its length was announced), 400 if it
    /// broke off.
    pub async fn read(self, mut visit: impl FnMut(&[u8]) + Send) -> Result<(), Response> {
        let too_large = || Response::new(413, "the body is too large\n");
        if self.0.size_hint().lower() > BODY_BYTES_MAX as u64 {
            return Err(too_large());
        }
        let mut body = Limited::new(self.0, BODY_BYTES_MAX);
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => visit(frame.data_ref().map_or(&[], |data| data.as_ref())),
                Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                    return Err(too_large());
                }
                Err(_broken) => return Err(Response::new(400, "the body broke off\n")),
            }
        }
        Ok(())
    }
}

/// An answer: a status and a line of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub text: String,
}

impl Response {
    pub fn new(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

/// Answers requests. It decides by method and path, and reads the body only if it needs it.
pub type Handler = Arc<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// Serves until `stop`. Connections open then are given a moment to end.
///
/// # Errors
/// None today: a connection that fails concerns only its peer.
pub async fn run(
    listener: Arc<TcpListener>,
    handler: Handler,
    clock: Clock,
    stop: CancellationToken,
    heartbeat: Heartbeat,
) -> anyhow::Result<()> {
    let mut connections = Connections::default();
    loop {
        heartbeat.beat(clock.steady());
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(TURN_TIME_MAX) => (),
            Some(_ended) = connections.tasks.join_next() => (),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connections.add(stream, peer.ip(), &handler),
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let drained = async { while connections.tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_TIME, drained).await.is_err() {
        // A hub that gets no answer sends again, by its own rules.
        connections.tasks.shutdown().await;
    }
    Ok(())
}

/// Opens the port. Called before any loop starts: a daemon that hubs cannot reach must not run as
/// if they could.
///
/// # Errors
/// The port is taken, or is not ours to open.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let open = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    open().with_context(|| format!("listening at {address}"))
}

/// The open connections, in the order they came.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    open: Vec<OpenConnection>,
    /// Connections closed to make room, for the log.
    displaced: u64,
}

struct OpenConnection {
    peer: IpAddr,
    task: AbortHandle,
    /// The head of its request was read, and the handler has it.
    has_request: Arc<AtomicBool>,
}

impl Connections {
    /// Serves a new connection. Where there are too many, the oldest one that has not sent its
    /// request yet is closed: a caller that sends its head byte by byte keeps nobody else out.
    fn add(&mut self, stream: TcpStream, peer: IpAddr, handler: &Handler) {
        self.open.retain(|connection| !connection.task.is_finished());
        let of_peer = self.open.iter().filter(|connection| connection.peer == peer).count();
        let full_for_peer = of_peer >= CONNECTIONS_PER_ADDRESS_MAX;
        if full_for_peer || self.open.len() >= CONNECTIONS_MAX {
            let oldest = self.open.iter().position(|connection| {
                !connection.has_request.load(Ordering::Relaxed)
                    && (!full_for_peer || connection.peer == peer)
            });
            self.displaced += 1;
            tracing::debug!("too many connections: {} were closed so far", self.displaced);
            // Without an idle one the newcomer goes: dropping the stream closes it.
            let Some(oldest) = oldest else { return };
            self.open.remove(oldest).task.abort();
        }
        let has_request = Arc::new(AtomicBool::new(false));
        let serving = serve(stream, Arc::clone(handler), Arc::clone(&has_request));
        let task = self.tasks.spawn(serving);
        self.open.push(OpenConnection { peer, task, has_request });
    }
}

/// One connection with one request. What goes wrong with it concerns only its peer.
async fn serve(stream: TcpStream, handler: Handler, has_request: Arc<AtomicBool>) {
    let service = service_fn(move |request| {
        has_request.store(true, Ordering::Relaxed);
        let handler = Arc::clone(&handler);
        async move { Ok::<_, Infallible>(respond(request, &handler).await) }.boxed()
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(CONNECTION_TIME_MAX, connection.without_shutdown()).await {
        Ok(Ok(parts)) => linger(parts.io.into_inner()).await,
        Ok(Err(error)) => tracing::debug!("a connection failed: {error}"),
        Err(_elapsed) => tracing::debug!("a connection took longer than {CONNECTION_TIME_MAX:?}"),
    }
}

/// Closes our side, then discards what the peer still sends.
async fn linger(mut stream: TcpStream) {
    let discard = async {
        let (mut scratch, mut left) = ([0_u8; 4 << 10], LINGER_BYTES_MAX);
        stream.shutdown().await.ok()?;
        while left > 0 {
            let read = stream.read(&mut scratch).await.ok().filter(|read| *read > 0)?;
            left = left.saturating_sub(read);
        }
        Some(())
    };
    drop(tokio::time::timeout(LINGER_TIME_MAX, discard).await);
}

async fn respond(
    request: hyper::Request<Incoming>,
    handler: &Handler,
) -> hyper::Response<Full<Bytes>> {
    let answer = handler(read_head(request)).await;
    let mut response = hyper::Response::new(Full::new(Bytes::from(answer.text)));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // A challenge is repeated to whoever sent it: no browser may take it for a page.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn read_head(request: hyper::Request<Incoming>) -> Request {
    let (head, body) = request.into_parts();
    let method = match head.method {
        hyper::Method::GET => Method::Get,
        hyper::Method::POST => Method::Post,
        _ => Method::Other,
    };
    let signature = head.headers.get("x-hub-signature");
    let signature = signature.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    Request { method, path, query, signature, body: Body(body) }
}
