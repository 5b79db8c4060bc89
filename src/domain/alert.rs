//! What a reader is told.
use std::fmt;
use std::ops::Range;

use super::{Hit, Name, Severity, StoryId, Timestamp};

/// Identifies one alert for ever: a hash of the watch and the article that fired it, so that a
/// store restored from a backup gives the same alert the same id and receivers recognise it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlertId(pub u128);

/// Identifies one message to one channel for ever. It is the idempotency key: `webhook-id` and
/// `EncodedMessage-ID` are made of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub u128);

/// Identifies one letter for ever: a hash of what it tells, so that the same news is posted once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub u128);

/// Crockford's base 32 in lower case: no letter is mistaken for a digit, and it holds no `.`, which
/// Standard Webhooks forbids in ids.
fn base32(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    for place in (0..26).rev() {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        write!(f, "{}", char::from(DIGITS[digit]))?;
    }
    Ok(())
}

/// Reads back what [`base32`] wrote.
fn from_base32(text: &str) -> Option<u128> {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    if text.len() != 26 {
        return None;
    }
    text.chars().try_fold(0_u128, |value, c| {
        let digit = DIGITS.find(c)? as u128;
        value.checked_mul(32)?.checked_add(digit)
    })
}

macro_rules! shown_as_base32 {
    ($id:ident) => {
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                base32(self.0, f)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                base32(self.0, f)
            }
        }

        impl $id {
            /// Reads the printed form; `None` if it is not one.
            pub fn parse(text: &str) -> Option<Self> {
                from_base32(text).map(Self)
            }
        }

        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
            }
        }
    };
}

shown_as_base32!(AlertId);
shown_as_base32!(DeliveryId);
shown_as_base32!(MessageId);

/// Why this alert exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// A new story matched.
    New,
    /// A known article was edited, and only its new text matches.
    Revised,
    /// A further copy of a known story matched a watch that the first copy did not.
    Copy,
    /// `channels test` asked for it.
    Test,
}

/// Who carries a story, and in which languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spread {
    /// Distinct feeds, the first one included.
    pub outlets: u64,
    /// Languages without their country, in alphabetical order.
    pub languages: Vec<String>,
}

/// A passage with the matched words marked.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Snippet {
    /// Plain text; "…" where it was cut.
    pub text: String,
    /// Bytes of `text` to highlight: in order, disjoint, on character boundaries.
    pub marks: Vec<Range<usize>>,
}

/// An alert: immutable from the commit that made it. Stored as JSON; every message to every channel
/// is composed from this and nothing else, so that a retry repeats the same bytes.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Alert {
    pub id: AlertId,
    pub kind: AlertKind,
    pub story: StoryId,
    pub watch: Name,
    pub watch_title: String,
    pub severity: Severity,
    /// Plain text, cleaned of control characters but otherwise as published.
    pub title: String,
    pub url: Option<String>,
    /// The feed's name.
    pub source: Name,
    pub language: Option<String>,
    pub published: Option<Timestamp>,
    pub first_seen: Timestamp,
    pub score: f64,
    pub threshold: f64,
    pub hits: Vec<Hit>,
    pub snippet: Snippet,
    /// Its story's, as it was known when a message was first composed; not kept with the alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// When the alert was made, which is also the message's date.
    pub created: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_as_they_print() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let shown = AlertId(value).to_string();
            assert_eq!(shown.len(), 26);
            assert_eq!(AlertId::parse(&shown), Some(AlertId(value)));
        }
        assert_eq!(AlertId::parse("zzzzzzzzzzzzzzzzzzzzzzzzzz"), None, "over 128 bits");
        assert_eq!(AlertId::parse("é"), None);
    }
}
