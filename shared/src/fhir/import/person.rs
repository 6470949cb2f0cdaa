//! Whose record a Patient resource belongs to: by an identifier, else by name, birth date and one
//! more thing that agrees. Where that leaves a doubt nothing is attached to anybody.

use super::plan::pair;
use crate::fhir::datatypes::HumanName;
use crate::fhir::person::Person as PersonView;
use crate::fhir::read as view_of;
use crate::id::PatientId;
use crate::ordered::BTreeSet;
use crate::record::chart::folded_words;

/// Digits of a phone number that are compared: country codes and trunk zeros stand before them.
const PHONE_DIGITS: usize = 9;

/// Who a Patient resource says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// As a person reads it.
    pub name: Option<String>,
    /// Every name given, in folded words.
    pub names: Vec<BTreeSet<String>>,
    /// `2019-03-04`; nothing if the day is not known.
    pub birth_date: Option<String>,
    pub identifiers: Vec<(String, String)>,
    pub sex: Option<String>,
    pub phones: Vec<String>,
    pub addresses: Vec<String>,
}

/// Somebody with a record here, as far as a match needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub patient: PatientId,
    pub claim: Claim,
    /// The very resource came from this source before, as this person's.
    pub is_linked: bool,
}

/// The kinds of facts by which people are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// A source and the key of its Patient resource.
    Link,
    /// A system and a value.
    Identifier,
    Name,
    Sex,
    Phone,
    Address,
}

impl FactKind {
    pub const ALL: [Self; 6] =
        [Self::Link, Self::Identifier, Self::Name, Self::Sex, Self::Phone, Self::Address];

    /// As stored; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Identifier => "identifier",
            Self::Name => "name",
            Self::Sex => "sex",
            Self::Phone => "phone",
            Self::Address => "address",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    To(PatientId),
    /// Nobody here comes near: a record of their own.
    Nobody,
    Doubt(Mismatch),
}

/// Why a person is not attached to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// The identifier or the link leads to a record with another birth date.
    BirthDate,
    /// The identifier leads to a record whose names share no word with these.
    Name,
    /// It may be two or more people here.
    Several,
    /// Name and birth date are those of somebody here, and nothing else agrees.
    NothingElse,
}

impl Claim {
    pub fn of(json: &str, identifiers: Vec<(String, String)>) -> Self {
        let view: PersonView<'_> = view_of(json).unwrap_or_default();
        let words = |name: &HumanName<'_>| {
            let given = name.given.iter().filter_map(|part| part.said());
            let mut parts: Vec<&str> = given.chain(name.family.said()).collect();
            if parts.is_empty() {
                parts.extend(name.text.said());
            }
            parts.into_iter().flat_map(folded_words).collect::<BTreeSet<_>>()
        };
        let ways = view.telecom.iter().filter(|way| way.system.is_one_of(&["phone", "sms"]));
        let places = view.address.iter().filter_map(|address| address.words());
        Self {
            name: view.name(),
            names: view.name.iter().map(words).filter(|words| !words.is_empty()).collect(),
            birth_date: view.birth_date.owned().filter(|date| is_day(date)),
            identifiers,
            sex: view.gender.owned().filter(|sex| sex != "unknown"),
            phones: ways.filter_map(|way| phone(way.value.said()?)).collect(),
            addresses: places.map(|words| folded_words(&words).join(" ")).collect(),
        }
    }

    /// Somebody here, from their row and the facts that were kept, each with its kind's word.
    pub fn of_person(name: String, birth_date: String, facts: &[(String, String)]) -> Self {
        let of = |kind: FactKind| {
            let facts = facts.iter().filter(move |(known, _)| known == kind.word());
            facts.map(|(_, value)| value.clone())
        };
        let own: BTreeSet<String> = folded_words(&name).into_iter().collect();
        let words = |text: String| text.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        let said = of(FactKind::Name).map(words);
        let two = |text: String| text.split_once('|').map(|(a, b)| (a.into(), b.into()));
        Self {
            names: std::iter::once(own).chain(said).filter(|words| !words.is_empty()).collect(),
            name: Some(name),
            birth_date: (!birth_date.is_empty()).then_some(birth_date),
            identifiers: of(FactKind::Identifier).filter_map(two).collect(),
            sex: of(FactKind::Sex).next(),
            phones: of(FactKind::Phone).collect(),
            addresses: of(FactKind::Address).collect(),
        }
    }

    /// What is kept of it, so that it can be found again.
    pub fn facts(&self) -> Vec<(FactKind, String)> {
        let names = self.names.iter().map(|words| {
            (FactKind::Name, words.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        });
        let identifiers = self.identifiers.iter();
        let identifiers =
            identifiers.map(|(system, value)| (FactKind::Identifier, pair(system, value)));
        let plain =
            |kind, all: &[String]| all.iter().map(|v| (kind, v.clone())).collect::<Vec<_>>();
        let mut facts: Vec<_> = names.chain(identifiers).collect();
        facts.extend(self.sex.iter().map(|sex| (FactKind::Sex, sex.clone())));
        facts.extend(plain(FactKind::Phone, &self.phones));
        facts.extend(plain(FactKind::Address, &self.addresses));
        facts
    }

    fn shares_identifier(&self, other: &Self) -> bool {
        self.identifiers.iter().any(|one| other.identifiers.contains(one))
    }

    fn shares_a_name(&self, other: &Self) -> bool {
        let mut pairs = self.names.iter().flat_map(|a| other.names.iter().map(move |b| (a, b)));
        pairs.any(|(a, b)| a == b || is_short_form(a, b))
    }

    fn shares_a_word(&self, other: &Self) -> bool {
        let words: BTreeSet<_> = self.names.iter().flatten().collect();
        other.names.iter().flatten().any(|word| words.contains(word))
    }

    /// Something beside name and birth date agrees, and nothing stands against it.
    fn agrees(&self, other: &Self) -> bool {
        let same_sex = match (&self.sex, &other.sex) {
            (Some(one), Some(two)) if one != two => return false,
            (Some(_), Some(_)) => true,
            (_, _) => false,
        };
        let shares = |one: &[String], two: &[String]| one.iter().any(|part| two.contains(part));
        same_sex
            || shares(&self.phones, &other.phones)
            || shares(&self.addresses, &other.addresses)
            || self.shares_identifier(other)
    }
}

/// All words of one name stand in the other, two of them at least: a middle name more or less.
fn is_short_form(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    a.len().min(b.len()) >= 2 && (a.is_subset(b) || b.is_subset(a))
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && matches!(text.parse::<crate::time::PartialDate>(), Ok(crate::time::PartialDate::Day(_)))
}

fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let start = digits.len().saturating_sub(PHONE_DIGITS);
    (digits.len() >= PHONE_DIGITS - 2).then(|| digits[start..].to_owned())
}

/// Decides among the people here that come near.
pub fn matched(claim: &Claim, people: &[Person]) -> Matched {
    if let Some(found) = by(claim, people.iter().filter(|person| person.is_linked)) {
        return found;
    }
    let shared = people.iter().filter(|person| claim.shares_identifier(&person.claim));
    if let Some(found) = by(claim, shared) {
        return found;
    }
    let same_name = people.iter().filter(|person| {
        let (ours, theirs) = (&person.claim.birth_date, &claim.birth_date);
        let may_be = ours.is_none() || theirs.is_none() || ours == theirs;
        may_be && claim.shares_a_name(&person.claim)
    });
    let all: Vec<&Person> = same_name.collect();
    let born = |person: &&&Person| {
        claim.birth_date.is_some() && person.claim.birth_date == claim.birth_date
    };
    let sure: Vec<_> = all.iter().filter(born).filter(|one| claim.agrees(&one.claim)).collect();
    match (sure.as_slice(), all.is_empty()) {
        ([one], _) => Matched::To(one.patient),
        ([], true) => Matched::Nobody,
        ([], false) => Matched::Doubt(Mismatch::NothingElse),
        (_, _) => Matched::Doubt(Mismatch::Several),
    }
}

/// A strong hint: one person, and nothing that speaks against it.
fn by<'a>(claim: &Claim, people: impl Iterator<Item = &'a Person>) -> Option<Matched> {
    let people: Vec<_> = people.collect();
    let (first, rest) = people.split_first()?;
    if rest.iter().any(|other| other.patient != first.patient) {
        return Some(Matched::Doubt(Mismatch::Several));
    }
    let known = &first.claim;
    if let (Some(one), Some(two)) = (&claim.birth_date, &known.birth_date)
        && one != two
    {
        return Some(Matched::Doubt(Mismatch::BirthDate));
    }
    let named = !claim.names.is_empty() && !known.names.is_empty();
    if named && !first.is_linked && !claim.shares_a_word(known) {
        return Some(Matched::Doubt(Mismatch::Name));
    }
    Some(Matched::To(first.patient))
}
