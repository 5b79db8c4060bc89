//! When to try a delivery again.
use std::time::Duration;

use super::RETRY_AFTER_MAX;

/// How a kind of channel is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// The schedule of Standard Webhooks 1.0.0, about three days in all.
    Webhook,
    /// A mail queue's: up to five days (RFC 5321 section 4.5.4.1).
    Mail,
    /// A local sink (terminal, file): a person repairs it.
    Local,
}

const WEBHOOK_WAITS_S: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
const MAIL_WAITS_S: [u64; 5] = [60, 300, 900, 1_800, 3_600];
const MAIL_WAIT_REST_S: u64 = 7_200;
/// 2 h steps after the first ones: 62 attempts reach five days.
const MAIL_ATTEMPTS_MAX: u32 = 64;
const LOCAL_WAIT_S: u64 = 30;
/// A receiver that was away is found to be back after this long at the latest.
const CHANNEL_REST_MAX: Duration = Duration::from_hours(1);
/// Twenty per cent to either side.
const RETRY_JITTER_SHARE: f64 = 0.2;

/// No failed delivery waits longer for its next attempt: the longest step with its jitter.
pub const RETRY_MAX: Duration = Duration::from_hours(30);

/// How long to wait after the `attempt`-th failed attempt (from 1) to deliver; `None` when there
/// is no further attempt and the message is dead. `asked` is the receiver's `Retry-After`.
pub fn delivery_retry(
    retries: RetryPolicy,
    attempt: u32,
    asked: Option<Duration>,
    jitter: f64,
) -> Option<Duration> {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = match retries {
        RetryPolicy::Webhook => *WEBHOOK_WAITS_S.get(index)?,
        RetryPolicy::Mail if attempt >= MAIL_ATTEMPTS_MAX => return None,
        RetryPolicy::Mail => MAIL_WAITS_S.get(index).copied().unwrap_or(MAIL_WAIT_REST_S),
        RetryPolicy::Local => LOCAL_WAIT_S,
    };
    let side = RETRY_JITTER_SHARE.mul_add(jitter.clamp(0.0, 1.0) * 2.0, 1.0 - RETRY_JITTER_SHARE);
    let wait = Duration::from_secs(seconds).mul_f64(side);
    Some(wait.max(asked.map_or(Duration::ZERO, |asked| asked.min(RETRY_AFTER_MAX))))
}

/// How long a channel rests whose receiver took nothing, by how often it failed in a row (from 1):
/// as long as its first message waits, an hour at most unless the receiver asked for more.
pub fn channel_rest(
    policy: RetryPolicy,
    failures: u32,
    asked: Option<Duration>,
    jitter: f64,
) -> Duration {
    let longest = asked.unwrap_or_default().clamp(CHANNEL_REST_MAX, RETRY_AFTER_MAX);
    let wait = delivery_retry(policy, failures, asked, jitter);
    wait.map_or(CHANNEL_REST_MAX, |wait| wait.min(longest))
}

/// How long a broken channel rests before one message is tried again, by how often it broke in a
/// row (from 1): a minute at first, an hour at most.
pub fn channel_pause(times: u32) -> Duration {
    const WAITS_S: [u64; 4] = [60, 300, 900, 1_800];
    let index = usize::try_from(times.saturating_sub(1)).unwrap_or(usize::MAX);
    Duration::from_secs(WAITS_S.get(index).copied().unwrap_or(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_tried_over_three_days_and_then_dead() {
        let total: Duration =
            (1..20).map_while(|n| delivery_retry(RetryPolicy::Webhook, n, None, 0.5)).sum();
        assert_eq!(
            total.as_secs(),
            5 + 300 + 1_800 + 7_200 + 18_000 + 36_000 + 50_400 + 72_000 + 86_400
        );
        assert_eq!(delivery_retry(RetryPolicy::Webhook, 10, None, 0.5), None);
        let asked = Duration::from_mins(10);
        assert_eq!(delivery_retry(RetryPolicy::Webhook, 1, Some(asked), 0.0), Some(asked));
    }

    #[test]
    fn a_mail_is_tried_for_five_days() {
        let total: Duration =
            (1..100).map_while(|n| delivery_retry(RetryPolicy::Mail, n, None, 0.5)).sum();
        assert!((Duration::from_hours(115)..Duration::from_hours(125)).contains(&total));
    }
}
