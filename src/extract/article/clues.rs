//! What the names on an element (class, id, role, item property) say about its content.
use std::collections::HashMap;

use super::attributes::Attributes;
use super::clue_set::Clues;
use super::element::Element;
use super::part_names::{clue_of_name, clue_of_pair, clue_of_word};

/// Bytes of an element's names that are read. Generated lists of classes can have several
/// kilobytes.
const NAMES_BYTES_MAX: usize = 512;

/// Different values of `class` that are remembered on one page.
const CLASSES_MAX: usize = 4_096;

/// Most words of an id or a label that names a part.
const NAME_WORDS_MAX: usize = 3;

/// Longest word compared, in bytes.
const WORD_BYTES_MAX: usize = 24;

/// What is known of the classes that were read: most classes of a page come many times.
#[derive(Debug, Default)]
pub(super) struct KnownClasses<'a>(HashMap<&'a str, Class>);

/// The value of an attribute `class`.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    clues: Clues,
    /// Its place among the classes of the page, from 1 on; 0 if there are too many.
    number: u32,
}

impl<'a> KnownClasses<'a> {
    fn get(&mut self, class: &'a str) -> Class {
        if class.is_empty() {
            return Class::default();
        }
        if let Some(known) = self.0.get(class) {
            return *known;
        }
        let mut found = Class::default();
        names_of(class, &mut found.clues);
        if found.clues.has(Clues::HIDING) && is_hidden_by_class(class) {
            found.clues.add(Clues::HIDDEN);
        }
        if self.0.len() < CLASSES_MAX {
            found.number = u32::try_from(self.0.len() + 1).unwrap_or_default();
            self.0.insert(class, found);
        }
        found
    }
}

/// The number of all hidden parts: they are of one kind.
const HIDDEN_KIND: u32 = u32::MAX;

/// What a start tag says about its element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) clues: Clues,
    /// A number that is equal for parts of one kind: those with the same classes.
    pub(super) kind: u32,
}

/// The clues of a start tag.
pub(super) fn of<'a>(
    element: Element,
    attributes: &Attributes<'a>,
    classes: &mut KnownClasses<'a>,
) -> Said {
    let mut clues = Clues::default();
    if attributes.hidden || hides(attributes.style) {
        clues.add(Clues::HIDDEN);
    }
    role(attributes.role, &mut clues);
    if attributes.rel == "author" || attributes.itemprop == "author" {
        clues.add(Clues::AUTHOR);
    }
    property(attributes.itemprop, &mut clues);
    if matches!(element, Element::Article | Element::Main) {
        clues.add(Clues::ARTICLE);
    }
    let class = classes.get(attributes.class);
    clues.add(class.clues);
    names_of(attributes.part, &mut clues);
    // Longer ids are made from headings so that links can lead there, and longer labels are headings.
    if is_short(attributes.id) {
        names_of(attributes.id, &mut clues);
    }
    if matches!(element, Element::Section | Element::Div | Element::Aside)
        && is_short(attributes.label)
    {
        names_of(attributes.label, &mut clues);
    }
    let kind = if clues.has(Clues::HIDDEN) { HIDDEN_KIND } else { class.number };
    Said { clues, kind }
}

/// Whether a name has few words.
fn is_short(name: &str) -> bool {
    (Words { bytes: name.as_bytes() }).nth(NAME_WORDS_MAX).is_none()
}

/// Whether an inline style hides the element from readers.
fn hides(style: &str) -> bool {
    if style.is_empty() {
        return false;
    }
    let bare: String = style
        .bytes()
        .take(NAMES_BYTES_MAX)
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    bare.contains("display:none") || bare.contains("visibility:hidden")
}

/// Whether a class hides the element from all readers. Frameworks have classes that hide a part on
/// small screens, beside one that shows it on wide ones (`hidden md:block`, `d-none d-md-block`).
/// Parts that readers open by a click are read: their names say so.
fn is_hidden_by_class(class: &str) -> bool {
    let shows = ["block", "flex", "grid", "inline", "table", "contents", "visible", "show"];
    let opens = ["accordion", "collaps", "expand", "toggle", "panel", "tab", "answer"];
    let mut hidden = false;
    let end = class.floor_char_boundary(NAMES_BYTES_MAX);
    for name in class.get(..end).unwrap_or_default().split_ascii_whitespace() {
        let last = name.rsplit([':', '-']).next().unwrap_or(name);
        if shows.contains(&last) || opens.iter().any(|word| name.contains(word)) {
            return false;
        }
        hidden |= clue_of_name(name).has(Clues::HIDING);
    }
    hidden
}

/// Reads an ARIA role.
fn role(role: &str, clues: &mut Clues) {
    match role.trim() {
        "navigation" | "contentinfo" | "complementary" => {
            clues.add(Clues::ASIDE.or(Clues::BESIDE));
        }
        "banner" | "search" | "dialog" | "alertdialog" | "menu" | "menubar" | "toolbar"
        | "tooltip" | "tablist" | "alert" | "doc-footnote" => clues.add(Clues::ASIDE),
        "main" | "article" => clues.add(Clues::ARTICLE),
        _ => {}
    }
}

/// Reads an `itemprop` of schema.org. It is declared by the publisher, so it is stronger than a
/// class name.
fn property(property: &str, clues: &mut Clues) {
    match property.trim() {
        "articleBody" | "text" => clues.add(Clues::DECLARED),
        "author" | "datePublished" | "dateModified" | "publisher" => clues.add(Clues::BYLINE),
        "caption" | "copyrightHolder" => clues.add(Clues::CAPTION),
        "comment" => clues.add(Clues::COMMENTS),
        _ => {}
    }
}

/// Reads a list of names: each whole name, then its words, then pairs of words.
fn names_of(names: &str, clues: &mut Clues) {
    let end = names.floor_char_boundary(NAMES_BYTES_MAX);
    for name in names.get(..end).unwrap_or_default().split_ascii_whitespace() {
        // CSS frameworks write variants (`md:hidden`, `w-[10px]`). They are about the layout.
        if name.contains([':', '[', '/', '(']) {
            continue;
        }
        let mut own = Clues::default();
        let mut before = Word::default();
        for word in (Words { bytes: name.as_bytes() }) {
            // `has-sidebar`, `page-with-comments`: these are about the page, not about this part.
            let text = word.as_str();
            if matches!(text, "has" | "no" | "with" | "without") {
                break;
            }
            own.add(clue_of_word(text));
            own.add(clue_of_pair(before.as_str(), text));
            before = word;
        }
        own.add(clue_of_name(name));
        if own == Clues::BODY {
            own.add(Clues::CLEAR_BODY);
        }
        clues.add(own);
    }
}

/// A word in lower case.
#[derive(Clone, Copy, Default)]
struct Word {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
}

impl Word {
    /// The letters; a longer word is cut, which only makes it match nothing.
    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }
}

/// The words of a name. It is split at signs, at digits, and where a capital follows a small
/// letter.
struct Words<'a> {
    bytes: &'a [u8],
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let start = self.bytes.iter().position(u8::is_ascii_alphabetic)?;
        let bytes = self.bytes.get(start..)?;
        let mut word = Word::default();
        let mut small = false;
        let mut end = 0;
        for byte in bytes {
            if !byte.is_ascii_alphabetic() || (small && byte.is_ascii_uppercase()) {
                break;
            }
            small = byte.is_ascii_lowercase();
            if let Some(place) = word.bytes.get_mut(end) {
                *place = byte.to_ascii_lowercase();
                word.length = end + 1;
            }
            end += 1;
        }
        self.bytes = bytes.get(end..)?;
        Some(word)
    }
}
