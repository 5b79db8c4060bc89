//! The yardsticks: what any poller on tokio and reqwest must spend, without anything that makes it
//! useful. One thread, 64 requests in flight, validators in memory.
use std::fs;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use reqwest::header;
use reqwest::{Client, StatusCode};
use tokio::task::JoinSet;

/// Requests at a time.
const IN_FLIGHT: usize = 64;
/// More than any feed here; a bare loop has limits too.
const BODY_BYTES_MAX: usize = 16 << 20;

/// What the loop does with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Reads it to its end, as it came.
    Fetch,
    /// Unpacks it and has feed-rs parse it.
    FetchAndParse,
}

impl Work {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::FetchAndParse => "fetch+parse",
        }
    }

    pub fn named(name: &str) -> Self {
        if name == Self::Fetch.name() { Self::Fetch } else { Self::FetchAndParse }
    }
}

struct Source {
    url: String,
    etag: Option<header::HeaderValue>,
    last_modified: Option<header::HeaderValue>,
}

/// Polls all feeds of the list once for every line on standard input, and answers each with
/// `wall-seconds changed items`.
pub fn serve_polls(work: Work, list: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = client();
    let list = fs::read_to_string(list).unwrap();
    let mut sources: Vec<Source> = list
        .lines()
        .map(|url| Source { url: url.to_owned(), etag: None, last_modified: None })
        .collect();
    for _ in io::stdin().lock().lines() {
        let begun = Instant::now();
        let (changed, items) = runtime.block_on(poll(&client, work, &mut sources));
        println!("{} {changed} {items}", begun.elapsed().as_secs_f64());
        io::stdout().flush().unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a yardstick has no gate")]
fn client() -> Client {
    Client::builder()
        .pool_max_idle_per_host(0)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

async fn poll(client: &Client, work: Work, sources: &mut Vec<Source>) -> (usize, usize) {
    let mut waiting = std::mem::take(sources);
    let mut flying = JoinSet::new();
    let (mut changed, mut items) = (0, 0);
    loop {
        while flying.len() < IN_FLIGHT
            && let Some(source) = waiting.pop()
        {
            flying.spawn(poll_one(client.clone(), work, source));
        }
        let Some(done) = flying.join_next().await else { return (changed, items) };
        let (source, found) = done.unwrap();
        changed += usize::from(found.is_some());
        items += found.unwrap_or(0);
        sources.push(source);
    }
}

/// Asks one feed; the number of its items if it changed.
async fn poll_one(client: Client, work: Work, mut source: Source) -> (Source, Option<usize>) {
    let mut request = client.get(&source.url).header(header::ACCEPT_ENCODING, "gzip");
    if let Some(etag) = &source.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = &source.last_modified {
        request = request.header(header::IF_MODIFIED_SINCE, date);
    }
    let mut response = request.send().await.unwrap();
    if response.status() == StatusCode::NOT_MODIFIED {
        return (source, None);
    }
    assert_eq!(response.status(), StatusCode::OK, "{}", source.url);
    source.etag = response.headers().get(header::ETAG).cloned();
    source.last_modified = response.headers().get(header::LAST_MODIFIED).cloned();
    let is_packed = response.headers().contains_key(header::CONTENT_ENCODING);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        assert!(body.len() + chunk.len() <= BODY_BYTES_MAX);
        body.extend_from_slice(&chunk);
    }
    let items = match work {
        Work::Fetch => 0,
        Work::FetchAndParse => count_items(&body, is_packed),
    };
    (source, Some(items))
}

fn count_items(body: &[u8], is_packed: bool) -> usize {
    if !is_packed {
        return feed_rs::parser::parse(body).unwrap().entries.len();
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(body).read_to_end(&mut plain).unwrap();
    feed_rs::parser::parse(&plain[..]).unwrap().entries.len()
}
