//! Finds the headline among the headings of a page.
use super::lines::Lines;
use super::tree::Tree;
use super::written::written;
use crate::extract::title::title as one_line;

/// Headings that are compared with the title.
const HEADINGS_MAX: usize = 16;

/// A shorter heading may match a title by chance, in characters.
const HEADING_CHARS_MIN: usize = 4;

/// Stand between a headline and the name of the site in the title of a page.
const SEPARATORS: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · ", "｜", " : "];

/// The headline as a heading of the page.
#[derive(Clone, Debug)]
pub(super) struct Headline {
    /// Its line.
    pub(super) line: usize,
    /// On one line.
    pub(super) text: String,
}

/// What a page says its headline is.
#[derive(Debug, Default)]
pub(super) struct GivenTitles {
    /// In `<title>`.
    pub(super) page: Option<String>,
    /// In the `meta` elements for other sites.
    pub(super) meta: Option<String>,
    /// In JSON-LD.
    pub(super) linked: Option<String>,
}

impl GivenTitles {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let clean = |text: &str| Some(one_line(text)).filter(|title| !title.is_empty());
        let head = &tree.head;
        Self {
            page: head.title.and_then(clean),
            meta: head.meta_title().and_then(clean),
            linked: head.linked.headline.as_deref().and_then(clean),
        }
    }
}

/// The heading that is the headline: the first that agrees with a given title, or else the only
/// one. `kept` says which lines are left of the page.
pub(super) fn headline(
    tree: &Tree<'_>,
    lines: &Lines,
    kept: &[bool],
    given: &GivenTitles,
) -> Option<Headline> {
    let headings: Vec<Headline> = (0..)
        .zip(&lines.all)
        .filter(|(_, line)| line.heading == 1)
        .take(HEADINGS_MAX)
        .map(|(at, line)| Headline { line: at, text: one_line(&written(tree, line)) })
        .filter(|heading| !heading.text.is_empty())
        .collect();
    let titles = [&given.page, &given.meta, &given.linked]
        .map(|title| without_site(title.as_deref().unwrap_or_default()).to_lowercase());
    // A heading and a title agree if one holds the other: sites shorten the one or the other.
    let agrees = |heading: &&Headline| {
        let heading = heading.text.to_lowercase();
        let both = |title: &String| title.contains(&heading) || heading.contains(title.as_str());
        heading.chars().count() >= HEADING_CHARS_MIN
            && titles.iter().any(|title| title.chars().count() >= HEADING_CHARS_MIN && both(title))
    };
    if let Some(heading) = headings.iter().find(agrees) {
        return Some(heading.clone());
    }
    // A single heading is the headline, unless it is the name of the site or stands over something
    // else than the article, as in "0 Comments".
    let is_site = |text: &str| given.page.as_ref().is_some_and(|page| page.contains(text));
    let mut left = headings.into_iter().filter(|heading| kept.get(heading.line) == Some(&true));
    let only = left.next().filter(|_| left.next().is_none())?;
    let leads = lines.all.iter().zip(kept).skip(only.line);
    let leads = leads.filter(|(line, kept)| **kept && line.weight() > 0).count() > 0;
    let long = only.text.chars().count() >= 2 * HEADING_CHARS_MIN;
    (long && leads && !counts(&only.text) && !is_site(&only.text)).then_some(only)
}

/// Whether a heading is only a number and one word for what is counted: `0 Comments`, `3件のコメント`.
pub(super) fn counts(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let edge = bare.starts_with(|c: char| c.is_ascii_digit())
        || bare.ends_with(|c: char| c.is_ascii_digit());
    digits > 0 && edge && text.split_whitespace().count() <= 2 && text.chars().count() <= 24
}

/// The title of a page without the name of its site, which stands last or sometimes first.
pub(super) fn without_site(title: &str) -> &str {
    for separator in SEPARATORS {
        if let Some((before, after)) = title.rsplit_once(separator) {
            return if before.len() >= after.len() { before.trim() } else { after.trim() };
        }
    }
    title
}
