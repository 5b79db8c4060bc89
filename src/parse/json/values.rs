//! Reads values of JSON whatever type they have: some feeds write a number where a text belongs.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::parse::limits::{AUTHORS_MAX, HUBS_MAX, LABEL_BYTES_MAX, TAGS_MAX, TEXT_BYTES_MAX};

/// A text without surrounding white space and without control characters.
fn cleaned(text: &str, bytes_max: usize) -> Option<String> {
    let text = text.trim();
    let text = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default();
    if text.is_empty() {
        return None;
    }
    if !text.contains(char::is_control) {
        return Some(text.to_owned());
    }
    let text = text.replace("\r\n", "\n");
    Some(text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect())
}

/// A long text: a summary or a content.
pub(super) fn text(strange: &mut bool) -> TextSeed<'_> {
    TextSeed { bytes_max: TEXT_BYTES_MAX, strange }
}

/// A short text: an id, a title or a date.
pub(super) fn label(strange: &mut bool) -> TextSeed<'_> {
    TextSeed { bytes_max: LABEL_BYTES_MAX, strange }
}

/// Reads a text of any type; `None` if there is none.
pub(super) struct TextSeed<'s> {
    /// Longer texts are cut.
    pub(super) bytes_max: usize,
    /// Set when the value had another type.
    pub(super) strange: &'s mut bool,
}

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(cleaned(text, self.bytes_max))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        *self.strange = true;
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        *self.strange = true;
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        *self.strange = true;
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        *self.strange = true;
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        *self.strange = true;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        *self.strange = true;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads names: a text, an object that has one under `key`, or a list of either.
pub(super) struct NamesSeed<'n> {
    into: &'n mut Vec<String>,
    key: &'static str,
    count_max: usize,
}

impl<'n> NamesSeed<'n> {
    /// Reads authors: names, or objects with a `name`.
    pub(super) fn authors(into: &'n mut Vec<String>) -> Self {
        Self { into, key: "name", count_max: AUTHORS_MAX }
    }

    /// Reads tags, which have no objects.
    pub(super) fn tags(into: &'n mut Vec<String>) -> Self {
        Self { into, key: "", count_max: TAGS_MAX }
    }

    /// Reads hubs: objects with a `url`.
    pub(super) fn hubs(into: &'n mut Vec<String>) -> Self {
        Self { into, key: "url", count_max: HUBS_MAX }
    }

    /// The same list, for a value nested in the current one.
    fn again(&mut self) -> NamesSeed<'_> {
        NamesSeed { into: self.into, key: self.key, count_max: self.count_max }
    }
}

impl<'de> DeserializeSeed<'de> for NamesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NamesSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        if self.into.len() < self.count_max
            && let Some(name) = cleaned(name, LABEL_BYTES_MAX)
            && (self.count_max > AUTHORS_MAX || !self.into.contains(&name))
        {
            self.into.push(name);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self.again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.key {
                map.next_value_seed(self.again())?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    ignore_scalars!(());
}
