//! How long a publisher says an answer stays as it is.
use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};

/// The freshness lifetime left (RFC 9111 section 4.2): `max-age`, else `Expires` less `Date`, less
/// the `Age` a cache admits to. `None` if nothing was said; zero if the answer is not to be reused
/// unasked. No bound is put on it here: content networks answer with a month.
pub(super) fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let mut max_age = None;
    for line in headers.get_all(CACHE_CONTROL) {
        for directive in text(line.as_bytes()).split(',') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" | "no-store" => return Some(Duration::ZERO),
                "max-age" => max_age = max_age.or_else(|| seconds(value)),
                _ => (),
            }
        }
    }
    let lifetime = max_age.or_else(|| expires(headers))?;
    let age = one(headers, &AGE).and_then(seconds).unwrap_or_default();
    Some(lifetime.saturating_sub(age))
}

/// A date that cannot be read, `0` above all, means "already over" (RFC 9111 section 5.3).
fn expires(headers: &HeaderMap) -> Option<Duration> {
    let expires = one(headers, &EXPIRES)?;
    let Ok(expires) = httpdate::parse_http_date(expires.trim()) else {
        return Some(Duration::ZERO);
    };
    let date = httpdate::parse_http_date(one(headers, &DATE)?.trim()).ok()?;
    Some(expires.duration_since(date).unwrap_or_default())
}

/// Seconds, quoted or not. More than a number can hold is very long, as RFC 9111 section 1.2.2
/// wants it.
fn seconds(value: &str) -> Option<Duration> {
    let digits = value.trim().trim_matches('"');
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(u64::from(u32::MAX))))
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| text(value.as_bytes()))
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn of(lines: &[(&str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        freshness(&headers).map(|lifetime| lifetime.as_secs())
    }

    #[test]
    fn a_lifetime_is_what_was_said_less_what_has_passed() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let later = ("expires", "Sun, 06 Nov 1994 09:49:37 GMT");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("cache-control", "public, Max-Age=600")]), Some(600));
        assert_eq!(of(&[("cache-control", "max-age=600"), ("age", "100")]), Some(500));
        assert_eq!(of(&[("cache-control", "max-age=600"), ("age", "9000")]), Some(0));
        assert_eq!(of(&[date, later]), Some(3600));
        assert_eq!(of(&[("cache-control", "max-age=60"), date, later]), Some(60));
        assert_eq!(of(&[("cache-control", "s-maxage=60"), date, later]), Some(3600));
        assert_eq!(of(&[later]), None, "without a date nothing can be reckoned");
    }

    #[test]
    fn nonsense_is_no_lifetime_and_never_a_panic() {
        assert_eq!(of(&[("expires", "0")]), Some(0));
        assert_eq!(of(&[("expires", "-1")]), Some(0));
        assert_eq!(of(&[("cache-control", "max-age=-5")]), None);
        assert_eq!(of(&[("cache-control", "max-age=, max-age=\"30\"")]), Some(30));
        let endless = "max-age=99999999999999999999999";
        assert_eq!(of(&[("cache-control", endless)]), Some(u64::from(u32::MAX)));
        assert_eq!(of(&[("cache-control", "max-age=600"), ("cache-control", "no-cache")]), Some(0));
    }
}
