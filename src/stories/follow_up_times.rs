//! When a follow-up of a story may be sent, so that a live story does not flood its readers. Nothing
//! is dropped: what waits is listed together in the next message.
use std::time::Duration;

use crate::domain::Timestamp;

/// Messages with follow-ups of a story that a watch gets at once. By then a reader knows that the
/// story is alive.
const AT_ONCE: u32 = 3;

/// After these at most one message in this time, for each story and watch.
const GAP: Duration = Duration::from_hours(1);

/// When the next message with follow-ups may go, after `sent` messages, the last of which is due at
/// `last`.
pub fn follow_up_due(sent: u32, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match last {
        Some(last) if sent >= AT_ONCE => last.after(GAP).max(now),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_follow_ups_go_at_once_and_then_one_an_hour() {
        let minute = |minutes: u64| Timestamp(0).after(Duration::from_mins(minutes));
        assert_eq!(follow_up_due(0, None, minute(1)), minute(1));
        assert_eq!(follow_up_due(2, Some(minute(1)), minute(2)), minute(2));
        assert_eq!(follow_up_due(3, Some(minute(2)), minute(3)), minute(62));
        assert_eq!(follow_up_due(9, Some(minute(2)), minute(300)), minute(300));
    }
}
