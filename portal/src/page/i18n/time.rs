//! Dates and times as people read them, made by the browser's `Intl` in the reader's own zone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Date, Function, Intl};
use shared::time::Timestamp;
use wasm_bindgen::JsValue;

use super::{Language, current, locale_array, options, words};

type Style = &'static [(&'static str, &'static str)];

const CLOCK: Style = &[("hour", "numeric"), ("minute", "2-digit")];
const DAY: Style = &[("month", "short"), ("day", "numeric")];
const DAY_OF_YEAR: Style = &[("month", "short"), ("day", "numeric"), ("year", "numeric")];
const LONG_DAY: Style = &[("weekday", "long"), ("month", "long"), ("day", "numeric")];
const LONG_DAY_OF_YEAR: Style =
    &[("weekday", "long"), ("month", "long"), ("day", "numeric"), ("year", "numeric")];

thread_local! {
    /// Making a format takes a thousand times longer than using it.
    static FORMATS: RefCell<BTreeMap<Style, Function>> = const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn forget_formats() {
    FORMATS.with_borrow_mut(BTreeMap::clear);
}

pub(crate) fn now() -> Timestamp {
    of_date(&Date::new_0())
}

/// "9:12 am".
pub(crate) fn clock(at: Timestamp) -> String {
    let text = format(CLOCK, at);
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
    to_date(at).get_full_year() == Date::new_0().get_full_year()
}

fn format(style: Style, at: Timestamp) -> String {
    let format = FORMATS.with_borrow_mut(|formats| {
        let make = || Intl::DateTimeFormat::new(&locale_array(), &options(style)).format();
        formats.entry(style).or_insert_with(make).clone()
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
