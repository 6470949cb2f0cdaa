//! One resource of an import, as far as it can be judged by itself.

use std::borrow::Cow;

use shared::fhir::import::plan::{key, pair};
use shared::fhir::import::read::Body;
use shared::fhir::import::{Entry, Facts, Fate, Keys, Method, Planner, Request, Why};
use shared::fhir::lenient::Lenient;
use shared::id::{EntryId, PatientId};
use shared::json::Value;
use shared::time::Timestamp;

use super::asked::{identifier_of, version};
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
    if let Some(request) = &examined.request {
        fits_request(request, &examined.facts)?;
    }
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

/// What is asked for is about this very resource, and is something that can be done: a condition that
/// were passed over would make twins.
fn fits_request(request: &Request, facts: &Facts) -> Result<(), Why> {
    if request.if_none_exist.as_deref().is_some_and(|asked| identifier_of(asked).is_none()) {
        return Err(Why::NotSupported);
    }
    let (path, condition) = match request.url.split_once('?') {
        Some((path, condition)) => (path, Some(condition)),
        None => (request.url.as_str(), None),
    };
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (kind, id) = match (request.method, condition, parts.as_slice()) {
        (_, _, []) => (None, None),
        (Method::Put, None, [.., kind, id]) => (Some(*kind), Some(*id)),
        (_, _, [.., kind]) => (Some(*kind), None),
    };
    if kind.is_some_and(|kind| kind != facts.kind) || (id.is_some() && id != facts.id.as_deref()) {
        return Err(Why::OtherName);
    }
    match condition.map(identifier_of) {
        None => Ok(()),
        Some(None) => Err(Why::NotSupported),
        Some(Some(named)) if facts.identifiers.contains(&named) => Ok(()),
        Some(Some(_)) => Err(Why::OtherName),
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
        let (system, value) = identifier_of(self.request.as_ref()?.if_none_exist.as_deref()?)?;
        Some(key(&self.facts.kind, "identifier", &pair(&system, &value)))
    }

    /// The version that the stored one has to be at, if one was named. One that cannot be read is none.
    pub fn wanted_version(&self) -> Option<Option<u64>> {
        Some(version(self.request.as_ref()?.if_match.as_deref()?))
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
        // Under the id that it is read with, where it came without one.
        let own = self.facts.id.is_none();
        let own = own.then(|| key(&self.facts.kind, "id", &resource.to_string()));
        StoredResource {
            resource,
            owner,
            kind: self.facts.kind.clone(),
            id: self.facts.id.clone(),
            url: self.url.clone(),
            hash: self.facts.hash,
            updated,
            thing: self.facts.thing.clone(),
            keys: self.keys.all().cloned().chain(own).collect(),
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
