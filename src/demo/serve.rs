//! The demo wire's web server: loopback only, one short answer per connection.
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Simulation;

/// Connections served at a time; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 64;
/// The longest request head read, in bytes.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// For the whole of a connection.
const EXCHANGE_MAX: Duration = Duration::from_secs(5);
/// The pause after a connection could not be accepted, for want of file descriptors say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the wire on `listener` until `stop`. Its pieces appear as time goes by from the call.
pub async fn serve(listener: TcpListener, wire: Simulation, stop: CancellationToken) {
    let opened = Instant::now();
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = open.join_next() => {}
            came = listener.accept(), if open.len() < CONNECTIONS_MAX => match came {
                Ok((stream, _)) => {
                    // A visitor who is slow or gone is none of the demo's business.
                    open.spawn(timeout(EXCHANGE_MAX, exchange(stream, wire, opened.elapsed())));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }
}

/// One request a connection: the demo needs no more.
async fn exchange(mut stream: TcpStream, wire: Simulation, since: Duration) -> io::Result<()> {
    let head = read_head(&mut stream).await?;
    stream.write_all(&answer(&head, wire, since)).await?;
    stream.shutdown().await
}

/// Bounded in bytes and time: any process of this machine can connect.
async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 1_024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await?;
        if count == 0 || head.len() + count > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(chunk.get(..count).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The whole answer to a request head: the feed, 304 for who has it, or 404.
fn answer(head: &str, wire: Simulation, since: Duration) -> Vec<u8> {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let Some((xml, count)) = wire.feed(path, since) else {
        return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            .to_vec();
    };
    // A feed only grows, so the number of its pieces says which state of it this is.
    let tag = format!("\"{count}\"");
    let known = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("if-none-match"));
    if known.is_some_and(|(_, value)| value.trim() == tag) {
        return format!("HTTP/1.1 304 Not Modified\r\netag: {tag}\r\nconnection: close\r\n\r\n")
            .into_bytes();
    }
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml; charset=utf-8\r\netag: {tag}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{xml}",
        xml.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn ask(head: &str, second: u64) -> String {
        let wire = Simulation::new(Timestamp(1_795_000_000_000));
        String::from_utf8(answer(head, wire, Duration::from_secs(second))).unwrap()
    }

    #[test]
    fn who_has_the_feed_is_told_so_until_it_grows() {
        let request = "GET /pacific-cable.xml HTTP/1.1\r\nHost: x\r\n";
        let first = ask(&format!("{request}\r\n"), 0);
        assert!(first.starts_with("HTTP/1.1 200") && first.contains("etag: \"2\""), "{first}");
        let again = format!("{request}If-None-Match: \"2\"\r\n\r\n");
        assert!(ask(&again, 1).starts_with("HTTP/1.1 304"));
        assert!(ask(&again, 2).contains("etching gases"));
        assert!(ask("GET /other HTTP/1.1\r\n\r\n", 0).starts_with("HTTP/1.1 404"));
        assert!(ask("\r\n\r\n", 0).starts_with("HTTP/1.1 404"));
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test's own client")]
    async fn it_serves_until_it_is_stopped() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let visit = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /shiomi-demo.xml HTTP/1.1\r\n\r\n").await.unwrap();
            let mut said = String::new();
            stream.read_to_string(&mut said).await.unwrap();
            stop.cancel();
            said
        };
        let wire = Simulation::new(Timestamp(1_795_000_000_000));
        let (said, ()) = tokio::join!(visit, serve(listener, wire, stop.clone()));
        assert!(said.ends_with("</rss>\n"), "{said}");
    }
}
