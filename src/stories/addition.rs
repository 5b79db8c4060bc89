//! Puts into words what an article adds to what was told: a part of its headline, or a sentence of
//! its text.
use super::article_text::ArticleText;
use super::boilerplate;
use super::known_terms::KnownTerms;
use super::terms::{TermKind, Terms};
use super::text_folding::fold_text;

/// The longest text that is quoted, in characters.
const QUOTED_CHARS_MAX: usize = 200;

/// Sentences among which the one that adds something is searched.
const SENTENCES_MAX: usize = 12;

/// New terms of a sentence that is quoted, at least.
const NEW_TERMS_MIN: usize = 2;

/// The part of the headline from its first to its last new word. If its headline says nothing new,
/// the first sentence of the text that does; `None` if there is none.
pub(super) fn addition(title: &str, text: &str, told: &[&ArticleText]) -> Option<String> {
    let known = KnownTerms::of(told.iter().flat_map(|told| [&told.headline, &told.body]));
    let title = fold_text(title);
    let bare = boilerplate::without_label(&title);
    let words: Vec<&str> = bare.split_whitespace().collect();
    let first = words.iter().position(|word| count_new(word, &known) > 0);
    let last = words.iter().rposition(|word| count_new(word, &known) > 0);
    if let (Some(first), Some(last)) = (first, last) {
        return words.get(first..=last).map(|part| quoted(&part.join(" ")));
    }
    let folded = fold_text(text);
    boilerplate::news_sentences(&folded)
        .iter()
        .take(SENTENCES_MAX)
        .find(|sentence| count_new(sentence, &known) >= NEW_TERMS_MIN)
        .map(|sentence| quoted(sentence))
}

/// Terms of a text that are not known.
fn count_new(text: &str, known: &KnownTerms) -> usize {
    let terms = Terms::of(text);
    let new = terms.list.iter().filter(|term| {
        !matches!(term.kind, TermKind::Day | TermKind::Date) && !known.has(&terms, **term)
    });
    new.count()
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted.trim_end_matches([',', ';', ':', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_said_in_the_words_of_the_headline_or_of_the_text() {
        let told = ArticleText::new(
            "Healer waives warrant hearing",
            "The healer Jeon gave up his hearing on Monday, prosecutors in Seoul said.",
        );
        let adds = |title: &str, text: &str| addition(title, text, &[&told]);
        assert_eq!(
            adds("Healer waives warrant hearing, moved to the detention centre", "").as_deref(),
            Some("moved to the detention centre")
        );
        let text = "The healer Jeon gave up his hearing. He was driven to a detention centre.";
        assert_eq!(
            adds("Healer waives warrant hearing", text).as_deref(),
            Some("He was driven to a detention centre.")
        );
        assert_eq!(adds("Warrant hearing waived", "Prosecutors said."), None);
    }
}
