//! Content codings undone, never past a cap.
use std::io::Read;

use super::{Failure, FailureKind};

/// Bytes read from a decoder at a time: a bomb is stopped at most this far past the cap.
const CHUNK_BYTES: usize = 16 << 10;
/// The largest window a zstd frame may ask for (RFC 9659).
const ZSTD_WINDOW_BYTES_MAX: u64 = 8 << 20;

/// How a feed or page begins that is not compressed.
const TEXT_FIRST_BYTES: [u8; 3] = [b'<', b'{', b'['];
/// Bytes from which text is told from a coding.
const TEXT_HEAD_BYTES: usize = 64;
const GZIP_MARK: [u8; 2] = [0x1f, 0x8b];

/// What a body is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
    Zlib,
    /// Without zlib's frame round it, as some servers understood the name.
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// Reads the first bytes before the header: servers mislabel plain text as gzip and gzip as
    /// plain. Only brotli has no mark of its own and must be believed.
    pub fn of(label: Option<&str>, body: &[u8]) -> Result<Self, Failure> {
        if body.starts_with(&GZIP_MARK) {
            return Ok(Self::Gzip);
        }
        if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Ok(Self::Zstd);
        }
        let label = label.unwrap_or("").trim().to_ascii_lowercase();
        match label.as_str() {
            "br" if !looks_like_text(body) => Ok(Self::Brotli),
            "deflate" if is_zlib(body) => Ok(Self::Zlib),
            "deflate" if !looks_like_text(body) => Ok(Self::Deflate),
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

/// zlib's two bytes of header: the method, and a sum over both (RFC 1950 section 2.2).
fn is_zlib(body: &[u8]) -> bool {
    let Some(&[method, flags]) = body.first_chunk::<2>() else { return false };
    method & 0x0f == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31)
}

/// A body that was labelled compressed and is not: it begins as markup or JSON does, and no byte of
/// its beginning is a control that text does not hold.
fn looks_like_text(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let head = start.get(..TEXT_HEAD_BYTES).unwrap_or(start);
    start.first().is_some_and(|first| TEXT_FIRST_BYTES.contains(first))
        && head.iter().all(|byte| *byte >= 0x20 || byte.is_ascii_whitespace())
}

/// The body in the clear, or why not. A body cut off inside its coding is a failure.
pub fn decode(coding: Coding, body: Vec<u8>, most: usize) -> Result<Vec<u8>, Failure> {
    if coding == Coding::Plain {
        return Ok(body);
    }
    let (decoded, damage) = decode_leniently(coding, &body, most)?;
    damage.map_or(Ok(decoded), Err)
}

/// As much of the body as its coding gives, and what is wrong with the rest if anything is. Past the
/// cap nothing is used.
pub(super) fn decode_leniently(
    coding: Coding,
    bytes: &[u8],
    most: usize,
) -> Result<Salvaged, Failure> {
    let mut decoded = Vec::new();
    let damage = match coding {
        Coding::Plain => return Ok((bytes.to_vec(), None)),
        Coding::Gzip => gzip(bytes, most, &mut decoded),
        Coding::Zlib => drain(flate2::read::ZlibDecoder::new(bytes), most, "deflate", &mut decoded),
        Coding::Deflate => {
            drain(flate2::read::DeflateDecoder::new(bytes), most, "deflate", &mut decoded)
        }
        Coding::Brotli => {
            let from = brotli_decompressor::Decompressor::new(bytes, CHUNK_BYTES);
            drain(from, most, "brotli", &mut decoded)
        }
        Coding::Zstd => zstd(bytes, most, &mut decoded),
    };
    match damage {
        Err(failure) if failure.kind == FailureKind::TooLarge => Err(failure),
        Err(failure) => Ok((decoded, Some(failure))),
        Ok(()) => Ok((decoded, None)),
    }
}

/// What was decoded, and the damage that ended it.
pub(super) type Salvaged = (Vec<u8>, Option<Failure>);

/// Members may follow each other (RFC 1952 section 2.2); a decoder that stops at the first loses the
/// rest without a word. What follows and is no member is padding, as it is to `gzip` itself.
fn gzip(mut rest: &[u8], most: usize, decoded: &mut Vec<u8>) -> Result<(), Failure> {
    while rest.starts_with(&GZIP_MARK) {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        drain(&mut member, most, "gzip", decoded)?;
        rest = member.into_inner();
    }
    Ok(())
}

/// Frames may follow each other here too (RFC 8878 section 3.1).
fn zstd(mut rest: &[u8], most: usize, decoded: &mut Vec<u8>) -> Result<(), Failure> {
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
    Ok(())
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

fn drain(
    mut from: impl Read,
    most: usize,
    name: &str,
    decoded: &mut Vec<u8>,
) -> Result<(), Failure> {
    decoded.reserve(4 * CHUNK_BYTES);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
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
