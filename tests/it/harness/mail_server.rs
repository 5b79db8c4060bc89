//! An SMTP server that keeps every message byte for byte, and fails at any stage on request.
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::tcp_server::TcpServer;

/// A step of the SMTP conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmtpStage {
    Banner,
    Ehlo,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the lone dot.
    Dot,
    Rset,
    Noop,
    Quit,
}

/// What the server answers at a stage.
#[derive(Clone, Debug)]
pub enum SmtpReply {
    /// This line, e.g. `450 4.2.0 later`. A 421 also ends the connection.
    Line(String),
    /// Hangs up without a word. After the dot the message is kept all the same.
    Drop,
    /// Its usual line, then hangs up.
    AnswerThenDrop,
    /// Nothing more, ever.
    Stall,
    /// Bytes that are no SMTP.
    Garbage,
    /// A line of a million bytes.
    LongLine,
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The name the client gave with EHLO.
    pub helo: String,
    /// Envelope sender and recipients, without angle brackets.
    pub from: String,
    pub to: Vec<String>,
    /// As it was sent, dots unstuffed, without the final lone dot.
    pub data: Vec<u8>,
    /// Whether the client was told 250.
    pub is_acknowledged: bool,
    /// When it was kept, which is before the client was told anything.
    pub at_unix_ms: u64,
}

impl ReceivedMail {
    /// The header's value with its folds joined, as it stands in the message.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.data).into_owned();
        let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }
}

/// The server.
pub struct MailServer {
    server: TcpServer,
    state: Arc<Mutex<ServerState>>,
}

#[derive(Default)]
struct ServerState {
    received: Vec<ReceivedMail>,
    extensions: Vec<String>,
    replies: HashMap<SmtpStage, SmtpReply>,
    next: HashMap<SmtpStage, VecDeque<SmtpReply>>,
    connections: usize,
    random: Option<RandomFailures>,
}

/// Failures drawn by a seed.
struct RandomFailures {
    rng: fastrand::Rng,
    probability: f64,
    failures: Vec<(SmtpStage, SmtpReply)>,
}

impl MailServer {
    pub fn open() -> Self {
        let names = ["8BITMIME", "SIZE 10485760", "SMTPUTF8", "PIPELINING"];
        let state =
            ServerState { extensions: names.map(str::to_owned).to_vec(), ..ServerState::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        Self { server: TcpServer::open(move |stream| serve(stream, Arc::clone(&shared))), state }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.server.port()))
    }

    /// The extensions named in the answer to EHLO.
    pub fn set_extensions(&self, extensions: &[&str]) -> &Self {
        self.state.lock().unwrap().extensions =
            extensions.iter().map(|one| (*one).to_owned()).collect();
        self
    }

    /// Says this at that stage from now on.
    pub fn set_reply(&self, stage: SmtpStage, says: SmtpReply) -> &Self {
        self.state.lock().unwrap().replies.insert(stage, says);
        self
    }

    /// Says this at that stage the next time only; several wait their turn.
    pub fn set_next_reply(&self, stage: SmtpStage, says: SmtpReply) -> &Self {
        self.state.lock().unwrap().next.entry(stage).or_default().push_back(says);
        self
    }

    /// At each stage draws one of these failures with that probability, and fails if the failure
    /// drawn is one of that stage.
    pub fn set_random_failures(
        &self,
        seed: u64,
        probability: f64,
        failures: &[(SmtpStage, SmtpReply)],
    ) -> &Self {
        let rng = fastrand::Rng::with_seed(seed);
        let random = RandomFailures { rng, probability, failures: failures.to_vec() };
        self.state.lock().unwrap().random = Some(random);
        self
    }

    /// Says what servers usually say, everywhere.
    pub fn clear_failures(&self) -> &Self {
        let mut state = self.state.lock().unwrap();
        state.replies.clear();
        state.next.clear();
        state.random = None;
        drop(state);
        self
    }

    /// Every message so far.
    pub fn received(&self) -> Vec<ReceivedMail> {
        self.state.lock().unwrap().received.clone()
    }

    /// How many connections were ever opened.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Waits until so many messages were received, and gives them.
    #[expect(clippy::disallowed_methods, reason = "the servers run on threads of their own")]
    pub fn wait_for(&self, count: usize, patience: Duration) -> Vec<ReceivedMail> {
        let until = Instant::now() + patience;
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(Instant::now() < until, "{} of {count} mails came", received.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// One conversation.
struct Session {
    stream: BufReader<TcpStream>,
    state: Arc<Mutex<ServerState>>,
    helo: String,
    from: String,
    to: Vec<String>,
}

/// How the client is to take what was said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterReply {
    Yes,
    No,
}

async fn serve(stream: TcpStream, state: Arc<Mutex<ServerState>>) {
    state.lock().unwrap().connections += 1;
    let mut talk = Session {
        stream: BufReader::new(stream),
        state,
        helo: String::new(),
        from: String::new(),
        to: Vec::new(),
    };
    if talk.answer(SmtpStage::Banner, "220 mail.example ESMTP").await.is_none() {
        return;
    }
    while let Some(line) = talk.line().await {
        if talk.command(&line).await.is_none() {
            return;
        }
    }
}

impl Session {
    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await.ok().filter(|count| *count > 0)?;
        Some(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// Does what the client said; `None` ends the conversation.
    async fn command(&mut self, line: &str) -> Option<()> {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" => {
                line.split(' ').nth(1).unwrap_or_default().clone_into(&mut self.helo);
                let hello = self.hello();
                self.answer(SmtpStage::Ehlo, &hello).await?;
            }
            "AUTH" => {
                self.answer(SmtpStage::Auth, "235 2.7.0 fine").await?;
            }
            "MAIL" => {
                if self.answer(SmtpStage::Mail, "250 2.1.0 fine").await? == AfterReply::Yes {
                    self.from = path(line);
                    self.to.clear();
                }
            }
            "RCPT" => {
                if self.answer(SmtpStage::Rcpt, "250 2.1.5 fine").await? == AfterReply::Yes {
                    self.to.push(path(line));
                }
            }
            "DATA" => self.data().await?,
            "RSET" => {
                self.to.clear();
                self.answer(SmtpStage::Rset, "250 2.0.0 fine").await?;
            }
            "NOOP" => {
                self.answer(SmtpStage::Noop, "250 2.0.0 fine").await?;
            }
            "QUIT" => {
                self.answer(SmtpStage::Quit, "221 2.0.0 bye").await?;
                return None;
            }
            _ => self.write(b"500 5.5.1 what\r\n").await?,
        }
        Some(())
    }

    fn hello(&self) -> String {
        let state = self.state.lock().unwrap();
        let mut lines = vec!["mail.example".to_owned()];
        lines.extend(state.extensions.iter().cloned());
        let last = lines.len() - 1;
        let shown: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' }))
            .collect();
        shown.join("\r\n")
    }

    async fn data(&mut self) -> Option<()> {
        if self.to.is_empty() {
            return self.write(b"503 5.5.1 no recipient\r\n").await;
        }
        if self.answer(SmtpStage::Data, "354 go on").await? == AfterReply::No {
            return Some(());
        }
        let mut data = Vec::new();
        loop {
            let mut line = Vec::new();
            self.stream.read_until(b'\n', &mut line).await.ok().filter(|count| *count > 0)?;
            if line == b".\r\n" {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let says = self.choose(SmtpStage::Dot);
        let is_acknowledged = match &says {
            None | Some(SmtpReply::AnswerThenDrop) => true,
            Some(SmtpReply::Line(line)) => line.starts_with('2'),
            Some(SmtpReply::Drop | SmtpReply::Stall | SmtpReply::Garbage | SmtpReply::LongLine) => {
                false
            }
        };
        if is_acknowledged || !matches!(says, Some(SmtpReply::Line(_))) {
            self.keep(data, is_acknowledged);
        }
        self.write_reply(says, "250 2.0.0 kept").await?;
        Some(())
    }

    /// Keeps the message, before the client is told anything.
    fn keep(&mut self, data: Vec<u8>, is_acknowledged: bool) {
        let received = ReceivedMail {
            helo: self.helo.clone(),
            from: self.from.clone(),
            to: std::mem::take(&mut self.to),
            data,
            is_acknowledged,
            at_unix_ms: super::unix_ms(),
        };
        self.state.lock().unwrap().received.push(received);
    }

    fn choose(&self, stage: SmtpStage) -> Option<SmtpReply> {
        let mut server = self.state.lock().unwrap();
        let next = server.next.get_mut(&stage).and_then(VecDeque::pop_front);
        if let Some(reply) = next.or_else(|| server.replies.get(&stage).cloned()) {
            return Some(reply);
        }
        let random = server.random.as_mut()?;
        if random.rng.f64() >= random.probability {
            return None;
        }
        let (at, reply) = random.rng.choice(&random.failures)?;
        (*at == stage).then(|| reply.clone())
    }

    async fn answer(&mut self, stage: SmtpStage, usual: &str) -> Option<AfterReply> {
        let says = self.choose(stage);
        self.write_reply(says, usual).await
    }

    /// Says it; `None` when the conversation is over.
    async fn write_reply(&mut self, says: Option<SmtpReply>, usual: &str) -> Option<AfterReply> {
        let line = match says {
            None => usual.to_owned(),
            Some(SmtpReply::Line(line)) => line,
            Some(SmtpReply::AnswerThenDrop) => {
                self.write(format!("{usual}\r\n").as_bytes()).await?;
                return None;
            }
            Some(SmtpReply::Drop) => return None,
            Some(SmtpReply::Stall) => {
                while self.stream.read_u8().await.is_ok() {}
                return None;
            }
            Some(SmtpReply::Garbage) => {
                self.write(b"\x00\xff\x16\x03\x01 what?\r\n").await?;
                return Some(AfterReply::No);
            }
            Some(SmtpReply::LongLine) => {
                self.write(format!("250 {}\r\n", "x".repeat(1_000_000)).as_bytes()).await?;
                return Some(AfterReply::No);
            }
        };
        self.write(format!("{line}\r\n").as_bytes()).await?;
        if line.starts_with("421") {
            return None;
        }
        Some(if line.starts_with(['2', '3']) { AfterReply::Yes } else { AfterReply::No })
    }

    async fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).await.ok()?;
        self.stream.flush().await.ok()
    }
}

/// The address between the angle brackets.
fn path(line: &str) -> String {
    let inner = line.split('<').nth(1).and_then(|rest| rest.split('>').next());
    inner.unwrap_or_default().to_owned()
}
