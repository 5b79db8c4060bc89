//! How long a server asks to be left alone.
use std::time::Duration;

use crate::domain::Timestamp;

/// Seconds or a date (RFC 9110 section 10.2.3). A date in the past is no wish at all,
/// and no bound is put on one for next year: whoever waits decides how long at most.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let wait = Timestamp(0).after(since_epoch).since(now);
    (!wait.is_zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_date_and_nonsense_is_no_wish() {
        let now = Timestamp(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT
        assert_eq!(retry_after("120", now), Some(Duration::from_mins(2)));
        let date = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_mins(1)));
        for nonsense in ["", "-5", "NaN", "soon", "Thu, 01 Jan 1970 00:00:01 GMT", "1e12"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense}");
        }
        assert_eq!(retry_after("999999999999", now).unwrap().as_secs(), 999_999_999_999);
        let beyond = "99999999999999999999999999";
        assert_eq!(retry_after(beyond, now), Some(Duration::from_secs(u64::MAX)));
    }
}
