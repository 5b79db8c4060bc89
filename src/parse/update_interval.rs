//! Reads how often a publisher says its document changes: `ttl` of RSS 2.0, and `updatePeriod` and
//! `updateFrequency` of the syndication module. The scheduler uses it; it is not part of the
//! document.
use std::time::Duration;

/// Bytes of a document in which these elements are searched for.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Longest interval that is read. The scheduler has a lower limit of its own.
const INTERVAL_MAX: Duration = Duration::from_hours(366 * 24);

/// The longest interval the head of the document asks for; `None` if there is none that can be
/// read.
pub fn update_interval(body: &[u8]) -> Option<Duration> {
    let head = body.get(..HEAD_BYTES_MAX).unwrap_or(body);
    let items = [&b"<item"[..], b"<entry"];
    let end = items.iter().filter_map(|item| memchr::memmem::find(head, item)).min();
    let head = head.get(..end.unwrap_or(head.len())).unwrap_or(head);
    let ttl = number(head, b"<ttl>").map(|minutes| minutes.saturating_mul(60));
    let period = text(head, b"updatePeriod>").and_then(|period| {
        let every = match period.to_ascii_lowercase().as_str() {
            "hourly" => 3_600,
            "daily" => 86_400,
            "weekly" => 7 * 86_400,
            "monthly" => 30 * 86_400,
            "yearly" => 365 * 86_400,
            _ => return None,
        };
        let times = number(head, b"updateFrequency>").unwrap_or(1).max(1);
        Some(every / times)
    });
    let longest = ttl.into_iter().chain(period).filter(|seconds| *seconds > 0).max()?;
    Some(Duration::from_secs(longest).min(INTERVAL_MAX))
}

/// The text after the first such opening tag, up to the next tag.
fn text<'a>(head: &'a [u8], opening: &[u8]) -> Option<&'a str> {
    let start = memchr::memmem::find(head, opening)?.checked_add(opening.len())?;
    let rest = head.get(start..)?;
    let text = rest.get(..memchr::memchr(b'<', rest)?)?;
    std::str::from_utf8(text).ok().map(str::trim)
}

/// The number after the first such opening tag.
fn number(head: &[u8], opening: &[u8]) -> Option<u64> {
    text(head, opening)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(head: &str) -> Option<u64> {
        let body = format!("<rss><channel>{head}<item><ttl>9</ttl></item></channel></rss>");
        update_interval(body.as_bytes()).map(|pace| pace.as_secs())
    }

    #[test]
    fn the_longest_interval_in_the_head_of_a_document_is_read() {
        assert_eq!(seconds("<ttl> 30 </ttl>"), Some(1_800));
        let module = "<sy:updatePeriod> hourly </sy:updatePeriod>";
        assert_eq!(seconds(module), Some(3_600));
        let twice = "<sy:updateFrequency>2</sy:updateFrequency>";
        assert_eq!(seconds(&format!("{module}{twice}")), Some(1_800));
        assert_eq!(seconds(&format!("{module}{twice}<ttl>60</ttl>")), Some(3_600));
    }

    #[test]
    fn nonsense_gives_no_interval() {
        for nonsense in
            ["", "<ttl>", "<ttl>soon</ttl>", "<ttl>-5</ttl>", "<ttl>0</ttl>", "<updatePeriod>x<"]
        {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
        let forever = format!("<ttl>{}</ttl>", u64::MAX);
        assert_eq!(seconds(&forever), Some(INTERVAL_MAX.as_secs()));
    }
}
