//! Collects what may say when an article was published: in JSON-LD, in `meta` elements, in
//! attributes, in the address and in the text about the headline. Nothing is parsed here.
use url::Url;

use super::clue_set::Clues;
use super::element::Element;
use super::source::Source;
use super::survey::Survey;
use super::tree::Tree;
use super::walk::{Step, walk};
use super::written::written;
use crate::extract::title::title as one_line;

/// Candidates of one page.
const DATES_MAX: usize = 32;

/// With so many candidates from other places, the text is not looked through.
const ENOUGH: usize = 3;

/// Longest text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 240;

/// Lines before and after the headline in which a date may stand.
const LINES_BEFORE: usize = 6;
const LINES_AFTER: usize = 14;

/// Lines after the article in which a date may stand.
const LINES_BELOW: usize = 4;

/// Elements of time that are looked at.
const TIMES_MAX: usize = 8;

/// What may be the date of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenDate {
    /// As written: a date, or a line with a date in it.
    pub text: String,
    /// Where it stands.
    pub source: Source,
}

/// All candidates, the most reliable first. `root` is the element that is the article.
pub(super) fn given(survey: &Survey<'_>, url: Option<&Url>, root: u32) -> Vec<GivenDate> {
    let head = &survey.tree.head;
    let linked = &head.linked;
    let mut found = Found::default();
    found.add(linked.published.as_deref(), Source::LinkedData);
    for date in head.meta_dates() {
        found.add(Some(date), Source::Meta);
    }
    found.add(head.dated, Source::Property);
    found.add(linked.page_published.as_deref(), Source::LinkedData);
    let (near, far) = times(survey);
    for date in &near {
        found.add(Some(date), Source::Time);
    }
    found.add(url.and_then(|url| date_in(url.path())).as_deref(), Source::Address);
    for address in [head.canonical, head.meta_address()].into_iter().flatten() {
        found.add(date_in(address).as_deref(), Source::Address);
    }
    // The text is looked through only where little else was found.
    if found.0.len() < ENOUGH {
        for text in &texts(survey, root) {
            found.add(Some(text), Source::Text);
        }
    }
    for date in &far {
        found.add(Some(date), Source::Time);
    }
    found.add(linked.modified.as_deref(), Source::Change);
    for date in head.meta_changes() {
        found.add(Some(date), Source::Change);
    }
    found.0
}

/// The candidates found so far.
#[derive(Default)]
struct Found(Vec<GivenDate>);

impl Found {
    /// Adds a candidate, if it is not blank and not too long.
    fn add(&mut self, text: Option<&str>, source: Source) {
        let text = text.map(one_line).filter(|text| !text.is_empty());
        let text = text.filter(|text| text.len() <= TEXT_BYTES_MAX && self.0.len() < DATES_MAX);
        self.0.extend(text.map(|text| GivenDate { text, source }));
    }
}

/// What the `time` elements say that belong to no other story and to no comment: those after the
/// headline, and the others.
fn times(survey: &Survey<'_>) -> (Vec<String>, Vec<String>) {
    let Survey { tree, lines, teasers, headline } = survey;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    walk(tree, 0, |at, node| {
        let other = Clues::COMMENTS.or(Clues::OTHERS);
        let beside = matches!(node.element, Element::Nav | Element::Footer | Element::Aside);
        if (beside || node.clues.has(other)) && !survey.has_headline(at, node) {
            return Step::Past;
        }
        if node.element != Element::Time || near.len() + far.len() >= TIMES_MAX {
            return Step::Into;
        }
        // The line it stands in may have begun before it.
        let line = lines.within(at, node.end + 1).end.saturating_sub(1);
        if teasers.get(line) == Some(&true) {
            return Step::Past;
        }
        let inside = || -> String {
            let nodes = (at..node.end).filter_map(|inside| tree.node(inside));
            nodes.filter(|inside| inside.is_text()).map(|inside| inside.text).collect()
        };
        let text = if node.text.trim().is_empty() { inside() } else { node.text.to_owned() };
        let after = headline.is_none_or(|headline| line >= headline);
        let list = if after { &mut near } else { &mut far };
        list.push(text);
        Step::Past
    });
    (near, far)
}

/// The short lines about the headline and below the article that have a digit in them, and the
/// lines that are marked as the byline.
fn texts(survey: &Survey<'_>, root: u32) -> Vec<String> {
    let Survey { tree, lines, teasers, headline } = survey;
    let end = tree.node(root).map_or(0, |node| node.end);
    let article = lines.within(root, end);
    let top = headline.unwrap_or(article.start);
    let below = article.end..article.end.saturating_add(LINES_BELOW);
    let last = article.end.saturating_sub(LINES_BELOW).max(article.start)..article.end;
    // After the headline first: before it may stand the date of today.
    let places = [top..top.saturating_add(LINES_AFTER), top.saturating_sub(LINES_BEFORE)..top]
        .into_iter()
        .chain([last, below])
        .flatten();
    let mut found = Vec::new();
    for index in places {
        let Some(line) = lines.all.get(index).filter(|_| teasers.get(index) != Some(&true)) else {
            continue;
        };
        if is_beside(tree, line.node) {
            continue;
        }
        if (line.bytes as usize) < TEXT_BYTES_MAX && (line.weight() == 0 || line.bytes < 100) {
            let text = written(tree, line);
            if text.contains(|c: char| c.is_numeric()) {
                found.push(text);
            }
        }
    }
    found
}

/// Whether a part stands in an element for what is beside the text.
fn is_beside(tree: &Tree<'_>, part: u32) -> bool {
    let mut at = part;
    while let Some(node) = tree.node(at) {
        if matches!(node.element, Element::Nav | Element::Footer | Element::Aside) {
            return true;
        }
        if node.parent >= at {
            return false;
        }
        at = node.parent;
    }
    false
}

/// The date in an address, as year, month and day: `/2026/11/25/`, `/2026-11-25-`, `/20261125/`,
/// `/2026/nov/25/`.
fn date_in(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split(['/', '-', '_', '.']).collect();
    let of_parts = parts.windows(3).find_map(|parts| {
        let [year, month, day] = parts else { return None };
        let month = month_of(month)?;
        (is_year(year) && is_number(day, 1..=2)).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
    });
    of_parts.or_else(|| {
        parts.iter().find_map(|part| {
            let year = part.get(..4).filter(|year| is_year(year) && is_number(part, 8..=8))?;
            Some(format!("{year}-{}-{}", part.get(4..6)?, part.get(6..8)?))
        })
    })
}

/// A month as digits, by its number or its English name.
fn month_of(text: &str) -> Option<String> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if is_number(text, 1..=2) {
        return Some(text.to_owned());
    }
    let begin = text.get(..3)?.to_ascii_lowercase();
    let nth = NAMES.iter().position(|name| *name == begin)?;
    Some((nth + 1).to_string())
}

fn is_year(text: &str) -> bool {
    is_number(text, 4..=4) && (text.starts_with("19") || text.starts_with("20"))
}

fn is_number(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_addresses_are_found_and_other_numbers_are_not() {
        for (address, wanted) in [
            ("/news/2026/11/25/ferry", Some("2026-11-25")),
            ("/2026-11-05-ferry.html", Some("2026-11-05")),
            ("/a/20261125/ferry", Some("2026-11-25")),
            ("/world/2026/nov/25/ferry", Some("2026-11-25")),
            ("/news/ferry-12345678", None),
            ("/2026/ferry/25", None),
            ("/news?d=2026-11-25", None),
        ] {
            assert_eq!(date_in(address).as_deref(), wanted, "{address}");
        }
    }
}
