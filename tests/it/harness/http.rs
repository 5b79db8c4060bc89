//! Just enough HTTP/1.1 by hand: what a test server hears, and what it says, right or wrong.
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The longest request head a client under test may send, in bytes.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// The longest request body a client under test may send, in bytes.
const BODY_BYTES_MAX: usize = 16 << 20;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The host asked for, without its port.
    pub fn host(&self) -> &str {
        let host = self.header("host").unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(name, _)| name)
    }
}

/// The first header of that name, whatever its case.
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(found.1.as_str())
}

/// Reads the next request; `None` when the client is done with the connection.
pub async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_BYTES_MAX {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut request = lines.next()?.split(' ');
    let method = request.next()?.to_owned();
    let path = request.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = header(&headers, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if length > BODY_BYTES_MAX {
        return None;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, path, headers, body })
}

/// The head of an answer; no length is added, so a test may lie about it.
pub fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// A whole, honest answer.
pub async fn write_response(
    stream: &mut BufReader<TcpStream>,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let length = body.len().to_string();
    let mut all = headers.to_vec();
    if status != 304 {
        all.push(("content-length", &length));
    }
    let mut bytes = head(status, &all);
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).await?;
    stream.flush().await
}

fn reason(status: u16) -> &'static str {
    match status {
        200..=299 => "Fine",
        300..=399 => "Elsewhere",
        400..=499 => "Your Fault",
        _ => "My Fault",
    }
}

/// What a server answered to [`ask`].
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// As it came, whatever its coding or framing.
    pub body: Vec<u8>,
    /// Whether the connection ended in an error and not with its end.
    pub broke: bool,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// Asks once, on a connection of its own, and takes what comes until the server is done, the
/// answer is complete or half a second brought nothing.
#[expect(clippy::disallowed_methods, reason = "the client of the world's own smoke tests")]
pub fn send_request(url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Response {
    let url = url::Url::parse(url).unwrap();
    let host: std::net::IpAddr = url.host_str().unwrap().parse().unwrap();
    let address = SocketAddr::new(host, url.port().unwrap());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut text = format!("{method} {} HTTP/1.1\r\nhost: {address}\r\n", url.path());
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    let body = body.unwrap_or_default();
    write!(text, "content-length: {}\r\n\r\n", body.len()).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    read_response(&mut stream)
}

fn read_response(stream: &mut std::net::TcpStream) -> Response {
    /// More than any answer a smoke test waits out.
    const ANSWER_BYTES_MAX: usize = 2 << 20;
    const ANSWER_TIME_MAX: Duration = Duration::from_secs(2);
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 << 10];
    let mut broke = false;
    let mut enough = ANSWER_BYTES_MAX;
    let until = Instant::now() + ANSWER_TIME_MAX;
    while bytes.len() < enough && Instant::now() < until {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(_) => {
                broke = true;
                break;
            }
        }
        if enough == ANSWER_BYTES_MAX
            && let Some(whole) = whole_answer_bytes(&bytes)
        {
            enough = whole;
        }
    }
    let (status, headers, body_at) = split_head(&bytes).unwrap_or((0, Vec::new(), bytes.len()));
    Response { status, headers, body: bytes[body_at..].to_vec(), broke }
}

type Headers = Vec<(String, String)>;

/// Status, headers, and where the body begins, once the head is whole.
fn split_head(bytes: &[u8]) -> Option<(u16, Headers, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let headers = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some((status, headers, end + 4))
}

/// How long the answer will be, once its head tells.
fn whole_answer_bytes(bytes: &[u8]) -> Option<usize> {
    let (status, headers, body_at) = split_head(bytes)?;
    let length = header(&headers, "content-length").and_then(|text| text.parse::<usize>().ok());
    match status {
        304 => Some(body_at),
        _ => length.map(|length| body_at + length),
    }
}
