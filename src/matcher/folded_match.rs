//! Finds folded text at a place of a text that is not folded.
use super::normalise;
use super::optional_punctuation;

/// The end of `folded` in `text` if it begins at byte `at`; `None` if something else is there.
pub(super) fn match_folded(text: &str, at: usize, folded: &str) -> Option<usize> {
    let mut rest = folded;
    let (mut end, mut buffer) = (at, String::new());
    while !rest.is_empty() {
        buffer.clear();
        let step = normalise::fold_cluster(text, end, &mut buffer)?;
        rest = rest.strip_prefix(buffer.as_str())?;
        end = step.end;
    }
    Some(end)
}

/// As [`match_folded`], over punctuation that a name may be written without.
pub(super) fn match_phrase(text: &str, at: usize, folded: &str) -> Option<usize> {
    match_folded(text, at, folded)
        .or_else(|| match_folded(text, optional_punctuation::end(text, at)?, folded))
}
