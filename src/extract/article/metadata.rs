//! What is known about an article beside its text: title, authors, date, address, language. Each is
//! taken from the most reliable place on the page.
use url::Url;

use super::headline::{self, GivenTitles, counts, without_site};
use super::lines::Lines;
use super::source::{Source, Sourced};
use super::tree::Tree;
use super::written::written;
use crate::extract::title::title as one_line;

/// Longest language tag, in bytes.
const LANGUAGE_BYTES_MAX: usize = 35;

/// The headline: the heading that is one, or else the title given to search engines and other sites.
pub(super) fn title(tree: &Tree<'_>, lines: &Lines, kept: &[bool]) -> Option<Sourced<String>> {
    let given = GivenTitles::of(tree);
    if let Some(headline) = headline::headline(tree, lines, kept, &given) {
        return Some(Sourced::new(headline.text, Source::Headline));
    }
    let GivenTitles { page, meta, linked } = given;
    let from = |title: Option<String>, source| {
        title.map(|title| Sourced::new(without_site(&title).to_owned(), source))
    };
    from(linked, Source::LinkedData)
        .or_else(|| from(meta, Source::Meta))
        .or_else(|| from(page, Source::TitleElement))
        .or_else(|| {
            let headings = lines.all.iter().filter(|line| line.heading == 1);
            let mut texts = headings.map(|line| one_line(&written(tree, line)));
            let found = texts.find(|text| !text.is_empty() && !counts(text));
            found.map(|text| Sourced::new(text, Source::Headline))
        })
}

/// The address as the page says it. If a page gives the front page of its site as its address, it
/// is ignored: this is a common mistake of templates.
pub(super) fn address(tree: &Tree<'_>, url: Option<&Url>) -> Option<Sourced<String>> {
    let head = &tree.head;
    let base = head.base.and_then(|base| resolve(base, url)).or_else(|| url.cloned());
    let given = [
        (head.canonical, Source::CanonicalLink),
        (head.meta_address(), Source::Meta),
        (head.linked.url.as_deref(), Source::LinkedData),
    ];
    let front = |address: &Url| {
        address.path() == "/"
            && address.query().is_none()
            && url.is_some_and(|url| url.path() != "/")
    };
    let said = given.into_iter().find_map(|(given, source)| {
        let address =
            resolve(&one_line(given?), base.as_ref()).filter(|address| !front(address))?;
        Some(Sourced::new(String::from(address), source))
    });
    said.or_else(|| url.map(|url| Sourced::new(url.to_string(), Source::Address)))
}

/// An absolute web address.
fn resolve(address: &str, base: Option<&Url>) -> Option<Url> {
    let url = match base {
        Some(base) => base.join(address).ok()?,
        None => Url::parse(address).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The language as a BCP 47 tag, as the page says it.
pub(super) fn language(tree: &Tree<'_>) -> Option<String> {
    let head = &tree.head;
    let given = [head.lang, head.meta_language(), head.linked.language.as_deref()];
    given.into_iter().flatten().find_map(|given| {
        let tag = given.trim().replace('_', "-");
        let letters = tag.split('-').next().is_some_and(|first| (2..=3).contains(&first.len()));
        let plain = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (letters && plain && tag.len() <= LANGUAGE_BYTES_MAX).then_some(tag)
    })
}
