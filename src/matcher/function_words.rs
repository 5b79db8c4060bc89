//! Tells the language of a text by its function words: articles, prepositions, conjunctions. They
//! make up a quarter to a half of most texts, and each language has its own.
//!
//! Why own code: every article is looked at, and the detector of `whatlang` takes 70 to 130 µs for
//! 400 letters, five times as long as the search itself; this takes under 1 µs. It is asked only
//! where the words here do not decide.
use std::sync::LazyLock;

use super::characters;
use super::language_set::LanguageSet;
use super::word_forms::{LANGUAGE_COUNT, Language};
use super::word_key;

/// Words of a text that are looked at, at most.
const WORDS_MAX: usize = 64;
/// After each so many words it is asked whether the language is plain.
const WORDS_A_STEP: usize = 12;
/// The fewest function words that decide.
const FOUND_MIN: u32 = 3;
/// One word of so many is a function word at least, or the language is none of these.
const ONE_OF: u32 = 10;
/// Slots of the table, a power of two, so that most are empty.
const SLOTS: usize = 1 << 12;

/// The commonest function words of each language. Only their first eight folded bytes count.
const WORDS: &[(&str, &str)] = &[
    ("ar", "في من على إلى أن التي عن مع هذا هذه كان الذي ما لا بعد قد بين ذلك كما وفي وقد"),
    ("bg", "и на да в за се е от с че по не са като до ще но му при беше или който тази това"),
    (
        "ca",
        "el la els les de del que i en un una per amb no es al ha dels va més seva han aquest pel",
    ),
    ("cs", "a v se na je že s z do o to i ve pro jsou ale by jako za po k byl od jeho také při už"),
    (
        "da",
        "og i at det er en den til på som af for med de der ikke et fra har var om efter blev ved",
    ),
    (
        "de",
        "der die und das den dem ein eine einer ist nicht mit von zu im auf für des sich auch als \
            es an werden wird hat bei nach wie aus sind wurde",
    ),
    ("el", "και το του να της η ο με για στο την που των τα από οι στην δεν σε είναι τον στα"),
    (
        "en",
        "the of and to in is that for was with on are as it by from has have be at this said will \
            not were their they its he his but who which an",
    ),
    (
        "es",
        "el la los las de del que en y un una por con para se es al su lo como más fue ha no sus",
    ),
    (
        "et",
        "ja on ei see et oli ka kui ta mis aga või selle kes oma pole siis seda eest veel nii ning",
    ),
    ("fa", "و در به از که این را با است برای آن یک تا بر هم شد شده می ها خود"),
    (
        "fi",
        "ja on ei se että oli myös kun hän ovat mutta tai sen joka mukaan jo ole hänen kuin niin jos",
    ),
    (
        "fr",
        "le la les de des du et un une est dans pour que qui sur par au aux avec pas ce il elle \
            sont été plus ont cette se à en",
    ),
    (
        "hbs",
        "i u je da na se za su od s koji što će o iz nije kao ne bi biti ili bio koja nakon \
             и у је да на се за су од са који што ће о из није као",
    ),
    ("he", "של את על לא הוא זה עם כי גם או אל היא אבל כל יש אם בין היה לפי"),
    ("hi", "के का की में है से को और पर ने यह कि एक हैं भी था नहीं तो इस"),
    (
        "hu",
        "a az és hogy nem is egy volt de meg csak már még mint ez azt el ha vagy szerint után ki",
    ),
    (
        "id",
        "yang dan di ini dengan untuk dari itu tidak pada dalam akan oleh juga ke adalah karena bisa",
    ),
    (
        "it",
        "il lo la gli le di del della dei che e un una per con non si è da nel alla al sono come ha \
            anche più dal sul",
    ),
    (
        "lt",
        "ir kad į su yra iš tai bet buvo nuo apie kaip už jis po iki taip dėl jau savo tik bus per",
    ),
    ("lv", "un ir ka ar no uz par bija arī to kas pēc tas vai lai jau pie bet kā gan šo līdz viņš"),
    (
        "nb",
        "og i at det er en den til på som av for med de ikke et fra har var om etter ble ved også",
    ),
    (
        "nl",
        "de het een en van in is dat op te zijn met voor niet aan er om ook als bij door maar naar \
            worden wordt uit nog",
    ),
    (
        "pl",
        "i w na z do się nie że to jest o jak po ale za od przez dla tym był są ze oraz jego już",
    ),
    (
        "pt",
        "o a os as de do da dos das que e em um uma no na para com não por se ao mais foi é pela",
    ),
    (
        "ro",
        "și de la în a cu pe care nu o un că din mai pentru este sunt au fost prin ca să al sau",
    ),
    ("ru", "и в не на что с по он как это для от к из его но был за у так она также о при будет"),
    ("sk", "a v sa na je že s z do o to aj vo pre sú ale by ako za po k bol od jeho pri už"),
    (
        "sv",
        "och i att det är en den till på som av för med de inte ett från har var om efter vid också",
    ),
    (
        "tr",
        "ve bir bu için ile de da olarak olan daha çok gibi kadar sonra ancak göre ise ne her oldu",
    ),
    ("uk", "і в не на що з у до та як за це від для він його але був також про які після й є"),
];

/// The languages of each function word, by the key of the word. A slot with the key 0 is empty.
struct WordTable(Box<[WordLanguages]>);

/// A function word and the languages that have it.
#[derive(Clone, Copy)]
struct WordLanguages {
    key: u64,
    languages: LanguageSet,
}

impl WordTable {
    fn new() -> Self {
        let empty = WordLanguages { key: 0, languages: LanguageSet::of([]) };
        let mut table = Self(vec![empty; SLOTS].into());
        for (tag, words) in WORDS {
            let own = LanguageSet::of(Language::of_tag(tag));
            for word in words.split_whitespace() {
                let key = word_key::folded_key(word, 0);
                let slot = table.slot(key);
                if let Some(known) = table.0.get_mut(slot) {
                    *known = WordLanguages { key, languages: known.languages.and(own) };
                }
            }
        }
        table
    }

    /// The slot of a key, or the empty one where it would be.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        // Fibonacci hashing; the result is below `SLOTS`.
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.trailing_zeros());
        let mut slot = usize::try_from(hash).unwrap_or(0);
        while self.0.get(slot).is_some_and(|known| known.key != key && known.key != 0) {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    /// The languages that have a function word with this key.
    #[inline]
    fn languages(&self, key: u64) -> LanguageSet {
        self.0.get(self.slot(key)).map_or(LanguageSet::of([]), |known| known.languages)
    }
}

/// The languages whose function words a text has, where they decide: one, or a few that are closely
/// related. Scripts whose languages have no word forms give [`LanguageSet::OTHER`].
pub(super) fn languages(text: &str) -> Option<LanguageSet> {
    static TABLE: LazyLock<WordTable> = LazyLock::new(WordTable::new);
    let table = &*TABLE;
    let mut counts = [0_u32; LANGUAGE_COUNT];
    let (mut words, mut unspaced) = (0, 0);
    for word in text.split_ascii_whitespace() {
        if words == WORDS_MAX {
            break;
        }
        words += 1;
        if words % WORDS_A_STEP == 0 {
            match leaders(&counts, words) {
                Some((set, true)) => return Some(set),
                None if unspaced * 2 > words => return Some(LanguageSet::OTHER),
                Some(_) | None => {}
            }
        }
        let is_mark = |c: char| !characters::char_info(c).class.is_word();
        let word = word.trim_start_matches(is_mark);
        if word.chars().next().is_some_and(|c| characters::uniform_class(c).is_some()) {
            unspaced += 1;
            continue;
        }
        let key = word_key::ascii_key(word.as_bytes(), 0)
            .map_or_else(|| word_key::folded_key(word, 0), |(key, _)| key);
        for language in table.languages(key).languages() {
            if let Some(count) = counts.get_mut(language.place()) {
                *count += 1;
            }
        }
    }
    match leaders(&counts, words) {
        Some((set, _)) => Some(set),
        None => (unspaced * 2 > words).then_some(LanguageSet::OTHER),
    }
}

/// The languages with the most function words, and whether none of the others comes near. `None`
/// if the words do not decide.
fn leaders(counts: &[u32; LANGUAGE_COUNT], words: usize) -> Option<(LanguageSet, bool)> {
    let most = counts.iter().copied().max().unwrap_or(0);
    if most < FOUND_MIN || usize::try_from(most * ONE_OF).unwrap_or(0) < words {
        return None;
    }
    // Closely related languages share most of their function words.
    let near = |share: u32| {
        let is_near =
            |one: &Language| counts.get(one.place()).is_some_and(|n| n * share >= most * 3);
        LanguageSet::of(Language::all().filter(is_near)).and(LanguageSet::OTHER)
    };
    let leaders = near(4);
    Some((leaders, leaders.only().is_some() && near(6) == leaders))
}
