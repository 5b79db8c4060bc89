//! Makes the keys by which an item is recognised. They are the same on every machine and in every
//! version, because they are stored.
use std::hash::Hasher;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use siphasher::sip::SipHasher24;

use crate::domain::{Key, KeyKind, Timestamp};

/// The key of all hashes here. It must never change: no stored key would be recognised any more,
/// and every item would alert again.
const HASH_KEY: (u64, u64) = (0x7769_7265_7761_7463, 0x682d_6964_656e_7469);

/// Separates the parts of one key, so that ("ab", "c") and ("a", "bc") differ.
const SEPARATOR: u8 = 0xff;

/// A title of fewer letters says too little to identify a story ("Morning briefing"). Ideographs
/// and Hangul syllables count three, because each says as much as half a word.
const SPECIFIC_LETTERS_MIN: usize = 24;

/// Bytes of a text that are looked at together for white space.
const BYTES_TOGETHER: usize = 32;

/// What identifies an item in its feed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ItemKeys<'a> {
    /// The id that the publisher gave it.
    pub id: Option<&'a str>,
    /// The canonical link of `extract::canonical`, or the link as it is written if there is none.
    pub link: Option<&'a str>,
    /// Plain text.
    pub title: &'a str,
    /// The date of publication, if it could be read.
    pub published: Option<Timestamp>,
    /// The date as it is written, used if it cannot be read.
    pub published_raw: Option<&'a str>,
    /// All other text, used if there is nothing else.
    pub text: &'a str,
}

/// The keys of an item, the most certain first. The first one is its identity within its feed: the
/// id; without an id the link; without a link title and day. There is always one.
pub fn keys(marks: &ItemKeys<'_>) -> Vec<Key> {
    let mut keys = Vec::with_capacity(3);
    let id = marks.id.map(str::trim).filter(|id| !id.is_empty());
    if let Some(id) = id {
        keys.push(Key { kind: KeyKind::Id, hash: hash(b'i', &[id.as_bytes()]) });
    }
    let link = marks.link.map(str::trim).filter(|link| !link.is_empty());
    if let Some(link) = link {
        keys.push(Key { kind: KeyKind::Link, hash: hash(b'l', &[link.as_bytes()]) });
    }
    let title = normalise_title(marks.title);
    if !title.is_empty() {
        let day = day(marks);
        let hash = hash(b't', &[title.as_bytes(), day.as_bytes()]);
        keys.push(Key { kind: KeyKind::TitleDay, hash });
        // If a feed links every item to its front page, the link would make one item of all.
        if id.is_none() && link.is_some_and(is_front_page) {
            keys.swap(0, 1);
        }
    }
    if id.is_none() && link.is_none() && !title.is_empty() {
        // The date may be that of the request: title and text say what is known.
        let text = normalise_title(marks.text);
        let hash = hash(b'w', &[title.as_bytes(), text.as_bytes()]);
        keys.push(Key { kind: KeyKind::TitleDay, hash });
    }
    if keys.is_empty() {
        let text = normalise_title(marks.text);
        let hash = hash(b'x', &[text.as_bytes(), day(marks).as_bytes()]);
        keys.push(Key { kind: KeyKind::TitleDay, hash });
    }
    keys
}

fn day(marks: &ItemKeys<'_>) -> String {
    match (marks.published, marks.published_raw) {
        (Some(at), _) => at.day().to_string(),
        (None, Some(raw)) => raw.trim().to_owned(),
        (None, None) => String::new(),
    }
}

/// A hash of the texts that a watch can see, without white space. If it changes, the item was
/// revised.
pub fn revision(title: &str, summary: &str, content: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_keys(HASH_KEY.0, HASH_KEY.1);
    hasher.write_u8(b'r');
    for text in [title, summary, content] {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (words, after) = split_spaced_words(rest);
            hasher.write(words.as_bytes());
            hasher.write_u8(b' ');
            rest = after.trim_start();
        }
        hasher.write_u8(SEPARATOR);
    }
    hasher.finish()
}

/// The words at the beginning that stand one plain space apart, and what comes after them. To hash
/// many words together is several times as fast as one by one, and comes to the same.
fn split_spaced_words(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let is_space = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.chars().next().is_none_or(char::is_whitespace)
    };
    let ends_at = |at: usize| {
        let Some(byte) = bytes.get(at) else { return true };
        let next = at.saturating_add(1);
        // One plain space ends nothing unless white space, or the end, comes after it.
        may_end_words(*byte, bytes.get(next).copied().unwrap_or(b' '))
            && is_space(if *byte == b' ' { next } else { at })
    };
    let mut at = 0;
    while at < bytes.len() {
        let after = at.saturating_add(BYTES_TOGETHER);
        // Nearly all text is passed over here, many bytes in one step of the machine.
        if may_end_words_within(bytes.get(at..).unwrap_or_default())
            && let Some(end) = (at..after).find(|at| ends_at(*at))
        {
            return text.split_at_checked(end).unwrap_or((text, ""));
        }
        at = after;
    }
    (text, "")
}

/// Whether white space that is not one plain space may begin with `byte`: a control, or the first
/// byte of white space that is not ASCII, which begins other characters too.
fn may_end_words(byte: u8, next: u8) -> bool {
    let may_begin_space = |byte: u8| byte <= b' ' || byte == 0xc2 || matches!(byte, 0xe1..=0xe3);
    may_begin_space(byte) & ((byte != b' ') | may_begin_space(next))
}

/// Whether that holds for any of the first [`BYTES_TOGETHER`] bytes; `true` near the end of the text.
fn may_end_words_within(bytes: &[u8]) -> bool {
    let now = bytes.first_chunk::<BYTES_TOGETHER>();
    let next = bytes.get(1..).and_then(<[u8]>::first_chunk::<BYTES_TOGETHER>);
    let Some((now, next)) = now.zip(next) else { return true };
    // No early end: the loop has to stay one the compiler can do many bytes at a time.
    now.iter().zip(next).fold(false, |any, (byte, next)| any | may_end_words(*byte, *next))
}

fn hash(kind: u8, parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher24::new_with_keys(HASH_KEY.0, HASH_KEY.1);
    hasher.write_u8(kind);
    for part in parts {
        hasher.write(part);
        hasher.write_u8(SEPARATOR);
    }
    hasher.finish()
}

/// [`normalise_title`] for ASCII, where it takes no tables.
fn normalise_ascii(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.make_ascii_lowercase();
    out
}

/// The form in which titles are compared: width, case and punctuation folded, one space between
/// words.
pub fn normalise_title(title: &str) -> String {
    if title.is_ascii() {
        return normalise_ascii(title);
    }
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(title);
    let folded = CaseMapper::new().fold_string(&composed);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Folding can leave characters that compose. The compared form must be the same for all.
    ComposingNormalizerBorrowed::new_nfkc().normalize(&out).into_owned()
}

/// Whether a title says enough to identify one story of a day.
pub fn is_specific_title(title: &str) -> bool {
    let letters: usize = normalise_title(title)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| if u32::from(c) >= 0x2e80 { 3 } else { 1 })
        .sum();
    letters >= SPECIFIC_LETTERS_MIN
}

fn is_front_page(canonical: &str) -> bool {
    canonical
        .split_once("://")
        .is_some_and(|(_, rest)| rest.split_once('/').is_none_or(|(_, path)| path.is_empty()))
}

/// Whether a canonical link can identify one article: no front page, no section, no home page of a
/// feed.
pub fn is_specific_link(canonical: &str) -> bool {
    let after_host = canonical.split_once("://").map_or(canonical, |(_, rest)| rest);
    let Some((_, path)) = after_host.split_once('/') else { return false };
    if path.contains(['?', '#']) {
        return true;
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    last.bytes().any(|b| b.is_ascii_digit())
        || last.bytes().filter(|b| matches!(b, b'-' | b'_' | b'%')).count() >= 2
        || path.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// The share of the words of the shorter title that the other one has, 0 to 1. Where words are not
/// separated, pairs of characters are used.
pub fn title_overlap(a: &str, b: &str) -> f64 {
    let (a, b) = (title_units(&normalise_title(a)), title_units(&normalise_title(b)));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return 0.0;
    }
    let shared = short.iter().filter(|unit| long.contains(unit)).count();
    let ratio = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    ratio(shared) / ratio(short.len())
}

fn title_units(title: &str) -> Vec<String> {
    /// Longest title that is compared, in units; `title_overlap` is quadratic in it.
    const UNITS_MAX: usize = 64;
    let mut units: Vec<String> = Vec::new();
    for word in title.split(' ').take(UNITS_MAX) {
        let chars: Vec<char> = word.chars().take(UNITS_MAX).collect();
        if chars.first().is_some_and(|c| u32::from(*c) >= 0x2e80) && chars.len() > 2 {
            units.extend(chars.windows(2).map(|pair| pair.iter().collect()));
        } else if chars.len() > 2 || chars.iter().any(|c| !c.is_ascii_alphabetic()) {
            // Words of one or two Latin letters ("a", "of", "in") mean nothing here.
            units.push(word.to_owned());
        }
    }
    units.truncate(UNITS_MAX);
    units.sort();
    units.dedup();
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> ItemKeys<'static> {
        ItemKeys {
            id: Some("tag:example.org,2026:1"),
            link: Some("https://example.org/a-1"),
            title: "Seoul and Tokyo talk",
            published: Some(Timestamp(1_700_000_000_000)),
            ..ItemKeys::default()
        }
    }

    fn kinds(marks: &ItemKeys<'_>) -> Vec<KeyKind> {
        keys(marks).into_iter().map(|key| key.kind).collect()
    }

    #[test]
    fn the_strongest_key_there_is_comes_first() {
        use KeyKind::{Id, Link, TitleDay};
        assert_eq!(kinds(&marks()), [Id, Link, TitleDay]);
        assert_eq!(kinds(&ItemKeys { id: Some("  "), ..marks() }), [Link, TitleDay]);
        assert_eq!(kinds(&ItemKeys { id: None, link: None, ..marks() }), [TitleDay, TitleDay]);
        assert_eq!(kinds(&ItemKeys::default()), [TitleDay], "there is always one");
        let home = Some("https://example.org/");
        assert_eq!(kinds(&ItemKeys { id: None, link: home, ..marks() }), [TitleDay, Link]);
        assert_eq!(kinds(&ItemKeys { link: home, ..marks() }), [Id, Link, TitleDay]);
    }

    #[test]
    fn keys_are_the_same_for_ever() {
        let hashes: Vec<u64> = keys(&marks()).into_iter().map(|key| key.hash).collect();
        assert_eq!(hashes, PINNED, "a changed key makes every stored item new");
        assert_eq!(revision("a", "b", "c"), PINNED_REVISION);
    }
    const PINNED: [u64; 3] =
        [18_333_607_070_353_496_830, 5_886_061_944_023_751_919, 3_913_592_859_238_358_736];
    const PINNED_REVISION: u64 = 4_677_978_792_224_472_699;

    #[test]
    fn kinds_and_parts_never_mix() {
        let id = keys(&ItemKeys { id: Some("x"), ..ItemKeys::default() });
        let link = keys(&ItemKeys { link: Some("x"), ..ItemKeys::default() });
        assert_ne!(id[0].hash, link[0].hash);
        assert_ne!(revision("ab", "c", ""), revision("a", "bc", ""));
    }

    #[test]
    fn titles_are_compared_without_case_width_or_punctuation() {
        assert_eq!(
            normalise_title("ＳＥＯＵＬ – Tokyo: “talks”"),
            normalise_title("Seoul-Tokyo talks!")
        );
        let a = keys(&ItemKeys { id: None, link: None, ..marks() });
        let b =
            keys(&ItemKeys { id: None, link: None, title: "SEOUL and  Tokyo talk.", ..marks() });
        assert_eq!(a, b);
    }

    #[test]
    fn an_unread_date_still_separates_days() {
        let on = |raw| {
            keys(&ItemKeys {
                published_raw: Some(raw),
                title: "Morning briefing",
                ..ItemKeys::default()
            })
        };
        assert_eq!(on("Montag, 3. Mai"), on(" Montag, 3. Mai "));
        assert_ne!(on("Montag, 3. Mai"), on("Dienstag, 4. Mai"));
    }

    #[test]
    fn words_are_hashed_as_if_one_by_one() {
        let one_by_one = |texts: [&str; 3]| {
            let mut hasher = SipHasher24::new_with_keys(HASH_KEY.0, HASH_KEY.1);
            hasher.write_u8(b'r');
            for text in texts {
                for word in text.split_whitespace() {
                    hasher.write(word.as_bytes());
                    hasher.write_u8(b' ');
                }
                hasher.write_u8(SEPARATOR);
            }
            hasher.finish()
        };
        for text in [
            "",
            " ",
            "one",
            " one  two\nthree\t four ",
            "ein\u{a0}zwei \u{a0} drei\u{85}vier ",
            "\u{3000}日本語\u{3000}と 한국어\u{2003} \u{1680}é\u{1d}x ",
            "a \u{2028}b\u{205f}c\u{202f}d e f",
        ] {
            assert_eq!(revision(text, "x y", text), one_by_one([text, "x y", text]), "{text:?}");
        }
    }

    #[test]
    fn white_space_is_no_revision_and_a_word_is() {
        assert_eq!(revision("a b", "c", "d\ne"), revision(" a  b ", "c\n", "d e"));
        assert_ne!(revision("a b", "c", "d e"), revision("a b", "c", "d f"));
    }

    #[test]
    fn a_front_page_names_no_article() {
        for link in ["https://example.org/", "https://example.org/news", "https://a.org/en/world"] {
            assert!(!is_specific_link(link), "{link}");
        }
        for link in [
            "https://example.org/?p=12",
            "https://example.org/news/seoul-and-tokyo-talk",
            "https://example.org/2026/11/23/talk",
            "https://example.org/article/871",
        ] {
            assert!(is_specific_link(link), "{link}");
        }
    }

    #[test]
    fn titles_of_one_story_share_words_and_others_do_not() {
        assert!(title_overlap("Six ways to save water", "Eight ways to save water") > 0.6);
        assert!(title_overlap("한일 군사정보협정 종료", "한일 군사정보협정 연장") > 0.5);
        assert!(title_overlap("Ships collide off Busan", "Budget passes in Berlin") < 0.1);
        assert!(title_overlap("", "x").abs() < f64::EPSILON);
    }
}
