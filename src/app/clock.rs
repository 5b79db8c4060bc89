//! The only place that reads the time.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::domain::{Clock, Timestamp};

/// The machine's clocks.
pub fn wall() -> Clock {
    Clock::with_steady(wall_time, steady_time)
}

/// A clock before 1970 counts as 1970: the schedule then corrects itself when the clock is set.
#[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
fn wall_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Time since the machine was started. Unlike `std::time::Instant` it goes on while the machine is
/// suspended: a suspension is no step of the wall clock.
fn steady_time() -> Duration {
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(since).unwrap_or_default()
}
