//! One import into SQLite: people, resources with their versions, and the charts they stand in.

use shared::document::DocumentId;
use shared::id::PatientId;
use shared::time::Timestamp;

use super::StoreError;
use super::columns::{one, seq_column};
use super::people::insert_patient;
use super::resources::{Version, add_facts, blob_token};
use super::sealed::{
    ASIDE_BODY, ASIDE_TOKEN, ASIDE_URL, BLOB, Db, KEY_TOKEN, RESOURCE_BODY, RESOURCE_HASH,
    RESOURCE_ID, RESOURCE_THING, RESOURCE_URL, WAITS_TOKEN, WANTED_TOKEN,
};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::store::resources::{NewPerson, ResourceCommit, StoredResource};
use crate::store::rows::{Appended, News};

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
        let token = db.token(&WANTED_TOKEN, &[key.as_bytes()]);
        want.execute((&commit.source, token, patient.to_bytes()))?;
    }
    keep_aside(db, commit)?;
    let mut keep = db.prepare_cached(
        "INSERT INTO blobs (patient, blob, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for blob in &commit.blobs {
        let token = blob_token(db, blob.patient, &blob.blob);
        let bytes = db.seal(&BLOB, Owner::Patient(blob.patient), &[&token], &blob.bytes)?;
        keep.execute((blob.patient.to_bytes(), token, bytes))?;
    }
    write_charts(db, commit)
}

fn add_person(db: Db<'_>, person: &NewPerson, at: Timestamp) -> Result<(), StoreError> {
    let born = person.birth_date.as_deref().unwrap_or_default();
    insert_patient(db, person.patient, &person.name, born, at)
}

fn add_resource(
    db: Db<'_>,
    commit: &ResourceCommit,
    new: &StoredResource,
) -> Result<(), StoreError> {
    let (resource, at) = (new.resource.to_bytes(), commit.at.millis());
    let mut find = db.prepare_cached("SELECT owner, version FROM resources WHERE resource = ?1")?;
    let before = one(&mut find, [resource], |row| {
        Ok((row.take::<Option<[u8; 16]>>()?.map(PatientId::from_bytes), row.seq()?))
    })?;
    // Whose a resource is stays as it was.
    let (owner, version) = before.unwrap_or((new.owner, 0));
    let next = Version { resource: new.resource, owner, number: version + 1 };
    let seal = |column, text: &String| next.seal(db, column, text.as_bytes());
    let owner = owner.map(|owner| owner.to_bytes());
    db.prepare_cached(
        "INSERT INTO resources (resource, owner, source, kind, id, url, version, hash,
         updated_at, thing, stored_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (resource) DO UPDATE SET id = excluded.id, url = excluded.url,
         version = excluded.version, hash = excluded.hash, updated_at = excluded.updated_at,
         thing = excluded.thing, stored_at = excluded.stored_at",
    )?
    .execute((
        resource,
        owner,
        &commit.source,
        &new.kind,
        new.id.as_ref().map(|id| seal(&RESOURCE_ID, id)).transpose()?,
        new.url.as_ref().map(|url| seal(&RESOURCE_URL, url)).transpose()?,
        seq_column(next.number),
        next.seal(db, &RESOURCE_HASH, &new.hash)?,
        new.updated.map(Timestamp::millis),
        seal(&RESOURCE_THING, &new.thing)?,
        at,
    ))?;
    db.prepare_cached(
        "INSERT INTO resource_versions (resource, version, owner, import, stored_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        resource,
        seq_column(next.number),
        owner,
        commit.import.to_bytes(),
        at,
        seal(&RESOURCE_BODY, &new.body)?,
    ))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO resource_keys (source, key, resource) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for key in &new.keys {
        let token = db.token(&KEY_TOKEN, &[key.as_bytes()]);
        insert.execute((&commit.source, token, resource))?;
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
        let waits_for = one.waits_for.as_ref();
        let waits_for = waits_for.map(|key| db.token(&WAITS_TOKEN, &[key.as_bytes()]));
        let hash = db.token(&ASIDE_TOKEN, &[&one.hash]);
        let place: [&[u8]; 2] = [commit.source.as_bytes(), &hash];
        let seal = |column, text: &String| db.seal(column, Owner::Clinic, &place, text.as_bytes());
        let url = one.url.as_ref().map(|url| seal(&ASIDE_URL, url)).transpose()?;
        let body = seal(&ASIDE_BODY, &one.body)?;
        keep.execute((&commit.source, one.why, waits_for, hash, url, body, at))?;
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
