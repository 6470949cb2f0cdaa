//! A trend as a drawing: where each point, each band and each line of the scale stands, in
//! thousandths of the drawing. Nothing is drawn that the sources did not say.

use serde::{Deserialize, Serialize};

use super::detail::{Point, Series};
use super::digits::readable;
use super::shown::{PRESSURE, WHOLE, float, limits, thousandths};
use crate::time::{PartialDate, Zone};

/// The newest points of a line: more cannot be told apart on a phone.
const POINTS_MAX: usize = 120;
/// Free space above and below, so that a point is never cut.
const MARGIN: f64 = 0.12;
/// Lines of the scale, about.
const TICKS: f64 = 4.0;
/// More places than any laboratory writes, before the point and behind it.
const PLACES_MAX: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    pub lines: Vec<Line>,
    pub bands: Vec<Stripe>,
    pub ticks: Vec<Tick>,
    pub from: PartialDate,
    pub to: PartialDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// From the oldest to the newest: across and down.
    pub spots: Vec<(u16, u16)>,
    /// The newest number, as the source wrote it.
    pub newest: String,
    pub oldest: String,
}

/// The range of some points that follow each other, as wide as they reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stripe {
    pub from: u16,
    pub to: u16,
    pub top: u16,
    pub bottom: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub at: u16,
    pub number: String,
}

/// A point with what is drawn of it.
struct Drawn<'a> {
    day: f64,
    number: f64,
    limits: Option<(Option<f64>, Option<f64>)>,
    point: &'a Point,
    when: PartialDate,
}

struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn down(&self, number: f64) -> u16 {
        let part = (number - self.low) / (self.high - self.low);
        thousandths(1.0 - (MARGIN + part * (1.0 - 2.0 * MARGIN)))
    }
}

/// Nothing if there is no line to draw: one point, no dates, or numbers of several kinds.
pub fn drawn(series: &[Series], zone: &Zone) -> Option<Chart> {
    let first = series.first()?;
    let half = |code: &str| {
        let is_it = |line: &&Series| line.part.as_deref() == Some(code) && line.unit == first.unit;
        series.iter().find(is_it)
    };
    let lines: Vec<&Series> = match first.part {
        None => vec![first],
        // The upper number first, in whichever order a source wrote them. Lines of other parts would need
        // names of their own.
        Some(_) => PRESSURE.iter().map(|code| half(code)).collect::<Option<_>>()?,
    };
    let all_lines: Vec<Vec<Drawn<'_>>> = lines.iter().map(|line| points_of(line, zone)).collect();
    if all_lines.iter().any(|line| line.len() < 2) {
        return None;
    }
    let all = || all_lines.iter().flatten();
    let days = all().map(|point| point.day);
    let (start, end) = ends(days)?;
    // A day is the finest that a line of years can show.
    let across = |day: f64| if end > start { (day - start) / (end - start) } else { 0.5 };
    let across = |day: f64| thousandths(0.03 + across(day) * 0.94);
    let alone = all_lines.len() == 1;
    let limits = all().filter_map(|point| point.limits.filter(|_| alone));
    let limits = limits.flat_map(|(low, high)| [low, high]).flatten();
    let (low, high) = ends(all().map(|point| point.number).chain(limits))?;
    let scale =
        if high > low { Scale { low, high } } else { Scale { low: low - 1.0, high: high + 1.0 } };
    let oldest = all().min_by(|one, other| one.day.total_cmp(&other.day))?;
    let newest = all().max_by(|one, other| one.day.total_cmp(&other.day))?;
    Some(Chart {
        lines: all_lines.iter().filter_map(|line| drawn_line(line, &scale, &across)).collect(),
        // Two bands over each other cannot be told apart.
        bands: if alone { stripes(&all_lines[0], &scale, &across) } else { Vec::new() },
        ticks: ticks(&scale),
        from: oldest.when,
        to: newest.when,
    })
}

fn points_of<'a>(line: &'a Series, zone: &Zone) -> Vec<Drawn<'a>> {
    let points = line.points.iter().filter_map(|point| {
        let when = point.when?;
        let day = when.day_in(zone)?;
        // "Less than 5" is no place on a scale.
        let number = float(&point.number).filter(|_| point.comparator.is_none())?;
        let limits = point.band.as_ref().and_then(|band| limits(band, &line.unit_key));
        #[expect(clippy::cast_precision_loss, reason = "days of four digits of years fit")]
        let day = day.number() as f64;
        Some(Drawn { day, number, limits, point, when })
    });
    let mut points: Vec<_> = points.collect();
    let older = points.len().saturating_sub(POINTS_MAX);
    points.drain(..older);
    points
}

fn drawn_line(line: &[Drawn<'_>], scale: &Scale, across: &impl Fn(f64) -> u16) -> Option<Line> {
    Some(Line {
        spots: line.iter().map(|point| (across(point.day), scale.down(point.number))).collect(),
        newest: readable(&line.last()?.point.number),
        oldest: readable(&line.first()?.point.number),
    })
}

/// Each point's range reaches half of the way to its neighbours; equal ones become one stripe.
fn stripes(line: &[Drawn<'_>], scale: &Scale, across: &impl Fn(f64) -> u16) -> Vec<Stripe> {
    let middle = |one: u16, other: u16| u16::midpoint(one, other);
    let mut stripes: Vec<Stripe> = Vec::new();
    for (place, point) in line.iter().enumerate() {
        let Some((low, high)) = point.limits else {
            continue;
        };
        let here = across(point.day);
        let before = place.checked_sub(1).map(|before| across(line[before].day));
        let after = line.get(place + 1).map(|after| across(after.day));
        let stripe = Stripe {
            from: before.map_or(0, |before| middle(before, here)),
            to: after.map_or(WHOLE, |after| middle(here, after)),
            top: high.map_or(0, |high| scale.down(high)),
            bottom: low.map_or(WHOLE, |low| scale.down(low)),
        };
        match stripes.last_mut() {
            Some(last)
                if last.to == stripe.from
                    && (last.top, last.bottom) == (stripe.top, stripe.bottom) =>
            {
                last.to = stripe.to;
            }
            _ => stripes.push(stripe),
        }
    }
    stripes
}

/// Round numbers inside of the scale, counted in whole steps.
#[expect(clippy::cast_possible_truncation, reason = "places of a float, and a few steps")]
fn ticks(scale: &Scale) -> Vec<Tick> {
    let rough = (scale.high - scale.low) / TICKS;
    let (mut power, mut places) = (1.0, 0_usize);
    let mut zeros = 0_usize;
    while power > rough && places < PLACES_MAX {
        (power, places) = (power / 10.0, places + 1);
    }
    while power * 10.0 <= rough && zeros < PLACES_MAX {
        (power, zeros) = (power * 10.0, zeros + 1);
    }
    let times = [1, 2, 5].into_iter().find(|times| f64::from(*times) * power >= rough);
    let (times, power) = match (times, places) {
        (Some(times), _) => (times, power),
        (None, 0) => {
            zeros += 1;
            (1, power * 10.0)
        }
        (None, _) => {
            places -= 1;
            (1, power * 10.0)
        }
    };
    let step = f64::from(times) * power;
    let mut ticks = Vec::new();
    let mut count = (scale.low / step).ceil();
    // A step is at least a quarter of the scale, so these are few.
    while count * step <= scale.high + step * 1e-6 && ticks.len() < 8 {
        let number = with_point(count as i64 * i64::from(times), places, zeros);
        ticks.push(Tick { at: scale.down(count * step), number });
        count += 1.0;
    }
    ticks
}

/// A whole number of tens, or of tenths, of hundredths.
fn with_point(number: i64, places: usize, zeros: usize) -> String {
    let digits = number.unsigned_abs().to_string();
    let sign = if number < 0 { "-" } else { "" };
    if places == 0 {
        let zeros = if number == 0 { 0 } else { zeros };
        return [sign, &digits, &"0".repeat(zeros)].concat();
    }
    let missing = (places + 1).saturating_sub(digits.len());
    let digits = ["0".repeat(missing), digits].concat();
    let (whole, rest) = digits.split_at(digits.len() - places);
    [sign, whole, ".", rest].concat()
}

fn ends(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.fold(None, |ends, number| match ends {
        None => Some((number, number)),
        Some((low, high)) => Some((low.min(number), high.max(number))),
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    use super::drawn;
    use crate::fhir::datatypes::Amount;
    use crate::fhir::observation::Band;
    use crate::id::EntryId;
    use crate::time::Zone;
    use crate::view::results::detail::{Point, Series};

    fn line(part: Option<&str>, points: &[(&str, &str, &str)]) -> Series {
        let amount = |number: &str| Amount {
            number: number.into(),
            comparator: None,
            unit: Some("%".into()),
            ucum: None,
        };
        let points = points.iter().map(|(when, number, high)| Point {
            entry: EntryId::from_u128(1),
            when: when.parse().ok(),
            number: (*number).into(),
            comparator: None,
            band: (!high.is_empty()).then(|| Band {
                low: None,
                high: Some(amount(high)),
                text: None,
                of: None,
            }),
            flag: None,
            corrected: false,
            home: false,
        });
        Series {
            part: part.map(str::to_owned),
            unit: Some("%".into()),
            unit_key: "%".into(),
            points: points.collect(),
        }
    }

    fn check(series: &[Series], expected: Expect) {
        let mut said = String::new();
        match drawn(series, &Zone::utc()) {
            None => said.push_str("nothing to draw"),
            Some(chart) => {
                for line in chart.lines {
                    writeln!(said, "line {:?} {}..{}", line.spots, line.oldest, line.newest)
                        .unwrap();
                }
                for band in chart.bands {
                    let (from, to, top, bottom) = (band.from, band.to, band.top, band.bottom);
                    writeln!(said, "band {from}..{to} from {top} to {bottom}").unwrap();
                }
                for tick in chart.ticks {
                    writeln!(said, "tick {} {}", tick.number, tick.at).unwrap();
                }
                write!(said, "{} to {}", chart.from, chart.to).unwrap();
            }
        }
        expected.assert_eq(&said);
    }

    #[test]
    fn each_point_has_the_band_of_its_own_day() {
        check(
            &[line(
                None,
                &[
                    ("2025-01-01", "8.1", "5.6"),
                    ("2025-07-02", "7.4", "5.6"),
                    ("2026-01-01", "7.0", "6.0"),
                ],
            )],
            expect![[r#"
                line [(30, 120), (499, 333), (970, 454)] 8.1..7.0
                band 0..734 from 880 to 1000
                band 734..1000 from 758 to 1000
                tick 6 758
                tick 7 454
                tick 8 150
                2025-01-01 to 2026-01-01"#]],
        );
    }

    #[test]
    fn two_numbers_of_one_pressure_are_two_lines_without_bands() {
        check(
            &[
                line(Some("8480-6"), &[("2026-11-08", "138", ""), ("2026-11-20", "128", "")]),
                line(Some("8462-4"), &[("2026-11-08", "88", ""), ("2026-11-20", "78", "")]),
            ],
            expect![[r#"
                line [(30, 120), (970, 247)] 138..128
                line [(30, 753), (970, 880)] 88..78
                tick 80 855
                tick 100 601
                tick 120 348
                2026-11-08 to 2026-11-20"#]],
        );
    }

    #[test]
    fn ticks_of_small_numbers_are_told_apart() {
        for (low, high) in
            [("0.010", "0.014"), ("1.010", "1.015"), ("0.003", "0.012"), ("0.2", "0.7")]
        {
            let points = [("2025-01-01", low, ""), ("2026-01-01", high, "")];
            let ticks = drawn(&[line(None, &points)], &Zone::utc()).unwrap().ticks;
            let mut numbers: Vec<_> = ticks.iter().map(|tick| tick.number.clone()).collect();
            numbers.dedup();
            assert!(numbers.len() == ticks.len() && ticks.len() > 1, "{numbers:?}");
        }
    }

    #[test]
    fn one_point_or_no_day_is_no_line() {
        check(&[line(None, &[("2025-01-01", "8.1", "5.6")])], expect!["nothing to draw"]);
        check(
            &[line(None, &[("2025", "8.1", ""), ("2026", "7.0", "")])],
            expect!["nothing to draw"],
        );
        check(&[], expect!["nothing to draw"]);
    }

    #[test]
    fn equal_numbers_are_a_level_line() {
        check(
            &[line(None, &[("2025-01-01", "5", ""), ("2026-01-01", "5", "")])],
            expect![[r#"
                line [(30, 500), (970, 500)] 5..5
                tick 4.0 880
                tick 4.5 690
                tick 5.0 500
                tick 5.5 310
                tick 6.0 120
                2025-01-01 to 2026-01-01"#]],
        );
    }
}
