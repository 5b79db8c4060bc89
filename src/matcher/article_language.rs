//! The language of an article, as far as the forms of words need it. Most feeds say it, some say
//! it wrongly, and some say nothing.
use std::cell::OnceCell;

use super::article_text::ArticleText;
use super::function_words;
use super::language_set::{self, LanguageSet};
use super::word_forms::Language;

/// The fewest words that are enough to doubt what a feed says.
const WORDS_TO_DOUBT: usize = 12;
/// Characters of a text by which its language is detected.
const CHARS_DETECTED: usize = 400;

/// What is known of the language of one article.
#[derive(Debug)]
pub(super) struct ArticleLanguage<'a> {
    /// As the feed says it: a BCP 47 tag.
    pub(super) tag: Option<&'a str>,
    /// The longest text of the article.
    text: &'a str,
    /// The languages it may be in. Set when they are known without a detector, or when they are
    /// first asked for.
    languages: OnceCell<LanguageSet>,
}

impl<'a> ArticleLanguage<'a> {
    /// The language of an article.
    pub(super) fn of(article: &ArticleText<'a>) -> Self {
        let texts = [article.content, article.summary, article.title];
        let text = texts.into_iter().max_by_key(|text| text.len()).unwrap_or_default();
        Self::of_text(text, article.language)
    }

    /// The language of a text.
    pub(super) fn of_text(text: &'a str, tag: Option<&'a str>) -> Self {
        let tag = tag.filter(|tag| !tag.is_empty());
        let known = plain_languages(text, tag);
        Self { tag, text, languages: known.map_or_else(OnceCell::new, OnceCell::from) }
    }

    /// For a text that may be in any language: a term of the watchlist.
    pub(super) fn unknown() -> Self {
        Self { tag: None, text: "", languages: OnceCell::from(LanguageSet::ALL) }
    }

    /// The language with word forms that the feed says, or that the article is plainly in.
    pub(super) fn stated(&self) -> Option<Language> {
        self.tag.and_then(Language::of_tag).or_else(|| self.plain().and_then(LanguageSet::only))
    }

    /// The languages the article may be in, as far as they are known without a detector.
    pub(super) fn plain(&self) -> Option<LanguageSet> {
        self.languages.get().copied()
    }

    /// The languages the article may be in: all if that cannot be told.
    pub(super) fn languages(&self) -> LanguageSet {
        *self.languages.get_or_init(|| detected(self.text))
    }
}

/// The languages of a text by what its feed says and by its function words. `None` if a detector
/// must be asked.
fn plain_languages(text: &str, tag: Option<&str>) -> Option<LanguageSet> {
    let stated = tag.and_then(Language::of_tag);
    match (tag, stated) {
        // Many feeds say that they are English because nobody changed the default of their
        // software.
        (_, Some(stated)) if language_set::is_english(stated) => {
            let short = text.split_ascii_whitespace().nth(WORDS_TO_DOUBT).is_none();
            if short { Some(one(stated)) } else { function_words::languages(text) }
        }
        (_, Some(stated)) => Some(one(stated)),
        (Some(_), None) => Some(LanguageSet::OTHER),
        // Nearly all short texts without a letter that English lacks are English headlines.
        (None, None) => function_words::languages(text).or_else(|| {
            let short = text.is_ascii() && text.split_whitespace().nth(WORDS_TO_DOUBT).is_none();
            language_set::english().filter(|_| short).map(one)
        }),
    }
}

/// The set of an article in this language.
fn one(language: Language) -> LanguageSet {
    LanguageSet::of([language]).and(LanguageSet::OTHER)
}

/// The language by the letters of a text; all if that is not certain.
fn detected(text: &str) -> LanguageSet {
    let end = text.char_indices().nth(CHARS_DETECTED).map_or(text.len(), |(at, _)| at);
    let begun = text.get(..end).unwrap_or_default();
    match whatlang::detect(begun).filter(whatlang::Info::is_reliable) {
        Some(found) => {
            tag_of(found.lang()).and_then(Language::of_tag).map_or(LanguageSet::OTHER, one)
        }
        None => LanguageSet::ALL,
    }
}

/// The BCP 47 tag of a language that the detector knows by its ISO 639-3 code, if there may be
/// word forms for it.
fn tag_of(language: whatlang::Lang) -> Option<&'static str> {
    Some(match language.code() {
        "ara" => "ar",
        "bul" => "bg",
        "cat" => "ca",
        "ces" => "cs",
        "dan" => "da",
        "deu" => "de",
        "ell" => "el",
        "eng" => "en",
        "est" => "et",
        "fin" => "fi",
        "fra" => "fr",
        "heb" => "he",
        "hin" => "hi",
        "hrv" => "hr",
        "hun" => "hu",
        "ind" => "id",
        "ita" => "it",
        "lav" => "lv",
        "lit" => "lt",
        "mkd" => "mk",
        "nld" => "nl",
        "nob" => "nb",
        "pes" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "ron" => "ro",
        "rus" => "ru",
        "slk" => "sk",
        "slv" => "sl",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tur" => "tr",
        "ukr" => "uk",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(text: &str, tag: Option<&str>) -> LanguageSet {
        ArticleLanguage::of_text(text, tag).languages()
    }

    #[test]
    fn a_text_is_not_english_because_its_feed_says_so() {
        let finnish = "Hallitus esitti uuden lain ja sanoi että se tulee voimaan ensi vuonna \
                       kaikissa kunnissa";
        let finnish_language = Language::of_tag("fi").map(one);
        assert_eq!(Some(spoken(finnish, Some("en-US"))), finnish_language);
        assert_eq!(Some(spoken(finnish, None)), finnish_language);
        let english = Language::of_tag("en").map(one);
        assert_eq!(Some(spoken("Seoul court jails ex-minister", Some("en"))), english);
        assert_eq!(Some(spoken("The bridge is to open in May", None)), english);
    }

    #[test]
    fn a_feed_is_believed_in_every_other_language() {
        assert_eq!(spoken("The bridge is to open in May", Some("ja")), LanguageSet::OTHER);
    }
}
