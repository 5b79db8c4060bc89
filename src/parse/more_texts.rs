//! The texts of an item beside its title, summary and content: a term may stand in any of them.
use super::item_writer::{FieldText, Writer, best};
use super::limits::{MORE_TEXTS_MAX, TEXT_BYTES_MAX};
use super::vocabulary::Role;
use crate::domain::MoreText;

impl<'a> Writer<'_, 'a> {
    /// The texts that no field was read from, each once, in document order.
    pub(super) fn more_texts(&mut self, fields: &[FieldText<'a>]) -> Vec<MoreText> {
        let is_text = |field: &&FieldText<'_>| {
            let roles = [Role::Title, Role::Summary, Role::Content, Role::MoreText];
            roles.contains(&field.role) && !field.is_blank()
        };
        // Nearly all items have one text of each kind.
        if fields.iter().filter(is_text).nth(1).is_none() {
            return Vec::new();
        }
        let taken = [Role::Title, Role::Summary, Role::Content].map(|role| best(fields, role));
        let mut known: Vec<&str> =
            taken.iter().flatten().map(|field| field.inner.trim_ascii()).collect();
        let (mut more, mut bytes) = (Vec::new(), 0_usize);
        for field in fields.iter().filter(is_text) {
            let inner = field.inner.trim_ascii();
            if known.contains(&inner) || is_data(field) {
                continue;
            }
            if more.len() >= MORE_TEXTS_MAX || bytes >= TEXT_BYTES_MAX {
                self.notes.add("an item with too many texts was cut");
                break;
            }
            known.push(inner);
            let text = self.text_of(field).into_owned();
            if !text.is_empty() {
                bytes = bytes.saturating_add(text.len());
                more.push(MoreText { element: field.tag.name.to_owned(), text });
            }
        }
        more
    }
}

/// Whether an element that is known by its name alone holds a structure, an address or a number
/// instead of text: a list of related stories is no part of this one.
fn is_data(field: &FieldText<'_>) -> bool {
    let inner = field.inner.trim_ascii();
    let structured = inner.contains('<') && !inner.starts_with("<![CDATA[");
    let prose = inner.contains(char::is_alphabetic) && !inner.starts_with("http");
    field.role == Role::MoreText && (structured || !prose)
}

#[cfg(test)]
mod tests {
    use crate::domain::MoreText;
    use crate::parse::{ResponseContext, document};

    fn more_texts(inside: &str) -> Vec<(String, String)> {
        let feed = format!("<rss><channel><item><title>t</title>{inside}</item></channel></rss>");
        let document = document(feed.as_bytes(), &ResponseContext::default()).unwrap();
        let more = document.entries.into_iter().next().unwrap().more_texts;
        more.into_iter().map(|MoreText { element, text }| (element, text)).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(element, text)| ((*element).into(), (*text).into())).collect()
    }

    #[test]
    fn every_element_with_text_is_kept_with_its_name() {
        let found = more_texts(
            "<description>short</description><itunes:summary>long one</itunes:summary>\
             <itunes:subtitle>sub</itunes:subtitle><media:group><media:content url='i'>\
             <media:title>picture</media:title><media:description>a square</media:description>\
             </media:content><media:text type='plain'>said</media:text></media:group>\
             <y:full-text xmlns:y='http://news.yandex.ru'>all of it</y:full-text>\
             <teaser>come in</teaser>",
        );
        let expected = [
            ("itunes:summary", "long one"),
            ("itunes:subtitle", "sub"),
            ("media:title", "picture"),
            ("media:description", "a square"),
            ("media:text", "said"),
            ("y:full-text", "all of it"),
            ("teaser", "come in"),
        ];
        assert_eq!(found, owned(&expected));
    }

    #[test]
    fn a_text_given_twice_is_kept_once_and_data_is_no_text() {
        let found = more_texts(
            "<description>same</description><itunes:summary> same </itunes:summary>\
             <x:related-story xmlns:x='urn:x'><a>another story</a></x:related-story>\
             <x:text>https://paper.example/full</x:text><x:text>17</x:text><slash:comments>4\
             </slash:comments><source url='u'>Another paper</source>",
        );
        assert_eq!(found, []);
    }
}
