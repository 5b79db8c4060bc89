//! Adds to an article's content what other elements of its item say, so that a watch sees it.
use std::collections::HashSet;
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::domain::{AddedText, Article, Field, Hit, MoreText};
use crate::extract;

/// Characters that end a sentence wherever they stand.
const SENTENCE_ENDS: [char; 6] = ['…', '。', '！', '？', '।', '\n'];
/// Characters that end a sentence where white space follows.
const SENTENCE_ENDS_BEFORE_SPACE: [char; 3] = ['.', '!', '?'];
/// Letters and digits before a dot that ends a sentence, at least. With fewer it may be one of
/// `U.S. exports`, `3.5` or `St. Paul`, and a term that goes on behind it would be cut.
const LETTERS_BEFORE_DOT_MIN: usize = 4;

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

/// The sentences of a text, each with the mark it ends with. Where it is not certain that one ends,
/// two are one: then a word may be read twice, and none is lost.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().find(|(at, c)| ends_sentence(rest, *at, *c));
        let (sentence, after) = rest.split_at(end.map_or(rest.len(), |(at, c)| at + c.len_utf8()));
        rest = after;
        (!sentence.is_empty()).then_some(sentence)
    })
}

/// Whether the character `mark` at byte `at` of `text` ends a sentence.
fn ends_sentence(text: &str, at: usize, mark: char) -> bool {
    let after = text.get(at + mark.len_utf8()..).unwrap_or_default();
    if SENTENCE_ENDS.contains(&mark) {
        return true;
    }
    if !SENTENCE_ENDS_BEFORE_SPACE.contains(&mark) || !after.starts_with(char::is_whitespace) {
        return false;
    }
    let before = text.get(..at).unwrap_or_default().chars().rev();
    let letters = before.take_while(|c| c.is_alphanumeric()).take(LETTERS_BEFORE_DOT_MIN).count();
    let goes_on = after.trim_start().starts_with(char::is_lowercase);
    mark != '.' || (letters == LETTERS_BEFORE_DOT_MIN && !goes_on)
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

    #[test]
    fn a_sentence_that_is_known_takes_no_abbreviation_or_number_with_it() {
        let text = "The U.S. army met. Talks on U.S. sanctions went on. St. Paul saw 3.5 percent. \
                    Growth was 3.7 percent in St. Petersburg.";
        let mut article = Article { summary: "U. S. St. 3. 5".into(), ..Article::default() };
        assert!(!append(&mut article, &[more("itunes:summary", text)], 1_000));
        assert_eq!(article.content, text);
        let parts: Vec<_> = sentences("Is it so? Yes! 日本。東京！ Done.").collect();
        assert_eq!(parts, ["Is it so?", " Yes!", " 日本。", "東京！", " Done."]);
    }
}
