//! The only place that reads the time of day.
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{Clock, Timestamp};

/// The machine's clock.
pub fn wall() -> Clock {
    Clock::new(now)
}

/// A clock before 1970 counts as 1970: the schedule then corrects itself when the clock is set.
#[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
