//! The tables and values of the files with their places, before any meaning is checked.
//!
//! It is read by hand and not by derived deserialisers, because those stop at the first error and
//! lose the line inside arrays of tables.
mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use self::value::Value;
use super::diagnostics::Diagnostics;
use super::{render, words};
use crate::domain::SourceSpan;

/// One table of one file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    table: &'a DeTable<'a>,
    /// Bytes of its header.
    start: usize,
    end: usize,
}

/// There was an error, and it is reported already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

impl<'a> Section<'a> {
    /// `span` is where the section's heading or braces stand.
    pub(super) fn new(
        file: &'a Arc<str>,
        text: &'a str,
        table: &'a DeTable<'a>,
        at: Range<usize>,
    ) -> Self {
        Self { file, text, table, start: at.start, end: at.end }
    }

    /// Where its header stands.
    pub(super) fn place(&self) -> SourceSpan {
        SourceSpan { file: self.file.clone(), span: self.start..self.end }
    }

    /// The value of a key, if it is written.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        let (key, node) = self.table.get_key_value(key)?;
        Some(self.value(key, node))
    }

    /// A value that need not be written.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, Reported> {
        self.get(key).map(|value| read(&value).ok_or(Reported)).transpose()
    }

    /// Every key, in no particular order.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'a>> {
        let this = *self;
        self.table.iter().map(move |(key, node)| this.value(key, node))
    }

    /// Every key in the order of writing.
    pub(super) fn in_order(&self) -> Vec<Value<'a>> {
        let mut values: Vec<Value<'a>> = self.values().collect();
        values.sort_by_key(|value| value.key_start);
        values
    }

    /// Joins key and value with the text they stand in, for their places.
    fn value(&self, key: &'a Spanned<Cow<'a, str>>, node: &'a Spanned<DeValue<'a>>) -> Value<'a> {
        let span = key.span();
        Value {
            file: self.file,
            text: self.text,
            key: key.get_ref(),
            key_start: span.start,
            key_end: span.end,
            node,
        }
    }

    /// Reports every key that is not `known`. `whose` says whose keys they are: "a feed".
    pub(super) fn reject_unknown_keys(
        &self,
        whose: &str,
        known: &[&str],
        faults: &mut Diagnostics,
    ) {
        for value in self.values().filter(|value| !known.contains(&value.key)) {
            let file = known.iter().find(|key| key.ends_with("_file") && **key != "ca_file");
            if let Some(file) = file
                && render::is_secret(value.key)
            {
                let what = format!(
                    "`{}` would put a secret into the configuration, where others read it",
                    words::shortened(value.key)
                );
                let cure = format!(
                    "put it alone into a file only you can read (chmod 600) and write \
                     `{file} = \"…\"`"
                );
                faults.error(value.key_place(), what, cure);
                continue;
            }
            let what = format!("{whose} has no key {}", words::quoted(value.key));
            let cure = words::suggestion(value.key, known.iter().copied());
            faults.error(value.key_place(), what, cure);
        }
    }

    /// Whether a secret itself stands here, which [`Section::reject_unknown_keys`] complains of.
    pub(super) fn holds_secret(&self) -> bool {
        self.values().any(|value| render::is_secret(value.key))
    }

    /// A value that must be there; `cure` says what to write.
    pub(super) fn required(
        &self,
        whose: &str,
        key: &str,
        cure: &str,
        faults: &mut Diagnostics,
    ) -> Option<Value<'a>> {
        let value = self.get(key);
        if value.is_none() {
            faults.missing(self.place(), format!("{whose} needs `{key}`"), cure);
        }
        value
    }
}

impl<'a> Value<'a> {
    /// A table's own keys.
    pub(super) fn table(&self) -> Option<Section<'a>> {
        let table = self.node.get_ref().as_table()?;
        Some(Section::new(self.file, self.text, table, self.node.span()))
    }

    /// Each element, if this is a list of tables; `None` if it is anything else.
    pub(super) fn tables(&self) -> Option<Vec<Section<'a>>> {
        let items = self.node.get_ref().as_array()?;
        items.iter().map(|node| Self { node, ..*self }.table()).collect()
    }
}
