//! A webhook receiver that writes down what it got, durably, before it answers, so that its log is
//! the truth even when the sender is killed in the middle.
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;

use super::http::{Request, header, read_request, write_response};
use super::tcp_server::TcpServer;
use super::{sha256_hex, unix_ms};

/// What the receiver does with a message, once it is stored.
#[derive(Clone, Debug)]
pub enum Reply {
    /// That status; any 2xx is success.
    Status(u16),
    /// That status with a `Retry-After`.
    Later {
        status: u16,
        after: String,
    },
    Redirect {
        status: u16,
        to: String,
    },
    /// 200, but only after so long.
    Slow(Duration),
    /// Never answers.
    Stall,
    /// Resets the connection.
    Reset,
}

impl Reply {
    /// The verdict as the log has it.
    fn verdict(&self) -> String {
        match self {
            Self::Status(status) | Self::Later { status, .. } | Self::Redirect { status, .. } => {
                status.to_string()
            }
            Self::Slow(_) => "200".to_owned(),
            Self::Stall => "stall".to_owned(),
            Self::Reset => "reset".to_owned(),
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// `webhook-id`.
    pub id: String,
    /// SHA-256 of the body, hexadecimal.
    pub sha256: String,
    pub at_unix_ms: u64,
    /// A status, `stall` or `reset`.
    pub verdict: String,
}

impl LogLine {
    pub fn is_success(&self) -> bool {
        self.verdict.len() == 3 && self.verdict.starts_with('2')
    }
}

/// One message, whole.
#[derive(Clone, Debug)]
pub struct ReceivedMessage {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub logged: LogLine,
}

impl ReceivedMessage {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The receiver; it answers 204 until told otherwise.
pub struct WebhookReceiver {
    server: TcpServer,
    log: PathBuf,
    state: Arc<Mutex<ReceiverState>>,
}

struct ReceiverState {
    log: File,
    received: Vec<ReceivedMessage>,
    next: VecDeque<Reply>,
    standing: Reply,
    /// Every so many messages, that reply instead.
    every: Option<(usize, Reply)>,
    flaky: Option<RandomFailures>,
}

struct RandomFailures {
    dice: fastrand::Rng,
    probability: f64,
    replies: Vec<Reply>,
}

impl WebhookReceiver {
    /// Opens the receiver; its log is the file `hooks.log` in `folder`, continued if it is there.
    pub fn open(folder: &Path) -> Self {
        let log = folder.join("hooks.log");
        let state = Arc::new(Mutex::new(ReceiverState {
            log: OpenOptions::new().create(true).append(true).open(&log).unwrap(),
            received: Vec::new(),
            next: VecDeque::new(),
            standing: Reply::Status(204),
            every: None,
            flaky: None,
        }));
        let shared = Arc::clone(&state);
        Self {
            server: TcpServer::open(move |stream| serve(stream, Arc::clone(&shared))),
            log,
            state,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.server.port())
    }

    /// Replies like this from now on.
    pub fn set_reply(&self, reply: Reply) -> &Self {
        self.state.lock().unwrap().standing = reply;
        self
    }

    /// Replies to the next messages like this, one each.
    pub fn set_next_replies(&self, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.state.lock().unwrap().next.extend(replies);
        self
    }

    /// Replies like this to every `n`th message.
    pub fn set_every_nth_reply(&self, n: usize, reply: Reply) -> &Self {
        self.state.lock().unwrap().every = Some((n, reply));
        self
    }

    /// Replies with one of these, drawn by the seed, with that probability.
    pub fn set_random_failures(&self, seed: u64, probability: f64, replies: &[Reply]) -> &Self {
        let dice = fastrand::Rng::with_seed(seed);
        let flaky = RandomFailures { dice, probability, replies: replies.to_vec() };
        self.state.lock().unwrap().flaky = Some(flaky);
        self
    }

    /// Replies as standing, always.
    pub fn clear_failures(&self) -> &Self {
        let mut state = self.state.lock().unwrap();
        state.next.clear();
        state.every = None;
        state.flaky = None;
        drop(state);
        self
    }

    /// Every message so far, in the order they were stored.
    pub fn received(&self) -> Vec<ReceivedMessage> {
        self.state.lock().unwrap().received.clone()
    }

    /// Waits until so many messages were stored, and gives them.
    #[expect(clippy::disallowed_methods, reason = "the servers run on threads of their own")]
    pub fn wait_for(&self, count: usize, patience: Duration) -> Vec<ReceivedMessage> {
        let until = Instant::now() + patience;
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(Instant::now() < until, "{} of {count} messages came", received.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The log, read back from the disk.
    pub fn log(&self) -> Vec<LogLine> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        text.lines().map(parse_log_line).collect()
    }
}

fn parse_log_line(line: &str) -> LogLine {
    let parts: Vec<&str> = line.split('\t').collect();
    let [id, sha256, at, verdict] = parts[..] else { panic!("not a log line: {line}") };
    LogLine {
        id: id.to_owned(),
        sha256: sha256.to_owned(),
        at_unix_ms: at.parse().unwrap(),
        verdict: verdict.to_owned(),
    }
}

impl ReceiverState {
    fn choose(&mut self) -> Reply {
        if let Some(reply) = self.next.pop_front() {
            return reply;
        }
        if let Some((n, reply)) = &self.every
            && (self.received.len() + 1).is_multiple_of(*n)
        {
            return reply.clone();
        }
        if let Some(flaky) = &mut self.flaky
            && flaky.dice.f64() < flaky.probability
        {
            return flaky.dice.choice(&flaky.replies).unwrap().clone();
        }
        self.standing.clone()
    }

    /// Stores the message, on the disk first, and chooses the reply.
    fn store(&mut self, heard: Request) -> Reply {
        let reply = self.choose();
        let id = header(&heard.headers, "webhook-id").unwrap_or("-").replace(['\t', '\n'], " ");
        let logged = LogLine {
            id,
            sha256: sha256_hex(&heard.body),
            at_unix_ms: unix_ms(),
            verdict: reply.verdict(),
        };
        let LogLine { id, sha256, at_unix_ms, verdict } = &logged;
        self.log
            .write_all(format!("{id}\t{sha256}\t{at_unix_ms}\t{verdict}\n").as_bytes())
            .unwrap();
        self.log.sync_data().unwrap();
        self.received.push(ReceivedMessage {
            path: heard.path,
            headers: heard.headers,
            body: heard.body,
            logged,
        });
        reply
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<ReceiverState>>) {
    let mut stream = BufReader::new(stream);
    while let Some(heard) = read_request(&mut stream).await {
        let reply = state.lock().unwrap().store(heard);
        let said = match reply {
            Reply::Status(status) => write_response(&mut stream, status, &[], b"").await,
            Reply::Later { status, after } => {
                write_response(&mut stream, status, &[("retry-after", &after)], b"").await
            }
            Reply::Redirect { status, to } => {
                write_response(&mut stream, status, &[("location", &to)], b"").await
            }
            Reply::Slow(wait) => {
                tokio::time::sleep(wait).await;
                write_response(&mut stream, 200, &[], b"").await
            }
            Reply::Stall => {
                while stream.read_u8().await.is_ok() {}
                return;
            }
            Reply::Reset => {
                stream.get_ref().set_zero_linger().unwrap();
                return;
            }
        };
        if said.is_err() {
            return;
        }
    }
}
