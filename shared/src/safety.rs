//! Medicines that are worth asking about: with an allergy, with each other, or twice the same. Finding
//! nothing means nothing, because the list is short: no screen may ever say that a medicine is safe.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::record::chart::without_accent;

/// The list, as a clinician reads it.
const LIST: &str = include_str!("safety/list.txt");

/// What may happen with two medicines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Blood pressure far too high.
    Pressure,
    /// One makes the other too weak, or too strong.
    Weaker,
    Stronger,
    /// Too few blood cells.
    Blood,
    /// Too much serotonin: fever, shaking, confusion.
    Serotonin,
    /// A dangerous rhythm.
    Heart,
    Muscles,
    /// Too little blood in hands, feet or organs.
    Vessels,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The other one is an allergy.
    Allergy,
    Together(Risk),
    /// The same, or of the same kind.
    Twice,
}

/// Two names as they stand in the record. The first is always a medicine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    pub why: Why,
    pub medicine: String,
    pub other: String,
}

/// Which list was looked through.
pub fn version() -> &'static str {
    let mut lines = LIST.lines();
    lines.find_map(|line| line.strip_prefix("version ")).unwrap_or_default()
}

/// Everything the list says about these, allergies first. Each name is one medicine of its own.
pub fn notices(medicines: &[String], allergies: &[String]) -> Vec<Notice> {
    let list = List::read();
    let taken: Vec<_> = medicines.iter().map(|name| (name, words(name))).collect();
    let mut found = Vec::new();
    for allergy in allergies {
        let said = words(allergy);
        for (name, medicine) in &taken {
            if list.is_allergic(&said, medicine) {
                found.push(notice(Why::Allergy, name, allergy));
            }
        }
    }
    for (place, (name, medicine)) in taken.iter().enumerate() {
        for (other_name, other) in &taken[place + 1..] {
            let risks = list.risks(medicine, other).into_iter().map(Why::Together);
            let twice = list.are_alike(medicine, other).then_some(Why::Twice);
            found.extend(risks.chain(twice).map(|why| notice(why, name, other_name)));
        }
    }
    found.arrange();
    found.dedup();
    found
}

fn notice(why: Why, medicine: &str, other: &str) -> Notice {
    Notice { why, medicine: medicine.to_owned(), other: other.to_owned() }
}

/// Without case and accents: how a name is compared.
fn words(name: &str) -> Vec<String> {
    let plain = name.chars().flat_map(char::to_lowercase).map(without_accent);
    let plain: String = plain.collect();
    plain.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect()
}

struct List {
    /// Each ingredient of a class by its names.
    classes: Vec<(&'static str, Vec<&'static str>)>,
}

impl List {
    fn read() -> Self {
        let classes = LIST.lines().filter_map(|line| {
            let (name, names) = line.strip_prefix("class ")?.split_once(": ")?;
            Some((name, names.split('|').collect()))
        });
        Self { classes: classes.collect() }
    }

    /// Which ingredients of a class a name speaks of.
    fn of_class(&self, class: &str, said: &[String]) -> Vec<&'static str> {
        let known = self.classes.iter().find(|(name, _)| *name == class);
        let names = known.map_or(&[][..], |(_, names)| names);
        names.iter().copied().filter(|names| is_named(names, said)).collect()
    }

    fn is_allergic(&self, allergy: &[String], medicine: &[String]) -> bool {
        let classes = lines("allergy ").any(|class| {
            !self.of_class(class, allergy).is_empty() && !self.of_class(class, medicine).is_empty()
        });
        classes || self.is_same(allergy, medicine)
    }

    fn risks(&self, one: &[String], other: &[String]) -> Vec<Risk> {
        let mut risks = Vec::new();
        for line in lines("pair ") {
            let mut parts = line.split(' ');
            let (Some(first), Some(second), Some(risk)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let hit = |one: &[String], other: &[String]| {
                let (one, other) = (self.of_class(first, one), self.of_class(second, other));
                // One ingredient alone is no pair: that it is there twice is said elsewhere.
                one.iter().any(|one| other.iter().any(|other| one != other))
            };
            if (hit(one, other) || hit(other, one)) && !self.is_same(one, other) {
                risks.extend(risk_of(risk));
            }
        }
        risks.arrange();
        risks.dedup();
        risks
    }

    fn are_alike(&self, one: &[String], other: &[String]) -> bool {
        let is_in = |class: &str, said: &[String]| !self.of_class(class, said).is_empty();
        lines("twice ").any(|class| is_in(class, one) && is_in(class, other))
            || self.is_same(one, other)
    }

    /// One ingredient of the list is in both.
    fn is_same(&self, one: &[String], other: &[String]) -> bool {
        let mut all = self.classes.iter().flat_map(|(_, names)| names);
        all.any(|names| is_named(names, one) && is_named(names, other))
    }
}

fn lines(kind: &'static str) -> impl Iterator<Item = &'static str> {
    LIST.lines().filter_map(move |line| line.strip_prefix(kind))
}

fn is_named(names: &str, said: &[String]) -> bool {
    names.split('=').any(|name| match name.strip_suffix('*') {
        Some(beginning) => said.iter().any(|word| word.starts_with(beginning)),
        None => said.iter().any(|word| word == name),
    })
}

fn risk_of(word: &str) -> Option<Risk> {
    Some(match word {
        "pressure" => Risk::Pressure,
        "weaker" => Risk::Weaker,
        "stronger" => Risk::Stronger,
        "blood" => Risk::Blood,
        "serotonin" => Risk::Serotonin,
        "heart" => Risk::Heart,
        "muscles" => Risk::Muscles,
        "vessels" => Risk::Vessels,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
