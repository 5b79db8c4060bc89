//! The world wirewatch is tested in: feed servers that change, fail and lie, a mail server, a
//! webhook receiver, a made-up news wire with a known answer, and the daemon as a process.
//!
//! Each server runs on a thread of its own, so that it answers no matter what the test is doing,
//! and is gone when it is dropped.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]
#![expect(clippy::panic, reason = "a test says what is wrong by failing")]

pub mod answer;
pub mod compression;
pub mod daemon;
pub mod delivery_check;
pub mod feed_formats;
pub mod feed_server;
pub mod http;
pub mod languages;
pub mod mail_server;
pub mod news_generator;
pub mod reference_matcher;
pub mod tcp_server;
pub mod webhook_receiver;
pub mod work;

/// Milliseconds since 1970, for what is written to a log that outlives the process.
#[expect(
    clippy::disallowed_methods,
    reason = "the world has a clock; only the daemon's floors do not"
)]
pub fn unix_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
