//! Dates and times as people read them, made by the browser's `Intl` in the reader's own zone.

use std::cell::RefCell;

use js_sys::{Date, Function, Intl};
use shared::time::{Day, PartialDate, Timestamp, Zone};
use wasm_bindgen::JsValue;

use super::{Language, current, locale_array, options, words};

type Style = &'static [(&'static str, &'static str)];

const CLOCK: Style = &[("hour", "numeric"), ("minute", "2-digit")];
const DAY: Style = &[("month", "short"), ("day", "numeric")];
const DAY_OF_YEAR: Style = &[("month", "short"), ("day", "numeric"), ("year", "numeric")];
const LONG_DAY: Style = &[("weekday", "long"), ("month", "long"), ("day", "numeric")];
const LONG_DAY_OF_YEAR: Style =
    &[("weekday", "long"), ("month", "long"), ("day", "numeric"), ("year", "numeric")];

/// What is only a day is the same day everywhere, so it never meets the reader's zone.
const EVERYWHERE: (&str, &str) = ("timeZone", "UTC");
const MONTH: Style = &[("month", "long"), ("year", "numeric"), EVERYWHERE];
const DATE: Style = &[("month", "short"), ("day", "numeric"), EVERYWHERE];
const DATE_OF_YEAR: Style =
    &[("month", "short"), ("day", "numeric"), ("year", "numeric"), EVERYWHERE];
const LONG_DATE: Style = &[("month", "long"), ("day", "numeric"), ("year", "numeric"), EVERYWHERE];
const DAY_OF_WEEK: Style = &[("weekday", "long"), EVERYWHERE];
const WEEKDAY: Style = &[("weekday", "long"), ("month", "long"), ("day", "numeric"), EVERYWHERE];
const WEEKDAY_OF_YEAR: Style =
    &[("weekday", "long"), ("month", "long"), ("day", "numeric"), ("year", "numeric"), EVERYWHERE];
const CLOCK_THERE: Style = &[("hour", "numeric"), ("minute", "2-digit"), EVERYWHERE];
const MILLIS_PER_DAY: i64 = 86_400_000;

thread_local! {
    /// Making a format takes a thousand times longer than using it.
    static FORMATS: RefCell<Vec<(Style, Function)>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn forget_formats() {
    FORMATS.with_borrow_mut(Vec::clear);
}

pub(crate) fn now() -> Timestamp {
    of_date(&Date::new_0())
}

/// This moment as a clock on the wall here shows it, with its distance from Greenwich.
pub(crate) fn here_and_now() -> PartialDate {
    here(now())
}

/// "9:12 am".
pub(crate) fn clock(at: Timestamp) -> String {
    quiet(format(CLOCK, at))
}

fn quiet(text: String) -> String {
    match current() {
        // Quieter beside words, and how the rest of the app writes it.
        Language::English | Language::Mirrored => text.replace("AM", "am").replace("PM", "pm"),
        Language::Spanish => text,
    }
}

/// "Friday, November 20"; with the year when it is not this one.
pub(crate) fn long_day(at: Timestamp) -> String {
    format(if is_this_year(at) { LONG_DAY } else { LONG_DAY_OF_YEAR }, at)
}

/// "2026-11-20T14:12:00.000Z": for other programs.
pub(crate) fn exact(at: Timestamp) -> String {
    to_date(at).to_iso_string().into()
}

/// "Today", or the long day: what divides a thread.
pub(crate) fn day_heading(at: Timestamp) -> String {
    if is_today(at) { words::time_today() } else { long_day(at) }
}

/// "Today, 9:12 am", "Nov 14", "Nov 14, 2025": for lists.
pub(crate) fn in_list(at: Timestamp) -> String {
    if is_today(at) {
        words::time_today_at(&clock(at))
    } else {
        format(if is_this_year(at) { DAY } else { DAY_OF_YEAR }, at)
    }
}

/// "9:12 am" today, "Nov 14, 9:12 am" before.
pub(crate) fn moment(at: Timestamp) -> String {
    if is_today(at) { clock(at) } else { words::time_day_at(&in_list(at), &clock(at)) }
}

/// "Nov 14", "Nov 14, 2025", "March 2019" or "2019": as far as somebody knew it.
pub(crate) fn date(when: PartialDate) -> String {
    let when = placed(when);
    let this_year = i32::from(when.year()) == year_now();
    match when {
        PartialDate::Year(year) => year.to_string(),
        PartialDate::Month { year, month } => month_of_year(year, month),
        PartialDate::Day(day) | PartialDate::Time(day, _) => {
            format(if this_year { DATE } else { DATE_OF_YEAR }, start_of(day))
        }
    }
}

/// "November 14, 2026", as far as somebody knew it: for headings.
pub(crate) fn long_date(when: PartialDate) -> String {
    match placed(when) {
        PartialDate::Year(year) => year.to_string(),
        PartialDate::Month { year, month } => month_of_year(year, month),
        PartialDate::Day(day) | PartialDate::Time(day, _) => format(LONG_DATE, start_of(day)),
    }
}

/// With the clock where the source said a time: "Nov 14, 9:12 am".
pub(crate) fn date_and_time(when: PartialDate) -> String {
    match wall_clock(when) {
        Some(clock) => words::time_day_at(&date(when), &clock),
        None => date(when),
    }
}

/// "Tuesday, December 1, 10:40 am": when to be somewhere.
pub(crate) fn appointment(when: PartialDate) -> String {
    let (PartialDate::Time(day, _), Some(clock)) = (placed(when), wall_clock(when)) else {
        return long_date(when);
    };
    let this_year = i32::from(day.year) == year_now();
    let style = if this_year { WEEKDAY } else { WEEKDAY_OF_YEAR };
    words::time_day_at(&format(style, start_of(day)), &clock)
}

/// The name of a day, 0 is Monday.
pub(crate) fn day_of_week(day: i64) -> String {
    // 1970-01-05 was one.
    format(DAY_OF_WEEK, Timestamp::from_millis((day + 4) * MILLIS_PER_DAY))
}

/// What the clock on the wall there showed: a visit is when the clinic's clock says so, wherever
/// the reader is.
fn wall_clock(when: PartialDate) -> Option<String> {
    let PartialDate::Time(day, time) = placed(when) else {
        return None;
    };
    let text = format(CLOCK_THERE, start_of(day).plus_millis(i64::from(time.millis)));
    Some(quiet(text))
}

/// A source that writes all its times in UTC does not say where it was: then the reader's own zone
/// is the best guess.
fn placed(when: PartialDate) -> PartialDate {
    match (when, when.moment()) {
        (PartialDate::Time(_, time), Some(at)) if time.offset_minutes == Some(0) => here(at),
        _ => when,
    }
}

fn here(at: Timestamp) -> PartialDate {
    #[expect(clippy::cast_possible_truncation, reason = "no zone is a month away")]
    let minutes_behind = to_date(at).get_timezone_offset() as i16;
    PartialDate::at(at, &Zone::new(vec![(at, -minutes_behind)]))
}

fn month_of_year(year: i16, month: u8) -> String {
    Day::new(year, month, 1).map_or_else(String::new, |day| format(MONTH, start_of(day)))
}

fn start_of(day: Day) -> Timestamp {
    Timestamp::from_millis(day.number() * MILLIS_PER_DAY)
}

/// The same day in the reader's zone.
pub(crate) fn is_same_day(one: Timestamp, other: Timestamp) -> bool {
    let (one, other) = (to_date(one), to_date(other));
    one.get_full_year() == other.get_full_year()
        && one.get_month() == other.get_month()
        && one.get_date() == other.get_date()
}

fn is_today(at: Timestamp) -> bool {
    is_same_day(at, now())
}

fn is_this_year(at: Timestamp) -> bool {
    i64::from(to_date(at).get_full_year()) == i64::from(year_now())
}

#[expect(clippy::cast_possible_wrap, reason = "a year of the calendar")]
fn year_now() -> i32 {
    Date::new_0().get_full_year() as i32
}

fn format(style: Style, at: Timestamp) -> String {
    let format = FORMATS.with_borrow_mut(|formats| {
        if let Some((_, known)) = formats.iter().find(|(known, _)| *known == style) {
            return known.clone();
        }
        let made = Intl::DateTimeFormat::new(&locale_array(), &options(style)).format();
        formats.push((style, made.clone()));
        made
    });
    let text = format.call1(&JsValue::UNDEFINED, &to_date(at));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "JavaScript's dates are whole milliseconds in f64")]
fn to_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}

#[expect(clippy::cast_possible_truncation, reason = "a date of JavaScript fits 53 bits")]
fn of_date(date: &Date) -> Timestamp {
    Timestamp::from_millis(date.get_time() as i64)
}
