//! FHIR resources in memory.

use std::collections::{BTreeMap, BTreeSet};

use shared::fhir::import::{Claim, Known, Person};
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::{State, StoreError, documents};
use crate::audit::Entry;
use crate::secret::SecretHash;
use crate::store::people::{BirthDate, NewPatient};
use crate::store::resources::{
    Client, FactKind, Near, PersonAsk, PersonFact, PlacedResource, ResourceCommit, ResourceRow,
    StoredResource, Waiting,
};
use crate::store::rows::{Appended, News};

#[derive(Default)]
pub struct Resources {
    facts: BTreeSet<PersonFact>,
    rows: BTreeMap<EntryId, ResourceRow>,
    /// What the rows were before, the oldest first.
    older: BTreeMap<EntryId, Vec<ResourceRow>>,
    keys: BTreeMap<(String, String), BTreeSet<EntryId>>,
    places: BTreeMap<(PatientId, EntryId), PlacedResource>,
    wanted: BTreeSet<(String, String, PatientId)>,
    aside: Vec<Kept>,
    blobs: BTreeMap<(PatientId, String), Vec<u8>>,
    clients: BTreeMap<SecretHash, Client>,
}

struct Kept {
    source: String,
    waits_for: Option<String>,
    hash: [u8; 32],
    waiting: Waiting,
    taken: bool,
}

impl Resources {
    pub fn shred(&mut self, patient: PatientId) {
        self.facts.retain(|fact| fact.patient != patient);
        self.rows.retain(|_, row| row.known.owner != Some(patient));
        let rows = &self.rows;
        for resources in self.keys.values_mut() {
            resources.retain(|resource| rows.contains_key(resource));
        }
        self.places.retain(|(of, _), _| *of != patient);
        self.wanted.retain(|(_, _, of)| *of != patient);
        self.blobs.retain(|(of, _), _| *of != patient);
    }

    pub fn add_facts(&mut self, facts: Vec<PersonFact>) -> Result<(), StoreError> {
        self.facts.extend(facts);
        Ok(())
    }

    pub fn people_with(&self, kind: FactKind, values: &[String]) -> Vec<(String, PatientId)> {
        let said = |value: &String| {
            let facts = self.facts.iter();
            let facts = facts.filter(|fact| fact.kind == kind && fact.value == *value);
            facts.map(|fact| (value.clone(), fact.patient)).collect::<Vec<_>>()
        };
        values.iter().flat_map(said).collect()
    }

    pub fn known(&self, source: &str, keys: &[String]) -> Vec<(String, Known)> {
        let under = |key: &String| {
            let found = self.keys.get(&(source.to_owned(), key.clone())).into_iter().flatten();
            found.map(|id| (key.clone(), self.rows[id].known.clone())).collect::<Vec<_>>()
        };
        keys.iter().flat_map(under).collect()
    }

    pub fn rows(&self, wanted: &[EntryId]) -> Vec<ResourceRow> {
        wanted.iter().filter_map(|id| self.rows.get(id).cloned()).collect()
    }

    pub fn rows_in(
        &self,
        patient: PatientId,
        after: Option<EntryId>,
        bytes_goal: usize,
    ) -> (Vec<ResourceRow>, bool) {
        let (mut found, mut bytes) = (Vec::new(), 0);
        for (owner, resource) in self.places.keys() {
            if *owner != patient || after.is_some_and(|after| *resource <= after) {
                continue;
            }
            if bytes >= bytes_goal {
                return (found, true);
            }
            let row = self.rows[resource].clone();
            bytes += row.body.len();
            found.push(row);
        }
        (found, false)
    }

    pub fn rows_of(
        &self,
        source: &str,
        kind: &str,
        owner: Option<PatientId>,
        after: Option<EntryId>,
        rows_max: usize,
    ) -> Vec<ResourceRow> {
        let all = self.rows.values().filter(|row| row.source == source && row.kind == kind);
        let all = all.filter(|row| owner.is_none() || row.known.owner == owner);
        let rest = all.filter(|row| after.is_none_or(|after| row.known.resource > after));
        rest.take(rows_max).cloned().collect()
    }

    pub fn versions(&self, resource: EntryId) -> Vec<ResourceRow> {
        let newest = self.rows.get(&resource).into_iter();
        let older = self.older.get(&resource).into_iter().flat_map(|older| older.iter().rev());
        newest.chain(older).cloned().collect()
    }

    pub fn places(&self, resources: &[EntryId]) -> Vec<PlacedResource> {
        let all = self.places.values();
        all.filter(|place| resources.contains(&place.resource)).cloned().collect()
    }

    pub fn wanted(&self, source: &str, keys: &[String]) -> Vec<(String, PatientId)> {
        let all = self.wanted.iter();
        let all = all.filter(|(from, key, _)| from == source && keys.contains(key));
        all.map(|(_, key, patient)| (key.clone(), *patient)).collect()
    }

    pub fn waiting(&self, source: &str, keys: &[String]) -> Vec<Waiting> {
        let all = self.aside.iter().filter(|kept| kept.source == source && !kept.taken);
        let all = all.filter(|kept| kept.waits_for.as_ref().is_some_and(|key| keys.contains(key)));
        all.map(|kept| kept.waiting.clone()).collect()
    }

    pub fn blob(&self, patient: PatientId, blob: &str) -> Option<Vec<u8>> {
        self.blobs.get(&(patient, blob.to_owned())).cloned()
    }

    pub fn add_client(&mut self, client: Client) -> Result<(), StoreError> {
        self.clients.insert(client.token, client);
        Ok(())
    }

    pub fn client(&self, token: SecretHash) -> Option<Client> {
        self.clients.get(&token).cloned()
    }

    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.values()
    }

    pub fn end_clients(&mut self, name: &str) -> u64 {
        let before = self.clients.len();
        self.clients.retain(|_, client| client.name != name);
        (before - self.clients.len()) as u64
    }

    fn add(&mut self, source: &str, at: Timestamp, new: StoredResource) {
        let version = self.rows.get(&new.resource).map_or(1, |old| old.version + 1);
        for key in new.keys {
            self.keys.entry((source.to_owned(), key)).or_default().insert(new.resource);
        }
        let known = Known {
            resource: new.resource,
            owner: new.owner,
            id: new.id,
            hash: new.hash,
            updated: new.updated,
            thing: new.thing,
        };
        let row = ResourceRow {
            known,
            source: source.to_owned(),
            kind: new.kind,
            url: new.url,
            version,
            stored_at: at,
            body: new.body,
        };
        if let Some(old) = self.rows.insert(new.resource, row) {
            self.older.entry(new.resource).or_default().push(old);
        }
    }
}

pub fn people_near(state: &State, ask: &PersonAsk) -> Near {
    let resources = &state.resources;
    let linked = resources.people_with(FactKind::Link, &ask.links);
    let linked: BTreeSet<_> = linked.into_iter().map(|(_, patient)| patient).collect();
    let mut near = linked.clone();
    for (kind, values) in ask.hints() {
        let found = resources.people_with(kind, &values);
        near.extend(found.into_iter().map(|(_, patient)| patient));
    }
    let patients = state.people.patients.values();
    let born = patients.filter(|patient| {
        let date = ask.claim.birth_date.as_deref();
        date.is_some_and(|date| patient.birth_date.text() == date)
    });
    near.extend(born.map(|patient| patient.patient));
    let person = |patient: PatientId| {
        let known = state.people.patients.get(&patient)?;
        let facts = resources.facts.iter().filter(|fact| fact.patient == patient);
        let facts: Vec<_> =
            facts.map(|fact| (fact.kind.word().to_owned(), fact.value.clone())).collect();
        let (name, born) = (known.name.clone(), known.birth_date.text().to_owned());
        let is_linked = linked.contains(&patient);
        Some(Person { patient, claim: Claim::of_person(name, born, &facts), is_linked })
    };
    near.into_iter().filter_map(person).collect()
}

pub fn commit(state: &mut State, commit: ResourceCommit) -> Result<Vec<News>, StoreError> {
    let news = write_charts(state, &commit)?;
    state.audit.append(&Entry::of_import(&commit));
    for person in commit.people {
        let birth_date = BirthDate::of_import(person.birth_date);
        let (patient, name) = (person.patient, person.name);
        state.people.add_patient(NewPatient { patient, name, birth_date, at: commit.at })?;
    }
    let resources = &mut state.resources;
    resources.facts.extend(commit.facts);
    for resource in commit.resources {
        resources.add(&commit.source, commit.at, resource);
    }
    for place in commit.places {
        resources.places.insert((place.patient, place.resource), place);
    }
    let wanted = commit.wanted.into_iter();
    resources.wanted.extend(wanted.map(|(key, who)| (commit.source.clone(), key, who)));
    for one in commit.aside {
        let same =
            |kept: &Kept| !kept.taken && kept.source == commit.source && kept.hash == one.hash;
        if resources.aside.iter().any(same) {
            continue;
        }
        let aside = i64::try_from(resources.aside.len()).unwrap_or(i64::MAX);
        resources.aside.push(Kept {
            source: commit.source.clone(),
            waits_for: one.waits_for,
            hash: one.hash,
            waiting: Waiting { aside, url: one.url, body: one.body },
            taken: false,
        });
    }
    for kept in &mut resources.aside {
        kept.taken |= commit.taken.contains(&kept.waiting.aside);
    }
    let blobs = commit.blobs.into_iter();
    resources.blobs.extend(blobs.map(|blob| ((blob.patient, blob.blob), blob.bytes)));
    Ok(news)
}

/// Every change goes in or the import does not.
fn write_charts(state: &mut State, commit: &ResourceCommit) -> Result<Vec<News>, StoreError> {
    let before = state.documents.clone();
    let mut news = Vec::new();
    for chart in &commit.charts {
        let document = chart.batch.document;
        if !state.documents.contains_key(&document) {
            documents::create(state, document, Some(chart.genesis.clone()))?;
            let (rows, _) = documents::rows_after(state, &document, 0, 1);
            news.push(News { document, rows });
        }
        for change in &chart.batch.changes {
            match documents::append_one(state, &document, change.clone()) {
                Appended::Stored(row) => news.push(News { document, rows: vec![row] }),
                _ => {
                    state.documents = before;
                    return Err(StoreError::Damaged("a chart document"));
                }
            }
        }
        if let Some(log) = state.documents.get_mut(&document) {
            log.projected = log.rows.len() as u64;
        }
    }
    Ok(news)
}
