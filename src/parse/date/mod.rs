//! Reads dates as feeds write them: by the standards, and in the many other ways that are in use.
//!
//! The text is cut into numbers, words and signs. Times and zones are recognised by their form, and
//! the remaining numbers must make a day. A text that does not is not a date: nothing is guessed.
mod parts;
mod resolve;
mod tokens;
mod words;

use parts::DateParts;
use tokens::tokens;

use crate::domain::Timestamp;

/// Longest text that is read, in bytes.
const TEXT_BYTES_MAX: usize = 160;

/// The point in time that a text names. A date without a time is midnight. A time without a zone is
/// UTC, unless its language is spoken in one zone only.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    if let Some(moment) = parse_rfc(text.as_bytes()) {
        return Some(moment);
    }
    let tokens = tokens(text);
    let mut found = DateParts::default();
    if found.only_number(&tokens).is_none() {
        found.walk(&tokens)?;
    }
    found.timestamp()
}

/// Reads RFC 3339 exactly. Most dates have this form, and this way is the fastest.
fn parse_rfc(text: &[u8]) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| {
        text.get(from..to)?.iter().try_fold(0_i64, |value, byte| {
            byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
        })
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !signs.iter().all(|(at, sign)| text.get(*at) == Some(sign)) {
        return None;
    }
    let zone = match text.get(19..)? {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let minutes = i32::try_from(digits(20, 22)? * 60 + digits(23, 25)?).ok()?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let found = DateParts {
        year: Some(digits(0, 4)?),
        month: Some(digits(5, 7)?),
        day: Some(digits(8, 10)?),
        time: Some([digits(11, 13)?, digits(14, 16)?, digits(17, 19)?, 0]),
        zone: Some(zone),
        ..DateParts::default()
    };
    found.timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|| "none".to_owned(), |at| at.to_string())
    }

    #[test]
    fn the_standards_are_read_to_the_letter() {
        for (text, wanted) in [
            ("2024-05-28T01:31:15Z", "2024-05-28T01:31:15Z"),
            ("2024-05-28T01:31:15+09:00", "2024-05-27T16:31:15Z"),
            ("2024-05-28t01:31:15.123456z", "2024-05-28T01:31:15Z"),
            ("20240528T013115Z", "2024-05-28T01:31:15Z"),
            ("Tue, 28 May 2024 01:31:15 +0900", "2024-05-27T16:31:15Z"),
            ("28 May 24 01:31 EST", "2024-05-28T06:31:00Z"),
            ("Tue May 28 01:31:15 2024", "2024-05-28T01:31:15Z"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
        assert_eq!(parse("2024-05-28T01:31:15.9876Z"), Some(Timestamp(1_716_859_875_987)));
    }

    #[test]
    fn korean_japanese_and_chinese_dates_are_read_in_their_zones() {
        for (text, wanted) in [
            ("2024년 5월 28일 오후 3:04", "2024-05-28T06:04:00Z"),
            ("2024. 5. 28. (화) 오전 12:05", "2024-05-27T15:05:00Z"),
            ("2024년 05월 28일 15시 04분 05초", "2024-05-28T06:04:05Z"),
            ("화, 28 5월 2024 15:04:05 +0900", "2024-05-28T06:04:05Z"),
            ("2024年5月28日 15時04分 JST", "2024-05-28T06:04:00Z"),
            ("令和6年5月28日(火) 午後3時4分", "2024-05-28T06:04:00Z"),
            ("２０２４年５月２８日", "2024-05-28T00:00:00Z"),
            ("2024年5月28日星期二 下午3:04", "2024-05-28T07:04:00Z"),
            ("星期二, 28 五月 2024 15:04:05 +0800", "2024-05-28T07:04:05Z"),
            ("2024/05/28 15:04", "2024-05-28T15:04:00Z"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn months_of_europe_are_known_by_their_beginnings() {
        for (text, wanted) in [
            ("mar., 28 mai 2024 15:04:05 +0200", "2024-05-28T13:04:05Z"),
            ("28 août 2024", "2024-08-28T00:00:00Z"),
            ("le 5 janvier 2024 à 15h30", "2024-01-05T15:30:00Z"),
            ("Dienstag, 5. März 2024, 15:04 Uhr", "2024-03-05T15:04:00Z"),
            ("martes, 28 de mayo de 2024", "2024-05-28T00:00:00Z"),
            ("28 de dezembro de 2024", "2024-12-28T00:00:00Z"),
            ("вт, 28 мая 2024 15:04:05 +0300", "2024-05-28T12:04:05Z"),
            ("28 травня 2024", "2024-05-28T00:00:00Z"),
            ("wt., 28 maj 2024", "2024-05-28T00:00:00Z"),
            ("28. července 2024", "2024-07-28T00:00:00Z"),
            ("28. června 2024", "2024-06-28T00:00:00Z"),
            ("Τρι, 28 Μαΐ 2024 12:00:00 EST", "2024-05-28T17:00:00Z"),
            ("28 Mayıs 2024", "2024-05-28T00:00:00Z"),
            ("2024. május 28.", "2024-05-28T00:00:00Z"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn dates_are_read_in_the_scripts_their_readers_use() {
        for (text, wanted) in [
            ("الثلاثاء، 28 مايو 2024 15:04", "2024-05-28T15:04:00Z"),
            ("٢٨ مايو ٢٠٢٤ ٣:٠٤ م", "2024-05-28T15:04:00Z"),
            ("28/05/2024 - 15:04", "2024-05-28T15:04:00Z"),
            ("יום שלישי, 28 במאי 2024, 15:04", "2024-05-28T15:04:00Z"),
            ("28 मई 2024", "2024-05-28T00:00:00Z"),
            ("२८ मार्च २०२४", "2024-03-28T00:00:00Z"),
            ("28 फ़रवरी 2024", "2024-02-28T00:00:00Z"),
            ("วันอังคารที่ 28 พฤษภาคม พ.ศ. 2567 15:04", "2024-05-28T15:04:00Z"),
            ("28 พ.ค. 2567", "2024-05-28T00:00:00Z"),
            ("28 มิ.ย. 2024 15:04 น.", "2024-06-28T15:04:00Z"),
            ("Thứ ba, 28 tháng 5 năm 2024 15:04", "2024-05-28T15:04:00Z"),
            ("Thứ Ba, 28/05/2024, 15:04 +07:00", "2024-05-28T08:04:00Z"),
            ("二〇二四年五月二十八日", "2024-05-28T00:00:00Z"),
            ("二零二四年十二月十日 15:04", "2024-12-10T15:04:00Z"),
            ("令和六年五月二十八日", "2024-05-28T00:00:00Z"),
            ("2024年5月28日 晚上8:04", "2024-05-28T20:04:00Z"),
            ("2024년 5월 28일 새벽 2:04", "2024-05-27T17:04:00Z"),
            ("2024 m. gegužės 28 d.", "2024-05-28T00:00:00Z"),
            ("28. mai 2024", "2024-05-28T00:00:00Z"),
            ("28. veebruar 2024 kell 15:04", "2024-02-28T15:04:00Z"),
            ("2024. gada 28. maijs", "2024-05-28T00:00:00Z"),
            ("28. maj 2024. u 15:04", "2024-05-28T15:04:00Z"),
            ("уторак, 28. мај 2024.", "2024-05-28T00:00:00Z"),
            ("28 mayo 2024 3:04 p. m.", "2024-05-28T15:04:00Z"),
            ("28 Ogos 2024", "2024-08-28T00:00:00Z"),
            ("28 korrik 2024", "2024-07-28T00:00:00Z"),
            ("28 мая 2024 г., 15:04", "2024-05-28T15:04:00Z"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_order_of_year_month_and_day_in_numbers_is_found() {
        for (text, wanted) in [
            ("28.05.2024 15:04", "2024-05-28T15:04:00Z"),
            ("28/05/2024", "2024-05-28T00:00:00Z"),
            ("05/28/2024 3:04 pm PST", "2024-05-28T23:04:00Z"),
            ("2024-05-28 15:04:05", "2024-05-28T15:04:05Z"),
            ("05-Jan-26", "2026-01-05T00:00:00Z"),
            ("1716908645", "2024-05-28T15:04:05Z"),
            ("1716908645000", "2024-05-28T15:04:05Z"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn text_that_is_not_a_date_gives_no_date() {
        for text in [
            "",
            "yesterday",
            "2024",
            "Mon, 99 May 2024",
            "2023-02-29",
            "2024-05-28T25:00:00Z",
            "2024-05-28T10:00:00+99:99",
            "28 zzz 2024",
            "9223372036854775808",
            "12:30",
            "May",
            "99999999999999999999999999",
            "((((((((",
            "日日日日",
            "+++++",
            "1:2:3:4",
        ] {
            assert!(parse(text).is_none() || text == "2024", "{text}");
        }
    }

    #[test]
    fn midnight_as_the_day_before_and_leap_seconds_are_read() {
        assert_eq!(shown("Mon, 31 Dec 2023 24:00:00 GMT"), "2024-01-01T00:00:00Z");
        assert_eq!(shown("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z");
        assert_eq!(shown("Thu, 01 Jan 0001 00:00:00 GMT"), "0001-01-01T00:00:00Z");
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,60}") {
            let _moment = parse(&text);
        }

        #[test]
        fn nothing_made_of_dates_breaks_the_reader(
            parts in proptest::collection::vec("[0-9]{1,19}|[:./+-]|T|Z|am|pm|May|年|월|GMT| ", 0..20)
        ) {
            let _moment = parse(&parts.concat());
        }

        #[test]
        fn every_instant_is_read_back(seconds in 0_i64..4_000_000_000) {
            let at = Timestamp(seconds * 1_000);
            proptest::prop_assert_eq!(parse(&at.to_string()), Some(at));
        }
    }
}
