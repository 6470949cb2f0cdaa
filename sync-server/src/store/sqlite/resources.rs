//! FHIR resources in SQLite.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use shared::document::DocumentId;
use shared::fhir::import::{Claim, Known, Person};
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::StoreError;
use super::columns::{Columns, all, one};
use crate::audit::Entry;
use crate::secret::SecretHash;
use crate::store::resources::{
    Client, FactKind, Near, NewPerson, PersonAsk, PersonFact, PlacedResource, ResourceCommit,
    ResourceRow, StoredResource, Waiting,
};
use crate::store::rows::{Appended, News};

type Db<'a> = &'a Transaction<'a>;

/// Candidates of one claim. More would be a crowd nobody can tell apart.
const NEAR_MAX: i64 = 50;

pub fn add_facts(db: Db<'_>, facts: &[PersonFact]) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO person_facts (patient, kind, value) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for fact in facts {
        insert.execute((fact.patient.to_bytes(), fact.kind.word(), &fact.value))?;
    }
    Ok(())
}

pub fn people_with(
    db: Db<'_>,
    kind: FactKind,
    values: &[String],
) -> Result<Vec<(String, PatientId)>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT patient FROM person_facts WHERE kind = ?1 AND value = ?2")?;
    let mut found = Vec::new();
    for value in values {
        let all = all(&mut find, (kind.word(), value), |row| row.patient())?;
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
        db.prepare_cached("SELECT patient FROM patients WHERE birth_date = ?1 LIMIT ?2")?;
    if let Some(date) = &ask.claim.birth_date {
        near.extend(all(&mut born, (date, NEAR_MAX), |row| row.patient())?);
    }
    let people = near.into_iter().map(|patient| person(db, patient, linked.contains(&patient)));
    people.collect()
}

fn person(db: Db<'_>, patient: PatientId, is_linked: bool) -> Result<Person, StoreError> {
    let mut find = db.prepare_cached("SELECT name, birth_date FROM patients WHERE patient = ?1")?;
    let (name, born): (String, String) =
        one(&mut find, [patient.to_bytes()], |row| Ok((row.take()?, row.take()?)))?
            .ok_or(StoreError::Damaged("a patient's facts"))?;
    let mut facts = db.prepare_cached("SELECT kind, value FROM person_facts WHERE patient = ?1")?;
    let facts: Vec<(String, String)> =
        all(&mut facts, [patient.to_bytes()], |row| Ok((row.take()?, row.take()?)))?;
    Ok(Person { patient, claim: Claim::of_person(name, born, &facts), is_linked })
}

const KNOWN: &str = "resource, owner, id, hash, updated_at, thing";

fn read_known(row: &mut Columns<'_, '_>) -> Result<Known, StoreError> {
    Ok(Known {
        resource: row.entry()?,
        owner: row.take::<Option<[u8; 16]>>()?.map(PatientId::from_bytes),
        id: row.take()?,
        hash: row.take()?,
        updated: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
        thing: row.take()?,
    })
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
        let all = all(&mut find, (source, key, NEAR_MAX), read_known)?;
        found.extend(all.into_iter().map(|known| (key.clone(), known)));
    }
    Ok(found)
}

pub(super) const ROW: &str = "r.resource, r.owner, r.id, r.hash, r.updated_at, r.thing,
    r.source, r.kind, r.url, r.version, r.stored_at, v.body";

pub(super) fn read_row(row: &mut Columns<'_, '_>) -> Result<ResourceRow, StoreError> {
    Ok(ResourceRow {
        known: read_known(row)?,
        source: row.take()?,
        kind: row.take()?,
        url: row.take()?,
        version: row.seq()?,
        stored_at: row.time()?,
        body: row.take()?,
    })
}

pub fn resources(db: Db<'_>, wanted: &[EntryId]) -> Result<Vec<ResourceRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM resources r JOIN resource_versions v
         ON v.resource = r.resource AND v.version = r.version WHERE r.resource = ?1"
    ))?;
    let mut found = Vec::new();
    for resource in wanted {
        found.extend(one(&mut find, [resource.to_bytes()], read_row)?);
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
        let row = read_row(&mut Columns::of(row))?;
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
        let all = all(&mut find, (source, key), |row| row.patient())?;
        found.extend(all.into_iter().map(|patient| (key.clone(), patient)));
    }
    Ok(found)
}

pub fn waiting(db: Db<'_>, source: &str, keys: &[String]) -> Result<Vec<Waiting>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT aside, url, body FROM resources_aside
         WHERE source = ?1 AND waits_for = ?2 AND taken_at IS NULL ORDER BY aside",
    )?;
    let mut found = Vec::new();
    for key in keys {
        found.extend(all(&mut find, (source, key), |row| {
            Ok(Waiting { aside: row.take()?, url: row.take()?, body: row.take()? })
        })?);
    }
    Ok(found)
}

pub fn blob(db: Db<'_>, patient: PatientId, blob: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut find = db.prepare_cached("SELECT bytes FROM blobs WHERE patient = ?1 AND blob = ?2")?;
    one(&mut find, (patient.to_bytes(), blob), |row| row.take())
}

pub fn commit(db: Db<'_>, commit: &ResourceCommit) -> Result<Vec<News>, StoreError> {
    db.prepare_cached(
        "INSERT INTO imports (import, source, started_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?
    .execute((commit.import.to_bytes(), &commit.source, commit.at.millis()))?;
    super::audit::append(db, &Entry::of_import(commit))?;
    for person in &commit.people {
        add_person(db, person, commit.at)?;
    }
    add_facts(db, &commit.facts)?;
    for resource in &commit.resources {
        add_resource(db, commit, resource)?;
    }
    let mut place = db.prepare_cached(
        "INSERT INTO resource_places (patient, resource, document, entry)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (patient, resource)
         DO UPDATE SET document = excluded.document, entry = excluded.entry",
    )?;
    for one in &commit.places {
        let (patient, resource) = (one.patient.to_bytes(), one.resource.to_bytes());
        place.execute((patient, resource, one.document.to_bytes(), one.entry.to_bytes()))?;
    }
    let mut want = db.prepare_cached(
        "INSERT INTO resources_wanted (source, key, patient) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for (key, patient) in &commit.wanted {
        want.execute((&commit.source, key, patient.to_bytes()))?;
    }
    keep_aside(db, commit)?;
    let mut keep = db.prepare_cached(
        "INSERT INTO blobs (patient, blob, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for blob in &commit.blobs {
        keep.execute((blob.patient.to_bytes(), &blob.blob, &blob.bytes))?;
    }
    write_charts(db, commit)
}

fn add_person(db: Db<'_>, person: &NewPerson, at: Timestamp) -> Result<(), StoreError> {
    let born = person.birth_date.as_deref().unwrap_or_default();
    db.prepare_cached(
        "INSERT INTO patients (patient, name, birth_date, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (patient) DO NOTHING",
    )?
    .execute((person.patient.to_bytes(), &person.name, born, at.millis()))?;
    Ok(())
}

fn add_resource(
    db: Db<'_>,
    commit: &ResourceCommit,
    new: &StoredResource,
) -> Result<(), StoreError> {
    let (resource, at) = (new.resource.to_bytes(), commit.at.millis());
    let version: i64 = db
        .prepare_cached(
            "INSERT INTO resources (resource, owner, source, kind, id, url, version, hash,
             updated_at, thing, stored_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?10)
             ON CONFLICT (resource) DO UPDATE SET id = excluded.id, url = excluded.url,
             version = version + 1, hash = excluded.hash, updated_at = excluded.updated_at,
             thing = excluded.thing, stored_at = excluded.stored_at RETURNING version",
        )?
        .query_row(
            (
                resource,
                new.owner.map(|owner| owner.to_bytes()),
                &commit.source,
                &new.kind,
                &new.id,
                &new.url,
                new.hash,
                new.updated.map(Timestamp::millis),
                &new.thing,
                at,
            ),
            |row| row.get(0),
        )?;
    db.prepare_cached(
        "INSERT INTO resource_versions (resource, version, import, stored_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((resource, version, commit.import.to_bytes(), at, &new.body))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO resource_keys (source, key, resource) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for key in &new.keys {
        insert.execute((&commit.source, key, resource))?;
    }
    Ok(())
}

fn keep_aside(db: Db<'_>, commit: &ResourceCommit) -> Result<(), StoreError> {
    let at = commit.at.millis();
    let mut keep = db.prepare_cached(
        "INSERT INTO resources_aside (source, why, waits_for, hash, url, body, stored_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )?;
    for one in &commit.aside {
        keep.execute((&commit.source, one.why, &one.waits_for, one.hash, &one.url, &one.body, at))?;
    }
    let mut take =
        db.prepare_cached("UPDATE resources_aside SET taken_at = ?2 WHERE aside = ?1")?;
    for aside in &commit.taken {
        take.execute((aside, at))?;
    }
    Ok(())
}

/// Every change goes in or the import does not.
fn write_charts(db: Db<'_>, commit: &ResourceCommit) -> Result<Vec<News>, StoreError> {
    let mut news = Vec::new();
    for chart in &commit.charts {
        let document = chart.batch.document;
        let made = super::documents::create(db, &document, Some(&chart.genesis))?;
        if made {
            let (rows, _) = super::documents::rows_after(db, &document, 0, 1)?;
            news.push(News { document, rows });
        }
        for change in &chart.batch.changes {
            let layout = Some(chart.batch.layout);
            match super::documents::append_one(db, &document, layout, change)? {
                Appended::Stored(row) => news.push(News { document, rows: vec![row] }),
                _ => return Err(StoreError::Damaged("a chart document")),
            }
        }
        seen_by_the_projector(db, &document)?;
    }
    Ok(news)
}

/// There is nothing in a chart for the clinic's worklist.
fn seen_by_the_projector(db: Db<'_>, document: &DocumentId) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE documents SET projected = seq_last WHERE patient = ?1 AND document = ?2",
    )?
    .execute((document.patient.to_bytes(), document.to_bytes()))?;
    Ok(())
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
