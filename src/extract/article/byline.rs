//! Finds who wrote an article: the names in its byline.
use super::clue_set::Clues;
use super::lines::Lines;
use super::source::{Source, Sourced};
use super::tree::Tree;
use super::walk::{Step, walk};
use super::written::written;
use crate::extract::title::title as one_line;

/// Longest name of an author, in bytes. A longer text is a sentence.
const NAME_BYTES_MAX: usize = 80;

/// Authors kept of one article.
const AUTHORS_MAX: usize = 16;

/// Stand before a name in a byline.
const BY: &[&str] =
    &["by ", "written by ", "von ", "par ", "por ", "di ", "door ", "author: ", "words by "];

/// Stand after a name in a byline.
const JOBS: &[&str] = &[" 기자", " 특파원", " 記者", " 记者", "記者", "记者"];

/// Publishing systems put these words in the place of a name.
const NOT_NAMES: &str = "admin administrator editor staff jr jr. phd md m.d. rd";

/// Whether a line begins as a byline does.
pub(super) fn starts_with_by(text: &str) -> bool {
    let lower = text.to_lowercase();
    BY.iter().any(|by| lower.starts_with(by)) || JOBS.iter().any(|job| lower.ends_with(job))
}

/// The names of the authors; `None` if the page does not say them.
pub(super) fn authors(tree: &Tree<'_>, lines: &Lines) -> Option<Sourced<Vec<String>>> {
    let from = |given: &[&str], source: Source| {
        let mut found = Vec::new();
        for name in given {
            names(name, &mut found);
        }
        found.truncate(AUTHORS_MAX);
        (!found.is_empty()).then(|| Sourced::new(found, source))
    };
    let linked: Vec<&str> = tree.head.linked.authors.iter().map(String::as_str).collect();
    from(&linked, Source::LinkedData)
        .or_else(|| from(&tree.head.meta_authors(), Source::Meta))
        .or_else(|| from(&[byline(tree, lines)?.as_str()], Source::Byline))
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
