//! Durations and sizes as people write them: `"5m"`, `"10MiB"`.
use std::time::Duration;

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

/// Longer names people use.
const TIME_NAMES: [(&str, &str); 18] = [
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("week", "w"),
    ("weeks", "w"),
    ("msec", "ms"),
    ("millis", "ms"),
];

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

/// Reads `"90s"`, `"5m"`, `"24h"`, `"7d"`, `"2w"` or `"500ms"`.
pub(super) fn duration(text: &str) -> Result<Duration, Unreadable> {
    let example = "write a number and a unit: \"90s\", \"5m\", \"24h\" or \"7d\"";
    quantity(text, &TIMES, &TIME_NAMES, ("s", example)).map(Duration::from_millis)
}

/// Reads `"10MiB"`, `"512KiB"`, `"1GiB"` or `"100B"`, in bytes.
pub(super) fn bytes(text: &str) -> Result<u64, Unreadable> {
    let example = "write a number and a unit: \"512KiB\", \"10MiB\" or \"1GiB\"";
    quantity(text, &SIZES, &SIZE_NAMES, ("B", example))
}

/// The shortest way to write a duration: `5m`, `90s`, `1500ms`.
pub(super) fn show_duration(duration: Duration) -> String {
    show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), &TIMES)
}

/// The shortest way to write a size.
pub(super) fn show_bytes(bytes: u64) -> String {
    show(bytes, &SIZES)
}

fn show(amount: u64, units: &[(&str, u64)]) -> String {
    if amount == 0 {
        return if units.len() == TIMES.len() { "0s".to_owned() } else { "0B".to_owned() };
    }
    let whole = units.iter().find(|(_, size)| amount.is_multiple_of(*size));
    whole.map_or_else(|| amount.to_string(), |(name, size)| format!("{}{name}", amount / size))
}

/// `bare` is the unit a number without one is taken to mean in the suggestion.
fn quantity(
    text: &str,
    units: &[(&str, u64)],
    names: &[(&str, &str)],
    (bare, example): (&str, &str),
) -> Result<u64, Unreadable> {
    let plain = || example.to_owned();
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(split).unwrap_or((text, ""));
    let unit = unit.trim();
    if digits.is_empty() {
        return Err(Unreadable { why: "it does not begin with a whole number", help: plain() });
    }
    let Ok(number) = digits.parse::<u64>() else {
        return Err(Unreadable { why: "the number is too large", help: plain() });
    };
    if unit.is_empty() {
        let cure = format!("write \"{number}{bare}\", or another unit");
        return Err(Unreadable { why: "it has no unit", help: cure });
    }
    if let Some((_, size)) = units.iter().find(|(name, _)| *name == unit) {
        let amount = number.checked_mul(*size);
        return amount.ok_or_else(|| Unreadable { why: "it is too large", help: plain() });
    }
    let lower = unit.to_ascii_lowercase();
    let meant = names.iter().find(|(theirs, _)| *theirs == lower).map(|(_, ours)| *ours);
    let meant = meant.or_else(|| units.iter().map(|(name, _)| *name).find(|name| *name == lower));
    match meant {
        Some(ours) => Err(Unreadable {
            why: "the unit is not one of ours",
            help: format!("write \"{number}{ours}\""),
        }),
        None if unit.starts_with(['.', ',']) => {
            Err(Unreadable { why: "only whole numbers are read", help: plain() })
        }
        None => Err(Unreadable { why: "the unit is not one of ours", help: plain() }),
    }
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
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(bytes("10MiB"), Ok(10 << 20));
        assert_eq!(bytes("0B"), Ok(0));
    }

    #[test]
    fn a_wrong_quantity_says_what_to_write() {
        for (text, why, cure) in [
            ("5", "it has no unit", "write \"5s\", or another unit"),
            ("5min", "the unit is not one of ours", "write \"5m\""),
            ("5M", "the unit is not one of ours", "write \"5m\""),
            ("2 hours", "the unit is not one of ours", "write \"2h\""),
        ] {
            assert_eq!(duration(text), Err(Unreadable { why, help: cure.to_owned() }));
        }
        assert_eq!(bytes("10MB").unwrap_err().help, "write \"10MiB\"");
        assert_eq!(duration("1.5h").unwrap_err().why, "only whole numbers are read");
        assert_eq!(duration("-5m").unwrap_err().why, "it does not begin with a whole number");
        assert_eq!(duration("").unwrap_err().why, "it does not begin with a whole number");
        assert_eq!(duration("99999999999999999999s").unwrap_err().why, "the number is too large");
        assert_eq!(duration("9999999999999999w").unwrap_err().why, "it is too large");
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
        fn what_is_shown_reads_back(ms in any::<u64>(), size in any::<u64>()) {
            assert_eq!(duration(&show_duration(Duration::from_millis(ms))), Ok(Duration::from_millis(ms)));
            assert_eq!(bytes(&show_bytes(size)), Ok(size));
        }

        #[test]
        fn no_text_is_both_a_time_and_a_size(text in "[0-9]{0,22} ?\\PC{0,4}") {
            assert!(duration(&text).is_err() || bytes(&text).is_err());
        }
    }
}
