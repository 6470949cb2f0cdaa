//! A date as far as somebody knew it: "2019", "2019-03", "2019-03-04", or to the second with or
//! without an offset. What was not said stays unsaid, and a date without a time never meets an
//! offset, so that it never moves by a day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MILLIS_PER_DAY, Timestamp, Zone};

const MILLIS_PER_MINUTE: i64 = 60_000;
/// Far more than any place on Earth is from Greenwich.
const OFFSET_MINUTES_MAX: i16 = 18 * 60;

/// The text was not a date of any precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct NotADate;

/// One day of the calendar, wherever it is lived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    pub year: i16,
    pub month: u8,
    pub day: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialDate {
    Year(i16),
    Month { year: i16, month: u8 },
    Day(Day),
    Time(Day, TimeOfDay),
}

/// What the clock on the wall showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeOfDay {
    pub millis: u32,
    /// Nothing if the source did not say where that wall was.
    pub offset_minutes: Option<i16>,
}

impl Day {
    /// Nothing if the calendar has no such day.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let known = (1..=9999).contains(&year) && (1..=days).contains(&day);
        known.then_some(Self { year, month, day })
    }

    /// Days since 1970-01-01. The algorithm is Howard Hinnant's `days_from_civil`: a year that
    /// begins in March has its leap day at the end.
    pub fn number(self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day with this number; one outside of the years 1 to 9999 becomes the nearest.
    pub fn from_number(number: i64) -> Self {
        let shifted = number.clamp(-719_162, 2_932_896) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: i16::try_from(year).expect("the number was clamped to four digits of year"),
            month: u8::try_from(month).expect("a month is at most 12"),
            day: u8::try_from(day).expect("a day is at most 31"),
        }
    }

    /// 0 is Monday.
    pub fn weekday(self) -> u8 {
        u8::try_from((self.number() + 3).rem_euclid(7)).expect("a week has seven days")
    }

    pub fn plus_days(self, days: i64) -> Self {
        Self::from_number(self.number().saturating_add(days))
    }
}

impl PartialDate {
    pub fn year(self) -> i16 {
        match self {
            Self::Year(year) | Self::Month { year, .. } => year,
            Self::Day(day) | Self::Time(day, _) => day.year,
        }
    }

    /// A moment as a clock with this offset showed it.
    pub fn at(moment: Timestamp, zone: &Zone) -> Self {
        let offset = zone.offset_minutes_at(moment);
        let local = moment.millis().saturating_add(i64::from(offset) * MILLIS_PER_MINUTE);
        let millis = u32::try_from(local.rem_euclid(MILLIS_PER_DAY));
        Self::Time(
            Day::from_number(local.div_euclid(MILLIS_PER_DAY)),
            TimeOfDay {
                millis: millis.expect("a day has fewer milliseconds than a u32"),
                offset_minutes: Some(offset),
            },
        )
    }

    /// The moment itself; nothing if the time or the offset was not said.
    pub fn moment(self) -> Option<Timestamp> {
        let Self::Time(day, time) = self else {
            return None;
        };
        let offset = i64::from(time.offset_minutes?) * MILLIS_PER_MINUTE;
        let local = day.number() * MILLIS_PER_DAY + i64::from(time.millis);
        Some(Timestamp::from_millis(local - offset))
    }

    /// The day that was written, wherever it was lived. Nothing if none was.
    pub fn day(self) -> Option<Day> {
        match self {
            Self::Year(_) | Self::Month { .. } => None,
            Self::Day(day) | Self::Time(day, _) => Some(day),
        }
    }

    /// The day it is filed under: of a moment the day at the clinic, of everything else the day
    /// that was written. Nothing if no day was said.
    pub fn day_in(self, zone: &Zone) -> Option<Day> {
        match self {
            Self::Year(_) | Self::Month { .. } => None,
            Self::Day(day) => Some(day),
            Self::Time(day, _) => match self.moment() {
                Some(moment) => Some(zone.day_of(moment)),
                None => Some(day),
            },
        }
    }

    /// Whether all that this date may mean lies before all that the other one may mean.
    pub fn ends_before(self, other: Self) -> bool {
        if let (Some(first), Some(second)) = (self.moment(), other.moment()) {
            return first < second;
        }
        if let (Self::Time(day, time), Self::Time(other_day, other_time)) = (self, other) {
            return (day, time.millis) < (other_day, other_time.millis);
        }
        // The thirty-first of every month is enough to compare with.
        let last = match self {
            Self::Year(year) => Day { year, month: 12, day: 31 },
            Self::Month { year, month } => Day { year, month, day: 31 },
            Self::Day(day) | Self::Time(day, _) => day,
        };
        let first = match other {
            Self::Year(year) => Day { year, month: 1, day: 1 },
            Self::Month { year, month } => Day { year, month, day: 1 },
            Self::Day(day) | Self::Time(day, _) => day,
        };
        last < first
    }

    /// Sorts dates of every precision on one line: what is less precise stands before everything
    /// that it may mean.
    pub fn order_in(self, zone: &Zone) -> (i64, u8) {
        let start = |day: Day| day.number() * MILLIS_PER_DAY;
        match self {
            Self::Year(year) => {
                let (month, day) = (1, 1);
                (start(Day { year, month, day }), 0)
            }
            Self::Month { year, month } => {
                let day = 1;
                (start(Day { year, month, day }), 1)
            }
            Self::Day(day) => (start(day), 2),
            Self::Time(day, time) => match self.moment() {
                Some(moment) => (zone.local_millis(moment), 3),
                None => (start(day) + i64::from(time.millis), 3),
            },
        }
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let text = text.trim();
        if !text.is_ascii() {
            return Err(NotADate);
        }
        let (date, time) = match text.find(['T', 't', ' ']) {
            Some(place) => (&text[..place], Some(&text[place + 1..])),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let year = number(parts.next(), 4)?;
        let year = i16::try_from(year).map_err(|_| NotADate)?;
        let Some(month) = parts.next() else {
            let known = year >= 1 && time.is_none();
            return known.then_some(Self::Year(year)).ok_or(NotADate);
        };
        let month = u8::try_from(number(Some(month), 2)?).map_err(|_| NotADate)?;
        let Some(day) = parts.next() else {
            Day::new(year, month, 1).ok_or(NotADate)?;
            let known = time.is_none();
            return known.then_some(Self::Month { year, month }).ok_or(NotADate);
        };
        let day = u8::try_from(number(Some(day), 2)?).map_err(|_| NotADate)?;
        let day = Day::new(year, month, day).ok_or(NotADate)?;
        if parts.next().is_some() {
            return Err(NotADate);
        }
        match time {
            None => Ok(Self::Day(day)),
            Some(time) => Ok(Self::Time(day, read_time(time)?)),
        }
    }
}

fn read_time(text: &str) -> Result<TimeOfDay, NotADate> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(place) => (&text[..place], Some(read_offset(&text[place..])?)),
        None => (text, None),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = number(parts.next(), 2)?;
    let minute = number(parts.next(), 2)?;
    let second = match parts.next() {
        Some(second) => number(Some(second), 2)?,
        None => 0,
    };
    let sane = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    if !sane || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotADate);
    }
    let thousandths = fraction.bytes().chain(*b"000").take(3);
    let thousandths = thousandths.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    // A leap second is shown as the one before it.
    let millis = ((hour * 60 + minute) * 60 + second.min(59)) * 1000 + thousandths;
    Ok(TimeOfDay { millis, offset_minutes: offset })
}

fn read_offset(text: &str) -> Result<i16, NotADate> {
    if text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let (sign, digits) = match text.split_at(1) {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return Err(NotADate),
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = match digits.len() {
        2 => (number(Some(&digits), 2)?, 0),
        4 => (number(Some(&digits[..2]), 2)?, number(Some(&digits[2..]), 2)?),
        _ => return Err(NotADate),
    };
    let minutes = i16::try_from(hours * 60 + minutes).map_err(|_| NotADate)?;
    let known = minutes <= OFFSET_MINUTES_MAX;
    known.then_some(sign * minutes).ok_or(NotADate)
}

fn number(text: Option<&str>, digits: usize) -> Result<u32, NotADate> {
    let text = text.filter(|text| text.len() == digits).ok_or(NotADate)?;
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits {
        return Err(NotADate);
    }
    text.parse().map_err(|_| NotADate)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Time(day, time) => write!(f, "{day}T{time}"),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.millis / 1000, self.millis % 1000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        write!(f, "{:02}:{:02}:{second:02}", minutes / 60, minutes % 60)?;
        if millis > 0 {
            write!(f, ".{millis:03}")?;
        }
        match self.offset_minutes {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let offset = offset.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60)
            }
        }
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(Day, PartialDate);

impl FromStr for Day {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        match text.parse()? {
            PartialDate::Day(day) => Ok(day),
            PartialDate::Year(_) | PartialDate::Month { .. } | PartialDate::Time(..) => {
                Err(NotADate)
            }
        }
    }
}

#[cfg(test)]
mod tests;
