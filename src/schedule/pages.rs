//! When a page that could not be read is tried again.
use std::time::Duration;

use super::RETRY_AFTER_MAX;

/// Attempts at one page; after the last it is given up.
pub const PAGE_ATTEMPTS_MAX: u32 = 4;

/// Waits after the first attempts. News is worth reading for hours, so they stay short.
const WAITS: [Duration; PAGE_ATTEMPTS_MAX as usize - 1] =
    [Duration::from_mins(2), Duration::from_mins(15), Duration::from_hours(2)];

/// Waits are lengthened by up to this share, so that pages that failed together come apart.
const JITTER_SHARE: f64 = 0.2;

/// How long to wait after attempt number `attempt` (from 1); `None`: the page is given up. A
/// server's wish wins if it is longer. `jitter` is in `0.0..1.0`.
pub fn page_retry(attempt: u32, asked: Option<Duration>, jitter: f64) -> Option<Duration> {
    let place = usize::try_from(attempt.checked_sub(1)?).ok()?;
    let wait = WAITS.get(place)?.mul_f64(1.0 + JITTER_SHARE * jitter.clamp(0.0, 1.0));
    Some(asked.map_or(wait, |asked| wait.max(asked.min(RETRY_AFTER_MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_tried_a_few_times_ever_later_and_then_given_up() {
        let waits: Vec<_> = (1..=5).map(|attempt| page_retry(attempt, None, 0.0)).collect();
        let expected = [Some(WAITS[0]), Some(WAITS[1]), Some(WAITS[2]), None, None];
        assert_eq!(waits, expected);
        let asked = Some(Duration::from_hours(1));
        assert_eq!(page_retry(1, asked, 0.5), asked);
        assert_eq!(page_retry(1, Some(Duration::MAX), 0.5), Some(RETRY_AFTER_MAX));
    }
}
