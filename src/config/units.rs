//! Durations and sizes as people write them: `"5m"`, `"10MiB"`.
use std::time::Duration;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;

use super::words;

/// Without a configuration of its own it reads every unit of jiff's.
const PARSER: SpanParser = SpanParser::new();

/// Name and milliseconds of each unit of time, the longest first.
const TIMES: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Name and bytes of each unit of size, the largest first.
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Decimal and sloppy names of sizes people use.
const SIZE_NAMES: [(&str, &str); 10] = [
    ("k", "KiB"),
    ("kb", "KiB"),
    ("kib", "KiB"),
    ("m", "MiB"),
    ("mb", "MiB"),
    ("mib", "MiB"),
    ("g", "GiB"),
    ("gb", "GiB"),
    ("gib", "GiB"),
    ("b", "B"),
];

/// Why a quantity cannot be read, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) why: &'static str,
    pub(super) help: String,
}

/// Reads `"90s"`, `"5m"`, `"1h 30m"`, `"7d"`, `"2 weeks"`: jiff's friendly durations, with days of 24
/// hours, because an interval knows no calendar.
pub(super) fn duration(text: &str) -> Result<Duration, Unreadable> {
    const EXAMPLE: &str = "write a number and a unit: \"90s\", \"5m\", \"24h\" or \"7d\"";
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let help = format!("write \"{}s\", or another unit", words::shortened(text));
        return Err(Unreadable { why: "it has no unit", help });
    }
    let wrong = |why| Unreadable { why, help: EXAMPLE.to_owned() };
    let span = PARSER.parse_span(text).map_err(|_why| wrong("no duration is written like this"))?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
    let duration = duration.map_err(|_why| wrong("months and years differ in length"))?;
    Duration::try_from(duration).map_err(|_why| wrong("it is negative"))
}

/// Reads `"10MiB"`, `"512KiB"`, `"1GiB"` or `"100B"`, in bytes.
pub(super) fn bytes(text: &str) -> Result<u64, Unreadable> {
    let wrong = |why| {
        let help = "write a number and a unit: \"512KiB\", \"10MiB\" or \"1GiB\"".to_owned();
        Unreadable { why, help }
    };
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(split).unwrap_or((text, ""));
    let unit = unit.trim();
    if digits.is_empty() {
        return Err(wrong("it does not begin with a whole number"));
    }
    let Ok(number) = digits.parse::<u64>() else { return Err(wrong("the number is too large")) };
    if unit.is_empty() {
        let help = format!("write \"{number}B\", or another unit");
        return Err(Unreadable { why: "it has no unit", help });
    }
    if let Some((_, size)) = SIZES.iter().find(|(name, _)| *name == unit) {
        return number.checked_mul(*size).ok_or_else(|| wrong("it is too large"));
    }
    let lower = unit.to_ascii_lowercase();
    match SIZE_NAMES.iter().find(|(theirs, _)| *theirs == lower) {
        Some((_, ours)) => {
            let help = format!("write \"{number}{ours}\"");
            Err(Unreadable { why: "the unit is not one of ours", help })
        }
        None if unit.starts_with(['.', ',']) => Err(wrong("only whole numbers are read")),
        None => Err(wrong("the unit is not one of ours")),
    }
}

/// The shortest way to write a duration: `5m`, `90s`, `1500ms`.
pub(super) fn show_duration(duration: Duration) -> String {
    show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), &TIMES)
}

/// The shortest way to write a size.
pub(super) fn show_bytes(bytes: u64) -> String {
    show(bytes, &SIZES)
}

/// The largest unit that divides the amount.
fn show(amount: u64, units: &[(&str, u64)]) -> String {
    if amount == 0 {
        return if units.len() == TIMES.len() { "0s".to_owned() } else { "0B".to_owned() };
    }
    let whole = units.iter().find(|(_, size)| amount.is_multiple_of(*size));
    whole.map_or_else(|| amount.to_string(), |(name, size)| format!("{}{name}", amount / size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn quantities_are_read_as_written() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(duration("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(duration("7d"), Ok(Duration::from_hours(168)));
        assert_eq!(duration(" 2 w "), Ok(Duration::from_hours(336)));
        assert_eq!(duration("1h 30min"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("1.5 hours"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(bytes("10MiB"), Ok(10 << 20));
        assert_eq!(bytes("0B"), Ok(0));
    }

    #[test]
    fn a_wrong_quantity_says_what_to_write() {
        let bare = duration("5").unwrap_err();
        assert_eq!((bare.why, &*bare.help), ("it has no unit", "write \"5s\", or another unit"));
        for text in ["", "soon", "5M", "99999999999999999999s", "9999999999999999w"] {
            assert_eq!(duration(text).unwrap_err().why, "no duration is written like this");
        }
        assert_eq!(duration("-5m").unwrap_err().why, "it is negative");
        assert_eq!(duration("1mo").unwrap_err().why, "months and years differ in length");
        assert_eq!(bytes("10MB").unwrap_err().help, "write \"10MiB\"");
    }

    #[test]
    fn zero_is_shown_with_its_unit() {
        assert_eq!(show_duration(Duration::ZERO), "0s");
        assert_eq!(show_bytes(0), "0B");
        assert_eq!(show_duration(Duration::from_secs(90)), "90s");
        assert_eq!(show_duration(Duration::from_hours(2)), "2h");
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(ms in 0..600_000_000_000_000_u64, size in any::<u64>()) {
            assert_eq!(duration(&show_duration(Duration::from_millis(ms))), Ok(Duration::from_millis(ms)));
            assert_eq!(bytes(&show_bytes(size)), Ok(size));
        }

        #[test]
        fn no_text_is_both_a_time_and_a_size(text in "[0-9]{0,22} ?\\PC{0,4}") {
            assert!(duration(&text).is_err() || bytes(&text).is_err());
        }
    }
}
