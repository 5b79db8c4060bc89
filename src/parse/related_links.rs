//! The links of a feed about itself: the hubs that push it, and its own address.
use super::item_writer::{FieldText, Writer};
use super::limits::HUBS_MAX;
use super::vocabulary::Role;

impl Writer<'_, '_> {
    /// The addresses of the links with this relation to the feed, in order.
    pub(super) fn related(&mut self, fields: &[FieldText<'_>], relation: &str) -> Vec<String> {
        let mut found = Vec::new();
        for field in fields.iter().filter(|field| field.role == Role::Link) {
            let rel = field.tag.attribute("rel").unwrap_or_default();
            let relates =
                rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case(relation));
            let href = relates.then(|| field.tag.attribute("href")).flatten();
            if found.len() < HUBS_MAX
                && let Some(href) = href.and_then(|href| self.label(href))
            {
                found.push(self.base.absolute(&href));
            }
        }
        found
    }
}
