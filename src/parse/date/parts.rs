//! The parts of a date. Each is recognised by its form: times, zones, units, months.
use jiff::civil::Date;

use super::tokens::Token;
use super::words;

/// Two-digit years from here on belong to the 20th century.
const CENTURY_PIVOT: i64 = 70;

/// The parts found so far.
#[derive(Debug, Default)]
pub(super) struct DateParts {
    /// Not yet checked: the calendar check is made when all parts are known.
    pub(super) year: Option<i64>,
    pub(super) month: Option<i64>,
    pub(super) day: Option<i64>,
    /// Hour, minute, second, millisecond.
    pub(super) time: Option<[i64; 4]>,
    /// Half of the day, where hours are counted to twelve.
    pub(super) afternoon: Option<bool>,
    /// Minutes east of Greenwich.
    pub(super) zone: Option<i32>,
    /// Used only if the text names no zone.
    pub(super) implied_zone: Option<i32>,
    /// Numbers without a known meaning.
    pub(super) unassigned: Vec<(i64, usize, char)>,
    /// The month came from the first word. That may be a weekday that looks like a month, so a
    /// later month replaces it.
    pub(super) month_is_first_word: bool,
    /// The month is Thai, so a year above 2400 is of the Buddhist calendar.
    pub(super) thai: bool,
}

impl DateParts {
    /// Reads a text of digits only: seconds since 1970, or a date without separators.
    pub(super) fn only_number(&mut self, tokens: &[Token]) -> Option<()> {
        let (value, digits) = match tokens {
            [Token::Number(value, digits, None)] => (*value, *digits),
            // Some feeds write the year as `-03`.
            [Token::Sign('-'), Token::Number(value, 4, None)] => {
                self.set_day(Some(short_year(value / 100, 2)), Some(value % 100), Some(1));
                return Some(());
            }
            _ => return None,
        };
        match digits {
            4 => self.set_day(Some(value), Some(1), Some(1)),
            5 => self.set_ordinal(short_year(value / 1_000, 2), value % 1_000),
            6 if (1..=12).contains(&(value / 100 % 100)) => {
                let year = short_year(value / 10_000, 2);
                self.set_day(Some(year), Some(value / 100 % 100), Some(value % 100));
            }
            6 => self.set_day(Some(value / 100), Some(value % 100), Some(1)),
            7 => self.set_ordinal(value / 1_000, value % 1_000),
            8 => self.set_packed_day(value),
            9..=11 => self.set_instant(value.checked_mul(1_000)?),
            12 | 13 => self.set_instant(value),
            14 => {
                self.set_packed_day(value / 1_000_000);
                self.time = Some([value / 10_000 % 100, value / 100 % 100, value % 100, 0]);
            }
            _ => {}
        }
        Some(())
    }

    pub(super) fn set_day(&mut self, year: Option<i64>, month: Option<i64>, day: Option<i64>) {
        (self.year, self.month, self.day) = (year, month, day);
    }

    /// Sets a date of eight digits (`20260105`).
    fn set_packed_day(&mut self, value: i64) {
        self.set_day(Some(value / 10_000), Some(value / 100 % 100), Some(value % 100));
    }

    /// Sets the date by the number of the day in its year.
    pub(super) fn set_ordinal(&mut self, year: i64, day: i64) {
        let date = i16::try_from(year)
            .ok()
            .and_then(|year| Date::new(year, 1, 1).ok())
            .filter(|date| (1..=i64::from(date.days_in_year())).contains(&day))
            .and_then(|date| date.checked_add(jiff::Span::new().days(day.saturating_sub(1))).ok());
        if let Some(date) = date {
            let (month, day) = (i64::from(date.month()), i64::from(date.day()));
            self.set_day(Some(i64::from(date.year())), Some(month), Some(day));
        }
    }

    /// Milliseconds since the epoch.
    fn set_instant(&mut self, milliseconds: i64) {
        self.set_day(Some(1970), Some(1), Some(1));
        self.time = Some([0, 0, 0, milliseconds]);
    }

    /// Reads each part in turn. `None` at the first part that has no meaning: then the text is not
    /// a date.
    pub(super) fn walk(&mut self, tokens: &[Token]) -> Option<()> {
        let mut at = 0;
        let mut before = ' ';
        while let Some(token) = tokens.get(at) {
            let rest = tokens.get(at..).unwrap_or_default();
            let taken = match token {
                Token::Space => 1,
                Token::Sign(sign) => {
                    let taken = self.sign(*sign, rest);
                    if taken == 1 {
                        before = *sign;
                    }
                    at = at.saturating_add(taken);
                    continue;
                }
                Token::Number(..) => self.number(rest, before)?,
                Token::Word(_) => self.word(rest, at == 0)?,
            };
            if !matches!(token, Token::Space) || before != '-' {
                before = ' ';
            }
            at = at.saturating_add(taken);
        }
        Some(())
    }

    /// Reads a sign: the beginning of a zone, or a separator. Returns how many tokens it took.
    fn sign(&mut self, sign: char, rest: &[Token]) -> usize {
        let whole_day = self.unassigned.len() >= 3
            || (self.unassigned.len() == 2 && (self.month.is_some() && !self.month_is_first_word));
        if !matches!(sign, '+' | '-') || (self.time.is_none() && !(whole_day && sign == '+')) {
            return 1;
        }
        let (minutes, taken) = match rest.get(1..).unwrap_or_default() {
            [
                Token::Number(hours, 1 | 2, None),
                Token::Sign(':'),
                Token::Number(minutes, 2, None),
                ..,
            ] => (hours * 60 + minutes, 4),
            [Token::Number(hours, 1 | 2, None), ..] => (hours * 60, 2),
            [Token::Number(value, 3 | 4, None), ..] => (value / 100 * 60 + value % 100, 2),
            _ => return 1,
        };
        let Ok(minutes) = i32::try_from(minutes) else { return 1 };
        self.zone = Some(if sign == '-' { -minutes } else { minutes });
        taken
    }

    /// Reads a number: a time, a packed date, a part with its unit, or a number whose meaning is
    /// found later. Returns how many tokens it took.
    fn number(&mut self, rest: &[Token], before: char) -> Option<usize> {
        let Some(Token::Number(value, digits, unit)) = rest.first() else { return None };
        if let Some(unit) = unit {
            self.unit(*value, *digits, *unit)?;
            return Some(1);
        }
        let clock = match rest.get(1) {
            Some(Token::Sign(':')) => true,
            Some(Token::Word(word)) => {
                word == "h" && matches!(rest.get(2), Some(Token::Number(..)))
            }
            _ => false,
        };
        if clock {
            return self.clock(rest);
        }
        if let Some(Token::Word(word)) = rest.iter().skip(1).find(|token| **token != Token::Space)
            && self.time.is_none()
            && *digits <= 2
            && words::afternoon(word).is_some()
            && (self.month.is_some() || self.unassigned.len() >= 3)
        {
            self.time = Some([*value, 0, 0, 0]);
            return Some(1);
        }
        if *digits == 8 && self.unassigned.is_empty() && self.month.is_none() {
            self.set_packed_day(*value);
            return Some(1);
        }
        // `20260105T100000`.
        if matches!(digits, 4 | 6)
            && self.day.is_some()
            && self.unassigned.is_empty()
            && self.time.is_none()
            && self.year.is_some()
        {
            let value = if *digits == 4 { value.checked_mul(100)? } else { *value };
            self.time = Some([value / 10_000, value / 100 % 100, value % 100, 0]);
            return Some(1);
        }
        self.unassigned.push((*value, *digits, before));
        Some(1)
    }

    /// Sets the part that a unit names.
    fn unit(&mut self, value: i64, digits: usize, unit: char) -> Option<()> {
        let mut word = [0; 4];
        if let Some(zone) = words::language_offset(unit.encode_utf8(&mut word)) {
            self.implied_zone = Some(zone);
        }
        let mut part = |index: usize| -> Option<()> {
            *self.time.get_or_insert_default().get_mut(index)? = value;
            Some(())
        };
        match unit {
            '年' | '년' => {
                // A year counted in a reign or a republic: the name of the era gave the year before
                // its first.
                self.year = Some(match self.year {
                    Some(beginning) => beginning.checked_add(value)?,
                    None => short_year(value, digits),
                });
            }
            '月' | '월' => self.month = Some(value),
            '日' | '일' => self.day = Some(value),
            '分' | '분' => part(1)?,
            '秒' | '초' => part(2)?,
            _ => part(0)?,
        }
        Some(())
    }

    /// Reads a time: `h:m`, `h:m:s`, `h:m:s.f`, `15h30`.
    fn clock(&mut self, rest: &[Token]) -> Option<usize> {
        let number = |at: usize| match rest.get(at) {
            Some(Token::Number(value, digits, _)) => Some((*value, *digits)),
            _ => None,
        };
        let sign = |at: usize, sign: char| rest.get(at) == Some(&Token::Sign(sign));
        let mut time = [number(0)?.0, number(2)?.0, 0, 0];
        if self.time.is_some() {
            return None;
        }
        let mut taken = 3;
        if sign(3, ':') {
            time[2] = number(4)?.0;
            taken = 5;
            if sign(5, ':') {
                return None;
            }
            if (sign(5, '.') || sign(5, ','))
                && let Some((value, digits)) = number(6)
            {
                time[3] = thousandths(value, digits);
                taken = 7;
            }
        }
        self.time = Some(time);
        Some(taken)
    }

    /// Reads a word: a month, a half of the day, a zone, or a word without meaning.
    fn word(&mut self, rest: &[Token], first: bool) -> Option<usize> {
        let Some(Token::Word(word)) = rest.first() else { return None };
        if let Some(zone) = words::language_offset(word) {
            self.implied_zone = Some(zone);
        }
        if let Some(afternoon) = words::afternoon(word) {
            self.afternoon = Some(afternoon);
            return Some(1);
        }
        if let Some(taken) = self.dotted(word, rest) {
            return Some(taken);
        }
        // `tháng 5`: Vietnamese writes the month as a number after the word for month.
        if matches!(word.as_str(), "tháng" | "thang" | "thg")
            && let Some(Token::Number(month, 1 | 2, None)) =
                rest.iter().skip(1).find(|token| **token != Token::Space)
        {
            let taken = rest.iter().position(|token| matches!(token, Token::Number(..)))?;
            self.month = Some(*month);
            return taken.checked_add(1);
        }
        if let Some(era) = words::era(word) {
            self.year = Some(era);
            return Some(1);
        }
        if (self.month.is_none() || self.month_is_first_word)
            && let Some(month) = words::month(word)
        {
            self.month = Some(i64::from(month));
            self.month_is_first_word = first;
            self.thai = word.starts_with(is_thai);
            return Some(1);
        }
        if first || words::is_noise(word) && words::zone_offset(word).is_none() {
            return Some(1);
        }
        if !word.is_ascii() && !word.starts_with(is_european) {
            return Some(1);
        }
        self.zone_word(word, rest)
    }

    /// Reads `a.m.`, `p. m.`, and Thai months, which are two letters with dots.
    fn dotted(&mut self, word: &str, rest: &[Token]) -> Option<usize> {
        let (second, taken) = match rest {
            [_, Token::Sign('.'), Token::Word(second), ..] => (second, 3),
            [_, Token::Sign('.'), Token::Space, Token::Word(second), ..] => (second, 4),
            _ => return None,
        };
        if matches!(word, "a" | "p") && second == "m" {
            self.afternoon = Some(word == "p");
            return Some(taken);
        }
        let month = words::thai_month(word, second).filter(|_| self.month.is_none())?;
        (self.month, self.thai) = (Some(i64::from(month)), true);
        Some(taken)
    }

    /// Reads a word that can only be a time zone.
    fn zone_word(&mut self, word: &str, rest: &[Token]) -> Option<usize> {
        let has_day = self.time.is_some()
            || self.unassigned.len().saturating_add(usize::from(self.month.is_some())) >= 3;
        if let Some(zone) = words::zone_offset(word)
            && rest.get(1) != Some(&Token::Sign('/'))
        {
            if !has_day {
                return words::is_noise(word).then_some(1);
            }
            self.zone = self.zone.or(Some(zone));
            return Some(1);
        }
        if !has_day || self.zone.is_some() {
            return None;
        }
        // `Region/City` of the zone database. The city may have several words.
        let mut taken = 1_usize;
        while let Some([Token::Sign('/' | '_'), Token::Word(part)]) =
            rest.get(taken..taken.saturating_add(2))
        {
            if let Some(zone) = words::city_offset(part) {
                self.zone = Some(zone);
            }
            taken = taken.saturating_add(2);
        }
        // An unknown zone name after the time. The time is read as UTC: an error of some hours is
        // better than no date.
        (taken > 1 || (word.len() <= 5 && word.is_ascii())).then_some(taken)
    }
}

/// Thai letters, which only Thai months have.
fn is_thai(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{e7f}')
}

/// Latin, Greek and Cyrillic letters. A word of other letters between the parts of a date is mostly
/// a particle, so it is skipped.
fn is_european(character: char) -> bool {
    matches!(character, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}')
}

/// The first three digits of a fraction of a second.
fn thousandths(value: i64, digits: usize) -> i64 {
    let power = |places: usize| 10_i64.pow(u32::try_from(places.min(17)).unwrap_or(0));
    match digits {
        ..3 => value.saturating_mul(power(3_usize.saturating_sub(digits))),
        3..=18 => value / power(digits.saturating_sub(3)),
        _ => 0,
    }
}

/// A year of two digits in full.
pub(super) fn short_year(value: i64, digits: usize) -> i64 {
    match value {
        _ if digits > 2 => value,
        0..CENTURY_PIVOT => value.saturating_add(2_000),
        _ => value.saturating_add(1_900),
    }
}
