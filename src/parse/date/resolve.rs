//! Puts the parts of a date together: decides which number is the day, and computes the point in
//! time.
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::parts::{DateParts, short_year};
use crate::domain::Timestamp;

/// Largest distance of a zone from Greenwich, in hours. A few feeds add an hour of summer time to
/// the last zone.
const ZONE_HOURS_MAX: i32 = 15;
/// How many years the Buddhist calendar is ahead, and from which year on a Thai date is read in it.
const BUDDHIST_AHEAD: i64 = 543;
/// Earlier years are read as Common Era, because many Thai sites use it.
const BUDDHIST_FROM: i64 = 2_400;

impl DateParts {
    /// Assigns the remaining numbers and computes the point in time.
    pub(super) fn timestamp(mut self) -> Option<Timestamp> {
        self.assign()?;
        let [mut hour, minute, second, milliseconds] = self.time.unwrap_or_default();
        match self.afternoon {
            Some(true) if hour < 12 => hour = hour.checked_add(12)?,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let midnight = hour == 24 && minute == 0;
        let time = Time::new(
            i8::try_from(if midnight { 0 } else { hour }).ok()?,
            i8::try_from(minute).ok()?,
            // A leap second is read as the second before it.
            i8::try_from(if second == 60 { 59 } else { second }).ok()?,
            0,
        );
        let buddhist = self.thai && self.year? >= BUDDHIST_FROM;
        let year = self.year?.checked_sub(if buddhist { BUDDHIST_AHEAD } else { 0 })?;
        let year = i16::try_from(year).ok().filter(|year| (1..=9_999).contains(year))?;
        let date = Date::new(year, i8::try_from(self.month?).ok()?, i8::try_from(self.day?).ok()?);
        let utc = TimeZone::UTC.to_timestamp(date.ok()?.to_datetime(time.ok()?)).ok()?;
        let zone = self.zone.or(self.implied_zone).unwrap_or(0);
        if zone.abs() > ZONE_HOURS_MAX * 60 {
            return None;
        }
        let days = if midnight { 86_400_000 } else { 0 };
        utc.as_millisecond()
            .checked_add(milliseconds)?
            .checked_add(days)?
            .checked_sub(i64::from(zone).checked_mul(60_000)?)
            .map(Timestamp)
    }

    /// Assigns the numbers that have no unit.
    fn assign(&mut self) -> Option<()> {
        if self.unassigned.is_empty() {
            // A year and a month without a day: the first day of the month.
            if self.year.is_some() && self.month.is_some() {
                self.day.get_or_insert(1);
            }
            return Some(());
        }
        if self.month.is_some() { self.assign_beside_month() } else { self.assign_all() }
    }

    /// Assigns a day and a year when the month has a name.
    fn assign_beside_month(&mut self) -> Option<()> {
        match *self.unassigned.as_slice() {
            [(value, digits, _)] if self.year.is_none() && self.day.is_none() => {
                // `Nov. 2020`.
                if digits != 4 {
                    return None;
                }
                (self.year, self.day) = (Some(value), Some(1));
            }
            [(value, ..)] if self.day.is_none() => self.day = Some(value),
            [(value, digits, _)] if self.year.is_none() => {
                self.year = Some(short_year(value, digits));
            }
            [(first, digits, _), (second, ..)] if digits >= 3 || first > 31 => {
                (self.year, self.day) = (Some(short_year(first, digits)), Some(second));
            }
            [(first, ..), (second, digits, _)] => {
                (self.day, self.year) = (Some(first), Some(short_year(second, digits)));
            }
            _ => return None,
        }
        Some(())
    }

    /// Assigns year, month and day when all are numbers. Their order follows from their size and
    /// from the sign between them.
    fn assign_all(&mut self) -> Option<()> {
        let (year, month, day) = match *self.unassigned.as_slice() {
            [(year, 4, _)] => (year, 1, 1),
            [(year, 4, _), (day, 3, _)] => {
                self.set_ordinal(year, day);
                return Some(());
            }
            [(year, 4, _), (month, ..)] | [(month, 1 | 2, _), (year, 4, _)] => (year, month, 1),
            [(year, 2, '-'), (month, ..)] => (short_year(year, 2), month, 1),
            [(year, 4, _), (month, ..), (day, ..)] if month <= 12 => (year, month, day),
            [(year, 4, _), (day, ..), (month, ..)] => (year, month, day),
            [(first, ..), (second, _, sign), (year, digits, _)] => {
                let american = sign == '/' && first <= 12 && digits >= 2;
                if digits <= 2 && (sign == '-' || first > 31) {
                    (short_year(first, 2), second, year)
                } else if american || second > 12 {
                    (short_year(year, digits), first, second)
                } else {
                    (short_year(year, digits), second, first)
                }
            }
            _ => return None,
        };
        self.set_day(Some(year), Some(month), Some(day));
        Some(())
    }
}
