//! How long something goes on, how often in all, and on which days: what bounds how often it is taken.

use super::super::datatypes::Amount;
use super::super::lenient::{Many, Text};
use super::{Repeat, Spoken, so_many, to, unit_of, whole};
use crate::time::PartialDate;

/// Days that are named one by one; of more their number is said.
const DAYS_MAX: usize = 8;

/// Months in both languages, as they stand in a day.
const MONTHS: [(&str, &str); 12] = [
    ("Jan", "ene"),
    ("Feb", "feb"),
    ("Mar", "mar"),
    ("Apr", "abr"),
    ("May", "may"),
    ("Jun", "jun"),
    ("Jul", "jul"),
    ("Aug", "ago"),
    ("Sep", "sep"),
    ("Oct", "oct"),
    ("Nov", "nov"),
    ("Dec", "dic"),
];

impl Repeat<'_> {
    /// Each time, in all, and up to when.
    pub(super) fn bounded(&self) -> impl Iterator<Item = Spoken> {
        [self.each_time(), self.in_all(), self.how_long()].into_iter().flatten()
    }

    /// Nothing if the source does not say in what unit.
    fn each_time(&self) -> Option<Spoken> {
        let unit = self.duration_unit.said().or(self.duration_units.said());
        let unit = unit_of(unit.unwrap_or_default())?;
        let [least, most] =
            [&self.duration, &self.duration_max].map(|number| number.said().map(whole));
        let long = |number: &str| so_many(&Spoken::same(number), &unit);
        Some(match (least, most) {
            (Some(least), Some(most)) if least != most => {
                let long = to(&Spoken::same(least), &long(most));
                Spoken::of("for ~ each time", "durante ~ cada vez", &[&long])
            }
            (Some(number), _) => {
                Spoken::of("for ~ each time", "durante ~ cada vez", &[&long(number)])
            }
            (None, Some(most)) => Spoken::of(
                "for up to ~ each time",
                "durante un máximo de ~ cada vez",
                &[&long(most)],
            ),
            (None, None) => return None,
        })
    }

    fn in_all(&self) -> Option<Spoken> {
        let [count, most] = [&self.count, &self.count_max].map(|number| number.said().map(whole));
        let times = |number: &str| match number {
            "1" => Spoken::new("once", "1 vez"),
            _ => Spoken::of("~ times", "~ veces", &[&Spoken::same(number)]),
        };
        Some(match (count, most) {
            (Some(count), Some(most)) if count != most => {
                let times = to(&Spoken::same(count), &times(most));
                Spoken::of("~ in all", "~ en total", &[&times])
            }
            (Some(count), _) => Spoken::of("~ in all", "~ en total", &[&times(count)]),
            (None, Some(most)) => {
                Spoken::of("at most ~ in all", "como máximo ~ en total", &[&times(most)])
            }
            (None, None) => return None,
        })
    }

    fn how_long(&self) -> Option<Spoken> {
        if let Some(lasts) = self.lasts.amount() {
            return Some(Spoken::of("for ~", "durante ~", &[&duration(&lasts)]));
        }
        let (low, high) = (self.lasts_from_to.low.amount(), self.lasts_from_to.high.amount());
        match (&low, &high) {
            (Some(low), Some(high)) => {
                let alike = low.unit_key() == high.unit_key() && low.comparator.is_none();
                let low = if alike { Spoken::same(&low.number) } else { duration(low) };
                return Some(Spoken::of("for ~", "durante ~", &[&to(&low, &duration(high))]));
            }
            (Some(low), None) => {
                return Some(Spoken::of("for at least ~", "durante al menos ~", &[&duration(low)]));
            }
            (None, Some(high)) => {
                let high = [&duration(high)];
                return Some(Spoken::of("for up to ~", "durante un máximo de ~", &high));
            }
            (None, None) => {}
        }
        // The day is enough, whatever the time.
        let written = self.bounds.end.said()?;
        let end = day(written, false);
        let spanish = if end.english == written { "hasta ~" } else { "hasta el ~" };
        Some(Spoken::of("until ~", spanish, &[&end]))
    }
}

/// On these days, each with its time where one is said.
pub(super) fn on_days(events: &Many<Text<'_>>) -> Option<Spoken> {
    let said: Vec<_> = events.iter().filter_map(Text::said).collect();
    let named = said.iter().take(DAYS_MAX).map(|event| day(event, true));
    let named = Spoken::joined(&named.collect::<Vec<_>>(), ", ")?;
    let more = said.len().saturating_sub(DAYS_MAX);
    let number = Spoken::same(&more.to_string());
    Some(match more {
        0 => Spoken::of("on ~", "el ~", &[&named]),
        1 => Spoken::of("on ~, and once more", "el ~, y una vez más", &[&named]),
        _ => Spoken::of("on ~, and ~ more times", "el ~, y ~ veces más", &[&named, &number]),
    })
}

/// "3 Mar 2026", as the source's own clock and calendar had it. What is no day is said as it is written.
fn day(written: &str, with_time: bool) -> Spoken {
    let digits = |place: std::ops::Range<usize>| written.get(place).unwrap_or_default();
    let month =
        digits(5..7).parse().ok().and_then(|month: usize| MONTHS.get(month.checked_sub(1)?));
    // Some times lack their zone; the day in front is one all the same.
    let is_day = matches!(digits(0..10).parse(), Ok(PartialDate::Day(_)));
    let Some((english, spanish)) = month.filter(|_| is_day) else {
        return Spoken::same(written);
    };
    let (year, number) = (digits(0..4), digits(8..10).trim_start_matches('0'));
    let day =
        Spoken::new(&format!("{number} {english} {year}"), &format!("{number} {spanish} {year}"));
    // Midnight is what sources write that know no time.
    let time =
        Some(digits(11..16)).filter(|time| with_time && !time.is_empty() && *time != "00:00");
    match time {
        Some(time) => Spoken::of("~ at ~", "~ a las ~", &[&day, &Spoken::same(time)]),
        None => day,
    }
}

pub(super) fn duration(time: &Amount) -> Spoken {
    let unit = time.ucum.as_deref().or(time.unit.as_deref()).unwrap_or_default();
    match unit_of(unit) {
        Some(unit) if time.comparator.is_none() => so_many(&Spoken::same(&time.number), &unit),
        _ => Spoken::same(&time.words()),
    }
}
