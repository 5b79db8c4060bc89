//! The language of an article, as far as the forms of words need it. Most feeds say it, some say
//! it wrongly, and some say nothing.
use std::cell::OnceCell;

use super::article_text::ArticleText;
use super::language_set;
use super::word_forms::Language;

/// English words that stand in every English text, and hardly in a text of another language.
const ENGLISH_WORDS: &[&str] = &[
    "and", "are", "for", "from", "has", "have", "he", "his", "it", "its", "not", "of", "on",
    "said", "that", "the", "their", "they", "this", "to", "was", "were", "will", "with",
];
/// Words of a text that are looked at.
const WORDS_LOOKED_AT: usize = 200;
/// The fewest words that are enough to doubt what a feed says.
const WORDS_TO_DOUBT: usize = 12;
/// One word of so many is in the list in any English text. In running English it is one of four.
const ENGLISH_ONE_OF: usize = 12;
/// Characters of a text by which its language is detected.
const CHARS_DETECTED: usize = 400;

/// The language an article is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    /// It cannot be told.
    Unknown,
    /// A language with word forms.
    One(Language),
    /// A language without word forms.
    Other,
}

/// What is known of the language of one article.
#[derive(Debug)]
pub(super) struct ArticleLanguage<'a> {
    /// As the feed says it: a BCP 47 tag.
    pub(super) tag: Option<&'a str>,
    /// The longest text of the article.
    text: &'a str,
    /// Found when it is first asked for: most articles have no word that needs it.
    judged: OnceCell<Spoken>,
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
        Self { tag: tag.filter(|tag| !tag.is_empty()), text, judged: OnceCell::new() }
    }

    /// For a text that may be in any language: a term of the watchlist.
    pub(super) fn unknown() -> Self {
        Self { tag: None, text: "", judged: OnceCell::from(Spoken::Unknown) }
    }

    /// The language with word forms that the feed says.
    pub(super) fn stated(&self) -> Option<Language> {
        self.tag.and_then(Language::of_tag)
    }

    /// The language, by what the feed says and by the text itself.
    pub(super) fn spoken(&self) -> Spoken {
        *self.judged.get_or_init(|| match (self.tag, self.stated()) {
            // Many feeds say that they are English because nobody changed the default of their
            // software.
            (_, Some(stated)) if language_set::is_english(stated) => {
                if looks_english(self.text, WORDS_TO_DOUBT) {
                    Spoken::One(stated)
                } else {
                    detected(self.text)
                }
            }
            (_, Some(stated)) => Spoken::One(stated),
            (Some(_), None) => Spoken::Other,
            (None, None) => match language_set::english() {
                Some(english) if looks_english(self.text, 0) || is_short_ascii(self.text) => {
                    Spoken::One(english)
                }
                _ => detected(self.text),
            },
        })
    }

    /// Whether the article is in a language, or may be.
    pub(super) fn may_be(&self, language: Language) -> bool {
        match self.spoken() {
            Spoken::Unknown => true,
            Spoken::One(spoken) => spoken == language,
            Spoken::Other => false,
        }
    }
}

/// Whether a text has the words of English. A text of fewer words than `enough` is believed to.
fn looks_english(text: &str, enough: usize) -> bool {
    let (mut words, mut english) = (0, 0);
    for word in text.split_whitespace().take(WORDS_LOOKED_AT) {
        words += 1;
        english += usize::from(ENGLISH_WORDS.iter().any(|one| one.eq_ignore_ascii_case(word)));
    }
    words < enough || (english > 0 && english * ENGLISH_ONE_OF >= words)
}

/// Whether a text is too short to be told, and has no letter that English lacks. Nearly all such
/// texts are English headlines.
fn is_short_ascii(text: &str) -> bool {
    text.is_ascii() && text.split_whitespace().nth(WORDS_TO_DOUBT).is_none()
}

/// The language by the letters of a text, where that is certain.
fn detected(text: &str) -> Spoken {
    let end = text.char_indices().nth(CHARS_DETECTED).map_or(text.len(), |(at, _)| at);
    let begun = text.get(..end).unwrap_or_default();
    match whatlang::detect(begun).filter(whatlang::Info::is_reliable) {
        Some(found) => {
            tag_of(found.lang()).and_then(Language::of_tag).map_or(Spoken::Other, Spoken::One)
        }
        None => Spoken::Unknown,
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

    fn spoken(text: &str, tag: Option<&str>) -> Spoken {
        ArticleLanguage::of_text(text, tag).spoken()
    }

    #[test]
    fn a_text_is_not_english_because_its_feed_says_so() {
        let finnish = "Hallitus esitti uuden lain ja sanoi että se tulee voimaan ensi vuonna \
                       kaikissa kunnissa";
        let finnish_language = Language::of_tag("fi").map(Spoken::One);
        assert_eq!(Some(spoken(finnish, Some("en-US"))), finnish_language);
        assert_eq!(Some(spoken(finnish, None)), finnish_language);
        let english = Language::of_tag("en").map(Spoken::One);
        assert_eq!(Some(spoken("Seoul court jails ex-minister", Some("en"))), english);
        assert_eq!(Some(spoken("The bridge is to open in May", None)), english);
    }

    #[test]
    fn a_feed_is_believed_in_every_other_language() {
        assert_eq!(spoken("The bridge is to open in May", Some("ja")), Spoken::Other);
    }
}
