//! Names the operator gives: checked, and each given once.
use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::Diagnostics;
use super::document::Section;
use super::sources::Sources;
use super::words;
use crate::domain::{Name, SourceSpan, Spanned};

/// Bytes of a name: it stands in mail headers, file names and metrics.
const NAME_BYTES_MAX: usize = 64;

/// What a name begins with that was spelled in ASCII.
const ASCII_PREFIX: &str = "xn--";

/// The names given so far to one kind of thing.
pub(super) struct Names<'a> {
    /// "feed", "watch", "channel" or "set".
    kind: &'static str,
    sources: &'a Sources,
    given: BTreeMap<Name, SourceSpan>,
}

impl<'a> Names<'a> {
    /// `kind` is the word for messages: "feed", "watch".
    pub(super) fn new(kind: &'static str, sources: &'a Sources) -> Self {
        Self { kind, sources, given: BTreeMap::new() }
    }

    /// Reads `name` from a section, and sees that nothing else of this kind has it.
    pub(super) fn take(&mut self, section: &Section<'_>, faults: &mut Diagnostics) -> Option<Name> {
        let written = self.written(section, faults)?;
        self.give(written, faults)
    }

    /// As [`Self::take`], for a name that may be in any script.
    pub(super) fn take_any_script(
        &mut self,
        section: &Section<'_>,
        faults: &mut Diagnostics,
    ) -> Option<WrittenName> {
        let written = self.written(section, faults)?;
        let Some(ascii) = in_ascii(&written.text) else {
            return Some(WrittenName { name: self.give(written, faults)?, other_script: None });
        };
        let name = self.give(Spanned { text: ascii, at: written.at }, faults)?;
        Some(WrittenName { name, other_script: Some(written.text) })
    }

    /// The text of `name`.
    fn written(&self, section: &Section<'_>, faults: &mut Diagnostics) -> Option<Spanned> {
        let kind = self.kind;
        let cure = format!("write name = \"…\": it tells this {kind} from the others for ever");
        section.required(&format!("this {kind}"), "name", &cure, faults)?.string(faults)
    }

    /// Takes a name as written, and sees that nothing else of this kind has it.
    pub(super) fn give(&mut self, written: Spanned, faults: &mut Diagnostics) -> Option<Name> {
        let kind = self.kind;
        let name = checked(&written, faults)?;
        if let Some(first) = self.given.get(&name) {
            let what = format!(
                "there is already a {kind} named `{name}`, at {}",
                self.sources.path_and_line(first)
            );
            faults.error(written.at, what, "give one of the two another name");
            return None;
        }
        self.given.insert(name.clone(), written.at);
        Some(name)
    }

    /// Every name given.
    pub(super) fn given(self) -> BTreeSet<Name> {
        self.given.into_keys().collect()
    }
}

/// A name that may have been written in letters outside ASCII.
pub(super) struct WrittenName {
    /// The spelling in ASCII, for files, headers and metrics.
    pub(super) name: Name,
    /// What was written, if it is not the same.
    pub(super) other_script: Option<String>,
}

/// The spelling in ASCII of a name in another script, as host names have it (RFC 3492): the same
/// name has the same spelling for ever. `None` for a name in ASCII, and for one that holds other
/// signs than letters, digits, spaces and `-`.
fn in_ascii(text: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-');
    if text.is_ascii() || !text.chars().all(plain) {
        return None;
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    Some(format!("{ASCII_PREFIX}{}", idna::punycode::encode_str(&words.join("-"))?))
}

/// A well-formed name.
pub(super) fn checked(written: &Spanned, faults: &mut Diagnostics) -> Option<Name> {
    let text = &written.text;
    if is_sound(text) {
        return Some(Name::new(text));
    }
    let shown = words::quoted(text);
    let what = if text.is_empty() {
        "a name cannot be empty".to_owned()
    } else if text.len() > NAME_BYTES_MAX {
        format!("the name {shown} is longer than {NAME_BYTES_MAX} bytes")
    } else {
        format!("the name {shown} may hold only lower-case letters a to z, digits and `-`")
    };
    let cure = match slug(text) {
        Some(slug) => format!("write \"{slug}\""),
        None => "write something like \"export-controls\"".to_owned(),
    };
    faults.error(written.at.clone(), what, cure);
    None
}

/// Whether a text is well-formed as a name.
pub(super) fn is_sound(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.chars().all(plain)
}

/// The nearest good name, if the text is spelled in Latin letters.
fn slug(text: &str) -> Option<String> {
    if text.len() > NAME_BYTES_MAX || !text.is_ascii() {
        return None;
    }
    let dashed: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_script_has_one_spelling_in_ascii() {
        for (written, ascii) in [
            ("münchen", Some("xn--mnchen-3ya")),
            ("München", Some("xn--mnchen-3ya")),
            ("export-controls", None),
            ("한국\u{7}", None),
        ] {
            assert_eq!(in_ascii(written).as_deref(), ascii, "{written}");
        }
        assert!(in_ascii("수출 통제").is_some_and(|ascii| is_sound(&ascii)));
    }
}
