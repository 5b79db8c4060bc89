//! Reads JSON-LD: what a page tells search engines about its article.
use serde_json::Value;

use super::lenient_json;

/// Objects read on one page.
const OBJECTS_MAX: usize = 2_000;

/// Names kept of the authors of one article.
const AUTHORS_MAX: usize = 16;

/// What was found about the article.
#[derive(Debug, Default)]
pub(super) struct LinkedData {
    /// As written, like all values here.
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    /// `datePublished`, or else `dateCreated`.
    pub(super) published: Option<String>,
    /// The date of publication of something that is no article: of the page or of its video.
    pub(super) page_published: Option<String>,
    /// `dateModified`.
    pub(super) modified: Option<String>,
    /// The address the page gives for the article.
    pub(super) url: Option<String>,
    pub(super) language: Option<String>,
    /// The whole text. Some publishers give it.
    pub(super) body: Option<String>,
}

/// Reads one script and adds to what is known. The first value of each kind counts.
pub(super) fn read_script(script: &str, into: &mut LinkedData) {
    // Comments and sections of XML hide a script from very old browsers.
    let wraps = ["<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["];
    let script = wraps.iter().fold(script.trim(), |script, wrap| {
        script.strip_prefix(wrap).unwrap_or(script).trim_start()
    });
    let Some(root) = lenient_json::read(script) else { return };
    let mut people: Vec<(&str, &str)> = Vec::new();
    let mut articles = Vec::new();
    let mut waiting = vec![&root];
    let mut looked = 0_usize;
    while let Some(value) = waiting.pop() {
        looked += 1;
        if looked > OBJECTS_MAX {
            break;
        }
        if let Some(items) = value.as_array() {
            waiting.extend(items.iter().rev());
        }
        let Some(object) = value.as_object() else { continue };
        if is_a(value, is_article) {
            articles.push(value);
        }
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        if let Some(date) = text("datePublished").or_else(|| text("uploadDate")) {
            into.page_published.get_or_insert_with(|| date.to_owned());
        }
        if let (Some(id), Some(name)) = (text("@id"), text("name")) {
            people.push((id, name));
        }
        for name in ["@graph", "mainEntity", "mainEntityOfPage"] {
            waiting.extend(object.get(name));
        }
    }
    for article in articles {
        take(article, &people, into);
    }
}

/// Whether the `@type` of an object is of some kind. It may be a list.
fn is_a(value: &Value, kind: fn(&str) -> bool) -> bool {
    let Some(named) = value.get("@type") else { return false };
    named.as_str().is_some_and(kind)
        || named.as_array().is_some_and(|all| all.iter().filter_map(Value::as_str).any(kind))
}

/// The types of schema.org that are articles (<https://schema.org/Article>).
fn is_article(kind: &str) -> bool {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    kind.ends_with("Article")
        || matches!(kind, "BlogPosting" | "Report" | "LiveBlogPosting" | "SocialMediaPosting")
}

/// Takes what an article object says, where nothing is known yet.
fn take(article: &Value, people: &[(&str, &str)], into: &mut LinkedData) {
    let text = |name: &str| {
        article.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    };
    let set = |slot: &mut Option<String>, value: Option<&str>| {
        if slot.is_none() {
            *slot = value.map(str::to_owned);
        }
    };
    set(&mut into.headline, text("headline").or_else(|| text("name")));
    set(&mut into.published, text("datePublished").or_else(|| text("dateCreated")));
    set(&mut into.modified, text("dateModified"));
    set(&mut into.url, text("url"));
    set(&mut into.language, text("inLanguage"));
    set(&mut into.body, text("articleBody"));
    if into.authors.is_empty()
        && let Some(author) = article.get("author").or_else(|| article.get("creator"))
    {
        names(author, people, &mut into.authors);
    }
}

/// The names of authors: texts, objects with a name, references to an object by `@id`, or lists of
/// these.
fn names(author: &Value, people: &[(&str, &str)], into: &mut Vec<String>) {
    let each = author.as_array().map_or(std::slice::from_ref(author), Vec::as_slice);
    for author in each.iter().take(AUTHORS_MAX) {
        let named = author.get("name").and_then(Value::as_str).or_else(|| author.as_str());
        let by_id = || {
            let id = author.get("@id").and_then(Value::as_str)?;
            people.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
        };
        if let Some(name) = named.or_else(by_id).filter(|name| !name.contains("://")) {
            into.push(name.to_owned());
        }
    }
}
