//! Adds to an article's content what other elements of its item say, so that a watch sees it.
use std::collections::HashSet;
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::domain::{AddedText, Article, Field, Hit, MoreText};
use crate::extract;

/// Characters a sentence ends with.
const SENTENCE_ENDS: [char; 9] = ['.', '!', '?', '…', '。', '！', '？', '।', '\n'];

/// Appends to the content every sentence that the article does not have yet, with a mark where each
/// element's text begins. Says whether something had to be cut at `bytes_max`.
pub(super) fn append(article: &mut Article, more: &[MoreText], bytes_max: usize) -> bool {
    if more.is_empty() {
        return false;
    }
    let mut known: HashSet<u64> = [&article.title, &article.summary, &article.content]
        .into_iter()
        .flat_map(|text| sentences(text).filter_map(words_key))
        .collect();
    let mut cut = false;
    for MoreText { element, text } in more {
        let plain = extract::plain_within(text, bytes_max);
        cut |= plain.cut;
        let new: String = sentences(&plain.text)
            .filter(|sentence| words_key(sentence).is_some_and(|key| known.insert(key)))
            .collect();
        let new = new.trim();
        let content = &mut article.content;
        if new.is_empty() {
            continue;
        }
        if content.len().saturating_add(new.len()).saturating_add(2) > bytes_max {
            return true;
        }
        if !content.is_empty() {
            content.push_str("\n\n");
        }
        article.added_texts.push(AddedText { start: content.len(), element: element.clone() });
        content.push_str(new);
    }
    cut
}

/// Names the element in which each hit stands, where it is an added one.
pub(super) fn name_elements(hits: &mut [Hit], added: &[AddedText]) {
    for hit in hits.iter_mut().filter(|hit| hit.field == Field::Content) {
        let from = added.iter().rev().find(|added| added.start <= hit.start);
        hit.element = from.map(|added| added.element.clone());
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(SENTENCE_ENDS)
}

/// A hash of the letters and digits, without case: the same sentence may come in two elements with
/// other spaces or quotes. `None` if there are none.
fn words_key(sentence: &str) -> Option<u64> {
    let mut hasher = SipHasher13::new();
    let mut any = false;
    for character in sentence.chars().filter(|c| c.is_alphanumeric()) {
        any = true;
        character.to_lowercase().for_each(|lower| hasher.write_u32(lower.into()));
    }
    any.then(|| hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(element: &str, text: &str) -> MoreText {
        MoreText { element: element.into(), text: text.into() }
    }

    #[test]
    fn each_sentence_is_added_once_and_its_element_is_known() {
        let mut article = Article {
            title: "Episode 12".into(),
            summary: "A talk. With guests.".into(),
            ..Article::default()
        };
        let given = [
            more("itunes:title", "Episode 12"),
            more("itunes:summary", "A talk. With guests. GSOMIA may lapse."),
            more("media:description", "<b>A square</b> in Seoul"),
        ];
        assert!(!append(&mut article, &given, 1_000));
        assert_eq!(article.content, "GSOMIA may lapse.\n\nA square in Seoul");
        let starts = article.added_texts.iter().map(|added| (added.start, &*added.element));
        let expected = [(0, "itunes:summary"), (19, "media:description")];
        assert_eq!(starts.collect::<Vec<_>>(), expected);
        let hit = |start| Hit {
            term: String::new(),
            field: Field::Content,
            start,
            end: start + 1,
            text: String::new(),
            tolerance: None,
            element: None,
        };
        let mut hits = [hit(0), hit(21)];
        name_elements(&mut hits, &article.added_texts);
        let named = hits.map(|hit| hit.element.unwrap_or_default());
        assert_eq!(named, ["itunes:summary", "media:description"]);
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_cut() {
        let mut article = Article { content: "x".repeat(90), ..Article::default() };
        assert!(append(&mut article, &[more("teaser", "some ten words")], 100));
        assert_eq!(article.content.len(), 90);
    }
}
