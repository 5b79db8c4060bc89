//! Finds near misses for explanations: places that almost match a term.
use super::article_text::ArticleText;
use super::automaton::FieldSet;
use super::characters;
use super::folded_match::match_folded;
use super::normalise::{self, word_end};
use super::rule::Leaf;
use super::term::Term;
use crate::domain::Field;

/// Bytes of a text that are searched. The search is slow, and an explanation is for one reader.
const CLOSE_CALL_BYTES_MAX: usize = 100_000;

/// The first place where the folded text of the term is, although the term does not match there.
pub(super) fn close_call(term: &Term, field: Field, text: &str) -> Option<String> {
    let (mut at, mut buffer) = (0, String::new());
    while at < text.len().min(CLOSE_CALL_BYTES_MAX) {
        if let Some(end) = match_folded(text, at, term.head()) {
            let word = word_around(text, at, end);
            let words = text.get(at..end).unwrap_or_default();
            let written = &term.written;
            return Some(if word == words {
                format!("`{written}` wants another spelling than the {field}'s “{words}”")
            } else {
                format!("`{written}` stands in the {field} only as a part of “{word}”")
            });
        }
        buffer.clear();
        at = normalise::fold_cluster(text, at, &mut buffer)?.end;
    }
    None
}

/// The whole words that the bytes `start..end` belong to.
fn word_around(text: &str, start: usize, end: usize) -> &str {
    let first = text.get(start..).and_then(|text| text.chars().next());
    let kind = first.map(|c| characters::char_info(c).class);
    let from = text
        .get(..start)
        .unwrap_or_default()
        .char_indices()
        .rev()
        .take_while(|(_, c)| {
            let letter = characters::char_info(*c);
            letter.joins || kind.is_some_and(|kind| kind.forms_word_with(letter.class))
        })
        .last()
        .map_or(start, |(at, _)| at);
    let last = text.get(..end).and_then(|text| text.chars().next_back());
    let to = last.map_or(end, |c| word_end(text, end, characters::char_info(c).class).0);
    text.get(from..to).unwrap_or_default()
}

/// A place of the term in a field in which it is not searched.
pub(super) fn match_in_other_field(
    text: &ArticleText<'_>,
    term: &Term,
    leaf: Leaf,
) -> Option<String> {
    if leaf.fields == FieldSet::TEXT {
        return None;
    }
    let mut others = text.parts().filter(|(field, _, _)| !leaf.fields.has(*field));
    others.find_map(|(field, _, part)| {
        let (mut at, mut buffer) = (0, String::new());
        while at < part.len().min(CLOSE_CALL_BYTES_MAX) {
            if match_folded(part, at, term.head()).is_some() {
                return Some(format!(
                    "`{}` stands in the {field}, where it is not asked for",
                    term.written
                ));
            }
            buffer.clear();
            at = normalise::fold_cluster(part, at, &mut buffer)?.end;
        }
        None
    })
}
