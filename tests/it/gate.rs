//! The gate's manners and its budget: one request at a time to a host whoever asks, and a bounded
//! amount of memory whatever servers send.
#![expect(clippy::disallowed_methods, reason = "the servers run on threads of their own")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::task::JoinSet;
use url::Url;
use wirewatch::config::{self, Directories};
use wirewatch::domain::{Feed, Scope, Timestamp};
use wirewatch::fetch::{Answer, Fetched, Gate, Limits, Pacing, Request, RequestKind};

/// What a server answers to a path.
type Respond = dyn Fn(&str, &mut TcpStream) + Send + Sync;

/// A server that answers each connection with a function.
struct Server {
    url: String,
}

impl Server {
    fn start(ip: &str, respond: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let respond: Arc<Respond> = Arc::new(respond);
        let server = Self { url };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let respond = Arc::clone(&respond);
                std::thread::spawn(move || serve(stream, &*respond));
            }
        });
        server
    }

    fn feed(&self, path: &str) -> Feed {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wirewatch.toml");
        let text = format!(
            "[[channel]]\nname = \"screen\"\nkind = \"console\"\n\
             [[watch]]\nname = \"w\"\nnotify = [\"screen\"]\nany = [\"GSOMIA\"]\n\
             [[feed]]\nname = \"f\"\nurl = \"{}{path}\"\nallow_private = [\"127.0.0.0/8\"]\n",
            self.url
        );
        std::fs::write(&file, text).unwrap();
        let directories = Directories { state: Some(folder.path()), credentials: None };
        config::load(&file, directories).unwrap().feeds.remove(0)
    }

    fn at(&self, path: &str) -> Url {
        format!("{}{path}", self.url).parse().unwrap()
    }
}

fn serve(mut stream: TcpStream, respond: &Respond) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let mut body_bytes = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            body_bytes = bytes.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; body_bytes];
    std::io::Read::read_exact(&mut reader, &mut body).unwrap();
    respond(&path, &mut stream);
}

fn answer(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let bytes = body.len();
    // A client that has had enough closes the connection.
    drop(write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n"));
    drop(stream.write_all(body));
}

fn gate(gap: Duration) -> Arc<Gate> {
    let limits = Limits { total: Duration::from_secs(20), ..Limits::default() };
    Arc::new(Gate::new(None, limits).with_pacing(Pacing { scope: Scope::Host, gap }))
}

fn fetched(answer: Answer) -> Fetched {
    match answer {
        Answer::Fetched(fetched) => *fetched,
        Answer::Unchanged(_) | Answer::Failed(_) => panic!("{answer:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_asked_one_thing_at_a_time_whoever_asks() {
    let (busy, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let (requests, highest) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&most));
    let counted = Arc::clone(&requests);
    let server = Server::start("127.0.0.1", move |path, stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        highest.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(60));
        // Before the answer: once the client has it, its next request may come at any time.
        busy.fetch_sub(1, Ordering::SeqCst);
        match path {
            "/moved" => answer(stream, "302 Found\r\nLocation: /feed", b""),
            _ => answer(stream, "200 OK", b"<rss/>"),
        }
    });
    let gate = gate(Duration::ZERO);
    let mut asked = JoinSet::new();
    for path in ["/feed", "/moved", "/page", "/hub", "/sitemap", "/moved"] {
        let (gate, feed, url) = (Arc::clone(&gate), server.feed("/feed"), server.at(path));
        asked.spawn(async move {
            let form = [("hub.mode", "subscribe")];
            let kind = match url.path() {
                "/page" => RequestKind::Page,
                "/hub" => RequestKind::Form(&form),
                _ => RequestKind::Feed,
            };
            fetched(gate.fetch(Request::linked_from(&feed, &url, kind), Timestamp(0)).await)
        });
    }
    assert_eq!(asked.join_all().await.len(), 6);
    assert_eq!(most.load(Ordering::SeqCst), 1);
    assert_eq!(requests.load(Ordering::SeqCst), 8, "redirects have turns of their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_turn_counts_for_no_deadline_and_a_busy_host_delays_no_other() {
    let slow = Server::start("127.0.0.1", |_, stream| {
        std::thread::sleep(Duration::from_millis(400));
        answer(stream, "200 OK", b"<rss/>");
    });
    let quick = Server::start("127.0.0.2", |_, stream| answer(stream, "200 OK", b"<rss/>"));
    let limits = Limits { total: Duration::from_secs(1), ..Limits::default() };
    let gate = Arc::new(Gate::new(None, limits));
    let mut asked = JoinSet::new();
    for _ in 0..6 {
        let (gate, feed) = (Arc::clone(&gate), slow.feed("/"));
        asked.spawn(async move { gate.fetch(Request::feed(&feed, None), Timestamp(0)).await });
    }
    fetched(gate.fetch(Request::feed(&quick.feed("/"), None), Timestamp(0)).await);
    let mut waited = 0;
    while let Some(answer) = asked.try_join_next() {
        fetched(answer.unwrap());
        waited += 1;
    }
    assert!(waited < 6, "it came after all of the busy host's");
    for answer in asked.join_all().await {
        // Six in a line take far longer than one may.
        assert!(fetched(answer).took < Duration::from_secs(1));
    }
}

/// A feed of that many bytes in which hardly a byte is its own.
fn packed(bytes: usize) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::fast());
    let item = b"<item><title>One of many</title><description>word word word</description></item>";
    to.write_all(b"<rss version='2.0'><channel>").unwrap();
    for _ in 0..bytes / item.len() {
        to.write_all(item).unwrap();
    }
    to.write_all(b"</channel></rss>").unwrap();
    to.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn heavy_bodies_are_in_memory_one_at_a_time_and_light_ones_pass_them() {
    let big = packed(9 << 20);
    let hosts: Vec<Server> = (1..=12)
        .map(|at| {
            let big = big.clone();
            Server::start(&format!("127.0.6.{at}"), move |_, stream| {
                answer(stream, "200 OK\r\nContent-Encoding: gzip", &big);
            })
        })
        .collect();
    let gate = gate(Duration::ZERO);
    let read = Arc::new(AtomicUsize::new(0));
    let (held, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut heavy = JoinSet::new();
    for host in &hosts {
        let (gate, feed) = (Arc::clone(&gate), host.feed("/big"));
        let (held, most, read) = (Arc::clone(&held), Arc::clone(&most), Arc::clone(&read));
        heavy.spawn(async move {
            let body = fetched(gate.fetch(Request::feed(&feed, None), Timestamp(0)).await);
            most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // As long as a reading takes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            held.fetch_sub(1, Ordering::SeqCst);
            read.fetch_add(1, Ordering::SeqCst);
            body.body.len()
        });
    }
    let light = Server::start("127.0.6.100", |_, stream| answer(stream, "200 OK", b"<rss/>"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    fetched(gate.fetch(Request::feed(&light.feed("/"), None), Timestamp(0)).await);
    assert!(read.load(Ordering::SeqCst) < 12, "a light body waited for all heavy ones");
    let bytes = heavy.join_all().await;
    assert!(bytes.iter().all(|bytes| *bytes > 8 << 20), "{bytes:?}");
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_larger_together_than_the_memory_all_arrive() {
    // Each is larger than all of the memory for bodies on the wire.
    let plain = Arc::new(vec![b' '; 9 << 20]);
    let hosts: Vec<Server> = (1..=6)
        .map(|at| {
            let plain = Arc::clone(&plain);
            Server::start(&format!("127.0.7.{at}"), move |_, stream| {
                answer(stream, "200 OK", &plain);
            })
        })
        .collect();
    let gate = gate(Duration::ZERO);
    let mut asked = JoinSet::new();
    for host in &hosts {
        let (gate, feed) = (Arc::clone(&gate), host.feed("/"));
        asked.spawn(async move {
            fetched(gate.fetch(Request::feed(&feed, None), Timestamp(0)).await).body.len()
        });
    }
    assert_eq!(asked.join_all().await, [9 << 20; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drips_holds_no_memory_from_others() {
    let plain = Arc::new(vec![b' '; 9 << 20]);
    let mut hosts = Vec::new();
    for at in 1..=3 {
        let plain = Arc::clone(&plain);
        hosts.push(Server::start(&format!("127.0.8.{at}"), move |path, stream| {
            if path == "/whole" {
                return answer(stream, "200 OK", &plain);
            }
            // Most of it at once, and the rest byte by byte.
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", plain.len());
            drop(stream.write_all(head.as_bytes()));
            drop(stream.write_all(&plain[..7 << 20]));
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }));
    }
    // A drip would end by itself only after the whole of this.
    let limits = Limits { total: Duration::from_mins(2), ..Limits::default() };
    let gate = Arc::new(Gate::new(None, limits));
    let mut drips = JoinSet::new();
    for host in &hosts[..2] {
        let (gate, feed) = (Arc::clone(&gate), host.feed("/drip"));
        drips.spawn(async move {
            // What came is let go at once, as after a poll.
            drop(gate.fetch(Request::feed(&feed, None), Timestamp(0)).await);
        });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    let whole =
        fetched(gate.fetch(Request::feed(&hosts[2].feed("/whole"), None), Timestamp(0)).await);
    assert_eq!((whole.body.len(), whole.incomplete), (9 << 20, None));
    assert!(began.elapsed() < limits.total / 2, "{:?}", began.elapsed());
    drop(drips);
}
