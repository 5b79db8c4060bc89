//! Makes the links of a feed absolute where the base address is known.
use url::Url;

use super::limits::BASE_BYTES_MAX;
use super::notes::Notes;
use crate::markup::Tag;

/// The address that relative links in one part of the document are resolved against.
#[derive(Clone, Debug, Default)]
pub(super) struct BaseUrl(Option<Url>);

impl BaseUrl {
    /// `None` where the address of the document is unknown: then relative links stay as they are.
    pub(super) fn new(url: Option<&Url>) -> Self {
        Self(url.cloned())
    }

    /// The base inside an element: its `xml:base`, if that can be read.
    pub(super) fn within(&self, tag: &Tag<'_>, notes: &mut Notes) -> Option<Self> {
        let written = tag.attribute("xml:base")?.trim();
        if written.len() > BASE_BYTES_MAX {
            notes.add("an `xml:base` over 2 KiB was ignored");
            return None;
        }
        let resolved = match &self.0 {
            Some(base) => base.join(written).ok(),
            None => Url::parse(written).ok(),
        };
        let fits = resolved.filter(|url| url.as_str().len() <= BASE_BYTES_MAX);
        if fits.is_none() {
            notes.add("an `xml:base` that is not an address was ignored");
        }
        fits.map(|url| Self(Some(url)))
    }

    /// A link without surrounding white space and without references to `&`, absolute if the base is known. An absolute link is
    /// not changed, because some publishers use it as an id.
    pub(super) fn absolute(&self, href: &str) -> String {
        let mut href = without_references(href.trim());
        if href.contains(['\n', '\t']) {
            href.retain(|c| !matches!(c, '\n' | '\t'));
        }
        if has_scheme(&href) || href.is_empty() {
            return href;
        }
        match self.0.as_ref().map(|base| base.join(&href)) {
            Some(Ok(url)) => url.into(),
            Some(Err(_)) | None => href,
        }
    }
}

/// A link that was escaped twice: what is left of `&amp;` is no part of an address.
pub(super) fn without_references(href: &str) -> String {
    if !href.contains('&') {
        return href.to_owned();
    }
    let mut link = href.to_owned();
    // Escaped once more, it would need another turn.
    for reference in ["&amp;", "&#38;", "&#038;", "&#x26;"].repeat(2) {
        if link.contains(reference) {
            link = link.replace(reference, "&");
        }
    }
    link
}

/// Whether a link has a scheme of its own (RFC 3986 section 3.1).
pub(super) fn has_scheme(href: &str) -> bool {
    href.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_links_are_touched() {
        let base = BaseUrl::new(Some(&Url::parse("https://example.org/a/b?c").unwrap()));
        assert_eq!(base.absolute(" d/e "), "https://example.org/a/d/e");
        assert_eq!(base.absolute("//cdn.example/x"), "https://cdn.example/x");
        assert_eq!(base.absolute("HTTP://Example.org"), "HTTP://Example.org");
        assert_eq!(base.absolute("/뉴스\n"), "https://example.org/%EB%89%B4%EC%8A%A4");
        assert_eq!(BaseUrl::default().absolute("d"), "d");
    }

    #[test]
    fn a_link_escaped_twice_leads_to_the_address_that_is_meant() {
        let absolute = |link| BaseUrl::default().absolute(link);
        assert_eq!(
            absolute("http://a.example/?c=1&amp;o=2&#038;p=3"),
            "http://a.example/?c=1&o=2&p=3"
        );
        assert_eq!(absolute("http://a.example/?c=1&amp;amp;o=2"), "http://a.example/?c=1&o=2");
        assert_eq!(absolute("http://a.example/?c=1&amps=2"), "http://a.example/?c=1&amps=2");
    }
}
