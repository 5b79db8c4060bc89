//! Chooses the date of an article among what its page says.
use crate::domain::Timestamp;
use crate::extract::{GivenDate, Source};
use crate::parse::date;

/// The first moment that is believed: 1990. Earlier ones are defaults of publishing systems.
const EARLIEST: Timestamp = Timestamp(631_152_000_000);

/// The first moment that is not believed: 2100.
const LATEST: Timestamp = Timestamp(4_102_444_800_000);

/// Words of a line in which a date is looked for.
const WORDS_MAX: usize = 32;

/// Most words of a date with its time.
const DATE_WORDS_MAX: usize = 9;

/// Words that stand before the date of a change, in lower case.
const CHANGED: &[&str] = &[
    "updated",
    "modified",
    "aktualisiert",
    "geändert",
    "mis à jour",
    "modifié",
    "actualiza",
    "modifica",
    "aggiorna",
    "atualiza",
    "bijgewerkt",
    "gewijzigd",
    "обновлен",
    "изменен",
    "aktualiz",
    "güncelle",
    "수정",
    "更新",
    "修改",
    "최종",
];

/// A date and where the page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PublicationDate {
    /// When the article was published.
    pub(super) at: Timestamp,
    /// Where it is said.
    pub(super) source: Source,
}

/// The first candidate that is a date. `language` is the page's.
pub(super) fn choose(given: &[GivenDate], language: Option<&str>) -> Option<PublicationDate> {
    let by_day = language.is_some_and(writes_day_first);
    let read = |given: &GivenDate| {
        let text = given.text.as_str();
        let in_words = matches!(given.source, Source::Text | Source::Time);
        // For machines a time may be written as seconds.
        let at = if in_words && !text.bytes().all(|byte| byte.is_ascii_digit()) {
            in_line(text, by_day)
        } else {
            whole(text, by_day)
        };
        at.map(|at| PublicationDate { at, source: given.source })
    };
    given.iter().find_map(read)
}

/// Whether `04/03/2024` is the fourth of March in this language.
fn writes_day_first(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    !(language == "en" || language.starts_with("en-us") || language.starts_with("en-ph"))
}

/// A text that is a date.
fn whole(text: &str, by_day: bool) -> Option<Timestamp> {
    let text = text.trim();
    let numeric = text.bytes().filter(|byte| *byte == b'/').count() == 2;
    if !text.contains(':') && !text.contains('시') && text.contains('년') {
        // A day without a time is a day everywhere: the words would imply the zone of Korea.
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '일').collect();
        return whole(&bare.replace(['년', '월'], "-"), by_day);
    }
    let moment = if by_day && numeric && !text.starts_with("20") && !text.starts_with("19") {
        // Dots stand in dates that begin with the day.
        date::parse(&text.replace('/', "."))
    } else {
        date::parse(midnight_without_zone(text))
    };
    moment.filter(|at| (EARLIEST..LATEST).contains(at))
}

/// The first midnight of a zone is a day without a time, as publishing systems write it. Its zone
/// would make another day of it.
fn midnight_without_zone(text: &str) -> &str {
    let day = text.split_at_checked(10).filter(|(_, time)| {
        let rest = ["T00:00:00", " 00:00:00", "T00:00"].iter().find_map(|t| time.strip_prefix(t));
        rest.is_some_and(|zone| {
            zone.trim_start_matches(".000").bytes().all(|b| b"+-:Z0123456789".contains(&b))
        })
    });
    day.map_or(text, |(day, _)| day)
}

/// The date inside a line. The date of a change counts only if there is no other.
fn in_line(line: &str, by_day: bool) -> Option<Timestamp> {
    let mut changed = None;
    for part in line.split(['|', '•', '·', '–', '—', ';']) {
        let lower = part.to_lowercase();
        let found = in_part(part, by_day);
        if !CHANGED.iter().any(|word| lower.contains(word)) && found.is_some() {
            return found;
        }
        changed = changed.or(found);
    }
    changed
}

/// The longest date that begins first.
fn in_part(part: &str, by_day: bool) -> Option<Timestamp> {
    let words: Vec<(usize, usize)> = words(part);
    for (nth, (begin, _)) in words.iter().enumerate() {
        for (_, end) in words.iter().skip(nth).take(DATE_WORDS_MAX).rev() {
            let text = part.get(*begin..*end).unwrap_or_default();
            let text = text.trim_end_matches(|c: char| ",:()[]-".contains(c));
            if is_full_day(text)
                && let Some(at) = whole(text, by_day)
                && is_day_of(text, at)
            {
                return Some(at);
            }
        }
    }
    None
}

/// Where the words of a text begin and end. A number that follows letters begins a word too:
/// `입력2024.03.03`.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut begin = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || "()[]".contains(c) {
            found.extend(begin.take().map(|begin| (begin, at)));
        } else if begin.is_none() || (c.is_ascii_digit() && !before.is_ascii() && is_letter(before))
        {
            found.extend(begin.replace(at).map(|begin| (begin, at)));
        }
        before = c;
        if found.len() >= WORDS_MAX {
            return found;
        }
    }
    found.extend(begin.map(|begin| (begin, text.len())));
    found
}

/// Letters that are no unit of a date.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !"年月日時时分秒년월일시초".contains(c)
}

/// Whether the day of a moment is one of two numbers in a text. A text of two numbers may be
/// something else: `Chapter 12, 2024`.
fn is_day_of(text: &str, at: Timestamp) -> bool {
    let numbers: Vec<u8> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().unwrap_or_default())
        .collect();
    let shown = at.to_string();
    let day = shown.get(8..10).and_then(|day| day.parse().ok());
    numbers.len() != 2 || day.is_some_and(|day: u8| numbers.contains(&day))
}

/// Whether a text has a year, and beside it a day and a month: `May 2024` and `10:45` do not.
fn is_full_day(text: &str) -> bool {
    let mut numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    numbers.retain(|number| !number.is_empty());
    let year =
        numbers.iter().any(|n| n.len() == 4 && ["19", "20", "25"].iter().any(|y| n.starts_with(y)));
    let letters = text.chars().any(char::is_alphabetic);
    let short = !letters && numbers.len() >= 3 && numbers.iter().take(3).all(|n| n.len() <= 2);
    let packed = numbers.first().is_some_and(|n| n.len() == 8 && n.starts_with("20"));
    (year && (numbers.len() >= 3 || (letters && numbers.len() >= 2)))
        || (short && !text.contains(':'))
        || packed
}
