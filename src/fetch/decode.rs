//! Content codings undone, never past a cap.
use std::io::Read;

use super::{Failure, FailureKind};

/// Bytes read from a decoder at a time: a bomb is stopped at most this far past the cap.
const CHUNK_BYTES: usize = 16 << 10;
/// The largest window a zstd frame may ask for (RFC 9659).
const ZSTD_WINDOW_BYTES_MAX: u64 = 8 << 20;

/// What a body is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
    Zlib,
    Brotli,
    Zstd,
}

impl Coding {
    /// Reads the first bytes before the header: servers mislabel plain text as gzip and gzip as
    /// plain. Only brotli has no mark of its own and must be believed.
    pub fn of(label: Option<&str>, body: &[u8]) -> Result<Self, Failure> {
        if body.starts_with(&[0x1f, 0x8b]) {
            return Ok(Self::Gzip);
        }
        if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Ok(Self::Zstd);
        }
        let label = label.unwrap_or("").trim().to_ascii_lowercase();
        match label.as_str() {
            "br" if !looks_like_text(body) => Ok(Self::Brotli),
            "deflate" if body.first().is_some_and(|first| first & 0x0f == 8) => Ok(Self::Zlib),
            stacked if stacked.contains(',') => Err(Failure::new(
                FailureKind::Body,
                format!("the answer is compressed more than once (`{stacked}`)"),
            )),
            "" | "identity" | "br" | "gzip" | "x-gzip" | "deflate" | "zstd" | "utf-8" => {
                Ok(Self::Plain)
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                let why = format!("the answer has an unknown coding `{shown}`");
                Err(Failure::new(FailureKind::Body, why))
            }
        }
    }
}

/// A feed that was labelled brotli and is not: it begins as XML or JSON does.
fn looks_like_text(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.starts_with(b"<?xml") || start.starts_with(b"<rss") || start.starts_with(b"{\"")
}

/// The body in the clear, or why not. A body cut off inside its coding is a failure: what it held
/// of a feed would be guessed.
pub fn decode(coding: Coding, body: Vec<u8>, most: usize) -> Result<Vec<u8>, Failure> {
    let bytes = body.as_slice();
    match coding {
        Coding::Plain => Ok(body),
        // Members may follow each other (RFC 1952 section 2.2); a decoder that stops at the first
        // loses the rest without a word.
        Coding::Gzip => drain(flate2::read::MultiGzDecoder::new(bytes), most, "gzip"),
        Coding::Zlib => drain(flate2::read::ZlibDecoder::new(bytes), most, "deflate"),
        Coding::Brotli => {
            drain(brotli_decompressor::Decompressor::new(bytes, CHUNK_BYTES), most, "brotli")
        }
        Coding::Zstd => zstd(bytes, most),
    }
}

/// Frames may follow each other here too (RFC 8878 section 3.1).
fn zstd(mut rest: &[u8], most: usize) -> Result<Vec<u8>, Failure> {
    let mut decoded = Vec::new();
    while !rest.is_empty() {
        let mut frame = ruzstd::decoding::FrameDecoder::new();
        let rest_before = rest;
        frame
            .reset(&mut rest)
            .map_err(|why| Failure::new(FailureKind::Body, format!("not zstd: {why}")))?;
        if window_bytes(rest_before) > ZSTD_WINDOW_BYTES_MAX {
            let why = "the zstd body wants a larger window than RFC 9659 allows";
            return Err(Failure::new(FailureKind::TooLarge, why));
        }
        if frame.content_size() > u64::try_from(most).unwrap_or(u64::MAX) {
            return Err(too_large(most));
        }
        loop {
            let strategy = ruzstd::decoding::BlockDecodingStrategy::UptoBytes(CHUNK_BYTES);
            let finished = frame
                .decode_blocks(&mut rest, strategy)
                .map_err(|why| Failure::new(FailureKind::Body, format!("not zstd: {why}")))?;
            if let Some(bytes) = frame.collect() {
                decoded.extend_from_slice(&bytes);
            }
            if decoded.len() > most {
                return Err(too_large(most));
            }
            if finished {
                break;
            }
        }
    }
    Ok(decoded)
}

/// The window a frame asks for (RFC 8878 section 3.1.1.1.2); a single-segment frame's is its content,
/// which has a bound of its own.
fn window_bytes(frame: &[u8]) -> u64 {
    let (Some(descriptor), Some(window)) = (frame.get(4), frame.get(5)) else { return 0 };
    if descriptor & 0b10_0000 != 0 {
        return 0;
    }
    let base = 1_u64 << (10 + u32::from(window >> 3));
    base + (base / 8) * u64::from(window & 7)
}

fn drain(mut from: impl Read, most: usize, name: &str) -> Result<Vec<u8>, Failure> {
    let mut decoded = Vec::with_capacity(4 * CHUNK_BYTES);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(decoded),
            Ok(read) => {
                if decoded.len().saturating_add(read) > most {
                    return Err(too_large(most));
                }
                decoded.extend_from_slice(chunk.get(..read).unwrap_or_default());
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => (),
            Err(error) => {
                let why = format!("the {name} body is damaged or cut off: {error}");
                return Err(Failure::new(FailureKind::Body, why));
            }
        }
    }
}

pub(super) fn too_large(most: usize) -> Failure {
    let mib = most >> 20;
    let why = format!("the body is larger than {mib} MiB; nothing of it was used");
    Failure::new(FailureKind::TooLarge, why)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        to.write_all(text).unwrap();
        to.finish().unwrap()
    }

    fn through(label: Option<&str>, body: Vec<u8>, most: usize) -> Result<Vec<u8>, Failure> {
        decode(Coding::of(label, &body)?, body, most)
    }

    #[test]
    fn every_member_of_a_gzip_body_is_read() {
        let mut body = gzip(b"one ");
        body.extend(gzip(b"two"));
        assert_eq!(through(Some("gzip"), body, 100).unwrap(), b"one two");
    }

    #[test]
    fn a_mislabelled_body_is_read_as_what_it_is() {
        assert_eq!(through(Some("gzip"), b"<rss/>".to_vec(), 100).unwrap(), b"<rss/>");
        assert_eq!(through(None, gzip(b"<rss/>"), 100).unwrap(), b"<rss/>");
        assert_eq!(through(Some("br"), b"<?xml?>".to_vec(), 100).unwrap(), b"<?xml?>");
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let failure = through(Some("gzip"), bomb, 1 << 20).unwrap_err();
        assert_eq!(failure.kind, FailureKind::TooLarge);
        assert_eq!(failure.why, "the body is larger than 1 MiB; nothing of it was used");
    }

    #[test]
    fn a_body_cut_off_is_a_failure() {
        let mut body = gzip(&b"news ".repeat(1_000));
        body.truncate(body.len() / 2);
        assert_eq!(through(Some("gzip"), body, 1 << 20).unwrap_err().kind, FailureKind::Body);
    }

    #[test]
    fn stacked_codings_are_refused() {
        let failure = through(Some("gzip, br"), b"?".to_vec(), 10).unwrap_err();
        assert!(failure.why.contains("more than once"));
    }
}
