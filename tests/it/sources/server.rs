//! The server hubs reach us at, on a real socket, spoken to by strangers.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wirewatch::domain::{Clock, Heartbeat, Timestamp};
use wirewatch::web::{self, Answerer, Heard, Said, Verb};

use crate::harness::http::send_request;

/// A server that repeats what it was asked, and remembers it.
struct CallbackServer {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<(Verb, String, usize)>>>,
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl CallbackServer {
    fn open() -> Self {
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&heard);
        let answer: Answerer = Arc::new(move |asked: Heard| {
            book.lock().unwrap().push((asked.method, asked.path, asked.body.len()));
            async move { Said { status: 200, text: asked.query } }.boxed()
        });
        let stop = CancellationToken::new();
        let (clock, pulse) = (Clock::new(|| Timestamp(0)), Heartbeat::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(web::run(Arc::new(listener), answer, clock, (stop.clone(), pulse)));
        Self { address, heard, stop, tasks }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn close(mut self) {
        self.stop.cancel();
        self.tasks.join_next().await.unwrap().unwrap().unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a stranger at the door")]
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that has heard enough may hang up in the middle.
    drop(stream.write_all(bytes));
    let mut said = Vec::new();
    drop(stream.read_to_end(&mut said));
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_repeated_is_plain_text_that_no_browser_takes_for_a_page() {
    let stand = CallbackServer::open();
    let url = stand.url("/websub/x?%3Cscript%3Ealert(1)%3C/script%3E");
    let (address, path) = (stand.address, url.split_once("/websub").unwrap().1.to_owned());
    let request = format!("GET /websub{path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let said = tokio::task::spawn_blocking(move || raw(address, request.as_bytes())).await.unwrap();
    let lower = said.to_lowercase();
    assert!(lower.contains("content-type: text/plain; charset=utf-8"), "{said}");
    assert!(lower.contains("x-content-type-options: nosniff"), "{said}");
    stand.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_heads_and_methods_are_bounded_and_a_bomb_is_never_unpacked() {
    let stand = CallbackServer::open();
    let url = stand.url("/websub/x");
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
    let address = stand.address;
    let (put, head) = tokio::task::spawn_blocking(move || {
        let put = raw(address, b"PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(64 << 10));
        (put, raw(address, long.as_bytes()))
    })
    .await
    .unwrap();
    assert!(put.starts_with("HTTP/1.1 405"), "{put}");
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 4"), "{head}");
    let book = stand.heard.lock().unwrap().clone();
    assert_eq!(book, [(Verb::Post, "/websub/x".to_owned(), 4)], "as it came, packed");
    stand.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_said_before_anything_runs() {
    let stand = CallbackServer::open();
    let error = web::listen(stand.address).unwrap_err();
    assert!(format!("{error:#}").contains(&format!("listening at {}", stand.address)), "{error:#}");
    stand.close().await;
}
