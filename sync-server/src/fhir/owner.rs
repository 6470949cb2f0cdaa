//! Whose record each part of an import belongs to, as far as sources and people here say so.

use std::collections::{BTreeMap, BTreeSet};

use shared::fhir::import::facts::is_personal;
use shared::fhir::import::plan::{keys_of_person, pair};
use shared::fhir::import::{Claim, FactKind, Facts, Keys, Matched, Why, matched};
use shared::id::PatientId;
use shared::time::Timestamp;

use super::examined::Examined;
use crate::store::resources::{NewPerson, PersonAsk, PersonFact};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// The patients of one import.
#[derive(Default)]
pub struct Owners {
    /// By the keys under which others point to them.
    known: BTreeMap<String, Result<PatientId, Why>>,
    /// Everything that was sent is about this one.
    pub sole: Option<PatientId>,
    /// A person at the clinic said that it is this one's.
    to: Option<PatientId>,
    patients_sent: usize,
}

/// Who turned out to be new, and what was learned of all.
#[derive(Default)]
pub struct Learned {
    pub people: Vec<NewPerson>,
    pub facts: Vec<PersonFact>,
    /// Keys of everybody who was recognized.
    pub keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Of(PatientId),
    /// A practitioner, a place: nobody's.
    Nobody,
    Refused(Why, Option<String>),
}

impl Owners {
    pub fn new(to: Option<PatientId>, patients_sent: usize) -> Self {
        Self { to, patients_sent, ..Self::default() }
    }

    /// Recognizes the patients among these.
    pub async fn recognize(
        &mut self,
        store: &dyn Store,
        source: &str,
        now: Timestamp,
        entries: &[Examined<'_>],
    ) -> Result<Learned, StoreError> {
        let mut learned = Learned::default();
        for entry in entries {
            let Some(claim) = &entry.facts.claim else {
                continue;
            };
            let names: Vec<String> = names_of(&entry.keys).collect();
            let before = entry.keys.all().find_map(|name| self.known.get(name)).copied();
            let found = match before {
                Some(Ok(patient)) => Ok(patient),
                Some(Err(why)) => Err(why),
                None => self.one(store, source, now, claim, &names, &mut learned).await?,
            };
            for name in entry.keys.all() {
                self.known.entry(name.clone()).or_insert(found);
            }
            // A number without its system means somebody only among those who come together.
            for number in &entry.facts.numbers {
                let of_number = self.known.entry(format!("{IDENTIFIER}{}", pair("", number)));
                let is_same = |other: &Result<_, _>| *other == found;
                of_number
                    .and_modify(|other| {
                        if !is_same(other) {
                            *other = Err(Why::SeveralPatients);
                        }
                    })
                    .or_insert(found);
            }
            let Ok(patient) = found else {
                continue;
            };
            learned.keys.extend(entry.keys.all().cloned());
            let links = names.iter().map(|name| (FactKind::Link, link(source, name)));
            let facts = claim.facts().into_iter().chain(links);
            let facts = facts.map(|(kind, value)| PersonFact { patient, kind, value });
            learned.facts.extend(facts);
            if self.patients_sent == 1 {
                self.sole = Some(patient);
            }
        }
        Ok(learned)
    }

    async fn one(
        &self,
        store: &dyn Store,
        source: &str,
        now: Timestamp,
        claim: &Claim,
        names: &[String],
        learned: &mut Learned,
    ) -> Result<Result<PatientId, Why>, StoreError> {
        let links = names.iter().map(|name| link(source, name)).collect();
        let near = store.people_near(PersonAsk { links, claim: claim.clone() }).await?;
        if let Some(to) = self.to.filter(|_| self.patients_sent == 1) {
            return Ok(Ok(to));
        }
        Ok(match matched(claim, &near) {
            Matched::To(patient) => Ok(patient),
            Matched::Doubt(mismatch) => Err(mismatch.into()),
            Matched::Nobody => {
                // Two patients of one import may be one person.
                let patient = PatientId::fresh(now, &mut OsRng);
                let name = claim.name.clone().unwrap_or_default();
                let birth_date = claim.birth_date.clone();
                learned.people.push(NewPerson { patient, name, birth_date });
                Ok(patient)
            }
        })
    }

    /// Looks up the patients that these name and nobody knows yet.
    pub async fn look_up(
        &mut self,
        store: &dyn Store,
        source: &str,
        entries: &[Examined<'_>],
    ) -> Result<(), StoreError> {
        let mut unknown = BTreeSet::new();
        for entry in entries {
            let keys = entry.person_keys();
            if !keys.iter().any(|key| self.known.contains_key(key)) {
                unknown.extend(keys);
            }
        }
        let (identifiers, names): (Vec<_>, Vec<_>) =
            unknown.iter().partition(|key| key.starts_with(IDENTIFIER));
        let links = names.iter().map(|name| link(source, name)).collect();
        for (value, patient) in store.people_with(FactKind::Link, links).await? {
            if let Some((_, name)) = value.split_once('\n') {
                self.known.insert(name.to_owned(), Ok(patient));
            }
        }
        let values = identifiers.iter().map(|key| key[IDENTIFIER.len()..].to_owned()).collect();
        for (value, patient) in store.people_with(FactKind::Identifier, values).await? {
            let several = |_: &mut Result<PatientId, Why>| ();
            let entry = self.known.entry(format!("{IDENTIFIER}{value}"));
            entry.and_modify(several).or_insert(Ok(patient));
        }
        // Somebody said whose it is, and all of it points to one and the same.
        if let (Some(to), 0) = (self.to, self.patients_sent) {
            self.sole = Some(to);
            if unknown.len() <= KEYS_OF_ONE {
                for key in unknown {
                    self.known.entry(key).or_insert(Ok(to));
                }
            }
        }
        Ok(())
    }

    /// Everybody who was recognized.
    pub fn patients(&self) -> Vec<PatientId> {
        let known = self.known.values().filter_map(|found| found.ok());
        known.collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub fn of(&self, entry: &Examined<'_>) -> Owner {
        let facts: &Facts = &entry.facts;
        let keys = match facts.claim.is_some() {
            true => entry.keys.all().cloned().collect(),
            false => entry.person_keys(),
        };
        let known = keys.iter().find_map(|key| self.known.get(key));
        match (known, self.sole) {
            (Some(Ok(patient)), _) => Owner::Of(*patient),
            (Some(Err(why)), _) => Owner::Refused(*why, None),
            (None, _) if !keys.is_empty() => {
                let waits_for = keys.last().filter(|key| !key.starts_with(NUMBER)).cloned();
                Owner::Refused(Why::UnknownPatient, waits_for)
            }
            (None, Some(sole)) if is_personal(&facts.kind) => Owner::Of(sole),
            (None, None) if is_personal(&facts.kind) => Owner::Refused(Why::NoPatient, None),
            (None, _) => Owner::Nobody,
        }
    }
}

const IDENTIFIER: &str = "Patient\nidentifier\n";
/// Of an identifier without a system.
const NUMBER: &str = "Patient\nidentifier\n|";
/// A reference is looked up by its URL and by its id.
const KEYS_OF_ONE: usize = 2;

/// Under what a Patient resource is pointed at: its id and its URL.
fn names_of(keys: &Keys) -> impl Iterator<Item = String> {
    keys.id.iter().chain(&keys.url).cloned()
}

fn link(source: &str, name: &str) -> String {
    format!("{source}\n{name}")
}

impl Examined<'_> {
    /// The keys of the patient it names; none if it names nobody, or somebody inside itself.
    pub fn person_keys(&self) -> Vec<String> {
        match &self.facts.about {
            Some(about) if !about.is_contained() => keys_of_person(about, self.url.as_deref()),
            Some(_) | None => Vec::new(),
        }
    }
}
