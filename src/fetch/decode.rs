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
/// Codings of one body that are undone: two happen where a proxy compresses again.
const LAYERS_MAX: usize = 3;
/// Bytes of a zstd frame's magic number and of a block's header (RFC 8878 section 3.1.1).
const ZSTD_MAGIC_BYTES: usize = 4;
const ZSTD_BLOCK_HEADER_BYTES: usize = 3;

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
fn decode_leniently(coding: Coding, bytes: &[u8], most: usize) -> Result<Salvaged, Failure> {
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

/// As [`decode_leniently`], of a body that may be wrapped more than once: the label names its
/// codings in the order they were laid on (RFC 9110 section 8.4), and gzip in gzip is unpacked
/// whatever the label says.
pub(super) fn decode_layers(
    label: Option<&str>,
    bytes: &[u8],
    most: usize,
) -> Result<Salvaged, Failure> {
    let mut labels: Vec<&str> = label.unwrap_or("").split(',').map(str::trim).collect();
    labels.retain(|label| !label.is_empty() && !label.eq_ignore_ascii_case("identity"));
    if labels.len() > LAYERS_MAX {
        let why = format!("the answer is compressed more than {LAYERS_MAX} times");
        return Err(Failure::new(FailureKind::Body, why));
    }
    let (mut decoded, mut damage) =
        decode_leniently(Coding::of(labels.pop(), bytes)?, bytes, most)?;
    for _ in 1..LAYERS_MAX {
        let label = labels.pop();
        if label.is_none() && !decoded.starts_with(&GZIP_MARK) {
            break;
        }
        let coding = Coding::of(label, &decoded)?;
        if coding != Coding::Plain {
            let (inner, inner_damage) = decode_leniently(coding, &decoded, most)?;
            // A layer that broke off breaks those inside it too.
            (decoded, damage) = (inner, damage.or(inner_damage));
        }
    }
    Ok((decoded, damage))
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
        let (rest_before, length_before) = (rest, decoded.len());
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
            let finished = match frame.decode_blocks(&mut rest, strategy) {
                Ok(finished) => finished,
                Err(why) => {
                    let why = format!("the zstd body is damaged or cut off: {why}");
                    if let Some(whole) = end_at_last_block(rest_before) {
                        decoded.truncate(length_before);
                        zstd(&whole, most, decoded)?;
                    }
                    return Err(Failure::new(FailureKind::Body, why));
                }
            };
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

/// A frame that was cut off, ended after the last block that came whole: the decoder keeps the last
/// window of a frame back until it has seen its end. `None` if no block came whole, or if nothing was
/// cut off and the fault is another.
fn end_at_last_block(frame: &[u8]) -> Option<Vec<u8>> {
    let descriptor = *frame.get(ZSTD_MAGIC_BYTES)?;
    let single = descriptor & 0b10_0000 != 0;
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 0b11))?;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        power => 1 << power,
    };
    let mut at = ZSTD_MAGIC_BYTES + 1 + usize::from(!single) + dictionary + size;
    let mut last_whole = None;
    while let Some(&[low, middle, high]) =
        frame.get(at..).and_then(|rest| rest.first_chunk::<ZSTD_BLOCK_HEADER_BYTES>())
    {
        let header = u32::from_le_bytes([low, middle, high, 0]);
        let run_of_one_byte = (header >> 1) & 0b11 == 1;
        let length = if run_of_one_byte { 1 } else { usize::try_from(header >> 3).ok()? };
        let end = at.checked_add(ZSTD_BLOCK_HEADER_BYTES)?.checked_add(length)?;
        let is_last = header & 1 != 0;
        if end > frame.len() {
            break;
        }
        if is_last {
            // All blocks are there; only the checksum may be missing.
            let checksum = descriptor & 0b100 != 0;
            return checksum.then(|| without_checksum(frame.get(..end)?)).flatten();
        }
        last_whole = Some((at, end));
        at = end;
    }
    let (block, end) = last_whole?;
    let mut whole = without_checksum(frame.get(..end)?)?;
    *whole.get_mut(block)? |= 1;
    Some(whole)
}

/// The frame, with the word that no checksum follows.
fn without_checksum(frame: &[u8]) -> Option<Vec<u8>> {
    let mut frame = frame.to_vec();
    *frame.get_mut(ZSTD_MAGIC_BYTES)? &= !0b100;
    Some(frame)
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
    fn a_body_compressed_twice_is_read_whatever_its_label_says() {
        let twice = gzip(&gzip(b"<rss/>"));
        for label in [Some("gzip, gzip"), Some("gzip"), Some("identity, gzip"), None] {
            let (decoded, damage) = decode_layers(label, &twice, 100).unwrap();
            assert_eq!((&*decoded, damage), (&b"<rss/>"[..], None), "{label:?}");
        }
        let once = decode_layers(Some("gzip, gzip"), &gzip(b"<rss/>"), 100).unwrap();
        assert_eq!(once.0, b"<rss/>");
        assert!(decode_layers(Some("br, br, br, br"), b"?", 100).is_err());
    }

    /// A zstd frame with a checksum, of raw blocks with these contents.
    fn zstd_frame(blocks: &[&[u8]]) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b100, 0x50];
        for (number, block) in blocks.iter().enumerate() {
            let last = u32::from(number + 1 == blocks.len());
            let header = u32::try_from(block.len()).unwrap() << 3 | last;
            frame.extend_from_slice(&header.to_le_bytes()[..3]);
            frame.extend_from_slice(block);
        }
        frame.extend_from_slice(&[0; 4]);
        frame
    }

    #[test]
    fn of_a_zstd_body_that_broke_off_the_whole_blocks_are_kept() {
        let frame = zstd_frame(&[b"<rss><item/>", b"<item/>", b"</rss>"]);
        let kept = |bytes: usize| {
            let (decoded, damage) = decode_layers(Some("zstd"), &frame[..bytes], 100).unwrap();
            assert!(damage.is_some(), "{bytes}");
            String::from_utf8(decoded).unwrap()
        };
        assert_eq!(kept(frame.len() - 2), "<rss><item/><item/></rss>");
        assert_eq!(kept(frame.len() - 6), "<rss><item/><item/>");
        assert_eq!(kept(25), "<rss><item/>");
        assert_eq!(kept(12), "");
    }
}
