//! The server hubs reach us at, on a real socket, spoken to by strangers.
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wirewatch::domain::{Clock, Heartbeat, Timestamp};
use wirewatch::web::{self, Handler, Method, Request, Response};

use crate::harness::http::send_request;

/// A server that knows the path `/websub/x`, repeats the query, and remembers the requests whose bodies
/// it has read.
struct TestServer {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<(Method, String, usize)>>>,
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl TestServer {
    fn open() -> Self {
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&bodies);
        let handler: Handler = Arc::new(move |request: Request| {
            let log = Arc::clone(&log);
            async move {
                if request.path != "/websub/x" {
                    return Response::new(404, "there is no such subscription\n");
                }
                if request.method == Method::Other {
                    return Response::new(405, "only GET and POST\n");
                }
                let mut bytes = 0;
                if let Err(response) = request.body.read(|piece| bytes += piece.len()).await {
                    return response;
                }
                log.lock().unwrap().push((request.method, request.path, bytes));
                Response::new(200, request.query)
            }
            .boxed()
        });
        let stop = CancellationToken::new();
        let (clock, heartbeat) = (Clock::new(|| Timestamp(0)), Heartbeat::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(web::run(Arc::new(listener), handler, clock, stop.clone(), heartbeat));
        Self { address, bodies, stop, tasks }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends these bytes, keeps the connection open, and returns what comes back.
    async fn send(&self, bytes: &[u8]) -> String {
        let (address, bytes) = (self.address, bytes.to_vec());
        tokio::task::spawn_blocking(move || raw(address, &bytes)).await.unwrap()
    }

    async fn close(mut self) {
        self.stop.cancel();
        self.tasks.join_next().await.unwrap().unwrap().unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a stranger at the door")]
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // Only to end a test that hangs.
    stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
    // A server that has heard enough may hang up in the middle.
    drop(stream.write_all(bytes));
    let mut said = Vec::new();
    drop(stream.read_to_end(&mut said));
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether the server has not ended this connection.
fn still_open(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    stream.read(&mut [0; 1]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_repeated_is_plain_text_that_no_browser_takes_for_a_page() {
    let server = TestServer::open();
    let url = server.url("/websub/x?%3Cscript%3Ealert(1)%3C/script%3E");
    let (address, path) = (server.address, url.split_once("/websub").unwrap().1.to_owned());
    let request = format!("GET /websub{path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let said = tokio::task::spawn_blocking(move || raw(address, request.as_bytes())).await.unwrap();
    let lower = said.to_lowercase();
    assert!(lower.contains("content-type: text/plain; charset=utf-8"), "{said}");
    assert!(lower.contains("x-content-type-options: nosniff"), "{said}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_heads_and_methods_are_bounded_and_a_bomb_is_never_unpacked() {
    let server = TestServer::open();
    let url = server.url("/websub/x");
    let answers = tokio::task::spawn_blocking(move || {
        let huge = send_request(&url, &[], Some(&vec![b'x'; 5 << 20])).status;
        let small =
            send_request(&url, &[("content-encoding", "gzip")], Some(&[0x1f, 0x8b, 0, 0])).status;
        (huge, small)
    })
    .await
    .unwrap();
    assert!(matches!(answers.0, 413 | 0), "refused or cut off: {}", answers.0);
    assert_eq!(answers.1, 200);
    let address = server.address;
    let (put, head) = tokio::task::spawn_blocking(move || {
        let put = raw(address, b"PUT /websub/x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(64 << 10));
        (put, raw(address, long.as_bytes()))
    })
    .await
    .unwrap();
    assert!(put.starts_with("HTTP/1.1 405"), "{put}");
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 4"), "{head}");
    let bodies = server.bodies.lock().unwrap().clone();
    assert_eq!(bodies, [(Method::Post, "/websub/x".to_owned(), 4)], "as it came, packed");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_said_before_anything_runs() {
    let server = TestServer::open();
    let error = web::listen(server.address).unwrap_err();
    assert!(
        format!("{error:#}").contains(&format!("listening at {}", server.address)),
        "{error:#}"
    );
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_answered_before_its_body_is_there() {
    let server = TestServer::open();
    let body = "x".repeat(1_000);
    for head in [
        "POST /nobody HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n",
        "POST /nobody HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\nexpect: 100-continue\r\n\r\n",
        "POST /nobody HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n",
        "PUT /nobody HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n",
        "POST /nobody HTTP/1.0\r\ncontent-length: 4000000\r\n\r\n",
    ] {
        let answer = server.send(format!("{head}{body}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.") && answer.contains(" 404 "), "{head}: {answer}");
    }
    let post = "POST /websub/x HTTP/1.1\r\nhost: x\r\ncontent-length: 40000000\r\n\r\n";
    let answer = server.send(post.as_bytes()).await;
    assert!(answer.contains(" 413 "), "{answer}");
    assert!(server.bodies.lock().unwrap().is_empty());
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a stranger at the port")]
async fn callers_that_never_finish_their_request_keep_nobody_out() {
    let server = TestServer::open();
    let slow: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"GET /websub/x HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
            stream
        })
        .collect();
    let answer = server.send(b"GET /websub/x?hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.ends_with("hello"), "{answer}");
    // The server ends callers whose time is up: who had to wait for that would be served when nearly
    // all of them are gone.
    let open = slow.iter().filter(|stream| still_open(stream)).count();
    assert!(open >= 16, "only {open} slow callers were still there when the answer came");
    server.close().await;
}
