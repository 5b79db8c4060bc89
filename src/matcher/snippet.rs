//! Cuts the passage a reader is shown: the article's own words around the hits, with the hits
//! marked.
use std::ops::Range;

use super::article_text::ArticleText;
use super::characters::{self, CharClass};
use crate::domain::{Field, Finding, Snippet};

/// The length of a snippet, in characters. It is cut at the nearest edge of a word.
const SNIPPET_CHARS: usize = 300;
/// Characters shown before the first hit of a passage.
const LEAD_CHARS: usize = 60;
/// Characters within which an edge of a word is searched for a cut. A script without spaces may
/// have none.
const CUT_CHARS: usize = 20;

/// Cuts the passages of `text` that show the hits, until the length is used up.
pub(super) fn cut(text: &ArticleText<'_>, finding: &Finding) -> Snippet {
    let mut snippet = Snippet::default();
    // The reader sees the title anyway, so the body is preferred.
    let fields = [Field::Content, Field::Summary, Field::Title];
    let Some((field, part)) = fields
        .into_iter()
        .filter_map(|field| Some((field, text.part(field, 0)?)))
        .filter(|(_, part)| !part.is_empty())
        .find(|(field, _)| finding.hits.iter().any(|hit| hit.field == *field))
        .or_else(|| {
            let fallback = [Field::Summary, Field::Content, Field::Title];
            fallback
                .into_iter()
                .filter_map(|f| Some((f, text.part(f, 0)?)))
                .find(|p| !p.1.is_empty())
        })
    else {
        return snippet;
    };
    let spans: Vec<Range<usize>> = finding
        .hits
        .iter()
        .filter(|hit| hit.field == field)
        .map(|hit| hit.start..hit.end)
        .filter(|span| part.get(span.clone()).is_some_and(|text| !text.is_empty()))
        .collect();
    let mut left = SNIPPET_CHARS;
    let mut done = 0;
    let mut rest = spans.iter().peekable();
    loop {
        let first = rest.peek().map_or(0..0, |span| (*span).clone());
        let passage = passage(part, done, &first, left);
        left = left.saturating_sub(add(&mut snippet, part, &passage, &spans));
        done = passage.end;
        while rest.next_if(|span| span.end <= done).is_some() {}
        // A passage of a few words would explain nothing.
        if left < LEAD_CHARS * 2 || rest.peek().is_none() {
            break;
        }
    }
    if done < part.trim_end().len() {
        snippet.text.push('…');
    }
    snippet
}

/// The bytes of a passage around `hit`, beginning at or after `from`, with at most `chars`
/// characters.
fn passage(text: &str, from: usize, hit: &Range<usize>, chars: usize) -> Range<usize> {
    let start = step_back(text, hit.start, LEAD_CHARS).max(from);
    let start = if start > from { word_start(text, start, hit.start) } else { start };
    // A hit longer than the snippet is shown from its beginning.
    let end = step_ahead(text, start, chars);
    let end = if end < text.len() { word_cut(text, start.max(hit.end.min(end)), end) } else { end };
    start..end
}

/// Adds a passage to the snippet, as one line; gives its length in characters.
fn add(snippet: &mut Snippet, text: &str, passage: &Range<usize>, spans: &[Range<usize>]) -> usize {
    if passage.start > 0 && !snippet.text.ends_with('…') {
        snippet.text.push('…');
    }
    let mut chars = 0;
    let mut marked_to = passage.start;
    for (offset, c) in text.get(passage.clone()).unwrap_or_default().char_indices() {
        let at = passage.start + offset;
        let to = snippet.text.len();
        snippet.text.push(if c.is_whitespace() || c.is_control() { ' ' } else { c });
        if at < marked_to {
            if let Some(mark) = snippet.marks.last_mut() {
                mark.end = snippet.text.len();
            }
        } else if let Some(span) = spans.iter().filter(|s| s.start == at).max_by_key(|s| s.end) {
            snippet.marks.push(to..snippet.text.len());
            marked_to = span.end;
        }
        // An overlapping hit lengthens the mark it begins in.
        if let Some(span) = spans.iter().filter(|s| s.start == at).max_by_key(|s| s.end) {
            marked_to = marked_to.max(span.end);
        }
        chars += 1;
    }
    chars
}

/// The byte `chars` characters before `at`.
fn step_back(text: &str, at: usize, chars: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.char_indices().rev().take(chars).last().map_or(at, |(at, _)| at)
}

/// The byte `chars` characters after `at`.
fn step_ahead(text: &str, at: usize, chars: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    after.char_indices().nth(chars).map_or(text.len(), |(offset, _)| at + offset)
}

/// The first beginning of a word at or after byte `at`, at most at `limit`; `at` if there is none
/// near.
fn word_start(text: &str, at: usize, limit: usize) -> usize {
    let mut before = super::normalise::class_before(text, at);
    for (offset, c) in text.get(at..limit).unwrap_or_default().char_indices().take(CUT_CHARS) {
        let letter = characters::char_info(c);
        if letter.joins || letter.class == CharClass::Ignored {
            continue;
        }
        if letter.class.is_word() && !before.forms_word_with(letter.class) {
            return at + offset;
        }
        before = letter.class;
    }
    at
}

/// The last end of a word at or before byte `at`, at least at `limit`; `at` if there is none near.
fn word_cut(text: &str, limit: usize, at: usize) -> usize {
    let mut after = super::normalise::class_after(text, at);
    for (offset, c) in text.get(limit..at).unwrap_or_default().char_indices().rev().take(CUT_CHARS)
    {
        let letter = characters::char_info(c);
        if letter.joins || letter.class == CharClass::Ignored {
            continue;
        }
        if letter.class.is_word() && !letter.class.forms_word_with(after) {
            let end = limit + offset + c.len_utf8();
            // Marks on the letter stay with it.
            let (end, _) = super::normalise::word_end(text, end, CharClass::Other);
            return end;
        }
        after = letter.class;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Hit, Name};

    fn shown(title: &str, content: &str, words: &[&str]) -> String {
        let text = ArticleText { title, content, ..ArticleText::default() };
        let hits = words
            .iter()
            .flat_map(|word| {
                let in_field = |field, part: &str| {
                    part.match_indices(word)
                        .map(|(start, found)| Hit {
                            term: (*word).to_owned(),
                            field,
                            start,
                            end: start + found.len(),
                            text: found.to_owned(),
                            tolerance: None,
                            element: None,
                        })
                        .collect::<Vec<_>>()
                };
                [in_field(Field::Title, title), in_field(Field::Content, content)].concat()
            })
            .collect();
        let finding = Finding { watch: Name::new("w"), score: 1.0, threshold: 1.0, hits };
        let snippet = cut(&text, &finding);
        let mut marked = snippet.text.clone();
        for mark in snippet.marks.iter().rev() {
            marked.insert(mark.end, ']');
            marked.insert(mark.start, '[');
        }
        marked
    }

    #[test]
    fn hits_are_marked_in_the_body_first() {
        assert_eq!(shown("GSOMIA", "The GSOMIA pact", &["GSOMIA"]), "The [GSOMIA] pact");
        assert_eq!(shown("GSOMIA ends", "Other words", &["GSOMIA"]), "[GSOMIA] ends");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let long = format!("{} GSOMIA {}", "lorem ".repeat(200), "ipsum ".repeat(200));
        let snippet = shown("", &long, &["GSOMIA"]);
        assert!(snippet.starts_with("…lorem "), "{snippet}");
        assert!(snippet.ends_with("ipsum…"), "{snippet}");
        assert!(snippet.chars().count() <= 310, "{snippet}");
    }

    #[test]
    fn overlapping_hits_become_one_mark() {
        assert_eq!(
            shown("", "export control x", &["export control", "control"]),
            "[export control] x"
        );
    }

    #[test]
    fn no_cut_splits_a_character() {
        let long = format!("{}GSOMIA는{}", "협정을 ".repeat(80), "한국 정부".repeat(80));
        let snippet = shown("", &long, &["GSOMIA"]);
        assert!(snippet.contains("[GSOMIA]는"), "{snippet}");
    }

    #[test]
    fn far_hits_each_get_a_passage() {
        let long = format!("GSOMIA {} 지소미아 end", "lorem ".repeat(300));
        let snippet = shown("", &long, &["GSOMIA", "지소미아"]);
        assert!(snippet.contains("[GSOMIA]"), "{snippet}");
    }
}
