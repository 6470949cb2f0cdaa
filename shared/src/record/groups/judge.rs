//! Whether two records of different sources are of one thing, and whether they agree. It is the same
//! whichever comes first.

use super::Relation;
use super::fact::{Fact, Thing, Value};
use crate::fhir::description::Standing;
use crate::time::{PartialDate, Zone};

/// A dose that somebody remembers may be this many days off.
pub const REMEMBERED_DAYS_MAX: i64 = 3;

/// Nothing if they are of two things.
pub fn judge(one: &Fact<'_>, other: &Fact<'_>, zone: &Zone) -> Option<Relation> {
    if one.thing != other.thing {
        return None;
    }
    match one.thing {
        Thing::Allergy => allergies(one, other),
        Thing::Condition | Thing::Diagnosis => conditions(one, other, zone),
        Thing::Medicine | Thing::Dispense => medicines(one, other, zone),
        Thing::Shot => shots(one, other, zone),
        Thing::Measurement => measurements(one, other, zone),
    }
}

/// How alike two names are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByCode,
    /// The same words, and one side has no code.
    ByWords,
    /// The same words under codes of different terminologies.
    Across,
    Otherwise,
}

fn named(one: &Fact<'_>, other: &Fact<'_>) -> Named {
    if one.codes.iter().any(|code| other.codes.contains(code)) {
        return Named::ByCode;
    }
    let same_words = !one.words.is_empty() && one.words == other.words;
    if !same_words {
        return Named::Otherwise;
    }
    if one.codes.is_empty() || other.codes.is_empty() {
        return Named::ByWords;
    }
    let of_one_system =
        one.codes.iter().any(|(system, _)| other.codes.iter().any(|(theirs, _)| system == theirs));
    if of_one_system { Named::Otherwise } else { Named::Across }
}

fn allergies(one: &Fact<'_>, other: &Fact<'_>) -> Option<Relation> {
    let is_open = |fact: &Fact<'_>| is_open(fact.standing);
    if one.none_known || other.none_known {
        if one.none_known && other.none_known {
            return (named(one, other) == Named::ByCode).then_some(Relation::Same);
        }
        return (is_open(one) && is_open(other)).then_some(Relation::Disagree);
    }
    let relation = match named(one, other) {
        Named::Otherwise => return None,
        // In doubt both stand.
        Named::Across => return Some(Relation::Probable),
        Named::ByCode | Named::ByWords => Relation::Same,
    };
    let disagree = differ(&one.detail, &other.detail) || stand_apart(one, other);
    Some(if disagree { Relation::Disagree } else { relation })
}

fn conditions(one: &Fact<'_>, other: &Fact<'_>, zone: &Zone) -> Option<Relation> {
    let name = named(one, other);
    if name == Named::Otherwise || side(one) != side(other) {
        return None;
    }
    let time = agree(one.when, other.when, zone);
    let is_known = match (time, one.thing) {
        (Some(false), _) => return None,
        // A diagnosis of a visit is of that day.
        (None, Thing::Diagnosis) => return None,
        (time, _) => time.is_some(),
    };
    if stand_apart(one, other) {
        return Some(Relation::Disagree);
    }
    let is_sure = name == Named::ByCode || (name == Named::ByWords && is_known);
    Some(if is_sure { Relation::Same } else { Relation::Probable })
}

fn medicines(one: &Fact<'_>, other: &Fact<'_>, zone: &Zone) -> Option<Relation> {
    let name = named(one, other);
    if name == Named::Otherwise {
        return None;
    }
    // An order of another day is another order of the same course.
    let time = agree(one.when, other.when, zone);
    if time == Some(false) {
        return None;
    }
    if stand_apart(one, other) || differ(&one.detail, &other.detail) {
        return Some(Relation::Disagree);
    }
    let is_sure = matches!(name, Named::ByCode | Named::ByWords) && time.is_some();
    Some(if is_sure { Relation::Same } else { Relation::Probable })
}

fn shots(one: &Fact<'_>, other: &Fact<'_>, zone: &Zone) -> Option<Relation> {
    let name = named(one, other);
    if name == Named::Otherwise {
        return None;
    }
    if agree(one.when, other.when, zone)? {
        if stand_apart(one, other) || differ(&one.detail, &other.detail) {
            return Some(Relation::Disagree);
        }
        return Some(if name == Named::Across { Relation::Probable } else { Relation::Same });
    }
    let days = one.when?.day_in(zone)?.number() - other.when?.day_in(zone)?.number();
    let is_remembered = one.is_historical || other.is_historical;
    let near = is_remembered && days.abs() <= REMEMBERED_DAYS_MAX && !stand_apart(one, other);
    near.then_some(Relation::Probable)
}

fn measurements(one: &Fact<'_>, other: &Fact<'_>, zone: &Zone) -> Option<Relation> {
    if !matches!(named(one, other), Named::ByCode | Named::ByWords) {
        return None;
    }
    let (here, there) = (one.when?, other.when?);
    let same_moment = match (here.moment(), there.moment()) {
        (Some(here), Some(there)) => Some(here == there),
        (_, _) => None,
    };
    if same_moment == Some(false) || !agree(Some(here), Some(there), zone)? {
        return None;
    }
    if one.values.is_empty() || one.values.len() != other.values.len() {
        return None;
    }
    let pairs = || one.values.iter().zip(&other.values);
    if pairs().any(|(one, other)| one.code != other.code || units_differ(one, other)) {
        return None;
    }
    if pairs().all(|(one, other)| is_equal(one, other)) {
        return Some(Relation::Same);
    }
    // On one day there may be several; only at one moment is another value a contradiction.
    same_moment.is_some().then_some(Relation::Disagree)
}

fn units_differ(one: &Value, other: &Value) -> bool {
    let bare = |unit: &str| unit.replace(['[', ']', ' '], "");
    differ(&bare(&one.unit), &bare(&other.unit))
}

/// Both are said, and they are not the same.
fn differ(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && one != other
}

const fn is_open(standing: Standing) -> bool {
    match standing {
        Standing::Current | Standing::Unsure | Standing::Unsaid | Standing::Planned => true,
        Standing::Past | Standing::Not | Standing::Mistake => false,
    }
}

/// One says that it is so and the other that it is over, or was never so.
fn stand_apart(one: &Fact<'_>, other: &Fact<'_>) -> bool {
    let never = |fact: &Fact<'_>| fact.standing == Standing::Not;
    let said = |fact: &Fact<'_>| fact.standing != Standing::Unsaid;
    let both = said(one) && said(other);
    both && (is_open(one.standing) != is_open(other.standing) || never(one) != never(other))
}

/// Left and right are two things.
fn side(fact: &Fact<'_>) -> (bool, bool) {
    let has = |words: &[&str]| {
        let all = fact.words.split(' ').chain(fact.detail.split(' '));
        all.into_iter().any(|word| words.contains(&word))
    };
    let both = has(&["bilateral", "both"]);
    (
        both || has(&["left", "izquierdo", "izquierda"]),
        both || has(&["right", "derecho", "derecha"]),
    )
}

/// Whether two dates can be the same, as far as both are known. Nothing if one is not.
fn agree(one: Option<PartialDate>, other: Option<PartialDate>, zone: &Zone) -> Option<bool> {
    let (one, other) = (one?, other?);
    let days = |date: PartialDate| match date {
        PartialDate::Day(day) => vec![day],
        // A day may have been cut off a moment by a clock here, there, or at Greenwich.
        PartialDate::Time(day, _) => {
            let here = [date.day_in(zone), date.day_in(&Zone::utc())];
            [Some(day)].into_iter().chain(here).flatten().collect()
        }
        PartialDate::Year(_) | PartialDate::Month { .. } => Vec::new(),
    };
    let (mine, theirs) = (days(one), days(other));
    let both_moments = matches!((one, other), (PartialDate::Time(..), PartialDate::Time(..)));
    Some(match (mine.is_empty(), theirs.is_empty()) {
        (false, false) if both_moments => {
            let same_day = one.day_in(zone) == other.day_in(zone);
            same_day || mine[0] == theirs[0]
        }
        (false, false) => mine.iter().any(|day| theirs.contains(day)),
        (_, _) => {
            let (one, other) = (one.to_string(), other.to_string());
            let length = one.len().min(other.len()).min("2026-03".len());
            one.get(..length) == other.get(..length)
        }
    })
}

/// Equal as far as the coarser of them was written down.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (&one.number, &other.number) {
        (Some(one), Some(other)) => numbers_agree(one, other),
        (None, None) => one.words == other.words,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Digits after the point that are looked at: no device measures more.
const PLACES_MAX: usize = 15;

fn numbers_agree(one: &str, other: &str) -> bool {
    let (Some(mine), Some(theirs)) = (Scaled::read(one), Scaled::read(other)) else {
        return one == other;
    };
    let places = mine.places.max(theirs.places);
    let coarse = mine.places.min(theirs.places);
    let scaled = |number: &Scaled| number.digits * 10_i128.pow((places - number.places) as u32);
    let half = 10_i128.pow((places - coarse) as u32);
    (scaled(&mine) - scaled(&theirs)).abs() * 2 <= half
}

/// A number as whole digits, and how many of them stand after the point.
struct Scaled {
    digits: i128,
    places: usize,
}

impl Scaled {
    fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.get(..PLACES_MAX).unwrap_or(fraction);
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        let fits = plain(unsigned) && plain(fraction) && whole.len() < PLACES_MAX;
        let digits = fits.then(|| [whole, fraction].concat().parse().ok()).flatten()?;
        Some(Self { digits, places: fraction.len() })
    }
}
