//! A value as a screen shows it: the source's digits and unit, the range that came with it, and
//! where the value stands on a bar.

use serde::{Deserialize, Serialize};

use super::digits::readable;
use crate::fhir::datatypes::Amount;
use crate::fhir::decimal::Decimal;
use crate::fhir::observation::{Band, Flag, Measured, Part};
use crate::time::PartialDate;

/// Blood pressure: the upper and the lower number (LOINC 8480-6 and 8462-4).
pub const PRESSURE: [&str; 2] = ["8480-6", "8462-4"];
/// What a bar or a chart is divided into.
pub const WHOLE: u16 = 1000;
/// A value that is far out still stands inside of the bar.
const AT_LIMITS: (f64, f64) = (0.03, 0.97);

/// What was found. Everything but numbers and the source's words needs words of the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// "7.2", "< 5" or "128/78", and the unit.
    Number {
        text: String,
        unit: Option<String>,
    },
    /// The source's own words.
    Words(String),
    Yes,
    No,
    Date(PartialDate),
    /// From and to.
    Days(PartialDate, PartialDate),
    /// A curve, which no list can show.
    Curve,
    /// No value, and perhaps why in the source's words.
    Missing(Option<String>),
    /// The value is in the parts.
    #[default]
    Parts,
}

/// The range that the source gave with this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRange {
    pub low: Option<String>,
    pub high: Option<String>,
    /// The range in the source's words, where it gave no numbers.
    pub words: Option<String>,
}

/// Where the range and the value stand, in thousandths of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub from: u16,
    pub to: u16,
    pub at: u16,
}

/// One of several numbers of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPart {
    pub name: Option<String>,
    pub loinc: Option<String>,
    pub shown: Shown,
    pub flag: Option<Flag>,
    pub range: Option<ShownRange>,
}

pub fn shown(value: &Measured, parts: &[Part]) -> Shown {
    match value {
        Measured::Amount(amount) => number(amount),
        Measured::Truth { yes: true } => Shown::Yes,
        Measured::Truth { yes: false } => Shown::No,
        Measured::Date { date } => Shown::Date(*date),
        Measured::Period { from: Some(from), to: Some(to) } => Shown::Days(*from, *to),
        Measured::Period { from, to } => match from.or(*to) {
            Some(date) => Shown::Date(date),
            None => Shown::Missing(None),
        },
        Measured::Curve => Shown::Curve,
        Measured::Absent { .. } | Measured::Nothing if !parts.is_empty() => {
            pressure(parts).unwrap_or_default()
        }
        Measured::Absent { why } => Shown::Missing(why.clone()),
        Measured::Nothing => Shown::Missing(None),
        Measured::Words { .. }
        | Measured::Range { .. }
        | Measured::Ratio { .. }
        | Measured::Time { .. } => match value.words() {
            Some(words) => Shown::Words(words),
            None => Shown::Missing(None),
        },
    }
}

fn number(amount: &Amount) -> Shown {
    let text = match &amount.comparator {
        Some(comparator) => format!("{comparator} {}", readable(&amount.number)),
        None => readable(&amount.number),
    };
    Shown::Number { text, unit: amount.unit.clone() }
}

/// "128/78", as everybody says it; nothing if it is something else or lacks a half.
pub fn pressure(parts: &[Part]) -> Option<Shown> {
    let [top, bottom] = PRESSURE.map(|code| {
        let half = parts.iter().find(|part| part.loinc.as_deref() == Some(code));
        half.and_then(|part| part.value.amount())
    });
    let (top, bottom) = (top?, bottom?);
    let exact = top.comparator.is_none() && bottom.comparator.is_none();
    let same = top.unit_key() == bottom.unit_key();
    let text = format!("{}/{}", readable(&top.number), readable(&bottom.number));
    (exact && same).then(|| Shown::Number { text, unit: top.unit.clone() })
}

/// The parts that the value itself does not say: all, or all but the halves of a blood pressure.
pub fn shown_parts(value: &Shown, parts: &[Part]) -> Vec<ShownPart> {
    let said = |part: &&Part| {
        let half = part.loinc.as_deref().is_some_and(|code| PRESSURE.contains(&code));
        !(half && matches!(value, Shown::Number { .. }))
    };
    let rows = parts.iter().filter(said).map(|part| ShownPart {
        name: part.name.clone(),
        loinc: part.loinc.clone(),
        shown: shown(&part.value, &[]),
        flag: part.flag.clone(),
        range: part.band.as_ref().and_then(shown_range),
    });
    rows.collect()
}

pub fn shown_range(band: &Band) -> Option<ShownRange> {
    let words = |limit: &Option<Amount>| limit.as_ref().map(Amount::words);
    let (low, high) = (words(&band.low), words(&band.high));
    let text = band.text.clone().filter(|_| low.is_none() && high.is_none());
    let says = low.is_some() || high.is_some() || text.is_some();
    says.then_some(ShownRange { low, high, words: text })
}

/// Only where both are numbers in one unit. A limit that the source did not give is open: its side
/// of the band goes to the end of the bar.
pub fn bar(value: &Measured, band: Option<&Band>) -> Option<Bar> {
    let amount = value.amount().filter(|amount| amount.comparator.is_none())?;
    let value = float(&amount.number)?;
    let (low, high) = limits(band?, &amount.unit_key())?;
    let (start, end) = match (low, high) {
        (Some(low), Some(high)) => {
            let margin = (high - low) * 0.75;
            let start = low - margin;
            // Nothing that a lab counts from zero has room below it.
            (if low >= 0.0 { start.max(0.0) } else { start }, high + margin)
        }
        (None, Some(high)) if high > 0.0 && value >= 0.0 => (0.0, high * 1.8),
        (Some(low), None) if low > 0.0 && value >= 0.0 => (0.0, low * 2.2),
        _ => return None,
    };
    let place = |number: f64| (number - start) / (end - start);
    let (least, most) = AT_LIMITS;
    Some(Bar {
        from: thousandths(low.map_or(0.0, place)),
        to: thousandths(high.map_or(1.0, place)),
        at: thousandths(place(value).clamp(least, most)),
    })
}

/// Nothing if a limit is in another unit, or if there is no range at all.
pub(super) fn limits(band: &Band, unit_key: &str) -> Option<(Option<f64>, Option<f64>)> {
    let read = |limit: &Option<Amount>| match limit {
        None => Some(None),
        Some(limit) if limit.unit.is_some() && limit.unit_key() != unit_key => None,
        Some(limit) => float(&limit.number).map(Some),
    };
    let (low, high) = (read(&band.low)?, read(&band.high)?);
    let sane = match (low, high) {
        (Some(low), Some(high)) => low < high,
        (low, high) => low.or(high).is_some(),
    };
    sane.then_some((low, high))
}

/// For drawing only: nothing is ever judged by a float.
pub(super) fn float(number: &str) -> Option<f64> {
    Decimal::read(number).map(|number| number.to_float()).filter(|number| number.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1, so it is a whole number from 0 to 1000"
)]
pub(super) fn thousandths(part: f64) -> u16 {
    (part.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u16
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{Shown, bar, shown, shown_parts};
    use crate::fhir::datatypes::Amount;
    use crate::fhir::observation::{Band, Measured, Part};

    fn amount(number: &str) -> Amount {
        Amount { number: number.into(), comparator: None, unit: Some("%".into()), ucum: None }
    }

    fn check(value: &str, low: &str, high: &str, expected: Expect) {
        let limit = |number: &str| (!number.is_empty()).then(|| amount(number));
        let band = Band { low: limit(low), high: limit(high), text: None, of: None };
        let bar = bar(&Measured::Amount(amount(value)), Some(&band));
        let said = bar.map_or("no bar".into(), |bar| format!("{} {} {}", bar.from, bar.to, bar.at));
        expected.assert_eq(&said);
    }

    #[test]
    fn a_bar_shows_a_value_beside_its_own_range() {
        check("7.2", "4.0", "5.6", expect!["300 700 970"]);
        check("5", "4.0", "5.6", expect!["300 700 550"]);
        check("96", "", "100", expect!["0 556 533"]);
        check("78", "60", "", expect!["455 1000 591"]);
        check("900", "4", "5", expect!["300 700 970"]);
        check("1", "5", "4", expect!["no bar"]);
        check("-1", "", "4", expect!["no bar"]);
        check("trace", "1", "4", expect!["no bar"]);
    }

    #[test]
    fn another_unit_has_no_bar() {
        let other = Amount { unit: Some("mmol/mol".into()), ..amount("42") };
        let band = Band { low: None, high: Some(other), text: None, of: None };
        assert_eq!(bar(&Measured::Amount(amount("7.2")), Some(&band)), None);
    }

    #[test]
    fn a_blood_pressure_is_said_in_one_and_other_parts_one_by_one() {
        let part = |loinc: &str, number: &str| Part {
            name: None,
            loinc: Some(loinc.into()),
            value: Measured::Amount(amount(number)),
            flag: None,
            band: None,
        };
        let parts = [part("8480-6", "128"), part("8462-4", "78"), part("8867-4", "64")];
        let said = shown(&Measured::Nothing, &parts);
        assert_eq!(said, Shown::Number { text: "128/78".into(), unit: Some("%".into()) });
        assert_eq!(shown_parts(&said, &parts).len(), 1);
        let half = shown(&Measured::Nothing, &parts[1..]);
        assert_eq!(half, Shown::Parts);
        assert_eq!(shown_parts(&half, &parts[1..]).len(), 2);
    }
}
