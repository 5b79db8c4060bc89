//! How much work a piece of code is, told apart from how fast the machine is.
//!
//! CPU time says little on a machine that is slow, or busy with something else. So it is divided by
//! that of a plain pass over as many bytes, taken in the same process at the same moment: a reader that
//! looks at each byte once takes some tens of passes on every machine, and one that looks back at all
//! bytes before takes as many passes as there are bytes.
use std::hint::black_box;

/// What a reader may take in plain passes over its input. The dearest input takes a quarter
/// of it; a reader that looks back for each byte takes ten thousand and more.
/// Unoptimised code is given a handicap: the promise is about releases.
pub const PASSES_MAX: f64 = if cfg!(debug_assertions) { 2_000.0 } else { 400.0 };

/// What is read at once in a plain pass: small enough to stay in the nearest caches.
const CHUNK_BYTES: usize = 16 << 10;

/// Bytes of a pass that is measured: enough that the clock's own steps do not count.
const PASS_BYTES: usize = 1 << 20;

/// Fewer bytes count as so many, because a call also costs what does not depend on its input.
const BYTES_MIN: usize = 64 << 10;

/// How often a measurement that is above its limit is made. A busy machine makes some measurements
/// far too high; it makes none too low, and code that is too slow is above the limit every time.
const MEASUREMENTS_MAX: usize = 5;

/// So many times the limit is more than a busy machine explains: it is not measured again.
const HOPELESS: f64 = 10.0;

/// On-CPU time of this thread, in nanoseconds.
fn cpu_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap()
}

/// What `work`, which reads so many bytes, costs in plain passes over them.
pub fn passes(bytes: usize, work: impl FnOnce()) -> f64 {
    let before = pass_ns();
    let start = cpu_ns();
    work();
    let spent = cpu_ns() - start;
    as_passes(spent, bytes, u64::midpoint(before, pass_ns()))
}

/// What so many nanoseconds of another process's CPU time are in plain passes over so many bytes.
pub fn passes_of(spent_ns: u64, bytes: usize) -> f64 {
    as_passes(spent_ns, bytes, pass_ns())
}

/// The first measurement that is within `PASSES_MAX`, or the least of several.
pub fn least_passes(mut measure: impl FnMut() -> f64) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..MEASUREMENTS_MAX {
        least = least.min(measure());
        if least <= PASSES_MAX || least > PASSES_MAX * HOPELESS {
            break;
        }
    }
    least
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn as_passes(spent_ns: u64, bytes: usize, pass_ns: u64) -> f64 {
    let bytes = bytes.max(BYTES_MIN) as f64;
    spent_ns as f64 / (pass_ns as f64 * bytes / PASS_BYTES as f64)
}

/// On-CPU time of a plain pass over `PASS_BYTES`, in nanoseconds: one multiplication after the other,
/// which no optimisation takes away.
fn pass_ns() -> u64 {
    let chunk = black_box([b'x'; CHUNK_BYTES]);
    let start = cpu_ns();
    let mut sum = 0_u32;
    for _ in 0..PASS_BYTES / CHUNK_BYTES {
        for byte in &chunk {
            sum = (sum ^ u32::from(*byte)).wrapping_mul(16_777_619);
        }
    }
    black_box(sum);
    (cpu_ns() - start).max(1)
}
