//! A feed server whose feeds change, fail, redirect, stall and lie as a test tells them to, and
//! which remembers who asked for what, when, and how many at once.
//!
//! ```text
//! let feeds = FeedServer::open();
//! let news = feeds.feed("/news").with_title("Harbour Courier").with_format(FeedFormat::Atom);
//! news.publish(Item::new("1", "Ferry resumes")).with_coding(Coding::Gzip);
//! news.set_next_answers([Answer::Status(503), Answer::Stall]);
//! ```
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::io::BufReader;
use tokio::net::TcpStream;

use super::answer::{Answer, Document};
use super::compression::Coding;
use super::feed_formats::{FeedFormat, FeedHead, Item, render};
use super::http::{Request, header, read_request};
use super::sha256_hex;
use super::tcp_server::TcpServer;

/// What `Last-Modified` says before the first change; each change is one second later, so that two
/// quick changes never share a date.
const FIRST_CHANGE_UNIX_S: u64 = 1_795_000_000;

/// Which items a feed lists when nothing else was said: as many as newsrooms commonly do.
const WINDOW_ITEMS: usize = 30;

/// The server; any number of feeds, by path, or by host and path.
pub struct FeedServer {
    server: TcpServer,
    state: Arc<Mutex<ServerState>>,
}

/// One feed of the server, to be changed while it is served.
#[derive(Clone)]
pub struct ServedFeed {
    key: Key,
    port: u16,
    state: Arc<Mutex<ServerState>>,
}

/// One request that came.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    pub at: Instant,
    /// Without the port.
    pub host: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Requests the same host was serving at that moment, this one included.
    pub at_once: usize,
    /// What was answered; 0 for no status at all.
    pub status: u16,
}

impl LoggedRequest {
    /// The first request header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A host, or any, and a path.
type Key = (Option<String>, String);

#[derive(Default)]
struct ServerState {
    pages: BTreeMap<Key, FeedState>,
    asked: Vec<LoggedRequest>,
    serving: HashMap<String, usize>,
}

struct FeedState {
    head: FeedHead,
    rendering: FeedFormat,
    window: usize,
    items: Vec<Item>,
    /// Content type and body, verbatim, instead of a rendering of the items.
    verbatim: Option<(String, Vec<u8>)>,
    changes: u64,
    with_etag: bool,
    with_date: bool,
    coding: Option<Coding>,
    /// The document as it was packed beforehand.
    packed: Option<Vec<u8>>,
    cache_control: Option<String>,
    answer: Answer,
    next: VecDeque<Answer>,
    count: usize,
}

impl FeedServer {
    pub fn open() -> Self {
        let state = Arc::new(Mutex::new(ServerState::default()));
        let read = Arc::clone(&state);
        Self { server: TcpServer::open(move |stream| serve(stream, Arc::clone(&read))), state }
    }

    /// The feed at this path, whatever the host; made empty if it is new.
    pub fn feed(&self, path: &str) -> ServedFeed {
        self.at((None, path.to_owned()))
    }

    /// The feed at this path of this host only, e.g. `127.0.3.7`: every address in `127.0.0.0/8`
    /// reaches this server without a resolver.
    pub fn feed_on(&self, host: &str, path: &str) -> ServedFeed {
        self.at((Some(host.to_owned()), path.to_owned()))
    }

    fn at(&self, key: Key) -> ServedFeed {
        self.state.lock().unwrap().pages.entry(key.clone()).or_insert_with(|| FeedState::new(&key));
        ServedFeed { key, port: self.server.port(), state: Arc::clone(&self.state) }
    }

    /// The address of a path on `127.0.0.1`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.server.port())
    }

    /// `count` redirects with that status, the last one to `to`; gives the address of the first.
    pub fn redirect_chain(&self, status: u16, count: usize, to: &str) -> String {
        let url = |hop: usize| self.url(&format!("/chain-{status}-{count}/{hop}"));
        for hop in 0..count {
            let next = if hop + 1 == count { to.to_owned() } else { url(hop + 1) };
            let path = format!("/chain-{status}-{count}/{hop}");
            self.feed(&path).set_answer(Answer::Redirect { status, to: next });
        }
        url(0)
    }

    /// `count` redirects that lead round for ever; gives the address of the first.
    pub fn redirect_loop(&self, status: u16, count: usize) -> String {
        let first = self.url(&format!("/chain-{status}-{count}/0"));
        self.redirect_chain(status, count, &first)
    }

    /// Every request so far, in the order they came.
    pub fn asked(&self) -> Vec<LoggedRequest> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The most requests one host was ever serving at one moment.
    pub fn max_concurrent_requests(&self) -> usize {
        self.state.lock().unwrap().asked.iter().map(|asked| asked.at_once).max().unwrap_or(0)
    }
}

impl ServedFeed {
    pub fn url(&self) -> String {
        let host = self.key.0.as_deref().unwrap_or("127.0.0.1");
        format!("http://{host}:{}{}", self.port, self.key.1)
    }

    fn change_state(&self, change: impl FnOnce(&mut FeedState)) -> &Self {
        let mut state = self.state.lock().unwrap();
        change(state.pages.get_mut(&self.key).unwrap());
        drop(state);
        self
    }

    /// What the feed calls itself.
    pub fn with_title(&self, title: &str) -> &Self {
        self.change_state(|page| {
            title.clone_into(&mut page.head.title);
            page.changes += 1;
        })
    }

    /// The whole head at once: title, home, language.
    pub fn with_head(&self, head: &FeedHead) -> &Self {
        self.change_state(|page| {
            page.head = head.clone();
            page.changes += 1;
        })
    }

    pub fn with_format(&self, rendering: FeedFormat) -> &Self {
        self.change_state(|page| {
            page.rendering = rendering;
            page.changes += 1;
        })
    }

    /// Lists only the newest so many items.
    pub fn with_max_items(&self, items: usize) -> &Self {
        self.change_state(|page| page.window = items)
    }

    /// Packs the document for clients that accept it.
    pub fn with_coding(&self, coding: Coding) -> &Self {
        self.change_state(|page| page.coding = Some(coding))
    }

    /// Serves these bytes as the packed form of what it serves verbatim. Packing a large one on demand would keep whoever
    /// else is served waiting for seconds, and on a busy machine for longer than a client does.
    pub fn with_coded_body(&self, coding: Coding, bytes: Vec<u8>) -> &Self {
        self.change_state(|page| {
            page.coding = Some(coding);
            page.packed = Some(bytes);
        })
    }

    /// What caches are told.
    pub fn with_cache_control(&self, cache_control: &str) -> &Self {
        self.change_state(|page| page.cache_control = Some(cache_control.to_owned()))
    }

    /// Which validators are given: `ETag`, `Last-Modified`.
    pub fn with_validators(&self, etag: bool, date: bool) -> &Self {
        self.change_state(|page| {
            page.with_etag = etag;
            page.with_date = date;
        })
    }

    /// Puts an item at the top.
    pub fn publish(&self, item: Item) -> &Self {
        self.change_state(|page| {
            page.items.insert(0, item);
            page.changes += 1;
        })
    }

    /// Changes the item with that id.
    pub fn edit(&self, id: &str, change: impl FnOnce(&mut Item)) -> &Self {
        self.change_state(|page| {
            let found = page.items.iter_mut().find(|item| item.id == id);
            change(found.unwrap_or_else(|| panic!("no item `{id}` to edit")));
            page.changes += 1;
        })
    }

    pub fn remove(&self, id: &str) -> &Self {
        self.change_state(|page| {
            let before = page.items.len();
            page.items.retain(|item| item.id != id);
            assert!(page.items.len() < before, "no item `{id}` to remove");
            page.changes += 1;
        })
    }

    /// Gives every item another id, as a careless migration does.
    pub fn change_ids(&self, new_id: impl Fn(&str) -> String) -> &Self {
        self.change_state(|page| {
            for item in &mut page.items {
                item.id = new_id(&item.id);
            }
            page.changes += 1;
        })
    }

    /// Serves these bytes under this content type from now on, whatever the items are.
    pub fn with_body(&self, content_type: &str, body: &[u8]) -> &Self {
        self.change_state(|page| {
            page.verbatim = Some((content_type.to_owned(), body.to_vec()));
            page.packed = None;
            page.changes += 1;
        })
    }

    /// Names a hub in its document, which it is rendered with from the items as they are now.
    pub fn with_hub(&self, hub: &str) -> &Self {
        self.change_state(|page| {
            page.verbatim = None;
            let served = page.document();
            let text = String::from_utf8(served.body).unwrap();
            let link = format!(
                "<channel><link xmlns=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"{hub}\"/>"
            );
            let text = text.replacen("<channel>", &link, 1);
            page.verbatim = Some((served.content_type, text.into_bytes()));
        })
    }

    /// Answers like this from now on.
    pub fn set_answer(&self, answer: Answer) -> &Self {
        self.change_state(|page| page.answer = answer)
    }

    /// Answers the next requests like this, one each, then as before.
    pub fn set_next_answers(&self, answers: impl IntoIterator<Item = Answer>) -> &Self {
        self.change_state(|page| page.next.extend(answers))
    }

    /// Every request this feed had.
    pub fn asked(&self) -> Vec<LoggedRequest> {
        let (host, path) = &self.key;
        let is_own = |asked: &LoggedRequest| {
            asked.path == *path && host.as_deref().is_none_or(|host| host == asked.host)
        };
        self.state.lock().unwrap().asked.iter().filter(|asked| is_own(asked)).cloned().collect()
    }
}

impl FeedState {
    fn new((host, path): &Key) -> Self {
        let host = host.as_deref().unwrap_or("news.example");
        Self {
            head: FeedHead {
                title: format!("The news of {path}"),
                home: format!("http://{host}/"),
                language: "en".to_owned(),
            },
            rendering: FeedFormat::default(),
            window: WINDOW_ITEMS,
            items: Vec::new(),
            verbatim: None,
            changes: 0,
            with_etag: true,
            with_date: true,
            coding: None,
            packed: None,
            cache_control: None,
            answer: Answer::Honest,
            next: VecDeque::new(),
            count: 0,
        }
    }

    fn document(&self) -> Document {
        let (content_type, body) = self.verbatim.clone().unwrap_or_else(|| {
            let shown = &self.items[..self.window.min(self.items.len())];
            let body = render(self.rendering, &self.head, shown);
            (self.rendering.content_type().to_owned(), body)
        });
        let changed = UNIX_EPOCH + Duration::from_secs(FIRST_CHANGE_UNIX_S + self.changes);
        let sum = sha256_hex(&body);
        Document {
            content_type,
            etag: self.with_etag.then(|| format!("\"{}\"", sum.get(..16).unwrap())),
            last_modified: self.with_date.then(|| httpdate::fmt_http_date(changed)),
            body,
            coding: self.coding,
            packed: self.packed.clone(),
            cache_control: self.cache_control.clone(),
            count: self.count,
        }
    }
}

/// Counts a request in until it is dropped.
struct RequestInProgress {
    state: Arc<Mutex<ServerState>>,
    host: String,
}

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        *state.serving.get_mut(&self.host).unwrap() -= 1;
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<ServerState>>) {
    // The client hanging up is its right, at any point.
    drop(stream.set_nodelay(true));
    let mut stream = BufReader::new(stream);
    while let Some(heard) = read_request(&mut stream).await {
        let (answer, served, _serving) = admit(&state, &heard);
        if !answer.send(&mut stream, &heard, &served).await.unwrap_or(false) {
            return;
        }
    }
}

/// Writes the request down and chooses its answer.
fn admit(
    shared: &Arc<Mutex<ServerState>>,
    heard: &Request,
) -> (Answer, Document, RequestInProgress) {
    let mut state: MutexGuard<'_, ServerState> = shared.lock().unwrap();
    let host = heard.host().to_owned();
    let path = heard.path.clone();
    let own = (Some(host.clone()), path.clone());
    let key = if state.pages.contains_key(&own) { own } else { (None, path.clone()) };
    let (answer, served) = match state.pages.get_mut(&key) {
        Some(page) => {
            page.count += 1;
            (page.next.pop_front().unwrap_or_else(|| page.answer.clone()), page.document())
        }
        None => (Answer::Status(404), FeedState::new(&key).document()),
    };
    let serving = state.serving.entry(host.clone()).or_default();
    *serving += 1;
    let at_once = *serving;
    let status = answer.status(heard, &served);
    state.asked.push(LoggedRequest {
        at: Instant::now(),
        host: host.clone(),
        path,
        headers: heard.headers.clone(),
        body: heard.body.clone(),
        at_once,
        status,
    });
    (answer, served, RequestInProgress { state: Arc::clone(shared), host })
}
