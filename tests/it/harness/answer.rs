//! Everything a feed server may answer: as it should, and in the ways servers go wrong.
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::compression::Coding;
use super::http::{Request, head, write_response};

/// How a path answers.
#[derive(Clone, Debug, Default)]
pub enum Answer {
    /// The document, or 304 when the client has it.
    #[default]
    Honest,
    /// That status and nothing of the document.
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
    /// A redirect that does not say where to.
    RedirectNowhere(u16),
    /// 200 and a web page that wants the visitor to prove to be human.
    Page,
    /// 200 and no body.
    Empty,
    /// 304 to whoever asks conditionally, changed or not.
    ValidatorLiar,
    /// The document under another weak `ETag` each time.
    ValidatorFlap,
    /// Takes the request and never answers.
    Stall,
    /// Stops in the middle of the body and keeps the connection.
    StallInBody {
        after: usize,
    },
    /// The document, so many bytes at a time.
    Drip {
        bytes: usize,
        every: Duration,
    },
    /// Header lines without end, one at a time.
    DripHead {
        every: Duration,
    },
    /// Headers of that many bytes before the document.
    HeaderBomb {
        bytes: usize,
    },
    /// `103 Early Hints` without end.
    InterimForever,
    /// A chunked body without end.
    Endless,
    /// A reset connection after so many bytes of the body.
    Reset {
        after: usize,
    },
    /// A `Content-Length` that much under the truth.
    LengthShort {
        by: usize,
    },
    /// A `Content-Length` that much over the truth, then the end of the connection.
    LengthLong {
        by: usize,
    },
    /// A small body that unpacks to so many mebibytes of zeros.
    Bomb {
        coding: Coding,
        mib: usize,
    },
    /// Gzip within gzip.
    GzipTwice,
    /// Gzip whose checksum is wrong.
    GzipBadSum,
    /// Gzip that stops half-way, with an honest `Content-Length`.
    GzipHalf,
    /// The document, each byte in a packet of its own.
    OneByteSegments,
}

/// The document as the path has it at the moment of the request.
#[derive(Clone, Debug)]
pub struct Document {
    pub content_type: String,
    pub body: Vec<u8>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub coding: Option<Coding>,
    /// Packed beforehand.
    pub packed: Option<Vec<u8>>,
    pub cache_control: Option<String>,
    /// How often the path has been asked, this time included.
    pub count: usize,
}

const PAGE: &[u8] = b"<!DOCTYPE html>\n<html><head><title>One moment</title></head><body>\
    <h1>Checking your browser</h1><p>Please enable scripts to go on.</p></body></html>\n";

type Stream = BufReader<TcpStream>;

impl Answer {
    /// The status a client sees; 0 when it never sees one.
    pub fn status(&self, heard: &Request, served: &Document) -> u16 {
        match self {
            Self::Honest => {
                if served.is_known_to(heard) {
                    304
                } else {
                    200
                }
            }
            Self::ValidatorLiar => {
                if is_conditional(heard) {
                    304
                } else {
                    200
                }
            }
            Self::Status(status)
            | Self::Later { status, .. }
            | Self::Redirect { status, .. }
            | Self::RedirectNowhere(status) => *status,
            Self::Stall | Self::DripHead { .. } | Self::InterimForever => 0,
            Self::ValidatorFlap
            | Self::Page
            | Self::Empty
            | Self::StallInBody { .. }
            | Self::Drip { .. }
            | Self::HeaderBomb { .. }
            | Self::Endless
            | Self::Reset { .. }
            | Self::LengthShort { .. }
            | Self::LengthLong { .. }
            | Self::Bomb { .. }
            | Self::GzipTwice
            | Self::GzipBadSum
            | Self::GzipHalf
            | Self::OneByteSegments => 200,
        }
    }

    /// Answers; `Ok(true)` when the connection may be used again.
    pub async fn send(
        &self,
        stream: &mut Stream,
        heard: &Request,
        served: &Document,
    ) -> io::Result<bool> {
        let kind = ("content-type", served.content_type.as_str());
        match self {
            Self::Honest | Self::ValidatorLiar => {
                let status = self.status(heard, served);
                document(stream, status, heard, served, served.etag.as_deref()).await?;
                return Ok(true);
            }
            Self::ValidatorFlap => {
                let tag = format!("W/\"{}\"", served.count);
                document(stream, 200, heard, served, Some(&tag)).await?;
                return Ok(true);
            }
            Self::Status(status) | Self::RedirectNowhere(status) => {
                write_response(stream, *status, &[], b"").await?;
            }
            Self::Later { status, after } => {
                write_response(stream, *status, &[("retry-after", after)], b"").await?;
            }
            Self::Redirect { status, to } => {
                write_response(stream, *status, &[("location", to)], b"").await?;
            }
            Self::Page => {
                write_response(stream, 200, &[("content-type", "text/html")], PAGE).await?;
            }
            Self::Empty => write_response(stream, 200, &[kind], b"").await?,
            Self::Stall => hang(stream).await?,
            Self::StallInBody { after } => {
                write_part(stream, served, *after).await?;
                hang(stream).await?;
            }
            Self::Drip { bytes, every } => drip(stream, served, *bytes, *every).await?,
            Self::OneByteSegments => drip(stream, served, 1, Duration::ZERO).await?,
            Self::DripHead { every } => drip_head(stream, *every).await?,
            Self::InterimForever => interim_forever(stream).await?,
            Self::Endless => endless(stream, kind).await?,
            Self::HeaderBomb { bytes } => {
                let value = "x".repeat(*bytes);
                write_response(stream, 200, &[kind, ("x-bomb", &value)], &served.body).await?;
            }
            Self::Reset { after } => {
                write_part(stream, served, *after).await?;
                // The client shall read what was sent before the reset takes it away.
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.get_ref().set_zero_linger()?;
            }
            Self::LengthShort { by } => {
                write_whole(stream, served, -i64::try_from(*by).unwrap()).await?;
            }
            Self::LengthLong { by } => {
                write_whole(stream, served, i64::try_from(*by).unwrap()).await?;
            }
            Self::Bomb { coding, mib } => {
                packed(stream, kind, coding.word(), &coding.bomb(*mib)).await?;
            }
            Self::GzipTwice => {
                let twice = Coding::Gzip.compress(&served.gzip());
                packed(stream, kind, "gzip, gzip", &twice).await?;
            }
            Self::GzipBadSum => {
                packed(stream, kind, "gzip", &with_wrong_sum(served.gzip())).await?;
            }
            Self::GzipHalf => {
                let gzip = served.gzip();
                packed(stream, kind, "gzip", &gzip[..gzip.len() / 2]).await?;
            }
        }
        Ok(false)
    }
}

/// The document as it should be given, or 304.
async fn document(
    stream: &mut Stream,
    status: u16,
    heard: &Request,
    served: &Document,
    etag: Option<&str>,
) -> io::Result<()> {
    let mut headers = vec![("content-type", served.content_type.as_str())];
    headers.extend(etag.map(|tag| ("etag", tag)));
    headers.extend(served.last_modified.as_deref().map(|date| ("last-modified", date)));
    headers.extend(served.cache_control.as_deref().map(|told| ("cache-control", told)));
    if status == 304 {
        return write_response(stream, 304, &headers, b"").await;
    }
    let accept = heard.header("accept-encoding").unwrap_or_default();
    if let Some(coding) = served.coding.filter(|coding| coding.is_accepted(accept)) {
        headers.push(("content-encoding", coding.word()));
        headers.push(("vary", "accept-encoding"));
        let packed = served.packed.clone().unwrap_or_else(|| coding.compress(&served.body));
        return write_response(stream, 200, &headers, &packed).await;
    }
    write_response(stream, 200, &headers, &served.body).await
}

/// Says nothing more, until the client hangs up.
async fn hang(stream: &mut Stream) -> io::Result<()> {
    while stream.read_u8().await.is_ok() {}
    Ok(())
}

async fn write_part(stream: &mut Stream, served: &Document, bytes: usize) -> io::Result<()> {
    write(stream, &served.head(0)).await?;
    write(stream, &served.body[..bytes.min(served.body.len())]).await
}

async fn write_whole(stream: &mut Stream, served: &Document, length_off_by: i64) -> io::Result<()> {
    write(stream, &served.head(length_off_by)).await?;
    write(stream, &served.body).await
}

async fn drip(
    stream: &mut Stream,
    served: &Document,
    bytes: usize,
    every: Duration,
) -> io::Result<()> {
    write(stream, &served.head(0)).await?;
    for part in served.body.chunks(bytes) {
        write(stream, part).await?;
        if !every.is_zero() {
            tokio::time::sleep(every).await;
        }
    }
    Ok(())
}

async fn drip_head(stream: &mut Stream, every: Duration) -> io::Result<()> {
    write(stream, b"HTTP/1.1 200 Fine\r\n").await?;
    loop {
        write(stream, b"x-more: to come\r\n").await?;
        tokio::time::sleep(every).await;
    }
}

async fn interim_forever(stream: &mut Stream) -> io::Result<()> {
    let hint = head(103, &[("link", "</style.css>; rel=preload")]);
    loop {
        write(stream, &hint).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn endless(stream: &mut Stream, kind: (&str, &str)) -> io::Result<()> {
    write(stream, &head(200, &[kind, ("transfer-encoding", "chunked")])).await?;
    loop {
        write(stream, b"1000\r\n").await?;
        write(stream, &[b' '; 0x1000]).await?;
        write(stream, b"\r\n").await?;
    }
}

async fn packed(
    stream: &mut Stream,
    kind: (&str, &str),
    coding: &str,
    body: &[u8],
) -> io::Result<()> {
    write_response(stream, 200, &[kind, ("content-encoding", coding)], body).await
}

impl Document {
    /// Whether the request carries a validator of this very document (RFC 9110 section 13.2.2).
    fn is_known_to(&self, heard: &Request) -> bool {
        if let Some(tags) = heard.header("if-none-match") {
            let Some(own) = &self.etag else { return false };
            let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
            return tags.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(own));
        }
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        let since = heard.header("if-modified-since").and_then(date);
        let changed = self.last_modified.as_deref().and_then(date);
        since.zip(changed).is_some_and(|(since, changed)| changed <= since)
    }

    /// The head of a 200 whose `Content-Length` is off by so much.
    fn head(&self, off_by: i64) -> Vec<u8> {
        let length = i64::try_from(self.body.len()).unwrap() + off_by;
        head(200, &[("content-type", &self.content_type), ("content-length", &length.to_string())])
    }

    fn gzip(&self) -> Vec<u8> {
        Coding::Gzip.compress(&self.body)
    }
}

fn is_conditional(heard: &Request) -> bool {
    heard.header("if-none-match").or_else(|| heard.header("if-modified-since")).is_some()
}

fn with_wrong_sum(mut gzip: Vec<u8>) -> Vec<u8> {
    let sum_at = gzip.len() - 8;
    gzip[sum_at] ^= 0xff;
    gzip
}

async fn write(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}
