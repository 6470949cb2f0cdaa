//! What the store keeps of caregivers' access: what each may have of a record, how long, and who
//! agreed. What is given and ended here notes itself in the audit log, in the same transaction.

use serde::Serialize;
use shared::id::{AccountId, PatientId};
use shared::sync::scope::{Level, Parts};
use shared::time::{Day, MILLIS_PER_DAY, PartialDate, Timestamp};

use super::Answer;
use super::people::BirthDate;
use crate::audit::Entry;

/// A parent's access to a child's record ends here, unless the clinic says earlier or later.
pub const CHILD_UNTIL_AGE: u8 = 18;
/// Ages that anybody's law has for this.
pub const CHILD_UNTIL_AGES: std::ops::RangeInclusive<u8> = 10..=21;
/// A day has ended everywhere on Earth this long after it ended in UTC.
const LAST_PLACE_MS: i64 = 12 * 60 * 60 * 1000;

/// What a caregiver may have. The chart's core belongs to every grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Reads what is written in the record, and writes with the clinic.
    pub messages: bool,
    pub parts: Parts,
    pub until: Option<Timestamp>,
}

impl Terms {
    pub const fn level(&self) -> Level {
        if self.messages { Level::Caregiver } else { Level::ChartOnly }
    }

    /// Nothing in these is more than in those.
    pub fn is_within(&self, wider: &Self) -> bool {
        let ends_no_later = match (self.until, wider.until) {
            (_, None) => true,
            (Some(mine), Some(theirs)) => mine <= theirs,
            (None, Some(_)) => false,
        };
        (wider.messages || !self.messages) && self.parts.is_within(wider.parts) && ends_no_later
    }
}

/// Who agreed that a caregiver may have access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The patient did.
    Patient,
    /// The caregiver is the parent of a child, and the access ends when the child has this age.
    Parent { until_age: u8 },
    /// A court or a document that holds without the patient's word.
    Legal,
}

impl Consent {
    /// As stored; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Parent { .. } => "parent",
            Self::Legal => "legal",
        }
    }

    pub const fn until_age(self) -> Option<u8> {
        match self {
            Self::Parent { until_age } => Some(until_age),
            Self::Patient | Self::Legal => None,
        }
    }

    /// As it was stored.
    pub fn stored(word: &str, until_age: Option<u8>) -> Option<Self> {
        match (word, until_age) {
            ("patient", None) => Some(Self::Patient),
            ("parent", Some(until_age)) => Some(Self::Parent { until_age }),
            ("legal", None) => Some(Self::Legal),
            (_, _) => None,
        }
    }
}

/// Somebody gets access, or gets other terms.
#[derive(Debug, Clone)]
pub struct Given {
    pub patient: PatientId,
    pub account: AccountId,
    pub terms: Terms,
    pub consent: Consent,
    /// Who did it and when.
    pub noted: Entry,
}

/// Somebody gets less, or it ends sooner. Nobody has to agree to that again.
#[derive(Debug, Clone)]
pub struct Narrowed {
    pub patient: PatientId,
    pub account: AccountId,
    pub terms: Terms,
    pub noted: Entry,
}

#[derive(Debug, Clone)]
pub struct Ended {
    pub patient: PatientId,
    pub account: AccountId,
    pub noted: Entry,
}

/// Why somebody's access stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoAccess {
    #[error("nobody is known by this who could be a caregiver here")]
    UnknownPerson,
    #[error("it is this person's own record")]
    OwnRecord,
    #[error("the record has no birth date, which says when a parent's access ends")]
    NoBirthDate,
    #[error("the patient has reached the age at which a parent's access ends")]
    OfAge,
    #[error("it would be over already")]
    Over,
    #[error("this person has no access to the record")]
    NotGiven,
    #[error("that is more than this person has; give access anew, with consent")]
    NotNarrower,
}

/// A caregiver's open access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub account: AccountId,
    pub name: String,
    pub terms: Terms,
    pub given_at: Timestamp,
    /// The newest; nothing if it was given before anybody wrote that down.
    pub consent: Option<Consent>,
    pub noted_by: Option<AccountId>,
    /// When it ends by itself, by its time or by the patient's age.
    pub ends_at: Option<Timestamp>,
}

/// What is known where access is to be given or narrowed.
pub struct About {
    /// The record is there, and the account is somebody's who comes through the portal.
    pub is_known: bool,
    pub now: Option<(Level, Terms)>,
    pub born: BirthDate,
}

impl Given {
    pub fn check(&self, about: &About) -> Result<(), NoAccess> {
        if !about.is_known {
            return Err(NoAccess::UnknownPerson);
        }
        if about.now.is_some_and(|(level, _)| level == Level::Own) {
            return Err(NoAccess::OwnRecord);
        }
        if let Some(age) = self.consent.until_age() {
            match reaches_age(&about.born, age) {
                None => return Err(NoAccess::NoBirthDate),
                Some(at) if at <= self.noted.at => return Err(NoAccess::OfAge),
                Some(_) => {}
            }
        }
        not_over(&self.terms, &self.noted)
    }
}

impl Narrowed {
    pub fn check(&self, about: &About) -> Result<(), NoAccess> {
        match about.now {
            None => Err(NoAccess::NotGiven),
            Some((Level::Own, _)) => Err(NoAccess::OwnRecord),
            Some((_, now)) if !self.terms.is_within(&now) => Err(NoAccess::NotNarrower),
            Some(_) => not_over(&self.terms, &self.noted),
        }
    }
}

fn not_over(terms: &Terms, noted: &Entry) -> Result<(), NoAccess> {
    if terms.until.is_some_and(|until| until <= noted.at) {
        return Err(NoAccess::Over);
    }
    Ok(())
}

/// When somebody with this birth date has this age; nothing if the date is not known. Whoever was
/// born on a 29 February has the birthday on the first of March where there is none.
pub fn reaches_age(born: &BirthDate, age: u8) -> Option<Timestamp> {
    let PartialDate::Day(born) = born.text().parse().ok()? else {
        return None;
    };
    let year = born.year.checked_add(i16::from(age))?;
    let birthday = Day::new(year, born.month, born.day).or_else(|| Day::new(year, 3, 1))?;
    Some(Timestamp::from_millis(birthday.number() * MILLIS_PER_DAY))
}

/// The end of this day, where it ends last: nobody loses an evening.
pub fn through(day: Day) -> Timestamp {
    Timestamp::from_millis((day.number() + 1) * MILLIS_PER_DAY + LAST_PLACE_MS)
}

/// When access ends by itself.
pub fn ends_at(
    until: Option<Timestamp>,
    until_age: Option<u8>,
    born: &BirthDate,
) -> Option<Timestamp> {
    let of_age = until_age.and_then(|age| reaches_age(born, age));
    [until, of_age].into_iter().flatten().min()
}

/// The part of the store that keeps caregivers' access.
pub trait GrantStore: Send + Sync {
    fn give_access(&self, given: Given) -> Answer<'_, Result<(), NoAccess>>;
    fn narrow_access(&self, narrowed: Narrowed) -> Answer<'_, Result<(), NoAccess>>;
    /// Not that of the person whose record it is; the next question about access says so.
    fn end_access(&self, ended: Ended) -> Answer<'_, Result<(), NoAccess>>;
    /// Ends what is over by its time or by the patient's age, and answers what that was.
    fn end_what_is_over(&self, now: Timestamp) -> Answer<'_, Vec<(PatientId, AccountId)>>;
    /// Caregivers who reach this record now, by name.
    fn grants_of(&self, patient: PatientId) -> Answer<'_, Vec<GrantRow>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        match text.parse() {
            Ok(PartialDate::Day(day)) => day,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_child_grows_up_on_the_birthday() {
        let at = |born: &str| reaches_age(&BirthDate::of_import(Some(born.into())), 18);
        let start = |text| Some(Timestamp::from_millis(day(text).number() * MILLIS_PER_DAY));
        assert_eq!(at("2010-06-01"), start("2028-06-01"));
        assert_eq!(at("2008-02-29"), start("2026-03-01"));
        assert_eq!(at("2006-02-29"), None, "no such day");
        assert_eq!(at("2010"), None);
        assert_eq!(at(""), None);
    }

    #[test]
    fn less_is_within_and_more_is_not() {
        let parts = Parts { results: true, visits: false };
        let now = Terms { messages: true, parts, until: Some(through(day("2027-03-01"))) };
        assert!(now.is_within(&now));
        for less in [
            Terms { messages: false, ..now },
            Terms { parts: Parts { results: false, visits: false }, ..now },
            Terms { until: Some(through(day("2027-02-28"))), ..now },
        ] {
            assert!(less.is_within(&now) && !now.is_within(&less), "{less:?}");
        }
        for more in [
            Terms { parts: Parts::ALL, ..now },
            Terms { until: None, ..now },
            Terms { until: Some(through(day("2027-03-02"))), ..now },
        ] {
            assert!(!more.is_within(&now), "{more:?}");
        }
    }
}
