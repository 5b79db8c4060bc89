//! Receives a body: within a limit of bytes, above a least speed, and kept if it breaks off.
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::budget::{Budget, ReadingShare, WireShare};
use super::decode::{Salvaged, decode_layers, too_large};
use super::{Coding, Failure, FailureKind};

/// A body slower than this on the whole, once [`RATE_AFTER`] has passed, is a tarpit: a feed of
/// 30 KB would take half a minute.
const RATE_BYTES_PER_S_MIN: u64 = 1_000;
/// How long a body may take before its rate is looked at.
const RATE_AFTER: Duration = Duration::from_secs(10);
/// While other bodies wait for memory, one that holds some must arrive at least so fast: a server
/// that drips would hold it from everybody.
const CONTENDED_BYTES_PER_S_MIN: u64 = 32 << 10;
/// How long it may take before that is looked at.
const CONTENDED_AFTER: Duration = Duration::from_secs(3);
/// How often it is looked at.
const CONTENDED_LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a body is held to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) bytes_max: usize,
    pub(super) deadline: Instant,
    /// For the words: the time the deadline stands for.
    pub(super) total: Duration,
}

/// What arrived, and what cut it short if it was.
#[derive(Debug, Default)]
pub(super) struct ReceivedBody {
    bytes: Vec<u8>,
    incomplete: Option<Failure>,
    share: WireShare,
}

/// Reads to the end, to a cap, or to the moment it breaks off. Past the cap is a failure: nothing is
/// used of a body whose end nobody has seen.
pub(super) async fn receive(
    response: &mut Response,
    mut bounds: Bounds,
    budget: &Budget,
) -> Result<ReceivedBody, Failure> {
    let most = bounds.bytes_max;
    let promised = response.content_length();
    if promised.is_some_and(|bytes| bytes > u64::try_from(most).unwrap_or(u64::MAX)) {
        return Err(too_large(most));
    }
    let room = promised.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0).min(most);
    // Memory that was not written to is not used yet: a false promise costs nothing.
    let mut bytes = Vec::with_capacity(room);
    let mut share = WireShare::default();
    let mut pace = Pace::new();
    // Chunks are copied: kept as they come, each pins a whole read buffer, and a server that sends
    // single bytes would cost a hundred times its body.
    loop {
        let until = pace.next_look(bytes.len(), bounds, share.is_held());
        let failure = match timeout_at(until, response.chunk()).await {
            Ok(Ok(None)) => return Ok(ReceivedBody { bytes, incomplete: None, share }),
            Ok(Ok(Some(chunk))) if bytes.len().saturating_add(chunk.len()) > most => {
                return Err(too_large(most));
            }
            Ok(Ok(Some(chunk))) => {
                while !share.covers(bytes.len().saturating_add(chunk.len())) {
                    let waiting = Instant::now();
                    budget.grow(&mut share).await;
                    // The server is not to blame for the wait.
                    pace.forgive(waiting.elapsed());
                    bounds.deadline += waiting.elapsed();
                }
                bytes.extend_from_slice(&chunk);
                None
            }
            Ok(Err(error)) => Some(Failure::transport(&error)),
            Err(_elapsed) => None,
        };
        let others_wait = share.is_held() && budget.is_contended();
        if let Some(failure) = failure.or_else(|| pace.fault(bytes.len(), bounds, others_wait)) {
            let incomplete = Some(incomplete(&failure, wide(bytes.len()), promised));
            return Ok(ReceivedBody { bytes, incomplete, share });
        }
    }
}

/// How fast a body arrives.
struct Pace {
    began: Instant,
    /// When the bytes were last counted, and how many there were.
    counted_at: Instant,
    counted: usize,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self { began: now, counted_at: now, counted: 0 }
    }

    fn forgive(&mut self, wait: Duration) {
        self.began += wait;
        self.counted_at += wait;
    }

    /// Until when the body may take as long as it needs for so many bytes.
    fn overtaken_at(&self, got: usize) -> Instant {
        self.began + RATE_AFTER.max(Duration::from_secs(wide(got) / RATE_BYTES_PER_S_MIN))
    }

    /// When the body has to be looked at again if nothing more of it comes.
    fn next_look(&self, got: usize, bounds: Bounds, holds_memory: bool) -> Instant {
        let until = self.overtaken_at(got).min(bounds.deadline);
        if holds_memory { until.min(Instant::now() + CONTENDED_LOOK_EVERY) } else { until }
    }

    /// Why the body is not waited for any longer, if it is not.
    fn fault(&mut self, got: usize, bounds: Bounds, others_wait: bool) -> Option<Failure> {
        let now = Instant::now();
        let slow = |least| format!("slower than {} bytes a second", with_thousands(least));
        let mut why = None;
        if now >= self.counted_at + CONTENDED_AFTER {
            let seconds = now.duration_since(self.counted_at).as_secs();
            let new = wide(got.saturating_sub(self.counted));
            if others_wait && new < seconds.saturating_mul(CONTENDED_BYTES_PER_S_MIN) {
                let slow = slow(CONTENDED_BYTES_PER_S_MIN);
                why = Some(format!("{slow} while other feeds waited for memory"));
            }
            (self.counted_at, self.counted) = (now, got);
        }
        if now >= self.overtaken_at(got) {
            why = Some(slow(RATE_BYTES_PER_S_MIN));
        }
        if now >= bounds.deadline {
            why = Some(format!("timed out: no whole answer within {:?}", bounds.total));
        }
        why.map(|why| Failure::new(FailureKind::Timeout, why))
    }
}

/// A body in the clear.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) body: Vec<u8>,
    pub(super) incomplete: Option<Failure>,
    pub(super) memory: ReadingShare,
}

/// Undoes the coding of what arrived. Of a body that broke off, or whose coding is damaged, what
/// could be read is given, with what is wrong.
pub(super) async fn unpack(
    received: ReceivedBody,
    label: Option<&str>,
    most: usize,
    budget: &Budget,
) -> Result<Unpacked, Failure> {
    let ReceivedBody { bytes, incomplete, share } = received;
    let single = label.is_none_or(|label| !label.contains(','));
    if single && Coding::of(label, &bytes)? == Coding::Plain {
        let memory = budget.reading(bytes.len()).await;
        return Ok(Unpacked { body: bytes, incomplete, memory });
    }
    let label = label.map(str::to_owned);
    let decode = move |most| decode_layers(label.as_deref(), &bytes, most);
    let ((body, damage), memory) =
        budget.unpack(most, decode, |(body, _): &Salvaged| body.len()).await?;
    drop(share);
    // That a body which broke off also breaks its coding is no second fault.
    Ok(Unpacked { body, incomplete: incomplete.or(damage), memory })
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
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
