//! Words the operator, or another reader's list, puts on a feed: its title and its tags.
use super::diagnostics::Diagnostics;
use super::document::Value;
use super::words;

/// Characters of a title and of a tag.
const LABEL_CHARS_MAX: usize = 200;
/// Tags of one feed.
const TAGS_MAX: usize = 32;

/// A text as a title, cut where it is too long; `None` if nothing is left of it.
pub fn title(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let kept = text.chars().filter(|c| !c.is_control() && !words::is_control_or_mark(*c));
    let text: String = kept.take(LABEL_CHARS_MAX).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A text as a tag: a title without commas, for lists of tags are joined by them.
pub fn tag(text: &str) -> Option<String> {
    title(&text.replace(',', ";"))
}

/// Reads `title`.
pub(super) fn read_title(value: &Value<'_>, faults: &mut Diagnostics) -> Option<String> {
    let written = value.string(faults)?;
    if title(&written.text).as_deref() == Some(&written.text) {
        return Some(written.text);
    }
    let what = format!("`{}` is not 1 to {LABEL_CHARS_MAX} characters of one line", value.key());
    faults.error(
        written.at,
        what,
        "write a few words without line breaks or white space round them",
    );
    None
}

/// Reads `tags`.
pub(super) fn read_tags(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<String>> {
    let written = value.strings(faults)?;
    if written.len() > TAGS_MAX {
        let what = format!("there are {} tags, over the cap of {TAGS_MAX}", written.len());
        faults.error(value.place(), what, "remove some");
        return None;
    }
    let mut tags = Vec::new();
    for text in written {
        if tag(&text.text).as_deref() != Some(&text.text) {
            let what = format!("{} cannot be a tag", words::quoted(&text.text));
            let cure = "write a few words without commas: tags = [\"Korea\", \"wires/fast\"]";
            faults.error(text.at, what, cure);
            return None;
        }
        tags.push(text.text);
    }
    Some(tags)
}
