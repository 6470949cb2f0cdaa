//! FHIR resources in SQLite.

use std::collections::BTreeSet;

use shared::fhir::import::{Claim, Known, Person};
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::StoreError;
use super::columns::{Columns, all, one, seq_column};
use super::people::open_patient_name;
use super::sealed::{
    ASIDE_BODY, ASIDE_URL, BIRTH_DATE, BIRTH_TOKEN, BLOB, BLOB_TOKEN, Db, FACT, FACT_TOKEN,
    KEY_TOKEN, RESOURCE_BODY, RESOURCE_HASH, RESOURCE_ID, RESOURCE_THING, RESOURCE_URL, Sealed,
    WAITS_TOKEN, WANTED_TOKEN, number,
};
use crate::sealing::{Owner, Token};
use crate::secret::SecretHash;
use crate::store::resources::{
    Client, FactKind, Near, PersonAsk, PersonFact, PlacedResource, ResourceRow, Waiting,
};

/// Candidates of one claim. More would be a crowd nobody can tell apart.
const NEAR_MAX: i64 = 50;
/// Resources looked at under one key. Most keys have one; a number that a source writes on everything
/// has thousands, and names none of them.
const UNDER_KEY_MAX: i64 = 1_000;

pub fn add_facts(db: Db<'_>, facts: &[PersonFact]) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO person_facts (patient, kind, token, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    for fact in facts {
        let (kind, token) = (fact.kind.word(), fact_token(db, fact.kind, &fact.value));
        let owner = Owner::Patient(fact.patient);
        let value = db.seal(&FACT, owner, &[kind.as_bytes(), &token], fact.value.as_bytes())?;
        insert.execute((fact.patient.to_bytes(), kind, token, value))?;
    }
    Ok(())
}

fn fact_token(db: Db<'_>, kind: FactKind, value: &str) -> Token {
    db.token(&FACT_TOKEN, &[kind.word().as_bytes(), value.as_bytes()])
}

pub fn people_with(
    db: Db<'_>,
    kind: FactKind,
    values: &[String],
) -> Result<Vec<(String, PatientId)>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT patient FROM person_facts WHERE token = ?1 AND kind = ?2")?;
    let mut found = Vec::new();
    for value in values {
        let token = fact_token(db, kind, value);
        let all = all(&mut find, (token, kind.word()), |row| row.patient())?;
        found.extend(all.into_iter().map(|patient| (value.clone(), patient)));
    }
    Ok(found)
}

pub fn people_near(db: Db<'_>, ask: &PersonAsk) -> Result<Near, StoreError> {
    let linked = people_with(db, FactKind::Link, &ask.links)?;
    let linked: BTreeSet<_> = linked.into_iter().map(|(_, patient)| patient).collect();
    let mut near = linked.clone();
    for (kind, values) in ask.hints() {
        near.extend(people_with(db, kind, &values)?.into_iter().map(|(_, patient)| patient));
    }
    let mut born =
        db.prepare_cached("SELECT patient FROM patients WHERE birth_token = ?1 LIMIT ?2")?;
    if let Some(date) = &ask.claim.birth_date {
        let token = db.token(&BIRTH_TOKEN, &[date.as_bytes()]);
        near.extend(all(&mut born, (token, NEAR_MAX), |row| row.patient())?);
    }
    let people = near.into_iter().map(|patient| person(db, patient, linked.contains(&patient)));
    people.collect()
}

fn person(db: Db<'_>, patient: PatientId, is_linked: bool) -> Result<Person, StoreError> {
    let mut find = db.prepare_cached("SELECT name, birth_date FROM patients WHERE patient = ?1")?;
    let owner = Owner::Patient(patient);
    let found = one(&mut find, [patient.to_bytes()], |row| {
        let (name, born) = (row.take::<Vec<u8>>()?, row.take::<Vec<u8>>()?);
        let name = open_patient_name(db, patient, &name)?;
        Ok((name, db.open_text(&BIRTH_DATE, owner, &[], &born)?))
    })?;
    let (name, born) = found.ok_or(StoreError::Damaged("a patient's facts"))?;
    let mut facts =
        db.prepare_cached("SELECT kind, token, value FROM person_facts WHERE patient = ?1")?;
    let facts = all(&mut facts, [patient.to_bytes()], |row| {
        let (kind, token) = (row.take::<String>()?, row.take::<Token>()?);
        let place: [&[u8]; 2] = [kind.as_bytes(), &token];
        let value = db.open_text(&FACT, owner, &place, &row.take::<Vec<u8>>()?)?;
        Ok((kind, value))
    })?;
    Ok(Person { patient, claim: Claim::of_person(name, born, &facts), is_linked })
}

const KNOWN: &str = "resource, owner, version, id, hash, updated_at, thing";

fn read_known(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<Known, StoreError> {
    read_version(db, row).map(|(known, _)| known)
}

fn read_version(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<(Known, Version), StoreError> {
    let resource = row.entry()?;
    let owner = row.take::<Option<[u8; 16]>>()?.map(PatientId::from_bytes);
    let at = Version { resource, owner, number: row.seq()? };
    let (id, hash) = (row.take::<Option<Vec<u8>>>()?, row.take::<Vec<u8>>()?);
    let hash = at.open(db, &RESOURCE_HASH, &hash)?;
    let known = Known {
        resource,
        owner,
        id: id.map(|id| at.open_text(db, &RESOURCE_ID, &id)).transpose()?,
        hash: hash.try_into().map_err(|_| StoreError::Damaged("a resource"))?,
        updated: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
        thing: at.open_text(db, &RESOURCE_THING, &row.take::<Vec<u8>>()?)?,
    };
    Ok((known, at))
}

/// A version of a resource: where it stands and whose it is.
#[derive(Clone, Copy)]
pub struct Version {
    pub resource: EntryId,
    pub owner: Option<PatientId>,
    pub number: u64,
}

impl Version {
    fn owner(&self) -> Owner {
        self.owner.map_or(Owner::Clinic, Owner::Patient)
    }

    pub fn seal(&self, db: Db<'_>, column: &Sealed, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (resource, version) = (self.resource.to_bytes(), number(seq_column(self.number)));
        db.seal(column, self.owner(), &[&resource, &version], value)
    }

    fn open(&self, db: Db<'_>, column: &Sealed, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (resource, version) = (self.resource.to_bytes(), number(seq_column(self.number)));
        db.open(column, self.owner(), &[&resource, &version], sealed)
    }

    fn open_text(&self, db: Db<'_>, column: &Sealed, sealed: &[u8]) -> Result<String, StoreError> {
        let bytes = self.open(db, column, sealed)?;
        String::from_utf8(bytes).map_err(|_| StoreError::Damaged(column.table))
    }
}

pub fn known(
    db: Db<'_>,
    source: &str,
    keys: &[String],
) -> Result<Vec<(String, Known)>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {KNOWN} FROM resources WHERE resource IN
         (SELECT resource FROM resource_keys WHERE source = ?1 AND key = ?2) LIMIT ?3"
    ))?;
    let mut found = Vec::new();
    for key in keys {
        let token = db.token(&KEY_TOKEN, &[key.as_bytes()]);
        let all = all(&mut find, (source, token, UNDER_KEY_MAX), |row| read_known(db, row))?;
        found.extend(all.into_iter().map(|known| (key.clone(), known)));
    }
    Ok(found)
}

/// The newest names of a resource, and one version of it.
pub(super) const ROW: &str = "r.resource, r.owner, r.version, r.id, r.hash, r.updated_at, r.thing,
    r.source, r.kind, r.url, v.version, r.stored_at, v.body";

pub(super) fn read_row(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<ResourceRow, StoreError> {
    let (known, newest) = read_version(db, row)?;
    let (source, kind, url) = (row.take()?, row.take()?, row.take::<Option<Vec<u8>>>()?);
    let at = Version { number: row.seq()?, ..newest };
    Ok(ResourceRow {
        known,
        source,
        kind,
        url: url.map(|url| newest.open_text(db, &RESOURCE_URL, &url)).transpose()?,
        version: at.number,
        stored_at: row.time()?,
        body: at.open_text(db, &RESOURCE_BODY, &row.take::<Vec<u8>>()?)?,
    })
}

pub fn resources(db: Db<'_>, wanted: &[EntryId]) -> Result<Vec<ResourceRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM resources r JOIN resource_versions v
         ON v.resource = r.resource AND v.version = r.version WHERE r.resource = ?1"
    ))?;
    let mut found = Vec::new();
    for resource in wanted {
        found.extend(one(&mut find, [resource.to_bytes()], |row| read_row(db, row))?);
    }
    Ok(found)
}

pub fn resources_in(
    db: Db<'_>,
    patient: PatientId,
    after: Option<EntryId>,
    bytes_goal: usize,
) -> Result<(Vec<ResourceRow>, bool), StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM resource_places p
         JOIN resources r ON r.resource = p.resource
         JOIN resource_versions v ON v.resource = r.resource AND v.version = r.version
         WHERE p.patient = ?1 AND p.resource > ?2 ORDER BY p.resource"
    ))?;
    let after = after.map_or([0; 16], |after| after.to_bytes());
    let mut rows = find.query((patient.to_bytes(), after))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if bytes >= bytes_goal {
            return Ok((found, true));
        }
        let row = read_row(db, &mut Columns::of(row))?;
        bytes += row.body.len();
        found.push(row);
    }
    Ok((found, false))
}

pub fn places(db: Db<'_>, wanted: &[EntryId]) -> Result<Vec<PlacedResource>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT patient, resource, document, entry FROM resource_places WHERE resource = ?1",
    )?;
    let mut found = Vec::new();
    for resource in wanted {
        found.extend(all(&mut find, [resource.to_bytes()], |row| {
            Ok(PlacedResource {
                patient: row.patient()?,
                resource: row.entry()?,
                document: row.document()?,
                entry: row.entry()?,
            })
        })?);
    }
    Ok(found)
}

pub fn wanted(
    db: Db<'_>,
    source: &str,
    keys: &[String],
) -> Result<Vec<(String, PatientId)>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT patient FROM resources_wanted WHERE source = ?1 AND key = ?2")?;
    let mut found = Vec::new();
    for key in keys {
        let token = db.token(&WANTED_TOKEN, &[key.as_bytes()]);
        let all = all(&mut find, (source, token), |row| row.patient())?;
        found.extend(all.into_iter().map(|patient| (key.clone(), patient)));
    }
    Ok(found)
}

pub fn waiting(db: Db<'_>, source: &str, keys: &[String]) -> Result<Vec<Waiting>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT aside, hash, url, body FROM resources_aside
         WHERE source = ?1 AND waits_for = ?2 AND taken_at IS NULL ORDER BY aside",
    )?;
    let mut found = Vec::new();
    for key in keys {
        let token = db.token(&WAITS_TOKEN, &[key.as_bytes()]);
        found.extend(all(&mut find, (source, token), |row| {
            let (aside, hash) = (row.take()?, row.take::<Token>()?);
            let place: [&[u8]; 2] = [source.as_bytes(), &hash];
            let open =
                |column, sealed: Vec<u8>| db.open_text(column, Owner::Clinic, &place, &sealed);
            let url = row.take::<Option<Vec<u8>>>()?;
            Ok(Waiting {
                aside,
                url: url.map(|url| open(&ASIDE_URL, url)).transpose()?,
                body: open(&ASIDE_BODY, row.take()?)?,
            })
        })?);
    }
    Ok(found)
}

pub fn blob(db: Db<'_>, patient: PatientId, blob: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut find = db.prepare_cached("SELECT bytes FROM blobs WHERE patient = ?1 AND blob = ?2")?;
    let token = blob_token(db, patient, blob);
    one(&mut find, (patient.to_bytes(), token), |row| {
        db.open(&BLOB, Owner::Patient(patient), &[&token], &row.take::<Vec<u8>>()?)
    })
}

pub fn blob_token(db: Db<'_>, patient: PatientId, blob: &str) -> Token {
    db.token(&BLOB_TOKEN, &[&patient.to_bytes(), blob.as_bytes()])
}

pub fn add_client(db: Db<'_>, client: &Client) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO clients (token, name, source, created_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((client.token.bytes(), &client.name, &client.source, client.at.millis()))?;
    Ok(())
}

pub fn client(db: Db<'_>, token: SecretHash) -> Result<Option<Client>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT name, source, created_at FROM clients WHERE token = ?1 AND ended_at IS NULL",
    )?;
    one(&mut find, [token.bytes()], |row| {
        Ok(Client { token, name: row.take()?, source: row.take()?, at: row.time()? })
    })
}

pub fn end_clients(db: Db<'_>, name: &str, at: Timestamp) -> Result<u64, StoreError> {
    let ended = db
        .prepare_cached("UPDATE clients SET ended_at = ?2 WHERE name = ?1 AND ended_at IS NULL")?
        .execute((name, at.millis()))?;
    Ok(ended as u64)
}
