//! What is known about an article beside its text: title, authors, date, address, language. Each is
//! taken from the most reliable place on the page.
use url::Url;

use super::article_text::written;
use super::boilerplate::{Step, walk};
use super::clues::Clues;
use super::lines::Lines;
use super::tree::Tree;
use crate::extract::title::title as one_line;

/// Longest name of an author, in bytes. A longer text is a sentence.
const NAME_BYTES_MAX: usize = 80;

/// Authors kept of one article.
const AUTHORS_MAX: usize = 16;

/// Headings that are compared with the title.
const HEADINGS_MAX: usize = 16;

/// A shorter heading may match a title by chance, in characters.
const HEADING_CHARS_MIN: usize = 4;

/// Longest language tag, in bytes.
const LANGUAGE_BYTES_MAX: usize = 35;

/// Stand between a headline and the name of the site in the title of a page.
const SEPARATORS: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · ", "｜", " : "];

/// Stand before a name in a byline.
const BY: &[&str] =
    &["by ", "written by ", "von ", "par ", "por ", "di ", "door ", "author: ", "words by "];

/// Stand after a name in a byline.
const JOBS: &[&str] = &[" 기자", " 특파원", " 記者", " 记者", "記者", "记者"];

/// Publishing systems put these words in the place of a name.
const NOT_NAMES: &str = "admin administrator editor staff jr jr. phd md m.d. rd";

/// The headline: the first heading that matches the title of the page, or else the title given to
/// search engines and other sites.
pub(super) fn title(tree: &Tree<'_>, lines: &Lines) -> Option<String> {
    let head = &tree.head;
    let clean = |text: &str| Some(one_line(text)).filter(|title| !title.is_empty());
    let page = head.title.and_then(clean);
    let meta = head.meta_title().and_then(clean);
    let linked = head.linked.headline.as_deref().and_then(clean);
    let headings: Vec<String> = lines
        .all
        .iter()
        .filter(|line| line.heading == 1)
        .take(HEADINGS_MAX)
        .filter_map(|line| clean(&written(tree, line)))
        .collect();
    let given = [&page, &meta, &linked].map(|given| given.as_deref().unwrap_or_default());
    let given = given.map(|given| without_site(given).to_lowercase());
    // A heading and a title agree if one holds the other: sites shorten the one or the other.
    let agrees = |heading: &&String| {
        let heading = heading.to_lowercase();
        let both = |given: &String| given.contains(&heading) || heading.contains(given.as_str());
        heading.chars().count() >= HEADING_CHARS_MIN
            && given.iter().any(|given| given.chars().count() >= HEADING_CHARS_MIN && both(given))
    };
    if let Some(heading) = headings.iter().find(agrees) {
        return Some(heading.clone());
    }
    // A single heading is the headline, unless it is the name of the site.
    let is_site = |heading: &str| page.as_ref().is_some_and(|page| page.contains(heading));
    if let [only] = headings.as_slice()
        && only.chars().count() >= 2 * HEADING_CHARS_MIN
        && !is_site(only)
    {
        return Some(only.clone());
    }
    let given = linked.or(meta).or(page).map(|given| without_site(&given).to_owned());
    given.or(headings.into_iter().next())
}

/// The title of a page without the name of its site, which stands last or sometimes first.
fn without_site(title: &str) -> &str {
    for separator in SEPARATORS {
        if let Some((before, after)) = title.rsplit_once(separator) {
            return if before.len() >= after.len() { before.trim() } else { after.trim() };
        }
    }
    title
}

/// The names of the authors.
pub(super) fn authors(tree: &Tree<'_>, lines: &Lines) -> Vec<String> {
    let linked = &tree.head.linked.authors;
    let mut found = Vec::new();
    for name in linked {
        names(name, &mut found);
    }
    if found.is_empty() {
        for name in tree.head.meta_authors() {
            names(name, &mut found);
        }
    }
    if found.is_empty()
        && let Some(byline) = byline(tree, lines)
    {
        names(&byline, &mut found);
    }
    found.truncate(AUTHORS_MAX);
    found
}

/// The text of the first part marked as a byline.
fn byline(tree: &Tree<'_>, lines: &Lines) -> Option<String> {
    let mut found: Option<String> = None;
    walk(tree, 0, |at, node| {
        if found.is_some() || node.clues.has(Clues::COMMENTS) {
            return Step::Past;
        }
        if !node.clues.has(Clues::AUTHOR) {
            return Step::Into;
        }
        let text: String = (at..node.end)
            .filter_map(|inside| tree.node(inside))
            .map(|inside| if inside.is_text() { inside.text } else { " " })
            .collect();
        let text = one_line(&text);
        if !text.is_empty() && text.len() <= NAME_BYTES_MAX {
            found = Some(text);
        }
        Step::Past
    });
    // Korean and Chinese pages put the byline at the end of the text, on a line of its own.
    found.or_else(|| {
        let short = lines.all.iter().filter(|line| (line.bytes as usize) < NAME_BYTES_MAX);
        let mut texts = short.filter(|line| line.linked == 0).map(|line| written(tree, line));
        texts.find_map(|text| name_with_job(&text))
    })
}

/// The name in a line that has only a name, the word for journalist and perhaps an e-mail address.
fn name_with_job(text: &str) -> Option<String> {
    let (name, rest) = JOBS.iter().find_map(|job| text.split_once(job))?;
    let alone = rest.is_empty() || rest.contains('@');
    (alone && (2..=4).contains(&name.chars().count())).then(|| name.to_owned())
}

/// Splits a byline into names.
fn names(byline: &str, into: &mut Vec<String>) {
    let byline = one_line(byline);
    let lower = byline.to_ascii_lowercase();
    let skipped = BY.iter().find(|by| format!("{lower} ").starts_with(**by));
    let skipped = skipped.map_or(0, |by| by.len().min(byline.len()));
    let rest = byline.get(skipped..).unwrap_or_default();
    let rest = rest.split(['|', '•', '·', '\u{2014}']).next().unwrap_or_default();
    for name in rest.split([',', ';', '、', '/']).flat_map(|part| part.split(" and ")) {
        let mut name = name.split(" & ").next().unwrap_or_default().trim();
        name = name.trim_start_matches("and ").trim_start_matches('@');
        for job in JOBS {
            name = name.strip_suffix(job).unwrap_or(name).trim();
        }
        let lower = name.to_lowercase();
        let word = name.len() > 1
            && !name.contains("://")
            && !name.starts_with(|c: char| c.is_ascii_digit());
        let role = NOT_NAMES.split(' ').any(|word| word == lower);
        if word && !role && name.len() <= NAME_BYTES_MAX && !into.iter().any(|known| known == name)
        {
            into.push(name.to_owned());
        }
    }
}

/// When it was published, as written: as the page says it, or else by a date in its address
/// (`/2026/11/25/`).
pub(super) fn published(tree: &Tree<'_>, url: Option<&Url>) -> Option<String> {
    let head = &tree.head;
    let given = head.linked.published.as_deref().or(head.meta_date()).or(head.dated).or(head.time);
    given
        .map(|date| date.trim().to_owned())
        .filter(|date| !date.is_empty())
        .or_else(|| url.and_then(|url| date_in(url.path())))
}

/// The date in the path of an address (`/2026/11/25/`).
fn date_in(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    parts.windows(3).find_map(|parts| {
        let [year, month, day] = parts else { return None };
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        let dated = digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2);
        (dated && year.starts_with(['1', '2'])).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
    })
}

/// The address as the page says it. If a page gives the front page of its site as its address, it
/// is ignored: this is a common mistake of templates.
pub(super) fn address(tree: &Tree<'_>, url: Option<&Url>) -> Option<String> {
    let head = &tree.head;
    let base = head.base.and_then(|base| resolve(base, url)).or_else(|| url.cloned());
    let given = [head.canonical, head.meta_address(), head.linked.url.as_deref()];
    let front = |address: &Url| {
        address.path() == "/"
            && address.query().is_none()
            && url.is_some_and(|url| url.path() != "/")
    };
    given
        .into_iter()
        .flatten()
        .filter_map(|given| resolve(&one_line(given), base.as_ref()))
        .find(|address| !front(address))
        .or_else(|| url.cloned())
        .map(String::from)
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
