//! One value as it was written, and every way to read it.
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeValue;

use crate::config::diagnostics::Diagnostics;
use crate::config::{render, units, words};
use crate::domain::{SourceSpan, Spanned};

/// Bytes of a value that a cure still repeats.
const ECHO_BYTES_MAX: usize = 40;

/// The value of one key, or one element of a list under that key.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Value<'a> {
    pub(super) file: &'a Arc<str>,
    pub(super) text: &'a str,
    pub(super) key: &'a str,
    pub(super) key_start: usize,
    pub(super) key_end: usize,
    pub(super) node: &'a toml::Spanned<DeValue<'a>>,
}

impl<'a> Value<'a> {
    /// As it is written, without quotes.
    pub(in crate::config) fn key(&self) -> &'a str {
        self.key
    }

    /// Where the value stands.
    pub(in crate::config) fn place(&self) -> SourceSpan {
        SourceSpan { file: self.file.clone(), span: self.node.span() }
    }

    /// Where its key stands.
    pub(in crate::config) fn key_place(&self) -> SourceSpan {
        SourceSpan { file: self.file.clone(), span: self.key_start..self.key_end }
    }

    /// The key as a text of its own; its place is that of the contents.
    pub(in crate::config) fn spanned_key(&self) -> Spanned {
        let span = self.key_start..self.key_end;
        let bare = self.text.get(span.clone()).is_some_and(|raw| raw == self.key);
        let at = if bare { self.key_place() } else { self.contents(self.key, span) };
        Spanned { text: self.key.to_owned(), at }
    }

    /// Any string; its place is that of the contents.
    pub(in crate::config) fn string(&self, faults: &mut Diagnostics) -> Option<Spanned> {
        let DeValue::String(text) = self.node.get_ref() else {
            let cure = match self.raw() {
                Some(raw) if self.is_scalar() => format!("write {} = \"{raw}\"", self.key),
                Some(_) | None => format!("write {} = \"…\"", self.key),
            };
            self.wrong_type("a string", cure, faults);
            return None;
        };
        Some(Spanned { text: text.clone().into_owned(), at: self.contents(text, self.node.span()) })
    }

    /// A list of strings; a list with a wrong element is no list.
    pub(in crate::config) fn strings(&self, faults: &mut Diagnostics) -> Option<Vec<Spanned>> {
        self.each_string(faults)?.into_iter().collect()
    }

    /// The elements of a list of strings, `None` for each that is none.
    pub(in crate::config) fn each_string(
        &self,
        faults: &mut Diagnostics,
    ) -> Option<Vec<Option<Spanned>>> {
        let DeValue::Array(items) = self.node.get_ref() else {
            let key = self.spelled_key();
            let cure = match self.raw() {
                Some(raw) if self.node.get_ref().is_str() => format!("write {key} = [{raw}]"),
                Some(_) | None => format!("write {key} = [\"…\", \"…\"]"),
            };
            self.wrong_type("a list of strings", cure, faults);
            return None;
        };
        Some(items.iter().map(|node| Self { node, ..*self }.element(faults)).collect())
    }

    /// One string of a list.
    fn element(&self, faults: &mut Diagnostics) -> Option<Spanned> {
        if let DeValue::String(text) = self.node.get_ref() {
            return Some(Spanned {
                text: text.clone().into_owned(),
                at: self.contents(text, self.node.span()),
            });
        }
        let key = words::quoted(self.key);
        let what = format!("{key} must hold only strings, not {}", self.type_name());
        let cure = match self.raw() {
            Some(raw) if self.is_scalar() => format!("write \"{raw}\""),
            Some(_) | None => "write texts in quotes, separated by commas".to_owned(),
        };
        faults.error(self.place(), what, cure);
        None
    }

    /// `true` or `false`; words in quotes are named as what they are.
    pub(in crate::config) fn flag(&self, faults: &mut Diagnostics) -> Option<bool> {
        if let DeValue::Boolean(flag) = self.node.get_ref() {
            return Some(*flag);
        }
        let cure = format!("write {0} = true or {0} = false", self.key);
        self.wrong_type("true or false", cure, faults);
        None
    }

    /// A whole number within `range`.
    pub(in crate::config) fn integer(
        &self,
        range: RangeInclusive<u64>,
        faults: &mut Diagnostics,
    ) -> Option<u64> {
        let bounds = format!("write a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(integer) = self.node.get_ref() else {
            let digits = self.node.get_ref().as_str().filter(|text| text.parse::<u64>().is_ok());
            let cure = digits.map_or(bounds, |digits| format!("write {} = {digits}", self.key));
            self.wrong_type("a whole number", cure, faults);
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let shown = words::shortened(integer.as_str());
            let what = format!(
                "`{}` is {shown}, not between {} and {}",
                self.key,
                range.start(),
                range.end()
            );
            faults.error(self.place(), what, bounds);
        }
        number
    }

    /// Any finite number; a cure repeats `example`.
    pub(in crate::config) fn number(&self, example: &str, faults: &mut Diagnostics) -> Option<f64> {
        let cure = |example: &str| format!("write {} = {example}", self.spelled_key());
        let number: Option<f64> = match self.node.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            DeValue::Integer(integer) => {
                u32::from_str_radix(integer.as_str(), integer.radix()).ok().map(f64::from)
            }
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::String(text) => {
                let plain = text.parse::<f64>().is_ok_and(f64::is_finite);
                let plain = plain && text.len() <= ECHO_BYTES_MAX;
                self.wrong_type("a number", cure(if plain { text } else { example }), faults);
                return None;
            }
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                self.wrong_type("a number", cure(example), faults);
                return None;
            }
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            let key = words::quoted(self.key);
            let what = match self.raw() {
                Some(raw) => format!("{key} is `{raw}`, which is no finite number"),
                None => format!("{key} is no finite number"),
            };
            faults.error(self.place(), what, cure(example));
        }
        number
    }

    /// One of a closed set of words.
    pub(in crate::config) fn choice<T: Copy>(
        &self,
        words: &[(&str, T)],
        faults: &mut Diagnostics,
    ) -> Option<T> {
        let written = self.string(faults)?;
        let chosen = words.iter().find(|(word, _)| *word == written.text).map(|(_, value)| *value);
        if chosen.is_none() {
            let known = || words.iter().map(|(word, _)| *word);
            let mut what = format!("`{}` cannot be {}", self.key, words::quoted(&written.text));
            if words::nearest(&written.text, known()).is_some() {
                what.push_str("; it is ");
                what.push_str(&words::one_of(known()));
            }
            faults.error(written.at, what, words::suggestion(&written.text, known()));
        }
        chosen
    }

    /// A duration within `range`.
    pub(in crate::config) fn duration(
        &self,
        range: RangeInclusive<Duration>,
        faults: &mut Diagnostics,
    ) -> Option<Duration> {
        let written = self.quantity("a duration", "s", faults)?;
        let duration = match units::duration(&written.text) {
            Ok(duration) => duration,
            Err(unreadable) => {
                self.unreadable("a duration", &written, unreadable, faults);
                return None;
            }
        };
        let outside = outside(self.key, duration, range, units::show_duration);
        Self::inside(duration, outside, written, faults)
    }

    /// A size in bytes within `range`.
    pub(in crate::config) fn bytes(
        &self,
        range: RangeInclusive<u64>,
        faults: &mut Diagnostics,
    ) -> Option<u64> {
        let written = self.quantity("a size", "B", faults)?;
        let bytes = match units::bytes(&written.text) {
            Ok(bytes) => bytes,
            Err(unreadable) => {
                self.unreadable("a size", &written, unreadable, faults);
                return None;
            }
        };
        let outside = outside(self.key, bytes, range, units::show_bytes);
        Self::inside(bytes, outside, written, faults)
    }

    /// For the difference between "one table" and "a table" in a message.
    pub(in crate::config) fn is_list(&self) -> bool {
        self.node.get_ref().is_array()
    }

    /// Complains that the value is of the wrong type.
    pub(in crate::config) fn wrong_type(
        &self,
        wanted: &str,
        cure: impl Into<String>,
        faults: &mut Diagnostics,
    ) {
        let key = words::quoted(self.key);
        let what = format!("{key} must be {wanted}, not {}", self.type_name());
        faults.error(self.place(), what, cure);
    }

    /// Our words for TOML's types.
    fn type_name(&self) -> &'static str {
        match self.node.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }

    /// The key as a cure writes it: in quotes if it needs them.
    fn spelled_key(&self) -> String {
        let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let shown = words::shortened(self.key);
        if !shown.is_empty() && shown.chars().all(bare) { shown } else { format!("\"{shown}\"") }
    }

    /// Only these are short enough to be repeated in a message.
    fn is_scalar(&self) -> bool {
        !matches!(self.node.get_ref(), DeValue::Array(_) | DeValue::Table(_))
    }

    /// The value as it is spelled, if a cure may repeat it.
    fn raw(&self) -> Option<&'a str> {
        let raw = self.text.get(self.node.span())?;
        let short = raw.len() <= ECHO_BYTES_MAX && !raw.contains(words::is_control_or_mark);
        (short && !raw.is_empty() && !render::is_secret(self.key)).then_some(raw)
    }

    /// Where a string's contents stand: within its quotes, or the whole literal if escapes make
    /// the spelling differ from the contents.
    fn contents(&self, text: &str, span: Range<usize>) -> SourceSpan {
        let inner = self.text.get(span.clone()).and_then(|raw| {
            let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
            let body = raw.get(quotes..raw.len().checked_sub(quotes)?)?;
            // A newline right after an opening triple quote is not part of the contents.
            let lead = if quotes == 1 {
                0
            } else if body.starts_with("\r\n") {
                2
            } else {
                usize::from(body.starts_with('\n'))
            };
            let start = span.start + quotes + lead;
            (body.get(lead..)? == text && !text.is_empty()).then(|| start..start + text.len())
        });
        SourceSpan { file: self.file.clone(), span: inner.unwrap_or(span) }
    }

    /// The string a quantity is written in; `bare` is the unit suggested for a mere number.
    fn quantity(&self, wanted: &str, bare: &str, faults: &mut Diagnostics) -> Option<Spanned> {
        let example = match self.node.get_ref() {
            DeValue::String(_) => return self.string(faults),
            DeValue::Integer(number) => format!("{}{bare}", words::shortened(number.as_str())),
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => format!("5{bare}"),
        };
        let cure = format!("write {} = \"{example}\", or another unit", self.key);
        self.wrong_type(&format!("{wanted} in quotes"), cure, faults);
        None
    }

    /// A quantity in a form that we do not read.
    fn unreadable(
        &self,
        wanted: &str,
        written: &Spanned,
        unreadable: units::Unreadable,
        faults: &mut Diagnostics,
    ) {
        let shown = words::quoted(&written.text);
        let what = format!("`{}` is {shown}, which is not {wanted}: {}", self.key, unreadable.why);
        faults.error(written.at.clone(), what, unreadable.help);
    }

    /// The value, unless a complaint says that it is outside its range.
    fn inside<T>(
        value: T,
        outside: Option<(String, String)>,
        written: Spanned,
        faults: &mut Diagnostics,
    ) -> Option<T> {
        let Some((what, cure)) = outside else {
            return Some(value);
        };
        faults.error(written.at, what, cure);
        None
    }
}

/// What to say of a value outside its range.
fn outside<T: PartialOrd + Copy>(
    key: &str,
    value: T,
    range: RangeInclusive<T>,
    show: fn(T) -> String,
) -> Option<(String, String)> {
    let (least, most) = range.into_inner();
    let side = if value < least {
        format!("under the floor of {}", show(least))
    } else if value > most {
        format!("over the cap of {}", show(most))
    } else {
        return None;
    };
    let what = format!("`{key}` is {}, {side}", show(value));
    Some((what, format!("write a value from \"{}\" to \"{}\"", show(least), show(most))))
}
