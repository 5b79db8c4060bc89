//! The attributes of an element that say something about an article.
use crate::markup::Tag;

/// Longest name of an attribute that is read, in bytes.
const NAME_BYTES_MAX: usize = 16;

/// The values of these attributes, undecoded; empty where a tag has none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attributes<'a> {
    pub(super) class: &'a str,
    pub(super) id: &'a str,
    pub(super) role: &'a str,
    pub(super) itemprop: &'a str,
    pub(super) style: &'a str,
    pub(super) href: &'a str,
    pub(super) rel: &'a str,
    pub(super) lang: &'a str,
    /// `name` or `property` of a `meta`, `type` of a `script`.
    pub(super) name: &'a str,
    pub(super) content: &'a str,
    pub(super) datetime: &'a str,
    /// `data-testid` and its like: what the makers of the page call a part of it.
    pub(super) part: &'a str,
    /// `aria-label`: what a reader of screens calls the part.
    pub(super) label: &'a str,
    /// By `hidden` or `aria-hidden`.
    pub(super) hidden: bool,
    /// A `template` whose content is shown (`shadowrootmode`).
    pub(super) shadow_root: bool,
}

impl<'a> Attributes<'a> {
    /// Reads the attributes of a start tag.
    pub(super) fn of(tag: &Tag<'a>) -> Self {
        let mut attributes = Self::default();
        for (name, value) in tag.attributes() {
            attributes.set(name, value);
        }
        attributes
    }

    /// Keeps a value if its name is one of those above.
    fn set(&mut self, name: &str, value: &'a str) {
        let mut lower = [0_u8; NAME_BYTES_MAX];
        let Some(lower) = lower.get_mut(..name.len()) else { return };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        let slot = match &*lower {
            b"class" => &mut self.class,
            b"id" => &mut self.id,
            b"role" => &mut self.role,
            b"itemprop" => &mut self.itemprop,
            b"style" => &mut self.style,
            b"href" => &mut self.href,
            b"rel" => &mut self.rel,
            b"lang" | b"xml:lang" => &mut self.lang,
            b"name" | b"property" | b"type" | b"http-equiv" => &mut self.name,
            b"content" => &mut self.content,
            b"datetime" => &mut self.datetime,
            b"data-testid" | b"data-component" | b"data-qa" | b"data-module" => &mut self.part,
            b"aria-label" => &mut self.label,
            b"hidden" => {
                // A browser shows `until-found` to whoever searches for it.
                self.hidden |= value != "until-found";
                return;
            }
            // The older name was in use before the standard had one.
            b"shadowrootmode" | b"shadowroot" => {
                self.shadow_root = true;
                return;
            }
            b"aria-hidden" => {
                self.hidden |= value.eq_ignore_ascii_case("true");
                return;
            }
            _ => return,
        };
        // The first of a name counts, as in a browser.
        if slot.is_empty() {
            *slot = value;
        }
    }
}
