//! A body as it arrives: never past a cap, never slower than a walk, and kept if it breaks off.
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::decode::{decode_leniently, too_large};
use super::{Coding, Failure, FailureKind};

/// A body slower than this on the whole, once [`RATE_AFTER`] has passed, is a tarpit: a feed of
/// 30 KB would take half a minute.
const RATE_BYTES_PER_S_MIN: u64 = 1_000;
/// How long a body may take before its rate is looked at.
const RATE_AFTER: Duration = Duration::from_secs(10);

/// What a body is held to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) bytes_max: usize,
    pub(super) deadline: Instant,
    /// For the words: the time the deadline stands for.
    pub(super) total: Duration,
}

/// What arrived, and what cut it short if it was.
#[derive(Debug)]
pub(super) struct ReceivedBody {
    bytes: Vec<u8>,
    incomplete: Option<Failure>,
}

/// Reads to the end, to a cap, or to the moment it breaks off. Past the cap is a failure: nothing is
/// used of a body whose end nobody has seen.
pub(super) async fn receive(
    response: &mut Response,
    bounds: Bounds,
) -> Result<ReceivedBody, Failure> {
    let most = bounds.bytes_max;
    let promised = response.content_length();
    if promised.is_some_and(|bytes| bytes > u64::try_from(most).unwrap_or(u64::MAX)) {
        return Err(too_large(most));
    }
    let room = promised.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0).min(most);
    let mut bytes = Vec::with_capacity(room);
    let began = Instant::now();
    // Chunks are copied: kept as they come, each pins a whole read buffer, and a server that sends
    // single bytes would cost a hundred times its body.
    loop {
        let got = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let walk = RATE_AFTER.max(Duration::from_secs(got / RATE_BYTES_PER_S_MIN));
        let overtaken = began.checked_add(walk).unwrap_or(bounds.deadline);
        let until = overtaken.min(bounds.deadline);
        let failure = match timeout_at(until, response.chunk()).await {
            Ok(Ok(None)) => return Ok(ReceivedBody { bytes, incomplete: None }),
            Ok(Ok(Some(chunk))) if bytes.len().saturating_add(chunk.len()) > most => {
                return Err(too_large(most));
            }
            Ok(Ok(Some(chunk))) => {
                bytes.extend_from_slice(&chunk);
                continue;
            }
            Ok(Err(error)) => Failure::transport(&error),
            Err(_elapsed) if until < bounds.deadline => {
                let why =
                    format!("slower than {} bytes a second", with_thousands(RATE_BYTES_PER_S_MIN));
                Failure::new(FailureKind::Timeout, why)
            }
            Err(_elapsed) => {
                let why = format!("timed out: no whole answer within {:?}", bounds.total);
                Failure::new(FailureKind::Timeout, why)
            }
        };
        return Ok(ReceivedBody { incomplete: Some(incomplete(&failure, got, promised)), bytes });
    }
}

/// Undoes the coding of what arrived. Of a body that broke off, or whose coding is damaged, what
/// could be read is given, with what is wrong.
pub(super) fn unpack(
    arrived: ReceivedBody,
    label: Option<&str>,
    most: usize,
) -> Result<(Vec<u8>, Option<Failure>), Failure> {
    let ReceivedBody { bytes, incomplete } = arrived;
    let coding = Coding::of(label, &bytes)?;
    let (body, damage) = decode_leniently(coding, bytes, most)?;
    // That a body which broke off also breaks its coding is no second fault.
    Ok((body, incomplete.or(damage)))
}

fn incomplete(failure: &Failure, got: u64, promised: Option<u64>) -> Failure {
    let got = with_thousands(got);
    let of = match promised {
        Some(promised) => format!("{got} of {} bytes", with_thousands(promised)),
        None => format!("{got} bytes"),
    };
    Failure::new(failure.kind, format!("download incomplete ({of}): {}", failure.why))
}

/// 412000 as people read it: 412,000.
fn with_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_cut_off_says_how_much_of_it_came() {
        let failure = || Failure::new(FailureKind::Body, "the answer broke off: reset");
        assert_eq!(
            incomplete(&failure(), 412_000, Some(900_000)).why,
            "download incomplete (412,000 of 900,000 bytes): the answer broke off: reset"
        );
        assert!(incomplete(&failure(), 7, None).why.starts_with("download incomplete (7 bytes)"));
        assert_eq!(with_thousands(1_234_567), "1,234,567");
        assert_eq!(with_thousands(999), "999");
    }
}
