//! When something happened.
use std::fmt;
use std::time::Duration;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Below `app` nobody reads a clock: a `Timestamp` is always handed in, so that tests turn the clock
/// by hand and a schedule can be checked with equalities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `wait` later; saturates at the end of time.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The instant `span` earlier; saturates at the beginning of time.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The instant so many milliseconds later, or earlier if negative.
    #[must_use]
    pub fn moved(self, by_ms: i64) -> Self {
        Self(self.0.saturating_add(by_ms))
    }

    /// How long from `earlier` until `self`; zero if `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since the epoch, as the `webhook-timestamp` header wants them.
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The same instant for calendar arithmetic, clamped to the years jiff can hold.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// Midnight UTC of the same day, in days since the epoch.
    pub fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }
}

/// RFC 3339 in UTC with whole seconds, the form of every time the program prints.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.div_euclid(1_000);
        write!(f, "{}", Self(whole.saturating_mul(1_000)).to_jiff())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads what [`Display`](fmt::Display) wrote; any RFC 3339 instant is taken.
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let at: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(at.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_whole_utc_seconds_and_reads_them_back() {
        let at = Timestamp(1_732_363_715_999);
        assert_eq!(at.to_string(), "2024-11-23T12:08:35Z");
        let back: Timestamp = serde_json::from_str("\"2024-11-23T12:08:35Z\"").unwrap();
        assert_eq!(back, Timestamp(1_732_363_715_000));
    }

    #[test]
    fn no_arithmetic_overflows() {
        assert_eq!(Timestamp(i64::MAX).after(Duration::MAX), Timestamp(i64::MAX));
        assert_eq!(Timestamp(0).since(Timestamp(i64::MAX)), Duration::ZERO);
        assert!(!Timestamp(i64::MIN).to_string().is_empty());
    }
}
