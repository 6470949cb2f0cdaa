//! One resource of an import, as far as it can be judged by itself.

use std::borrow::Cow;

use shared::fhir::import::plan::{key, pair};
use shared::fhir::import::read::Body;
use shared::fhir::import::{Entry, Facts, Fate, Keys, Method, Planner, Request, Why};
use shared::fhir::lenient::Lenient;
use shared::id::{EntryId, PatientId};
use shared::json::Value;
use shared::time::Timestamp;

use super::chart::fits;
use crate::store::resources::{Aside, StoredResource};

/// A resource that can be taken, and what is known of it.
pub struct Examined<'a> {
    pub number: usize,
    pub place: String,
    pub url: Option<String>,
    pub json: Cow<'a, str>,
    pub facts: Facts,
    pub keys: Keys,
    pub request: Option<Request>,
    /// It was kept aside before.
    pub aside: Option<i64>,
}

/// Why it cannot be taken, if it cannot, as far as it says so itself.
pub fn examine(number: usize, entry: Entry<'_>) -> Result<Examined<'_>, Why> {
    let json = match entry.body {
        Body::Resource(json) => json,
        Body::Nothing if entry.request.is_some() => return Err(Why::NotSupported),
        Body::Nothing | Body::Broken => return Err(Why::NotAResource),
        Body::TooDeep => return Err(Why::TooDeep),
    };
    if entry.request.as_ref().is_some_and(|request| request.method == Method::Other) {
        return Err(Why::NotSupported);
    }
    let examined = Examined::of(number, entry.place, entry.url, entry.request, json.into());
    let examined = examined.ok_or(Why::NotAResource)?;
    match examined.facts.kind.as_str() {
        "OperationOutcome" => Err(Why::Notice),
        "Bundle" | "Parameters" => Err(Why::NotSupported),
        kind if !kind.starts_with(|letter: char| letter.is_ascii_uppercase()) => {
            Err(Why::NotAResource)
        }
        _ if !fits(&examined.json) => Err(Why::TooLarge),
        _ => Ok(examined),
    }
}

impl<'a> Examined<'a> {
    pub fn of(
        number: usize,
        place: String,
        url: Option<String>,
        request: Option<Request>,
        json: Cow<'a, str>,
    ) -> Option<Self> {
        let facts = Facts::of(&json)?;
        let keys = Keys::of(&facts, url.as_deref());
        Some(Self { number, place, url, json, facts, keys, request, aside: None })
    }

    /// Its own keys, and that of a condition it depends on.
    pub fn all_keys(&self) -> Vec<String> {
        self.keys.all().cloned().chain(self.condition()).collect()
    }

    /// `If-None-Exist: identifier=system|value`: if there is one, it stays as it is.
    fn condition(&self) -> Option<String> {
        let asked = self.request.as_ref()?.if_none_exist.as_deref()?;
        let (system, value) = asked.strip_prefix("identifier=")?.split_once('|')?;
        Some(key(&self.facts.kind, "identifier", &pair(system, value)))
    }

    /// What its condition found: it stays as it is, whatever was sent.
    pub fn stands_for_itself(&self, planner: &Planner) -> Option<Fate> {
        let condition = self.condition()?;
        let known = planner.get(&condition)?;
        match planner.count_under(&condition) {
            1 => Some(Fate::Unchanged(known.resource)),
            _ => Some(Fate::Refused(Why::SeveralMatch)),
        }
    }

    pub fn kept_aside(&self, why: Why, waits_for: Option<String>) -> Aside {
        Aside {
            why: why.word(),
            waits_for,
            hash: self.facts.hash,
            url: self.url.clone(),
            body: self.json.clone().into_owned(),
        }
    }

    pub fn stored(
        &self,
        resource: EntryId,
        owner: Option<PatientId>,
        updated: Option<Timestamp>,
    ) -> StoredResource {
        StoredResource {
            resource,
            owner,
            kind: self.facts.kind.clone(),
            id: self.facts.id.clone(),
            url: self.url.clone(),
            hash: self.facts.hash,
            updated,
            thing: self.facts.thing.clone(),
            keys: self.keys.all().cloned().collect(),
            body: self.json.clone().into_owned(),
        }
    }
}

pub fn is_patient(entry: &Entry<'_>) -> bool {
    let Body::Resource(json) = entry.body else {
        return false;
    };
    // It was read when the input was taken apart.
    let any = shared::fhir::Any::of(Value::read_before(json));
    any.resource_type.is("Patient")
}
