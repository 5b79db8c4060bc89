//! A small HTTP server for what the outside has to tell us: a hub's questions and pushes, and
//! whether we live.
//!
//! It stands behind a proxy that speaks TLS, and treats whoever reaches it as a stranger all the
//! same: heads, bodies, connections and times are bounded, and every answer is plain text.
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Clock, Heartbeat};

/// Connections served at once; who comes after that waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 64;
/// From the connection to the last byte of its one request's head.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// For a whole connection: one request and its answer.
const CONNECTION_WAIT: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's body. A hub may push a whole feed; its content is not read, only its
/// signature is checked.
const BODY_BYTES_MAX: usize = 4 << 20;
/// The loop turns at least this often, so that its pulse is fresh.
const TURN_MAX: Duration = Duration::from_secs(2);
/// What connections under way are given when the server stops.
const DRAIN: Duration = Duration::from_secs(2);
/// How long accepting rests after it failed: a process out of descriptors must not spin.
const ACCEPT_REST: Duration = Duration::from_millis(200);

/// A request, read whole.
#[derive(Debug)]
pub struct Heard {
    pub method: Verb,
    pub path: String,
    /// Behind the `?`, as it came.
    pub query: String,
    /// `X-Hub-Signature`, if there is one.
    pub signature: Option<String>,
    pub body: Bytes,
}

/// The methods anything is done for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// An answer: a status and a line of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: u16,
    pub text: String,
}

/// What answers.
pub type Answerer = Arc<dyn Fn(Heard) -> BoxFuture<'static, Said> + Send + Sync>;

/// Answers until told to stop. Connections under way then are given a moment.
pub async fn run(
    listener: Arc<TcpListener>,
    answer: Answerer,
    clock: Clock,
    (stop, pulse): (CancellationToken, Heartbeat),
) -> anyhow::Result<()> {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut served = JoinSet::new();
    loop {
        pulse.beat(clock.now());
        // Permits are taken before a connection is: what we cannot serve stays in the queue.
        let permit = tokio::select! {
            () = stop.cancelled() => break,
            permit = Arc::clone(&room).acquire_owned() => permit.context("the server's room")?,
            () = tokio::time::sleep(TURN_MAX) => continue,
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(TURN_MAX) => (),
            Some(_ended) = served.join_next() => (),
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => {
                    let answer = Arc::clone(&answer);
                    served.spawn(async move {
                        serve(stream, answer).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!("cannot take a connection: {error}");
                    tokio::time::sleep(ACCEPT_REST).await;
                }
            },
        }
    }
    drop(listener);
    let drained = async { while served.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        // Whoever is slow asks again; a hub does by its own rules.
        served.shutdown().await;
    }
    Ok(())
}

/// Opens the port. Said before anything runs: a daemon that cannot hear is no daemon.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let open = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    open().with_context(|| format!("listening at {address}"))
}

/// One connection, one request. What goes wrong with it is its own affair.
async fn serve(stream: tokio::net::TcpStream, answer: Answerer) {
    let service = service_fn(move |request| {
        let answer = Arc::clone(&answer);
        async move { Ok::<_, Infallible>(respond(request, &answer).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(CONNECTION_WAIT, connection).await {
        Ok(Ok(())) => (),
        Ok(Err(error)) => tracing::debug!("a connection ended badly: {error}"),
        Err(_elapsed) => tracing::debug!("a connection took longer than {CONNECTION_WAIT:?}"),
    }
}

async fn respond(request: Request<Incoming>, answer: &Answerer) -> Response<Full<Bytes>> {
    let said = match hear(request).await {
        Ok(heard) => answer(heard).await,
        Err(said) => said,
    };
    let mut response = Response::new(Full::new(Bytes::from(said.text)));
    *response.status_mut() =
        StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // What a stranger had us repeat must never be read as a page.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn hear(request: Request<Incoming>) -> Result<Heard, Said> {
    let no = |status, text: &str| Said { status, text: text.to_owned() };
    let (head, body) = request.into_parts();
    let method = match head.method {
        Method::GET => Verb::Get,
        Method::POST => Verb::Post,
        _ => return Err(no(405, "only GET and POST\n")),
    };
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(no(413, "the body is too large\n"));
        }
        Err(_broken) => return Err(no(400, "the body broke off\n")),
    };
    let signature = head.headers.get("x-hub-signature");
    let signature = signature.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    Ok(Heard { method, path, query, signature, body })
}
